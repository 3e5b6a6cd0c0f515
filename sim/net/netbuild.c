/* SPDX-License-Identifier: Apache-2.0 */
/* netbuild.c - from a model to a network. Contract in netbuild.h. */
#include "sim/net/netbuild.h"

#include "model/mem.h"
#include "model/num/f32.h"

struct stamp_netbuild {
    const struct stamp_llama *m;
    const struct stamp_qmodel *q;
    struct stamp_net_layer *layer; /* [layers], owned; vectors the model's */
    struct stamp_net_model model;
};

static enum stamp_status codes(void *ctx, uint32_t layer, enum stamp_net_matrix matrix,
                               struct stamp_weights *out, struct stamp_err *e)
{
    static const enum stamp_role_w role[] = {
        [STAMP_NET_Q] = STAMP_W_Q,       [STAMP_NET_K] = STAMP_W_K,
        [STAMP_NET_V] = STAMP_W_V,       [STAMP_NET_O] = STAMP_W_O,
        [STAMP_NET_GATE] = STAMP_W_GATE, [STAMP_NET_UP] = STAMP_W_UP,
        [STAMP_NET_DOWN] = STAMP_W_DOWN, [STAMP_NET_HEAD] = STAMP_W_HEAD,
    };
    const struct stamp_netbuild *b = ctx;
    return stamp_qmodel_weights(b->q, layer, role[matrix], out, e);
}

/* A row that cannot be read becomes one the network refuses. */
static void embed(void *ctx, uint32_t token, float *x)
{
    const struct stamp_netbuild *b = ctx;
    if (stamp_lazy_rows(&b->m->embed, token, 1, x, NULL)) x[0] = stamp_f32_from_bits(STAMP_F32_NAN);
}

static struct stamp_net_shape shape_of(const struct stamp_llama *m, uint32_t ctx)
{
    return (struct stamp_net_shape){.dim = (uint32_t)m->dim,
                                    .hidden = (uint32_t)m->hidden,
                                    .layers = (uint32_t)m->layers,
                                    .heads = (uint32_t)m->heads,
                                    .kv_heads = (uint32_t)m->kv_heads,
                                    .head_dim = (uint32_t)m->head_dim,
                                    .vocab = (uint32_t)m->vocab,
                                    .ctx = ctx ? ctx : (uint32_t)m->ctx,
                                    .eps = m->rms_eps,
                                    .qk_norm = m->layer[0].norm_q != NULL,
                                    .frequency = m->frequency};
}

enum stamp_status stamp_netbuild_new(const struct stamp_llama *m, const struct stamp_qmodel *q,
                                     uint32_t ctx, struct stamp_netbuild **out, struct stamp_err *e)
{
    if (ctx > m->ctx)
        return stamp_fail(e, STAMP_ERANGE, "a context of %u tokens: the model has %zu", ctx,
                          m->ctx);
    struct stamp_netbuild *b = stamp_alloc(1, sizeof *b);
    if (b) b->layer = stamp_alloc(m->layers, sizeof *b->layer);
    if (!b || !b->layer) {
        stamp_free(b);
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu layers", m->layers);
    }
    b->m = m;
    b->q = q;
    for (size_t i = 0; i < m->layers; i++) {
        const struct stamp_llama_layer *l = &m->layer[i];
        b->layer[i] = (struct stamp_net_layer){.norm_att = l->norm_att,
                                               .norm_ffn = l->norm_ffn,
                                               .bias_q = l->bias_q,
                                               .bias_k = l->bias_k,
                                               .bias_v = l->bias_v,
                                               .norm_q = l->norm_q,
                                               .norm_k = l->norm_k};
    }
    b->model = (struct stamp_net_model){.shape = shape_of(m, ctx),
                                        .layer = b->layer,
                                        .weights = codes,
                                        .weights_ctx = b,
                                        .norm = m->norm,
                                        .embed = embed,
                                        .embed_ctx = b};
    *out = b;
    return STAMP_OK;
}

void stamp_netbuild_free(struct stamp_netbuild *b)
{
    if (!b) return;
    stamp_free(b->layer);
    stamp_free(b);
}

const struct stamp_net_model *stamp_netbuild_model(const struct stamp_netbuild *b)
{
    return &b->model;
}
