/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file step.h
 * What happens to a text before the vocabulary sees it: steps that change it (normalizers, marks in
 * front) and steps that cut it (pre-tokenizers).
 */
#ifndef STAMP_TOKEN_STEP_H
#define STAMP_TOKEN_STEP_H

#include "compiler/token/bytes.h"
#include "compiler/token/regex.h"

enum stamp_step_kind {
    STAMP_STEP_NFC, /**< the four normalization forms of Unicode, by utf8proc */
    STAMP_STEP_NFD,
    STAMP_STEP_NFKC,
    STAMP_STEP_NFKD,
    STAMP_STEP_LOWER,    /**< lower case, character by character */
    STAMP_STEP_STRIP,    /**< white space off the ends: left, right */
    STAMP_STEP_REPLACE,  /**< every match of regex becomes text */
    STAMP_STEP_PREFIX,   /**< text in front, unless the piece is empty: absent, first */
    STAMP_STEP_COLLAPSE, /**< SentencePiece: spaces off the ends (and U+2581 off the back), several
                          become one */
    STAMP_STEP_SPLIT     /**< cut at the matches of regex: behavior, invert */
};

/** What becomes of the matches of a split. */
enum stamp_split {
    STAMP_SPLIT_ISOLATED, /**< pieces of their own */
    STAMP_SPLIT_REMOVED,
    STAMP_SPLIT_PREVIOUS,  /**< end of the piece before */
    STAMP_SPLIT_NEXT,      /**< front of the piece behind */
    STAMP_SPLIT_CONTIGUOUS /**< neighbouring matches are one piece */
};

struct stamp_step {
    enum stamp_step_kind kind;
    enum stamp_split behavior;
    bool invert;               /**< SPLIT: what is no match counts as one, and the reverse */
    bool left, right;          /**< STRIP */
    bool absent;               /**< PREFIX: only when the piece does not begin with it */
    bool first;                /**< PREFIX: only at the front of the text */
    struct stamp_regex *regex; /**< owned */
    char *text;                /**< [len], owned */
    size_t len;
};

/** Steps in order; start from zero. */
struct stamp_steps {
    struct stamp_step *step; /**< [count], owned */
    size_t count;
};

enum { STAMP_STEPS_MAX = 32 };

/** Append; what it owns is given away, on failure too. @return STAMP_ENOMEM, STAMP_EUNSUPPORTED (too
 *  many) */
enum stamp_status stamp_steps_add(struct stamp_steps *l, const struct stamp_step *step,
                                  struct stamp_err *e);

void stamp_steps_free(struct stamp_steps *l);

/**
 * Run a step that changes text.
 * @param text   [len] valid UTF-8
 * @param first  whether it is the front of the whole text
 * @param out    appended to; the caller empties it
 * @return STAMP_ENOMEM, STAMP_ERANGE @pre kind is not SPLIT
 */
enum stamp_status stamp_step_change(const struct stamp_step *step, const char *text, size_t len,
                                    bool first, struct stamp_bytes *out, struct stamp_err *e);

/** A piece, [at, at + len) of the text that was split. */
typedef enum stamp_status stamp_piece_fn(void *ctx, size_t at, size_t len, struct stamp_err *e);

/** Run a step of kind SPLIT: every piece that is not empty, in order. @return what @p fn returned too */
enum stamp_status stamp_step_split(const struct stamp_step *step, const char *text, size_t len,
                                   stamp_piece_fn *fn, void *ctx, struct stamp_err *e);

#endif
