/* SPDX-License-Identifier: Apache-2.0 */
/* test_lines.c - records of lines by group, beside an array in which each line has its own. */
#include <check.h>
#include <string.h>

#include "compiler/prove/lines.h"

Suite *stamp_suite_lines(void);

enum { LINES = 77, TOUCHES = 20000 };

struct record {
    uint32_t writer, reader;
};

static uint32_t draw(uint32_t *state, uint32_t below)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % below;
}

/* Whole groups, parts of them, single lines: as instructions touch memories. */
static void pick(uint32_t *state, uint32_t *first, uint32_t *end)
{
    const uint32_t unit = draw(state, 3) ? 16 : 1;

    *first = draw(state, LINES / unit) * unit;
    *end = *first + (draw(state, 3) + 1) * unit + (draw(state, 4) ? 0 : draw(state, 5));
    if (*end > LINES) *end = LINES;
}

/* What a touch does to a record. */
static void use(struct record *r, bool writes, uint32_t now)
{
    if (writes)
        *r = (struct record){now, 0};
    else
        r->reader = now;
}

/* Steps taken by what is under test. */
static uint32_t touch(struct stamp_lines *s, uint32_t first, uint32_t end, bool writes,
                      uint32_t now)
{
    uint32_t steps = 0;

    for (uint64_t i = first; i < end; steps++) use(stamp_lines_next(s, &i, end), writes, now);
    stamp_lines_join(s, first, end);
    return steps;
}

START_TEST(each_line_has_the_record_it_would_have_alone)
{
    struct record own[LINES] = {{0}};
    struct stamp_lines s;
    uint32_t state = (uint32_t)_i + 1, first, end;
    uint64_t steps = 0, lines = 0;

    ck_assert(stamp_lines_new(&s, LINES, sizeof(struct record), _i % 2 == 0));
    for (uint32_t now = 1; now <= TOUCHES; now++) {
        const bool writes = draw(&state, 2);
        pick(&state, &first, &end);
        steps += touch(&s, first, end, writes, now);
        lines += end - first;
        for (uint32_t i = first; i < end; i++) use(&own[i], writes, now);
        if (now % 50) continue;
        for (uint64_t i = 0; i < LINES;) { /* a line at a time: all groups go apart */
            const uint64_t at = i;
            const struct record *r = stamp_lines_next(&s, &i, at + 1);
            ck_assert_msg(!memcmp(r, &own[at], sizeof *r), "line %d after %u touches", (int)at,
                          now);
        }
        stamp_lines_join(&s, 0, LINES);
    }
    if (_i % 2 == 0)
        ck_assert_uint_lt(steps, lines * 3 / 4); /* groups were taken as one */
    else
        ck_assert_uint_eq(steps, lines);
    stamp_lines_free(&s);
}
END_TEST

Suite *stamp_suite_lines(void)
{
    Suite *s = suite_create("lines");
    TCase *t = tcase_create("lines");

    tcase_add_loop_test(t, each_line_has_the_record_it_would_have_alone, 0, 6);
    suite_add_tcase(s, t);
    return s;
}
