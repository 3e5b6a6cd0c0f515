/* SPDX-License-Identifier: Apache-2.0 */
/* test_lockstep.c - the comparison sees every kind of difference, and nothing where there is none. */
#include <check.h>
#include <string.h>

#include "model/mem.h"
#include "sim/run/lockstep.h"
#include "sim/run/memdiff.h"
#include "sim/run/surroundings.h"

Suite *stamp_suite_lockstep(void);

enum { CODE = 1024, MEMORY = 2048 };

static uint8_t memory[MEMORY];
static struct stamp_machine *m;
static struct stamp_lockstep *ls;

/* LOAD two lines, STORE the first, HALT. */
static void setup(void)
{
    const union stamp_insn program[] = {
        {.d =
             {.op = STAMP_OP_LOAD, .fmt = STAMP_FMT_F32, .lines = 2, .n0 = 1, .n1 = 1, .post0 = 1}},
        {.d = {.op = STAMP_OP_STORE,
               .fmt = STAMP_FMT_F32,
               .dram = 512,
               .lines = 1,
               .n0 = 1,
               .n1 = 1,
               .wait0 = 1}},
        {.c = {.op = STAMP_OP_HALT}}};

    for (int i = 0; i < MEMORY; i++) memory[i] = (uint8_t)(i % 61); /* finite floats */
    for (uint32_t k = 0; k < 3; k++) {
        struct stamp_word w;
        ck_assert_ptr_null(stamp_encode(&program[k], &w));
        memcpy(memory + CODE + 32 * k, &w, sizeof w);
    }
    m = stamp_machine_new(stamp_mach_find("tiny"));
    stamp_machine_start(m, (struct stamp_memory){memory, MEMORY, 0}, CODE, 3, 0, CODE);
    ls = stamp_lockstep_new(m);
}

static void teardown(void)
{
    stamp_lockstep_free(ls);
    stamp_machine_free(m);
}

static bool loads(void)
{
    return stamp_lockstep_write(ls, STAMP_UNIT_LDU, STAMP_SPACE_VM, 0, memory, 32) &&
           stamp_lockstep_write(ls, STAMP_UNIT_LDU, STAMP_SPACE_VM, 1, memory + 32, 32);
}

static bool stores(void)
{
    for (uint64_t b = 0; b < 32; b += 8)
        if (!stamp_lockstep_write(ls, STAMP_UNIT_STU, STAMP_SPACE_DRAM, 512 + b, memory + b, 8))
            return false;
    return true;
}

START_TEST(equal_runs_agree_to_the_end)
{
    ck_assert(loads() && stamp_lockstep_retire(ls, STAMP_UNIT_LDU, 0));
    ck_assert(stores() && stamp_lockstep_retire(ls, STAMP_UNIT_STU, 1));
    ck_assert(stamp_lockstep_retire(ls, STAMP_UNIT_CTL, 2));
    ck_assert(stamp_lockstep_finish(ls, STAMP_ERROR_NONE, 0));
    ck_assert_uint_eq(stamp_lockstep_checked(ls), 16 + 8 + 3);
    ck_assert_uint_eq(stamp_lockstep_mismatches(ls), 0);
}
END_TEST

/* Program counters, and whether the store's first byte was there before each. */
struct watched {
    uint32_t pc[4], count;
    bool stored[4];
};

static void note(void *ctx, const struct stamp_machine *machine)
{
    struct watched *w = ctx;

    ck_assert_uint_lt(w->count, 4);
    w->stored[w->count] = !memcmp(memory + 512, memory, 32);
    w->pc[w->count++] = machine->ctl.pc;
}

/* However the RTL's units run ahead of each other: here the store is asked for first. */
START_TEST(a_watcher_sees_each_instruction_before_it_and_in_program_order)
{
    struct watched w = {.count = 0};

    stamp_lockstep_watch(ls, note, &w);
    ck_assert(stores() && loads());
    ck_assert(stamp_lockstep_retire(ls, STAMP_UNIT_STU, 1));
    ck_assert(stamp_lockstep_retire(ls, STAMP_UNIT_LDU, 0));
    ck_assert(stamp_lockstep_retire(ls, STAMP_UNIT_CTL, 2));
    ck_assert(stamp_lockstep_finish(ls, STAMP_ERROR_NONE, 0));
    ck_assert_uint_eq(w.count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(w.pc[i], i);
        ck_assert_int_eq(w.stored[i], i == 2);
    }
}
END_TEST

