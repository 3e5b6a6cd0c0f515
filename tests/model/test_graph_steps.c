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
    "linears head: norm -> logits of logits\n",
    "input latent: - -> latent\n"
    "linears patch: latent -> patches of patches\n"
    "add embedding: patches -> embedding positions\n"
    "input time: - -> time\n"
    "linears time1: time -> time_silu of time1 silu\n"
    "linears embedded_time: time_silu -> embedded_time of embedded_time\n"
    "unary embedded_silu: embedded_time -> embedded_silu\n"
    "linears time.shift_atttime.scale_atttime.gate_att: embedded_silu -> time.shift_att of "
    "time.shift_att,time.scale_att,time.gate_att\n"
    "linears time.shift_ffntime.scale_ffntime.gate_ffn: embedded_silu -> time.shift_ffn of "
    "time.shift_ffn,time.scale_ffn,time.gate_ffn\n"
    "input text: - -> text\n"
    "linears caption1: text -> caption_gelu of caption1 gelu\n"
    "linears caption: caption_gelu -> caption of caption\n"
    "  add shift_att: time.shift_att -> shift_att shift_att.table\n"
    "  add scale_att: time.scale_att -> scale_att scale_att.table\n"
    "  add gate_att: time.gate_att -> gate_att gate_att.table\n"
    "  add shift_ffn: time.shift_ffn -> shift_ffn shift_ffn.table\n"
    "  add scale_ffn: time.scale_ffn -> scale_ffn scale_ffn.table\n"
    "  add gate_ffn: time.gate_ffn -> gate_ffn gate_ffn.table\n"
    "  norm norm_att: embedding -> norm_att\n"
    "  linears qkv: norm_att -> q of q,k,v\n"
    "  attend attention: q -> attention k k v v norms - - turned -\n"
    "  linears o: attention -> residual_att of o gated embedding by gate_att\n"
    "  linears cross_q: residual_att -> cross_q of cross_q\n"
    "  linears cross_kcross_v: caption -> cross_k of cross_k,cross_v\n"
    "  attend cross: cross_q -> cross k cross_k v cross_v norms - - turned -\n"
    "  linears cross_o: cross -> residual_cross of cross_o add residual_att\n"
    "  norm norm_ffn: residual_cross -> norm_ffn\n"
    "  linears fc1: norm_ffn -> hidden of fc1 gelu\n"
    "  linears fc2: hidden -> residual_ffn of fc2 gated residual_cross by gate_ffn\n"
    "  add s_shift_att: time.shift_att -> s_shift_att s_shift_att.table\n"
    "  add s_scale_att: time.scale_att -> s_scale_att s_scale_att.table\n"
    "  add s_gate_att: time.gate_att -> s_gate_att s_gate_att.table\n"
    "  add s_shift_ffn: time.shift_ffn -> s_shift_ffn s_shift_ffn.table\n"
    "  add s_scale_ffn: time.scale_ffn -> s_scale_ffn s_scale_ffn.table\n"
    "  add s_gate_ffn: time.gate_ffn -> s_gate_ffn s_gate_ffn.table\n"
    "  norm s_norm_att: residual_ffn -> s_norm_att\n"
    "  linears s_qs_ks_v: s_norm_att -> s_q of s_q,s_k,s_v\n"
    "  depthwise s_k_conv: s_k -> s_k_conv\n"
    "  norm s_k_squeezed: s_k_conv -> s_k_squeezed\n"
    "  depthwise s_v_conv: s_v -> s_v_conv\n"
    "  norm s_v_squeezed: s_v_conv -> s_v_squeezed\n"
    "  attend s_attention: s_q -> s_attention k s_k_squeezed v s_v_squeezed norms - - turned -\n"
    "  linears s_o: s_attention -> s_residual_att of s_o gated residual_ffn by s_gate_att\n"
    "  linears s_cross_q: s_residual_att -> s_cross_q of s_cross_q\n"
    "  linears s_cross_ks_cross_v: caption -> s_cross_k of s_cross_k,s_cross_v\n"
    "  attend s_cross: s_cross_q -> s_cross k s_cross_k v s_cross_v norms - - turned -\n"
    "  linears s_cross_o: s_cross -> s_residual_cross of s_cross_o add s_residual_att\n"
    "  norm s_norm_ffn: s_residual_cross -> s_norm_ffn\n"
    "  linears s_fc1: s_norm_ffn -> s_hidden of s_fc1 gelu\n"
    "  linears s_fc2: s_hidden -> s_residual_ffn of s_fc2 gated s_residual_cross by s_gate_ffn\n"
    "add shift_out: embedded_time -> shift_out shift_out.table\n"
    "add scale_out: embedded_time -> scale_out scale_out.table\n"
    "norm norm: s_residual_ffn -> norm\n"
    "linears output: norm -> prediction of prediction\n",
    "input latent: - -> latent\n"
    "linears patch: latent -> embedding of embedding\n"
    "input time: - -> time\n"
    "linears time1: time -> time_silu of time1 silu\n"
    "linears embedded_time: time_silu -> embedded_time of embedded_time\n"
    "unary embedded_silu: embedded_time -> embedded_silu\n"
    "linears time.shift_atttime.scale_atttime.gate_att: embedded_silu -> time.shift_att of "
    "time.shift_att,time.scale_att,time.gate_att\n"
    "linears time.shift_ffntime.scale_ffntime.gate_ffn: embedded_silu -> time.shift_ffn of "
    "time.shift_ffn,time.scale_ffn,time.gate_ffn\n"
    "input text: - -> text\n"
    "linears caption1: text -> caption_gelu of caption1 gelu\n"
    "linears caption: caption_gelu -> caption of caption\n"
    "norm caption_norm: caption -> caption_norm\n"
    "  add shift_att: time.shift_att -> shift_att shift_att.table\n"
    "  add scale_att: time.scale_att -> scale_att scale_att.table\n"
    "  add gate_att: time.gate_att -> gate_att gate_att.table\n"
    "  add shift_ffn: time.shift_ffn -> shift_ffn shift_ffn.table\n"
    "  add scale_ffn: time.scale_ffn -> scale_ffn scale_ffn.table\n"
    "  add gate_ffn: time.gate_ffn -> gate_ffn gate_ffn.table\n"
    "  norm norm_att: embedding -> norm_att\n"
    "  linears qkv: norm_att -> q of q,k,v\n"
    "  norm qn: q -> qn\n"
    "  norm kn: k -> kn\n"
    "  attend attention: qn -> attention k kn v v norms - - turned -\n"
    "  linears o: attention -> residual_att of o gated embedding by gate_att\n"
    "  linears cross_q: residual_att -> cross_q of cross_q\n"
    "  linears cross_kcross_v: caption_norm -> cross_k of cross_k,cross_v\n"
    "  norm cross_qn: cross_q -> cross_qn\n"
    "  norm cross_kn: cross_k -> cross_kn\n"
    "  attend cross: cross_qn -> cross k cross_kn v cross_v norms - - turned -\n"
    "  linears cross_o: cross -> residual_cross of cross_o add residual_att\n"
    "  norm norm_ffn: residual_cross -> norm_ffn\n"
    "  linears value_upgate_up: norm_ffn -> value_silu of value_up,gate_up silu and gate_silu\n"
    "  depthwise value_conv: value_silu -> hidden gated by gate_conv of gate_silu\n"
    "  linears point: hidden -> residual_ffn of point gated residual_cross by gate_ffn\n"
    "add shift_out: embedded_time -> shift_out shift_out.table\n"
    "add scale_out: embedded_time -> scale_out scale_out.table\n"
    "norm norm: residual_ffn -> norm\n"
    "linears output: norm -> prediction of prediction\n"};

