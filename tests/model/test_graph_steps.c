/* SPDX-License-Identifier: Apache-2.0 */
/* test_graph_steps.c - what is done at once: the steps of each family, and what is refused. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "tests/model/graph_of.h"

Suite *stamp_suite_graph_steps(void);

#define LLAMA_TAIL                                                                                 \
    "  linears o: attention -> residual_att of o add embedding\n"                                  \
    "  norm norm_ffn: residual_att -> norm_ffn\n"                                                  \
    "  linears gateup: norm_ffn -> hidden of gate,up gate\n"                                       \
    "  linears down: hidden -> residual_ffn of down add residual_att\n"                            \
    "input picked: residual_ffn -> picked\n"                                                       \
    "norm norm: picked -> norm\n"                                                                  \
    "linears head: norm -> logits of logits\n"
#define LLAMA_HEAD                                                                                 \
    "input tokens: - -> tokens\n"                                                                  \
    "gather embedding: embedding.weight -> embedding\n"                                            \
    "  norm norm_att: embedding -> norm_att\n"                                                     \
    "  linears qkv: norm_att -> q of q,k,v\n"

static const char *const families[GRAPH_FAMILIES] = {
    LLAMA_HEAD
    "  attend attention: q -> attention k k v v norms - - turned rope.frequency\n" LLAMA_TAIL,
    LLAMA_HEAD
    "  attend attention: q -> attention k k v v norms - - turned rope.frequency\n" LLAMA_TAIL,
    LLAMA_HEAD "  attend attention: q -> attention k k v v norms q_normed k_normed turned "
               "rope.frequency\n" LLAMA_TAIL,
    "input picture: - -> picture\n"
    "linears patch: picture -> patches of patches\n"
    "prepend tokens: patches -> tokens\n"
    "add embedding: tokens -> embedding positions\n"
    "  norm norm_att: embedding -> norm_att\n"
    "  linears qkv: norm_att -> q of q,k,v\n"
    "  attend attention: q -> attention k k v v norms - - turned -\n"
    "  linears o: attention -> residual_att of o add embedding\n"
    "  norm norm_ffn: residual_att -> norm_ffn\n"
    "  linears fc1: norm_ffn -> hidden of fc1 gelu\n"
    "  linears fc2: hidden -> residual_ffn of fc2 add residual_att\n"
    "input picked: residual_ffn -> picked\n"
    "norm norm: picked -> norm\n"
    "linears head: norm -> logits of logits\n"};

START_TEST(the_steps_of_a_family_are_these)
{
    struct stamp_graph *g = graph_of_family(_i);
    struct stamp_gsteps steps;
    struct stamp_err e = {0};

    ck_assert_msg(!stamp_gsteps_of(g, &steps, &e), "%s", e.text);
    char *text = graph_steps_text(g, &steps);
    ck_assert_str_eq(text, families[_i]);
    stamp_free(text);
    stamp_gsteps_free(&steps);
    stamp_graph_free(g);
}
END_TEST

#define START                                                                                      \
    "param table MATRIX 20 8\nparam t TABLE 1 2\nparam u TABLE 1 2\nparam g8 VECTOR 1 8\n"         \
    "param g4 VECTOR 1 4\nparam g2 VECTOR 1 2\nparam w MATRIX 8 8\nparam w2 MATRIX 8 8\n"          \
    "param w3 MATRIX 8 8\nparam b VECTOR 1 8\nids = IDS\nx = GATHER %table ids\n"
#define QKV    "q = LINEAR x %w kind=BODY\nk = LINEAR x %w2 kind=BODY\nv = LINEAR x %w3 kind=BODY\n"
#define ATTEND "kind=CAUSAL heads=2 kv_heads=2 head_dim=4 cache=1\n"
#define TURNED QKV "qt = ROPE q %t head_dim=4\nkt = ROPE k %t head_dim=4\n"

struct case_of {
    const char *text, *say; /* a line of the steps, or of the refusal, which begins with '!' */
};

