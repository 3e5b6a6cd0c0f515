/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file llama_f32.h
 * The Llama architecture and its Qwen relatives in binary32: one document at a time, all positions
 * at once.
 *
 * RMSNorm, biases of q, k, v and norms of q and k heads where the model has them, rotary embedding,
 * causal attention with shared key-value heads, SiLU gated feed-forward. The reference the quantized
 * layers are put into: linear layers go through a hook, everything else, biases included, stays as
 * it is. Matrices are read from the model one at a time.
 */
#ifndef STAMP_REF_LLAMA_F32_H
#define STAMP_REF_LLAMA_F32_H

#include <stddef.h>
#include <stdint.h>

#include "compiler/front/llama.h"
#include "compiler/front/npy.h"
#include "model/net/see.h"
#include "model/status.h"

/**
 * One linear layer without its bias, y = x wᵀ or what the hook makes of it.
 * @param layer  "layers.I.q" .k .v .o .gate .up .down, I from 0
 * @param x  [s][d] input  @param w  [n][d] weight, in a buffer used again for the next layer
 * @param y  [s][n] result
 */
typedef enum stamp_status stamp_linear_fn(void *ctx, const char *layer, size_t s, size_t d,
                                          size_t n, const float *x, const float *w, float *y,
                                          struct stamp_err *e);

/** Told after each step how many of @p total are done; a status other than STAMP_OK stops the run
 *  and is returned. */
typedef enum stamp_status stamp_progress_fn(void *ctx, size_t done, size_t total,
                                            struct stamp_err *e);

/** All positions' logits [n][vocab] in some other way. */
typedef enum stamp_status stamp_forward_fn(void *ctx, const int32_t *tokens, size_t n,
                                           float *logits, struct stamp_err *e);

/** What a caller may put into a run; NULL functions are left out. */
struct stamp_llama_hooks {
    stamp_linear_fn *linear; /**< NULL: the binary32 product */
    void *linear_ctx;
    stamp_progress_fn *progress; /**< per layer, and for the output head */
    void *progress_ctx;
    stamp_see_fn *see; /**< told of every tensor */
    void *see_ctx;
    stamp_forward_fn *forward; /**< scoring only: instead of the whole run */
    void *forward_ctx;
};

/**
 * Logits of every position.
 * @param tokens  [n] ids below m->vocab, 1 <= n <= m->ctx (else STAMP_ERANGE)
 * @param hooks   NULL: none
 * @param logits  [n][m->vocab], owned by the caller, undefined on failure; NULL: the output head
 *                is not computed
 * @return STAMP_ERANGE (also for a weight that is not finite), STAMP_ENOMEM, or what a hook returned
 */
enum stamp_status stamp_llama_forward(const struct stamp_llama *m, const int32_t *tokens, size_t n,
                                      const struct stamp_llama_hooks *hooks, float *logits,
                                      struct stamp_err *e);

/**
 * Input and weight of one linear layer when the model runs over @p tokens.
 * @param layer  a name as the hook sees it; unknown: STAMP_ERANGE with the names there are
 * @param x      [n][d], owned by the caller (stamp_tensor_free)
 * @param w      [out][d], the same, rows in the order of the model's file; may be NULL
 */
enum stamp_status stamp_llama_capture(const struct stamp_llama *m, const int32_t *tokens, size_t n,
                                      const char *layer, struct stamp_tensor *x,
                                      struct stamp_tensor *w, struct stamp_err *e);

#endif
