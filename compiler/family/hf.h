/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file hf.h
 * A Hugging Face folder of a Llama, Qwen 2 or Qwen 3 model: config.json with model.safetensors, or
 * with shards and model.safetensors.index.json.
 *
 * Names begin with "model.", or are those of a base model saved alone (none), or have the prefix of a
 * wrapper (module., _orig_mod.). The head is lm_head.weight where there is one that differs from the
 * embedding, else the embedding; what config.json says against that is noted.
 */
#ifndef STAMP_FAMILY_HF_H
#define STAMP_FAMILY_HF_H

#include "compiler/family/network.h"

struct stamp_safetensors;

/**
 * Read the folder.
 * @return STAMP_EUNSUPPORTED for any model_type but llama, qwen2 and qwen3, biases these do not have,
 * an activation other than silu, a sliding window in use, quantized checkpoints, files of another
 * format (hf_folder.h); STAMP_EFORMAT for
 * a missing, an unknown or a wrongly shaped tensor; STAMP_EIO, STAMP_ERANGE, STAMP_ENOMEM
 */
enum stamp_status stamp_hf_open(const char *folder, struct stamp_network **out,
                                struct stamp_err *e);

/**
 * Family, dimensions and constants only, no weights: from the text of a config.json.
 * @param m  all pointers NULL on entry; filled on success, tied as tie_word_embeddings says, with
 *           notes of keys that are not known
 */
enum stamp_status stamp_hf_config(const char *name, const char *text, size_t len,
                                  struct stamp_network *m, struct stamp_err *e);

/** Weights and frequencies of @p m, which stamp_hf_config filled, out of @p st, which becomes the
 *  model's at once. m->tied becomes what the tensors are. On failure the caller closes m. */
enum stamp_status stamp_hf_weights(const char *name, struct stamp_safetensors *st,
                                   struct stamp_network *m, struct stamp_err *e);

#endif
