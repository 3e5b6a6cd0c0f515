/* SPDX-License-Identifier: Apache-2.0 */
/* test_rope.c - tables of the rotary embedding against extended precision; turning against the page. */
#include <check.h>
#include <math.h>

#include "model/num/f32.h"
#include "model/num/rope.h"
#include "tests/model/rnd.h"
#include "tests/oracle/softfloat.h"

enum { HD_MAX = 256 };

static long double plain(double theta, uint32_t hd, uint32_t i)
{
    return powl((long double)theta, -2.0L * (long double)i / (long double)hd);
}

START_TEST(frequencies_are_powers_of_theta_to_a_few_units_of_double)
{
    static const double theta[] = {1.5, 2, 100, 1e4, 5e5, 1e6, 1e7};
    static const uint32_t hd[] = {2, 8, 64, 80, 96, 128, 256};
    double worst = 0;

    for (size_t t = 0; t < sizeof theta / sizeof theta[0]; t++)
        for (size_t h = 0; h < sizeof hd / sizeof hd[0]; h++)
            for (uint32_t i = 0; i < hd[h] / 2; i++) {
                struct stamp_rope_params p = {.theta = theta[t], .head_dim = hd[h]};
                const long double want = plain(theta[t], hd[h], i);
                const double got = stamp_rope_frequency(&p, i);
                const double error = (double)fabsl(((long double)got - want) / want) * 0x1p53;
                worst = error > worst ? error : worst;
                if (i == 0) ck_assert(got == 1.0);
                p.kind = STAMP_ROPE_KIND_LINEAR;
                p.factor = 4;
                ck_assert(stamp_rope_frequency(&p, i) == got / 4);
            }
    ck_assert_msg(worst < 32, "%g of 2^-53", worst);
}
END_TEST

START_TEST(llama3_scaling_keeps_fast_turns_and_stretches_slow_ones)
{
    const struct stamp_rope_params p = {.theta = 5e5,
                                        .head_dim = 64,
                                        .kind = STAMP_ROPE_KIND_LLAMA3,
                                        .factor = 32,
                                        .low_freq = 1,
                                        .high_freq = 4,
                                        .old_ctx = 8192};
    const long double two_pi = 2 * acosl(-1.0L);
    int kept = 0, stretched = 0, blended = 0;

    for (uint32_t i = 0; i < 32; i++) {
        /* the published rule, in wave lengths */
        const long double f = plain(p.theta, 64, i), wave = two_pi / f;
        const long double low_wave = 8192.0L / 1, high_wave = 8192.0L / 4;
        long double want;
        if (wave < high_wave) {
            want = f;
            kept++;
        } else if (wave > low_wave) {
            want = f / 32;
            stretched++;
        } else {
            const long double smooth = (8192.0L / wave - 1) / (4 - 1);
            want = (1 - smooth) * f / 32 + smooth * f;
            blended++;
        }
        const double got = stamp_rope_frequency(&p, i);
        ck_assert_msg(fabsl((long double)got - want) <= 0x1p-46L * want, "pair %u: %g", i, got);
    }
    ck_assert(kept > 5 && stretched > 5 && blended > 0);
}
END_TEST

/* The float nearest to v; where v is within 1e-13 of a tie either neighbour is. */
static bool nearest(float got, long double v)
{
    return got >= (float)(v - 1e-13L) && got <= (float)(v + 1e-13L);
}

static void check_position(const double *f, uint32_t hd, uint32_t position)
{
    float c[HD_MAX], s[HD_MAX];
    stamp_rope_row(f, hd, position, c, s);
    for (uint32_t i = 0; i < hd / 2; i++) {
        const long double angle = (long double)f[i] * (long double)position;
        if (!nearest(c[2 * i], cosl(angle)) || !nearest(s[2 * i + 1], sinl(angle)))
            ck_abort_msg("position %u, pair %u: cos %a, sin %a", position, i, (double)c[2 * i],
                         (double)s[2 * i + 1]);
        if (c[2 * i + 1] != c[2 * i] || s[2 * i] != -s[2 * i + 1])
            ck_abort_msg("position %u, pair %u: not a pair", position, i);
    }
}

