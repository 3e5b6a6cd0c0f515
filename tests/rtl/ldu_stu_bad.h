/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ldu_stu_bad.h
 * Transfers that fail, for the benches of the load and the store unit: beyond the scratchpad, outside DRAM.
 */
#ifndef STAMP_TESTS_RTL_LDU_STU_BAD_H
#define STAMP_TESTS_RTL_LDU_STU_BAD_H

#include "tests/rtl/ldu_stu.h"

/* A single bit of 16 that by itself is beyond the scratchpad, or 0. */
static inline uint64_t bit_beyond(rng &g, const transfer &t)
{
    uint64_t low = 0;
    while (low < 16 && (1ull << low) < t.limit()) low++;
    return low < 16 ? 1ull << (low + g.below(16 - low)) : 0;
}

/* One past the last scratchpad line, far beyond, one bit beyond, or so many rows that 16 bits would wrap. */
static inline void break_range(rng &g, transfer &t)
{
    const uint64_t kind = g.below(6), bit = bit_beyond(g, t);
    if (kind > 3 && bit) {
        uint64_t *const field[] = {&t.line, &t.lines, &t.lstride};
        if (t.rows() < 2) t.n0 = 2;
        *field[g.below(3)] |= bit;
    } else if (kind == 3) { /* 2^16 + 2 rows: counted modulo 2^16 they would fit */
        t.n0 = 331, t.n1 = 198, t.d0 = t.d1 = 0;
        t.line = 0, t.lines = t.lstride = 1;
    } else if (kind == 0)
        t.line = t.limit() - (t.row_line(t.rows() - 1) - t.line + t.lines) + 1;
    else if (kind == 1)
        t.line = 65535 - g.below(100);
    else
        t.n0 = 4095, t.n1 = 1 + g.below(4095), t.lstride = 65535 - g.below(2);
}

/* Two rows in DRAM's first part, then each bit of an address, a stride, a line, a count of lines by itself too much.
 * Calls @p one with each, in memory that moves. */
template <class F> static inline void each_bit(rng &g, uint64_t space, F one)
{
    for (uint64_t k = 0; k < 40; k++) {
        const uint64_t bit = 1ull << k;
        for (uint32_t field = 0; field < 6; field++) {
            transfer t = {space, RAW, Base + 64 * g.below(64), g.below(2), 1, 1, 2, 1, 4096, 0,
                          0,     0};
            if (field == 2) t.n0 = 1, t.n1 = 2, t.d0 = 0, t.d1 = 4096;
            uint64_t *const to[] = {&t.dram, &t.d0, &t.d1, &t.line, &t.lines, &t.lstride};
            if (field < 3 ? bit < 2 * Size || (field && k > 31) : bit < t.limit() || k > 15)
                continue;
            if (field)
                *to[field] |= bit;
            else
                t.dram ^= bit;
            one(t);
        }
    }
}

/* Some row leaves DRAM: below, above, beyond 40 bits, or by one bit of its address or of a stride. */
static inline void break_window(rng &g, transfer &t)
{
    const uint64_t kind = g.below(7);
    if (kind > 4) {
        t.dram ^= 1ull << (21 + g.below(19)); /* more than Size */
    } else if (kind == 4) {
        if (t.rows() < 2) t.n0 = 2;
        (t.n0 > 1 ? t.d0 : t.d1) |= 1ull << (21 + g.below(11));
    } else if (kind == 0)
        t.dram = Base - 64 * (1 + g.below(8));
    else if (kind == 1)
        t.dram = Base + Size - (t.row_bytes() + 63) / 64 * 64 - 64 * g.below(20);
    else if (kind == 2)
        t.d0 = 0xffffffc0;
    else
        t.d1 = 0xffffffc0, t.dram = Base + 64 * g.below(64);
}

#endif
