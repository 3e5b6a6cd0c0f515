/* SPDX-License-Identifier: Apache-2.0 */
/* mm_plane_avx512.c - quads by vpdpbusd: four products added to an s32 lane, without saturation.
 * Contract in mm_plane.h.
 *
 * A tile is a few rows by all columns, its sums in registers: 4 x 64, 8 x 32, 8 x 16, 8 x 8. */
#include "model/insn/mm_plane.h"

#if defined(__x86_64__)
#include <assert.h>
#include <immintrin.h>
#include <string.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))
#define INLINE static inline __attribute__((always_inline)) AVX512

enum { TILE = 8 };

/* The rows' bytes of one line, from row[0]; vectors of 16 columns. */
INLINE void tile16(int rows, int vectors, const struct stamp_mm_plane *p, const uint8_t *row)
{
    const size_t L = p->columns;
    const uint8_t *w = p->w;
    __m512i acc[TILE][4];

#pragma GCC unroll 8
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) acc[r][v] = _mm512_loadu_si512(p->acc[row[r]] + 16 * v);

    for (uint64_t k = 0; k < p->lines; k++) {
        const int8_t *x = p->x + k * p->x_stride;
        for (size_t q = 0; q < L; q += 4, w += 4 * L) {
            __m512i u[4];
#pragma GCC unroll 4
            for (int v = 0; v < vectors; v++) u[v] = _mm512_loadu_si512(w + 64 * v);
#pragma GCC unroll 8
            for (int r = 0; r < rows; r++) {
                int32_t quad;
                memcpy(&quad, x + row[r] * L + q, sizeof quad);
                const __m512i c = _mm512_set1_epi32(quad);
#pragma GCC unroll 4
                for (int v = 0; v < vectors; v++)
                    acc[r][v] = _mm512_dpbusd_epi32(acc[r][v], u[v], c);
            }
        }
    }

#pragma GCC unroll 8
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) _mm512_storeu_si512(p->acc[row[r]] + 16 * v, acc[r][v]);
}

/* The same for 8 columns. */
INLINE void tile8(int rows, const struct stamp_mm_plane *p, const uint8_t *row)
{
    const uint8_t *w = p->w;
    __m256i acc[TILE];

#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) acc[r] = _mm256_loadu_si256((const void *)p->acc[row[r]]);

    for (uint64_t k = 0; k < p->lines; k++) {
        const int8_t *x = p->x + k * p->x_stride;
        for (size_t q = 0; q < 8; q += 4, w += 32) {
            const __m256i u = _mm256_loadu_si256((const void *)w);
#pragma GCC unroll 8
            for (int r = 0; r < rows; r++) {
                int32_t quad;
                memcpy(&quad, x + row[r] * 8 + q, sizeof quad);
                acc[r] = _mm256_dpbusd_epi32(acc[r], u, _mm256_set1_epi32(quad));
            }
        }
    }

#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) _mm256_storeu_si256((void *)p->acc[row[r]], acc[r]);
}

/* Rows as they come: 8, 4, 2 and 1 at once where their sums fit the registers. */
AVX512 static void tiles(uint32_t rows, const struct stamp_mm_plane *p, const uint8_t *row)
{
    switch (p->columns * 16 + rows) {
    case 8 * 16 + 8: tile8(8, p, row); break;
    case 8 * 16 + 4: tile8(4, p, row); break;
    case 8 * 16 + 2: tile8(2, p, row); break;
    case 8 * 16 + 1: tile8(1, p, row); break;
    case 16 * 16 + 8: tile16(8, 1, p, row); break;
    case 16 * 16 + 4: tile16(4, 1, p, row); break;
    case 16 * 16 + 2: tile16(2, 1, p, row); break;
    case 16 * 16 + 1: tile16(1, 1, p, row); break;
    case 32 * 16 + 8: tile16(8, 2, p, row); break;
    case 32 * 16 + 4: tile16(4, 2, p, row); break;
    case 32 * 16 + 2: tile16(2, 2, p, row); break;
    case 32 * 16 + 1: tile16(1, 2, p, row); break;
    case 64 * 16 + 4: tile16(4, 4, p, row); break;
    case 64 * 16 + 2: tile16(2, 4, p, row); break;
    case 64 * 16 + 1: tile16(1, 4, p, row); break;
    default: assert(!"columns that stamp_mm_plane_by did not refuse");
    }
}

bool stamp_mm_knows_avx512(uint32_t columns)
{
    return columns == 8 || columns == 16 || columns == 32 || columns == 64;
}

void stamp_mm_quads_avx512(const struct stamp_mm_plane *p)
{
    uint32_t most = p->columns == 64 ? 4 : TILE;

    for (uint32_t i = 0; i < p->rows; i += most) {
        while (p->rows - i < most) most /= 2;
        tiles(most, p, p->row + i);
    }
}

#endif
