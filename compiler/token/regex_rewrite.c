/* SPDX-License-Identifier: Apache-2.0 */
/* regex_rewrite.c - Oniguruma's syntax into PCRE2's. What is rewritten stands in regex.h. */
#include <stdio.h>
#include <string.h>

#include "compiler/token/bytes.h"
#include "compiler/token/regex.h"
#include "compiler/token/regex_names.h"
#include "model/mem.h"

enum { DEPTH_MAX = 200, PATTERN_MAX = 1 << 16 };

struct rewrite {
    const char *p; /* the pattern, [len] */
    size_t len, at;
    struct stamp_bytes out;
    size_t atom; /* where the last thing that can be repeated begins in out; SIZE_MAX: none */
    size_t group[DEPTH_MAX];
    size_t depth;
    struct stamp_err *e;
};

static enum stamp_status refuse(const struct rewrite *r, const char *what)
{
    return stamp_fail(r->e, STAMP_EUNSUPPORTED, "pattern %.*s: %s, at byte %zu",
                      (int)(r->len < 120 ? r->len : 120), r->p, what, r->at);
}

static enum stamp_status put(struct rewrite *r, const char *text)
{
    return stamp_bytes_add(&r->out, text, strlen(text), r->e);
}

static enum stamp_status copy(struct rewrite *r, size_t n)
{
    const enum stamp_status s = stamp_bytes_add(&r->out, r->p + r->at, n, r->e);
    r->at += n;
    return s;
}

/* Wrap what was written from @p from on: (?:...). */
static enum stamp_status wrap(struct rewrite *r, size_t from)
{
    const enum stamp_status s = put(r, "(?:)"); /* room for four more bytes */
    if (s) return s;
    memmove(r->out.s + from + 3, r->out.s + from, r->out.len - 4 - from);
    memcpy(r->out.s + from, "(?:", 3);
    r->out.s[r->out.len - 1] = ')';
    return STAMP_OK;
}

/* A property, or what is not of it: inside a class, or as one of its own. */
static enum stamp_status put_property(struct rewrite *r, const char *name, bool negated,
                                      bool in_class)
{
    enum stamp_status s;

    if (in_class && negated) { /* what is newer than PCRE2 counts as not of it */
        s = put(r, "\\P{");
        if (!s) s = put(r, name);
        return s ? s : put(r, "}");
    }
    s = in_class ? STAMP_OK : put(r, negated ? "[^" : "[");
    if (!s) s = stamp_regex_property(name, &r->out, r->e);
    return s || in_class ? s : put(r, "]");
}

/* \p{Name}, \p{^Name}, \P{Name}; the cursor is on the backslash. */
static enum stamp_status property(struct rewrite *r, bool in_class)
{
    const char *open = r->p + r->at + 2, *end = r->p + r->len;
    char name[64];
    size_t n = 0;
    bool negated = r->p[r->at + 1] == 'P';

    if (open >= end || *open != '{') return refuse(r, "\\p without {");
    const char *close = memchr(open, '}', (size_t)(end - open));
    if (!close) return refuse(r, "\\p{ without }");
    open++;
    if (open < close && *open == '^') {
        negated = !negated;
        open++;
    }
    for (; open < close && n + 1 < sizeof name; open++)
        if (*open != ' ' && *open != '-' && *open != '_') name[n++] = *open; /* they do not count */
    name[n] = '\0';
    r->at = (size_t)(close - r->p) + 1;
    return put_property(r, name, negated, in_class);
}

/* \uHHHH; the cursor is on the backslash. */
static enum stamp_status code_point(struct rewrite *r)
{
    char text[12];

    if (r->len - r->at < 6 || strspn(r->p + r->at + 2, "0123456789abcdefABCDEF") < 4)
        return refuse(r, "\\u without four hexadecimal digits");
    snprintf(text, sizeof text, "\\x{%.4s}", r->p + r->at + 2);
    r->at += 6;
    return put(r, text);
}

/* \xHH, \x{H...}; the cursor is on the backslash. */
static enum stamp_status hex_code(struct rewrite *r)
{
    size_t n = 2;

    if (r->at + n < r->len && r->p[r->at + n] == '{') {
        while (r->at + n < r->len && r->p[r->at + n] != '}') n++;
        if (r->at + n == r->len) return refuse(r, "\\x{ without }");
        return copy(r, n + 1);
    }
    while (n < 4 && r->at + n < r->len && strchr("0123456789abcdefABCDEF", r->p[r->at + n])) n++;
    return copy(r, n);
}

