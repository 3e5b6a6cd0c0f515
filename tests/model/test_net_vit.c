/* SPDX-License-Identifier: Apache-2.0 */
/* test_net_vit.c - vision transformers: the network in C, walking its graph, against a second model written
 * from numerics.md by hand. */
#include <check.h>
#include <string.h>

#include "model/mem.h"
#include "model/net/net.h"
#include "model/text.h"
#include "tests/model/net_second.h"
#include "tests/model/net_tiny.h"

enum { LAYERS = SECOND_LAYERS, FLOATS = 1 << 18 };

/* What a network may have or not. */
enum { CLASS = 1, PLACES = 2, NORM = 4, BIASES = 8, ALL = 15 };

struct vit {
    struct second_vit m;
    struct second_vit_layer layer[LAYERS];
    struct stamp_net_model model;
    struct stamp_graph *graph;
    float pool[FLOATS];
    size_t used;
};

struct grid {
    uint32_t h, w;
};

/* ---- The graph, as text ------------------------------------------------------------------------ */

static void text_linear(struct stamp_text *t, const char *name, const char *in, const char *kind,
                        uint32_t n, uint32_t d, bool biased)
{
    stamp_text_add(t, "param %s.w MATRIX %u %u\n", name, n, d);
    if (biased) stamp_text_add(t, "param %s.b VECTOR 1 %u\n", name, n);
    stamp_text_add(t, "%s = LINEAR %s %%%s.w", name, in, name);
    if (biased) stamp_text_add(t, " %%%s.b", name);
    stamp_text_add(t, " kind=%s\n", kind);
}

static void text_norm(struct stamp_text *t, const char *name, const char *in, uint32_t dim)
{
    stamp_text_add(t, "param %s.g VECTOR 1 %u\nparam %s.s VECTOR 1 %u\n", name, dim, name, dim);
    stamp_text_add(t, "%s = NORM %s %%%s.g %%%s.s kind=LAYER eps=9.99999997e-07\n", name, in, name,
                   name);
}

static void text_block(struct stamp_text *t, const struct second_vit *m, bool biased)
{
    const uint32_t d = m->dim, q = m->heads * m->head_dim, kv = m->kv_heads * m->head_dim;

    stamp_text_add(t, "block blocks %u start end {\n", m->layers);
    text_norm(t, "att_in", "start", d);
    text_linear(t, "q", "att_in", "BODY", q, d, biased);
    text_linear(t, "k", "att_in", "BODY", kv, d, biased);
    text_linear(t, "v", "att_in", "BODY", kv, d, biased);
    stamp_text_add(t, "att = ATTEND q k v kind=FULL heads=%u kv_heads=%u head_dim=%u\n", m->heads,
                   m->kv_heads, m->head_dim);
    text_linear(t, "o", "att", "BODY", d, q, biased);
    stamp_text_add(t, "middle = BINARY start o kind=ADD\n");
    text_norm(t, "ffn_in", "middle", d);
    text_linear(t, "up", "ffn_in", "BODY", m->hidden, d, biased);
    stamp_text_add(t, "gelu = UNARY up kind=GELU\n");
    text_linear(t, "down", "gelu", "BODY", d, m->hidden, biased);
    stamp_text_add(t, "end = BINARY middle down kind=ADD\n}\nfirst = PICK end kind=FIRST\n");
}

static void make_graph(struct vit *v, struct grid grid, uint32_t patch, unsigned has)
{
    const struct second_vit *m = &v->m;
    struct stamp_text t = {0};
    struct stamp_err e = {0};
    const char *last = has & CLASS ? "tokens" : "patch";

    stamp_text_add(&t, "graph vit\nx = PICTURE channels=%u height=%u width=%u patch=%u\n",
                   m->patch_width / patch / patch, grid.h * patch, grid.w * patch, patch);
    text_linear(&t, "patch", "x", "HEAD", m->dim, m->patch_width, has & BIASES);
    if (has & CLASS)
        stamp_text_add(&t, "param class ROWS 1 %u\ntokens = PREPEND %%class patch\n", m->dim);
    stamp_text_add(&t, "param places ROWS %u %u\n", m->patches + !!(has & CLASS), m->dim);
    stamp_text_add(&t, "start = BINARY %s %%places kind=ADD\n", last);
    text_block(&t, m, has & BIASES);
    if (has & NORM) text_norm(&t, "out", "first", m->dim);
    text_linear(&t, "head", has & NORM ? "out" : "first", "HEAD", m->classes, m->dim, has & BIASES);
    ck_assert(t.s);
    if (stamp_graph_parse(t.s, strlen(t.s), &v->graph, &e)) ck_abort_msg("%s", e.text);
    stamp_free(t.s);
}

