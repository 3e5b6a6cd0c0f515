/* SPDX-License-Identifier: Apache-2.0 */
/* graph_of.c - graphs for tests. Contract in graph_of.h. */
#include "tests/model/graph_of.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compiler/family/dit.h"
#include "compiler/family/vit.h"
#include "model/mem.h"
#include "tests/compiler/net_of.h"

struct stamp_graph *graph_of(const char *body, struct stamp_err *e)
{
    static char text[8192];
    struct stamp_graph *g = NULL;
    const int n = snprintf(text, sizeof text, "graph t\n%s", body);

    ck_assert_int_lt(n, (int)sizeof text);
    *e = (struct stamp_err){0};
    const enum stamp_status s = stamp_graph_parse(text, (size_t)n, &g, e);
    ck_assert_msg((s == STAMP_OK) == (g != NULL), "status %d, graph %p", (int)s, (void *)g);
    ck_assert_msg(!s || e->text[0], "refused without a line");
    return g;
}

enum stamp_status graph_of_family_into(int i, struct stamp_graph **out, struct stamp_err *e)
{
    static const struct stamp_family *const family[] = {&stamp_family_llama,  &stamp_family_qwen2,
                                                        &stamp_family_qwen3,  &stamp_family_vit,
                                                        &stamp_family_pixart, &stamp_family_sana};
    struct stamp_network m = {.family = family[i],
                              .vocab = 20,
                              .ctx = 16,
                              .dec = {.dim = 8,
                                      .hidden = 12,
                                      .layers = 2,
                                      .heads = 4,
                                      .kv_heads = 2,
                                      .head_dim = 4,
                                      .rms_eps = 1e-5f,
                                      .tied = i == 1},
                              .vit = {.dim = 8,
                                      .heads = 2,
                                      .depth = 3,
                                      .hidden = 16,
                                      .classes = 5,
                                      .channels = 3,
                                      .side = 8,
                                      .patch = 4},
                              .dit = {.dim = 8,
                                      .layers = i == 4 ? 2 : 3,
                                      .heads = 2,
                                      .head_dim = 4,
                                      .cross_heads = 4,
                                      .cross_head_dim = 2,
                                      .hidden = 12,
                                      .channels = 2,
                                      .out_channels = 4,
                                      .patch = 2,
                                      .sample = 8,
                                      .caption = 6,
                                      .eps = 1e-6,
                                      .interpolation = i == 4,
                                      .attention_bias = true,
                                      .qk_norm = i == 5,
                                      .squeeze = i == 4 ? 2 : 0,
                                      .squeeze_first = 1,
                                      .squeeze_last = 1,
                                      .grid_h = 4,
                                      .grid_w = 2}};
    struct stamp_gb b;

    stamp_gb_start(&b, m.family->name, e);
    m.family->build(&m, &b);
    const enum stamp_status s = stamp_gb_finish(&b, out);
    stamp_free(m.part);
    return s;
}

struct stamp_graph *graph_of_family(int i)
{
    struct stamp_err e = {0};
    struct stamp_graph *g = NULL;

    ck_assert_msg(!graph_of_family_into(i, &g, &e), "%s", e.text);
    return g;
}

static bool same_node(const struct stamp_gnode *a, const struct stamp_gnode *b)
{
    const struct stamp_gattr *s = &a->attr, *t = &b->attr;

    for (uint32_t i = 0; i < a->ins; i++)
        if (a->in[i] != b->in[i]) return false;
    return a->op == b->op && a->ins == b->ins && a->out == b->out && s->kind == t->kind &&
           s->heads == t->heads && s->kv_heads == t->kv_heads && s->head_dim == t->head_dim &&
           s->cache == t->cache && s->group == t->group && s->channels == t->channels &&
           s->height == t->height && s->width == t->width && s->patch == t->patch &&
           s->unit == t->unit && s->rows == t->rows && s->cols == t->cols &&
           s->kernel == t->kernel && s->stride == t->stride && s->eps == t->eps;
}

