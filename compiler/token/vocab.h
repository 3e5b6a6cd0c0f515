/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vocab.h
 * Tokens and their bytes, and the way back from bytes to a token.
 */
#ifndef STAMP_TOKEN_VOCAB_H
#define STAMP_TOKEN_VOCAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/status.h"

enum { STAMP_VOCAB_MAX = 1 << 20 /* ids */ };

struct stamp_piece {
    const char *bytes; /**< NULL: no token has this id */
    uint32_t len;
    float score; /**< SentencePiece: what a merge into it is worth */
};

/** Start from zero. */
struct stamp_vocab {
    struct stamp_piece *piece; /**< [count], owned */
    size_t count, room;        /**< ids in use are below count; room: allocated */
    int32_t *table;            /**< [mask + 1] hash of bytes -> id, -1 empty, owned */
    size_t mask;
    size_t listed; /**< tokens in the table */
    char **text;   /**< [texts] what the pieces point into, owned */
    size_t texts, text_used, text_size;
};

/**
 * Give an id its bytes, copied; an id that has some gets the new ones.
 * @param id  0 .. STAMP_VOCAB_MAX - 1, else STAMP_ERANGE
 */
enum stamp_status stamp_vocab_set(struct stamp_vocab *v, size_t id, const char *bytes, size_t len,
                                  struct stamp_err *e);

/**
 * Make a token findable by its bytes.
 * @param last  of two tokens with equal bytes the one entered later counts, not the earlier
 */
enum stamp_status stamp_vocab_list(struct stamp_vocab *v, size_t id, bool last,
                                   struct stamp_err *e);

/** Id of the listed token whose bytes are @p a [a_len] followed by @p b [b_len], or -1. */
int32_t stamp_vocab_find2(const struct stamp_vocab *v, const char *a, size_t a_len, const char *b,
                          size_t b_len);

/** The same with one part. */
int32_t stamp_vocab_find(const struct stamp_vocab *v, const char *bytes, size_t len);

void stamp_vocab_free(struct stamp_vocab *v);

#endif
