/* SPDX-License-Identifier: Apache-2.0 */
/* test_json_refused.c - tokenizer.json files that are refused, by name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/compiler/token_tests.h"

#define VOCAB "\"vocab\":{\"a\":0,\"b\":1,\"ab\":2}"
#define MODEL "{\"type\":\"BPE\"," VOCAB ",\"merges\":[\"a b\"]}"

START_TEST(models_other_than_bpe_and_random_ones_are_refused)
{
    static const struct {
        const char *model;
        enum stamp_status want;
        const char *word;
    } cases[] = {
        {NULL, STAMP_EFORMAT, "no model"},
        {"[]", STAMP_EFORMAT, "no model"},
        {"{\"type\":\"Unigram\",\"vocab\":[]}", STAMP_EUNSUPPORTED, "Unigram"},
        {"{\"type\":\"WordPiece\",\"vocab\":{}}", STAMP_EUNSUPPORTED, "WordPiece"},
        {"{\"vocab\":{}}", STAMP_EUNSUPPORTED, "model.type"},
        {"{\"type\":\"BPE\",\"dropout\":0.1," VOCAB ",\"merges\":[]}", STAMP_EUNSUPPORTED,
         "dropout"},
        {"{\"type\":\"BPE\",\"merges\":[]}", STAMP_EFORMAT, "model.vocab"},
        {"{\"type\":\"BPE\"," VOCAB "}", STAMP_EFORMAT, "model.merges"},
        {"{\"type\":\"BPE\"," VOCAB ",\"merges\":[\"a b\",\"b x\"]}", STAMP_EFORMAT,
         "number 1 (\"b\" and \"x\")"},
        {"{\"type\":\"BPE\"," VOCAB ",\"merges\":[\"b a\"]}", STAMP_EFORMAT, "does not have"},
        {"{\"type\":\"BPE\"," VOCAB ",\"merges\":[\"ab\"]}", STAMP_EFORMAT, "not two tokens"},
        {"{\"type\":\"BPE\"," VOCAB ",\"merges\":[\"a b c\"]}", STAMP_EFORMAT, "not two tokens"},
        {"{\"type\":\"BPE\"," VOCAB ",\"merges\":[[\"a\"]]}", STAMP_EFORMAT, "not two tokens"},
        {"{\"type\":\"BPE\"," VOCAB ",\"merges\":[7]}", STAMP_EFORMAT, "not two tokens"},
        {"{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":0},\"merges\":[]}", STAMP_EFORMAT,
         "id 0 twice"},
        {"{\"type\":\"BPE\",\"vocab\":{\"a\":-1},\"merges\":[]}", STAMP_EFORMAT, "id of \"a\""},
        {"{\"type\":\"BPE\",\"vocab\":{\"a\":0.5},\"merges\":[]}", STAMP_EFORMAT, "id of \"a\""},
        {"{\"type\":\"BPE\",\"vocab\":{\"a\":1048576},\"merges\":[]}", STAMP_EFORMAT,
         "id of \"a\""},
        {"{\"type\":\"BPE\",\"unk_token\":\"?\"," VOCAB ",\"merges\":[]}", STAMP_EFORMAT,
         "unk_token \"?\""},
        {"{\"type\":\"BPE\",\"fuse_unk\":1," VOCAB ",\"merges\":[]}", STAMP_EFORMAT, "fuse_unk"},
        {"{\"type\":\"BPE\",\"continuing_subword_prefix\":\"##\"," VOCAB ",\"merges\":[\"a b\"]}",
         STAMP_EFORMAT, "prefix"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        token_json_refused(&(struct json_parts){.model = cases[i].model}, cases[i].want,
                           cases[i].word);
}
END_TEST

START_TEST(steps_that_are_not_done_are_refused_by_name)
{
    static const struct {
        struct json_parts p;
        enum stamp_status want;
        const char *word;
    } cases[] = {
        {{.normalizer = "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAAA\"}"},
         STAMP_EUNSUPPORTED,
         "Precompiled"},
        {{.normalizer = "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},"
                        "{\"type\":\"BertNormalizer\"}]}"},
         STAMP_EUNSUPPORTED,
         "BertNormalizer"},
        {{.normalizer = "{\"type\":\"Sequence\"}"}, STAMP_EFORMAT, "no list"},
        {{.normalizer = "{}"}, STAMP_EFORMAT, "no type"},
        {{.normalizer = "\"NFC\""}, STAMP_EFORMAT, "no type"},
        {{.normalizer = "{\"type\":\"Replace\",\"content\":\"\"}"}, STAMP_EFORMAT, "pattern"},
        {{.normalizer = "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"[a&&b]\"},"
                        "\"content\":\"\"}"},
         STAMP_EUNSUPPORTED,
         "intersection"},
        {{.pre = "{\"type\":\"UnicodeScripts\"}"}, STAMP_EUNSUPPORTED, "UnicodeScripts"},
        {{.pre = "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"ByteLevel\"},"
                 "{\"type\":\"Digits\"}]}"},
         STAMP_EUNSUPPORTED,
         "Digits behind ByteLevel"},
        {{.pre = "{\"type\":\"Split\",\"pattern\":{\"String\":\"a\"},\"behavior\":\"Sideways\"}"},
         STAMP_EFORMAT,
         "Sideways"},
        {{.pre = "{\"type\":\"Metaspace\",\"prepend_scheme\":\"often\"}"}, STAMP_EFORMAT, "often"},
        {{.pre = "{\"type\":\"CharDelimiterSplit\"}"}, STAMP_EFORMAT, "delimiter"},
        {{.decoder = "{\"type\":\"WordPiece\"}"}, STAMP_EUNSUPPORTED, "WordPiece"},
        {{.decoder = "{\"type\":\"Strip\",\"content\":\"x\",\"start\":1,\"stop\":0}"},
         STAMP_EUNSUPPORTED,
         "Strip"},
        {{.decoder = "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"a\"},\"content\":\"\"}"},
         STAMP_EUNSUPPORTED,
         "Replace"},
        {{.post = "{\"type\":\"Nonsense\"}"}, STAMP_EUNSUPPORTED, "Nonsense"},
        {{.post = "{\"type\":\"TemplateProcessing\",\"single\":[],\"special_tokens\":{}}"},
         STAMP_EUNSUPPORTED,
         "0 places"},
        {{.post = "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"s\"}}],"
                  "\"special_tokens\":{}}"},
         STAMP_EFORMAT,
         "\"s\" has no ids"},
        {{.post = "{\"type\":\"BertProcessing\",\"sep\":[\"e\",2]}"}, STAMP_EFORMAT, "cls"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json_parts p = cases[i].p;
        p.model = MODEL;
        token_json_refused(&p, cases[i].want, cases[i].word);
    }
}
END_TEST

START_TEST(added_tokens_that_contradict_the_vocabulary_are_refused)
{
    static const struct {
        const char *added, *word;
    } cases[] = {
        {"[{\"id\":1,\"content\":\"ab\"}]", "has id 1, the vocabulary says 2"},
        {"[{\"content\":\"x\"}]", "has no id"},
        {"[{\"id\":5}]", "no content"},
        {"[{\"id\":1048576,\"content\":\"x\"}]", "has no id"},
        {"[{\"id\":5,\"content\":\"x\",\"lstrip\":1}]", "lstrip"},
        {"{}", "not a list"},
        {"[{\"id\":5,\"content\":\"x\",\"special\":true},{\"id\":6,\"content\":\"x\"}]",
         "has id 6, the vocabulary says 5"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        token_json_refused(&(struct json_parts){.model = MODEL, .added = cases[i].added},
                           STAMP_EFORMAT, cases[i].word);
}
END_TEST

START_TEST(what_is_no_json_is_refused)
{
    static const struct {
        const char *text, *word;
    } cases[] = {
        {"", "JSON"},
        {"[]", "not an object"},
        {"{} {}", "bytes after"},
        {"{\"model\":", "not JSON"},
        {"{\"a\":1,\"a\":2}", "twice"},
        {"{\"model\":\"\\u0000\"}", "\\u0000"},
        {"{\"model\":\"x\xff\"}", "no UTF-8"},
        {"{\"model\":\"\xed\xa0\x80\"}", "no UTF-8"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        token_refused(STAMP_TOKENIZER_JSON, cases[i].text, strlen(cases[i].text), STAMP_EFORMAT,
                      cases[i].word);
    token_refused(STAMP_TOKENIZER_JSON, "{}\0", 3, STAMP_EFORMAT, "zero byte");
}
END_TEST

START_TEST(sections_nested_too_deep_are_refused)
{
    char pre[2000] = "";

    for (int i = 0; i < 12; i++) strcat(pre, "{\"type\":\"Sequence\",\"pretokenizers\":[");
    strcat(pre, "{\"type\":\"WhitespaceSplit\"}");
    for (int i = 0; i < 12; i++) strcat(pre, "]}");
    token_json_refused(&(struct json_parts){.model = MODEL, .pre = pre}, STAMP_EUNSUPPORTED,
                       "Sequence");
}
END_TEST

enum { HOSTILE = 2 << 20 };

START_TEST(two_megabytes_of_open_brackets_are_refused)
{
    char *text = malloc(HOSTILE);

    ck_assert_ptr_nonnull(text);
    memset(text, '[', HOSTILE);
    token_refused(STAMP_TOKENIZER_JSON, text, HOSTILE, STAMP_EFORMAT, "not JSON");
    memcpy(text, "{\"a\":", 5);
    token_refused(STAMP_TOKENIZER_JSON, text, HOSTILE, STAMP_EFORMAT, "not JSON");
    free(text);
}
END_TEST

static long peak_kib(void)
{
    struct rusage use;

    ck_assert_int_eq(getrusage(RUSAGE_SELF, &use), 0);
    return use.ru_maxrss;
}

START_TEST(two_megabytes_of_empty_arrays_take_bounded_memory)
{
    static const char front[] = "{\"a\":[";
    char *text = malloc(HOSTILE);
    size_t n = sizeof front - 1;

    ck_assert_ptr_nonnull(text);
    memcpy(text, front, n);
    while (n + 6 < HOSTILE) {
        memcpy(text + n, "[],", 3);
        n += 3;
    }
    memcpy(text + n, "[]]}", 4);
    const long before = peak_kib();
    token_refused(STAMP_TOKENIZER_JSON, text, n + 4, STAMP_EFORMAT, "no model");
    /* 700 000 nodes of 64 bytes, and what the allocator adds: 80 bytes each, 160 under a sanitizer */
    ck_assert_int_lt(peak_kib() - before, 160 * 1024);
    free(text);
}
END_TEST

TCase *stamp_tcase_json_refused(void)
{
    TCase *c = tcase_create("tokenizer.json: refused");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, models_other_than_bpe_and_random_ones_are_refused);
    tcase_add_test(c, steps_that_are_not_done_are_refused_by_name);
    tcase_add_test(c, added_tokens_that_contradict_the_vocabulary_are_refused);
    tcase_add_test(c, what_is_no_json_is_refused);
    tcase_add_test(c, sections_nested_too_deep_are_refused);
    tcase_add_test(c, two_megabytes_of_open_brackets_are_refused);
    tcase_add_test(c, two_megabytes_of_empty_arrays_take_bounded_memory);
    return c;
}
