/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vxu_clock.h
 * model/clock/vxu beside stamp_vxu in vxu_tb.cpp, which includes this once behind its top, model and tally.
 */
#ifndef STAMP_TESTS_RTL_VXU_CLOCK_H
#define STAMP_TESTS_RTL_VXU_CLOCK_H

#include "model/clock/vxu.h"
#include "tests/rtl/clock_pins.h"

static struct {
    stamp_clock_vxu unit, ahead; /* ahead: at cycle `then` already */
    stamp_clock_vxu played;      /* the same from tapes */
    stamp_clock_vxu stood;       /* that one when a stretch of its tape began */
    stamp_clock_vxu passing;     /* and, behind a stretch of its tape: from cycle `over` on */
    stamp_clock_vxu_pins pins;
    stamp_clock_vxu_sum told, sum; /* by pins since the stretch began; by the stretch */
    stamp_clock_tapes *tapes;
    stamp_clock_vxu *jumper; /* who jumped */
    uint64_t since, then, began, over, passes, taped;
    union stamp_insn insn;
} timed;
static clock_pins compared = {t};

static void compare_pins(const stamp_clock_vxu_pins &p)
{
    compared.pin("insn_ready_o", top->insn_ready_o, p.insn_ready);
    compared.pin("done_o", top->done_o, p.done);
    if (p.done && !(p.err == STAMP_ERROR_NONE && top->err_o == STAMP_ERROR_NUMERIC))
        compared.pin("err_o", top->err_o, p.err);
    compared.pin("busy_o", top->busy_o, p.busy);
    compared.pin("rt_re_o", top->rt_re_o, p.rt_re);
    compared.address("rt_addr_o", p.rt_re, top->rt_addr_o, p.rt_addr, mach->RT_ENTRIES);
    compared.pin("vr_re_o", top->vr_re_o, p.vr_re);
    compared.address("vr_addr_o", p.vr_re, top->vr_addr_o, p.vr_addr, mach->VM_LINES);
    compared.pin("vw_valid_o", top->vw_valid_o, p.vw_valid);
    compared.address("vw_addr_o", p.vw_valid, top->vw_addr_o, p.vw_addr, mach->VM_LINES);
    compared.pin("xb_we_o", top->xb_we_o, p.xb_we);
    compared.address("xb_addr_o", p.xb_we, top->xb_addr_o, p.xb_addr, mach->XB_LINES);
    if (p.xb_we) compared.pin("xb_row_o", top->xb_row_o, p.xb_row);
    if (p.xb_we) compared.pin("xb_two_o", top->xb_two_o, p.xb_two);
    compared.pin("rm_we_o", top->rm_we_o, p.rm_we);
    compared.address("rm_addr_o", p.rm_we, top->rm_addr_o, p.rm_addr, mach->SM_ENTRIES);
    compared.pin("sm_we_o", top->sm_we_o, p.sm_we);
    compared.address("sm_addr_o", p.sm_we, top->sm_addr_o, p.sm_addr, mach->SM_ENTRIES);
    compared.pin("pb_we_o", top->pb_we_o, p.pb_we);
    compared.address("pb_addr_o", p.pb_we, top->pb_addr_o, p.pb_addr, mach->PB_LINES);
    compared.pin("ev_read_o", top->ev_read_o, p.ev_read);
    compared.pin("ev_fn_o", top->ev_fn_o, p.ev_fn);
    compared.pin("ev_lines_o", top->ev_lines_o, p.ev_lines);
    compared.pin("ev_divides_o", top->ev_divides_o, p.ev_divides);
}

/* Jumps: nothing is told in the cycles passed over, and where they end. */
static void compare_jump()
{
    stamp_clock_vxu_pins &p = timed.pins;

    if (timed.then && t.cycle == timed.then) {
        compared.same(*timed.jumper, timed.ahead);
        compared.jumps++;
        compared.jumped += timed.then - timed.since;
        timed.then = 0;
    }
    if (!timed.then && g.one_in(4)) {
        timed.jumper = g.below(2) ? &timed.unit : &timed.played;
        uint64_t n = stamp_clock_vxu_still(timed.jumper);
        if (n > 1 && g.one_in(2)) n = 1 + g.below((uint32_t)(n < 100 ? n : 100));
        if (!n || n > 100000) return;
        timed.ahead = *timed.jumper;
        stamp_clock_vxu_skip(&timed.ahead, n);
        timed.since = t.cycle;
        timed.then = t.cycle + n;
    }
    if (!timed.then) return;
    compared.pin("pins of a jump", 0,
                 p.vr_re || p.vw_valid || p.rt_re || p.xb_we || p.rm_we || p.pb_we || p.sm_we ||
                     p.done || p.ev_read || p.ev_fn || p.ev_lines || p.ev_divides);
}

