/* SPDX-License-Identifier: Apache-2.0 */
/* parse.c - a graph from its text (print.c). Contract in graph.h. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/graph/build.h"
#include "model/graph/shape.h"

enum { WORDS = 32, WORD = STAMP_GRAPH_NAME + 17 };

struct parser {
    struct stamp_gb b;
    unsigned line;
    char word[WORDS][WORD + 1];
    uint32_t words;
    char out[STAMP_GRAPH_NAME + 1]; /* what the open block hands on */
};

static void fail(struct parser *p, const char *what, const char *word)
{
    if (!p->b.status)
        p->b.status = stamp_fail(p->b.e, STAMP_EFORMAT, "graph: line %u: %s%s%.60s", p->line, what,
                                 word ? " " : "", word ? word : "");
}

/* The words of a line, its comment left out. */
static void split(struct parser *p, const char *s, size_t n)
{
    p->words = 0;
    for (size_t at = 0; at < n;) {
        size_t len = 0;
        while (at < n && (s[at] == ' ' || s[at] == '\t' || s[at] == '\r')) at++;
        if (at == n || s[at] == '#') return;
        while (at + len < n && s[at + len] > ' ' && s[at + len] < 127) len++;
        if (!len || len > WORD || p->words == WORDS) {
            fail(p, "a word too long, too many words, or no text", NULL);
            return;
        }
        memcpy(p->word[p->words], s + at, len);
        p->word[p->words++][len] = 0;
        at += len;
    }
}

static uint32_t number(struct parser *p, const char *s)
{
    char *end = NULL;

    errno = 0;
    const unsigned long long v = s[0] >= '0' && s[0] <= '9' ? strtoull(s, &end, 10) : 0;
    if (!end || *end || errno || v > UINT32_MAX) {
        fail(p, "no number:", s);
        return 0;
    }
    return (uint32_t)v;
}

static uint32_t operand(struct parser *p, const char *s)
{
    const struct stamp_graph *g = p->b.g;

    for (uint32_t i = 0; *s == '%' && i < g->params; i++)
        if (!strcmp(g->param[i].name, s + 1)) return STAMP_PARAM | i;
    const uint32_t v = *s == '%' ? UINT32_MAX : stamp_graph_value(g, s);
    if (v == UINT32_MAX) fail(p, "no such operand:", s);
    return v == UINT32_MAX ? 0 : v;
}

static void param(struct parser *p)
{
    enum stamp_gparam_kind kind = STAMP_GPARAM_MATRIX;

    if (p->words != 5) {
        fail(p, "param takes a name, a kind and two sizes", NULL);
        return;
    }
    while (kind < STAMP_GPARAM_KINDS && strcmp(stamp_gparam_kind_name(kind), p->word[2])) kind++;
    if (kind == STAMP_GPARAM_KINDS)
        fail(p, "no kind of parameter:", p->word[2]);
    else
        stamp_gb_param(&p->b, p->word[1], kind, number(p, p->word[3]), number(p, p->word[4]));
}

static uint32_t kind_of(struct parser *p, enum stamp_gop op, const char *name)
{
    for (uint32_t k = 1; k < STAMP_GKINDS; k++) {
        const char *known = stamp_gkind_name(op, k);
        if (known && !strcmp(known, name)) return k;
    }
    fail(p, "no kind of this op:", name);
    return 0;
}

/* KEY=VALUE of an op. */
static void attribute(struct parser *p, enum stamp_gop op, char *word, struct stamp_gattr *attr)
{
    struct stamp_gattr_row row;
    char *value = strchr(word, '='), *end = NULL;

    *value++ = 0;
    for (size_t i = 0; stamp_gattr_at(i, &row); i++) {
        if (row.op != op || strcmp(row.name, word)) continue;
        char *at = (char *)attr + row.offset;
        if (row.type == STAMP_GTYPE_F32) {
            const float f = strtof(value, &end);
            if (end == value || *end || !isfinite(f)) fail(p, "no number:", value);
            memcpy(at, &f, sizeof f);
            return;
        }
        const uint32_t v = row.type == STAMP_GTYPE_KIND ? kind_of(p, op, value) : number(p, value);
        memcpy(at, &v, sizeof v);
        return;
    }
    fail(p, "the op has no attribute", word);
}

