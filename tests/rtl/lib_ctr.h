/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lib_ctr.h
 * Of lib_tb: the test of the event counters. Every few hundred cycles their values are replaced
 * (lib_tb.vlt lets the bench do so), mostly by some just below a power of two: a carry into bit 50
 * takes 2^34 cycles otherwise.
 */
#ifndef STAMP_TESTS_RTL_LIB_CTR_H
#define STAMP_TESTS_RTL_LIB_CTR_H

#include "Vtop___024root.h"

#include "tests/rtl/lib_csr.h"

/* A counter in its parts; the carry is the last cycle's, and the high part has not seen it. */
struct ctr {
    uint64_t high; /* 48 bits */
    uint32_t low, carry;
};

static void counters_preset(ctr *want)
{
    for (uint32_t e = 0; e < STAMP_EVENTS; e++) {
        const uint64_t v = g.below(3) ? (2ull << g.below(64)) - 1 - g.below(4) : g.next();
        want[e].low = v & 0xffff, want[e].high = v >> 16;
        top->rootp->lib_tb_top__DOT__i_counters__DOT__low_q[e] = (uint16_t)v;
        top->rootp->lib_tb_top__DOT__i_counters__DOT__high_q[e] = v >> 16;
    }
    top->eval();
}

/* The word that is read: MAC_USED counts in L * T = 32 products, beyond the last there is nothing. */
static uint32_t counters_word(const ctr *want, uint32_t e, bool high)
{
    if (e >= STAMP_EVENTS) return 0;
    const uint64_t v = want[e].high << 16 | want[e].low;
    return (uint32_t)((e == STAMP_EV_MAC_USED ? v << 5 : v) >> (high ? 32 : 0));
}

static void counters(uint64_t cycles)
{
    ctr want[STAMP_EVENTS] = {};

    top->contextp()->assertOn(false); /* check_event does not know what is set from outside */
    top->e_hit_i = 0;
    top->e_clear_i = 1;
    tick();
    while (cycles-- > 0) {
        if (g.one_in(200)) counters_preset(want);
        top->e_clear_i = g.one_in(500);
        top->e_hit_i = g.below(8) ? g.next() & ((1ull << STAMP_EVENTS) - 1) : 0;
        for (uint32_t i = 0; i < STAMP_EVENTS / 2; i++) top->e_inc_i[i] = (uint32_t)g.next();
        top->e_index_i = (uint8_t)g.below(64);
        top->e_high_i = g.below(2);
        top->eval();
        const uint32_t word = counters_word(want, top->e_index_i, top->e_high_i);
        for (uint32_t e = 0; e < STAMP_EVENTS; e++) {
            ctr &c = want[e];
            const bool hit = top->e_hit_i >> e & 1;
            c.high = (c.high + c.carry) & ((1ull << 48) - 1);
            c.low += hit ? top->e_inc_i[e / 2] >> 16 * (e % 2) & 0xffff : 0;
            c.carry = c.low >> 16;
            c.low &= 0xffff;
            if (top->e_clear_i) c = {};
        }
        tick();
        t.check(top->e_word_o == word, "counters: wrong word");
    }
    top->e_hit_i = 0;
    top->e_clear_i = 1;
    tick();
    tick();
    top->e_clear_i = 0;
    top->contextp()->assertOn(true);
}

#endif
