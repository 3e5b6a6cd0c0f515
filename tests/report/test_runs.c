/* SPDX-License-Identifier: Apache-2.0 */
/* test_runs.c - causes of cycles, roofs, bytes and differences, against numbers put down by hand. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "model/mem.h"
#include "sim/report/roof.h"
#include "sim/report/runs.h"
#include "sim/report/stalls.h"
#include "tests/report/record_sample.h"

Suite *stamp_suite_runs(void);

static void set(struct stamp_record_piece *p, enum stamp_event e, uint64_t n)
{
    p->event[e].n = n;
}

/* 100 cycles: the matrix unit holds instructions for 60, of which 40 multiply and 5 wait for the drain. */
static struct stamp_record_piece stretch(void)
{
    struct stamp_record_piece p = sample_piece("a", 0, 0, 100);

    set(&p, STAMP_EV_MXU_BUSY, 60);
    set(&p, STAMP_EV_MXU_ACTIVE, 40);
    set(&p, STAMP_EV_MXU_DRAIN, 5);
    set(&p, STAMP_EV_MXU_WAIT, 70);
    set(&p, STAMP_EV_VXU_BUSY, 75);
    set(&p, STAMP_EV_VXU_WAIT, 30);
    set(&p, STAMP_EV_LDU_BUSY, 30);
    set(&p, STAMP_EV_LDU_AXI, 10);
    return p;
}

static void row(const struct stamp_stalls *s, const char *key, uint64_t least, uint64_t most)
{
    for (int i = 0; i < s->rows; i++) {
        if (strcmp(s->row[i].key, key)) continue;
        ck_assert_msg(s->row[i].least == least && s->row[i].most == most, "%s: %d to %d", key,
                      (int)s->row[i].least, (int)s->row[i].most);
        return;
    }
    ck_abort_msg("no row %s", key);
}

START_TEST(cycles_are_proved_or_a_span)
{
    const struct stamp_record_program p = {.name = "p", .all = stretch()};
    struct stamp_stalls s;

    stamp_stalls_of(&p, &s);
    ck_assert(s.known);
    row(&s, "RUN", 100, 100);
    row(&s, "ACTIVE", 40, 40);
    row(&s, "HELD", 20, 20);
    row(&s, "DRAIN", 5, 5);
    row(&s, "ENDS", 15, 15);
    row(&s, "FREE", 40, 40);
    row(&s, "WAITS", 10, 40); /* 70 cycles of waiting, 60 of them perhaps beside an instruction */
    row(&s, "EMPTY", 0, 30);
    row(&s, "VXU", 15, 40); /* 75, of which 60 perhaps beside it */
    row(&s, "LDU", 0, 30);
    row(&s, "LDU_AXI", 0, 10);
    row(&s, "STU", 0, 0);
    row(&s, "NOBODY", 0, 25);
    row(&s, "BY_NONE", 100, 100);
    row(&s, "BY_NONE_VXU", 100, 100);
    ck_assert_int_eq(s.bound, STAMP_BOUND_NONE);
    ck_assert_uint_eq(s.slack[STAMP_BOUND_VECTOR].idle, 25);
    ck_assert_uint_eq(s.slack[STAMP_BOUND_VECTOR].least, 0);
    ck_assert_uint_eq(s.slack[STAMP_BOUND_VECTOR].most, 25);
    ck_assert_uint_eq(s.slack[STAMP_BOUND_MATRIX].idle, 40);
    ck_assert_uint_eq(s.slack[STAMP_BOUND_MATRIX].least, 10);
}
END_TEST

