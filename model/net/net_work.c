/* SPDX-License-Identifier: Apache-2.0 */
/* net_work.c - the room a network runs in. Contract in net_parts.h. */
#include <string.h>

#include "model/mem.h"
#include "model/net/net_parts.h"
#include "model/num/norm.h"

enum { ALIGN = 64 };

/* Cuts an arena into arrays; with no arena it only counts. */
struct cut {
    unsigned char *base;
    size_t at;
};

static void *take(struct cut *c, size_t count, size_t size)
{
    void *p = c->base ? c->base + c->at : NULL;
    c->at += (count * size + ALIGN - 1) / ALIGN * ALIGN;
    return p;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

uint32_t stamp_net_rows_of(const struct stamp_net *net, uint32_t value, uint32_t run)
{
    const uint32_t rows = net->model.graph->value[value].rows;
    return rows == STAMP_ROWS_RUN || rows == STAMP_ROWS_PICKED ? run : rows;
}

/* The value's own name, or the one it shares with others. */
static const char *place_of(const struct stamp_gvalue *v)
{
    return *v->place ? v->place : v->name;
}

static bool is_first(const struct stamp_graph *g, const bool *stored, uint32_t v)
{
    for (uint32_t k = 0; k < v; k++)
        if (stored[k] && !strcmp(place_of(&g->value[k]), place_of(&g->value[v]))) return false;
    return true;
}

/* Memory for the values of one place, those from @p v on. */
static void cut_place(const struct stamp_net *net, uint32_t rows, const bool *stored, uint32_t v,
                      struct cut *c, float **val)
{
    const struct stamp_graph *g = net->model.graph;
    size_t most = 0;

    for (uint32_t k = v; k < g->values; k++) {
        const size_t size = (size_t)stamp_net_rows_of(net, k, rows) * g->value[k].cols;
        if (stored[k] && !strcmp(place_of(&g->value[k]), place_of(&g->value[v])) && size > most)
            most = size;
    }
    float *x = take(c, most, sizeof *x);
    for (uint32_t k = v; k < g->values; k++)
        if (stored[k] && !strcmp(place_of(&g->value[k]), place_of(&g->value[v]))) val[k] = x;
}

/* What a step leaves in memory; the last value is the caller's. */
static void list_stored(const struct stamp_net *net, bool *stored)
{
    const struct stamp_graph *g = net->model.graph;

    for (uint32_t i = 0; i < net->steps.steps; i++) {
        const struct stamp_gstep *s = &net->steps.step[i];
        if (s->kind == STAMP_STEP_INPUT) {
            stored[s->out] =
                g->node[s->node].op == STAMP_GOP_PICTURE || g->node[s->node].op == STAMP_GOP_INPUT;
            continue;
        }
        for (uint32_t k = 0; k < s->made; k++) stored[s->outs[k]] = true;
    }
    stored[g->values - 1] = false;
}

/* The largest of what steps need, over all of them. */
struct most {
    uint32_t rows, features, columns, padded, head_dim, heads, q_stride;
    size_t again;
};

static struct most most_of(const struct stamp_net *net, uint32_t run)
{
    const struct stamp_graph *g = net->model.graph;
    struct most m = {0};

    for (uint32_t i = 0; i < net->steps.steps; i++) {
        const struct stamp_gstep *s = &net->steps.step[i];
        const struct stamp_net_attend *a = &net->attend[i];
        m.rows = larger(m.rows, stamp_net_rows_of(net, s->out, run));
        if (s->kind == STAMP_STEP_LINEARS) m.features = larger(m.features, g->value[s->x].cols);
        if (s->kind == STAMP_STEP_NORM && g->node[s->node].attr.unit)
            m.padded = larger(m.padded,
                              stamp_norm_padded(g->value[s->x].cols, g->node[s->node].attr.unit));
        if (s->kind == STAMP_STEP_DEPTHWISE) m.columns = larger(m.columns, g->value[s->x].cols);
        if (s->kind == STAMP_STEP_LINEARS && net->again[i]) {
            const size_t size = (size_t)stamp_net_rows_of(net, s->x, run) * g->value[s->x].cols;
            if (size > m.again) m.again = size;
        }
        m.head_dim = larger(m.head_dim, a->head_dim);
        m.heads = larger(m.heads, a->heads);
        m.q_stride = larger(m.q_stride, a->q_stride);
    }
    return m;
}

static void cut_work(const struct stamp_net *net, uint32_t run, const bool *stored, struct cut *c,
                     float **val, struct stamp_net_work *w)
{
    const struct most m = most_of(net, run);
    const size_t f = sizeof(float), rows = m.rows, heads = rows * m.heads;

    for (uint32_t v = 0; v < net->model.graph->values; v++)
        if (stored[v] && is_first(net->model.graph, stored, v))
            cut_place(net, run, stored, v, c, val);
    w->copy = take(c, m.again, f);
    w->cosine = take(c, rows * m.head_dim, f);
    w->sine = take(c, rows * m.head_dim, f);
    w->strip = take(c, (size_t)net->options.threads * 2 * rows * STAMP_PANEL, f);
    w->code = take(c, rows, stamp_acts_stride((uint32_t)m.features));
    w->meta = take(c, rows * ((size_t)m.features / STAMP_BLOCK + 1), sizeof *w->meta);
    w->padded = take(c, (size_t)net->options.threads * m.padded, f);
    w->point = take(c, (size_t)net->options.threads * m.columns, f);
    w->q_digit = take(c, heads * m.q_stride, 1);
    w->q_sum = take(c, heads, sizeof *w->q_sum);
    w->q_scale = take(c, heads, f);
}

enum stamp_status stamp_net_work_reserve(struct stamp_net *net, uint32_t rows, struct stamp_err *e)
{
    const uint32_t values = net->model.graph->values;
    struct stamp_net_work *w = &net->work;
    struct cut count = {NULL, 0};
    float **val = w->val;
    bool *stored;

    if (w->arena && rows <= w->rows) return STAMP_OK;
    stamp_free(w->arena);
    if (!val) val = stamp_alloc(values, sizeof *val);
    *w = (struct stamp_net_work){.val = val};
    stored = stamp_alloc(values, sizeof *stored);
    if (!stored || !val) {
        stamp_free(stored);
        return stamp_fail(e, STAMP_ENOMEM, "out of memory to run %u tokens", rows);
    }
    list_stored(net, stored);
    cut_work(net, rows, stored, &count, val, w);
    struct cut c = {stamp_alloc(count.at, 1), 0};
    if (c.base) cut_work(net, rows, stored, &c, val, w);
    stamp_free(stored);
    if (!c.base) return stamp_fail(e, STAMP_ENOMEM, "out of memory to run %u tokens", rows);
    w->arena = c.base;
    w->rows = rows;
    net->most_rows = most_of(net, rows).rows;
    return STAMP_OK;
}

enum stamp_status stamp_net_kv_work_new(struct stamp_net *net, struct stamp_err *e)
{
    const size_t block = (size_t)1 << (net->options.kv.bits == 4 ? net->options.kv.block : 0);
    const size_t hd = most_of(net, 1).head_dim;

    net->kv = stamp_alloc(net->options.threads, sizeof *net->kv);
    for (uint32_t i = 0; net->kv && i < net->options.threads; i++) {
        struct stamp_net_kv_work *w = &net->kv[i];
        w->x = stamp_alloc(block * hd, sizeof *w->x);
        w->code = stamp_alloc(block * hd, sizeof *w->code);
        w->meta = stamp_alloc(block, sizeof *w->meta);
        if (!w->x || !w->code || !w->meta) break;
        if (i + 1 == net->options.threads) return STAMP_OK;
    }
    return stamp_fail(e, STAMP_ENOMEM, "out of memory for the cache's blocks");
}

void stamp_net_work_free(struct stamp_net *net)
{
    stamp_free(net->work.arena);
    stamp_free(net->work.val);
    for (uint32_t i = 0; net->kv && i < net->options.threads; i++) {
        stamp_free(net->kv[i].x);
        stamp_free(net->kv[i].code);
        stamp_free(net->kv[i].meta);
    }
    stamp_free(net->kv);
}
