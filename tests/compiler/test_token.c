/* SPDX-License-Identifier: Apache-2.0 */
/* test_token.c - the tokenizer's suite and what its cases share. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/mem.h"
#include "tests/compiler/token_tests.h"

Suite *stamp_suite_token(void);

const char *token_json_text(const struct json_parts *p)
{
    static char text[SAMPLE_BYTES];
    const struct {
        const char *key, *value;
    } member[] = {{"normalizer", p->normalizer}, {"pre_tokenizer", p->pre},
                  {"model", p->model},           {"decoder", p->decoder},
                  {"added_tokens", p->added},    {"post_processor", p->post}};
    size_t n = 0;

    for (size_t i = 0; i < sizeof member / sizeof member[0]; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%c\"%s\":%s", i ? ',' : '{',
                              member[i].key, member[i].value ? member[i].value : "null");
    ck_assert_uint_lt(n + 1, sizeof text);
    strcpy(text + n, "}");
    return text;
}

struct stamp_tokenizer *token_json(const struct json_parts *p)
{
    struct stamp_tokenizer *t = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    const char *text = token_json_text(p);

    ck_assert_msg(
        !stamp_tokenizer_memory(STAMP_TOKENIZER_JSON, "json", text, strlen(text), 0, &t, &e), "%s",
        e.text);
    return t;
}

struct stamp_tokenizer *token_open(enum stamp_tokenizer_kind kind, const struct sample *s)
{
    struct stamp_tokenizer *t = NULL;
    struct stamp_err e = {STAMP_OK, ""};

    ck_assert_msg(!stamp_tokenizer_memory(kind, "file", s->bytes, s->len, 0, &t, &e), "%s", e.text);
    return t;
}

void token_refused(enum stamp_tokenizer_kind kind, const void *bytes, size_t len,
                   enum stamp_status want, const char *word)
{
    struct stamp_tokenizer *t = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    const enum stamp_status got = stamp_tokenizer_memory(kind, "file", bytes, len, 0, &t, &e);

    stamp_tokenizer_close(t);
    ck_assert_msg(got == want, "status %d, not %d: %s", (int)got, (int)want, e.text);
    ck_assert_ptr_null(t);
    ck_assert_msg(strstr(e.text, word), "no \"%s\" in: %s", word, e.text);
}

void token_json_refused(const struct json_parts *p, enum stamp_status want, const char *word)
{
    const char *text = token_json_text(p);
    token_refused(STAMP_TOKENIZER_JSON, text, strlen(text), want, word);
}

static void gives(const struct stamp_tokenizer *t, const char *text, bool special, const char *want)
{
    struct stamp_err e = {STAMP_OK, ""};
    int32_t *ids = NULL;
    size_t count = 0, n = 0;
    char got[512] = "";

    ck_assert_msg(!stamp_tokenizer_encode(t, text, strlen(text), special, &ids, &count, &e), "%s",
                  e.text);
    for (size_t i = 0; i < count; i++)
        n += (size_t)snprintf(got + n, sizeof got - n, "%s%d", i ? " " : "", (int)ids[i]);
    stamp_free(ids);
    ck_assert_msg(strcmp(got, want) == 0, "\"%s\" gives %s, not %s", text, got, want);
}

void token_gives(const struct stamp_tokenizer *t, const char *text, const char *ids)
{
    gives(t, text, false, ids);
}

void token_gives_around(const struct stamp_tokenizer *t, const char *text, const char *ids)
{
    gives(t, text, true, ids);
}

void token_shows(const struct stamp_tokenizer *t, const char *ids, const char *text)
{
    struct stamp_detokenizer d = {.t = t};
    struct stamp_bytes out = {0};
    char *end;

    for (const char *at = ids; *at; at = end) {
        ck_assert_int_eq(stamp_detokenize(&d, (int32_t)strtol(at, &end, 10), &out, NULL), 0);
        ck_assert_ptr_ne(at, end);
    }
    ck_assert_int_eq(stamp_detokenize_end(&d, &out, NULL), 0);
    ck_assert_int_eq(stamp_bytes_add(&out, "", 1, NULL), 0);
    ck_assert_str_eq(out.s, text);
    stamp_free(out.s);
}

Suite *stamp_suite_token(void)
{
    Suite *s = suite_create("tokenizer");
    suite_add_tcase(s, stamp_tcase_utf8());
    suite_add_tcase(s, stamp_tcase_bytelevel());
    suite_add_tcase(s, stamp_tcase_regex());
    suite_add_tcase(s, stamp_tcase_steps());
    suite_add_tcase(s, stamp_tcase_split());
    suite_add_tcase(s, stamp_tcase_merge());
    suite_add_tcase(s, stamp_tcase_added());
    suite_add_tcase(s, stamp_tcase_json_model());
    suite_add_tcase(s, stamp_tcase_json_parts());
    suite_add_tcase(s, stamp_tcase_json_refused());
    suite_add_tcase(s, stamp_tcase_sp_model());
    suite_add_tcase(s, stamp_tcase_gguf_token());
    suite_add_tcase(s, stamp_tcase_folder());
    suite_add_tcase(s, stamp_tcase_detokenizer());
    suite_add_tcase(s, stamp_tcase_token_memory());
    return s;
}
