/* SPDX-License-Identifier: Apache-2.0 */
/* steps.c - nodes in groups. Contract in steps.h. */
#include "model/graph/steps.h"

#include <stdio.h>
#include <string.h>

#include "model/mem.h"

struct grouping {
    const struct stamp_graph *g;
    bool *taken; /* [nodes]: in a step already; owned */
    struct stamp_gsteps *out;
};

static const struct stamp_gnode *node_of(const struct stamp_graph *g, uint32_t value)
{
    return &g->node[g->value[value].node];
}

/* The only node that reads value @p v, or UINT32_MAX. */
static uint32_t only_reader(const struct stamp_graph *g, uint32_t v)
{
    uint32_t found = UINT32_MAX;

    for (uint32_t i = 0; i < g->nodes; i++)
        for (uint32_t k = 0; k < g->node[i].ins; k++) {
            if (g->node[i].in[k] != v) continue;
            if (found != UINT32_MAX) return UINT32_MAX;
            found = i;
        }
    for (uint32_t i = 0; i < g->blocks; i++)
        if (g->block[i].out == v) return UINT32_MAX;
    return found;
}

static const char *name_of(const struct stamp_graph *g, uint32_t v)
{
    return *g->value[v].by ? g->value[v].by : g->value[v].name;
}

static void add_name(struct stamp_gstep *s, const char *name)
{
    const size_t n = strlen(s->name);
    snprintf(s->name + n, sizeof s->name - n, "%s", name);
}

/* ---- Attention: back from queries or keys to the product that made them ------------------------ */

static uint32_t trace(struct grouping *p, uint32_t v, uint32_t *gain, uint32_t *frequency)
{
    for (;;) {
        const struct stamp_gnode *n = node_of(p->g, v);
        const uint32_t at = p->g->value[v].node;
        if (only_reader(p->g, v) == UINT32_MAX) return v;
        if (n->op == STAMP_GOP_ROPE && *frequency == STAMP_NO_OPERAND && *gain == STAMP_NO_OPERAND)
            *frequency = n->in[1] & ~STAMP_PARAM;
        else if (n->op == STAMP_GOP_NORM && n->attr.group && *gain == STAMP_NO_OPERAND)
            *gain = at;
        else
            return v;
        p->taken[at] = true;
        v = n->in[0];
    }
}

static void attend(struct grouping *p, uint32_t node, struct stamp_gstep *s)
{
    const struct stamp_gnode *n = &p->g->node[node];
    uint32_t other = STAMP_NO_OPERAND;

    s->kind = STAMP_STEP_ATTEND;
    s->gain_q = s->gain_k = s->frequency = STAMP_NO_OPERAND;
    s->x = trace(p, n->in[0], &s->gain_q, &s->frequency);
    s->k = trace(p, n->in[1], &s->gain_k, &other);
    s->v = n->in[2];
}

/* Norms and rotations of heads belong to the attention behind them, wherever they stand. */
static void take_heads(struct grouping *p)
{
    struct stamp_gstep s;

    for (uint32_t i = 0; i < p->g->nodes; i++)
        if (p->g->node[i].op == STAMP_GOP_ATTEND) attend(p, i, &s);
}

/* ---- Products ---------------------------------------------------------------------------------- */

static bool is_kind(const struct stamp_graph *g, uint32_t node, enum stamp_gop op, uint32_t kind)
{
    return node != UINT32_MAX && g->node[node].op == op && g->node[node].attr.kind == kind;
}

/* SILU of the first product times the second. */
static bool gate(struct grouping *p, struct stamp_gstep *s)
{
    const struct stamp_graph *g = p->g;
    const uint32_t silu = only_reader(g, g->node[s->linear[0]].out);

    if (s->linears != 2 || !is_kind(g, silu, STAMP_GOP_UNARY, STAMP_GUNARY_SILU)) return false;
    const uint32_t mul = only_reader(g, g->node[silu].out);
    if (!is_kind(g, mul, STAMP_GOP_BINARY, STAMP_GBINARY_MUL) ||
        only_reader(g, g->node[s->linear[1]].out) != mul)
        return false;
    p->taken[silu] = p->taken[mul] = true;
    s->post = STAMP_GPOST_GATE;
    s->out = g->node[mul].out;
    return true;
}

