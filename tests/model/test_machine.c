/* SPDX-License-Identifier: Apache-2.0 */
/* test_machine.c - the C machine: control flow, semaphores, errors, small programs by hand. */
#include <check.h>
#include <string.h>

#include "model/machine/machine.h"

Suite *stamp_suite_machine(void);

enum { CODE = 8192, MEMORY = 16384 };

static uint8_t memory[MEMORY];
static struct stamp_machine *m;
static uint32_t words;

static void setup(void)
{
    m = stamp_machine_new(stamp_mach_find("tiny"));
    ck_assert_ptr_nonnull(m);
    memset(memory, 0, sizeof memory);
    words = 0;
}

static void teardown(void)
{
    stamp_machine_free(m);
}

static void put(union stamp_insn i)
{
    struct stamp_word w;
    ck_assert_ptr_null(stamp_encode(&i, &w));
    memcpy(memory + CODE + 32 * words++, &w, sizeof w);
}

static void ctl(enum stamp_opcode op, uint64_t areg, uint64_t imm)
{
    put((union stamp_insn){.c = {.op = op, .areg = areg, .imm = imm}});
}

static void load(uint64_t fmt, uint64_t dram, uint64_t line, uint64_t lines)
{
    put((union stamp_insn){.d = {.op = STAMP_OP_LOAD,
                                 .fmt = fmt,
                                 .dram = dram,
                                 .line = line,
                                 .lines = lines,
                                 .n0 = 1,
                                 .n1 = 1}});
}

static void store(uint64_t dram, uint64_t line, uint64_t lines, uint64_t areg)
{
    put((union stamp_insn){.d = {.op = STAMP_OP_STORE,
                                 .fmt = STAMP_FMT_F32,
                                 .areg = areg,
                                 .dram = dram,
                                 .line = line,
                                 .lines = lines,
                                 .n0 = 1,
                                 .n1 = 1}});
}

/* Run to the stop; the error. */
static enum stamp_error run(void)
{
    struct stamp_retire r;
    stamp_machine_start(m, (struct stamp_memory){memory, MEMORY, 0}, CODE, words, 0, CODE);
    while (stamp_machine_step(m, &r)) ck_assert_uint_lt(m->ctl.seq, 10000);
    return m->error;
}

static void put_f32(uint64_t at, float x)
{
    memcpy(memory + at, &x, sizeof x);
}

static float get_f32(uint64_t at)
{
    float x;
    memcpy(&x, memory + at, sizeof x);
    return x;
}

START_TEST(a_mean_butterfly_goes_from_memory_to_memory)
{
    for (int i = 0; i < 8; i++)
        put_f32(4 * (uint64_t)i, (float)(i + 1)), put_f32(32 + 4 * (uint64_t)i, 3);
    load(STAMP_FMT_F32, 0, 10, 2);
    put((union stamp_insn){.b = {.op = STAMP_OP_VBFLY,
                                 .kind = STAMP_KIND_MEAN,
                                 .a = 10,
                                 .boff = 1,
                                 .cols = 1,
                                 .n0 = 1,
                                 .n1 = 1}});
    store(4096, 10, 2, 0);
    ctl(STAMP_OP_HALT, 0, 0);
    ck_assert_int_eq(run(), STAMP_ERROR_NONE);
    for (int i = 0; i < 8; i++) {
        ck_assert_float_eq(get_f32(4096 + 4 * (uint64_t)i), (float)(i + 4) / 2);
        ck_assert_float_eq(get_f32(4128 + 4 * (uint64_t)i), (float)(i - 2) / 2);
    }
}
END_TEST

