/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_graph.c - the reader of graphs against bent text.
 *
 *     fuzz_graph [SEED [ITERATIONS]]
 *
 * As fuzz_front: deterministic, meant for the sanitizers. What is accepted is a graph: it is checked, printed,
 * read again and printed the same; its steps are found or refused with a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/graph/steps.h"
#include "model/mem.h"
#include "tests/fuzz/bend.h"

#define FIRST                                                                                      \
    "graph t\nparam table MATRIX 20 8\nparam never MATRIX 2 3\nparam turn TABLE 1 2\n"             \
    "ids = IDS\nstart = GATHER %table ids : place=x probe\nblock layers 3 start end {\n"           \
    "param g VECTOR 1 8\nh = NORM start %g kind=RMS eps=1e-05 group=0 : place=h\n"                 \
    "param wq MATRIX 8 8\nparam wk MATRIX 4 8\nparam wv MATRIX 4 8\nparam gq VECTOR 1 4\n"         \
    "q = LINEAR h %wq kind=BODY\nk = LINEAR h %wk kind=BODY\nv = LINEAR h %wv kind=BODY : probe\n" \
    "qn = NORM q %gq kind=RMS eps=1e-05 group=4\nqt = ROPE qn %turn head_dim=4\n"                  \
    "kt = ROPE k %turn head_dim=4\n"                                                               \
    "att = ATTEND qt kt v kind=CAUSAL heads=2 kv_heads=1 head_dim=4 cache=1\n"                     \
    "param wo MATRIX 8 8\no = LINEAR att %wo kind=BODY\nend = BINARY start o kind=ADD : place=x\n" \
    "}\nrows = PICK end kind=RUN\nparam wl MATRIX 20 8\nlogits = LINEAR rows %wl kind=HEAD "       \
    ": by=head\n"
#define SECOND                                                                                     \
    "graph v\npicture = PICTURE channels=3 height=8 width=8 patch=4\nparam w MATRIX 8 48\n"        \
    "param b VECTOR 1 8\npatches = LINEAR picture %w %b kind=HEAD\nparam cls ROWS 1 8\n"           \
    "t = PREPEND %cls patches : place=x\nparam at ROWS 5 8\nx = BINARY t %at kind=ADD : place=x\n" \
    "param gain VECTOR 1 8\nblock blocks 2 x y {\nparam bias VECTOR 1 8\n"                         \
    "h = NORM x %gain %bias kind=LAYER eps=1e-06\nparam w1 MATRIX 16 8\n"                          \
    "f = LINEAR h %w1 kind=BODY\ng = UNARY f kind=GELU\nparam w2 MATRIX 8 16\n"                    \
    "d = LINEAR g %w2 kind=BODY\ny = BINARY x d kind=ADD : place=x\n}\n"                           \
    "block two 1 y z {\nz = ATTEND y y y kind=FULL heads=2 kv_heads=2 head_dim=4\n}\n"             \
    "first = PICK z kind=FIRST\n"
#define THIRD                                                                                      \
    "graph g\nparam e MATRIX 6 4\ni = IDS\nx = GATHER %e i\nparam a MATRIX 6 4\nparam b MATRIX 6 " \
    "4\ngate = LINEAR x %a kind=BODY\nup = LINEAR x %b kind=BODY\ns = UNARY gate kind=SILU\n"      \
    "m = BINARY s up kind=MUL : place=ff by=gated probe\nparam spare ROWS 3 3\n"

