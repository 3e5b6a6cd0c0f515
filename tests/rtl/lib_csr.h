/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lib_csr.h
 * Of lib_tb: the top and its clock, and the test of the registers.
 */
#ifndef STAMP_TESTS_RTL_LIB_CSR_H
#define STAMP_TESTS_RTL_LIB_CSR_H

#include "Vtop.h"
#include "verilated.h"

#include <map>

#include "tests/rtl/axi_monitor.h"
#include "tests/rtl/bench_record.h"
#include "tests/rtl/mxu_vxu.h"

static Vtop *top;
static rng g;
static tally t;

static void tick()
{
    bench_record(top);
    top->contextp()->timeInc(1);
    top->clk_i = 1;
    top->eval();
    top->clk_i = 0;
    top->eval();
    t.cycle++;
}

static void reset()
{
    top->rst_ni = 0;
    top->eval();
    for (int i = 0; i < 3; i++) tick();
    top->rst_ni = 1;
    top->eval();
}

/* ---- Registers ------------------------------------------------------------------------------- */

static std::map<uint32_t, uint32_t> regs; /* those one can write */
static bool done_q, fault_q, busy_before;
static uint32_t err_q, pc_q;
static stamp_axil_monitor lite;

static bool writable(uint32_t at)
{
    switch (at) {
    case STAMP_REG_IRQ_ENABLE:
    case STAMP_REG_CODE_LO:
    case STAMP_REG_CODE_HI:
    case STAMP_REG_CODE_COUNT:
    case STAMP_REG_WIN_LO_LO:
    case STAMP_REG_WIN_LO_HI:
    case STAMP_REG_WIN_HI_LO:
    case STAMP_REG_WIN_HI_HI:
    case STAMP_REG_WATCHDOG:
    case STAMP_REG_ARG0:
    case STAMP_REG_ARG1:
    case STAMP_REG_ARG2:
    case STAMP_REG_ARG3: return true;
    default: return false;
    }
}

static uint32_t mask_of(uint32_t at)
{
    if (at == STAMP_REG_IRQ_ENABLE) return 1;
    return at == STAMP_REG_CODE_HI || at == STAMP_REG_WIN_LO_HI || at == STAMP_REG_WIN_HI_HI ? 0xff
                                                                                             : ~0u;
}

static uint32_t expected_read(uint32_t at)
{
    const bool busy = top->c_busy_i || top->c_done_i || top->c_fault_i;

    if (writable(at)) return regs[at];
    switch (at) {
    case STAMP_REG_ID: return STAMP_ID;
    case STAMP_REG_VERSION: return 0x00020000;
    case STAMP_REG_PARAM0: return 8u << 24 | 4 << 16 | 8 << 8 | 4;
    case STAMP_REG_STATUS:
        return err_q << 8 | (uint32_t)fault_q << 2 | (uint32_t)done_q << 1 | busy;
    case STAMP_REG_ERROR_PC: return pc_q;
    default: return at >= STAMP_REG_CTR ? top->c_ctr_word_i : 0;
    }
}

/* A write whose parts came, in either order, and its response. */
static struct {
    bool aw, w, b;
    uint32_t addr, data, strb;
} put;

/* What the registers hold after this edge; true if a start pulse follows. */
static bool next_state(bool write)
{
    const bool busy = top->c_busy_i || top->c_done_i || top->c_fault_i;
    const uint32_t at = put.addr, strb = put.strb;
    uint32_t keep = 0;
    bool start = false;

    for (int i = 0; i < 4; i++)
        if (!(strb >> i & 1)) keep |= 0xffu << 8 * i;
    const uint32_t value = (writable(at) ? regs[at] & keep : 0) | (put.data & ~keep);
    if (write && writable(at)) regs[at] = value & mask_of(at);
    if (write && at == STAMP_REG_CTRL) {
        start = (value & 1) && !busy;
        if (value & 2 || start) done_q = fault_q = false, err_q = 0;
    }
    if (top->c_done_i) done_q = true; /* what ends now was not seen by who clears now */
    if (top->c_fault_i) fault_q = true, err_q = top->c_err_i, pc_q = top->c_err_pc_i;
    return start;
}

static uint32_t some_register()
{
    static const uint32_t all[] = {
#define REG(name, offset, access, meaning) offset,
#include "model/spec/regs.def"
        0x4c, 0x104, 0x1f4, 0x2fc, 0xffc};
    const uint32_t at =
        g.one_in(3) ? (uint32_t)STAMP_REG_CTRL : all[g.below(sizeof all / sizeof all[0])];
    /* No register: an address that differs from one's in a bit. */
    return g.one_in(4) ? at ^ 4u << g.below(10) : at;
}

