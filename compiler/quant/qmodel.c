/* SPDX-License-Identifier: Apache-2.0 */
/* qmodel.c - codes of a model's matrices. Contract in qmodel.h. */
#include "compiler/quant/qmodel.h"

#include <string.h>
#include <unistd.h>

#include "compiler/quant/gptq.h"
#include "compiler/quant/qcache.h"
#include "model/mem.h"
#include "model/num/scheme.h"

struct stamp_qmodel {
    const struct stamp_network *m;
    struct stamp_qmodel_options o;
    struct stamp_weights *made; /* [count] in the order of running; NULL: on the fly */
    size_t count;
};

const struct stamp_lazy *stamp_qmodel_matrix(const struct stamp_network *m, struct stamp_gat at)
{
    return stamp_network_matrix(m, m->graph->node[at.node].in[1] & ~STAMP_PARAM, at.time);
}

static bool is_head(const struct stamp_network *m, struct stamp_gat at)
{
    return m->graph->node[at.node].attr.kind == STAMP_GLINEAR_HEAD;
}

static struct stamp_qmatrix_how how_of(const struct stamp_qmodel_options *o, bool head)
{
    struct stamp_qmatrix_how how = {.bits = o->bits, .block = o->block, .quantizer = o->quantizer};

    if (!head) return how;
    how.bits = o->head_bits;
    how.block = 0;
    if (how.quantizer == STAMP_GPTQ) how.quantizer = STAMP_CLIP;
    return how;
}

/* What is known of one input: nothing, a diagonal, or a diagonal and the factor. */
struct moments {
    double *weight, *factor;
};

static void moments_free(struct moments *m)
{
    stamp_free(m->weight);
    stamp_free(m->factor);
    *m = (struct moments){0};
}

static enum stamp_status moments_get(const struct stamp_qmodel *q, struct stamp_gat at, size_t d,
                                     struct moments *m, struct stamp_err *e)
{
    const struct stamp_calib *c = q->o.calib;
    const uint32_t value = q->m->graph->node[at.node].in[0];

    moments_free(m);
    if (!c) return STAMP_OK;
    m->weight = stamp_alloc(d, sizeof *m->weight);
    if (c->full) m->factor = stamp_alloc(d * d, sizeof *m->factor);
    if (!m->weight || (c->full && !m->factor))
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for the moments of %zu inputs", d);
    if (!c->full) return c->moments(c->ctx, value, at.time, m->weight, e);
    enum stamp_status s = c->moments(c->ctx, value, at.time, m->factor, e);
    for (size_t j = 0; j < d && !s; j++) m->weight[j] = m->factor[j * d + j];
    if (!s) s = stamp_gptq_factor((uint32_t)d, m->factor, e);
    return s;
}

/* All matrices in the order of running, so those that share an input one after the other. */
static enum stamp_status make_all(struct stamp_qmodel *q, struct stamp_err *e)
{
    const struct stamp_graph *g = q->m->graph;
    struct stamp_gat at = STAMP_GRAPH_START, before = STAMP_GRAPH_START;
    struct moments m = {0};
    enum stamp_status s = STAMP_OK;

    for (size_t i = 0; !s && stamp_graph_next_linear(g, &at); i++, before = at) {
        const struct stamp_lazy *t = stamp_qmodel_matrix(q->m, at);
        const bool head = is_head(q->m, at);
        struct stamp_qmatrix_how how = how_of(&q->o, head);
        if (!head &&
            (!i || at.time != before.time || g->node[at.node].in[0] != g->node[before.node].in[0]))
            s = moments_get(q, at, t->cols, &m, e);
        if (!head) {
            how.weight = m.weight;
            how.factor = m.factor;
        }
        if (!s) s = stamp_qmatrix(t, &how, &q->made[i], e);
        if (!s && q->o.progress) q->o.progress(i + 1, q->count);
    }
    moments_free(&m);
    return s;
}

