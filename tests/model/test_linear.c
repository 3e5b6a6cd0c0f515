/* SPDX-License-Identifier: Apache-2.0 */
/* test_linear.c - a whole layer, against a second model written from numerics.md alone. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "model/mem.h"
#include "model/num/f32.h"
#include "model/num/linear.h"
#include "model/num/matmul_f32.h"
#include "model/num/sqnr.h"
#include "tests/model/rnd.h"
#include "tests/oracle/softfloat.h"

enum { S_MAX = 40, D_MAX = 140, N_MAX = 9 };

/* The second model: bit patterns, one row after the other, its own order and bits. */
struct second {
    struct stamp_scheme q;
    uint32_t s, d, n, depth;
    uint32_t order[S_MAX]; /* token row of each canonical index */
};

/* MEAN, or SUM when undoing, of rows a and b of m[s][cols]. */
static void fly(uint32_t *m, uint32_t cols, uint32_t a, uint32_t b, bool undo)
{
    for (uint32_t k = 0; k < cols; k++) {
        const uint32_t x = m[a * cols + k], y = m[b * cols + k];
        m[a * cols + k] = undo ? so_add(x, y) : so_half(so_add(x, y));
        m[b * cols + k] = undo ? so_sub(x, y) : so_half(so_sub(x, y));
    }
}

/* One level over a list of rows: neighbours in the list are pairs. */
static void level(uint32_t *m, uint32_t cols, uint32_t first, uint32_t step, uint32_t end,
                  bool undo)
{
    for (uint32_t i = first; i + step < end; i += 2 * step) fly(m, cols, i, i + step, undo);
}

/* Along W in every row of the level's grid, then along H in every column; undone backwards. */
static void level2d(const struct second *t, uint32_t *m, uint32_t cols, uint32_t step, bool undo)
{
    const uint32_t h = t->q.grid_h, w = t->q.grid_w, at = t->q.sink;
    for (int half = 0; half < 2; half++)
        if ((half == 0) != undo)
            for (uint32_t y = 0; y < h; y += step)
                level(m, cols, at + y * w, step, at + y * w + w, undo);
        else
            for (uint32_t x = 0; x < w; x += step) level(m, cols, at + x, step * w, t->s, undo);
}

static void haar(const struct second *t, uint32_t *m, uint32_t cols, bool undo)
{
    for (uint32_t k = 0; k < t->depth; k++) {
        const uint32_t step = 1u << (undo ? t->depth - k - 1 : k);
        if (t->q.transform == STAMP_HAAR2D)
            level2d(t, m, cols, step, undo);
        else
            level(m, cols, t->q.sink, step, t->s, undo);
    }
}

/* Raster order of the grid points off by (oy, ox) from the multiples of step. */
static uint32_t raster(struct second *t, uint32_t at, uint32_t step, uint32_t oy, uint32_t ox)
{
    for (uint32_t y = oy; y < t->q.grid_h; y += step)
        for (uint32_t x = ox; x < t->q.grid_w; x += step)
            t->order[at++] = t->q.sink + y * t->q.grid_w + x;
    return at;
}

static void haar2d_order(struct second *t)
{
    uint32_t step = 1u << t->depth, at = t->q.sink;
    t->order[0] = 0;
    at = raster(t, at, step, 0, 0);
    for (; step > 1; step /= 2) {
        at = raster(t, at, step, step / 2, 0);
        at = raster(t, at, step, 0, step / 2);
        at = raster(t, at, step, step / 2, step / 2);
    }
    ck_assert_uint_eq(at, t->s);
}

static void haar_order(struct second *t)
{
    uint32_t at = 0, step = 1u << t->depth;
    if (t->q.sink) t->order[at++] = 0;
    for (uint32_t i = 0; i + t->q.sink < t->s; i += step) t->order[at++] = i + t->q.sink;
    for (; step > 1; step /= 2)
        for (uint32_t i = step / 2; i + t->q.sink < t->s; i += step) t->order[at++] = i + t->q.sink;
    ck_assert_uint_eq(at, t->s);
}

