/* SPDX-License-Identifier: Apache-2.0 */
/* netrun_inputs.c - networks that take rows. Contract in netrun.h. */
#include "model/mem.h"
#include "sim/net/netrun_parts.h"

static enum stamp_status put_inputs(struct stamp_netrun *r, const struct stamp_ginputs *in,
                                    struct stamp_err *e)
{
    const struct stamp_graph *g = r->m->graph;
    enum stamp_status s = STAMP_OK;

    for (uint32_t i = 0; i < g->nodes && !s; i++) {
        const struct stamp_gvalue *v = &g->value[i];
        if (g->node[i].op != STAMP_GOP_PICTURE && g->node[i].op != STAMP_GOP_INPUT) continue;
        s = stamp_run_put(r->run, v->name, in->rows[stamp_graph_input(g, i)],
                          v->rows == STAMP_ROWS_RUN ? in->run : v->rows, v->cols, e);
    }
    return s;
}

/* The program for so many rows of the run; where the graph fixes all, once. */
static enum stamp_status rows_machine(struct stamp_netrun *r, const struct stamp_ginputs *in,
                                      float *y, struct stamp_err *e)
{
    const struct stamp_graph *g = r->m->graph;
    const struct stamp_gvalue *out = &g->value[g->values - 1];
    enum stamp_status s = stamp_netrun_need(r, in->run ? in->run : 1, e);

    if (!s) s = stamp_run_new(r->now.image, &r->run, e);
    if (!s) s = put_inputs(r, in, e);
    if (!s) s = stamp_netrun_go(r, "main", 0, STAMP_PREFILL, e);
    if (!s) s = stamp_run_get(r->run, out->name, y, out->rows, out->cols, e);
    return s;
}

enum stamp_status stamp_netrun_inputs(struct stamp_netrun *r, const struct stamp_ginputs *in,
                                      float *y, struct stamp_err *e)
{
    const struct stamp_graph *g = r->m->graph;
    const struct stamp_gvalue *out = &g->value[g->values - 1];
    struct stamp_netrun_phase *p = &r->phase[STAMP_PREFILL];
    float *want = stamp_netrun_on_machine(r)
                      ? stamp_alloc((size_t)out->rows * out->cols, sizeof *want)
                      : NULL;
    enum stamp_status s = STAMP_OK;

    if (stamp_netrun_on_machine(r) && !want)
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for the results");
    if (stamp_netrun_on_machine(r)) s = rows_machine(r, in, y, e);
    if (!s && r->net) s = stamp_net_inputs(r->net, in, stamp_netrun_on_machine(r) ? want : y, e);
    if (!s && r->net && want) s = stamp_netrun_compare(r, p, 0, out->rows, y, want, e);
    stamp_free(want);
    if (!s) p->tokens++;
    return s;
}

enum stamp_status stamp_netrun_rows(struct stamp_netrun *r, const float *x, float *y,
                                    struct stamp_err *e)
{
    return stamp_netrun_inputs(r, &(struct stamp_ginputs){0, &x}, y, e);
}