/* Two stretches that do not overlap prove what their sum does not. */
START_TEST(spans_are_taken_stretch_by_stretch)
{
    struct stamp_record_piece at[] = {sample_piece("mul", 0, 0, 50),
                                      sample_piece("vec", 0, 50, 50)};
    struct stamp_record_program p = {.name = "p", .all = sample_piece(NULL, 0, 0, 100)};
    struct stamp_stalls s;

    set(&at[0], STAMP_EV_MXU_BUSY, 50);
    set(&at[0], STAMP_EV_MXU_ACTIVE, 50);
    set(&at[1], STAMP_EV_VXU_BUSY, 45);
    set(&at[1], STAMP_EV_VXU_VM, 4);
    set(&at[1], STAMP_EV_MXU_WAIT, 50);
    for (int e = 0; e < STAMP_EVENTS; e++) p.all.event[e].n = at[0].event[e].n + at[1].event[e].n;
    stamp_stalls_of(&p, &s);
    row(&s, "VXU", 0, 45);
    p.instance = at;
    p.instances = 2;
    stamp_stalls_of(&p, &s);
    row(&s, "VXU", 45, 45);
    row(&s, "WAITS", 50, 50);
    row(&s, "BY_MXU", 50, 50);
    row(&s, "BY_VXU", 50, 50);
    row(&s, "BY_VXU_VM", 4, 4);
    row(&s, "BY_VXU_REST", 41, 41);
    row(&s, "BY_VXU_IDLE", 5, 5);
    ck_assert_uint_eq(s.slack[STAMP_BOUND_VECTOR].idle, 50); /* not the 5 where it bounds */
    ck_assert_int_eq(s.bound, STAMP_BOUND_MATRIX);
    ck_assert_uint_eq(s.bound_cycles, 50);
}
END_TEST

START_TEST(a_unit_bounds_from_nine_tenths_on)
{
    struct stamp_record_piece p = sample_piece("a", 0, 0, 1000);
    char text[60];

    set(&p, STAMP_EV_LDU_BUSY, 899);
    ck_assert_int_eq(stamp_bound_of(&p), STAMP_BOUND_NONE);
    ck_assert_int_eq(stamp_bound_busiest(&p), STAMP_BOUND_LOAD);
    stamp_bound_text(&p, text, sizeof text);
    ck_assert_str_eq(text, "none, load unit 90 %"); /* 89.9 */
    set(&p, STAMP_EV_LDU_BUSY, 900);
    ck_assert_int_eq(stamp_bound_of(&p), STAMP_BOUND_LOAD);
    set(&p, STAMP_EV_STU_BUSY, 901);
    ck_assert_int_eq(stamp_bound_of(&p), STAMP_BOUND_STORE);
    p.event[STAMP_EV_VXU_VM].known = false;
    ck_assert_int_eq(stamp_bound_of(&p), STAMP_BOUND_NONE);
}
END_TEST

START_TEST(causes_of_a_device_without_clock_are_not_known)
{
    struct stamp_record *r = sample_untimed();
    struct stamp_stalls s;
    char verdict[240];

    stamp_stalls_of(&r->program[0], &s);
    ck_assert(!s.known && !s.rows);
    stamp_stalls_verdict(&s, verdict, sizeof verdict);
    ck_assert_ptr_nonnull(strstr(verdict, "not known"));
    stamp_record_free(r);
}
END_TEST

START_TEST(a_roof_is_that_of_array_and_port)
{
    struct stamp_record *r = sample_record(1);
    struct stamp_record_piece p = sample_piece("a", 8, 0, 100); /* 8000 products */
    struct stamp_roof roof;
    struct stamp_roof_point at;

    r->read_rate = 128;
    ck_assert(stamp_roof_of(r, &roof));
    ck_assert_double_eq(roof.products, 128); /* 4 x 8 x 4 */
    ck_assert_double_eq(roof.read, 4);
    ck_assert_double_eq(roof.write, 8);
    stamp_roof_point(&roof, &p, &at);
    ck_assert_double_eq(at.cycles, 62.5);
    ck_assert_int_eq(at.by, STAMP_ROOF_ARRAY);
    set(&p, STAMP_EV_LOAD_BYTES, 200);
    set(&p, STAMP_EV_FETCH_BYTES, 120);
    set(&p, STAMP_EV_STORE_BYTES, 400);
    stamp_roof_point(&roof, &p, &at);
    ck_assert_double_eq(at.cycles, 80); /* 320 bytes of 4 a cycle; 400 of 8 take 50 */
    ck_assert_double_eq(at.attained, 0.8);
    ck_assert_double_eq(at.intensity, 25);
    ck_assert_int_eq(at.by, STAMP_ROOF_READ);
    p.cycles.known = false;
    p.cycles.n = 0;
    stamp_roof_point(&roof, &p, &at);
    ck_assert(isnan(at.attained) && isnan(at.rate));
    stamp_record_free(r);
}
END_TEST

