/* SPDX-License-Identifier: Apache-2.0 */
/* test_matmul.c - the integer product: against plain integers, and fast against reference. */
#define _XOPEN_SOURCE 700 /* sigaltstack */
#include <check.h>
#include <signal.h>
#include <string.h>

#include "model/mem.h"
#include "model/num/f32.h"
#include "model/num/matmul.h"
#include "model/num/matmul_f32.h"
#include "tests/model/rnd.h"
#include "tests/oracle/softfloat.h"
#include "tests/skip.h"

struct problem {
    struct stamp_scheme q;
    struct stamp_plan plan;
    struct stamp_acts x;
    struct stamp_weights w;
    struct stamp_packed packed;
    float *xf, *wf; /* what was quantized */
};

static struct problem make(struct stamp_scheme q, uint32_t s, uint32_t d, uint32_t n, struct rnd *r)
{
    struct problem p = {.q = q};
    p.xf = stamp_alloc((size_t)s * d, sizeof(float));
    p.wf = stamp_alloc((size_t)n * d, sizeof(float));
    for (size_t i = 0; i < (size_t)s * d; i++) p.xf[i] = rnd_unit(r) * 3 + 0.4f;
    for (size_t i = 0; i < (size_t)n * d; i++) p.wf[i] = rnd_unit(r);
    ck_assert_int_eq((int)stamp_plan_build(&q, s, &p.plan, NULL), 0);
    ck_assert_int_eq((int)stamp_acts_quantize(&p.plan, d, p.xf, &p.x, NULL), 0);
    ck_assert_int_eq((int)stamp_weights_quantize(q.weight_bits, q.block, n, d, p.wf, &p.w, NULL),
                     0);
    ck_assert_int_eq((int)stamp_pack(&p.w, &p.packed, NULL), 0);
    return p;
}

static void drop(struct problem *p)
{
    stamp_plan_free(&p->plan);
    stamp_acts_free(&p->x);
    stamp_weights_free(&p->w);
    stamp_packed_free(&p->packed);
    stamp_free(p->xf);
    stamp_free(p->wf);
}

/* All widths, both granularities, both quantizers: i < 16. */
static struct stamp_scheme scheme_of(int i)
{
    struct stamp_scheme q = stamp_scheme_default();
    q.act_bits = i & 1 ? 8 : 4;
    q.weight_bits = i & 2 ? 8 : 4;
    q.block = i & 4 ? 64 : 0;
    q.symmetric = i & 8;
    q.high_rows = 3;
    return q;
}

/* Section 7 without offsets or nibbles: sum of (q_x - zero) * q_w, then the oracle's DEQ and ADD. */
static uint32_t value(const struct problem *p, uint32_t r, uint32_t j)
{
    const struct stamp_acts *x = &p->x;
    uint32_t y = 0;
    for (uint32_t b = 0; b < x->nb; b++) {
        const uint32_t step = x->block ? x->block : x->d;
        const uint32_t end = (b + 1) * step < x->d ? (b + 1) * step : x->d;
        const struct stamp_rowmeta m = x->meta[r * x->nb + b];
        int64_t acc = 0;
        for (uint32_t k = b * step; k < end; k++)
            acc += (int64_t)(stamp_operand(x->code[r * x->stride + k], x->bits[r]) + m.corr) *
                   p->w.code[(size_t)j * x->d + k];
        ck_assert(acc >= INT32_MIN && acc <= INT32_MAX);
        const uint32_t t = so_deq((int32_t)acc, stamp_f32_bits(m.scale),
                                  stamp_f32_bits(p->w.scale[j * x->nb + b]));
        y = b == 0 ? t : so_add(y, t);
    }
    return y;
}

START_TEST(the_reference_is_the_product_of_the_codes_in_plain_integers)
{
    static const uint32_t shape[][3] = {{1, 1, 1}, {4, 63, 3}, {5, 64, 2}, {6, 65, 2}, {4, 200, 5}};
    struct rnd r = rnd_start(17);
    for (int i = 0; i < 16; i++)
        for (int k = 0; k < 5; k++) {
            const uint32_t s = shape[k][0], d = shape[k][1], n = shape[k][2];
            struct problem p = make(scheme_of(i), s, d, n, &r);
            float *y = stamp_alloc((size_t)s * n, sizeof *y);
            stamp_matmul_ref(&p.x, &p.w, y);
            for (uint32_t c = 0; c < s * n; c++)
                if (stamp_f32_bits(y[c]) != value(&p, c / n, c % n))
                    ck_abort_msg("scheme %d shape %d" RND_FMT, i, k, rnd_seed());
            stamp_free(y);
            drop(&p);
        }
}
END_TEST

