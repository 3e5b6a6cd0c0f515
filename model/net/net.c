/* SPDX-License-Identifier: Apache-2.0 */
/* net.c - the layers of a network, in order. Contract in net.h. */
#include "model/net/net.h"

#include "model/mem.h"
#include "model/net/net_parts.h"
#include "model/num/f32.h"
#include "model/num/norm.h"
#include "model/num/rope.h"

/* Of the rows the head reads: 8 bits each, whole rows, no transform. */
static struct stamp_scheme head_scheme(const struct stamp_net *net)
{
    struct stamp_scheme q = stamp_scheme_default();

    q.transform = STAMP_NONE;
    q.high_rows = 0;
    q.act_bits = 8;
    q.weight_bits = net->head.packed.bits;
    q.sink = false;
    return q;
}

struct norm_job {
    struct stamp_net *net;
    const float *x, *gain; /* x[rows][dim] */
};

bool stamp_net_norm_overflows(uint32_t n, const float *x)
{
    const float far = 0x1p40f; /* 2^24 squares of less are less than 2^104 */
    const struct stamp_range r = stamp_range_widen(stamp_range_empty(), n, x);
    return (r.hi > far || r.lo < -far) && !stamp_f32_is_finite(stamp_reduce_squares(n, x));
}

static void norm_row(void *ctx, uint32_t row, uint32_t worker)
{
    const struct norm_job *j = ctx;
    const struct stamp_net_shape *s = &j->net->model.shape;
    const float *x = j->x + (size_t)row * s->dim;

    (void)worker;
    stamp_net_note(j->net, stamp_net_norm_overflows(s->dim, x));
    stamp_rmsnorm(s->dim, x, j->gain, s->eps, j->net->work.h + (size_t)row * s->dim);
}

static void norm(struct stamp_net *net, uint32_t rows, const float *x, const float *gain)
{
    struct norm_job job = {net, x, gain};
    stamp_pool_run(net->pool, rows, norm_row, &job);
}

static enum stamp_status look(struct stamp_net *net, struct stamp_err *e)
{
    if (atomic_load(&net->no_memory)) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    if (atomic_load(&net->not_finite)) return stamp_fail(e, STAMP_ERANGE, "a value is not finite");
    return STAMP_OK;
}

/* Tells who wants to look. */
static enum stamp_status see(const struct stamp_net *net, enum stamp_seen what, uint32_t layer,
                             uint32_t rows, uint32_t cols, const float *x, struct stamp_err *e)
{
    const struct stamp_net_options *o = &net->options;
    return o->see ? o->see(o->see_ctx, what, layer, rows, cols, x, e) : STAMP_OK;
}

static enum stamp_status see_qkv(const struct stamp_net *net, uint32_t layer, uint32_t rows,
                                 struct stamp_err *e)
{
    const struct stamp_net_work *w = &net->work;
    enum stamp_status s = see(net, STAMP_SEE_Q, layer, rows, net->q_width, w->q, e);
    if (!s) s = see(net, STAMP_SEE_K, layer, rows, net->kv_width, w->k, e);
    return s ? s : see(net, STAMP_SEE_V, layer, rows, net->kv_width, w->v, e);
}

/* One layer over plan->s rows from net->position on. */
static enum stamp_status run_layer(struct stamp_net *net, const struct stamp_plan *plan,
                                   uint32_t layer, bool step, struct stamp_err *e)
{
    const struct stamp_net_layer *l = &net->model.layer[layer];
    const struct stamp_layer *m = net->layer[layer].m;
    const uint32_t rows = plan->s, dim = net->model.shape.dim;
    struct stamp_net_work *w = &net->work;
    const struct stamp_net_target qkv[3] = {{&m[STAMP_NET_Q], l->bias_q, w->q, false},
                                            {&m[STAMP_NET_K], l->bias_k, w->k, false},
                                            {&m[STAMP_NET_V], l->bias_v, w->v, false}};
    const struct stamp_net_target o = {&m[STAMP_NET_O], NULL, w->x, true};
    const struct stamp_net_target down = {&m[STAMP_NET_DOWN], NULL, w->x, true};

    norm(net, rows, w->x, l->norm_att);
    enum stamp_status st = see(net, STAMP_SEE_NORM_ATT, layer, rows, dim, w->h, e);
    stamp_net_quantize(net, plan, dim, w->h);
    stamp_net_multiply(net, plan, w->h, 3, qkv);
    if (!st) st = see_qkv(net, layer, rows, e);
    stamp_net_turn(net, layer, rows);
    if (step)
        stamp_net_kv_append(net, layer);
    else
        stamp_net_kv_fill(net, layer, rows);
    stamp_net_attend(net, layer, rows);
    if (!st) st = see(net, STAMP_SEE_ATTENTION, layer, rows, net->q_width, w->h, e);
    stamp_net_quantize(net, plan, net->q_width, w->h);
    stamp_net_multiply(net, plan, w->h, 1, &o);
    if (!st) st = see(net, STAMP_SEE_RESIDUAL_ATT, layer, rows, dim, w->x, e);

    norm(net, rows, w->x, l->norm_ffn);
    if (!st) st = see(net, STAMP_SEE_NORM_FFN, layer, rows, dim, w->h, e);
    stamp_net_quantize(net, plan, dim, w->h);
    stamp_net_gate_up(net, plan, w->h, &m[STAMP_NET_GATE], &m[STAMP_NET_UP], w->f);
    if (!st) st = see(net, STAMP_SEE_HIDDEN, layer, rows, net->model.shape.hidden, w->f, e);
    stamp_net_quantize(net, plan, net->model.shape.hidden, w->f);
    stamp_net_multiply(net, plan, w->f, 1, &down);
    if (!st) st = see(net, STAMP_SEE_RESIDUAL_FFN, layer, rows, dim, w->x, e);
    const enum stamp_status bad = look(net, st ? NULL : e);
    if (bad && !st) (void)stamp_fail_at(e, "layer %u", layer);
    return st ? st : bad;
}

