/* SPDX-License-Identifier: Apache-2.0 */
/* linattn.c - linear attention of one head. Contract in linattn.h. */
#include "model/num/linattn.h"

#include "model/num/dequant.h"
#include "model/num/digits.h"
#include "model/num/f32.h"
#include "model/num/norm.h"
#include "model/spec/spec.h"

enum { KEYS = STAMP_KEY_BLOCK };

/* What the caller's floats hold. */
struct work {
    float *row;     /* [hd] */
    float *sk, *sv; /* [keys] */
    float *e;       /* [KEYS] */
    float *o;       /* [hd][hd] */
    int32_t *acc;   /* [hd] */
    int8_t *k, *v;  /* [keys][hd] */
    int8_t *p;      /* [KEYS] */
};

size_t stamp_linattn_work(uint32_t keys, uint32_t hd)
{
    return 2 * (size_t)hd + 2 * (size_t)keys + KEYS + (size_t)hd * hd +
           (2 * (size_t)keys * hd + KEYS + 3) / 4;
}

static struct work work_of(uint32_t keys, uint32_t hd, float *at)
{
    struct work w;

    w.row = at;
    w.sk = w.row + hd;
    w.sv = w.sk + keys;
    w.e = w.sv + keys;
    w.o = w.e + KEYS;
    w.acc = (int32_t *)(void *)(w.o + (size_t)hd * hd);
    w.k = (int8_t *)(w.acc + hd);
    w.v = w.k + (size_t)keys * hd;
    w.p = w.v + (size_t)keys * hd;
    return w;
}

static float relu(float x)
{
    return x > 0.0f ? x : 0.0f;
}

/* Digits of x[n]; @return their scale */
static float digits(uint32_t n, const float *x, int8_t *code)
{
    const struct stamp_qparam p = stamp_digit_params(stamp_range_widen(stamp_range_empty(), n, x));

    stamp_digit_codes(p.inv, n, x, code);
    return p.scale;
}

/* acc[c] = sum of p_j v'_jc */
static void weigh(uint32_t n, uint32_t hd, const int8_t *restrict p, const int8_t *restrict v,
                  int32_t *restrict acc)
{
    for (uint32_t c = 0; c < hd; c++) acc[c] = 0;
    for (uint32_t j = 0; j < n; j++, v += hd)
        for (uint32_t c = 0; c < hd; c++) acc[c] += p[j] * v[c];
}

/* Keys first .. first + n - 1 into feature @p d of the sums. */
static bool block(const struct work *w, uint32_t hd, uint32_t d, uint32_t first, uint32_t n,
                  float *l)
{
    const float one = stamp_step_params(1.0f, STAMP_DIGITS_MAX).scale;
    float *o = w->o + (size_t)d * hd;

    for (uint32_t j = 0; j < n; j++)
        w->e[j] =
            stamp_deq(STAMP_DIGITS_MAX * w->k[(size_t)(first + j) * hd + d], one, w->sk[first + j]);
    const float sum = stamp_reduce(n, w->e);
    *l = first ? stamp_f32_add(*l, sum) : sum;
    for (uint32_t j = 0; j < n; j++) w->e[j] = stamp_f32_mul(w->e[j], w->sv[first + j]);
    const float sp = digits(n, w->e, w->p);
    weigh(n, hd, w->p, w->v + (size_t)first * hd, w->acc);
    for (uint32_t c = 0; c < hd; c++) {
        const float y = stamp_deq(w->acc[c], sp, 1.0f);
        o[c] = first ? stamp_f32_add(o[c], y) : y;
    }
    return stamp_f32_is_finite(sp) && stamp_f32_is_finite(*l);
}

bool stamp_linattn_sum(uint32_t keys, size_t pitch, const float *k, const float *v, float *work,
                       struct stamp_linattn *out)
{
    const uint32_t hd = out->hd;
    const struct work w = work_of(keys, hd, work);
    bool ok = true;

    for (uint32_t j = 0; j < keys; j++, k += pitch, v += pitch) {
        ok &= stamp_f32_find_nonfinite(hd, k) == hd && stamp_f32_find_nonfinite(hd, v) == hd;
        for (uint32_t i = 0; i < hd; i++) w.row[i] = relu(k[i]);
        w.sk[j] = digits(hd, w.row, w.k + (size_t)j * hd);
        w.sv[j] = digits(hd, v, w.v + (size_t)j * hd);
        ok &= stamp_f32_is_finite(w.sk[j]) && stamp_f32_is_finite(w.sv[j]);
    }
    for (uint32_t d = 0; d < hd; d++) {
        for (uint32_t at = 0; at < keys; at += KEYS)
            ok &= block(&w, hd, d, at, keys - at < KEYS ? keys - at : KEYS, &out->l[d]);
        out->sm[d] = digits(hd, w.o + (size_t)d * hd, out->m + (size_t)d * hd);
        ok &= stamp_f32_is_finite(out->sm[d]);
    }
    return ok;
}

bool stamp_linattn_row(const struct stamp_linattn *s, float eps, const float *q, float *work,
                       float *y)
{
    const uint32_t hd = s->hd;
    float *t = work;
    int32_t *acc = (int32_t *)(void *)(work + hd);
    int8_t *p = (int8_t *)(work + 2 * (size_t)hd);
    bool ok = stamp_f32_find_nonfinite(hd, q) == hd;

    for (uint32_t i = 0; i < hd; i++) t[i] = stamp_f32_mul(relu(q[i]), s->l[i]);
    const float den = stamp_f32_add(stamp_reduce(hd, t), eps);
    for (uint32_t i = 0; i < hd; i++) t[i] = stamp_f32_mul(relu(q[i]), s->sm[i]);
    const float sw = digits(hd, t, p), inverse = stamp_f32_div(1.0f, den);
    weigh(hd, hd, p, s->m, acc);
    for (uint32_t c = 0; c < hd; c++) y[c] = stamp_f32_mul(stamp_deq(acc[c], sw, 1.0f), inverse);
    ok &= stamp_f32_is_finite(sw) && stamp_f32_is_finite(inverse);
    return ok && stamp_f32_find_nonfinite(hd, y) == hd;
}