/* @return paths that ran */
static int compare_paths(const struct problem *p, int scheme, int shape)
{
    const size_t bytes = (size_t)p->x.s * p->w.n * sizeof(float);
    float *want = stamp_alloc(bytes, 1), *got = stamp_alloc(bytes, 1);
    int ran = 0;

    stamp_matmul_ref(&p->x, &p->w, want);
    for (int path = STAMP_PATH_BEST; path < STAMP_PATHS; path++) {
        if (!stamp_path_works((enum stamp_path)path)) continue;
        memset(got, 255, bytes);
        for (uint32_t at = 0; at < p->packed.panels; at++)
            stamp_matmul_panels((enum stamp_path)path, &p->x, &p->packed, at, 1, got);
        if (memcmp(want, got, bytes) != 0)
            ck_abort_msg("%s, scheme %d shape %d" RND_FMT, stamp_path_name((enum stamp_path)path),
                         scheme, shape, rnd_seed());
        ran++;
    }
    stamp_free(want);
    stamp_free(got);
    return ran;
}

START_TEST(every_path_gives_the_bits_of_the_reference_at_odd_shapes)
{
    static const uint32_t shape[][3] = {{1, 1, 1},    {1, 2, 65},    {2, 3, 64},    {3, 5, 63},
                                        {5, 7, 128},  {6, 64, 17},   {7, 63, 1},    {12, 65, 130},
                                        {13, 127, 3}, {31, 130, 9},  {64, 257, 70}, {33, 516, 66},
                                        {515, 68, 5}, {70, 1100, 64}};
    struct rnd r = rnd_start(18);
    int ran = 0;
    for (int i = 0; i < 16; i++)
        for (int k = 0; k < 14; k++) {
            struct problem p = make(scheme_of(i), shape[k][0], shape[k][1], shape[k][2], &r);
            ran += compare_paths(&p, i, k);
            drop(&p);
        }
    ck_assert_int_ge(ran, 16 * 14 * 2);
}
END_TEST

START_TEST(a_result_of_more_than_a_cache_holds_has_the_bits_of_the_reference)
{
    static const uint32_t columns[3] = {7552, 7553,
                                        7568}; /* ends of panels, of lines, of neither */
    struct rnd r = rnd_start(21);
    for (int i = 0; i < 3; i++) {
        struct problem p = make(scheme_of(i), 70, 9, columns[i], &r);
        ck_assert_int_ge(compare_paths(&p, i, i), 2);
        drop(&p);
    }
}
END_TEST

/* Rows whose codes are the given extremes throughout; d = STAMP_K_MAX. */
static struct problem extreme(unsigned x_bits, bool sym, int8_t c, int zero, int8_t w,
                              unsigned w_bits)
{
    const uint32_t d = STAMP_K_MAX;
    struct problem p = {0};
    p.x = (struct stamp_acts){.s = 1, .d = d, .nb = 1, .symmetric = sym, .stride = d};
    p.x.bits = stamp_alloc(1, 1);
    p.x.code = stamp_alloc(d, 1);
    p.x.meta = stamp_alloc(1, sizeof *p.x.meta);
    ck_assert_int_eq((int)stamp_weights_alloc(w_bits, 0, 1, d, &p.w, NULL), 0);
    memset(p.x.code, c, d);
    memset(p.w.code, w, d);
    p.x.bits[0] = (uint8_t)x_bits;
    p.x.meta[0].scale = 1;
    p.x.meta[0].corr = stamp_operand_offset(x_bits, sym) - zero;
    p.x.meta[0].rowsum = (int32_t)d * stamp_operand(c, x_bits);
    p.w.scale[0] = 1;
    stamp_weights_sum(&p.w);
    ck_assert_int_eq((int)stamp_pack(&p.w, &p.packed, NULL), 0);
    return p;
}

