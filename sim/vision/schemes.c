/* SPDX-License-Identifier: Apache-2.0 */
/* schemes.c - the figures of the table. Contract in schemes.h. */
#include "sim/vision/schemes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "model/num/linear.h"
#include "model/num/plan.h"
#include "sim/ref/matmul_f32.h"
#include "sim/report/quantized.h"
#include "sim/vision/classify.h"

enum { BLOCKS = 2 }; /* of a scale: whole rows, and STAMP_BLOCK features */

/* ---- Rows of the table ------------------------------------------------------------------------- */

void stamp_schemes_name(const struct stamp_scheme *q, char *text, size_t size)
{
    char weight[12], what[64] = "";

    snprintf(weight, sizeof weight, q->weight_bits == 32 ? "f32" : "%u", q->weight_bits);
    if (q->high_rows && q->transform == STAMP_NONE)
        snprintf(what, sizeof what, ", %u rows of %u bits", q->high_rows, q->high_bits);
    else if (q->high_rows)
        snprintf(what, sizeof what, ", %s, %u rows", stamp_transform_name(q->transform),
                 q->high_rows);
    snprintf(text, size, "W%sA%u%s%s", weight, q->act_bits, what, q->block ? ", blocks of 64" : "");
}

static void push(struct stamp_schemes *c, struct stamp_scheme q)
{
    struct stamp_schemes_row *r = &c->row[c->rows++];

    stamp_schemes_name(&q, r->name, sizeof r->name);
    r->scheme = q;
}

/* Two uniform ones, then every transform with every number of high rows. */
static void push_all(struct stamp_schemes *c, struct stamp_scheme q)
{
    static const enum stamp_transform kinds[] = {STAMP_NONE, STAMP_HAAR, STAMP_HAAR2D, STAMP_WHT,
                                                 STAMP_DCT};

    q.transform = STAMP_NONE;
    q.high_rows = 0;
    for (unsigned i = 0; i < 2; i++) {
        q.act_bits = i ? 4 : 8;
        push(c, q);
    }
    for (size_t h = 0; h < c->highs; h++)
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            q.transform = kinds[k];
            q.high_rows = c->high[h];
            push(c, q);
        }
}

enum stamp_status stamp_schemes_list(struct stamp_schemes *c, struct stamp_err *e)
{
    const enum stamp_status s = stamp_network_takes(c->network, STAMP_GOP_PICTURE, e);
    if (s) return s;

    const struct stamp_gattr *a = &c->network->graph->node[0].attr;
    struct stamp_scheme q = c->base;
    q.grid_h = a->height / a->patch;
    q.grid_w = a->width / a->patch;
    if (!c->highs) c->high[c->highs++] = (q.grid_h + 1) / 2 * ((q.grid_w + 1) / 2) + 1;
    for (uint32_t b = 0; b < BLOCKS; b++) {
        q.block = b * STAMP_BLOCK;
        push_all(c, q);
    }
    return STAMP_OK;
}

/* ---- Linear layers one by one ------------------------------------------------------------------ */

/* All rows of the table at one layer after the other. */
struct layers {
    struct stamp_schemes *c;
    struct stamp_qmodel *codes[BLOCKS]; /* NULL: weights of f32 */
    /* The layers of one input, which count as one. */
    struct stamp_noise open[STAMP_SCHEMES_MAX];
    struct stamp_gat at; /* of the last of them; node UINT32_MAX: none */
    uint64_t inputs;     /* closed so far, of all pictures */
};

void stamp_noise_add(struct stamp_noise *a, size_t n, const float *ref, const float *y)
{
    for (size_t i = 0; i < n; i++) {
        const double r = ref[i], diff = r - (double)y[i];
        a->signal += r * r;
        a->noise += diff * diff;
    }
}

double stamp_noise_db(const struct stamp_noise *a)
{
    if (a->noise == 0) return INFINITY;
    return a->signal == 0 ? NAN : 10 * log10(a->signal / a->noise);
}

static enum stamp_status prepare(const struct layers *l, struct stamp_gat at, uint32_t b, size_t n,
                                 size_t d, const float *w, struct stamp_layer *out,
                                 struct stamp_err *e)
{
    struct stamp_scheme q = l->c->base;
    struct stamp_weights codes;

    q.block = b * STAMP_BLOCK;
    if (!l->codes[b]) return stamp_layer_prepare(&q, (uint32_t)n, (uint32_t)d, w, out, e);
    enum stamp_status s = stamp_qmodel_weights(l->codes[b], at, &codes, e);
    if (!s) s = stamp_layer_from_codes(&q, &codes, out, e);
    stamp_weights_free(&codes);
    return s;
}

