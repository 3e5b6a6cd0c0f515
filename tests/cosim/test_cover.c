/* SPDX-License-Identifier: Apache-2.0 */
/* test_cover.c - which points of coverage an instruction reaches, and when they count. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "model/machine/machine.h"
#include "tests/cover/cover.h"

enum { BYTES = 4096, CODE = 0, LINES = 2048 /* of VM on tiny */ };

static uint8_t memory[BYTES];
static struct stamp_machine *m;
static struct cover *c;

static void set_up(void)
{
    m = stamp_machine_new(stamp_mach_find("tiny"));
    c = cover_new(stamp_mach_find("tiny"));
    ck_assert(m && c);
}

static void tear_down(void)
{
    stamp_machine_free(m);
    cover_free(c);
}

/* Runs a program as a lock-step would tell it, and says it ended with @p error. */
static void run(const union stamp_insn *insn, uint32_t n, enum stamp_error error)
{
    struct stamp_retire last;

    for (uint32_t k = 0; k < n; k++) {
        struct stamp_word w;
        ck_assert_ptr_null(stamp_encode(&insn[k], &w));
        for (unsigned b = 0; b < 32; b++) memory[32 * k + b] = (uint8_t)(w.w[b / 4] >> 8 * (b % 4));
    }
    stamp_machine_start(m, (struct stamp_memory){memory, BYTES, 0}, CODE, n, 0, BYTES);
    cover_begin(c);
    do cover_insn(c, m);
    while (stamp_machine_step(m, &last));
    cover_end(c, error, NULL);
}

static bool reached(const char *name)
{
    const struct cover_points *p = cover_points_of(c);

    for (uint32_t k = 0; k < p->count; k++)
        if (!strcmp(p->name[k], name)) return cover_reached(c, (int32_t)k);
    ck_abort_msg("there is no point %s", name);
    return false;
}

static const union stamp_insn halt = {.c = {.op = STAMP_OP_HALT}},
                              fence = {.c = {.op = STAMP_OP_FENCE}};

static union stamp_insn vminmax(uint64_t a, uint64_t n0)
{
    return (union stamp_insn){
        .v = {.op = STAMP_OP_VMINMAX, .first = 1, .a = a, .n0 = n0, .cols = 1, .blk = 2}};
}

START_TEST(edges_of_a_field_are_0_1_odd_and_the_last_that_is_legal)
{
    const uint64_t at[] = {0, 1, 6, 7, LINES - 2};
    static const char *const reaches[] = {"field\tVMINMAX: a 0", "field\tVMINMAX: a 1", NULL,
                                          "field\tVMINMAX: a odd", NULL};

    for (size_t k = 0; k < sizeof at / sizeof at[0]; k++) {
        const union stamp_insn i[] = {vminmax(at[k], 1), halt};
        if (reaches[k]) ck_assert(!reached(reaches[k]));
        run(i, 2, STAMP_ERROR_NONE);
        if (reaches[k]) ck_assert(reached(reaches[k]));
    }
    ck_assert(!reached("field\tVMINMAX: a last"));
    const union stamp_insn last[] = {vminmax(LINES - 1, 1), halt};
    run(last, 2, STAMP_ERROR_NONE);
    ck_assert(reached("field\tVMINMAX: a last"));
    ck_assert(!reached("field\tVMINMAX: blk last"));
    ck_assert(reached("part\tVMINMAX: lines of a row by a block, with a rest"));
}
END_TEST

START_TEST(a_refusal_counts_with_the_error_it_ends_with_and_only_of_the_field_it_is_for)
{
    const union stamp_insn far[] = {vminmax(LINES, 1), halt}, none[] = {vminmax(5, 0), halt};

    run(far, 2, STAMP_ERROR_WATCHDOG);
    ck_assert(!reached("refused\tVMINMAX: a one beyond, refused"));
    run(far, 2, STAMP_ERROR_RANGE);
    ck_assert(reached("refused\tVMINMAX: a one beyond, refused"));
    ck_assert(!reached("refused\tVMINMAX: sm one beyond, refused"));
    run(none, 2, STAMP_ERROR_RANGE);
    ck_assert(reached("field\tVMINMAX: n0 0"));
    ck_assert(!reached("field\tVMINMAX: a odd"));
}
END_TEST

START_TEST(the_last_instruction_counts_only_where_it_ended_well)
{
    const union stamp_insn i[] = {vminmax(7, 1), halt};

    run(i, 1, STAMP_ERROR_AXI_FETCH); /* behind it there is nothing: it was executed */
    ck_assert(reached("field\tVMINMAX: a odd"));
    ck_assert(!reached("field\tHALT: imm 0"));
    run(i, 2, STAMP_ERROR_NONE);
    ck_assert(reached("field\tHALT: imm 0"));
}
END_TEST

START_TEST(a_run_that_is_not_closed_counts_nothing)
{
    const union stamp_insn i[] = {vminmax(7, 1), halt};
    struct stamp_retire last;

    run(&halt, 1, STAMP_ERROR_NONE);
    for (unsigned k = 0; k < 2; k++) {
        struct stamp_word w;
        ck_assert_ptr_null(stamp_encode(&i[k], &w));
        for (unsigned b = 0; b < 32; b++) memory[32 * k + b] = (uint8_t)(w.w[b / 4] >> 8 * (b % 4));
    }
    stamp_machine_start(m, (struct stamp_memory){memory, BYTES, 0}, CODE, 2, 0, BYTES);
    cover_begin(c);
    do cover_insn(c, m);
    while (stamp_machine_step(m, &last));
    cover_begin(c);
    cover_end(c, STAMP_ERROR_NONE, NULL);
    ck_assert(!reached("field\tVMINMAX: a odd"));
}
END_TEST

START_TEST(neighbours_are_of_one_unit_with_no_fence_between)
{
    const union stamp_insn apart[] = {vminmax(7, 1), fence, vminmax(7, 1), halt},
                           beside[] = {
                               vminmax(7, 1), {.c = {.op = STAMP_OP_NOP}}, vminmax(7, 1), halt};

    run(apart, 4, STAMP_ERROR_NONE);
    ck_assert(!reached("pair\tVXU: VMINMAX, VMINMAX"));
    ck_assert(reached("pair\tCTL: FENCE, HALT"));
    run(beside, 4, STAMP_ERROR_NONE);
    ck_assert(reached("pair\tVXU: VMINMAX, VMINMAX"));
}
END_TEST

START_TEST(a_file_that_cannot_be_written_is_said)
{
    struct stamp_err e;

    ck_assert_int_eq(cover_write(c, "/nowhere/at/all", &e), STAMP_EIO);
}
END_TEST

Suite *stamp_suite_cover(void)
{
    Suite *s = suite_create("cover");
    TCase *t = tcase_create("cover");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, edges_of_a_field_are_0_1_odd_and_the_last_that_is_legal);
    tcase_add_test(t, a_refusal_counts_with_the_error_it_ends_with_and_only_of_the_field_it_is_for);
    tcase_add_test(t, the_last_instruction_counts_only_where_it_ended_well);
    tcase_add_test(t, a_run_that_is_not_closed_counts_nothing);
    tcase_add_test(t, neighbours_are_of_one_unit_with_no_fence_between);
    tcase_add_test(t, a_file_that_cannot_be_written_is_said);
    suite_add_tcase(s, t);
    return s;
}
