/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ctrl_clock.h
 * The timed twins of fetch, dispatch and queues beside the RTL of ctrl_tb.cpp, in programs without an error.
 */
#ifndef STAMP_TESTS_RTL_CTRL_CLOCK_H
#define STAMP_TESTS_RTL_CTRL_CLOCK_H

#include "model/clock/dispatch.h"
#include "model/clock/fetch.h"
#include "model/clock/queues.h"
#include "tests/rtl/bench_record.h"
#include "tests/rtl/clock_same.h"
#include "tests/rtl/ctrl_prog.h"

struct ctrl_clock {
    clock_same pins{"control"};
    stamp_clock_fetch fetch;
    stamp_clock_dispatch dispatch;
    stamp_clock_queues queues;
    uint64_t seq = 0,
             since = 0; /* handed out; cycles since START: before it pc is the last program's */

    ctrl_clock()
    {
        stamp_clock_fetch_init(&fetch, mach);
        stamp_clock_queues_init(&queues, mach);
    }

    /** Before START, with all at rest; @p at_rest: fetch waits for nothing of a program the twin did not see. */
    void begin(const program &p, bool compare, bool at_rest)
    {
        stamp_clock_dispatch_init(&dispatch, mach, p.word.data(), (uint32_t)p.word.size(), p.arg);
        if (pins.on && compare) return;
        pins.on = compare && at_rest && pins.differing == 0;
        stamp_clock_fetch_reset(&fetch);
        stamp_clock_queues_init(&queues, mach);
    }

    /** A clock of @p top, before its edge. */
    template <class T> void edge(T *top, uint64_t cycle, bool reset_n)
    {
        stamp_clock_fetch_pins f = {};
        stamp_clock_dispatch_pins d = {};
        stamp_clock_queues_pins q = {};

        if (!reset_n) pins.on = false;
        if (!pins.on) return;
        d.start = f.start = top->start_i;
        stamp_clock_dispatch_drive(&dispatch, &d);
        stamp_clock_fetch_drive(&fetch, &f);
        stamp_clock_queues_drive(&queues, &q);
        f.run = d.busy;
        f.code_addr = top->code_addr_i;
        f.code_count = top->code_count_i;
        f.pc = d.pc;
        f.keep = d.keep;
        f.jump = d.jump;
        f.want = d.want;
        f.arready = top->arready_i;
        f.rvalid = top->rvalid_i;
        stamp_clock_fetch_see(&fetch, &f);
        d.valid = f.valid;
        d.ready = q.ready;
        d.all_idle = q.all_idle;
        stamp_clock_dispatch_see(&dispatch, &d);
        q.reset_units = d.reset_units;
        q.to = d.to;
        q.push = d.push;
        q.insn = d.insn;
        q.seq = seq += d.push != 0;
        q.unit_ready = top->unit_ready_i;
        q.unit_done = top->unit_done_i;
        since = top->start_i ? 0 : since + 1;
        pins.cycles++;
        same(top, cycle, f, d, q);
        stamp_clock_fetch_edge(&fetch, &f);
        stamp_clock_dispatch_edge(&dispatch, &d);
        stamp_clock_queues_edge(&queues, &q);
        if (dispatch.error || queues.overflow) pins.on = false;
    }

    template <class T>
    void same(T *top, uint64_t cycle, const stamp_clock_fetch_pins &f,
              const stamp_clock_dispatch_pins &d, const stamp_clock_queues_pins &q)
    {
        auto *r = top->rootp;
        pins.same(cycle, "arvalid", top->arvalid_o, f.arvalid);
        if (f.arvalid) pins.same(cycle, "araddr", top->araddr_o, f.araddr);
        if (f.arvalid) pins.same(cycle, "arlen", top->arlen_o, f.arlen);
        pins.same(cycle, "want", r->ctrl_tb_top__DOT__want, d.want);
        if (since > 0) pins.same(cycle, "valid", r->ctrl_tb_top__DOT__word_valid, f.valid);
        pins.same(cycle, "jump", r->ctrl_tb_top__DOT__jump, d.jump);
        if (since > 1) pins.same(cycle, "keep", r->ctrl_tb_top__DOT__keep, d.keep);
        if (since > 0) pins.same(cycle, "pc", top->pc_o, d.pc);
        pins.same(cycle, "busy", top->busy_o, d.busy);
        pins.same(cycle, "done", top->done_o, d.done);
        pins.same(cycle, "push", top->push_o, d.push);
        pins.same(cycle, "control", top->control_o, d.ev_control);
        pins.same(cycle, "ready", r->ctrl_tb_top__DOT__q_ready, q.ready);
        pins.same(cycle, "unit_valid", top->unit_valid_o, q.unit_valid);
        pins.same(cycle, "head", r->ctrl_tb_top__DOT__unused_head, q.head);
        pins.same(cycle, "take", r->ctrl_tb_top__DOT__unused_take, q.take);
        pins.same(cycle, "waits", r->ctrl_tb_top__DOT__unused_waits, q.waits);
        pins.same(cycle, "all_idle", r->ctrl_tb_top__DOT__all_idle, q.all_idle);
        for (uint32_t u = 0; u < STAMP_QUEUES; u++)
            if (q.unit_valid >> u & 1) same_insn(top, cycle, q, u);
    }

    template <class T>
    void same_insn(T *top, uint64_t cycle, const stamp_clock_queues_pins &q, uint32_t u)
    {
        const stamp_word w = encode(q.unit_insn[u]->insn);
        const auto *rtl = reinterpret_cast<const uint32_t *>(&top->unit_insn_o) + 8 * u;
        for (uint32_t k = 0; k < 8; k++) pins.same(cycle, "unit_insn", rtl[k], w.w[k]);
    }
};

#endif
