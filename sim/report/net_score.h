/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file net_score.h
 * A model run as a network in C (model/net), document by document, for scoring.
 */
#ifndef STAMP_REPORT_NET_SCORE_H
#define STAMP_REPORT_NET_SCORE_H

#include "compiler/front/llama.h"
#include "model/num/kv.h"
#include "model/num/scheme.h"

struct stamp_net_score_options {
    struct stamp_scheme scheme; /**< of the layers; weight_bits 4 or 8 */
    struct stamp_kv_scheme kv;
    unsigned head_bits;
    uint32_t threads;
};

struct stamp_net_score; /* opaque */

/** @param m  borrowed  @return what stamp_qmodel_new and stamp_net_new return */
enum stamp_status stamp_net_score_new(const struct stamp_llama *m,
                                      const struct stamp_net_score_options *options,
                                      struct stamp_net_score **out, struct stamp_err *e);
void stamp_net_score_free(struct stamp_net_score *s); /**< NULL is allowed. */

/** A stamp_forward_fn (sim/ref/llama_f32.h); ctx is the struct stamp_net_score. */
enum stamp_status stamp_net_score_forward(void *ctx, const int32_t *tokens, size_t n, float *logits,
                                          struct stamp_err *e);

/** Bits per activation row of the layers, averaged over all rows; 0 before the first. */
double stamp_net_score_act_bits(const struct stamp_net_score *s);

#endif
