/* SPDX-License-Identifier: Apache-2.0 */
/* test_work.c - work.def against what the machine counts while it runs: drawn programs, three machines. */
#include <check.h>

#include "model/energy/work.h"
#include "model/mem.h"
#include "sim/run/device.h"
#include "tests/cosim/gen.h"

Suite *stamp_suite_work(void);

enum { PROGRAMS = 120 };

/* Sum of the works of @p names, 0 at the end. */
#define SUM(work, ...) sum_of(work, (const enum stamp_work[]){__VA_ARGS__, STAMP_WORKS})

static uint64_t sum_of(const uint64_t work[STAMP_WORKS], const enum stamp_work *which)
{
    uint64_t sum = 0;

    for (; *which < STAMP_WORKS; which++) sum += work[*which];
    return sum;
}

static void check_counts(const struct stamp_mach *m, const uint64_t w[STAMP_WORKS],
                         const uint64_t event[STAMP_EVENTS])
{
    const uint64_t fn = SUM(w, STAMP_WORK_EXP, STAMP_WORK_SIGMOID, STAMP_WORK_SILU, STAMP_WORK_GELU,
                            STAMP_WORK_RECIP, STAMP_WORK_RSQRT);
    const uint64_t vector = SUM(
        w, STAMP_WORK_BUTTERFLY, STAMP_WORK_ROTATION, STAMP_WORK_RANGE, STAMP_WORK_CODE,
        STAMP_WORK_CODE_VM, STAMP_WORK_DECODE, STAMP_WORK_PACK_K, STAMP_WORK_PACK_V,
        STAMP_WORK_SM_READ, STAMP_WORK_SM_WRITE, STAMP_WORK_ADD, STAMP_WORK_MUL, STAMP_WORK_MAX,
        STAMP_WORK_MAC, STAMP_WORK_ROPE, STAMP_WORK_SUM, STAMP_WORK_SQUARES, STAMP_WORK_LARGEST);
    const uint64_t loaded =
        4 * w[STAMP_WORK_LOAD_F32] + 2 * w[STAMP_WORK_LOAD_BF16] + w[STAMP_WORK_LOAD_RAW];
    const uint64_t stored =
        4 * w[STAMP_WORK_STORE_F32] + 2 * w[STAMP_WORK_STORE_BF16] + w[STAMP_WORK_STORE_RAW];

    ck_assert_uint_eq(vector + fn, m->L * event[STAMP_EV_VX_LINES]);
    ck_assert_uint_eq(fn, m->L * event[STAMP_EV_FN_LINES]);
    ck_assert_uint_eq(w[STAMP_WORK_PRODUCTS], event[STAMP_EV_MAC_ISSUED]);
    ck_assert_uint_eq(2 * w[STAMP_WORK_SCALE] + w[STAMP_WORK_RECIP] + 2 * w[STAMP_WORK_RSQRT],
                      event[STAMP_EV_DIVIDES]);
    ck_assert_uint_ge(w[STAMP_WORK_BLOCKS], event[STAMP_EV_DRAIN_LINES]);
    ck_assert_uint_le(loaded, event[STAMP_EV_LOAD_BYTES]); /* rows end in whole beats */
    ck_assert_uint_le(event[STAMP_EV_LOAD_BYTES], loaded + w[STAMP_WORK_LOAD_ROWS] * m->AXI_BYTES);
    ck_assert_uint_le(stored, event[STAMP_EV_STORE_BYTES]);
    ck_assert_uint_le(event[STAMP_EV_STORE_BYTES],
                      stored + w[STAMP_WORK_STORE_ROWS] * m->AXI_BYTES);
}

/* False: the machine stopped on an error of its own, as drawn programs may. */
static bool check_program(const struct stamp_mach *m, uint64_t seed, uint64_t all[STAMP_WORKS])
{
    static struct gen_program p;
    struct stamp_run_options o = stamp_run_options_default();
    struct stamp_run_result r = {0};
    struct stamp_image *im = NULL;
    struct stamp_run *run = NULL;
    struct stamp_err e = {0};
    uint64_t work[STAMP_WORKS] = {0};

    gen_make(m, seed, UINT64_MAX, &p);
    ck_assert_msg(!gen_image(&p, &im, &e), "%s", e.text);
    ck_assert_msg(!stamp_run_new(im, &run, &e), "%s", e.text);
    o.on = &stamp_on_model;
    o.dram_base = p.dram_base;
    const enum stamp_status s = stamp_run_go(run, &o, &r, &e);
    ck_assert_msg(!s || s == STAMP_EMACHINE, "%s", e.text);
    if (!s) {
        const struct stamp_entry *entry = stamp_image_entry(im, NULL);
        uint64_t *times = stamp_alloc(entry->count, sizeof *times);

        ck_assert_ptr_nonnull(times);
        ck_assert_msg(!stamp_work_times(im, entry, NULL, times, &e), "%s", e.text);
        stamp_work_add(im, entry, 0, entry->count, times, work);
        check_counts(m, work, r.event);
        stamp_free(times);
        for (size_t i = 0; i < STAMP_WORKS; i++) all[i] += work[i];
    }
    stamp_run_free(run);
    stamp_image_free(im);
    return !s;
}

START_TEST(work_is_what_the_machine_counts)
{
    static const char *const names[] = {"tiny", "base", "wide"};
    const struct stamp_mach *m = stamp_mach_find(names[_i]);
    uint64_t all[STAMP_WORKS] = {0};
    uint32_t over = 0;

    for (uint64_t seed = 1; seed <= PROGRAMS; seed++) over += check_program(m, seed, all);
    ck_assert_uint_ge(over, PROGRAMS / 2);
    for (size_t i = 0; i < STAMP_WORKS; i++)
        ck_assert_msg(all[i], "no program did %s", stamp_work_info((enum stamp_work)i)->name);
}
END_TEST

Suite *stamp_suite_work(void)
{
    Suite *s = suite_create("work");
    TCase *t = tcase_create("work");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, work_is_what_the_machine_counts, 0, 3);
    suite_add_tcase(s, t);
    return s;
}
