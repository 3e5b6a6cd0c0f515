/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file nonfinite.h
 * Where a network meets a value that is not finite: told of every tensor, it names the first.
 */
#ifndef STAMP_REF_NONFINITE_H
#define STAMP_REF_NONFINITE_H

#include <stdbool.h>

#include "compiler/family/network.h"
#include "model/graph/see.h"

/** Set m (borrowed) and first, the position of row 0; the rest from zero. */
struct stamp_nonfinite {
    const struct stamp_network *m;
    size_t first;
    bool
        squares; /**< rows of the stream whose sum of squares overflows count, too: norms stop there */
    bool found;
    bool any; /**< last and time count: the last tensor that was finite */
    uint32_t last;
    uint32_t time;
    char text[160]; /**< found: "layer 0, tensor q: position 3, column 7 is infinity" */
};

/** A stamp_see_fn; ctx is a struct stamp_nonfinite. Columns are those of the model's file.
 *  @return STAMP_ERANGE at the first tensor that is not finite */
enum stamp_status stamp_nonfinite_see(void *ctx, uint32_t value, uint32_t time, size_t rows,
                                      size_t cols, const float *x, struct stamp_err *e);

/** After a run that failed: the text, or behind which tensor it was. */
const char *stamp_nonfinite_text(struct stamp_nonfinite *f);

#endif
