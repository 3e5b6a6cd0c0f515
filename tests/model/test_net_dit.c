/* SPDX-License-Identifier: Apache-2.0 */
/* test_net_dit.c - diffusion transformers: the network in C, walking the graph of its family, against a second
 * model written from numerics.md by hand; every value that is a probe, bit by bit. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/family/network.h"
#include "model/mem.h"
#include "model/net/net.h"
#include "sim/net/netbuild.h"
#include "tests/compiler/front_tests.h"
#include "tests/compiler/token_samples.h"
#include "tests/model/net_second.h"
#include "tests/model/rnd.h"

Suite *stamp_suite_net_dit(void);

enum { LAYERS = 4, SEEN = 256 };

/* A value the network in C told of. */
struct seen {
    char name[2 * STAMP_GRAPH_NAME + 20];
    size_t rows, cols;
    float *x;
};

struct dit {
    struct stamp_network *n;
    struct stamp_qmodel *codes;
    struct stamp_netbuild *build;
    struct second_dit m;
    struct second_dit_block block[LAYERS];
    struct seen seen[SEEN];
    uint32_t told, compared;
    const char *what; /* for messages */
};

static struct dit d;

/* ---- A network of a config.json, its numbers larger than those of random: ---------------------- */

static void shake(struct rnd *r)
{
    const struct stamp_graph *g = d.n->graph;

    for (uint32_t p = 0; p < g->params; p++) {
        const uint32_t b = g->param[p].block, times = b == STAMP_NO_BLOCK ? 1 : g->block[b].repeat;
        const enum stamp_part_kind kind = d.n->part[p].kind;
        if (kind == STAMP_PART_MATRIX || kind == STAMP_PART_MADE) continue;
        const float middle = kind == STAMP_PART_GAIN ? 1 : d.n->part[p].plus;
        for (uint32_t t = 0; t < times; t++)
            for (size_t i = 0; i < (size_t)g->param[p].rows * g->param[p].cols; i++)
                d.n->data[p][t].vector[i] = middle + 0.5f * rnd_unit(r);
    }
}

/* Where block @p layer is in the graph: the name of its values' run, its prefix, the repetition. */
static void at_layer(uint32_t layer, const char **run, const char **prefix, uint32_t *time)
{
    const struct stamp_dit *c = &d.n->dit;
    const uint32_t first = c->squeeze ? (uint32_t)c->squeeze_first : UINT32_MAX,
                   last = (uint32_t)c->squeeze_last;

    *run = layer < first ? "blocks" : layer <= last ? "squeezed" : "tail";
    *prefix = layer < first ? "" : layer <= last ? "s_" : "t_";
    *time = layer < first ? layer : layer <= last ? layer - first : layer - last - 1;
}

static uint32_t param(uint32_t layer, const char *name, uint32_t *time)
{
    char text[100];
    const char *run, *prefix = "";

    *time = 0;
    if (layer != UINT32_MAX) at_layer(layer, &run, &prefix, time);
    snprintf(text, sizeof text, "%s%s", prefix, name);
    return stamp_network_param(d.n, text);
}

/* NULL where the network has none. */
static const float *vector(uint32_t layer, const char *name)
{
    uint32_t time;
    const uint32_t p = param(layer, name, &time);
    return p == UINT32_MAX ? NULL : stamp_network_vector(d.n, p, time);
}

static void part(uint32_t layer, const char *name, struct second_part *to)
{
    const struct stamp_net_model *m = stamp_netbuild_model(d.build);
    struct stamp_gat at = {0, 0};
    struct stamp_err e = {0};
    char text[100];

    snprintf(text, sizeof text, "%s.weight", name);
    const uint32_t p = param(layer, text, &at.time);
    ck_assert_msg(p != UINT32_MAX, "no %s", text);
    at.node = stamp_graph_param_reader(d.n->graph, STAMP_GOP_LINEAR, 1, p);
    ck_assert_msg(!m->weights(m->ctx, at, &to->w, &e), "%s", e.text);
    snprintf(text, sizeof text, "%s.bias", name);
    to->bias = vector(layer, text);
}

