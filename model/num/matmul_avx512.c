/* SPDX-License-Identifier: Apache-2.0 */
/* matmul_avx512.c - tiles by vpdpbusd on 512 bits. Contract in matmul_kernel.h.
 *
 * Six rows by four vectors of 16 channels: 24 accumulators, 4 weight vectors, one activation quad.
 * vpdpbusd adds the four products to the s32 lane without saturation. */
#include "model/num/matmul_kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define VNNI __attribute__((target("avx512f,avx512bw,avx512dq,avx512vnni,prfchw")))

enum {
    VECTORS = STAMP_PANEL / 16,
    STREAM = 2560 /* bytes ahead of the weights */,
    EACH = 1024 /* of each of a row's two streams */,
    SOON = 8 /* rows ahead of y */
};

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
                __builtin_prefetch(at + 64 * v / (nibbles ? 2 : 1));
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

/* acc += a row's codes of one quad by the weights. */
static inline __attribute__((always_inline)) VNNI void add_quad(bool nibbles, const int8_t *x,
                                                                const uint8_t *w,
                                                                __m512i acc[VECTORS])
{
    __m512i u[VECTORS];
    int32_t quad;

    load_quad(nibbles, w, u);
    memcpy(&quad, x, sizeof quad);
#pragma GCC unroll 4
    for (int v = 0; v < VECTORS; v++)
        acc[v] = _mm512_dpbusd_epi32(acc[v], u[v], _mm512_set1_epi32(quad));
}

/* One row, which waits for memory: the two halves of the features side by side, because the processor's own
 * prefetching follows each of two pages, and less far ahead than one stream alone would want. */
static inline __attribute__((always_inline)) VNNI void row_of(bool nibbles, size_t quads,
                                                              const int8_t *x, const uint8_t *w,
                                                              const uint8_t *ahead, int32_t *out)
{
    const size_t line = nibbles ? 2 * STAMP_PANEL : 4 * STAMP_PANEL, half = quads / 4 * 2;
    const size_t far = EACH / line, turn = half > far ? half - far : 0;
    const uint8_t *soon[2] = {w + far * line, w + (half + far) * line};
    __m512i acc[2][VECTORS];

#pragma GCC unroll 8
    for (int v = 0; v < 2 * VECTORS; v++) acc[v / VECTORS][v % VECTORS] = _mm512_setzero_si512();
    for (size_t q = 0; q < half; q += 2) {
        if (q == turn) soon[0] = ahead, soon[1] = ahead + half * line;
#pragma GCC unroll 2
        for (size_t k = 0; k < 2; k++)
#pragma GCC unroll 2
            for (size_t part = 0; part < 2; part++) {
                const size_t at = part * half + q + k;
                add_quad(nibbles, x + 4 * at, w + at * line, acc[part]);
#pragma GCC unroll 4
                for (size_t i = 0; i < line; i += 64) __builtin_prefetch(soon[part] + i);
                soon[part] += line;
            }
    }
    for (size_t q = 2 * half; q < quads; q++) add_quad(nibbles, x + 4 * q, w + q * line, acc[0]);
#pragma GCC unroll 4
    for (int v = 0; v < VECTORS; v++)
        _mm512_storeu_si512(out + 16 * v, _mm512_add_epi32(acc[0][v], acc[1][v]));
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
    default: row_of(nibbles, quads, x, w, ahead, acc); break;
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

/* What a panel's rows share: sums of columns, and SCALE of their scales. */
struct columns {
    __m512i sum[VECTORS];
    __m512d scale[2 * VECTORS];
};

static inline __attribute__((always_inline)) VNNI struct columns columns_of(const int32_t *colsum,
                                                                            const float *scale)
{
    const __m512i high = _mm512_set1_epi32((int)0xffff0000);
    struct columns c;

#pragma GCC unroll 4
    for (int v = 0; v < VECTORS; v++) {
        c.sum[v] = _mm512_loadu_si512(colsum + 16 * v);
        const __m512i s = _mm512_and_si512(_mm512_loadu_si512(scale + 16 * v), high);
        c.scale[2 * v] = _mm512_cvtps_pd(_mm256_castsi256_ps(_mm512_castsi512_si256(s)));
        c.scale[2 * v + 1] = _mm512_cvtps_pd(_mm256_castsi256_ps(_mm512_extracti64x4_epi64(s, 1)));
    }
    return c;
}

/* DEQ, NaN of any pattern: as stamp_deq_raw. */
static inline __attribute__((always_inline)) VNNI __m512 deq(__m512i acc, __m512d low, __m512d high)
{
    const __m512d a = _mm512_cvtepi32_pd(_mm512_castsi512_si256(acc));
    const __m512d b = _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64(acc, 1));
    const __m256 x = _mm512_cvtpd_ps(_mm512_mul_pd(a, low));
    const __m256 y = _mm512_cvtpd_ps(_mm512_mul_pd(b, high));

    return _mm512_insertf32x8(_mm512_castps256_ps512(x), y, 1);
}

/* stamp_finish_turn, whose own vectors are half as wide; where far, lines of y are asked for ahead. */
static inline __attribute__((always_inline)) VNNI void finish_turn(
    bool first, bool last, bool far, uint32_t rows, const int32_t *acc,
    const struct stamp_row_terms *terms, struct columns c, float *y, size_t stride)
{
    const __m512i nan = _mm512_set1_epi32((int)STAMP_F32_NAN);

    for (; rows > 0; rows--, terms++, acc += STAMP_PANEL, y += stride) {
        const __m512i add = _mm512_set1_epi32(terms->add);
        const __m512i factor = _mm512_set1_epi32(terms->col_factor);
        const __m512d sx = _mm512_set1_pd((double)stamp_scale8(terms->sx));
#pragma GCC unroll 4
        for (int v = 0; v < VECTORS; v++) {
            const __m512i p = _mm512_add_epi32(_mm512_loadu_si512(acc + 16 * v), add);
            const __m512i sum = _mm512_add_epi32(p, _mm512_mullo_epi32(factor, c.sum[v]));
            __m512 x =
                deq(sum, _mm512_mul_pd(sx, c.scale[2 * v]), _mm512_mul_pd(sx, c.scale[2 * v + 1]));
            if (!first) x = _mm512_add_ps(_mm512_loadu_ps(y + 16 * v), x);
            if (last) {
                const __mmask16 bad = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
                x = _mm512_mask_mov_ps(x, bad, _mm512_castsi512_ps(nan));
            }
            _mm512_storeu_ps(y + 16 * v, x);
            if (far) __builtin_prefetch(y + SOON * stride + 16 * v, 1);
        }
    }
}

static VNNI void finish(struct stamp_turn t, uint32_t rows, const int32_t *acc,
                        const struct stamp_row_terms *terms, const int32_t *colsum,
                        const float *scale, float *y, size_t stride)
{
    const struct columns c = columns_of(colsum, scale);

    if (t.first && t.last && t.far)
        finish_turn(true, true, true, rows, acc, terms, c, y, stride);
    else if (t.first && t.last)
        finish_turn(true, true, false, rows, acc, terms, c, y, stride);
    else if (t.first)
        finish_turn(true, false, false, rows, acc, terms, c, y, stride);
    else if (t.last)
        finish_turn(false, true, false, rows, acc, terms, c, y, stride);
    else
        finish_turn(false, false, false, rows, acc, terms, c, y, stride);
}

const struct stamp_kernel stamp_kernel_avx512 = {tile, finish};

#endif