/* ---- Its numbers ------------------------------------------------------------------------------- */

static const float *some(struct vit *v, struct rnd *r, size_t n, float middle, float spread)
{
    float *x = v->pool + v->used;
    v->used += n;
    ck_assert_uint_le(v->used, FLOATS);
    for (size_t i = 0; i < n; i++) x[i] = middle + spread * rnd_unit(r);
    return x;
}

/* The numbers behind the name of a parameter. */
static const struct stamp_weights *matrix_of(const struct vit *v, const char *name, uint32_t time)
{
    const struct second_vit_layer *l = &v->layer[time];
    const struct {
        const char *name;
        const struct stamp_weights *w;
    } all[] = {{"q.w", &l->q},           {"k.w", &l->k},        {"v.w", &l->v},
               {"o.w", &l->o},           {"up.w", &l->up},      {"down.w", &l->down},
               {"patch.w", &v->m.patch}, {"head.w", &v->m.head}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (!strcmp(all[i].name, name)) return all[i].w;
    ck_abort_msg("no matrix %s", name);
}

static const float *vector_of(void *ctx, uint32_t param, uint32_t time)
{
    const struct vit *v = ctx;
    const struct second_vit_layer *l = &v->layer[time];
    const struct {
        const char *name;
        const float *x;
    } all[] = {{"att_in.g", l->norm_att},  {"att_in.s", l->shift_att},   {"ffn_in.g", l->norm_ffn},
               {"ffn_in.s", l->shift_ffn}, {"q.b", l->bias_q},           {"k.b", l->bias_k},
               {"v.b", l->bias_v},         {"o.b", l->bias_o},           {"up.b", l->bias_up},
               {"down.b", l->bias_down},   {"patch.b", v->m.bias_patch}, {"head.b", v->m.bias_head},
               {"class", v->m.first},      {"places", v->m.place},       {"out.g", v->m.norm},
               {"out.s", v->m.shift}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (!strcmp(all[i].name, v->graph->param[param].name)) return all[i].x;
    ck_abort_msg("no vector %s", v->graph->param[param].name);
}

static enum stamp_status weights(void *ctx, struct stamp_gat at, struct stamp_weights *out,
                                 struct stamp_err *e)
{
    const struct vit *v = ctx;
    const uint32_t p = v->graph->node[at.node].in[1] & ~STAMP_PARAM;
    const struct stamp_weights *w = matrix_of(v, v->graph->param[p].name, at.time);
    const enum stamp_status s = stamp_weights_alloc(w->bits, w->block, w->n, w->d, out, e);

    if (s) return s;
    memcpy(out->code, w->code, (size_t)w->n * w->d);
    memcpy(out->scale, w->scale, (size_t)w->n * w->nb * sizeof *w->scale);
    stamp_weights_sum(out);
    return STAMP_OK;
}

static void make_layer(struct vit *v, struct rnd *r, const struct stamp_scheme *q,
                       struct second_vit_layer *l, bool biased)
{
    const uint32_t d = v->m.dim, h = v->m.hidden, heads = v->m.heads * v->m.head_dim,
                   kv = v->m.kv_heads * v->m.head_dim;
    const struct {
        struct stamp_weights *w;
        const float **b;
        uint32_t n, d;
    } all[] = {{&l->q, &l->bias_q, heads, d}, {&l->k, &l->bias_k, kv, d},
               {&l->v, &l->bias_v, kv, d},    {&l->o, &l->bias_o, d, heads},
               {&l->up, &l->bias_up, h, d},   {&l->down, &l->bias_down, d, h}};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        tiny_matrix(r, q->weight_bits, q->block, all[i].n, all[i].d, all[i].w);
        if (biased) *all[i].b = some(v, r, all[i].n, 0, 0.5f);
    }
    l->norm_att = some(v, r, d, 1, 0.5f);
    l->shift_att = some(v, r, d, 0, 0.5f);
    l->norm_ffn = some(v, r, d, 1, 0.5f);
    l->shift_ffn = some(v, r, d, 0, 0.5f);
}

/* Sizes are set; pixels of a patch: channels * patch^2. */
static void make(struct vit *v, struct rnd *r, const struct stamp_scheme *q, struct grid grid,
                 uint32_t patch, unsigned has)
{
    struct second_vit *m = &v->m;
    const unsigned head_bits = rnd_below(r, 2) ? 4 : 8;

    m->patches = grid.h * grid.w;
    m->eps = 1e-6f;
    m->layer = v->layer;
    tiny_matrix(r, head_bits, 0, m->dim, m->patch_width, &m->patch);
    tiny_matrix(r, head_bits, 0, m->classes, m->dim, &m->head);
    m->place = some(v, r, (size_t)(m->patches + 1) * m->dim, 0, 1);
    if (has & CLASS) m->first = some(v, r, m->dim, 0, 1);
    if (has & NORM) m->norm = some(v, r, m->dim, 1, 0.5f);
    if (has & NORM) m->shift = some(v, r, m->dim, 0, 0.5f);
    if (has & BIASES) m->bias_patch = some(v, r, m->dim, 0, 0.5f);
    if (has & BIASES) m->bias_head = some(v, r, m->classes, 0, 0.5f);
    for (uint32_t i = 0; i < m->layers; i++) make_layer(v, r, q, &v->layer[i], has & BIASES);
    make_graph(v, grid, patch, has);
    v->model = (struct stamp_net_model){
        .graph = v->graph, .ctx_tokens = 1, .weights = weights, .vector = vector_of, .ctx = v};
}

static void give_back(struct vit *v)
{
    stamp_graph_free(v->graph);
    stamp_weights_free(&v->m.patch);
    stamp_weights_free(&v->m.head);
    for (uint32_t i = 0; i < v->m.layers; i++) {
        struct second_vit_layer *l = &v->layer[i];
        struct stamp_weights *all[] = {&l->q, &l->k, &l->v, &l->o, &l->up, &l->down};
        for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) stamp_weights_free(all[k]);
    }
    memset(v->layer, 0, sizeof v->layer);
    v->used = 0;
}

