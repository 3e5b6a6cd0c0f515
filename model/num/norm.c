/* SPDX-License-Identifier: Apache-2.0 */
/* norm.c - reductions and norms. Contract in norm.h.
 *
 * Sums use plain operators: a NaN stays one, and the end makes it the canonical one. */
#include "model/num/norm.h"

#include "model/num/f32.h"
#include "model/num/fn.h"
#include "model/num/simd.h"

enum { SUMS = 64 };

static inline float term(float x, bool square)
{
    return square ? x * x : x;
}

static inline __attribute__((always_inline)) float reduce(size_t n, const float *x, bool square)
{
    float a[SUMS] = {0};
    size_t i = 0;

    for (; i + SUMS <= n; i += SUMS)
        for (size_t j = 0; j < SUMS; j++) a[j] += term(x[i + j], square);
    for (size_t j = 0; i < n; i++, j++) a[j] += term(x[i], square);
    for (size_t h = SUMS / 2; h > 0; h /= 2)
        for (size_t j = 0; j < h; j++) a[j] += a[j + h];
    return stamp_f32_canon(a[0]);
}

AVX512 static float reduce_avx512(size_t n, const float *x, bool square)
{
    return square ? reduce(n, x, true) : reduce(n, x, false);
}

AVX2 static float reduce_avx2(size_t n, const float *x, bool square)
{
    return square ? reduce(n, x, true) : reduce(n, x, false);
}

static float reduce_best(size_t n, const float *x, bool square)
{
    return HAS_AVX512 ? reduce_avx512(n, x, square)
           : HAS_AVX2 ? reduce_avx2(n, x, square)
                      : reduce(n, x, square);
}

float stamp_reduce(size_t n, const float *x)
{
    return reduce_best(n, x, false);
}

float stamp_reduce_squares(size_t n, const float *x)
{
    return reduce_best(n, x, true);
}

/* The binary32 nearest to 1/n: exact in n, rounded once. */
static float one_over(size_t n)
{
    assert(n >= 1 && n <= (size_t)1 << 24);
    return stamp_f32_div(1.0f, (float)n);
}

void stamp_rmsnorm(size_t n, const float *x, const float *gain, float eps, float *y)
{
    const float r = stamp_rsqrt(stamp_reduce_squares(n, x), one_over(n), eps);
    for (size_t i = 0; i < n; i++) y[i] = stamp_f32_mul(stamp_f32_mul(x[i], r), gain[i]);
}

float stamp_layernorm(size_t n, const float *x, const float *gain, const float *bias, float eps,
                      float *y)
{
    const float c = one_over(n), m = stamp_f32_mul(stamp_reduce(n, x), c);

    for (size_t i = 0; i < n; i++) y[i] = stamp_f32_sub(x[i], m);
    const float squares = stamp_reduce_squares(n, y), r = stamp_rsqrt(squares, c, eps);
    for (size_t i = 0; i < n; i++) {
        const float z = stamp_f32_mul(y[i], r);
        const float scaled = gain ? stamp_f32_mul(z, gain[i]) : z;
        y[i] = bias ? stamp_f32_add(scaled, bias[i]) : scaled;
    }
    return squares;
}

uint32_t stamp_norm_padded(uint32_t cols, uint32_t unit)
{
    return cols / unit * ((unit + STAMP_NORM_UNIT - 1) / STAMP_NORM_UNIT * STAMP_NORM_UNIT);
}

/* room = x less m, heads apart, +0 between them. */
static void spread(uint32_t cols, uint32_t unit, const float *x, float m, float *room)
{
    const uint32_t pitch = stamp_norm_padded(unit, unit);

    for (uint32_t h = 0; h < cols / unit; h++)
        for (uint32_t i = 0; i < pitch; i++)
            room[h * pitch + i] = i < unit ? stamp_f32_sub(x[h * unit + i], m) : 0.0f;
}

float stamp_norm_heads(uint32_t cols, uint32_t unit, const float *x, const float *gain,
                       const float *bias, float eps, float *room, float *y)
{
    const uint32_t n = stamp_norm_padded(cols, unit), pitch = n / (cols / unit);
    const float c = one_over(cols);

    spread(cols, unit, x, 0.0f, room);
    if (bias) spread(cols, unit, x, stamp_f32_mul(stamp_reduce(n, room), c), room);
    const float squares = stamp_reduce_squares(n, room), r = stamp_rsqrt(squares, c, eps);
    for (uint32_t i = 0; i < cols; i++) {
        const float z = stamp_f32_mul(stamp_f32_mul(room[i / unit * pitch + i % unit], r), gain[i]);
        y[i] = bias ? stamp_f32_add(z, bias[i]) : z;
    }
    return squares;
}
