/* SPDX-License-Identifier: Apache-2.0 */
/* npy_header.c - the dict in front of an array. Contract in npy_header.h; the format is NEP 1. */
#include "compiler/front/npy_header.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The header is a Python dict literal of three keys; this reads it and nothing more general. */
struct cursor {
    const char *at; /* NUL-terminated */
};

struct seen {
    bool descr, order, shape;
};

static void skip(struct cursor *c)
{
    while (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r') c->at++;
}

static bool eat(struct cursor *c, const char *word)
{
    const size_t n = strlen(word);
    skip(c);
    if (strncmp(c->at, word, n) != 0) return false;
    c->at += n;
    return true;
}

static bool quoted(struct cursor *c, char *to, size_t size)
{
    skip(c);
    const char quote = *c->at;
    if (quote != '\'' && quote != '"') return false;
    const char *start = ++c->at;
    const size_t n = strcspn(start, "'\"");
    if (start[n] != quote || n >= size) return false;
    memcpy(to, start, n);
    to[n] = '\0';
    c->at += n + 1;
    return true;
}

/* A list or tuple of anything, quotes and all: only that it is one matters. */
static bool fields(struct cursor *c)
{
    size_t depth = 0;

    do {
        const char now = *c->at++;
        if (now == '\'' || now == '"') {
            const char *end = strchr(c->at, now);
            if (!end) return false;
            c->at = end + 1;
        }
        if (now == '[' || now == '(') depth++;
        if (now == ']' || now == ')') depth--;
        if (now == '\0') return false;
    } while (depth);
    return true;
}

static bool descr(struct cursor *c, struct stamp_npy_header *h)
{
    skip(c);
    if (*c->at != '[' && *c->at != '(') return quoted(c, h->descr, sizeof h->descr);
    strcpy(h->descr, "[...]");
    return fields(c);
}

/* "3", and "3L" as Python 2 wrote it. */
static bool number(struct cursor *c, size_t *out)
{
    size_t v = 0;
    skip(c);
    if (*c->at < '0' || *c->at > '9') return false;
    for (; *c->at >= '0' && *c->at <= '9'; c->at++) {
        const size_t digit = (size_t)(*c->at - '0');
        if (v > (SIZE_MAX - digit) / 10) return false;
        v = v * 10 + digit;
    }
    if (*c->at == 'L') c->at++;
    *out = v;
    return true;
}

/* "()", "(3,)", "(3, 4)"; a rank beyond the maximum is counted, not stored. */
static bool shape(struct cursor *c, struct stamp_npy_header *h)
{
    if (!eat(c, "(")) return false;
    for (h->rank = 0; !eat(c, ")"); h->rank++) {
        size_t v;
        if (!number(c, &v)) return false;
        if (h->rank < STAMP_TENSOR_RANK_MAX) h->dim[h->rank] = v;
        if (eat(c, ",")) continue;
        if (h->rank == 0 || !eat(c, ")")) return false; /* "(3)" is a number in Python */
        h->rank++;
        break;
    }
    return true;
}

static bool entry(struct cursor *c, struct seen *seen, struct stamp_npy_header *h)
{
    char key[16];
    bool *once = NULL, good = false;

    if (!quoted(c, key, sizeof key) || !eat(c, ":")) return false;
    if (strcmp(key, "descr") == 0) {
        once = &seen->descr;
        good = descr(c, h);
    } else if (strcmp(key, "fortran_order") == 0) {
        once = &seen->order;
        h->fortran = eat(c, "True");
        good = h->fortran || eat(c, "False");
    } else if (strcmp(key, "shape") == 0) {
        once = &seen->shape;
        good = shape(c, h);
    }
    if (!good || *once) return false;
    *once = true;
    return true;
}

bool stamp_npy_header(const char *text, struct stamp_npy_header *out)
{
    struct cursor c = {text};
    struct seen seen = {false, false, false};

    *out = (struct stamp_npy_header){"", false, 0, {0}};
    if (!eat(&c, "{")) return false;
    while (!eat(&c, "}")) {
        if (!entry(&c, &seen, out)) return false;
        if (eat(&c, ",")) continue;
        if (!eat(&c, "}")) return false;
        break;
    }
    skip(&c);
    return *c.at == '\0' && seen.descr && seen.order && seen.shape;
}

/* ---- Element types ------------------------------------------------------------------------- */
/* Letter and bytes of what is read; a bool is a byte. */
static const struct {
    char letter;
    unsigned bytes;
    enum stamp_dtype dtype;
} types[] = {{'b', 1, STAMP_DTYPE_U8},  {'i', 1, STAMP_DTYPE_S8},  {'i', 2, STAMP_DTYPE_S16},
             {'i', 4, STAMP_DTYPE_S32}, {'i', 8, STAMP_DTYPE_S64}, {'u', 1, STAMP_DTYPE_U8},
             {'u', 2, STAMP_DTYPE_U16}, {'u', 4, STAMP_DTYPE_U32}, {'u', 8, STAMP_DTYPE_U64},
             {'f', 2, STAMP_DTYPE_F16}, {'f', 4, STAMP_DTYPE_F32}, {'f', 8, STAMP_DTYPE_F64}};

/* Names of what is not; with bits: "complex" of 16 bytes is complex128. */
static const struct {
    char letter;
    const char *name;
    bool bits;
} others[] = {{'c', "complex", true},
              {'f', "float", true},
              {'i', "int", true},
              {'u', "uint", true},
              {'O', "object", false},
              {'S', "byte string", false},
              {'a', "byte string", false},
              {'U', "unicode string", false},
              {'M', "datetime64", false},
              {'m', "timedelta64", false},
              {'V', "void (raw bytes)", false},
              {'[', "structured", false}};

bool stamp_npy_type(const char *descr, struct stamp_npy_type *out, char name[48])
{
    const char order = *descr && strchr("<>=|", *descr) ? *descr++ : '=';
    const char letter = *descr == '?' ? 'b' : *descr;
    const char *digits = descr + (letter != '\0');
    unsigned bytes = *descr == '?';

    for (; *digits >= '0' && *digits <= '9' && bytes < 100000; digits++)
        bytes = bytes * 10 + (unsigned)(*digits - '0');
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].letter == letter && types[i].bytes == bytes && !*digits) {
            *out = (struct stamp_npy_type){types[i].dtype, order == '>', letter == 'b'};
            return true;
        }
    snprintf(name, 48, "unknown");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (others[i].letter != letter) continue;
        if (others[i].bits)
            snprintf(name, 48, "%s%u", others[i].name, 8 * bytes);
        else
            snprintf(name, 48, "%s", others[i].name);
        break;
    }
    return false;
}