static uint32_t pick_depth(const struct second *t)
{
    const bool grid = t->q.transform == STAMP_HAAR2D;
    uint32_t h = grid ? t->q.grid_h : 1, w = grid ? t->q.grid_w : t->s - t->q.sink, depth = 0;
    if (t->q.transform == STAMP_NONE) return 0;
    if (t->q.depth >= 0) return (uint32_t)t->q.depth;
    while (h * w > 1 && h * w + t->q.sink > t->q.high_rows) {
        h -= h / 2;
        w -= w / 2;
        depth++;
    }
    return depth;
}

/* Codes minus zero, and scale, of n values of x. */
static uint32_t quantize(unsigned bits, bool sym, uint32_t n, const uint32_t *x, int *code)
{
    const int max = sym ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
    float lo = 0, hi = 0;
    for (uint32_t k = 0; k < n; k++) {
        lo = fminf(lo, stamp_f32_from_bits(x[k]));
        hi = fmaxf(hi, stamp_f32_from_bits(x[k]));
    }
    const uint32_t r =
        sym ? stamp_f32_bits(fmaxf(-lo, hi)) : so_sub(stamp_f32_bits(hi), stamp_f32_bits(lo));
    const bool dead = stamp_f32_from_bits(r) < 0x1p-100f;
    const uint32_t scale = dead ? 0 : so_up8(r, (uint32_t)max);
    const uint32_t inv = dead ? 0 : so_div(so_from_s32(1), scale);
    int zero = sym || dead ? 0 : so_rne_int10(so_mul(so_neg(stamp_f32_bits(lo)), inv));
    if (zero > max) zero = max;
    for (uint32_t k = 0; k < n; k++) {
        int q = dead ? 0 : so_rne_int10(so_mul(x[k], inv)) + zero;
        q = q > max ? max : q < (sym ? -max : 0) ? (sym ? -max : 0) : q;
        code[k] = q - zero;
    }
    return scale;
}

static void second_layer(struct second *t, uint32_t *x, const uint32_t *w, const uint32_t *bias,
                         uint32_t *y)
{
    t->depth = pick_depth(t);
    if (t->q.transform == STAMP_HAAR2D)
        haar2d_order(t);
    else
        haar_order(t);
    haar(t, x, t->d, false);
    for (uint32_t i = 0; i < t->s; i++) {
        const uint32_t row = t->order[i];
        const unsigned bits = i < t->q.high_rows ? t->q.high_bits : t->q.act_bits;
        for (uint32_t j = 0; j < t->n; j++) {
            uint32_t sum = 0;
            const uint32_t step = t->q.block ? t->q.block : t->d;
            for (uint32_t k = 0; k < t->d; k += step) {
                const uint32_t len = t->d - k < step ? t->d - k : step;
                int cx[D_MAX], cw[D_MAX];
                int64_t acc = 0;
                const uint32_t sx = quantize(bits, t->q.symmetric, len, x + row * t->d + k, cx);
                const uint32_t sw = quantize(t->q.weight_bits, true, len, w + j * t->d + k, cw);
                for (uint32_t i2 = 0; i2 < len; i2++) acc += cx[i2] * cw[i2];
                const uint32_t v = so_deq((int32_t)acc, sx, sw);
                sum = k == 0 ? v : so_add(sum, v);
            }
            y[row * t->n + j] = sum;
        }
    }
    haar(t, y, t->n, true);
    for (uint32_t i = 0; bias && i < t->s * t->n; i++) y[i] = so_add(y[i], bias[i % t->n]);
}

