/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file net.h
 * A whole network as functions: its graph walked with the bits of the compiled programs, fast.
 *
 * Rule     model/spec/numerics.md, sections 7 to 10
 *
 * Independent of compiler and machine: it shares model/num with the C machine and the graph with the
 * compiler, nothing else, so that a program whose results equal these was compiled right.
 */
#ifndef STAMP_NET_NET_H
#define STAMP_NET_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "model/graph/schemes.h"
#include "model/graph/see.h"
#include "model/num/kv.h"
#include "model/num/scheme.h"
#include "model/num/weights.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A graph and where its numbers come from; ctx is the caller's. */
struct stamp_net_model {
    const struct stamp_graph *graph; /**< checked; borrowed for the life of the network */
    uint32_t ctx_tokens;             /**< longest sequence, where rows are those of the run */
    /** Codes of the matrix of a LINEAR node, asked for once, when the network is made; given back with
     *  stamp_weights_free. */
    enum stamp_status (*weights)(void *ctx, struct stamp_gat at, struct stamp_weights *out,
                                 struct stamp_err *e);
    /** Numbers of a VECTOR or ROWS parameter, of a TABLE; borrowed for the life of the network. */
    const float *(*vector)(void *ctx, uint32_t param, uint32_t time);
    const double *(*table)(void *ctx, uint32_t param);
    /** Row @p row of a MATRIX that is gathered, to x[cols]; called by one thread. */
    void (*row)(void *ctx, uint32_t param, uint32_t row, float *x);
    void *ctx;
};

struct stamp_net_options {
    struct stamp_scheme
        scheme; /**< of LINEAR nodes of kind BODY; HEAD: 8-bit rows without transform */
    const struct stamp_scheme *of_node; /**< NULL, or as in schemes.h; borrowed for its life */
    struct stamp_kv_scheme
        kv;            /**< of attention with a cache; keys and values of others are not coded */
    uint32_t threads;  /**< 1 or more; any number gives the same bits */
    stamp_see_fn *see; /**< NULL, or told of every value that is a probe, by one thread */
    void *see_ctx;
};

struct stamp_net; /* a network with its key-value caches */

/**
 * @param model    the struct itself is copied
 * @return STAMP_ERANGE (shapes, widths or threads that do not fit), STAMP_EUNSUPPORTED (stamp_gsteps_of),
 *         STAMP_ENOMEM, or what model->weights returned
 */
enum stamp_status stamp_net_new(const struct stamp_net_model *model,
                                const struct stamp_net_options *options, struct stamp_net **out,
                                struct stamp_err *e);
void stamp_net_free(struct stamp_net *net);

/**
 * Forget the cache and run tokens[n] from position 0.
 * @param first   the last value of positions first .. n-1 is computed
 * @param logits  [n - first][cols]; may be NULL
 * @return STAMP_ERANGE (n, a token, a value that is not finite), STAMP_ENOMEM
 */
enum stamp_status stamp_net_prefill(struct stamp_net *net, const int32_t *tokens, uint32_t n,
                                    uint32_t first, float *logits, struct stamp_err *e);

/** One token at the next position. logits[cols], may be NULL. After a failure here or above the
 *  cache is empty. @return as stamp_net_prefill */
enum stamp_status stamp_net_step(struct stamp_net *net, int32_t token, float *logits,
                                 struct stamp_err *e);

/** A network that takes rows; y as its last value. @return as above */
enum stamp_status stamp_net_inputs(struct stamp_net *net, const struct stamp_ginputs *in, float *y,
                                   struct stamp_err *e);

/** The same of one input, x[rows][cols]. */
enum stamp_status stamp_net_rows(struct stamp_net *net, const float *x, float *y,
                                 struct stamp_err *e);

/** Tokens in the cache. */
uint32_t stamp_net_position(const struct stamp_net *net);

#ifdef __cplusplus
}
#endif
#endif