START_TEST(one_wrong_bit_is_named_with_both_values)
{
    uint8_t line[32];
    memcpy(line, memory, sizeof line);
    line[13] ^= 4;
    ck_assert(!stamp_lockstep_write(ls, STAMP_UNIT_LDU, STAMP_SPACE_VM, 0, line, 32));
    ck_assert_str_eq(stamp_lockstep_text(ls),
                     "LDU pc 0: VM[0] word 3: rtl 0x0f0e090c, model 0x0f0e0d0c");
}
END_TEST

START_TEST(what_differs_stands_in_fields_too)
{
    uint8_t line[32];
    const struct stamp_difference *d = stamp_lockstep_difference(ls);

    memcpy(line, memory, sizeof line);
    ck_assert(loads() && stamp_lockstep_retire(ls, STAMP_UNIT_LDU, 0));
    ck_assert(!d->found && d->lasts[STAMP_UNIT_LDU] == 1 && d->last[STAMP_UNIT_LDU][0] == 0);
    line[5] ^= 1;
    ck_assert(!stamp_lockstep_write(ls, STAMP_UNIT_STU, STAMP_SPACE_DRAM, 512, line, 8));
    ck_assert(d->found && d->has_pc && d->has_place && d->has_values);
    ck_assert(d->unit == STAMP_UNIT_STU && d->pc == 1 && d->turn == 0);
    ck_assert(d->space == STAMP_SPACE_DRAM && d->addr == 512 && d->word == 1);
    ck_assert_uint_eq(d->rtl, 0x07060404);
    ck_assert_uint_eq(d->model, 0x07060504);
}
END_TEST

/* A retirement has no place, even when a write came before it. */
START_TEST(a_retirement_names_no_memory)
{
    const struct stamp_difference *d = stamp_lockstep_difference(ls);

    ck_assert(loads());
    ck_assert(!stamp_lockstep_retire(ls, STAMP_UNIT_LDU, 1));
    ck_assert(d->found && d->has_pc && !d->has_place && !d->has_values);
    ck_assert(d->pc == 0 && d->unit == STAMP_UNIT_LDU && d->last[STAMP_UNIT_LDU][0] == 1);
}
END_TEST

START_TEST(surroundings_come_back_as_they_were)
{
    struct stamp_run_options a = stamp_run_options_default(), b = stamp_run_options_default();
    struct stamp_text t = {0};
    struct stamp_err e;
    bool found = false;

    a.dram_base = 0xffffffc0;
    a.read_latency = 3;
    a.write_latency = 100000;
    a.read_rate = 1;
    a.write_rate = 255;
    a.stall = 255;
    a.seed = a.poison = UINT64_MAX;
    a.initial = 77;
    a.watchdog = UINT32_MAX;
    a.has_dram = stamp_dram_preset("lpddr5", &a.dram);
    a.dram.tRC += 9;
    a.dram.accel_mhz = 77;
    strcpy(a.dram.map, "ro ba ra co bg ch");
    stamp_surroundings_print(&a, &t);
    ck_assert_int_eq(stamp_surroundings_read(t.s, &b, &found, &e), STAMP_OK);
    ck_assert(found);
    ck_assert(b.dram_base == a.dram_base && b.read_latency == 3 && b.write_latency == 100000);
    ck_assert(b.read_rate == 1 && b.write_rate == 255 && b.stall == 255 && b.seed == a.seed);
    ck_assert(b.poison == a.poison && b.initial == 77 && b.watchdog == a.watchdog);
    strcpy(a.dram.map, "ro_ba_ra_co_bg_ch"); /* the same map, in one word */
    ck_assert(b.has_dram && !memcmp(&a.dram, &b.dram, sizeof a.dram));
    stamp_free(t.s);
}
END_TEST

