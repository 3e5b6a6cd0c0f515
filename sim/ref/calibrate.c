/* SPDX-License-Identifier: Apache-2.0 */
/* calibrate.c - moments of layer inputs. Contract in calibrate.h. */
#include "sim/ref/calibrate.h"

#include <string.h>

#include "compiler/quant/qcache.h"
#include "model/mem.h"
#include "sim/ref/matmul_f32.h"

/* Moments kept at a time; a model of more layers is run again for the next ones. */
static const size_t BUDGET = (size_t)1 << 30;

struct document {
    int32_t *ids; /* owned */
    size_t n;
};

struct stamp_calibration {
    const struct stamp_network *m;
    struct document *doc;
    size_t docs;
    size_t *at;       /* [values]: where a value's part of a repetition's sum begins; owned */
    uint32_t *reader; /* [values]: the first LINEAR node that reads it, or UINT32_MAX; owned */
    size_t size;      /* of a repetition's sum, doubles */
    size_t repeats;   /* of all blocks, and what is outside them */
    size_t first, count, room; /* repetitions in sum */
    double *sum;               /* [room][size] */
    double *x;                 /* [4][largest d] */
    bool stopped;
    struct stamp_calib calib;
    struct stamp_cut cut;
};

/* h += x^T x of four rows, upper triangle; or the diagonal. */
static void add_four(const double *x, size_t d, bool full, double *h)
{
    const double *x1 = x + d, *x2 = x1 + d, *x3 = x2 + d;

    for (size_t i = 0; i < d; i++) {
        double *const row = h + i * d;
        if (!full) h[i] += x[i] * x[i] + x1[i] * x1[i] + x2[i] * x2[i] + x3[i] * x3[i];
        for (size_t j = i; j < d && full; j++)
            row[j] += x[i] * x[j] + x1[i] * x1[j] + x2[i] * x2[j] + x3[i] * x3[j];
    }
}

static void add_rows(struct stamp_calibration *c, const float *x, size_t s, size_t d, double *h)
{
    for (size_t at = 0; at < s; at += 4, x += 4 * d) {
        const size_t have = s - at < 4 ? s - at : 4;
        for (size_t i = 0; i < 4 * d; i++) c->x[i] = i < have * d ? (double)x[i] : 0;
        add_four(c->x, d, c->calib.full, h);
    }
}

/* The repetition of a node, counted over all blocks. */
static size_t repetition(const struct stamp_graph *g, struct stamp_gat at)
{
    const uint32_t b = stamp_graph_block(g, at.node);
    size_t sum = at.time;

    for (uint32_t i = 0; i < g->blocks; i++)
        if (b == STAMP_NO_BLOCK ? g->block[i].first < at.node : i < b) sum += g->block[i].repeat;
    return sum;
}

/* A stamp_linear_fn. */
static enum stamp_status watch(void *ctx, struct stamp_gat at, const char *name, size_t s, size_t d,
                               size_t n, const float *x, const float *w, float *y,
                               struct stamp_err *e)
{
    struct stamp_calibration *c = ctx;
    const struct stamp_graph *g = c->m->graph;
    const uint32_t value = g->node[at.node].in[0];
    const size_t layer = repetition(g, at);

    (void)name;
    if (layer >= c->first + c->count) {
        c->stopped = true;
        return STAMP_EINTR;
    }
    if (layer >= c->first && c->reader[value] == at.node)
        add_rows(c, x, s, d, c->sum + (layer - c->first) * c->size + c->at[value]);
    return stamp_ref_matmul(s, d, n, x, w, y, e);
}

static enum stamp_status run(struct stamp_calibration *c, size_t layer, struct stamp_err *e)
{
    const struct stamp_f32_hooks hooks = {.linear = watch, .linear_ctx = c};
    const size_t left = c->repeats - layer;

    c->first = layer;
    c->count = left < c->room ? left : c->room;
    memset(c->sum, 0, c->room * c->size * sizeof *c->sum);
    for (size_t i = 0; i < c->docs; i++) {
        c->stopped = false;
        const enum stamp_status s =
            stamp_f32_forward(c->m, c->doc[i].ids, c->doc[i].n, &hooks, NULL, e);
        if (s && !c->stopped) {
            c->count = 0;
            return s;
        }
    }
    return STAMP_OK;
}

static enum stamp_status moments(void *ctx, uint32_t value, uint32_t time, double *h,
                                 struct stamp_err *e)
{
    struct stamp_calibration *c = ctx;
    const struct stamp_graph *g = c->m->graph;
    const size_t d = g->value[value].cols;
    const size_t layer = repetition(g, (struct stamp_gat){c->reader[value], time});