/* One product: added to a value, or GELU of it. */
static void single(struct grouping *p, struct stamp_gstep *s)
{
    const struct stamp_graph *g = p->g;
    const uint32_t out = g->node[s->linear[0]].out, next = only_reader(g, out);

    if (is_kind(g, next, STAMP_GOP_UNARY, STAMP_GUNARY_GELU)) {
        s->post = STAMP_GPOST_GELU;
    } else if (is_kind(g, next, STAMP_GOP_BINARY, STAMP_GBINARY_ADD) &&
               !((g->node[next].in[0] | g->node[next].in[1]) & STAMP_PARAM)) {
        s->post = STAMP_GPOST_ADD;
        s->add = g->node[next].in[g->node[next].in[0] == out];
    } else {
        return;
    }
    p->taken[next] = true;
    s->out = g->node[next].out;
}

static void linears(struct grouping *p, uint32_t node, struct stamp_gstep *s)
{
    const struct stamp_graph *g = p->g;
    const struct stamp_gnode *n = &g->node[node];

    s->kind = STAMP_STEP_LINEARS;
    s->x = n->in[0];
    *s->name = 0;
    for (uint32_t i = node; i < g->nodes && s->linears < STAMP_STEP_LINEAR_MAX; i++) {
        if (p->taken[i] || g->node[i].op != STAMP_GOP_LINEAR || g->node[i].in[0] != n->in[0] ||
            g->node[i].attr.kind != n->attr.kind || stamp_graph_block(g, i) != s->block)
            continue;
        s->linear[s->linears++] = i;
        p->taken[i] = true;
        add_name(s, name_of(g, g->node[i].out));
    }
    if (!gate(p, s) && s->linears == 1) single(p, s);
}

/* ---- All of it --------------------------------------------------------------------------------- */

static enum stamp_status step(struct grouping *p, uint32_t node, struct stamp_err *e)
{
    const struct stamp_gnode *n = &p->g->node[node];
    struct stamp_gstep *s = &p->out->step[p->out->steps++];

    *s = (struct stamp_gstep){.node = node,
                              .block = stamp_graph_block(p->g, node),
                              .x = n->ins ? n->in[0] : STAMP_NO_OPERAND,
                              .out = n->out,
                              .add = STAMP_NO_OPERAND,
                              .k = STAMP_NO_OPERAND,
                              .v = STAMP_NO_OPERAND};
    add_name(s, name_of(p->g, n->out));
    switch (n->op) {
    case STAMP_GOP_IDS:
    case STAMP_GOP_PICTURE:
    case STAMP_GOP_PICK: s->kind = STAMP_STEP_INPUT; return STAMP_OK;
    case STAMP_GOP_GATHER: s->kind = STAMP_STEP_GATHER; return STAMP_OK;
    case STAMP_GOP_LINEAR: linears(p, node, s); return STAMP_OK;
    case STAMP_GOP_ATTEND: attend(p, node, s); return STAMP_OK;
    case STAMP_GOP_PREPEND: s->kind = STAMP_STEP_PREPEND; return STAMP_OK;
    case STAMP_GOP_NORM:
        s->kind = STAMP_STEP_NORM;
        if (!n->attr.group) return STAMP_OK;
        break;
    case STAMP_GOP_BINARY:
        s->kind = STAMP_STEP_ADD;
        s->add = n->in[1];
        if (n->attr.kind == STAMP_GBINARY_ADD && n->in[1] & STAMP_PARAM) return STAMP_OK;
        break;
    case STAMP_GOP_UNARY:
    case STAMP_GOP_ROPE:
    case STAMP_GOPS: break;
    }
    return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: %s by itself is nothing this kit does",
                      p->g->value[n->out].name, stamp_gop_name(n->op));
}

enum stamp_status stamp_gsteps_of(const struct stamp_graph *g, struct stamp_gsteps *out,
                                  struct stamp_err *e)
{
    struct grouping p = {g, stamp_alloc(g->nodes, sizeof *p.taken), out};
    enum stamp_status s = STAMP_OK;

    *out = (struct stamp_gsteps){stamp_alloc(g->nodes, sizeof *out->step), 0};
    if (!p.taken || !out->step)
        s = stamp_fail(e, STAMP_ENOMEM, "out of memory for %u nodes", g->nodes);
    if (!s) take_heads(&p);
    for (uint32_t i = 0; i < g->nodes && !s; i++)
        if (!p.taken[i]) {
            p.taken[i] = true;
            if (g->node[i].op == STAMP_GOP_LINEAR) p.taken[i] = false; /* it takes itself */
            s = step(&p, i, e);
        }
    stamp_free(p.taken);
    if (s) stamp_gsteps_free(out);
    return s;
}

void stamp_gsteps_free(struct stamp_gsteps *s)
{
    stamp_free(s->step);
    *s = (struct stamp_gsteps){0};
}
