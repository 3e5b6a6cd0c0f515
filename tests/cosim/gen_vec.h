/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file gen_vec.h
 * Random vector instructions of formats W and V (the newer ones), and what gen.c and gen_vec.c share.
 */
#ifndef STAMP_TESTS_COSIM_GEN_VEC_H
#define STAMP_TESTS_COSIM_GEN_VEC_H

#include "tests/cosim/gen.h"

enum {
    GEN_GROUP = 3,  /**< instructions at most that gen_vec makes at once */
    GEN_EVEN = 24,  /**< row table entries from here on in a line name even nibble rows */
    GEN_LIM_REG = 3 /**< address register that holds something for limits */
};

/** What the instructions of one program share. */
struct gen_ctx {
    struct gen_rng r;
    const struct stamp_mach *m;
    struct gen_bases at;
    uint64_t classes;
};

/** Whether class GEN_IS_... may be used. */
static inline bool gen_may(const struct gen_ctx *c, uint32_t class)
{
    return c->classes >> class & 1;
}

/** Fill in instruction i[0], whose op is set; returns how many were made, those after it on their
 *  own feet (op included). */
uint32_t gen_vec(struct gen_ctx *c, union stamp_insn i[GEN_GROUP]);

#endif
