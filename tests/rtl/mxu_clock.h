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
    stamp_clock_mxu_run run, drains;
    stamp_clock_mxu passing;       /* behind a stretch passed over: at cycle `over` */
    stamp_clock_mxu_sum told, sum; /* by pins since the stretch began; by the stretch */
    uint64_t since, then, began, over, passes, unwritten;
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

/* A stretch passed over at once: its sums, and where it ends; no writes where none are promised. */
static void compare_pass()
{
    const stamp_clock_mxu_pins &p = timed.pins;

    if (timed.over && t.cycle == timed.over) {
        compared.same(timed.told, timed.sum);
        compared.same(timed.unit, timed.passing);
        timed.over = 0;
        timed.passes++;
    }
    if (!timed.over && g.one_in(8)) {
        timed.passing = timed.unit;
        timed.told = timed.sum = {};
        timed.drains = stamp_clock_mxu_drains(&timed.unit);
        timed.began = t.cycle;
        uint64_t n = g.one_in(3) ? 1000 : g.range(1, 40);
        if (timed.drains.cycles && n > timed.drains.cycles) n = timed.drains.cycles;
        const uint64_t made = stamp_clock_mxu_pass(&timed.passing, n, &timed.sum);
        if (timed.drains.cycles) compared.pin("cycles of a stream", made, n);
        if (made) timed.over = t.cycle + made;
    }
    if (timed.over && timed.drains.cycles) { /* what was said of the array */
        const stamp_clock_mxu_run &r = timed.drains;
        const uint64_t at = t.cycle - timed.began;
        compared.pin("wb_re_o of a stream", p.wb_re, 1);
        compared.pin("wb_addr_o of a stream", p.wb_addr, r.wb + at);
        compared.pin("xb_re_o of a stream", p.xb_re,
                     at >= r.xb_in && (at - r.xb_in) % r.xb_every == 0);
    }
    timed.told.active += p.ev_active;
    timed.told.stall += p.ev_stall;
    timed.told.used += p.ev_used;
    timed.told.line += p.ev_line;
    timed.told.ac_read += p.ev_ac_read;
    timed.told.xb_re += p.xb_re;
    timed.told.wb_re += p.wb_re;
    timed.told.vm_we += p.vm_we;
    timed.told.ac_we += p.ac_we;
    if (t.cycle < timed.unwritten) compared.pin("vm_we where none was promised", p.vm_we, 0);
    const uint64_t none = t.cycle + stamp_clock_mxu_writes_none(&timed.unit, 1000);
    if (none > timed.unwritten) timed.unwritten = none;
    if (timed.over && p.done) compared.pin("done passed over", 0, 1);
}

/** Before the clock's edge: outputs compared with the twin's, and its edge. */
static void clock_twin()
{
    if (!timed.unit.mach) stamp_clock_mxu_init(&timed.unit, mach, model.m->nt);
    if (!top->rst_ni) {
        stamp_clock_mxu_reset(&timed.unit);
        timed.then = timed.over = timed.unwritten = 0;
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
        timed.then = timed.over = 0;
    else
        compare_jump();
    if (!(timed.pins.insn_valid && timed.pins.insn_ready)) compare_pass();
    stamp_clock_mxu_edge(&timed.unit, &timed.pins);
}

static void clock_report()
{
    compared.report("mxu");
    printf("%llu stretches passed over\n", (unsigned long long)timed.passes);
}

#endif
