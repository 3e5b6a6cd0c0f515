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

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif
#endif
