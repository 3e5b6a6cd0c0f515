/* SPDX-License-Identifier: Apache-2.0 */
/* net.c - the steps of a network, in order. Contract in net.h. */
#include "model/net/net.h"

#include <string.h>

#include "model/mem.h"
#include "model/net/net_parts.h"
#include "model/num/f32.h"
#include "model/num/fn.h"
#include "model/num/norm.h"
#include "model/num/rope.h"

/* One run of a network. */
struct walk {
    struct stamp_net *net;
    const struct stamp_graph *g;
    const int32_t *tokens;     /* [n], or NULL */
    const float *const *input; /* rows of each input, or NULL */
    float *last;               /* the last value, or NULL: not computed */
    uint32_t n;                /* tokens of the run */
    uint32_t first;            /* of the rows picked */
    bool step;                 /* one token behind others */
    struct stamp_err *e;
};

static const float *vector(const struct walk *w, uint32_t node, uint32_t i, uint32_t time)
{
    const struct stamp_gnode *n = &w->g->node[node];
    const struct stamp_net_model *m = &w->net->model;

    return i < n->ins ? m->vector(m->ctx, n->in[i] & ~STAMP_PARAM, time) : NULL;
}

static float *place(const struct walk *w, const struct stamp_gstep *s, uint32_t time, uint32_t v);

/* An operand of a step: a parameter or a value; NULL for none. */
static const float *operand(const struct walk *w, const struct stamp_gstep *s, uint32_t time,
                            uint32_t v)
{
    const struct stamp_net_model *m = &w->net->model;

    if (v == STAMP_NO_OPERAND) return NULL;
    return v & STAMP_PARAM ? m->vector(m->ctx, v & ~STAMP_PARAM, time) : place(w, s, time, v);
}

static uint32_t rows_of(const struct walk *w, uint32_t v)
{
    return w->g->value[v].rows == STAMP_ROWS_PICKED ? w->n - w->first
                                                    : stamp_net_rows_of(w->net, v, w->n);
}

/* Where value @p v lies as step @p s reads it; rows that are picked are a part of another value. */
static float *place(const struct walk *w, const struct stamp_gstep *s, uint32_t time, uint32_t v)
{
    v = stamp_graph_read(w->g, s->node, time, v);
    const struct stamp_gnode *n = &w->g->node[w->g->value[v].node];
    if (n->op == STAMP_GOP_PICK)
        return place(w, s, time, n->in[0]) +
               (n->attr.kind == STAMP_GPICK_RUN ? (size_t)w->first * w->g->value[v].cols : 0);
    return v + 1 == w->g->values ? w->last : w->net->work.val[v];
}

static enum stamp_status look(const struct walk *w, struct stamp_err *e)
{
    if (atomic_load(&w->net->no_memory)) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    if (atomic_load(&w->net->not_finite))
        return stamp_fail(e, STAMP_ERANGE, "a value is not finite");
    return STAMP_OK;
}

/* Tells who wants to look. */
static enum stamp_status see(const struct walk *w, const struct stamp_gstep *s, uint32_t time,
                             uint32_t v)
{
    const struct stamp_net_options *o = &w->net->options;

    if (!o->see || !w->g->value[v].probe) return STAMP_OK;
    return o->see(o->see_ctx, v, time, rows_of(w, v), w->g->value[v].cols, place(w, s, 0, v), w->e);
}

/* ---- Norms ------------------------------------------------------------------------------------- */

static void norm(const struct walk *w, const struct stamp_gstep *s, uint32_t time)
{
    const struct stamp_gattr *a = &w->g->node[s->node].attr;
    const struct stamp_net_norm how = {.cols = w->g->value[s->out].cols,
                                       .unit = a->unit,
                                       .layer = a->kind == STAMP_GNORM_LAYER,
                                       .eps = a->eps,
                                       .x = place(w, s, time, s->x),
                                       .gain = operand(w, s, time, s->gain),
                                       .bias = operand(w, s, time, s->bias),
                                       .y = place(w, s, time, s->out)};

    stamp_net_norm_rows(w->net, rows_of(w, s->out), how);
}

/* ---- Products ---------------------------------------------------------------------------------- */

struct stamp_scheme stamp_net_scheme(const struct stamp_net *net, uint32_t node, unsigned bits)
{
    const struct stamp_schemes all = {net->options.scheme, net->options.of_node};
    struct stamp_scheme q = stamp_scheme_of(net->model.graph, &all, node);

    if (bits) q.weight_bits = (uint8_t)bits; /* 0: an f32 layer */
    return q;
}

