/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file llama2c.h
 * llama2.c .bin checkpoints, format version 0.
 *
 * Little endian: seven s32 (dim, hidden, layers, heads, kv_heads, vocab, ctx; a negative vocab
 * means the output head is not shared with the embedding), then f32: embedding, per kind and layer
 * attention norms, wq, wk, wv, wo, feed-forward norms, w1, w2, w3; final norm; two tables of
 * ctx * head_dim / 2 rotary values that are not used; the head when not shared.
 */
#ifndef STAMP_FAMILY_LLAMA2C_H
#define STAMP_FAMILY_LLAMA2C_H

#include "compiler/family/network.h"

/** @return STAMP_EIO, STAMP_EFORMAT (size does not fit the header), STAMP_ERANGE, STAMP_ENOMEM,
 *  STAMP_EUNSUPPORTED (another format known by its magic) */
enum stamp_status stamp_llama2c_open(const char *path, struct stamp_network **out,
                                     struct stamp_err *e);

/** The same from @p bytes [len], borrowed until close; @p name stands for the path in messages. */
enum stamp_status stamp_llama2c_memory(const char *name, const void *bytes, size_t len,
                                       struct stamp_network **out, struct stamp_err *e);

#endif