static enum stamp_status make(struct stamp_qmodel *q, struct stamp_err *e)
{
    if (q->o.quantizer == STAMP_RTN && !q->o.cache) return STAMP_OK;
    for (struct stamp_gat at = STAMP_GRAPH_START; stamp_graph_next_linear(q->m->graph, &at);)
        q->count++;
    q->made = stamp_alloc(q->count, sizeof *q->made);
    if (!q->made) return stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu matrices", q->count);
    if (!q->o.cache) return make_all(q, e);
    const struct stamp_qcache c = stamp_qcache_of(q->m, &q->o);
    if (access(q->o.cache, F_OK) == 0)
        return stamp_qcache_read(q->o.cache, &c, q->m, &q->o, q->made, e);
    const enum stamp_status s = make_all(q, e);
    return s ? s : stamp_qcache_write(q->o.cache, &c, q->made, q->count, e);
}

static enum stamp_status check(const struct stamp_qmodel_options *o, struct stamp_err *e)
{
    if ((o->bits != 4 && o->bits != 8) || (o->head_bits != 4 && o->head_bits != 8))
        return stamp_fail(e, STAMP_ERANGE, "weights of %u bits, head of %u: must be 4 or 8",
                          o->bits, o->head_bits);
    if (o->block != 0 && o->block != STAMP_BLOCK)
        return stamp_fail(e, STAMP_ERANGE, "block %u: must be 0 or %d", o->block, STAMP_BLOCK);
    if (o->quantizer == STAMP_GPTQ && (!o->calib || !o->calib->full))
        return stamp_fail(e, STAMP_ERANGE, "GPTQ needs calibration");
    return STAMP_OK;
}

enum stamp_status stamp_qmodel_make(const struct stamp_network *m,
                                    const struct stamp_qmodel_options *options,
                                    struct stamp_qmodel **out, struct stamp_err *e)
{
    enum stamp_status s = check(options, e);
    if (s) return s;
    struct stamp_qmodel *q = stamp_alloc(1, sizeof *q);
    if (!q) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a quantizer");
    *q = (struct stamp_qmodel){.m = m, .o = *options};
    if (q->o.quantizer == STAMP_RTN) q->o.calib = NULL;
    s = make(q, e);
    q->o.calib = NULL;
    q->o.cache = NULL;
    if (s)
        stamp_qmodel_free(q);
    else
        *out = q;
    return s;
}

enum stamp_status stamp_qmodel_new(const struct stamp_network *m, unsigned bits, unsigned head_bits,
                                   uint32_t block, struct stamp_qmodel **out, struct stamp_err *e)
{
    const struct stamp_qmodel_options o = {.bits = bits, .head_bits = head_bits, .block = block};

    return stamp_qmodel_make(m, &o, out, e);
}

void stamp_qmodel_free(struct stamp_qmodel *q)
{
    if (!q) return;
    for (size_t i = 0; i < q->count && q->made; i++) stamp_weights_free(&q->made[i]);
    stamp_free(q->made);
    stamp_free(q);
}

/* Its place among all. */
static size_t number_of(const struct stamp_qmodel *q, struct stamp_gat want)
{
    struct stamp_gat at = STAMP_GRAPH_START;
    size_t i = 0;

    while (stamp_graph_next_linear(q->m->graph, &at) &&
           (at.node != want.node || at.time != want.time))
        i++;
    return i;
}

enum stamp_status stamp_qmodel_weights(const struct stamp_qmodel *q, struct stamp_gat at,
                                       struct stamp_weights *out, struct stamp_err *e)
{
    const bool head = is_head(q->m, at);

    *out = (struct stamp_weights){0};
    if (!q->made) {
        const struct stamp_qmatrix_how how = how_of(&q->o, head);
        return stamp_qmatrix(stamp_qmodel_matrix(q->m, at), &how, out, e);
    }
    const struct stamp_weights *w = &q->made[number_of(q, at)];
    const enum stamp_status s = stamp_weights_alloc(w->bits, w->block, w->n, w->d, out, e);
    if (s) return s;
    memcpy(out->code, w->code, (size_t)w->n * w->d);
    memcpy(out->scale, w->scale, (size_t)w->n * w->nb * sizeof *w->scale);
    memcpy(out->colsum, w->colsum, (size_t)w->n * w->nb * sizeof *w->colsum);
    return STAMP_OK;
}
