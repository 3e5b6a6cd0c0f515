/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file repeat.h
 * Iterations of a program's outermost loop that are alike are passed over.
 *
 * A loop that begins with a FENCE begins each iteration with all units at rest. Where all that decides time is as
 * it was an iteration or a few before, the next ones take as many cycles and count as much: what is different are address
 * registers, which every iteration adds the same to. They may move what LOAD and STORE transfer by multiples of
 * 4 KiB, which no burst crosses, and nothing else: limits, counts of loops, lines of tables.
 */
#ifndef STAMP_CLOCK_REPEAT_H
#define STAMP_CLOCK_REPEAT_H

#include "model/clock/top.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The begin of an iteration. */
struct stamp_clock_mark {
    uint8_t *image; /**< all that decides time */
    size_t bytes;   /**< of it; 0: none was taken */
    uint32_t left;  /**< iterations, this one included */
    uint64_t cycle, pushed, seq, areg[STAMP_ADDR_REGS], event[STAMP_EVENTS];
    uint64_t counted[STAMP_CLOCK_COUNTS]; /**< by memory */
};

enum { STAMP_CLOCK_MARKS = 8 }; /**< iterations of which the last is compared with each before */

struct stamp_clock_repeat {
    struct stamp_clock_mark mark[STAMP_CLOCK_MARKS];
    uint32_t
        marks; /**< taken so far, modulo 2^32: the last is mark[(marks - 1) % STAMP_CLOCK_MARKS] */
};

/** @return false: out of memory */
bool stamp_clock_repeat_new(struct stamp_clock_repeat *r, const struct stamp_mach *mach);
void stamp_clock_repeat_free(struct stamp_clock_repeat *r);

/** After a cycle: where it executed the FENCE an iteration begins with, those that follow but for the last are
 *  passed over if they are like those before. */
void stamp_clock_repeat(struct stamp_clock_repeat *r, struct stamp_clock_top *t);

#ifdef __cplusplus
}
#endif
#endif
