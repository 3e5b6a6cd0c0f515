/* SPDX-License-Identifier: Apache-2.0 */
/* net_tiny.c - small networks with random codes. Contract in net_tiny.h. */
#include "tests/model/net_tiny.h"

#include <check.h>
#include <math.h>
#include <string.h>

#include "model/graph/build.h"

static const float *vector(struct tiny_net *t, struct rnd *r, size_t n, float middle, float spread)
{
    float *v = t->pool + t->used;
    t->used += n;
    ck_assert_uint_le(t->used, TINY_FLOATS);
    for (size_t i = 0; i < n; i++) v[i] = middle + spread * rnd_unit(r);
    return v;
}

void tiny_matrix(struct rnd *r, unsigned bits, uint32_t block, uint32_t n, uint32_t d,
                 struct stamp_weights *w)
{
    const int most = bits == 8 ? 127 : 7;
    ck_assert_int_eq((int)stamp_weights_alloc(bits, block, n, d, w, NULL), 0);
    for (size_t i = 0; i < (size_t)n * d; i++)
        w->code[i] = (int8_t)((int)rnd_below(r, 2 * (uint32_t)most + 1) - most);
    for (size_t i = 0; i < (size_t)n * w->nb; i++)
        w->scale[i] = (2.0f + rnd_unit(r)) / ((float)most * sqrtf((float)d));
    stamp_weights_sum(w);
}

static void embed(void *ctx, uint32_t token, float *x)
{
    const struct tiny_net *t = ctx;
    memcpy(x, t->pool + (size_t)token * t->m.shape.dim, t->m.shape.dim * sizeof *x);
}

/* ---- The same as a graph ----------------------------------------------------------------------- */

/* Parameters in the order in which graph_of makes them. */
enum {
    TABLE,
    TURNS,
    G_ATT,
    W_Q,
    W_K,
    W_V,
    B_Q,
    B_K,
    B_V,
    G_Q,
    G_K,
    W_O,
    G_FFN,
    W_GATE,
    W_UP,
    W_DOWN,
    G_OUT,
    W_HEAD,
    PARAMS
};

static const char *const names[PARAMS] = {"table", "turns",  "g_att", "w_q",    "w_k",   "w_v",
                                          "b_q",   "b_k",    "b_v",   "g_q",    "g_k",   "w_o",
                                          "g_ffn", "w_gate", "w_up",  "w_down", "g_out", "w_head"};

/* Which of them parameter @p param of the graph is. */
static int which(const struct stamp_graph *g, uint32_t param)
{
    for (int i = 0; i < PARAMS; i++)
        if (!strcmp(names[i], g->param[param].name)) return i;
    ck_abort_msg("no parameter %u", param);
}

static const struct stamp_weights *codes_of(const struct tiny_net *t, int i, uint32_t time)
{
    const struct second_layer *l = &t->layer[time];
    const struct stamp_weights *const all[PARAMS] = {
        [W_Q] = &l->q,       [W_K] = &l->k,   [W_V] = &l->v,       [W_O] = &l->o,
        [W_GATE] = &l->gate, [W_UP] = &l->up, [W_DOWN] = &l->down, [W_HEAD] = &t->m.head};
    return all[i];
}

static enum stamp_status weights(void *ctx, struct stamp_gat at, struct stamp_weights *out,
                                 struct stamp_err *e)
{
    const struct tiny_net *t = ctx;
    const struct stamp_graph *g = t->model.graph;
    const struct stamp_weights *w =
        codes_of(t, which(g, g->node[at.node].in[1] & ~STAMP_PARAM), at.time);
    const enum stamp_status s = stamp_weights_alloc(w->bits, w->block, w->n, w->d, out, e);

    if (s) return s;
    memcpy(out->code, w->code, (size_t)w->n * w->d);
    memcpy(out->scale, w->scale, (size_t)w->n * w->nb * sizeof *w->scale);
    stamp_weights_sum(out);
    return STAMP_OK;
}

static const float *vector_of(void *ctx, uint32_t param, uint32_t time)
{
    const struct tiny_net *t = ctx;
    const struct second_layer *l = &t->layer[time];
    const float *const all[PARAMS] = {
        [G_ATT] = l->norm_att, [B_Q] = l->bias_q, [B_K] = l->bias_k,     [B_V] = l->bias_v,
        [G_Q] = l->norm_q,     [G_K] = l->norm_k, [G_FFN] = l->norm_ffn, [G_OUT] = t->m.norm};
    return all[which(t->model.graph, param)];
}

static const double *table_of(void *ctx, uint32_t param)
{
    (void)param;
    return ((const struct tiny_net *)ctx)->frequency;
}

