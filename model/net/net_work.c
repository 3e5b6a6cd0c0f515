/* SPDX-License-Identifier: Apache-2.0 */
/* net_work.c - the room a network runs in. Contract in net_parts.h. */
#include "model/mem.h"
#include "model/net/net_parts.h"

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

static void cut_work(const struct stamp_net *net, size_t rows, struct cut *c,
                     struct stamp_net_work *w)
{
    const struct stamp_net_shape *s = &net->model.shape;
    const uint32_t widest = larger(larger(s->dim, s->hidden), net->q_width);
    const size_t f = sizeof(float), heads = rows * s->heads;

    w->x = take(c, rows * s->dim, f);
    w->h = take(c, rows * larger(s->dim, net->q_width), f);
    w->q = take(c, rows * net->q_width, f);
    w->k = take(c, rows * net->kv_width, f);
    w->v = take(c, rows * net->kv_width, f);
    w->f = take(c, rows * s->hidden, f);
    w->cosine = take(c, rows * s->head_dim, f);
    w->sine = take(c, rows * s->head_dim, f);
    w->strip = take(c, (size_t)net->options.threads * 2 * rows * STAMP_PANEL, f);
    w->code = take(c, rows, ((size_t)widest + ALIGN - 1) / ALIGN * ALIGN);
    w->meta = take(c, rows * ((size_t)widest / STAMP_BLOCK + 1), sizeof *w->meta);
    w->q_digit = take(c, heads * net->q_stride, 1);
    w->q_sum = take(c, heads, sizeof *w->q_sum);
    w->q_scale = take(c, heads, f);
}

enum stamp_status stamp_net_work_reserve(struct stamp_net *net, uint32_t rows, struct stamp_err *e)
{
    struct stamp_net_work *w = &net->work;
    struct cut count = {NULL, 0};

    if (rows <= w->rows) return STAMP_OK;
    stamp_free(w->arena);
    *w = (struct stamp_net_work){0};
    cut_work(net, rows, &count, w);
    struct cut c = {stamp_alloc(count.at, 1), 0};
    if (!c.base) return stamp_fail(e, STAMP_ENOMEM, "out of memory to run %u tokens", rows);
    cut_work(net, rows, &c, w);
    w->arena = c.base;
    w->rows = rows;
    return STAMP_OK;
}

enum stamp_status stamp_net_kv_work_new(struct stamp_net *net, struct stamp_err *e)
{
    const size_t block = (size_t)1 << (net->options.kv.bits == 4 ? net->options.kv.block : 0);
    const size_t hd = net->model.shape.head_dim;

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
    for (uint32_t i = 0; net->kv && i < net->options.threads; i++) {
        stamp_free(net->kv[i].x);
        stamp_free(net->kv[i].code);
        stamp_free(net->kv[i].meta);
    }
    stamp_free(net->kv);
}
