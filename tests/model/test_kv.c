/* SPDX-License-Identifier: Apache-2.0 */
/* test_kv.c - signed digits and the rows of the cache: bits against the page on softfloat, and how
 * far a row is from what was put in. */
#include <check.h>
#include <math.h>

#include "model/num/digits.h"
#include "model/num/f32.h"
#include "model/num/kv.h"
#include "tests/model/rnd.h"
#include "tests/oracle/fn.h"
#include "tests/oracle/softfloat.h"

enum { HD_MAX = 130, ROWS_MAX = 1 << STAMP_KV_BLOCK_MAX };

static const uint32_t ZERO_BELOW = 0x0d800000; /* 2^-100 */

static uint32_t bits(float x)
{
    return stamp_f32_bits(x);
}

static void make(struct rnd *r, size_t n, float *x)
{
    const int level = (int)rnd_below(r, 60) - 40;
    const bool flat = rnd_below(r, 10) == 0;
    for (size_t i = 0; i < n; i++)
        x[i] = flat ? ldexpf(0.7f, level) : ldexpf(rnd_unit(r), level + (int)rnd_below(r, 6));
    if (rnd_below(r, 12) == 0)
        for (size_t i = 0; i < n; i++) x[i] = 0;
}

/* Smallest and largest of x[n] and zero, as patterns. */
static void range_oracle(size_t n, const uint32_t *x, uint32_t *lo, uint32_t *hi)
{
    *lo = *hi = 0;
    for (size_t i = 0; i < n; i++) {
        if (so_less(x[i], *lo)) *lo = x[i];
        if (so_less(*hi, x[i])) *hi = x[i];
    }
}

