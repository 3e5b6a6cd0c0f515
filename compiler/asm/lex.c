/* SPDX-License-Identifier: Apache-2.0 */
/* lex.c - tokens of a line. Contract in lex.h. */
#include "compiler/asm/lex.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum stamp_status stamp_lex_fail(struct stamp_lex *x, const char *fmt, ...)
{
    char text[300];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return stamp_fail(x->e, STAMP_EFORMAT, "line %u, column %zu: %s", x->line, x->start + 1, text);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

bool stamp_lex_end(struct stamp_lex *x)
{
    while (x->at < x->n && is_blank(x->s[x->at])) x->at++;
    x->start = x->at;
    return x->at == x->n || x->s[x->at] == ';';
}

enum stamp_status stamp_lex_word(struct stamp_lex *x, char word[STAMP_WORD_MAX + 1])
{
    size_t n = 0;

    if (stamp_lex_end(x)) return stamp_lex_fail(x, "the line ends too early");
    while (x->at < x->n && !is_blank(x->s[x->at]) && !strchr("=\";", x->s[x->at])) {
        if (n == STAMP_WORD_MAX) return stamp_lex_fail(x, "too long");
        word[n++] = x->s[x->at++];
    }
    word[n] = 0;
    return n ? STAMP_OK : stamp_lex_fail(x, "a word or number expected");
}

bool stamp_lex_parse(const char *word, uint64_t *value)
{
    const bool hex = word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
    const unsigned base = hex ? 16 : 10;
    uint64_t v = 0;

    if (hex) word += 2;
    if (!*word) return false;
    for (; *word; word++) {
        const char c = *word;
        const unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                           : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                           : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                  : 16;
        if (d >= base || v > (UINT64_MAX - d) / base) return false;
        v = v * base + d;
    }
    *value = v;
    return true;
}

enum stamp_status stamp_lex_number(struct stamp_lex *x, uint64_t *value)
{
    char word[STAMP_WORD_MAX + 1];
    const enum stamp_status st = stamp_lex_word(x, word);

    if (st) return st;
    if (!stamp_lex_parse(word, value)) return stamp_lex_fail(x, "'%s' is not a number", word);
    return STAMP_OK;
}

enum stamp_status stamp_lex_field(struct stamp_lex *x, char word[STAMP_WORD_MAX + 1])
{
    const enum stamp_status st = stamp_lex_word(x, word);

    if (st) return st;
    if (x->at == x->n || x->s[x->at] != '=') return stamp_lex_fail(x, "'%s' needs a '='", word);
    x->at++;
    return STAMP_OK;
}

enum stamp_status stamp_lex_quoted(struct stamp_lex *x, char text[STAMP_LEX_TEXT_MAX + 1])
{
    size_t n = 0;

    if (stamp_lex_end(x) || x->s[x->at] != '"') return stamp_lex_fail(x, "a quoted text expected");
    for (x->at++; x->at < x->n && x->s[x->at] != '"'; x->at++) {
        if (x->s[x->at] == '\\' && x->at + 1 < x->n) x->at++;
        if (n == STAMP_LEX_TEXT_MAX || x->s[x->at] < ' ' || x->s[x->at] > '~')
            return stamp_lex_fail(x, "text too long or not printable");
        text[n++] = x->s[x->at];
    }
    if (x->at == x->n) return stamp_lex_fail(x, "the text has no closing quote");
    x->at++;
    text[n] = 0;
    return STAMP_OK;
}
