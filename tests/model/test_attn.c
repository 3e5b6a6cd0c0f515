/* SPDX-License-Identifier: Apache-2.0 */
/* test_attn.c - attention of one row: bits against the page on softfloat, errors against softmax in
 * double over the same operands. */
#include <check.h>
#include <math.h>

#include "model/num/attn.h"
#include "model/num/digits.h"
#include "model/num/f32.h"
#include "tests/model/rnd.h"
#include "tests/oracle/fn.h"
#include "tests/oracle/softfloat.h"

enum { HD_MAX = 128, KEYS_MAX = 1100, BLOCK = 256, WORK_MAX = 4096 };

static int8_t k[KEYS_MAX * HD_MAX], v[KEYS_MAX * HD_MAX];
static float sk[KEYS_MAX], sv[KEYS_MAX];
static _Alignas(64) float work[WORK_MAX];

static uint32_t bits(float x)
{
    return stamp_f32_bits(x);
}

static int8_t digit(struct rnd *r)
{
    return (int8_t)((int32_t)rnd_below(r, 2 * STAMP_DIGITS_MAX + 1) - STAMP_DIGITS_MAX);
}

enum kind { PLAIN, FLAT, SHARP, DOMINANT, RISING, FALLING, ZERO_Q, WILD_V, TINY, KINDS };

/* Keys, values and a query whose scores are as the kind says. */
static struct stamp_attn_kv make(struct rnd *r, enum kind kind, uint32_t hd, uint32_t keys,
                                 float *q)
{
    const float level = kind == FLAT ? 1e-6f : kind == SHARP ? 3e-2f : 3e-3f;
    for (uint32_t i = 0; i < keys * hd; i++) {
        k[i] = digit(r);
        v[i] = digit(r);
    }
    for (uint32_t j = 0; j < keys; j++) {
        sk[j] = level * (1.5f + rnd_unit(r));
        sv[j] = 1e-2f * (1.5f + rnd_unit(r));
        if (kind == WILD_V) sv[j] = ldexpf(sv[j], (int)rnd_below(r, 60) - 30);
        if (kind == TINY) sv[j] = ldexpf(sv[j], -110 + (int)rnd_below(r, 20));
        if (kind == RISING || kind == FALLING) /* blocks whose maxima rise (fall) one by one */
            for (uint32_t d = 0; d < hd; d++)
                k[j * hd + d] = (int8_t)((kind == RISING ? j : keys - 1 - j) * 119 / keys);
    }
    for (uint32_t d = 0; d < hd; d++) q[d] = kind == ZERO_Q ? 0 : rnd_unit(r) * 3;
    if (kind == RISING || kind == FALLING)
        for (uint32_t d = 0; d < hd; d++) q[d] = fabsf(q[d]);
    if (kind == DOMINANT) sk[rnd_below(r, keys)] *= 1e4f;
    for (uint32_t j = 0; j < keys; j++) { /* scales have 8 bits */
        sk[j] = stamp_f32_from_bits(bits(sk[j]) & 0xffff0000);
        sv[j] = stamp_f32_from_bits(bits(sv[j]) & 0xffff0000);
    }
    return (struct stamp_attn_kv){keys, hd, k, v, sk, sv};
}

/* Codes and scale of n patterns, section 6. */
static uint32_t digits_oracle(uint32_t n, const uint32_t *x, int32_t *code)
{
    uint32_t a = 0;
    for (uint32_t i = 0; i < n; i++)
        if (so_less(a, x[i] & 0x7fffffff)) a = x[i] & 0x7fffffff;
    const bool none = so_less(a, 0x0d800000);
    const uint32_t scale = none ? 0 : so_up8(a, 119), inv = none ? 0 : so_div(0x3f800000, scale);
    for (uint32_t i = 0; i < n; i++) {
        const int32_t c = so_rne_int10(so_mul(x[i], inv));
        code[i] = c < -119 ? -119 : c > 119 ? 119 : c;
    }
    return scale;
}

/* The binary32 nearest to log2(e)/sqrt(hd), hd up to 1024: m 2^-e with m of 24 bits, the least m for which
 * m + 1/2 reaches it, that is (2m + 1)^2 hd >= 4 * 4^e log2(e)^2: 64 bits hold the left side. */
static uint32_t scale_oracle(uint32_t hd)
{
    const long double log2_e = 1.442695040888963407359924681001892137L;
    uint32_t e = 23;
    while (ldexpl(log2_e * log2_e, (int)(2 * e)) < hd * 0x1p46L) e++;
    uint64_t m = 1 << 23, end = 1 << 24;
    while (m < end) {
        const uint64_t mid = (m + end) / 2;
        if ((long double)((2 * mid + 1) * (2 * mid + 1) * hd) >=
            ldexpl(log2_e * log2_e, (int)(2 * e + 2)))
            end = mid;
        else
            m = mid + 1;
    }
    return ((150 - e) << 23) + (uint32_t)m - (1 << 23);
}

