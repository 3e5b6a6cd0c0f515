/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file caption.h
 * What a prompt asks for, "[small|large] OBJECT on COLOUR", by the names of two lists.
 *
 * A name is found where its words stand in a row in the prompt (words as words.h has them, case does not
 * count). The name with the most words takes its words first (of as many an object, then the earlier of its
 * list), the next has what is left, so that "red apple on blue" asks for no red. A prompt names a thing when
 * exactly one name of its list is found, however often.
 */
#ifndef STAMP_PAINT_CAPTION_H
#define STAMP_PAINT_CAPTION_H

#include <stddef.h>

#include "model/status.h"

/** Names of one kind. */
struct stamp_names {
    char **name; /**< [count], owned; words with a space between them */
    size_t count;
};

/** Indices of names; the list's count where there is none or more than one. */
struct stamp_caption {
    size_t object, background;
};

enum { STAMP_PROMPT_WORDS_MAX = 256 };

/** @return STAMP_ERANGE (a longer prompt), STAMP_ENOMEM; then @p out is untouched */
enum stamp_status stamp_caption_of(const struct stamp_names *objects,
                                   const struct stamp_names *backgrounds, const char *prompt,
                                   struct stamp_caption *out, struct stamp_err *e);

/** Give the names back and zero the struct. */
void stamp_names_free(struct stamp_names *n);

#endif
