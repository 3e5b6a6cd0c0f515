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

/* The only node that reads value @p v, if it is in the block of the one that makes it; UINT32_MAX. What a
 * block goes on from or hands on is read by more than what names it. */
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
        if (g->block[i].in == v || g->block[i].out == v) return UINT32_MAX;
    if (found == UINT32_MAX) return UINT32_MAX;
    return stamp_graph_block(g, found) == stamp_graph_block(g, g->value[v].node) ? found
                                                                                 : UINT32_MAX;
}

/* The same of a value that need not be in memory: UINT32_MAX for a probe, which must. */
static uint32_t passed_to(const struct stamp_graph *g, uint32_t v)
{
    return g->value[v].probe ? UINT32_MAX : only_reader(g, v);
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

/* Whether attention does node @p n to its heads: RMS of whole heads without bias, then a rotation. What it
 * turns it turns where it lies, so nothing else may read that. */
static bool is_of_heads(const struct stamp_graph *g, const struct stamp_gnode *n, uint32_t head_dim,
                        bool normed, bool turned)
{
    if (n->op != STAMP_GOP_ROPE && n->op != STAMP_GOP_NORM) return false;
    if (passed_to(g, n->out) == UINT32_MAX || only_reader(g, n->in[0]) == UINT32_MAX) return false;
    if (n->op == STAMP_GOP_ROPE) return n->attr.head_dim == head_dim && !turned && !normed;
    return n->attr.kind == STAMP_GNORM_RMS && n->attr.group == head_dim && n->ins == 2 && !normed;
}

/* Back from @p v of attention @p a; what is passed on the way belongs to it. */
static uint32_t trace(struct grouping *p, const struct stamp_gnode *a, uint32_t v, uint32_t *gain,
                      uint32_t *frequency)
{
    for (;;) {
        const struct stamp_gnode *n = node_of(p->g, v);
        if (!is_of_heads(p->g, n, a->attr.head_dim, *gain != STAMP_NO_OPERAND,
                         *frequency != STAMP_NO_OPERAND))
            return v;
        if (n->op == STAMP_GOP_ROPE)
            *frequency = n->in[1] & ~STAMP_PARAM;
        else
            *gain = p->g->value[v].node;
        p->taken[p->g->value[v].node] = true;
        v = n->in[0];
    }
}

/* @return the frequencies by which its keys are turned */
static uint32_t attend(struct grouping *p, uint32_t node, struct stamp_gstep *s)
{
    const struct stamp_gnode *n = &p->g->node[node];
    uint32_t of_keys = STAMP_NO_OPERAND;

    s->kind = STAMP_STEP_ATTEND;
    s->gain_q = s->gain_k = s->frequency = STAMP_NO_OPERAND;
    s->x = trace(p, n, n->in[0], &s->gain_q, &s->frequency);
    s->k = trace(p, n, n->in[1], &s->gain_k, &of_keys);
    s->v = n->in[2];
    return of_keys;
}

/* The first ATTEND of the graph. */
static const struct stamp_gnode *first_attend(const struct stamp_graph *g)
{
    const struct stamp_gnode *n = g->node;

    while (n->op != STAMP_GOP_ATTEND) n++;
    return n;
}

/* What the rules of the graph allow and no attention of this kit does; NULL: it is done. */
static const char *attend_fault(struct grouping *p, const struct stamp_gstep *s, uint32_t of_keys)
{
    const struct stamp_gvalue *value = p->g->value;
    const struct stamp_gnode *n = &p->g->node[s->node], *first = first_attend(p->g);
    struct stamp_gstep one;

    if (s->frequency != of_keys) return "queries and keys are not turned by the same frequencies";
    if (value[s->x].rows != value[s->k].rows && s->frequency != STAMP_NO_OPERAND)
        return "queries and keys that differ in their rows are turned";
    if (n->attr.kind == STAMP_GATTEND_LINEAR &&
        (s->frequency != STAMP_NO_OPERAND || s->gain_q != STAMP_NO_OPERAND ||
         s->gain_k != STAMP_NO_OPERAND))
        return "a norm or rotation of the heads of linear attention";
    if (value[s->x].rows == STAMP_ROWS_PICKED) return "attention of rows that are picked";
    if (n->attr.cache && value[s->x].rows != STAMP_ROWS_RUN)
        return "a cache of rows that are not the run's";
    if (n->attr.cache != first->attr.cache) return "attentions with a cache and without one";
    attend(p, p->g->value[first->out].node, &one);
    if (s->frequency != one.frequency ||
        (s->frequency != STAMP_NO_OPERAND && n->attr.head_dim != first->attr.head_dim))
        return "attentions turned by different frequencies";
    return NULL;
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
    const uint32_t silu = passed_to(g, g->node[s->linear[0]].out);

    if (s->linears != 2 || !is_kind(g, silu, STAMP_GOP_UNARY, STAMP_GUNARY_SILU)) return false;
    const uint32_t mul = passed_to(g, g->node[silu].out);
    if (!is_kind(g, mul, STAMP_GOP_BINARY, STAMP_GBINARY_MUL) ||
        passed_to(g, g->node[s->linear[1]].out) != mul)
        return false;
    p->taken[silu] = p->taken[mul] = true;
    s->post = STAMP_GPOST_GATE;
    s->out = g->node[mul].out;
    return true;
}

/* SILU of each product. */
static bool each_silu(struct grouping *p, struct stamp_gstep *s)
{
    const struct stamp_graph *g = p->g;

    for (uint32_t i = 0; i < s->linears; i++)
        if (!is_kind(g, passed_to(g, g->node[s->linear[i]].out), STAMP_GOP_UNARY,
                     STAMP_GUNARY_SILU))
            return false;
    for (uint32_t i = 0; i < s->linears; i++) {
        const uint32_t silu = passed_to(g, g->node[s->linear[i]].out);
        p->taken[silu] = true;
        s->outs[i] = g->node[silu].out;
    }
    s->post = STAMP_GPOST_SILU;
    s->out = s->outs[0];
    return true;
}

/* One product: times a row, added to a value; both are there by then. */
static bool gated(struct grouping *p, struct stamp_gstep *s)
{
    const struct stamp_graph *g = p->g;
    const uint32_t out = g->node[s->linear[0]].out, mul = passed_to(g, out);

    if (!is_kind(g, mul, STAMP_GOP_BINARY, STAMP_GBINARY_MUL) || g->node[mul].in[0] != out ||
        g->node[mul].in[1] & STAMP_PARAM || g->value[g->node[mul].in[1]].rows != 1 ||
        g->value[g->node[mul].in[1]].node > s->linear[0])
        return false;
    const uint32_t sum = passed_to(g, g->node[mul].out);
    if (!is_kind(g, sum, STAMP_GOP_BINARY, STAMP_GBINARY_ADD) ||
        (g->node[sum].in[0] | g->node[sum].in[1]) & STAMP_PARAM)
        return false;
    const uint32_t add = g->node[sum].in[g->node[sum].in[0] == g->node[mul].out];
    if (g->value[add].rows != g->value[out].rows || g->value[add].node > s->linear[0]) return false;
    p->taken[mul] = p->taken[sum] = true;
    s->post = STAMP_GPOST_GATED;
    s->add = add;
    s->gate = g->node[mul].in[1];
    s->out = g->node[sum].out;
    return true;
}

/* One product: added to a value that is there by then, or GELU of it. */
static void single(struct grouping *p, struct stamp_gstep *s)
{
    const struct stamp_graph *g = p->g;
    const uint32_t out = g->node[s->linear[0]].out, next = passed_to(g, out);

    if (gated(p, s)) return;
    if (is_kind(g, next, STAMP_GOP_UNARY, STAMP_GUNARY_GELU) ||
        is_kind(g, next, STAMP_GOP_UNARY, STAMP_GUNARY_GELU_TANH)) {
        s->post = STAMP_GPOST_GELU;
    } else if (is_kind(g, next, STAMP_GOP_BINARY, STAMP_GBINARY_ADD) &&
               !((g->node[next].in[0] | g->node[next].in[1]) & STAMP_PARAM)) {
        const uint32_t add = g->node[next].in[g->node[next].in[0] == out];
        if (g->value[add].node > s->linear[0] || g->value[add].rows != g->value[out].rows) return;
        s->post = STAMP_GPOST_ADD;
        s->add = add;
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
            g->node[i].attr.kind != n->attr.kind || g->node[i].ins != n->ins ||
            stamp_graph_block(g, i) != s->block)
            continue;
        s->linear[s->linears++] = i;
        p->taken[i] = true;
        add_name(s, name_of(g, g->node[i].out));
    }
    for (uint32_t i = 0; i < s->linears; i++) s->outs[i] = g->node[s->linear[i]].out;
    if (!each_silu(p, s) && !gate(p, s) && s->linears == 1) single(p, s);
    s->made = s->post == STAMP_GPOST_NONE || s->post == STAMP_GPOST_SILU ? s->linears : 1;
    if (s->made == 1) s->outs[0] = s->out;
}

