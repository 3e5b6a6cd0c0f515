/* SPDX-License-Identifier: Apache-2.0 */
/* matmul_avx2.c - tiles by vpmaddubsw and vpmaddwd on 256 bits. Contract in matmul_kernel.h.
 *
 * vpmaddubsw saturates at s16, so it gets weight nibbles only: 2 * 15 * 128 = 3840 is exact. Weights
 * of 8 bits are two nibble columns, the high one multiplied by 16 where pairs are added. */
#include "model/num/matmul_kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

enum { ROWS = 3, COLS = 16 }; /* of the inner tile: 6 accumulators of 8 channels */

static inline __attribute__((always_inline)) AVX2 __m256i quad_sum(__m256i acc, __m256i u,
                                                                   __m256i c, bool wide)
{
    const __m256i low = _mm256_set1_epi8(15);
    if (!wide) {
        const __m256i pairs = _mm256_maddubs_epi16(u, c);
        return _mm256_add_epi32(acc, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }
    const __m256i lo = _mm256_maddubs_epi16(_mm256_and_si256(u, low), c);
    const __m256i hi = _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(u, 4), low), c);
    acc = _mm256_add_epi32(acc, _mm256_madd_epi16(lo, _mm256_set1_epi16(1)));
    return _mm256_add_epi32(acc, _mm256_madd_epi16(hi, _mm256_set1_epi16(16)));
}

/* @param half  0 or 4: which half of a byte holds the codes, of 4 bits */
static inline __attribute__((always_inline)) AVX2 void tile_of(int rows, bool wide, __m128i half,
                                                               size_t quads, const int8_t *x,
                                                               size_t stride, const uint8_t *w,
                                                               int32_t *out)
{
    const __m256i low = _mm256_set1_epi8(15);
    __m256i acc[ROWS][2];

#pragma GCC unroll 3
    for (int r = 0; r < rows; r++) acc[r][0] = acc[r][1] = _mm256_setzero_si256();

    for (size_t q = 0; q < quads; q++, x += 4, w += wide ? 4 * STAMP_PANEL : 2 * STAMP_PANEL) {
        __m256i u0 = _mm256_loadu_si256((const __m256i *)(const void *)w);
        __m256i u1 = _mm256_loadu_si256((const __m256i *)(const void *)(w + 32));
        if (!wide) {
            u0 = _mm256_and_si256(_mm256_srl_epi16(u0, half), low);
            u1 = _mm256_and_si256(_mm256_srl_epi16(u1, half), low);
        }
#pragma GCC unroll 3
        for (int r = 0; r < rows; r++) {
            int32_t quad;
            memcpy(&quad, x + (size_t)r * stride, sizeof quad);
            const __m256i c = _mm256_set1_epi32(quad);
            acc[r][0] = quad_sum(acc[r][0], u0, c, wide);
            acc[r][1] = quad_sum(acc[r][1], u1, c, wide);
        }
    }

#pragma GCC unroll 3
    for (int r = 0; r < rows; r++) {
        _mm256_storeu_si256((__m256i *)(void *)(out + r * STAMP_PANEL), acc[r][0]);
        _mm256_storeu_si256((__m256i *)(void *)(out + r * STAMP_PANEL + 8), acc[r][1]);
    }
}

static AVX2 void some_rows(uint32_t rows, bool wide, int shift, size_t quads, const int8_t *x,
                           size_t stride, const uint8_t *w, int32_t *out)
{
    const __m128i half = _mm_cvtsi32_si128(shift);
    if (rows == 3 && wide) tile_of(3, true, half, quads, x, stride, w, out);
    if (rows == 3 && !wide) tile_of(3, false, half, quads, x, stride, w, out);
    if (rows == 2) tile_of(2, wide, half, quads, x, stride, w, out);
    if (rows == 1) tile_of(1, wide, half, quads, x, stride, w, out);
}

static AVX2 void tile(uint32_t rows, size_t quads, const int8_t *x, size_t stride, const uint8_t *w,
                      unsigned w_bits, const uint8_t *ahead, int32_t *acc)
{
    (void)ahead;
    for (uint32_t r = 0; r < rows; r += ROWS)
        for (uint32_t c = 0; c < STAMP_PANEL; c += COLS) {
            const bool high = w_bits == 4 && c >= STAMP_PANEL / 2;
            some_rows(rows - r < ROWS ? rows - r : ROWS, w_bits == 8, high ? 4 : 0, quads,
                      x + r * stride, stride, w + (size_t)4 * (high ? c - STAMP_PANEL / 2 : c),
                      acc + r * STAMP_PANEL + c);
        }
}

static AVX2 void finish(struct stamp_turn t, uint32_t rows, const int32_t *acc,
                        const struct stamp_row_terms *terms, const int32_t *colsum,
                        const float *scale, float *y, size_t stride)
{
    stamp_finish(t, rows, acc, terms, colsum, scale, y, stride);
}

const struct stamp_kernel stamp_kernel_avx2 = {tile, finish};

#endif
