/* SPDX-License-Identifier: Apache-2.0 */
/* test_norm.c - REDUCE and the norms: bits against the page on softfloat, errors against extended
 * precision on rows made to hurt. */
#include <check.h>
#include <math.h>

#include "model/num/f32.h"
#include "model/num/norm.h"
#include "tests/model/rnd.h"
#include "tests/oracle/fn.h"
#include "tests/oracle/softfloat.h"

enum { LONGEST = 1100, KINDS = 8 };

static float num(uint32_t u)
{
    return stamp_f32_from_bits(u);
}

static uint32_t bits(float x)
{
    return stamp_f32_bits(x);
}

/* Rows: plain, huge range, cancelling, constant, one dominant, subnormal, zeros with -0, tiny. */
static void make_row(struct rnd *r, int kind, size_t n, float *x)
{
    const float level = 1000.0f * rnd_unit(r);
    const size_t peak = n ? rnd_below(r, (uint32_t)n) : 0;
    for (size_t i = 0; i < n; i++) {
        const float u = rnd_unit(r);
        switch (kind) {
        case 0: x[i] = u; break;
        case 1: x[i] = ldexpf(u, (int)rnd_below(r, 100) - 50); break;
        case 2: x[i] = i % 2 ? -x[i - 1] * (1 + ldexpf(u, -20)) : ldexpf(u, 20); break;
        case 3: x[i] = level; break;
        case 4: x[i] = i == peak ? 1e9f : u; break;
        case 5: x[i] = num(rnd_below(r, 0x00ffffff) | (rnd_below(r, 2) << 31)); break;
        case 6: x[i] = rnd_below(r, 2) ? -0.0f : 0.0f; break;
        default: x[i] = 1e-15f * u; break;
        }
    }
}

static size_t length(int i)
{
    static const size_t more[] = {512, 576, 768, 960, 1023, 1024, 1025, LONGEST};
    return i < 300 ? (size_t)i + 1 : more[i - 300];
}
enum { LENGTHS = 308 };

START_TEST(reduce_is_the_tree_of_the_page)
{
    struct rnd r = rnd_start(90);
    float x[LONGEST];
    uint32_t u[LONGEST], sq[LONGEST];

    ck_assert_uint_eq(bits(stamp_reduce(0, x)), 0);
    for (int kind = 0; kind < KINDS; kind++)
        for (int l = 0; l < LENGTHS; l++) {
            const size_t n = length(l);
            make_row(&r, kind, n, x);
            if (l % 50 == 49) x[n / 2] = num(l % 100 == 49 ? 0x7f800000 : 0xff801234);
            for (size_t i = 0; i < n; i++) {
                u[i] = bits(x[i]);
                sq[i] = so_mul(u[i], u[i]);
            }
            const uint32_t sum = bits(stamp_reduce(n, x)),
                           squares = bits(stamp_reduce_squares(n, x));
            ck_assert_msg(sum == so_reduce(n, u), "kind %d, n %zu" RND_FMT, kind, n, rnd_seed());
            ck_assert_msg(squares == so_reduce(n, sq), "squares, kind %d, n %zu" RND_FMT, kind, n,
                          rnd_seed());
        }
}
END_TEST

START_TEST(zeros_behind_a_row_or_for_masked_elements_change_nothing)
{
    struct rnd r = rnd_start(91);
    float x[LONGEST + 200];
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t n = 1; n <= 300; n += 7) {
            make_row(&r, kind, n, x);
            const uint32_t sum = bits(stamp_reduce(n, x));
            for (size_t i = n; i < n + 200; i++) x[i] = 0;
            for (size_t pad = 1; pad <= 200; pad += 9) {
                ck_assert_uint_eq(bits(stamp_reduce(n + pad, x)), sum);
                x[n + pad - 1] = -0.0f;
                ck_assert_uint_eq(bits(stamp_reduce(n + pad, x)), sum);
            }
        }
    /* never -0, also of negative zeros alone */
    for (size_t i = 0; i < 200; i++) x[i] = -0.0f;
    for (size_t n = 0; n <= 200; n++) ck_assert_uint_eq(bits(stamp_reduce(n, x)), 0);
}
END_TEST

