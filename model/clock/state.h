/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file state.h
 * All that decides time from a cycle on, written down so that where it is the same, what follows is: cycles are counted
 * from now, rings from their first place, words of the program from the one to come, addresses where they decide how
 * rows are cut.
 *
 * Not in it, and to be compared beside it: where in 4 KiB the program's next burst lies (stamp_clock_state_code), and
 * the instructions to come.
 */
#ifndef STAMP_CLOCK_STATE_H
#define STAMP_CLOCK_STATE_H

#include "model/clock/shape.h"
#include "model/clock/top.h"

enum { STAMP_CLOCK_STATE = 3072 + STAMP_CLOCK_IMAGE }; /**< bytes, at most */

/** One function for both ways: fields go to the bytes, or come from them. */
struct stamp_clock_state {
    uint8_t *at, *end;
    bool load, bad; /**< bad: it cannot be said */
    struct stamp_clock_shapes *shapes;
};

/** A machine whose dispatcher has just given an instruction to a queue, all counters and sleepers up to date.
 *  @return bytes, 0: it cannot be said */
size_t stamp_clock_state_save(struct stamp_clock_top *t, struct stamp_clock_shapes *shapes,
                              uint8_t room[STAMP_CLOCK_STATE]);

/** The machine as it was, but for what is not in the state: its control (ctl, pc), which are those of the instruction
 *  given, cycle and counters. */
void stamp_clock_state_load(struct stamp_clock_top *t, struct stamp_clock_shapes *shapes,
                            const uint8_t *bytes, size_t count);

/** Whether the word @p pc is so near behind the begin of the outermost loop that it is kept, or to the end of the program
 *  that fetch may be there: the state of a machine that is to go on there says how near, that of another that it is not. */
bool stamp_clock_state_near_begin(const struct stamp_clock_dispatch *d, uint32_t pc);
bool stamp_clock_state_near_end(const struct stamp_clock_dispatch *d, uint32_t pc);

/** The 64 bytes of code the next burst begins with, modulo 2^32 counted from the address 0. */
uint32_t stamp_clock_state_code(const struct stamp_clock_top *t);
/** The same of a state, with the word @p pc to come. */
uint32_t stamp_clock_state_code_of(const uint8_t *bytes, uint64_t code_addr, uint32_t pc);

/* Parts, in state_units.c and state_arrays.c. */
void stamp_clock_state_ldu(struct stamp_clock_state *s, struct stamp_clock_ldu *l);
void stamp_clock_state_stu(struct stamp_clock_state *s, struct stamp_clock_stu *u);
void stamp_clock_state_vxu(struct stamp_clock_state *s, struct stamp_clock_vxu *v, uint32_t *pc);
void stamp_clock_state_mxu(struct stamp_clock_state *s, struct stamp_clock_mxu *m);

/** What @p count entries of a table from @p first on hold. */
void stamp_clock_state_entries(struct stamp_clock_state *s, enum stamp_space space, uint32_t first,
                               uint32_t count);
/** @p bytes of @p what. */
void stamp_clock_state_put(struct stamp_clock_state *s, void *what, size_t bytes);
/** A number of 32 bits at most, of which @p bytes are kept. */
uint32_t stamp_clock_state_num(struct stamp_clock_state *s, uint32_t value, size_t bytes);

#endif
