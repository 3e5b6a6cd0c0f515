/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file timing.h
 * The TIME and STALL counters of event.def, counted again from outside: AXI pins, the register port, and when
 * instructions reach a queue, leave it and are over. Semaphores, queues and transfers are modelled here
 * anew; no wire of the counters is looked at.
 */
#ifndef STAMP_TESTS_COSIM_TIMING_H
#define STAMP_TESTS_COSIM_TIMING_H

#include <stdbool.h>
#include <stdint.h>

#include "model/spec/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stamp_rtl_cycle;
struct timing; /* opaque */

/** @p code_lo .. @p code_hi: the program's bytes, which none of its loads reads. NULL: out of memory. */
struct timing *timing_new(const struct stamp_mach *mach, uint64_t code_lo, uint64_t code_hi);
void timing_free(struct timing *t);

/** Before a START of another program: its bytes. */
void timing_code(struct timing *t, uint64_t code_lo, uint64_t code_hi);

/** An on_cycle hook; @p ctx is the timing. Every START begins anew. Always true. */
bool timing_cycle(void *ctx, const struct stamp_rtl_cycle *cycle);

/**
 * After a run with the interrupt enabled: the first counter that is not what was seen, as one line with
 * both values; NULL if there is none. @p done: HALT was reached, and each counter has to be
 * exact; after an error they are only held to each other.
 */
const char *timing_check(struct timing *t, const uint64_t event[STAMP_EVENTS], bool done);

#ifdef __cplusplus
}
#endif
#endif
