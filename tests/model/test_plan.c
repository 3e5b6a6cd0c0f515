/* SPDX-License-Identifier: Apache-2.0 */
/* test_plan.c - structure of a planned transform: order, bits, blocks, operations. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "model/mem.h"
#include "model/num/f32.h"
#include "model/num/plan.h"
#include "model/num/xform.h"
#include "tests/model/rnd.h"

enum { COLS = 3 };

static struct stamp_plan build(struct stamp_scheme q, uint32_t s)
{
    struct stamp_plan p;
    struct stamp_err e;
    if (stamp_plan_build(&q, s, &p, &e)) ck_abort_msg("%s", e.text);
    return p;
}

/* Every transform at lengths, grids and depths of all kinds; i < SCHEMES. */
enum { SCHEMES = 5 * 12 * 6 };

static struct stamp_scheme scheme_of(int i, uint32_t *s)
{
    static const uint32_t len[12] = {1, 2, 3, 5, 8, 17, 31, 64, 65, 100, 127, 200};
    static const uint32_t h[12] = {1, 2, 1, 5, 2, 3, 8, 8, 5, 7, 16, 9},
                          w[12] = {1, 1, 3, 1, 4, 5, 4, 8, 13, 9, 8, 21};
    static const int depth[6] = {STAMP_DEPTH_AUTO, 0, 1, 2, 3, 20};
    struct stamp_scheme q = stamp_scheme_default();

    q.transform = (enum stamp_transform)(i % 5);
    q.depth = depth[i / 5 % 6];
    q.sink = i / 30 % 2;
    q.high_rows = (uint32_t)(i % 7);
    q.grid_h = h[i / 30];
    q.grid_w = w[i / 30];
    *s = q.transform == STAMP_HAAR2D ? q.grid_h * q.grid_w + q.sink : len[i / 30];
    return q;
}

static struct stamp_plan build_number(int i, uint32_t *s)
{
    const struct stamp_scheme q = scheme_of(i, s);
    return build(q, *s);
}

START_TEST(canonical_indices_are_a_permutation_and_the_first_h_rows_get_the_high_bits)
{
    for (int i = 0; i < SCHEMES; i++) {
        uint32_t s, high = 0;
        const struct stamp_scheme q = scheme_of(i, &s);
        struct stamp_plan p = build(q, s);
        uint8_t *seen = stamp_alloc(s, 1);

        for (uint32_t t = 0; t < s; t++) {
            if (p.canon[t] >= s || seen[p.canon[t]]++) ck_abort_msg("scheme %d token %u", i, t);
            if (p.bits[t] != (p.canon[t] < q.high_rows ? 8 : 4)) ck_abort_msg("bits %d %u", i, t);
            high += p.bits[t] == 8;
        }
        if (q.sink) ck_assert_uint_eq(p.canon[0], 0);
        const uint32_t want = q.high_rows < s ? q.high_rows : s;
        ck_assert_uint_eq(high, want);
        ck_assert(fabs(stamp_plan_average_bits(&p) - (4.0 + 4.0 * want / s)) < 1e-12);
        stamp_free(seen);
        stamp_plan_free(&p);
    }
}
END_TEST

/* Split a list of rows into every second one (an odd last one included) and the others. */
static uint32_t split(const uint32_t *in, uint32_t n, uint32_t *even, uint32_t *odd)
{
    for (uint32_t i = 0; i < n; i++) (i % 2 ? odd : even)[i / 2] = in[i];
    return n - n / 2;
}

START_TEST(haar_order_is_coarse_then_details_from_deep_to_shallow)
{
    for (uint32_t n = 1; n <= 70; n++)
        for (int depth = 0; depth <= 7; depth++) {
            struct stamp_scheme q = stamp_scheme_default();
            uint32_t list[70], even[70], odd[70], order[70], end = n, left = n;
            q.sink = false;
            q.depth = depth;
            struct stamp_plan p = build(q, n);

            for (uint32_t i = 0; i < n; i++) list[i] = i;
            for (int l = 1; l <= depth; l++) {
                const uint32_t c = split(list, left, even, odd);
                end -= left - c;
                memcpy(order + end, odd, (left - c) * sizeof *odd);
                memcpy(list, even, c * sizeof *even);
                left = c;
            }
            memcpy(order, list, left * sizeof *list);
            for (uint32_t i = 0; i < n; i++)
                if (p.canon[order[i]] != i) ck_abort_msg("n %u depth %d place %u", n, depth, i);
            stamp_plan_free(&p);
        }
}
END_TEST

