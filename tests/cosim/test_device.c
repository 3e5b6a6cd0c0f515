/* SPDX-License-Identifier: Apache-2.0 */
/* test_device.c - the table of devices, with one row more than the kit has (count_device.c). */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "compiler/asm/asm.h"
#include "sim/run/device.h"

Suite *stamp_suite_device(void);

/* A loop of three, four instructions in it; what it stores would be seen. */
static const char program[] =
    ".machine tiny\n.memory 4096\n.code_at 0x800\n"
    ".buffer y role=OUTPUT fmt=F32 addr=0 bytes=64 rows=1 cols=16 row_bytes=64\n"
    ".buffer x role=INPUT fmt=F32 addr=64 bytes=64 rows=1 cols=16 row_bytes=64\n.code main\n"
    "LOOP imm=3\nLOAD dram=64 lines=2 n0=1 n1=1\nFENCE\nSTORE lines=2 n0=1 n1=1\nENDL\nHALT\n";

static struct stamp_image *image(void)
{
    struct stamp_image *m = NULL;
    struct stamp_err e = {0};

    ck_assert_msg(!stamp_asm(program, sizeof program - 1, false, &m, &e), "%s", e.text);
    return m;
}

static float go(const struct stamp_image *m, const struct stamp_device *on, uint64_t *instructions)
{
    struct stamp_run_options o = stamp_run_options_default();
    struct stamp_run_result r;
    struct stamp_run *run = NULL;
    struct stamp_err e = {0};
    float x[16] = {7}, y[16] = {0};

    o.on = on;
    ck_assert(!stamp_run_new(m, &run, &e) && !stamp_run_put(run, "x", x, 1, 16, &e));
    ck_assert_msg(!stamp_run_go(run, &o, &r, &e), "%s", e.text);
    ck_assert(!stamp_run_get(run, "y", y, 1, 16, &e));
    stamp_run_free(run);
    *instructions = r.instructions;
    return y[0];
}

START_TEST(a_device_from_outside_runs_what_the_others_run)
{
    const struct stamp_device *count = stamp_device_find("count", STAMP_CAN_PROGRAMS);
    struct stamp_image *m = image();
    uint64_t counted = 0, executed = 0;

    ck_assert_ptr_nonnull(count);
    ck_assert_float_eq(go(m, &stamp_on_model, &executed), 7);
    ck_assert_float_eq(go(m, count, &counted), 0);
    ck_assert_uint_eq(counted, 1 + 3 * 4 + 1);
    ck_assert_uint_eq(counted, executed);
    stamp_image_free(m);
}
END_TEST

START_TEST(a_device_is_found_by_name_and_by_what_it_can)
{
    ck_assert_ptr_eq(stamp_device_find("rtl", STAMP_CAN_TIMED | STAMP_CAN_PINS), &stamp_on_rtl);
    ck_assert_ptr_null(stamp_device_find("rtl", STAMP_CAN_CHECKED));
    ck_assert_ptr_null(stamp_device_find("count", STAMP_CAN_TIMED));
    ck_assert_ptr_null(stamp_device_find("", 0));
    ck_assert_ptr_eq(stamp_device_find("f32", 0), &stamp_on_f32);
}
END_TEST

START_TEST(the_table_takes_a_name_once_and_ends)
{
    static struct stamp_device more[32];
    static char name[32][8];
    size_t n = 0, had = 0;

    while (stamp_device_at(had)) had++;
    ck_assert(!stamp_device_add(&stamp_on_rtl));
    for (; n < 32; n++) {
        snprintf(name[n], sizeof name[n], "more%zu", n);
        more[n] = (struct stamp_device){.name = name[n], .what = "none"};
        if (!stamp_device_add(&more[n])) break;
    }
    ck_assert_uint_lt(n, 32);
    ck_assert_ptr_eq(stamp_device_at(had + n - 1), &more[n - 1]);
    ck_assert_ptr_null(stamp_device_at(had + n));
}
END_TEST

START_TEST(what_runs_no_programs_says_so)
{
    struct stamp_run_options o = stamp_run_options_default();
    struct stamp_image *m = image();
    struct stamp_run_result r;
    struct stamp_run *run = NULL;
    struct stamp_err e = {0};

    o.on = &stamp_on_f32;
    ck_assert(!stamp_run_new(m, &run, &e));
    ck_assert_int_eq(stamp_run_go(run, &o, &r, &e), STAMP_EUNSUPPORTED);
    ck_assert_str_eq(e.text, "the network in f32 runs no programs");
    stamp_run_free(run);
    stamp_image_free(m);
}
END_TEST

Suite *stamp_suite_device(void)
{
    Suite *s = suite_create("device");
    TCase *t = tcase_create("device");

    tcase_add_test(t, a_device_from_outside_runs_what_the_others_run);
    tcase_add_test(t, a_device_is_found_by_name_and_by_what_it_can);
    tcase_add_test(t, the_table_takes_a_name_once_and_ends);
    tcase_add_test(t, what_runs_no_programs_says_so);
    suite_add_tcase(s, t);
    return s;
}
