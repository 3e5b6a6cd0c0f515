/* SPDX-License-Identifier: Apache-2.0 */
/* observe.cpp - what a Verilated stamp_top reports to its listeners. Contract in sim/run/rtl.h. */
#include <cstring>

#include "sim/verilator/model.h"

bool rtl::tell(stamp_unit unit, stamp_space space, uint64_t addr, const void *data, size_t bytes)
{
    if (!stopped && !o.on_write(o.ctx, unit, space, addr, data, bytes)) stopped = true;
    return !stopped;
}

/* Writes of the vector unit: VM, XB (one or two nibble rows), SM, RM. */
void rtl::observe_vector()
{
    const size_t row = mach->L / 2;

    if (PROBE(vw_valid) && PROBE(vw_ready))
        tell(STAMP_UNIT_VXU, STAMP_SPACE_VM, PROBE(vw_addr), &PROBE(vw_data), mach->L * 4);
    if (PROBE(xb_we)) {
        const uint64_t at = uint64_t(PROBE(xb_waddr)) * mach->P + PROBE(xb_row);
        tell(STAMP_UNIT_VXU, STAMP_SPACE_XB, at, &PROBE(xb_hi), row);
        if (PROBE(xb_two)) tell(STAMP_UNIT_VXU, STAMP_SPACE_XB, at + 1, &PROBE(xb_lo), row);
    }
    if (PROBE(sm_we)) { /* {rowsum 32, zero 8, hi 32, lo 32} */
        uint32_t w[4], out[4];
        memcpy(w, &PROBE(sm_wdata), sizeof w);
        out[0] = w[0];
        out[1] = w[1];
        out[2] = w[2] & 0xff;
        out[3] = w[2] >> 8 | w[3] << 24;
        tell(STAMP_UNIT_VXU, STAMP_SPACE_SM, PROBE(sm_waddr), out, sizeof out);
    }
    if (PROBE(rm_we)) { /* {rowsum 32, corr 10 signed, scale 32} */
        uint32_t w[3], out[3];
        memcpy(w, &PROBE(rm_wdata), sizeof w);
        out[0] = w[0];
        out[1] = w[1] & 0x3ff;
        if (out[1] & 0x200) out[1] |= 0xfffffc00u;
        out[2] = w[1] >> 10 | w[2] << 22;
        tell(STAMP_UNIT_VXU, STAMP_SPACE_RM, PROBE(rm_waddr), out, sizeof out);
    }
}

/* A write to PB covers some nibbles of a line; told is the line as it is then. */
void rtl::observe_pack()
{
    const size_t nibbles = size_t(mach->L) * mach->T;
    uint8_t *line = &pb[PROBE(pb_addr) * nibbles / 2];
    const auto *mask = reinterpret_cast<const uint8_t *>(&PROBE(pb_mask));
    const auto *data = reinterpret_cast<const uint8_t *>(&PROBE(pb_data));

    for (size_t n = 0; n < nibbles; n++) {
        const uint8_t half = n % 2 ? 0xf0 : 0x0f;
        if (mask[n / 8] >> n % 8 & 1)
            line[n / 2] = uint8_t((line[n / 2] & ~half) | (data[n / 2] & half));
    }
    tell(STAMP_UNIT_VXU, STAMP_SPACE_PB, PROBE(pb_addr), line, nibbles / 2);
}

/* The store unit's bytes, beat by beat, with the address of its burst. */
void rtl::observe_store()
{
    if (pins.awvalid && !aw_held) writes.push_back(pins.awaddr); /* data may overtake a held AW */
    aw_held = pins.awvalid && !pins.awready;
    if (!(pins.wvalid && pins.wready)) return;
    if (!in_burst) {
        if (writes.empty()) { /* data before their address: not how this unit works */
            stopped = true;
            return;
        }
        beat_addr = writes.front();
        writes.pop_front();
    }
    in_burst = !pins.wlast;
    for (size_t from = 0, to; from < mach->AXI_BYTES; from = to) {
        const bool set = pins.wstrb >> from & 1;
        for (to = from + 1; to < mach->AXI_BYTES && (pins.wstrb >> to & 1) == set;) to++;
        if (set)
            tell(STAMP_UNIT_STU, STAMP_SPACE_DRAM, beat_addr + from, pins.wdata + from, to - from);
    }
    beat_addr += mach->AXI_BYTES;
}

