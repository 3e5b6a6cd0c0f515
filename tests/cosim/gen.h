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

#include "model/image/image.h"

enum {
    GEN_MAX = 96,
    GEN_NEST = 3, /* loops around a segment at most, one inside the other */
    /* Parts of the memories in use: small enough that instructions meet. */
    GEN_VM_PART = 264,
    GEN_RAW_PART = 40, /* VM lines behind or before it that hold packed codes, any bits */
    GEN_XB_PART = 120,
    GEN_WB_PART = 160,
    GEN_CM_PART = 24,
    GEN_SM_PART = 160,
    GEN_AC_PART = 128,
    GEN_PB_PART = 96
};

/** Lines of AC in use: whole groups of P rows. */
static inline uint32_t gen_ac_part(const struct stamp_mach *m)
{
    return GEN_AC_PART / m->P * m->P;
}

/** What a program may be made of: the units' instructions, and features of them. */
/* clang-format off */
#define GEN_CLASSES(X)                                                                             \
    X(LOAD) X(STORE) X(VBFLY) X(VMINMAX) X(VQPAR) X(VQUANT) X(VBIAS) X(MM) X(FENCE) X(NOP)         \
    X(VBIN) X(VROPE) X(VROW) X(VRED) X(VFN) X(VCODE) X(VDEQ) X(VPACKK) X(VPACKV) X(VSMRD) X(VSMWR) \
    X(SETA) X(LOOPREG) X(GATHER) X(IT) X(RAW) X(PB) X(SD)
/* clang-format on */
enum {
#define GEN_CLASS(name) GEN_IS_##name,
    GEN_CLASSES(GEN_CLASS)
#undef GEN_CLASS
};

/** The bits 1 << GEN_IS_name of a list of names, separated by commas. False for an unknown name. */
bool gen_class_mask(const char *names, uint64_t *mask);

/** Where the parts start. */
struct gen_bases {
    uint32_t vm, raw, xb, wb, cm, sm, rm, ac, pb;
};

/** xorshift64*, the same on every host. */
struct gen_rng {
    uint64_t state;
};
uint64_t gen_next(struct gen_rng *r);
uint32_t gen_below(struct gen_rng *r, uint32_t n); /**< 0 .. n-1 */
uint32_t gen_range(struct gen_rng *r, uint32_t lo, uint32_t hi);

/** The first line of @p lines within @p room, 0 .. room - lines: every third at one of the ends. */
uint32_t gen_place(struct gen_rng *r, uint32_t room, uint32_t lines);

/** One instruction of a program. */
struct gen_piece {
    struct stamp_word word;
    uint32_t segment; /**< pieces of a segment are neighbours */
    bool stepped;     /**< LOAD whose address moves with its segment's loop */
    bool bent;        /**< by gen_near.h: stands between FENCEs */
};

/** What a segment's iterations come from. */
struct gen_loop {
    uint32_t count[GEN_NEST]; /**< of each loop, the outermost first; 1 no loop */
    bool by_reg;              /**< counts come from registers, and may be 0 */
};

struct gen_program {
    const struct stamp_mach *mach;
    uint64_t seed, classes;
    uint32_t arg[STAMP_ARGS];
    struct gen_bases base;
    uint64_t dram_base; /**< where memory lies: address register 2 */
    struct gen_piece piece[GEN_MAX];
    uint32_t pieces;
    struct gen_loop loop[GEN_MAX]; /**< of each segment */
};

/** A program from a seed, of these classes. */
void gen_make(const struct stamp_mach *mach, uint64_t seed, uint64_t classes,
              struct gen_program *p);

/** The image of those pieces: data, tables, semaphores, loops, HALT. */
enum stamp_status gen_image(const struct gen_program *p, struct stamp_image **out,
                            struct stamp_err *e);

/** Without piece @p i. */
void gen_drop(struct gen_program *p, uint32_t i);

#endif
