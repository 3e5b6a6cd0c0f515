/* SPDX-License-Identifier: Apache-2.0 */
/* butterfly.c - the 2x2 operations on rows. Contract in butterfly.h.
 *
 * Rows are walked in chunks of a fixed length because that is what a compiler turns into vector
 * code; an element's value does not depend on it. A NaN stays one through the plain operators, so
 * that one canonicalization at the end is what canonicalizing every step would give. */
#include "model/num/butterfly.h"

#include "model/num/simd.h"

enum { CHUNK = 32 };

INLINE void mean(size_t n, float *restrict a, float *restrict b)
{
    for (size_t i = 0; i < n; i++) {
        const float x = a[i], y = b[i];
        a[i] = stamp_simd_canon((x + y) * 0.5f);
        b[i] = stamp_simd_canon((x - y) * 0.5f);
    }
}

INLINE void sum(size_t n, float *restrict a, float *restrict b)
{
    for (size_t i = 0; i < n; i++) {
        const float x = a[i], y = b[i];
        a[i] = stamp_simd_canon(x + y);
        b[i] = stamp_simd_canon(x - y);
    }
}

INLINE void rot(float c, float s, size_t n, float *restrict a, float *restrict b)
{
    for (size_t i = 0; i < n; i++) {
        const float x = a[i], y = b[i];
        a[i] = stamp_simd_canon(c * x + s * y);
        b[i] = stamp_simd_canon(c * y - s * x);
    }
}

INLINE void butterfly(enum stamp_bfly kind, float c, float s, size_t n, float *a, float *b)
{
    const size_t whole = n - n % CHUNK;

    switch (kind) {
    case STAMP_MEAN:
        for (size_t i = 0; i < whole; i += CHUNK) mean(CHUNK, a + i, b + i);
        mean(n - whole, a + whole, b + whole);
        break;
    case STAMP_SUM:
        for (size_t i = 0; i < whole; i += CHUNK) sum(CHUNK, a + i, b + i);
        sum(n - whole, a + whole, b + whole);
        break;
    case STAMP_ROT:
        for (size_t i = 0; i < whole; i += CHUNK) rot(c, s, CHUNK, a + i, b + i);
        rot(c, s, n - whole, a + whole, b + whole);
        break;
    }
}

AVX2 static void butterfly_avx2(enum stamp_bfly kind, float c, float s, size_t n, float *a,
                                float *b)
{
    butterfly(kind, c, s, n, a, b);
}

AVX512 static void butterfly_avx512(enum stamp_bfly kind, float c, float s, size_t n, float *a,
                                    float *b)
{
    butterfly(kind, c, s, n, a, b);
}

void stamp_butterfly(enum stamp_bfly kind, float c, float s, size_t n, float *a, float *b)
{
    HAS_AVX512 ? butterfly_avx512(kind, c, s, n, a, b)
    : HAS_AVX2 ? butterfly_avx2(kind, c, s, n, a, b)
               : butterfly(kind, c, s, n, a, b);
}
