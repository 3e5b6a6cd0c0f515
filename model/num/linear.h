/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file linear.h
 * A whole STaMP linear layer by numerics alone: the golden value of every machine.
 *
 * Rule     model/spec/numerics.md, sections 5 to 7
 *
 * transform, quantize, integer product, dequantize, inverse transform, bias. Where activations or
 * weights stay f32 the product is the f32 product of section 7.1.
 */
#ifndef STAMP_NUM_LINEAR_H
#define STAMP_NUM_LINEAR_H

#include "model/num/matmul.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A layer's weights, prepared once for a scheme's weight_bits, act_bits and block. */
struct stamp_layer {
    uint32_t n, d;
    struct stamp_packed packed; /**< integer product: both widths 4 or 8 */
    float *w;                   /**< f32 product: [n][d], owned; else NULL */
};

/**
 * Prepare w[n][d] (borrowed). On failure @p out is zeroed: STAMP_ERANGE (a value that is not finite,
 * n or d of 0, d above STAMP_K_MAX for an integer product), STAMP_ENOMEM.
 */
enum stamp_status stamp_layer_prepare(const struct stamp_scheme *scheme, uint32_t n, uint32_t d,
                                      const float *w, struct stamp_layer *out, struct stamp_err *e);

/** The same from codes made elsewhere (borrowed); w->bits and w->block are the scheme's. */
enum stamp_status stamp_layer_from_codes(const struct stamp_scheme *scheme,
                                         const struct stamp_weights *w, struct stamp_layer *out,
                                         struct stamp_err *e);
void stamp_layer_free(struct stamp_layer *layer);

/**
 * Run a prepared layer.
 * @param s     tokens; the scheme's bits and block are those of stamp_layer_prepare
 * @param x     [s][d] activations, borrowed
 * @param bias  [n] or NULL
 * @param y     [s][n], owned by the caller, apart from x; undefined on failure
 * @return STAMP_ERANGE: the scheme does not fit s, or a value of x, of the transformed rows or of y
 *         is not finite (the line names row and column); STAMP_ENOMEM
 */
enum stamp_status stamp_layer_run(const struct stamp_layer *layer,
                                  const struct stamp_scheme *scheme, uint32_t s, const float *x,
                                  const float *bias, float *y, struct stamp_err *e);

/** Prepare, run, free. */
enum stamp_status stamp_linear_num(const struct stamp_scheme *scheme, uint32_t s, uint32_t d,
                                   uint32_t n, const float *x, const float *w, const float *bias,
                                   float *y, struct stamp_err *e);

#ifdef __cplusplus
}
#endif
#endif