START_TEST(a_layer_is_what_a_second_model_computes_from_the_page)
{
    struct rnd r = rnd_start(21);
    for (int i = 0; i < 300; i++) {
        float x[S_MAX * D_MAX], w[N_MAX * D_MAX], b[N_MAX], y[S_MAX * N_MAX];
        uint32_t xb[S_MAX * D_MAX], wb[N_MAX * D_MAX], bb[N_MAX], yb[S_MAX * N_MAX];
        struct second t = {.q = stamp_scheme_default(),
                           .s = 1 + rnd_below(&r, S_MAX),
                           .d = 1 + rnd_below(&r, D_MAX),
                           .n = 1 + rnd_below(&r, N_MAX)};
        struct stamp_err e;
        t.q.transform = i % 5 == 0 ? STAMP_NONE : i % 5 < 3 ? STAMP_HAAR : STAMP_HAAR2D;
        t.q.depth = (int)rnd_below(&r, 7) - 1;
        t.q.high_rows = rnd_below(&r, 9);
        t.q.act_bits = rnd_below(&r, 4) ? 4 : 8;
        t.q.weight_bits = rnd_below(&r, 2) ? 4 : 8;
        t.q.block = rnd_below(&r, 2) ? 64 : 0;
        t.q.symmetric = rnd_below(&r, 3) == 0;
        t.q.sink = rnd_below(&r, 2);
        t.q.grid_h = 1 + rnd_below(&r, 6);
        t.q.grid_w = 1 + rnd_below(&r, 6);
        if (t.q.transform == STAMP_HAAR2D) t.s = t.q.grid_h * t.q.grid_w + t.q.sink;
        for (uint32_t k = 0; k < t.s * t.d; k++) x[k] = rnd_unit(&r) + 0.2f;
        for (uint32_t k = 0; k < t.n * t.d; k++) w[k] = rnd_unit(&r);
        for (uint32_t k = 0; k < t.n; k++) b[k] = rnd_unit(&r);
        memcpy(xb, x, sizeof x);
        memcpy(wb, w, sizeof w);
        memcpy(bb, b, sizeof b);

        const bool biased = i % 3;
        if (stamp_linear_num(&t.q, t.s, t.d, t.n, x, w, biased ? b : NULL, y, &e))
            ck_abort_msg("%s", e.text);
        second_layer(&t, xb, wb, biased ? bb : NULL, yb);
        if (memcmp(y, yb, t.s * t.n * sizeof *y) != 0)
            ck_abort_msg("layer %d: %u x %u x %u" RND_FMT, i, t.s, t.d, t.n, rnd_seed());
    }
}
END_TEST

START_TEST(a_layer_worked_by_hand)
{
    /* Rows 45 and 15: mean 30, half difference 15. Both have code 15, scales 2 and 1; weight 7 has
     * code 7, scale 1. Products 210 and 105, so 315 and 105, and the bias. */
    static const float x[2] = {45, 15}, w[1] = {7}, bias[1] = {0.5f};
    struct stamp_scheme q = stamp_scheme_default();
    float y[2];
    q.sink = false;
    q.depth = 1;
    q.high_rows = 0;
    ck_assert_int_eq((int)stamp_linear_num(&q, 2, 1, 1, x, w, bias, y, NULL), 0);
    ck_assert_msg(y[0] == 315.5f && y[1] == 105.5f, "%g %g", (double)y[0], (double)y[1]);
}
END_TEST

START_TEST(every_transform_and_width_runs_from_one_token_and_one_feature_on)
{
    static const uint8_t width[3] = {4, 8, 32};
    struct rnd r = rnd_start(22);
    for (uint32_t s = 1; s <= 12; s++)
        for (int i = 0; i < 5 * 3 * 3; i++) {
            struct stamp_scheme q = stamp_scheme_default();
            float x[12 * 3], w[2 * 3], y[12 * 2], ref[12 * 2];
            const uint32_t d = 1 + s % 3;
            q.transform = (enum stamp_transform)(i % 5);
            q.act_bits = width[i / 5 % 3];
            q.weight_bits = width[i / 15];
            q.high_rows = 2;
            q.sink = false;
            q.grid_h = s;
            q.grid_w = 1;
            for (uint32_t k = 0; k < s * d; k++) x[k] = rnd_unit(&r);
            for (uint32_t k = 0; k < 2 * d; k++) w[k] = rnd_unit(&r);
            ck_assert_int_eq((int)stamp_linear_num(&q, s, d, 2, x, w, NULL, y, NULL), 0);
            ck_assert_int_eq((int)stamp_matmul_f32(s, 2, d, x, w, ref, NULL), 0);
            for (uint32_t k = 0; k < s * 2; k++)
                if (!(fabsf(y[k] - ref[k]) < 1.5f)) ck_abort_msg("s %u case %d", s, i);
            if (q.act_bits == 32 && q.weight_bits == 32)
                ck_assert(memcmp(y, ref, s * 2 * sizeof *y) == 0);
        }
}
END_TEST