/* The plan for the rows of a step, made anew where the one before had another number. */
static enum stamp_status plan_for(const struct walk *w, const struct stamp_gstep *s,
                                  const struct stamp_layer *l, uint32_t rows,
                                  const struct stamp_plan **out)
{
    struct stamp_plan *p = &w->net->plan[s - w->net->steps.step];
    const struct stamp_scheme q = stamp_net_scheme(w->net, s->node, l->packed.bits);

    *out = p;
    if (p->s == rows) return STAMP_OK;
    stamp_plan_free(p);
    *p = (struct stamp_plan){0};
    return stamp_plan_build(&q, rows, p, w->e);
}

static enum stamp_status linears(struct walk *w, const struct stamp_gstep *s, uint32_t time)
{
    struct stamp_net *net = w->net;
    const struct stamp_layer *l = net->layer[s - net->steps.step] + (size_t)time * s->linears;
    const uint32_t rows = rows_of(w, s->x), d = w->g->value[s->x].cols;
    struct stamp_net_target to[STAMP_STEP_LINEAR_MAX];
    float *x = place(w, s, time, s->x);
    const struct stamp_plan *plan;

    const enum stamp_status st = plan_for(w, s, l, rows, &plan);
    if (st) return st;
    if (net->again[s - net->steps.step])
        x = memcpy(net->work.copy, x, (size_t)rows * d * sizeof *x);
    for (uint32_t i = 0; i < s->linears; i++) {
        const uint32_t out = s->outs[i < s->made ? i : 0];
        to[i] = (struct stamp_net_target){.w = &l[i],
                                          .bias = vector(w, s->linear[i], 2, time),
                                          .y = place(w, s, 0, out),
                                          .post = s->post};
        if (s->add != STAMP_NO_OPERAND) to[i].add = place(w, s, time, s->add);
        if (s->gate != STAMP_NO_OPERAND) to[i].gate = place(w, s, time, s->gate);
    }
    stamp_net_quantize(net, plan, d, x);
    if (s->post == STAMP_GPOST_GATE)
        stamp_net_gate_up(net, plan, x, &to[0], &to[1]);
    else
        stamp_net_multiply(net, plan, x, s->linears, to);
    return STAMP_OK;
}

/* ---- Attention and the rest -------------------------------------------------------------------- */

static void attend(const struct walk *w, const struct stamp_gstep *s, uint32_t time)
{
    struct stamp_net *net = w->net;
    const bool gains = s->gain_q != STAMP_NO_OPERAND, k_gain = s->gain_k != STAMP_NO_OPERAND;
    struct stamp_net_rows r = {.a = &net->attend[s - net->steps.step],
                               .time = time,
                               .n = rows_of(w, s->out),
                               .keys = rows_of(w, s->k),
                               .q = place(w, s, time, s->x),
                               .k = place(w, s, time, s->k),
                               .v = place(w, s, time, s->v),
                               .out = place(w, s, time, s->out)};

    if (gains) r.gain_q = vector(w, s->gain_q, 1, time), r.eps_q = w->g->node[s->gain_q].attr.eps;
    if (k_gain) r.gain_k = vector(w, s->gain_k, 1, time), r.eps_k = w->g->node[s->gain_k].attr.eps;
    if (r.a->linear) {
        stamp_net_linear_attend(net, &r);
        return;
    }
    stamp_net_turn(net, &r);
    if (w->step)
        stamp_net_kv_append(net, &r);
    else
        stamp_net_kv_fill(net, &r);
    stamp_net_attend_rows(net, &r);
}

static enum stamp_status gather(const struct walk *w, const struct stamp_gstep *s)
{
    const struct stamp_gnode *n = &w->g->node[s->node];
    const struct stamp_net_model *m = &w->net->model;
    const uint32_t param = n->in[0] & ~STAMP_PARAM, cols = w->g->value[s->out].cols;

    for (uint32_t i = 0; i < w->n; i++) {
        float *x = w->net->work.val[s->out] + (size_t)i * cols;
        if (w->tokens[i] < 0 || (uint32_t)w->tokens[i] >= w->g->param[param].rows)
            return stamp_fail(w->e, STAMP_ERANGE, "token %u is %d, outside the vocabulary of %u", i,
                              w->tokens[i], w->g->param[param].rows);
        m->row(m->ctx, param, (uint32_t)w->tokens[i], x);
        if (stamp_f32_find_nonfinite(cols, x) < cols)
            return stamp_fail(w->e, STAMP_ERANGE, "embedding of token %d: a value is not finite",
                              w->tokens[i]);
    }
    return STAMP_OK;
}

