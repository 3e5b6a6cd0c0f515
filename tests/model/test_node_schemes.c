/* SPDX-License-Identifier: Apache-2.0 */
/* test_node_schemes.c - schemes of single layers: who shares one, what is refused, and the network in C under
 * a scheme for each input against the second model, which gets them in a list of its own. */
#include <check.h>
#include <string.h>

#include "model/graph/schemes.h"
#include "model/mem.h"
#include "tests/model/net_second.h"
#include "tests/model/net_tiny.h"

enum { VOCAB = 11, TOKENS = 41, NODES = 64 };

static struct second_net second;
static struct stamp_scheme of_node[NODES];

static void make(struct tiny_net *t, struct rnd *r)
{
    const struct second_shape s = {.dim = 8,
                                   .hidden = 12,
                                   .layers = 2,
                                   .heads = 4,
                                   .kv_heads = 2,
                                   .head_dim = 4,
                                   .vocab = VOCAB,
                                   .ctx = SECOND_TOKENS,
                                   .eps = 1e-5f};
    tiny_make(t, r, s, 4, 8, 0, false);
    ck_assert_uint_le(t->model.graph->nodes, NODES);
    for (int i = 0; i < NODES; i++) of_node[i] = stamp_scheme_default();
}

static struct stamp_scheme some_scheme(struct rnd *r)
{
    static const enum stamp_transform all[] = {STAMP_NONE, STAMP_HAAR};
    struct stamp_scheme q = stamp_scheme_default();

    q.transform = all[rnd_below(r, 2)];
    q.depth = (int)rnd_below(r, 4) - 1;
    q.high_rows = rnd_below(r, 9);
    q.act_bits = rnd_below(r, 3) ? 4 : 8;
    q.symmetric = rnd_below(r, 2);
    q.sink = rnd_below(r, 2);
    return q;
}

/* The node that makes the value. */
static uint32_t node_of(const struct stamp_graph *g, const char *name)
{
    const uint32_t v = stamp_graph_value(g, name);
    ck_assert_uint_ne(v, UINT32_MAX);
    return g->value[v].node;
}

START_TEST(each_input_has_a_scheme_of_its_own_as_in_the_second_model)
{
    static const char *const by[SECOND_INPUTS] = {"k", "o", "gate", "down"};
    struct rnd r = rnd_start(91);

    for (int round = 0; round < 25; round++) {
        static float got[TOKENS * VOCAB];
        static uint32_t want[TOKENS * VOCAB];
        struct stamp_scheme own[SECOND_INPUTS];
        int32_t tokens[TOKENS];
        struct stamp_net *net = NULL;
        struct stamp_err e = {0};
        struct tiny_net t;
        make(&t, &r);
        for (int i = 0; i < SECOND_INPUTS; i++) {
            own[i] = some_scheme(&r);
            ck_assert_msg(!stamp_scheme_set(t.model.graph, of_node, by[i], &own[i], &e), "%s",
                          e.text);
        }
        const struct stamp_net_options o = {.scheme = stamp_scheme_default(),
                                            .of_node = of_node,
                                            .kv = {4, 3, false},
                                            .threads = 1};
        for (int i = 0; i < TOKENS; i++) tokens[i] = (int32_t)rnd_below(&r, VOCAB);
        second.m = &t.m;
        second.q = o.scheme;
        second.own = own;
        second.kv = o.kv;
        second_prefill(&second, tokens, TOKENS, want);
        ck_assert_msg(!stamp_net_new(&t.model, &o, &net, &e), "%s", e.text);
        ck_assert_int_eq((int)stamp_net_prefill(net, tokens, TOKENS, 0, got, &e), 0);
        ck_assert_msg(!memcmp(got, want, sizeof got), "round %d" RND_FMT, round, rnd_seed());
        stamp_net_free(net);
        tiny_free(&t);
    }
}
END_TEST

