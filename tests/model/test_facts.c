/* SPDX-License-Identifier: Apache-2.0 */
/* test_facts.c - the three facts that make the hardware small, each by itself. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "model/mem.h"
#include "model/num/f32.h"
#include "model/num/matmul.h"
#include "model/num/plan.h"
#include "model/num/quant.h"
#include "model/num/xform.h"
#include "tests/model/rnd.h"

START_TEST(scale_freedom_a_row_times_a_power_of_two_has_the_same_codes)
{
    struct rnd r = rnd_start(13);
    for (int i = 0; i < 4000; i++) {
        const unsigned bits = i & 1 ? 8 : 4;
        const float factor = ldexpf(1, (int)rnd_below(&r, 60) - 30);
        float x[48], y[48];
        int8_t a[48], b[48];
        struct stamp_rowmeta ma, mb;
        for (int k = 0; k < 48; k++) {
            x[k] = rnd_unit(&r) + 0.3f;
            y[k] = x[k] * factor;
        }
        stamp_quantize_row(bits, i & 2, 0, 48, x, a, &ma);
        stamp_quantize_row(bits, i & 2, 0, 48, y, b, &mb);
        ck_assert(memcmp(a, b, sizeof a) == 0);
        ck_assert(ma.corr == mb.corr && mb.scale == ma.scale * factor);
    }
}
END_TEST

/* Real-valued min-max code of a row, and its distance to the nearest tie in steps. */
static int real_code(const double *row, int n, int k, int max, double *distance)
{
    double lo = 0, hi = 0;
    for (int i = 0; i < n; i++) {
        lo = fmin(lo, row[i]);
        hi = fmax(hi, row[i]);
    }
    int e;
    const double part = frexp((hi - lo) / max, &e); /* up to a multiple of 2^-8 of a half to 1 */
    const double inv = 1 / ldexp(ceil(part * 256), e - 8), zero = -lo * inv, v = row[k] * inv;
    *distance = fmin(fabs(v - floor(v) - 0.5), fabs(zero - floor(zero) - 0.5));
    const double q = floor(v + 0.5) + floor(zero + 0.5);
    return (int)fmin(fmax(q, 0), max);
}

START_TEST(scale_freedom_haar_by_means_and_by_sums_have_the_same_codes)
{
    enum { S = 32, D = 40 };
    struct rnd r = rnd_start(14);
    struct stamp_scheme q = stamp_scheme_default();
    struct stamp_plan p;
    double x[S][D];
    float t[S][D];
    int skipped = 0;
    q.sink = false;
    q.depth = 5;
    q.high_rows = 1;
    ck_assert_int_eq((int)stamp_plan_build(&q, S, &p, NULL), 0);
    for (int i = 0; i < S; i++)
        for (int k = 0; k < D; k++) {
            t[i][k] = rnd_unit(&r) + (i ? 0.9f * t[i - 1][k] : 0);
            x[i][k] = (double)t[i][k];
        }
    stamp_xform_forward(&p.ops, D, &t[0][0]);

    for (int step = 1; step < S; step *= 2) /* sums and differences, which grow with the level */
        for (int i = 0; i < S; i += 2 * step)
            for (int k = 0; k < D; k++) {
                const double a = x[i][k], b = x[i + step][k];
                x[i][k] = a + b;
                x[i + step][k] = a - b;
            }
    for (int i = 0; i < S; i++) {
        const int max = p.bits[i] == 8 ? 255 : 15;
        int8_t code[D];
        struct stamp_rowmeta m;
        stamp_quantize_row(p.bits[i], false, 0, D, t[i], code, &m);
        for (int k = 0; k < D; k++) {
            double distance;
            const int want = real_code(x[i], D, k, max, &distance);
            if (distance < 1e-4)
                skipped++;
            else if (code[k] + (max + 1) / 2 != want)
                ck_abort_msg("row %d column %d" RND_FMT, i, k, rnd_seed());
        }
    }
    ck_assert_int_lt(skipped, 10);
    stamp_plan_free(&p);
}
END_TEST