#define FOURTH                                                                                     \
    "graph d\nx = INPUT rows=16 cols=8\nrow = INPUT rows=1 cols=8\ntext = INPUT cols=8\n"          \
    "silu = UNARY row kind=SILU\nblock blocks 2 x end {\nparam table ROWS 1 8\n"                   \
    "gate = BINARY row %table kind=ADD\nh = NORM x gate silu kind=LAYER eps=1e-06\n"               \
    "param wa MATRIX 8 8\nparam wb MATRIX 8 8\na = LINEAR h %wa kind=BODY\nb = LINEAR h %wb "      \
    "kind=BODY\nas = UNARY a kind=SILU\nbs = UNARY b kind=SILU\nparam ta ROWS 9 8\nparam ba "      \
    "VECTOR 1 8\nca = DEPTHWISE as %ta %ba height=4 width=4 kernel=3 stride=1\n"                   \
    "cb = DEPTHWISE bs %ta %ba height=4 width=4 kernel=3 stride=1\ncs = UNARY cb kind=SILU\n"      \
    "m = BINARY ca cs kind=MUL : probe\nparam wo MATRIX 8 8\no = LINEAR m %wo kind=BODY\n"         \
    "og = BINARY o gate kind=MUL\nmid = BINARY x og kind=ADD : place=x\nparam wq MATRIX 8 8\n"     \
    "q = LINEAR mid %wq kind=BODY\natt = ATTEND q text text kind=FULL heads=2 kv_heads=2 "         \
    "head_dim=4\nlin = ATTEND q q q kind=LINEAR heads=2 kv_heads=2 head_dim=4 eps=1e-15\n"         \
    "param ts ROWS 4 8\nsq = DEPTHWISE lin %ts %ba height=4 width=4 kernel=2 stride=2\n"           \
    "sn = NORM sq %ba %ba kind=LAYER eps=1e-05 unit=4\ns2 = ATTEND att sn sn kind=FULL heads=2 "   \
    "kv_heads=2 head_dim=4\nparam we MATRIX 8 8\ne = LINEAR s2 %we kind=BODY\n"                    \
    "end = BINARY e mid kind=ADD : place=x\n}\n"

/* Words of this text, put over a word of it. */
static const char *const words[] = {
    "0",       "1",           "4294967295", "16777216",  "8192",        "64",         "%g",
    "%w",      "x",           "h",          "y",         "start",       "place=x",    "probe",
    ":",       "{",           "}",          "kind=RMS",  "kind=ADD",    "kind=LAYER", "head_dim=0",
    "group=0", "=",           "param",      "block",     "VECTOR",      "TABLE",      "ROWS",
    "LINEAR",  "NORM",        "ROPE",       "PREPEND",   "kind=FIRST",  "cache=1",    "patch=8192",
    "group=8", "height=8192", "kernel=2",   "stride=2",  "kind=LINEAR", "kind=MUL",   "kind=SILU",
    "unit=4",  "unit=3",      "eps=0.5",    "DEPTHWISE", "INPUT",       "place=as",   "rows=0"};

static void replace(struct sample *s, size_t at, size_t end, const char *w, size_t n)
{
    if (s->len - (end - at) + n > SAMPLE_BYTES) return;
    memmove(s->bytes + at + n, s->bytes + end, s->len - end);
    memcpy(s->bytes + at, w, n);
    s->len = s->len - (end - at) + n;
}

static void put_word(struct sample *s)
{
    const char *w = words[bend_draw(sizeof words / sizeof words[0])];
    const size_t n = strlen(w);
    size_t at = bend_draw((uint32_t)s->len), end;

    while (at > 0 && s->bytes[at - 1] > ' ') at--;
    for (end = at; end < s->len && s->bytes[end] > ' ';) end++;
    replace(s, at, end, w, n);
}

/* A number becomes another, one that shapes are near to or sizes overflow from. */
static void put_number(struct sample *s)
{
    static const char *const numbers[] = {
        "0",  "1",  "2",  "3",   "4",    "5",     "8",        "12",       "16",        "20",
        "48", "64", "65", "400", "8192", "65536", "16777216", "16777217", "4294967295"};
    const char *w = numbers[bend_draw(sizeof numbers / sizeof numbers[0])];
    const size_t n = strlen(w);
    size_t at = bend_draw((uint32_t)s->len), end;

    while (at < s->len && (s->bytes[at] < '0' || s->bytes[at] > '9')) at++;
    for (end = at; end < s->len && s->bytes[end] >= '0' && s->bytes[end] <= '9';) end++;
    replace(s, at, end, w, n);
}

