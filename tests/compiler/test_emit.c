/* SPDX-License-Identifier: Apache-2.0 */
/* test_emit.c - semaphores, loops, and a verifier that finds what is planted. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "compiler/asm/asm.h"
#include "compiler/emit/roll.h"
#include "compiler/prove/verify.h"
#include "model/dispatch/walk.h"
#include "model/mem.h"
#include "tests/compiler/test_compile_util.h"

Suite *stamp_suite_emit(void);

/* A program that uses every unit, both halves of every buffer, and k-chunks. */
static struct stamp_image *sample(bool no_roll)
{
    struct stamp_case c = stamp_case_of("tiny", 160, 300, 200, STAMP_HAAR);
    float *x, *want;

    c.bias = true;
    c.scheme[0].high_rows = 8;
    c.options.no_roll = no_roll;
    c.options.max_kc = 20;
    c.options.max_groups = 5;
    struct stamp_image *image = stamp_case_compile(&c, NULL, &x, &want);
    stamp_free(x);
    stamp_free(want);
    return image;
}

static const struct stamp_field *field_of(const struct stamp_word *w, const char *name)
{
    const struct stamp_op *op = stamp_op_find(w->w[0] & 0xff);

    for (size_t i = 0; i < stamp_field_count; i++)
        if (stamp_fields[i].format == op->format && !strcmp(stamp_fields[i].name, name))
            return &stamp_fields[i];
    return NULL;
}

static uint64_t get(const struct stamp_word *w, const char *name)
{
    const struct stamp_field *f = field_of(w, name);

    return f ? stamp_word_get(w, f->lsb, f->width) : 0;
}

static void set(struct stamp_word *w, const char *name, uint64_t v)
{
    const struct stamp_field *f = field_of(w, name);

    ck_assert_ptr_nonnull(f);
    stamp_word_set(w, f->lsb, f->width, v);
}

static const char *const waits[] = {"wait0", "wait1", "wait2"};
static const char *const posts[] = {"post0", "post1", "post2"};

/* Field and index of the @p k-th (from 0) use of semaphore @p sem among @p names. */
static uint32_t nth(const struct stamp_image *m, const char *const names[3], uint64_t sem,
                    uint32_t k, const char **name)
{
    for (uint32_t i = 0; i < m->code_count; i++)
        for (int j = 0; j < 3; j++)
            if (get(&m->code[i], names[j]) == sem && k-- == 0) {
                *name = names[j];
                return i;
            }
    return UINT32_MAX;
}

START_TEST(a_removed_token_is_a_race)
{
    struct stamp_image *m = sample(true);
    struct stamp_err e = {0};
    uint32_t removed = 0, caught = 0;

    ck_assert_msg(!stamp_verify(m, NULL, &e), "%s", e.text);
    for (uint64_t sem = 1; sem <= 12; sem++)
        for (uint32_t k = 0; k < 60; k++) {
            const char *wait, *post;
            const uint32_t w = nth(m, waits, sem, k, &wait), p = nth(m, posts, sem, k, &post);
            if (w == UINT32_MAX) break;
            set(&m->code[w], wait, 0);
            set(&m->code[p], post, 0);
            const enum stamp_status st = stamp_verify(m, NULL, &e);
            removed++;
            caught += st == STAMP_EFORMAT && strstr(e.text, "races") != NULL;
            set(&m->code[w], wait, sem);
            set(&m->code[p], post, sem);
        }
    ck_assert_msg(!stamp_verify(m, NULL, &e), "%s", e.text);
    ck_assert_uint_gt(removed, 100);
    /* a token another one makes superfluous may go unnoticed */
    ck_assert_msg(caught * 10 >= removed * 9, "%u of %u", caught, removed);
    stamp_image_free(m);
}
END_TEST

START_TEST(a_removed_post_blocks_a_wait)
{
    struct stamp_image *m = sample(true);
    struct stamp_err e = {0};
    uint32_t removed = 0;

    for (uint64_t sem = 1; sem <= 12; sem++)
        for (uint32_t k = 0; k < 20; k++) {
            const char *post;
            const uint32_t p = nth(m, posts, sem, k, &post);
            if (p == UINT32_MAX) break;
            set(&m->code[p], post, 0);
            ck_assert_int_eq(stamp_verify(m, NULL, &e), STAMP_EFORMAT);
            set(&m->code[p], post, sem);
            removed++;
        }
    ck_assert_uint_gt(removed, 60);
    stamp_image_free(m);
}
END_TEST

