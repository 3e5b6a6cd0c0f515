/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file clock_pins.h
 * A twin of model/clock beside the unit of a bench: pins compared in every cycle, the first difference ends
 * the bench.
 */
#ifndef STAMP_TESTS_RTL_CLOCK_PINS_H
#define STAMP_TESTS_RTL_CLOCK_PINS_H

#include "tests/rtl/mxu_vxu.h"

/** Counts of one bench: cycles compared, instructions done in them, cycles a jump passed over. */
struct clock_pins {
    const tally &t;
    uint64_t cycles = 0, insns = 0, jumps = 0, jumped = 0;

    void pin(const char *name, uint64_t rtl, uint64_t twin) const
    {
        if (rtl == twin) return;
        printf("cycle %llu: pin %s is %llu, of the clock %llu\n", (unsigned long long)t.cycle, name,
               (unsigned long long)rtl, (unsigned long long)twin);
        exit(1);
    }
    /** An address: of a memory of @p depth lines, as wide as its port. */
    void address(const char *name, bool valid, uint64_t rtl, uint64_t twin, uint32_t depth) const
    {
        uint64_t mask = 1;
        while (mask < depth - 1) mask = mask << 1 | 1;
        if (valid) pin(name, rtl & mask, twin & mask);
    }
    /** Registers of a twin that went on and of one that jumped: the first byte that differs. */
    template <class T> void same(const T &went, const T &jumped_there) const
    {
        auto *a = reinterpret_cast<const uint8_t *>(&went);
        auto *b = reinterpret_cast<const uint8_t *>(&jumped_there);
        for (size_t i = 0; i < sizeof went; i++) {
            if (a[i] == b[i]) continue;
            printf("cycle %llu: behind a jump byte %zu is %u, of the clock that jumped %u\n",
                   (unsigned long long)t.cycle, i, a[i], b[i]);
            exit(1);
        }
    }
    void report(const char *unit) const
    {
        printf("%s on the clock: %llu cycles, %llu instructions, 0 differing; %llu jumps over %llu "
               "cycles\n",
               unit, (unsigned long long)cycles, (unsigned long long)insns,
               (unsigned long long)jumps, (unsigned long long)jumped);
    }
};

#endif
