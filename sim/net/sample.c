/* SPDX-License-Identifier: Apache-2.0 */
/* sample.c - the next token from logits. Contract in sample.h. */
#include "sim/net/sample.h"

#include <math.h>
#include <stdlib.h>

#include "model/mem.h"

struct choice {
    float logit;
    int32_t token;
};

/* Splitmix64: 53 bits of [0, 1). */
static double draw(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-53;
}

/* Falling logits, then rising tokens: a total order, so that any qsort gives the same. */
static int order(const void *a, const void *b)
{
    const struct choice *x = a, *y = b;

    if (x->logit != y->logit) return x->logit < y->logit ? 1 : -1;
    return x->token < y->token ? -1 : x->token > y->token;
}

enum stamp_status stamp_sample(struct stamp_sampler *s, const float *logits, size_t vocab,
                               int32_t *token, struct stamp_err *e)
{
    const size_t k = s->top_k && s->top_k < vocab ? s->top_k : vocab;
    size_t best = 0, i = 0;
    double sum = 0, at = 0;

    for (i = 0; i < vocab; i++) {
        if (!isfinite(logits[i]))
            return stamp_fail(e, STAMP_ERANGE, "the logit of token %zu is not a finite number", i);
        if (logits[i] > logits[best]) best = i;
    }
    *token = (int32_t)best;
    if (s->temperature <= 0) return STAMP_OK;
    struct choice *c = stamp_alloc(vocab, sizeof *c);
    if (!c) return stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu tokens", vocab);
    for (i = 0; i < vocab; i++) c[i] = (struct choice){logits[i], (int32_t)i};
    qsort(c, vocab, sizeof *c, order);
    const double top = (double)c[0].logit;
    for (i = 0; i < k; i++) sum += exp(((double)c[i].logit - top) / s->temperature);
    const double mark = draw(&s->state) * sum;
    for (i = 0; i + 1 < k; i++) {
        at += exp(((double)c[i].logit - top) / s->temperature);
        if (mark < at) break;
    }
    *token = c[i].token;
    stamp_free(c);
    return STAMP_OK;
}
