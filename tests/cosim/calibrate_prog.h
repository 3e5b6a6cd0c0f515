/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file calibrate_prog.h
 * Programs of a few instructions for calibrate.c: those of cycle_shapes.h, one after the other.
 */
#ifndef STAMP_TESTS_COSIM_CALIBRATE_PROG_H
#define STAMP_TESTS_COSIM_CALIBRATE_PROG_H

#include <stdbool.h>

#include "model/spec/spec.h"

enum { CALIBRATE_WORDS = 96, CALIBRATE_BYTES = 0x400000, CALIBRATE_MANY = 6 };

/** Program words and the memory they want. */
struct calibrate_prog {
    const struct stamp_mach *mach;
    struct stamp_word code[CALIBRATE_WORDS];
    uint32_t count;
};

/** The memory's first contents, CALIBRATE_BYTES; code lies at its beginning. */
void calibrate_memory(const struct stamp_mach *m, uint8_t *memory);

/** @p transfers: loads of the tables and of VM alone before it; else VM and SM are made as shapes want them. */
void calibrate_begin(struct calibrate_prog *p, const struct stamp_mach *m, bool transfers);

/** One instruction; @p wait and @p post: semaphores, 0 none. */
void calibrate_add(struct calibrate_prog *p, const union stamp_insn *i, uint32_t wait,
                   uint32_t post);
void calibrate_control(struct calibrate_prog *p, enum stamp_opcode op, uint64_t imm);

#endif
