/* SPDX-License-Identifier: Apache-2.0 */
/* llama_f32.c - the Llama architecture in binary32. Contract in llama_f32.h. */
#include "sim/ref/llama_f32.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "sim/ref/attention_f32.h"
#include "sim/ref/matmul_f32.h"

struct run {
    const struct stamp_llama *m;
    const struct stamp_llama_hooks *hooks;
    struct stamp_err *e;
    size_t n;         /* positions */
    size_t q, kv;     /* widths of queries and of keys */
    float *x, *h;     /* [n][dim] stream, normalised stream or result */
    float *qs, *att;  /* [n][q] */
    float *ks, *vs;   /* [n][kv] */
    float *gate, *up; /* [n][hidden] */
    float *arena;     /* all of the above, owned */
};

static enum stamp_status linear(const struct run *r, size_t layer, const char *part, size_t d,
                                size_t n, const float *x, const float *w, float *y)
{
    const struct stamp_llama_hooks *h = r->hooks;
    char name[40];

    if (!h || !h->linear) return stamp_ref_matmul(r->n, d, n, x, w, y, r->e);
    snprintf(name, sizeof name, "layers.%zu.%s", layer, part);
    return h->linear(h->linear_ctx, name, r->n, d, n, x, w, y, r->e);
}

static enum stamp_status progress(const struct run *r, size_t done)
{
    const struct stamp_llama_hooks *h = r->hooks;
    if (!h || !h->progress) return STAMP_OK;
    return h->progress(h->progress_ctx, done, r->m->layers + 1, r->e);
}

static void rmsnorm(const struct run *r, const float *weight, const float *x, float *to)
{
    const size_t dim = r->m->dim;

    for (size_t i = 0; i < r->n; i++, x += dim, to += dim) {
        float sum = 0;
        for (size_t k = 0; k < dim; k++) sum += x[k] * x[k];
        const float scale = 1.0f / sqrtf(sum / (float)dim + r->m->rms_eps);
        for (size_t k = 0; k < dim; k++) to[k] = x[k] * scale * weight[k];
    }
}

static void add(float *x, const float *y, size_t count)
{
    for (size_t i = 0; i < count; i++) x[i] += y[i];
}

static enum stamp_status attention_block(const struct run *r, size_t i)
{
    const struct stamp_llama *m = r->m;
    const struct stamp_llama_layer *l = &m->layer[i];
    const struct stamp_attention shape = {r->n, m->heads, m->kv_heads, m->head_dim};

    rmsnorm(r, l->norm_att, r->x, r->h);
    enum stamp_status s = linear(r, i, "q", m->dim, r->q, r->h, l->wq, r->qs);
    if (!s) s = linear(r, i, "k", m->dim, r->kv, r->h, l->wk, r->ks);
    if (!s) s = linear(r, i, "v", m->dim, r->kv, r->h, l->wv, r->vs);
    if (s) return s;
    stamp_rope_f32(r->n, m->heads, m->head_dim, m->rope_freq, m->rope_interleaved, r->qs);
    stamp_rope_f32(r->n, m->kv_heads, m->head_dim, m->rope_freq, m->rope_interleaved, r->ks);
    s = stamp_attention_f32(&shape, r->qs, r->ks, r->vs, r->att, r->e);
    if (!s) s = linear(r, i, "o", r->q, m->dim, r->att, l->wo, r->h);
    if (!s) add(r->x, r->h, r->n * m->dim);
    return s;
}

static enum stamp_status feed_forward_block(const struct run *r, size_t i)
{
    const struct stamp_llama *m = r->m;
    const struct stamp_llama_layer *l = &m->layer[i];

    rmsnorm(r, l->norm_ffn, r->x, r->h);
    enum stamp_status s = linear(r, i, "gate", m->dim, m->hidden, r->h, l->w1, r->gate);
    if (!s) s = linear(r, i, "up", m->dim, m->hidden, r->h, l->w3, r->up);
    if (s) return s;
    for (size_t k = 0; k < r->n * m->hidden; k++)
        r->gate[k] = r->gate[k] / (1.0f + expf(-r->gate[k])) * r->up[k];
    s = linear(r, i, "down", m->hidden, m->dim, r->gate, l->w2, r->h);
    if (!s) add(r->x, r->h, r->n * m->dim);
    return s;
}

/* One allocation, cut into the buffers. Dimensions are bounded by stamp_llama_check. */
static enum stamp_status make_buffers(struct run *r)
{
    const struct stamp_llama *m = r->m;
    const size_t width = 2 * m->dim + 2 * r->q + 2 * r->kv + 2 * m->hidden;

    r->arena = stamp_alloc(r->n * width, sizeof *r->arena);
    if (!r->arena) return stamp_fail(r->e, STAMP_ENOMEM, "no memory to run %zu tokens", r->n);
    r->x = r->arena;
    r->h = r->x + r->n * m->dim;
    r->qs = r->h + r->n * m->dim;
    r->att = r->qs + r->n * r->q;
    r->ks = r->att + r->n * r->q;
    r->vs = r->ks + r->n * r->kv;
    r->gate = r->vs + r->n * r->kv;
    r->up = r->gate + r->n * m->hidden;
    return STAMP_OK;
}

static enum stamp_status check_tokens(const struct stamp_llama *m, const int32_t *tokens, size_t n,
                                      struct stamp_err *e)
{
    if (n < 1 || n > m->ctx)
        return stamp_fail(e, STAMP_ERANGE, "%zu tokens; the model takes 1 to %zu", n, m->ctx);
    for (size_t i = 0; i < n; i++)
        if (tokens[i] < 0 || (size_t)tokens[i] >= m->vocab)
            return stamp_fail(e, STAMP_ERANGE, "token %zu is %ld, outside the vocabulary of %zu", i,
                              (long)tokens[i], m->vocab);
    return STAMP_OK;
}

enum stamp_status stamp_llama_forward(const struct stamp_llama *m, const int32_t *tokens, size_t n,
                                      const struct stamp_llama_hooks *hooks, float *logits,
                                      struct stamp_err *e)
{
    struct run r = {.m = m, .hooks = hooks, .e = e, .n = n};

    r.q = m->heads * m->head_dim;
    r.kv = m->kv_heads * m->head_dim;
    enum stamp_status s = check_tokens(m, tokens, n, e);
    if (!s) s = make_buffers(&r);
    if (s) return s;
    for (size_t i = 0; i < n; i++)
        memcpy(r.x + i * m->dim, m->embed + (size_t)tokens[i] * m->dim, m->dim * sizeof *r.x);

    for (size_t i = 0; i < m->layers && !s; i++) {
        s = attention_block(&r, i);
        if (!s) s = feed_forward_block(&r, i);
        if (!s) s = progress(&r, i + 1);
    }
    if (!s && logits) {
        rmsnorm(&r, m->norm, r.x, r.h);
        s = stamp_ref_matmul(n, m->dim, m->vocab, r.h, m->head, logits, e);
    }
    if (!s) s = progress(&r, m->layers + 1);
    stamp_free(r.arena);
    return s;
}
