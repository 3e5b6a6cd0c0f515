/* SPDX-License-Identifier: Apache-2.0 */
/* classify.c - pictures through a vision transformer. Contract in classify.h. */
#include "sim/vision/classify.h"

#include <math.h>

#include "compiler/family/family.h"
#include "compiler/front/prepare.h"
#include "model/mem.h"
#include "sim/ref/network_f32.h"

static const struct stamp_gvalue *last(const struct stamp_network *m)
{
    return &m->graph->value[m->graph->values - 1];
}

enum stamp_status stamp_classify_open(struct stamp_classify *c,
                                      const struct stamp_netrun_options *options, bool tensors,
                                      struct stamp_err *e)
{
    const struct stamp_network *m = c->network;
    const struct stamp_gvalue *in = &m->graph->value[0];
    struct stamp_netrun_options o = *options;

    const enum stamp_status s = stamp_network_takes(m, STAMP_GOP_PICTURE, e);
    if (s) return s;
    c->rows = stamp_alloc((size_t)in->rows * in->cols, sizeof *c->rows);
    c->ref = stamp_alloc(last(m)->cols, sizeof *c->ref);
    c->logits = stamp_alloc(last(m)->cols, sizeof *c->logits);
    if (tensors) c->tensors = stamp_tensors_new(m);
    if (!c->rows || !c->ref || !c->logits || (tensors && !c->tensors))
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for a picture");
    if (!(o.on->can & STAMP_CAN_BITS)) return STAMP_OK;
    if (tensors) {
        o.see = stamp_tensors_compare;
        o.see_ctx = c->tensors;
    }
    return stamp_netrun_new(m, &o, &c->run, e);
}

void stamp_classify_close(struct stamp_classify *c)
{
    stamp_netrun_free(c->run);
    stamp_tensors_free(c->tensors);
    stamp_free(c->rows);
    stamp_free(c->ref);
    stamp_free(c->logits);
    stamp_network_close(c->network);
    *c = (struct stamp_classify){0};
}

void stamp_patches(const struct stamp_gattr *a, const float *planes, float *rows)
{
    const size_t p = a->patch, wide = a->width / p, high = a->height / p;

    for (size_t r = 0; r < wide * high; r++)
        for (size_t c = 0; c < a->channels; c++)
            for (size_t y = 0; y < p; y++)
                for (size_t x = 0; x < p; x++)
                    *rows++ =
                        planes[(c * a->height + r / wide * p + y) * a->width + r % wide * p + x];
}

enum stamp_status stamp_picture_rows(const struct stamp_network *m, const char *path, float *rows,
                                     struct stamp_err *e)
{
    float *planes = NULL;
    const enum stamp_status s = stamp_prepare_file(&m->vit.prepare, path, &planes, e);

    if (s) return s;
    stamp_patches(&m->graph->node[0].attr, planes, rows);
    stamp_free(planes);
    return STAMP_OK;
}

/* The largest first; of equals the lower index. */
static void rank(size_t n, const float *x, struct stamp_top top[STAMP_TOP])
{
    double max = -INFINITY, sum = 0;

    for (size_t i = 0; i < n; i++)
        if ((double)x[i] > max) max = x[i];
    for (size_t i = 0; i < n; i++) sum += exp((double)x[i] - max);
    for (int k = 0; k < STAMP_TOP; k++) {
        size_t best = n;
        for (size_t i = 0; i < n; i++) {
            bool taken = false;
            for (int t = 0; t < k; t++) taken |= top[t].index == i;
            if (!taken && (best == n || x[i] > x[best])) best = i;
        }
        if (best == n) best = top[k - 1].index;
        top[k] = (struct stamp_top){best, exp((double)x[best] - max) / sum};
    }
}

static enum stamp_status run(struct stamp_classify *c, struct stamp_err *e)
{
    const struct stamp_f32_hooks hooks = {.see = c->tensors ? stamp_tensors_keep : NULL,
                                          .see_ctx = c->tensors};
    const size_t n = last(c->network)->cols;
    enum stamp_status s = c->tensors ? stamp_tensors_begin(c->tensors, 1, e) : STAMP_OK;

    if (!s) s = stamp_f32_rows(c->network, c->rows, &hooks, c->ref, e);
    if (s || !c->run) return s;
    s = stamp_netrun_rows(c->run, c->rows, c->logits, e);
    for (size_t i = 0; i < n && !s; i++) {
        const double r = c->ref[i], diff = r - (double)c->logits[i];
        c->signal += r * r;
        c->noise += diff * diff;
    }
    return s;
}

enum stamp_status stamp_classify_picture(struct stamp_classify *c, const char *path,
                                         struct stamp_top top[STAMP_TOP], struct stamp_err *e)
{
    struct stamp_top want[STAMP_TOP];

    enum stamp_status s = stamp_picture_rows(c->network, path, c->rows, e);
    if (s) return s;
    s = run(c, e);
    if (s) return stamp_fail_at(e, "%s", path);
    rank(last(c->network)->cols, c->ref, want);
    rank(last(c->network)->cols, c->run ? c->logits : c->ref, top);
    c->pictures++;
    c->agree += want[0].index == top[0].index;
    return STAMP_OK;
}

double stamp_classify_db(const struct stamp_classify *c)
{
    return c->noise > 0 ? 10 * log10(c->signal / c->noise) : (double)INFINITY;
}
