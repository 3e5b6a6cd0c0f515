/* SPDX-License-Identifier: Apache-2.0 */
/* test_xform.c - the transforms as matrices, held against double precision. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "model/mem.h"
#include "model/num/f32.h"
#include "model/num/plan.h"
#include "model/num/xform.h"
#include "model/num/xops.h"
#include "tests/model/rnd.h"
#include "tests/oracle/softfloat.h"

static const enum stamp_transform all[] = {STAMP_HAAR, STAMP_HAAR2D, STAMP_WHT, STAMP_DCT};

static struct stamp_plan build(enum stamp_transform kind, int depth, uint32_t h, uint32_t w)
{
    struct stamp_scheme q = stamp_scheme_default();
    struct stamp_plan p;
    struct stamp_err e;
    q.transform = kind;
    q.depth = depth;
    q.sink = false;
    q.grid_h = h;
    q.grid_w = w;
    if (stamp_plan_build(&q, h * w, &p, &e)) ck_abort_msg("%s", e.text);
    return p;
}

/* L as the code computes it, its row of canonical index c in row c: L times the unit matrix. */
static float *matrix_of(const struct stamp_plan *p)
{
    const size_t n = p->s;
    float *x = stamp_alloc(n * n, sizeof *x), *m = stamp_alloc(n * n, sizeof *m);
    for (size_t i = 0; i < n; i++) x[i * n + i] = 1.0f;
    stamp_xform_forward(&p->ops, n, x);
    for (size_t i = 0; i < n; i++) memcpy(m + p->canon[i] * n, x + i * n, n * sizeof *x);
    stamp_free(x);
    return m;
}

static double dot(const float *a, const float *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)a[i] * (double)b[i];
    return sum;
}

START_TEST(the_inverse_undoes_the_transform_to_rounding_at_any_length)
{
    struct rnd r = rnd_start(3);
    for (uint32_t s = 1; s <= 130; s += s < 20 ? 1 : 11)
        for (int k = 0; k < 4; k++)
            for (int depth = 0; depth <= 8; depth += 2) {
                struct stamp_plan p = build(all[k], depth, all[k] == STAMP_HAAR2D ? s : 1,
                                            all[k] == STAMP_HAAR2D ? 1 + s % 7 : s);
                const size_t n = p.s * (size_t)5;
                float *x = stamp_alloc(n, sizeof *x), *y = stamp_alloc(n, sizeof *y);
                for (size_t i = 0; i < n; i++) y[i] = x[i] = rnd_unit(&r);
                stamp_xform_forward(&p.ops, 5, y);
                stamp_xform_inverse(&p.ops, 5, y);
                for (size_t i = 0; i < n; i++)
                    if (fabsf(x[i] - y[i]) > 4e-6f)
                        ck_abort_msg("kind %d s %u depth %d" RND_FMT, k, p.s, depth, rnd_seed());
                stamp_free(x);
                stamp_free(y);
                stamp_plan_free(&p);
            }
}
END_TEST

START_TEST(integers_in_range_return_exactly_from_mean_transforms)
{
    /* Halving k levels of multiples of 2^k loses nothing, so not one bit may differ. */
    struct rnd r = rnd_start(4);
    for (int k = 0; k < 3; k++) {
        struct stamp_plan p = build(all[k], 4, 16, 31);
        float x[16 * 31], y[16 * 31];
        for (int i = 0; i < 16 * 31; i++) y[i] = x[i] = (float)(rnd_below(&r, 2000)) - 1000.0f;
        stamp_xform_forward(&p.ops, 1, y);
        ck_assert(memcmp(x, y, sizeof x) != 0);
        stamp_xform_inverse(&p.ops, 1, y);
        for (int i = 0; i < 16 * 31; i++) ck_assert(x[i] == y[i]);
        stamp_plan_free(&p);
    }
}
END_TEST

START_TEST(energy_is_kept_when_rows_are_scaled_to_norm_one)
{
    struct rnd r = rnd_start(5);
    for (int k = 0; k < 4; k++) {
        struct stamp_plan p = build(all[k], 3, 16, 16);
        float *m = matrix_of(&p), x[256], y[256];
        double in = 0, out = 0;

        for (int i = 0; i < 256; i++) y[i] = x[i] = rnd_unit(&r);
        stamp_xform_forward(&p.ops, 1, y);
        for (uint32_t i = 0; i < 256; i++) {
            const float *row = m + (size_t)p.canon[i] * 256;
            in += (double)x[i] * (double)x[i];
            out += (double)y[i] * (double)y[i] / dot(row, row, 256);
        }
        ck_assert_msg(fabs(out / in - 1) < 1e-6, "kind %d: %g" RND_FMT, k, out / in, rnd_seed());
        stamp_free(m);
        stamp_plan_free(&p);
    }
}
END_TEST

