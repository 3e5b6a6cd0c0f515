/* SPDX-License-Identifier: Apache-2.0 */
/* test_shape.c - what of an instruction decides time: two of a shape do the same; what a table holds is of it. */
#include <check.h>
#include <string.h>

#include "model/clock/contents.h"
#include "model/clock/shape.h"
#include "model/clock/vxu_tape.h"
#include "model/mem.h"
#include "tests/cosim/cycle_shapes.h"
#include "tests/cosim/gen.h"

Suite *stamp_suite_shape(void);

/* The same shape: other lines of the same banks, other entries of SM, other constants. */
static void other(union stamp_insn *i, struct gen_rng *r)
{
    const uint32_t four = 4 * gen_below(r, 3), two = 2 * gen_below(r, 3), one = gen_below(r, 3);

    switch (stamp_op_find((uint32_t)i->c.op)->format) {
    case STAMP_FORMAT_B: i->b.a += four; break;
    case STAMP_FORMAT_W:
        i->w.a += four, i->w.d += 8 - four, i->w.c ^= one;
        if (i->w.b) i->w.b += four;
        break;
    default:
        i->v.a += four;
        if (i->c.op == STAMP_OP_VQUANT) i->v.xb += two, i->v.rm += one;
        if (i->c.op == STAMP_OP_VPACKK || i->c.op == STAMP_OP_VPACKV) i->v.xb += one;
        if (i->c.op != STAMP_OP_VSMRD && i->c.op != STAMP_OP_VSMWR && i->c.op != STAMP_OP_VBIAS)
            i->v.sm += one;
        if (i->c.op == STAMP_OP_VCODE || i->c.op == STAMP_OP_VDEQ) i->v.b += four;
    }
}

static void same_list(const struct stamp_clock_tape *a, const struct stamp_clock_tape *b,
                      unsigned kind, uint32_t bits)
{
    const uint32_t n = stamp_clock_tape_rank(a, kind, a->end);

    ck_assert_uint_eq(n, stamp_clock_tape_rank(b, kind, b->end));
    for (uint32_t k = 0; k < n; k++)
        ck_assert_uint_eq(a->list[kind][k] & bits, b->list[kind][k] & bits);
}

/* @return whether there was something to be compared */
static bool same_tapes(const struct stamp_mach *m, const union stamp_insn insn[2],
                       struct stamp_clock_tapes *tapes[2], const uint16_t *rt)
{
    struct stamp_word word[2];
    struct stamp_issue issue[2];
    const struct stamp_clock_tables tables = {.rt = rt};
    struct stamp_clock_shapes *s = stamp_clock_shapes_new(m, word, 2, &tables, 1 << 16);

    for (uint32_t k = 0; k < 2; k++) {
        ck_assert_ptr_null(stamp_encode(&insn[k], &word[k]));
        issue[k] = (struct stamp_issue){.pc = k, .next = k + 1};
        issue[k].op = stamp_decode(&word[k], &issue[k].insn);
    }
    const struct stamp_clock_tape *a = stamp_clock_tape_of(tapes[0], &issue[0].insn, rt);
    const struct stamp_clock_tape *b = stamp_clock_tape_of(tapes[1], &issue[1].insn, rt);
    const uint64_t shape = stamp_clock_shape(s, &issue[0]);
    ck_assert_msg(shape == stamp_clock_shape(s, &issue[1]), "%s", issue[0].op->name);
    stamp_clock_shapes_free(s);
    if (!a || !b) return false;
    ck_assert_msg(a->end == b->end && !memcmp(a->what, b->what, a->end * sizeof *a->what), "%s",
                  issue[0].op->name);
    same_list(a, b, STAMP_CLOCK_TAPE_READ, 3);
    same_list(a, b, STAMP_CLOCK_TAPE_PUT, 3);
    same_list(a, b, STAMP_CLOCK_TAPE_XB, 1 | 1 << 24);
    same_list(a, b, STAMP_CLOCK_TAPE_TABLE, UINT32_MAX);
    return true;
}

START_TEST(instructions_of_a_shape_do_the_same_in_the_same_banks)
{
    static const char *const machine[] = {"tiny", "base", "wide"};
    struct gen_rng r = {7};

    for (int n = 0; n < 3; n++) {
        const struct stamp_mach *m = stamp_mach_find(machine[n]);
        struct stamp_clock_tapes *tapes[] = {stamp_clock_tapes_new(m, 1 << 24),
                                             stamp_clock_tapes_new(m, 1 << 24)};
        uint16_t *rt = stamp_alloc(m->RT_ENTRIES, sizeof *rt);
        uint32_t compared = 0;
        for (uint32_t i = 0; i < m->RT_ENTRIES; i++)
            rt[i] = (uint16_t)(i < 64 ? i : 0x8000 | 2 * (i % 64));
        for (size_t op = 0; op < stamp_op_count; op++)
            for (uint32_t fn = 0; fn < shape_functions(stamp_ops[op].code); fn++)
                for (uint32_t k = 0; k < SHAPES; k++) {
                    union stamp_insn insn[2];
                    if (stamp_ops[op].unit != STAMP_UNIT_VXU ||
                        !shape_of(m, stamp_ops[op].code, fn, k, 0, &insn[0]))
                        continue;
                    insn[1] = insn[0];
                    other(&insn[1], &r);
                    compared += same_tapes(m, insn, tapes, rt);
                }
        ck_assert_uint_ge(compared, 300);
        stamp_free(rt);
        for (int k = 0; k < 2; k++) stamp_clock_tapes_free(tapes[k]);
    }
}
END_TEST

