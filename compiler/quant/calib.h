/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file calib.h
 * What quantizers ask about the inputs of a model's linear layers. Whoever can run the model fills
 * it.
 */
#ifndef STAMP_QUANT_CALIB_H
#define STAMP_QUANT_CALIB_H

#include <stdbool.h>
#include <stdint.h>

#include "model/status.h"

/** Inputs of a layer's matrices. */
enum stamp_calib_input {
    STAMP_IN_ATTENTION, /**< of q, k and v */
    STAMP_IN_O,
    STAMP_IN_FEED, /**< of gate and up */
    STAMP_IN_DOWN,
    STAMP_IN_COUNT
};

struct stamp_calib {
    uint64_t hash;   /**< of the token sequences */
    uint64_t tokens; /**< in all of them */
    bool full;       /**< moments are matrices */
    /** Sums over the tokens, x the input as a row of d features in the f32 model: full, the matrix
     *  x^T x to h[d][d]; else its diagonal to h[d]. Layers are best asked for in rising order. */
    enum stamp_status (*moments)(void *ctx, uint32_t layer, enum stamp_calib_input input, double *h,
                                 struct stamp_err *e);
    void *ctx;
};

#endif