static enum stamp_status input(const struct walk *w, const struct stamp_gstep *s)
{
    const size_t count = (size_t)rows_of(w, s->out) * w->g->value[s->out].cols;
    const enum stamp_gop op = w->g->node[s->node].op;

    if (op != STAMP_GOP_PICTURE && op != STAMP_GOP_INPUT) return STAMP_OK;
    const float *x = w->input[stamp_graph_input(w->g, s->node)];
    if (stamp_f32_find_nonfinite(count, x) < count)
        return stamp_fail(w->e, STAMP_ERANGE, "a value of the %s is not finite",
                          w->g->value[s->out].name);
    memcpy(w->net->work.val[s->out], x, count * sizeof *x);
    return STAMP_OK;
}

static void prepend(const struct walk *w, const struct stamp_gstep *s, uint32_t time)
{
    const uint32_t cols = w->g->value[s->out].cols, rows = rows_of(w, s->out);
    const float *x = place(w, s, time, w->g->node[s->node].in[1]);
    float *y = place(w, s, time, s->out);

    memmove(y + cols, x, (size_t)(rows - 1) * cols * sizeof *y);
    memcpy(y, vector(w, s->node, 0, time), cols * sizeof *y);
}

static void add(const struct walk *w, const struct stamp_gstep *s, uint32_t time)
{
    const size_t count = (size_t)rows_of(w, s->out) * w->g->value[s->out].cols;
    const float *x = place(w, s, time, s->x), *b = vector(w, s->node, 1, time);
    float *y = place(w, s, time, s->out);

    for (size_t i = 0; i < count; i++) y[i] = stamp_f32_add(x[i], b[i]);
    stamp_net_note(w->net, stamp_f32_find_nonfinite(count, y) < count);
}

static void depthwise(const struct walk *w, const struct stamp_gstep *s, uint32_t time)
{
    struct stamp_net_conv c[2];
    const uint32_t node[2] = {s->node, s->second}, count = s->second == STAMP_NO_OPERAND ? 1 : 2;

    for (uint32_t i = 0; i < count; i++)
        c[i] = (struct stamp_net_conv){place(w, s, time, i ? s->k : s->x),
                                       vector(w, node[i], 1, time), vector(w, node[i], 2, time)};
    stamp_net_depthwise(w->net, &w->g->node[s->node].attr, w->g->value[s->out].cols, &c[0],
                        count > 1 ? &c[1] : NULL, place(w, s, time, s->out));
}

static enum stamp_status run_step(struct walk *w, const struct stamp_gstep *s, uint32_t time)
{
    enum stamp_status st = STAMP_OK;

    switch (s->kind) {
    case STAMP_STEP_INPUT: st = input(w, s); break;
    case STAMP_STEP_GATHER: st = gather(w, s); break;
    case STAMP_STEP_LINEARS: st = linears(w, s, time); break;
    case STAMP_STEP_NORM: norm(w, s, time); break;
    case STAMP_STEP_ATTEND: attend(w, s, time); break;
    case STAMP_STEP_PREPEND: prepend(w, s, time); break;
    case STAMP_STEP_ADD: add(w, s, time); break;
    case STAMP_STEP_UNARY:
        stamp_net_unary(w->net, w->g->node[s->node].attr.kind == STAMP_GUNARY_SILU,
                        (size_t)rows_of(w, s->out) * w->g->value[s->out].cols,
                        place(w, s, time, s->x), place(w, s, time, s->out));
        break;
    case STAMP_STEP_DEPTHWISE: depthwise(w, s, time); break;
    }
    for (uint32_t i = 0; i < s->made && !st && s->kind != STAMP_STEP_INPUT; i++)
        st = see(w, s, time, s->outs[i]);
    return st;
}

/* A value that is not finite is told of at the end of its block, or of the whole. */
static enum stamp_status look_behind(const struct walk *w, uint32_t block, uint32_t time,
                                     enum stamp_status st)
{
    const enum stamp_status bad = look(w, st ? NULL : w->e);

    if (!bad || st) return st ? st : bad;
    char name[2 * STAMP_GRAPH_NAME + 20];
    stamp_graph_name(w->g, block == STAMP_NO_BLOCK ? w->g->values - 1 : w->g->block[block].out,
                     time, name, sizeof name);
    (void)stamp_fail_at(w->e, "%s or before it", name);
    return bad;
}

/* Rows picked, and what is made of them, are for the last value only. */
static bool only_for_last(const struct walk *w, const struct stamp_gstep *s)
{
    return w->g->value[s->out].rows == STAMP_ROWS_PICKED || s->out + 1 == w->g->values;
}

