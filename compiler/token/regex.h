/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file regex.h
 * Regular expressions as tokenizer.json has them, run by PCRE2.
 *
 * They are written for Oniguruma (Ruby's syntax, Unicode). Where PCRE2 means something else by the
 * same characters they are rewritten: \s \w \d \h \b and their negations, {n,m}+ and {n}?, {,m},
 * (?m), nested classes without negation, long names of properties, \uHHHH. What cannot be rewritten
 * (class intersections, \W inside a class) is refused by name; what PCRE2 refuses, with its message.
 */
#ifndef STAMP_TOKEN_REGEX_H
#define STAMP_TOKEN_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/status.h"

struct stamp_regex; /* opaque; a match needs room inside: one thread at a time */

/**
 * Compile @p pattern [len], valid UTF-8.
 * @return STAMP_EUNSUPPORTED with the reason, STAMP_ENOMEM
 */
enum stamp_status stamp_regex_new(const char *pattern, size_t len, struct stamp_regex **out,
                                  struct stamp_err *e);

/** One that matches the text itself, in bytes of any kind. */
enum stamp_status stamp_regex_literal(const char *text, size_t len, struct stamp_regex **out,
                                      struct stamp_err *e);

void stamp_regex_free(struct stamp_regex *r);

/**
 * The first match that begins at @p from or later.
 * @param text   [len] valid UTF-8 (any bytes for a literal); what lies before @p from can be looked back at
 * @param found  false: none
 * @return STAMP_ERANGE when the pattern takes too many steps on this text, STAMP_ENOMEM
 */
enum stamp_status stamp_regex_find(struct stamp_regex *r, const char *text, size_t len, size_t from,
                                   bool *found, size_t *begin, size_t *end, struct stamp_err *e);

/** Whether a character is white space (Unicode White_Space), part of a word (what \w is). */
bool stamp_is_space(uint32_t code);
bool stamp_is_word(uint32_t code);

/* For the tests: @p pattern [len] in PCRE2's syntax, terminated, owned by the caller. */
enum stamp_status stamp_regex_rewrite(const char *pattern, size_t len, char **out,
                                      struct stamp_err *e);

#endif