/* RMSNORM and LAYERNORM, the page on softfloat; layer: means are taken off. */
static void norm_oracle(bool layer, size_t n, const float *x, const float *g, const float *b,
                        float eps, uint32_t *y)
{
    uint32_t u[LONGEST], sq[LONGEST];
    const uint32_t c = so_div(0x3f800000, so_from_s32((int32_t)n));

    for (size_t i = 0; i < n; i++) u[i] = bits(x[i]);
    const uint32_t m = layer ? so_mul(so_reduce(n, u), c) : 0;
    for (size_t i = 0; i < n; i++) {
        if (layer) u[i] = so_sub(u[i], m);
        sq[i] = so_mul(u[i], u[i]);
    }
    const uint32_t root = so_sqrt(so_add(so_mul(so_reduce(n, sq), c), bits(eps)));
    const uint32_t r = so_div(0x3f800000, root);
    for (size_t i = 0; i < n; i++) {
        y[i] = so_mul(u[i], r);
        if (g) y[i] = so_mul(y[i], bits(g[i]));
        if (b) y[i] = so_add(y[i], bits(b[i]));
    }
}

/* Aborts by itself: an assertion an element costs more than the norms. */
static void same(size_t n, const float *y, const uint32_t *want)
{
    for (size_t i = 0; i < n; i++)
        if (bits(y[i]) != want[i])
            ck_abort_msg("n %zu, element %zu: %08x, page %08x" RND_FMT, n, i, bits(y[i]), want[i],
                         rnd_seed());
}

START_TEST(norms_give_the_bits_of_the_page)
{
    struct rnd r = rnd_start(92);
    float x[LONGEST], g[LONGEST], b[LONGEST], y[LONGEST];
    uint32_t want[LONGEST];

    for (int kind = 0; kind < KINDS; kind++)
        for (int l = 0; l < LENGTHS; l++) {
            const size_t n = length(l);
            const float eps = l % 3 ? 1e-5f : 1e-6f, *gain = l % 5 ? g : NULL,
                        *bias = l % 7 ? b : NULL;
            make_row(&r, kind, n, x);
            make_row(&r, 0, n, g);
            make_row(&r, 0, n, b);
            norm_oracle(false, n, x, g, NULL, eps, want);
            stamp_rmsnorm(n, x, g, eps, y);
            same(n, y, want);
            norm_oracle(true, n, x, gain, bias, eps, want);
            stamp_layernorm(n, x, gain, bias, eps, y);
            same(n, y, want);
            stamp_layernorm(n, x, gain, bias, eps, x); /* in place */
            same(n, x, want);
        }
}
END_TEST

/* A sum of n terms passes ceil(n / 64) - 1 + 6 roundings: error <= (n/64 + 6) 2^-24 sum |x|. */
START_TEST(reduce_errs_by_its_longest_chain_at_most)
{
    struct rnd r = rnd_start(93);
    float x[LONGEST];
    double worst = 0;
    for (int kind = 0; kind < KINDS; kind++)
        for (int l = 0; l < LENGTHS; l++) {
            const size_t n = length(l);
            long double sum = 0, size = 0;
            make_row(&r, kind, n, x);
            for (size_t i = 0; i < n; i++) {
                sum += (long double)x[i];
                size += fabsl((long double)x[i]);
            }
            const double error = (double)fabsl((long double)stamp_reduce(n, x) - sum);
            const double unit = (double)size * 0x1p-24;
            ck_assert_msg(error <= ((double)n / 64 + 6) * unit, "kind %d, n %zu: %g units" RND_FMT,
                          kind, n, error / unit, rnd_seed());
            if (unit > 0 && error / unit > worst) worst = error / unit;
        }
    ck_assert_msg(worst > 0.5 && worst < 6, "worst %g units", worst); /* 2.1 to 3.9 */
}
END_TEST