/* ---- Both --------------------------------------------------------------------------------------- */

static void compare(struct vit *v, struct rnd *r, const struct stamp_scheme *q, uint32_t threads)
{
    const struct stamp_net_options o = {.scheme = *q, .kv = {4, 3, false}, .threads = threads};
    struct stamp_net *net = NULL;
    struct stamp_err e = {0};
    const size_t n = (size_t)v->m.patches * v->m.patch_width;
    float *x = stamp_alloc(n, sizeof *x);
    float got[SECOND_WIDTH] = {0};
    uint32_t want[SECOND_WIDTH] = {0};

    ck_assert_ptr_nonnull(x);
    for (size_t i = 0; i < n; i++) x[i] = 2 * rnd_unit(r);
    if (stamp_net_new(&v->model, &o, &net, &e)) ck_abort_msg("%s", e.text);
    for (int again = 0; again < 2; again++) {
        if (stamp_net_rows(net, x, got, &e)) ck_abort_msg("%s", e.text);
        if (again == 0) second_vit_run(&v->m, q, x, want);
        for (uint32_t i = 0; i < v->m.classes; i++)
            if (memcmp(&got[i], &want[i], sizeof *want) != 0)
                ck_abort_msg(
                    "%s depth %d, %u patches, %u high rows, sink %d, run %d: class %u of %u "
                    "is %08x, the second model has %08x" RND_FMT,
                    stamp_transform_name(q->transform), q->depth, v->m.patches, q->high_rows,
                    q->sink, again, i, v->m.classes, second_bits(got[i]), want[i], rnd_seed());
    }
    stamp_net_free(net);
    stamp_free(x);
}

static struct vit vit;

/* A network of @p grid with everything a ViT has, under a scheme. */
static void plain(struct rnd *r, struct stamp_scheme q, struct grid grid, uint32_t dim,
                  uint32_t layers)
{
    vit.m = (struct second_vit){.dim = dim,
                                .hidden = 2 * dim,
                                .layers = layers,
                                .heads = 3,
                                .kv_heads = 3,
                                .head_dim = dim / 3,
                                .classes = 10,
                                .patch_width = 12};
    q.grid_h = grid.h;
    q.grid_w = grid.w;
    make(&vit, r, &q, grid, 2, ALL);
    compare(&vit, r, &q, 2);
    give_back(&vit);
}

static const enum stamp_transform transforms[] = {STAMP_NONE, STAMP_HAAR, STAMP_HAAR2D, STAMP_WHT,
                                                  STAMP_DCT};
enum { TRANSFORMS = sizeof transforms / sizeof transforms[0] };

START_TEST(every_transform_with_no_few_and_all_rows_high_is_the_second_models)
{
    static const struct grid grids[] = {{7, 5}, {1, 9}, {8, 8}};
    static const uint32_t high[] = {0, 1, 6, 500};
    struct rnd r = rnd_start(91);
    int cases = 0;

    for (int t = 0; t < TRANSFORMS; t++)
        for (int g = 0; g < 3; g++)
            for (int h = 0; h < 4; h++, cases++) {
                struct stamp_scheme q = stamp_scheme_default();
                q.transform = transforms[t];
                q.high_rows = high[h];
                q.block = h % 2 ? STAMP_BLOCK : 0;
                plain(&r, q, grids[g], h % 2 ? 69 : 12, 1 + (uint32_t)g % 2);
            }
    ck_assert_int_eq(cases, 60);
}
END_TEST

