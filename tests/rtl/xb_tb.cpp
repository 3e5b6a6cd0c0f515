/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file xb_tb.cpp
 * Bench of rtl/mem/stamp_xb on the clock: random writes and reads, as many as its ready lets through and
 * as two that follow when it falls; ready and busy against model/clock/xb in every cycle.
 *
 * What it reads and writes is compared in lib_tb.cpp.
 * Case     one cycle
 * Args     --seed N   --cases N
 * Build    make build/tb/tiny/xb
 */
#include "Vtop.h"
#include "verilated.h"

#include "model/clock/xb.h"
#include "tests/rtl/bench_record.h"
#include "tests/rtl/clock_pins.h"
#include "tests/rtl/cover.h"

int main(int argc, char **argv)
{
    const args a(argc, argv, 400000);
    const stamp_mach *const mach = stamp_mach_find(STR(STAMP_CONFIG));
    Vtop *top = new Vtop;
    tally t;
    clock_pins compared = {t};
    rng g = {a.seed * 0x9e3779b97f4a7c15 + 1};
    stamp_clock_xb unit = {};
    stamp_clock_xb_pins pins = {};
    uint32_t writes = 128, reads = 128, same = 2, line = 0, full = 0, waits = 0, late = 0;

    for (top->rst_ni = 0; t.cycle < a.cases; t.cycle++) {
        if (g.one_in(300)) { /* another pace; now and then all writes go to one bank */
            writes = g.below(257);
            reads = g.below(257);
            same = g.below(5);
        }
        if (g.one_in(20000) || !t.cycle) top->rst_ni = 0;
        /* A writer stops two cycles behind the one in which ready was first low. */
        late = top->ready_o ? 0 : late + 1;
        top->we_i = top->rst_ni && late < 3 && g.below(256) < writes;
        top->re_i = g.below(256) < reads;
        line = g.below(4) < same ? line : g.below(mach->XB_LINES);
        top->waddr_i = (uint16_t)line;
        top->row_i = (uint8_t)g.below(mach->P - 1);
        top->two_i = g.below(2);
        top->raddr_i = (uint16_t)(g.below(4) < same ? line : g.below(mach->XB_LINES));
        top->eval();

        pins.we = top->we_i, pins.waddr = top->waddr_i;
        pins.re = top->re_i, pins.raddr = top->raddr_i;
        stamp_clock_xb_drive(&unit, &pins);
        if (top->rst_ni) {
            compared.pin("ready_o", top->ready_o, pins.ready);
            compared.pin("busy_o", top->busy_o, pins.busy);
            compared.cycles++;
            full += !pins.ready;
            waits += pins.busy;
            t.check(!pins.lost, "a write was lost");
        }
        stamp_clock_xb_edge(&unit, &pins);
        if (!top->rst_ni) unit = {};
        bench_record(top);
        top->contextp()->timeInc(1);
        top->clk_i = 1;
        top->eval();
        top->clk_i = 0;
        top->rst_ni = 1;
        top->eval();
    }
    t.check(full && waits, "it was never full");
    compared.report("xb");
    finish(top);
    delete top;
    return t.close("xb_tb");
}