START_TEST(the_longest_product_of_the_largest_codes_does_not_overflow)
{
    static const int8_t xs[2] = {-128, 127}, ws[2] = {-127, 127};
    for (int i = 0; i < 32; i++) {
        const unsigned xb = i & 4 ? 8 : 4, wb = i & 8 ? 8 : 4;
        const bool sym = i & 16;
        const int8_t raw = xs[i & 1];
        const int8_t c = (int8_t)(xb == 4          ? (raw < 0 ? (sym ? -7 : -8) : 7)
                                  : sym && raw < 0 ? -127
                                                   : raw);
        const int8_t w = (int8_t)(wb == 4 ? (ws[i / 2 & 1] < 0 ? -7 : 7) : ws[i / 2 & 1]);
        for (int zero = 0; zero <= (sym ? 0 : xb == 8 ? 255 : 15); zero += xb == 8 ? 255 : 15) {
            struct problem p = extreme(xb, sym, c, zero, w, wb);
            const int64_t q = c + (sym ? 0 : xb == 8 ? 128 : 8);
            const int64_t acc = (q - zero) * w * STAMP_K_MAX;
            float y;
            ck_assert(llabs(acc) < INT64_C(1) << 31);
            ck_assert_int_eq(stamp_dot(STAMP_K_MAX, xb, p.x.code, wb, p.w.code),
                             (int64_t)stamp_operand(c, xb) * stamp_operand(w, wb) * STAMP_K_MAX);
            stamp_matmul_ref(&p.x, &p.w, &y);
            ck_assert(y == (float)acc);
            for (int path = STAMP_PATH_BEST; path < STAMP_PATHS; path++) {
                if (!stamp_path_works((enum stamp_path)path)) continue;
                y = 0;
                stamp_matmul_panels((enum stamp_path)path, &p.x, &p.packed, 0, 1, &y);
                ck_assert(y == (float)acc);
            }
            drop(&p);
        }
    }
}
END_TEST

START_TEST(a_scale_that_overflows_gives_the_same_bits_on_every_path)
{
    struct problem p = extreme(8, false, 127, 0, 127, 8);
    p.x.meta[0].scale = stamp_f32_from_bits(0x7f800000);
    for (int dead = 0; dead < 2; dead++) {
        float want, got;
        *stamp_packed_scale(&p.packed, 0) = p.w.scale[0] = dead ? 0.0f : -1.0f; /* NaN, -infinity */
        stamp_matmul_ref(&p.x, &p.w, &want);
        ck_assert_uint_eq(stamp_f32_bits(want), dead ? STAMP_F32_NAN : 0xff800000);
        for (int path = STAMP_PATH_BEST; path < STAMP_PATHS; path++) {
            if (!stamp_path_works((enum stamp_path)path)) continue;
            stamp_matmul_panels((enum stamp_path)path, &p.x, &p.packed, 0, 1, &got);
            ck_assert_uint_eq(stamp_f32_bits(got), stamp_f32_bits(want));
        }
    }
    drop(&p);
}
END_TEST

/* The tests above leave out what the processor has not; here that is said. */
START_TEST(a_path_this_processor_has_not_is_not_passed)
{
    if (!stamp_path_works((enum stamp_path)_i))
        test_skip("this processor has no %s: the product by that path is NOT tested",
                  stamp_path_name((enum stamp_path)_i));
}
END_TEST

START_TEST(a_host_has_the_portable_path_and_one_it_calls_best)
{
    ck_assert(stamp_path_works(STAMP_PATH_PORTABLE) && stamp_path_works(STAMP_PATH_BEST));
    ck_assert(strlen(stamp_path_name(STAMP_PATH_BEST)) > 3);
    ck_assert_str_eq(stamp_path_name(STAMP_PATH_PORTABLE), "portable");
}
END_TEST

START_TEST(the_path_in_use_bounds_the_best_one)
{
    ck_assert_int_eq((int)stamp_path_use(STAMP_PATH_PORTABLE, NULL), 0);
    ck_assert_str_eq(stamp_path_name(STAMP_PATH_BEST), "portable");
    for (int path = STAMP_PATH_AVX2; path < STAMP_PATHS; path++)
        ck_assert(!stamp_path_may((enum stamp_path)path));
    ck_assert_int_eq((int)stamp_path_use(STAMP_PATH_BEST, NULL), 0);
    for (int path = STAMP_PATH_BEST; path < STAMP_PATHS; path++)
        ck_assert(stamp_path_may((enum stamp_path)path) == stamp_path_works((enum stamp_path)path));
}
END_TEST

/* Linux gives no tiles to a process with a stack for signals that would not hold them. */
START_TEST(a_path_the_host_has_not_is_refused_and_the_one_in_use_stays)
{
#if defined(__linux__) && defined(__x86_64__)
    static char stack[8192];
    const stack_t small = {.ss_sp = stack, .ss_size = sizeof stack};
    struct stamp_err e;

    if (sigaltstack(&small, NULL) == 0 && !stamp_path_works(STAMP_PATH_AMX)) {
        ck_assert_int_eq((int)stamp_path_use(STAMP_PATH_AMX, &e), (int)STAMP_EUNSUPPORTED);
        ck_assert_ptr_nonnull(strstr(e.text, "no amx-int8"));
        ck_assert_str_ne(stamp_path_name(STAMP_PATH_BEST), "amx-int8");
        ck_assert_int_eq((int)stamp_path_use(STAMP_PATH_PORTABLE, &e), 0);
        return;
    }
#endif
    test_skip("nothing keeps the host from a path: that one is refused is NOT tested");
}
END_TEST

