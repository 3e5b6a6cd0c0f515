/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file stu_clock.h
 * The timed twin of stamp_stu beside the RTL of stu_tb.cpp, in runs that have no error.
 */
#ifndef STAMP_TESTS_RTL_STU_CLOCK_H
#define STAMP_TESTS_RTL_STU_CLOCK_H

#include "model/clock/stu.h"
#include "tests/rtl/clock_same.h"
#include "tests/rtl/ldu_stu.h"

struct stu_clock {
    clock_same pins{"stamp_stu"};
    stamp_clock_stu twin;

    stu_clock()
    {
        stamp_clock_stu_init(&twin, stamp_mach_find(STR(STAMP_CONFIG)));
    }

    /** Before a run from rest. */
    void begin(bool compare)
    {
        stamp_clock_stu_reset(&twin);
        pins.on = compare && pins.differing == 0;
    }

    /** A clock, before its edge. */
    void edge(bool reset_n)
    {
        stamp_clock_stu_pins p = {};

        if (!reset_n) pins.on = false;
        if (!pins.on) return;
        union stamp_insn i = clock_insn(&top->insn_i, top->addr_i);
        p.insn_valid = top->insn_valid_i;
        p.insn = &i.d;
        p.awready = top->awready_i;
        p.wready = top->wready_i;
        p.bvalid = top->bvalid_i;
        p.rd_ready = top->rd_ready_i;
        p.pb_ready = top->pb_ready_i;
        stamp_clock_stu_drive(&twin, &p);
        stamp_clock_stu_edge(&twin, &p);
        pins.cycles++;
        compare(p);
    }

    void compare(const stamp_clock_stu_pins &p)
    {
        pins.same(cycle, "insn_ready", top->insn_ready_o, p.insn_ready);
        pins.same(cycle, "done_valid", top->done_valid_o, p.done);
        pins.same(cycle, "busy", top->busy_o, p.busy);
        pins.same(cycle, "awvalid", top->awvalid_o, p.awvalid);
        if (p.awvalid) pins.same(cycle, "awaddr", top->awaddr_o, p.awaddr);
        if (p.awvalid) pins.same(cycle, "awlen", top->awlen_o, p.awlen);
        pins.same(cycle, "wvalid", top->wvalid_o, p.wvalid);
        if (p.wvalid) pins.same(cycle, "wlast", top->wlast_o, p.wlast);
        pins.same(cycle, "bready", top->bready_o, p.bready);
        pins.same(cycle, "rd_valid", top->rd_valid_o, p.rd_valid);
        pins.same(cycle, "pb_re", top->pb_re_o, p.pb_re);
        if (p.rd_valid || p.pb_re) pins.same(cycle, "rd_line", top->rd_line_o, p.rd_line);
        pins.same(cycle, "ev_bytes", top->ev_bytes_o, p.ev_bytes);
        pins.same(cycle, "ev_axi_wait", top->ev_axi_wait_o, p.ev_axi_wait);
    }
};

#endif