/* ---- Convolutions ------------------------------------------------------------------------------ */

/* The first of two on grids of one shape: SILU of the second times the first. */
static void depthwise(struct grouping *p, uint32_t node, struct stamp_gstep *s)
{
    const struct stamp_graph *g = p->g;
    const struct stamp_gattr *a = &g->node[node].attr;
    const uint32_t mul = passed_to(g, g->node[node].out);

    s->kind = STAMP_STEP_DEPTHWISE;
    if (!is_kind(g, mul, STAMP_GOP_BINARY, STAMP_GBINARY_MUL)) return;
    const uint32_t other = g->node[mul].in[g->node[mul].in[0] == g->node[node].out];
    if (other & STAMP_PARAM || g->value[other].rows != g->value[s->out].rows) return;
    const uint32_t silu = g->value[other].node;
    if (!is_kind(g, silu, STAMP_GOP_UNARY, STAMP_GUNARY_SILU) || passed_to(g, other) != mul) return;
    const uint32_t second = g->value[g->node[silu].in[0]].node;
    if (g->node[second].op != STAMP_GOP_DEPTHWISE || p->taken[second] ||
        passed_to(g, g->node[second].out) != silu ||
        memcmp(a, &g->node[second].attr, sizeof *a) != 0 ||
        g->value[g->node[second].in[0]].node > node)
        return;
    p->taken[second] = p->taken[silu] = p->taken[mul] = true;
    s->second = second;
    s->k = g->node[second].in[0];
    s->out = s->outs[0] = g->node[mul].out;
}

