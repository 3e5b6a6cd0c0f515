/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file fn.h
 * Functions of one element: power of two, sigmoid, SiLU, GELU.
 *
 * Rule     model/spec/numerics.md, section 8, operation by operation
 * RTL twin rtl/vec/stamp_fn_lane.sv (VFN)
 *
 * Every function takes any finite value. Array forms give the bits of the scalar ones.
 */
#ifndef STAMP_NUM_FN_H
#define STAMP_NUM_FN_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** EXP2, 2^x: +0 where the result is below 2^-126, +infinity where x is 128 or more. */
float stamp_exp2(float x);
/** SIGMOID, in 0..1. */
float stamp_sigmoid(float x);
/** SILU, x * sigmoid(x). */
float stamp_silu(float x);
/** GELU in its tanh form. */
float stamp_gelu(float x);
/** 1 / sqrt(c * x + b), three roundings and one: DIV(1, SQRT(ADD(MUL(c, x), b))). */
float stamp_rsqrt(float x, float c, float b);

/** y[i] = EXP2(MUL(SUB(x[i], m), c)) for i < n; @p y may be @p x. */
void stamp_exp2_rows(size_t n, const float *x, float m, float c, float *y);
/** y[i] = MUL(SILU(gate[i]), up[i]). */
void stamp_silu_mul(size_t n, const float *gate, const float *up, float *y);

#ifdef __cplusplus
}
#endif
#endif
