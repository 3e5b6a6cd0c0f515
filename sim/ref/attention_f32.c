/* SPDX-License-Identifier: Apache-2.0 */
/* attention_f32.c - rotary embedding and causal attention. Contract in attention_f32.h. */
#include "sim/ref/attention_f32.h"

#include <math.h>
#include <string.h>

#include "model/mem.h"
#include "sim/ref/matmul_f32.h"

enum { BLOCK = 64 }; /* query rows handled together */

void stamp_rope_f32(size_t n, size_t heads, size_t head_dim, const double *frequency, float *x)
{
    for (size_t p = 0; p < n; p++)
        for (size_t i = 0; i < head_dim / 2; i++) {
            const double angle = (double)p * frequency[i];
            const float c = (float)cos(angle), s = (float)sin(angle);
            for (size_t h = 0; h < heads; h++) {
                float *v = x + (p * heads + h) * head_dim + 2 * i;
                const float a = v[0], b = v[1];
                v[0] = a * c - b * s;
                v[1] = a * s + b * c;
            }
        }
}

/* exp(x - max), normalised, in place. */
static void softmax(float *x, size_t n)
{
    float max = x[0], sum = 0;

    for (size_t i = 1; i < n; i++)
        if (x[i] > max) max = x[i];
    for (size_t i = 0; i < n; i++) {
        x[i] = expf(x[i] - max);
        sum += x[i];
    }
    for (size_t i = 0; i < n; i++) x[i] /= sum;
}

/* One head's copy of what it reads, and its scores. */
struct head {
    float *q;     /* [BLOCK][head_dim] */
    float *k;     /* [n][head_dim] */
    float *vt;    /* [head_dim][keys of the block] */
    float *score; /* [BLOCK][n] */
    float *out;   /* [BLOCK][head_dim] */
    float *arena;
};

static enum stamp_status make_head(const struct stamp_attention *a, struct head *t,
                                   struct stamp_err *e)
{
    const size_t d = a->head_dim, n = a->keys;

    t->arena = stamp_alloc(2 * BLOCK * d + 2 * n * d + BLOCK * n, sizeof *t->arena);
    if (!t->arena) return stamp_fail(e, STAMP_ENOMEM, "no memory for attention over %zu tokens", n);
    t->q = t->arena;
    t->out = t->q + BLOCK * d;
    t->k = t->out + BLOCK * d;
    t->vt = t->k + n * d;
    t->score = t->vt + n * d;
    return STAMP_OK;
}

/* Query rows first .. first + rows - 1 of head h. Keys after the last of them are not touched;
 * within the block the future gets weight 0. */
static enum stamp_status block(const struct stamp_attention *a, size_t h, size_t first, size_t rows,
                               const float *q, const float *v, struct head *t, float *out,
                               struct stamp_err *e)
{
    const size_t d = a->head_dim, keys = a->causal ? first + rows : a->keys,
                 kv = h / (a->heads / a->kv_heads);
    const float scale = 1.0f / sqrtf((float)d);

    for (size_t i = 0; i < rows; i++)
        memcpy(t->q + i * d, q + ((first + i) * a->heads + h) * d, d * sizeof *q);
    enum stamp_status s = stamp_ref_matmul(rows, d, keys, t->q, t->k, t->score, e);
    if (s) return s;
    for (size_t i = 0; i < rows; i++) {
        float *row = t->score + i * keys;
        const size_t seen = a->causal ? first + i + 1 : keys;
        for (size_t j = 0; j < seen; j++) row[j] *= scale;
        softmax(row, seen);
        for (size_t j = seen; j < keys; j++) row[j] = 0;
    }
    for (size_t c = 0; c < d; c++)
        for (size_t j = 0; j < keys; j++) t->vt[c * keys + j] = v[(j * a->kv_heads + kv) * d + c];
    s = stamp_ref_matmul(rows, keys, d, t->score, t->vt, t->out, e);
    for (size_t i = 0; i < rows && !s; i++)
        memcpy(out + ((first + i) * a->heads + h) * d, t->out + i * d, d * sizeof *out);
    return s;
}

enum stamp_status stamp_attention_f32(const struct stamp_attention *a, const float *q,
                                      const float *k, const float *v, float *out,
                                      struct stamp_err *e)
{
    const size_t d = a->head_dim, group = a->heads / a->kv_heads;
    struct head t = {0};
    enum stamp_status s = make_head(a, &t, e);

    if (s) return s;
    for (size_t h = 0; h < a->heads && !s; h++) {
        if (h % group == 0) /* a new key head */
            for (size_t j = 0; j < a->keys; j++)
                memcpy(t.k + j * d, k + (j * a->kv_heads + h / group) * d, d * sizeof *k);
        for (size_t at = 0; at < a->n && !s; at += BLOCK)
            s = block(a, h, at, a->n - at < BLOCK ? a->n - at : BLOCK, q, v, &t, out, e);
    }
    stamp_free(t.arena);
    return s;
}

static float relu(float x)
{
    return x > 0 ? x : 0;
}

enum stamp_status stamp_linear_attention_f32(const struct stamp_attention *a, float eps,
                                             const float *q, const float *k, const float *v,
                                             float *out, struct stamp_err *e)
{
    const size_t d = a->head_dim, pitch = a->heads * d;
    float *sum = stamp_alloc(d * (d + 1), sizeof *sum), *ones = sum ? sum + d * d : NULL;

    if (!sum) return stamp_fail(e, STAMP_ENOMEM, "no memory for linear attention");
    for (size_t h = 0; h < a->heads; h++, q += d, k += d, v += d, out += d) {
        memset(sum, 0, d * (d + 1) * sizeof *sum);
        for (size_t j = 0; j < a->keys; j++)
            for (size_t i = 0; i < d; i++) {
                const float x = relu(k[j * pitch + i]);
                ones[i] += x;
                for (size_t c = 0; c < d; c++) sum[i * d + c] += x * v[j * pitch + c];
            }
        for (size_t t = 0; t < a->n; t++) {
            float *y = out + t * pitch, all = eps;
            memset(y, 0, d * sizeof *y);
            for (size_t i = 0; i < d; i++) {
                const float x = relu(q[t * pitch + i]);
                all += x * ones[i];
                for (size_t c = 0; c < d; c++) y[c] += x * sum[i * d + c];
            }
            for (size_t c = 0; c < d; c++) y[c] /= all;
        }
    }
    stamp_free(sum);
    return STAMP_OK;
}