/* The 2-D order by sorting out whole bands: which = 0 LL, 1 LH, 2 HL, 3 HH of level l. */
static uint32_t band(uint32_t h, uint32_t w, uint32_t l, int which, uint32_t *out)
{
    const uint32_t step = 1u << l, half = step / 2;
    uint32_t n = 0;
    for (uint32_t y = which & 1 ? half : 0; y < h; y += step)
        for (uint32_t x = which & 2 ? half : 0; x < w; x += step) out[n++] = y * w + x;
    return n;
}

START_TEST(haar2d_order_is_ll_then_lh_hl_hh_of_each_level_in_raster_order)
{
    for (uint32_t h = 1; h <= 9; h++)
        for (uint32_t w = 1; w <= 9; w++)
            for (uint32_t depth = 0; depth <= 4; depth++) {
                uint32_t order[81], n = 0;
                struct stamp_scheme q = stamp_scheme_default();
                q.transform = STAMP_HAAR2D;
                q.depth = (int)depth;
                q.grid_h = h;
                q.grid_w = w;
                struct stamp_plan p = build(q, h * w + 1);

                n = band(h, w, depth, 0, order);
                for (uint32_t l = depth; l >= 1; l--)
                    for (int k = 1; k <= 3; k++) n += band(h, w, l, k, order + n);
                ck_assert_uint_eq(n, h * w);
                for (uint32_t i = 0; i < n; i++)
                    if (p.canon[1 + order[i]] != 1 + i) ck_abort_msg("%ux%u depth %u", h, w, depth);
                stamp_plan_free(&p);
            }
}
END_TEST

START_TEST(automatic_depth_is_the_smallest_whose_coarse_band_fits)
{
    static const struct {
        uint32_t s, high, want;
        bool sink;
    } t[] = {{2048, 64, 5, false}, {2048, 64, 6, true}, {2049, 64, 6, true},
             {64, 64, 0, false},   {64, 64, 0, true},   {65, 64, 0 + 1, false},
             {512, 64, 4, true},   {1, 1, 0, true},     {100, 0, 7, false},
             {100, 1, 7, true},    {5, 2, 2, false},    {2017, 64, 5, true}};
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        struct stamp_scheme q = stamp_scheme_default();
        q.high_rows = t[i].high;
        q.sink = t[i].sink;
        struct stamp_plan p = build(q, t[i].s);
        ck_assert_msg(p.depth == t[i].want, "case %zu: %u", i, p.depth);
        stamp_plan_free(&p);
    }
    struct stamp_scheme grid = stamp_scheme_default();
    grid.transform = STAMP_HAAR2D;
    grid.sink = false;
    grid.grid_h = grid.grid_w = 64;
    struct stamp_plan p = build(grid, 4096); /* PixArt at 1024 px: 8x8 coarse after three levels */
    ck_assert_uint_eq(p.depth, 3);
    stamp_plan_free(&p);

    struct stamp_scheme wht = stamp_scheme_default(); /* 1 + 1024 + 1024 + 2 */
    wht.transform = STAMP_WHT;
    p = build(wht, 2051);
    ck_assert_uint_eq(p.depth, 10);
    ck_assert_uint_eq(p.blocks, 4);
    stamp_plan_free(&p);
}
END_TEST

START_TEST(blocks_are_a_partition_of_the_tokens_and_the_sink_is_its_own)
{
    for (int i = 0; i < SCHEMES; i++) {
        uint32_t s, count = 0;
        struct stamp_plan p = build_number(i, &s);
        uint8_t *seen = stamp_alloc(s, 1);

        for (uint32_t b = 0; b < p.blocks; b++) {
            const struct stamp_block k = stamp_plan_block(&p, b);
            for (uint32_t r = 0; r < k.h; r++)
                for (uint32_t c = 0; c < k.w; c++, count++)
                    if (seen[k.first + r * k.stride + c]++)
                        ck_abort_msg("scheme %d block %u", i, b);
            if (b == 0 && p.sink) ck_assert(k.first == 0 && k.h == 1 && k.w == 1);
        }
        ck_assert_uint_eq(count, s);
        stamp_free(seen);
        stamp_plan_free(&p);
    }
}
END_TEST