START_TEST(rows_of_whole_blocks_are_orthogonal)
{
    for (int k = 0; k < 4; k++) {
        struct stamp_plan p = build(all[k], 3, 8, 8);
        float *m = matrix_of(&p);
        for (size_t i = 0; i < 64; i++)
            for (size_t j = 0; j < i; j++)
                if (fabs(dot(m + i * 64, m + j * 64, 64)) > 1e-6) ck_abort_msg("kind %d", k);
        stamp_free(m);
        stamp_plan_free(&p);
    }
}
END_TEST

START_TEST(constant_tokens_leave_ones_on_coarse_rows_and_zeros_on_details)
{
    for (uint32_t s = 1; s <= 200; s++)
        for (int k = 0; k < 2; k++) {
            struct stamp_plan p = build(all[k], 3, k ? s : 1, k ? 1 + s % 11 : s);
            const uint32_t coarse = k ? (s + 7) / 8 * ((1 + s % 11 + 7) / 8) : (s + 7) / 8;
            float *x = stamp_alloc(p.s, sizeof *x);
            for (uint32_t i = 0; i < p.s; i++) x[i] = 1.0f;
            stamp_xform_forward(&p.ops, 1, x);
            for (uint32_t i = 0; i < p.s; i++)
                if (x[i] != (p.canon[i] < coarse ? 1.0f : 0.0f)) ck_abort_msg("%d %u", k, s);
            stamp_free(x);
            stamp_plan_free(&p);
        }
}
END_TEST

START_TEST(haar_rows_are_the_means_and_half_differences_of_their_tokens)
{
    /* Row of detail D_l at i: +2^-l on the first half of its 2^l tokens, -2^-l on the second. */
    struct stamp_plan p = build(STAMP_HAAR, 3, 1, 32);
    float *m = matrix_of(&p);
    uint32_t row = 0;
    for (int l = 3, coarse = 1; l >= 1; l -= !coarse, coarse = 0)
        for (uint32_t at = 0; at < 32; at += 1u << l, row++)
            for (uint32_t t = 0; t < 32; t++) {
                const bool in = t >= at && t < at + (1u << l);
                const bool second = t >= at + (1u << l) / 2;
                const float size = 1.0f / (float)(1u << l);
                const float want = !in ? 0 : second && !coarse ? -size : size;
                if (m[row * 32 + t] != want) ck_abort_msg("row %u token %u", row, t);
            }
    ck_assert_uint_eq(row, 32);
    stamp_free(m);
    stamp_plan_free(&p);
}
END_TEST

START_TEST(haar2d_of_a_product_is_the_product_of_two_haars)
{
    /* x[i][j] = u[i] v[j] transforms to (L u)[i] (L v)[j] at equal depth, in place. */
    float u[12], v[10], x[120];
    struct rnd r = rnd_start(6);
    struct stamp_plan pu = build(STAMP_HAAR, 1, 1, 12), pv = build(STAMP_HAAR, 1, 1, 10);
    struct stamp_plan p = build(STAMP_HAAR2D, 1, 12, 10);
    for (int i = 0; i < 12; i++) u[i] = (float)rnd_below(&r, 64);
    for (int j = 0; j < 10; j++) v[j] = (float)rnd_below(&r, 64);
    for (int i = 0; i < 120; i++) x[i] = u[i / 10] * v[i % 10];
    stamp_xform_forward(&pu.ops, 1, u);
    stamp_xform_forward(&pv.ops, 1, v);
    stamp_xform_forward(&p.ops, 1, x);
    for (int i = 0; i < 120; i++) ck_assert(x[i] == u[i / 10] * v[i % 10]);
    stamp_plan_free(&pu);
    stamp_plan_free(&pv);
    stamp_plan_free(&p);
}
END_TEST

START_TEST(row_f_of_a_wht_block_changes_sign_f_times)
{
    for (int m = 0; m <= 8; m++) {
        const uint32_t n = 1u << m;
        struct stamp_plan p = build(STAMP_WHT, m, 1, n);
        float *l = matrix_of(&p);
        for (uint32_t f = 0; f < n; f++) {
            uint32_t changes = 0;
            for (uint32_t t = 0; t < n; t++) {
                if (fabsf(l[f * n + t]) != 1.0f / (float)n) ck_abort_msg("size of %u %u", f, t);
                changes += t > 0 && (l[f * n + t] > 0) != (l[f * n + t - 1] > 0);
            }
            if (changes != f || l[f * n] < 0) ck_abort_msg("2^%d: row %u has %u", m, f, changes);
        }
        stamp_free(l);
        stamp_plan_free(&p);
    }
}
END_TEST

START_TEST(dct_rows_are_the_cosines_of_the_definition)
{
    const double pi = acos(-1.0);
    for (int m = 0; m <= 10; m++) {
        const uint32_t n = 1u << m;
        struct stamp_plan p = build(STAMP_DCT, m, 1, n);
        float *l = matrix_of(&p);
        double worst = 0;
        for (uint32_t f = 0; f < n; f++)
            for (uint32_t t = 0; t < n; t++) {
                const double want =
                    sqrt((f ? 2.0 : 1.0) / n) * cos(pi * (2.0 * t + 1) * f / (2.0 * n));
                worst = fmax(worst, fabs(want - (double)l[f * n + t]));
            }
        ck_assert_msg(worst < 1e-7, "2^%d: %g", m, worst);
        stamp_free(l);
        stamp_plan_free(&p);
    }
}
END_TEST

