/* SPDX-License-Identifier: Apache-2.0 */
/* test_record.c - RUN.json: written, read, refused. */
#include <cjson/cJSON.h>
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "tests/report/record_sample.h"

Suite *stamp_suite_record(void);

static char *text_of(const struct stamp_record *r)
{
    struct stamp_err e = {0};
    char *text = NULL;

    ck_assert_msg(!stamp_record_text(r, &text, &e), "%s", e.text);
    return text;
}

static struct stamp_record *read_back(const char *text)
{
    struct stamp_err e = {0};
    struct stamp_record *r = NULL;

    ck_assert_msg(!stamp_record_parse("RUN.json", text, strlen(text), &r, &e), "%s", e.text);
    return r;
}

START_TEST(what_is_written_is_read)
{
    struct stamp_record *r[] = {sample_record(1), sample_untimed()};

    for (int i = 0; i < 2; i++) {
        char *text = text_of(r[i]);
        struct stamp_record *back = read_back(text);
        char *again = text_of(back);
        ck_assert_str_eq(text, again);
        ck_assert_uint_eq(back->programs, i ? 1 : 2);
        ck_assert_str_eq(back->subject, "folder/a <model>");
        cJSON_free(text);
        cJSON_free(again);
        stamp_record_free(back);
        stamp_record_free(r[i]);
    }
}
END_TEST

START_TEST(sums_are_those_of_the_instances)
{
    struct stamp_record *r = sample_record(1);
    const struct stamp_record_program *p = &r->program[0];

    ck_assert_uint_eq(p->parts, 2);
    ck_assert_str_eq(p->part[0].name, "a");
    ck_assert_uint_eq(p->part[0].cycles.n, 200);
    ck_assert_uint_eq(p->part[1].cycles.n, 100);
    ck_assert_uint_eq(p->part[1].times.n, 2);
    ck_assert_uint_eq(p->part[1].event[3].n, 13 + 33);
    ck_assert_uint_eq(r->total.all.cycles.n, 340);
    ck_assert(!r->total.tokens.known); /* of step they are not */
    ck_assert_double_eq(r->total.seconds, 0.75);
    stamp_record_free(r);
}
END_TEST

START_TEST(what_is_not_known_is_null_and_never_0)
{
    struct stamp_record *r = sample_untimed();
    char *text = text_of(r);

    ck_assert(!r->total.all.cycles.known);
    for (int e = 0; e < STAMP_EVENTS; e++) {
        char want[60];
        const bool value = stamp_event_kind((enum stamp_event)e) == STAMP_EVENT_VALUE;
        ck_assert_int_eq(r->total.all.event[e].known, value);
        snprintf(want, sizeof want, value ? "\"%s\":%d" : "\"%s\":null",
                 stamp_record_event((enum stamp_event)e), e);
        ck_assert_msg(strstr(text, want) != NULL, "%s", want);
    }
    ck_assert_ptr_nonnull(strstr(text, "\"cycles\":null"));
    ck_assert_ptr_nonnull(strstr(text, "\"memory\":null"));
    ck_assert_ptr_nonnull(strstr(text, "\"scheme\":null"));
    ck_assert_ptr_null(strstr(text, "\"cycles\":0"));
    cJSON_free(text);
    stamp_record_free(r);
    r = sample_record(1);
    text = text_of(r);
    ck_assert_ptr_nonnull(strstr(text, "{\"figure\":\"sqnr_db\",\"of\":\"y\",\"value\":null}"));
    cJSON_free(text);
    stamp_record_free(r);
}
END_TEST

/* A run that stopped at a difference counted nothing that belongs to a whole one. */
START_TEST(counts_up_to_a_difference_are_not_known)
{
    struct stamp_record *r = sample_untimed();
    const struct stamp_run_result result = {.mismatches = 1, .checked = 9, .cycles = 77};
    const struct stamp_record_program *p = stamp_record_add(r, "a <b>", NULL, &result, true);

    ck_assert_ptr_nonnull(p);
    ck_assert_str_eq(p->name, "a__b_");
    ck_assert(!p->all.cycles.known && !p->all.event[STAMP_EV_INSNS].known);
    ck_assert_uint_eq(p->mismatches.n, 1);
    stamp_record_free(r);
}
END_TEST

static void refused(cJSON *root, const char *what)
{
    char *text = cJSON_PrintUnformatted(root);
    struct stamp_record *r = NULL;
    struct stamp_err e = {0};

    ck_assert_ptr_nonnull(text);
    ck_assert_msg(stamp_record_parse("RUN.json", text, strlen(text), &r, &e) == STAMP_EFORMAT,
                  "%s was read", what);
    ck_assert_msg(!strncmp(e.text, "RUN.json: ", 10) && !r, "%s: %s", what, e.text);
    cJSON_free(text);
}

