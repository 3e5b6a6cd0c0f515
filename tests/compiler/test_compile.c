/* SPDX-License-Identifier: Apache-2.0 */
/* test_compile.c - a compiled program gives the values of numerics, on every machine. */
#include <check.h>
#include <string.h>

#include "model/dispatch/walk.h"
#include "model/mem.h"
#include "model/num/f32.h"
#include "model/spec/mach.h"
#include "tests/compiler/test_compile_util.h"

Suite *stamp_suite_compile(void);

static const char *const machs[] = {
#define CONFIG(name, p, l, t, vm, xb, wb, cm, sm, rt, ac, it, pb, f, q, axi, queue, im, intent)    \
#name,
#include "model/spec/mach.def"
};
enum { MACHS = STAMP_MACHS };

START_TEST(every_transform_runs_on_every_machine)
{
    size_t checked = 0;

    for (int m = 0; m < MACHS; m++)
        for (int t = STAMP_NONE; t <= STAMP_DCT; t++)
            for (int sink = 0; sink < 2; sink++) {
                struct stamp_case c = stamp_case_of(machs[m], 97, 40, 21, (enum stamp_transform)t);
                c.scheme[0].high_rows = 12;
                c.scheme[0].sink = sink;
                c.scheme[0].grid_h = sink ? 8 : 1;
                c.scheme[0].grid_w = sink ? 12 : 97;
                c.bias = true;
                checked += stamp_case_run(&c);
            }
    ck_assert_uint_eq(checked, MACHS * 10 * 97 * 21);
}
END_TEST

START_TEST(sizes_of_one_primes_and_whole_lines)
{
    static const size_t sizes[][3] = {{1, 1, 1},    {1, 64, 1},    {2, 1, 65},   {7, 13, 17},
                                      {64, 64, 64}, {101, 257, 3}, {3, 509, 67}, {128, 16, 31}};
    size_t checked = 0;

    for (int m = 0; m < MACHS; m++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            struct stamp_case c =
                stamp_case_of(machs[m], sizes[i][0], sizes[i][1], sizes[i][2], STAMP_HAAR);
            c.scheme[0].high_rows = 5;
            checked += stamp_case_run(&c) > 0;
        }
    ck_assert_uint_eq(checked, MACHS * 8);
}
END_TEST

START_TEST(layers_larger_than_every_buffer)
{
    static const struct {
        const char *mach;
        size_t s, d, n;
        bool w8;
        uint32_t block;
    } big[] = {
        {"tiny", 40, 6000, 20, false, 0}, {"tiny", 40, 6000, 9, true, 64},
        {"tiny", 24, 32768, 3, false, 0}, {"tiny", 5, 32768, 2, true, 64},
        {"base", 20, 20000, 33, true, 0}, {"base", 9, 32768, 5, false, 64},
        {"wide", 70, 9000, 70, false, 0}, {"tiny", 9, 70, 3000, false, 0},
    };

    for (size_t i = 0; i < sizeof big / sizeof big[0]; i++) {
        struct stamp_case c = stamp_case_of(big[i].mach, big[i].s, big[i].d, big[i].n, STAMP_HAAR);
        c.scheme[0].high_rows = 3;
        c.scheme[0].depth = 2;
        c.scheme[0].weight_bits = big[i].w8 ? 8 : 4;
        c.scheme[0].block = big[i].block;
        ck_assert_uint_gt(stamp_case_run(&c), 0);
    }
}
END_TEST

START_TEST(long_sequences_transform_through_memory)
{
    static const struct {
        const char *mach;
        size_t s;
        enum stamp_transform t;
        int depth;
    } deep[] = {
        {"tiny", 1100, STAMP_WHT, STAMP_DEPTH_AUTO},
        {"base", 2500, STAMP_HAAR, 12},
        {"tiny", 1300, STAMP_HAAR, 11},
        {"wide", 600, STAMP_DCT, STAMP_DEPTH_AUTO},
        {"tiny", 2048, STAMP_WHT, 11},
    };

    for (size_t i = 0; i < sizeof deep / sizeof deep[0]; i++) {
        struct stamp_case c = stamp_case_of(deep[i].mach, deep[i].s, 19, 11, deep[i].t);
        c.scheme[0].depth = deep[i].depth;
        c.scheme[0].sink = i % 2;
        c.bias = true;
        float *x = NULL, *want = NULL;
        struct stamp_image *m = stamp_case_compile(&c, NULL, &x, &want);
        int through = 0; /* rows transformed into a buffer, and back from one */
        for (uint32_t b = 0; b < m->buffers; b++) {
            const size_t n = strlen(m->buffer[b].name);
            through += n > 2 && (!strcmp(m->buffer[b].name + n - 2, ".t") ||
                                 !strcmp(m->buffer[b].name + n - 2, ".z"));
        }
        ck_assert_int_eq(through, 2);
        stamp_case_check(&c, m, x, want);
        stamp_image_free(m);
        stamp_free(x);
        stamp_free(want);
    }
}
END_TEST

