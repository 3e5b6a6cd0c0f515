/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file step.h
 * What the parts of a decode step share: attn_step.c and step_attend.c. A register holds what position p = ARG0
 * makes of it; registers 8 and up carry the offset of the layer.
 */
#ifndef STAMP_KERNEL_STEP_H
#define STAMP_KERNEL_STEP_H

#include "compiler/kernel/attend.h"

enum {
    STAMP_STEP_ROPE = 1,   /* row of the rotary table */
    STAMP_STEP_LIM = 2,    /* keys seen of a block */
    STAMP_STEP_COUNT = 3,  /* place in the scratch rows */
    STAMP_STEP_FULL = 4,   /* blocks of keys behind the first, but for */
    STAMP_STEP_SHORT = 5,  /* the last where p sees no more than few() of it: 0 or 1 */
    STAMP_STEP_ROW = 8,    /* row of p in the tail, or in the cache of 8 and 32 bits */
    STAMP_STEP_META = 9,   /* meta of p */
    STAMP_STEP_CODES = 10, /* p's batch: codes; the rows of its record in the tail */
    STAMP_STEP_BATCH = 11, /* p's batch: meta */
    STAMP_STEP_BLOCK = 12, /* meta of the first row of p's block, or record */
    STAMP_STEP_NEW = 13,   /* recoding: codes of p's block */
    STAMP_STEP_KEYS = 13,  /* attention: operands of a block of keys */
    STAMP_STEP_OPS = 14    /* p's batch, or record: operands */
};

/** -v as an address register holds it. */
uint64_t stamp_step_minus(uint64_t v);
uint32_t stamp_step_log2(uint32_t v);
/** R[reg] = (add ? R[reg] : 0) + ((p + more) >> shift) * imm */
void stamp_step_set(struct stamp_attend *n, uint32_t reg, bool add, uint32_t more, uint32_t shift,
                    uint64_t imm);
void stamp_step_fence(struct stamp_attend *n);
/** How often the loops over blocks of keys run. (step_attend.c) */
void stamp_step_count_blocks(struct stamp_attend *n);

#endif