/* Tables under one instruction, and its shape. */
struct held {
    const struct stamp_mach *m;
    struct stamp_clock_shapes *s;
    struct stamp_issue issue;
};

/* The shape with entry @p at of a table changed by @p bits, and back. */
static uint64_t changed16(struct held *h, uint16_t *table, uint32_t at, uint16_t bits)
{
    table[at] ^= bits;
    stamp_clock_shapes_filled(h->s);
    const uint64_t shape = stamp_clock_shape(h->s, &h->issue);
    table[at] ^= bits;
    stamp_clock_shapes_filled(h->s);
    return shape;
}

START_TEST(what_a_table_holds_is_of_the_shape_of_what_reads_it)
{
    const struct stamp_mach *m = stamp_mach_find("tiny");
    static uint16_t rt[4096], nt[4096];
    static uint32_t it[4096];
    const struct stamp_clock_tables tables = {rt, nt, it};
    const union stamp_insn insn[] = {
        {.v = {.op = STAMP_OP_VQUANT, .rt = 5, .n0 = 3}},
        {.m = {.op = STAMP_OP_MM, .nt = 8, .groups = 2}},
        {.d = {.op = STAMP_OP_LOAD, .gather = 1, .it = 7, .n0 = 2, .n1 = 2, .lines = 1, .d0 = 64}}};
    struct stamp_word word[3];

    for (uint32_t k = 0; k < 3; k++) ck_assert_ptr_null(stamp_encode(&insn[k], &word[k]));
    struct held h = {.m = m, .s = stamp_clock_shapes_new(m, word, 3, &tables, 1 << 16)};
    uint64_t own[3];
    for (uint32_t k = 0; k < 3; k++) {
        h.issue = (struct stamp_issue){.pc = k, .next = k + 1};
        h.issue.op = stamp_decode(&word[k], &h.issue.insn);
        own[k] = stamp_clock_shape(h.s, &h.issue);
        ck_assert(own[k]);
        const uint32_t first = k == 0 ? 5 : k == 1 ? 8 : 7;
        const uint32_t count = k == 0 ? 3 : k == 1 ? 2 * m->P : 4;
        for (uint32_t at = first - 1; at <= first + count; at++) {
            const bool within = at >= first && at < first + count;
            ck_assert_int_eq(changed16(&h, rt, at, 1) != own[k], within && k == 0);
            ck_assert_int_eq(changed16(&h, nt, at, 1 << 14) != own[k], within && k == 1);
            ck_assert_int_eq(changed16(&h, nt, at, 2) != own[k], within && k == 1);
            ck_assert_int_eq(changed16(&h, nt, at, 4) != own[k], 0); /* of the same bank */
            ck_assert_int_eq(changed16(&h, (uint16_t *)(it + at), 0, 1) != own[k],
                             within && k == 2);
        }
    }
    stamp_clock_shapes_free(h.s);
}
END_TEST

START_TEST(contents_have_numbers_as_long_as_there_is_room)
{
    struct stamp_clock_contents *c = stamp_clock_contents_new(8);
    const uint16_t what[] = {1, 2, 3, 1, 2, 9};
    const uint32_t first = stamp_clock_content(c, what, 4),
                   next = stamp_clock_content(c, what + 1, 4);

    ck_assert(first && next && first != next);
    ck_assert_uint_eq(stamp_clock_content(c, what + 3, 4), first); /* equal bytes elsewhere */
    ck_assert(!stamp_clock_contents_full(c));
    ck_assert_uint_eq(stamp_clock_content(c, what + 4, 4), 0);
    ck_assert(stamp_clock_contents_full(c));
    ck_assert_uint_eq(stamp_clock_content(c, what + 1, 4), next); /* those there are stay */
    stamp_clock_contents_forget(c);
    ck_assert(!stamp_clock_contents_full(c));
    ck_assert_uint_ne(stamp_clock_content(c, what + 4, 4), 0);
    ck_assert_uint_ne(stamp_clock_content(c, what, 2), stamp_clock_content(c, what + 4, 4));
    stamp_clock_contents_free(c);
}
END_TEST

Suite *stamp_suite_shape(void)
{
    Suite *s = suite_create("shape");
    TCase *t = tcase_create("instructions");

    tcase_set_timeout(t, 120);
    tcase_add_test(t, instructions_of_a_shape_do_the_same_in_the_same_banks);
    tcase_add_test(t, contents_have_numbers_as_long_as_there_is_room);
    tcase_add_test(t, what_a_table_holds_is_of_the_shape_of_what_reads_it);
    suite_add_tcase(s, t);
    return s;
}
