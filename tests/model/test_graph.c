/* SPDX-License-Identifier: Apache-2.0 */
/* test_graph.c - operations of the graph: what each takes and gives, and what it refuses. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/model/graph_of.h"

Suite *stamp_suite_graph(void);

/* Values to start from: ids; x of the run's rows, 8 columns; p, 4 rows of 12; and parameters. */
#define START                                                                                      \
    "param table MATRIX 20 8\nparam turn TABLE 1 2\nparam turn3 TABLE 1 3\n"                       \
    "param g8 VECTOR 1 8\nparam g4 VECTOR 1 4\nparam w MATRIX 12 8\nparam b12 VECTOR 1 12\n"       \
    "param row8 ROWS 1 8\nparam row12 ROWS 1 12\nparam rows ROWS 4 12\n"                           \
    "ids = IDS\nx = GATHER %table ids\np = PICTURE channels=3 height=4 width=4 patch=2\n"

/* Taps and a bias for 12 columns; one row of 8 and one of 12; five rows of 12. */
#define GRID                                                                                       \
    "param k9 ROWS 9 12\nparam k4 ROWS 4 12\nparam k16 ROWS 16 12\n"                               \
    "one8 = INPUT rows=1 cols=8\none = INPUT rows=1 cols=12\nfive = INPUT rows=5 cols=12\n"

struct case_of {
    const char *text, *say; /* say NULL: accepted */
    uint32_t rows, cols;    /* of value y */
};

#define RUN      STAMP_ROWS_RUN
#define COUNT(a) ((int)(sizeof(a) / sizeof(a)[0]))

