/* SPDX-License-Identifier: Apache-2.0 */
/* test_tensors.c - the tensors of a network: in C and in a machine's memory the same bits, in f32
 * those of the layers around them; how far they are apart. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/front/lazy.h"
#include "model/mem.h"
#include "sim/net/netrun.h"
#include "sim/ref/network_f32.h"
#include "sim/report/tensors.h"
#include "tests/compiler/net_random.h"
#include "tests/skip.h"
#include "tests/compiler/net_of.h"

Suite *stamp_suite_tensors(void);

enum { LIST_MAX = 64, N = 40 };

/* Tensors in the order in which they were seen. */
struct seen {
    const char *what; /* of the graph's value */
    size_t layer, rows, cols;
    float *x;
};
struct list {
    const struct stamp_graph *g;
    struct seen at[LIST_MAX];
    size_t count, stop; /* stop: the tensor at which the run is to end, 0 none */
};

static enum stamp_status note(void *ctx, uint32_t value, uint32_t layer, size_t rows, size_t cols,
                              const float *x, struct stamp_err *e)
{
    struct list *l = ctx;
    struct seen *s = &l->at[l->count];

    ck_assert_uint_lt(l->count, LIST_MAX);
    *s = (struct seen){l->g->value[value].name, layer, rows, cols, malloc(rows * cols * sizeof *x)};
    ck_assert_ptr_nonnull(s->x);
    memcpy(s->x, x, rows * cols * sizeof *x);
    if (++l->count == l->stop) return stamp_fail(e, STAMP_EINTR, "seen enough");
    return STAMP_OK;
}

static void drop(struct list *l)
{
    for (size_t i = 0; i < l->count; i++) free(l->at[i].x);
    l->count = 0;
}

static const float *find(const struct list *l, const char *what, size_t layer)
{
    for (size_t i = 0; i < l->count; i++)
        if (!strcmp(l->at[i].what, what) && l->at[i].layer == layer) return l->at[i].x;
    ck_abort_msg("no %s of layer %zu", what, layer);
}

static void some_tokens(const struct stamp_network *m, int32_t *token)
{
    for (uint32_t i = 0; i < N; i++)
        token[i] = (int32_t)((i * 2654435761u >> 8) % (uint32_t)m->vocab);
}

static enum stamp_status run(const struct stamp_network *m, const struct stamp_device *on,
                             const struct stamp_mach *mach, bool last, struct list *l,
                             struct stamp_err *e)
{
    struct stamp_netrun_options o = {.mach = mach,
                                     .scheme = stamp_scheme_default(),
                                     .kv = {.bits = 4, .block = 3},
                                     .head_bits = 8,
                                     .threads = 2,
                                     .on = on,
                                     .last = last,
                                     .see = note,
                                     .see_ctx = l,
                                     .run = stamp_run_options_default()};
    float *logits = calloc(N * m->vocab, sizeof *logits);
    struct stamp_netrun *r = NULL;
    int32_t token[N];

    o.scheme.high_rows = 8;
    o.run.rtl_dir = "build";
    some_tokens(m, token);
    l->g = m->graph;
    enum stamp_status s = stamp_netrun_new(m, &o, &r, e);
    if (!s) s = stamp_netrun_prefill(r, token, N, logits, e);
    stamp_netrun_free(r);
    free(logits);
    return s;
}

static void equal(const struct list *a, const struct list *b)
{
    ck_assert_uint_eq(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const struct seen *x = &a->at[i], *y = &b->at[i];
        ck_assert(!strcmp(x->what, y->what) && x->layer == y->layer);
        ck_assert(x->rows == y->rows && x->cols == y->cols);
        ck_assert_msg(!memcmp(x->x, y->x, x->rows * x->cols * sizeof *x->x), "%s of layer %zu",
                      x->what, x->layer);
    }
}

static const char *const family[] = {net_random_llama, net_random_qwen2, net_random_qwen3};

