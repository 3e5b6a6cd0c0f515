/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ldu_clock.h
 * The timed twin of stamp_ldu beside the RTL of ldu_tb.cpp, in runs that have no error.
 */
#ifndef STAMP_TESTS_RTL_LDU_CLOCK_H
#define STAMP_TESTS_RTL_LDU_CLOCK_H

#include "model/clock/ldu.h"
#include "tests/rtl/bench_record.h"
#include "tests/rtl/clock_same.h"
#include "tests/rtl/ldu_stu.h"

struct ldu_clock {
    clock_same pins{"stamp_ldu"};
    stamp_clock_ldu twin;
    bool apart = false; /* the RTL had runs the twin had not */

    explicit ldu_clock(const uint32_t *it)
    {
        stamp_clock_ldu_init(&twin, stamp_mach_find(STR(STAMP_CONFIG)), it);
    }

    /** Before a run from rest. What an old job left behind it is one of lines of several beats. */
    void begin(bool compare)
    {
        stamp_clock_ldu_reset(&twin);
        for (auto &j : twin.job)
            if (apart) j.beats = 1;
        if (apart) twin.now.beats = 1;
        pins.on = compare && pins.differing == 0;
        apart |= !compare;
    }

    /** A clock, before its edge. */
    void edge(bool reset_n)
    {
        stamp_clock_ldu_pins p = {};

        if (!reset_n) pins.on = false;
        if (!pins.on) return;
        union stamp_insn i = clock_insn(&top->insn_i, top->addr_i);
        p.insn_valid = top->insn_valid_i;
        p.insn = &i.d;
        p.arready = top->arready_i;
        p.rvalid = top->rvalid_i;
        p.rlast = top->rlast_i;
        p.wr_ready = top->wr_ready_i;
        stamp_clock_ldu_drive(&twin, &p);
        stamp_clock_ldu_edge(&twin, &p);
        pins.cycles++;
        compare(p);
    }

    void compare(const stamp_clock_ldu_pins &p)
    {
        pins.same(cycle, "insn_ready", top->insn_ready_o, p.insn_ready);
        pins.same(cycle, "done_valid", top->done_valid_o, p.done);
        pins.same(cycle, "busy", top->busy_o, p.busy);
        pins.same(cycle, "arvalid", top->arvalid_o, p.arvalid);
        if (p.arvalid) pins.same(cycle, "araddr", top->araddr_o, p.araddr);
        if (p.arvalid) pins.same(cycle, "arlen", top->arlen_o, p.arlen);
        pins.same(cycle, "rready", top->rready_o, p.rready);
        pins.same(cycle, "wr_valid", top->wr_valid_o, p.wr_valid);
        if (p.wr_valid) pins.same(cycle, "wr_space", top->wr_space_o, p.wr_space);
        if (p.wr_valid) pins.same(cycle, "wr_line", top->wr_line_o, p.wr_line);
        pins.same(cycle, "it_re", top->it_re_o, p.it_re);
        if (p.it_re) pins.same(cycle, "it_entry", top->it_entry_o, p.it_entry);
        pins.same(cycle, "ev_bytes", top->ev_bytes_o, p.ev_bytes);
        pins.same(cycle, "ev_axi_wait", top->ev_axi_wait_o, p.ev_axi_wait);
    }
};

#endif