/* \w and \W; the cursor is on the backslash. */
static enum stamp_status word_class(struct rewrite *r, bool negated, bool in_class)
{
    enum stamp_status s = in_class ? STAMP_OK : put(r, negated ? "[^" : "[");

    r->at += 2;
    if (!s) s = put(r, stamp_regex_word(in_class));
    return s || in_class ? s : put(r, "]");
}

/* \b and \B: whether one of two neighbours is part of a word and the other is not. */
static enum stamp_status word_border(struct rewrite *r, bool negated)
{
    static const char *const text[2][5] = {{"(?:(?<=[", "])(?![", "])|(?<![", "])(?=[", "]))"},
                                           {"(?:(?<=[", "])(?=[", "])|(?<![", "])(?![", "]))"}};
    enum stamp_status s = put(r, text[negated][0]);

    r->at += 2;
    for (size_t i = 1; i < 5 && !s; i++) {
        s = put(r, stamp_regex_word(false));
        if (!s) s = put(r, text[negated][i]);
    }
    return s;
}

/* A backslash and what follows it. */
static enum stamp_status escape(struct rewrite *r, bool in_class)
{
    if (r->len - r->at < 2) return refuse(r, "a backslash at the end");
    const char c = r->p[r->at + 1];
    if (c == 'p' || c == 'P') return property(r, in_class);
    if (in_class && strchr("SWDHB", c)) return refuse(r, "a negated shorthand inside a class");
    if (!in_class && (c == 'b' || c == 'B')) return word_border(r, c == 'B');
    if (c == 'w' || c == 'W') return word_class(r, c == 'W', in_class);
    if (c == 'd' || c == 'D') {
        r->at += 2;
        return put_property(r, "Nd", c == 'D', in_class);
    }
    if (c == 'u') return code_point(r);
    if (c == 'x') return hex_code(r);
    if (c == 'O' || c == 'c' || c == 'C' || c == 'M' || c == 'y' || c == 'Y' || c == 'Q' ||
        c == 'o')
        return refuse(r, "an escape that is not known here");
    if (strchr("sShH", c)) {
        enum stamp_status s = in_class ? STAMP_OK : put(r, c == 'S' || c == 'H' ? "[^" : "[");
        r->at += 2;
        if (!s) s = put(r, c == 's' || c == 'S' ? stamp_regex_space() : stamp_regex_hex());
        return s || in_class ? s : put(r, "]");
    }
    if (c == 'b') { /* in a class: backspace */
        r->at += 2;
        return put(r, "\\x08");
    }
    return copy(r, 2);
}

/* Letters at the front of [p, end). */
static size_t letters(const char *p, const char *end)
{
    size_t n = 0;
    while (p + n < end && p[n] >= 'a' && p[n] <= 'z') n++;
    return n;
}

/* [:alpha:]; the cursor is on its bracket. */
static enum stamp_status posix(struct rewrite *r)
{
    const char *name = r->p + r->at + 2;
    const size_t n = letters(name, r->p + r->len);
    bool known = false;
    enum stamp_status s = STAMP_OK;

    if (r->len - r->at >= n + 4 && memcmp(name + n, ":]", 2) == 0)
        s = stamp_regex_posix(name, n, &r->out, &known, r->e);
    if (!s && !known) return refuse(r, "a set in brackets that is not known here");
    r->at += n + 4;
    return s;
}

/* [...]; a class inside that is not negated is joined to the outer one. */
static enum stamp_status bracket(struct rewrite *r)
{
    size_t open = 1;
    enum stamp_status s = copy(r, 1);

    if (!s && r->at < r->len && r->p[r->at] == '^') s = copy(r, 1);
    if (!s && r->at < r->len && r->p[r->at] == ']') s = copy(r, 1);
    while (!s && open) {
        if (r->at >= r->len) return refuse(r, "a class without its end");
        const char c = r->p[r->at];
        const size_t left = r->len - r->at;
        if (c == '\\') {
            s = escape(r, true);
        } else if (c == '[' && left > 1 && r->p[r->at + 1] == ':') {
            s = posix(r);
        } else if (c == '[') {
            if (left > 1 && r->p[r->at + 1] == '^') return refuse(r, "a negated class in a class");
            open++;
            r->at++;
        } else if (c == ']') {
            open--;
            if (open)
                r->at++;
            else
                s = copy(r, 1);
        } else if (c == '&' && left > 1 && r->p[r->at + 1] == '&') {
            return refuse(r, "an intersection of classes");
        } else {
            s = copy(r, 1);
        }
    }
    return s;
}