static const struct case_of ops[] = {
    {"y = IDS", NULL, RUN, 1},
    {"y = IDS x", "y: too few or too many operands", 0, 0},
    {"y = PICTURE channels=3 height=6 width=4 patch=2", NULL, 6, 12},
    {"y = PICTURE channels=3 height=6 width=4 patch=4", "PICTURE: a picture of whole", 0, 0},
    {"y = PICTURE channels=3 height=6 width=4", "PICTURE: a picture of whole", 0, 0},
    {"y = PICTURE channels=0 height=6 width=4 patch=2", "PICTURE: a picture of whole", 0, 0},
    {"y = PICTURE channels=64 height=8192 width=8192 patch=8192", "PICTURE: too many", 0, 0},
    {"y = PICTURE channels=1 height=16384 width=16384 patch=1", "PICTURE: too many", 0, 0},
    {"y = PICTURE channels=1 height=4096 width=4096 patch=1", NULL, 1 << 24, 1},
    {"y = GATHER %table ids", NULL, RUN, 8},
    {"y = GATHER %g8 ids", "GATHER: no matrix", 0, 0},
    {"y = GATHER %table x", "GATHER: no ids", 0, 0},
    {"y = GATHER %table", "GATHER: no ids", 0, 0},
    {"y = LINEAR x %w kind=BODY", NULL, RUN, 12},
    {"y = LINEAR x %w %b12 kind=HEAD", NULL, RUN, 12},
    {"y = LINEAR x %w", "y: attributes that the op does not take", 0, 0},
    {"y = LINEAR p %w kind=BODY", "LINEAR: the matrix does not take its rows", 0, 0},
    {"y = LINEAR x %g8 kind=BODY", "LINEAR: the matrix does not take its rows", 0, 0},
    {"y = LINEAR x %w %g8 kind=BODY", "LINEAR: the bias does not fit", 0, 0},
    {"y = LINEAR x %w %b12 %b12 kind=BODY", "one operand too many: %b12", 0, 0},
    {"y = NORM x %g8 kind=RMS eps=1e-5", NULL, RUN, 8},
    {"y = NORM x %g8 %g8 kind=LAYER eps=0", NULL, RUN, 8},
    {"y = NORM x %g4 kind=RMS eps=0.5 group=4", NULL, RUN, 8},
    {"y = NORM x %g4 kind=RMS eps=0.5 group=3", "NORM: rows are not whole groups", 0, 0},
    {"y = NORM x %g4 kind=RMS eps=0.5", "NORM: the gain does not fit", 0, 0},
    {"y = NORM x %g8 %g4 kind=RMS eps=0.5", "NORM: the bias does not fit", 0, 0},
    {"y = NORM %row8 %g8 kind=RMS eps=0.5", "NORM: no value", 0, 0},
    {"y = NORM x %g8 kind=RMS eps=1", "y: attributes that the op does not take", 0, 0},
    {"y = NORM x %g8 kind=RMS eps=-0.1", "y: attributes that the op does not take", 0, 0},
    {"y = NORM x %g8 kind=RMS eps=inf", "no number: inf", 0, 0},
    {"y = NORM x %g8 kind=RMS eps=nan", "no number: nan", 0, 0},
    {"y = NORM", "NORM: no value", 0, 0},
    {"y = UNARY x kind=SILU", NULL, RUN, 8},
    {"y = UNARY p kind=GELU", NULL, 4, 12},
    {"y = UNARY x kind=ADD", "no kind of this op: ADD", 0, 0},
    {"y = UNARY x x kind=GELU", "y: too few or too many operands", 0, 0},
    {"y = UNARY %row8 kind=GELU", "UNARY: no value", 0, 0},
    {"y = BINARY x x kind=ADD", NULL, RUN, 8},
    {"y = BINARY p %rows kind=ADD", NULL, 4, 12},
    {"y = BINARY x p kind=MUL", "BINARY: the operands have different shapes", 0, 0},
    {"y = BINARY p %row12 kind=ADD", "BINARY: the operands have different shapes", 0, 0},
    {"y = BINARY p kind=ADD", "BINARY: the operands have different shapes", 0, 0},
    {"y = ROPE x %turn head_dim=4", NULL, RUN, 8},
    {"y = ROPE x %turn3 head_dim=6", "ROPE: rows are not heads of pairs", 0, 0},
    {"y = ROPE x %turn3 head_dim=4", "ROPE: the frequencies do not fit", 0, 0},
    {"y = ROPE x %turn head_dim=0", "ROPE: rows are not heads of pairs", 0, 0},
    {"y = ROPE x %turn head_dim=1", "ROPE: rows are not heads of pairs", 0, 0},
    {"y = ATTEND x x x kind=CAUSAL heads=2 kv_heads=2 head_dim=4 cache=1", NULL, RUN, 8},
    {"y = ATTEND p p p kind=FULL heads=3 kv_heads=3 head_dim=4", NULL, 4, 12},
    {"y = ATTEND x x x kind=CAUSAL heads=2 kv_heads=2 head_dim=4 cache=2", "attributes that", 0, 0},
    {"y = ATTEND x x x kind=CAUSAL heads=2 kv_heads=1 head_dim=4", "ATTEND: keys or values", 0, 0},
    {"y = ATTEND x x x kind=CAUSAL heads=1 kv_heads=1 head_dim=4", "ATTEND: queries are not", 0, 0},
    {"y = ATTEND x x x kind=CAUSAL heads=2 kv_heads=0 head_dim=4", "ATTEND: heads that share", 0,
     0},
    {"y = ATTEND x x x kind=CAUSAL heads=65536 kv_heads=1 head_dim=65537", "heads that share", 0,
     0},
    {"y = ATTEND x p p kind=FULL heads=2 kv_heads=2 head_dim=4", "ATTEND: keys or values", 0, 0},
    {"y = ATTEND p p p kind=LINEAR heads=3 kv_heads=3 head_dim=4 eps=1e-15", NULL, 4, 12},
    {"y = ATTEND x x x kind=LINEAR heads=2 kv_heads=2 head_dim=4", NULL, RUN, 8},
    {"y = ATTEND p p p kind=LINEAR heads=3 kv_heads=3 head_dim=4 cache=1", "linear attention has",
     0, 0},
    {"y = ATTEND p p p kind=LINEAR heads=3 kv_heads=1 head_dim=4", "keys or values", 0, 0},
    {"y = ATTEND p p p kind=FULL heads=3 kv_heads=3 head_dim=4 eps=1e-15", "linear attention has",
     0, 0},
    {"y = ATTEND p p p kind=CAUSAL heads=3 kv_heads=3 head_dim=4 eps=1e-15", "linear attention has",
     0, 0},
    {"y = PREPEND %row12 p", NULL, 5, 12},
    {"y = PREPEND %row8 x", "PREPEND: the number of rows must be known", 0, 0},
    {"y = PREPEND %row8 p", "PREPEND: a row of its width", 0, 0},
    {"y = PREPEND %rows p", "PREPEND: a row of its width", 0, 0},
    {"y = PICK x kind=RUN", NULL, STAMP_ROWS_PICKED, 8},
    {"y = PICK p kind=FIRST", NULL, 1, 12},
    {"y = PICK p kind=RUN", "PICK: its rows are not the run's", 0, 0},
    {"y = PICK %row8 kind=FIRST", "PICK: no value", 0, 0},
    {"y = PICK x", "y: attributes that the op does not take", 0, 0},
    {"y = INPUT rows=3 cols=5", NULL, 3, 5},
    {"y = INPUT cols=5", NULL, RUN, 5},
    {"y = INPUT rows=16777216 cols=16777216", NULL, 1 << 24, 1 << 24},
    {"y = INPUT rows=16777217 cols=5", "INPUT: too many rows", 0, 0},
    {"y = INPUT rows=4294967295 cols=5", "INPUT: too many rows", 0,
     0}, /* no rows that are picked */
    {"y = INPUT rows=3", "INPUT: too many rows or columns", 0, 0},
    {"y = INPUT x rows=3 cols=5", "y: too few or too many operands", 0, 0},
    {"y = DEPTHWISE p", "DEPTHWISE: a kernel of 3 by steps", 0, 0},
    {"y = DEPTHWISE p %rows %b12 height=2 width=2 kernel=2 stride=2", NULL, 1, 12},
    {"y = DEPTHWISE x %rows %b12 height=2 width=2 kernel=2 stride=2", "not a grid of whole", 0, 0},
};

