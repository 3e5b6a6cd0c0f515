/* SPDX-License-Identifier: Apache-2.0 */
/* fn.c - functions of one element. Contract in fn.h.
 *
 * The bodies have no branches, so that the array forms become vector code, and use plain operators:
 * NaN arises from NaN alone (or from infinity, once, in the last operation), and the last step makes
 * it the canonical one, which is what canonicalizing every step would give. */
#include "model/num/fn.h"

#include "model/num/f32.h"
#include "model/num/simd.h"

enum { CHUNK = 64, ENTRIES = 128 };

#define FN_CONST(name, bits, meaning) static const uint32_t name = bits;
#include "model/spec/fn.def"
static const uint32_t exp_t[ENTRIES] = {
#define FN_EXP(i, bits) [i] = bits,
#include "model/spec/fn.def"
};
static const uint32_t rec_a[ENTRIES] = {
#define FN_RECIP(i, a, b, c) [i] = a,
#include "model/spec/fn.def"
};
static const uint32_t rec_b[ENTRIES] = {
#define FN_RECIP(i, a, b, c) [i] = b,
#include "model/spec/fn.def"
};
static const uint32_t rec_c[ENTRIES] = {
#define FN_RECIP(i, a, b, c) [i] = c,
#include "model/spec/fn.def"
};

static const uint32_t ONE = 0x3f800000, INFINITE = 0x7f800000, MAGNITUDE = 0x7fffffff;

INLINE float num(uint32_t bits)
{
    return stamp_f32_from_bits(bits);
}

/* Comparisons are of bit patterns and give masks, all ones or zero: simd.h says why. */
INLINE uint32_t mask(int condition)
{
    return 0u - (uint32_t)condition;
}

INLINE uint32_t nan_mask(uint32_t u)
{
    return mask((u & MAGNITUDE) > INFINITE);
}

INLINE float exp_one(float x)
{
    /* Patterns of negative values rise with the magnitude; those of NaN lie beyond infinity's. */
    const uint32_t u = stamp_f32_bits(x), nan = nan_mask(u);
    const uint32_t below = mask(u > EXP_LO) & ~nan;
    const uint32_t above = mask((int32_t)u > (int32_t)EXP_HI) & ~nan;
    const float in = num(u & ~(below | above | nan));

    /* 1.5 * 2^23: there the spacing of floats is 1, so the addition rounds to an integer, which
     * the low bits hold in two's complement. */
    const float magic = 12582912.0f, t = in * num(EXP_K) + magic, kf = t - magic;
    const uint32_t k = stamp_f32_bits(t) - stamp_f32_bits(magic);
    const float r = (in - kf * num(EXP_C1)) - kf * num(EXP_C2);
    const float p = r + 0.5f * (r * r);
    const float ti = num(exp_t[k % ENTRIES]);
    const float y = ti + ti * p;
    const uint32_t scaled = stamp_f32_bits(y) + ((k - k % ENTRIES) << 16);

    return num((scaled & ~(below | above | nan)) | (INFINITE & above) | (STAMP_F32_NAN & nan));
}

INLINE float sigmoid_one(float x)
{
    const uint32_t u = stamp_f32_bits(x), negative = mask((int32_t)u < 0);
    const float z = exp_one(num(u | ~MAGNITUDE));
    const float d = 1.0f + z;
    const uint32_t step = (stamp_f32_bits(d) - ONE) >> 16;
    const uint32_t i = step < ENTRIES - 1 ? step : ENTRIES - 1;

    const float r = d - num(ONE + (i << 16) + UINT32_C(0x8000));
    const float q = num(rec_a[i]) + r * (num(rec_b[i]) + r * num(rec_c[i]));
    /* of -0 z q is the q of +0 */
    return stamp_simd_canon(
        num((stamp_f32_bits(z * q) & negative) | (stamp_f32_bits(q) & ~negative)));
}

INLINE float silu_one(float x)
{
    return stamp_simd_canon(x * sigmoid_one(x));
}

float stamp_exp(float x)
{
    return exp_one(x);
}

float stamp_sigmoid(float x)
{
    return sigmoid_one(x);
}

float stamp_silu(float x)
{
    return silu_one(x);
}

float stamp_gelu(float x)
{
    const float u = x * (num(GELU_G1) + num(GELU_G2) * (x * x));
    return stamp_f32_mul(x, sigmoid_one(u));
}

float stamp_rsqrt(float x, float c, float b)
{
    return stamp_f32_div(1.0f, stamp_f32_sqrt(stamp_f32_add(stamp_f32_mul(c, x), b)));
}

/* Whole chunks go through an array of their own, which no argument can overlap: gcc needs no check
 * of that, and y may be x. */
INLINE void exp_rows(size_t n, const float *x, float m, float c, float *y)
{
    float out[CHUNK];
    size_t i = 0;

    for (; i + CHUNK <= n; i += CHUNK) {
        for (size_t j = 0; j < CHUNK; j++) out[j] = exp_one((x[i + j] - m) * c);
        memcpy(y + i, out, sizeof out);
    }
    for (; i < n; i++) y[i] = exp_one((x[i] - m) * c);
}

INLINE void silu_mul(size_t n, const float *gate, const float *up, float *y)
{
    float out[CHUNK];
    size_t i = 0;

    for (; i + CHUNK <= n; i += CHUNK) {
        for (size_t j = 0; j < CHUNK; j++)
            out[j] = stamp_simd_canon(silu_one(gate[i + j]) * up[i + j]);
        memcpy(y + i, out, sizeof out);
    }
    for (; i < n; i++) y[i] = stamp_f32_mul(silu_one(gate[i]), up[i]);
}

AVX2 static void exp_rows_avx2(size_t n, const float *x, float m, float c, float *y)
{
    exp_rows(n, x, m, c, y);
}

AVX2 static void silu_mul_avx2(size_t n, const float *gate, const float *up, float *y)
{
    silu_mul(n, gate, up, y);
}

AVX512 static void exp_rows_avx512(size_t n, const float *x, float m, float c, float *y)
{
    exp_rows(n, x, m, c, y);
}

AVX512 static void silu_mul_avx512(size_t n, const float *gate, const float *up, float *y)
{
    silu_mul(n, gate, up, y);
}

void stamp_exp_rows(size_t n, const float *x, float m, float c, float *y)
{
    if (HAS_AVX512)
        exp_rows_avx512(n, x, m, c, y);
    else if (HAS_AVX2)
        exp_rows_avx2(n, x, m, c, y);
    else
        exp_rows(n, x, m, c, y);
}

void stamp_silu_mul(size_t n, const float *gate, const float *up, float *y)
{
    if (HAS_AVX512)
        silu_mul_avx512(n, gate, up, y);
    else if (HAS_AVX2)
        silu_mul_avx2(n, gate, up, y);
    else
        silu_mul(n, gate, up, y);
}
