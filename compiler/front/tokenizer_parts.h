/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tokenizer_parts.h
 * Inside of the tokenizer, shared by tokenizer.c (the file) and encode.c (the rule) only.
 */
#ifndef STAMP_FRONT_TOKENIZER_PARTS_H
#define STAMP_FRONT_TOKENIZER_PARTS_H

#include "compiler/front/tokenizer.h"

struct stamp_piece {
    const char *bytes; /**< into the file's bytes */
    size_t len;
    float score;
};

struct stamp_tokenizer {
    char *bytes;               /**< the whole file, owned */
    struct stamp_piece *piece; /**< [vocab], owned */
    size_t vocab, longest;
    int32_t *table; /**< [mask + 1] hash table of ids, -1 empty, owned */
    size_t mask;
};

/** Id of the token whose bytes are @p a [a_len] followed by @p b [b_len], or -1. */
int32_t stamp_tokenizer_lookup(const struct stamp_tokenizer *t, const char *a, size_t a_len,
                               const char *b, size_t b_len);

#endif
