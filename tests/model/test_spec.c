/* SPDX-License-Identifier: Apache-2.0 */
/* test_spec.c - the tables: encode, decode, reserved bits, sizes. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/graph/graph.h"
#include "model/spec/spec.h"

Suite *stamp_suite_spec(void);

static uint64_t next(uint64_t *s)
{
    *s = *s * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return *s >> 7;
}

START_TEST(every_opcode_round_trips_random_fields)
{
    uint64_t seed = 1;
    int cases = 0;

    for (size_t o = 0; o < stamp_op_count; o++)
        for (int k = 0; k < 200; k++, cases++) {
            union stamp_insn in = {0}, out = {0};
            struct stamp_word w;
            size_t n = 0;
            for (size_t f = 0; f < stamp_field_count; f++) {
                if (stamp_fields[f].format != stamp_ops[o].format) continue;
                const unsigned width = stamp_fields[f].width;
                const bool rsv = !strncmp(stamp_fields[f].name, "rsv", 3);
                in.field[n++] = rsv || width > 60 ? 0 : next(&seed) & ((UINT64_C(1) << width) - 1);
            }
            in.c.op = stamp_ops[o].code;
            ck_assert_ptr_null(stamp_encode(&in, &w));
            ck_assert_ptr_eq(stamp_decode(&w, &out), &stamp_ops[o]);
            ck_assert_mem_eq(&in, &out, sizeof in.field[0] * n);
            ck_assert_int_eq(stamp_reserved_clear(&w, &stamp_ops[o]), 1);
        }
    ck_assert_int_eq(cases, (int)stamp_op_count * 200);
}
END_TEST

/* LOAD, worked by hand from isa.md: op 0x10, wait0 5 at bit 8, space 1 at 40, dram 0x1240 at 50. */
START_TEST(the_worked_encoding_of_load_is_as_documented)
{
    union stamp_insn i = {.d = {.op = STAMP_OP_LOAD, .wait0 = 5, .space = 1, .dram = 0x1240}};
    struct stamp_word w;

    ck_assert_ptr_null(stamp_encode(&i, &w));
    ck_assert_uint_eq(w.w[0], 0x00000510u);
    ck_assert_uint_eq(w.w[1], 1u << 8 | 0x1240u << 18);
    ck_assert_uint_eq(w.w[2], 0);
}
END_TEST

START_TEST(a_field_too_large_is_named)
{
    union stamp_insn i = {.m = {.op = STAMP_OP_MM, .groups = 256}};
    struct stamp_word w;

    ck_assert_str_eq(stamp_encode(&i, &w), "groups");
}
END_TEST

START_TEST(reserved_bits_are_seen_in_every_format)
{
    int seen = 0;

    for (size_t o = 0; o < stamp_op_count; o++)
        for (size_t f = 0; f < stamp_field_count; f++) {
            const struct stamp_field *fd = &stamp_fields[f];
            if (fd->format != stamp_ops[o].format || strncmp(fd->name, "rsv", 3)) continue;
            struct stamp_word w = {{(uint32_t)stamp_ops[o].code}};
            stamp_word_set(&w, fd->lsb + fd->width - 1u, 1, 1);
            ck_assert_int_eq(stamp_reserved_clear(&w, &stamp_ops[o]), 0);
            seen++;
        }
    ck_assert_int_ge(seen, 30);
}
END_TEST

START_TEST(an_unknown_opcode_decodes_to_nothing)
{
    struct stamp_word w = {{0xff}};
    union stamp_insn i;
    ck_assert_ptr_null(stamp_decode(&w, &i));
}
END_TEST

START_TEST(names_exist_for_all_numbers_and_none_beyond)
{
    ck_assert_str_eq(stamp_unit_name(STAMP_UNIT_MXU), "MXU");
    ck_assert_str_eq(stamp_space_name(STAMP_SPACE_DRAM), "DRAM");
    ck_assert_str_eq(stamp_error_name(STAMP_ERROR_WATCHDOG), "WATCHDOG");
    ck_assert_str_eq(stamp_error_name((enum stamp_error)15), "?");
    ck_assert_str_eq(stamp_event_name((enum stamp_event)STAMP_EVENTS), "?");
    ck_assert_ptr_nonnull(stamp_mach_find("base"));
    ck_assert_ptr_null(stamp_mach_find("huge"));
}
END_TEST

/* ---- Sections of numerics.md that the operations of a graph name -------------------------------- */

static char page[1 << 16];

/* The text from @p from up to @p to, which follows it; both must be there. */
static const char *between(const char *from, const char *to)
{
    static char text[1 << 15];
    const char *a = strstr(page, from), *b = a ? strstr(a, to) : NULL;

    ck_assert_msg(a && b, "no \"%s\" to \"%s\" in numerics.md", from, to);
    snprintf(text, sizeof text, "%.*s", (int)(b - a), a);
    return text;
}

/* A row of the table, "| NAME | KINDS | ... |", or NULL. */
static const char *row_of(const char *table, const char *name)
{
    char start[40];

    snprintf(start, sizeof start, "\n| %s |", name);
    return strstr(table, start);
}

START_TEST(operations_of_a_graph_name_sections_there_are)
{
    static const struct {
        const char *name;
        int section;
    } ops[] = {
#define GOP(name, least, most, shape, section, meaning) {#name, section},
#include "model/graph/ops.def"
    };
    static const struct {
        const char *op, *name;
    } kinds[] = {
#define GKIND(op, name, meaning) {#op, #name},
#include "model/graph/ops.def"
    };
    FILE *f = fopen("model/spec/numerics.md", "r");

    ck_assert_ptr_nonnull(f);
    page[fread(page, 1, sizeof page - 1, f)] = 0;
    fclose(f);
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        char head[24];
        snprintf(head, sizeof head, "\n## %d. ", ops[i].section);
        ck_assert_msg(!ops[i].section || strstr(page, head), "%s: no section %d", ops[i].name,
                      ops[i].section);
    }
    const char *table = between("| operation | kinds |", "\n## 11. ");
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        const char *row = row_of(table, ops[i].name);
        ck_assert_msg(row != NULL, "section 10 has no %s", ops[i].name);
        const char *last = row + strcspn(row + 1, "\n"); /* "... | 8 |": a list names it first */
        while (strncmp(last, "| ", 2) || last[2] == '\n') last--;
        ck_assert_msg(atoi(last + 2) == ops[i].section, "%s: section %d, page %d", ops[i].name,
                      ops[i].section, atoi(last + 2));
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        char row[400];
        snprintf(row, sizeof row, "%.*s", (int)strcspn(row_of(table, kinds[i].op) + 1, "\n"),
                 row_of(table, kinds[i].op) + 1);
        ck_assert_msg(strstr(row, kinds[i].name) != NULL, "section 10, %s: no %s", kinds[i].op,
                      kinds[i].name);
    }
}
END_TEST

Suite *stamp_suite_spec(void)
{
    Suite *s = suite_create("spec");
    TCase *t = tcase_create("tables");

    tcase_add_test(t, every_opcode_round_trips_random_fields);
    tcase_add_test(t, the_worked_encoding_of_load_is_as_documented);
    tcase_add_test(t, a_field_too_large_is_named);
    tcase_add_test(t, reserved_bits_are_seen_in_every_format);
    tcase_add_test(t, an_unknown_opcode_decodes_to_nothing);
    tcase_add_test(t, names_exist_for_all_numbers_and_none_beyond);
    tcase_add_test(t, operations_of_a_graph_name_sections_there_are);
    suite_add_tcase(s, t);
    return s;
}
