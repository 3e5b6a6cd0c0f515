/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file weights.h
 * Weights as codes with their scales and column sums.
 *
 * Rule     model/spec/numerics.md, section 6, Weights
 */
#ifndef STAMP_NUM_WEIGHTS_H
#define STAMP_NUM_WEIGHTS_H

#include <stdint.h>

#include "model/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Codes of an [n][d] weight matrix; nb = 1, or ceil(d / block). */
struct stamp_weights {
    uint32_t n, d;   /**< output channels, input features */
    uint32_t block;  /**< 0, or features per scale */
    uint32_t nb;     /**< scales of a channel */
    uint8_t bits;    /**< 4 or 8 */
    int8_t *code;    /**< [n][d], -7..7 or -127..127, owned */
    float *scale;    /**< [n][nb], owned */
    int32_t *colsum; /**< [n][nb] sums of the codes, owned */
};

/** Round-to-nearest codes of one channel, or of one block of it: w[d] finite. @return scale */
float stamp_quantize_weight_row(unsigned bits, uint32_t d, const float *w, int8_t *code,
                                int32_t *colsum);

/**
 * Quantize w[n][d] (borrowed, row major) by absmax and round to nearest.
 * On failure @p out is zeroed: STAMP_ERANGE naming row and column of a value that is not finite,
 * STAMP_ENOMEM.
 */
enum stamp_status stamp_weights_quantize(unsigned bits, uint32_t block, uint32_t n, uint32_t d,
                                         const float *w, struct stamp_weights *out,
                                         struct stamp_err *e);

/** Room for codes from elsewhere (another quantizer); the caller fills code and scale, then calls
 *  stamp_weights_sum for colsum. */
enum stamp_status stamp_weights_alloc(unsigned bits, uint32_t block, uint32_t n, uint32_t d,
                                      struct stamp_weights *out, struct stamp_err *e);
void stamp_weights_sum(struct stamp_weights *w);

/** Give everything back and zero the struct. */
void stamp_weights_free(struct stamp_weights *w);

/** STAMP_ERANGE naming the first element of m[rows][cols] that is not finite; @p what names it. */
enum stamp_status stamp_check_finite(const char *what, uint32_t rows, uint32_t cols, const float *m,
                                     struct stamp_err *e);

#ifdef __cplusplus
}
#endif
#endif