START_TEST(other_texts_are_no_surroundings_and_broken_ones_are_refused)
{
    static const char *const none[] = {"", "W4A4", "surroundingsbase=1", "Surroundings base=0"};
    static const char *const bad[] = {"surroundings ",
                                      "surroundings base=65",
                                      "surroundings base=0x10000000000",
                                      "surroundings latency=0:1",
                                      "surroundings latency=1",
                                      "surroundings rate=1:257",
                                      "surroundings stall=256",
                                      "surroundings seed=-1",
                                      "surroundings watchdog=0",
                                      "surroundings seed=1 x=2",
                                      "surroundings dram=sram",
                                      "surroundings dram=lpddr5,tRC=1",
                                      "surroundings seed=1y"};
    struct stamp_err e;
    bool found;

    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct stamp_run_options o = stamp_run_options_default();
        ck_assert_int_eq(stamp_surroundings_read(none[i], &o, &found, &e), STAMP_OK);
        ck_assert(!found);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct stamp_run_options o = stamp_run_options_default();
        ck_assert_msg(stamp_surroundings_read(bad[i], &o, &found, &e) == STAMP_EFORMAT, "%s",
                      bad[i]);
        ck_assert(o.seed == 1 && o.read_latency == 60 && !found);
    }
}
END_TEST

START_TEST(a_wrong_address_is_seen)
{
    ck_assert(!stamp_lockstep_write(ls, STAMP_UNIT_LDU, STAMP_SPACE_VM, 1, memory, 32));
    ck_assert_str_eq(stamp_lockstep_text(ls), "LDU pc 0: wrote VM[1], model VM[0]");
}
END_TEST

/* A store's beat is told as the bytes whose strobes are set. */
START_TEST(a_wrong_strobe_is_seen)
{
    ck_assert(!stamp_lockstep_write(ls, STAMP_UNIT_STU, STAMP_SPACE_DRAM, 512, memory, 7));
    ck_assert_str_eq(stamp_lockstep_text(ls), "STU pc 1: DRAM[512]: rtl wrote 7 bytes, model 8");
    teardown();
    setup();
    ck_assert(!stamp_lockstep_write(ls, STAMP_UNIT_STU, STAMP_SPACE_DRAM, 513, memory + 1, 7));
    ck_assert_str_eq(stamp_lockstep_text(ls), "STU pc 1: wrote DRAM[513], model DRAM[512]");
}
END_TEST

static const char *differing(uint64_t at)
{
    static char text[200];
    static uint8_t a[256], b[256];
    struct stamp_buffer buffer = {.name = "y", .addr = 64, .bytes = 128};
    const struct stamp_image image = {.buffer = &buffer, .buffers = 1, .dram_bytes = sizeof a};

    memset(a, 0x12, sizeof a);
    memset(b, 0x12, sizeof b);
    if (at < sizeof a) a[at] = 0x13;
    return stamp_memory_agrees(&image, 0x1000, a, b, text, sizeof text) ? NULL : text;
}

START_TEST(memories_are_compared_to_their_last_byte)
{
    ck_assert_ptr_null(differing(256));
    ck_assert_str_eq(differing(0), "memory after the run: byte 0x1000 (in no buffer): rtl 0x13, "
                                   "model 0x12");
    ck_assert_str_eq(differing(64), "memory after the run: byte 0x1040 (buffer y + 0x0): rtl 0x13, "
                                    "model 0x12");
    ck_assert_str_eq(differing(255), "memory after the run: byte 0x10ff (in no buffer): rtl 0x13, "
                                     "model 0x12");
}
END_TEST

START_TEST(a_write_too_many_is_seen)
{
    ck_assert(loads());
    ck_assert(!stamp_lockstep_write(ls, STAMP_UNIT_LDU, STAMP_SPACE_VM, 2, memory, 32));
    ck_assert_str_eq(stamp_lockstep_text(ls), "LDU wrote VM[2], a write the model does not make");
}
END_TEST