static void make_block(uint32_t i, struct second_dit_block *b)
{
    static const char *const tables[6] = {"shift_att.table", "scale_att.table", "gate_att.table",
                                          "shift_ffn.table", "scale_ffn.table", "gate_ffn.table"};
    const char *run, *prefix;
    uint32_t time;

    at_layer(i, &run, &prefix, &time);
    *b = (struct second_dit_block){.squeeze = *prefix == 's' ? (uint32_t)d.n->dit.squeeze : 0};
    for (int k = 0; k < 6; k++) b->table[k] = vector(i, tables[k]);
    part(i, "q", &b->q), part(i, "k", &b->k), part(i, "v", &b->v), part(i, "o", &b->o);
    part(i, "cross_q", &b->cross_q), part(i, "cross_k", &b->cross_k);
    part(i, "cross_v", &b->cross_v), part(i, "cross_o", &b->cross_o);
    b->gain_q = vector(i, "qn.gain"), b->gain_k = vector(i, "kn.gain");
    b->gain_cross_q = vector(i, "cross_qn.gain"), b->gain_cross_k = vector(i, "cross_kn.gain");
    b->sr = vector(i, "squeeze.weight"), b->sr_bias = vector(i, "squeeze.bias");
    b->squeeze_gain = vector(i, "squeeze.gain"), b->squeeze_bias = vector(i, "squeeze.shift");
    if (!d.m.sana) {
        part(i, "fc1", &b->fc1), part(i, "fc2", &b->fc2);
        return;
    }
    part(i, "value_up", &b->value), part(i, "gate_up", &b->gate), part(i, "point", &b->point);
    b->taps[0] = vector(i, "value_conv.weight"), b->taps_bias[0] = vector(i, "value_conv.bias");
    b->taps[1] = vector(i, "gate_conv.weight"), b->taps_bias[1] = vector(i, "gate_conv.bias");
}

static void compare(void *ctx, const char *name, uint32_t layer, uint32_t rows, uint32_t cols,
                    second_rows x);

static void make_second(void)
{
    static const char *const six[6] = {"time.shift_att", "time.scale_att", "time.gate_att",
                                       "time.shift_ffn", "time.scale_ffn", "time.gate_ffn"};
    const struct stamp_dit *c = &d.n->dit;
    const uint32_t none = UINT32_MAX;

    d.m = (struct second_dit){.sana = strcmp(d.n->graph->name, "SANA") == 0,
                              .dim = (uint32_t)c->dim,
                              .hidden = (uint32_t)c->hidden,
                              .layers = (uint32_t)c->layers,
                              .heads = (uint32_t)c->heads,
                              .head_dim = (uint32_t)c->head_dim,
                              .cross_heads = (uint32_t)c->cross_heads,
                              .cross_head_dim = (uint32_t)c->cross_head_dim,
                              .grid_h = (uint32_t)c->grid_h,
                              .grid_w = (uint32_t)c->grid_w,
                              .patch_width = (uint32_t)(c->patch * c->patch * c->channels),
                              .caption = (uint32_t)c->caption,
                              .eps = (float)c->eps,
                              .eps_out = 1e-6f,
                              .place = vector(none, "positions"),
                              .norm_text = vector(none, "caption_norm.gain"),
                              .shift_out = vector(none, "shift_out.table"),
                              .scale_out = vector(none, "scale_out.table"),
                              .block = d.block,
                              .see = compare};
    part(none, "patch", &d.m.patch), part(none, "output", &d.m.output);
    part(none, "time1", &d.m.time1), part(none, "time2", &d.m.time2);
    part(none, "caption1", &d.m.caption1), part(none, "caption2", &d.m.caption2);
    for (int i = 0; i < 6; i++) part(none, six[i], &d.m.six[i]);
    for (uint32_t i = 0; i < d.m.layers; i++) make_block(i, &d.block[i]);
}

static void open_network(const char *config, struct stamp_dit_grid grid,
                         const struct stamp_scheme *q, struct rnd *r)
{
    struct sample s = {.len = 0};
    struct stamp_err e = {0};
    char path[300];

    sample_put_text(&s, config);
    front_write(front_temp("config.json"), &s);
    snprintf(path, sizeof path, "random:%s", front_temp("config.json"));
    ck_assert_msg(!stamp_network_open_grid(path, grid, &d.n, &e), "%s", e.text);
    ck_assert_uint_le(d.n->dit.layers, LAYERS);
    shake(r);
    ck_assert_msg(
        !stamp_qmodel_new(d.n, q->weight_bits, rnd_below(r, 2) ? 4 : 8, q->block, &d.codes, &e),
        "%s", e.text);
    ck_assert_msg(!stamp_netbuild_new(d.n, d.codes, 0, &d.build, &e), "%s", e.text);
    make_second();
}

static void free_part(struct second_part *p)
{
    stamp_weights_free(&p->w);
}

static void close_network(void)
{
    free_part(&d.m.patch), free_part(&d.m.output), free_part(&d.m.time1), free_part(&d.m.time2);
    free_part(&d.m.caption1), free_part(&d.m.caption2);
    for (int i = 0; i < 6; i++) free_part(&d.m.six[i]);
    for (uint32_t i = 0; i < d.m.layers; i++) {
        struct second_dit_block *b = &d.block[i];
        struct second_part *all[] = {&b->q,       &b->k,       &b->v,       &b->o,   &b->cross_q,
                                     &b->cross_k, &b->cross_v, &b->cross_o, &b->fc1, &b->fc2,
                                     &b->value,   &b->gate,    &b->point};
        for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
            if (all[k]->w.n) free_part(all[k]);
    }
    stamp_netbuild_free(d.build);
    stamp_qmodel_free(d.codes);
    stamp_network_close(d.n);
    memset(&d, 0, sizeof d);
}

