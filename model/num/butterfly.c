/* SPDX-License-Identifier: Apache-2.0 */
/* butterfly.c - the 2x2 operations on rows. Contract in butterfly.h.
 *
 * Rows are walked in chunks of a fixed length because that is what a compiler turns into vector
 * code at -O2; an element's value does not depend on it. */
#include "model/num/butterfly.h"

#include "model/num/f32.h"

enum { CHUNK = 16 };

static inline void mean(size_t n, float *restrict a, float *restrict b)
{
    for (size_t i = 0; i < n; i++) {
        const float x = a[i], y = b[i];
        a[i] = stamp_f32_half(stamp_f32_add(x, y));
        b[i] = stamp_f32_half(stamp_f32_sub(x, y));
    }
}

static inline void sum(size_t n, float *restrict a, float *restrict b)
{
    for (size_t i = 0; i < n; i++) {
        const float x = a[i], y = b[i];
        a[i] = stamp_f32_add(x, y);
        b[i] = stamp_f32_sub(x, y);
    }
}

static inline void rot(float c, float s, size_t n, float *restrict a, float *restrict b)
{
    for (size_t i = 0; i < n; i++) {
        const float x = a[i], y = b[i];
        a[i] = stamp_f32_add(stamp_f32_mul(c, x), stamp_f32_mul(s, y));
        b[i] = stamp_f32_sub(stamp_f32_mul(c, y), stamp_f32_mul(s, x));
    }
}

void stamp_butterfly(enum stamp_bfly kind, float c, float s, size_t n, float *a, float *b)
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
