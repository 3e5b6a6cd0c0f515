/* SPDX-License-Identifier: Apache-2.0 */
/* test_graph_lower.c - graphs that are run in C, or compiled, as they say, or refused by a node's name. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "model/net/net.h"
#include "tests/compiler/net_pair.h"
#include "tests/compiler/net_random.h"
#include "tests/model/graph_of.h"

Suite *stamp_suite_graph_lower(void);

enum { DIM = 8, VOCAB = 20, TOKENS = 24 };

/* ---- In C: weights and rows that follow from where they are ------------------------------------ */

static enum stamp_status weights(void *ctx, struct stamp_gat at, struct stamp_weights *out,
                                 struct stamp_err *e)
{
    const struct stamp_graph *g = ctx;
    const struct stamp_gnode *n = &g->node[at.node];
    const struct stamp_gparam *p = &g->param[n->in[1] & ~STAMP_PARAM];
    const unsigned bits = n->attr.kind == STAMP_GLINEAR_HEAD ? 8 : 4;
    const enum stamp_status s = stamp_weights_alloc(bits, 0, p->rows, p->cols, out, e);

    if (s) return s;
    for (uint32_t i = 0; i < p->rows * p->cols; i++) out->code[i] = (int8_t)((int)(i % 13) - 6);
    for (uint32_t i = 0; i < p->rows; i++) out->scale[i] = 0.125f;
    stamp_weights_sum(out);
    return STAMP_OK;
}

static void row(void *ctx, uint32_t param, uint32_t r, float *x)
{
    (void)ctx;
    (void)param;
    for (uint32_t i = 0; i < DIM; i++) x[i] = (float)((r * 7 + i * 5) % 11) - 4.25f;
}

/* The last value of a graph, over all tokens. */
static void run(const char *body, float y[TOKENS * VOCAB])
{
    static const int32_t tokens[TOKENS] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3};
    struct stamp_net_options o = {
        .scheme = stamp_scheme_default(), .kv = {8, 0, false}, .threads = 1};
    struct stamp_err e = {0};
    struct stamp_graph *g = graph_of(body, &e);
    struct stamp_net *net = NULL;

    o.scheme.high_rows = 2;
    ck_assert_msg(g != NULL, "%s", e.text);
    const struct stamp_net_model m = {
        .graph = g, .ctx_tokens = TOKENS, .weights = weights, .row = row, .ctx = g};
    ck_assert_msg(!stamp_net_new(&m, &o, &net, &e), "%s", e.text);
    ck_assert_msg(!stamp_net_prefill(net, tokens, TOKENS, 0, y, &e), "%s", e.text);
    stamp_net_free(net);
    stamp_graph_free(g);
}

#define ROWS                                                                                       \
    "param t MATRIX 20 8\nparam w MATRIX 8 8\nparam u MATRIX 20 8\nids = IDS\n"                    \
    "x = GATHER %t ids\n"

/* A product overwrites the rows it reads, unless they are read again: here as rows that are picked. */
START_TEST(rows_read_again_as_picked_ones_are_whole)
{
    static float with[TOKENS * VOCAB], without[TOKENS * VOCAB];

    run(ROWS "a = LINEAR x %w kind=BODY\np = PICK x kind=RUN\ny = LINEAR p %u kind=HEAD\n", with);
    run(ROWS "p = PICK x kind=RUN\ny = LINEAR p %u kind=HEAD\n", without);
    ck_assert_mem_eq(with, without, sizeof with);
}
END_TEST

/* The same of rows from before a block, which its every repetition reads. */
START_TEST(rows_read_in_every_repetition_are_whole_each_time)
{
    static float with[TOKENS * VOCAB], without[TOKENS * VOCAB];

#define BEFORE ROWS "z = GATHER %t ids\n"
    run(BEFORE "block b 2 x y {\ny = LINEAR z %w kind=BODY\n}\nl = LINEAR y %u kind=HEAD\n", with);
    run(BEFORE "y = LINEAR z %w kind=BODY\nl = LINEAR y %u kind=HEAD\n", without);
    ck_assert_mem_eq(with, without, sizeof with);
}
END_TEST

