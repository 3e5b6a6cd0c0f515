/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file butterfly.h
 * The 2x2 operations on two rows, in place.
 *
 * Rule     model/spec/numerics.md, section 4
 * RTL twin rtl/vec/stamp_vx_alu.sv, instruction VBFLY
 */
#ifndef STAMP_NUM_BUTTERFLY_H
#define STAMP_NUM_BUTTERFLY_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The values are those of KIND in isa.def. */
enum stamp_bfly {
    STAMP_MEAN = 0, /**< a' = HALF(a + b), b' = HALF(a - b) */
    STAMP_SUM = 1,  /**< a' = a + b, b' = a - b: undoes MEAN */
    STAMP_ROT = 2   /**< a' = c*a + s*b, b' = c*b - s*a: undone by ROT(c, -s) */
};

/**
 * One operation on every element of two rows.
 * @param c,s  constants of ROT, ignored otherwise
 * @param a,b  [n], in place, not overlapping
 */
void stamp_butterfly(enum stamp_bfly kind, float c, float s, size_t n, float *a, float *b);

#ifdef __cplusplus
}
#endif
#endif
