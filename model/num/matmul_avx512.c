/* SPDX-License-Identifier: Apache-2.0 */
/* matmul_avx512.c - tiles by vpdpbusd on 512 bits. Contract in matmul_kernel.h.
 *
 * Six rows by four vectors of 16 channels: 24 accumulators, 4 weight vectors, one activation quad.
 * vpdpbusd adds the four products to the s32 lane without saturation. */
#include "model/num/matmul_kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define VNNI __attribute__((target("avx512f,avx512bw,avx512dq,avx512vnni")))

enum { VECTORS = STAMP_PANEL / 16, STREAM = 8192 /* bytes ahead of the weights */ };

/* The unsigned codes of a quad. */
static inline __attribute__((always_inline)) VNNI void load_quad(bool nibbles, const uint8_t *w,
                                                                 __m512i u[VECTORS])
{
    if (!nibbles) {
#pragma GCC unroll 4
        for (int v = 0; v < VECTORS; v++) u[v] = _mm512_loadu_si512(w + 64 * v);
        return;
    }
    const __m512i low = _mm512_set1_epi8(15);
    const __m512i a = _mm512_loadu_si512(w), b = _mm512_loadu_si512(w + 64);
    u[0] = _mm512_and_si512(a, low);
    u[1] = _mm512_and_si512(b, low);
    u[2] = _mm512_and_si512(_mm512_srli_epi16(a, 4), low);
    u[3] = _mm512_and_si512(_mm512_srli_epi16(b, 4), low);
}

static inline __attribute__((always_inline)) VNNI void tile_of(int rows, bool nibbles, size_t quads,
                                                               const int8_t *x, size_t stride,
                                                               const uint8_t *w,
                                                               const uint8_t *ahead, int32_t *out)
{
    const uint8_t *const end = w + quads * (nibbles ? 2 * STAMP_PANEL : 4 * STAMP_PANEL);
    __m512i acc[STAMP_TILE_ROWS][VECTORS];

#pragma GCC unroll 6
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int v = 0; v < VECTORS; v++) acc[r][v] = _mm512_setzero_si512();

    for (size_t q = 0; q < quads; q++, x += 4, w += nibbles ? 2 * STAMP_PANEL : 4 * STAMP_PANEL) {
        __m512i u[VECTORS];
        if (rows == STAMP_TILE_ROWS) {
            __builtin_prefetch(ahead + STAMP_AHEAD * q, 0, 2);
        } else { /* so few rows wait for memory, whose own prefetching ends with each page */
            const uint8_t *const at = w + STREAM < end ? w + STREAM : ahead + (w + STREAM - end);
            for (int v = 0; v < VECTORS; v += nibbles ? 2 : 1)
                __builtin_prefetch(at + 64 * v / (nibbles ? 2 : 1), 0, 2);
        }
        load_quad(nibbles, w, u);
#pragma GCC unroll 6
        for (int r = 0; r < rows; r++) {
            int32_t quad;
            memcpy(&quad, x + (size_t)r * stride, sizeof quad);
            const __m512i c = _mm512_set1_epi32(quad);
#pragma GCC unroll 4
            for (int v = 0; v < VECTORS; v++) acc[r][v] = _mm512_dpbusd_epi32(acc[r][v], u[v], c);
        }
    }

#pragma GCC unroll 6
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int v = 0; v < VECTORS; v++)
            _mm512_storeu_si512(out + r * STAMP_PANEL + 16 * v, acc[r][v]);
}

static inline __attribute__((always_inline)) VNNI void tile_rows(uint32_t rows, bool nibbles,
                                                                 size_t quads, const int8_t *x,
                                                                 size_t stride, const uint8_t *w,
                                                                 const uint8_t *ahead, int32_t *acc)
{
    switch (rows) {
    case 6: tile_of(6, nibbles, quads, x, stride, w, ahead, acc); break;
    case 5: tile_of(5, nibbles, quads, x, stride, w, ahead, acc); break;
    case 4: tile_of(4, nibbles, quads, x, stride, w, ahead, acc); break;
    case 3: tile_of(3, nibbles, quads, x, stride, w, ahead, acc); break;
    case 2: tile_of(2, nibbles, quads, x, stride, w, ahead, acc); break;
    default: tile_of(1, nibbles, quads, x, stride, w, ahead, acc); break;
    }
}

static VNNI void tile(uint32_t rows, size_t quads, const int8_t *x, size_t stride, const uint8_t *w,
                      unsigned w_bits, const uint8_t *ahead, int32_t *acc)
{
    if (w_bits == 4)
        tile_rows(rows, true, quads, x, stride, w, ahead, acc);
    else
        tile_rows(rows, false, quads, x, stride, w, ahead, acc);
}

static VNNI void finish(struct stamp_turn t, uint32_t rows, const int32_t *acc,
                        const struct stamp_row_terms *terms, const int32_t *colsum,
                        const float *scale, float *y, size_t stride)
{
    stamp_finish(t, rows, acc, terms, colsum, scale, y, stride);
}

const struct stamp_kernel stamp_kernel_avx512 = {tile, finish};

#endif
