/* SPDX-License-Identifier: Apache-2.0 */
/* test_weave.c - one order for the instructions of several kernels. */
#include <check.h>
#include <string.h>

#include "compiler/emit/vec.h"
#include "compiler/emit/weave.h"

Suite *stamp_suite_weave(void);

static const struct stamp_compile_options options = {.in_fmt = STAMP_FMT_F32};
static struct stamp_compile_options how;
static struct stamp_build b;
static struct stamp_err e;
static uint64_t at; /* a constant of 64 lines */

static void setup(void)
{
    how = options;
    how.mach = stamp_mach_find("tiny");
    stamp_build_start(&b, &how, 4, &e);
    ck_assert_ptr_nonnull(stamp_build_const(&b, "c", STAMP_FMT_F32, 64 * 64, &at));
}

static void teardown(void)
{
    stamp_build_end(&b);
}

static void load(uint32_t line, uint32_t lines)
{
    stamp_emit_load(&b, STAMP_SPACE_VM, STAMP_FMT_F32, at, line, lines);
}

/* Lines a .. to lines d .. */
static void scale(uint32_t a, uint32_t d, uint32_t lines)
{
    stamp_emit_bin(&b, STAMP_BIN_MUL, (struct stamp_vec){a, lines, 1, 1}, a, 1, 1, d, 1);
}

/* Place in the order of the first instruction of @p op that begins at VM line @p line. */
static size_t place(enum stamp_opcode op, uint32_t line)
{
    for (size_t i = 0; i < b.count; i++) {
        union stamp_insn n;
        if (stamp_decode(&b.word[i], &n)->code != op) continue;
        if ((op == STAMP_OP_VBIN ? n.w.a : n.d.line) == line) return i;
    }
    ck_abort_msg("no instruction of %u", line);
    return 0;
}

/* What a unit could do at once comes before what another stream is not ready for. */
START_TEST(streams_of_other_lines_overlap)
{
    size_t border[3] = {0};

    load(0, 32);
    scale(0, 32, 32);
    scale(32, 64, 32);
    border[1] = b.count;
    load(200, 1);
    scale(200, 201, 1);
    border[2] = b.count;
    stamp_weave(&b, border, 2);
    ck_assert_int_eq(b.status, STAMP_OK);
    ck_assert_uint_eq(b.count, 5);
    ck_assert_uint_lt(place(STAMP_OP_LOAD, 200), place(STAMP_OP_VBIN, 0));
}
END_TEST

/* A stream that writes what an earlier one reads, reads what it wrote, or writes what it wrote stays behind,
 * though its unit is idle from the start. */
START_TEST(what_touches_the_same_lines_keeps_its_order)
{
    static const uint32_t line[] = {31, 95, 95, 200};
    const enum stamp_opcode op = _i == 1 ? STAMP_OP_STORE : STAMP_OP_LOAD;
    size_t border[3] = {0};

    scale(0, 32, 32);
    scale(0, 64, 32); /* reads 31 last, writes 95; 200 is nobody's */
    border[1] = b.count;
    stamp_emit_move(&b, op,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .dram = at,
                                        .line = line[_i],
                                        .lines = 1,
                                        .lstride = 1});
    border[2] = b.count;
    stamp_weave(&b, border, 2);
    ck_assert_int_eq(b.status, STAMP_OK);
    if (_i < 3)
        ck_assert_uint_eq(place(op, line[_i]), 2);
    else
        ck_assert_uint_lt(place(op, line[_i]), 2);
}
END_TEST

/* What is pushed lies in the part of each memory that it was given. */
START_TEST(a_part_of_the_machine_begins_at_its_base)
{
    union stamp_insn n;

    b.base[STAMP_SPACE_VM] = 100;
    b.base[STAMP_SPACE_RT] = 64;
    b.base[STAMP_SPACE_SM] = 7;
    b.base[STAMP_SPACE_XB] = 11;
    b.base[STAMP_SPACE_RM] = 13;
    b.base[STAMP_SPACE_WB] = 17;
    b.base[STAMP_SPACE_NT] = 32;
    load(1, 1);
    stamp_emit_load(&b, STAMP_SPACE_RT, STAMP_FMT_RAW, at, 0, 1);
    stamp_emit_v(&b, STAMP_OP_VQUANT, (struct stamp_vec){2, 1, 1, 1},
                 (struct stamp_vsm){.sm = 3, .rt = 4, .rm = 5, .xb = 6});
    stamp_build_push(&b, &(union stamp_insn){.m = {.op = STAMP_OP_MM, .wb = 1, .nt = 2, .vm = 3}});
    ck_assert_int_eq(b.status, STAMP_OK);
    stamp_decode(&b.word[0], &n);
    ck_assert_uint_eq(n.d.line, 101);
    stamp_decode(&b.word[1], &n);
    ck_assert_uint_eq(n.d.line, 2); /* lines of 32 entries */
    stamp_decode(&b.word[2], &n);
    ck_assert(n.v.a == 102 && n.v.sm == 10 && n.v.rt == 68 && n.v.rm == 18 && n.v.xb == 17);
    stamp_decode(&b.word[3], &n);
    ck_assert(n.m.wb == 18 && n.m.nt == 34 && n.m.vm == 103 && n.m.xb == 11 && n.m.rm == 13);
}
END_TEST

Suite *stamp_suite_weave(void)
{
    Suite *s = suite_create("weave");
    TCase *c = tcase_create("weave");

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, streams_of_other_lines_overlap);
    tcase_add_loop_test(c, what_touches_the_same_lines_keeps_its_order, 0, 4);
    tcase_add_test(c, a_part_of_the_machine_begins_at_its_base);
    suite_add_tcase(s, c);
    return s;
}
