/* SPDX-License-Identifier: Apache-2.0 */
/* test_noise.c - Gaussian noise: against erfc in long double, the oracle's values, and its own statistics. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/paint/noise.h"

/* x with P(X <= x) = p, p at most 1/2, by Newton on ln P from below. */
static long double quantile(long double p)
{
    const long double root = sqrtl(2), density = 1 / sqrtl(2 * acosl(-1));
    long double x = p > 0.4L ? -0.1L : -sqrtl(-2 * logl(p));

    for (int i = 0; i < 100; i++) {
        const long double at = erfcl(-x / root) / 2;
        const long double step = (logl(at) - logl(p)) * at / (density * expl(-x * x / 2));
        x -= step;
        if (fabsl(step) <= 1e-19L * fabsl(x)) break;
    }
    return x;
}

START_TEST(the_quantile_is_that_of_erfc)
{
    int cases = 0;

    for (int e = 1; e <= 53; e++)
        for (int m = 0; m < 40; m++, cases++) {
            const double p = ldexp(0.5 + m / 80.0, 1 - e);
            if (p > 0.499) continue; /* relative to 0 there: below */
            const long double want = quantile(p), got = stamp_normal_quantile(p);
            ck_assert_msg(fabsl(got - want) <= 4e-15L * fabsl(want), "p %a: %.20Lg, not %.20Lg", p,
                          got, want);
        }
    ck_assert_int_eq(cases, 53 * 40);
    ck_assert_double_eq(stamp_normal_quantile(0.5), 0);
    for (int i = 1; i < 100; i++) { /* near the middle x = q sqrt(2 pi) */
        const double q = ldexp(i, -40);
        const long double want = q * sqrtl(2 * acosl(-1));
        ck_assert_double_eq_tol(stamp_normal_quantile(0.5 + q), (double)want, 1e-15 * (double)want);
    }
}
END_TEST

START_TEST(the_quantile_is_odd_and_rises_across_its_seams)
{
    static const double seams[] = {0.075, 0.925, 1.3887943864964021e-11};

    for (int i = 1; i < 4096; i++)
        ck_assert(stamp_normal_quantile(i / 4096.0) == -stamp_normal_quantile(1 - i / 4096.0));
    for (size_t s = 0; s < 3; s++)
        for (int i = -50; i < 50; i++) {
            const double p = seams[s] * (1 + i * 1e-13), q = seams[s] * (1 + (i + 1) * 1e-13);
            ck_assert_msg(stamp_normal_quantile(p) <= stamp_normal_quantile(q) + 4e-15, "%a", p);
        }
}
END_TEST

#define STAMP_SAMPLER(...)
#define STAMP_OBJECTS(...)
#define STAMP_BACKGROUNDS(...)
static const struct {
    uint64_t seed;
    size_t i;
    double x;
} oracle[] = {
#define STAMP_NOISE(seed, i, x) {seed, i, x},
#include "tests/paint/oracle.def"
#undef STAMP_NOISE
};

START_TEST(values_are_those_of_the_oracle_to_the_bit)
{
    enum { COUNT = 1000001 };
    float *x = malloc(COUNT * sizeof *x);
    int cases = 0;

    ck_assert_ptr_nonnull(x);
    for (size_t k = 0; k < sizeof oracle / sizeof oracle[0]; k++, cases++) {
        if (k == 0 || oracle[k].seed != oracle[k - 1].seed) stamp_noise(oracle[k].seed, COUNT, x);
        ck_assert_msg(x[oracle[k].i] == (float)oracle[k].x, "seed %llu, value %zu: %a, not %a",
                      (unsigned long long)oracle[k].seed, oracle[k].i, (double)x[oracle[k].i],
                      (double)(float)oracle[k].x);
    }
    ck_assert_int_eq(cases, 24);
    free(x);
}
END_TEST

START_TEST(a_longer_noise_begins_as_a_shorter_one_and_seeds_differ)
{
    float a[100], b[10], c[100];

    stamp_noise(7, 100, a);
    stamp_noise(7, 10, b);
    ck_assert_mem_eq(a, b, sizeof b);
    for (uint64_t seed = 0; seed < 50; seed++) {
        int same = 0;
        stamp_noise(seed == 7 ? 1000 : seed, 100, c);
        for (int i = 0; i < 100; i++)
            for (int k = 0; k < 100; k++) same += a[i] == c[k];
        ck_assert_int_eq(same, 0);
    }
    stamp_noise(7, 0, NULL);
}
END_TEST

/* A sum of `count` of mean 0 and this deviation each lies within five of its own. */
static void within(const char *what, double sum, double count, double deviation)
{
    ck_assert_msg(fabs(sum) < 5 * deviation * sqrt(count), "%s: %g of %g", what, sum / count,
                  deviation / sqrt(count));
}

START_TEST(moments_and_shares_are_those_of_the_normal_distribution)
{
    enum { COUNT = 1 << 20 };
    static float x[COUNT];
    double one = 0, two = 0, three = 0, four = 0, next = 0, other = 0;

    for (uint64_t seed = 1; seed <= 2; seed++) {
        static float before[COUNT];
        memcpy(before, x, sizeof x);
        stamp_noise(seed, COUNT, x);
        one = two = three = four = next = other = 0;
        for (int i = 0; i < COUNT; i++) {
            const double v = (double)x[i], s = v * v;
            one += v;
            two += s - 1;
            three += v * s;
            four += s * s - 3;
            next += v * (double)x[(i + 1) % COUNT];
            other += v * (double)before[i];
        }
        within("mean", one, COUNT, 1);
        within("variance", two, COUNT, sqrt(2));
        within("skew", three, COUNT, sqrt(15));
        within("kurtosis", four, COUNT, sqrt(96));
        within("neighbours", next, COUNT, 1);
        within("seeds", other, COUNT, 1);
        for (int t = -16; t <= 16; t++) {
            const double at = t / 4.0, p = (double)(erfcl(-(long double)at / sqrtl(2)) / 2);
            double below = 0;
            for (int i = 0; i < COUNT; i++) below += (double)x[i] <= at;
            within("share", below - p * COUNT, COUNT, sqrt(p * (1 - p)));
        }
    }
}
END_TEST

Suite *stamp_suite_paint_noise(void);

Suite *stamp_suite_paint_noise(void)
{
    Suite *s = suite_create("paint_noise");
    TCase *c = tcase_create("noise");
    tcase_add_test(c, the_quantile_is_that_of_erfc);
    tcase_add_test(c, the_quantile_is_odd_and_rises_across_its_seams);
    tcase_add_test(c, values_are_those_of_the_oracle_to_the_bit);
    tcase_add_test(c, a_longer_noise_begins_as_a_shorter_one_and_seeds_differ);
    tcase_add_test(c, moments_and_shares_are_those_of_the_normal_distribution);
    suite_add_tcase(s, c);
    return s;
}