void rtl::observe_cycle()
{
    stamp_rtl_cycle c = {};

    c.axi = &pins;
    c.start = starting && top->s_awready_o && top->s_wready_o;
    c.irq = top->irq_o;
    c.push = PROBE(push);
    c.take = PROBE(u_valid) & PROBE(u_ready);
    c.head = PROBE(u_head);
    c.grant = PROBE(u_take);
    c.done = PROBE(u_done);
    for (int u = 0; u < STAMP_QUEUES; u++) {
        c.failed |= uint8_t(((PROBE(u_err) >> 4 * u & 15) != 0) << u);
        c.insn[u] = &PROBE(u_insn)[8 * u];
    }
    c.failed &= c.done;
    c.step = PROBE(wb_re);
    c.vector_held = PROBE(vw_valid) && !PROBE(vw_ready);
    c.load_held = PROBE(l_held);
    if (!o.on_cycle(o.ctx, &c)) stopped = true;
}

void rtl::events(uint64_t out[STAMP_EVENTS]) const
{
    for (int i = 0; i < STAMP_EVENTS; i++) {
        auto *p = top->rootp;
        const uint64_t carry = p->stamp_top__DOT__i_counters__DOT__carry_q >> i & 1,
                       hit = p->stamp_top__DOT__ev_hit >> i & 1,
                       inc = p->stamp_top__DOT__ev_inc[i / 2] >> i % 2 * 16 & 0xffff;
        out[i] = ((p->stamp_top__DOT__i_counters__DOT__high_q[i] + carry) << 16) +
                 p->stamp_top__DOT__i_counters__DOT__low_q[i] + (hit ? inc : 0);
    }
    out[STAMP_EV_MAC_USED] *= uint64_t(mach->L) * mach->T; /* kept in k-steps of a row */
}

void rtl::observe_ports()
{
#if STAMP_RECORD
    uint64_t counters[STAMP_EVENTS + STAMP_ACTIVITIES];
    if (!record) return;
    if (record->wants_counters()) {
        events(counters);
        memcpy(counters + STAMP_EVENTS, activity, sizeof activity);
        record->counters(counters, STAMP_EVENTS + STAMP_ACTIVITIES);
    }
    record->cycle();
#endif
}

void rtl::observe()
{
    observe_ports();
    if (o.on_edge && !o.on_edge(o.ctx, &pins, top->rst_ni)) stopped = true;
    if (!top->rst_ni) return; /* registers may hold anything */
    observe_activity();
    if (o.on_cycle) observe_cycle();
    if (o.on_write) {
        if (PROBE(wr_valid) && PROBE(wr_ready)) {
            const stamp_space space = stamp_space(PROBE(wr_space));
            tell(STAMP_UNIT_LDU, space, PROBE(wr_line), &PROBE(wr_data),
                 stamp_line_bytes(mach, space, STAMP_FMT_F32));
        }
        if (PROBE(mx_we))
            tell(STAMP_UNIT_MXU, STAMP_SPACE_VM, PROBE(mx_addr), &PROBE(mx_data), mach->L * 4);
        if (PROBE(ac_we))
            tell(STAMP_UNIT_MXU, STAMP_SPACE_AC, PROBE(ac_addr), &PROBE(ac_data), mach->L * 4);
        observe_vector();
        if (PROBE(pb_we)) observe_pack();
        observe_store();
    }
    if (!o.on_retire || stopped) return;
    if (PROBE(ev_control) && !o.on_retire(o.ctx, STAMP_UNIT_CTL, PROBE(pc))) stopped = true;
    for (int u = 0; u < STAMP_QUEUES; u++)
        if (PROBE(u_done) >> u & 1 && !(PROBE(u_err) >> 4 * u & 15) &&
            !o.on_retire(o.ctx, stamp_unit(u + 1), PROBE(u_pc)[u]))
            stopped = true;
}