static void foretold(const char *what, bool valid, uint16_t line, uint64_t in,
                     bool (*of)(const stamp_clock_vxu *, uint64_t, uint16_t *))
{
    uint16_t addr = 0;
    compared.pin(what, valid, of(&timed.stood, in, &addr));
    if (valid) compared.pin(what, line, addr);
}

/* A stretch of the tape passed over at once: its sums, and the pins behind it. It counts where nothing was
 * refused in it. */
static void compare_pass()
{
    stamp_clock_vxu_pins p = timed.pins;

    stamp_clock_vxu_drive(&timed.played, &p);
    if (timed.over && t.cycle >= timed.over) {
        if (t.cycle == timed.over) {
            compared.same(timed.told, timed.sum);
            timed.passes++;
        }
        stamp_clock_vxu_drive(&timed.passing, &p);
        compare_pins(p);
        stamp_clock_vxu_edge(&timed.passing, &p);
        if (p.done) timed.over = 0;
        return;
    }
    if (!timed.over && g.one_in(8)) {
        timed.passing = timed.played;
        timed.told = timed.sum = {};
        const uint64_t n =
            stamp_clock_vxu_pass(&timed.passing, g.one_in(3) ? 100000 : g.range(1, 20), &timed.sum);
        if (n) timed.over = t.cycle + n;
        timed.began = t.cycle;
        timed.stood = timed.played;
    }
    if (timed.over) { /* what was foretold when the stretch began */
        const uint64_t in = t.cycle - timed.began;
        foretold("a write foretold", p.vw_valid, p.vw_addr, in, stamp_clock_vxu_write_in);
        foretold("a read foretold", p.vr_re, p.vr_addr, in, stamp_clock_vxu_read_in);
        foretold("a write to XB foretold", p.xb_we, p.xb_addr, in, stamp_clock_vxu_xb_in);
        foretold("a write to PB foretold", p.pb_we, p.pb_addr, in, stamp_clock_vxu_pb_in);
    }
    timed.told.read += p.ev_read;
    timed.told.lines += p.ev_lines;
    timed.told.divides += p.ev_divides;
    timed.told.fn += p.ev_fn;
    timed.told.vw += p.vw_valid;
    timed.told.xb_rows += p.xb_we ? 1 + p.xb_two : 0;
    timed.told.pb += p.pb_we;
    if ((p.vw_valid && !p.vw_ready) || !p.xb_ready) timed.over = 0;
}

/** Before the clock's edge: outputs compared with the twin's, and its edge. */
static void clock_twin()
{
    if (!timed.unit.mach) {
        timed.tapes = stamp_clock_tapes_new(mach, 1 << 20); /* sometimes full */
        stamp_clock_vxu_init(&timed.unit, mach, model.m->rt);
        stamp_clock_vxu_init(&timed.played, mach, model.m->rt);
        stamp_clock_vxu_use(&timed.played, timed.tapes);
    }
    if (!top->rst_ni) {
        stamp_clock_vxu_reset(&timed.unit);
        stamp_clock_vxu_reset(&timed.played);
        timed.then = timed.over = 0;
        return;
    }
    timed.pins.insn_valid = top->insn_valid_i;
    timed.pins.vw_ready = top->vw_ready_i;
    timed.pins.xb_ready = top->xb_ready_i;
    timed.pins.xb_busy = top->xb_busy_i;
    if (top->insn_valid_i) {
        stamp_word w;
        memcpy(&w, &top->insn_i, sizeof w);
        stamp_decode(&w, &timed.insn);
        timed.pins.insn = &timed.insn;
    }
    stamp_clock_vxu_drive(&timed.played, &timed.pins);
    compare_pins(timed.pins);
    stamp_clock_vxu_drive(&timed.unit, &timed.pins);
    compare_pins(timed.pins);
    compared.cycles++;
    compared.insns += timed.pins.done;
    timed.taped += timed.pins.done && timed.played.replay.tape;
    if (timed.pins.insn_valid && timed.pins.insn_ready)
        timed.then = timed.over = 0;
    else
        compare_jump();
    compare_pass();
    stamp_clock_vxu_edge(&timed.unit, &timed.pins);
    stamp_clock_vxu_edge(&timed.played, &timed.pins);
}

static void clock_report()
{
    compared.report("vxu");
    printf("%llu of these played from tapes to their end, %llu stretches passed over\n",
           (unsigned long long)timed.taped, (unsigned long long)timed.passes);
    stamp_clock_tapes_free(timed.tapes);
}

#endif
