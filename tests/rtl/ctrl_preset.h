/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ctrl_preset.h
 * Of ctrl_tb: what it sets inside the modules while a program runs (ctrl_tb.vlt lets it do so), values no
 * run of a bench gets to. None changes what the program is to do. @p n counts cycles from START.
 */
#ifndef STAMP_TESTS_RTL_CTRL_PRESET_H
#define STAMP_TESTS_RTL_CTRL_PRESET_H

/* A wait that lacks one bit of what the watchdog allows, then one that lacks next to nothing. */
static void preset_wait(uint64_t n)
{
    const uint32_t most = top->watchdog_i;
    uint32_t bit = 12;
    top->contextp()->assertOn(n != 1500 && n != 3000); /* the RTL's own check counts along */
    if (n != 1500 && n != 3000) return;
    while (!(most >> bit & 1) || (bit < 31 && most >> (bit + 1) && g.below(2))) bit++;
    if (n == 1500)
        top->rootp->ctrl_tb_top__DOT__i_dispatch__DOT__idle_cycles_q = most - (1u << bit);
    if (n == 3000)
        top->rootp->ctrl_tb_top__DOT__i_dispatch__DOT__idle_cycles_q = most - g.below(30);
}

/* Program order is counted modulo 2^24, once units are reset: from anywhere, mostly just below a carry. */
static void preset_places(uint64_t n)
{
    if (n == 1) {
        const uint32_t bit = g.below(2) ? 23 : g.below(24);
        const uint32_t v = g.below(4) ? (2u << bit) - 1 - g.below(12) : (uint32_t)g.next();
        top->contextp()->assertOn(false);
        top->rootp->ctrl_tb_top__DOT__i_queues__DOT__seq_q = v & 0xffffff;
    } else if (n == 2)
        top->contextp()->assertOn(true);
}

/* As if many more loops were open in what is skipped to the end: as if only one of them were, but for the count. */
static void preset_skip(const program &p, size_t at, bool &set)
{
    uint32_t &open = top->rootp->ctrl_tb_top__DOT__i_dispatch__DOT__skip_q;
    if (!p.endless || set || at < p.trace.size() || !open || g.below(4)) return;
    open += (1u << g.below(32)) - 1;
    set = true;
}

#endif