static const struct case_of cases[] = {
    /* sums behind a product */
    {"a = LINEAR x %w kind=BODY\ny = BINARY a x kind=ADD\n", "linears a: x -> y of a add x\n"},
    {"a = LINEAR x %w kind=BODY\ny = BINARY x a kind=ADD\n", "linears a: x -> y of a add x\n"},
    {"a = LINEAR x %w kind=BODY\nn = NORM x %g8 kind=RMS\ny = BINARY a n kind=ADD\n",
     "!y: BINARY: by itself"}, /* n is made later */
    {"a = LINEAR x %w kind=BODY\ny = BINARY a a kind=ADD\n", "!y: BINARY: by itself"},
    {"a = LINEAR x %w kind=BODY\ny = BINARY a x kind=MUL\n", "!y: BINARY: by itself"},
    {"a = LINEAR x %w kind=BODY : probe\ny = BINARY a x kind=ADD\n", "!y: BINARY: by itself"},
    {"a = LINEAR x %w kind=BODY\ny = UNARY a kind=GELU\n", "linears a: x -> y of a gelu\n"},
    {"a = LINEAR x %w kind=BODY\ny = UNARY a kind=SILU\n", "!y: UNARY: by itself"},
    /* over the edge of a block */
    {"a = LINEAR x %w kind=BODY\nblock b 2 a y {\ny = BINARY a x kind=ADD\n}\n",
     "!y: BINARY: by itself"},
    {"a = LINEAR x %w kind=BODY\nblock b 2 x y {\ny = BINARY x a kind=ADD\n}\n",
     "!y: BINARY: by itself"},
    {"a = LINEAR x %w kind=BODY\nblock b 2 a y {\ny = UNARY a kind=GELU\n}\n",
     "!y: UNARY: by itself"},
    {"block b 2 x a {\na = LINEAR x %w kind=BODY\n}\ny = UNARY a kind=GELU\n",
     "!y: UNARY: by itself"},
    /* gates */
    {"a = LINEAR x %w kind=BODY\nc = LINEAR x %w2 kind=BODY\ns = UNARY a kind=SILU\n"
     "y = BINARY c s kind=MUL\n",
     "linears ac: x -> y of a,c gate\n"},
    {"a = LINEAR x %w kind=BODY\nc = LINEAR x %w2 kind=BODY\ns = UNARY c kind=SILU\n"
     "y = BINARY s a kind=MUL\n",
     "!s: UNARY: by itself"},
    {"a = LINEAR x %w kind=BODY\nc = LINEAR x %w2 kind=BODY\ns = UNARY a kind=SILU : probe\n"
     "y = BINARY c s kind=MUL\n",
     "!s: UNARY: by itself"},
    /* products of one input: not of another kind, nor one with a bias and one without */
    {"a = LINEAR x %w kind=BODY\ny = LINEAR x %w2 kind=HEAD\n", "linears a: x -> a of a\n"},
    {"a = LINEAR x %w kind=BODY\ny = LINEAR x %w2 %b kind=BODY\n", "linears a: x -> a of a\n"},
    {"a = LINEAR x %w kind=BODY\ny = LINEAR x %w2 kind=BODY\n", "linears ay: x -> a of a,y\n"},
    {"a = LINEAR x %w kind=BODY : place=h\nc = NORM a %g8 kind=RMS : place=z\n"
     "y = LINEAR x %w2 kind=BODY : place=h\n",
     "!a and y are made at once and share place h"},
    /* attention */
    {TURNED "y = ATTEND qt kt v " ATTEND, "attend y: q -> y k k v v norms - - turned t\n"},
    {QKV "y = ATTEND q k v " ATTEND, "attend y: q -> y k k v v norms - - turned -\n"},
    {TURNED "y = ATTEND qt k v " ATTEND, "!kt: ROPE: by itself"},
    {QKV "qt = ROPE q %t head_dim=4\ny = ATTEND qt k v " ATTEND,
     "!y: ATTEND: queries and keys are not turned by the same"},
    {QKV "kt = ROPE k %t head_dim=4\ny = ATTEND q kt v " ATTEND,
     "!y: ATTEND: queries and keys are not turned by the same"},
    {QKV "qt = ROPE q %t head_dim=4\nkt = ROPE k %u head_dim=4\ny = ATTEND qt kt v " ATTEND,
     "!y: ATTEND: queries and keys are not turned by the same"},
    {"param one TABLE 1 1\n" QKV
     "qt = ROPE q %one head_dim=2\nkt = ROPE k %one head_dim=2\ny = ATTEND qt kt v " ATTEND,
     "!qt: ROPE: by itself"},
    {QKV "qt = ROPE q %t head_dim=4 : probe\nkt = ROPE k %t head_dim=4\ny = ATTEND qt kt v " ATTEND,
     "!qt: ROPE: by itself"},
    {TURNED "z = ATTEND qt kt q " ATTEND, "!qt: ROPE: by itself"}, /* q is turned where it lies */
    {QKV "n = NORM q %g4 kind=RMS group=4\ny = ATTEND n k v " ATTEND,
     "attend y: q -> y k k v v norms n - turned -\n"},
    {QKV "n = NORM q %g4 kind=LAYER group=4\ny = ATTEND n k v " ATTEND,
     "!n: NORM: a norm of groups is not RMS"},
    {QKV "n = NORM q %g4 %g4 kind=RMS group=4\ny = ATTEND n k v " ATTEND,
     "!n: NORM: a norm of groups is not RMS"},
    {QKV "n = NORM q %g2 kind=RMS group=2\ny = ATTEND n k v " ATTEND,
     "!n: NORM: a norm of groups is not RMS"},
    {QKV "n = NORM q %g8 kind=RMS group=8\ny = ATTEND n k v " ATTEND,
     "!n: NORM: a norm of groups is not RMS"},
    {QKV "qt = ROPE q %t head_dim=4\nkt = ROPE k %t head_dim=4\n"
         "n = NORM qt %g4 kind=RMS group=4\ny = ATTEND n kt v " ATTEND,
     "!qt: ROPE: by itself"},
    {QKV "qt = ROPE q %t head_dim=4 : place=z\nkt = ROPE k %t head_dim=4\n"
         "o = NORM x %g8 kind=RMS : place=q\ny = ATTEND qt kt v " ATTEND,
     "!y is made of q, which is no longer in place q then"},
    {"p = PICK x kind=RUN\ny = ATTEND p p p " ATTEND, "!y: ATTEND: attention of rows that are"},
    {"p = PICTURE channels=2 height=4 width=4 patch=2\ny = ATTEND p p p " ATTEND,
     "!y: ATTEND: a cache of rows that are not the run's"},
    {"p = PICTURE channels=2 height=4 width=4 patch=2\nc = PICK p kind=FIRST\n"
     "y = ATTEND c p p kind=FULL heads=2 kv_heads=2 head_dim=4\n",
     "!y: ATTEND: queries and keys differ in their rows"},
    /* attentions of one network */
    {TURNED "o = ATTEND qt kt v " ATTEND
            "q2 = LINEAR o %w kind=BODY\nk2 = LINEAR o %w2 kind=BODY\nv2 = LINEAR o %w3 kind=BODY\n"
            "r2 = ROPE q2 %u head_dim=4\ns2 = ROPE k2 %u head_dim=4\ny = ATTEND r2 s2 v2 " ATTEND,
     "!y: ATTEND: attentions turned by different frequencies"},
    {QKV "o = ATTEND q k v " ATTEND "y = ATTEND o o o kind=CAUSAL heads=2 kv_heads=2 head_dim=4\n",
     "!y: ATTEND: attentions with a cache and without one"},
    {QKV "o = ATTEND q k v " ATTEND "y = ATTEND o o o " ATTEND,
     "attend y: o -> y k o v o norms - - turned -\n"},
    /* norms */
    {"y = NORM x %g8 kind=LAYER\n", "norm y: x -> y\n"},
    {"y = NORM x %g8 %g8 kind=RMS\n", "!y: NORM: an RMS norm with a bias"},
    /* what a step writes before the node that would have: read in between */
    {"a = LINEAR x %w kind=BODY\nn = NORM x %g8 kind=RMS\ny = BINARY a x kind=ADD : place=x\n"
     "z = LINEAR n %w kind=BODY\n",
     "!n is made of x, which is no longer in place x then"},
};