START_TEST(a_machine_has_the_networks_tensors_to_the_bit)
{
    struct stamp_network *m = net_random_open(family[_i / 3]);
    const struct stamp_mach *mach = &stamp_machs[_i % 3];
    struct list net = {0}, model = {0};
    struct stamp_err e = {0};

    for (int last = 0; last < 2; last++) {
        ck_assert_msg(!run(m, &stamp_on_net, NULL, last, &net, &e), "%s", e.text);
        ck_assert_msg(!run(m, &stamp_on_model, mach, last, &model, &e), "%s", e.text);
        ck_assert_uint_eq(net.count, 3 + 9 * m->dec.layers);
        equal(&net, &model);
        drop(&model);
        const enum stamp_status s = run(m, &stamp_on_all, mach, last, &model, &e);
        if (s == STAMP_EUNSUPPORTED) {
            test_skip("the RTL of %s is not built: its tensors are NOT compared", mach->name);
        } else {
            ck_assert_msg(!s, "%s", e.text);
            equal(&net, &model);
        }
        drop(&model);
        drop(&net);
    }
    stamp_network_close(m);
}
END_TEST

START_TEST(whoever_looks_can_end_the_run)
{
    static const struct stamp_device *const on[] = {&stamp_on_net, &stamp_on_model, &stamp_on_all};
    struct stamp_network *m = net_random_open(net_random_llama);

    for (int i = 0; i < 3; i++)
        for (size_t stop = 1; stop <= 3 + 9 * m->dec.layers; stop += 5) {
            struct list l = {.stop = stop};
            struct stamp_err e = {0};
            const enum stamp_status s = run(m, on[i], &stamp_machs[0], false, &l, &e);
            if (i == 2 && s == STAMP_EUNSUPPORTED) {
                test_skip("the RTL of %s is not built: nobody looks at it", stamp_machs[0].name);
                break;
            }
            ck_assert_int_eq(s, STAMP_EINTR);
            ck_assert_ptr_nonnull(strstr(e.text, "seen enough"));
            ck_assert_uint_eq(l.count, stop);
            drop(&l);
        }
    struct list l = {0};
    struct stamp_err e = {0};
    ck_assert_int_eq(run(m, &stamp_on_rtl, &stamp_machs[0], false, &l, &e), STAMP_EUNSUPPORTED);
    stamp_network_close(m);
}
END_TEST

/* ---- f32 --------------------------------------------------------------------------------------- */

static enum stamp_status forward(const struct stamp_network *m, stamp_see_fn *see, void *ctx)
{
    const struct stamp_f32_hooks hooks = {.see = see, .see_ctx = ctx};
    float *logits = calloc(N * m->vocab, sizeof *logits);
    struct stamp_err e = {0};
    int32_t token[N];

    some_tokens(m, token);
    const enum stamp_status s = stamp_f32_forward(m, token, N, &hooks, logits, &e);
    free(logits);
    return s;
}

/* y = x wt + bias + before, in double. */
static void product(const float *x, const struct stamp_lazy *w, const float *bias,
                    const float *before, const float *y)
{
    float *row = calloc(w->cols, sizeof *row);

    for (size_t k = 0; k < w->rows; k++) {
        ck_assert(!stamp_lazy_rows(w, k, 1, row, NULL));
        for (size_t i = 0; i < N; i++) {
            double sum = bias ? (double)bias[k] : 0, size = 1;
            for (size_t j = 0; j < w->cols; j++) sum += (double)x[i * w->cols + j] * (double)row[j];
            if (before) sum += (double)before[i * w->rows + k];
            if (fabs(sum) > size) size = fabs(sum);
            ck_assert_double_le(fabs(sum - (double)y[i * w->rows + k]), 1e-4 * size);
        }
    }
    free(row);
}

/* What a layer reads in one tensor and gives in another, or adds to the stream before it. */
static void check_layer(const struct stamp_network *m, const struct list *l, size_t i)
{
    const struct net_layer y_of = net_layer(m, i), *y = &y_of;
    const float *norm = find(l, "norm_att", i), *att = find(l, "attention", i);
    const float *mid = find(l, "residual_att", i);
    const float *before = i ? find(l, "residual_ffn", i - 1) : find(l, "embedding", 0);

    product(norm, y->wq, y->bias_q, NULL, find(l, "q", i));
    product(norm, y->wk, y->bias_k, NULL, find(l, "k", i));
    product(norm, y->wv, y->bias_v, NULL, find(l, "v", i));
    product(att, y->wo, NULL, before, mid);
    product(find(l, "hidden", i), y->w2, NULL, mid, find(l, "residual_ffn", i));
}