static const struct case_of grids[] = {
    {"y = DEPTHWISE p %k9 %b12 height=2 width=2 kernel=3 stride=1", NULL, 4, 12},
    {"y = DEPTHWISE p %k9 %b12 height=4 width=1 kernel=3 stride=1", NULL, 4, 12},
    {"y = DEPTHWISE p %k4 %b12 height=2 width=2 kernel=2 stride=2", NULL, 1, 12},
    {"y = DEPTHWISE p %k16 %b12 height=2 width=2 kernel=4 stride=1", "a kernel of 3 by steps", 0,
     0},
    {"y = DEPTHWISE p %k9 %b12 height=2 width=2 kernel=3 stride=2", "a kernel of 3 by steps", 0, 0},
    {"y = DEPTHWISE p %k4 %b12 height=2 width=2 kernel=2 stride=1", "a kernel of 3 by steps", 0, 0},
    {"y = DEPTHWISE p %k9 %b12 height=2 width=2 kernel=9 stride=9", "a kernel of 3 by steps", 0, 0},
    {"y = DEPTHWISE p %k9 %b12 height=2 width=2 kernel=1 stride=1", "a kernel of 3 by steps", 0, 0},
    {"y = DEPTHWISE p %k9 %b12 height=2 width=2 kernel=0 stride=0", "a kernel of 3 by steps", 0, 0},
    {"y = DEPTHWISE p %k4 %b12 height=4 width=1 kernel=2 stride=2", "not a grid of whole", 0, 0},
    {"y = DEPTHWISE p %k9 %b12 height=3 width=1 kernel=3 stride=1", "not a grid of whole", 0, 0},
    {"y = DEPTHWISE p %k9 %b12 height=0 width=4 kernel=3 stride=1", "not a grid of whole", 0, 0},
    {"y = DEPTHWISE p %k9 %b12 height=65536 width=65536 kernel=3 stride=1", "not a grid", 0, 0},
    {"y = DEPTHWISE x %k9 %b12 height=2 width=2 kernel=3 stride=1", "not a grid of whole", 0, 0},
    {"y = DEPTHWISE p %k4 %b12 height=2 width=2 kernel=3 stride=1", "the weights do not fit", 0, 0},
    {"y = DEPTHWISE one8 %k9 %g8 height=1 width=1 kernel=3 stride=1", "the weights do not", 0, 0},
    {"y = DEPTHWISE p p %b12 height=2 width=2 kernel=3 stride=1", "the weights do not fit", 0, 0},
    {"y = DEPTHWISE p %k9 %g8 height=2 width=2 kernel=3 stride=1", "the bias does not fit", 0, 0},
    {"y = DEPTHWISE p %k9 one height=2 width=2 kernel=3 stride=1", "the bias does not fit", 0, 0},
    {"y = DEPTHWISE %k9 %k9 %b12 height=2 width=2 kernel=3 stride=1", "no value", 0, 0},
    {"y = DEPTHWISE p %k9 %b12 height=2 width=2 kernel=3 stride=1 eps=0", "no attribute eps", 0, 0},
    /* keys of another number of rows */
    {"y = ATTEND p five five kind=FULL heads=3 kv_heads=3 head_dim=4", NULL, 4, 12},
    {"y = ATTEND p five five kind=LINEAR heads=3 kv_heads=3 head_dim=4", NULL, 4, 12},
    {"y = ATTEND p five p kind=FULL heads=3 kv_heads=3 head_dim=4", "keys or values are not", 0, 0},
    {"y = ATTEND p five five kind=CAUSAL heads=3 kv_heads=3 head_dim=4", "differ in their rows", 0,
     0},
    {"y = ATTEND p five five kind=FULL heads=3 kv_heads=3 head_dim=4 cache=1", "differ in their", 0,
     0},
    /* rows of the network instead of parameters */
    {"y = NORM p one one kind=LAYER eps=1e-6", NULL, 4, 12},
    {"y = NORM p one %b12 kind=LAYER eps=1e-6", NULL, 4, 12},
    {"y = NORM p %b12 one kind=RMS eps=1e-6", NULL, 4, 12},
    {"y = NORM p one8 one kind=LAYER eps=1e-6", "the gain does not fit", 0, 0},
    {"y = NORM p five one kind=LAYER eps=1e-6", "the gain does not fit", 0, 0},
    {"y = NORM p one one8 kind=LAYER eps=1e-6", "the bias does not fit", 0, 0},
    {"y = NORM p one p kind=LAYER eps=1e-6", "the bias does not fit", 0, 0},
    {"y = NORM p %row12 kind=RMS eps=1e-6", "the gain does not fit", 0, 0},
    {"y = NORM p %b12 %b12 kind=LAYER eps=1e-6 unit=4", NULL, 4, 12},
    {"y = NORM p %b12 kind=RMS eps=1e-6 unit=12", NULL, 4, 12},
    {"y = NORM p %b12 kind=RMS eps=1e-6 unit=5", "rows are not whole heads", 0, 0},
    {"y = NORM p %b12 kind=RMS eps=1e-6 unit=24", "rows are not whole heads", 0, 0},
    {"y = NORM p %b12 kind=RMS eps=1e-6 unit=4 group=12", "rows are not whole heads", 0, 0},
    {"y = BINARY p one kind=MUL", NULL, 4, 12},
    {"y = BINARY x one8 kind=ADD", NULL, RUN, 8},
    {"y = BINARY p one8 kind=MUL", "different shapes", 0, 0},
    {"y = BINARY p five kind=MUL", "different shapes", 0, 0},
    {"y = BINARY one p kind=MUL", "different shapes", 0, 0}, /* the row stands behind */
    {"y = BINARY one %row12 kind=ADD", NULL, 1, 12},
};

