/* SPDX-License-Identifier: Apache-2.0 */
/* test_ahead.c - loads of weights go where the load unit is idle, and no further. */
#include <check.h>

#include "compiler/emit/ahead.h"
#include "compiler/emit/vec.h"
#include "model/mem.h"

Suite *stamp_suite_ahead(void);

enum { LINES = 64, ROWS = 16 };

/* Constants of two loads, rows that are loaded, worked on and stored, and loaded again. */
struct program {
    struct stamp_compile_options options;
    struct stamp_build b;
    struct stamp_err e;
    uint64_t weights, rows;
};

static void start(struct program *p)
{
    *p = (struct program){.options = {.mach = stamp_mach_find("base")}};
    stamp_build_start(&p->b, &p->options, 8, &p->e);
    ck_assert_ptr_nonnull(
        stamp_build_const(&p->b, "w", STAMP_FMT_RAW, 2 * 64 * LINES, &p->weights));
    p->rows = stamp_build_matrix(&p->b, "x", STAMP_STATE, STAMP_FMT_F32, ROWS, 256).addr;
}

static void load_weights(struct program *p, uint32_t part, uint32_t line)
{
    stamp_emit_load(&p->b, STAMP_SPACE_WB, STAMP_FMT_RAW, p->weights + part * 64 * LINES, line,
                    LINES);
}

static void move_rows(struct program *p, enum stamp_opcode op, uint32_t line)
{
    stamp_emit_move(&p->b, op,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .dram = p->rows,
                                        .line = line,
                                        .lines = 16 * ROWS});
}

/* Long work of the vector unit on the rows, which are stored. */
static void work(struct program *p)
{
    for (int i = 0; i < 2; i++)
        stamp_emit_bin(&p->b, STAMP_BIN_ADD, (struct stamp_vec){0, ROWS, 16, 16}, 0, 16, 1, 0, 16);
    move_rows(p, STAMP_OP_STORE, 0);
}

static uint64_t op_at(const struct program *p, size_t i)
{
    return p->b.word[i].w[0] & 0xff;
}

/* The number of the load of weights at place @p i. */
static uint64_t part_at(const struct program *p, size_t i)
{
    union stamp_insn insn;

    stamp_decode(&p->b.word[i], &insn);
    ck_assert_uint_eq(insn.d.op, STAMP_OP_LOAD);
    ck_assert_uint_eq(insn.d.space, STAMP_SPACE_WB);
    return (insn.d.dram - p->weights) / (64 * LINES);
}

static void finish(struct program *p)
{
    stamp_emit_control(&p->b, STAMP_OP_HALT, 0, 0);
    ck_assert_int_eq(p->b.status, STAMP_OK);
    p->b.image->dram_bytes = p->b.dram;
    ck_assert_msg(!stamp_ahead(&p->b, p->b.word, p->b.count), "%s", p->e.text);
}

START_TEST(weights_come_while_the_rows_are_worked_on)
{
    struct program p;

    start(&p);
    stamp_build_phase_begin(&p.b, "rows", 0);
    move_rows(&p, STAMP_OP_LOAD, 0);
    work(&p);
    stamp_build_phase_begin(&p.b, "product", 0);
    move_rows(&p, STAMP_OP_LOAD, 512);
    load_weights(&p, 0, 0);
    load_weights(&p, 1, LINES);
    stamp_build_phase_end(&p.b);
    finish(&p);
    ck_assert_uint_eq(op_at(&p, 0), STAMP_OP_LOAD);
    ck_assert_uint_eq(part_at(&p, 1), 0);
    ck_assert_uint_eq(part_at(&p, 2), 1);
    ck_assert_uint_eq(op_at(&p, 5), STAMP_OP_STORE);
    ck_assert_uint_eq(p.b.phase[0].end, 6); /* they count where they are loaded */
    ck_assert_uint_eq(p.b.phase[1].first, 6);
    ck_assert_uint_eq(p.b.phase[1].end, 7);
    stamp_build_end(&p.b);
}
END_TEST

/* Lines that something else touches in between stay whose they are. */
START_TEST(weights_wait_for_their_lines)
{
    struct program p;

    start(&p);
    move_rows(&p, STAMP_OP_LOAD, 0);
    work(&p);
    move_rows(&p, STAMP_OP_LOAD, 512);
    work(&p);
    stamp_emit_move(&p.b, STAMP_OP_LOAD, /* rows are no constants: this one stays */
                    (struct stamp_move){.space = STAMP_SPACE_WB,
                                        .fmt = STAMP_FMT_RAW,
                                        .dram = p.rows,
                                        .line = LINES - 1,
                                        .lines = 1});
    work(&p);
    move_rows(&p, STAMP_OP_LOAD, 512);
    load_weights(&p, 0, 0);
    finish(&p);
    ck_assert_uint_eq(op_at(&p, 8), STAMP_OP_LOAD);
    ck_assert_uint_eq(part_at(&p, 9), 0);
    stamp_build_end(&p.b);
}
END_TEST

START_TEST(weights_of_a_loop_stay_in_it)
{
    struct program p;

    start(&p);
    move_rows(&p, STAMP_OP_LOAD, 0);
    work(&p);
    stamp_emit_control(&p.b, STAMP_OP_FENCE, 0, 0);
    stamp_emit_control(&p.b, STAMP_OP_LOOP, 0, 2);
    move_rows(&p, STAMP_OP_LOAD, 512);
    load_weights(&p, 0, 0);
    stamp_emit_control(&p.b, STAMP_OP_FENCE, 0, 0);
    stamp_emit_control(&p.b, STAMP_OP_ENDL, 0, 0);
    finish(&p);
    ck_assert_uint_eq(op_at(&p, 5), STAMP_OP_LOOP);
    ck_assert_uint_eq(part_at(&p, 7), 0);
    stamp_build_end(&p.b);
}
END_TEST

Suite *stamp_suite_ahead(void)
{
    Suite *s = suite_create("ahead");
    TCase *t = tcase_create("ahead");

    tcase_add_test(t, weights_come_while_the_rows_are_worked_on);
    tcase_add_test(t, weights_wait_for_their_lines);
    tcase_add_test(t, weights_of_a_loop_stay_in_it);
    suite_add_tcase(s, t);
    return s;
}
