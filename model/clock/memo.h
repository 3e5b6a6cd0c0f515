/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file memo.h
 * Stretches of a program the machine has been through in the same state are passed over.
 *
 * A compiled product is tile after tile: the same shapes of instructions, other addresses. When the
 * dispatcher gives an instruction to a queue, all that decides time (state.h) is looked up among the states met before;
 * from each of them lead the stretches that were seen to follow, with the shapes of their instructions (shape.h), what they
 * counted and the state they ended in. Where the program goes on with the shapes of one, the machine would do what it did
 * then: its cycles and counts are added, and so on from the state it ended in. Only where no stretch fits is the
 * machine put into the state reached, and clocked.
 *
 * Source  the idea: E. Schnarr, J. R. Larus, "Fast Out-Of-Order Processor Simulation Using Memoization", ASPLOS 1998.
 */
#ifndef STAMP_CLOCK_MEMO_H
#define STAMP_CLOCK_MEMO_H

#include "model/clock/clock.h"
#include "model/clock/state.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stamp_clock_memo;

enum { STAMP_CLOCK_MEMO_LONGEST = 1 << 16 }; /**< cycles of a stretch, less than so many */

/** For one program. @param bytes  of states and stretches; when these are used up all are forgotten.
 *  @return NULL: out of memory */
struct stamp_clock_memo *stamp_clock_memo_new(const struct stamp_clock_top *t, size_t bytes);
void stamp_clock_memo_free(struct stamp_clock_memo *m);

/**
 * After a cycle: notes what it did; where it gave the instruction a state is looked up at, up to @p most cycles are
 * passed over.
 * @return whether some were: the next cycle is then to be one of all units
 */
bool stamp_clock_memo(struct stamp_clock_memo *m, struct stamp_clock_top *t, uint64_t most);

struct stamp_clock_passed stamp_clock_memo_passed(const struct stamp_clock_memo *m);

#ifdef __cplusplus
}
#endif
#endif
