/* SPDX-License-Identifier: Apache-2.0 */
/* netbuild.c - from a checkpoint to a network in C. Contract in netbuild.h. */
#include "sim/net/netbuild.h"

#include "model/mem.h"
#include "model/num/f32.h"

struct stamp_netbuild {
    const struct stamp_network *m;
    const struct stamp_qmodel *q;
    struct stamp_net_model model;
};

static enum stamp_status codes(void *ctx, struct stamp_gat at, struct stamp_weights *out,
                               struct stamp_err *e)
{
    const struct stamp_netbuild *b = ctx;
    return stamp_qmodel_weights(b->q, at, out, e);
}

static const float *vector(void *ctx, uint32_t param, uint32_t time)
{
    return stamp_network_vector(((const struct stamp_netbuild *)ctx)->m, param, time);
}

static const double *table(void *ctx, uint32_t param)
{
    return stamp_network_table(((const struct stamp_netbuild *)ctx)->m, param);
}

/* A row that cannot be read becomes one the network refuses. */
static void row(void *ctx, uint32_t param, uint32_t number, float *x)
{
    const struct stamp_netbuild *b = ctx;
    if (stamp_lazy_rows(stamp_network_matrix(b->m, param, 0), number, 1, x, NULL))
        x[0] = stamp_f32_from_bits(STAMP_F32_NAN);
}

enum stamp_status stamp_netbuild_new(const struct stamp_network *m, const struct stamp_qmodel *q,
                                     uint32_t ctx, struct stamp_netbuild **out, struct stamp_err *e)
{
    if (ctx > m->ctx)
        return stamp_fail(e, STAMP_ERANGE, "a context of %u tokens: the network has %zu", ctx,
                          m->ctx);
    struct stamp_netbuild *b = stamp_alloc(1, sizeof *b);
    if (!b) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a network");
    b->m = m;
    b->q = q;
    b->model = (struct stamp_net_model){.graph = m->graph,
                                        .ctx_tokens = ctx ? ctx : (uint32_t)m->ctx,
                                        .weights = codes,
                                        .vector = vector,
                                        .table = table,
                                        .row = row,
                                        .ctx = b};
    *out = b;
    return STAMP_OK;
}

void stamp_netbuild_free(struct stamp_netbuild *b)
{
    stamp_free(b);
}

const struct stamp_net_model *stamp_netbuild_model(const struct stamp_netbuild *b)
{
    return &b->model;
}
