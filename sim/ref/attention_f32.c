/* SPDX-License-Identifier: Apache-2.0 */
/* attention_f32.c - rotary embedding and causal attention. Contract in attention_f32.h. */
#include "sim/ref/attention_f32.h"

#include <math.h>

#include "model/mem.h"

void stamp_rope_f32(size_t n, size_t heads, size_t head_dim, const float *freq, bool interleaved,
                    float *x)
{
    const size_t half = head_dim / 2;

    for (size_t p = 0; p < n; p++)
        for (size_t i = 0; i < half; i++) {
            const float angle = (float)p * freq[i], c = cosf(angle), s = sinf(angle);
            const size_t first = interleaved ? 2 * i : i,
                         second = interleaved ? 2 * i + 1 : i + half;
            for (size_t h = 0; h < heads; h++) {
                float *v = x + (p * heads + h) * head_dim;
                const float a = v[first], b = v[second];
                v[first] = a * c - b * s;
                v[second] = a * s + b * c;
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

/* One head. kt is its keys as [head_dim][n]: both loops then run over independent sums. */
static void head(const struct stamp_attention *a, size_t h, const float *q, const float *kt,
                 const float *v, float *restrict score, float *out)
{
    const size_t d = a->head_dim, kv = h / (a->heads / a->kv_heads);
    const float scale = 1.0f / sqrtf((float)d);

    for (size_t i = 0; i < a->n; i++) {
        const float *row = q + (i * a->heads + h) * d;
        float *to = out + (i * a->heads + h) * d;
        for (size_t j = 0; j <= i; j++) score[j] = 0;
        for (size_t c = 0; c < d; c++)
            for (size_t j = 0; j <= i; j++) score[j] += row[c] * kt[c * a->n + j];
        for (size_t j = 0; j <= i; j++) score[j] *= scale;
        softmax(score, i + 1);
        for (size_t c = 0; c < d; c++) to[c] = 0;
        for (size_t j = 0; j <= i; j++)
            for (size_t c = 0; c < d; c++) to[c] += score[j] * v[(j * a->kv_heads + kv) * d + c];
    }
}

enum stamp_status stamp_attention_f32(const struct stamp_attention *a, const float *q,
                                      const float *k, const float *v, float *out,
                                      struct stamp_err *e)
{
    const size_t group = a->heads / a->kv_heads;
    float *kt = stamp_alloc(a->n * a->head_dim, sizeof *kt);
    float *score = stamp_alloc(a->n, sizeof *score);

    if (!kt || !score) {
        stamp_free(kt);
        stamp_free(score);
        return stamp_fail(e, STAMP_ENOMEM, "no memory for attention over %zu tokens", a->n);
    }
    for (size_t h = 0; h < a->heads; h++) {
        if (h % group == 0) /* a new key head */
            for (size_t j = 0; j < a->n; j++)
                for (size_t c = 0; c < a->head_dim; c++)
                    kt[c * a->n + j] = k[(j * a->kv_heads + h / group) * a->head_dim + c];
        head(a, h, q, kt, v, score, out);
    }
    stamp_free(kt);
    stamp_free(score);
    return STAMP_OK;
}
