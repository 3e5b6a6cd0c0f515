/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file attn.h
 * Attention of one query head over its key-value head's operands, in integers, block by block.
 *
 * Rule     model/spec/numerics.md, section 9, Scores and softmax
 */
#ifndef STAMP_NUM_ATTN_H
#define STAMP_NUM_ATTN_H

#include <stddef.h>
#include <stdint.h>

#include "model/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Signed-digit operands of one key-value head. */
struct stamp_attn_kv {
    uint32_t keys, hd;
    const int8_t *k, *v;  /**< [keys][hd] codes, -119..119 */
    const float *sk, *sv; /**< [keys] scales */
};

/**
 * @param t   the query's position: keys 0 .. t count, t < kv->keys
 * @param q   [hd] the query after ROPE (quantized here)
 * @param work  [stamp_attn_work(hd)] floats of scratch, 64-byte aligned
 * @param out [hd]
 */
void stamp_attn_row(const struct stamp_attn_kv *kv, uint32_t t, const float *q, float *work,
                    float *out);
size_t stamp_attn_work(uint32_t hd);

/** c of the rule: the binary32 nearest to log2(e) / sqrt(hd), hd in 1 .. 65536. */
float stamp_attn_scale(uint32_t hd);

#ifdef __cplusplus
}
#endif
#endif