/* NAME = OP OPERAND... KEY=VALUE... : place=NAME by=NAME probe */
static void node(struct parser *p)
{
    struct stamp_gout out = {.name = p->word[0]};
    struct stamp_gattr attr = {0};
    uint32_t in[STAMP_GRAPH_INS] = {0}, ins = 0, i = 3;
    int op = 0;

    while (op < STAMP_GOPS && strcmp(stamp_gop_name((enum stamp_gop)op), p->word[2])) op++;
    if (op == STAMP_GOPS) {
        fail(p, "no op:", p->word[2]);
        return;
    }
    for (; i < p->words && p->word[i][0] != ':'; i++) {
        if (strchr(p->word[i], '='))
            attribute(p, (enum stamp_gop)op, p->word[i], &attr);
        else if (ins == STAMP_GRAPH_INS)
            fail(p, "one operand too many:", p->word[i]);
        else
            in[ins++] = operand(p, p->word[i]);
    }
    for (i++; i < p->words; i++) {
        if (!strcmp(p->word[i], "probe"))
            out.probe = true;
        else if (!strncmp(p->word[i], "place=", 6))
            out.place = p->word[i] + 6;
        else if (!strncmp(p->word[i], "by=", 3))
            out.by = p->word[i] + 3;
        else
            fail(p, "a value has no", p->word[i]);
    }
    if (!p->b.status) stamp_gb_node(&p->b, (enum stamp_gop)op, out, attr, ins, in);
}

static void block(struct parser *p)
{
    if (p->words != 6 || strcmp(p->word[5], "{"))
        fail(p, "block takes a name, a number, two values and {", NULL);
    else if (strlen(p->word[4]) > STAMP_GRAPH_NAME)
        fail(p, "name too long:", p->word[4]);
    else {
        snprintf(p->out, sizeof p->out, "%.*s", STAMP_GRAPH_NAME, p->word[4]);
        stamp_gb_block(&p->b, p->word[1], number(p, p->word[2]), operand(p, p->word[3]));
    }
}

static void line(struct parser *p)
{
    if (!p->words) return;
    if (!p->b.g) {
        if (p->words != 2 || strcmp(p->word[0], "graph")) {
            fail(p, "the text begins with graph FAMILY", NULL);
            return;
        }
        stamp_gb_start(&p->b, p->word[1], p->b.e);
    } else if (p->words >= 3 && !strcmp(p->word[1], "=")) { /* first: a value may be called param */
        node(p);
    } else if (!strcmp(p->word[0], "param")) {
        param(p);
    } else if (!strcmp(p->word[0], "block")) {
        block(p);
    } else if (!strcmp(p->word[0], "}")) {
        if (p->words != 1 || p->b.open == STAMP_NO_BLOCK) fail(p, "a } of no block", NULL);
        if (!p->b.status) stamp_gb_block_end(&p->b, operand(p, p->out));
    } else {
        fail(p, "neither param, block nor NAME = OP:", p->word[0]);
    }
}

enum stamp_status stamp_graph_parse(const char *text, size_t len, struct stamp_graph **out,
                                    struct stamp_err *e)
{
    struct parser p = {.b = {.e = e, .open = STAMP_NO_BLOCK}};

    for (size_t at = 0; at < len && !p.b.status;) {
        const char *end = memchr(text + at, '\n', len - at);
        const size_t n = end ? (size_t)(end - text) - at : len - at;
        p.line++;
        split(&p, text + at, n);
        if (!p.b.status) line(&p);
        at += n + 1;
    }
    if (!p.b.status && !p.b.g) return stamp_fail(e, STAMP_EFORMAT, "graph: the text is empty");
    if (!p.b.g) return p.b.status;
    return stamp_gb_finish(&p.b, out);
}