START_TEST(pairs_of_an_operation_are_disjoint_and_inside_the_sequence)
{
    for (int i = 0; i < SCHEMES; i++) {
        uint32_t s;
        struct stamp_plan p = build_number(i, &s);
        uint8_t *seen = stamp_alloc(s, 1);

        for (uint32_t k = 0; k < p.ops.count; k++) {
            const struct stamp_xop op = p.ops.op[k];
            ck_assert(op.n0 >= 1 && op.n1 >= 1 && op.boff >= 1 && op.kind != STAMP_SUM);
            memset(seen, 0, s);
            for (uint32_t i1 = 0; i1 < op.n1; i1++)
                for (uint32_t i0 = 0; i0 < op.n0; i0++) {
                    const uint32_t a = op.a + i1 * op.s1 + i0 * op.s0, b = a + op.boff;
                    if (a < p.sink || b >= s || seen[a]++ || seen[b]++)
                        ck_abort_msg("scheme %d op %u pair %u %u", i, k, a, b);
                }
        }
        stamp_free(seen);
        stamp_plan_free(&p);
    }
}
END_TEST

/* Rows of blocks first.. in local order, from or to the whole matrix. */
static uint32_t move(const struct stamp_plan *p, uint32_t first, uint32_t count, float *whole,
                     float *local, bool gather)
{
    uint32_t n = 0;
    for (uint32_t b = first; b < first + count; b++) {
        const struct stamp_block k = stamp_plan_block(p, b);
        for (uint32_t i = 0; i < k.h * k.w; i++, n++) {
            float *at = whole + (k.first + i / k.w * k.stride + i % k.w) * COLS;
            if (gather)
                memcpy(local + n * COLS, at, COLS * sizeof *at);
            else
                memcpy(at, local + n * COLS, COLS * sizeof *at);
        }
    }
    return n;
}

START_TEST(any_run_of_blocks_by_itself_gives_the_bits_of_the_whole_sequence)
{
    struct rnd r = rnd_start(2);
    for (int i = 0; i < SCHEMES; i++) {
        uint32_t s;
        struct stamp_plan p = build_number(i, &s);
        float x[300 * COLS], whole[300 * COLS], parts[300 * COLS], local[300 * COLS];

        for (uint32_t k = 0; k < s * COLS; k++) x[k] = whole[k] = rnd_unit(&r);
        stamp_xform_forward(&p.ops, COLS, whole);
        for (uint32_t first = 0, count; first < p.blocks; first += count) {
            struct stamp_xops ops;
            count = 1 + rnd_below(&r, p.blocks - first < 9 ? p.blocks - first : 9);
            ck_assert_int_eq((int)stamp_plan_local(&p, first, count, &ops, NULL), 0);
            (void)move(&p, first, count, x, local, true);
            stamp_xform_forward(&ops, COLS, local);
            (void)move(&p, first, count, parts, local, false);
            stamp_xops_free(&ops);
        }
        if (memcmp(whole, parts, s * COLS * sizeof *x) != 0)
            ck_abort_msg("scheme %d" RND_FMT, i, rnd_seed());
        stamp_plan_free(&p);
    }
}
END_TEST

START_TEST(equal_blocks_share_their_operations)
{
    static const enum stamp_transform kind[] = {STAMP_HAAR, STAMP_HAAR2D, STAMP_WHT, STAMP_DCT};
    for (int i = 0; i < 4; i++) {
        struct stamp_scheme q = stamp_scheme_default();
        struct stamp_xops one, many;
        q.transform = kind[i];
        q.depth = 3;
        q.sink = false;
        q.grid_h = 16;
        q.grid_w = 64;
        struct stamp_plan p = build(q, 1024);

        ck_assert_int_eq((int)stamp_plan_local(&p, 0, 1, &one, NULL), 0);
        ck_assert_int_eq((int)stamp_plan_local(&p, 0, 8, &many, NULL), 0);
        ck_assert_uint_gt(one.count, 0);
        ck_assert_uint_eq(one.count, many.count);
        stamp_xops_free(&one);
        stamp_xops_free(&many);
        stamp_plan_free(&p);
    }
}
END_TEST

