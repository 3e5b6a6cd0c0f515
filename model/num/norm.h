/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file norm.h
 * Reductions in the canonical order, and the norms built on them.
 *
 * Rule     model/spec/numerics.md, section 8
 * RTL twin rtl/vec/stamp_vx_red.sv (VRED)
 */
#ifndef STAMP_NUM_NORM_H
#define STAMP_NUM_NORM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { STAMP_NORM_UNIT = 16 }; /**< elements */

/** REDUCE of x[n]; n may be 0 (+0). */
float stamp_reduce(size_t n, const float *x);
/** REDUCE of the squares of x[n]. */
float stamp_reduce_squares(size_t n, const float *x);
/** y[n] = RMSNORM(x, gain); y may be x. */
void stamp_rmsnorm(size_t n, const float *x, const float *gain, float eps, float *y);
/** y[n] = LAYERNORM(x, gain, bias); y may be x; gain and bias may be NULL (1 and +0: left out).
 *  @return the sum of the squares, on which a machine ends with NUMERIC where it is not finite */
float stamp_layernorm(size_t n, const float *x, const float *gain, const float *bias, float eps,
                      float *y);

/** Elements of a row of heads of @p unit where each begins at a multiple of STAMP_NORM_UNIT. */
uint32_t stamp_norm_padded(uint32_t cols, uint32_t unit);
/** RMSNORM and LAYERNORM of such a row; bias NULL: RMSNORM. @param room  [stamp_norm_padded]
 *  @return REDUCE of the squares of what is scaled */
float stamp_norm_heads(uint32_t cols, uint32_t unit, const float *x, const float *gain,
                       const float *bias, float eps, float *room, float *y);

#ifdef __cplusplus
}
#endif
#endif
