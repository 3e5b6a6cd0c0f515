/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file clock.h
 * The machine on a clock: when everything happens, no values. Cycles and every counter of event.def are those of
 * the RTL, for any program that ends in HALT and any memory.
 *
 * Contents of memory decide in two places only: the tables RT, NT and IT, whose lines are taken from the bytes given
 * when they are loaded. Where a program stores what it then loads into a table, those bytes have to hold it.
 */
#ifndef STAMP_CLOCK_CLOCK_H
#define STAMP_CLOCK_CLOCK_H

#include "model/clock/axi.h"
#include "model/image/image.h"
#include "model/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stamp_clock;

/** What happens to instruction @p seq in @p cycle since START: as handed to the units, counted from 0, in the upper
 *  32 bits, its place in the program in the lower. */
struct stamp_clock_hooks {
    void *ctx;
    void (*control)(void *ctx, uint32_t pc,
                    uint64_t cycle); /**< one of the dispatcher's own is over */
    void (*take)(void *ctx, enum stamp_unit unit, uint64_t seq, uint64_t cycle);
    void (*retire)(void *ctx, enum stamp_unit unit, uint64_t seq, uint64_t cycle);
    /** It goes into its unit's queue, where it is from the next cycle on, to the one it is taken in. */
    void (*push)(void *ctx, enum stamp_unit unit, uint64_t seq, uint64_t cycle);
    /** Semaphore @p n has @p value from @p cycle on. */
    void (*semaphore)(void *ctx, uint32_t n, uint32_t value, uint64_t cycle);
};

struct stamp_clock_options {
    const struct stamp_mach *mach;
    const struct stamp_word
        *code; /**< borrowed for the life of the clock, as all that is pointed to */
    uint32_t count;
    uint64_t code_addr;
    uint32_t arg[STAMP_ARGS];
    struct stamp_clock_memory memory;
    const uint8_t *dram; /**< its bytes; NULL: those of image, */
    const struct stamp_image
        *image; /**< as far as it has them; NULL or not there: tables hold zeros */
    uint64_t dram_bytes, dram_base; /**< how many; address of the first */
    uint64_t before;                /**< edges of the memory before the cycle of START */
    bool tapes;        /**< vector instructions are taped from the first cycle on: for tests */
    bool every_cycle;  /**< no cycle is passed over and no unit sleeps: slow, for tests */
    bool no_memo;      /**< no stretch is passed over because it was seen before: for tests */
    size_t memo_bytes; /**< room for stretches, for tests; 0: that for a large network */
    uint64_t watchdog; /**< cycles without an instruction over that end it; 0: none */
    struct stamp_clock_hooks hooks; /**< NULL where nobody listens */
};

/** The program of an entry (NULL: the first) with the arguments of the image, memory at 0. @return false:
 *  no such entry */
bool stamp_clock_entry(const struct stamp_image *image, const char *entry,
                       struct stamp_clock_options *o);

/** A machine at rest before START. @return STAMP_ENOMEM */
enum stamp_status stamp_clock_new(const struct stamp_clock_options *o, struct stamp_clock **out,
                                  struct stamp_err *e);
void stamp_clock_free(struct stamp_clock *c);

/**
 * START, or on from there, for @p cycles (0: without a limit) or up to HALT; further where iterations of a loop are
 * passed over (repeat.h). Stretches that were seen before are too (memo.h).
 * @param done  whether HALT was reached
 * @return STAMP_EMACHINE where the program ends in an error, which is not timed
 */
enum stamp_status stamp_clock_run(struct stamp_clock *c, uint64_t cycles, bool *done,
                                  struct stamp_err *e);

/** The counters as they stand, by enum stamp_event; not for hooks. */
const uint64_t *stamp_clock_events(const struct stamp_clock *c);

/** What came of looking states up (memo.h): kept, stretches from one to the next, bytes of both; stretches passed
 *  over, and their cycles; how often all was forgotten for want of room. All 0 where none are looked up. */
struct stamp_clock_passed {
    uint64_t states, kept, bytes, looked, stretches, cycles, forgotten;
};
struct stamp_clock_passed stamp_clock_passed(const struct stamp_clock *c);

/** For a hook: the counters without what the cycle it is told of adds. */
void stamp_clock_events_before(const struct stamp_clock *c, uint64_t out[STAMP_EVENTS]);

#ifdef __cplusplus
}
#endif
#endif