START_TEST(more_bits_and_the_transform_lift_sqnr_on_correlated_tokens)
{
    enum { S = 128, D = 64, N = 32 };
    static float x[S * D], w[N * D], ref[S * N], y[S * N];
    double plain, mixed, haar, wide;
    struct stamp_scheme q = stamp_scheme_default();
    struct rnd r = rnd_start(23);
    for (int i = 0; i < S * D; i++) x[i] = rnd_unit(&r) * 0.3f + (i >= D ? 0.95f * x[i - D] : 0);
    for (int i = 0; i < N * D; i++) w[i] = rnd_unit(&r);
    ck_assert_int_eq((int)stamp_matmul_f32(S, N, D, x, w, ref, NULL), 0);

    q.weight_bits = 8;
    q.high_rows = 0;
    q.transform = STAMP_NONE;
    (void)stamp_linear_num(&q, S, D, N, x, w, NULL, y, NULL);
    plain = stamp_sqnr_db(S * N, ref, y);
    q.high_rows = 16;
    (void)stamp_linear_num(&q, S, D, N, x, w, NULL, y, NULL);
    mixed = stamp_sqnr_db(S * N, ref, y);
    q.transform = STAMP_HAAR;
    (void)stamp_linear_num(&q, S, D, N, x, w, NULL, y, NULL);
    haar = stamp_sqnr_db(S * N, ref, y);
    q.act_bits = 8;
    (void)stamp_linear_num(&q, S, D, N, x, w, NULL, y, NULL);
    wide = stamp_sqnr_db(S * N, ref, y);
    ck_assert_msg(plain < mixed && mixed + 2 < haar && haar < wide, "%g %g %g %g", plain, mixed,
                  haar, wide);
}
END_TEST

START_TEST(values_that_are_not_finite_are_named_by_row_and_column)
{
    float x[6] = {0}, w[6] = {0}, b[2] = {0}, y[4];
    struct stamp_scheme q = stamp_scheme_default();
    struct stamp_err e;

    x[5] = stamp_f32_from_bits(0x7fc00000);
    ck_assert_int_eq((int)stamp_linear_num(&q, 2, 3, 2, x, w, b, y, &e), (int)STAMP_ERANGE);
    ck_assert_str_eq(e.text, "activations: row 1, column 2 is not finite (NaN)");
    x[5] = 0;
    w[3] = stamp_f32_from_bits(0xff800000);
    ck_assert_int_eq((int)stamp_linear_num(&q, 2, 3, 2, x, w, b, y, &e), (int)STAMP_ERANGE);
    ck_assert_str_eq(e.text, "weight: row 1, column 0 is not finite (-infinity)");
    w[3] = 0;
    b[1] = stamp_f32_from_bits(0x7f800000);
    ck_assert_int_eq((int)stamp_linear_num(&q, 2, 3, 2, x, w, b, y, &e), (int)STAMP_ERANGE);
    ck_assert_str_eq(e.text, "bias: row 0, column 1 is not finite (infinity)");
}
END_TEST

START_TEST(an_overflow_inside_the_layer_is_reported_not_returned)
{
    const float max = 0x1.fffffep127f, big[4] = {max, -max, max, max}, one[2] = {1, 1};
    struct stamp_scheme q = stamp_scheme_default();
    struct stamp_err e;
    float y[2];

    q.sink = false;
    q.transform = STAMP_NONE; /* the range of a row: max - (-max) */
    ck_assert_int_eq((int)stamp_linear_num(&q, 1, 2, 1, big, one, NULL, y, &e), (int)STAMP_ERANGE);
    ck_assert(strstr(e.text, "output overflows: row 0, column 0"));
    q.transform = STAMP_HAAR; /* the sum of two rows */
    q.depth = 1;
    ck_assert_int_eq((int)stamp_linear_num(&q, 2, 1, 1, big + 2, one, NULL, y, &e),
                     (int)STAMP_ERANGE);
    ck_assert(strstr(e.text, "transformed activations overflow: row 0, column 0"));
}
END_TEST