/* A line goes elsewhere. */
static void move_line(struct sample *s)
{
    static unsigned char line[256];
    size_t at = bend_draw((uint32_t)s->len), end = at;

    while (at > 0 && s->bytes[at - 1] != '\n') at--;
    while (end < s->len && s->bytes[end++] != '\n') {}
    const size_t n = end - at;
    if (n > sizeof line || n == s->len) return;
    memcpy(line, s->bytes + at, n);
    memmove(s->bytes + at, s->bytes + end, s->len - end);
    s->len -= n;
    size_t to = bend_draw((uint32_t)s->len);
    while (to > 0 && s->bytes[to - 1] != '\n') to--;
    memmove(s->bytes + to + n, s->bytes + to, s->len - to);
    memcpy(s->bytes + to, line, n);
    s->len += n;
}

static bool say(const char *what, const struct stamp_err *e)
{
    printf("fuzz_graph: %s: %s\n", what, e->text);
    return false;
}

/* An accepted graph: printed, read, printed the same; its steps. */
static bool usable(const struct stamp_graph *g, unsigned *stepped)
{
    struct stamp_err e = {0};
    struct stamp_text a = {0}, b = {0};
    struct stamp_graph *back = NULL;
    struct stamp_gsteps steps = {0};
    bool fine = true;

    stamp_graph_print(g, &a);
    if (stamp_graph_check(g, &e)) fine = say("accepted, but no graph", &e);
    if (fine && stamp_graph_parse(a.s, a.len, &back, &e)) fine = say("printed, but not read", &e);
    if (fine) stamp_graph_print(back, &b);
    if (fine && strcmp(a.s, b.s)) fine = say("printed otherwise the second time", &e);
    if (fine && (back->params != g->params || back->nodes != g->nodes))
        fine = say("not all of it was printed", &e);
    if (fine) stamp_graph_dot(g, &b);
    (void)stamp_graph_parameters(g);
    if (fine && !stamp_gsteps_of(g, &steps, &e))
        ++*stepped;
    else if (fine && (e.status != STAMP_EUNSUPPORTED || !e.text[0] || steps.step))
        fine = say("steps were refused without a word", &e);
    stamp_gsteps_free(&steps);
    stamp_graph_free(back);
    stamp_free(a.s);
    stamp_free(b.s);
    return fine;
}

static bool one(const struct sample *s, unsigned *accepted, unsigned *stepped)
{
    struct stamp_graph *g = NULL;
    struct stamp_err e = {0};
    const enum stamp_status st = stamp_graph_parse((const char *)s->bytes, s->len, &g, &e);

    stamp_mem_fail_at(0);
    if (st) return (!g && e.status == st && e.text[0]) || say("a failure touched its result", &e);
    ++*accepted;
    const bool fine = usable(g, stepped);
    stamp_graph_free(g);
    return fine;
}

enum { GOOD = 4 };

int main(int argc, char **argv)
{
    static const char *const good[] = {FIRST, SECOND, THIRD, FOURTH};
    static struct sample s;
    const unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1;
    const unsigned iterations = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 20000;
    unsigned accepted = 0, stepped = 0, whole = 0;
    bool failed = false;

    bend_seed(seed);
    for (unsigned i = 0; i < iterations && !failed; i++) {
        s.len = strlen(good[i % GOOD]);
        memcpy(s.bytes, good[i % GOOD], s.len);
        if (i < GOOD) { /* as it is */
            failed = !one(&s, &whole, &stepped) || whole != i + 1;
            continue;
        }
        for (uint32_t n = 1 + bend_draw(3); n > 0; n--) {
            static void (*const change[])(struct sample *) = {put_word, put_number, put_number,
                                                              move_line};
            change[bend_draw(4)](&s);
        }
        if (bend_draw(4) == 0) bend(&s);
        if (bend_draw(16) == 0) stamp_mem_fail_at(1 + bend_draw(30));
        failed = !one(&s, &accepted, &stepped);
        if (failed) printf("fuzz_graph: seed %u, iteration %u\n%.*s", seed, i, (int)s.len, s.bytes);
    }
    printf("fuzz_graph: %8u bent texts, %6u accepted, %6u with steps\n", iterations, accepted,
           stepped);
    return failed || (iterations >= 1000 && (!accepted || stepped == accepted));
}
