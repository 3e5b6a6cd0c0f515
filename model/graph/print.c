/* SPDX-License-Identifier: Apache-2.0 */
/* print.c - a graph as text and for Graphviz. Contract in graph.h.
 *
 *   graph FAMILY
 *   param NAME KIND ROWS COLS                  in the block it stands in
 *   NAME = OP OPERAND... KEY=VALUE... : place=NAME by=NAME probe  # shape
 *   block NAME REPEAT IN OUT { ... }           braces on lines of their own
 *
 * Operands that are parameters begin with %. */
#include <inttypes.h>
#include <string.h>

#include "model/graph/graph.h"
#include "model/graph/shape.h"

static void put_rows(struct stamp_text *t, uint32_t rows)
{
    if (rows == STAMP_ROWS_RUN)
        stamp_text_add(t, "run");
    else if (rows == STAMP_ROWS_PICKED)
        stamp_text_add(t, "picked");
    else
        stamp_text_add(t, "%" PRIu32, rows);
}

static void put_attributes(const struct stamp_gnode *n, struct stamp_text *t)
{
    struct stamp_gattr_row row;

    for (size_t i = 0; stamp_gattr_at(i, &row); i++) {
        const char *at = (const char *)&n->attr + row.offset;
        uint32_t v;
        float f;
        if (row.op != n->op) continue;
        memcpy(&v, at, sizeof v);
        memcpy(&f, at, sizeof f);
        if (row.type == STAMP_GTYPE_KIND)
            stamp_text_add(t, " %s=%s", row.name, stamp_gkind_name(n->op, v));
        else if (row.type == STAMP_GTYPE_F32)
            stamp_text_add(t, " %s=%.9g", row.name, (double)f);
        else
            stamp_text_add(t, " %s=%" PRIu32, row.name, v);
    }
}

static void put_node(const struct stamp_graph *g, uint32_t i, const char *indent,
                     struct stamp_text *t)
{
    const struct stamp_gnode *n = &g->node[i];
    const struct stamp_gvalue *v = &g->value[n->out];

    stamp_text_add(t, "%s%s = %s", indent, v->name, stamp_gop_name(n->op));
    for (uint32_t k = 0; k < n->ins; k++) {
        const bool param = n->in[k] & STAMP_PARAM;
        const uint32_t at = n->in[k] & ~STAMP_PARAM;
        stamp_text_add(t, " %s%s", param ? "%" : "", param ? g->param[at].name : g->value[at].name);
    }
    put_attributes(n, t);
    if (*v->place || *v->by || v->probe) stamp_text_add(t, " :");
    if (*v->place) stamp_text_add(t, " place=%s", v->place);
    if (*v->by) stamp_text_add(t, " by=%s", v->by);
    if (v->probe) stamp_text_add(t, " probe");
    stamp_text_add(t, "  # ");
    put_rows(t, v->rows);
    stamp_text_add(t, " x %" PRIu32 "\n", v->cols);
}

/* Parameters from *next up to before @p end. */
static void put_params(const struct stamp_graph *g, uint32_t end, const char *indent,
                       uint32_t *next, struct stamp_text *t)
{
    for (; *next < end; (*next)++) {
        const struct stamp_gparam *p = &g->param[*next];
        stamp_text_add(t, "%sparam %s %s %" PRIu32 " %" PRIu32 "\n", indent, p->name,
                       stamp_gparam_kind_name(p->kind), p->rows, p->cols);
    }
}

/* One behind the last parameter node @p i reads, 0 where it reads none. */
static uint32_t read_by(const struct stamp_graph *g, uint32_t i)
{
    uint32_t end = 0;

    for (uint32_t k = 0; k < g->node[i].ins; k++) {
        const uint32_t in = g->node[i].in[k];
        if (in & STAMP_PARAM && (in & ~STAMP_PARAM) >= end) end = (in & ~STAMP_PARAM) + 1;
    }
    return end;
}

/* One behind the last parameter of block @p b, 0 where it has none. */
static uint32_t owned_by(const struct stamp_graph *g, uint32_t b)
{
    uint32_t end = g->params;

    while (end && g->param[end - 1].block != b) end--;
    return end;
}

/* One behind the last parameter that must stand before block @p b: not its own, and ahead of one that is
 * read or owned inside. A table is nobody's, wherever it stands. */