START_TEST(shapes_outside_the_limits_are_refused_with_a_line)
{
    static float x[STAMP_K_MAX + 1], w[STAMP_K_MAX + 1];
    struct stamp_scheme q = stamp_scheme_default();
    struct stamp_err e;
    float y;
    ck_assert_int_eq((int)stamp_linear_num(&q, 1, STAMP_K_MAX, 1, x, w, NULL, &y, &e), 0);
    ck_assert_int_eq((int)stamp_linear_num(&q, 1, STAMP_K_MAX + 1, 1, x, w, NULL, &y, &e),
                     (int)STAMP_ERANGE);
    ck_assert(strstr(e.text, "32769 features"));
    q.act_bits = 32; /* no integer product, no limit */
    ck_assert_int_eq((int)stamp_linear_num(&q, 1, STAMP_K_MAX + 1, 1, x, w, NULL, &y, &e), 0);
    q.act_bits = 4;
    ck_assert_int_eq((int)stamp_linear_num(&q, 0, 1, 1, x, w, NULL, &y, &e), (int)STAMP_ERANGE);
    ck_assert_int_eq((int)stamp_linear_num(&q, 1, 0, 1, x, w, NULL, &y, &e), (int)STAMP_ERANGE);
    ck_assert_int_eq((int)stamp_linear_num(&q, 1, 1, 0, x, w, NULL, &y, &e), (int)STAMP_ERANGE);
}
END_TEST

START_TEST(a_failing_allocation_is_reported_and_nothing_leaks)
{
    static const float x[6] = {1, 2, 3, 4, 5, 6}, w[4] = {1, -1, 2, 3};
    for (int wide = 0; wide < 4; wide++) {
        struct stamp_scheme q = stamp_scheme_default();
        float y[6];
        size_t n = 1;
        q.act_bits = wide & 1 ? 32 : 4;
        q.weight_bits = wide & 2 ? 32 : 4;
        for (;; n++) {
            stamp_mem_fail_at(n);
            const enum stamp_status st = stamp_linear_num(&q, 3, 2, 2, x, w, NULL, y, NULL);
            stamp_mem_fail_at(0);
            if (st == STAMP_OK) break;
            ck_assert_int_eq((int)st, (int)STAMP_ENOMEM);
        }
        ck_assert_uint_gt(n, 4);
    }
}
END_TEST

START_TEST(sqnr_is_ten_log_of_signal_over_noise)
{
    static const float ref[2] = {3, 4}, off[2] = {3, 4.5f}, zero[2] = {0, 0};
    ck_assert(fabs(stamp_sqnr_db(2, ref, off) - 20) < 1e-12);
    ck_assert(fabs(stamp_sqnr_db(2, ref, zero)) < 1e-12);
    ck_assert(isinf(stamp_sqnr_db(2, ref, ref)) && stamp_sqnr_db(2, ref, ref) > 0);
    ck_assert(isnan(stamp_sqnr_db(2, zero, ref)));
}
END_TEST

Suite *stamp_suite_linear(void);

Suite *stamp_suite_linear(void)
{
    Suite *s = suite_create("linear");
    TCase *c = tcase_create("linear");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, a_layer_is_what_a_second_model_computes_from_the_page);
    tcase_add_test(c, a_layer_worked_by_hand);
    tcase_add_test(c, every_transform_and_width_runs_from_one_token_and_one_feature_on);
    tcase_add_test(c, more_bits_and_the_transform_lift_sqnr_on_correlated_tokens);
    tcase_add_test(c, values_that_are_not_finite_are_named_by_row_and_column);
    tcase_add_test(c, an_overflow_inside_the_layer_is_reported_not_returned);
    tcase_add_test(c, shapes_outside_the_limits_are_refused_with_a_line);
    tcase_add_test(c, a_failing_allocation_is_reported_and_nothing_leaks);
    tcase_add_test(c, sqnr_is_ten_log_of_signal_over_noise);
    suite_add_tcase(s, c);
    return s;
}
