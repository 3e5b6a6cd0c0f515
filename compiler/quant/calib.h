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

struct stamp_calib {
    uint64_t hash;   /**< of the token sequences */
    uint64_t tokens; /**< in all of them */
    bool full;       /**< moments are matrices */
    /** Sums over the tokens, x the value (of the graph, in a repetition) as a row of d features in the f32
     *  network: full, the matrix x^T x to h[d][d]; else its diagonal to h[d]. The value is the input of a
     *  LINEAR node of kind BODY; best asked for in the order of running. */
    enum stamp_status (*moments)(void *ctx, uint32_t value, uint32_t time, double *h,
                                 struct stamp_err *e);
    void *ctx;
};

#endif