/* The layers of an input are through. */
static void close_input(struct layers *l)
{
    if (l->at.node == UINT32_MAX) return;
    for (size_t i = 0; i < l->c->rows; i++) {
        l->c->row[i].mean_db += stamp_noise_db(&l->open[i]);
        l->open[i] = (struct stamp_noise){0};
    }
    l->inputs++;
    l->at.node = UINT32_MAX;
}

/* Layers that read one value follow each other. */
static void open_input(struct layers *l, struct stamp_gat at)
{
    const struct stamp_gnode *n = l->c->network->graph->node;

    if (l->at.node != UINT32_MAX &&
        (l->at.time != at.time || n[l->at.node].in[0] != n[at.node].in[0]))
        close_input(l);
    l->at = at;
}

/* A stamp_linear_fn: the product in f32, held against every scheme's. */
static enum stamp_status measure(void *ctx, struct stamp_gat at, const char *layer, size_t s,
                                 size_t d, size_t n, const float *x, const float *w, float *y,
                                 struct stamp_err *e)
{
    struct layers *l = ctx;
    float *got = stamp_alloc(s * n, sizeof *got);
    enum stamp_status st = got ? STAMP_OK : stamp_fail(e, STAMP_ENOMEM, "out of memory");
    struct stamp_layer prepared = {0};

    if (!st) st = stamp_ref_matmul(s, d, n, x, w, y, e);
    open_input(l, at);
    for (size_t i = 0; i < l->c->rows && !st; i++) {
        struct stamp_schemes_row *r = &l->c->row[i];
        const uint32_t b = r->scheme.block != 0;
        if (!i || l->c->row[i - 1].scheme.block != r->scheme.block) {
            stamp_layer_free(&prepared);
            st = prepare(l, at, b, n, d, w, &prepared, e);
        }
        if (!st) st = stamp_layer_run(&prepared, &r->scheme, (uint32_t)s, x, NULL, got, e);
        if (!st) stamp_noise_add(&l->open[i], s * n, y, got);
        if (!st) stamp_noise_add(&r->linear, s * n, y, got);
    }
    stamp_layer_free(&prepared);
    stamp_free(got);
    return st ? stamp_fail_at(e, "%s", layer) : STAMP_OK;
}

/* ---- The whole --------------------------------------------------------------------------------- */

/* The pictures and what they are run through. */
struct pictures {
    struct stamp_schemes *c;
    struct layers layers;
    const char *const *file;
    size_t count, words, classes;
    float **rows, **ref; /* [count] patches [words], last value in f32 [classes]; owned */
    float *logits;
    uint64_t done, total;
};

/* One of the two: weights of 4 and 8 bits, or of f32. */
struct whole {
    struct stamp_netrun *run;
    struct stamp_quantized *q;
};

static size_t largest(size_t n, const float *x)
{
    size_t best = 0;

    for (size_t i = 1; i < n; i++)
        if (x[i] > x[best]) best = i;
    return best;
}

static void step(struct pictures *p)
{
    p->done++;
    if (p->c->progress) p->c->progress(p->done, p->total);
}

/* Picture @p i in f32, its linear layers under all schemes. */
static enum stamp_status first_pass(struct pictures *p, size_t i, struct stamp_err *e)
{
    const struct stamp_network *m = p->c->network;
    const struct stamp_f32_hooks hooks = {.linear = measure, .linear_ctx = &p->layers};

    p->rows[i] = stamp_alloc(p->words, sizeof(float));
    p->ref[i] = stamp_alloc(p->classes, sizeof(float));
    if (!p->rows[i] || !p->ref[i]) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    enum stamp_status s = stamp_picture_rows(m, p->file[i], p->rows[i], e);
    if (s) return s;
    s = stamp_f32_rows(m, p->rows[i], &hooks, p->ref[i], e);
    close_input(&p->layers);
    if (s) return stamp_fail_at(e, "%s", p->file[i]);
    step(p);
    return STAMP_OK;
}

static enum stamp_status one_whole(struct pictures *p, const struct whole *w,
                                   struct stamp_schemes_row *r, size_t i, struct stamp_err *e)
{
    const struct stamp_f32_hooks hooks = {.linear = stamp_quantized_linear, .linear_ctx = w->q};
    const enum stamp_status s =
        w->run ? stamp_netrun_rows(w->run, p->rows[i], p->logits, e)
               : stamp_f32_rows(p->c->network, p->rows[i], &hooks, p->logits, e);