/* Tokens, widths, scheme, machine and tiles from a seed. */
static struct stamp_case random_case(uint64_t seed)
{
    uint64_t r = seed;
    const size_t s = 1 + stamp_test_next(&r) % 150, d = 1 + stamp_test_next(&r) % 300,
                 n = 1 + stamp_test_next(&r) % 150;
    struct stamp_case c = stamp_case_of(machs[stamp_test_next(&r) % MACHS], s, d, n, STAMP_NONE);

    c.seed = seed;
    c.layers = 1 + stamp_test_next(&r) % 3;
    c.bias = stamp_test_next(&r) % 2;
    c.in_fmt = stamp_test_next(&r) % 3 ? STAMP_FMT_F32 : STAMP_FMT_BF16;
    c.out_fmt = stamp_test_next(&r) % 3 ? STAMP_FMT_F32 : STAMP_FMT_BF16;
    for (size_t i = 0; i < c.layers; i++) {
        struct stamp_scheme *q = &c.scheme[i];
        if (i) c.width[i + 1] = 1 + stamp_test_next(&r) % 90;
        q->transform = (enum stamp_transform)(stamp_test_next(&r) % 5);
        q->sink = stamp_test_next(&r) % 2 && s > 1;
        q->grid_w = 1;
        q->grid_h = (uint32_t)(s - q->sink);
        for (uint32_t w = 2; w * w <= q->grid_h; w++)
            if (q->grid_h % w == 0) q->grid_w = w;
        q->grid_h /= q->grid_w;
        q->depth = stamp_test_next(&r) % 2 ? STAMP_DEPTH_AUTO : (int)(stamp_test_next(&r) % 6);
        q->high_rows = (uint32_t)(stamp_test_next(&r) % (s + 3));
        q->act_bits = stamp_test_next(&r) % 4 ? 4 : 8;
        q->weight_bits = stamp_test_next(&r) % 3 ? 4 : 8;
        q->block = stamp_test_next(&r) % 3 ? 0 : 64;
        q->symmetric = stamp_test_next(&r) % 3 == 0;
    }
    c.options.unfused = stamp_test_next(&r) % 5 == 0;
    if (stamp_test_next(&r) % 2) {
        c.options.max_groups = (uint32_t)(stamp_test_next(&r) % 6);
        c.options.max_panel = (uint32_t)(stamp_test_next(&r) % 5);
        c.options.max_kc = (uint32_t)(stamp_test_next(&r) % 9);
        c.options.max_xlines = stamp_test_next(&r) % 2 ? 0 : 600;
        c.options.max_rows = (uint32_t)(stamp_test_next(&r) % 2 * 40);
    }
    return c;
}

START_TEST(random_layers_chains_and_tiles)
{
    const struct stamp_case c = random_case((uint64_t)_i + 1000);

    ck_assert_uint_gt(stamp_case_run(&c), 0);
}
END_TEST

START_TEST(a_tile_size_changes_no_bit_of_the_output)
{
    static const struct stamp_compile_options other[] = {
        {.max_groups = 1}, {.max_groups = 3}, {.max_panel = 1},   {.max_kc = 4},
        {.max_kc = 1},     {.unfused = true}, {.max_xlines = 64}, {.unfused = true, .max_rows = 4},
        {.no_roll = true},
    };
    struct stamp_case c = stamp_case_of("tiny", 77, 130, 50, STAMP_HAAR);

    c.scheme[0].high_rows = 12;
    c.bias = true;
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        c.options = other[i];
        ck_assert_uint_eq(stamp_case_run(&c), 77 * 50);
    }
}
END_TEST