START_TEST(a_missing_write_is_seen_at_the_end)
{
    ck_assert(loads() && stamp_lockstep_retire(ls, STAMP_UNIT_LDU, 0));
    ck_assert(stamp_lockstep_retire(ls, STAMP_UNIT_STU, 1));
    ck_assert(stamp_lockstep_retire(ls, STAMP_UNIT_CTL, 2));
    ck_assert(!stamp_lockstep_finish(ls, STAMP_ERROR_NONE, 0));
    ck_assert_str_eq(stamp_lockstep_text(ls), "STU pc 1: DRAM[512] was not written");
}
END_TEST

START_TEST(a_wrong_or_missing_retirement_is_seen)
{
    ck_assert(loads() && stores());
    ck_assert(!stamp_lockstep_retire(ls, STAMP_UNIT_LDU, 1));
    ck_assert_str_eq(stamp_lockstep_text(ls), "LDU retired pc 1, model pc 0");
    teardown();
    setup();
    ck_assert(loads() && stores() && stamp_lockstep_retire(ls, STAMP_UNIT_LDU, 0));
    ck_assert(stamp_lockstep_retire(ls, STAMP_UNIT_CTL, 2));
    ck_assert(!stamp_lockstep_finish(ls, STAMP_ERROR_NONE, 0));
    ck_assert_str_eq(stamp_lockstep_text(ls), "STU did not retire pc 1");
}
END_TEST

START_TEST(another_error_or_another_culprit_is_seen)
{
    ck_assert(!stamp_lockstep_finish(ls, STAMP_ERROR_NUMERIC, 0));
    teardown();
    setup();
    memory[3] = 0x7f; /* element 0 becomes a NaN */
    memory[2] = 0xff;
    ck_assert(loads());
    ck_assert(!stamp_lockstep_finish(ls, STAMP_ERROR_NUMERIC, 1));
    ck_assert_str_eq(stamp_lockstep_text(ls),
                     "rtl stopped with NUMERIC at pc 1, model with NUMERIC at pc 0");
}
END_TEST

START_TEST(writes_beyond_the_models_error_are_left_to_the_verdict)
{
    memory[3] = 0x7f;
    memory[2] = 0xff;
    ck_assert(loads());
    ck_assert(stores()); /* another unit went on: imprecise, not wrong */
    ck_assert(!stamp_lockstep_finish(ls, STAMP_ERROR_NONE, 0)); /* but done would be */
}
END_TEST

START_TEST(the_same_error_at_the_same_instruction_agrees)
{
    memory[3] = 0x7f;
    memory[2] = 0xff;
    ck_assert(loads());
    ck_assert(stamp_lockstep_finish(ls, STAMP_ERROR_NUMERIC, 0));
}
END_TEST

Suite *stamp_suite_lockstep(void)
{
    Suite *s = suite_create("lockstep");
    TCase *t = tcase_create("streams");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, equal_runs_agree_to_the_end);
    tcase_add_test(t, a_watcher_sees_each_instruction_before_it_and_in_program_order);
    tcase_add_test(t, one_wrong_bit_is_named_with_both_values);
    tcase_add_test(t, what_differs_stands_in_fields_too);
    tcase_add_test(t, a_retirement_names_no_memory);
    tcase_add_test(t, surroundings_come_back_as_they_were);
    tcase_add_test(t, other_texts_are_no_surroundings_and_broken_ones_are_refused);
    tcase_add_test(t, a_wrong_address_is_seen);
    tcase_add_test(t, a_wrong_strobe_is_seen);
    tcase_add_test(t, memories_are_compared_to_their_last_byte);
    tcase_add_test(t, a_write_too_many_is_seen);
    tcase_add_test(t, a_missing_write_is_seen_at_the_end);
    tcase_add_test(t, a_wrong_or_missing_retirement_is_seen);
    tcase_add_test(t, another_error_or_another_culprit_is_seen);
    tcase_add_test(t, writes_beyond_the_models_error_are_left_to_the_verdict);
    tcase_add_test(t, the_same_error_at_the_same_instruction_agrees);
    suite_add_tcase(s, t);
    return s;
}