/* The steps from *at on that are of one block, all its repetitions; or one step of none. */
static enum stamp_status run_block(struct walk *w, uint32_t *at)
{
    const struct stamp_gsteps *all = &w->net->steps;
    const uint32_t first = *at, block = all->step[first].block;
    enum stamp_status st = STAMP_OK;

    while (*at < all->steps && all->step[*at].block == block) ++*at;
    const uint32_t times = block == STAMP_NO_BLOCK ? 1 : w->g->block[block].repeat;
    for (uint32_t t = 0; t < times && !st; t++) {
        for (uint32_t i = first; i < *at && !st; i++)
            if (w->last || !only_for_last(w, &all->step[i])) st = run_step(w, &all->step[i], t);
        st = look_behind(w, block, t, st);
    }
    return st;
}

static void positions(const struct walk *w)
{
    const struct stamp_net *net = w->net;

    for (uint32_t i = 0; i < net->steps.steps; i++) {
        const struct stamp_net_attend *a = &net->attend[i];
        for (uint32_t r = 0; a->cache && a->frequency && r < w->n; r++)
            stamp_rope_row(a->frequency, a->head_dim, net->position + r,
                           net->work.cosine + (size_t)r * a->head_dim,
                           net->work.sine + (size_t)r * a->head_dim);
    }
}

/* All steps over w->n rows from net->position on. */
static enum stamp_status forward(struct walk *w)
{
    struct stamp_net *net = w->net;
    enum stamp_status st = stamp_net_work_reserve(net, w->n, w->e);

    atomic_store(&net->not_finite, false);
    atomic_store(&net->no_memory, false);
    for (uint32_t i = 0; i < net->steps.steps && !st; i++)
        if (net->attend[i].cache && !net->attend[i].linear)
            st = stamp_net_kv_reserve(&net->attend[i],
                                      net->position + rows_of(w, net->steps.step[i].k), w->e);
    if (!st) positions(w);
    for (uint32_t at = 0; at < net->steps.steps && !st;) st = run_block(w, &at);
    net->position = st ? 0 : net->position + w->n;
    if (st || !w->step) net->prefilled = net->position;
    return st;
}

static enum stamp_status run_tokens(struct stamp_net *net, const int32_t *tokens, uint32_t n,
                                    uint32_t first, bool step, float *logits, struct stamp_err *e)
{
    struct walk w = {.net = net,
                     .g = net->model.graph,
                     .tokens = tokens,
                     .last = first < n ? logits : NULL,
                     .n = n,
                     .first = first < n ? first : 0,
                     .step = step,
                     .e = e};

    if (n < 1 || n > net->model.ctx_tokens - net->position)
        return stamp_fail(e, STAMP_ERANGE, "%u tokens at position %u: the context is %u", n,
                          net->position, net->model.ctx_tokens);
    return forward(&w);
}

enum stamp_status stamp_net_prefill(struct stamp_net *net, const int32_t *tokens, uint32_t n,
                                    uint32_t first, float *logits, struct stamp_err *e)
{
    net->position = 0;
    return run_tokens(net, tokens, n, first, false, logits, e);
}

enum stamp_status stamp_net_step(struct stamp_net *net, int32_t token, float *logits,
                                 struct stamp_err *e)
{
    return run_tokens(net, &token, 1, 0, true, logits, e);
}

enum stamp_status stamp_net_inputs(struct stamp_net *net, const struct stamp_ginputs *in, float *y,
                                   struct stamp_err *e)
{
    struct walk w = {
        .net = net, .g = net->model.graph, .input = in->rows, .last = y, .n = in->run, .e = e};

    if (in->run > net->model.ctx_tokens)
        return stamp_fail(e, STAMP_ERANGE, "%u rows of text: at most %u", in->run,
                          net->model.ctx_tokens);
    for (uint32_t i = 0; i < w.g->nodes && !in->run; i++)
        if (w.g->node[i].op == STAMP_GOP_INPUT && w.g->value[i].rows == STAMP_ROWS_RUN)
            return stamp_fail(e, STAMP_ERANGE, "no rows of %s: at least 1", w.g->value[i].name);
    net->position = 0;
    return forward(&w);
}

enum stamp_status stamp_net_rows(struct stamp_net *net, const float *x, float *y,
                                 struct stamp_err *e)
{
    return stamp_net_inputs(net, &(struct stamp_ginputs){0, &x}, y, e);
}

uint32_t stamp_net_position(const struct stamp_net *net)
{
    return net->position;
}