static void look_at(const char *start, const struct case_of *c)
{
    char text[2048];
    struct stamp_err e;

    snprintf(text, sizeof text, "%s%s\n", start, c->text);
    struct stamp_graph *g = graph_of(text, &e);
    if (c->say) {
        ck_assert_msg(!g, "accepted: %s", c->text);
        ck_assert_int_eq((int)e.status, (int)STAMP_EFORMAT);
        ck_assert_msg(strstr(e.text, c->say) != NULL, "%s: '%s' is not in '%s'", c->text, c->say,
                      e.text);
        return;
    }
    ck_assert_msg(g != NULL, "%s: %s", c->text, e.text);
    const uint32_t y = stamp_graph_value(g, "y");
    ck_assert_uint_ne(y, UINT32_MAX);
    ck_assert_msg(g->value[y].rows == c->rows && g->value[y].cols == c->cols, "%s: %u x %u",
                  c->text, g->value[y].rows, g->value[y].cols);
    stamp_graph_free(g);
}

START_TEST(every_operation_gives_its_shape_or_says_what_does_not_fit)
{
    look_at(START, &ops[_i]);
}
END_TEST

START_TEST(grids_other_keys_and_rows_of_the_network_fit_or_are_refused)
{
    look_at(START GRID, &grids[_i]);
}
END_TEST

