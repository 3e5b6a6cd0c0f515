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

enum { HEAD_ROWS = 1024 }; /* rows of the output head held at a time */

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
    float *w;         /* the matrix at hand, owned */
};

/* Rows of a matrix of the model, whose name an error begins with. */
static enum stamp_status rows_of(const struct run *r, const struct stamp_lazy *t, size_t first,
                                 size_t count, float *out)
{
    const enum stamp_status s = stamp_lazy_rows(t, first, count, out, r->e);

    if (s && r->m->name) stamp_fail_at(r->e, "%s", r->m->name);
    return s;
}

/* y = x wᵀ + bias, the product by the hook if there is one. */
static enum stamp_status linear(const struct run *r, size_t layer, const char *part,
                                const struct stamp_lazy *w, const float *bias, const float *x,
                                float *y)
{
    const struct stamp_llama_hooks *h = r->hooks;
    char name[40];

    snprintf(name, sizeof name, "layers.%zu.%s", layer, part);
    enum stamp_status s = rows_of(r, w, 0, w->rows, r->w);
    if (!s && h && h->linear)
        s = h->linear(h->linear_ctx, name, r->n, w->cols, w->rows, x, r->w, y, r->e);
    else if (!s)
        s = stamp_ref_matmul(r->n, w->cols, w->rows, x, r->w, y, r->e);
    for (size_t i = 0; i < r->n && bias && !s; i++)
        for (size_t k = 0; k < w->rows; k++) y[i * w->rows + k] += bias[k];
    return s;
}

static enum stamp_status progress(const struct run *r, size_t done)
{
    const struct stamp_llama_hooks *h = r->hooks;
    if (!h || !h->progress) return STAMP_OK;
    return h->progress(h->progress_ctx, done, r->m->layers + 1, r->e);
}

/* Tells who wants to look at x[n][cols]. */
static enum stamp_status see(const struct run *r, enum stamp_seen what, size_t layer, size_t cols,
                             const float *x)
{
    const struct stamp_llama_hooks *h = r->hooks;
    return h && h->see ? h->see(h->see_ctx, what, layer, r->n, cols, x, r->e) : STAMP_OK;
}