static void check_capture(const struct stamp_network *m, const struct list *l, const char *layer,
                          const char *what)
{
    struct stamp_tensor x = {0};
    struct stamp_err e = {0};
    int32_t token[N];

    some_tokens(m, token);
    ck_assert_msg(!stamp_f32_capture(m, token, N, layer, &x, NULL, &e), "%s", e.text);
    ck_assert(!memcmp(x.f32, find(l, what, 0), x.dim[0] * x.dim[1] * sizeof(float)));
    stamp_tensor_free(&x);
}

START_TEST(tensors_in_f32_are_what_the_layers_read_and_give)
{
    struct stamp_network *m = net_random_open(family[_i]);
    struct list l = {0};
    int32_t token[N];
    float *row = calloc(m->dec.dim, sizeof *row);

    l.g = m->graph;
    ck_assert_int_eq(forward(m, note, &l), STAMP_OK);
    ck_assert_uint_eq(l.count, 3 + 9 * m->dec.layers);
    some_tokens(m, token);
    for (size_t i = 0; i < N; i++) {
        ck_assert(!stamp_lazy_rows(net_embed(m), (size_t)token[i], 1, row, NULL));
        ck_assert_mem_eq(row, l.at[0].x + i * m->dec.dim, m->dec.dim * sizeof *row);
    }
    for (size_t i = 0; i < m->dec.layers; i++) check_layer(m, &l, i);
    check_capture(m, &l, "layers.0.k", "norm_att");
    check_capture(m, &l, "layers.0.o", "attention");
    check_capture(m, &l, "layers.0.up", "norm_ffn");
    check_capture(m, &l, "layers.0.down", "hidden");
    product(find(&l, "norm", 0), net_head(m), NULL, NULL, find(&l, "logits", 0));
    drop(&l);
    free(row);
    stamp_network_close(m);
}
END_TEST

/* ---- Apart ------------------------------------------------------------------------------------- */

static uint32_t value(const struct stamp_network *m, const char *name)
{
    const uint32_t v = stamp_graph_value(m->graph, name);
    ck_assert_uint_ne(v, UINT32_MAX);
    return v;
}

static void drop_shape(struct stamp_network *m)
{
    stamp_graph_free(m->graph);
    stamp_free(m->part);
}

START_TEST(signal_and_noise_add_up_over_documents)
{
    static const float ref[] = {1, 2, 3, 4}, off[] = {1, 2, 3, 5}, zero[] = {0, 0, 0, 0};
    struct stamp_network m = {
        .family = &stamp_family_llama,
        .vocab = 2,
        .ctx = 4,
        .dec = {.layers = 2, .dim = 2, .heads = 1, .kv_heads = 1, .head_dim = 2, .hidden = 2}};
    struct stamp_err e = {0};

    ck_assert_msg(net_shape(&m, &e) != NULL, "%s", e.text);
    struct stamp_tensors *t = stamp_tensors_new(&m);
    const uint32_t q = value(&m, "q"), logits = value(&m, "logits");
    const struct stamp_tensor_sum *s = stamp_tensors_sum(t, q, 1);

    for (uint64_t doc = 1; doc <= 3; doc++) {
        ck_assert_int_eq(stamp_tensors_begin(t, 2, &e), STAMP_OK);
        ck_assert_int_eq(stamp_tensors_compare(t, q, 1, 2, 2, off, &e), STAMP_ERANGE);
        ck_assert_int_eq(stamp_tensors_keep(t, q, 1, 2, 2, ref, &e), STAMP_OK);
        ck_assert_int_eq(stamp_tensors_compare(t, q, 1, 1, 2, off, &e), STAMP_ERANGE);
        ck_assert_int_eq(stamp_tensors_compare(t, q, 0, 2, 2, off, &e), STAMP_ERANGE);
        ck_assert_int_eq(stamp_tensors_compare(t, q, 1, 2, 2, doc == 2 ? ref : off, &e), STAMP_OK);
        ck_assert_uint_eq(s->rows, 2 * doc);
        ck_assert_double_eq(s->signal, 30.0 * (double)doc);
        ck_assert_double_eq(s->noise, doc < 3 ? 1 : 2);
    }
    ck_assert_double_eq_tol(stamp_tensor_db(s), 16.532125, 1e-6); /* 10 log10 45 */
    ck_assert_int_eq(stamp_tensors_keep(t, logits, 0, 2, 2, zero, &e), STAMP_OK);
    ck_assert_int_eq(stamp_tensors_compare(t, logits, 0, 2, 2, zero, &e), STAMP_OK);
    ck_assert(isinf(stamp_tensor_db(stamp_tensors_sum(t, logits, 0))));
    stamp_tensors_free(t);
    drop_shape(&m);
}
END_TEST