/* A new line of ops.def needs lines above. */
START_TEST(every_operation_has_a_case_taken_and_one_refused)
{
    bool taken[STAMP_GOPS] = {false}, refused[STAMP_GOPS] = {false};

    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        char op[16];
        ck_assert_int_eq(sscanf(ops[i].text, "y = %15s", op), 1);
        for (int k = 0; k < STAMP_GOPS; k++)
            if (!strcmp(op, stamp_gop_name((enum stamp_gop)k)))
                (ops[i].say ? refused : taken)[k] = true;
    }
    for (int k = 0; k < STAMP_GOPS; k++)
        ck_assert_msg(taken[k], "no case of %s", stamp_gop_name((enum stamp_gop)k));
    for (int k = 0; k < STAMP_GOPS; k++)
        ck_assert_msg(refused[k], "no case refused of %s", stamp_gop_name((enum stamp_gop)k));
}
END_TEST

static const struct case_of texts[] = {
    {"y = FOLD x", "no op: FOLD", 0, 0},
    {"y = UNARY z kind=SILU", "no such operand: z", 0, 0},
    {"y = UNARY y kind=SILU", "no such operand: y", 0, 0},
    {"y = UNARY %x kind=SILU", "no such operand: %x", 0, 0},
    {"y = UNARY x kind=SILU eps=1", "the op has no attribute eps", 0, 0},
    {"y = UNARY x kind=SILU : loud", "a value has no loud", 0, 0},
    {"x = UNARY x kind=SILU", "x: two values have this name", 0, 0},
    {"param w MATRIX 2 2\ny = IDS", "w: two parameters have this name", 0, 0},
    {"param n MATRIX 0 8\ny = IDS", "n: a parameter of no numbers", 0, 0},
    {"param n VECTOR 1 0\ny = NORM x %n kind=RMS group=0", "n: a parameter of no numbers", 0, 0},
    {"param n MATRIX 2 0\nv = GATHER %n ids\nparam k VECTOR 1 8\ny = NORM v %k kind=RMS",
     "n: a parameter of no numbers", 0, 0},
    {"param n MATRIX 16777217 1\ny = IDS", "n: too many numbers", 0, 0},
    {"param n MATRIX 16777216 4096\ny = IDS", NULL, RUN, 1},
    {"param n MATRIX 16777216 4097\ny = IDS", "n: too many numbers", 0, 0},
    {"param n VECTOR 2 8\ny = IDS", "n: a vector or table has 1 row", 0, 0},
    {"param n TABLE 2 8\ny = IDS", "n: a vector or table has 1 row", 0, 0},
    {"param n CUBE 2 8\ny = IDS", "no kind of parameter: CUBE", 0, 0},
    {"param n MATRIX -1 8\ny = IDS", "no number: -1", 0, 0},
    {"param n MATRIX 4294967296 8\ny = IDS", "no number: 4294967296", 0, 0},
    {"param n MATRIX 8\ny = IDS", "param takes a name, a kind and two sizes", 0, 0},
    {"param = IDS\nblock = IDS\ny = IDS", NULL, RUN, 1},
    {"a/b = IDS\ny = IDS", "a/b: no name for a value", 0, 0},
    {"2y = IDS", "2y: no name for a value", 0, 0},
    {"y = IDS : place=2", "y: no name for a value", 0, 0},
    {"block b 0 x y {\ny = UNARY x kind=SILU\n}", "b: repeats 0 times", 0, 0},
    {"block b 4097 x y {\ny = UNARY x kind=SILU\n}", "b: repeats 0 times", 0, 0},
    {"block b 2 x y {\ny = UNARY x kind=SILU\n}", NULL, RUN, 8},
    {"block b 2 x y {\nblock c 2 x y {\ny = UNARY x kind=SILU\n}\n}", "a block inside a block", 0,
     0},
    {"block b 2 x y {\ny = UNARY x kind=SILU", "b: a block without end", 0, 0},
    {"y = UNARY x kind=SILU\n}", "a } of no block", 0, 0},
    {"block b 2 x x {\n}", "b: not a run of nodes", 0, 0},
    {"block b 2 x y {\nz = IDS\n}\ny = UNARY x kind=SILU", "no such operand: y", 0, 0},
    {"block b 2 x x {\ny = UNARY x kind=SILU\n}", "b: what it goes on from or hands on", 0, 0},
    {"block b 2 x y {\ny = LINEAR x %w kind=BODY\n}", "b: what it hands on has another shape", 0,
     0},
    {"block b 2 x z {\ny = UNARY x kind=SILU\nz = UNARY y kind=SILU\n}\nu = UNARY y kind=SILU",
     "u: reads what a block does not hand on", 0, 0},
    {"block b 2 x y {\nparam n VECTOR 1 8\ny = NORM x %n kind=RMS\n}\nu = NORM y %n kind=RMS",
     "u: a parameter is another block's", 0, 0},
    {"block b 2 x y {\ny = UNARY x kind=SILU\n}\nblock b 2 y z {\nz = UNARY y kind=SILU\n}",
     "b: two blocks have this name", 0, 0},
    {"block b 2 x y {\ny = UNARY x kind=SILU\n}\nb.0.y = UNARY y kind=SILU",
     "b.0.y: a name of a value in a block", 0, 0},
    {"block b 2 x y z {\n", "block takes a name", 0, 0},
    {"what is this", "neither param, block nor NAME = OP: what", 0, 0},
};

