/* SPDX-License-Identifier: Apache-2.0 */
/* test_tile.c - tiles cover every row once and fit the machine. */
#include <check.h>
#include <string.h>

#include "compiler/tile/runs.h"
#include "compiler/tile/tile.h"
#include "model/num/plan.h"
#include "tests/compiler/test_compile_util.h"

Suite *stamp_suite_tile(void);

START_TEST(runs_cover_any_list_in_order)
{
    uint64_t r = 9;

    for (int i = 0; i < 2000; i++) {
        uint32_t v[40], got[40];
        const size_t n = 1 + stamp_test_next(&r) % 40;
        const uint32_t step = 1 + (uint32_t)(stamp_test_next(&r) % 3);
        size_t at = 0;
        for (size_t k = 0; k < n; k++)
            v[k] = (k ? v[k - 1] : 10000) + step + (stamp_test_next(&r) % 6 == 0 ? 5 : 0) -
                   (stamp_test_next(&r) % 9 == 0 ? 20 : 0);
        while (at < n) {
            const struct stamp_run f = stamp_run_fit(v + at, n - at);
            ck_assert_uint_le((size_t)f.n0 * f.n1, n - at);
            for (uint32_t b = 0; b < f.n1; b++)
                for (uint32_t a = 0; a < f.n0; a++) got[at++] = f.first + b * f.s1 + a * f.s0;
            ck_assert(f.s0 < 1000 && f.s1 < 1000); /* strides never run backwards */
        }
        ck_assert_mem_eq(v, got, n * sizeof *v);
    }
}
END_TEST

START_TEST(blocks_of_a_strided_list_are_one_run)
{
    const uint32_t v[] = {0, 1, 8, 9, 16, 17}, w[] = {0, 8, 16, 24}, one[] = {7};
    struct stamp_run r = stamp_run_fit(v, 6);

    ck_assert(r.first == 0 && r.n0 == 2 && r.s0 == 1 && r.n1 == 3 && r.s1 == 8);
    r = stamp_run_fit(w, 4);
    ck_assert(r.n0 == 4 && r.s0 == 8 && r.n1 == 1 && r.s1 == 0);
    r = stamp_run_fit(one, 1);
    ck_assert(r.first == 7 && r.n0 == 1 && r.n1 == 1 && r.s0 == 0 && r.s1 == 0);
}
END_TEST

/* Rows of unit @p u of which the tile multiplies those from @p from to @p to - 1: their nibble rows. */
static uint32_t nibbles_of(const struct stamp_work *w, uint32_t u, uint32_t from, uint32_t to)
{
    uint32_t sum = 0;

    for (uint32_t r = from; r < to; r++) sum += stamp_work_bits(w, u, r) / 4;
    return sum;
}

static uint32_t rows_of(const struct stamp_work *w, uint32_t u)
{
    const struct stamp_block b = stamp_work_unit(w, u);

    return b.h * b.w;
}

/* Tile @p i; *unit and *done are the unit and its row behind the tile before, and then this one. */
static uint32_t check_tile(const struct stamp_work *w, const struct stamp_tile *t, uint32_t *unit,
                           uint32_t *done)
{
    uint32_t nibbles = 0, rows = 0, left = *done;

    ck_assert(t->first == *unit && t->head == *done && t->count);
    for (uint32_t u = t->first; u < t->first + t->count; u++, left = 0) {
        nibbles += nibbles_of(w, u, left, rows_of(w, u));
        rows += rows_of(w, u);
    }
    *unit = t->first + t->count;
    *done = t->tail;
    if (t->tail) {
        nibbles += nibbles_of(w, *unit, 0, t->tail);
        ck_assert_uint_eq(t->tail + t->rest, rows_of(w, *unit));
    }
    ck_assert(!t->rest == !t->tail);
    ck_assert_uint_eq(rows + t->tail, t->rows);
    ck_assert_uint_le(nibbles, t->groups * w->mach->P);
    return rows;
}

