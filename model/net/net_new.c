/* SPDX-License-Identifier: Apache-2.0 */
/* net_new.c - a network made ready to run. Contract in net.h. */
#include "model/mem.h"
#include "model/net/net_parts.h"

static enum stamp_status check_kv(const struct stamp_kv_scheme *kv, struct stamp_err *e)
{
    if (kv->bits != 4 && kv->bits != 8 && kv->bits != 32)
        return stamp_fail(e, STAMP_ERANGE, "key-value cache of %u bits: must be 4, 8 or f32",
                          kv->bits);
    if (kv->bits == 4 && kv->block > STAMP_KV_BLOCK_MAX)
        return stamp_fail(e, STAMP_ERANGE, "key-value blocks of 2^%u tokens: at most 2^%d",
                          kv->block, STAMP_KV_BLOCK_MAX);
    return STAMP_OK;
}

static enum stamp_status check_codes(const struct stamp_net *net, uint32_t node,
                                     const struct stamp_weights *w, struct stamp_err *e)
{
    const struct stamp_graph *g = net->model.graph;
    const struct stamp_scheme *q = &net->options.scheme;
    const bool head = g->node[node].attr.kind == STAMP_GLINEAR_HEAD;
    const struct stamp_gparam *p = &g->param[g->node[node].in[1] & ~STAMP_PARAM];

    if (w->n != p->rows || w->d != p->cols)
        return stamp_fail(e, STAMP_ERANGE, "codes of %u x %u where %u x %u is due", w->n, w->d,
                          p->rows, p->cols);
    if (head ? w->bits != 4 && w->bits != 8 : w->bits != q->weight_bits)
        return stamp_fail(e, STAMP_ERANGE, "codes of %u bits, the scheme says %u", w->bits,
                          head ? 8 : q->weight_bits);
    if (w->block != (head ? 0 : q->block))
        return stamp_fail(e, STAMP_ERANGE, "scales of %u features, the scheme says %u", w->block,
                          head ? 0 : q->block);
    return STAMP_OK;
}

static enum stamp_status prepare(struct stamp_net *net, struct stamp_gat at,
                                 struct stamp_layer *out, struct stamp_err *e)
{
    const struct stamp_net_model *m = &net->model;
    struct stamp_weights own = {0};
    enum stamp_status st = m->weights(m->ctx, at, &own, e);

    if (!st) st = check_codes(net, at.node, &own, e);
    const struct stamp_scheme q = stamp_net_scheme(net, at.node, own.bits);
    if (!st) st = stamp_layer_from_codes(&q, &own, out, e);
    stamp_weights_free(&own);
    if (st) {
        char name[2 * STAMP_GRAPH_NAME + 20];
        stamp_graph_name(m->graph, m->graph->node[at.node].out, at.time, name, sizeof name);
        (void)stamp_fail_at(e, "%s", name);
    }
    return st;
}

static enum stamp_status new_attend(struct stamp_net *net, const struct stamp_gstep *s,
                                    struct stamp_net_attend *a, struct stamp_err *e)
{
    const struct stamp_net_model *m = &net->model;
    const struct stamp_gattr *t = &m->graph->node[s->node].attr;

    if (t->head_dim > STAMP_NET_HEAD_DIM_MAX)
        return stamp_fail(e, STAMP_ERANGE, "heads of %u: must be at most %d", t->head_dim,
                          STAMP_NET_HEAD_DIM_MAX);
    *a = (struct stamp_net_attend){.heads = t->heads,
                                   .kv_heads = t->kv_heads,
                                   .head_dim = t->head_dim,
                                   .group = t->heads / t->kv_heads,
                                   .q_width = t->heads * t->head_dim,
                                   .kv_width = t->kv_heads * t->head_dim,
                                   .key_quads = (t->head_dim + 3) / 4,
                                   .q_stride = (t->head_dim + 3) / 4 * 4,
                                   .value_panels = (t->head_dim + STAMP_PANEL - 1) / STAMP_PANEL,
                                   .causal = t->kind == STAMP_GATTEND_CAUSAL,
                                   .linear = t->kind == STAMP_GATTEND_LINEAR,
                                   .eps = t->eps,
                                   .kv = {.bits = 32},
                                   .times = stamp_graph_times(m->graph, s->node)};
    if (t->cache) a->kv = net->options.kv;
    if (s->frequency != STAMP_NO_OPERAND) a->frequency = m->table(m->ctx, s->frequency);
    a->cache = stamp_alloc(a->times, sizeof *a->cache);
    return a->cache ? STAMP_OK
                    : stamp_fail(e, STAMP_ENOMEM, "out of memory for %u layers", a->times);
}

/* The value in whose memory value @p v lies. */
static uint32_t whole(const struct stamp_graph *g, uint32_t v)
{
    while (!(v & STAMP_PARAM) && g->node[g->value[v].node].op == STAMP_GOP_PICK)
        v = g->node[g->value[v].node].in[0];
    return v;
}

