/* SPDX-License-Identifier: Apache-2.0 */
/* mm_plane_avx2.c - quads by vpmaddubsw: two products to an s16 lane. Contract in mm_plane.h.
 *
 * |x*u| <= 8 * 15, so a lane gains at most 240 a quad: sums of 128 quads fit 16 bits and are
 * widened then. A tile is 4 rows by 16 columns, or by 8 where that is all. */
#include "model/insn/mm_plane.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define AVX2   __attribute__((target("avx2")))
#define INLINE static inline __attribute__((always_inline)) AVX2

enum { TILE = 4, CHUNK = 128 };

/* Place in the plane: XB line, quad of the line. */
struct place {
    uint64_t k;
    size_t q;
};

/* One chunk of quads: 16-bit sums, then added to acc. */
INLINE void chunk(int rows, int vectors, const struct stamp_mm_plane *p, const uint8_t *row,
                  uint32_t column, struct place *at, uint64_t quads)
{
    const size_t L = p->columns;
    const uint8_t *w = p->w + (at->k * (L / 4) + at->q) * 4 * L + 4 * (size_t)column;
    __m256i acc[TILE][2];

#pragma GCC unroll 4
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) acc[r][v] = _mm256_setzero_si256();
    for (; quads; quads--, w += 4 * L) {
        const int8_t *x = p->x + at->k * p->x_stride + 4 * at->q;
        __m256i u[2];
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) u[v] = _mm256_loadu_si256((const void *)(w + 32 * v));
#pragma GCC unroll 4
        for (int r = 0; r < rows; r++) {
            int32_t quad;
            memcpy(&quad, x + row[r] * L, sizeof quad);
            const __m256i c = _mm256_set1_epi32(quad);
#pragma GCC unroll 2
            for (int v = 0; v < vectors; v++)
                acc[r][v] = _mm256_add_epi16(acc[r][v], _mm256_maddubs_epi16(u[v], c));
        }
        if (++at->q == L / 4) at->q = 0, at->k++;
    }
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) {
            __m256i *to = (void *)(p->acc[row[r]] + column + 8 * (uint32_t)v);
            const __m256i wide = _mm256_madd_epi16(acc[r][v], _mm256_set1_epi16(1));
            _mm256_storeu_si256(to, _mm256_add_epi32(_mm256_loadu_si256(to), wide));
        }
}

AVX2 static void tile(uint32_t rows, const struct stamp_mm_plane *p, const uint8_t *row,
                      uint32_t column)
{
    uint64_t left = p->lines * (p->columns / 4);
    struct place at = {0, 0};

    for (uint64_t n; left; left -= n) {
        n = left < CHUNK ? left : CHUNK;
        switch ((p->columns == 8 ? 0 : 8) + rows) {
        case 4: chunk(4, 1, p, row, column, &at, n); break;
        case 2: chunk(2, 1, p, row, column, &at, n); break;
        case 1: chunk(1, 1, p, row, column, &at, n); break;
        case 12: chunk(4, 2, p, row, column, &at, n); break;
        case 10: chunk(2, 2, p, row, column, &at, n); break;
        default: chunk(1, 2, p, row, column, &at, n); break;
        }
    }
}

bool stamp_mm_knows_avx2(uint32_t columns)
{
    return columns == 8 || columns % 16 == 0;
}

void stamp_mm_quads_avx2(const struct stamp_mm_plane *p)
{
    uint32_t most = TILE;

    for (uint32_t i = 0; i < p->rows; i += most) {
        while (p->rows - i < most) most /= 2;
        for (uint32_t column = 0; column < p->columns; column += 16)
            tile(most, p, p->row + i, column);
    }
}

#endif
