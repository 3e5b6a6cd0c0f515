/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file walk.h
 * The instructions of a program in the order a machine dispatches them: loops unrolled, address
 * registers added to DRAM addresses and limits. Arguments are given, values never looked at.
 */
#ifndef STAMP_DISPATCH_WALK_H
#define STAMP_DISPATCH_WALK_H

#include "model/dispatch/dispatch.h"
#include "model/status.h"

enum {
    STAMP_WALK_LIMIT = 1 << 28, /**< instructions a program executes at most */
    STAMP_WALK_LONG = 1 << 18   /**< beyond so many, what repeats is not looked at anew each time */
};

struct stamp_walk {
    const struct stamp_word *code; /**< borrowed */
    uint32_t count;
    uint64_t limit; /**< most instructions, control included */
    struct stamp_dispatch
        ctl; /**< ctl.seq: instructions so far; ctl.done: HALT was the last step */
};

/** Start at the program's beginning. @p arg: NULL or [STAMP_ARGS], zeros if NULL. @p limit: stop
 *  with an error after so many instructions. */
void stamp_walk_start(struct stamp_walk *w, const struct stamp_word *code, uint32_t count,
                      const uint32_t *arg, uint64_t limit);

/**
 * The next instruction of a unit, FENCE or HALT. After HALT there is none.
 * @return STAMP_EFORMAT (what dispatch would refuse: opcode, reserved bits, loop nesting, address
 *         not aligned or beyond 40 bits, end of program without HALT), STAMP_EUNSUPPORTED (limit)
 */
enum stamp_status stamp_walk_next(struct stamp_walk *w, struct stamp_issue *step,
                                  struct stamp_err *e);

/**
 * Whether @p step, the last, is a FENCE that begins a repetition of the outermost loop, with nothing of it before: all
 * that follows is as in the repetition before but for addresses.
 * @param left  repetitions to come, this one included
 */
bool stamp_walk_repeats(const struct stamp_walk *w, const struct stamp_issue *step, uint32_t *left);

#endif
