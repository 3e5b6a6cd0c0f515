/* SPDX-License-Identifier: Apache-2.0 */
/* test_quant.c - range, parameters and codes of activations and weights. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "model/num/f32.h"
#include "model/num/quant.h"
#include "model/num/weights.h"
#include "tests/model/rnd.h"
#include "tests/oracle/softfloat.h"

static int steps(unsigned bits, bool symmetric)
{
    return symmetric ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
}

/* Code q of a stored code, by the table of section 6. */
static int code_of(int8_t c, unsigned bits, bool symmetric)
{
    return c + (symmetric ? 0 : bits == 8 ? 128 : 8);
}

START_TEST(the_range_holds_zero_and_does_not_depend_on_order)
{
    struct rnd r = rnd_start(8);
    for (uint32_t n = 0; n <= 100; n++) {
        float x[100], lo = 0, hi = 0;
        for (uint32_t i = 0; i < n; i++) {
            x[i] = rnd_unit(&r) + (n % 3 == 0 ? 2.0f : n % 3 == 1 ? -2.0f : 0);
            lo = fminf(lo, x[i]);
            hi = fmaxf(hi, x[i]);
        }
        const struct stamp_range whole = stamp_range_widen(stamp_range_empty(), n, x);
        const uint32_t cut = n ? rnd_below(&r, n) : 0;
        struct stamp_range part = stamp_range_widen(stamp_range_empty(), n - cut, x + cut);
        part = stamp_range_widen(part, cut, x);
        ck_assert(whole.lo == lo && whole.hi == hi && part.lo == lo && part.hi == hi);
    }
}
END_TEST

START_TEST(a_zero_of_either_sign_never_replaces_the_plus_zero)
{
    float x[70];
    for (size_t n = 0; n <= 70; n++) {
        for (size_t i = 0; i < n; i++) x[i] = i % 3 ? -0.0f : 0.0f;
        const struct stamp_range r = stamp_range_widen(stamp_range_empty(), n, x);
        ck_assert_uint_eq(stamp_f32_bits(r.lo), 0);
        ck_assert_uint_eq(stamp_f32_bits(r.hi), 0);
    }
}
END_TEST

START_TEST(codes_of_a_row_worked_by_hand)
{
    /* Range -5..10 in 15 steps of 1: zero 5; ties 2.5 -> 2, 3.5 -> 4, -0.5 -> 0. */
    static const float x[8] = {-5, 10, 2.5f, 3.5f, -0.5f, 0.5f, 1.5f, 0};
    static const int want[8] = {0, 15, 7, 9, 5, 5, 7, 5};
    int8_t c[8];
    struct stamp_rowmeta m;
    int sum = 0;

    stamp_quantize_row(4, false, 0, 8, x, c, &m);
    for (int i = 0; i < 8; i++) {
        ck_assert_int_eq(code_of(c[i], 4, false), want[i]);
        sum += want[i] - 8;
    }
    ck_assert(m.scale == 1.0f && m.corr == 8 - 5 && m.rowsum == sum);

    stamp_quantize_row(4, true, 0, 8, x, c, &m); /* 7 steps to 10: 183/128 */
    ck_assert_int_eq(c[0], -3);                  /* -3.497 */
    ck_assert_int_eq(c[1], 7);
    ck_assert_int_eq(m.corr, 0);
    ck_assert(m.scale == 183.0f / 128);
}
END_TEST

START_TEST(a_range_below_2_to_minus_100_is_a_row_of_zeros)
{
    for (int width = 0; width < 4; width++) {
        const unsigned bits = width & 1 ? 8 : 4;
        const bool sym = width & 2;
        const struct stamp_range tiny = {0, 0x1.fffffep-101f}, least = {0, 0x1p-100f};
        const struct stamp_qparam q = stamp_quant_params(tiny, bits, sym);
        const float x[2] = {0x1.fffffep-101f, 0};
        int8_t c[2];
        struct stamp_rowmeta m;

        ck_assert(q.inv == 0 && q.scale == 0 && q.zero == 0);
        ck_assert(stamp_quant_params(least, bits, sym).inv > 0);
        stamp_quantize_row(bits, sym, 0, 2, x, c, &m);
        for (int i = 0; i < 2; i++) ck_assert_int_eq(stamp_operand(c[i], bits) + m.corr, 0);
    }
}
END_TEST