START_TEST(bytes_are_lines_times_their_width)
{
    struct stamp_record *r = sample_record(1);
    struct stamp_record_piece p = sample_piece("a", 0, 0, 1);
    struct stamp_traffic at[STAMP_LEVELS];
    static const struct {
        const char *key;
        uint64_t read, write;
    } want[STAMP_LEVELS] = {{"dram_data", 1, 1}, {"dram_code", 1, 0}, {"vm", 32, 32}, {"xb", 16, 4},
                            {"wb", 16, 16},      {"ac", 32, 32},      {"pb", 16, 4}};

    for (int e = 0; e < STAMP_EVENTS; e++) set(&p, (enum stamp_event)e, 1);
    stamp_traffic_of(r, &p, at); /* tiny: P 4, L 8, T 4 */
    for (int l = 0; l < STAMP_LEVELS; l++) {
        ck_assert_str_eq(at[l].key, want[l].key);
        ck_assert_msg(at[l].read.n == want[l].read && at[l].write.n == want[l].write, "%s",
                      at[l].key);
    }
    ck_assert(!at[1].write.known && at[6].write_most && !at[2].write_most);
    stamp_record_free(r);
}
END_TEST

/* ---- Forms -------------------------------------------------------------------------------------- */

static char *form(void (*of)(struct stamp_text *, const struct stamp_runs *),
                  const struct stamp_record *a, const struct stamp_record *b)
{
    const struct stamp_runs runs = {{a, b}, {"a,\"1\".json", "b.json"}, b ? 2 : 1};
    struct stamp_text t = {0};

    of(&t, &runs);
    ck_assert(!t.failed && t.s);
    return t.s;
}

static void has(const char *text, const char *words)
{
    ck_assert_msg(strstr(text, words) != NULL, "no '%s' in %.3000s", words, text);
}

START_TEST(two_runs_differ_by_what_they_differ)
{
    struct stamp_record *a = sample_record(1), *b = sample_record(2);
    char *text = form(stamp_runs_text, a, b);

    has(text, "340");
    has(text, "640    +88.24 %"); /* 640 / 340 */
    has(text, "600   +100.00 %"); /* prefill */
    stamp_free(text);
    text = form(stamp_runs_csv, a, b);
    has(text, "\"a,\"\"1\"\".json\",,total,,,,,340,340,2000,");
    has(text, "B,b.json,prefill,part,a,,,2,400,400,");
    has(text, "B,b.json,prefill,instance,b,1,500,1,100,100,1000,");
    stamp_free(text);
    text = form(stamp_runs_html, a, b);
    has(text, "+100.00\u202f%");
    has(text, "<data value=\"640\">640</data>");
    stamp_free(text);
    stamp_record_free(a);
    stamp_record_free(b);
}
END_TEST

/* Cells of the CSV are as many in every row, and what is not known is empty. */
START_TEST(rows_of_the_csv_have_all_columns)
{
    struct stamp_record *a = sample_record(1), *b = sample_untimed();
    char *text = form(stamp_runs_csv, b, a);
    int columns = 0, rows = 0;

    for (const char *line = text; *line; rows++) {
        int cells = 1;
        bool quoted = false;
        for (; *line != '\n'; line++) {
            if (*line == '"') quoted = !quoted;
            if (*line == ',' && !quoted) cells++;
        }
        line++;
        if (!rows) columns = cells;
        ck_assert_msg(cells == columns, "row %d: %d cells, not %d", rows, cells, columns);
    }
    ck_assert_int_gt(rows, 80);
    has(text, ",main,program,,,,,,,11,,,,,");
    stamp_free(text);
    stamp_record_free(a);
    stamp_record_free(b);
}
END_TEST

START_TEST(a_page_fetches_nothing_and_takes_no_text_for_html)
{
    struct stamp_record *a = sample_record(1), *b = sample_untimed();
    char *text = form(stamp_runs_html, a, b);
    static const char *const never[] = {"<script", "<model>", "src=", "url(", "http:", "https:",
                                        "<link",   "@import", "%!",   "nan",  "NaN"};

    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        ck_assert_msg(strstr(text, never[i]) == NULL, "%s", never[i]);
    has(text, "a &lt;model&gt;");
    has(text, "not known");
    ck_assert_uint_lt(strlen(text), 200000);
    stamp_free(text);
    text = form(stamp_runs_text, b, NULL);
    ck_assert_ptr_null(strstr(text, "nan"));
    stamp_free(text);
    stamp_record_free(a);
    stamp_record_free(b);
}
END_TEST

