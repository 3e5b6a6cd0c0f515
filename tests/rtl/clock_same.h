/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file clock_same.h
 * A twin of model/clock beside its RTL: pins compared cycle by cycle, the first difference told.
 */
#ifndef STAMP_TESTS_RTL_CLOCK_SAME_H
#define STAMP_TESTS_RTL_CLOCK_SAME_H

#include <cstdint>
#include <cstdio>

#include "model/spec/spec.h"

/** What was compared; on: the twin stands where the RTL stands. */
struct clock_same {
    const char *unit;
    uint64_t cycles = 0, differing = 0;
    bool on = false;

    explicit clock_same(const char *name) : unit(name)
    {
    }
    void same(uint64_t cycle, const char *pin, uint64_t rtl, uint64_t twin)
    {
        if (!on || rtl == twin) return;
        printf("clock %s, cycle %llu: %s is %llu, its twin's %llu\n", unit,
               (unsigned long long)cycle, pin, (unsigned long long)rtl, (unsigned long long)twin);
        differing++;
        on = false;
    }
    /** The closing line; @return whether some cycles were compared and none differed. */
    bool close() const
    {
        printf("clock %s: %llu cycles compared, %llu differing\n", unit, (unsigned long long)cycles,
               (unsigned long long)differing);
        return cycles != 0 && differing == 0;
    }
};

/** The instruction on a format D unit's pins; its address is a pin of its own. */
static inline union stamp_insn clock_insn(const void *word, uint64_t addr)
{
    union stamp_insn i = {};
    stamp_decode(static_cast<const stamp_word *>(word), &i);
    i.d.dram = addr;
    return i;
}

#endif
