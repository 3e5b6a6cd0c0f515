/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mm_plane.h
 * Sums of products of one plane of one block of MM: the machine's work, a row of nibbles by a column
 * of nibbles, on the host's vector units. Integers, so every form gives the same sums.
 *
 * Weights lie as u = w + 8, 0..15, in quads of depth: [quad][column][4]. So a quad of both operands
 * is one vpdpbusd, and sum x*w = sum x*u - 8 * sum x.
 */
#ifndef STAMP_INSN_MM_PLANE_H
#define STAMP_INSN_MM_PLANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STAMP_MM_ROWS = 16, STAMP_MM_COLUMNS = 64 };

/** One plane: lines XB lines by lines * columns / 4 quads of weights. */
struct stamp_mm_plane {
    uint32_t rows;                     /**< nibble rows asked for, at most STAMP_MM_ROWS */
    const uint8_t *row;                /**< [rows] which of a line's rows */
    uint32_t columns;                  /**< L: a multiple of 4, at most STAMP_MM_COLUMNS */
    uint64_t lines, x_stride;          /**< XB lines, bytes from line to line */
    const int8_t *x;                   /**< row r of line k at x + k * x_stride + r * columns */
    const uint8_t *w;                  /**< [lines * columns / 4][columns][4] */
    uint32_t (*acc)[STAMP_MM_COLUMNS]; /**< by row of a line; sums are added */
};

/** acc[r][c] += sum of x*w for the rows asked for, by the fastest form this host has. */
void stamp_mm_plane(const struct stamp_mm_plane *p);

/** The forms, for tests; PLAIN knows everything. False where this host does not have one or it does not
 *  know so many columns; then nothing is done. */
enum stamp_mm_form { STAMP_MM_PLAIN, STAMP_MM_AVX2, STAMP_MM_AVX512, STAMP_MM_FORMS };
bool stamp_mm_plane_by(enum stamp_mm_form form, const struct stamp_mm_plane *p);

/** Whether a form knows so many columns. */
bool stamp_mm_knows_avx2(uint32_t columns);
bool stamp_mm_knows_avx512(uint32_t columns);

/** Sums of x*u, without what 8 * sum x takes away; used by stamp_mm_plane_by. */
void stamp_mm_quads_avx2(const struct stamp_mm_plane *p);
void stamp_mm_quads_avx512(const struct stamp_mm_plane *p);

#endif
