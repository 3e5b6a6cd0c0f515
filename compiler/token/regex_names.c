/* SPDX-License-Identifier: Apache-2.0 */
/* regex_names.c - sets of characters by name. Contract in regex_names.h. */
#include "compiler/token/regex_names.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* \s and \w; letters in circles and squares are part of a word, joiners are not. */
#define SPACE                                                                                      \
    "\\x09-\\x0d\\x20\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}"                 \
    "\\x{202f}\\x{205f}\\x{3000}"
#define WORD                                                                                       \
    "\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}\\x{24b6}-\\x{24e9}\\x{1f130}-\\x{1f149}"                    \
    "\\x{1f150}-\\x{1f169}\\x{1f170}-\\x{1f189}"
#define HEX "0-9a-fA-F"

/* What PCRE2 does not know yet, by category, and what of it is part of a word. */
#define STAMP_UNICODE_INERT(first, last)
static const struct {
    const char *category, *ranges;
} newer[] = {
#define STAMP_UNICODE_NEWER(category, ranges) {#category, ranges},
#include "compiler/token/unicode.def"
#undef STAMP_UNICODE_NEWER
};
#define STAMP_UNICODE_NEWER(category, ranges) NEWER_##category(ranges)
#define NEWER_Lu(ranges)                      ranges
#define NEWER_Ll(ranges)                      ranges
#define NEWER_Lm(ranges)                      ranges
#define NEWER_Lo(ranges)                      ranges
#define NEWER_Mn(ranges)                      ranges
#define NEWER_Mc(ranges)                      ranges
#define NEWER_Nd(ranges)                      ranges
#define NEWER_No(ranges)
#define NEWER_Pd(ranges)
#define NEWER_Po(ranges)
#define NEWER_Sm(ranges)
#define NEWER_So(ranges)
#define NEWER_Cf(ranges)
#define NEWER_Han(ranges)
static const char word_alone[] = "\\xb2\\xb3\\xb9\\xbc-\\xbe" WORD
#include "compiler/token/unicode.def"
    ;
static const char word_inside[] = WORD
#include "compiler/token/unicode.def"
    ;

/* Names that PCRE2 10.42 does not know, or knows as something else; _ and - do not count in a name. */
static const char *const names[][2] = {
    {"letter", "L"},
    {"uppercaseletter", "Lu"},
    {"lowercaseletter", "Ll"},
    {"titlecaseletter", "Lt"},
    {"modifierletter", "Lm"},
    {"otherletter", "Lo"},
    {"mark", "M"},
    {"nonspacingmark", "Mn"},
    {"spacingmark", "Mc"},
    {"enclosingmark", "Me"},
    {"number", "N"},
    {"decimalnumber", "Nd"},
    {"letternumber", "Nl"},
    {"othernumber", "No"},
    {"punctuation", "P"},
    {"connectorpunctuation", "Pc"},
    {"dashpunctuation", "Pd"},
    {"openpunctuation", "Ps"},
    {"closepunctuation", "Pe"},
    {"initialpunctuation", "Pi"},
    {"finalpunctuation", "Pf"},
    {"otherpunctuation", "Po"},
    {"symbol", "S"},
    {"mathsymbol", "Sm"},
    {"currencysymbol", "Sc"},
    {"modifiersymbol", "Sk"},
    {"othersymbol", "So"},
    {"separator", "Z"},
    {"spaceseparator", "Zs"},
    {"lineseparator", "Zl"},
    {"paragraphseparator", "Zp"},
    {"other", "C"},
    {"control", "Cc"},
    {"cntrl", "Cc"},
    {"format", "Cf"},
    {"surrogate", "Cs"},
    {"privateuse", "Co"},
    {"unassigned", "Cn"},
    {"space", "White_Space"},
    {"digit", "Nd"},
    {"punct", "P"},
};

const char *stamp_regex_space(void)
{
    return SPACE;
}

const char *stamp_regex_word(bool in_class)
{
    return in_class ? word_inside : word_alone;
}

const char *stamp_regex_hex(void)
{
    return HEX;
}

/* PCRE2 takes a script's name for all that is used with it; "sc:" is for the script alone. */
static bool is_script(const char *name)
{
    char pattern[96];
    int error;
    size_t at;

    snprintf(pattern, sizeof pattern, "\\p{sc:%.80s}", name);
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF, &error, &at, NULL);
    pcre2_code_free(code);
    return code != NULL;
}

static enum stamp_status put(struct stamp_bytes *out, const char *text, struct stamp_err *e)
{
    return stamp_bytes_add(out, text, strlen(text), e);
}

enum stamp_status stamp_regex_property(const char *name, struct stamp_bytes *out,
                                       struct stamp_err *e)
{
    const char *use = name;

    if (strcasecmp(name, "word") == 0) return put(out, word_inside, e);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(name, names[i][0]) == 0) use = names[i][1];
    const size_t n = strlen(use);
    enum stamp_status s = put(out, n > 2 && is_script(use) ? "\\p{sc:" : "\\p{", e);
    if (!s) s = put(out, use, e);
    if (!s) s = put(out, "}", e);
    for (size_t i = 0; i < sizeof newer / sizeof newer[0] && !s; i++) {
        const char *have = newer[i].category;
        if (n &&
            (n <= 2 ? strlen(have) == 2 && strncmp(use, have, n) == 0 : strcasecmp(use, have) == 0))
            s = put(out, newer[i].ranges, e);
    }
    return s;
}

enum stamp_status stamp_regex_posix(const char *name, size_t len, struct stamp_bytes *out,
                                    bool *known, struct stamp_err *e)
{
    static const struct {
        const char *name, *property[2], *more;
    } sets[] = {{"alpha", {"Alphabetic", NULL}, ""}, {"alnum", {"Alphabetic", "Nd"}, ""},
                {"digit", {"Nd", NULL}, ""},         {"upper", {"Uppercase", "Lu"}, ""},
                {"lower", {"Lowercase", "Ll"}, ""},  {"punct", {"P", "S"}, ""},
                {"blank", {"Zs", NULL}, "\\x09"},    {"cntrl", {"Cc", NULL}, ""},
                {"space", {NULL, NULL}, SPACE},      {"xdigit", {NULL, NULL}, HEX},
                {"word", {NULL, NULL}, word_inside}};
    enum stamp_status s = STAMP_OK;

    *known = false;
    for (size_t i = 0; i < sizeof sets / sizeof sets[0] && !*known; i++) {
        *known = strlen(sets[i].name) == len && strncmp(sets[i].name, name, len) == 0;
        for (size_t k = 0; k < 2 && *known && sets[i].property[k] && !s; k++)
            s = stamp_regex_property(sets[i].property[k], out, e);
        if (*known && !s) s = put(out, sets[i].more, e);
    }
    return s;
}
