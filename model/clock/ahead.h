/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ahead.h
 * The shapes of the instructions to come, as the dispatcher will meet them: control flow and address registers
 * executed, nothing timed.
 */
#ifndef STAMP_CLOCK_AHEAD_H
#define STAMP_CLOCK_AHEAD_H

#include "model/clock/dispatch.h"
#include "model/clock/shape.h"

enum { STAMP_CLOCK_AHEAD = 128 }; /**< instructions looked at, at most */

struct stamp_clock_ahead;

/** @param shapes  borrowed; NULL gives NULL. @return NULL: out of memory */
struct stamp_clock_ahead *stamp_clock_ahead_new(struct stamp_clock_shapes *shapes);
void stamp_clock_ahead_free(struct stamp_clock_ahead *a);

/** Whether an instruction that @p d has just executed may be passed over: not a FENCE, HALT or what begins and ends the
 *  outermost loop, whose begin decides what is kept of the program; nor one that comes near to that, or to the program's end. */
bool stamp_clock_ahead_may(const struct stamp_clock_dispatch *d, const struct stamp_issue *issue);

/** From the instruction @p d is to fetch next; borrowed until the next call. */
void stamp_clock_ahead_from(struct stamp_clock_ahead *a, const struct stamp_clock_dispatch *d);
/** Whether the next are of these shapes, and may all be passed over. */
bool stamp_clock_ahead_is(struct stamp_clock_ahead *a, const uint64_t *shape, uint32_t count);
/** As many are over. */
void stamp_clock_ahead_go(struct stamp_clock_ahead *a, uint32_t count);
/** The word to come. */
uint32_t stamp_clock_ahead_pc(const struct stamp_clock_ahead *a);
/** The dispatcher is there. */
void stamp_clock_ahead_put(const struct stamp_clock_ahead *a, struct stamp_clock_dispatch *d);

#endif