START_TEST(locality_a_token_changes_only_the_rows_of_its_block)
{
    static const enum stamp_transform kind[] = {STAMP_HAAR, STAMP_HAAR2D, STAMP_WHT, STAMP_DCT};
    for (int k = 0; k < 4; k++) {
        struct stamp_scheme q = stamp_scheme_default();
        struct stamp_plan p;
        struct rnd r = rnd_start(15);
        float x[1 + 11 * 13], base[1 + 11 * 13], y[1 + 11 * 13];
        uint32_t block_of[1 + 11 * 13];
        q.transform = kind[k];
        q.grid_h = 11;
        q.grid_w = 13;
        q.depth = 2;
        ck_assert_int_eq((int)stamp_plan_build(&q, 144, &p, NULL), 0);
        for (uint32_t b = 0; b < p.blocks; b++) {
            const struct stamp_block n = stamp_plan_block(&p, b);
            for (uint32_t i = 0; i < n.h * n.w; i++)
                block_of[n.first + i / n.w * n.stride + i % n.w] = b;
        }
        for (int i = 0; i < 144; i++) base[i] = x[i] = rnd_unit(&r);
        stamp_xform_forward(&p.ops, 1, base);
        for (uint32_t t = 0; t < 144; t++) {
            uint32_t changed = 0;
            memcpy(y, x, sizeof x);
            y[t] += 3.0f;
            stamp_xform_forward(&p.ops, 1, y);
            for (uint32_t i = 0; i < 144; i++) {
                if (y[i] == base[i]) continue;
                changed++;
                if (block_of[i] != block_of[t]) ck_abort_msg("kind %d: %u reaches %u", k, t, i);
            }
            ck_assert_uint_ge(changed, 1);
        }
        stamp_plan_free(&p);
    }
}
END_TEST

START_TEST(locality_at_2048_tokens_and_64_high_rows_is_32_tokens_with_one_8_bit_row)
{
    struct stamp_scheme q = stamp_scheme_default();
    struct stamp_plan p;
    q.sink = false;
    ck_assert_int_eq((int)stamp_plan_build(&q, 2048, &p, NULL), 0);
    ck_assert_uint_eq(p.blocks, 64);
    for (uint32_t b = 0; b < p.blocks; b++) {
        const struct stamp_block k = stamp_plan_block(&p, b);
        ck_assert(k.h == 1 && k.w == 32);
        for (uint32_t i = 0; i < 32; i++) ck_assert_int_eq(p.bits[k.first + i], i ? 4 : 8);
    }
    ck_assert(stamp_plan_average_bits(&p) == 4.125);
    stamp_plan_free(&p);
}
END_TEST

START_TEST(nibble_rows_an_8_bit_product_is_two_4_bit_products_with_a_shift)
{
    struct rnd r = rnd_start(16);
    for (int i = 0; i < 500; i++) {
        const uint32_t n = 1 + rnd_below(&r, 300);
        int8_t x[300], w[300], xh[300], xl[300], wh[300], wl[300];
        int64_t want = 0;
        for (uint32_t k = 0; k < n; k++) {
            x[k] = (int8_t)((int)rnd_below(&r, 256) - 128);
            w[k] = (int8_t)((int)rnd_below(&r, 255) - 127);
            xh[k] = (int8_t)stamp_nibble_hi(x[k]);
            xl[k] = (int8_t)stamp_nibble_lo(x[k]);
            wh[k] = (int8_t)stamp_nibble_hi(w[k]);
            wl[k] = (int8_t)stamp_nibble_lo(w[k]);
            want += (int64_t)(x[k] - 8) * (w[k] - 8);
        }
        const int32_t hh = stamp_dot(n, 4, xh, 4, wh), hl = stamp_dot(n, 4, xh, 4, wl);
        const int32_t lh = stamp_dot(n, 4, xl, 4, wh), ll = stamp_dot(n, 4, xl, 4, wl);
        ck_assert_int_eq(16 * (16 * hh + hl) + (16 * lh + ll), want);
        ck_assert_int_eq(stamp_dot(n, 8, x, 8, w), want);
        ck_assert_int_eq(stamp_dot(n, 8, x, 4, wh), 16 * hh + lh);
        ck_assert_int_eq(stamp_dot(n, 4, xl, 8, w), 16 * lh + ll);
    }
}
END_TEST

START_TEST(nibble_rows_cost_one_row_more_for_each_8_bit_token)
{
    struct stamp_scheme q = stamp_scheme_default();
    struct stamp_plan p;
    uint32_t nibble_rows = 0;
    ck_assert_int_eq((int)stamp_plan_build(&q, 512, &p, NULL), 0);
    for (uint32_t t = 0; t < 512; t++) nibble_rows += p.bits[t] / 4;
    ck_assert_uint_eq(nibble_rows, 512 + 64);
    stamp_plan_free(&p);
}
END_TEST

Suite *stamp_suite_facts(void);

Suite *stamp_suite_facts(void)
{
    Suite *s = suite_create("facts");
    TCase *c = tcase_create("facts");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, scale_freedom_a_row_times_a_power_of_two_has_the_same_codes);
    tcase_add_test(c, scale_freedom_haar_by_means_and_by_sums_have_the_same_codes);
    tcase_add_test(c, locality_a_token_changes_only_the_rows_of_its_block);
    tcase_add_test(c, locality_at_2048_tokens_and_64_high_rows_is_32_tokens_with_one_8_bit_row);
    tcase_add_test(c, nibble_rows_an_8_bit_product_is_two_4_bit_products_with_a_shift);
    tcase_add_test(c, nibble_rows_cost_one_row_more_for_each_8_bit_token);
    suite_add_tcase(s, c);
    return s;
}