static uint32_t due_before(const struct stamp_graph *g, uint32_t b, uint32_t next)
{
    const struct stamp_gblock *k = &g->block[b];
    uint32_t end = owned_by(g, b), due = 0;

    for (uint32_t i = k->first; i < k->first + k->count; i++)
        if (read_by(g, i) > end) end = read_by(g, i);
    for (; next < end; next++)
        if (g->param[next].block != b && g->param[next].kind != STAMP_GPARAM_TABLE) due = next + 1;
    return due;
}

void stamp_graph_print(const struct stamp_graph *g, struct stamp_text *out)
{
    uint32_t next = 0, block = 0;

    stamp_text_add(out, "graph %s\n", g->name);
    for (uint32_t i = 0; i < g->nodes; i++) {
        const struct stamp_gblock *b = block < g->blocks ? &g->block[block] : NULL;
        const bool inside = b && i >= b->first;
        if (inside && i == b->first) {
            put_params(g, due_before(g, block, next), "", &next, out);
            stamp_text_add(out, "block %s %" PRIu32 " %s %s {\n", b->name, b->repeat,
                           g->value[b->in].name, g->value[b->out].name);
        }
        put_params(g, read_by(g, i), inside ? "  " : "", &next, out);
        put_node(g, i, inside ? "  " : "", out);
        if (inside && i + 1 == b->first + b->count) {
            put_params(g, owned_by(g, block), "  ", &next, out);
            stamp_text_add(out, "}\n");
            block++;
        }
    }
    put_params(g, g->params, "", &next, out);
}

/* ---- Graphviz ---------------------------------------------------------------------------------- */

static void dot_node(const struct stamp_graph *g, uint32_t i, struct stamp_text *t)
{
    const struct stamp_gnode *n = &g->node[i];
    const struct stamp_gvalue *v = &g->value[n->out];
    const char *kind = stamp_gkind_name(n->op, n->attr.kind);

    stamp_text_add(t, "    n%" PRIu32 " [label=\"%s\\n%s%s%s\\n", i, v->name, stamp_gop_name(n->op),
                   kind ? " " : "", kind ? kind : "");
    put_rows(t, v->rows);
    stamp_text_add(t, " x %" PRIu32 "\"%s];\n", v->cols, v->probe ? " style=bold" : "");
}

static void dot_edges(const struct stamp_graph *g, uint32_t i, struct stamp_text *t)
{
    const struct stamp_gnode *n = &g->node[i];

    for (uint32_t k = 0; k < n->ins; k++) {
        const uint32_t at = n->in[k] & ~STAMP_PARAM;
        if (!(n->in[k] & STAMP_PARAM)) {
            stamp_text_add(t, "  n%" PRIu32 " -> n%" PRIu32 ";\n", at, i);
            continue;
        }
        stamp_text_add(t,
                       "  p%" PRIu32 "_%" PRIu32
                       " [shape=plaintext fontsize=10 label=\"%s\\n%" PRIu32 " x %" PRIu32
                       "\"];\n  p%" PRIu32 "_%" PRIu32 " -> n%" PRIu32
                       " [style=dotted arrowhead=none];\n",
                       at, i, g->param[at].name, g->param[at].rows, g->param[at].cols, at, i, i);
    }
}

void stamp_graph_dot(const struct stamp_graph *g, struct stamp_text *out)
{
    uint32_t block = 0;

    stamp_text_add(out, "digraph \"%s\" {\n  node [shape=box fontname=\"sans\" fontsize=11];\n",
                   g->name);
    for (uint32_t i = 0; i < g->nodes; i++) {
        const struct stamp_gblock *b = block < g->blocks ? &g->block[block] : NULL;
        if (b && i == b->first)
            stamp_text_add(out,
                           "  subgraph cluster_%" PRIu32 " {\n    label=\"%s x %" PRIu32 "\";\n",
                           block, b->name, b->repeat);
        dot_node(g, i, out);
        if (b && i + 1 == b->first + b->count) {
            stamp_text_add(out, "  }\n");
            block++;
        }
    }
    for (uint32_t i = 0; i < g->nodes; i++) dot_edges(g, i, out);
    for (uint32_t i = 0; i < g->blocks; i++)
        stamp_text_add(out, "  n%" PRIu32 " -> n%" PRIu32 " [style=dashed constraint=false];\n",
                       g->block[i].out, g->block[i].first);
    stamp_text_add(out, "}\n");
}