START_TEST(layers_that_share_an_input_share_its_scheme)
{
    struct rnd r = rnd_start(92);
    struct stamp_scheme q = stamp_scheme_default();
    struct stamp_err e = {0};
    struct tiny_net t;

    make(&t, &r);
    const struct stamp_graph *g = t.model.graph;
    q.high_rows = 3;
    ck_assert_int_eq((int)stamp_scheme_set(g, of_node, "v", &q, &e), 0);
    ck_assert_uint_eq(of_node[node_of(g, "q")].high_rows, 3);
    ck_assert_uint_eq(of_node[node_of(g, "k")].high_rows, 3);
    ck_assert_uint_eq(of_node[node_of(g, "v")].high_rows, 3);
    ck_assert_uint_eq(of_node[node_of(g, "o")].high_rows, 64);
    ck_assert_uint_eq(of_node[node_of(g, "up")].high_rows, 64);

    const struct stamp_schemes all = {stamp_scheme_default(), of_node};
    ck_assert_int_eq((int)stamp_schemes_check(g, &all, &e), 0);
    of_node[node_of(g, "k")].sink = false;
    ck_assert_int_eq((int)stamp_schemes_check(g, &all, &e), (int)STAMP_ERANGE);
    ck_assert_str_eq(e.text, "q and k read the same value: one scheme");
    of_node[node_of(g, "k")].sink = true;
    of_node[node_of(g, "down")].block = 64;
    ck_assert_int_eq((int)stamp_schemes_check(g, &all, &e), (int)STAMP_ERANGE);
    ck_assert_str_eq(e.text, "down: bits and block of the weights are those of the whole network");
    of_node[node_of(g, "down")].block = 0;
    of_node[node_of(g, "down")].act_bits = 5;
    ck_assert_int_eq((int)stamp_schemes_check(g, &all, &e), (int)STAMP_ERANGE);
    ck_assert_str_eq(e.text, "down: activation bits 5: must be 4, 8 or f32");
    tiny_free(&t);
}
END_TEST

START_TEST(what_has_no_scheme_is_refused_by_its_name)
{
    struct rnd r = rnd_start(93);
    struct stamp_scheme q = stamp_scheme_default();
    struct stamp_err e = {0};
    struct tiny_net t;

    make(&t, &r);
    const struct stamp_graph *g = t.model.graph;
    ck_assert_int_eq((int)stamp_scheme_set(g, of_node, "none", &q, &e), (int)STAMP_ERANGE);
    ck_assert_str_eq(e.text, "none: the network has no value of this name");
    ck_assert_int_eq((int)stamp_scheme_set(g, of_node, "silu", &q, &e), (int)STAMP_ERANGE);
    ck_assert_str_eq(e.text, "silu: not made by a linear layer that is quantized by the scheme");
    q.weight_bits = 8;
    ck_assert_int_eq((int)stamp_scheme_set(g, of_node, "q", &q, &e), (int)STAMP_ERANGE);
    ck_assert_str_eq(e.text, "q: bits and block of the weights are those of the whole network");
    const struct stamp_schemes all = {q, NULL};
    const struct stamp_scheme head = stamp_scheme_of(g, &all, g->value[g->values - 1].node);
    ck_assert_int_eq((int)head.transform, (int)STAMP_NONE);
    ck_assert_uint_eq(head.act_bits, 8);
    ck_assert_uint_eq(head.high_rows, 0);
    tiny_free(&t);
}
END_TEST

Suite *stamp_suite_node_schemes(void);

Suite *stamp_suite_node_schemes(void)
{
    Suite *s = suite_create("node_schemes");
    TCase *c = tcase_create("node_schemes");
    tcase_set_timeout(c, 300);
    tcase_add_test(c, each_input_has_a_scheme_of_its_own_as_in_the_second_model);
    tcase_add_test(c, layers_that_share_an_input_share_its_scheme);
    tcase_add_test(c, what_has_no_scheme_is_refused_by_its_name);
    suite_add_tcase(s, c);
    return s;
}
