/* SPDX-License-Identifier: Apache-2.0 */
/* test_control.c - arguments, loops that registers count, gather, raw transfers, the pack buffer's
 * way out. */
#include <check.h>
#include <string.h>

#include "tests/model/machine_rig.h"

Suite *stamp_suite_control(void);

static struct rig rig;

static void setup(void)
{
    rig_open(&rig, "tiny");
}

static void teardown(void)
{
    rig_close(&rig);
}

static void put32(uint64_t at, uint32_t v)
{
    for (int i = 0; i < 4; i++) rig.dram[at + (uint64_t)i] = (uint8_t)(v >> 8 * i);
}

static uint32_t get32(uint64_t at)
{
    uint32_t v = 0;

    for (int i = 0; i < 4; i++) v |= (uint32_t)rig.dram[at + (uint64_t)i] << 8 * i;
    return v;
}

static void seta(uint64_t areg, uint64_t arg, uint32_t add, uint64_t shift, uint64_t imm,
                 uint64_t acc)
{
    rig_put(&rig, (union stamp_insn){.c = {.op = STAMP_OP_SETA,
                                           .areg = areg,
                                           .arg = arg,
                                           .shift = shift,
                                           .acc = acc,
                                           .imm = imm,
                                           .add = add}});
}

/* STORE of VM line 0 at dram + areg. */
static void store(uint64_t dram, uint64_t areg)
{
    rig_put(&rig, (union stamp_insn){.d = {.op = STAMP_OP_STORE,
                                           .fmt = STAMP_FMT_F32,
                                           .areg = areg,
                                           .dram = dram,
                                           .lines = 1,
                                           .n0 = 1,
                                           .n1 = 1}});
}

START_TEST(a_register_is_what_the_argument_makes_it)
{
    static const struct {
        uint32_t arg, add;
        uint64_t shift, imm, acc, old, want;
    } c[] = {
        {5, 0, 0, 64, 0, 999, 320},
        {5, 3, 2, 100, 0, 0, 200},
        {5, UINT32_MAX, 0, 1, 0, 0, 4},    /* one less */
        {0xfffffff0, 0x20, 4, 7, 0, 0, 7}, /* modulo 2^32 before the shift */
        {0x80000000, 0, 31, 3, 1, 10, 13},
        {7, 0, 0, 0, 1, 42, 42},
        {0xffffffff, 0, 0, 0xffffffffff, 0, 0, 0xff00000001}, /* modulo 2^40 */
        {1, 0, 0, 1, 1, 0xffffffffff, 0},
    };

    for (size_t k = 0; k < sizeof c / sizeof c[0]; k++)
        for (uint64_t arg = 0; arg < STAMP_ARGS; arg++) {
            rig_again(&rig);
            memset(rig.arg, 0x5a, sizeof rig.arg);
            rig.arg[arg] = c[k].arg;
            rig_control(&rig, STAMP_OP_SETR, 9, c[k].old);
            seta(9, arg, c[k].add, c[k].shift, c[k].imm, c[k].acc);
            ck_assert_int_eq(rig_run(&rig), STAMP_ERROR_NONE);
            ck_assert_msg(rig.m->ctl.areg[9] == c[k].want, "case %zu: %" PRIx64, k,
                          rig.m->ctl.areg[9]);
        }
}
END_TEST

/* A program that counts NOPs: outer register loop around an imm loop around another register loop. */
static uint64_t nops(uint64_t outer, uint64_t inner)
{
    rig_again(&rig);
    rig_control(&rig, STAMP_OP_SETR, 1, outer);
    rig_control(&rig, STAMP_OP_SETR, 2, inner);
    rig_control(&rig, STAMP_OP_SETR, 3, 0);
    rig_control(&rig, STAMP_OP_LOOP, 1, 0);
    rig_control(&rig, STAMP_OP_LOOP, 0, 2);
    rig_control(&rig, STAMP_OP_ADDR, 3, 1 << 10);
    rig_control(&rig, STAMP_OP_LOOP, 2, 0);
    rig_control(&rig, STAMP_OP_ADDR, 3, 1);
    rig_control(&rig, STAMP_OP_ENDL, 0, 0);
    rig_control(&rig, STAMP_OP_ENDL, 0, 0);
    rig_control(&rig, STAMP_OP_ENDL, 0, 0);
    ck_assert_int_eq(rig_run(&rig), STAMP_ERROR_NONE);
    return rig.m->ctl.areg[3];
}