/* Only 8-bit weights use the row sum, and a machine may clear it with the range: so look. */
START_TEST(row_sums_start_anew_when_rows_come_in_chunks)
{
    struct stamp_case c = stamp_case_of("tiny", 64, 300, 12, STAMP_HAAR);
    struct stamp_walk walk;
    struct stamp_issue step;
    struct stamp_err e = {0};
    float *x, *want;
    int rows = 0, starts = 0, all = 0;

    c.scheme[0].weight_bits = 8;
    c.scheme[0].high_rows = 8;
    c.options.max_xlines = 256;
    c.options.max_groups = 5;
    struct stamp_image *m = stamp_case_compile(&c, NULL, &x, &want);
    stamp_case_check(&c, m, x, want);
    stamp_walk_start(&walk, m->code, m->code_count, NULL, 1 << 20);
    while (!walk.ctl.done) {
        ck_assert(!stamp_walk_next(&walk, &step, &e));
        rows += step.op->code == STAMP_OP_VQPAR;
        all += step.op->code == STAMP_OP_VQUANT;
        starts += step.op->code == STAMP_OP_VQUANT && step.insn.v.first;
    }
    ck_assert_int_eq(rows, 8);
    ck_assert_int_eq(starts, 8);
    ck_assert_int_eq(all, 40);
    stamp_image_free(m);
    stamp_free(x);
    stamp_free(want);
}
END_TEST

START_TEST(one_output_buffer_is_stored_before_it_is_written_again)
{
    struct stamp_case c = stamp_case_of("tiny", 256, 8, 100, STAMP_WHT);

    c.scheme[0].depth = 8; /* one block of 256 rows: two buffers of it do not fit VM */
    c.scheme[0].high_rows = 0;
    c.out_fmt = STAMP_FMT_BF16;
    ck_assert_uint_eq(stamp_case_run(&c), 256 * 100);
}
END_TEST

/* What the compiler says about a layer it refuses. */
static enum stamp_status refuse(const struct stamp_compile_layer *layers, size_t count,
                                struct stamp_err *e)
{
    const struct stamp_compile_options o = {
        .mach = stamp_mach_find("tiny"), .in_fmt = STAMP_FMT_F32, .out_fmt = STAMP_FMT_F32};
    struct stamp_image *image = NULL;
    const enum stamp_status st = stamp_compile(layers, count, &o, &image, NULL, e);

    ck_assert_ptr_null(image);
    ck_assert_int_eq(st, e->status);
    ck_assert_ptr_null(strchr(e->text, '\n'));
    return st;
}

START_TEST(layers_the_machine_cannot_do_are_refused)
{
    float w[12] = {0};
    struct stamp_compile_layer l = {"a b\n", stamp_scheme_default(), 4, 3, 4, w, NULL}, two[2];
    struct stamp_err e;

    l.s = 0;
    ck_assert_int_eq(refuse(&l, 1, &e), STAMP_ERANGE);
    l.s = 4;
    l.d = 32769;
    ck_assert_int_eq(refuse(&l, 1, &e), STAMP_ERANGE);
    ck_assert_ptr_nonnull(strstr(e.text, "32768"));
    l.d = 3;
    l.scheme.act_bits = 32;
    ck_assert_int_eq(refuse(&l, 1, &e), STAMP_EUNSUPPORTED);
    l.scheme = stamp_scheme_default();
    l.scheme.weight_bits = 32;
    ck_assert_int_eq(refuse(&l, 1, &e), STAMP_EUNSUPPORTED);
    l.scheme = stamp_scheme_default();
    w[5] = stamp_f32_from_bits(0x7f800000);
    ck_assert_int_eq(refuse(&l, 1, &e), STAMP_ERANGE);
    w[5] = 0;
    l.bias = w;
    w[3] = stamp_f32_from_bits(0x7fc00000);
    ck_assert_int_eq(refuse(&l, 1, &e), STAMP_ERANGE);
    w[3] = 0;
    l.bias = NULL;
    two[0] = two[1] = l; /* gives 4 columns, takes 3 */
    ck_assert_int_eq(refuse(two, 2, &e), STAMP_ERANGE);
    ck_assert_int_eq(refuse(&l, 0, &e), STAMP_ERANGE);
}
END_TEST

