/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file attention_f32.h
 * Rotary embedding and causal attention in binary32.
 */
#ifndef STAMP_REF_ATTENTION_F32_H
#define STAMP_REF_ATTENTION_F32_H

#include <stdbool.h>
#include <stddef.h>

#include "model/status.h"

struct stamp_attention {
    size_t n;               /**< queries; with causal their positions */
    size_t keys;            /**< n with causal */
    size_t heads, kv_heads; /**< query head h uses key-value head h / (heads / kv_heads) */
    size_t head_dim;
    bool causal; /**< a query sees the keys up to its own position; else all */
};

/**
 * Turn each pair (2i, 2i + 1) of x by position * frequency[i] radians, in place.
 * @param frequency  [head_dim / 2] radians per position
 * @param x          [n][heads][head_dim]; row p is position p
 */
void stamp_rope_f32(size_t n, size_t heads, size_t head_dim, const double *frequency, float *x);

/**
 * out = softmax(q kᵀ / sqrt(head_dim)) v over the keys a query sees.
 * @param q, out  [n][heads][head_dim]  @param k, v  [keys][kv_heads][head_dim]
 * @return STAMP_OK or STAMP_ENOMEM, then out is undefined
 */
enum stamp_status stamp_attention_f32(const struct stamp_attention *a, const float *q,
                                      const float *k, const float *v, float *out,
                                      struct stamp_err *e);

/**
 * Without softmax: out = relu(q) (relu(k)ᵀ v) / (relu(q) relu(k)ᵀ 1 + eps), head by head; sums in binary32.
 * @param q, k, v, out  as above, heads of keys and queries in equal number
 */
enum stamp_status stamp_linear_attention_f32(const struct stamp_attention *a, float eps,
                                             const float *q, const float *k, const float *v,
                                             float *out, struct stamp_err *e);

#endif