static void row_of(void *ctx, uint32_t param, uint32_t row, float *x)
{
    struct tiny_net *t = ctx;
    (void)param;
    t->m.embed(t->m.embed_ctx, row, x);
}

/* A builder, and the attributes most nodes have. */
struct maker {
    struct stamp_gb b;
    const struct second_shape *s;
};

static uint32_t par(struct maker *k, int which_one, enum stamp_gparam_kind kind, uint32_t rows,
                    uint32_t cols)
{
    return stamp_gb_param(&k->b, names[which_one], kind, rows, cols);
}

static uint32_t node(struct maker *k, enum stamp_gop op, const char *name, const char *place,
                     struct stamp_gattr attr, uint32_t ins, const uint32_t *in)
{
    return stamp_gb_node(&k->b, op, (struct stamp_gout){.name = name, .place = place}, attr, ins,
                         in);
}

static uint32_t rms(struct maker *k, const char *name, uint32_t x, int gain, uint32_t group)
{
    const uint32_t g = par(k, gain, STAMP_GPARAM_VECTOR, 1, group ? group : k->s->dim);
    return node(k, STAMP_GOP_NORM, name, group ? NULL : "h",
                (struct stamp_gattr){.kind = STAMP_GNORM_RMS, .eps = k->s->eps, .group = group}, 2,
                (uint32_t[]){x, g});
}

static uint32_t product(struct maker *k, const char *name, uint32_t x, int w, uint32_t n,
                        uint32_t d, int bias)
{
    const uint32_t wi = par(k, w, STAMP_GPARAM_MATRIX, n, d);
    const uint32_t bi = bias < PARAMS ? par(k, bias, STAMP_GPARAM_VECTOR, 1, n) : 0;
    return node(k, STAMP_GOP_LINEAR, name, NULL,
                (struct stamp_gattr){.kind = w == W_HEAD ? STAMP_GLINEAR_HEAD : STAMP_GLINEAR_BODY},
                bi ? 3 : 2, (uint32_t[]){x, wi, bi});
}

static uint32_t plus(struct maker *k, const char *name, uint32_t x, uint32_t y)
{
    return node(k, STAMP_GOP_BINARY, name, "x", (struct stamp_gattr){.kind = STAMP_GBINARY_ADD}, 2,
                (uint32_t[]){x, y});
}

static uint32_t attention(struct maker *k, uint32_t h, uint32_t turns, bool biased)
{
    const struct second_shape *s = k->s;
    const uint32_t hd = s->head_dim, q = s->heads * hd, kv = s->kv_heads * hd;
    const int none = PARAMS;
    uint32_t a = product(k, "q", h, W_Q, q, s->dim, biased ? B_Q : none),
             b = product(k, "k", h, W_K, kv, s->dim, biased ? B_K : none);
    const uint32_t c = product(k, "v", h, W_V, kv, s->dim, biased ? B_V : none);

    if (s->qk_norm) a = rms(k, "q_normed", a, G_Q, hd);
    a = node(k, STAMP_GOP_ROPE, "q_turned", NULL, (struct stamp_gattr){.head_dim = hd}, 2,
             (uint32_t[]){a, turns});
    if (s->qk_norm) b = rms(k, "k_normed", b, G_K, hd);
    b = node(k, STAMP_GOP_ROPE, "k_turned", NULL, (struct stamp_gattr){.head_dim = hd}, 2,
             (uint32_t[]){b, turns});
    const struct stamp_gattr attr = {.kind = STAMP_GATTEND_CAUSAL,
                                     .heads = s->heads,
                                     .kv_heads = s->kv_heads,
                                     .head_dim = hd,
                                     .cache = 1};
    return node(k, STAMP_GOP_ATTEND, "att", NULL, attr, 3, (uint32_t[]){a, b, c});
}

static uint32_t layer_of(struct maker *k, uint32_t x, uint32_t turns, bool biased)
{
    const struct second_shape *s = k->s;
    const int none = PARAMS;
    const uint32_t att = attention(k, rms(k, "h_att", x, G_ATT, 0), turns, biased);
    const uint32_t o = product(k, "o", att, W_O, s->dim, s->heads * s->head_dim, none);
    const uint32_t mid = plus(k, "mid", x, o), h = rms(k, "h_ffn", mid, G_FFN, 0);
    const uint32_t gate = product(k, "gate", h, W_GATE, s->hidden, s->dim, none);
    const uint32_t up = product(k, "up", h, W_UP, s->hidden, s->dim, none);
    const uint32_t silu = node(k, STAMP_GOP_UNARY, "silu", NULL,
                               (struct stamp_gattr){.kind = STAMP_GUNARY_SILU}, 1, &gate);
    const uint32_t f =
        node(k, STAMP_GOP_BINARY, "f", NULL, (struct stamp_gattr){.kind = STAMP_GBINARY_MUL}, 2,
             (uint32_t[]){silu, up});
    return plus(k, "end", mid, product(k, "down", f, W_DOWN, s->dim, s->hidden, none));
}

