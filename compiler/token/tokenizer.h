/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tokenizer.h
 * Text to token ids and back, as the files published with a model say.
 *
 * Read are tokenizer.json (Hugging Face; BPE models), tokenizer.model (SentencePiece; BPE), the
 * tokenizer inside a GGUF file ("llama", "gpt2") and tokenizer.bin of llama2.c. The ids of a
 * tokenizer.json are those of the library that defines it (the Rust crate `tokenizers`), on every
 * text; bytes of a text that are no UTF-8 count as U+FFFD there, as bytes in SentencePiece files.
 *
 * One thread at a time may use a tokenizer: it remembers words.
 */
#ifndef STAMP_TOKEN_TOKENIZER_H
#define STAMP_TOKEN_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/front/notes.h"
#include "compiler/token/bytes.h"
#include "model/status.h"

struct stamp_tokenizer; /* opaque */

/**
 * The tokenizer of a model: @p path when it is not NULL, else what the model has: the one in its GGUF
 * file, or in its folder tokenizer.json, tokenizer.model or tokenizer.bin, the first that is there.
 * What tokenizer_config.json, generation_config.json and config.json of a folder say of it (that of
 * @p path's file, or of the model) is honoured: added tokens, BOS and EOS.
 * @param path  a file of one of the kinds above, or a folder
 * @param rows  of the model's embedding: a token beyond them cannot be encoded (STAMP_ERANGE then);
 *              0: not known
 * @return STAMP_EIO with advice when there is none; STAMP_EFORMAT, STAMP_EUNSUPPORTED with the name
 * of what is not done; STAMP_ERANGE, STAMP_ENOMEM
 */
enum stamp_status stamp_tokenizer_for(const char *model, const char *path, size_t rows,
                                      struct stamp_tokenizer **out, struct stamp_err *e);

/** Kinds of files, for the functions on memory. */
enum stamp_tokenizer_kind {
    STAMP_TOKENIZER_JSON,  /**< tokenizer.json */
    STAMP_TOKENIZER_MODEL, /**< tokenizer.model */
    STAMP_TOKENIZER_BIN,   /**< tokenizer.bin */
    STAMP_TOKENIZER_GGUF   /**< a GGUF file */
};

/** One file alone from @p bytes [len], not kept. @return as stamp_tokenizer_for */
enum stamp_status stamp_tokenizer_memory(enum stamp_tokenizer_kind kind, const char *name,
                                         const void *bytes, size_t len, size_t rows,
                                         struct stamp_tokenizer **out, struct stamp_err *e);

/** NULL is allowed. */
void stamp_tokenizer_close(struct stamp_tokenizer *t);

/** "tokenizer.json", "SentencePiece", "tokenizer.bin", "GGUF gpt2", "GGUF llama"; static. */
const char *stamp_tokenizer_format(const struct stamp_tokenizer *t);

/** What the user should know of the files; borrowed. */
const struct stamp_notes *stamp_tokenizer_notes(const struct stamp_tokenizer *t);

/** Ids are below this. */
size_t stamp_tokenizer_size(const struct stamp_tokenizer *t);

/**
 * Encode one document, in O(len log len).
 * @param text     [len] bytes, any values
 * @param special  put in front and behind what the files say belongs there (BOS, EOS)
 * @param ids      [count] token ids, owned by the caller (stamp_free); count may be 0
 * @return STAMP_ERANGE (2^30 bytes or more, a token beyond the embedding), STAMP_ENOMEM
 */
enum stamp_status stamp_tokenizer_encode(const struct stamp_tokenizer *t, const char *text,
                                         size_t len, bool special, int32_t **ids, size_t *count,
                                         struct stamp_err *e);

/** The token that begins a text, -1: the files name none. It need not be put in front: encode does
 *  what belongs there. */
int32_t stamp_tokenizer_bos(const struct stamp_tokenizer *t);

/** Whether generation ends with this token. */
bool stamp_tokenizer_ends(const struct stamp_tokenizer *t, int32_t id);

/** Whether the token steers the model and is no part of a text. */
bool stamp_tokenizer_special(const struct stamp_tokenizer *t, int32_t id);

/** Bytes a token stands for in a text, not terminated, borrowed; none (len 0) of an id that no token
 *  has. A space that belongs to the front of a text is still there. */
const char *stamp_tokenizer_piece(const struct stamp_tokenizer *t, int32_t id, size_t *len);

/** Tokens becoming text, a token at a time; start from zero with @p t set. */
struct stamp_detokenizer {
    const struct stamp_tokenizer *t;
    size_t done;  /**< tokens that had a text */
    char held[4]; /**< bytes of a character that is not whole yet */
    size_t count; /**< of held */
};

/**
 * Append the text of a token to @p out: whole characters only, U+FFFD for bytes that can become none;
 * special tokens have no text. @return STAMP_ENOMEM
 */
enum stamp_status stamp_detokenize(struct stamp_detokenizer *d, int32_t id, struct stamp_bytes *out,
                                   struct stamp_err *e);

/** The end: what is held becomes U+FFFD. @return STAMP_ENOMEM */
enum stamp_status stamp_detokenize_end(struct stamp_detokenizer *d, struct stamp_bytes *out,
                                       struct stamp_err *e);

#endif
