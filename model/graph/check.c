/* SPDX-License-Identifier: Apache-2.0 */
/* check.c - whether a graph is one. Contract in graph.h. */
#include <math.h>
#include <string.h>

#include "model/graph/graph.h"
#include "model/graph/shape.h"

struct check {
    const struct stamp_graph *g;
    struct stamp_err *e;
};

static enum stamp_status refuse(const struct check *c, const char *name, const char *what)
{
    return stamp_fail(c->e, STAMP_EFORMAT, "graph: %s: %s", name, what);
}

/* A word: letters, digits, '_', '.', '-'. */
static bool is_name(const char *s)
{
    const size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
    return n > 0 && !s[n] && (s[0] < '0' || s[0] > '9');
}

static enum stamp_status check_names(const struct check *c)
{
    const struct stamp_graph *g = c->g;

    for (uint32_t i = 0; i < g->values; i++) {
        if (!is_name(g->value[i].name) || (*g->value[i].place && !is_name(g->value[i].place)) ||
            (*g->value[i].by && !is_name(g->value[i].by)))
            return refuse(c, g->value[i].name, "no name for a value");
        for (uint32_t k = 0; k < i; k++)
            if (!strcmp(g->value[i].name, g->value[k].name))
                return refuse(c, g->value[i].name, "two values have this name");
    }
    for (uint32_t i = 0; i < g->params; i++) {
        if (!is_name(g->param[i].name))
            return refuse(c, g->param[i].name, "no name for a parameter");
        const char *fault = stamp_gparam_fault(&g->param[i]);
        if (fault) return refuse(c, g->param[i].name, fault);
        if (g->param[i].block != STAMP_NO_BLOCK && g->param[i].block >= g->blocks)
            return refuse(c, g->param[i].name, "of a block that is not there");
        for (uint32_t k = 0; k < i; k++)
            if (!strcmp(g->param[i].name, g->param[k].name))
                return refuse(c, g->param[i].name, "two parameters have this name");
    }
    return STAMP_OK;
}

/* "layers.0.x" is value x of block layers, and no name of anything else. */
static enum stamp_status check_block_names(const struct check *c)
{
    const struct stamp_graph *g = c->g;

    for (uint32_t i = 0; i < g->blocks; i++) {
        const size_t n = strlen(g->block[i].name);
        for (uint32_t k = 0; k < i; k++)
            if (!strcmp(g->block[i].name, g->block[k].name))
                return refuse(c, g->block[i].name, "two blocks have this name");
        for (uint32_t k = 0; k < g->values; k++)
            if (stamp_graph_block(g, k) == STAMP_NO_BLOCK && g->value[k].name[n] == '.' &&
                !strncmp(g->value[k].name, g->block[i].name, n))
                return refuse(c, g->value[k].name, "a name of a value in a block");
    }
    return STAMP_OK;
}

static uint32_t first_reader(const struct stamp_graph *g, uint32_t operand)
{
    for (uint32_t i = 0; i < g->nodes; i++)
        for (uint32_t k = 0; k < g->node[i].ins; k++)
            if (g->node[i].in[k] == operand) return i;
    return g->nodes;
}

/* Parameters are declared in their order, each in its block; a table may stand in any. */
static enum stamp_status check_order(const struct check *c)
{
    const struct stamp_graph *g = c->g;
    uint32_t at = 0;  /* node before which the next can be declared at the earliest */
    uint32_t end = 0; /* of the block in which the one before was, 0: in none */

    for (uint32_t i = 0; i < g->params; i++) {
        const struct stamp_gparam *p = &g->param[i];
        if (p->block != STAMP_NO_BLOCK) {
            const struct stamp_gblock *b = &g->block[p->block];
            if (at >= b->first + b->count)
                return refuse(c, p->name, "declared behind a parameter of a later part");
            if (at < b->first) at = b->first;
            end = b->first + b->count;
        } else if (p->kind != STAMP_GPARAM_TABLE) {
            if (end) at = end; /* outside: that block is over */
            end = 0;
        }
        if (first_reader(g, STAMP_PARAM | i) < at)
            return refuse(c, p->name, "read before it can be declared");
    }
    return STAMP_OK;
}

/* Attributes an op does not have are zero; its kind is one of its own. */
static bool attributes_fit(const struct stamp_gnode *n)
{
    struct stamp_gattr rest = n->attr;
    struct stamp_gattr_row row;
    bool has_kind = false;

    for (size_t i = 0; stamp_gattr_at(i, &row); i++)
        if (row.op == n->op) {
            memset((char *)&rest + row.offset, 0, sizeof(uint32_t));
            has_kind |= row.type == STAMP_GTYPE_KIND;
        }
    const struct stamp_gattr zero = {0};
    return !memcmp(&rest, &zero, sizeof zero) && n->attr.cache <= 1 &&
           has_kind == (stamp_gkind_name(n->op, n->attr.kind) != NULL) && n->attr.eps >= 0 &&
           n->attr.eps < 1;
}

static enum stamp_status check_node(const struct check *c, uint32_t i)
{
    const struct stamp_graph *g = c->g;
    const struct stamp_gnode *n = &g->node[i];
    const char *name = n->out < g->values ? g->value[n->out].name : "?";
    const uint32_t block = stamp_graph_block(g, i);
    struct stamp_gshape shape;

