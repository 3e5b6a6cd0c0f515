/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file xops.h
 * Operation lists of the transforms; used by plan.c only.
 *
 * Rule     model/spec/numerics.md, section 5
 *
 * Each function appends to @p ops the operations of rows base .. and returns 0 when memory is out.
 */
#ifndef STAMP_NUM_XOPS_H
#define STAMP_NUM_XOPS_H

#include <stdbool.h>

#include "model/num/plan.h"

/** Append one operation; nothing when a count is 0. */
bool stamp_xops_push(struct stamp_xops *ops, struct stamp_xop op);

/** HAAR of rows base .. base+n-1. */
bool stamp_xops_haar(struct stamp_xops *ops, uint32_t base, uint32_t n, uint32_t depth);

/** HAAR2D of @p count grids of h x w rows, one after the other. */
bool stamp_xops_haar2d(struct stamp_xops *ops, uint32_t base, uint32_t h, uint32_t w,
                       uint32_t depth, uint32_t count);

/** WHT, DCT of @p count blocks of 2^m rows, one after the other. */
bool stamp_xops_wht(struct stamp_xops *ops, uint32_t base, uint32_t m, uint32_t count);
bool stamp_xops_dct(struct stamp_xops *ops, uint32_t base, uint32_t m, uint32_t count);

/** Row of a block of 2^m that holds sequency f (WHT). */
uint32_t stamp_wht_row(uint32_t f, uint32_t m);

/** row[f] for f < 2^m: the row of a block that holds DCT coefficient f. False: memory is out. */
bool stamp_dct_rows(uint32_t m, uint32_t *row);

#endif
