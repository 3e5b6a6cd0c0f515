/* SPDX-License-Identifier: Apache-2.0 */
/* rtl.cpp - clocks a Verilated stamp_top, its memory and its register port. Contract in rtl.h.
 *
 * Compiled once per configuration with MACH and MACH_PARAMS (what the top was verilated with, in the order of
 * mach.def) defined by build.sh, beside what model.h wants. */
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "sim/verilator/model.h"
#include "sim/verilator/stop.h"

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
    if (!top->rst_ni) pins.arvalid = pins.awvalid = pins.wvalid = pins.rready = pins.bready = false;
    pins.araddr -= o.dram_base;
    pins.awaddr -= o.dram_base;
    if (o.axi)
        o.axi(o.axi_ctx, &pins);
    else if (!o.dead)
        dram->step(pins);
    top->clk_i = 1;
    context->time(cycle);
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
    if (stamp_stop_seen) {
        stopped = true;
        if (failed.empty()) failed = stamp_stop_text;
        stamp_stop_seen = false;
    }
}

namespace {

const stamp_mach own_mach = {MACH, MACH_PARAMS ""};

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
        r->context->randReset(options->initial < 2 ? int(options->initial) : 2);
        r->context->randSeed(int(options->initial * 0x9e3779b97f4a7c15u >> 33) |
                             1); /* 0 would be the time's */
        if (options->wave) r->context->traceEverOn(true);
        r->top.reset(new VTOP(r->context.get(), "top"));
    }
    r->o = *options;
    r->cycle = 0;
    r->stopped = r->in_burst = r->aw_held = r->asked = false;
    r->failed.clear();
    r->writes.clear();
    r->forget_activity();
    r->pb.assign(size_t(r->mach->PB_LINES) * r->mach->L * r->mach->T / 2, 0);
    return r;
}

/* Every pin the harness drives, in reset: nothing begins with what the model was made with. */
void quiet(VTOP *top)
{
    top->clk_i = top->rst_ni = 0;
    top->mem_test_i = 0;
    top->s_awvalid_i = top->s_wvalid_i = top->s_arvalid_i = top->s_bready_i = top->s_rready_i = 0;
    top->m_arready_i = top->m_rvalid_i = top->m_awready_i = top->m_wready_i = top->m_bvalid_i = 0;
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
    quiet(r->top.get());
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
    if (!r->failed.empty() && !r->asked) { /* nobody would say so */
        fprintf(stderr, "error: %s\n", r->failed.c_str());
        exit(1);
    }
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
    while (!r->top->s_arready_o && r->failed.empty()) r->step();
    r->step();
    r->top->s_arvalid_i = 0;
    r->top->eval();
    while (!r->top->s_rvalid_o && r->failed.empty()) r->step();
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
    while (!(r->top->s_awready_o && r->top->s_wready_o) && r->failed.empty()) r->step();
    r->step();
    r->starting = false;
    r->top->s_awvalid_i = r->top->s_wvalid_i = 0;
    r->top->eval();
    while (!r->top->s_bvalid_o && r->failed.empty()) r->step();
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

void read_events(void *p, uint64_t out[STAMP_EVENTS])
{
    static_cast<rtl *>(p)->events(out);
}

void read_activity(void *p, uint64_t out[STAMP_ACTIVITIES])
{
    memcpy(out, static_cast<rtl *>(p)->activity, STAMP_ACTIVITIES * sizeof *out);
}

void dram_counts(void *p, stamp_dram_counts *out)
{
    *out = static_cast<rtl *>(p)->dram->counts();
}

const char *failed(void *p)
{
    auto *r = static_cast<rtl *>(p);

    r->asked = true;
    return r->failed.empty() ? nullptr : r->failed.c_str();
}

} // namespace

extern "C" const stamp_rtl_ops stamp_rtl_ops_6 = {
    MACH,     STAMP_PARAMS, {MACH_PARAMS}, VM_TRACE != 0, VM_COVERAGE != 0, open_rtl, close_rtl,
    read_reg, write_reg,    run_rtl,       read_events,   read_activity,    failed,   dram_counts};