START_TEST(loops_run_as_often_as_their_register_says)
{
    for (uint64_t outer = 0; outer < 4; outer++)
        for (uint64_t inner = 0; inner < 4; inner++) {
            ck_assert_uint_eq(nops(outer, inner), outer * 2 * ((1 << 10) + inner));
            /* What is skipped does not retire: three SETR, LOOP, HALT are left. */
            if (!outer) ck_assert_uint_eq(rig.m->event[STAMP_EV_INSNS], 5);
        }
}
END_TEST

START_TEST(a_skipped_loop_is_not_looked_at)
{
    const struct stamp_word nonsense = {{0xfe, 0xffffffff, 1, 2, 3, 4, 5, 6}};

    rig_control(&rig, STAMP_OP_LOOP, 5, 0); /* register 5 is 0 */
    rig_word(&rig, nonsense);
    for (int k = 0; k < 6; k++) rig_control(&rig, STAMP_OP_LOOP, 0, 1); /* deeper than allowed */
    store(1, 0);                                                        /* misaligned */
    for (int k = 0; k < 7; k++) rig_control(&rig, STAMP_OP_ENDL, 0, 0);
    rig_control(&rig, STAMP_OP_SETR, 4, 77);
    ck_assert_int_eq(rig_run(&rig), STAMP_ERROR_NONE);
    ck_assert_uint_eq(rig.m->ctl.areg[4], 77);
    ck_assert_uint_eq(rig.m->ctl.loops, 0);
}
END_TEST

START_TEST(skipping_past_the_end_is_a_fetch_error_there)
{
    rig_control(&rig, STAMP_OP_LOOP, 5, 0);
    rig_control(&rig, STAMP_OP_LOOP, 0, 1);
    rig_control(&rig, STAMP_OP_ENDL, 0, 0);
    ck_assert_int_eq(rig_run(&rig), STAMP_ERROR_AXI_FETCH);
    ck_assert_uint_eq(rig.m->error_pc, 4); /* behind HALT */
    ck_assert_uint_eq(rig.m->event[STAMP_EV_INSNS], 1);
}
END_TEST

START_TEST(a_count_beyond_24_bits_or_a_fifth_loop_is_a_loop_error)
{
    for (uint64_t n = (1 << 24) - 1; n <= 1 << 24; n++) {
        rig_again(&rig);
        rig_control(&rig, STAMP_OP_SETR, 1, n);
        rig_control(&rig, STAMP_OP_LOOP, 1, 0);
        rig_control(&rig, STAMP_OP_SETR, 0, 0); /* RESERVED, once inside */
        ck_assert_int_eq(rig_run(&rig), n >> 24 ? STAMP_ERROR_LOOP : STAMP_ERROR_RESERVED);
        ck_assert_uint_eq(rig.m->error_pc, n >> 24 ? 1 : 2);
    }
    rig_again(&rig);
    for (int k = 0; k < 4; k++) rig_control(&rig, STAMP_OP_LOOP, 0, 1);
    rig_control(&rig, STAMP_OP_LOOP, 1, 0); /* no iterations, and yet */
    ck_assert_int_eq(rig_run(&rig), STAMP_ERROR_LOOP);
    ck_assert_uint_eq(rig.m->error_pc, 4);
}
END_TEST

START_TEST(gathered_rows_come_from_where_the_index_table_says)
{
    static const uint32_t index[5] = {7, 0, 3, 3, 0x40000001}; /* the last: 2^30 * 1024 = 2^40 */

    for (int i = 0; i < 5; i++) put32(64 + 4 * 19 % 64 + 4 * (uint64_t)i, index[i]);
    for (uint64_t row = 0; row < 8; row++)
        for (uint64_t k = 0; k < 24; k++)
            put32(4096 + 1024 * row + 4 * k, 0x3f800000u + (uint32_t)(row << 8 | k));
    rig_put(&rig, (union stamp_insn){.d = {.op = STAMP_OP_LOAD,
                                           .space = STAMP_SPACE_IT,
                                           .dram = 64,
                                           .line = 1,
                                           .lines = 1,
                                           .n0 = 1,
                                           .n1 = 1}});
    rig_control(&rig, STAMP_OP_SETR, 8, 4096);
    rig_put(&rig, (union stamp_insn){.d = {.op = STAMP_OP_LOAD,
                                           .fmt = STAMP_FMT_F32,
                                           .areg = 8,
                                           .line = 10,
                                           .lines = 3,
                                           .lstride = 4,
                                           .n0 = 5,
                                           .n1 = 1,
                                           .d0 = 1024,
                                           .gather = 1,
                                           .it = 16 + 76 % 64 / 4}});
    ck_assert_int_eq(rig_run(&rig), STAMP_ERROR_NONE);
    for (uint64_t r = 0; r < 5; r++)
        for (uint64_t k = 0; k < 24; k++)
            ck_assert_uint_eq(rig_vm(&rig, 10 + 4 * r, k),
                              0x3f800000u + ((index[r] & 0xff) << 8 | (uint32_t)k));
    ck_assert_uint_eq(rig.m->event[STAMP_EV_LOAD_BYTES], 64 + 5 * 96);
    ck_assert_uint_eq(rig.m->event[STAMP_EV_VM_WRITE], 15);
}
END_TEST

