/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file see.h
 * The tensors of a network by name, for whoever wants to look at them as they come to be: in the
 * network in C, in f32, or in the memory of a machine.
 */
#ifndef STAMP_NET_SEE_H
#define STAMP_NET_SEE_H

#include <stddef.h>
#include <stdint.h>

#include "model/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** In the order in which a network makes them. */
enum stamp_seen {
    STAMP_SEE_EMBEDDING,    /**< rows of the embedding */
    STAMP_SEE_NORM_ATT,     /**< first of a layer: what q, k and v read */
    STAMP_SEE_Q,            /**< with bias, before norm and ROPE */
    STAMP_SEE_K,            /**< the same */
    STAMP_SEE_V,            /**< with bias */
    STAMP_SEE_ATTENTION,    /**< what o reads */
    STAMP_SEE_RESIDUAL_ATT, /**< the stream behind o */
    STAMP_SEE_NORM_FFN,     /**< what gate and up read */
    STAMP_SEE_HIDDEN,       /**< SILU(gate) up: what down reads */
    STAMP_SEE_RESIDUAL_FFN, /**< last of a layer: the stream behind down */
    STAMP_SEE_NORM,         /**< what the head reads */
    STAMP_SEE_LOGITS,
    STAMP_SEES
};

/** "embedding", "norm_att", "q", ... */
extern const char *const stamp_see_name[STAMP_SEES];

/**
 * x[rows][cols] is complete; borrowed for the call.
 * @param layer  0 for a tensor of no layer
 * @return a status other than STAMP_OK ends the run with it
 */
typedef enum stamp_status stamp_see_fn(void *ctx, enum stamp_seen what, size_t layer, size_t rows,
                                       size_t cols, const float *x, struct stamp_err *e);

#ifdef __cplusplus
}
#endif
#endif
