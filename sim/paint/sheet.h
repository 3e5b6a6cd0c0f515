/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file sheet.h
 * Several pictures of one size on one: in rows, enlarged by whole pixels, with a margin around each.
 */
#ifndef STAMP_PAINT_SHEET_H
#define STAMP_PAINT_SHEET_H

#include <stddef.h>
#include <stdint.h>

#include "compiler/front/picture.h"
#include "model/status.h"

struct stamp_sheet {
    size_t columns;   /**< 1 or more; rows follow. The last row may stay short */
    size_t scale;     /**< 1 or more: each pixel becomes scale x scale */
    size_t margin;    /**< pixels of the sheet around and between pictures, once */
    uint8_t paper[3]; /**< RGB where no picture is */
};

/**
 * Lay out pictures, row by row from the top left.
 * @param picture  [count], 1 or more
 * @param out      owned (stamp_picture_free), untouched by a failure
 * @return STAMP_ERANGE (no picture, a zero size, pictures of two sizes, a sheet that is no picture for its
 * size), STAMP_ENOMEM
 */
enum stamp_status stamp_sheet_make(const struct stamp_sheet *s, const struct stamp_picture *picture,
                                   size_t count, struct stamp_picture *out, struct stamp_err *e);

#endif
