/* SPDX-License-Identifier: Apache-2.0 */
/* rtl.cpp - clocks a Verilated stamp_top, its memory and its register port. Contract in rtl.h.
 *
 * Compiled once per configuration with VTOP, VTOP_H, VROOT_H, MACH and MACH_PARAMS (what the top was
 * verilated with, in the order of mach.def) defined by the Makefile. */
#include VTOP_H
#include VROOT_H
#include "verilated.h"
#if VM_TRACE
#include "verilated_fst_c.h"
#endif
#if VM_COVERAGE
#include "verilated_cov.h"
#endif

#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <vector>

#include "sim/run/rtl.h"
#include "sim/verilator/surroundings.h"
#if STAMP_RECORD
#include "sim/verilator/record.h"
#endif

#define PROBE(name) (top->rootp->stamp_top__DOT__##name)

namespace {

const stamp_mach own_mach = {MACH, MACH_PARAMS ""};

struct rtl {
    const stamp_mach *mach;
    stamp_rtl_options o;
    std::unique_ptr<VerilatedContext> context;
    std::unique_ptr<VTOP> top;
    std::unique_ptr<stamp_dram> dram;
    stamp_axi pins = {};
    uint64_t cycle = 0;
    bool stopped = false;
    std::deque<uint64_t> writes; /* addresses of bursts offered, W to come */
    uint64_t beat_addr = 0;
    bool in_burst = false, aw_held = false;
    bool starting = false;   /* a write of START is on the register port */
    std::vector<uint8_t> pb; /* what PB holds, whole lines in place of written nibbles */
#if VM_TRACE
    std::unique_ptr<VerilatedFstC> wave;
#endif
#if STAMP_RECORD
    std::unique_ptr<stamp_recorder> record;
#endif

