/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file matmul_kernel.h
 * What the fast paths of the integer product share; used by matmul_*.c only.
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

enum { STAMP_TILE_ROWS = 6 };

/** acc[rows][STAMP_PANEL] = sum over quads of x row r times panel column. rows <= STAMP_TILE_ROWS.
 *  @param x  stored codes of the first row, from the block's start; @p stride bytes to the next
 *  @param w  [quads][STAMP_PANEL][4] */
struct stamp_kernel {
    void (*tile)(uint32_t rows, size_t quads, const int8_t *x, size_t stride, const uint8_t *w,
                 unsigned w_bits, int32_t *acc);
    /** One row of acc to f32: y = DEQ, or y = ADD(y, DEQ) unless @p first; NaN of any pattern. */
    void (*finish)(bool first, const int32_t *acc, int32_t row_term, int32_t col_factor, float sx,
                   const int32_t *colsum, const float *scale, float *y);
};

extern const struct stamp_kernel stamp_kernel_portable, stamp_kernel_avx2, stamp_kernel_avx512;

/** The body of finish, compiled once for each vector unit. A NaN stays one through the steps left,
 *  so it is made canonical where a tile is copied out instead of after each of them. */
static inline __attribute__((always_inline)) void stamp_finish(
    bool first, const int32_t *restrict acc, int32_t row_term, int32_t col_factor, float sx,
    const int32_t *restrict colsum, const float *restrict scale, float *restrict y)
{
    for (int c = 0; c < STAMP_PANEL; c++) {
        const uint32_t v =
            (uint32_t)acc[c] + (uint32_t)row_term + (uint32_t)col_factor * (uint32_t)colsum[c];
        const float t = stamp_s32_f32((int32_t)v) * sx * scale[c];
        y[c] = first ? t : y[c] + t;
    }
}

#endif
