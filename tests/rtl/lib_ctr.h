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

static void counters_preset(uint64_t *want)
{
    for (uint32_t e = 0; e < STAMP_EVENTS; e++) {
        want[e] = g.below(3) ? (2ull << g.below(64)) - 1 - g.below(4) : g.next();
        top->rootp->lib_tb_top__DOT__i_counters__DOT__count_q[e] = want[e];
    }
    top->eval();
}

/* The word that is read: MAC_USED counts in L * T = 32 products, beyond the last there is nothing. */
static uint32_t counters_word(const uint64_t *want, uint32_t e, bool high)
{
    if (e >= STAMP_EVENTS) return 0;
    return (uint32_t)((e == STAMP_EV_MAC_USED ? want[e] << 5 : want[e]) >> (high ? 32 : 0));
}

static void counters(uint64_t cycles)
{
    uint64_t want[STAMP_EVENTS] = {};

    while (cycles-- > 0) {
        if (g.one_in(200)) counters_preset(want);
        top->e_clear_i = g.one_in(500);
        top->e_run_i = g.below(8) != 0;
        top->e_hit_i = g.next() & ((1ull << STAMP_EVENTS) - 1);
        for (uint32_t i = 0; i < STAMP_EVENTS / 2; i++) top->e_inc_i[i] = (uint32_t)g.next();
        top->e_index_i = (uint8_t)g.below(64);
        top->e_high_i = g.below(2);
        top->eval();
        t.check(top->e_word_o == counters_word(want, top->e_index_i, top->e_high_i),
                "counters: wrong word");
        for (uint32_t e = 0; e < STAMP_EVENTS; e++)
            if (top->e_clear_i)
                want[e] = 0;
            else if (top->e_run_i && top->e_hit_i >> e & 1)
                want[e] += top->e_inc_i[e / 2] >> 16 * (e % 2) & 0xffff;
        tick();
    }
    top->e_run_i = top->e_clear_i = 0;
}

#endif
