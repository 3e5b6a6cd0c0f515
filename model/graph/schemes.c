/* SPDX-License-Identifier: Apache-2.0 */
/* schemes.c - schemes of LINEAR nodes. Contract in schemes.h. */
#include "model/graph/schemes.h"

static bool is_body(const struct stamp_graph *g, uint32_t node)
{
    return g->node[node].op == STAMP_GOP_LINEAR && g->node[node].attr.kind == STAMP_GLINEAR_BODY;
}

struct stamp_scheme stamp_scheme_of(const struct stamp_graph *g, const struct stamp_schemes *s,
                                    uint32_t node)
{
    if (is_body(g, node)) return s->node ? s->node[node] : s->body;
    return (struct stamp_scheme){.transform = STAMP_NONE,
                                 .depth = STAMP_DEPTH_AUTO,
                                 .high_bits = 8,
                                 .act_bits = 8,
                                 .weight_bits = 8};
}

static bool same(const struct stamp_scheme *a, const struct stamp_scheme *b)
{
    return a->transform == b->transform && a->grid_h == b->grid_h && a->grid_w == b->grid_w &&
           a->depth == b->depth && a->high_rows == b->high_rows && a->high_bits == b->high_bits &&
           a->act_bits == b->act_bits && a->weight_bits == b->weight_bits && a->block == b->block &&
           a->symmetric == b->symmetric && a->sink == b->sink;
}

enum stamp_status stamp_scheme_set(const struct stamp_graph *g, struct stamp_scheme *node,
                                   const char *name, const struct stamp_scheme *q,
                                   struct stamp_err *e)
{
    const uint32_t v = stamp_graph_value(g, name);

    if (v == UINT32_MAX)
        return stamp_fail(e, STAMP_ERANGE, "%s: the network has no value of this name", name);
    const uint32_t made = g->value[v].node;
    if (!is_body(g, made))
        return stamp_fail(e, STAMP_ERANGE,
                          "%s: not made by a linear layer that is quantized by the scheme", name);
    if (q->weight_bits != node[made].weight_bits || q->block != node[made].block)
        return stamp_fail(e, STAMP_ERANGE,
                          "%s: bits and block of the weights are those of the whole network", name);
    for (uint32_t i = 0; i < g->nodes; i++)
        if (is_body(g, i) && g->node[i].in[0] == g->node[made].in[0]) node[i] = *q;
    return STAMP_OK;
}

enum stamp_status stamp_schemes_check(const struct stamp_graph *g, const struct stamp_schemes *s,
                                      struct stamp_err *e)
{
    for (uint32_t i = 0; s->node && i < g->nodes; i++) {
        const char *name = g->value[g->node[i].out].name;
        if (!is_body(g, i)) continue;
        if (s->node[i].weight_bits != s->body.weight_bits || s->node[i].block != s->body.block)
            return stamp_fail(e, STAMP_ERANGE,
                              "%s: bits and block of the weights are those of the whole network",
                              name);
        if (stamp_scheme_check_any(&s->node[i], e)) return stamp_fail_at(e, "%s", name);
        for (uint32_t k = 0; k < i; k++)
            if (is_body(g, k) && g->node[k].in[0] == g->node[i].in[0] &&
                !same(&s->node[k], &s->node[i]))
                return stamp_fail(e, STAMP_ERANGE, "%s and %s read the same value: one scheme",
                                  g->value[g->node[k].out].name, name);
    }
    return STAMP_OK;
}