START_TEST(a_field_out_of_range_is_found)
{
    static const struct {
        enum stamp_opcode op;
        const char *field;
        uint64_t value;
    } bad[] = {
        {STAMP_OP_LOAD, "line", 65535},    {STAMP_OP_LOAD, "lines", 65535},
        {STAMP_OP_LOAD, "dram", 1u << 30}, {STAMP_OP_STORE, "line", 2047},
        {STAMP_OP_STORE, "dram", 0},       {STAMP_OP_VBFLY, "a", 2048},
        {STAMP_OP_VBFLY, "boff", 4000},    {STAMP_OP_VMINMAX, "a", 2048},
        {STAMP_OP_VMINMAX, "sm", 1024},    {STAMP_OP_VQPAR, "rt", 512},
        {STAMP_OP_VQUANT, "xb", 4096},     {STAMP_OP_VQUANT, "rm", 1024},
        {STAMP_OP_VBIAS, "b", 2048},       {STAMP_OP_MM, "xb", 4096},
        {STAMP_OP_MM, "wb", 1024},         {STAMP_OP_MM, "cm", 128},
        {STAMP_OP_MM, "nt", 512},          {STAMP_OP_MM, "vm", 2048},
        {STAMP_OP_MM, "rm", 1020},         {STAMP_OP_MM, "ac", 250},
    };
    struct stamp_image *m = sample(true);
    int tried = 0;

    for (size_t b = 0; b < sizeof bad / sizeof bad[0]; b++)
        for (uint32_t i = m->code_count; i-- > 0;) {
            const struct stamp_word keep = m->code[i];
            struct stamp_err e = {0};
            if ((keep.w[0] & 0xff) != (uint32_t)bad[b].op) continue;
            set(&m->code[i], bad[b].field, bad[b].value);
            const enum stamp_status st = stamp_verify(m, NULL, &e);
            ck_assert_msg(st != STAMP_OK, "%s of instruction %u", bad[b].field, i);
            m->code[i] = keep;
            tried++;
            break; /* the last of its kind */
        }
    ck_assert_int_eq(tried, 20);
    stamp_image_free(m);
}
END_TEST

#define HEAD                                                                                       \
    ".machine tiny\n.memory 8192\n.code_at 4096\n"                                                 \
    ".buffer x role=INPUT fmt=F32 addr=0 bytes=1024 rows=4 cols=64 row_bytes=256\n"                \
    ".buffer y role=OUTPUT fmt=F32 addr=1024 bytes=1024 rows=4 cols=64 row_bytes=256\n"            \
    ".buffer t role=CONST fmt=RAW addr=2048 bytes=64 rows=1 cols=64 row_bytes=64\n.code\n"
#define LOADX  "LOAD space=VM fmt=F32 lines=8 n0=1 n1=1 "
#define STOREY "STORE space=VM fmt=F32 dram=1024 lines=8 n0=1 n1=1 "

