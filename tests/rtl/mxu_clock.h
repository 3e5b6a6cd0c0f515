/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mxu_clock.h
 * model/clock/mxu beside stamp_mxu in mxu_tb.cpp, which includes this once behind its top, model and tally.
 */
#ifndef STAMP_TESTS_RTL_MXU_CLOCK_H
#define STAMP_TESTS_RTL_MXU_CLOCK_H

#include "model/clock/mxu.h"
#include "tests/rtl/clock_pins.h"

static struct {
    stamp_clock_mxu unit, ahead; /* ahead: at cycle `then` already */
    stamp_clock_mxu_pins pins;
    stamp_clock_mxu_run run;
    uint64_t since, then;
    union stamp_insn insn;
} timed;
static clock_pins compared = {t};

static void compare_pins()
{
    const stamp_clock_mxu_pins &p = timed.pins;

    compared.pin("insn_ready_o", top->insn_ready_o, p.insn_ready);
    compared.pin("done_o", top->done_o, p.done);
    if (p.done && !(p.err == STAMP_ERROR_NONE && top->err_o == STAMP_ERROR_NUMERIC))
        compared.pin("err_o", top->err_o, p.err);
    compared.pin("busy_o", top->busy_o, p.busy);
    compared.pin("xb_re_o", top->xb_re_o, p.xb_re);
    compared.address("xb_addr_o", p.xb_re, top->xb_addr_o, p.xb_addr, mach->XB_LINES);
    compared.pin("wb_re_o", top->wb_re_o, p.wb_re);
    compared.address("wb_addr_o", p.wb_re, top->wb_addr_o, p.wb_addr, mach->WB_LINES);
    compared.pin("nt_re_o", top->nt_re_o, p.nt_re);
    compared.address("nt_addr_o", p.nt_re, top->nt_addr_o, p.nt_addr, mach->RT_ENTRIES);
    compared.pin("rm_re_o", top->rm_re_o, p.rm_re);
    compared.address("rm_addr_o", p.rm_re, top->rm_addr_o, p.rm_addr, mach->SM_ENTRIES);
    compared.pin("cm_re_o", top->cm_re_o, p.cm_re);
    compared.address("cm_addr_o", p.cm_re, top->cm_addr_o, p.cm_addr, mach->CM_LINES);
    compared.pin("vm_we_o", top->vm_we_o, p.vm_we);
    compared.address("vm_addr_o", p.vm_we, top->vm_addr_o, p.vm_addr, mach->VM_LINES);
    compared.pin("ac_we_o", top->ac_we_o, p.ac_we);
    compared.address("ac_addr_o", p.ac_we, top->ac_addr_o, p.ac_addr, mach->AC_LINES);
    compared.pin("ev_active_o", top->ev_active_o, p.ev_active);
    compared.pin("ev_stall_o", top->ev_stall_o, p.ev_stall);
    compared.pin("ev_line_o", top->ev_line_o, p.ev_line);
    compared.pin("ev_used_o", top->ev_used_o, p.ev_used);
    compared.pin("ev_ac_read_o", top->ev_ac_read_o, p.ev_ac_read);
    compared.cycles++;
    compared.insns += p.done;
}

/* Jumps: what is said of the cycles passed over, and where they end. */
static void compare_jump()
{
    const stamp_clock_mxu_pins &p = timed.pins;
    const stamp_clock_mxu_run &r = timed.run;

    if (t.cycle == timed.then && timed.then) {
        compared.same(timed.unit, timed.ahead);
        compared.jumps++;
        compared.jumped += timed.then - timed.since;
        timed.then = 0;
    }
    if (!timed.then && g.one_in(4)) {
        timed.run = stamp_clock_mxu_stream(&timed.unit);
        uint64_t n = timed.run.cycles ? timed.run.cycles : stamp_clock_mxu_still(&timed.unit);
        if (n > 1 && g.one_in(2)) n = 1 + g.below((uint32_t)(n < 100 ? n : 100));
        if (n && n < 100000) {
            timed.ahead = timed.unit;
            stamp_clock_mxu_skip(&timed.ahead, n);
            timed.since = t.cycle;
            timed.then = t.cycle + n;
        }
    }
    if (!timed.then) return;
    const uint64_t at = t.cycle - timed.since;
    const bool streams = r.cycles != 0;
    compared.pin("wb_re_o of a jump", p.wb_re, streams);
    if (streams) compared.pin("wb_addr_o of a jump", p.wb_addr, r.wb + at);
    compared.pin("xb_re_o of a jump", p.xb_re,
                 streams && at >= r.xb_in && (at - r.xb_in) % r.xb_every == 0);
    if (at) compared.pin("ev_active_o of a jump", p.ev_active, streams);
    compared.pin("other pins of a jump", 0,
                 p.nt_re || p.rm_re || p.cm_re || p.vm_we || p.ac_we || p.done || p.ev_stall ||
                     p.ev_line || p.ev_used || p.ev_ac_read);
}

/** Before the clock's edge: outputs compared with the twin's, and its edge. */
static void clock_twin()
{
    if (!timed.unit.mach) stamp_clock_mxu_init(&timed.unit, mach, model.m->nt);
    if (!top->rst_ni) {
        stamp_clock_mxu_reset(&timed.unit);
        timed.then = 0;
        return;
    }
    timed.pins.insn_valid = top->insn_valid_i;
    if (top->insn_valid_i) {
        stamp_word w;
        memcpy(&w, &top->insn_i, sizeof w);
        stamp_decode(&w, &timed.insn);
        timed.pins.insn = &timed.insn.m;
    }
    stamp_clock_mxu_drive(&timed.unit, &timed.pins);
    compare_pins();
    if (timed.pins.insn_valid && timed.pins.insn_ready)
        timed.then = 0;
    else
        compare_jump();
    stamp_clock_mxu_edge(&timed.unit, &timed.pins);
}

#endif
