/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file matmul_kernel.h
 * What the fast paths of the integer product share; used by matmul_*.c, and by model/net for the
 * products of attention.
 *
 * Weights are packed as unsigned u = code + uoff (8 or 128), activations are their stored codes c,
 * signed. So a quad of both is one vpdpbusd, and with P = sum of c * u
 *
 *     acc = P - uoff * sum(c) + (corr - 8 if the row has 8 bits) * colsum,
 *
 * the acc of numerics.md section 7: all terms are below 2^31 in magnitude for K <= 32768
 * (128 * 255 * 32768 = 1.07e9), and the sum is taken modulo 2^32.
 */
#ifndef STAMP_NUM_MATMUL_KERNEL_H
#define STAMP_NUM_MATMUL_KERNEL_H

#include "model/num/dequant.h"
#include "model/num/matmul.h"
#include "model/num/simd.h"

enum { STAMP_TILE_ROWS = 6, STAMP_AHEAD = 8 };

/** What turns a tile row's P into its acc, and its scale. */
struct stamp_row_terms {
    int32_t add;        /**< -uoff * sum(c) */
    int32_t col_factor; /**< of colsum */
    float sx;
};

/** Of a block of features: whether it is the first, whether the last of all. */
struct stamp_turn {
    bool first, last;
    bool far; /**< y is more than a cache holds: every line of it has to come */
};

struct stamp_kernel {
    /** acc[rows][STAMP_PANEL] = P of rows <= STAMP_TILE_ROWS token rows and one panel.
     *  @param x  stored codes of the first row, from the block's start; @p stride bytes to the next
     *  @param w  quads as in struct stamp_packed, of w_bits
     *  @param ahead  of a whole tile of rows: [quads * STAMP_AHEAD] bytes worth fetching meanwhile; of fewer:
     *                what is read behind w; no matter where */
    void (*tile)(uint32_t rows, size_t quads, const int8_t *x, size_t stride, const uint8_t *w,
                 unsigned w_bits, const uint8_t *ahead, int32_t *acc);
    /** A tile to f32, rows of y @p stride apart: y = DEQ where t->first, and otherwise ADD(y, DEQ);
     *  NaN of any pattern until t->last. */
    void (*finish)(struct stamp_turn t, uint32_t rows, const int32_t *acc,
                   const struct stamp_row_terms *terms, const int32_t *colsum, const float *scale,
                   float *y, size_t stride);
};

extern const struct stamp_kernel stamp_kernel_portable, stamp_kernel_avx2, stamp_kernel_avx512;

/** The kernel of a path that works here; of AMX, which has no tiles of few rows, that of AVX-512. */
const struct stamp_kernel *stamp_kernel_of(enum stamp_path path);

enum { STAMP_TALL_ROWS = 256, STAMP_TALL_PAD = 16 };

/** Bytes this thread will read next, fetched while it multiplies. */
struct stamp_ahead {
    const uint8_t *at;
    size_t left;
    size_t share; /**< with one step of AMX */
};

/** Whether the processor has int8 tiles and the system lets this process use them. */
bool stamp_amx_works(void);

/** As tile of a kernel, for rows <= STAMP_TALL_ROWS, by AMX.
 *  @param acc  [rows, rounded up to STAMP_TALL_PAD][STAMP_PANEL]; what is beyond rows is scribbled on
 *  @param ahead  moved on by what was fetched
 *  @pre stamp_amx_works() */
void stamp_amx_tall(uint32_t rows, size_t quads, const int8_t *x, size_t stride, const uint8_t *w,
                    unsigned w_bits, struct stamp_ahead *ahead, int32_t *acc);

/** The body of finish, compiled once for each vector unit. A NaN stays one through the steps left,
 *  so it is made canonical by the last of them. */
static inline __attribute__((always_inline)) void stamp_finish_turn(
    bool first, bool last, uint32_t rows, const int32_t *restrict acc,
    const struct stamp_row_terms *terms, const int32_t *restrict colsum,
    const float *restrict scale, float *restrict y, size_t stride)
{
    for (; rows > 0; rows--, terms++, acc += STAMP_PANEL, y += stride) {
        const struct stamp_row_terms t = *terms;
        const double sx = (double)stamp_scale8(t.sx);

        for (int c = 0; c < STAMP_PANEL; c++) {
            const uint32_t v =
                (uint32_t)acc[c] + (uint32_t)t.add + (uint32_t)t.col_factor * (uint32_t)colsum[c];
            const float value = stamp_deq_raw((int32_t)v, sx, (double)stamp_scale8(scale[c]));
            const float sum = first ? value : y[c] + value;
            y[c] = last ? stamp_simd_canon(sum) : sum;
        }
    }
}

static inline __attribute__((always_inline)) void stamp_finish(
    struct stamp_turn t, uint32_t rows, const int32_t *acc, const struct stamp_row_terms *terms,
    const int32_t *colsum, const float *scale, float *y, size_t stride)
{
    if (t.first && t.last)
        stamp_finish_turn(true, true, rows, acc, terms, colsum, scale, y, stride);
    else if (t.first)
        stamp_finish_turn(true, false, rows, acc, terms, colsum, scale, y, stride);
    else if (t.last)
        stamp_finish_turn(false, true, rows, acc, terms, colsum, scale, y, stride);
    else
        stamp_finish_turn(false, false, rows, acc, terms, colsum, scale, y, stride);
}

#endif