START_TEST(tables_are_the_nearest_floats_up_to_position_131072)
{
    static const double theta[] = {1e4, 5e5};
    for (int t = 0; t < 2; t++) {
        const struct stamp_rope_params p = {.theta = theta[t], .head_dim = 128};
        double f[64];
        for (uint32_t i = 0; i < 64; i++) f[i] = stamp_rope_frequency(&p, i);
        for (uint32_t at = 0; at < 1024; at++) check_position(f, 128, at);
        for (uint32_t at = 1024; at <= 131072; at += 61) check_position(f, 128, at);
        for (uint32_t k = 0; k < 64; k++) check_position(f, 128, 131072 - k);
        check_position(f, 128, STAMP_ROPE_POSITIONS - 1);
    }
    /* multiples of 355 come as near to a multiple of pi as whole numbers do */
    const double one = 1;
    for (uint32_t at = 355; at < STAMP_ROPE_POSITIONS; at += 355) check_position(&one, 2, at);
}
END_TEST

START_TEST(the_small_sine_near_a_multiple_of_pi_keeps_its_bits)
{
    const double one = 1;
    float c[2], s[2];
    for (uint32_t at = 355; at < 20 * 355; at += 355) {
        stamp_rope_row(&one, 2, at, c, s);
        const long double want = sinl((long double)at);
        ck_assert_msg(fabsl((long double)s[1] - want) <= 0x1.0001p-24L * fabsl(want), "%u", at);
    }
}
END_TEST

START_TEST(turning_gives_the_bits_of_the_page)
{
    struct rnd r = rnd_start(96);
    for (uint32_t hd = 2; hd <= HD_MAX; hd += 2) {
        float c[HD_MAX], s[HD_MAX], x[HD_MAX], y[HD_MAX];
        const double f[HD_MAX / 2] = {1.0, 0.5, 0.25};
        stamp_rope_row(f, hd, rnd_below(&r, 131072), c, s);
        for (uint32_t i = 0; i < hd; i++)
            y[i] = x[i] = ldexpf(rnd_unit(&r), (int)rnd_below(&r, 20));
        stamp_rope_apply(hd, c, s, y);
        for (uint32_t i = 0; i < hd; i++) {
            const uint32_t own = stamp_f32_bits(x[i]), other = stamp_f32_bits(x[i ^ 1]);
            const uint32_t cosine = stamp_f32_bits(c[i / 2 * 2]);
            const uint32_t sine = stamp_f32_bits(s[i / 2 * 2 + 1]) ^ (i % 2 ? 0 : 0x80000000);
            ck_assert_uint_eq(stamp_f32_bits(y[i]),
                              so_add(so_mul(own, cosine), so_mul(other, sine)));
        }
    }
}
END_TEST

START_TEST(position_0_turns_nothing_and_lengths_stay)
{
    const double f[2] = {1.0, 0.01};
    float c[4], s[4], x[4] = {1.5f, -2.25f, 1e-3f, 7.0f};
    stamp_rope_row(f, 4, 0, c, s);
    stamp_rope_apply(4, c, s, x);
    ck_assert(x[0] == 1.5f && x[1] == -2.25f && x[2] == 1e-3f && x[3] == 7.0f);
    stamp_rope_row(f, 4, 12345, c, s);
    stamp_rope_apply(4, c, s, x);
    ck_assert(fabs(hypot((double)x[0], (double)x[1]) - hypot(1.5, 2.25)) < 1e-6);
}
END_TEST

Suite *stamp_suite_rope(void);

Suite *stamp_suite_rope(void)
{
    Suite *s = suite_create("rope");
    TCase *c = tcase_create("rope");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, frequencies_are_powers_of_theta_to_a_few_units_of_double);
    tcase_add_test(c, llama3_scaling_keeps_fast_turns_and_stretches_slow_ones);
    tcase_add_test(c, tables_are_the_nearest_floats_up_to_position_131072);
    tcase_add_test(c, the_small_sine_near_a_multiple_of_pi_keeps_its_bits);
    tcase_add_test(c, turning_gives_the_bits_of_the_page);
    tcase_add_test(c, position_0_turns_nothing_and_lengths_stay);
    suite_add_tcase(s, c);
    return s;
}
