/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file cycle_rig.h
 * Short programs on a Verilated machine, and the clocks in which their instructions leave a queue and are
 * over.
 */
#ifndef STAMP_TESTS_COSIM_CYCLE_RIG_H
#define STAMP_TESTS_COSIM_CYCLE_RIG_H

#include <stdbool.h>

#include "model/status.h"
#include "sim/run/device.h"

/** Memory: floats of 0.5 to 2, which are whatever else is loaded as well, the same as bf16, then room for stores. */
enum { RIG_DATA = 0x10000, RIG_BF16 = 0x100000, RIG_STORE = 0x200000, RIG_BYTES = 0x400000 };

/** VM lines programs work on, from line 0: all hold floats of 0.5 to 2 at first. SM entries likewise, with
 *  a scale and a zero point. Entries of the index table are small. */
enum { RIG_VM = 304, RIG_SM = 160, RIG_INDEX = 16 };

/** Instructions of the sequence under test at most; words of a program at most. */
enum { RIG_MANY = 4, RIG_WORDS = 96 };

/** Clocks of the instructions of a sequence, counted from the same one. */
struct rig_times {
    uint32_t count;
    uint64_t take[RIG_MANY], done[RIG_MANY];
};

struct rig;

/** A machine behind a memory of @p latency cycles and @p rate beats per 256, its tables filled. */
enum stamp_status rig_new(const struct stamp_mach *m, const char *dir, uint32_t latency,
                          uint32_t rate, struct rig **out, struct stamp_err *e);
void rig_free(struct rig *rig);

/**
 * Runs @p before, then the @p count instructions of one unit one after the other, all in its queue
 * before the first may start.
 * @return STAMP_EMACHINE when the program ends in an error
 */
enum stamp_status rig_sequence(struct rig *rig, const union stamp_insn *before, uint32_t befores,
                               const union stamp_insn *insn, uint32_t count, struct rig_times *t,
                               struct stamp_err *e);

/** Cycles from the push of one instruction of a unit to that of the next, with @p words between them, of
 *  the second pass of a loop: all in the instruction buffer. With @p halt to the last cycle of a HALT
 *  behind @p words, instead. Argument registers are 0. */
enum stamp_status rig_dispatch(struct rig *rig, const union stamp_insn *word, uint32_t words,
                               bool halt, uint64_t *cycles, struct stamp_err *e);

#endif
