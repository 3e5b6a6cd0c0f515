/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file decoder.h
 * Language models of the Llama architecture and its Qwen relatives: their configuration, however a
 * checkpoint says it.
 *
 * Layer: x += wo attention(norm_att x); x += w2 (silu(w1 h) * w3 h), h = norm_ffn x. Qwen 2 adds a bias to
 * q, k and v; Qwen 3 normalises every head of q and k before the rotary embedding.
 */
#ifndef STAMP_FAMILY_DECODER_H
#define STAMP_FAMILY_DECODER_H

#include <stdbool.h>
#include <stddef.h>

#include "model/num/rope.h"
#include "model/status.h"

struct stamp_network;
struct stamp_family;
struct stamp_gb;

/** What a checkpoint says of a decoder. */
struct stamp_decoder {
    size_t dim, hidden, layers, heads, kv_heads, head_dim;
    float rms_eps;
    struct stamp_rope_params rope; /**< what the file says */
    double *frequency;             /**< [head_dim / 2] radians per position, what is used; owned */
    bool rope_divided;             /**< GGUF: frequency was divided further, pair by pair */
    bool tied;                     /**< head is the embedding */
};

extern const struct stamp_family stamp_family_llama, stamp_family_qwen2, stamp_family_qwen3;

/** Check that the dimensions fit together and are of sane size. @return STAMP_ERANGE */
enum stamp_status stamp_decoder_check(const char *name, const struct stamp_network *m,
                                      struct stamp_err *e);

/** Fill frequency from rope. @return STAMP_ENOMEM */
enum stamp_status stamp_decoder_rope(struct stamp_decoder *d, struct stamp_err *e);

#endif