static int32_t limit(int32_t v, int32_t lo, int32_t hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

START_TEST(digits_give_the_bits_of_the_page)
{
    struct rnd r = rnd_start(100);
    for (int round = 0; round < 3000; round++) {
        const uint32_t n = 1 + rnd_below(&r, 100);
        float x[100];
        uint32_t u[100], lo, hi;
        int8_t q[100];
        make(&r, n, x);
        for (uint32_t i = 0; i < n; i++) u[i] = bits(x[i]);
        range_oracle(n, u, &lo, &hi);
        const uint32_t a = so_less(hi, so_neg(lo)) ? so_neg(lo) : hi;
        const bool none = so_less(a, ZERO_BELOW);
        const uint32_t scale = none ? 0 : so_up8(a, 119),
                       inv = none ? 0 : so_div(so_from_s32(1), scale);

        const struct stamp_qparam p =
            stamp_digit_params(stamp_range_widen(stamp_range_empty(), n, x));
        ck_assert_uint_eq(bits(p.inv), inv);
        ck_assert_uint_eq(bits(p.scale), scale);
        ck_assert_int_eq(p.zero, 0);
        stamp_digit_codes(p.inv, n, x, q);
        for (uint32_t i = 0; i < n; i++) {
            const int32_t want = limit(so_rne_int10(so_mul(u[i], inv)), -119, 119);
            if (q[i] != want) ck_abort_msg("%a: %d, not %d", (double)x[i], q[i], want);
            if (fabs((double)x[i] - q[i] * (double)p.scale) > 0.50001 * (double)p.scale + 0x1p-100)
                ck_abort_msg("%a is far from %d steps", (double)x[i], q[i]);
        }
    }
}
END_TEST

START_TEST(digits_stop_at_119_and_ranges_below_2_to_the_minus_100_are_zeros)
{
    for (int n = 1; n <= 40; n++) { /* the vector form takes 16 at a time */
        float far[40];
        int8_t code[40];
        for (int i = 0; i < n; i++) far[i] = (i % 2 ? -1.0f : 1.0f) * (118 + (float)(i % 5));
        stamp_digit_codes(1.0f, (size_t)n, far, code);
        for (int i = 0; i < n; i++) ck_assert_int_eq(code[i], limit((int32_t)far[i], -119, 119));
    }
    const float least = 0x1p-100f, less = 0x1.fffffep-101f;
    ck_assert(stamp_digit_params((struct stamp_range){0, least}).scale == 138 * 0x1p-114f);
    ck_assert(stamp_digit_params((struct stamp_range){0, least}).inv == 1 / (138 * 0x1p-114f));
    ck_assert(stamp_digit_params((struct stamp_range){-least, 0}).scale > 0);
    ck_assert(stamp_digit_params((struct stamp_range){0, less}).inv == 0);
    ck_assert(stamp_digit_params((struct stamp_range){-less, less}).scale == 0);
}
END_TEST

START_TEST(every_digit_pair_is_two_nibbles)
{
    for (int q = -119; q <= 119; q++) {
        const int32_t hi = stamp_digit_hi((int8_t)q), lo = stamp_digit_lo((int8_t)q);
        ck_assert(16 * hi + lo == q && hi >= -7 && hi <= 7 && lo >= -8 && lo <= 7);
    }
    /* beyond: what codes would not fit, which is why they stop at 119 */
    ck_assert_int_eq(stamp_digit_hi(120), 8);
}
END_TEST

/* One row of the page: range, parameters, codes. */
static void encode_oracle(int32_t n, uint32_t hd, const uint32_t *x, uint8_t *q, uint32_t *scale,
                          int32_t *zero)
{
    uint32_t lo, hi;
    range_oracle(hd, x, &lo, &hi);
    const uint32_t r = so_sub(hi, lo);
    const bool none = so_less(r, ZERO_BELOW);
    *scale = none ? 0 : so_up8(r, (uint32_t)n);
    const uint32_t inv = none ? 0 : so_div(so_from_s32(1), *scale);
    *zero = limit(so_rne_int10(so_mul(so_neg(lo), inv)), 0, n);
    for (uint32_t i = 0; i < hd; i++)
        q[i] = (uint8_t)limit(so_rne_int10(so_mul(x[i], inv)) + *zero, 0, n);
}

/* The coarse rows first, level by level, on copies: sums and differences of neighbours. */
static void haar_oracle(uint32_t rows, uint32_t hd, uint32_t *x)
{
    for (uint32_t step = 1; step < rows; step *= 2)
        for (uint32_t i = 0; i + step < rows; i += 2 * step)
            for (uint32_t d = 0; d < hd; d++) {
                const uint32_t a = x[i * hd + d], b = x[(i + step) * hd + d];
                x[i * hd + d] = so_half(so_add(a, b));
                x[(i + step) * hd + d] = so_half(so_sub(a, b));
            }
}

static void unhaar_oracle(uint32_t rows, uint32_t hd, uint32_t *x)
{
    for (uint32_t step = rows / 2; step >= 1; step /= 2)
        for (uint32_t i = 0; i + step < rows; i += 2 * step)
            for (uint32_t d = 0; d < hd; d++) {
                const uint32_t a = x[i * hd + d], b = x[(i + step) * hd + d];
                x[i * hd + d] = so_add(a, b);
                x[(i + step) * hd + d] = so_sub(a, b);
            }
}

static float x[ROWS_MAX * HD_MAX], y[ROWS_MAX * HD_MAX], back[ROWS_MAX * HD_MAX];
static struct stamp_kv_scheme haar_of(uint32_t block)
{
    return (struct stamp_kv_scheme){.bits = 4, .block = block};
}

static uint32_t want[ROWS_MAX * HD_MAX];
static uint8_t q[ROWS_MAX * HD_MAX], q_want[HD_MAX];
static struct stamp_kv_meta meta[ROWS_MAX];

START_TEST(blocks_give_the_bits_of_the_page)
{
    static const uint32_t dims[] = {2, 16, 63, 64, 128, HD_MAX};
    struct rnd r = rnd_start(101);
    for (uint32_t block = 0; block <= STAMP_KV_BLOCK_MAX; block++)
        for (int k = 0; k < 12; k++) {
            const struct stamp_kv_scheme kv = {.bits = 4, .block = block, .plain = k >= 6};
            const uint32_t hd = dims[k % 6], rows = 1u << block, n = rows * hd;
            for (uint32_t i = 0; i < rows; i++) make(&r, hd, x + i * hd);
            for (uint32_t i = 0; i < n; i++) want[i] = bits(x[i]);
            stamp_kv_encode_block(kv, hd, x, q, meta);
            if (!kv.plain) haar_oracle(rows, hd, want);
            for (uint32_t i = 0; i < rows; i++) {
                uint32_t scale;
                int32_t zero;
                encode_oracle(i ? 15 : 255, hd, want + i * hd, q_want, &scale, &zero);
                ck_assert_mem_eq(q + i * hd, q_want, hd);
                ck_assert_uint_eq(bits(meta[i].scale), scale);
                ck_assert_int_eq(meta[i].zero, zero);
                for (uint32_t d = 0; d < hd; d++)
                    want[i * hd + d] = so_mul(so_from_s32(q_want[d] - zero), scale);
            }
            if (!kv.plain) unhaar_oracle(rows, hd, want);
            stamp_kv_decode_block(kv, hd, q, meta, back);
            for (uint32_t i = 0; i < n; i++)
                if (bits(back[i]) != want[i])
                    ck_abort_msg("block %u, hd %u, plain %d", block, hd, kv.plain);
        }
}
END_TEST

START_TEST(rows_behind_the_blocks_are_a_block_of_one)
{
    struct rnd r = rnd_start(102);
    for (int round = 0; round < 200; round++) {
        make(&r, HD_MAX, x);
        for (uint32_t i = 0; i < HD_MAX; i++) y[i] = x[i];
        struct stamp_kv_meta m;
        uint8_t code[HD_MAX];
        stamp_kv_encode_row(HD_MAX, x, code, &m);
        stamp_kv_encode_block((struct stamp_kv_scheme){.bits = 4}, HD_MAX, y, q, meta);
        ck_assert_mem_eq(code, q, HD_MAX);
        ck_assert(m.scale == meta[0].scale && m.zero == meta[0].zero);
        stamp_kv_decode_row(HD_MAX, code, m, back);
        for (uint32_t i = 0; i < HD_MAX; i++)
            ck_assert(fabs((double)back[i] - (double)x[i]) <= 1.0001 * (double)m.scale + 0x1p-100);
    }
}
END_TEST

/* An element of the inverse is its block's coarse row plus or minus one detail of every level, each
 * off by one step at most (half from the code, half from the zero point). */
START_TEST(a_block_comes_back_within_its_steps)
{
    struct rnd r = rnd_start(103);
    for (uint32_t block = 0; block <= STAMP_KV_BLOCK_MAX; block++)
        for (int round = 0; round < 8; round++) {
            const uint32_t hd = 32, rows = 1u << block;
            for (uint32_t i = 0; i < rows; i++) make(&r, hd, x + i * hd);
            for (uint32_t i = 0; i < rows * hd; i++) y[i] = x[i];
            stamp_kv_encode_block(haar_of(block), hd, y, q, meta);
            stamp_kv_decode_block(haar_of(block), hd, q, meta, back);
            for (uint32_t i = 0; i < rows; i++) {
                double bound = (double)meta[0].scale, size = 0;
                for (uint32_t l = 0; l < block; l++) /* the detail row of level l + 1 over row i */
                    bound += (double)meta[(i >> (l + 1) << (l + 1)) + (1u << l)].scale;
                for (uint32_t j = 0; j < rows * hd; j++) size = fmax(size, fabs((double)x[j]));
                for (uint32_t d = 0; d < hd; d++) {
                    const double error = fabs((double)back[i * hd + d] - (double)x[i * hd + d]);
                    if (error > bound + size * (block + 1) * 0x1p-22 + 0x1p-98)
                        ck_abort_msg("block %u, row %u: %g, bound %g" RND_FMT, block, i, error,
                                     bound, rnd_seed());
                }
            }
        }
}
END_TEST

START_TEST(a_power_of_two_scales_through_without_changing_a_code)
{
    struct rnd r = rnd_start(104);
    for (uint32_t block = 0; block <= STAMP_KV_BLOCK_MAX; block++) {
        const uint32_t hd = 64, rows = 1u << block, n = rows * hd;
        static uint8_t q2[ROWS_MAX * HD_MAX];
        static struct stamp_kv_meta meta2[ROWS_MAX];
        for (uint32_t i = 0; i < n; i++) {
            x[i] = rnd_unit(&r);
            y[i] = 1024 * x[i];
        }
        stamp_kv_encode_block(haar_of(block), hd, x, q, meta);
        stamp_kv_encode_block(haar_of(block), hd, y, q2, meta2);
        ck_assert_mem_eq(q, q2, n);
        for (uint32_t i = 0; i < rows; i++)
            ck_assert(meta2[i].scale == 1024 * meta[i].scale && meta2[i].zero == meta[i].zero);
        stamp_kv_decode_block(haar_of(block), hd, q, meta, x);
        stamp_kv_decode_block(haar_of(block), hd, q2, meta2, y);
        for (uint32_t i = 0; i < n; i++)
            if (y[i] != 1024 * x[i]) ck_abort_msg("block %u", block);
    }
}
END_TEST

Suite *stamp_suite_kv(void);

Suite *stamp_suite_kv(void)
{
    Suite *s = suite_create("kv");
    TCase *c = tcase_create("kv");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, digits_give_the_bits_of_the_page);
    tcase_add_test(c, digits_stop_at_119_and_ranges_below_2_to_the_minus_100_are_zeros);
    tcase_add_test(c, every_digit_pair_is_two_nibbles);
    tcase_add_test(c, blocks_give_the_bits_of_the_page);
    tcase_add_test(c, rows_behind_the_blocks_are_a_block_of_one);
    tcase_add_test(c, a_block_comes_back_within_its_steps);
    tcase_add_test(c, a_power_of_two_scales_through_without_changing_a_code);
    suite_add_tcase(s, c);
    return s;
}
