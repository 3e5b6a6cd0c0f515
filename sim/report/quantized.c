/* SPDX-License-Identifier: Apache-2.0 */
/* quantized.c - a scheme put into a model. Contract in quantized.h. */
#include "sim/report/quantized.h"

#include <string.h>

#include "model/mem.h"
#include "model/num/linear.h"
#include "model/num/plan.h"

struct entry {
    struct stamp_gat at;
    struct stamp_layer layer;
};

struct stamp_quantized {
    struct stamp_scheme scheme;
    struct entry *entry; /* [cap], owned */
    size_t count, cap;
    size_t s;        /* tokens that bits holds for; 0: none yet */
    double bits;     /* average of a sequence of s tokens */
    double row_bits; /* sum over rows */
    double rows;
};

struct stamp_quantized *stamp_quantized_new(const struct stamp_scheme *scheme)
{
    struct stamp_quantized *q = stamp_alloc(1, sizeof *q);

    if (q) q->scheme = *scheme;
    return q;
}

void stamp_quantized_free(struct stamp_quantized *q)
{
    if (!q) return;
    for (size_t i = 0; i < q->count; i++) stamp_layer_free(&q->entry[i].layer);
    stamp_free(q->entry);
    stamp_free(q);
}

/* The prepared layer, made on first sight. */
static enum stamp_status find(struct stamp_quantized *q, struct stamp_gat at, size_t d, size_t n,
                              const float *w, const struct stamp_layer **out, struct stamp_err *e)
{
    for (size_t i = 0; i < q->count; i++)
        if (q->entry[i].at.node == at.node && q->entry[i].at.time == at.time) {
            *out = &q->entry[i].layer;
            return STAMP_OK;
        }
    if (q->count == q->cap) {
        const size_t cap = q->cap ? 2 * q->cap : 64;
        struct entry *more = stamp_grow(q->entry, q->cap, cap, sizeof *more);
        if (!more) return stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu layers", cap);
        q->entry = more;
        q->cap = cap;
    }
    struct entry *to = &q->entry[q->count];
    const enum stamp_status s =
        stamp_layer_prepare(&q->scheme, (uint32_t)n, (uint32_t)d, w, &to->layer, e);
    if (s) return s;
    to->at = at;
    q->count++;
    *out = &to->layer;
    return STAMP_OK;
}

static enum stamp_status count_bits(struct stamp_quantized *q, size_t s, struct stamp_err *e)
{
    struct stamp_plan plan;

    if (s != q->s) {
        const enum stamp_status st = stamp_plan_build(&q->scheme, (uint32_t)s, &plan, e);
        if (st) return st;
        q->bits = stamp_plan_average_bits(&plan);
        q->s = s;
        stamp_plan_free(&plan);
    }
    q->row_bits += q->bits * (double)s;
    q->rows += (double)s;
    return STAMP_OK;
}

enum stamp_status stamp_quantized_linear(void *ctx, struct stamp_gat at, const char *name, size_t s,
                                         size_t d, size_t n, const float *x, const float *w,
                                         float *y, struct stamp_err *e)
{
    struct stamp_quantized *q = ctx;
    const struct stamp_layer *layer = NULL;

    enum stamp_status st = count_bits(q, s, e);
    if (!st) st = find(q, at, d, n, w, &layer, e);
    if (!st) st = stamp_layer_run(layer, &q->scheme, (uint32_t)s, x, NULL, y, e);
    return st ? stamp_fail_at(e, "%s", name) : STAMP_OK;
}

double stamp_quantized_act_bits(const struct stamp_quantized *q)
{
    return q->rows > 0 ? q->row_bits / q->rows : 0;
}