/* Whether anything but this step reads its input, which the products overwrite, or this one does in another
 * repetition. */
static bool is_read_again(const struct stamp_net *net, const struct stamp_gstep *s)
{
    const struct stamp_graph *g = net->model.graph;
    const uint32_t x = whole(g, s->x);

    if (s->block != STAMP_NO_BLOCK && g->block[s->block].repeat > 1 &&
        g->value[x].node < g->block[s->block].first)
        return true;
    for (uint32_t i = 0; i < net->steps.steps; i++) {
        const struct stamp_gstep *o = &net->steps.step[i];
        if (o != s && o->kind != STAMP_STEP_INPUT &&
            (whole(g, o->x) == x || whole(g, o->k) == x || whole(g, o->v) == x ||
             whole(g, o->add) == x || whole(g, o->gate) == x || whole(g, o->gain) == x ||
             whole(g, o->bias) == x))
            return true;
    }
    for (uint32_t i = 0; i < g->blocks; i++)
        if (whole(g, g->block[i].in) == x || whole(g, g->block[i].out) == x) return true;
    return whole(g, s->add) == x;
}

static enum stamp_status new_step(struct stamp_net *net, uint32_t i, struct stamp_err *e)
{
    const struct stamp_gstep *s = &net->steps.step[i];
    const uint32_t times = stamp_graph_times(net->model.graph, s->node);
    enum stamp_status st = STAMP_OK;

    if (s->kind == STAMP_STEP_ATTEND) return new_attend(net, s, &net->attend[i], e);
    if (s->kind != STAMP_STEP_LINEARS) return STAMP_OK;
    net->again[i] = is_read_again(net, s);
    net->layer[i] = stamp_alloc((size_t)times * s->linears, sizeof **net->layer);
    if (!net->layer[i]) return stamp_fail(e, STAMP_ENOMEM, "out of memory for %u layers", times);
    for (uint32_t t = 0; t < times; t++)
        for (uint32_t k = 0; k < s->linears && !st; k++)
            st = prepare(net, (struct stamp_gat){s->linear[k], t},
                         &net->layer[i][t * s->linears + k], e);
    return st;
}

static enum stamp_status fill(struct stamp_net *net, struct stamp_err *e)
{
    const uint32_t steps = net->steps.steps;
    enum stamp_status st = STAMP_OK;

    net->layer = stamp_alloc(steps, sizeof *net->layer);
    net->attend = stamp_alloc(steps, sizeof *net->attend);
    net->plan = stamp_alloc(steps, sizeof *net->plan);
    net->again = stamp_alloc(steps, sizeof *net->again);
    if (!net->layer || !net->attend || !net->plan || !net->again)
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for %u steps", steps);
    st = stamp_pool_new(net->options.threads, &net->pool, e);
    for (uint32_t i = 0; i < steps && !st; i++) st = new_step(net, i, e);
    return st ? st : stamp_net_kv_work_new(net, e);
}

enum stamp_status stamp_net_new(const struct stamp_net_model *model,
                                const struct stamp_net_options *options, struct stamp_net **out,
                                struct stamp_err *e)
{
    struct stamp_net *net;
    enum stamp_status st = check_kv(&options->kv, e);

    if (!st && options->scheme.weight_bits == 32)
        st = stamp_fail(e, STAMP_ERANGE, "weights of f32: a network has codes, of 4 or 8 bits");
    const struct stamp_schemes schemes = {options->scheme, options->of_node};
    if (!st) st = stamp_schemes_check(model->graph, &schemes, e);
    if (st) return st;
    if (!(net = stamp_alloc(1, sizeof *net)))
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for a network");
    net->model = *model;
    net->options = *options;
    st = stamp_gsteps_of(model->graph, &net->steps, e);
    if (!st) st = fill(net, e);
    if (st) {
        stamp_net_free(net);
        return st;
    }
    *out = net;
    return STAMP_OK;
}

void stamp_net_free(struct stamp_net *net)
{
    if (!net) return;
    for (uint32_t i = 0; i < net->steps.steps; i++) {
        const struct stamp_gstep *s = &net->steps.step[i];
        const uint32_t times = stamp_graph_times(net->model.graph, s->node);
        for (uint32_t k = 0; net->layer && net->layer[i] && k < times * s->linears; k++)
            stamp_layer_free(&net->layer[i][k]);
        if (net->layer) stamp_free(net->layer[i]);
        if (net->attend) stamp_net_kv_free(&net->attend[i]);
        if (net->plan) stamp_plan_free(&net->plan[i]);
    }
    stamp_free(net->layer);
    stamp_free(net->attend);
    stamp_free(net->plan);
    stamp_free(net->again);
    stamp_net_work_free(net);
    stamp_pool_free(net->pool);
    stamp_gsteps_free(&net->steps);
    stamp_free(net);
}
