/* SPDX-License-Identifier: Apache-2.0 */
/* test_graph_text.c - a graph as text and back, for Graphviz, and in too little memory. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/graph/build.h"
#include "model/mem.h"
#include "tests/model/graph_of.h"
#include "tests/skip.h"

Suite *stamp_suite_graph_text(void);

static char *printed(const struct stamp_graph *g)
{
    struct stamp_text t = {0};

    stamp_graph_print(g, &t);
    ck_assert(!t.failed && t.s);
    return t.s;
}

/* Text to graph to text: the same graph, the same text. */
static void around(const struct stamp_graph *g)
{
    char *text = printed(g);
    struct stamp_graph *back = NULL;
    struct stamp_err e = {0};

    ck_assert_msg(!stamp_graph_parse(text, strlen(text), &back, &e), "%s of\n%s", e.text, text);
    const char *differs = graph_differs(g, back);
    ck_assert_msg(!differs, "%s differs in\n%s", differs, text);
    char *again = printed(back);
    ck_assert_str_eq(text, again);
    stamp_free(text);
    stamp_free(again);
    stamp_graph_free(back);
}

START_TEST(every_family_goes_through_text_and_comes_back)
{
    struct stamp_graph *g = graph_of_family(_i);

    around(g);
    stamp_graph_free(g);
}
END_TEST

static const char *const odd[] = {
    "param used ROWS 4 2\nparam never MATRIX 2 2\n"
    "p = PICTURE channels=1 height=4 width=2 patch=1\nparam last VECTOR 1 3\n",
    /* declared outside, read inside only */
    "param g VECTOR 1 1\nx = IDS\nblock b 3 x y {\ny = NORM x %g kind=RMS eps=1e-9\n}\n",
    /* the same, a table between, one of the block's own that nothing reads */
    "x = IDS\nparam g VECTOR 1 1\nparam t TABLE 1 1\nblock b 3 x y {\nparam own VECTOR 1 1\n"
    "param t2 TABLE 1 4\ny = NORM x %g kind=RMS eps=0.1\nparam spare MATRIX 2 2\n}\n"
    "param tail MATRIX 1 1\n",
    /* two blocks behind each other, what each has; values named as words of the text */
    "param = IDS\nblock a 1 param block {\nparam w MATRIX 1 1\nblock = LINEAR param %w kind=HEAD\n"
    "}\nblock c 4096 block graph {\nparam v MATRIX 1 1\ngraph = LINEAR block %v kind=BODY\n}\n",
    "x = IDS : place=h by=many probe\ny = UNARY x kind=SILU : place=h probe\nz = PICK y kind=RUN "
    ": by=end\n",
    "x = IDS\nparam g VECTOR 1 1\ny = NORM x %g kind=RMS eps=1.17549435e-38 group=1\n"
    "z = NORM y %g kind=RMS eps=0.1 group=0\n",
};

START_TEST(odd_graphs_go_through_text_and_come_back)
{
    struct stamp_err e;
    struct stamp_graph *g = graph_of(odd[_i], &e);

    ck_assert_msg(g != NULL, "%s", e.text);
    around(g);
    stamp_graph_free(g);
}
END_TEST

START_TEST(words_spaces_and_comments_make_no_difference)
{
    struct stamp_err e;
    struct stamp_graph *g =
        graph_of("\t x = IDS # all of it\r\n\n#\n  y = UNARY x kind=SILU:\n", &e);

    ck_assert(!g && strstr(e.text, "line 5: no kind of this op: SILU:"));
    g = graph_of("\t x = IDS # all of it\r\n\n#\n  y =\tUNARY kind=SILU x :   probe", &e);
    ck_assert_msg(g != NULL, "%s", e.text);
    char *text = printed(g);
    ck_assert_str_eq(text,
                     "graph t\nx = IDS  # run x 1\ny = UNARY x kind=SILU : probe  # run x 1\n");
    stamp_free(text);
    stamp_graph_free(g);
}
END_TEST

START_TEST(an_order_of_parameters_that_no_text_has_is_refused)
{
    struct stamp_err e;
    static const char text[] =
        "x = IDS\nblock b 2 x y {\nparam own VECTOR 1 1\ny = NORM x %own kind=RMS\n}\n"
        "block c 2 y z {\nparam its VECTOR 1 1\nz = NORM y %its kind=RMS\n}\n"
        "param out VECTOR 1 1\nu = NORM z %out kind=RMS\n";
    const uint32_t late = STAMP_PARAM | 2;

    for (int i = 0; i < 2; i++) {
        struct stamp_graph *g = graph_of(text, &e);
        ck_assert_msg(g != NULL, "%s", e.text);
        ck_assert_int_eq((int)stamp_graph_check(g, &e), STAMP_OK);
        if (i == 0) { /* blocks' parameters the other way round */
            g->param[0].block = 1;
            g->param[1].block = 0;
            g->node[1].in[1] = STAMP_PARAM | 1;
            g->node[2].in[1] = STAMP_PARAM;
        } else { /* one behind all blocks, read in the first */
            g->node[1].in[1] = late;
        }
        ck_assert_int_eq((int)stamp_graph_check(g, &e), (int)STAMP_EFORMAT);
        ck_assert_msg(strstr(e.text, i ? "out: read before it can be declared"
                                       : "own: read before it can be declared") ||
                          strstr(e.text, "its: declared behind a parameter of a later part"),
                      "%s", e.text);
        stamp_graph_free(g);
    }
}
END_TEST