/* {n}, {n,}, {,m}, {n,m} at the cursor: its bytes, and whether it is one number; 0: text. */
static size_t interval(const struct rewrite *r, bool *fixed, bool *no_low)
{
    size_t i = r->at + 1, digits = 0;

    *fixed = true;
    for (; i < r->len && r->p[i] >= '0' && r->p[i] <= '9'; i++) digits++;
    *no_low = digits == 0;
    if (i < r->len && r->p[i] == ',') {
        *fixed = false;
        for (i++; i < r->len && r->p[i] >= '0' && r->p[i] <= '9'; i++) digits++;
    }
    return digits && i < r->len && r->p[i] == '}' ? i + 1 - r->at : 0;
}

/* An interval; what follows it is a repetition of it all, not a mode, but for "?" behind a range. */
static enum stamp_status repeat(struct rewrite *r)
{
    bool fixed, no_low;
    const size_t n = interval(r, &fixed, &no_low);
    const size_t atom = r->atom;
    enum stamp_status s;

    if (!n || atom == SIZE_MAX) {
        r->atom = r->out.len;
        s = put(r, "\\");
        return s ? s : copy(r, 1);
    }
    if (no_low) {
        s = put(r, "{0");
        r->at++;
        if (!s) s = copy(r, n - 1);
    } else {
        s = copy(r, n);
    }
    const char next = r->at < r->len ? r->p[r->at] : '\0';
    if (!s && next == '?' && !fixed)
        s = copy(r, 1);
    else if (!s && (next == '+' || next == '?'))
        s = wrap(r, atom);
    return s;
}

/* (?imx-imx) and (?imx: with Ruby's m, which is "." for every character. */
static enum stamp_status group(struct rewrite *r)
{
    enum stamp_status s;

    if (r->depth == DEPTH_MAX) return refuse(r, "groups too deep");
    r->group[r->depth++] = r->out.len;
    s = copy(r, 1);
    if (s || r->at >= r->len || r->p[r->at] != '?') return s;
    s = copy(r, 1);
    if (r->at < r->len && r->p[r->at] == '~') return refuse(r, "an absent group");
    while (!s && r->at < r->len && strchr("imx-", r->p[r->at])) {
        if (r->p[r->at] == 'm') {
            s = put(r, "s");
            r->at++;
        } else {
            s = copy(r, 1);
        }
    }
    /* The rest of what opens a group is no atom: ":", "=", "!", "<=", "<name>", ">". */
    while (!s && r->at < r->len && strchr(":=!<>", r->p[r->at])) s = copy(r, 1);
    return s;
}

static enum stamp_status one(struct rewrite *r)
{
    const char c = r->p[r->at];
    const size_t begin = r->out.len;
    enum stamp_status s;

    switch (c) {
    case '(':
        s = group(r);
        r->atom = SIZE_MAX;
        return s;
    case ')': r->atom = r->depth ? r->group[--r->depth] : SIZE_MAX; return copy(r, 1);
    case '|': r->atom = SIZE_MAX; return copy(r, 1);
    case '*':
    case '+':
    case '?': return copy(r, 1);
    case '{': return repeat(r);
    case '[': s = bracket(r); break;
    case '\\': s = escape(r, false); break;
    default: s = copy(r, 1);
    }
    while (!s && r->at < r->len && ((unsigned char)r->p[r->at] & 0xc0) == 0x80) s = copy(r, 1);
    r->atom = begin;
    return s;
}

enum stamp_status stamp_regex_rewrite(const char *pattern, size_t len, char **out,
                                      struct stamp_err *e)
{
    struct rewrite r = {.p = pattern, .len = len, .atom = SIZE_MAX, .e = e};
    enum stamp_status s = STAMP_OK;

    if (len > PATTERN_MAX)
        return stamp_fail(e, STAMP_ERANGE, "a pattern of %zu bytes; %d at most", len, PATTERN_MAX);
    while (!s && r.at < len) s = one(&r);
    if (!s) s = stamp_bytes_add(&r.out, "", 1, e);
    if (s)
        stamp_free(r.out.s);
    else
        *out = r.out.s;
    return s;
}
