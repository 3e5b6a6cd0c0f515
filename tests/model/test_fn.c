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
} functions[] = {{"EXP", stamp_exp, so_exp},
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

/* The float nearest to v, v not near a tie: 2^-50 more or less of it do not matter. */
static void check_nearest(const char *name, uint32_t got, long double v)
{
    const float lo = (float)(v * (1 - 0x1p-50L)), hi = (float)(v * (1 + 0x1p-50L));
    ck_assert_msg(lo == hi && stamp_f32_bits(lo) == got, "%s: %08x, not %La", name, got, v);
}

#define FN_CONST(name, bits, meaning) static const uint32_t name = bits;
#include "model/spec/fn.def"
static const uint32_t exp_table[] = {
#define FN_EXP(i, bits) [i] = bits,
#include "model/spec/fn.def"
};
static const uint32_t recip_table[][3] = {
#define FN_RECIP(i, a, b, c) [i] = {a, b, c},
#include "model/spec/fn.def"
};

START_TEST(constants_and_powers_of_two_are_the_nearest_floats)
{
    const long double ln2 = logl(2.0L), g1 = 2 * sqrtl(2 / acosl(-1.0L));
    const long double c1 = (long double)num(EXP_C1), c2 = ln2 / 128 - c1;

    for (int i = 1; i < 128; i++) check_nearest("T", exp_table[i], exp2l((long double)i / 128));
    ck_assert_uint_eq(exp_table[0], 0x3f800000);
    check_nearest("K", EXP_K, 128 / ln2);
    check_nearest("G1", GELU_G1, g1);
    check_nearest("G2", GELU_G2, g1 * 0.044715L);
    ck_assert_msg(fabsl((long double)num(EXP_C2) - c2) <= 0x1p-25L * fabsl(c2), "C2");
    /* 14 bits of k and 9 of C1 leave the product exact */
    ck_assert_uint_eq(EXP_C1 & 0x7fff, 0);
    ck_assert(fabsl(c2) <= 0x1p-10L * ln2 / 128);
}
END_TEST

START_TEST(the_parabolas_meet_the_reciprocal_within_three_quarters_of_an_ulp)
{
    double worst = 0;
    for (int i = 0; i < 128; i++)
        for (int j = -64; j <= 64; j++) {
            const double r = (double)j / 64 / 256, d = 1 + (2 * i + 1) / 256.0 + r;
            const double a = (double)num(recip_table[i][0]), b = (double)num(recip_table[i][1]);
            const double q = a + r * (b + r * (double)num(recip_table[i][2]));
            const double error = fabs(q - 1 / d) / 0x1p-24;
            worst = error > worst ? error : worst;
        }
    ck_assert_msg(worst < 0.75, "%g", worst);
}
END_TEST

START_TEST(every_4099th_pattern_gives_the_bits_of_the_page)
{
    for (uint64_t u = rnd_seed() % 4099; u >> 32 == 0; u += 4099) check_one((uint32_t)u);
}
END_TEST

START_TEST(edges_give_the_bits_of_the_page)
{
    static const uint32_t edge[] = {
        0x00000000, 0x00000001, 0x007fffff, 0x00800000, 0x33800000, 0x3f800000, 0x41800000,
        0x42aeac4f, 0x42b17217, 0x42b17218, 0x42cff1b4, 0x43000000, 0x4b000000, 0x4b400000,
        0x5f000000, 0x5f800000, 0x7e800000, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000};

    for (size_t i = 0; i < sizeof edge / sizeof edge[0]; i++)
        for (uint32_t off = 0; off < 400; off++) {
            check_one(edge[i] + off - 200);
            check_one((edge[i] + off - 200) ^ 0x80000000);
        }
    /* between two table entries k changes: (k + 1/2) ln2 / 128, both sides */
    for (int k = -16200; k <= 16400; k++) {
        const float x = (float)((k + 0.5) * 0.69314718055994531 / 128);
        for (uint32_t off = 0; off < 5; off++) check_one(stamp_f32_bits(x) + off - 2);
    }
}
END_TEST

START_TEST(limits_are_exact)
{
    const float inf = num(0x7f800000);
    ck_assert(stamp_exp(0.0f) == 1.0f && stamp_exp(-0.0f) == 1.0f);
    ck_assert(stamp_f32_bits(stamp_exp(num(EXP_LO))) >= 0x00800000);
    ck_assert_uint_eq(stamp_f32_bits(stamp_exp(num(EXP_LO + 1))), 0);
    ck_assert(stamp_f32_is_finite(stamp_exp(num(EXP_HI))));
    ck_assert(stamp_exp(num(EXP_HI + 1)) == inf && stamp_exp(inf) == inf);
    ck_assert_uint_eq(stamp_f32_bits(stamp_exp(-inf)), 0);
    ck_assert(stamp_sigmoid(0.0f) == 0.5f && stamp_sigmoid(-0.0f) == 0.5f);
    ck_assert(stamp_sigmoid(17.0f) == 1.0f && stamp_sigmoid(inf) == 1.0f);
    ck_assert_uint_eq(stamp_f32_bits(stamp_sigmoid(-inf)), 0);
    ck_assert(stamp_silu(100.0f) == 100.0f && stamp_gelu(0x1p100f) == 0x1p100f);
    ck_assert(stamp_gelu(-0x1p100f) == 0 && stamp_silu(-0x1p100f) == 0);
    for (uint32_t u = 0; u < UINT32_C(0x7f800000); u += 4099)
        if (!(stamp_sigmoid(num(u)) <= 1.0f)) ck_abort_msg("sigmoid(%08x) above 1", u);
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
        stamp_exp_rows(n, in_place ? y : x, m, c, y);
        for (size_t i = 0; i < n; i++) {
            const float want = stamp_exp(stamp_f32_mul(stamp_f32_sub(x[i], m), c));
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
    tcase_add_test(c, constants_and_powers_of_two_are_the_nearest_floats);
    tcase_add_test(c, the_parabolas_meet_the_reciprocal_within_three_quarters_of_an_ulp);
    tcase_add_test(c, every_4099th_pattern_gives_the_bits_of_the_page);
    tcase_add_test(c, edges_give_the_bits_of_the_page);
    tcase_add_test(c, limits_are_exact);
    tcase_add_test(c, errors_stay_within_the_bounds_of_the_exhaustive_run);
    tcase_add_test(c, array_forms_give_the_bits_of_the_scalar_ones);
    tcase_add_test(c, rsqrt_gives_the_bits_of_the_page);
    suite_add_tcase(s, c);
    return s;
}