START_TEST(the_f32_product_adds_rounded_products_in_rising_order)
{
    static const uint32_t shape[][3] = {{1, 1, 1}, {3, 17, 33}, {5, 40, 31}, {9, 8, 64}};
    struct rnd r = rnd_start(19);
    for (int i = 0; i < 4; i++) {
        const uint32_t s = shape[i][0], d = shape[i][1], n = shape[i][2];
        float x[9 * 40], w[64 * 40], y[9 * 64];
        for (uint32_t k = 0; k < s * d; k++) x[k] = rnd_unit(&r) * 1e3f;
        for (uint32_t k = 0; k < n * d; k++) w[k] = rnd_unit(&r) / 3;
        ck_assert_int_eq((int)stamp_matmul_f32(s, n, d, x, w, y, NULL), 0);
        for (uint32_t c = 0; c < s * n; c++) {
            uint32_t sum = 0;
            for (uint32_t k = 0; k < d; k++)
                sum = so_add(sum, so_mul(stamp_f32_bits(x[c / n * d + k]),
                                         stamp_f32_bits(w[c % n * d + k])));
            ck_assert_uint_eq(stamp_f32_bits(y[c]), sum);
        }
    }
}
END_TEST

START_TEST(the_f32_product_of_infinity_and_zero_is_the_canonical_nan)
{
    const float x[5] = {1, stamp_f32_from_bits(0x7f800000), stamp_f32_from_bits(0xffc12345), 1, 1};
    const float w[1] = {0};
    float y[5];
    ck_assert_int_eq((int)stamp_matmul_f32(5, 1, 1, x, w, y, NULL), 0);
    for (int i = 0; i < 5; i++)
        ck_assert_uint_eq(stamp_f32_bits(y[i]), i == 1 || i == 2 ? STAMP_F32_NAN : 0);
}
END_TEST

START_TEST(dequantized_activations_are_within_half_a_step)
{
    struct rnd r = rnd_start(20);
    for (int i = 0; i < 16; i++) {
        struct problem p = make(scheme_of(i), 9, 130, 1, &r);
        float *back = stamp_alloc(9 * 130, sizeof *back);
        stamp_acts_dequantize(&p.x, back);
        for (uint32_t k = 0; k < 9 * 130; k++) {
            const float step = p.x.meta[k / 130 * p.x.nb + (p.q.block ? k % 130 / 64 : 0)].scale;
            const float off = back[k] - p.xf[k];
            /* asymmetric: half a step of the code and half of the zero point */
            if ((off < 0 ? -off : off) > step * (p.q.symmetric ? 0.5001f : 1.0001f))
                ck_abort_msg("scheme %d element %u" RND_FMT, i, k, rnd_seed());
        }
        stamp_free(back);
        drop(&p);
    }
}
END_TEST

Suite *stamp_suite_matmul(void);

Suite *stamp_suite_matmul(void)
{
    Suite *s = suite_create("matmul");
    TCase *c = tcase_create("matmul");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, the_reference_is_the_product_of_the_codes_in_plain_integers);
    tcase_add_test(c, every_path_gives_the_bits_of_the_reference_at_odd_shapes);
    tcase_add_test(c, a_result_of_more_than_a_cache_holds_has_the_bits_of_the_reference);
    tcase_add_test(c, the_longest_product_of_the_largest_codes_does_not_overflow);
    tcase_add_test(c, a_scale_that_overflows_gives_the_same_bits_on_every_path);
    tcase_add_loop_test(c, a_path_this_processor_has_not_is_not_passed, 0, STAMP_PATHS);
    tcase_add_test(c, a_host_has_the_portable_path_and_one_it_calls_best);
    tcase_add_test(c, the_path_in_use_bounds_the_best_one);
    tcase_add_test(c, a_path_the_host_has_not_is_refused_and_the_one_in_use_stays);
    tcase_add_test(c, the_f32_product_adds_rounded_products_in_rising_order);
    tcase_add_test(c, the_f32_product_of_infinity_and_zero_is_the_canonical_nan);
    tcase_add_test(c, dequantized_activations_are_within_half_a_step);
    suite_add_tcase(s, c);
    return s;
}