/* ---- All of it --------------------------------------------------------------------------------- */

static enum stamp_status step(struct grouping *p, uint32_t node, struct stamp_err *e)
{
    const struct stamp_gnode *n = &p->g->node[node];
    struct stamp_gstep *s = &p->out->step[p->out->steps++];
    static const char by_itself[] = "by itself is nothing this kit does";
    const char *fault = NULL;

    *s = (struct stamp_gstep){.node = node,
                              .block = stamp_graph_block(p->g, node),
                              .x = n->ins ? n->in[0] : STAMP_NO_OPERAND,
                              .out = n->out,
                              .add = STAMP_NO_OPERAND,
                              .k = STAMP_NO_OPERAND,
                              .v = STAMP_NO_OPERAND,
                              .gate = STAMP_NO_OPERAND,
                              .gain = STAMP_NO_OPERAND,
                              .bias = STAMP_NO_OPERAND,
                              .second = STAMP_NO_OPERAND,
                              .outs = {n->out},
                              .made = 1};
    add_name(s, name_of(p->g, n->out));
    switch (n->op) {
    case STAMP_GOP_IDS:
    case STAMP_GOP_PICTURE:
    case STAMP_GOP_INPUT:
    case STAMP_GOP_PICK: s->kind = STAMP_STEP_INPUT; return STAMP_OK;
    case STAMP_GOP_GATHER: s->kind = STAMP_STEP_GATHER; return STAMP_OK;
    case STAMP_GOP_LINEAR: linears(p, node, s); return STAMP_OK;
    case STAMP_GOP_ATTEND: fault = attend_fault(p, s, attend(p, node, s)); break;
    case STAMP_GOP_PREPEND:
        s->kind = STAMP_STEP_PREPEND;
        s->x = n->in[1];
        return STAMP_OK;
    case STAMP_GOP_NORM:
        s->kind = STAMP_STEP_NORM;
        s->gain = n->in[1];
        if (n->ins > 2) s->bias = n->in[2];
        if (n->attr.group)
            fault = "a norm of groups is not RMS, without bias, of the heads of one attention";
        else if (n->attr.kind == STAMP_GNORM_RMS && n->ins > 2)
            fault = "an RMS norm with a bias";
        break;
    case STAMP_GOP_BINARY:
        s->kind = STAMP_STEP_ADD;
        s->add = n->in[1];
        if (n->attr.kind != STAMP_GBINARY_ADD || !(n->in[1] & STAMP_PARAM)) fault = by_itself;
        break;
    case STAMP_GOP_UNARY: s->kind = STAMP_STEP_UNARY; return STAMP_OK;
    case STAMP_GOP_DEPTHWISE: depthwise(p, node, s); return STAMP_OK;
    case STAMP_GOP_ROPE:
    case STAMP_GOPS: fault = by_itself; break;
    }
    if (!fault) return STAMP_OK;
    return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: %s: %s", p->g->value[n->out].name,
                      stamp_gop_name(n->op), fault);
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
    if (!s) s = stamp_gsteps_check(g, out, e);
    if (s) stamp_gsteps_free(out);
    return s;
}

void stamp_gsteps_free(struct stamp_gsteps *s)
{
    stamp_free(s->step);
    *s = (struct stamp_gsteps){0};
}
