/* SPDX-License-Identifier: Apache-2.0 */
/* test_fn.c - functions of one element: bits against the page on softfloat, errors against libm. */
#include <check.h>
#include <math.h>

#include "model/num/f32.h"
#include "model/num/fn.h"
#include "tests/model/fn_sweep.h"
#include "tests/model/rnd.h"
#include "tests/oracle/fn.h"

static float num(uint32_t u)
{
    return stamp_f32_from_bits(u);
}

static const struct {
    const char *name;
    float (*f)(float);
    uint32_t (*oracle)(uint32_t);
} functions[] = {{"EXP", stamp_exp2, so_exp2},
                 {"SIGMOID", stamp_sigmoid, so_sigmoid},
                 {"SILU", stamp_silu, so_silu},
                 {"GELU", stamp_gelu, so_gelu}};

static void check_one(uint32_t x)
{
    for (int i = 0; i < 4; i++) {
        const uint32_t got = stamp_f32_bits(functions[i].f(num(x))), want = functions[i].oracle(x);
        if (got != want)
            ck_abort_msg("%s(%08x) = %08x, oracle %08x" RND_FMT, functions[i].name, x, got, want,
                         rnd_seed());
    }
}

struct parabola {
    uint32_t c0, c1, c2;
};
#define ROW(i, c0, c1, c2) [i] = {c0, c1, c2},
static const struct parabola exp_table[] = {
#define FN_EXP ROW
#include "model/spec/fn.def"
};
static const struct parabola sig_table[] = {
#define FN_SIG ROW
#include "model/spec/fn.def"
};
static const struct parabola gelu_table[] = {
#define FN_GELU ROW
#include "model/spec/fn.def"
};

/* The parabola itself, without the roundings of its evaluation. */
static long double parabola_at(const struct parabola *p, long double s)
{
    return (p->c0 + s * (p->c1 + s * p->c2)) * 0x1p-22L;
}

static long double sigmoid_minus(long double u)
{
    return 1 / (1 + expl(u));
}

static long double gelu_sigmoid_minus(long double a)
{
    return sigmoid_minus(2 * sqrtl(2 / acosl(-1.0L)) * (a + 0.044715L * a * a * a));
}

/* The largest error of a table over arguments, in 2^-22: 128 segments from 0, the last 64 longer, each
 * falling from its right end. */
static double falling_error(const struct parabola *t, long double (*f)(long double), long double w)
{
    long double worst = 0, left = 0;
    for (int i = 0; i < 128; i++) {
        const long double width = i < 64 ? w : i < 96 ? 2 * w : 4 * w;
        for (int j = 0; j <= 64; j++) {
            const long double s = j / 64.0L, at = left + width * (1 - s);
            const long double error = fabsl(parabola_at(&t[i], s) - f(at));
            worst = error > worst ? error : worst;
        }
        left += width;
    }
    return (double)(worst * 0x1p22L);
}

/* c0 is shifted against the truncations of the evaluation, by about a step. */
START_TEST(the_parabolas_meet_the_functions_within_a_few_steps)
{
    double worst = 0;
    for (int i = 0; i < 64; i++)
        for (int j = 0; j <= 64; j++) {
            const long double s = j / 64.0L;
            const long double want = exp2l((i + s) / 64) - 1;
            const double error = (double)(fabsl(parabola_at(&exp_table[i], s) - want) * 0x1p22L);
            worst = error > worst ? error : worst;
        }
    ck_assert_msg(worst < 2, "EXP2: %g", worst);
    worst = falling_error(sig_table, sigmoid_minus, 1.0L / 16);
    ck_assert_msg(worst < 4, "SIGMOID: %g", worst);
    worst = falling_error(gelu_table, gelu_sigmoid_minus, 1.0L / 32);
    ck_assert_msg(worst < 4, "GELU: %g", worst);
}
END_TEST

START_TEST(every_4099th_pattern_gives_the_bits_of_the_page)
{
    for (uint64_t u = rnd_seed() % 4099; u >> 32 == 0; u += 4099) check_one((uint32_t)u);
}
END_TEST

START_TEST(edges_give_the_bits_of_the_page)
{
    static const uint32_t edge[] = {0x00000000, 0x00000001, 0x007fffff, 0x00800000, 0x33800000,
                                    0x3f800000, 0x40000000, 0x40800000, 0x41000000, 0x41800000,
                                    0x42fc0000, 0x43000000, 0x43800000, 0x4b000000, 0x4b400000,
                                    0x5f000000, 0x5f800000, 0x7e800000, 0x7f7fffff, 0x7f800000,
                                    0x7f800001, 0x7fc00000};

    for (size_t i = 0; i < sizeof edge / sizeof edge[0]; i++)
        for (uint32_t off = 0; off < 400; off++) {
            check_one(edge[i] + off - 200);
            check_one((edge[i] + off - 200) ^ 0x80000000);
        }
    /* borders of segments, both sides, of numbers that have a bit below the step */
    for (int k = 0; k <= 8192; k++) {
        const uint32_t u = stamp_f32_bits((float)(k / 64.0));
        for (uint32_t off = 0; off < 5; off++) {
            check_one(u + off - 2);
            check_one((u + off - 2) ^ 0x80000000);
        }
    }
}
END_TEST