START_TEST(a_gathered_row_outside_the_window_is_an_error)
{
    struct stamp_insn_d d = {.op = STAMP_OP_LOAD,
                             .fmt = STAMP_FMT_RAW,
                             .lines = 2,
                             .n0 = 2,
                             .n1 = 1,
                             .d0 = 64,
                             .gather = 1};

    rig.m->it[1] = RIG_CODE / 64 - 1; /* one line inside, the other not */
    ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.d = d}), STAMP_ERROR_NONE);
    rig.m->it[1] = RIG_CODE / 64;
    ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.d = d}), STAMP_ERROR_DRAM_RANGE);
    rig.m->it[1] = UINT32_MAX;
    ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.d = d}), STAMP_ERROR_DRAM_RANGE);
}
END_TEST

START_TEST(raw_words_pass_whatever_they_are)
{
    struct stamp_insn_d
        load = {.op = STAMP_OP_LOAD, .dram = 128, .line = 3, .lines = 1, .n0 = 1, .n1 = 1},
        out = {.op = STAMP_OP_STORE, .dram = 256, .line = 3, .lines = 1, .n0 = 1, .n1 = 1};

    for (uint64_t l = 0; l < 8; l++) put32(128 + 4 * l, 0x7f800000u + (uint32_t)l);
    rig_put(&rig, (union stamp_insn){.d = load});
    rig_put(&rig, (union stamp_insn){.d = out});
    ck_assert_int_eq(rig_run(&rig), STAMP_ERROR_NONE);
    for (uint64_t l = 0; l < 8; l++)
        ck_assert_uint_eq(get32(256 + 4 * l), 0x7f800000u + (uint32_t)l);
    out.fmt = STAMP_FMT_F32;
    ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.d = out}), STAMP_ERROR_NUMERIC);
    load.fmt = STAMP_FMT_F32;
    ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.d = load}), STAMP_ERROR_NUMERIC);
}
END_TEST

START_TEST(the_pack_buffer_is_stored_as_weights_are_loaded)
{
    for (int i = 0; i < 4 * 32; i++) rig.m->pb[2 * 32 + i] = (int8_t)(i % 16 - 8);
    rig_put(&rig, (union stamp_insn){.d = {.op = STAMP_OP_STORE,
                                           .space = STAMP_SPACE_PB,
                                           .dram = 1024,
                                           .line = 2,
                                           .lines = 4,
                                           .n0 = 1,
                                           .n1 = 1}});
    rig_put(&rig, (union stamp_insn){.d = {.op = STAMP_OP_LOAD,
                                           .space = STAMP_SPACE_WB,
                                           .dram = 1024,
                                           .line = 9,
                                           .lines = 4,
                                           .n0 = 1,
                                           .n1 = 1}});
    ck_assert_int_eq(rig_run(&rig), STAMP_ERROR_NONE);
    for (uint64_t i = 0; i < 4 * 32; i++)
        ck_assert_uint_eq(rig.dram[1024 + i / 2] >> 4 * (i % 2) & 15, (i + 8) % 16);
    ck_assert_uint_eq(rig.m->event[STAMP_EV_PB_READ], 4);
    ck_assert_uint_eq(rig.m->event[STAMP_EV_STORE_BYTES], 64);
    ck_assert_uint_eq(rig.m->event[STAMP_EV_VM_READ], 0);
}
END_TEST

Suite *stamp_suite_control(void)
{
    Suite *s = suite_create("control");
    TCase *t = tcase_create("control");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_register_is_what_the_argument_makes_it);
    tcase_add_test(t, loops_run_as_often_as_their_register_says);
    tcase_add_test(t, a_skipped_loop_is_not_looked_at);
    tcase_add_test(t, skipping_past_the_end_is_a_fetch_error_there);
    tcase_add_test(t, a_count_beyond_24_bits_or_a_fifth_loop_is_a_loop_error);
    tcase_add_test(t, gathered_rows_come_from_where_the_index_table_says);
    tcase_add_test(t, a_gathered_row_outside_the_window_is_an_error);
    tcase_add_test(t, raw_words_pass_whatever_they_are);
    tcase_add_test(t, the_pack_buffer_is_stored_as_weights_are_loaded);
    suite_add_tcase(s, t);
    return s;
}
