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

enum { STAMP_TILE_ROWS = 6, STAMP_AHEAD = 8 };

/** What turns a tile row's P into its acc, and its scale. */
struct stamp_row_terms {
    int32_t add;        /**< -uoff * sum(c) */
    int32_t col_factor; /**< of colsum */
    float sx;
};

struct stamp_kernel {
    /** acc[rows][STAMP_PANEL] = P of rows <= STAMP_TILE_ROWS token rows and one panel.
     *  @param x  stored codes of the first row, from the block's start; @p stride bytes to the next
     *  @param w  quads as in struct stamp_packed, of w_bits
     *  @param ahead  [quads * STAMP_AHEAD] bytes worth fetching meanwhile; no matter where */
    void (*tile)(uint32_t rows, size_t quads, const int8_t *x, size_t stride, const uint8_t *w,
                 unsigned w_bits, const uint8_t *ahead, int32_t *acc);
    /** A tile to f32: y = DEQ, or y = ADD(y, DEQ) unless @p first; NaN of any pattern. */
    void (*finish)(bool first, uint32_t rows, const int32_t *acc,
                   const struct stamp_row_terms *terms, const int32_t *colsum, const float *scale,
                   float *y);
};

extern const struct stamp_kernel stamp_kernel_portable, stamp_kernel_avx2, stamp_kernel_avx512;

/** The kernel of a path that works here. */
const struct stamp_kernel *stamp_kernel_of(enum stamp_path path);

/** The body of finish, compiled once for each vector unit. A NaN stays one through the steps left,
 *  so it is made canonical where a tile is copied out instead of after each of them. */
static inline __attribute__((always_inline)) void stamp_finish_row(
    bool first, const int32_t *restrict acc, struct stamp_row_terms t,
    const int32_t *restrict colsum, const float *restrict scale, float *restrict y)
{
    const double sx = (double)stamp_scale8(t.sx);

    for (int c = 0; c < STAMP_PANEL; c++) {
        const uint32_t v =
            (uint32_t)acc[c] + (uint32_t)t.add + (uint32_t)t.col_factor * (uint32_t)colsum[c];
        const float value = stamp_deq_raw((int32_t)v, sx, (double)stamp_scale8(scale[c]));
        y[c] = first ? value : y[c] + value;
    }
}

static inline __attribute__((always_inline)) void stamp_finish(bool first, uint32_t rows,
                                                               const int32_t *acc,
                                                               const struct stamp_row_terms *terms,
                                                               const int32_t *colsum,
                                                               const float *scale, float *y)
{
    for (uint32_t r = 0; r < rows; r++, acc += STAMP_PANEL, y += STAMP_PANEL)
        if (first)
            stamp_finish_row(true, acc, terms[r], colsum, scale, y);
        else
            stamp_finish_row(false, acc, terms[r], colsum, scale, y);
}

#endif
