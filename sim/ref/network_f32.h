/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file network_f32.h
 * A network in binary32: its graph walked, all rows at once, by kernels of its own.
 *
 * The reference the quantized layers are put into: linear layers go through a hook, everything else, biases
 * included, stays as it is. Matrices are read from the checkpoint one at a time. GELU is the exact one, where a
 * network does not define it as the tanh form.
 */
#ifndef STAMP_REF_NETWORK_F32_H
#define STAMP_REF_NETWORK_F32_H

#include <stddef.h>
#include <stdint.h>

#include "compiler/family/network.h"
#include "compiler/front/npy.h"
#include "model/graph/see.h"
#include "model/status.h"

/**
 * One linear layer of kind BODY without its bias, y = x wᵀ or what the hook makes of it.
 * @param at     its node and repetition  @param layer  its name, "layers.I.q"
 * @param x  [s][d] input  @param w  [n][d] weight, in a buffer used again for the next layer
 * @param y  [s][n] result
 */
typedef enum stamp_status stamp_linear_fn(void *ctx, struct stamp_gat at, const char *layer,
                                          size_t s, size_t d, size_t n, const float *x,
                                          const float *w, float *y, struct stamp_err *e);

/** Told after each step how many of @p total are done; a status other than STAMP_OK stops the run
 *  and is returned. */
typedef enum stamp_status stamp_progress_fn(void *ctx, size_t done, size_t total,
                                            struct stamp_err *e);

/** All positions' logits [n][vocab] in some other way. */
typedef enum stamp_status stamp_forward_fn(void *ctx, const int32_t *tokens, size_t n,
                                           float *logits, struct stamp_err *e);

/** What a caller may put into a run; NULL functions are left out. */
struct stamp_f32_hooks {
    stamp_linear_fn *linear; /**< NULL: the binary32 product */
    void *linear_ctx;
    stamp_progress_fn *progress; /**< per repetition of a block, and for what follows it */
    void *progress_ctx;
    stamp_see_fn *see; /**< told of every value that is a probe */
    void *see_ctx;
    stamp_forward_fn *forward; /**< scoring only: instead of the whole run */
    void *forward_ctx;
};

/**
 * The last value of a network that takes rows.
 * @param in   [rows][cols] of each input
 * @param y    [rows][cols] of its last, owned by the caller; NULL: it is not computed
 * @return as stamp_f32_forward
 */
enum stamp_status stamp_f32_inputs(const struct stamp_network *m, const struct stamp_ginputs *in,
                                   const struct stamp_f32_hooks *hooks, float *y,
                                   struct stamp_err *e);

/** The same of one input (a picture's patches). */
enum stamp_status stamp_f32_rows(const struct stamp_network *m, const float *x,
                                 const struct stamp_f32_hooks *hooks, float *y,
                                 struct stamp_err *e);

/**
 * Logits of every position.
 * @param tokens  [n] ids below m->vocab, 1 <= n <= m->ctx (else STAMP_ERANGE)
 * @param hooks   NULL: none
 * @param logits  [n][m->vocab], owned by the caller, undefined on failure; NULL: the output head
 *                is not computed
 * @return STAMP_ERANGE (also for a weight that is not finite), STAMP_ENOMEM, or what a hook returned
 */
enum stamp_status stamp_f32_forward(const struct stamp_network *m, const int32_t *tokens, size_t n,
                                    const struct stamp_f32_hooks *hooks, float *logits,
                                    struct stamp_err *e);

/** The LINEAR node of kind BODY of this name, as the hook sees it. @return STAMP_ERANGE with the names there are */
enum stamp_status stamp_f32_find_layer(const struct stamp_graph *g, const char *layer,
                                       struct stamp_gat *out, struct stamp_err *e);

/**
 * Input and weight of one linear layer when the model runs over @p tokens.
 * @param layer  as in stamp_f32_find_layer, which is asked first
 * @param x      [n][d], owned by the caller (stamp_tensor_free)
 * @param w      [out][d], the same, rows in the order of the model's file; may be NULL
 */
enum stamp_status stamp_f32_capture(const struct stamp_network *m, const int32_t *tokens, size_t n,
                                    const char *layer, struct stamp_tensor *x,
                                    struct stamp_tensor *w, struct stamp_err *e);

/** The same of a network that takes rows. */
enum stamp_status stamp_f32_capture_rows(const struct stamp_network *m, const float *rows,
                                         const char *layer, struct stamp_tensor *x,
                                         struct stamp_tensor *w, struct stamp_err *e);

#endif
