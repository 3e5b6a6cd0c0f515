/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file gen.h
 * Random legal programs for a machine: every instruction, format, size and dependency.
 *
 * A program is a list of pieces (instructions without semaphores, in segments that may loop). Any
 * sub-list of a program's pieces is a legal program too, so a failing one can be shrunk.
 */
#ifndef STAMP_TESTS_COSIM_GEN_H
#define STAMP_TESTS_COSIM_GEN_H

#include <stdbool.h>

#include "compiler/emit/image.h"

enum {
    GEN_MAX = 96,
    /* Parts of the memories in use: small enough that instructions meet. */
    GEN_VM_PART = 200,
    GEN_XB_PART = 120,
    GEN_WB_PART = 160,
    GEN_CM_PART = 24,
    GEN_SM_PART = 160,
    GEN_AC_PART = 128
};

/** Where the parts start. */
struct gen_bases {
    uint32_t vm, xb, wb, cm, sm, rm, ac;
};

/** xorshift64*, the same on every host. */
struct gen_rng {
    uint64_t state;
};
uint64_t gen_next(struct gen_rng *r);
uint32_t gen_below(struct gen_rng *r, uint32_t n); /**< 0 .. n-1 */
uint32_t gen_range(struct gen_rng *r, uint32_t lo, uint32_t hi);

/** One instruction of a program. */
struct gen_piece {
    struct stamp_word word;
    uint32_t segment; /**< pieces of a segment are neighbours */
    bool stepped;     /**< LOAD whose address moves with its segment's loop */
};

struct gen_program {
    const struct stamp_mach *mach;
    uint64_t seed;
    struct gen_bases base;
    uint64_t dram_base; /**< where memory lies: address register 2 */
    struct gen_piece piece[GEN_MAX];
    uint32_t pieces;
    uint32_t loop[GEN_MAX]; /**< iterations of each segment, 1 no loop */
};

/** A program from a seed. */
void gen_make(const struct stamp_mach *mach, uint64_t seed, struct gen_program *p);

/** The image of those pieces: data, tables, semaphores, loops, HALT. */
enum stamp_status gen_image(const struct gen_program *p, struct stamp_image **out,
                            struct stamp_err *e);

/** Without piece @p i. */
void gen_drop(struct gen_program *p, uint32_t i);

#endif