/* Thousands of stretches stay under a megabyte, and their sum is the whole. */
START_TEST(a_long_run_makes_no_long_page)
{
    struct stamp_record *r = sample_record(1);
    struct stamp_record_program *p = &r->program[0];
    struct stamp_runs_window w;
    uint64_t cycles = 0;

    p->instances = 5000;
    p->instance = stamp_arena_alloc(r->arena, p->instances, sizeof *p->instance);
    ck_assert_ptr_nonnull(p->instance);
    for (uint32_t i = 0; i < p->instances; i++)
        p->instance[i] = sample_piece(i % 2 ? "b" : "a", i / 2, 3 * i, 3);
    p->all.cycles = stamp_known(15000);
    ck_assert(stamp_record_finish(r));
    for (uint32_t i = 0; stamp_runs_window(p, 100, i, &w); i++) {
        ck_assert_uint_lt(i, 100);
        cycles += w.sum.cycles.n;
    }
    ck_assert_uint_eq(cycles, 15000);
    char *text = form(stamp_runs_html, r, r);
    ck_assert_uint_lt(strlen(text), 1 << 20);
    has(text, "Neighbours are taken together");
    stamp_free(text);
    stamp_record_free(r);
}
END_TEST

/* 300 cycles in 30 columns, then the same run twice as long beside it: columns are 20 cycles. */
START_TEST(a_chart_has_every_cycle_in_its_column)
{
    struct stamp_record *r = sample_record(1), *twice = sample_record(2);
    struct stamp_runs runs = {.run = {r}, .file = {"one\x1b[2J"}, .count = 1};
    struct stamp_text t = {0};
    const struct stamp_record_program *p = &r->program[0];

    for (int u = 0; u < STAMP_BOUND_UNITS; u++)
        for (int i = 0; i < 4; i++) p->instance[i].event[stamp_bound_busy(u)].n = 0;
    p->instance[0].event[STAMP_EV_MXU_BUSY].n = 95; /* of 100 */
    p->instance[3].event[STAMP_EV_LDU_BUSY].n = 25; /* of 50 */
    stamp_runs_gantt(&t, &runs, 48);
    has(t.s, "one?[2J, prefill: 300 cycles\n");
    has(t.s, "cycle  |0        |100      |200      \n");
    has(t.s, "\nLDU    |                         -----|");
    has(t.s, "\nMXU    |##########                    |");
    has(t.s, "\nbound  |MMMMMMMMMM--------------------|\n");
    has(t.s, "\npart   |aaaaaaaaaabbbbbaaaaaaaaaabbbbb|\n");
    has(t.s, "\nlayer  |0              1              |\n");
    has(t.s, "step: no parts to draw");
    stamp_free(t.s);
    t = (struct stamp_text){0};
    runs = (struct stamp_runs){.run = {r, twice}, .file = {"a", "b"}, .count = 2};
    stamp_runs_gantt(&t, &runs, 48);
    has(t.s, "\npart   |aaaaabbaaaaaabb               |\n");
    has(t.s, "b, prefill: 600 cycles, +100.00 % against A\n");
    stamp_free(t.s);
    stamp_record_free(r);
    stamp_record_free(twice);
}
END_TEST

START_TEST(a_chart_of_a_device_without_clock_says_so)
{
    struct stamp_record *r = sample_untimed();
    const struct stamp_runs runs = {.run = {r}, .file = {"a"}, .count = 1};
    struct stamp_text t = {0};

    stamp_runs_gantt(&t, &runs, 0);
    has(t.s, "main: a device without a clock");
    stamp_free(t.s);
    stamp_record_free(r);
}
END_TEST

Suite *stamp_suite_runs(void)
{
    Suite *s = suite_create("runs");
    TCase *t = tcase_create("runs");

    tcase_add_test(t, cycles_are_proved_or_a_span);
    tcase_add_test(t, spans_are_taken_stretch_by_stretch);
    tcase_add_test(t, a_unit_bounds_from_nine_tenths_on);
    tcase_add_test(t, causes_of_a_device_without_clock_are_not_known);
    tcase_add_test(t, a_roof_is_that_of_array_and_port);
    tcase_add_test(t, bytes_are_lines_times_their_width);
    tcase_add_test(t, two_runs_differ_by_what_they_differ);
    tcase_add_test(t, rows_of_the_csv_have_all_columns);
    tcase_add_test(t, a_page_fetches_nothing_and_takes_no_text_for_html);
    tcase_add_test(t, a_long_run_makes_no_long_page);
    tcase_add_test(t, a_chart_has_every_cycle_in_its_column);
    tcase_add_test(t, a_chart_of_a_device_without_clock_says_so);
    suite_add_tcase(s, t);
    return s;
}
