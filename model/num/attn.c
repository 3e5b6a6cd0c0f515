/* SPDX-License-Identifier: Apache-2.0 */
/* attn.c - attention of one row, block of keys by block of keys. Contract in attn.h. */
#include "model/num/attn.h"

#include <assert.h>
#include <math.h>

#include "model/num/dequant.h"
#include "model/num/digits.h"
#include "model/num/fn.h"
#include "model/num/norm.h"
#include "model/num/simd.h"
#include "model/spec/spec.h"

enum { KEYS = STAMP_KEY_BLOCK, LINE = 16 /* floats to 64 bytes */ };

/* What the caller's scratch holds, each at a multiple of 64 bytes. */
struct work {
    float *e;     /* [KEYS] scores, exponentials, weights */
    float *o;     /* [hd] running output */
    int32_t *acc; /* [hd] sums of a block */
    int8_t *q;    /* [hd] codes of the query */
    int8_t *p;    /* [KEYS] codes of the weights */
};

static size_t lines(size_t floats)
{
    return (floats + LINE - 1) / LINE * LINE;
}

size_t stamp_attn_work(uint32_t hd)
{
    return KEYS + 2 * lines(hd) + lines((hd + 3) / 4) + KEYS / 4;
}

float stamp_attn_scale(uint32_t hd)
{
    /* Roundings to 53 bits before the one to 24: a test holds it to be the nearest all the same. */
    const double log2_e = 0x1.71547652b82fep+0;
    return (float)(log2_e / sqrt((double)hd));
}

static struct work work_of(uint32_t hd, float *at)
{
    struct work w;
    w.e = at;
    w.o = w.e + KEYS;
    w.acc = (int32_t *)(void *)(w.o + lines(hd));
    w.q = (int8_t *)(w.acc + lines(hd));
    w.p = w.q + 4 * lines((hd + 3) / 4);
    return w;
}

/* s[j] = DEQ(sum q k'_j, sq, sk_j) */
INLINE void scores(uint32_t n, uint32_t hd, const int8_t *q, float sq, const int8_t *k,
                   const float *sk, float *s)
{
    for (uint32_t j = 0; j < n; j++, k += hd) {
        int32_t sum = 0;
        for (uint32_t d = 0; d < hd; d++) sum += q[d] * k[d];
        s[j] = stamp_deq(sum, sq, sk[j]);
    }
}

/* acc[d] = sum of p_j v'_jd */
INLINE void weigh(uint32_t n, uint32_t hd, const int8_t *p, const int8_t *v, int32_t *acc)
{
    for (uint32_t d = 0; d < hd; d++) acc[d] = 0;
    for (uint32_t j = 0; j < n; j++, v += hd)
        for (uint32_t d = 0; d < hd; d++) acc[d] += p[j] * v[d];
}

AVX2 static void scores_avx2(uint32_t n, uint32_t hd, const int8_t *q, float sq, const int8_t *k,
                             const float *sk, float *s)
{
    scores(n, hd, q, sq, k, sk, s);
}

AVX2 static void weigh_avx2(uint32_t n, uint32_t hd, const int8_t *p, const int8_t *v, int32_t *acc)
{
    weigh(n, hd, p, v, acc);
}

/* Codes of x[n]; @return their scale. */
static float digits(uint32_t n, const float *x, int8_t *code)
{
    const struct stamp_qparam p = stamp_digit_params(stamp_range_widen(stamp_range_empty(), n, x));
    stamp_digit_codes(p.inv, n, x, code);
    return p.scale;
}

static float largest(uint32_t n, const float *x)
{
    float m = x[0];
    for (uint32_t i = 1; i < n; i++) m = x[i] > m ? x[i] : m;
    return m;
}

/* Keys first .. first + n - 1: weights into w.p and w.acc; m and l of the block. @return sp */
static float block(const struct stamp_attn_kv *kv, uint32_t first, uint32_t n, struct work w,
                   float sq, float c, bool fresh, float *m, float *l)
{
    const size_t at = (size_t)first * kv->hd;
    const bool fast = HAS_AVX2;

    (fast ? scores_avx2 : scores)(n, kv->hd, w.q, sq, kv->k + at, kv->sk + first, w.e);
    const float top = largest(n, w.e);
    if (fresh || top > *m) *m = top;
    stamp_exp2_rows(n, w.e, *m, c, w.e);
    *l = stamp_reduce(n, w.e);

    for (uint32_t j = 0; j < n; j++) w.e[j] = stamp_f32_mul(w.e[j], kv->sv[first + j]);
    const float sp = digits(n, w.e, w.p);
    (fast ? weigh_avx2 : weigh)(n, kv->hd, w.p, kv->v + at, w.acc);
    return sp;
}

void stamp_attn_row(const struct stamp_attn_kv *kv, uint32_t t, const float *q, float *work,
                    float *out)
{
    const struct work w = work_of(kv->hd, work);
    const float sq = digits(kv->hd, q, w.q);
    const float c = stamp_attn_scale(kv->hd);
    float m = 0, l = 0;

    assert(t < kv->keys);
    for (uint32_t first = 0; first <= t; first += KEYS) {
        const uint32_t left = t + 1 - first, n = left < KEYS ? left : KEYS;
        const float m_old = m;
        float l_block;
        const float sp = block(kv, first, n, w, sq, c, first == 0, &m, &l_block);

        if (first == 0) {
            l = l_block;
            for (uint32_t d = 0; d < kv->hd; d++) w.o[d] = stamp_deq(w.acc[d], sp, 1.0f);
            continue;
        }
        const float a = stamp_exp2(stamp_f32_mul(stamp_f32_sub(m_old, m), c));
        l = stamp_f32_add(stamp_f32_mul(l, a), l_block);
        for (uint32_t d = 0; d < kv->hd; d++)
            w.o[d] = stamp_f32_add(stamp_f32_mul(w.o[d], a), stamp_deq(w.acc[d], sp, 1.0f));
    }
    const float inv = stamp_f32_div(1.0f, l);
    for (uint32_t d = 0; d < kv->hd; d++) out[d] = stamp_f32_mul(w.o[d], inv);
}