START_TEST(a_scheme_outside_its_limits_is_refused_with_a_line)
{
    struct stamp_scheme bad[10];
    struct stamp_plan p;
    struct stamp_err e;
    for (int i = 0; i < 10; i++) bad[i] = stamp_scheme_default();
    bad[0].depth = -2;
    bad[1].depth = 21;
    bad[2].high_bits = 5;
    bad[3].act_bits = 16;
    bad[4].weight_bits = 0;
    bad[5].block = 32;
    bad[6].transform = (enum stamp_transform)9;
    bad[7].transform = STAMP_HAAR2D;
    bad[7].grid_h = 65536;
    bad[7].grid_w = 65536;
    bad[8].transform = STAMP_HAAR2D; /* 10 tokens and a sink need 3 x 3 */
    bad[8].grid_h = 2;
    bad[8].grid_w = 5;
    bad[9].act_bits = 8; /* rows of more bits would get fewer */
    bad[9].high_bits = 4;

    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq((int)stamp_plan_build(&bad[i], 10, &p, &e), (int)STAMP_ERANGE);
        ck_assert(strlen(e.text) > 10 && p.canon == NULL);
    }
    bad[9].high_rows = 0; /* none there */
    ck_assert_int_eq((int)stamp_scheme_check(&bad[9], 10, &e), (int)STAMP_OK);
    const struct stamp_scheme good = stamp_scheme_default();
    ck_assert_int_eq((int)stamp_scheme_check(&good, 0, &e), (int)STAMP_ERANGE);
    ck_assert_int_eq((int)stamp_scheme_check(&good, 1, &e), (int)STAMP_OK);
}
END_TEST

START_TEST(a_failing_allocation_is_reported_and_leaves_nothing)
{
    for (int kind = 0; kind < 5; kind++) {
        struct stamp_scheme q = stamp_scheme_default();
        struct stamp_plan p;
        size_t n = 1;
        q.transform = (enum stamp_transform)kind;
        q.grid_h = 6;
        q.grid_w = 6;
        q.depth = 2;
        for (;; n++) {
            stamp_mem_fail_at(n);
            const enum stamp_status st = stamp_plan_build(&q, 37, &p, NULL);
            stamp_mem_fail_at(0);
            if (st == STAMP_OK) break;
            ck_assert_int_eq((int)st, (int)STAMP_ENOMEM);
            ck_assert(p.canon == NULL && p.bits == NULL && p.ops.op == NULL);
        }
        ck_assert_uint_gt(n, kind == STAMP_NONE ? 2 : 3);
        stamp_plan_free(&p);
    }
}
END_TEST

Suite *stamp_suite_plan(void);

Suite *stamp_suite_plan(void)
{
    Suite *s = suite_create("plan");
    TCase *c = tcase_create("plan");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, canonical_indices_are_a_permutation_and_the_first_h_rows_get_the_high_bits);
    tcase_add_test(c, haar_order_is_coarse_then_details_from_deep_to_shallow);
    tcase_add_test(c, haar2d_order_is_ll_then_lh_hl_hh_of_each_level_in_raster_order);
    tcase_add_test(c, automatic_depth_is_the_smallest_whose_coarse_band_fits);
    tcase_add_test(c, blocks_are_a_partition_of_the_tokens_and_the_sink_is_its_own);
    tcase_add_test(c, pairs_of_an_operation_are_disjoint_and_inside_the_sequence);
    tcase_add_test(c, any_run_of_blocks_by_itself_gives_the_bits_of_the_whole_sequence);
    tcase_add_test(c, equal_blocks_share_their_operations);
    tcase_add_test(c, a_scheme_outside_its_limits_is_refused_with_a_line);
    tcase_add_test(c, a_failing_allocation_is_reported_and_leaves_nothing);
    suite_add_tcase(s, c);
    return s;
}