START_TEST(small_programs_are_judged_right)
{
    static const struct {
        const char *code, *says; /* NULL: legal */
    } p[] = {
        {LOADX "post0=1\n" STOREY "wait0=1\nHALT\n", NULL},
        {LOADX "\nFENCE\n" STOREY "\nHALT\n", NULL},
        {LOADX "\n" STOREY "\nHALT\n", "races"},
        {LOADX "\n" STOREY "wait0=1\nHALT\n", "which is 0"},
        {STOREY "\nHALT\n", "before it is written"},
        {LOADX "post0=1\n" STOREY "wait0=1\n", "without HALT"},
        {LOADX "post0=1\nSTORE space=VM fmt=F32 dram=0 lines=8 n0=1 n1=1 wait0=1\nHALT\n",
         "store into buffer x"},
        {LOADX "post0=1\nSTORE space=VM fmt=F32 dram=1984 lines=8 n0=1 n1=1 wait0=1\nHALT\n",
         "leaves its buffer"},
        {"LOAD space=VM fmt=F32 dram=8128 lines=8 n0=1 n1=1\nHALT\n", "beyond memory"},
        {"LOAD space=VM fmt=F32 dram=1024 lines=8 n0=1 n1=1\nHALT\n", "before it is written"},
        {"LOOP imm=2\nNOP\nHALT\n", NULL}, /* HALT inside a loop stops */
        {"ENDL\nHALT\n", "loop"},
        {"LOOP imm=1\nLOOP imm=1\nLOOP imm=1\nLOOP imm=1\nLOOP imm=1\nHALT\n", "loop"},
        {"SETR areg=1 imm=4\n" LOADX "areg=1\nHALT\n", "multiple of 64"},
        {"SETR areg=1 imm=64\nLOOP imm=3\n" LOADX "areg=1\nADDR areg=1 imm=0x100\nENDL\nHALT\n",
         NULL},
        {"SETR areg=1 imm=64\nLOOP imm=4\n" LOADX "areg=1\nADDR areg=1 imm=0x100\nENDL\nHALT\n",
         "leaves its buffer"},
        {"LOOP imm=300\n" LOADX "post0=1\nENDL\nHALT\n", "may exceed"},
        {LOADX "post0=1\n" STOREY "wait0=1 post0=1\nHALT\n", "posted by LDU and STU"},
        {LOADX "post0=1\n" LOADX "line=8 post0=1\n" STOREY "wait0=1\n"
               "VBFLY boff=1 cols=1 n0=1 n1=1 wait0=1\nHALT\n",
         "waited for by STU and VXU"},
        {LOADX "\nFENCE\nVQPAR n0=1 cols=1\nHALT\n", "not loaded from constants"},
        {LOADX "post0=1\n" STOREY "wait0=1\nLOAD space=VM fmt=F32 lines=8 n0=1 n1=1\nHALT\n",
         "races"},
    };

    for (size_t i = 0; i < sizeof p / sizeof p[0]; i++) {
        char text[2000] = HEAD;
        struct stamp_image *m = NULL;
        struct stamp_err e = {0};
        strcat(text, p[i].code);
        ck_assert_msg(!stamp_asm(text, strlen(text), false, &m, &e), "%zu: %s", i, e.text);
        const enum stamp_status st = stamp_verify(m, NULL, &e);
        if (p[i].says)
            ck_assert_msg(st && strstr(e.text, p[i].says), "%zu: %d %s", i, st, e.text);
        else
            ck_assert_msg(!st, "%zu: %s", i, e.text);
        stamp_image_free(m);
    }
}
END_TEST

START_TEST(a_program_that_runs_too_long_is_stopped)
{
    struct stamp_word code[5];
    static const char *const text[] = {"LOOP imm=16777215", "LOOP imm=16777215", "NOP", "ENDL",
                                       "ENDL"};
    struct stamp_walk w;
    struct stamp_issue step;
    struct stamp_err e = {0};

    for (int i = 0; i < 5; i++) ck_assert(!stamp_asm_word(text[i], &code[i], &e));
    stamp_walk_start(&w, code, 5, NULL, 10000);
    ck_assert_int_eq(stamp_walk_next(&w, &step, &e), STAMP_EUNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(e.text, "more than 10000"));
}
END_TEST

START_TEST(a_rolled_program_executes_the_same_instructions)
{
    struct stamp_image *flat = sample(true), *rolled = sample(false);
    struct stamp_walk a, b;
    struct stamp_issue x, y;
    struct stamp_err e = {0};
    int steps = 0;

    ck_assert_uint_lt(rolled->code_count, flat->code_count);
    stamp_walk_start(&a, flat->code, flat->code_count, NULL, 1 << 20);
    stamp_walk_start(&b, rolled->code, rolled->code_count, NULL, 1 << 20);
    memset(&x, 0, sizeof x);
    memset(&y, 0, sizeof y);
    for (; !a.ctl.done; steps++) {
        ck_assert(!stamp_walk_next(&a, &x, &e) && !stamp_walk_next(&b, &y, &e));
        ck_assert_ptr_eq(x.op, y.op);
        ck_assert_mem_eq(&x.insn, &y.insn, sizeof x.insn);
    }
    ck_assert(b.ctl.done && steps > 100);
    stamp_image_free(flat);
    stamp_image_free(rolled);
}
END_TEST