static struct stamp_graph *graph_of(const struct second_shape *s, bool biased)
{
    struct maker k = {.s = s};
    struct stamp_err e = {0};
    struct stamp_graph *g = NULL;

    stamp_gb_start(&k.b, "tiny", &e);
    const uint32_t table = par(&k, TABLE, STAMP_GPARAM_MATRIX, s->vocab, s->dim);
    const uint32_t turns = par(&k, TURNS, STAMP_GPARAM_TABLE, 1, s->head_dim / 2);
    const uint32_t ids = node(&k, STAMP_GOP_IDS, "ids", NULL, (struct stamp_gattr){0}, 0, NULL);
    uint32_t x = node(&k, STAMP_GOP_GATHER, "start", "x", (struct stamp_gattr){0}, 2,
                      (uint32_t[]){table, ids});
    stamp_gb_block(&k.b, "layers", s->layers, x);
    x = layer_of(&k, x, turns, biased);
    stamp_gb_block_end(&k.b, x);
    const uint32_t rows = node(&k, STAMP_GOP_PICK, "rows", NULL,
                               (struct stamp_gattr){.kind = STAMP_GPICK_RUN}, 1, &x);
    product(&k, "logits", rms(&k, "h_out", rows, G_OUT, 0), W_HEAD, s->vocab, s->dim, PARAMS);
    if (stamp_gb_finish(&k.b, &g)) ck_abort_msg("%s", e.text);
    return g;
}

void tiny_make(struct tiny_net *t, struct rnd *r, struct second_shape s, unsigned bits,
               unsigned head_bits, uint32_t block, bool biased)
{
    const uint32_t q = s.heads * s.head_dim, kv = s.kv_heads * s.head_dim;

    *t = (struct tiny_net){.m = {.embed = embed}};
    for (uint32_t i = 0; i < s.head_dim / 2; i++)
        t->frequency[i] = pow(10000, -2.0 * i / s.head_dim);
    s.frequency = t->frequency;
    t->model = (struct stamp_net_model){.graph = graph_of(&s, biased),
                                        .ctx_tokens = s.ctx,
                                        .weights = weights,
                                        .vector = vector_of,
                                        .table = table_of,
                                        .row = row_of,
                                        .ctx = t};
    t->m.shape = s;
    t->m.layer = t->layer;
    t->m.embed_ctx = t;
    (void)vector(t, r, (size_t)s.vocab * s.dim, 0, 1); /* first, where embed looks */
    t->m.norm = vector(t, r, s.dim, 1, 0.5f);
    tiny_matrix(r, head_bits, 0, s.vocab, s.dim, &t->m.head);
    for (uint32_t i = 0; i < s.layers; i++) {
        struct second_layer *l = &t->layer[i];
        tiny_matrix(r, bits, block, q, s.dim, &l->q);
        tiny_matrix(r, bits, block, kv, s.dim, &l->k);
        tiny_matrix(r, bits, block, kv, s.dim, &l->v);
        tiny_matrix(r, bits, block, s.dim, q, &l->o);
        tiny_matrix(r, bits, block, s.hidden, s.dim, &l->gate);
        tiny_matrix(r, bits, block, s.hidden, s.dim, &l->up);
        tiny_matrix(r, bits, block, s.dim, s.hidden, &l->down);
        l->norm_att = vector(t, r, s.dim, 1, 0.5f);
        l->norm_ffn = vector(t, r, s.dim, 1, 0.5f);
        if (biased) {
            l->bias_q = vector(t, r, q, 0, 0.5f);
            l->bias_k = vector(t, r, kv, 0, 0.5f);
            l->bias_v = vector(t, r, kv, 0, 0.5f);
        }
        if (s.qk_norm) {
            l->norm_q = vector(t, r, s.head_dim, 1, 0.5f);
            l->norm_k = vector(t, r, s.head_dim, 1, 0.5f);
        }
    }
}

void tiny_free(struct tiny_net *t)
{
    struct stamp_graph *g = (struct stamp_graph *)(uintptr_t)t->model.graph; /* made here */

    stamp_graph_free(g);
    stamp_weights_free(&t->m.head);
    for (uint32_t i = 0; i < t->m.shape.layers; i++) {
        struct second_layer *l = &t->layer[i];
        struct stamp_weights *all[] = {&l->q, &l->k, &l->v, &l->o, &l->gate, &l->up, &l->down};
        for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) stamp_weights_free(all[k]);
    }
}