/* ---- Graphviz ---------------------------------------------------------------------------------- */

static size_t count_of(const char *text, const char *what)
{
    size_t n = 0;

    for (; (text = strstr(text, what)); text++) n++;
    return n;
}

/* Nodes, edges and clusters as many as the graph has. */
START_TEST(graphviz_gets_every_node_edge_and_block)
{
    struct stamp_graph *g = graph_of_family(_i);
    struct stamp_text t = {0};
    size_t values = 0, params = 0;

    stamp_graph_dot(g, &t);
    for (uint32_t i = 0; i < g->nodes; i++)
        for (uint32_t k = 0; k < g->node[i].ins; k++)
            (*(g->node[i].in[k] & STAMP_PARAM ? &params : &values))++;
    ck_assert_uint_eq(count_of(t.s, " -> "), values + params + g->blocks);
    ck_assert_uint_eq(count_of(t.s, "style=dotted"), params);
    ck_assert_uint_eq(count_of(t.s, "subgraph cluster_"), g->blocks);
    ck_assert_uint_eq(count_of(t.s, "{"), count_of(t.s, "}"));
    ck_assert_uint_eq(count_of(t.s, "\"") % 2, 0);
    stamp_free(t.s);
    stamp_graph_free(g);
}
END_TEST

START_TEST(graphviz_itself_reads_it)
{
    struct stamp_graph *g = graph_of_family(_i);
    struct stamp_text t = {0};

    stamp_graph_dot(g, &t);
    stamp_graph_free(g);
    if (system("command -v dot > /dev/null") != 0) {
        test_skip("no dot of Graphviz: whether it reads what is printed for it");
        stamp_free(t.s);
        return;
    }
    FILE *f = popen("dot -Tcanon > /dev/null", "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(t.s, 1, t.len, f), t.len);
    ck_assert_int_eq(pclose(f), 0);
    stamp_free(t.s);
}
END_TEST

/* ---- Memory ------------------------------------------------------------------------------------ */

/* Building, printing, reading and the steps of a family's graph. */
static enum stamp_status all_of(int i, struct stamp_err *e)
{
    struct stamp_graph *g = NULL, *back = NULL;
    struct stamp_gsteps steps = {0};
    struct stamp_text t = {0};
    enum stamp_status s = graph_of_family_into(i, &g, e);

    if (!s) stamp_graph_print(g, &t);
    if (!s) stamp_graph_dot(g, &t);
    if (t.failed) s = stamp_fail(e, STAMP_ENOMEM, "no text");
    if (!s) s = stamp_graph_parse(t.s, (size_t)(strstr(t.s, "digraph") - t.s), &back, e);
    if (!s) s = stamp_gsteps_of(back, &steps, e);
    stamp_gsteps_free(&steps);
    stamp_free(t.s);
    stamp_graph_free(back);
    stamp_graph_free(g);
    return s;
}

START_TEST(each_allocation_that_fails_is_said)
{
    size_t n = 1;

    for (;; n++) {
        struct stamp_err e = {0};
        stamp_mem_fail_at(n);
        const enum stamp_status s = all_of(_i, &e);
        if (stamp_mem_fail_at(0)) {
            ck_assert_msg(!s, "%s", e.text);
            break;
        }
        ck_assert_msg(s == STAMP_ENOMEM, "allocation %zu: status %d, %s", n, (int)s, e.text);
        ck_assert_msg(e.text[0], "allocation %zu: no line", n);
    }
    ck_assert_uint_gt(n, 30);
}
END_TEST

START_TEST(as_many_nodes_as_may_be_and_one_more)
{
    for (uint32_t more = 0; more < 2; more++) {
        struct stamp_graph *g = NULL;
        struct stamp_err e = {0};
        struct stamp_gb b;
        char name[16];

        stamp_gb_start(&b, "t", &e);
        for (uint32_t i = 0; i < STAMP_GRAPH_MAX + more; i++) {
            snprintf(name, sizeof name, "v%u", i);
            stamp_gb_node(&b, STAMP_GOP_IDS, (struct stamp_gout){.name = name},
                          (struct stamp_gattr){0}, 0, NULL);
        }
        ck_assert_int_eq((int)stamp_gb_finish(&b, &g), more ? (int)STAMP_ERANGE : STAMP_OK);
        if (!more) around(g);
        stamp_graph_free(g);
    }
}
END_TEST

Suite *stamp_suite_graph_text(void)
{
    Suite *s = suite_create("graph_text");
    TCase *c = tcase_create("graph_text");

    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, every_family_goes_through_text_and_comes_back, 0, GRAPH_FAMILIES);
    tcase_add_loop_test(c, odd_graphs_go_through_text_and_come_back, 0,
                        (int)(sizeof odd / sizeof odd[0]));
    tcase_add_test(c, words_spaces_and_comments_make_no_difference);
    tcase_add_test(c, an_order_of_parameters_that_no_text_has_is_refused);
    tcase_add_loop_test(c, graphviz_gets_every_node_edge_and_block, 0, GRAPH_FAMILIES);
    tcase_add_loop_test(c, graphviz_itself_reads_it, 0, GRAPH_FAMILIES);
    tcase_add_loop_test(c, each_allocation_that_fails_is_said, 0, GRAPH_FAMILIES);
    tcase_add_test(c, as_many_nodes_as_may_be_and_one_more);
    suite_add_tcase(s, c);
    return s;
}
