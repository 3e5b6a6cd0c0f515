/* SPDX-License-Identifier: Apache-2.0 */
/* test_json_parts.c - what stands around the model of a tokenizer.json. */
#include <stdio.h>
#include <string.h>

#include "tests/compiler/token_tests.h"

#define MARK "\xe2\x96\x81" /* U+2581 */
/* 0 mark, 1 a, 2 mark a, 3 b, 4 mark b */
#define SPACED                                                                                     \
    "{\"type\":\"BPE\",\"vocab\":{\"" MARK "\":0,\"a\":1,\"" MARK "a\":2,\"b\":3,\"" MARK          \
    "b\":4},\"merges\":[[\"" MARK "\",\"a\"],[\"" MARK "\",\"b\"]]}"
#define LETTERS                                                                                    \
    "{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1,\"c\":2,\" \":3,\"-\":4,\"1\":5,\"2\":6,"        \
    "\"aa\":7,\"ab\":8,\"11\":9},\"merges\":[\"a a\",\"a b\",\"1 1\"]}"
#define TOKEN "[{\"id\":20,\"content\":\"<x>\",\"special\":true}]"

START_TEST(metaspace_marks_always_first_or_never)
{
    static const struct {
        const char *scheme, *plain, *split, *behind;
    } cases[] = {
        {"\"prepend_scheme\":\"always\"", "2 2", "2 20 2 4", "20 2"},
        {"\"prepend_scheme\":\"first\"", "2 2", "2 20 1 4", "20 1"},
        {"\"prepend_scheme\":\"never\"", "1 2", "1 20 1 4", "20 1"},
        {"\"add_prefix_space\":true", "2 2", "2 20 2 4", "20 2"},
        {"\"add_prefix_space\":false", "1 2", "1 20 1 4", "20 1"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char pre[200];
        snprintf(pre, sizeof pre, "{\"type\":\"Metaspace\",\"replacement\":\"" MARK "\",%s}",
                 cases[i].scheme);
        struct stamp_tokenizer *t =
            token_json(&(struct json_parts){.pre = pre, .model = SPACED, .added = TOKEN});
        token_gives(t, "a a", cases[i].plain);
        token_gives(t, "a<x>a b", cases[i].split);
        token_gives(t, "<x>a", cases[i].behind);
        stamp_tokenizer_close(t);
    }
}
END_TEST

START_TEST(metaspace_puts_no_second_mark_in_front_of_a_space)
{
    struct stamp_tokenizer *t =
        token_json(&(struct json_parts){.pre = "{\"type\":\"Metaspace\"}", .model = SPACED});

    token_gives(t, " a", "2");
    token_gives(t, "  a", "0 2");
    token_gives(t, "", "");
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(each_pre_tokenizer_cuts_before_the_merges)
{
    static const struct {
        const char *pre, *text, *ids;
    } cases[] = {
        {NULL, "aa-11", "7 4 9"},
        {"{\"type\":\"Digits\",\"individual_digits\":true}", "aa11", "7 5 5"},
        {"{\"type\":\"Digits\"}", "aa11", "7 9"},
        {"{\"type\":\"Punctuation\"}", "a-a", "0 4 0"},
        {"{\"type\":\"Punctuation\",\"behavior\":\"Removed\"}", "a-a", "0 0"},
        {"{\"type\":\"Whitespace\"}", "aa -b", "7 4 1"},
        {"{\"type\":\"WhitespaceSplit\"}", "a a", "0 0"},
        {"{\"type\":\"BertPreTokenizer\"}", "aa -b", "7 4 1"},
        {"{\"type\":\"CharDelimiterSplit\",\"delimiter\":\"c\"}", "acab", "0 8"},
        {"{\"type\":\"Split\",\"pattern\":{\"String\":\"a\"},\"behavior\":\"Isolated\"}", "aab",
         "0 0 1"},
        {"{\"type\":\"Split\",\"pattern\":{\"Regex\":\"a+\"},\"behavior\":\"Removed\",\"invert\":"
         "true}",
         "aabc", "7"},
        {"{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"WhitespaceSplit\"},"
         "{\"type\":\"Digits\",\"individual_digits\":true}]}",
         "aa 11", "7 5 5"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stamp_tokenizer *t =
            token_json(&(struct json_parts){.pre = cases[i].pre, .model = LETTERS});
        token_gives(t, cases[i].text, cases[i].ids);
        stamp_tokenizer_close(t);
    }
}
END_TEST

START_TEST(byte_level_puts_a_space_in_front_unless_it_is_told_not_to)
{
    static const char model[] =
        "{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"\xc4\xa0\":1},\"merges\":[]}";
    struct stamp_tokenizer *t =
        token_json(&(struct json_parts){.pre = "{\"type\":\"ByteLevel\"}", .model = model});

    token_gives(t, "a", "1 0");
    token_gives(t, " a", "1 0");
    stamp_tokenizer_close(t);
    t = token_json(&(struct json_parts){
        .pre = "{\"type\":\"ByteLevel\",\"add_prefix_space\":false}", .model = model});
    token_gives(t, "a", "0");
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(normalizers_run_in_order_before_everything)
{
    struct stamp_tokenizer *t = token_json(&(struct json_parts){
        .normalizer = "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Lowercase\"},"
                      "{\"type\":\"Strip\"},{\"type\":\"Replace\",\"pattern\":{\"String\":\"x\"},"
                      "\"content\":\"a\"},{\"type\":\"Prepend\",\"prepend\":\"1\"}]}",
        .model = LETTERS});

    token_gives(t, " XA ", "5 7"); /* "xa", then "aa", then "1aa" */
    token_gives(t, "  ", "");
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(added_tokens_are_looked_for_before_or_behind_the_normalizer)
{
    struct stamp_tokenizer *t = token_json(
        &(struct json_parts){.normalizer = "{\"type\":\"Lowercase\"}",
                             .model = LETTERS,
                             .added = "[{\"id\":20,\"content\":\"Tok\",\"normalized\":true},"
                                      "{\"id\":21,\"content\":\"Raw\",\"normalized\":false},"
                                      "{\"id\":22,\"content\":\"Spec\",\"special\":true},"
                                      "{\"id\":23,\"content\":\"Plain\"}]"});

    token_gives(t, "Tok tok TOK", "20 3 20 3 20"); /* its own text is normalized too */
    token_gives(t, "aRaw", "0 21");
    token_gives(t, "raw", "0"); /* r and w have no token */
    token_gives(t, "Spec", "22");
    token_gives(t, "spec", "2");
    token_gives(t, "PLAIN", "23"); /* normalized unless special */
    ck_assert(stamp_tokenizer_special(t, 22));
    ck_assert(!stamp_tokenizer_special(t, 20) && !stamp_tokenizer_special(t, 23));
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(a_special_token_counts_before_another_of_equal_text)
{
    struct stamp_tokenizer *t = token_json(
        &(struct json_parts){.model = LETTERS,
                             .added = "[{\"id\":8,\"content\":\"ab\",\"normalized\":false},"
                                      "{\"id\":8,\"content\":\"ab\",\"special\":true}]"});

    token_gives(t, "aab", "0 8");
    ck_assert(stamp_tokenizer_special(t, 8));
    stamp_tokenizer_close(t);
}
END_TEST

#define S(name)   "{\"SpecialToken\":{\"id\":\"" name "\",\"type_id\":0}}"
#define A         "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}"
#define IDS(n, i) "\"" n "\":{\"id\":\"" n "\",\"ids\":[" i "],\"tokens\":[\"" n "\"]}"

START_TEST(a_template_puts_tokens_in_front_and_behind)
{
    static const struct {
        const char *post, *ids;
    } cases[] = {
        {"{\"type\":\"TemplateProcessing\",\"single\":[" S("s") "," A "," S(
             "e") "],\"special_tokens\":{" IDS("s", "1") "," IDS("e", "2") "}}",
         "1 0 2"},
        {"{\"type\":\"TemplateProcessing\",\"single\":[" S("s") "," S(
             "e") "," A "],\"special_tokens\":{" IDS("s", "1,4") "," IDS("e", "2") "}}",
         "1 4 2 0"},
        {"{\"type\":\"TemplateProcessing\",\"single\":[" A "],\"special_tokens\":{}}", "0"},
        {"{\"type\":\"ByteLevel\",\"trim_offsets\":false}", "0"},
        {"{\"type\":\"BertProcessing\",\"sep\":[\"e\",2],\"cls\":[\"s\",1]}", "1 0 2"},
        {"{\"type\":\"RobertaProcessing\",\"sep\":[\"e\",2],\"cls\":[\"s\",1]}", "1 0 2"},
        {"{\"type\":\"Sequence\",\"processors\":[{\"type\":\"ByteLevel\"},"
         "{\"type\":\"TemplateProcessing\",\"single\":[" S("s") "," A "],\"special_tokens\":{" IDS(
             "s", "1") "}},"
                       "{\"type\":\"TemplateProcessing\",\"single\":[" S("t") "," A "," S(
                           "e") "],\"special_tokens\":{" IDS("t", "3") "," IDS("e", "2") "}}]}",
         "3 1 0 2"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stamp_tokenizer *t =
            token_json(&(struct json_parts){.model = LETTERS, .post = cases[i].post});
        token_gives_around(t, "a", cases[i].ids);
        token_gives(t, "a", "0");
        stamp_tokenizer_close(t);
    }
}
END_TEST

START_TEST(decoders_say_what_a_token_shows)
{
    static const struct {
        const char *decoder, *ids, *text;
    } cases[] = {
        {NULL, "1 3", "a b"}, /* words */
        {"{\"type\":\"Fuse\"}", "2 4", MARK "a" MARK "b"},
        {"{\"type\":\"Metaspace\"}", "2 4", "a b"},
        {"{\"type\":\"Metaspace\",\"prepend_scheme\":\"never\"}", "2 4", " a b"},
        {"{\"type\":\"Replace\",\"pattern\":{\"String\":\"" MARK "\"},\"content\":\"_\"}", "2 4",
         "_a_b"},
        {"{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"Replace\",\"pattern\":{\"String\":"
         "\"" MARK "\"},\"content\":\" \"},{\"type\":\"Fuse\"},"
         "{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}]}",
         "0 2 4", " a b"}, /* one space of two */
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stamp_tokenizer *t =
            token_json(&(struct json_parts){.model = SPACED, .decoder = cases[i].decoder});
        token_shows(t, cases[i].ids, cases[i].text);
        stamp_tokenizer_close(t);
    }
}
END_TEST

START_TEST(a_byte_level_token_shows_its_bytes_and_an_added_one_its_text)
{
    struct sample s;
    sample_token_json(&s);
    struct stamp_tokenizer *t = token_open(STAMP_TOKENIZER_JSON, &s);

    token_shows(t, "0 7 11 14", "a a\xc3\xa9[U]");
    token_shows(t, "12 0 13", "a"); /* special ones have no text */
    token_gives_around(t, "<|bos|>ab[U]\xc3\xa9<|end|>", "12 12 4 14 11 13");
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(the_spaced_sample_gives_what_its_vocabulary_says)
{
    struct sample s;
    sample_token_spaced(&s);
    struct stamp_tokenizer *t = token_open(STAMP_TOKENIZER_JSON, &s);

    token_gives_around(t, "ab", "1 7");
    token_gives(t, "a b\xc3\xa9?", "3 4 3 5 8 9 0");
    token_gives(t, "ab </s> ab", "7 2 7"); /* it takes the white space along */
    token_shows(t, "1 7 3 4 8 9", "ab a\xc3\xa9");
    stamp_tokenizer_close(t);
}
END_TEST

TCase *stamp_tcase_json_parts(void)
{
    TCase *c = tcase_create("tokenizer.json: parts");
    tcase_add_test(c, metaspace_marks_always_first_or_never);
    tcase_add_test(c, metaspace_puts_no_second_mark_in_front_of_a_space);
    tcase_add_test(c, each_pre_tokenizer_cuts_before_the_merges);
    tcase_add_test(c, byte_level_puts_a_space_in_front_unless_it_is_told_not_to);
    tcase_add_test(c, normalizers_run_in_order_before_everything);
    tcase_add_test(c, added_tokens_are_looked_for_before_or_behind_the_normalizer);
    tcase_add_test(c, a_special_token_counts_before_another_of_equal_text);
    tcase_add_test(c, a_template_puts_tokens_in_front_and_behind);
    tcase_add_test(c, decoders_say_what_a_token_shows);
    tcase_add_test(c, a_byte_level_token_shows_its_bytes_and_an_added_one_its_text);
    tcase_add_test(c, the_spaced_sample_gives_what_its_vocabulary_says);
    return c;
}