START_TEST(no_rows_at_all_are_refused)
{
    static const char text[] = "x = INPUT rows=3 cols=8\nt = INPUT cols=8\n"
                               "y = ATTEND x t t kind=FULL heads=2 kv_heads=2 head_dim=4\n";
    const struct stamp_net_options o = {
        .scheme = stamp_scheme_default(), .kv = {8, 0, false}, .threads = 1};
    static const float rows[2][3 * DIM] = {{1}, {2}};
    const float *const in[] = {rows[0], rows[1]};
    struct stamp_err e = {0};
    struct stamp_graph *g = graph_of(text, &e);
    struct stamp_net *net = NULL;
    float y[3 * DIM];

    ck_assert_msg(g != NULL, "%s", e.text);
    const struct stamp_net_model m = {.graph = g, .ctx_tokens = 3};
    ck_assert_msg(!stamp_net_new(&m, &o, &net, &e), "%s", e.text);
    for (uint32_t n = 0; n <= 4; n++)
        ck_assert_msg(stamp_net_inputs(net, &(struct stamp_ginputs){n, in}, y, &e) ==
                          (n >= 1 && n <= 3 ? STAMP_OK : STAMP_ERANGE),
                      "%u: %s", n, e.text);
    stamp_net_free(net);
    stamp_graph_free(g);
}
END_TEST

/* ---- Programs ---------------------------------------------------------------------------------- */

static void refused(struct stamp_network *m, const struct stamp_qmodel *q, const char *say)
{
    const struct stamp_compile_options o = {.mach = stamp_mach_find("tiny")};
    const struct stamp_net_spec spec = {.model = m,
                                        .weights = q,
                                        .scheme = stamp_scheme_default(),
                                        .kv = {8, 0, false},
                                        .s = 5,
                                        .ctx = 6};
    struct stamp_image *image = NULL;
    struct stamp_err e = {0};

    ck_assert_int_eq((int)stamp_compile_net(&spec, &o, &image, NULL, NULL, &e),
                     (int)STAMP_EUNSUPPORTED);
    ck_assert_ptr_null(image);
    ck_assert_msg(strstr(e.text, say) != NULL, "%s", e.text);
}

START_TEST(graphs_no_program_has_are_refused)
{
    static const char *const cases[][2] = {
        {ROWS "a = ATTEND x x x kind=CAUSAL heads=2 kv_heads=2 head_dim=4 cache=1\n"
              "y = ATTEND a a a kind=CAUSAL heads=2 kv_heads=2 head_dim=4 cache=1\n",
         "y: a second attention with a cache"},
        {ROWS "block b 2 x y {\ny = LINEAR x %w kind=BODY\n}\n",
         "b goes on from y in place y, not x"},
    };
    struct stamp_err e = {0};
    struct stamp_graph *g = graph_of(cases[_i][0], &e);
    struct stamp_network m = {.graph = g, .ctx = 8};

    ck_assert_msg(g != NULL, "%s", e.text);
    refused(&m, NULL, cases[_i][1]);
    stamp_graph_free(g);
}
END_TEST

/* Each norm has its own: programs and the network in C agree, and differ from one epsilon for all. */
START_TEST(norms_of_different_epsilon_are_each_their_own)
{
    static const char *const names[] = {"norm_ffn", "q_normed", "k_normed", "norm"};
    static const int32_t tokens[5] = {3, 1, 4, 1, 5};
    const struct stamp_compile_options o = {.mach = stamp_mach_find("tiny")};
    struct net_pair p = {
        .m = net_random_open(net_random_qwen3),
        .spec = {.scheme = stamp_scheme_default(), .kv = {8, 0, false}, .s = 5, .ctx = 6}};
    struct stamp_err e = {0};
    const uint32_t v = stamp_graph_value(p.m->graph, names[_i]);

    ck_assert_uint_ne(v, UINT32_MAX);
    p.m->graph->node[v].attr.eps = 0.25f;
    ck_assert_msg(!stamp_qmodel_new(p.m, 4, 8, 0, &p.q, &e), "%s", e.text);
    p.spec.model = p.m;
    p.spec.weights = p.q;
    ck_assert_msg(!stamp_compile_net(&p.spec, &o, &p.image, NULL, NULL, &e), "%s", e.text);
    net_pair_start(&p);
    net_pair_prefill(&p, tokens);
    net_pair_close(&p);
}
END_TEST

Suite *stamp_suite_graph_lower(void)
{
    Suite *s = suite_create("graph_lower");
    TCase *c = tcase_create("graph_lower");

    tcase_set_timeout(c, 60);
    tcase_add_test(c, rows_read_again_as_picked_ones_are_whole);
    tcase_add_loop_test(c, graphs_no_program_has_are_refused, 0, 2);
    tcase_add_loop_test(c, norms_of_different_epsilon_are_each_their_own, 0, 4);
    tcase_add_test(c, rows_read_in_every_repetition_are_whole_each_time);
    tcase_add_test(c, no_rows_at_all_are_refused);
    suite_add_tcase(s, c);
    return s;
}
