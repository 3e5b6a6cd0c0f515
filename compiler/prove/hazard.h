/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file hazard.h
 * Who used every line of every memory last, and what a new instruction therefore has to wait for.
 *
 * Instructions are numbered 1, 2, ... within their unit. Used twice: the scheduler turns what is
 * needed into semaphores, the verifier checks that semaphores give what is needed.
 */
#ifndef STAMP_PROVE_HAZARD_H
#define STAMP_PROVE_HAZARD_H

#include "compiler/prove/access.h"

/** The line that asked for an order, for messages. */
struct stamp_need {
    uint32_t seq; /**< this instruction of the unit, and all before, must be over; 0 none */
    enum stamp_space space;
    uint64_t line;
};

/** Posts of a semaphore that may be open in program order: units run ahead of it by their queues, and
 *  post at most three times an instruction. */
static inline uint32_t stamp_posts_max(const struct stamp_mach *mach)
{
    return STAMP_SEM_MAX - 3 * (mach->QUEUE + 2);
}

struct stamp_board; /* opaque */

/** An empty board for @p image, or NULL when memory is out. */
struct stamp_board *stamp_board_new(const struct stamp_image *image);
void stamp_board_free(struct stamp_board *b);

/**
 * Note that instruction @p seq of @p unit touches @p touches, and say what it needs.
 * @param need  [STAMP_UNITS] out: per unit; the entry of @p unit itself stays 0
 * @return STAMP_EFORMAT for a read of a line nobody wrote, a STORE outside OUTPUT, TEMP and STATE
 *         buffers, a LOAD outside all buffers
 */
enum stamp_status stamp_board_note(struct stamp_board *b, enum stamp_unit unit, uint32_t seq,
                                   const struct stamp_touches *touches,
                                   struct stamp_need need[STAMP_UNITS], struct stamp_err *e);

/** Whether a transfer's rows each lie in one buffer, which a STORE may write; nothing is noted.
 *  @return as stamp_board_note */
enum stamp_status stamp_board_transfer(const struct stamp_board *b, const struct stamp_insn_d *d,
                                       bool load, uint64_t bytes, struct stamp_err *e);

#endif
