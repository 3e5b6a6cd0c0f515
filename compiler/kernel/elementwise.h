/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file elementwise.h
 * Element by element on whole rows, from DRAM to DRAM.
 */
#ifndef STAMP_KERNEL_ELEMENTWISE_H
#define STAMP_KERNEL_ELEMENTWISE_H

#include "compiler/emit/build.h"
#include "compiler/tile/tile.h"

struct stamp_elementwise {
    uint32_t rows, cols; /**< cols in lines */
    enum stamp_post
        post; /**< ADD: y = a + c; SILU: SILU(a) * c, c lies behind a; GELU: GELU(a); ACT:
                           *   SILU(a); GATED: c + a * gate */
    struct stamp_place a, c, y;
    uint64_t gate; /**< a row; GATED */
};
void stamp_emit_elementwise(struct stamp_build *b, const struct stamp_mach *mach,
                            const struct stamp_elementwise *e);

#endif
