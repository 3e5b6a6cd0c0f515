/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file net_second.h
 * A second model of whole networks, written from numerics.md alone: bit patterns on softfloat, plain
 * loops over integers, one row and one head after the other. Shares nothing with model/ but the
 * structs that describe a network. Transforms: none, HAAR.
 */
#ifndef STAMP_TESTS_NET_SECOND_H
#define STAMP_TESTS_NET_SECOND_H

#include "model/net/net.h"

enum { SECOND_WIDTH = 160, SECOND_TOKENS = 640, SECOND_LAYERS = 2 };

/** Values are bit patterns. */
struct second_side {
    uint32_t row[SECOND_TOKENS][SECOND_WIDTH];   /**< of 8-bit codes, while they may be recoded */
    int digit[SECOND_TOKENS][SECOND_WIDTH];      /**< operands */
    uint32_t scale[SECOND_TOKENS][SECOND_WIDTH]; /**< [token][head] */
};

struct second_net {
    const struct stamp_net_model *m;
    struct stamp_scheme q;
    struct stamp_kv_scheme kv;
    uint32_t pos;
    struct second_side k[SECOND_LAYERS], v[SECOND_LAYERS];
};

/** logits[n][vocab], bit patterns, of tokens at positions 0 .. n-1. */
void second_prefill(struct second_net *t, const int32_t *tokens, uint32_t n, uint32_t *logits);

/** logits[vocab] of one token more. */
void second_step(struct second_net *t, int32_t token, uint32_t *logits);

#endif
