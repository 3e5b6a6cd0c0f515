/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file kv.h
 * The key-value cache's rows: codes of complete blocks and of the rows behind them, and the 8-bit
 * operands attention multiplies.
 *
 * Rule     model/spec/numerics.md, section 9, The cache and Operands
 */
#ifndef STAMP_NUM_KV_H
#define STAMP_NUM_KV_H

#include <stdbool.h>
#include <stdint.h>

#include "model/num/quant.h"
#include "model/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { STAMP_KV_BLOCK_MAX = 8 }; /**< largest log2 of a block's tokens */

struct stamp_kv_scheme {
    uint32_t bits;  /**< 4, 8, or 32: the rows themselves */
    uint32_t block; /**< log2 of a block's tokens, 0 .. STAMP_KV_BLOCK_MAX; bits 4 only */
    bool plain;     /**< blocks are coded as they are, without HAAR; bits 4 only */
};

/** One row of one head as the cache holds it. */
struct stamp_kv_meta {
    float scale;
    int32_t zero;
};

/**
 * Code one complete block of one head: the levels of HAAR on x[2^block][hd] (destroyed) unless
 * @p kv is plain, row 0 to 8 bits, the others to 4; q[2^block][hd] gets codes 0..255 or 0..15,
 * meta[2^block].
 */
void stamp_kv_encode_block(struct stamp_kv_scheme kv, uint32_t hd, float *x, uint8_t *q,
                           struct stamp_kv_meta *meta);
/** One row to 8 bits without transform. */
void stamp_kv_encode_row(uint32_t hd, const float *x, uint8_t *q, struct stamp_kv_meta *meta);
/** Values of a row's codes. */
void stamp_kv_decode_row(uint32_t hd, const uint8_t *q, struct stamp_kv_meta meta, float *x);
/** Values of a block's codes, inverse transformed: x[2^block][hd]. */
void stamp_kv_decode_block(struct stamp_kv_scheme kv, uint32_t hd, const uint8_t *q,
                           const struct stamp_kv_meta *meta, float *x);

#ifdef __cplusplus
}
#endif
#endif
