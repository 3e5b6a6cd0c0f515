/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file scheme.h
 * The quantization scheme of a layer: transform, bit widths, granularity. Value type, no pointers.
 *
 * Rule     model/spec/numerics.md, sections 5 and 6
 */
#ifndef STAMP_NUM_SCHEME_H
#define STAMP_NUM_SCHEME_H

#include <stdbool.h>
#include <stdint.h>

#include "model/spec/spec.h" /* STAMP_K_MAX, STAMP_BLOCK */
#include "model/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    STAMP_DEPTH_AUTO = -1,
    STAMP_DEPTH_MAX = 20,   /**< largest depth set by hand */
    STAMP_SEQ_MAX = 1 << 24 /**< tokens of a layer */
};

enum stamp_transform { STAMP_NONE, STAMP_HAAR, STAMP_HAAR2D, STAMP_WHT, STAMP_DCT };

struct stamp_scheme {
    enum stamp_transform transform;
    uint32_t grid_h, grid_w; /**< tokens, HAAR2D only */
    int depth;               /**< levels, 0 .. STAMP_DEPTH_MAX, or STAMP_DEPTH_AUTO */
    uint32_t high_rows;      /**< H: rows at high_bits, coarsest first; 0 allowed */
    uint8_t high_bits;       /**< 4 or 8; not below act_bits 8 where there are high rows */
    uint8_t act_bits;        /**< 4, 8, or 32: activations stay f32, no transform */
    uint8_t weight_bits;     /**< 4, 8, or 32: weights stay f32 */
    uint32_t block;          /**< features per scale: 0 whole rows, or STAMP_BLOCK */
    bool symmetric;          /**< activations */
    bool sink;               /**< token 0 bypasses the transform */
};

/** Haar, auto depth, 64 rows of 8 bits, W4A4 asymmetric, whole rows, sink on. */
struct stamp_scheme stamp_scheme_default(void);

/** What holds for any number of tokens: STAMP_OK, or STAMP_ERANGE and a line. */
enum stamp_status stamp_scheme_check_any(const struct stamp_scheme *scheme, struct stamp_err *e);

/** STAMP_OK when the scheme can be applied to @p s tokens; STAMP_ERANGE and a line otherwise. */
enum stamp_status stamp_scheme_check(const struct stamp_scheme *scheme, uint32_t s,
                                     struct stamp_err *e);

/** Quantization blocks of a row of @p d features: 1, or ceil(d / block). */
static inline uint32_t stamp_scheme_blocks(const struct stamp_scheme *scheme, uint32_t d)
{
    return scheme->block ? (d + scheme->block - 1) / scheme->block : 1;
}

/** "none", "haar", "haar2d", "wht", "dct". */
const char *stamp_transform_name(enum stamp_transform t);

#ifdef __cplusplus
}
#endif
#endif
