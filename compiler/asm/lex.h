/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lex.h
 * Reading one line of assembly text, with the place of an error.
 */
#ifndef STAMP_ASM_LEX_H
#define STAMP_ASM_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/status.h"

enum { STAMP_WORD_MAX = 127, STAMP_LEX_TEXT_MAX = 1023 };

/** A line without its newline, borrowed; at is the next character. */
struct stamp_lex {
    const char *s;
    size_t n, at;
    size_t start; /**< of the token read last, for messages */
    unsigned line;
    struct stamp_err *e;
};

/** Fail at the token read last: "line L, column C: <text>". */
enum stamp_status stamp_lex_fail(struct stamp_lex *x, const char *fmt, ...) STAMP_PRINTF(2, 3);

/** Whether only blanks and a comment are left. */
bool stamp_lex_end(struct stamp_lex *x);

/** A run of characters other than blank, '=', '"' and ';'. */
enum stamp_status stamp_lex_word(struct stamp_lex *x, char word[STAMP_WORD_MAX + 1]);

/** A number, decimal or 0x, that fits 64 bits. */
enum stamp_status stamp_lex_number(struct stamp_lex *x, uint64_t *value);

/** "field=": the field's name, the '=' taken. */
enum stamp_status stamp_lex_field(struct stamp_lex *x, char word[STAMP_WORD_MAX + 1]);

/** A quoted text; \" and \\ inside. */
enum stamp_status stamp_lex_quoted(struct stamp_lex *x, char text[STAMP_LEX_TEXT_MAX + 1]);

/** The number a word spells; false when it is none or does not fit. */
bool stamp_lex_parse(const char *word, uint64_t *value);

#endif
