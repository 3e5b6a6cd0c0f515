/* SPDX-License-Identifier: Apache-2.0 */
/* rope.c - rotary embedding. Contract in rope.h.
 *
 * Logarithm, exponential, sine and cosine are sums of their series in double with + - * / alone,
 * so every host gets the same bits. */
#include "model/num/rope.h"

#include <assert.h>

#include "model/num/series.h"
#include "model/num/simd.h"

/* pi/2 in parts of 33 bits (the last: what is left, rounded): a part times a whole number below 2^20 is
 * exact. */
static const double HALF_PI[3] = {0x1.921fb544p0, 0x1.0b4611a6p-34, 0x1.3198a2e037073p-69};
enum { CHUNK = 32 };
static const double INV_HALF_PI = 0x1.45f306dc9c883p-1; /* 2/pi */

/* e^x for x in -700..0: 2^-n e^r with r in 0..ln 2. */
static double exp_series(double x)
{
    uint32_t n = (uint32_t)(-x / STAMP_LN2_HIGH) + 1;
    const double r = (x + (double)n * STAMP_LN2_HIGH) + (double)n * STAMP_LN2_LOW;
    double sum = 1.0;
    for (int k = 20; k >= 1; k--) sum = 1.0 + r * sum / (double)k;
    for (; n > 0; n--) sum *= 0.5;
    return sum;
}

double stamp_rope_frequency(const struct stamp_rope_params *p, uint32_t i)
{
    const double turn = 4 * (HALF_PI[0] + HALF_PI[1]);
    assert(p->theta > 1 && p->head_dim % 2 == 0 && i < p->head_dim / 2);
    const double power = 2.0 * (double)i / (double)p->head_dim;
    const double f = i == 0 ? 1.0 : exp_series(-power * stamp_log_series(p->theta));

    if (p->kind == STAMP_ROPE_KIND_PLAIN) return f;
    if (p->kind == STAMP_ROPE_KIND_LINEAR) return f / p->factor;

    const double turns = p->old_ctx * f / turn;
    if (turns > p->high_freq) return f;
    if (turns < p->low_freq) return f / p->factor;
    const double keep = (turns - p->low_freq) / (p->high_freq - p->low_freq);
    return (1 - keep) * (f / p->factor) + keep * f;
}

/* cos and sin of f * position: the angle less the nearest whole number n of quarter turns. f falls
 * into two halves, so that every product but the smallest is exact. */
static void cos_sin(double f, uint32_t position, double *c, double *s)
{
    const double x = (double)position, big = f * 134217729.0 /* 2^27 + 1 */;
    const double high = big - (big - f), low = f - high;
    const uint32_t n = (uint32_t)(x * f * INV_HALF_PI + 0.5);
    const double q = (double)n;
    const double r = ((x * high - q * HALF_PI[0]) - q * HALF_PI[1]) + (x * low - q * HALF_PI[2]);
    const double cr = stamp_cos_series(r), sr = stamp_sin_series(r);

    *c = n % 2 ? sr : cr;
    *s = n % 2 ? cr : sr;
    if (n % 4 == 1 || n % 4 == 2) *c = -*c;
    if (n % 4 >= 2) *s = -*s;
}

void stamp_rope_row(const double *frequency, uint32_t head_dim, uint32_t position, float *cosine,
                    float *sine)
{
    assert(head_dim % 2 == 0 && position < STAMP_ROPE_POSITIONS);
    for (uint32_t i = 0; i < head_dim / 2; i++) {
        double c, s;
        cos_sin(frequency[i], position, &c, &s);
        cosine[2 * i] = cosine[2 * i + 1] = (float)c;
        sine[2 * i] = -(float)s;
        sine[2 * i + 1] = (float)s;
    }
}

/* Whole chunks become vectors: the neighbours are set side by side first. */
static inline void turn(uint32_t n, const float *c, const float *s, float *x)
{
    float other[CHUNK];
    for (uint32_t i = 0; i < n; i++) other[i] = x[i ^ 1];
    for (uint32_t i = 0; i < n; i++) x[i] = stamp_simd_canon(x[i] * c[i] + other[i] * s[i]);
}

void stamp_rope_apply(uint32_t head_dim, const float *cosine, const float *sine, float *x)
{
    uint32_t i = 0;
    assert(head_dim % 2 == 0);
    for (; i + CHUNK <= head_dim; i += CHUNK) turn(CHUNK, cosine + i, sine + i, x + i);
    turn(head_dim - i, cosine + i, sine + i, x + i);
}
