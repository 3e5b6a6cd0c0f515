/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file schedule.h
 * Semaphores for instructions in program order, so that they may run on units side by side.
 *
 * Like a scoreboard: each instruction must wait for the last conflicting instruction of every
 * other unit, unless it is known to be over already. One semaphore leads from each unit to each
 * other. Because units retire in order, later waits of a unit ask for later instructions of the
 * other: k-th wait and k-th post belong together, at most three of each stand in an instruction,
 * every post is taken, and program order never blocks. Where more posts would be open than a
 * semaphore can count, one wait asks for more than it needs.
 */
#ifndef STAMP_EMIT_SCHEDULE_H
#define STAMP_EMIT_SCHEDULE_H

#include "model/image/image.h"

/** Fill the wait and post fields of @p word [count] (no loops, fields zero, HALT at the end).
 *  @p image gives machine, buffers and constant data. @return STAMP_ENOMEM, or what stamp_board_note
 *  and stamp_touches_of say about a program that breaks their rules. */
enum stamp_status stamp_schedule(const struct stamp_image *image, struct stamp_word *word,
                                 size_t count, struct stamp_err *e);

#endif
