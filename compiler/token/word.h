/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file word.h
 * A piece of text to token ids by a BPE model: first symbols, then merges. What comes before (added
 * tokens, normalization, splitting) is encode.c's.
 */
#ifndef STAMP_TOKEN_WORD_H
#define STAMP_TOKEN_WORD_H

#include "compiler/token/merge.h"

/** A BPE model. */
struct stamp_bpe {
    struct stamp_vocab vocab;   /**< bytes of a byte-level vocabulary are the real ones */
    struct stamp_merges merges; /**< slot NULL: SentencePiece, by score */
    bool byte_level;            /**< symbols are bytes; else characters */
    bool ignore_merges;         /**< a word that is a token is that token */
    bool fuse_unknown;          /**< unknown characters in a row give one token */
    char *prefix, *suffix;      /**< of symbols inside a word, of its last one; owned, NULL: none */
    int32_t unknown;            /**< token for what has none, -1: such text is left out */
    int32_t byte[256];          /**< tokens that stand for bytes, -1: none */
    bool byte_fallback; /**< an unknown character becomes its bytes, where all have a token */
};

/** Token ids, growing. Start from zero; give id back with stamp_free. */
struct stamp_ids {
    int32_t *id;
    size_t count, room;
};

/** Append one. @return STAMP_ENOMEM */
enum stamp_status stamp_ids_add(struct stamp_ids *out, int32_t id, struct stamp_err *e);

struct stamp_known; /* a word met before, and its ids */

/** What encoding needs and what it remembers; start from zero, one per thread. */
struct stamp_word_work {
    struct stamp_merger merger;
    struct stamp_known *known; /**< owned; NULL: not yet */
};

/** Append the ids of a piece of text. @return STAMP_ENOMEM, STAMP_ERANGE */
enum stamp_status stamp_word_encode(const struct stamp_bpe *m, struct stamp_word_work *w,
                                    const char *text, size_t len, struct stamp_ids *out,
                                    struct stamp_err *e);

void stamp_word_work_free(struct stamp_word_work *w);
void stamp_bpe_free(struct stamp_bpe *m);

#endif
