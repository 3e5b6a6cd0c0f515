/* SPDX-License-Identifier: Apache-2.0 */
/* test_depthwise.c - DEPTHWISE: the page on softfloat, sums in extended precision. */
#include <check.h>
#include <math.h>

#include "model/num/depthwise.h"
#include "model/num/f32.h"
#include "tests/model/rnd.h"
#include "tests/oracle/softfloat.h"

Suite *stamp_suite_depthwise(void);

enum { ROWS = 160, COLS = 37, TAPS = 64 };

static const struct stamp_grid grids[] = {{1, 1, 3, 1}, {1, 7, 3, 1}, {7, 1, 3, 1}, {3, 5, 3, 1},
                                          {8, 8, 3, 1}, {2, 2, 3, 1}, {2, 2, 2, 2}, {4, 6, 2, 2},
                                          {3, 3, 3, 3}, {9, 6, 3, 3}, {8, 8, 8, 8}, {7, 14, 7, 7}};
enum { GRIDS = sizeof grids / sizeof grids[0] };

struct conv {
    float x[ROWS][COLS], w[TAPS][COLS], bias[COLS];
};

static struct conv c;

/* Kinds: plain, huge range, zeros of both signs, some infinite or no number. */
static float number(struct rnd *r, int kind)
{
    static const uint32_t odd[] = {0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345};
    const float u = rnd_unit(r);

    switch (kind) {
    case 0: return u;
    case 1: return ldexpf(u, (int)rnd_below(r, 80) - 40);
    case 2: return rnd_below(r, 2) ? -0.0f : rnd_below(r, 3) ? 0.0f : u;
    default: return rnd_below(r, 20) ? u : stamp_f32_from_bits(odd[rnd_below(r, 4)]);
    }
}

static void make(struct rnd *r, int kind)
{
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < COLS; k++) c.x[i][k] = number(r, kind);
    for (int i = 0; i < TAPS; i++)
        for (int k = 0; k < COLS; k++) c.w[i][k] = number(r, kind == 3 ? 0 : kind);
    for (int k = 0; k < COLS; k++) c.bias[k] = number(r, kind == 3 ? 0 : kind);
}

/* What lies under tap (dy, dx) of a point in column k; 0: nothing does. */
static int under(const struct stamp_grid *g, int y, int x, int dy, int dx, int k, float *v)
{
    const int row = y * (int)g->stride + dy - (g->stride == 1),
              col = x * (int)g->stride + dx - (g->stride == 1);

    *v = 0;
    if (row < 0 || col < 0 || row >= (int)g->height || col >= (int)g->width) return 0;
    *v = c.x[row * (int)g->width + col][k];
    return 1;
}

/* The page. */
static uint32_t page(const struct stamp_grid *g, int y, int x, int k)
{
    static const int order3[] = {4, 0, 1, 2, 3, 5, 6, 7, 8};
    const int side = (int)g->kernel;
    uint32_t sum = 0;

    for (int i = 0; i < side * side; i++) {
        const int t = g->stride == 1 ? order3[i] : i;
        float v;
        under(g, y, x, t / side, t % side, k, &v);
        const uint32_t p = so_mul(stamp_f32_bits(v), stamp_f32_bits(c.w[t][k]));
        sum = i ? so_add(sum, p) : p;
    }
    return so_add(sum, stamp_f32_bits(c.bias[k]));
}

START_TEST(points_are_those_of_the_page)
{
    const struct stamp_grid *g = &grids[_i];
    struct rnd r = rnd_start(500 + (unsigned)_i);
    float y[COLS];

    for (int kind = 0; kind < 4; kind++) {
        make(&r, kind);
        for (int row = 0; row < (int)(g->height / g->stride); row++)
            for (int col = 0; col < (int)(g->width / g->stride); col++) {
                stamp_depthwise_point(g, (uint32_t)row, (uint32_t)col, COLS, c.x[0], c.w[0], c.bias,
                                      y);
                for (int k = 0; k < COLS; k++) {
                    const uint32_t want = page(g, row, col, k), got = stamp_f32_bits(y[k]);
                    ck_assert_msg(got == want,
                                  "kind %d at %d, %d, column %d: %08x, not %08x" RND_FMT, kind, row,
                                  col, k, got, want, rnd_seed());
                }
            }
    }
}
END_TEST