START_TEST(every_failed_allocation_is_reported)
{
    float w[30 * 20];
    uint64_t state = 3;
    struct stamp_compile_layer l = {"l", stamp_scheme_default(), 40, 30, 20, w, NULL};
    const struct stamp_compile_options o = {
        .mach = stamp_mach_find("tiny"), .in_fmt = STAMP_FMT_F32, .out_fmt = STAMP_FMT_F32};
    size_t n = 0;

    for (int i = 0; i < 600; i++) w[i] = stamp_test_float(&state);
    l.scheme.high_rows = 7;
    for (;; n++) {
        struct stamp_image *image = NULL;
        struct stamp_err e = {0};
        stamp_mem_fail_at(n + 1);
        const enum stamp_status st = stamp_compile(&l, 1, &o, &image, NULL, &e);
        stamp_mem_fail_at(0);
        stamp_image_free(image);
        if (!st) break;
        ck_assert_int_eq(st, STAMP_ENOMEM);
        ck_assert_ptr_null(image);
    }
    ck_assert_uint_gt(n, 8);
}
END_TEST

/* Layer s x d x n on base with 64 rows of 8 bits; estimate and traffic. */
static struct stamp_compile_info plan_of(size_t d, size_t n, enum stamp_transform t, uint32_t high)
{
    struct stamp_compile_layer l = {"l", stamp_scheme_default(), 512, d, n, NULL, NULL};
    const struct stamp_compile_options o = {
        .mach = stamp_mach_find("base"), .in_fmt = STAMP_FMT_F32, .out_fmt = STAMP_FMT_F32};
    struct stamp_compile_info info;
    struct stamp_image *image = NULL;
    struct stamp_err e = {0};
    float *w = stamp_alloc(n * d, sizeof *w);

    l.w = w;
    l.scheme.transform = t;
    l.scheme.sink = false;
    l.scheme.high_rows = high;
    ck_assert_msg(stamp_compile(&l, 1, &o, &image, &info, &e) == STAMP_OK, "%s", e.text);
    ck_assert_uint_gt(info.cycles * 1024, stamp_image_products(image));
    stamp_image_free(image);
    stamp_free(w);
    return info;
}

START_TEST(estimates_meet_the_targets_on_base)
{
    static const struct {
        size_t k;
        double none, haar, extra;
    } want[] = {{4096, 0.98, 0.95, 1.01}, {1024, 0.95, 0.92, 1.02}};

    for (int i = 0; i < 2; i++) {
        const size_t k = want[i].k;
        const struct stamp_compile_info uniform = plan_of(k, k, STAMP_NONE, 0);
        const struct stamp_compile_info none = plan_of(k, k, STAMP_NONE, 64);
        const struct stamp_compile_info haar = plan_of(k, k, STAMP_HAAR, 64);
        const double needed = (double)k * (double)k / 1024;
        ck_assert_double_ge(512 * needed / (double)uniform.cycles, want[i].none);
        ck_assert_double_ge(576 * needed / (double)none.cycles, want[i].none);
        ck_assert_double_ge(576 * needed / (double)haar.cycles, want[i].haar);
        ck_assert_double_le((double)haar.cycles / (double)none.cycles, want[i].extra);
        ck_assert_uint_lt(100 * haar.fetch_bytes, haar.load_bytes + haar.store_bytes);
    }
}
END_TEST

Suite *stamp_suite_compile(void)
{
    Suite *s = suite_create("compile");
    TCase *t = tcase_create("values"), *u = tcase_create("random"), *v = tcase_create("limits");

    tcase_set_timeout(t, 300);
    tcase_add_test(t, every_transform_runs_on_every_machine);
    tcase_add_test(t, sizes_of_one_primes_and_whole_lines);
    tcase_add_test(t, layers_larger_than_every_buffer);
    tcase_add_test(t, long_sequences_transform_through_memory);
    tcase_add_test(t, a_tile_size_changes_no_bit_of_the_output);
    tcase_add_test(t, row_sums_start_anew_when_rows_come_in_chunks);
    tcase_add_test(t, one_output_buffer_is_stored_before_it_is_written_again);
    suite_add_tcase(s, t);
    tcase_set_timeout(u, 60);
    tcase_add_loop_test(u, random_layers_chains_and_tiles, 0, 150);
    suite_add_tcase(s, u);
    tcase_set_timeout(v, 120);
    tcase_add_test(v, layers_the_machine_cannot_do_are_refused);
    tcase_add_test(v, every_failed_allocation_is_reported);
    tcase_add_test(v, estimates_meet_the_targets_on_base);
    suite_add_tcase(s, v);
    return s;
}
