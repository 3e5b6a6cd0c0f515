/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file net_tiny.h
 * Small networks with random codes.
 */
#ifndef STAMP_TESTS_NET_TINY_H
#define STAMP_TESTS_NET_TINY_H

#include "model/net/net.h"
#include "tests/model/net_second.h"
#include "tests/model/rnd.h"

enum { TINY_LAYERS_MAX = 2, TINY_FLOATS = 16384 };

struct tiny_net {
    struct second_model m;        /**< for the second model */
    struct stamp_net_model model; /**< the same as a graph of its own, for the network in C */
    struct second_layer layer[TINY_LAYERS_MAX];
    double frequency[128];
    float pool[TINY_FLOATS]; /* vectors and embedding */
    size_t used;
};

/** @p shape without frequency; biases and QK norms as told. Free with tiny_free. */
void tiny_make(struct tiny_net *t, struct rnd *r, struct second_shape shape, unsigned bits,
               unsigned head_bits, uint32_t block, bool biased);
void tiny_free(struct tiny_net *t);

/** Random codes and scales [n][d]; free with stamp_weights_free. */
void tiny_matrix(struct rnd *r, unsigned bits, uint32_t block, uint32_t n, uint32_t d,
                 struct stamp_weights *w);

#endif