static bool same_value(const struct stamp_gvalue *a, const struct stamp_gvalue *b)
{
    return !strcmp(a->name, b->name) && a->rows == b->rows && a->cols == b->cols &&
           a->node == b->node && a->probe == b->probe && !strcmp(a->place, b->place) &&
           !strcmp(a->by, b->by);
}

static bool same_param(const struct stamp_gparam *a, const struct stamp_gparam *b)
{
    return !strcmp(a->name, b->name) && a->kind == b->kind && a->rows == b->rows &&
           a->cols == b->cols && a->block == b->block;
}

static bool same_block(const struct stamp_gblock *a, const struct stamp_gblock *b)
{
    return !strcmp(a->name, b->name) && a->first == b->first && a->count == b->count &&
           a->repeat == b->repeat && a->in == b->in && a->out == b->out;
}

const char *graph_differs(const struct stamp_graph *a, const struct stamp_graph *b)
{
    if (strcmp(a->name, b->name)) return a->name;
    if (a->nodes != b->nodes || a->values != b->values) return "nodes";
    if (a->params != b->params || a->blocks != b->blocks) return "parameters or blocks";
    for (uint32_t i = 0; i < a->nodes; i++)
        if (!same_node(&a->node[i], &b->node[i]) || !same_value(&a->value[i], &b->value[i]))
            return a->value[i].name;
    for (uint32_t i = 0; i < a->params; i++)
        if (!same_param(&a->param[i], &b->param[i])) return a->param[i].name;
    for (uint32_t i = 0; i < a->blocks; i++)
        if (!same_block(&a->block[i], &b->block[i])) return a->block[i].name;
    return NULL;
}

static const char *name(const struct stamp_graph *g, uint32_t v)
{
    return v == STAMP_NO_OPERAND ? "-"
           : v & STAMP_PARAM     ? g->param[v & ~STAMP_PARAM].name
                                 : g->value[v].name;
}

static void put_step(const struct stamp_graph *g, const struct stamp_gstep *s, struct stamp_text *t)
{
    static const char *const kind[] = {"input",   "gather", "linears", "norm",     "attend",
                                       "prepend", "add",    "unary",   "depthwise"};
    static const char *const post[] = {"none", "add", "gate", "gelu", "silu", "gated"};

    stamp_text_add(t, "%s%s %s: %s -> %s", s->block == STAMP_NO_BLOCK ? "" : "  ", kind[s->kind],
                   s->name, name(g, s->x), name(g, s->out));
    for (uint32_t i = 0; i < s->linears; i++)
        stamp_text_add(t, "%s%s", i ? "," : " of ", name(g, g->node[s->linear[i]].out));
    if (s->post) stamp_text_add(t, " %s", post[s->post]);
    if (s->add != STAMP_NO_OPERAND) stamp_text_add(t, " %s", name(g, s->add));
    if (s->gate != STAMP_NO_OPERAND) stamp_text_add(t, " by %s", name(g, s->gate));
    if (s->second != STAMP_NO_OPERAND)
        stamp_text_add(t, " gated by %s of %s", name(g, g->node[s->second].out), name(g, s->k));
    for (uint32_t i = 1; i < s->made && s->post == STAMP_GPOST_SILU; i++)
        stamp_text_add(t, " and %s", name(g, s->outs[i]));
    if (s->kind == STAMP_STEP_ATTEND) {
        stamp_text_add(t, " k %s v %s norms %s %s turned %s", name(g, s->k), name(g, s->v),
                       s->gain_q == STAMP_NO_OPERAND ? "-" : g->value[s->gain_q].name,
                       s->gain_k == STAMP_NO_OPERAND ? "-" : g->value[s->gain_k].name,
                       s->frequency == STAMP_NO_OPERAND ? "-" : g->param[s->frequency].name);
    }
    stamp_text_add(t, "\n");
}

char *graph_steps_text(const struct stamp_graph *g, const struct stamp_gsteps *s)
{
    struct stamp_text t = {0};

    for (uint32_t i = 0; i < s->steps; i++) put_step(g, &s->step[i], &t);
    ck_assert(!t.failed && t.s);
    return t.s;
}