START_TEST(the_grid_of_deit_and_more_than_256_keys_are_the_second_models)
{
    static const struct grid grids[] = {{14, 14}, {17, 16}, {16, 16}};
    struct rnd r = rnd_start(92);

    for (int t = 0; t < TRANSFORMS; t++) {
        struct stamp_scheme q = stamp_scheme_default();
        q.transform = transforms[t];
        plain(&r, q, grids[0], 24, 1);
        q.high_rows = 20;
        plain(&r, q, grids[1 + t % 2], 9, 1);
    }
}
END_TEST

START_TEST(shapes_schemes_and_what_may_be_missing_are_the_second_models)
{
    struct rnd r = rnd_start(93);

    for (int i = 0; i < 80; i++) {
        const struct grid grid = {1 + rnd_below(&r, 9), 1 + rnd_below(&r, 9)};
        const uint32_t patch = 1 + rnd_below(&r, 4), kv = 1 + rnd_below(&r, 3);
        const unsigned has = rnd_below(&r, 16) | PLACES;
        struct stamp_scheme q = stamp_scheme_default();

        q.transform = transforms[rnd_below(&r, TRANSFORMS)];
        q.sink = has & CLASS ? rnd_below(&r, 4) : q.transform != STAMP_HAAR2D && rnd_below(&r, 2);
        if (q.transform == STAMP_HAAR2D) q.sink = has & CLASS;
        q.grid_h = grid.h;
        q.grid_w = grid.w;
        q.depth = (int)rnd_below(&r, 6) - 1;
        q.high_rows = rnd_below(&r, 20);
        q.act_bits = i % 10 == 9 ? 32 : rnd_below(&r, 4) ? 4 : 8;
        q.weight_bits = rnd_below(&r, 2) ? 4 : 8;
        q.block = rnd_below(&r, 2) ? STAMP_BLOCK : 0;
        q.symmetric = rnd_below(&r, 4) == 0;
        vit.m = (struct second_vit){.dim = 1 + rnd_below(&r, 90),
                                    .hidden = 1 + rnd_below(&r, 150),
                                    .layers = 1 + rnd_below(&r, LAYERS),
                                    .heads = kv * (1 + rnd_below(&r, 3)),
                                    .kv_heads = kv,
                                    .head_dim = 1 + rnd_below(&r, 16),
                                    .classes = 1 + rnd_below(&r, 40),
                                    .patch_width = (1 + rnd_below(&r, 3)) * patch * patch};
        make(&vit, &r, &q, grid, patch, has);
        compare(&vit, &r, &q, 1 + rnd_below(&r, 3));
        give_back(&vit);
    }
}
END_TEST

START_TEST(a_grid_that_does_not_hold_the_patches_is_refused)
{
    struct rnd r = rnd_start(94);
    struct stamp_scheme q = stamp_scheme_default();
    struct stamp_net *net = NULL;
    struct stamp_err e = {0};

    vit.m = (struct second_vit){12, 24, 1, 3, 3, 4, 10, .patch_width = 12};
    make(&vit, &r, &q, (struct grid){3, 3}, 2, ALL);
    q.transform = STAMP_HAAR2D;
    q.grid_h = 2;
    q.grid_w = 5;
    const struct stamp_net_options o = {.scheme = q, .kv = {4, 3, false}, .threads = 1};
    float x[9 * 12] = {0}, y[10] = {0};
    enum stamp_status s = stamp_net_new(&vit.model, &o, &net, &e);
    if (!s) s = stamp_net_rows(net, x, y, &e);
    ck_assert_int_eq((int)s, (int)STAMP_ERANGE);
    ck_assert(strstr(e.text, "grid 2x5 and the sink token does not hold the 10 tokens"));
    stamp_net_free(net);
    give_back(&vit);
}
END_TEST

Suite *stamp_suite_net_vit(void);

Suite *stamp_suite_net_vit(void)
{
    Suite *s = suite_create("net_vit");
    TCase *c = tcase_create("net_vit");
    tcase_set_timeout(c, 300);
    tcase_add_test(c, every_transform_with_no_few_and_all_rows_high_is_the_second_models);
    tcase_add_test(c, the_grid_of_deit_and_more_than_256_keys_are_the_second_models);
    tcase_add_test(c, shapes_schemes_and_what_may_be_missing_are_the_second_models);
    tcase_add_test(c, a_grid_that_does_not_hold_the_patches_is_refused);
    suite_add_tcase(s, c);
    return s;
}
