/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file net.h
 * A whole network as functions: prefill and decode with the bits of the compiled programs, fast.
 *
 * Rule     model/spec/numerics.md, sections 7 to 10
 *
 * Independent of compiler and machine: it shares model/num with the C machine and nothing else, so
 * that a program whose logits equal these was compiled right.
 */
#ifndef STAMP_NET_NET_H
#define STAMP_NET_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "model/num/kv.h"
#include "model/num/scheme.h"
#include "model/num/weights.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Shapes and constants of a network. */
struct stamp_net_shape {
    uint32_t dim, hidden, layers, heads, kv_heads, head_dim, vocab;
    uint32_t ctx;            /**< longest sequence */
    float eps;               /**< of every norm */
    bool qk_norm;            /**< RMSNORM of every head of q and k before ROPE */
    const double *frequency; /**< [head_dim / 2], borrowed */
};

/** Codes and vectors of one layer, borrowed for the life of the network. Biases and QK gains may be NULL. */
struct stamp_net_layer {
    struct stamp_weights q, k, v, o, gate, up, down;
    const float *norm_att, *norm_ffn;      /**< [dim] */
    const float *bias_q, *bias_k, *bias_v; /**< [heads * head_dim], [kv_heads * head_dim] */
    const float *norm_q, *norm_k;          /**< [head_dim] */
};

struct stamp_net_model {
    struct stamp_net_shape shape;
    const struct stamp_net_layer *layer; /**< [layers] */
    struct stamp_weights head;           /**< [vocab][dim] */
    const float *norm;                   /**< [dim] */
    /** Row @p token of the embedding to x[dim]. */
    void (*embed)(void *ctx, uint32_t token, float *x);
    void *embed_ctx;
};

struct stamp_net_options {
    struct stamp_scheme scheme; /**< of the layers; the head is 8-bit rows without transform */
    struct stamp_kv_scheme kv;
    uint32_t threads; /**< 1 or more; any number gives the same bits */
};

struct stamp_net; /* a network with its key-value cache */

enum stamp_status stamp_net_new(const struct stamp_net_model *model,
                                const struct stamp_net_options *options, struct stamp_net **out,
                                struct stamp_err *e);
void stamp_net_free(struct stamp_net *net);

/**
 * Forget the cache and run tokens[n] from position 0.
 * @param first   logits of positions first .. n-1 are computed
 * @param logits  [n - first][vocab]; may be NULL
 * @return STAMP_ERANGE (n, a token, a value that is not finite), STAMP_ENOMEM
 */
enum stamp_status stamp_net_prefill(struct stamp_net *net, const int32_t *tokens, uint32_t n,
                                    uint32_t first, float *logits, struct stamp_err *e);

/** One token at the next position. logits[vocab] */
enum stamp_status stamp_net_step(struct stamp_net *net, int32_t token, float *logits,
                                 struct stamp_err *e);

#ifdef __cplusplus
}
#endif
#endif
