/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file hf.h
 * A Hugging Face folder of a Llama model: config.json with model.safetensors, or with shards and
 * model.safetensors.index.json.
 */
#ifndef STAMP_FRONT_HF_H
#define STAMP_FRONT_HF_H

#include "compiler/front/llama.h"

struct stamp_safetensors;

/**
 * Read the folder.
 * @return STAMP_EUNSUPPORTED for any model_type but "llama", biases, an activation other than
 * silu, quantized checkpoints; STAMP_EFORMAT for a missing or wrongly shaped tensor; STAMP_EIO,
 * STAMP_ERANGE, STAMP_ENOMEM
 */
enum stamp_status stamp_hf_open(const char *folder, struct stamp_llama **out, struct stamp_err *e);

/**
 * Dimensions and constants only, no weights: from the text of a config.json.
 * @param m     all pointers NULL on entry; its dimensions are filled on success
 * @param tied  whether the head is the embedding
 */
enum stamp_status stamp_hf_config(const char *name, const char *text, size_t len,
                                  struct stamp_llama *m, struct stamp_rope *rope, bool *tied,
                                  struct stamp_err *e);

/** Weights of @p m, whose dimensions are set, out of @p st. On failure the caller closes m. */
enum stamp_status stamp_hf_weights(const char *name, struct stamp_safetensors *st, bool tied,
                                   struct stamp_llama *m, struct stamp_err *e);

#endif