/* Relative to the element: half of the sum's error, and six roundings more. */
START_TEST(rmsnorm_errs_by_a_few_units)
{
    struct rnd r = rnd_start(94);
    float x[LONGEST], g[LONGEST], y[LONGEST];
    double worst = 0;
    for (int kind = 0; kind < KINDS; kind++)
        for (int l = 0; l < LENGTHS; l++) {
            const size_t n = length(l);
            const float eps = 1e-6f;
            long double v = 0;
            make_row(&r, kind, n, x);
            make_row(&r, 0, n, g);
            for (size_t i = 0; i < n; i++) v += (long double)x[i] * (long double)x[i];
            const long double inv = 1 / sqrtl(v / (long double)n + (long double)eps);
            stamp_rmsnorm(n, x, g, eps, y);
            for (size_t i = 0; i < n; i++) {
                const long double want = (long double)x[i] * inv * (long double)g[i];
                const long double error = fabsl((long double)y[i] - want) - 0x1p-148L;
                if (error > worst * 0x1p-24L * fabsl(want))
                    worst = (double)(error / fabsl(want) * 0x1p24L);
            }
        }
    ck_assert_msg(worst > 1 && worst < 6, "worst %g of 2^-24", worst); /* about 4.0 */
}
END_TEST

/* The mean errs with the row's magnitude, so a row far from its mean's zero loses what cancels:
 * error <= K 2^-24 |g| (max |x| / sqrt(var + eps) + |z| r) + the last addition's. */
START_TEST(layernorm_gives_the_squares_of_what_the_mean_leaves)
{
    float far[64], y[64];

    for (int i = 0; i < 64; i++) far[i] = 0x1p90f; /* their squares overflow, what is left is 0 */
    ck_assert(stamp_layernorm(64, far, NULL, NULL, 1e-6f, y) == 0);
    for (int i = 0; i < 64; i++) ck_assert(y[i] == 0);
    for (int i = 0; i < 64; i++) far[i] = i % 2 ? 0x1p90f : -0x1p90f;
    ck_assert(stamp_layernorm(64, far, NULL, NULL, 1e-6f, y) == INFINITY);
}
END_TEST

START_TEST(layernorm_errs_by_what_the_mean_cancels)
{
    struct rnd r = rnd_start(95);
    float x[LONGEST], g[LONGEST], b[LONGEST], y[LONGEST];
    double worst = 0;
    for (int kind = 0; kind < KINDS; kind++)
        for (int l = 0; l < LENGTHS; l++) {
            const size_t n = length(l);
            const float eps = 1e-5f;
            long double m = 0, v = 0, top = 0;
            make_row(&r, kind, n, x);
            make_row(&r, 0, n, g);
            make_row(&r, 0, n, b);
            for (size_t i = 0; i < n; i++) m += (long double)x[i] / (long double)n;
            for (size_t i = 0; i < n; i++) {
                v += ((long double)x[i] - m) * ((long double)x[i] - m) / (long double)n;
                top = fmaxl(top, fabsl((long double)x[i]));
            }
            const long double inv = 1 / sqrtl(v + (long double)eps);
            stamp_layernorm(n, x, g, b, eps, y);
            for (size_t i = 0; i < n; i++) {
                const long double z = ((long double)x[i] - m) * inv, gi = (long double)g[i],
                                  want = z * gi + (long double)b[i];
                const long double unit = 0x1p-24L * (fabsl(gi) * (top * inv + fabsl(z)) +
                                                     fabsl(want) + fabsl((long double)b[i]));
                const long double error = fabsl((long double)y[i] - want) - 0x1p-148L;
                if (error > worst * unit) worst = (double)(error / unit);
            }
        }
    ck_assert_msg(worst > 0.5 && worst < 6, "worst %g units", worst); /* 3.2 to 4.0 */
}
END_TEST