START_TEST(limits_are_exact)
{
    const float inf = num(0x7f800000);
    ck_assert(stamp_exp2(0.0f) == 1.0f && stamp_exp2(-0.0f) == 1.0f);
    ck_assert(stamp_exp2(-126.0f) == 0x1p-126f && stamp_exp2(127.0f) == 0x1p127f);
    ck_assert_uint_eq(stamp_f32_bits(stamp_exp2(num(0xc2fc0001))), 0);
    ck_assert(stamp_f32_is_finite(stamp_exp2(num(0x42ffffff))));
    ck_assert(stamp_exp2(128.0f) == inf && stamp_exp2(inf) == inf);
    ck_assert_uint_eq(stamp_f32_bits(stamp_exp2(-inf)), 0);
    ck_assert(stamp_sigmoid(0.0f) == 0.5f && stamp_sigmoid(-0.0f) == 0.5f);
    ck_assert(stamp_sigmoid(17.0f) == 1.0f && stamp_sigmoid(inf) == 1.0f);
    ck_assert_uint_eq(stamp_f32_bits(stamp_sigmoid(-inf)), 0);
    ck_assert(stamp_silu(100.0f) == 100.0f && stamp_gelu(0x1p100f) == 0x1p100f);
    ck_assert(stamp_gelu(-0x1p100f) == 0 && stamp_silu(-0x1p100f) == 0);
    ck_assert(stamp_silu(inf) == inf && stamp_gelu(inf) == inf);
    for (int k = -126; k < 128; k++) ck_assert(stamp_exp2((float)k) == ldexpf(1.0f, k));
    for (uint32_t u = 0; u < UINT32_C(0x7f800000); u += 4099) {
        const float up = stamp_sigmoid(num(u)), down = stamp_sigmoid(-num(u));
        if (!(up <= 1.0f && down >= 0 && up + down == 1.0f)) ck_abort_msg("sigmoid(%08x)", u);
    }
}
END_TEST

START_TEST(errors_stay_within_the_bounds_of_the_exhaustive_run)
{
    for (int i = 0; i < fn_case_count; i++) {
        struct fn_worst w = {0};
        fn_sweep(&fn_cases[i], rnd_seed() % 4099, UINT64_C(1) << 32, 4099, &w);
        ck_assert_msg(!w.broken, "%s of %08x", fn_cases[i].name, w.broken_at);
        ck_assert_msg(w.count > 100000, "%s", fn_cases[i].name);
        ck_assert_msg(w.ulp <= fn_cases[i].max_ulp, "%s: %g ulp at %08x", fn_cases[i].name, w.ulp,
                      w.ulp_at);
        ck_assert_msg(w.small <= fn_cases[i].max_small, "%s: %g at %08x", fn_cases[i].name, w.small,
                      w.small_at);
    }
}
END_TEST

enum { LONGEST = 300 };

static uint32_t any(struct rnd *r)
{
    static const uint32_t odd[] = {0, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00001, 0x00000001};
    if (rnd_below(r, 8) == 0) return odd[rnd_below(r, 6)];
    const uint32_t u = (uint32_t)rnd_next(r);
    return rnd_below(r, 2) ? u : (u & UINT32_C(0x807fffff)) | (115 + rnd_below(r, 20)) << 23;
}

START_TEST(array_forms_give_the_bits_of_the_scalar_ones)
{
    struct rnd r = rnd_start(80);
    for (size_t n = 0; n <= LONGEST; n++) {
        float x[LONGEST], up[LONGEST], y[LONGEST];
        const float m = num(any(&r)), c = num(any(&r));
        for (size_t i = 0; i < n; i++) {
            x[i] = num(any(&r));
            up[i] = num(any(&r));
        }
        const bool in_place = n % 2;
        if (in_place) memcpy(y, x, sizeof y);
        stamp_exp2_rows(n, in_place ? y : x, m, c, y);
        for (size_t i = 0; i < n; i++) {
            const float want = stamp_exp2(stamp_f32_mul(stamp_f32_sub(x[i], m), c));
            ck_assert_uint_eq(stamp_f32_bits(y[i]), stamp_f32_bits(want));
        }
        if (in_place) memcpy(y, up, sizeof y);
        stamp_silu_mul(n, x, in_place ? y : up, y);
        for (size_t i = 0; i < n; i++) {
            const float want = stamp_f32_mul(stamp_silu(x[i]), up[i]);
            ck_assert_uint_eq(stamp_f32_bits(y[i]), stamp_f32_bits(want));
        }
    }
}
END_TEST

START_TEST(rsqrt_gives_the_bits_of_the_page)
{
    struct rnd r = rnd_start(81);
    for (int i = 0; i < 200000; i++) {
        const uint32_t x = any(&r), c = any(&r), b = any(&r);
        const uint32_t got = stamp_f32_bits(stamp_rsqrt(num(x), num(c), num(b)));
        if (got != so_rsqrt(x, c, b))
            ck_abort_msg("rsqrt(%08x, %08x, %08x) = %08x" RND_FMT, x, c, b, got, rnd_seed());
    }
}
END_TEST

Suite *stamp_suite_fn(void);

Suite *stamp_suite_fn(void)
{
    Suite *s = suite_create("fn");
    TCase *c = tcase_create("fn");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, the_parabolas_meet_the_functions_within_a_few_steps);
    tcase_add_test(c, every_4099th_pattern_gives_the_bits_of_the_page);
    tcase_add_test(c, edges_give_the_bits_of_the_page);
    tcase_add_test(c, limits_are_exact);
    tcase_add_test(c, errors_stay_within_the_bounds_of_the_exhaustive_run);
    tcase_add_test(c, array_forms_give_the_bits_of_the_scalar_ones);
    tcase_add_test(c, rsqrt_gives_the_bits_of_the_page);
    suite_add_tcase(s, c);
    return s;
}
