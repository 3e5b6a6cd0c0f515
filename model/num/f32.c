/* SPDX-License-Identifier: Apache-2.0 */
/* f32.c - the binary32 operations that are not inline. Contract in f32.h. */
#include "model/num/f32.h"

#include <math.h>

#include "model/num/simd.h"

float stamp_f32_sqrt(float x)
{
    /* sqrtf is the IEEE operation, correctly rounded, not an approximation of the math library. */
    return stamp_f32_canon(sqrtf(x));
}

enum { CHUNK = 64 };

INLINE size_t find_nonfinite(size_t n, const float *x)
{
    size_t i = 0;

    for (; i + CHUNK <= n; i += CHUNK) {
        uint32_t bad = 0;
        for (size_t j = 0; j < CHUNK; j++)
            bad |= (stamp_f32_bits(x[i + j]) & UINT32_C(0x7fffffff)) > UINT32_C(0x7f7fffff);
        if (bad) break;
    }
    while (i < n && stamp_f32_is_finite(x[i])) i++;
    return i;
}

AVX2 static size_t find_nonfinite_avx2(size_t n, const float *x)
{
    return find_nonfinite(n, x);
}

AVX512 static size_t find_nonfinite_avx512(size_t n, const float *x)
{
    return find_nonfinite(n, x);
}

size_t stamp_f32_find_nonfinite(size_t n, const float *x)
{
    return HAS_AVX512 ? find_nonfinite_avx512(n, x)
           : HAS_AVX2 ? find_nonfinite_avx2(n, x)
                      : find_nonfinite(n, x);
}

INLINE void add_rows(size_t n, float *restrict x, const float *restrict y)
{
    size_t i = 0;

    for (; i + CHUNK <= n; i += CHUNK)
        for (size_t j = 0; j < CHUNK; j++) x[i + j] = stamp_simd_canon(x[i + j] + y[i + j]);
    for (; i < n; i++) x[i] = stamp_f32_add(x[i], y[i]);
}

AVX2 static void add_rows_avx2(size_t n, float *x, const float *y)
{
    add_rows(n, x, y);
}

AVX512 static void add_rows_avx512(size_t n, float *x, const float *y)
{
    add_rows(n, x, y);
}

void stamp_f32_add_rows(size_t n, float *x, const float *y)
{
    HAS_AVX512 ? add_rows_avx512(n, x, y) : HAS_AVX2 ? add_rows_avx2(n, x, y) : add_rows(n, x, y);
}