/* ---- Both -------------------------------------------------------------------------------------- */

static enum stamp_status keep(void *ctx, uint32_t value, uint32_t time, size_t rows, size_t cols,
                              const float *x, struct stamp_err *e)
{
    struct seen *s = &d.seen[d.told++];

    (void)ctx;
    (void)e;
    ck_assert_uint_le(d.told, SEEN);
    stamp_graph_name(d.n->graph, value, time, s->name, sizeof s->name);
    *s = (struct seen){.rows = rows, .cols = cols, .x = stamp_alloc(rows * cols, sizeof *x)};
    stamp_graph_name(d.n->graph, value, time, s->name, sizeof s->name);
    ck_assert_ptr_nonnull(s->x);
    memcpy(s->x, x, rows * cols * sizeof *x);
    return STAMP_OK;
}

/* A value of the second model: the network told of it, with the same bits. */
static void compare(void *ctx, const char *name, uint32_t layer, uint32_t rows, uint32_t cols,
                    second_rows x)
{
    char text[100];
    const char *run, *prefix;
    uint32_t time;

    (void)ctx;
    snprintf(text, sizeof text, "%s", name);
    if (layer != UINT32_MAX) {
        at_layer(layer, &run, &prefix, &time);
        snprintf(text, sizeof text, "%s.%u.%s%s", run, time, prefix, name);
    }
    for (uint32_t i = 0; i < d.told; i++) {
        const struct seen *s = &d.seen[i];
        if (strcmp(s->name, text) != 0) continue;
        d.compared++;
        ck_assert_msg(s->rows == rows && s->cols == cols, "%s: %zu x %zu", text, s->rows, s->cols);
        for (size_t k = 0; k < (size_t)rows * cols; k++)
            if (second_bits(s->x[k]) != x[k / cols][k % cols])
                ck_abort_msg("%s: %s[%zu][%zu] is %08x, the second model has %08x" RND_FMT, d.what,
                             text, k / cols, k % cols, second_bits(s->x[k]), x[k / cols][k % cols],
                             rnd_seed());
        return;
    }
    /* what need not be in memory is no probe */
    ck_assert_msg(!strncmp(name, "cross_", 6), "%s: nobody told of %s", d.what, text);
}

static float *some(struct rnd *r, size_t n, float spread)
{
    float *x = stamp_alloc(n, sizeof *x);

    ck_assert_ptr_nonnull(x);
    for (size_t i = 0; i < n; i++) x[i] = spread * rnd_unit(r);
    return x;
}

static void both(struct stamp_scheme q, uint32_t tokens, uint32_t threads, struct rnd *r)
{
    const struct stamp_net_options o = {
        .scheme = q, .kv = {8, 0, false}, .threads = threads, .see = keep};
    const struct stamp_dit *c = &d.n->dit;
    const size_t rows = c->grid_h * c->grid_w;
    float *x = some(r, rows * d.m.patch_width, 2), *text = some(r, tokens * c->caption, 3),
          *y = stamp_alloc(rows * d.m.output.w.n, sizeof *y), time[STAMP_DIT_TIME];
    const float *const in[] = {x, time, text};
    struct stamp_net *net = NULL;
    struct stamp_err e = {0};

    ck_assert_ptr_nonnull(y);
    stamp_dit_time((float)rnd_below(r, 1000), time);
    ck_assert_msg(!stamp_net_new(stamp_netbuild_model(d.build), &o, &net, &e), "%s", e.text);
    ck_assert_msg(!stamp_net_inputs(net, &(struct stamp_ginputs){tokens, in}, y, &e), "%s: %s",
                  d.what, e.text);
    second_dit_run(&d.m, &q, x, time, text, tokens);
    ck_assert_msg(d.compared == d.told, "%s: %u of %u values compared", d.what, d.compared, d.told);
    /* another time on the same room, with fewer and more rows of text: nothing is left from before */
    float *again = stamp_alloc(rows * d.m.output.w.n, sizeof *again);
    const uint32_t other = tokens > 1 ? tokens - 1 : 1, told = d.told;
    ck_assert(again && !stamp_net_inputs(net, &(struct stamp_ginputs){other, in}, again, &e));
    ck_assert(!stamp_net_inputs(net, &(struct stamp_ginputs){tokens, in}, again, &e));
    ck_assert_mem_eq(y, again, rows * d.m.output.w.n * sizeof *y);
    stamp_net_free(net);
    for (uint32_t i = 0; i < d.told; i++) stamp_free(d.seen[i].x);
    (void)told;
    d.told = d.compared = 0;
    stamp_free(x);
    stamp_free(text);
    stamp_free(y);
    stamp_free(again);
}

