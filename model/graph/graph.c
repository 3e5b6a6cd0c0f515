/* SPDX-License-Identifier: Apache-2.0 */
/* graph.c - questions a graph answers. Contract in graph.h. */
#include "model/graph/graph.h"

#include <stdio.h>
#include <string.h>

#include "model/mem.h"

void stamp_graph_free(struct stamp_graph *g)
{
    if (!g) return;
    stamp_free(g->node);
    stamp_free(g->value);
    stamp_free(g->param);
    stamp_free(g->block);
    stamp_free(g);
}

uint32_t stamp_graph_block(const struct stamp_graph *g, uint32_t node)
{
    for (uint32_t i = 0; i < g->blocks; i++)
        if (node >= g->block[i].first && node - g->block[i].first < g->block[i].count) return i;
    return STAMP_NO_BLOCK;
}

uint32_t stamp_graph_times(const struct stamp_graph *g, uint32_t node)
{
    const uint32_t b = stamp_graph_block(g, node);
    return b == STAMP_NO_BLOCK ? 1 : g->block[b].repeat;
}

uint32_t stamp_graph_read(const struct stamp_graph *g, uint32_t node, uint32_t time, uint32_t v)
{
    const uint32_t b = stamp_graph_block(g, node);
    return b != STAMP_NO_BLOCK && time > 0 && v == g->block[b].in ? g->block[b].out : v;
}

bool stamp_graph_next(const struct stamp_graph *g, struct stamp_gat *at)
{
    if (at->node == UINT32_MAX) {
        at->node = 0;
        return g->nodes > 0;
    }
    const uint32_t b = stamp_graph_block(g, at->node);
    const bool last = b != STAMP_NO_BLOCK && at->node + 1 == g->block[b].first + g->block[b].count;
    if (last && at->time + 1 < g->block[b].repeat) {
        at->node = g->block[b].first;
        at->time++;
        return true;
    }
    at->node++;
    if (last) at->time = 0;
    return at->node < g->nodes;
}

bool stamp_graph_next_linear(const struct stamp_graph *g, struct stamp_gat *at)
{
    while (stamp_graph_next(g, at))
        if (g->node[at->node].op == STAMP_GOP_LINEAR) return true;
    return false;
}

uint32_t stamp_graph_repeats(const struct stamp_graph *g)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < g->blocks; i++) sum += g->block[i].repeat;
    return sum;
}

uint32_t stamp_graph_value(const struct stamp_graph *g, const char *name)
{
    for (uint32_t i = 0; i < g->values; i++)
        if (!strcmp(g->value[i].name, name)) return i;
    return UINT32_MAX;
}

uint32_t stamp_graph_input(const struct stamp_graph *g, uint32_t node)
{
    uint32_t before = 0;

    for (uint32_t i = 0; i < node; i++)
        before += g->node[i].op == STAMP_GOP_PICTURE || g->node[i].op == STAMP_GOP_INPUT;
    return before;
}

uint32_t stamp_graph_param_reader(const struct stamp_graph *g, enum stamp_gop op, uint32_t at,
                                  uint32_t param)
{
    for (uint32_t i = 0; i < g->nodes; i++)
        if (g->node[i].op == op && at < g->node[i].ins &&
            g->node[i].in[at] == (STAMP_PARAM | param))
            return i;
    return UINT32_MAX;
}

uint32_t stamp_graph_last_reader(const struct stamp_graph *g, uint32_t v)
{
    for (uint32_t i = g->nodes; i-- > 0;)
        for (uint32_t k = 0; k < g->node[i].ins; k++)
            if (g->node[i].in[k] == v) return i;
    return UINT32_MAX;
}

int stamp_graph_name(const struct stamp_graph *g, uint32_t value, uint32_t time, char *text,
                     size_t size)
{
    const uint32_t b = stamp_graph_block(g, g->value[value].node);

    if (b == STAMP_NO_BLOCK) return snprintf(text, size, "%s", g->value[value].name);
    return snprintf(text, size, "%s.%u.%s", g->block[b].name, time, g->value[value].name);
}

uint64_t stamp_graph_parameters(const struct stamp_graph *g)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < g->params; i++) {
        const struct stamp_gparam *p = &g->param[i];
        const uint64_t times = p->block == STAMP_NO_BLOCK ? 1 : g->block[p->block].repeat;
        if (p->kind != STAMP_GPARAM_TABLE) sum += times * p->rows * p->cols;
    }
    return sum;
}

const char *stamp_gop_name(enum stamp_gop op)
{
    static const char *const names[] = {
#define GOP(name, least, most, shape, section, meaning) #name,
#include "model/graph/ops.def"
    };
    return names[op];
}

const char *stamp_gparam_kind_name(enum stamp_gparam_kind kind)
{
    static const char *const names[] = {"MATRIX", "VECTOR", "ROWS", "TABLE"};
    return names[kind];
}

const char *stamp_gkind_name(enum stamp_gop op, uint32_t kind)
{
    static const struct {
        enum stamp_gop op;
        const char *name;
    } rows[] = {
        {STAMP_GOPS, NULL},
#define GKIND(op, name, meaning) {STAMP_GOP_##op, #name},
#include "model/graph/ops.def"
    };
    return kind < STAMP_GKINDS && rows[kind].op == op ? rows[kind].name : NULL;
}
