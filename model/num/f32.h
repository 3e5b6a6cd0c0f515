/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file f32.h
 * The binary32 operations every float of the kit goes through: one rounding each, RNE, subnormals
 * kept, no fused multiply-add, every NaN the one pattern 0x7fc00000.
 *
 * Rule     model/spec/numerics.md, sections 1 to 3
 * RTL twin rtl/fp/: stamp_fadd, stamp_fmul, stamp_fdiv, stamp_fsqrt, stamp_f2i, stamp_fp_pkg
 *
 * Ordinary C float is exact here on every host: FLT_EVAL_METHOD is 0 and the build passes
 * -ffp-contract=off. Callers never enable another rounding mode or flush-to-zero.
 */
#ifndef STAMP_NUM_F32_H
#define STAMP_NUM_F32_H

#include <assert.h>
#include <float.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef __cplusplus
_Static_assert(FLT_EVAL_METHOD == 0, "float expressions must round to float (use SSE, not x87)");
_Static_assert(sizeof(float) == 4 && FLT_MANT_DIG == 24, "float must be binary32");
#endif

#define STAMP_F32_NAN UINT32_C(0x7fc00000)

/** Bits of a float and back. */
static inline uint32_t stamp_f32_bits(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static inline float stamp_f32_from_bits(uint32_t u)
{
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/** Any NaN becomes the canonical one, everything else passes. */
static inline float stamp_f32_canon(float x)
{
    return x == x ? x : stamp_f32_from_bits(STAMP_F32_NAN);
}

/** ADD, SUB, MUL, DIV: numerics.md section 3. */
static inline float stamp_f32_add(float a, float b)
{
    return stamp_f32_canon(a + b);
}

static inline float stamp_f32_sub(float a, float b)
{
    return stamp_f32_canon(a - b);
}

static inline float stamp_f32_mul(float a, float b)
{
    return stamp_f32_canon(a * b);
}

static inline float stamp_f32_div(float a, float b)
{
    return stamp_f32_canon(a / b);
}

/** SQRT, correctly rounded; below zero the NaN, of -0 the -0. */
float stamp_f32_sqrt(float x);

/** HALF(x) = MUL(x, 0.5): exact except where the result is subnormal. */
static inline float stamp_f32_half(float x)
{
    return stamp_f32_mul(x, 0.5f);
}

/** NEG: the sign bit flips; a NaN becomes the canonical one. */
static inline float stamp_f32_neg(float x)
{
    return stamp_f32_canon(-x);
}

/** Neither infinite nor NaN. */
static inline bool stamp_f32_is_finite(float x)
{
    return (stamp_f32_bits(x) & UINT32_C(0x7f800000)) != UINT32_C(0x7f800000);
}

/** For messages: what such a value is. */
static inline const char *stamp_f32_nonfinite_name(float x)
{
    const uint32_t bits = stamp_f32_bits(x);
    return bits << 9 ? "NaN" : bits >> 31 ? "-infinity" : "infinity";
}

/** Index of the first element of x[n] that is not finite, or n. */
size_t stamp_f32_find_nonfinite(size_t n, const float *x);

/** x[i] = ADD(x[i], y[i]) for i < n; apart. */
void stamp_f32_add_rows(size_t n, float *x, const float *y);

/** RNE_INT10: nearest integer, ties to even, limited to -512..511; NaN gives 0. */
static inline int32_t stamp_rne_int10(float x)
{
    /* 1.5 * 2^23: there the spacing of floats is 1, so the addition itself rounds to an integer. */
    const float magic = 12582912.0f;
    const float low = x > -512.0f ? x : -512.0f;
    const float in = low < 511.0f ? low : 511.0f;
    const float t = in + magic;
    return x == x ? (int32_t)(t - magic) : 0;
}

/** S32_F32: nearest float, ties to even. */
static inline float stamp_s32_f32(int32_t v)
{
    return (float)v;
}

#ifdef __cplusplus
}
#endif
#endif
