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

#include "model/net/see.h"
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

/** Codes and vectors of one layer; the vectors are borrowed for the life of the network, the codes
 *  until stamp_net_new returns. Biases and QK gains may be NULL. */
struct stamp_net_layer {
    struct stamp_weights q, k, v, o, gate, up, down;
    const float *norm_att, *norm_ffn;      /**< [dim] */
    const float *bias_q, *bias_k, *bias_v; /**< [heads * head_dim], [kv_heads * head_dim] */
    const float *norm_q, *norm_k;          /**< [head_dim] */
};

/** The matrices of a network. */
enum stamp_net_matrix {
    STAMP_NET_Q,
    STAMP_NET_K,
    STAMP_NET_V,
    STAMP_NET_O,
    STAMP_NET_GATE,
    STAMP_NET_UP,
    STAMP_NET_DOWN,
    STAMP_NET_HEAD,                     /**< of no layer */
    STAMP_NET_MATRICES = STAMP_NET_HEAD /**< of a layer */
};

struct stamp_net_model {
    struct stamp_net_shape shape;
    const struct stamp_net_layer *layer; /**< [layers] */
    struct stamp_weights head;           /**< [vocab][dim] */
    /** NULL, or where stamp_net_new gets the codes of a matrix instead, one at a time, so that they
     *  are nowhere twice; it gives @p out back with stamp_weights_free. */
    enum stamp_status (*weights)(void *ctx, uint32_t layer, enum stamp_net_matrix matrix,
                                 struct stamp_weights *out, struct stamp_err *e);
    void *weights_ctx;
    const float *norm; /**< [dim] */
    /** Row @p token of the embedding to x[dim]; called by one thread. */
    void (*embed)(void *ctx, uint32_t token, float *x);
    void *embed_ctx;
};

struct stamp_net_options {
    struct stamp_scheme scheme; /**< of the layers; the head is 8-bit rows without transform */
    struct stamp_kv_scheme kv;
    uint32_t threads;  /**< 1 or more; any number gives the same bits */
    stamp_see_fn *see; /**< NULL, or told of every tensor, by one thread */
    void *see_ctx;
};

struct stamp_net; /* a network with its key-value cache */

/**
 * @param model    the struct itself is copied
 * @return STAMP_ERANGE (shapes, widths or threads that do not fit), STAMP_ENOMEM, or what
 *         model->weights returned
 */
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

/** One token at the next position. logits[vocab], may be NULL. After a failure here or above the
 *  cache is empty. @return as stamp_net_prefill */
enum stamp_status stamp_net_step(struct stamp_net *net, int32_t token, float *logits,
                                 struct stamp_err *e);

/** Tokens in the cache. */
uint32_t stamp_net_position(const struct stamp_net *net);

#ifdef __cplusplus
}
#endif
#endif