static void check_tiling(const struct stamp_work *w, const struct stamp_tiling *t)
{
    const struct stamp_mach *m = w->mach;
    const uint32_t copies = t->xb_double ? 2 : 1;
    uint32_t unit = 0, done = 0, rows = 0;

    for (uint32_t i = 0; i < t->tiles; i++) {
        rows += check_tile(w, &t->tile[i], &unit, &done);
        ck_assert_uint_le(t->tile[i].rows + t->tile[i].rest, t->table_rows);
        ck_assert_uint_le(t->tile[i].rows, t->rows);
        ck_assert(t->split || !t->tile[i].tail);
    }
    ck_assert_uint_eq(unit, stamp_work_units(w));
    ck_assert_uint_eq(done, 0);
    ck_assert_uint_eq(rows, w->s);
    ck_assert_uint_le(copies * t->groups * t->kl, m->XB_LINES);
    ck_assert_uint_le(copies * t->rows * t->nblk, m->SM_ENTRIES);
    ck_assert_uint_le((t->coded ? 2 : 1) * t->rows, m->SM_ENTRIES); /* as many as RM has */
    ck_assert_uint_le((t->split ? 2 : 1) * t->table_rows, m->SM_ENTRIES);
    ck_assert_uint_le(t->table_rows, m->RT_ENTRIES / 2);
    ck_assert_uint_le(t->groups * m->P, m->RT_ENTRIES / 2);
    ck_assert_uint_le(t->vm_out + t->outs * t->rows * t->panel, t->vm_bias);
    ck_assert_uint_le(t->vm_bias + (w->bias ? 2 * t->panel : 0), t->vm_x);
    ck_assert_uint_le(t->vm_x + t->nx * t->xlines, m->VM_LINES);
    ck_assert_uint_le(t->ng * t->kc * t->wline, m->WB_LINES / 2);
    if (t->chunks > 1 || t->blk) ck_assert_uint_le(t->ng * t->groups * m->P, m->AC_LINES);
    ck_assert_uint_ge(t->nchunks * t->chunk, t->kl);
    ck_assert(!(t->split || t->coded) || (w->codes && t->chunk % t->code_quantum == 0) ||
              t->nchunks == 1);
}

START_TEST(random_layers_are_tiled_within_the_machine)
{
    uint64_t r = 77;
    int tiled = 0, split = 0, coded = 0;

    for (int i = 0; i < 200; i++) {
        struct stamp_scheme scheme = stamp_scheme_default();
        struct stamp_arena *arena = stamp_arena_new();
        struct stamp_plan plan;
        struct stamp_tiling t;
        struct stamp_err e = {0};
        scheme.sink = stamp_test_next(&r) % 2;
        scheme.high_rows = (uint32_t)(stamp_test_next(&r) % 100);
        scheme.depth = (int)(stamp_test_next(&r) % 8);
        struct stamp_work w = {.mach = &stamp_machs[i % 3],
                               .plan = &plan,
                               .transform = stamp_test_next(&r) % 2,
                               .s = 2 + (uint32_t)(stamp_test_next(&r) % 700),
                               .d = 1 + (uint32_t)(stamp_test_next(&r) % 32768),
                               .n = 1 + (uint32_t)(stamp_test_next(&r) % 5000),
                               .block = stamp_test_next(&r) % 3 ? 0 : 64,
                               .in_fmt = stamp_test_next(&r) % 2 ? STAMP_FMT_F32 : STAMP_FMT_BF16,
                               .out_fmt = stamp_test_next(&r) % 2 ? STAMP_FMT_F32 : STAMP_FMT_BF16,
                               .w8 = stamp_test_next(&r) % 2,
                               .bias = stamp_test_next(&r) % 2};
        w.codes = !w.block && i % 2;
        ck_assert_msg(!stamp_plan_build(&scheme, w.s, &plan, &e), "%s", e.text);
        const bool ok = stamp_tile_choose(&w, arena, &t);
        if (ok)
            check_tiling(&w, &t);
        else
            ck_assert(w.transform); /* rows alone always fit */
        tiled += ok;
        split += ok && t.split;
        coded += ok && t.coded;
        stamp_plan_free(&plan);
        stamp_arena_free(arena);
    }
    ck_assert_int_gt(tiled, 120);
    ck_assert_msg(split > 10 && coded > 5, "%d split, %d coded", split, coded);
}
END_TEST

Suite *stamp_suite_tile(void)
{
    Suite *s = suite_create("tile");
    TCase *t = tcase_create("tile");

    tcase_set_timeout(t, 120);
    tcase_add_test(t, runs_cover_any_list_in_order);
    tcase_add_test(t, blocks_of_a_strided_list_are_one_run);
    tcase_add_test(t, random_layers_are_tiled_within_the_machine);
    suite_add_tcase(s, t);
    return s;
}
