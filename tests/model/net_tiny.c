/* SPDX-License-Identifier: Apache-2.0 */
/* net_tiny.c - small networks with random codes. Contract in net_tiny.h. */
#include "tests/model/net_tiny.h"

#include <check.h>
#include <math.h>
#include <string.h>

static const float *vector(struct tiny_net *t, struct rnd *r, size_t n, float middle, float spread)
{
    float *v = t->pool + t->used;
    t->used += n;
    ck_assert_uint_le(t->used, TINY_FLOATS);
    for (size_t i = 0; i < n; i++) v[i] = middle + spread * rnd_unit(r);
    return v;
}

static void matrix(struct rnd *r, unsigned bits, uint32_t block, uint32_t n, uint32_t d,
                   struct stamp_weights *w)
{
    const int most = bits == 8 ? 127 : 7;
    ck_assert_int_eq((int)stamp_weights_alloc(bits, block, n, d, w, NULL), 0);
    for (size_t i = 0; i < (size_t)n * d; i++)
        w->code[i] = (int8_t)((int)rnd_below(r, 2 * (uint32_t)most + 1) - most);
    for (size_t i = 0; i < (size_t)n * w->nb; i++)
        w->scale[i] = (2.0f + rnd_unit(r)) / ((float)most * sqrtf((float)d));
    stamp_weights_sum(w);
}

static void embed(void *ctx, uint32_t token, float *x)
{
    const struct tiny_net *t = ctx;
    memcpy(x, t->pool + (size_t)token * t->m.shape.dim, t->m.shape.dim * sizeof *x);
}

void tiny_make(struct tiny_net *t, struct rnd *r, struct stamp_net_shape s, unsigned bits,
               unsigned head_bits, uint32_t block, bool biased)
{
    const uint32_t q = s.heads * s.head_dim, kv = s.kv_heads * s.head_dim;

    *t = (struct tiny_net){.m = {.embed = embed}};
    for (uint32_t i = 0; i < s.head_dim / 2; i++)
        t->frequency[i] = pow(10000, -2.0 * i / s.head_dim);
    s.frequency = t->frequency;
    t->m.shape = s;
    t->m.layer = t->layer;
    t->m.embed_ctx = t;
    (void)vector(t, r, (size_t)s.vocab * s.dim, 0, 1); /* first, where embed looks */
    t->m.norm = vector(t, r, s.dim, 1, 0.5f);
    matrix(r, head_bits, 0, s.vocab, s.dim, &t->m.head);
    for (uint32_t i = 0; i < s.layers; i++) {
        struct stamp_net_layer *l = &t->layer[i];
        matrix(r, bits, block, q, s.dim, &l->q);
        matrix(r, bits, block, kv, s.dim, &l->k);
        matrix(r, bits, block, kv, s.dim, &l->v);
        matrix(r, bits, block, s.dim, q, &l->o);
        matrix(r, bits, block, s.hidden, s.dim, &l->gate);
        matrix(r, bits, block, s.hidden, s.dim, &l->up);
        matrix(r, bits, block, s.dim, s.hidden, &l->down);
        l->norm_att = vector(t, r, s.dim, 1, 0.5f);
        l->norm_ffn = vector(t, r, s.dim, 1, 0.5f);
        if (biased) {
            l->bias_q = vector(t, r, q, 0, 0.5f);
            l->bias_k = vector(t, r, kv, 0, 0.5f);
            l->bias_v = vector(t, r, kv, 0, 0.5f);
        }
        if (s.qk_norm) {
            l->norm_q = vector(t, r, s.head_dim, 1, 0.5f);
            l->norm_k = vector(t, r, s.head_dim, 1, 0.5f);
        }
    }
}

void tiny_free(struct tiny_net *t)
{
    stamp_weights_free(&t->m.head);
    for (uint32_t i = 0; i < t->m.shape.layers; i++) {
        struct stamp_net_layer *l = &t->layer[i];
        struct stamp_weights *all[] = {&l->q, &l->k, &l->v, &l->o, &l->gate, &l->up, &l->down};
        for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) stamp_weights_free(all[k]);
    }
}
