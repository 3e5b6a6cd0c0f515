/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tokenizer.h
 * Text to token ids by the tokenizer.bin format and rule of llama2.c.
 *
 * File, little endian: s32 longest token in bytes; then per token f32 score, s32 length, bytes. The
 * number of tokens is the model's vocabulary. Ids: 1 is BOS, byte b is b + 3.
 *
 * Rule: a space in front; one token per UTF-8 character, or one per byte where the character is no
 * token; then, again and again, of all neighbouring pairs whose joined bytes are a token, the one
 * whose token has the highest score, leftmost on ties, becomes that token. Scores of -1e10 and
 * below never merge. Of equal tokens the lowest id counts.
 */
#ifndef STAMP_FRONT_TOKENIZER_H
#define STAMP_FRONT_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/status.h"

enum { STAMP_TOKEN_BOS = 1, STAMP_TOKEN_BYTE = 3 };

struct stamp_tokenizer; /* opaque */

/**
 * Open a tokenizer.bin.
 * @param vocab  tokens the model knows; the file must have exactly as many
 * @return STAMP_EIO, STAMP_EFORMAT, STAMP_ERANGE (vocab below 259, no room for the bytes),
 * STAMP_EUNSUPPORTED (a tokenizer.json), STAMP_ENOMEM
 */
enum stamp_status stamp_tokenizer_open(const char *path, size_t vocab, struct stamp_tokenizer **out,
                                       struct stamp_err *e);

/** The same from @p bytes [len], not kept. */
enum stamp_status stamp_tokenizer_memory(const char *name, const void *bytes, size_t len,
                                         size_t vocab, struct stamp_tokenizer **out,
                                         struct stamp_err *e);

/**
 * The tokenizer of a model: @p path (a tokenizer.bin, or a GGUF file with one inside) when it is not
 * NULL, else the one in the model's GGUF file, or tokenizer.bin in its folder.
 * @return as stamp_tokenizer_open; STAMP_EIO with advice when there is none to be found
 */
enum stamp_status stamp_tokenizer_for(const char *model, const char *path, size_t vocab,
                                      struct stamp_tokenizer **out, struct stamp_err *e);

/** NULL is allowed. */
void stamp_tokenizer_close(struct stamp_tokenizer *t);

/**
 * Encode one document, in O(len log len).
 * @param text   [len] bytes, any values; empty text gives no tokens but BOS
 * @param bos    put STAMP_TOKEN_BOS in front
 * @param ids    [count] token ids, owned by the caller (stamp_free)
 * @return STAMP_ERANGE (2^30 bytes or more), STAMP_ENOMEM
 */
enum stamp_status stamp_tokenizer_encode(const struct stamp_tokenizer *t, const char *text,
                                         size_t len, bool bos, int32_t **ids, size_t *count,
                                         struct stamp_err *e);

/** Bytes of a token, not terminated, borrowed. @pre id in 0 .. vocab - 1 */
const char *stamp_tokenizer_piece(const struct stamp_tokenizer *t, int32_t id, size_t *len);

#endif