/* Logits of rows first .. n-1. */
static enum stamp_status run_head(struct stamp_net *net, uint32_t first, uint32_t n, float *logits,
                                  struct stamp_err *e)
{
    const struct stamp_scheme q = head_scheme(net);
    const struct stamp_net_target to = {&net->head, NULL, logits, false};
    struct stamp_plan plan;

    if (!logits || first >= n) return STAMP_OK;
    enum stamp_status st = stamp_plan_build(&q, n - first, &plan, e);
    if (st) return st;
    norm(net, n - first, net->work.x + (size_t)first * net->model.shape.dim, net->model.norm);
    st = see(net, STAMP_SEE_NORM, 0, n - first, net->model.shape.dim, net->work.h, e);
    stamp_net_quantize(net, &plan, net->model.shape.dim, net->work.h);
    stamp_net_multiply(net, &plan, net->work.h, 1, &to);
    stamp_plan_free(&plan);
    if (st) return st;
    st = look(net, e);
    if (st) return stamp_fail_at(e, "output head");
    return see(net, STAMP_SEE_LOGITS, 0, n - first, net->model.shape.vocab, logits, e);
}

static enum stamp_status embed(struct stamp_net *net, const int32_t *tokens, uint32_t n,
                               struct stamp_err *e)
{
    const struct stamp_net_shape *s = &net->model.shape;

    for (uint32_t i = 0; i < n; i++) {
        if (tokens[i] < 0 || (uint32_t)tokens[i] >= s->vocab)
            return stamp_fail(e, STAMP_ERANGE, "token %u is %d, outside the vocabulary of %u", i,
                              tokens[i], s->vocab);
        float *x = net->work.x + (size_t)i * s->dim;
        net->model.embed(net->model.embed_ctx, (uint32_t)tokens[i], x);
        if (stamp_f32_find_nonfinite(s->dim, x) < s->dim)
            return stamp_fail(e, STAMP_ERANGE, "embedding of token %d: a value is not finite",
                              tokens[i]);
        stamp_rope_row(s->frequency, s->head_dim, net->position + i,
                       net->work.cosine + (size_t)i * s->head_dim,
                       net->work.sine + (size_t)i * s->head_dim);
    }
    return STAMP_OK;
}

/* n tokens from net->position on. */
static enum stamp_status forward(struct stamp_net *net, const int32_t *tokens, uint32_t n,
                                 uint32_t first, bool step, float *logits, struct stamp_err *e)
{
    const struct stamp_net_shape *s = &net->model.shape;
    struct stamp_plan plan = {0};

    if (n < 1 || n > s->ctx - net->position)
        return stamp_fail(e, STAMP_ERANGE, "%u tokens at position %u: the context is %u", n,
                          net->position, s->ctx);
    atomic_store(&net->not_finite, false);
    atomic_store(&net->no_memory, false);
    enum stamp_status st = stamp_net_work_reserve(net, n, e);
    if (!st) st = stamp_net_kv_reserve(net, net->position + n, e);
    if (!st) st = stamp_plan_build(&net->options.scheme, n, &plan, e);
    if (!st) st = embed(net, tokens, n, e);
    if (!st) st = see(net, STAMP_SEE_EMBEDDING, 0, n, s->dim, net->work.x, e);
    for (uint32_t i = 0; !st && i < s->layers; i++) st = run_layer(net, &plan, i, step, e);
    stamp_plan_free(&plan);
    if (!st) st = run_head(net, first, n, logits, e);
    net->position = st ? 0 : net->position + n;
    if (st || !step) net->prefilled = net->position;
    return st;
}

enum stamp_status stamp_net_prefill(struct stamp_net *net, const int32_t *tokens, uint32_t n,
                                    uint32_t first, float *logits, struct stamp_err *e)
{
    net->position = 0;
    return forward(net, tokens, n, first, false, logits, e);
}

enum stamp_status stamp_net_step(struct stamp_net *net, int32_t token, float *logits,
                                 struct stamp_err *e)
{
    return forward(net, &token, 1, 0, true, logits, e);
}

uint32_t stamp_net_position(const struct stamp_net *net)
{
    return net->position;
}
