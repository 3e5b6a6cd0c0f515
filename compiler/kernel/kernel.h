/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file kernel.h
 * What the compiler can do: a kernel for each kind of step. Lowering asks the table and knows none.
 */
#ifndef STAMP_KERNEL_KERNEL_H
#define STAMP_KERNEL_KERNEL_H

#include "compiler/kernel/lowering.h"

/** What a kernel keeps in memory, in the order in which it lies in a block's region. */
enum stamp_lay {
    STAMP_LAY_WEIGHTS,
    STAMP_LAY_BIASES,
    STAMP_LAY_GAINS,
    STAMP_LAY_HEADS,
    STAMP_LAY_STATE,
    STAMP_LAYS
};

/** Functions may be NULL: nothing to do. Errors stick to n->b. */
struct stamp_lkernel {
    /** Sizes that the places of values depend on. */
    void (*size)(struct stamp_lower *n, struct stamp_lstep *s);
    /** Tiles; then tables and room beside the values. Values have their places. */
    void (*plan)(struct stamp_lower *n, struct stamp_lstep *s);
    void (*tables)(struct stamp_lower *n, struct stamp_lstep *s);
    /** Constants before all blocks: rotary tables, rows that are gathered. */
    void (*global)(struct stamp_lower *n, struct stamp_lstep *s);
    /** Constants and state of one kind in repetition @p time; addresses of the first are kept. */
    void (*lay)(struct stamp_lower *n, struct stamp_lstep *s, enum stamp_lay what, uint32_t time);
    /** A decode program: addresses of what the prefill laid, room of its own. */
    void (*share)(struct stamp_lower *n, struct stamp_lstep *s);
    /** Phases and instructions: what can go on beside the step before, then the rest. */
    void (*first)(struct stamp_lower *n, struct stamp_lstep *s);
    void (*emit)(struct stamp_lower *n, struct stamp_lstep *s);
    /** 4x4-bit products it needs each time; padding needs none. With *per_key they are for each key that a
     *  decode program's position knows. */
    uint64_t (*products)(const struct stamp_lower *n, const struct stamp_lstep *s);
};

extern const struct stamp_lkernel stamp_lkernel_linears, stamp_lkernel_norm, stamp_lkernel_gather,
    stamp_lkernel_attend, stamp_lkernel_prepend, stamp_lkernel_add, stamp_lkernel_input,
    stamp_lkernel_unary, stamp_lkernel_depthwise;

/** The kernel of a step. */
const struct stamp_lkernel *stamp_lkernel_of(enum stamp_gstep_kind kind);

#endif