/* 4 tokens, 8 features, asymmetric 4 bits: row 1..8 has range 8, step 8/15 up to 137/256, zero 0. */
START_TEST(codes_are_those_of_the_rule)
{
    const int want[8] = {2, 4, 6, 7, 9, 11, 13, 15}; /* round(x * 256 / 137), by hand */

    for (int i = 0; i < 8; i++) put_f32(4 * (uint64_t)i, (float)(i + 1));
    memory[64] = 2; /* row table: token 0 is nibble row 2, 4 bits */
    load(STAMP_FMT_F32, 0, 0, 1);
    put((union stamp_insn){.d = {.op = STAMP_OP_LOAD,
                                 .space = STAMP_SPACE_RT,
                                 .dram = 64,
                                 .lines = 1,
                                 .n0 = 1,
                                 .n1 = 1}});
    put((union stamp_insn){.v = {.op = STAMP_OP_VMINMAX, .first = 1, .n0 = 1, .cols = 1}});
    put((union stamp_insn){.v = {.op = STAMP_OP_VQPAR, .n0 = 1, .cols = 1}});
    put((union stamp_insn){.v = {.op = STAMP_OP_VQUANT, .first = 1, .n0 = 1, .cols = 1, .xb = 5}});
    ctl(STAMP_OP_HALT, 0, 0);
    ck_assert_int_eq(run(), STAMP_ERROR_NONE);
    int sum = 0;
    for (int l = 0; l < 8; l++) {
        ck_assert_int_eq(m->xb[(5 * 4 + 2) * 8 + l], want[l] - 8);
        sum += want[l] - 8;
    }
    ck_assert_int_eq(m->rm[0].rowsum, sum);
    ck_assert_int_eq(m->rm[0].corr, 8);
}
END_TEST

START_TEST(loops_nest_and_registers_move_addresses)
{
    put_f32(0, 1);
    load(STAMP_FMT_F32, 0, 0, 1);
    ctl(STAMP_OP_SETR, 3, 1024);
    ctl(STAMP_OP_LOOP, 0, 3);
    ctl(STAMP_OP_LOOP, 0, 2);
    store(0, 0, 1, 3);
    ctl(STAMP_OP_ADDR, 3, 64);
    ctl(STAMP_OP_ENDL, 0, 0);
    ctl(STAMP_OP_ENDL, 0, 0);
    ctl(STAMP_OP_HALT, 0, 0);
    ck_assert_int_eq(run(), STAMP_ERROR_NONE);
    for (uint64_t k = 0; k < 6; k++) ck_assert_float_eq(get_f32(1024 + 64 * k), 1);
    ck_assert_float_eq(get_f32(1024 + 64 * 6), 0);
    ck_assert_uint_eq(m->event[STAMP_EV_INSNS], 3 + 3 * (1 + 2 * 3 + 1) + 1);
}
END_TEST

START_TEST(a_wait_without_post_is_a_watchdog_error_that_names_the_instruction)
{
    put((union stamp_insn){
        .d = {
            .op = STAMP_OP_LOAD, .fmt = STAMP_FMT_F32, .wait1 = 7, .lines = 1, .n0 = 1, .n1 = 1}});
    ck_assert_int_eq(run(), STAMP_ERROR_WATCHDOG);
    ck_assert_uint_eq(m->error_pc, 0);
}
END_TEST

START_TEST(one_number_named_twice_takes_two)
{
    for (int k = 0; k < 2; k++)
        put((union stamp_insn){.d = {.op = STAMP_OP_LOAD,
                                     .fmt = STAMP_FMT_F32,
                                     .post0 = 9,
                                     .lines = 1,
                                     .n0 = 1,
                                     .n1 = 1}});
    put((union stamp_insn){.d = {.op = STAMP_OP_LOAD,
                                 .fmt = STAMP_FMT_F32,
                                 .wait0 = 9,
                                 .wait2 = 9,
                                 .lines = 1,
                                 .n0 = 1,
                                 .n1 = 1}});
    ctl(STAMP_OP_HALT, 0, 0);
    ck_assert_int_eq(run(), STAMP_ERROR_NONE);
    ck_assert_uint_eq(m->sem[9], 0);
}
END_TEST

START_TEST(a_semaphore_above_its_maximum_is_an_error)
{
    ctl(STAMP_OP_LOOP, 0, 300);
    put((union stamp_insn){
        .d = {
            .op = STAMP_OP_LOAD, .fmt = STAMP_FMT_F32, .post0 = 31, .lines = 1, .n0 = 1, .n1 = 1}});
    ctl(STAMP_OP_ENDL, 0, 0);
    ck_assert_int_eq(run(), STAMP_ERROR_SEMAPHORE);
    ck_assert_uint_eq(m->error_pc, 1);
}
END_TEST

