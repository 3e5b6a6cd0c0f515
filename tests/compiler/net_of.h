/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file net_of.h
 * The tensors of a decoder by the names its family gives them, for tests that look at them one by one.
 */
#ifndef STAMP_TESTS_NET_OF_H
#define STAMP_TESTS_NET_OF_H

#include "compiler/family/family.h"
#include "compiler/family/network.h"

/** A tensor, changeable; NULL where the network has none of the name. */
static inline struct stamp_tensor_data *net_data(const struct stamp_network *m, const char *name,
                                                 size_t layer)
{
    const uint32_t p = stamp_network_param(m, name);

    if (p == UINT32_MAX) return NULL;
    return &m->data[p][m->graph->param[p].block == STAMP_NO_BLOCK ? 0 : layer];
}

static inline struct stamp_lazy *net_matrix(const struct stamp_network *m, const char *name,
                                            size_t layer)
{
    struct stamp_tensor_data *d = net_data(m, name, layer);
    return d ? &d->lazy : NULL;
}

/** NULL where there is none. */
static inline float *net_vector(const struct stamp_network *m, const char *name, size_t layer)
{
    struct stamp_tensor_data *d = net_data(m, name, layer);
    return d ? d->vector : NULL;
}

static inline struct stamp_lazy *net_embed(const struct stamp_network *m)
{
    return net_matrix(m, "embedding.weight", 0);
}

/** The head's own matrix, or the embedding. */
static inline struct stamp_lazy *net_head(const struct stamp_network *m)
{
    struct stamp_lazy *own = net_matrix(m, "head.weight", 0);
    return own ? own : net_embed(m);
}

/** Matrices and vectors of one layer; what the family has not is NULL. */
struct net_layer {
    struct stamp_lazy *wq, *wk, *wv, *wo, *w1, *w2, *w3;
    float *norm_att, *norm_ffn, *bias_q, *bias_k, *bias_v, *norm_q, *norm_k;
};

static inline struct net_layer net_layer(const struct stamp_network *m, size_t i)
{
    return (struct net_layer){net_matrix(m, "q.weight", i),    net_matrix(m, "k.weight", i),
                              net_matrix(m, "v.weight", i),    net_matrix(m, "o.weight", i),
                              net_matrix(m, "gate.weight", i), net_matrix(m, "down.weight", i),
                              net_matrix(m, "up.weight", i),   net_vector(m, "norm.att", i),
                              net_vector(m, "norm.ffn", i),    net_vector(m, "q.bias", i),
                              net_vector(m, "k.bias", i),      net_vector(m, "v.bias", i),
                              net_vector(m, "norm.q", i),      net_vector(m, "norm.k", i)};
}

/** The graph of a network of which only family, dec, vocab and ctx are set. @return NULL with a line */
static inline struct stamp_graph *net_shape(struct stamp_network *m, struct stamp_err *e)
{
    struct stamp_gb b;

    stamp_gb_start(&b, m->family->name, e);
    m->family->build(m, &b);
    return stamp_gb_finish(&b, &m->graph) ? NULL : m->graph;
}

#endif