    if (layer < c->first || layer >= c->first + c->count) {
        const enum stamp_status s = run(c, layer, e);
        if (s) return s;
    }
    const double *from = c->sum + (layer - c->first) * c->size + c->at[value];
    memcpy(h, from, (c->calib.full ? d * d : d) * sizeof *h);
    for (size_t i = 0; i < d && c->calib.full; i++)
        for (size_t j = 0; j < i; j++) h[i * d + j] = h[j * d + i];
    return STAMP_OK;
}

/* The values that are kept: inputs of LINEAR nodes of kind BODY. */
static size_t list_values(struct stamp_calibration *c)
{
    const struct stamp_graph *g = c->m->graph;
    size_t largest = 0;

    for (uint32_t v = 0; v < g->values; v++) c->reader[v] = UINT32_MAX;
    for (uint32_t i = 0; i < g->nodes; i++) {
        const struct stamp_gnode *n = &g->node[i];
        if (n->op != STAMP_GOP_LINEAR || n->attr.kind != STAMP_GLINEAR_BODY) continue;
        const size_t d = g->value[n->in[0]].cols;
        if (c->reader[n->in[0]] != UINT32_MAX) continue;
        c->reader[n->in[0]] = i;
        c->at[n->in[0]] = c->size;
        c->size += c->calib.full ? d * d : d;
        if (d > largest) largest = d;
    }
    return largest;
}

static enum stamp_status make_room(struct stamp_calibration *c, struct stamp_err *e)
{
    const struct stamp_graph *g = c->m->graph;

    c->at = stamp_alloc(g->values, sizeof *c->at);
    c->reader = stamp_alloc(g->values, sizeof *c->reader);
    if (!c->at || !c->reader) return stamp_fail(e, STAMP_ENOMEM, "out of memory for calibration");
    const size_t largest = list_values(c);
    c->repeats = stamp_graph_repeats(g) + 1;
    c->room = c->size ? BUDGET / (c->size * sizeof *c->sum) : 1;
    if (c->room < 1) c->room = 1;
    if (c->room > c->repeats) c->room = c->repeats;
    c->sum = stamp_alloc(c->room * c->size, sizeof *c->sum);
    c->x = stamp_alloc(4 * largest, sizeof *c->x);
    if (c->sum && c->x) return STAMP_OK;
    return stamp_fail(e, STAMP_ENOMEM, "out of memory for the moments of %zu layers", c->room);
}

static enum stamp_status take(struct stamp_calibration *c, const struct stamp_tokenizer *t,
                              const char *text, size_t len, size_t tokens, struct stamp_err *e)
{
    const char *one = NULL;
    size_t at = 0, one_len = 0;

    while (c->calib.tokens < tokens && stamp_text_next(text, len, &at, &one, &one_len)) {
        const size_t left = tokens - (size_t)c->calib.tokens;
        struct document *more = stamp_grow(c->doc, c->docs, c->docs + 1, sizeof *more);
        if (!more) return stamp_fail(e, STAMP_ENOMEM, "out of memory for the calibration text");
        c->doc = more;
        struct document *doc = &c->doc[c->docs];
        const enum stamp_status s =
            stamp_tokenizer_encode(t, one, one_len, true, &doc->ids, &doc->n, e);
        if (s) return s;
        c->docs++;
        doc->n = stamp_cut_to(doc->n, left, c->m->ctx, &c->cut);
        const uint32_t n = (uint32_t)doc->n;
        c->calib.tokens += n;
        c->calib.hash = stamp_fnv(c->calib.hash, &n, sizeof n);
        c->calib.hash = stamp_fnv(c->calib.hash, doc->ids, doc->n * sizeof *doc->ids);
    }
    if (!c->docs) return stamp_fail(e, STAMP_ERANGE, "the calibration text has no document");
    return STAMP_OK;
}

enum stamp_status stamp_calibration_new(const struct stamp_network *m,
                                        const struct stamp_tokenizer *t, const char *text,
                                        size_t len, size_t tokens, bool full,
                                        struct stamp_calibration **out, struct stamp_err *e)
{
    struct stamp_calibration *c = stamp_alloc(1, sizeof *c);

    if (!c) return stamp_fail(e, STAMP_ENOMEM, "out of memory for calibration");
    c->m = m;
    c->calib = (struct stamp_calib){STAMP_FNV, 0, full, moments, c};
    enum stamp_status s = take(c, t, text, len, tokens, e);
    if (!s) s = make_room(c, e);
    if (s)
        stamp_calibration_free(c);
    else
        *out = c;
    return s;
}

void stamp_calibration_free(struct stamp_calibration *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->docs; i++) stamp_free(c->doc[i].ids);
    stamp_free(c->doc);
    stamp_free(c->at);
    stamp_free(c->reader);
    stamp_free(c->sum);
    stamp_free(c->x);
    stamp_free(c);
}

const struct stamp_cut *stamp_calibration_cut(const struct stamp_calibration *c)
{
    return &c->cut;
}

const struct stamp_calib *stamp_calibration_calib(const struct stamp_calibration *c)
{
    return &c->calib;
}
