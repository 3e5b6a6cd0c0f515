/* SPDX-License-Identifier: Apache-2.0 */
/* fn.c - functions of one element. Contract in fn.h.
 *
 * The bodies have no branches, so that the array forms become vector code. What is beyond a function's
 * range, and NaN, goes through as 0 and is replaced at the end. */
#include "model/num/fn.h"

#include "model/num/f32.h"
#include "model/num/fn_rows.h"
#include "model/num/simd.h"

enum { CHUNK = 64 };

static const uint32_t INFINITE = 0x7f800000, MAGNITUDE = 0x7fffffff, MINUS_126 = 0xc2fc0000,
                      PLUS_128 = 0x43000000;

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

/* |x| 2^n, cut. The product is exact and below 2^30. */
INLINE uint32_t fix(float magnitude, float scale)
{
    return (uint32_t)(int32_t)(magnitude * scale);
}

/* SEGMENT: 17 bits by 15 do not fit a word, so the product of the low 7 loses its low bits first, which
 * changes nothing. */
INLINE uint32_t segment(uint32_t c0, uint32_t c12, uint32_t d)
{
    const uint32_t c1 = c12 >> 10, c2 = c12 & 1023, square = (d >> 5) * (d >> 5) >> 10;
    return c0 + ((c1 * (d >> 7) + (c1 * (d & 127) >> 7)) >> 8) + (c2 * square >> 10);
}

INLINE float exp2_one(float x)
{
    /* Patterns of negative values rise with the magnitude; those of NaN lie beyond infinity's. */
    const uint32_t u = stamp_f32_bits(x), nan = nan_mask(u);
    const uint32_t below = mask(u > MINUS_126) & ~nan;
    const uint32_t above = mask((int32_t)u >= (int32_t)PLUS_128) & ~nan;
    const uint32_t in = u & ~(below | above | nan), minus = mask((int32_t)in < 0);

    const uint32_t t = ((fix(num(in & MAGNITUDE), 0x1p22f) + 1) >> 1 ^ minus) - minus;
    const uint32_t i = t >> 15 & 63, d = t & 32767;
    const uint32_t y = segment(exp_first[i], exp_second[i], d);
    const uint32_t r = ((t & ~UINT32_C(0x1fffff)) << 2) + (UINT32_C(127) << 23) + (y << 1);

    return num((r & ~(below | above | nan)) | (INFINITE & above) | (STAMP_F32_NAN & nan));
}

/* q or 1 - q of a table over |x| up to @p end, in segments of end / 256 and longer. */
INLINE float sigmoid_one(float x, const uint32_t *first, const uint32_t *second, float end)
{
    const uint32_t u = stamp_f32_bits(x), nan = nan_mask(u), minus = mask((int32_t)u < 0);
    const uint32_t big = mask((u & MAGNITUDE) >= stamp_f32_bits(end));
    const uint32_t v = fix(num(u & MAGNITUDE & ~big), 0x1p23f / end);
    const uint32_t s = (uint32_t)(v >> 21 != 0) + (uint32_t)(v >> 22 != 0);
    const uint32_t i = (v >> 15 >> s) + 32 * s, d = ~(v >> s) & 32767;
    const uint32_t q = segment(first[i], second[i], d) & ~big;
    const uint32_t r = (q & minus) | ((UINT32_C(0x400000) - q) & ~minus);

    return num((stamp_f32_bits((float)(int32_t)r * 0x1p-22f) & ~nan) | (STAMP_F32_NAN & nan));
}

INLINE float silu_one(float x)
{
    return stamp_simd_canon(x * sigmoid_one(x, sig_first, sig_second, 16.0f));
}

float stamp_exp2(float x)
{
    return exp2_one(x);
}

float stamp_sigmoid(float x)
{
    return sigmoid_one(x, sig_first, sig_second, 16.0f);
}

float stamp_silu(float x)
{
    return silu_one(x);
}

float stamp_gelu(float x)
{
    return stamp_f32_mul(x, sigmoid_one(x, gelu_first, gelu_second, 8.0f));
}

float stamp_rsqrt(float x, float c, float b)
{
    return stamp_f32_div(1.0f, stamp_f32_sqrt(stamp_f32_add(stamp_f32_mul(c, x), b)));
}

/* Whole chunks go through an array of their own, which no argument can overlap: gcc needs no check
 * of that, and y may be x. */
INLINE void exp2_rows(size_t n, const float *x, float m, float c, float *y)
{
    float out[CHUNK];
    size_t i = 0;

    for (; i + CHUNK <= n; i += CHUNK) {
        for (size_t j = 0; j < CHUNK; j++) out[j] = exp2_one((x[i + j] - m) * c);
        memcpy(y + i, out, sizeof out);
    }
    for (; i < n; i++) y[i] = exp2_one((x[i] - m) * c);
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

AVX2 static void exp2_rows_avx2(size_t n, const float *x, float m, float c, float *y)
{
    exp2_rows(n, x, m, c, y);
}

AVX2 static void silu_mul_avx2(size_t n, const float *gate, const float *up, float *y)
{
    silu_mul(n, gate, up, y);
}

void stamp_exp2_rows(size_t n, const float *x, float m, float c, float *y)
{
    if (STAMP_FN_AVX512)
        stamp_exp2_rows_avx512(n, x, m, c, y);
    else if (HAS_AVX2)
        exp2_rows_avx2(n, x, m, c, y);
    else
        exp2_rows(n, x, m, c, y);
}

void stamp_silu_mul(size_t n, const float *gate, const float *up, float *y)
{
    if (STAMP_FN_AVX512)
        stamp_silu_mul_avx512(n, gate, up, y);
    else if (HAS_AVX2)
        silu_mul_avx2(n, gate, up, y);
    else
        silu_mul(n, gate, up, y);
}