START_TEST(texts_that_are_no_graph_are_refused_with_line_and_word)
{
    look_at(START, &texts[_i]);
}
END_TEST

static const struct case_of places[] = {
    {"a = UNARY x kind=SILU : place=h\ny = UNARY a kind=SILU : place=h", NULL, RUN, 8},
    {"a = UNARY x kind=SILU : place=h\ny = UNARY x kind=SILU : place=h\nz = BINARY a y kind=ADD",
     "y takes the place h of a, which is still to be read", 0, 0},
    /* a place of a value's own name */
    {"y = UNARY x kind=SILU : place=x\nz = BINARY x y kind=ADD", "y takes the place x of x", 0, 0},
    {"a = UNARY x kind=SILU : place=y\ny = UNARY x kind=SILU\nz = BINARY a y kind=ADD",
     "y takes the place y of a", 0, 0},
    /* what is read inside a block is read in every repetition */
    {"a = UNARY x kind=SILU\nblock b 2 x y {\nc = BINARY x a kind=ADD\ny = UNARY c kind=SILU "
     ": place=a\n}",
     "y takes the place a of a", 0, 0},
    {"a = UNARY x kind=SILU\nblock b 2 x y {\ny = BINARY x a kind=ADD\nc = UNARY y kind=SILU "
     ": place=y\n}",
     "c takes the place y of y", 0, 0},
    {"block b 2 x y {\na = GATHER %table ids : place=y\nc = BINARY x a kind=ADD\n"
     "y = UNARY c kind=SILU\n}",
     "a takes the place y of y, which b goes on from", 0, 0},
    {"block b 1 x y {\na = GATHER %table ids : place=y\nc = BINARY x a kind=ADD\n"
     "y = UNARY c kind=SILU\n}",
     NULL, RUN, 8},
};