static const enum stamp_transform transforms[] = {STAMP_NONE, STAMP_HAAR, STAMP_HAAR2D, STAMP_WHT,
                                                  STAMP_DCT};

struct case_of {
    const char *config;
    struct stamp_dit_grid grid;
    uint32_t tokens;
};

#define PIXART(more)                                                                               \
    "{\"_class_name\":\"PixArtTransformer2DModel\",\"num_attention_heads\":2,"                     \
    "\"attention_head_dim\":36,\"mlp_ratio\":2,\"in_channels\":4,\"out_channels\":8,"              \
    "\"patch_size\":2,\"sample_size\":128,\"caption_channels\":21,\"cross_attention_dim\":72" more \
    "}"
#define SANA(more)                                                                                 \
    "{\"_class_name\":\"SanaTransformer2DModel\",\"num_attention_heads\":3,"                       \
    "\"attention_head_dim\":8,\"num_cross_attention_heads\":2,\"cross_attention_head_dim\":12,"    \
    "\"cross_attention_dim\":24,\"in_channels\":5,\"out_channels\":5,\"sample_size\":16,"          \
    "\"caption_channels\":21" more "}"

static const struct case_of cases[] = {
    {PIXART(",\"num_layers\":2"), {5, 7}, 5},
    {PIXART(",\"num_layers\":1"), {8, 8}, 300},
    {PIXART(",\"num_layers\":2,\"norm_eps\":1e-3"), {1, 9}, 1},
    {PIXART(",\"num_layers\":3,\"kv_compress\":{\"layers\":[1],\"factor\":2}"), {8, 8}, 5},
    {PIXART(",\"num_layers\":2,\"kv_compress\":{\"layers\":[0,1],\"factor\":3}"), {3, 9}, 1},
    {PIXART(",\"num_layers\":2"), {1, 1}, 1},
    {SANA(",\"num_layers\":2"), {1, 1}, 5},
    {SANA(",\"num_layers\":2"), {8, 8}, 5},
    {SANA(",\"num_layers\":2,\"qk_norm\":\"rms_norm_across_heads\""), {5, 7}, 1},
    {SANA(",\"num_layers\":1,\"attention_bias\":true,\"interpolation_scale\":1.5"), {1, 9}, 300},
    {SANA(",\"num_layers\":2,\"attention_bias\":true,\"qk_norm\":\"rms_norm_across_heads\","
          "\"norm_eps\":1e-3"),
     {8, 8},
     5},
    {SANA(",\"num_layers\":1,\"qk_norm\":\"rms_norm_across_heads\""), {17, 16}, 5},
};
enum { CASES = sizeof cases / sizeof cases[0] };

/* Every transform; no, 8 and all rows high in turn; per token and by blocks of features; 1 and 3 threads. */
START_TEST(values_are_the_second_models)
{
    static const uint32_t high[] = {0, 8, 64};
    const struct case_of *c = &cases[_i];
    struct rnd r = rnd_start(700 + (unsigned)_i);

    for (int i = 0; i < 10; i++) {
        struct stamp_scheme q = stamp_scheme_default();
        char what[200];
        q.transform = transforms[i % 5];
        q.high_rows = high[(i + _i) % 3];
        q.block = (i + i / 5 + _i) % 2 ? STAMP_BLOCK : 0;
        q.weight_bits = rnd_below(&r, 2) ? 4 : 8;
        q.sink = q.transform == STAMP_HAAR && rnd_below(&r, 2);
        q.grid_h = (uint32_t)c->grid.height;
        q.grid_w = (uint32_t)c->grid.width;
        if (c->grid.height * c->grid.width > 100 && i % 5 != 2) continue; /* slow */
        snprintf(what, sizeof what, "case %d, %s, %u high, block %u", _i,
                 stamp_transform_name(q.transform), q.high_rows, q.block);
        open_network(c->config, c->grid, &q, &r);
        d.what = what;
        both(q, c->tokens, i % 2 ? 3 : 1, &r);
        close_network();
    }
}
END_TEST

Suite *stamp_suite_net_dit(void)
{
    Suite *s = suite_create("net_dit");
    TCase *c = tcase_create("net_dit");

    tcase_set_timeout(c, 300);
    tcase_add_loop_test(c, values_are_the_second_models, 0, CASES);
    suite_add_tcase(s, c);
    return s;
}
