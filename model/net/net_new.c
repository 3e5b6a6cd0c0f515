/* SPDX-License-Identifier: Apache-2.0 */
/* net_new.c - a network made ready to run. Contract in net.h. */
#include "model/mem.h"
#include "model/net/net_parts.h"

static enum stamp_status check_shape(const struct stamp_net_shape *s, struct stamp_err *e)
{
    if (!s->dim || !s->hidden || !s->layers || !s->heads || !s->kv_heads || !s->head_dim ||
        !s->vocab || !s->ctx)
        return stamp_fail(e, STAMP_ERANGE, "a network with a size of 0");
    if (s->heads % s->kv_heads != 0)
        return stamp_fail(e, STAMP_ERANGE, "%u heads are no multiple of %u key-value heads",
                          s->heads, s->kv_heads);
    if (s->head_dim % 2 != 0 || s->head_dim > STAMP_NET_HEAD_DIM_MAX)
        return stamp_fail(e, STAMP_ERANGE, "heads of %u: must be even and at most %d", s->head_dim,
                          STAMP_NET_HEAD_DIM_MAX);
    return STAMP_OK;
}

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

/* Rows and columns a matrix must have. */
static void shape_of(const struct stamp_net *net, enum stamp_net_matrix which, uint32_t *n,
                     uint32_t *d)
{
    const struct stamp_net_shape *s = &net->model.shape;

    *d = which == STAMP_NET_O ? net->q_width : which == STAMP_NET_DOWN ? s->hidden : s->dim;
    switch (which) {
    case STAMP_NET_Q: *n = net->q_width; break;
    case STAMP_NET_K:
    case STAMP_NET_V: *n = net->kv_width; break;
    case STAMP_NET_O:
    case STAMP_NET_DOWN: *n = s->dim; break;
    case STAMP_NET_GATE:
    case STAMP_NET_UP: *n = s->hidden; break;
    case STAMP_NET_HEAD: *n = s->vocab; break;
    }
}

static const struct stamp_weights *codes_of(const struct stamp_net_model *m, uint32_t layer,
                                            enum stamp_net_matrix which)
{
    if (which == STAMP_NET_HEAD) return &m->head;
    const struct stamp_net_layer *l = &m->layer[layer];
    const struct stamp_weights *all[STAMP_NET_MATRICES] = {&l->q,    &l->k,  &l->v,   &l->o,
                                                           &l->gate, &l->up, &l->down};
    return all[which];
}

static enum stamp_status check_codes(const struct stamp_net *net, enum stamp_net_matrix which,
                                     const struct stamp_weights *w, struct stamp_err *e)
{
    const struct stamp_scheme *q = &net->options.scheme;
    const bool head = which == STAMP_NET_HEAD;
    uint32_t n = 0, d = 0;

    shape_of(net, which, &n, &d);
    if (w->n != n || w->d != d)
        return stamp_fail(e, STAMP_ERANGE, "codes of %u x %u where %u x %u is due", w->n, w->d, n,
                          d);
    if (head ? w->bits != 4 && w->bits != 8 : w->bits != q->weight_bits)
        return stamp_fail(e, STAMP_ERANGE, "codes of %u bits, the scheme says %u", w->bits,
                          head ? 8 : q->weight_bits);
    if (w->block != (head ? 0 : q->block))
        return stamp_fail(e, STAMP_ERANGE, "scales of %u features, the scheme says %u", w->block,
                          head ? 0 : q->block);
    return STAMP_OK;
}

static enum stamp_status prepare(struct stamp_net *net, uint32_t layer, enum stamp_net_matrix which,
                                 struct stamp_layer *out, struct stamp_err *e)
{
    const struct stamp_net_model *m = &net->model;
    struct stamp_scheme q = net->options.scheme;
    struct stamp_weights own = {0};
    const struct stamp_weights *w = m->weights ? &own : codes_of(m, layer, which);

    enum stamp_status st = STAMP_OK;
    if (m->weights) st = m->weights(m->weights_ctx, layer, which, &own, e);
    if (!st) st = check_codes(net, which, w, e);
    if (which == STAMP_NET_HEAD) q.act_bits = 8;
    if (!st) st = stamp_layer_from_codes(&q, w, out, e);
    if (m->weights) stamp_weights_free(&own);
    return st;
}

static enum stamp_status prepare_all(struct stamp_net *net, struct stamp_err *e)
{
    static const char *const name[] = {"q", "k", "v", "o", "gate", "up", "down"};

    enum stamp_status st = STAMP_OK;

    for (uint32_t i = 0; i < net->model.shape.layers; i++)
        for (int k = 0; k < STAMP_NET_MATRICES; k++) {
            st = prepare(net, i, (enum stamp_net_matrix)k, &net->layer[i].m[k], e);
            if (st) (void)stamp_fail_at(e, "layer %u, %s", i, name[k]);
            if (st) return st;
        }
    st = prepare(net, 0, STAMP_NET_HEAD, &net->head, e);
    if (st) (void)stamp_fail_at(e, "output head");
    return st;
}

static enum stamp_status fill(struct stamp_net *net, struct stamp_err *e)
{
    const struct stamp_net_shape *s = &net->model.shape;

    net->group = s->heads / s->kv_heads;
    net->q_width = s->heads * s->head_dim;
    net->kv_width = s->kv_heads * s->head_dim;
    net->key_quads = (s->head_dim + 3) / 4;
    net->q_stride = 4 * net->key_quads;
    net->value_panels = (s->head_dim + STAMP_PANEL - 1) / STAMP_PANEL;
    net->layer = stamp_alloc(s->layers, sizeof *net->layer);
    net->cache = stamp_alloc(s->layers, sizeof *net->cache);
    if (!net->layer || !net->cache)
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for %u layers", s->layers);
    enum stamp_status st = stamp_pool_new(net->options.threads, &net->pool, e);
    if (!st) st = stamp_net_kv_work_new(net, e);
    return st ? st : prepare_all(net, e);
}

enum stamp_status stamp_net_new(const struct stamp_net_model *model,
                                const struct stamp_net_options *options, struct stamp_net **out,
                                struct stamp_err *e)
{
    enum stamp_status st = check_shape(&model->shape, e);
    if (!st) st = check_kv(&options->kv, e);
    if (!st && options->scheme.weight_bits == 32)
        st = stamp_fail(e, STAMP_ERANGE, "weights of f32: a network has codes, of 4 or 8 bits");
    if (st) return st;
    struct stamp_net *net = stamp_alloc(1, sizeof *net);
    if (!net) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a network");

    net->model = *model;
    net->options = *options;
    st = fill(net, e);
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
    for (uint32_t i = 0; net->layer && i < net->model.shape.layers; i++)
        for (int k = 0; k < STAMP_NET_MATRICES; k++) stamp_layer_free(&net->layer[i].m[k]);
    stamp_free(net->layer);
    stamp_layer_free(&net->head);
    stamp_net_kv_free(net);
    stamp_net_work_free(net);
    stamp_pool_free(net->pool);
    stamp_free(net);
}