    void step();
    void observe();
    void observe_vector();
    void observe_pack();
    void observe_store();
    void observe_cycle();
    void observe_ports();
    bool tell(stamp_unit unit, stamp_space space, uint64_t addr, const void *data, size_t bytes);
    void dump();
};

bool rtl::tell(stamp_unit unit, stamp_space space, uint64_t addr, const void *data, size_t bytes)
{
    if (!stopped && !o.on_write(o.ctx, unit, space, addr, data, bytes)) stopped = true;
    return !stopped;
}

void read_events(void *machine, uint64_t out[STAMP_EVENTS])
{
    auto *r = static_cast<rtl *>(machine);

    /* And what is on its way to them. */
    for (int i = 0; i < STAMP_EVENTS; i++) {
        auto *p = r->top->rootp;
        const uint64_t carry = p->stamp_top__DOT__i_counters__DOT__carry_q >> i & 1,
                       hit = p->stamp_top__DOT__ev_hit >> i & 1,
                       inc = p->stamp_top__DOT__ev_inc[i / 2] >> i % 2 * 16 & 0xffff;
        out[i] = ((p->stamp_top__DOT__i_counters__DOT__high_q[i] + carry) << 16) +
                 p->stamp_top__DOT__i_counters__DOT__low_q[i] + (hit ? inc : 0);
    }
    out[STAMP_EV_MAC_USED] *= uint64_t(r->mach->L) * r->mach->T; /* kept in k-steps of a row */
}

void rtl::observe_ports()
{
#if STAMP_RECORD
    uint64_t events[STAMP_EVENTS];
    if (!record) return;
    if (record->wants_counters()) {
        read_events(this, events);
        record->counters(events, STAMP_EVENTS);
    }
    record->cycle();
#endif
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

void rtl::observe()
{
    observe_ports();
    if (o.on_edge && !o.on_edge(o.ctx, &pins, top->rst_ni)) stopped = true;
    if (o.on_cycle && top->rst_ni) observe_cycle();
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

void rtl::dump()
{
#if VM_TRACE
    if (wave && cycle >= o.wave_start && cycle < o.wave_stop)
        wave->dump(vluint64_t(2 * cycle + (top->clk_i ? 1 : 0)));
#endif
}

/* One clock. The top is evaluated with the clock low when this is called. */
void rtl::step()
{
    stamp_pins_of(pins, *top, mach->AXI_BYTES);
    observe();
    pins.araddr -= o.dram_base;
    pins.awaddr -= o.dram_base;
    if (o.axi)
        o.axi(o.axi_ctx, &pins);
    else if (!o.dead)
        dram->step(pins);
    top->clk_i = 1;
    top->eval();
    dump();
    top->m_arready_i = pins.arready;
    top->m_rvalid_i = pins.rvalid;
    if (pins.rvalid) {
        memcpy(&top->m_rdata_i, pins.rdata, mach->AXI_BYTES);
        top->m_rresp_i = pins.rresp;
        top->m_rlast_i = pins.rlast;
    }
    top->m_awready_i = pins.awready;
    top->m_wready_i = pins.wready;
    top->m_bvalid_i = pins.bvalid;
    top->m_bresp_i = pins.bresp;
    top->clk_i = 0;
    top->eval();
    cycle++;
    dump();
}

#if VM_COVERAGE
/* Coverage lives in the model, so one model serves all runs of a process and is written at its end
 * to the file STAMP_COVERAGE names. */
rtl *kept;

void write_coverage()
{
    const char *path = getenv("STAMP_COVERAGE");
    if (kept && path) kept->context->coveragep()->write(path);
}
#endif

/* A model: new, or the kept one with everything but its coverage forgotten. */
rtl *new_rtl(const stamp_rtl_options *options)
{
    rtl *r = nullptr;
#if VM_COVERAGE
    if (!kept) atexit(write_coverage);
    r = kept;
    kept = nullptr;
#endif
    if (!r) {
        r = new rtl;
        r->mach = &own_mach;
        r->context.reset(new VerilatedContext);
        if (options->wave) r->context->traceEverOn(true);
        r->top.reset(new VTOP(r->context.get(), "top"));
    }
    r->o = *options;
    r->cycle = 0;
    r->stopped = r->in_burst = r->aw_held = false;
    r->writes.clear();
    r->pb.assign(size_t(r->mach->PB_LINES) * r->mach->L * r->mach->T / 2, 0);
    return r;
}

void *open_rtl(const stamp_rtl_options *options)
{
    rtl *r = new_rtl(options);
    const stamp_dram_config c = stamp_dram_of(*options, r->mach->AXI_BYTES);
    r->dram.reset(new stamp_dram(options->dram, options->dram_bytes, c));
    if (options->fault_lo < options->fault_hi)
        r->dram->faults.push_back(
            {options->fault_lo, options->fault_hi, options->fault_read, options->fault_write});
#if VM_TRACE
    if (options->wave) {
        r->wave.reset(new VerilatedFstC);
        r->top->trace(r->wave.get(), 99);
        r->wave->open(options->wave);
    }
#endif
#if STAMP_RECORD
    r->record = stamp_recorder::open(stamp_signals(r->top->rootp), MACH);
#endif
    r->top->rst_ni = 0;
    r->top->clk_i = 0;
    r->dram->reset(r->pins);
    r->top->eval();
    for (int i = 0; i < 4; i++) r->step();
    r->top->rst_ni = 1;
    r->top->eval();
    return r;
}

void close_rtl(void *p)
{
    auto *r = static_cast<rtl *>(p);
#if VM_TRACE
    if (r->wave) r->wave->close();
#endif
#if VM_COVERAGE
    if (!kept) {
        kept = r;
        return;
    }
#endif
    r->top->final();
    delete r;
}

uint32_t read_reg(void *p, uint32_t offset)
{
    auto *r = static_cast<rtl *>(p);
    r->top->s_araddr_i = uint16_t(offset);
    r->top->s_arvalid_i = 1;
    r->top->s_rready_i = 1;
    r->top->eval();
    while (!r->top->s_arready_o) r->step();
    r->step();
    r->top->s_arvalid_i = 0;
    r->top->eval();
    while (!r->top->s_rvalid_o) r->step();
    const uint32_t value = r->top->s_rdata_o;
    r->step();
    return value;
}

void write_reg(void *p, uint32_t offset, uint32_t value)
{
    auto *r = static_cast<rtl *>(p);
    r->top->s_awaddr_i = uint16_t(offset);
    r->top->s_wdata_i = value;
    r->top->s_wstrb_i = 0xf;
    r->top->s_awvalid_i = r->top->s_wvalid_i = 1;
    r->top->s_bready_i = 1;
    r->starting = offset == STAMP_REG_CTRL && value & 1;
    r->top->eval();
    while (!(r->top->s_awready_o && r->top->s_wready_o)) r->step();
    r->step();
    r->starting = false;
    r->top->s_awvalid_i = r->top->s_wvalid_i = 0;
    r->top->eval();
    while (!r->top->s_bvalid_o) r->step();
    r->step();
}

void run_rtl(void *p, uint64_t cycles, stamp_rtl_status *status)
{
    auto *r = static_cast<rtl *>(p);
    for (uint64_t i = 0; i < cycles && !r->stopped; i++) {
        r->step();
        if (!r->top->rootp->stamp_top__DOT__busy) break;
    }
    const uint32_t word = r->stopped ? 0 : read_reg(p, STAMP_REG_STATUS);
    status->busy = word & 1;
    status->done = word >> 1 & 1;
    status->error = stamp_error(word >> 8 & 15);
    status->error_pc = word >> 2 & 1 ? read_reg(p, STAMP_REG_ERROR_PC) : 0;
    status->stopped = r->stopped;
    status->irq = r->top->irq_o;
    status->cycles = r->cycle;
}

} // namespace

extern "C" const stamp_rtl_ops stamp_rtl_ops_3 = {
    MACH,      STAMP_PARAMS, {MACH_PARAMS}, VM_TRACE != 0, VM_COVERAGE != 0, open_rtl,
    close_rtl, read_reg,     write_reg,     run_rtl,       read_events};
