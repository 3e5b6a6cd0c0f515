/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file compile.h
 * STaMP linear layers, one or a chain, to a program image.
 *
 * Buffers of the image: "x" INPUT [s][d of the first layer], "y" OUTPUT [s][n of the last layer];
 * between layers "y0", "y1", ... TEMP in F32. Layout and padding of x and y: image.h. Values equal
 * stamp_linear_num of each layer in turn (bf16 input widened, bf16 output rounded) on every
 * machine and with every tiling.
 */
#ifndef STAMP_LOWER_COMPILE_H
#define STAMP_LOWER_COMPILE_H

#include <stdbool.h>

#include "model/image/image.h"
#include "model/text.h"
#include "compiler/emit/options.h"
#include "model/num/scheme.h"

/** One layer: y = x w^T + bias under a scheme. */
struct stamp_compile_layer {
    const char *name; /**< printed; characters an image name may not have become '_' */
    struct stamp_scheme scheme;
    size_t s, d, n;
    const float *w;    /**< [n][d], borrowed */
    const float *bias; /**< [n], borrowed, or NULL */
};

/**
 * Compile @p count layers; layer i+1 takes what layer i gives.
 * @param info  may be NULL
 * @return STAMP_ERANGE: a shape of 0, d above STAMP_K_MAX, shapes of a chain that do not meet, a
 *         scheme that does not fit s, a weight or bias that is not finite; STAMP_EUNSUPPORTED:
 *         act_bits or weight_bits 32, sizes beyond the instruction's fields; STAMP_ENOMEM
 */
enum stamp_status stamp_compile(const struct stamp_compile_layer *layers, size_t count,
                                const struct stamp_compile_options *options,
                                struct stamp_image **out, struct stamp_compile_info *info,
                                struct stamp_err *e);

/** 4x4-bit products the layer needs: rows (8-bit rows twice) * d * n (8-bit weights twice). */
uint64_t stamp_layer_products(const struct stamp_compile_layer *layer, const uint8_t *bits);

#endif