START_TEST(each_static_error_has_its_code)
{
    static const struct {
        union stamp_insn i;
        enum stamp_error want;
    } bad[] = {
        {{.c = {.op = STAMP_OP_SETR}}, STAMP_ERROR_RESERVED},
        {{.c = {.op = STAMP_OP_ENDL}}, STAMP_ERROR_LOOP},
        {{.c = {.op = STAMP_OP_LOOP}}, STAMP_ERROR_LOOP},
        {{.d = {.op = STAMP_OP_LOAD, .fmt = 3, .lines = 1, .n0 = 1, .n1 = 1}},
         STAMP_ERROR_RESERVED},
        {{.d = {.op = STAMP_OP_LOAD, .fmt = 1, .lines = 1, .n0 = 1, .n1 = 1, .d0 = 8}},
         STAMP_ERROR_ALIGN},
        {{.d = {.op = STAMP_OP_LOAD, .fmt = 1, .dram = 32, .lines = 1, .n0 = 1, .n1 = 1}},
         STAMP_ERROR_ALIGN},
        {{.d = {.op = STAMP_OP_LOAD, .fmt = 1, .n0 = 1, .n1 = 1}}, STAMP_ERROR_RANGE},
        {{.d = {.op = STAMP_OP_LOAD, .fmt = 1, .lines = 1, .n0 = 1, .n1 = 1, .line = 2048}},
         STAMP_ERROR_RANGE},
        {{.d = {.op = STAMP_OP_LOAD, .fmt = 1, .lines = 1, .n0 = 1, .n1 = 1, .dram = CODE}},
         STAMP_ERROR_DRAM_RANGE},
        {{.d = {.op = STAMP_OP_STORE, .space = 1, .lines = 1, .n0 = 1, .n1 = 1}},
         STAMP_ERROR_RESERVED},
        {{.b = {.op = STAMP_OP_VBFLY, .kind = 3, .boff = 1, .cols = 1, .n0 = 1, .n1 = 1}},
         STAMP_ERROR_RESERVED},
        {{.v = {.op = STAMP_OP_VBIAS, .n0 = 1, .cols = 1, .b = 2048}}, STAMP_ERROR_RANGE},
        {{.m = {.op = STAMP_OP_MM, .groups = 1, .kl = 1, .ng = 1, .wb = 1023}}, STAMP_ERROR_RANGE},
    };
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        words = 0;
        ctl(STAMP_OP_NOP, 0, 0);
        put(bad[k].i);
        ck_assert_msg(run() == bad[k].want, "case %zu: %s", k, stamp_error_name(m->error));
        ck_assert_uint_eq(m->error_pc, 1);
    }
}
END_TEST

START_TEST(an_infinity_loaded_is_a_numeric_error)
{
    const uint32_t inf = 0x7f800000;
    memcpy(memory + 128 + 12, &inf, sizeof inf);
    load(STAMP_FMT_F32, 64, 0, 1);
    load(STAMP_FMT_F32, 128, 1, 1);
    ck_assert_int_eq(run(), STAMP_ERROR_NUMERIC);
    ck_assert_uint_eq(m->error_pc, 1);
}
END_TEST

START_TEST(running_off_the_program_is_a_fetch_error)
{
    ctl(STAMP_OP_NOP, 0, 0);
    ck_assert_int_eq(run(), STAMP_ERROR_AXI_FETCH);
    ck_assert_uint_eq(m->error_pc, 1);
}
END_TEST

Suite *stamp_suite_machine(void)
{
    Suite *s = suite_create("machine");
    TCase *t = tcase_create("programs");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_mean_butterfly_goes_from_memory_to_memory);
    tcase_add_test(t, codes_are_those_of_the_rule);
    tcase_add_test(t, loops_nest_and_registers_move_addresses);
    tcase_add_test(t, a_wait_without_post_is_a_watchdog_error_that_names_the_instruction);
    tcase_add_test(t, one_number_named_twice_takes_two);
    tcase_add_test(t, a_semaphore_above_its_maximum_is_an_error);
    tcase_add_test(t, each_static_error_has_its_code);
    tcase_add_test(t, an_infinity_loaded_is_a_numeric_error);
    tcase_add_test(t, running_off_the_program_is_a_fetch_error);
    suite_add_tcase(s, t);
    return s;
}