START_TEST(a_broken_tensor_shows_from_where_it_is)
{
    struct stamp_network *m = net_random_open(net_random_llama);
    struct stamp_tensors *t = stamp_tensors_new(m);
    const struct stamp_graph *g = m->graph;
    bool broken = false;

    ck_assert_int_eq(stamp_tensors_begin(t, N, NULL), STAMP_OK);
    ck_assert_int_eq(forward(m, stamp_tensors_keep, t), STAMP_OK);
    net_vector(m, "norm.ffn", 1)[5] *= 1.25f;
    ck_assert_int_eq(forward(m, stamp_tensors_compare, t), STAMP_OK);
    for (struct stamp_gat at = STAMP_GRAPH_START; stamp_graph_next(g, &at);) {
        const uint32_t v = g->node[at.node].out;
        if (!g->value[v].probe || stamp_graph_block(g, at.node) == STAMP_NO_BLOCK) continue;
        const struct stamp_tensor_sum *s = stamp_tensors_sum(t, v, at.time);
        broken = broken || (at.time == 1 && !strcmp(g->value[v].name, "norm_ffn"));
        ck_assert_uint_eq(s->rows, N);
        ck_assert_msg((s->noise > 0) == broken, "%s of layer %u", g->value[v].name, at.time);
    }
    ck_assert(broken);
    ck_assert_double_gt(stamp_tensors_sum(t, value(m, "logits"), 0)->noise, 0);
    stamp_tensors_free(t);
    stamp_network_close(m);
}
END_TEST

START_TEST(more_than_the_memory_allows_is_refused_with_a_line)
{
    /* 4 bytes, 2 layers of 4 x 1000 + 2 x 1000 + 2 x 500 + 3000, and 2 x 1000 + 5000: 108000 */
    struct stamp_network m = {
        .family = &stamp_family_llama,
        .vocab = 5000,
        .ctx = 4,
        .dec = {
            .layers = 2, .dim = 1000, .heads = 10, .kv_heads = 5, .head_dim = 100, .hidden = 3000}};
    struct stamp_err e = {0};

    ck_assert_msg(net_shape(&m, &e) != NULL, "%s", e.text);
    struct stamp_tensors *t = stamp_tensors_new(&m);
    ck_assert_int_eq(stamp_tensors_begin(t, 9942, &e), STAMP_OK); /* 2^30 / 108000 = 9942.05 */
    ck_assert_int_eq(stamp_tensors_begin(t, 9943, &e), STAMP_ERANGE);
    ck_assert_ptr_nonnull(strstr(e.text, "9942 tokens fit"));
    stamp_tensors_free(t);
    drop_shape(&m);
}
END_TEST

Suite *stamp_suite_tensors(void)
{
    Suite *s = suite_create("tensors");
    TCase *c = tcase_create("tensors");

    tcase_set_timeout(c, 300);
    tcase_add_loop_test(c, a_machine_has_the_networks_tensors_to_the_bit, 0, 9);
    tcase_add_test(c, whoever_looks_can_end_the_run);
    tcase_add_loop_test(c, tensors_in_f32_are_what_the_layers_read_and_give, 0, 3);
    tcase_add_test(c, signal_and_noise_add_up_over_documents);
    tcase_add_test(c, a_broken_tensor_shows_from_where_it_is);
    tcase_add_test(c, more_than_the_memory_allows_is_refused_with_a_line);
    suite_add_tcase(s, c);
    return s;
}