static void lite_drive()
{
    if (!top->s_awvalid_i && g.one_in(3))
        top->s_awvalid_i = 1, top->s_awaddr_i = (uint16_t)some_register();
    if (!top->s_wvalid_i && g.one_in(3)) {
        top->s_wvalid_i = 1;
        top->s_wdata_i = g.below(2) ? g.below(4) : (uint32_t)g.next();
        top->s_wstrb_i = (uint8_t)(g.below(2) ? 15 : g.below(16));
    }
    if (!top->s_arvalid_i && g.below(2))
        top->s_arvalid_i = 1, top->s_araddr_i = (uint16_t)some_register();
    top->s_bready_i = g.below(3) != 0;
    top->s_rready_i = g.below(3) != 0;
    /* A run: busy for a while, then done or fault for one cycle. */
    const bool ends = busy_before && g.one_in(6);
    top->c_done_i = ends && g.below(2);
    top->c_fault_i = ends && !top->c_done_i;
    top->c_err_i = (uint8_t)g.range(1, 12);
    top->c_err_pc_i = (uint32_t)g.next();
    top->c_busy_i = busy_before && !ends;
    top->c_ctr_word_i = (uint32_t)g.next();
    top->eval();
}

static void lite_pins(stamp_axil &p)
{
    p.awvalid = top->s_awvalid_i, p.awready = top->s_awready_o, p.awaddr = top->s_awaddr_i;
    p.wvalid = top->s_wvalid_i, p.wready = top->s_wready_o, p.wdata = top->s_wdata_i,
    p.wstrb = top->s_wstrb_i;
    p.bvalid = top->s_bvalid_o, p.bready = top->s_bready_i, p.bresp = top->s_bresp_o;
    p.arvalid = top->s_arvalid_i, p.arready = top->s_arready_o, p.araddr = top->s_araddr_i;
    p.rvalid = top->s_rvalid_o, p.rready = top->s_rready_i, p.rdata = top->s_rdata_o,
    p.rresp = top->s_rresp_o;
}

/* So that ERROR_PC has a value. */
static void first_fault()
{
    top->c_fault_i = 1;
    top->c_err_i = 1;
    top->c_err_pc_i = 7;
    next_state(false);
    tick();
    top->c_fault_i = 0;
}

static void csr(uint64_t cycles)
{
    std::deque<uint32_t> reads;
    bool asked[3] = {}; /* an address was taken so many cycles ago */
    uint32_t reading = 0;
    stamp_axil p = {};

    lite.edge(p, false);
    lite.edge(p, false);
    first_fault();
    while (cycles-- > 0) {
        lite_drive();
        lite_pins(p);
        lite.edge(p, true);
        if (p.rvalid)
            t.check(!reads.empty() && p.rdata == reads.front() && !p.rresp, "csr: wrong read data");
        if (p.rvalid && p.rready && !reads.empty()) reads.pop_front();
        /* The index to the counters a cycle after the address is taken, the answer's value one later. */
        if (asked[1] && reading >= STAMP_REG_CTR &&
            (top->c_ctr_index_o != (reading - STAMP_REG_CTR) / 8 % 64 ||
             top->c_ctr_high_o != (reading / 4) % 2))
            t.complain("csr: wrong counter");
        if (asked[2]) {
            reads.push_back(expected_read(reading));
            if (reading == STAMP_REG_ERROR_PC && !pc_q)
                reads.back() = 0; /* before the first fault */
        }
        asked[2] = asked[1];
        asked[1] = p.arvalid && p.arready;
        if (asked[1]) reading = p.araddr;
        t.check(p.awready == !put.aw && p.wready == !put.w && p.bvalid == put.b,
                "csr: a channel waits for another");
        const bool write = put.aw && put.w && !put.b, start = next_state(write);
        if (write) put.b = true;
        if (p.awvalid && p.awready) put.aw = true, put.addr = p.awaddr;
        if (p.wvalid && p.wready) put.w = true, put.data = p.wdata, put.strb = p.wstrb;
        if (p.bvalid && p.bready) put.aw = put.w = put.b = false;
        tick();
        if (p.awvalid && p.awready) top->s_awvalid_i = 0;
        if (p.wvalid && p.wready) top->s_wvalid_i = 0;
        if (p.arvalid && p.arready) top->s_arvalid_i = 0;
        top->eval();
        t.check(top->c_start_o == start &&
                    top->c_irq_o == ((regs[STAMP_REG_IRQ_ENABLE] & 1) && (done_q || fault_q)),
                "csr: start or interrupt");
        t.check(top->c_code_addr_o ==
                        (regs[STAMP_REG_CODE_LO] | (uint64_t)regs[STAMP_REG_CODE_HI] << 32) &&
                    top->c_win_lo_o ==
                        (regs[STAMP_REG_WIN_LO_LO] | (uint64_t)regs[STAMP_REG_WIN_LO_HI] << 32) &&
                    top->c_win_hi_o ==
                        (regs[STAMP_REG_WIN_HI_LO] | (uint64_t)regs[STAMP_REG_WIN_HI_HI] << 32) &&
                    top->c_code_count_o == regs[STAMP_REG_CODE_COUNT] &&
                    top->c_watchdog_o == regs[STAMP_REG_WATCHDOG],
                "csr: wrong outputs");
        for (uint32_t i = 0; i < STAMP_ARGS; i++)
            if (top->c_arg_o[i] != regs[STAMP_REG_ARG0 + 4 * i]) t.complain("csr: wrong argument");
        busy_before = start || top->c_busy_i;
    }
    t.check(lite.ok() && lite.reads > 10 && lite.writes > 10, lite.first.c_str());
}

#endif