    if (n->op >= STAMP_GOPS || n->out != i || g->value[i].node != i)
        return refuse(c, name, "no node");
    if (n->ins < stamp_gop_ins(n->op).least || n->ins > stamp_gop_ins(n->op).most)
        return refuse(c, name, "too few or too many operands");
    for (uint32_t k = 0; k < n->ins; k++) {
        const uint32_t in = n->in[k] & ~STAMP_PARAM;
        if (!(n->in[k] & STAMP_PARAM)) {
            if (in >= i) return refuse(c, name, "an operand does not come before");
            const uint32_t from = stamp_graph_block(g, in);
            if (from != block && from != STAMP_NO_BLOCK && g->block[from].out != in)
                return refuse(c, name, "reads what a block does not hand on");
            continue;
        }
        if (in >= g->params) return refuse(c, name, "an operand is no parameter");
        if (g->param[in].block != STAMP_NO_BLOCK && g->param[in].block != block)
            return refuse(c, name, "a parameter is another block's");
    }
    if (!attributes_fit(n)) return refuse(c, name, "attributes that the op does not take");
    const enum stamp_status s = stamp_graph_shape(g, n, &shape, c->e);
    if (s) return stamp_fail_at(c->e, "graph: %s", name);
    if (shape.rows != g->value[i].rows || shape.cols != g->value[i].cols)
        return refuse(c, name, "its shape does not follow from its operands");
    return STAMP_OK;
}

static enum stamp_status check_blocks(const struct check *c)
{
    const struct stamp_graph *g = c->g;

    for (uint32_t i = 0; i < g->blocks; i++) {
        const struct stamp_gblock *b = &g->block[i];
        const uint32_t before = i ? g->block[i - 1].first + g->block[i - 1].count : 0;
        if (!is_name(b->name)) return refuse(c, b->name, "no name for a block");
        if (b->first < before || !b->count || b->first > g->nodes || b->count > g->nodes - b->first)
            return refuse(c, b->name, "not a run of nodes behind the block before");
        if (!b->repeat || b->repeat > STAMP_GRAPH_MAX) return refuse(c, b->name, "repeats 0 times");
        if (b->in >= b->first || b->out < b->first || b->out >= b->first + b->count)
            return refuse(c, b->name, "what it goes on from or hands on is not there");
        if (g->value[b->in].rows != g->value[b->out].rows ||
            g->value[b->in].cols != g->value[b->out].cols)
            return refuse(c, b->name,
                          "what it hands on has another shape than what it goes on from");
    }
    return STAMP_OK;
}

/* The last node that reads a value; a block's in is read again at every repetition, its out too. */
static uint32_t last_use(const struct stamp_graph *g, uint32_t v)
{
    uint32_t last = stamp_graph_last_reader(g, v);

    if (last == UINT32_MAX) last = g->value[v].node;
    for (uint32_t i = 0; i < g->blocks; i++) {
        const struct stamp_gblock *b = &g->block[i];
        const uint32_t end = b->first + b->count; /* behind the block: its last node comes again */
        if (v == b->out && last < end) last = end;
        /* A value from before that is read inside lives through all repetitions, but the one whose place
         * the block's result takes. */
        if (g->value[v].node < b->first && last >= b->first && last < end && v != b->in) last = end;
    }
    return last;
}

static const char *place_of(const struct stamp_gvalue *v)
{
    return *v->place ? v->place : v->name;
}

/* What a block hands on is still there when its next repetition reads it. */
static enum stamp_status check_handed_on(const struct check *c)
{
    const struct stamp_graph *g = c->g;

    for (uint32_t i = 0; i < g->blocks; i++) {
        const struct stamp_gblock *b = &g->block[i];
        uint32_t last = 0;
        for (uint32_t n = b->first; n < b->first + b->count; n++)
            for (uint32_t k = 0; k < g->node[n].ins; k++)
                if (g->node[n].in[k] == b->in) last = n;
        for (uint32_t n = b->first; n < last && b->repeat > 1; n++)
            if (n != b->out && !strcmp(place_of(&g->value[n]), place_of(&g->value[b->out])))
                return stamp_fail(c->e, STAMP_EFORMAT,
                                  "graph: %s takes the place %s of %s, which %s goes on from",
                                  g->value[n].name, place_of(&g->value[n]), g->value[b->out].name,
                                  b->name);
    }
    return STAMP_OK;
}

/* A node may write a place whose value it reads itself as it goes: in place. */
static enum stamp_status check_places(const struct check *c)
{
    const struct stamp_graph *g = c->g;

    for (uint32_t i = 0; i < g->values; i++) {
        const char *place = place_of(&g->value[i]);
        for (uint32_t k = 0; k < i; k++)
            if (!strcmp(place, place_of(&g->value[k])) && last_use(g, k) > g->value[i].node)
                return stamp_fail(c->e, STAMP_EFORMAT,
                                  "graph: %s takes the place %s of %s, which is still to be read",
                                  g->value[i].name, place, g->value[k].name);
    }
    return STAMP_OK;
}

enum stamp_status stamp_graph_check(const struct stamp_graph *g, struct stamp_err *e)
{
    const struct check c = {g, e};
    enum stamp_status s = STAMP_OK;

    if (g->nodes != g->values || !g->nodes) return refuse(&c, g->name, "a node makes one value");
    if (!is_name(g->name)) return refuse(&c, g->name, "no name for a family");
    s = check_names(&c);
    if (!s) s = check_blocks(&c);
    if (!s) s = check_block_names(&c);
    for (uint32_t i = 0; i < g->nodes && !s; i++) s = check_node(&c, i);
    if (!s) s = check_order(&c);
    if (!s) s = check_handed_on(&c);
    return s ? s : check_places(&c);
}
