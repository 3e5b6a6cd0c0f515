/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_record.c - the reader of RUN.json, and what makes reports of it, against bent text.
 *
 *     fuzz_record [SEED [ITERATIONS]]
 *
 * As fuzz_front: deterministic, meant for the sanitizers. What is accepted is written and read again as the same, and
 * becomes text, CSV, JSON and a page.
 */
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/mem.h"
#include "sim/report/json_out.h"
#include "sim/report/runs.h"
#include "tests/fuzz/bend.h"
#include "tests/report/record_sample.h"

/* A number or null of the text becomes another: half of these are still a record. */
static void put_value(struct sample *s)
{
    static const char *const value[] = {"0",    "1",   "7",         "40",  "9007199254740992",
                                        "null", "1e9", "-1",        "2.5", "9007199254740993",
                                        "true", "[]",  "\"part\":", "{}",  "1e999"};
    const char *v = value[bend_draw(sizeof value / sizeof value[0])];
    const size_t n = strlen(v);
    size_t at = bend_draw((uint32_t)s->len), end;

    while (at < s->len && s->bytes[at] != ':') at++;
    if (at == s->len) return;
    at++;
    for (end = at; end < s->len && !strchr(",]}", s->bytes[end]);) end++;
    if (s->len - (end - at) + n > SAMPLE_BYTES) return;
    memmove(s->bytes + at + n, s->bytes + end, s->len - end);
    memcpy(s->bytes + at, v, n);
    s->len = s->len - (end - at) + n;
}

static bool say(const char *what, const struct stamp_err *e)
{
    printf("fuzz_record: %s: %s\n", what, e->text);
    return false;
}

/* Reports of it, beside itself; and the same again. */
static bool usable(const struct stamp_record *r)
{
    const struct stamp_runs runs = {{r, r}, {"a", "b"}, 2};
    struct stamp_text t = {0};
    struct stamp_record *back = NULL;
    struct stamp_err e = {0};
    char *text = NULL, *again = NULL;

    stamp_runs_text(&t, &runs);
    stamp_runs_csv(&t, &runs);
    stamp_runs_html(&t, &runs);
    bool fine = !t.failed && t.len > 1000;
    stamp_free(t.s);
    struct cJSON *o = stamp_json_root();
    stamp_runs_json(o, &runs);
    cJSON_Delete(o);
    fine = fine && !stamp_record_text(r, &text, &e) &&
           !stamp_record_parse("again", text, strlen(text), &back, &e) &&
           !stamp_record_text(back, &again, &e) && !strcmp(text, again);
    cJSON_free(text);
    cJSON_free(again);
    stamp_record_free(back);
    return fine || say("what was accepted is no record", &e);
}

static bool one(const struct sample *s, unsigned *accepted)
{
    struct stamp_record *r = NULL;
    struct stamp_err e = {0};
    const enum stamp_status st = stamp_record_parse("x", (const char *)s->bytes, s->len, &r, &e);

    stamp_mem_fail_at(0);
    if (st) return (!r && e.status == st && e.text[0]) || say("a failure touched its result", &e);
    ++*accepted;
    const bool fine = usable(r);
    stamp_record_free(r);
    return fine;
}

int main(int argc, char **argv)
{
    static struct sample s, good[2];
    const unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1;
    const unsigned iterations = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 20000;
    unsigned accepted = 0, whole = 0;
    bool failed = false;

    for (int i = 0; i < 2; i++) {
        struct stamp_record *r = i ? sample_untimed() : sample_record(1);
        struct stamp_err e = {0};
        char *text = NULL;
        if (stamp_record_text(r, &text, &e) || strlen(text) > SAMPLE_BYTES) return 1;
        good[i].len = strlen(text);
        memcpy(good[i].bytes, text, good[i].len);
        cJSON_free(text);
        stamp_record_free(r);
    }
    bend_seed(seed);
    for (unsigned i = 0; i < iterations && !failed; i++) {
        s = good[i % 2];
        if (i < 2) { /* as it is */
            failed = !one(&s, &whole) || whole != i + 1;
            continue;
        }
        for (uint32_t n = bend_draw(3); n > 0; n--) put_value(&s);
        if (bend_draw(2) == 0) bend(&s);
        if (bend_draw(16) == 0) stamp_mem_fail_at(1 + bend_draw(60));
        failed = !one(&s, &accepted);
        if (failed) printf("fuzz_record: seed %u, iteration %u\n", seed, i);
    }
    printf("fuzz_record: %8u bent texts, %6u accepted\n", iterations, accepted);
    return failed || (iterations >= 1000 && !accepted);
}