static void row_oracle(const struct stamp_attn_kv *kv, uint32_t t, const float *q, uint32_t *o)
{
    const uint32_t hd = kv->hd, c = scale_oracle(hd);
    uint32_t x[HD_MAX], s[BLOCK], w[BLOCK], m = 0, l = 0;
    int32_t qc[HD_MAX], p[BLOCK];

    for (uint32_t d = 0; d < hd; d++) x[d] = bits(q[d]);
    const uint32_t sq = digits_oracle(hd, x, qc);
    for (uint32_t b = 0; b <= t / BLOCK; b++) {
        const uint32_t m_old = m;
        uint32_t top = 0xff7fffff;
        for (uint32_t j = 0; j < BLOCK && b * BLOCK + j <= t; j++) {
            const uint32_t key = b * BLOCK + j;
            int32_t sum = 0;
            for (uint32_t d = 0; d < hd; d++) sum += qc[d] * kv->k[key * hd + d];
            s[j] = so_deq(sum, sq, bits(kv->sk[key]));
            if (so_less(top, s[j])) top = s[j];
        }
        m = b && !so_less(m_old, top) ? m_old : top;
        for (uint32_t j = 0; j < BLOCK; j++) { /* masked keys take part as zeros */
            const uint32_t key = b * BLOCK + j;
            s[j] = key <= t ? so_exp2(so_mul(so_sub(s[j], m), c)) : 0;
            w[j] = key <= t ? so_mul(s[j], bits(kv->sv[key])) : 0;
        }
        const uint32_t l_new = so_reduce(BLOCK, s), sp = digits_oracle(BLOCK, w, p);
        const uint32_t a = b ? so_exp2(so_mul(so_sub(m_old, m), c)) : 0;
        l = b ? so_add(so_mul(l, a), l_new) : l_new;
        for (uint32_t d = 0; d < hd; d++) {
            int32_t sum = 0;
            for (uint32_t j = 0; j < BLOCK && b * BLOCK + j <= t; j++)
                sum += p[j] * kv->v[(b * BLOCK + j) * hd + d];
            const uint32_t part = so_deq(sum, sp, 0x3f800000);
            o[d] = b ? so_add(so_mul(o[d], a), part) : part;
        }
    }
    const uint32_t inv = so_div(0x3f800000, l);
    for (uint32_t d = 0; d < hd; d++) o[d] = so_mul(o[d], inv);
}

static void check_row(const struct stamp_attn_kv *kv, uint32_t t, const float *q)
{
    float out[HD_MAX];
    uint32_t want[HD_MAX];
    ck_assert(stamp_attn_work(kv->hd) <= WORK_MAX);
    stamp_attn_row(kv, t, q, work, out);
    row_oracle(kv, t, q, want);
    for (uint32_t d = 0; d < kv->hd; d++)
        if (bits(out[d]) != want[d])
            ck_abort_msg("t %u, hd %u, element %u: %08x, page %08x" RND_FMT, t, kv->hd, d,
                         bits(out[d]), want[d], rnd_seed());
}

START_TEST(rows_give_the_bits_of_the_page)
{
    static const uint32_t at[] = {254, 255, 256, 257, 300, 510,
                                  511, 512, 513, 767, 768, KEYS_MAX - 1};
    struct rnd r = rnd_start(110);
    float q[HD_MAX];
    for (int kind = 0; kind < KINDS; kind++) {
        struct stamp_attn_kv kv = make(&r, (enum kind)kind, 16, 300, q);
        for (uint32_t t = 0; t < 300; t += 1 + rnd_below(&r, 3)) check_row(&kv, t, q);
        kv = make(&r, (enum kind)kind, 64, KEYS_MAX, q);
        for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) check_row(&kv, at[i], q);
    }
}
END_TEST

START_TEST(every_head_dimension_works)
{
    struct rnd r = rnd_start(111);
    float q[HD_MAX];
    for (uint32_t hd = 1; hd <= HD_MAX; hd++) {
        const struct stamp_attn_kv kv = make(&r, PLAIN, hd, 300, q);
        check_row(&kv, 299, q);
    }
}
END_TEST

START_TEST(the_scale_is_the_nearest_float)
{
    for (uint32_t hd = 1; hd <= 1024; hd = hd < 64 ? hd + 1 : hd + 8)
        ck_assert_msg(bits(stamp_attn_scale(hd)) == scale_oracle(hd), "%u: %08x, not %08x", hd,
                      bits(stamp_attn_scale(hd)), scale_oracle(hd));
}
END_TEST

START_TEST(keys_behind_the_query_do_not_matter)
{
    struct rnd r = rnd_start(112);
    float q[HD_MAX], a[HD_MAX], b[HD_MAX];
    struct stamp_attn_kv kv = make(&r, SHARP, 32, 600, q);
    for (uint32_t t = 0; t < 600; t += 37) {
        stamp_attn_row(&kv, t, q, work, a);
        for (uint32_t i = (t + 1) * 32; i < 600 * 32; i++) k[i] = v[i] = digit(&r);
        for (uint32_t j = t + 1; j < 600; j++) sk[j] = sv[j] = stamp_f32_from_bits(0x7fc00000);
        stamp_attn_row(&kv, t, q, work, b);
        ck_assert_mem_eq(a, b, 32 * sizeof *a);
        kv = make(&r, SHARP, 32, 600, q);
    }
}
END_TEST