/* Every member of every object: left out, of another kind, and one too many beside it. */
static int bend_all(cJSON *root, cJSON *at)
{
    int bent = 0;

    if (cJSON_IsObject(at)) {
        cJSON_AddStringToObject(at, "more", "x");
        refused(root, "a key more");
        cJSON_DeleteItemFromObjectCaseSensitive(at, "more");
    }
    /* A member put back goes to the end: they are taken as often as there are. */
    for (int left = cJSON_GetArraySize(at); left > 0; left--) {
        cJSON *m = cJSON_IsObject(at) ? at->child : cJSON_GetArrayItem(at, left - 1);
        char key[64];
        bent += bend_all(root, m);
        if (!cJSON_IsObject(at)) continue;
        snprintf(key, sizeof key, "%s", m->string);
        cJSON_DetachItemViaPointer(at, m);
        refused(root, key);
        cJSON *other = cJSON_IsBool(m) ? cJSON_CreateNumber(3) : cJSON_CreateTrue();
        cJSON_AddItemToObject(at, key, other);
        refused(root, key);
        cJSON_DetachItemViaPointer(at, other);
        cJSON_Delete(other);
        cJSON_AddItemToObject(at, key, m);
        bent++;
    }
    return bent;
}

START_TEST(every_key_is_there_and_of_its_kind)
{
    struct stamp_record *r = sample_record(1);
    char *text = text_of(r);
    cJSON *root = cJSON_Parse(text);

    ck_assert_int_gt(bend_all(root, root), 400);
    cJSON_Delete(root);
    cJSON_free(text);
    stamp_record_free(r);
}
END_TEST

START_TEST(bad_values_are_refused_with_a_line)
{
    static const struct {
        const char *from, *to, *says;
    } cases[] = {
        {"stamp-run", "stamp-walk", "schema"},
        {"\"format\":1", "\"format\":2", "format"},
        {"\"generate\"", "\"a b\"", "command"},
        {"\"part\":\"a\"", "\"part\":\"<a>\"", "part"},
        {"\"P\":4", "\"P\":0", "P"},
        {"\"P\":4", "\"P\":4000000000", "P"},
        {"\"read_rate\":256", "\"read_rate\":257", "read_rate"},
        {"\"read_rate\":256", "\"read_rate\":0", "read_rate"},
        {"\"tokens\":5", "\"tokens\":-5", "tokens"},
        {"\"tokens\":5", "\"tokens\":5.5", "tokens"},
        {"\"tokens\":5", "\"tokens\":1e300", "tokens"},
        {"\"figure\":\"ppl\"", "\"figure\":\"pps\"", "figure"},
        {"\"cycles\":340", "\"cycles\":341", "sum"},
        {"\"tokens\":null", "\"tokens\":7", "sum"},
        {"\"cycles\":200", "\"cycles\":201", "sums"},
        {"\"cycles\":100", "\"cycles\":101", "sum"},
    };
    struct stamp_record *r = sample_record(1);
    char *text = text_of(r);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static char bent[40000];
        const char *at = strstr(text, cases[i].from);
        struct stamp_record *back = NULL;
        struct stamp_err e = {0};
        ck_assert_msg(at != NULL, "%s", cases[i].from);
        snprintf(bent, sizeof bent, "%.*s%s%s", (int)(at - text), text, cases[i].to,
                 at + strlen(cases[i].from));
        ck_assert_msg(stamp_record_parse("x", bent, strlen(bent), &back, &e) == STAMP_EFORMAT, "%s",
                      cases[i].to);
        ck_assert_msg(strstr(e.text, cases[i].says) != NULL, "%s: %s", cases[i].to, e.text);
    }
    cJSON_free(text);
    stamp_record_free(r);
}
END_TEST

START_TEST(no_memory_is_said_and_leaves_nothing)
{
    struct stamp_record *r = sample_record(1);
    char *text = text_of(r);
    size_t failures = 0;

    for (size_t n = 1;; n += 1 + n / 50) {
        struct stamp_record *back = NULL;
        struct stamp_err e = {0};
        stamp_mem_fail_at(n);
        const enum stamp_status s = stamp_record_parse("x", text, strlen(text), &back, &e);
        if (stamp_mem_fail_at(0)) { /* it was never reached */
            ck_assert(!s);
            stamp_record_free(back);
            break;
        }
        ck_assert_msg(s == STAMP_ENOMEM && !back, "allocation %zu: %s", n, e.text);
        failures++;
    }
    ck_assert_uint_gt(failures, 50);
    cJSON_free(text);
    stamp_record_free(r);
}
END_TEST

Suite *stamp_suite_record(void)
{
    Suite *s = suite_create("record");
    TCase *t = tcase_create("record");

    tcase_add_test(t, what_is_written_is_read);
    tcase_add_test(t, sums_are_those_of_the_instances);
    tcase_add_test(t, what_is_not_known_is_null_and_never_0);
    tcase_add_test(t, counts_up_to_a_difference_are_not_known);
    tcase_add_test(t, every_key_is_there_and_of_its_kind);
    tcase_add_test(t, bad_values_are_refused_with_a_line);
    tcase_add_test(t, no_memory_is_said_and_leaves_nothing);
    suite_add_tcase(s, t);
    return s;
}