START_TEST(every_stored_code_is_its_two_nibbles)
{
    for (int c = -128; c <= 127; c++) {
        const int hi = stamp_nibble_hi((int8_t)c), lo = stamp_nibble_lo((int8_t)c);
        ck_assert(hi >= -8 && hi <= 7 && lo >= -8 && lo <= 7);
        ck_assert_int_eq(16 * hi + lo, stamp_operand((int8_t)c, 8));
        ck_assert_int_eq(16 * hi + lo + 8, c);
        if (c >= -8 && c <= 7) ck_assert_int_eq(stamp_operand((int8_t)c, 4), c);
    }
}
END_TEST

/* Section 6 step by step on the integer soft float. */
static void oracle_row(unsigned bits, bool sym, uint32_t n, const float *x, int *q, uint32_t *scale,
                       int *zero)
{
    const int max = steps(bits, sym), min = sym ? -max : 0;
    float lo = 0, hi = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (x[i] < lo) lo = x[i];
        if (x[i] > hi) hi = x[i];
    }
    const uint32_t nlo = so_neg(stamp_f32_bits(lo)), bhi = stamp_f32_bits(hi);
    const uint32_t r = sym ? (-lo > hi ? nlo : bhi) : so_sub(bhi, stamp_f32_bits(lo));
    const bool dead = stamp_f32_from_bits(r) < 0x1p-100f;
    *scale = dead ? 0 : so_up8(r, (uint32_t)max);
    const uint32_t inv = dead ? 0 : so_div(so_from_s32(1), *scale);

    *zero = sym || dead ? 0 : so_to_int(so_mul(nlo, inv), -512, 511);
    if (*zero > max) *zero = max;
    for (uint32_t i = 0; i < n; i++) {
        const int v = so_to_int(so_mul(stamp_f32_bits(x[i]), inv), -512, 511) + *zero;
        q[i] = v < min ? min : v > max ? max : v;
    }
}

START_TEST(rows_of_every_magnitude_agree_with_the_oracle)
{
    struct rnd r = rnd_start(9);
    for (int i = 0; i < 20000; i++) {
        const uint32_t n = 1 + rnd_below(&r, 40);
        const unsigned bits = i & 1 ? 8 : 4;
        const bool sym = i & 2;
        const float size = ldexpf(1, (int)rnd_below(&r, 250) - 130);
        const float shift = i & 4 ? 0 : rnd_unit(&r) * 2;
        float x[40];
        int want[40], zero, sum = 0;
        uint32_t scale;
        int8_t c[40];
        struct stamp_rowmeta m;

        for (uint32_t k = 0; k < n; k++) x[k] = (rnd_unit(&r) + shift) * size;
        oracle_row(bits, sym, n, x, want, &scale, &zero);
        stamp_quantize_row(bits, sym, 0, n, x, c, &m);
        for (uint32_t k = 0; k < n; k++) {
            if (code_of(c[k], bits, sym) != want[k]) ck_abort_msg("code" RND_FMT, rnd_seed());
            sum += stamp_operand(c[k], bits);
        }
        if (stamp_f32_bits(m.scale) != scale || m.rowsum != sum ||
            m.corr != want[0] - stamp_operand(c[0], bits) - zero)
            ck_abort_msg("metadata of row %d" RND_FMT, i, rnd_seed());
    }
}
END_TEST

