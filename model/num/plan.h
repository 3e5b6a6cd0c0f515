/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file plan.h
 * A sequence transform worked out for one length: the 2x2 operations, the canonical order, the
 * bits of every row, and the independent blocks it falls into.
 *
 * Rule     model/spec/numerics.md, section 5
 *
 * Locality: no operation joins two blocks, so any set of whole blocks can be transformed, quantized
 * and multiplied by itself. A compiler tiles by blocks; stamp_plan_local gives it the operations
 * in the tile's own row numbers, already grouped into strided instructions.
 */
#ifndef STAMP_NUM_PLAN_H
#define STAMP_NUM_PLAN_H

#include <stdint.h>

#include "model/num/butterfly.h"
#include "model/num/scheme.h"

#ifdef __cplusplus
extern "C" {
#endif

/** n1 * n0 pairs of rows: (a + i1*s1 + i0*s0, that + boff). Pairs of one op are disjoint. */
struct stamp_xop {
    enum stamp_bfly kind; /**< MEAN or ROT */
    uint32_t a;           /**< first row */
    uint32_t boff;        /**< rows from a pair's first to its second, 1 or more */
    uint32_t n0, s0;
    uint32_t n1, s1; /**< counts 1 or more; a stride is 0 where its count is 1 */
    float c, s;      /**< ROT only, else 0 */
};

/** Operations in an order that may be executed as it stands. */
struct stamp_xops {
    struct stamp_xop *op; /**< owned */
    uint32_t count, cap;
};

/** Token rows first + i*stride + j for i < h, j < w; local row number i*w + j. */
struct stamp_block {
    uint32_t first, h, w, stride;
};

struct stamp_plan {
    struct stamp_scheme scheme;
    uint32_t s;            /**< token rows */
    uint32_t sink;         /**< 1 if token 0 takes no part, else 0 */
    uint32_t depth;        /**< levels used; for WHT and DCT log2 of the longest block */
    uint32_t blocks;       /**< independent blocks, in rising order of their first token */
    struct stamp_xops ops; /**< of the whole sequence, in token rows */
    uint32_t *canon;       /**< [s] canonical index of a token row, a permutation; owned */
    uint8_t *bits;         /**< [s] width of a token row: 4, 8 or 32; owned */
};

/** Work out a plan. On failure @p plan is zeroed: STAMP_ERANGE (stamp_scheme_check), STAMP_ENOMEM.
 *  A scheme with act_bits 32 has no transform: every token is a block without operations. */
enum stamp_status stamp_plan_build(const struct stamp_scheme *scheme, uint32_t s,
                                   struct stamp_plan *plan, struct stamp_err *e);

/** Give everything back and zero the struct. */
void stamp_plan_free(struct stamp_plan *plan);

/** Block @p i < plan->blocks. The sink, if any, is block 0: one row, no operations. */
struct stamp_block stamp_plan_block(const struct stamp_plan *plan, uint32_t i);

/**
 * Operations of blocks first .. first+count-1, in local rows: the blocks one after the other, each
 * numbered as in struct stamp_block. Values equal those of plan->ops. Runs of equal blocks share
 * their operations. @p ops is zeroed first; free with stamp_xops_free.
 */
enum stamp_status stamp_plan_local(const struct stamp_plan *plan, uint32_t first, uint32_t count,
                                   struct stamp_xops *ops, struct stamp_err *e);

void stamp_xops_free(struct stamp_xops *ops);

/** Average activation bits: sum of bits / s. Scales are not counted. */
double stamp_plan_average_bits(const struct stamp_plan *plan);

#ifdef __cplusplus
}
#endif
#endif