START_TEST(dct_constants_are_the_floats_nearest_to_the_cosines)
{
    struct stamp_xops ops = {0};
    const long double pi = acosl(-1.0L);
    ck_assert(stamp_xops_dct(&ops, 0, 14, 1));
    ck_assert_uint_gt(ops.count, 14 * 8192);

    /* Largest DCT4 is of 2^13: every angle is a multiple of pi / 2^15. */
    for (uint32_t i = 0; i < ops.count; i++) {
        const float pair[2] = {ops.op[i].c, ops.op[i].s};
        const long double c = fabsl((long double)pair[0]), s = fabsl((long double)pair[1]);
        const long double steps = roundl(atan2l(s, c) / (pi / 32768));
        const float want[2] = {(float)cosl(steps * pi / 32768), (float)sinl(steps * pi / 32768)};
        for (int k = 0; k < 2; k++)
            if (fabsf(pair[k]) != want[k])
                ck_abort_msg("op %u: %a not %a", i, (double)pair[k], (double)want[k]);
    }
    stamp_xops_free(&ops);
}
END_TEST

START_TEST(frequency_blocks_of_mixed_length_are_ordered_by_relative_frequency)
{
    for (int k = 2; k < 4; k++) {
        struct stamp_plan p = build(all[k], 3, 1, 31); /* 8 8 8 4 2 1 */
        static const uint32_t len[] = {8, 8, 8, 4, 2, 1};
        uint32_t row_of[31], at = 0;

        ck_assert_uint_eq(p.blocks, 6);
        for (uint32_t t = 0; t < 31; t++) row_of[p.canon[t]] = t;
        for (uint32_t eighth = 0; eighth < 8; eighth++)
            for (uint32_t b = 0, start = 0; b < 6; start += len[b++])
                if (eighth % (8 / len[b]) == 0) {
                    const uint32_t t = row_of[at++];
                    if (t < start || t >= start + len[b]) ck_abort_msg("place %u", at - 1);
                }
        ck_assert_uint_eq(at, 31);
        stamp_plan_free(&p);
    }
}
END_TEST

START_TEST(a_butterfly_is_its_formula_in_the_oracle)
{
    struct rnd r = rnd_start(7);
    for (int i = 0; i < 20000; i++) {
        uint32_t a[37], b[37], k[2];
        float x[37], y[37], c, s;
        const enum stamp_bfly kind = (enum stamp_bfly)(i % 3);
        rnd_pair(&r, &k[0], &k[1]);
        c = stamp_f32_from_bits(k[0]);
        s = stamp_f32_from_bits(k[1]);
        for (int j = 0; j < 37; j++) {
            rnd_pair(&r, &a[j], &b[j]);
            x[j] = stamp_f32_from_bits(a[j]);
            y[j] = stamp_f32_from_bits(b[j]);
        }
        stamp_butterfly(kind, c, s, 37, x, y);
        for (int j = 0; j < 37; j++) {
            uint32_t wa = so_add(a[j], b[j]), wb = so_sub(a[j], b[j]);
            if (kind == STAMP_MEAN) {
                wa = so_half(wa);
                wb = so_half(wb);
            } else if (kind == STAMP_ROT) {
                wa = so_add(so_mul(k[0], a[j]), so_mul(k[1], b[j]));
                wb = so_sub(so_mul(k[0], b[j]), so_mul(k[1], a[j]));
            }
            if (stamp_f32_bits(x[j]) != wa || stamp_f32_bits(y[j]) != wb)
                ck_abort_msg("kind %d lane %d" RND_FMT, (int)kind, j, rnd_seed());
        }
    }
}
END_TEST

Suite *stamp_suite_xform(void);

Suite *stamp_suite_xform(void)
{
    Suite *s = suite_create("xform");
    TCase *c = tcase_create("xform");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, a_butterfly_is_its_formula_in_the_oracle);
    tcase_add_test(c, the_inverse_undoes_the_transform_to_rounding_at_any_length);
    tcase_add_test(c, integers_in_range_return_exactly_from_mean_transforms);
    tcase_add_test(c, energy_is_kept_when_rows_are_scaled_to_norm_one);
    tcase_add_test(c, rows_of_whole_blocks_are_orthogonal);
    tcase_add_test(c, constant_tokens_leave_ones_on_coarse_rows_and_zeros_on_details);
    tcase_add_test(c, haar_rows_are_the_means_and_half_differences_of_their_tokens);
    tcase_add_test(c, haar2d_of_a_product_is_the_product_of_two_haars);
    tcase_add_test(c, row_f_of_a_wht_block_changes_sign_f_times);
    tcase_add_test(c, dct_rows_are_the_cosines_of_the_definition);
    tcase_add_test(c, dct_constants_are_the_floats_nearest_to_the_cosines);
    tcase_add_test(c, frequency_blocks_of_mixed_length_are_ordered_by_relative_frequency);
    suite_add_tcase(s, c);
    return s;
}