START_TEST(codes_are_the_exact_quotients_rounded_except_next_to_a_tie)
{
    /* x integers and the scale a multiple of 2^-12, so x / scale is a fraction: its distance to a tie
     * is known exactly. */
    struct rnd r = rnd_start(10);
    int near_ties = 0, checked = 0;
    for (int i = 0; i < 3000; i++) {
        const unsigned bits = i & 1 ? 8 : 4;
        const int64_t n = steps(bits, false);
        int64_t v[20], lo = 0, hi = 0;
        float x[20];
        int8_t c[20];
        struct stamp_rowmeta m;

        for (int k = 0; k < 20; k++) {
            v[k] = (int64_t)rnd_below(&r, 2000001) - 1000000;
            x[k] = (float)v[k];
            lo = v[k] < lo ? v[k] : lo;
            hi = v[k] > hi ? v[k] : hi;
        }
        int64_t unit = 1, size;
        while (unit * 256 * n < (hi - lo) << 12) unit *= 2;
        size = (((hi - lo) << 12) + unit * n - 1) / (unit * n) * unit;
        stamp_quantize_row(bits, false, 0, 20, x, c, &m);
        ck_assert((double)m.scale == (double)size / 4096);
        for (int k = 0; k < 20; k++, checked++) {
            const int64_t twice = 2 * v[k] * 4096, down = (twice + size) / (2 * size);
            const int64_t near = twice + size < 0 && (twice + size) % (2 * size) ? down - 1 : down;
            const int64_t rest = llabs(twice - 2 * near * size); /* of 2*size; a tie at size */
            if (size - rest < size >> 16) {
                near_ties++;
                continue;
            }
            const int64_t q = near + (stamp_operand_offset(bits, false) - m.corr);
            const int64_t want = q < 0 ? 0 : q > n ? n : q;
            if (code_of(c[k], bits, false) != want) ck_abort_msg("row %d" RND_FMT, i, rnd_seed());
        }
    }
    ck_assert_int_eq(checked, 60000);
    ck_assert_int_lt(near_ties, 100);
}
END_TEST

START_TEST(a_value_has_the_same_code_in_a_long_row_as_alone)
{
    /* Any bits, infinities and NaN too, under parameters that need not fit them. */
    struct rnd r = rnd_start(24);
    for (int i = 0; i < 4000; i++) {
        const unsigned bits = i & 1 ? 8 : 4;
        const bool sym = i & 2;
        const uint32_t n = rnd_below(&r, 70);
        const struct stamp_qparam q = {ldexpf(1, (int)rnd_below(&r, 40) - 20), 1,
                                       sym ? 0 : (int32_t)rnd_below(&r, bits == 8 ? 256 : 16)};
        float x[70];
        int8_t row[70], alone;
        int32_t sum = 0;
        for (uint32_t k = 0; k < n; k++) {
            const uint32_t any = (uint32_t)rnd_next(&r);
            x[k] = stamp_f32_from_bits(k % 3 ? (any & 0x807fffff) | (107 + any % 40) << 23 : any);
            if (k % 7 == 0) x[k] = stamp_f32_from_bits((any & 0x80000000) | 0x7f800000 | any % 2);
        }
        const int32_t all = stamp_quantize(q, bits, sym, n, x, row);
        for (uint32_t k = 0; k < n; k++) {
            sum += stamp_quantize(q, bits, sym, 1, x + k, &alone);
            if (alone != row[k]) ck_abort_msg("%a" RND_FMT, (double)x[k], rnd_seed());
        }
        ck_assert_int_eq(all, sum);
    }
}
END_TEST

START_TEST(blocks_are_quantized_as_rows_of_their_own)
{
    struct rnd r = rnd_start(11);
    for (uint32_t d = 1; d <= 200; d += 13) {
        float x[200];
        int8_t c[200], one[64];
        struct stamp_rowmeta m[4], single;
        for (uint32_t k = 0; k < d; k++) x[k] = rnd_unit(&r) * (float)(1 + k / 64);
        stamp_quantize_row(8, false, 64, d, x, c, m);
        for (uint32_t b = 0; b * 64 < d; b++) {
            const uint32_t n = d - b * 64 < 64 ? d - b * 64 : 64;
            stamp_quantize_row(8, false, 0, n, x + b * 64, one, &single);
            ck_assert(memcmp(one, c + b * 64, n) == 0);
            ck_assert(single.scale == m[b].scale && single.corr == m[b].corr &&
                      single.rowsum == m[b].rowsum);
        }
    }
}
END_TEST

