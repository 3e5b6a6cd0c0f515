/* SPDX-License-Identifier: Apache-2.0 */
/* activity.cpp - what values make of the RTL's work (model/spec/activity.def), from its signals alone. */
#include <cstring>

#include "sim/verilator/model.h"

namespace {

enum : uint8_t { WEIGHT_OF_ZERO = 0, ROW_OF_ZEROS = 8 }; /* nibbles: 0, and -8 */

/* Nibbles of @p bytes that are not @p idle. */
uint16_t codes(const void *data, size_t bytes, uint8_t idle)
{
    const auto *b = static_cast<const uint8_t *>(data);
    uint16_t n = 0;

    for (size_t i = 0; i < bytes; i++)
        n = uint16_t(n + ((b[i] & 15) != idle) + (b[i] >> 4 != idle));
    return n;
}

/* Words of 32 bits that are not 0 behind their sign. */
uint16_t words(const void *data, size_t n)
{
    uint32_t w[64];
    uint16_t live = 0;

    memcpy(w, data, n * sizeof *w);
    for (size_t i = 0; i < n; i++) live = uint16_t(live + ((w[i] & 0x7fffffffu) != 0));
    return live;
}

} // namespace

void rtl::forget_activity()
{
    memset(activity, 0, sizeof activity);
    wb_line.assign(mach->WB_LINES, std::vector<uint8_t>(size_t(mach->L) * mach->T / 2, 0x88));
    wb_last.assign(size_t(mach->L) * mach->T / 2, 0);
    wb_live.assign(mach->WB_LINES, 0);
    vm_live.assign(mach->VM_LINES, 0);
    xb_live.assign(size_t(mach->XB_LINES) * mach->P, 0);
}

/* Words that are not 0 of the VM line @p data. */
uint16_t rtl::vm_write(size_t line, const void *data)
{
    vm_live[line] = words(data, mach->L);
    activity[STAMP_ACT_VM_WRITE_LIVE] += vm_live[line];
    return vm_live[line];
}

void rtl::wb_write(size_t line, const void *data)
{
    memcpy(wb_line[line].data(), data, wb_line[line].size());
    wb_live[line] = codes(data, wb_line[line].size(), WEIGHT_OF_ZERO);
    activity[STAMP_ACT_WB_WRITE_LIVE] += wb_live[line];
}

void rtl::xb_write()
{
    uint16_t *row = &xb_live[size_t(PROBE(xb_waddr)) * mach->P + PROBE(xb_row)];

    row[0] = codes(&PROBE(xb_hi), mach->L / 2, ROW_OF_ZEROS);
    if (PROBE(xb_two)) row[1] = codes(&PROBE(xb_lo), mach->L / 2, ROW_OF_ZEROS);
}

void rtl::wb_read(size_t line)
{
    for (size_t i = 0; i < wb_last.size(); i++) wb_last[i] ^= wb_line[line][i];
    activity[STAMP_ACT_WB_MOVED] += codes(wb_last.data(), wb_last.size(), 0);
    activity[STAMP_ACT_WB_LIVE] += wb_live[line];
    wb_last = wb_line[line];
}

/* A read takes what stood before a write of the same cycle. */
void rtl::observe_activity()
{
    if (starting && top->s_awready_o && top->s_wready_o) memset(activity, 0, sizeof activity);
    if (PROBE(wb_re)) wb_read(PROBE(wb_raddr));
    for (uint32_t r = 0; PROBE(xb_re) && r < mach->P; r++)
        activity[STAMP_ACT_XB_LIVE] += xb_live[size_t(PROBE(xb_raddr)) * mach->P + r];
    if (PROBE(vr_re)) activity[STAMP_ACT_VM_LIVE] += vm_live[PROBE(vr_addr)];
    if (PROBE(sr_valid) && PROBE(sr_ready)) activity[STAMP_ACT_VM_LIVE] += vm_live[PROBE(sr_line)];
    if (PROBE(xb_we)) xb_write();
    if (PROBE(mx_we)) activity[STAMP_ACT_DRAIN_LIVE] += vm_write(PROBE(mx_addr), &PROBE(mx_data));
    if (PROBE(ac_we)) activity[STAMP_ACT_DRAIN_LIVE] += words(&PROBE(ac_data), mach->L);
    if (PROBE(vw_valid) && PROBE(vw_ready)) vm_write(PROBE(vw_addr), &PROBE(vw_data));
    if (!(PROBE(wr_valid) && PROBE(wr_ready))) return;
    if (PROBE(wr_space) == STAMP_SPACE_VM) vm_write(PROBE(wr_line), &PROBE(wr_data));
    if (PROBE(wr_space) == STAMP_SPACE_WB) wb_write(PROBE(wr_line), &PROBE(wr_data));
}