START_TEST(nodes_are_done_at_once_only_where_that_is_what_they_say)
{
    const int i = _i;
    char text[2048];
    struct stamp_gsteps steps = {0};
    struct stamp_err e;
    snprintf(text, sizeof text, "%s%s", START, cases[i].text);
    struct stamp_graph *g = graph_of(text, &e);
    ck_assert_msg(g != NULL, "%s: %s", cases[i].text, e.text);
    const enum stamp_status s = stamp_gsteps_of(g, &steps, &e);
    char *got = s ? NULL : graph_steps_text(g, &steps);
    const bool refused = cases[i].say[0] == '!';
    ck_assert_msg(refused == (s == STAMP_EUNSUPPORTED), "%s: %s", cases[i].text, s ? e.text : got);
    ck_assert_msg(strstr(s ? e.text : got, cases[i].say + refused) != NULL, "%s: %s", cases[i].text,
                  s ? e.text : got);
    stamp_free(got);
    stamp_gsteps_free(&steps);
    stamp_graph_free(g);
}
END_TEST

Suite *stamp_suite_graph_steps(void)
{
    Suite *s = suite_create("graph_steps");
    TCase *c = tcase_create("graph_steps");

    tcase_add_loop_test(c, the_steps_of_a_family_are_these, 0, GRAPH_FAMILIES);
    tcase_add_loop_test(c, nodes_are_done_at_once_only_where_that_is_what_they_say, 0,
                        (int)(sizeof cases / sizeof cases[0]));
    suite_add_tcase(s, c);
    return s;
}