    if (s) return stamp_fail_at(e, "%s", p->file[i]);
    stamp_noise_add(&r->logits, p->classes, p->ref[i], p->logits);
    r->agree += largest(p->classes, p->ref[i]) == largest(p->classes, p->logits);
    step(p);
    return STAMP_OK;
}

/* All pictures under one scheme: one network at a time is in memory. */
static enum stamp_status second_pass(struct pictures *p, struct stamp_schemes_row *r,
                                     struct stamp_err *e)
{
    struct stamp_netrun_options o = p->c->net;
    struct whole w = {NULL, NULL};
    enum stamp_status s = STAMP_OK;

    o.scheme = r->scheme;
    o.codes = p->layers.codes[r->scheme.block != 0];
    if (o.codes)
        s = stamp_netrun_new(p->c->network, &o, &w.run, e);
    else if (!(w.q = stamp_quantized_new(&r->scheme)))
        s = stamp_fail(e, STAMP_ENOMEM, "out of memory");
    for (size_t i = 0; i < p->count && !s; i++) s = one_whole(p, &w, r, i, e);
    stamp_netrun_free(w.run);
    stamp_quantized_free(w.q);
    return s ? stamp_fail_at(e, "%s", r->name) : STAMP_OK;
}

static enum stamp_status make_codes(struct pictures *p, struct stamp_err *e)
{
    const struct stamp_schemes *c = p->c;
    enum stamp_status s = STAMP_OK;

    for (uint32_t b = 0; b < BLOCKS && !s && c->base.weight_bits != 32; b++) {
        const struct stamp_qmodel_options o = {.bits = c->base.weight_bits,
                                               .head_bits = c->net.head_bits,
                                               .block = b * STAMP_BLOCK,
                                               .quantizer = c->quantizer};
        s = stamp_qmodel_make(c->network, &o, &p->layers.codes[b], e);
    }
    return s;
}

/* Layers and their rows, the same in all, counted; widths of the rows averaged. */
static enum stamp_status count_rows(struct stamp_schemes *c, struct stamp_err *e)
{
    const struct stamp_graph *g = c->network->graph;
    struct stamp_gat at = STAMP_GRAPH_START;
    struct stamp_plan plan;
    uint32_t rows = 0;

    c->layers = 0;
    while (stamp_graph_next_linear(g, &at)) {
        if (g->node[at.node].attr.kind != STAMP_GLINEAR_BODY) continue;
        rows = g->value[g->node[at.node].out].rows;
        c->layers++;
    }
    for (size_t i = 0; i < c->rows; i++) {
        const enum stamp_status s = stamp_plan_build(&c->row[i].scheme, rows, &plan, e);
        if (s) return stamp_fail_at(e, "%s", c->row[i].name);
        c->row[i].act_bits = stamp_plan_average_bits(&plan);
        stamp_plan_free(&plan);
    }
    return STAMP_OK;
}

static enum stamp_status reserve(struct pictures *p, struct stamp_err *e)
{
    const struct stamp_graph *g = p->c->network->graph;
    const struct stamp_gvalue *in = &g->value[0];

    p->words = (size_t)in->rows * in->cols;
    p->classes = g->value[g->values - 1].cols;
    p->rows = stamp_alloc(p->count, sizeof *p->rows);
    p->ref = stamp_alloc(p->count, sizeof *p->ref);
    p->logits = stamp_alloc(p->classes, sizeof *p->logits);
    if (p->rows && p->ref && p->logits) return STAMP_OK;
    return stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu pictures", p->count);
}

static void release(struct pictures *p)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->rows) stamp_free(p->rows[i]);
        if (p->ref) stamp_free(p->ref[i]);
    }
    for (uint32_t b = 0; b < BLOCKS; b++) stamp_qmodel_free(p->layers.codes[b]);
    stamp_free(p->rows);
    stamp_free(p->ref);
    stamp_free(p->logits);
}

enum stamp_status stamp_schemes_run(struct stamp_schemes *c, const char *const *file, size_t count,
                                    struct stamp_err *e)
{
    struct pictures p = {.c = c,
                         .layers = {.c = c, .at = {UINT32_MAX, 0}},
                         .file = file,
                         .count = count,
                         .total = count * (c->rows + 1)};

    enum stamp_status s = count_rows(c, e);
    if (!s) s = reserve(&p, e);
    if (!s) s = make_codes(&p, e);
    for (size_t i = 0; i < count && !s; i++) s = first_pass(&p, i, e);
    for (size_t i = 0; i < c->rows && !s; i++) s = second_pass(&p, &c->row[i], e);
    for (size_t i = 0; i < c->rows; i++) c->row[i].mean_db /= (double)p.layers.inputs;
    c->pictures = count;
    release(&p);
    return s;
}