START_TEST(a_regular_stream_becomes_one_loop)
{
    const struct stamp_mach *m = stamp_mach_find("tiny");
    struct stamp_word in[60], out[60];
    struct stamp_err e = {0};

    for (int i = 0; i < 60; i++) {
        char text[80];
        snprintf(text, sizeof text, "LOAD fmt=F32 lines=1 n0=1 n1=1 line=%d dram=%d", i % 2,
                 i % 2 ? 64 * i : 9600 + 128 * i);
        ck_assert(!stamp_asm_word(text, &in[i], &e));
    }
    const size_t n = stamp_roll(m, in, 60, out);
    ck_assert_uint_eq(n, 2 + 1 + 2 + 2 + 1); /* SETR, LOOP, body, ADDR, ENDL */
    ck_assert_uint_eq(out[2].w[0] & 0xff, STAMP_OP_LOOP);
    ck_assert_uint_eq(get(&out[2], "imm"), 30);
}
END_TEST

/* What an instruction takes (or gives: "post") to the counts; how many semaphores it names. */
static uint32_t tokens(const struct stamp_word *w, const char *name, uint32_t count[32])
{
    const struct stamp_op *op = stamp_op_find(w->w[0] & 0xff);
    uint32_t named = 0, seen = 0;

    for (size_t i = 0; i < stamp_field_count; i++) {
        const struct stamp_field *f = &stamp_fields[i];
        if (f->format != op->format || strncmp(f->name, name, 4)) continue;
        const uint64_t sem = stamp_word_get(w, f->lsb, f->width);
        if (!sem) continue;
        ck_assert_msg(!(seen >> sem & 1), "%s names semaphore %d twice", op->name, (int)sem);
        seen |= 1u << sem;
        named++;
        if (*name == 'w') ck_assert_msg(count[sem], "%s would block on %d", op->name, (int)sem);
        count[sem] += *name == 'w' ? UINT32_MAX : 1;
    }
    return named;
}

/* Counted in program order by fields alone: an instruction waits for at most the three other units,
 * every post is taken, and the largest count is what the compiler says. */
START_TEST(compiled_programs_stay_within_three_waits_and_small_semaphores)
{
    struct stamp_case c = stamp_case_of("tiny", 120, 90, 200, STAMP_HAAR);
    struct stamp_compile_info info;
    float *x, *want;
    uint32_t count[32] = {0}, waits = 0, peak = 0, all = 0;

    c.options.no_roll = true;
    struct stamp_image *m = stamp_case_compile(&c, &info, &x, &want);
    for (uint32_t i = 0; i < m->code_count; i++) {
        const uint32_t taken = tokens(&m->code[i], "wait", count);
        if (taken > waits) waits = taken;
        all += taken;
        ck_assert_uint_le(tokens(&m->code[i], "post", count), 3);
        for (int s = 0; s < 32; s++)
            if (count[s] > peak) peak = count[s];
    }
    for (int s = 0; s < 32; s++) ck_assert_uint_eq(count[s], 0);
    ck_assert_uint_gt(all, 50);
    ck_assert(waits == 2 || waits == 3); /* the fields are in use */
    ck_assert_uint_eq(peak, info.sem_peak);
    ck_assert_uint_lt(peak, 100);
    ck_assert_uint_gt(info.cycles, info.busy[STAMP_UNIT_MXU]);
    stamp_image_free(m);
    stamp_free(x);
    stamp_free(want);
}
END_TEST

Suite *stamp_suite_emit(void)
{
    Suite *s = suite_create("emit");
    TCase *t = tcase_create("emit");

    tcase_set_timeout(t, 180);
    tcase_add_test(t, a_removed_token_is_a_race);
    tcase_add_test(t, a_removed_post_blocks_a_wait);
    tcase_add_test(t, a_field_out_of_range_is_found);
    tcase_add_test(t, small_programs_are_judged_right);
    tcase_add_test(t, a_program_that_runs_too_long_is_stopped);
    tcase_add_test(t, a_rolled_program_executes_the_same_instructions);
    tcase_add_test(t, a_regular_stream_becomes_one_loop);
    tcase_add_test(t, compiled_programs_stay_within_three_waits_and_small_semaphores);
    suite_add_tcase(s, t);
    return s;
}
