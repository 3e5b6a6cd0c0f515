/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file resize.h
 * Resampling of 8-bit RGB as Pillow's Image.resize does it, byte for byte.
 *
 * Output pixel x of n, of an axis of m pixels, is a weighted sum around (x + 1/2) m / n. The filter
 * is stretched by max(m / n, 1), so that shrinking averages; weights are divided by their sum and
 * rounded, halves away from zero, to multiples of 2^-22. Columns first, then rows; after each the
 * sum is rounded to nearest, halves up, and clipped to 0 .. 255. An axis that keeps its length is
 * not filtered. In binary64 up to the rounded weights, whole numbers from there.
 */
#ifndef STAMP_FRONT_RESIZE_H
#define STAMP_FRONT_RESIZE_H

#include <stdbool.h>

#include "compiler/front/picture.h"

enum stamp_filter {
    STAMP_FILTER_BILINEAR, /**< 1 - |t|, |t| < 1 */
    STAMP_FILTER_BICUBIC   /**< Keys, a = -1/2, |t| < 2 */
};

/** "bilinear", "bicubic": timm's names. @return whether it is one of them; else @p out is untouched */
bool stamp_filter_of(const char *name, enum stamp_filter *out);

/** A part of a resized picture: only what it needs is computed. */
struct stamp_resize {
    size_t width, height;            /**< of the whole resized picture, 1 .. 2^28 pixels a side */
    size_t left, top, columns, rows; /**< the part; within it, 1 x 1 at least */
    enum stamp_filter filter;
};

/**
 * Resize and cut.
 * @param from  1 x 1 pixels at least, borrowed
 * @param to    [rows][columns][3], owned by the caller; untouched by a failure
 * @return STAMP_ENOMEM. Besides @p to it takes the part's columns of every row of @p from it needs.
 */
enum stamp_status stamp_resize(const struct stamp_picture *from, const struct stamp_resize *how,
                               uint8_t *to, struct stamp_err *e);

#endif