/* Each product and each sum rounds once. */
START_TEST(points_are_near_exact_sums)
{
    const struct stamp_grid *g = &grids[_i];
    const int side = (int)g->kernel;
    struct rnd r = rnd_start(540 + (unsigned)_i);
    float y[COLS], v;

    for (int kind = 0; kind < 2; kind++) {
        make(&r, kind);
        for (int row = 0; row < (int)(g->height / g->stride); row++)
            for (int col = 0; col < (int)(g->width / g->stride); col++) {
                stamp_depthwise_point(g, (uint32_t)row, (uint32_t)col, COLS, c.x[0], c.w[0], c.bias,
                                      y);
                for (int k = 0; k < COLS; k++) {
                    long double sum = c.bias[k], size = fabsl((long double)c.bias[k]);
                    for (int t = 0; t < side * side; t++)
                        if (under(g, row, col, t / side, t % side, k, &v)) {
                            sum += (long double)v * c.w[t][k];
                            size += fabsl((long double)v * c.w[t][k]);
                        }
                    const long double bound = (side * side + 1) * 0x1p-24L * size;
                    ck_assert_msg(fabsl(y[k] - sum) <= bound,
                                  "kind %d at %d, %d: off by %Lg of %Lg", kind, row, col,
                                  fabsl(y[k] - sum), bound);
                }
            }
    }
}
END_TEST

/* A tap outside of the grid is not left out: it adds +0 times its weight. */
START_TEST(zeros_outside_decide_the_sign_of_a_zero)
{
    static const struct {
        struct stamp_grid g;
        float x, centre, outside, bias;
        uint32_t y;
    } cases[] = {{{1, 1, 3, 1}, -0.0f, 1, 1, -0.0f, 0x00000000},
                 {{1, 1, 3, 1}, -0.0f, 1, -1, -0.0f, 0x80000000},
                 {{1, 1, 3, 1}, -0.0f, 1, -1, 0.0f, 0x00000000},
                 {{1, 1, 3, 1}, 0.0f, -1, -0.0f, -0.0f, 0x80000000},
                 {{1, 1, 3, 1}, 0.0f, -1, 0.0f, -0.0f, 0x00000000},
                 {{2, 2, 2, 2}, -0.0f, 1, 1, -0.0f, 0x80000000},
                 {{2, 2, 2, 2}, 0.0f, -1, -1, -0.0f, 0x80000000}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct stamp_grid *g = &cases[i].g;
        float x[4], w[9], y = 1;
        for (int k = 0; k < 4; k++) x[k] = cases[i].x;
        for (int k = 0; k < 9; k++) w[k] = cases[i].outside;
        w[stamp_grid_first_tap(g)] = cases[i].centre;
        stamp_depthwise_point(g, 0, 0, 1, x, w, &cases[i].bias, &y);
        ck_assert_msg(stamp_f32_bits(y) == cases[i].y, "case %zu: %08x", i, stamp_f32_bits(y));
    }
}
END_TEST

/* Also times 0, and whatever stands beside it. */
START_TEST(a_number_that_is_not_finite_is_seen_in_its_points)
{
    static const uint32_t odd[] = {0x7f800000, 0xff800000, 0x7fc00000};
    const struct stamp_grid g = {3, 5, 3, 1};
    struct rnd r = rnd_start(580);
    float y[COLS];

    for (int i = 0; i < 3; i++) {
        make(&r, 0);
        for (int t = 0; t < 9; t++) c.w[t][7] = 0;
        c.x[1 * 5 + 2][7] = stamp_f32_from_bits(odd[i]);
        for (int row = 0; row < 3; row++)
            for (int col = 0; col < 5; col++) {
                stamp_depthwise_point(&g, (uint32_t)row, (uint32_t)col, COLS, c.x[0], c.w[0],
                                      c.bias, y);
                ck_assert_uint_eq(stamp_f32_find_nonfinite(COLS, y),
                                  col >= 1 && col <= 3 ? 7 : COLS);
            }
    }
}
END_TEST

Suite *stamp_suite_depthwise(void)
{
    Suite *s = suite_create("depthwise");
    TCase *t = tcase_create("depthwise");

    tcase_add_loop_test(t, points_are_those_of_the_page, 0, GRIDS);
    tcase_add_loop_test(t, points_are_near_exact_sums, 0, GRIDS);
    tcase_add_test(t, zeros_outside_decide_the_sign_of_a_zero);
    tcase_add_test(t, a_number_that_is_not_finite_is_seen_in_its_points);
    suite_add_tcase(s, t);
    return s;
}