START_TEST(the_steps_of_a_family_are_these)
{
    struct stamp_graph *g = graph_of_family(_i);
    struct stamp_gsteps steps;
    struct stamp_err e = {0};

    ck_assert_msg(!stamp_gsteps_of(g, &steps, &e), "%s", e.text);
    char *text = graph_steps_text(g, &steps);
    /* ck_assert_str_eq has no room for both */
    ck_assert_msg(!strcmp(text, families[_i]), "family %d", _i);
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

#define ROW "row = INPUT rows=1 cols=8\n"
#define CONV                                                                                       \
    "param taps ROWS 9 8\np = PICTURE channels=2 height=4 width=4 patch=2\no = INPUT rows=4 "      \
    "cols=8\n"
#define BY     "%taps %b height=2 width=2 kernel=3 stride=1"
#define OTHERS "p = INPUT rows=4 cols=8\no = INPUT rows=5 cols=8\n"
#define FULL   "kind=FULL heads=2 kv_heads=2 head_dim=4\n"
#define LINATT "kind=LINEAR heads=2 kv_heads=2 head_dim=4 eps=1e-15\n"

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
    {"a = LINEAR x %w kind=BODY\ny = UNARY a kind=SILU\n", "linears a: x -> y of a silu\n"},
    {"a = LINEAR x %w kind=BODY : probe\ny = UNARY a kind=SILU\n", "unary y: a -> y\n"},
    {"y = UNARY x kind=GELU\n", "unary y: x -> y\n"},
    /* over the edge of a block */
    {"a = LINEAR x %w kind=BODY\nblock b 2 a y {\ny = BINARY a x kind=ADD\n}\n",
     "!y: BINARY: by itself"},
    {"a = LINEAR x %w kind=BODY\nblock b 2 x y {\ny = BINARY x a kind=ADD\n}\n",
     "!y: BINARY: by itself"},
    {"a = LINEAR x %w kind=BODY\nblock b 2 a y {\ny = UNARY a kind=GELU\n}\n",
     "  unary y: a -> y\n"},
    {"block b 2 x a {\na = LINEAR x %w kind=BODY\n}\ny = UNARY a kind=GELU\n", "unary y: a -> y\n"},
    /* gates */
    {"a = LINEAR x %w kind=BODY\nc = LINEAR x %w2 kind=BODY\ns = UNARY a kind=SILU\n"
     "y = BINARY c s kind=MUL\n",
     "linears ac: x -> y of a,c gate\n"},
    {"a = LINEAR x %w kind=BODY\nc = LINEAR x %w2 kind=BODY\ns = UNARY c kind=SILU\n"
     "y = BINARY s a kind=MUL\n",
     "!y: BINARY: by itself"},
    {"a = LINEAR x %w kind=BODY\nc = LINEAR x %w2 kind=BODY\ns = UNARY a kind=SILU : probe\n"
     "y = BINARY c s kind=MUL\n",
     "!y: BINARY: by itself"},
    /* SILU of each product of one input, or of none */
    {"a = LINEAR x %w kind=BODY\nc = LINEAR x %w2 kind=BODY\ns = UNARY a kind=SILU\n"
     "y = UNARY c kind=SILU\n",
     "linears ac: x -> s of a,c silu and y\n"},
    {"a = LINEAR x %w kind=BODY\nc = LINEAR x %w2 kind=BODY\ns = UNARY a kind=SILU\n"
     "y = UNARY c kind=GELU\n",
     "linears ac: x -> a of a,c\nunary s: a -> s\nunary y: c -> y\n"},
    {"a = LINEAR x %w kind=BODY\nc = LINEAR x %w2 kind=BODY : probe\ns = UNARY a kind=SILU\n"
     "y = UNARY c kind=SILU\n",
     "linears ac: x -> a of a,c\nunary s: a -> s\nunary y: c -> y\n"},
    /* a product times a row, added */
    {ROW "a = LINEAR x %w kind=BODY\nm = BINARY a row kind=MUL\ny = BINARY x m kind=ADD\n",
     "linears a: x -> y of a gated x by row\n"},
    {ROW "a = LINEAR x %w kind=BODY\nm = BINARY a row kind=MUL\ny = BINARY m x kind=ADD\n",
     "linears a: x -> y of a gated x by row\n"},
    {ROW "a = LINEAR x %w kind=BODY\nlate = UNARY row kind=SILU\nm = BINARY a late kind=MUL\n"
         "y = BINARY x m kind=ADD\n",
     "!m: BINARY: by itself"}, /* the gate comes too late */
    {ROW "a = LINEAR x %w kind=BODY\nlate = UNARY x kind=SILU\nm = BINARY a row kind=MUL\n"
         "y = BINARY late m kind=ADD\n",
     "!m: BINARY: by itself"}, /* what it is added to does */
    {ROW "a = LINEAR x %w kind=BODY\nm = BINARY a row kind=MUL : probe\ny = BINARY x m kind=ADD\n",
     "!m: BINARY: by itself"},
    {ROW "a = LINEAR x %w kind=BODY : probe\nm = BINARY a row kind=MUL\ny = BINARY x m kind=ADD\n",
     "!m: BINARY: by itself"},
    {ROW "a = LINEAR x %w kind=BODY\ny = BINARY a row kind=MUL\n", "!y: BINARY: by itself"},
    {ROW "a = LINEAR x %w kind=BODY\ny = BINARY a row kind=ADD\n", "!y: BINARY: by itself"},
    {ROW "a = LINEAR x %w kind=BODY\nc = LINEAR x %w2 kind=BODY\nm = BINARY a row kind=MUL\n"
         "y = BINARY x m kind=ADD\n",
     "!m: BINARY: by itself"}, /* two products */
    {ROW "a = LINEAR row %w kind=BODY\nm = BINARY a row kind=MUL\ny = BINARY row m kind=ADD\n",
     "linears a: row -> y of a gated row by row\n"}, /* a picture of one point */
    {ROW "a = LINEAR x %w kind=BODY\nm = BINARY a row kind=MUL\ny = BINARY m row kind=ADD\n",
     "!m: BINARY: by itself"}, /* one row added */
    {ROW "r2 = UNARY row kind=SILU : place=row\na = LINEAR x %w kind=BODY\n"
         "m = BINARY a r2 kind=MUL\ny = BINARY x m kind=ADD\n",
     "linears a: x -> y of a gated x by r2\n"},
    /* convolutions */
    {CONV "y = DEPTHWISE p " BY "\n", "depthwise y: p -> y\n"},
    {CONV "c = DEPTHWISE p " BY "\nd = DEPTHWISE o " BY "\ns = UNARY d kind=SILU\n"
          "y = BINARY c s kind=MUL\n",
     "depthwise c: p -> y gated by d of o\n"},
    {CONV "c = DEPTHWISE p " BY "\nd = DEPTHWISE o " BY "\ns = UNARY d kind=SILU\n"
          "y = BINARY s c kind=MUL\n",
     "depthwise c: p -> y gated by d of o\n"},
    {CONV "c = DEPTHWISE p " BY "\nd = DEPTHWISE o " BY "\ns = UNARY c kind=SILU\n"
          "y = BINARY s d kind=MUL\n",
     "!y: BINARY: by itself"}, /* the gate's comes first */
    {CONV "c = DEPTHWISE p " BY "\nd = DEPTHWISE o " BY "\ns = UNARY d kind=GELU\n"
          "y = BINARY c s kind=MUL\n",
     "!y: BINARY: by itself"},
    {CONV "c = DEPTHWISE p " BY "\nd = DEPTHWISE o " BY " : probe\ns = UNARY d kind=SILU\n"
          "y = BINARY c s kind=MUL\n",
     "!y: BINARY: by itself"},
    {CONV "c = DEPTHWISE p " BY "\nd = DEPTHWISE o %taps %b height=1 width=4 kernel=3 stride=1\n"
          "s = UNARY d kind=SILU\ny = BINARY c s kind=MUL\n",
     "!y: BINARY: by itself"}, /* another grid */
    {CONV "c = DEPTHWISE p " BY "\nl = UNARY o kind=SILU\nd = DEPTHWISE l " BY
          "\ns = UNARY d kind=SILU\ny = BINARY c s kind=MUL\n",
     "!y: BINARY: by itself"}, /* its rows come too late */
    {CONV "y = DEPTHWISE p " BY " : place=p\n", "!y is made of its neighbours in place p"},
    {CONV "c = DEPTHWISE p " BY "\nd = DEPTHWISE o " BY "\ns = UNARY d kind=SILU\n"
          "y = BINARY c s kind=MUL : place=o\n",
     "!y is made of its neighbours in place o"},
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
     "attend y: c -> y k p v p norms - - turned -\n"},
    {OTHERS "y = ATTEND p o o " FULL, "attend y: p -> y k o v o norms - - turned -\n"},
    {OTHERS "y = ATTEND x o o " FULL, "attend y: x -> y k o v o norms - - turned -\n"},
    {OTHERS "y = ATTEND p x x " FULL, "attend y: p -> y k x v x norms - - turned -\n"},
    {OTHERS "pt = ROPE p %t head_dim=4\not = ROPE o %t head_dim=4\ny = ATTEND pt ot o " FULL,
     "!ot: ROPE: by itself"}, /* o is read twice */
    {OTHERS "n = UNARY o kind=SILU\npt = ROPE p %t head_dim=4\nnt = ROPE n %t head_dim=4\n"
            "y = ATTEND pt nt o " FULL,
     "!y: ATTEND: queries and keys that differ in their rows are turned"},
    {OTHERS "pn = NORM p %g4 kind=RMS group=4\ny = ATTEND pn o o " FULL,
     "attend y: p -> y k o v o norms pn - turned -\n"},
    {OTHERS "y = ATTEND p o o " LINATT, "attend y: p -> y k o v o norms - - turned -\n"},
    {OTHERS "pn = NORM p %g4 kind=RMS group=4\ny = ATTEND pn o o " LINATT,
     "!y: ATTEND: a norm or rotation of the heads of linear attention"},
    {QKV "kn = NORM k %g4 kind=RMS group=4\ny = ATTEND q kn v " LINATT,
     "!y: ATTEND: a norm or rotation of the heads of linear attention"},
    {TURNED "y = ATTEND qt kt v " LINATT,
     "!y: ATTEND: a norm or rotation of the heads of linear attention"},
    {OTHERS "c = PICK x kind=RUN\ny = ATTEND c o o " LINATT, "!y: ATTEND: attention of rows that"},
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
    {ROW "y = NORM x row kind=RMS\n", "norm y: x -> y\n"},
    {ROW "y = NORM x row row kind=LAYER\n", "norm y: x -> y\n"},
    {"y = NORM x %g8 kind=RMS unit=4\n", "norm y: x -> y\n"},
    {"y = NORM x %g8 %g8 kind=RMS unit=4\n", "!y: NORM: an RMS norm with a bias"},
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