/* Element i of head h is number h * u + i of the sums, u the unit up to a multiple of 16. */
START_TEST(heads_are_counted_from_multiples_of_16)
{
    static const size_t units[] = {1, 2, 7, 15, 16, 17, 32, 36, 48, 72, 112, 120};
    struct rnd r = rnd_start(97);
    float x[LONGEST], g[LONGEST], b[LONGEST], room[LONGEST], y[LONGEST], plain[LONGEST];
    uint32_t u[LONGEST], sq[LONGEST];

    for (size_t k = 0; k < sizeof units / sizeof units[0]; k++)
        for (int i = 0; i < 4 * KINDS; i++) {
            const size_t unit = units[k], pitch = (unit + 15) / 16 * 16;
            const size_t heads = 1 + rnd_below(&r, (uint32_t)(LONGEST / pitch)), n = heads * unit;
            const bool layer = i % 2;
            const float eps = i % 4 < 2 ? 1e-5f : 0.25f;

            make_row(&r, i / 4, n, x);
            make_row(&r, 0, n, g);
            make_row(&r, 0, n, b);
            ck_assert_uint_eq(stamp_norm_padded((uint32_t)n, (uint32_t)unit), heads * pitch);
            const float squares =
                stamp_norm_heads((uint32_t)n, (uint32_t)unit, x, g, layer ? b : NULL, eps, room, y);
            const uint32_t c = so_div(0x3f800000, so_from_s32((int32_t)n));
            for (size_t j = 0; j < heads * pitch; j++)
                u[j] = j % pitch < unit ? bits(x[j / pitch * unit + j % pitch]) : 0;
            const uint32_t m = layer ? so_mul(so_reduce(heads * pitch, u), c) : 0;
            for (size_t j = 0; j < heads * pitch; j++) {
                if (layer && j % pitch < unit) u[j] = so_sub(u[j], m);
                sq[j] = so_mul(u[j], u[j]);
            }
            const uint32_t sum = so_reduce(heads * pitch, sq), s = so_rsqrt(sum, c, bits(eps));
            ck_assert_uint_eq(bits(squares), sum);
            for (size_t j = 0; j < n; j++) {
                uint32_t want = so_mul(so_mul(u[j / unit * pitch + j % unit], s), bits(g[j]));
                if (layer) want = so_add(want, bits(b[j]));
                ck_assert_msg(bits(y[j]) == want, "unit %zu, %zu heads, layer %d, kind %d" RND_FMT,
                              unit, heads, layer, i / 4, rnd_seed());
            }
            if (unit % 16) continue; /* nothing changes */
            if (layer)
                stamp_layernorm(n, x, g, b, eps, plain);
            else
                stamp_rmsnorm(n, x, g, eps, plain);
            ck_assert_mem_eq(plain, y, n * sizeof *y);
        }
}
END_TEST

Suite *stamp_suite_norm(void);

Suite *stamp_suite_norm(void)
{
    Suite *s = suite_create("norm");
    TCase *c = tcase_create("norm");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, reduce_is_the_tree_of_the_page);
    tcase_add_test(c, zeros_behind_a_row_or_for_masked_elements_change_nothing);
    tcase_add_test(c, norms_give_the_bits_of_the_page);
    tcase_add_test(c, reduce_errs_by_its_longest_chain_at_most);
    tcase_add_test(c, rmsnorm_errs_by_a_few_units);
    tcase_add_test(c, layernorm_gives_the_squares_of_what_the_mean_leaves);
    tcase_add_test(c, layernorm_errs_by_what_the_mean_cancels);
    tcase_add_test(c, heads_are_counted_from_multiples_of_16);
    suite_add_tcase(s, c);
    return s;
}