/* Each of @p rows rows of @p dim values; to may be x. */
static void rmsnorm(const struct run *r, size_t rows, size_t dim, const float *gain, const float *x,
                    float *to)
{
    for (size_t i = 0; i < rows; i++, x += dim, to += dim) {
        float sum = 0;
        for (size_t k = 0; k < dim; k++) sum += x[k] * x[k];
        const float scale = 1.0f / sqrtf(sum / (float)dim + r->m->rms_eps);
        for (size_t k = 0; k < dim; k++) to[k] = x[k] * scale * gain[k];
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

    rmsnorm(r, r->n, m->dim, l->norm_att, r->x, r->h);
    enum stamp_status s = see(r, STAMP_SEE_NORM_ATT, i, m->dim, r->h);
    if (!s) s = linear(r, i, "q", &l->wq, l->bias_q, r->h, r->qs);
    if (!s) s = linear(r, i, "k", &l->wk, l->bias_k, r->h, r->ks);
    if (!s) s = linear(r, i, "v", &l->wv, l->bias_v, r->h, r->vs);
    if (!s) s = see(r, STAMP_SEE_Q, i, r->q, r->qs);
    if (!s) s = see(r, STAMP_SEE_K, i, r->kv, r->ks);
    if (!s) s = see(r, STAMP_SEE_V, i, r->kv, r->vs);
    if (s) return s;
    if (l->norm_q) rmsnorm(r, r->n * m->heads, m->head_dim, l->norm_q, r->qs, r->qs);
    if (l->norm_k) rmsnorm(r, r->n * m->kv_heads, m->head_dim, l->norm_k, r->ks, r->ks);
    stamp_rope_f32(r->n, m->heads, m->head_dim, m->frequency, r->qs);
    stamp_rope_f32(r->n, m->kv_heads, m->head_dim, m->frequency, r->ks);
    s = stamp_attention_f32(&shape, r->qs, r->ks, r->vs, r->att, r->e);
    if (!s) s = see(r, STAMP_SEE_ATTENTION, i, r->q, r->att);
    if (!s) s = linear(r, i, "o", &l->wo, NULL, r->att, r->h);
    if (!s) add(r->x, r->h, r->n * m->dim);
    return s ? s : see(r, STAMP_SEE_RESIDUAL_ATT, i, m->dim, r->x);
}

static enum stamp_status feed_forward_block(const struct run *r, size_t i)
{
    const struct stamp_llama *m = r->m;
    const struct stamp_llama_layer *l = &m->layer[i];

    rmsnorm(r, r->n, m->dim, l->norm_ffn, r->x, r->h);
    enum stamp_status s = see(r, STAMP_SEE_NORM_FFN, i, m->dim, r->h);
    if (!s) s = linear(r, i, "gate", &l->w1, NULL, r->h, r->gate);
    if (!s) s = linear(r, i, "up", &l->w3, NULL, r->h, r->up);
    if (s) return s;
    for (size_t k = 0; k < r->n * m->hidden; k++)
        r->gate[k] = r->gate[k] / (1.0f + expf(-r->gate[k])) * r->up[k];
    s = see(r, STAMP_SEE_HIDDEN, i, m->hidden, r->gate);
    if (!s) s = linear(r, i, "down", &l->w2, NULL, r->gate, r->h);
    if (!s) add(r->x, r->h, r->n * m->dim);
    return s ? s : see(r, STAMP_SEE_RESIDUAL_FFN, i, m->dim, r->x);
}

/* The head, some rows at a time: it is the largest matrix of all. */
static enum stamp_status head(const struct run *r, float *logits)
{
    const struct stamp_llama *m = r->m;
    float *part = stamp_alloc(r->n * HEAD_ROWS, sizeof *part);
    enum stamp_status s =
        part ? STAMP_OK : stamp_fail(r->e, STAMP_ENOMEM, "no memory for the output head");

    rmsnorm(r, r->n, m->dim, m->norm, r->x, r->h);
    if (!s) s = see(r, STAMP_SEE_NORM, 0, m->dim, r->h);
    for (size_t at = 0; at < m->vocab && !s; at += HEAD_ROWS) {
        const size_t rows = m->vocab - at < HEAD_ROWS ? m->vocab - at : HEAD_ROWS;
        s = rows_of(r, &m->head, at, rows, r->w);
        if (!s) s = stamp_ref_matmul(r->n, m->dim, rows, r->h, r->w, part, r->e);
        for (size_t i = 0; i < r->n && !s; i++)
            memcpy(logits + i * m->vocab + at, part + i * rows, rows * sizeof *part);
    }
    stamp_free(part);
    return s ? s : see(r, STAMP_SEE_LOGITS, 0, m->vocab, logits);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* One allocation, cut into the buffers, and one for a matrix. Dimensions are bounded by
 * stamp_llama_check. */
static enum stamp_status make_buffers(struct run *r)
{
    const struct stamp_llama *m = r->m;
    const size_t width = 2 * m->dim + 2 * r->q + 2 * r->kv + 2 * m->hidden;
    const size_t rows = m->vocab < HEAD_ROWS ? m->vocab : HEAD_ROWS;

    r->arena = stamp_alloc(r->n * width, sizeof *r->arena);
    r->w = stamp_alloc(m->dim * larger(larger(m->hidden, rows), larger(r->q, r->kv)), sizeof *r->w);
    if (!r->arena || !r->w)
        return stamp_fail(r->e, STAMP_ENOMEM, "no memory to run %zu tokens", r->n);
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
    for (size_t i = 0; i < n && !s; i++)
        s = rows_of(&r, &m->embed, (size_t)tokens[i], 1, r.x + i * m->dim);
    if (!s) s = see(&r, STAMP_SEE_EMBEDDING, 0, m->dim, r.x);

    for (size_t i = 0; i < m->layers && !s; i++) {
        s = attention_block(&r, i);
        if (!s) s = feed_forward_block(&r, i);
        if (!s) s = progress(&r, i + 1);
    }
    if (!s && logits) s = head(&r, logits);
    if (!s) s = progress(&r, m->layers + 1);
    stamp_free(r.arena);
    stamp_free(r.w);
    return s;
}
