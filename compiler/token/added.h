/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file added.h
 * Tokens that are taken out of a text whole, before anything else: "<|endoftext|>", "<think>".
 */
#ifndef STAMP_TOKEN_ADDED_H
#define STAMP_TOKEN_ADDED_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler/token/step.h"

struct stamp_added {
    char *text; /**< [len] what is looked for, owned; len 1 or more */
    size_t len;
    int32_t id;
    size_t turn;         /**< its place in the order of putting; set by stamp_added_put */
    bool special;        /**< steers the model: no part of the text it writes */
    bool normalized;     /**< looked for in the normalized text, normalized itself */
    bool literal;        /**< normalized, and its text is so already */
    bool single_word;    /**< not where a letter, digit or _ touches it */
    bool lstrip, rstrip; /**< takes the white space before, behind it along */
};

/** Start from zero. Of two equal texts the one added first counts. */
struct stamp_added_list {
    struct stamp_added *token; /**< [count], owned; sorted by text once ready */
    size_t count, room;
    bool first_byte[256]; /**< whether one begins with this byte */
};

/** Append a copy. @return STAMP_ENOMEM */
enum stamp_status stamp_added_put(struct stamp_added_list *l, const struct stamp_added *token,
                                  struct stamp_err *e);

/** Sort; nothing may be put afterwards. */
void stamp_added_ready(struct stamp_added_list *l);

void stamp_added_free(struct stamp_added_list *l);

/** A stretch of text; @p token NULL: it holds none. */
typedef enum stamp_status stamp_stretch_fn(void *ctx, const struct stamp_added *token, size_t at,
                                           size_t len, struct stamp_err *e);

/** All stretches of @p text [len], in order, none empty but those of tokens: at every place the
 *  longest token that begins there. @return what @p fn returned */
enum stamp_status stamp_added_split(const struct stamp_added_list *l, const char *text, size_t len,
                                    stamp_stretch_fn *fn, void *ctx, struct stamp_err *e);

#endif
