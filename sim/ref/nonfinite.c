/* SPDX-License-Identifier: Apache-2.0 */
/* nonfinite.c - the first value that is not finite. Contract in nonfinite.h. */
#include "sim/ref/nonfinite.h"

#include <stdio.h>

#include "model/num/f32.h"
#include "model/num/norm.h"

static void name_of(const struct stamp_nonfinite *f, uint32_t value, uint32_t time, char *text,
                    size_t size)
{
    const struct stamp_graph *g = f->m->graph;
    const char *name = g->value[value].name;

    if (stamp_graph_block(g, g->value[value].node) == STAMP_NO_BLOCK)
        snprintf(text, size, "tensor %s", name);
    else
        snprintf(text, size, "layer %u, tensor %s", time, name);
}

/* Outputs that come in pairs back to the file's order (lazy.h). */
static size_t file_column(const struct stamp_nonfinite *f, uint32_t value, uint32_t time, size_t c)
{
    const struct stamp_gnode *n = &f->m->graph->node[f->m->graph->value[value].node];

    if (n->op != STAMP_GOP_LINEAR) return c;
    return stamp_lazy_file_row(stamp_network_matrix(f->m, n->in[1] & ~STAMP_PARAM, time), c);
}

/* A norm of whole rows reads it, maybe as the rows picked of it or as what a block goes on from. */
static bool is_normed(const struct stamp_graph *g, uint32_t value)
{
    for (uint32_t i = 0; i < g->nodes; i++) {
        const struct stamp_gnode *n = &g->node[i];
        if (!n->ins || n->in[0] != value) continue;
        if (n->op == STAMP_GOP_NORM && !n->attr.group) return true;
        if (n->op == STAMP_GOP_PICK && is_normed(g, n->out)) return true;
    }
    for (uint32_t i = 0; i < g->blocks; i++)
        if (g->block[i].out == value && is_normed(g, g->block[i].in)) return true;
    return false;
}

/* First row whose sum of squares overflows, or rows. */
static size_t find_squares(const struct stamp_nonfinite *f, uint32_t value, size_t rows,
                           size_t cols, const float *x)
{
    size_t r = 0;

    if (!f->squares || !is_normed(f->m->graph, value)) return rows;
    while (r < rows && stamp_f32_is_finite(stamp_reduce_squares(cols, x + r * cols))) r++;
    return r;
}

enum stamp_status stamp_nonfinite_see(void *ctx, uint32_t value, uint32_t time, size_t rows,
                                      size_t cols, const float *x, struct stamp_err *e)
{
    struct stamp_nonfinite *f = ctx;
    const bool picked =
        f->m->graph->value[value].rows == STAMP_ROWS_PICKED; /* maybe the last only */
    const size_t at = stamp_f32_find_nonfinite(rows * cols, x);
    char name[STAMP_GRAPH_NAME + 30];

    name_of(f, value, time, name, sizeof name);
    if (at == rows * cols) {
        const size_t r = find_squares(f, value, rows, cols, x);
        f->any = true;
        f->last = value;
        f->time = time;
        if (r == rows) return STAMP_OK;
        snprintf(f->text, sizeof f->text, "%s: position %zu: the sum of its squares overflows",
                 name, r + f->first);
        f->found = true;
        return stamp_fail(e, STAMP_ERANGE, "%s", f->text);
    }
    snprintf(f->text, sizeof f->text, "%s: %s %zu, column %zu is %s", name,
             picked ? "row" : "position", at / cols + (picked ? 0 : f->first),
             file_column(f, value, time, at % cols), stamp_f32_nonfinite_name(x[at]));
    f->found = true;
    return stamp_fail(e, STAMP_ERANGE, "%s", f->text);
}

const char *stamp_nonfinite_text(struct stamp_nonfinite *f)
{
    char name[STAMP_GRAPH_NAME + 30];

    if (f->found) return f->text;
    if (!f->any) return "";
    name_of(f, f->last, f->time, name, sizeof name);
    snprintf(f->text, sizeof f->text, "behind %s, which is finite", name);
    return f->text;
}