START_TEST(a_place_is_not_taken_from_what_is_still_to_be_read)
{
    look_at(START, &places[_i]);
}
END_TEST

/* One thing wrong with a graph that was not made by the builder. */
START_TEST(the_check_sees_what_no_builder_makes)
{
    static const char *const say[] = {"g: no kind of parameter",
                                      "g: a vector or table has 1 row",
                                      "x: no node",
                                      "g: of a block that is",
                                      "x: no node",
                                      "x: an operand is no param",
                                      "x: too few or too many",
                                      "x: its shape does not follow",
                                      "g: a parameter of no numbers",
                                      "x: an operand does not come before"};

    const int i = _i;
    struct stamp_err e;
    struct stamp_graph *g = graph_of("param t MATRIX 4 8\nids = IDS\nw = GATHER %t ids\n"
                                     "param g VECTOR 1 8\nx = NORM w %g kind=RMS\n",
                                     &e);
    ck_assert_msg(g != NULL, "%s", e.text);
    if (i == 0) g->param[1].kind = STAMP_GPARAM_KINDS;
    if (i == 1) g->param[1].rows = 2;
    if (i == 2) g->node[2].op = STAMP_GOPS;
    if (i == 3) g->param[1].block = 0;
    if (i == 4) g->value[2].node = 1;
    if (i == 5) g->node[2].in[1] = STAMP_PARAM | 2;
    if (i == 6) g->node[2].ins = 1;
    if (i == 7) g->value[2].cols = 4;
    if (i == 8) g->param[1].cols = 0;
    if (i == 9) g->node[2].in[0] = 2;
    ck_assert_int_eq((int)stamp_graph_check(g, &e), (int)STAMP_EFORMAT);
    ck_assert_msg(strstr(e.text, say[i]) != NULL, "%d: %s", i, e.text);
    stamp_graph_free(g);
}
END_TEST

START_TEST(numbers_of_parameters_do_not_overflow)
{
    struct stamp_err e;
    struct stamp_graph *g = graph_of("x = IDS\nblock b 4096 x y {\nparam n MATRIX 16777216 4096\n"
                                     "y = UNARY x kind=SILU\n}\n",
                                     &e);

    ck_assert_msg(g != NULL, "%s", e.text);
    ck_assert(stamp_graph_parameters(g) == UINT64_C(1) << 48);
    stamp_graph_free(g);
}
END_TEST

Suite *stamp_suite_graph(void)
{
    Suite *s = suite_create("graph");
    TCase *c = tcase_create("graph");

    tcase_add_loop_test(c, every_operation_gives_its_shape_or_says_what_does_not_fit, 0,
                        COUNT(ops));
    tcase_add_loop_test(c, grids_other_keys_and_rows_of_the_network_fit_or_are_refused, 0,
                        COUNT(grids));
    tcase_add_test(c, every_operation_has_a_case_taken_and_one_refused);
    tcase_add_loop_test(c, texts_that_are_no_graph_are_refused_with_line_and_word, 0, COUNT(texts));
    tcase_add_loop_test(c, a_place_is_not_taken_from_what_is_still_to_be_read, 0, COUNT(places));
    tcase_add_loop_test(c, the_check_sees_what_no_builder_makes, 0, 10);
    tcase_add_test(c, numbers_of_parameters_do_not_overflow);
    suite_add_tcase(s, c);
    return s;
}