/* Softmax in double over the same operands (q's codes too). A weight's code is off by half a step,
 * its step 1/119 of the block's largest weight, rounded up to 8 bits: so much of |v'| an element may be off, and a little
 * of its terms' size for the rest. @return error / bound of the worst element */
static double row_error(const struct stamp_attn_kv *kv, uint32_t t, const float *q,
                        const float *out)
{
    enum { BLOCKS = KEYS_MAX / BLOCK + 1 };
    const uint32_t hd = kv->hd;
    static double s[KEYS_MAX];
    double top = -INFINITY, l = 0, step[BLOCKS] = {0}, worst = 0;
    int8_t qc[HD_MAX];
    const struct stamp_qparam p = stamp_digit_params(stamp_range_widen(stamp_range_empty(), hd, q));

    stamp_digit_codes(p.inv, hd, q, qc);
    for (uint32_t j = 0; j <= t; j++) {
        int32_t sum = 0;
        for (uint32_t d = 0; d < hd; d++) sum += qc[d] * kv->k[j * hd + d];
        s[j] = sum * (double)p.scale * (double)kv->sk[j] / sqrt(hd);
        top = fmax(top, s[j]);
    }
    for (uint32_t j = 0; j <= t; j++) {
        s[j] = exp(s[j] - top);
        l += s[j];
        step[j / BLOCK] = fmax(step[j / BLOCK], s[j] * (double)kv->sv[j] / 119 * 129 / 128);
    }
    for (uint32_t d = 0; d < hd; d++) {
        double o = 0, bound = 0;
        for (uint32_t j = 0; j <= t; j++) {
            const double x = kv->v[j * hd + d], w = s[j] * (double)kv->sv[j];
            o += w * x;
            bound += (step[j / BLOCK] / 2 + 0x1p-14 * w) * fabs(x);
        }
        const double error = fabs((double)out[d] - o / l);
        worst = fmax(worst, error / (bound / l + 0x1p-90));
    }
    return worst;
}

START_TEST(rows_differ_from_softmax_by_half_a_step_of_the_weights_at_most)
{
    struct rnd r = rnd_start(113);
    float q[HD_MAX], out[HD_MAX];
    double worst = 0;
    for (int kind = 0; kind < KINDS; kind++)
        for (uint32_t hd = 16; hd <= 128; hd *= 2) {
            const struct stamp_attn_kv kv = make(&r, (enum kind)kind, hd, KEYS_MAX, q);
            for (uint32_t t = 0; t < KEYS_MAX; t += 1 + t / 7) {
                stamp_attn_row(&kv, t, q, work, out);
                const double share = row_error(&kv, t, q, out);
                ck_assert_msg(share <= 1, "kind %d, hd %u, t %u: %g of the bound" RND_FMT, kind, hd,
                              t, share, rnd_seed());
                worst = fmax(worst, share);
            }
        }
    ck_assert_msg(worst > 0.1, "the bound says nothing: %g", worst);
}
END_TEST

START_TEST(one_key_gives_its_value_and_equal_keys_their_mean)
{ /* but for half a step of 119ths, 8 bits wide: the largest weight has no code of its own */
    struct rnd r = rnd_start(114);
    float q[HD_MAX], out[HD_MAX];
    struct stamp_attn_kv kv = make(&r, PLAIN, 64, 300, q);
    stamp_attn_row(&kv, 0, q, work, out);
    for (uint32_t d = 0; d < 64; d++)
        ck_assert(fabs((double)out[d] - v[d] * (double)sv[0]) <= fabs((double)out[d]) / 230);

    kv = make(&r, ZERO_Q, 64, 300, q);
    for (uint32_t j = 0; j < 300; j++) sv[j] = 0.5f;
    stamp_attn_row(&kv, 299, q, work, out);
    for (uint32_t d = 0; d < 64; d++) {
        double mean = 0;
        for (uint32_t j = 0; j < 300; j++) mean += v[j * 64 + d] * 0.5 / 300;
        ck_assert(fabs((double)out[d] - mean) <= 1e-5 + fabs(mean) / 230);
    }
}
END_TEST

Suite *stamp_suite_attn(void);

Suite *stamp_suite_attn(void)
{
    Suite *s = suite_create("attn");
    TCase *c = tcase_create("attn");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, rows_give_the_bits_of_the_page);
    tcase_add_test(c, every_head_dimension_works);
    tcase_add_test(c, the_scale_is_the_nearest_float);
    tcase_add_test(c, keys_behind_the_query_do_not_matter);
    tcase_add_test(c, rows_differ_from_softmax_by_half_a_step_of_the_weights_at_most);
    tcase_add_test(c, one_key_gives_its_value_and_equal_keys_their_mean);
    suite_add_tcase(s, c);
    return s;
}