START_TEST(weights_are_absmax_codes_with_their_sums)
{
    static const float w[2][4] = {{7, -3.5f, 2.5f, -7}, {0, 0, 0, 0}};
    static const int want[2][4] = {{7, -4, 2, -7}, {0, 0, 0, 0}};
    struct stamp_weights q;
    struct stamp_err e;

    ck_assert_int_eq((int)stamp_weights_quantize(4, 0, 2, 4, &w[0][0], &q, &e), 0);
    for (int j = 0; j < 2; j++)
        for (int k = 0; k < 4; k++) ck_assert_int_eq(q.code[4 * j + k], want[j][k]);
    ck_assert(q.scale[0] == 1.0f && q.scale[1] == 0.0f);
    ck_assert(q.colsum[0] == -2 && q.colsum[1] == 0);
    q.colsum[0] = 99;
    stamp_weights_sum(&q);
    ck_assert(q.colsum[0] == -2);
    stamp_weights_free(&q);
}
END_TEST

START_TEST(weights_in_blocks_have_a_scale_and_a_sum_for_each)
{
    struct rnd r = rnd_start(12);
    float w[3 * 130];
    struct stamp_weights q, sums;
    for (int i = 0; i < 3 * 130; i++) w[i] = rnd_unit(&r);
    ck_assert_int_eq((int)stamp_weights_quantize(8, 64, 3, 130, w, &q, NULL), 0);
    ck_assert_uint_eq(q.nb, 3);
    for (uint32_t i = 0; i < 9; i++) {
        const uint32_t at = i / 3 * 130 + i % 3 * 64, n = i % 3 == 2 ? 2 : 64;
        float max = 0;
        int sum = 0, top = 0;
        for (uint32_t k = at; k < at + n; k++) {
            max = fmaxf(max, fabsf(w[k]));
            sum += q.code[k];
            top = abs(q.code[k]) > top ? abs(q.code[k]) : top;
        }
        const float s = q.scale[i], less = s * (1 - 1.0f / 128); /* 8 bits, the next are too few */
        ck_assert((stamp_f32_bits(s) & 0xffff) == 0 && s * 127 >= max && less * 127 < max);
        ck_assert(q.colsum[i] == sum && (top == 126 || top == 127));
    }
    sums = q;
    stamp_weights_sum(&sums);
    stamp_weights_free(&q);
}
END_TEST

START_TEST(a_weight_that_is_not_finite_is_named)
{
    float w[6] = {0};
    struct stamp_weights q;
    struct stamp_err e;
    w[4] = stamp_f32_from_bits(0x7f800000);
    ck_assert_int_eq((int)stamp_weights_quantize(4, 0, 2, 3, w, &q, &e), (int)STAMP_ERANGE);
    ck_assert_str_eq(e.text, "weight: row 1, column 1 is not finite (infinity)");
    ck_assert(q.code == NULL);
}
END_TEST

Suite *stamp_suite_quant(void);

Suite *stamp_suite_quant(void)
{
    Suite *s = suite_create("quant");
    TCase *c = tcase_create("quant");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, the_range_holds_zero_and_does_not_depend_on_order);
    tcase_add_test(c, a_zero_of_either_sign_never_replaces_the_plus_zero);
    tcase_add_test(c, codes_of_a_row_worked_by_hand);
    tcase_add_test(c, a_range_below_2_to_minus_100_is_a_row_of_zeros);
    tcase_add_test(c, every_stored_code_is_its_two_nibbles);
    tcase_add_test(c, rows_of_every_magnitude_agree_with_the_oracle);
    tcase_add_test(c, codes_are_the_exact_quotients_rounded_except_next_to_a_tie);
    tcase_add_test(c, a_value_has_the_same_code_in_a_long_row_as_alone);
    tcase_add_test(c, blocks_are_quantized_as_rows_of_their_own);
    tcase_add_test(c, weights_are_absmax_codes_with_their_sums);
    tcase_add_test(c, weights_in_blocks_have_a_scale_and_a_sum_for_each);
    tcase_add_test(c, a_weight_that_is_not_finite_is_named);
    suite_add_tcase(s, c);
    return s;
}
