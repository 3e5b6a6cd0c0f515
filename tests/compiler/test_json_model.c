/* SPDX-License-Identifier: Apache-2.0 */
/* test_json_model.c - the model of a tokenizer.json: vocabulary, merges, what has no token. */
#include <stdio.h>
#include <string.h>

#include "tests/compiler/token_tests.h"

#define BYTES "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":true}"
/* bc before ab; U+0120 is a space */
#define LETTERS                                                                                    \
    "\"vocab\":{\"a\":0,\"b\":1,\"c\":2,\"\xc4\xa0\":3,\"ab\":4,\"bc\":5,\"abc\":6,\"\xc4\xa0"     \
    "a\":7}"

START_TEST(merges_go_by_rank)
{
    struct stamp_tokenizer *t = token_json(&(struct json_parts){
        .pre = BYTES,
        .model = "{\"type\":\"BPE\"," LETTERS ",\"merges\":[\"b c\",\"a b\",\"\xc4\xa0 a\"]}"});

    token_gives(t, "abc", "0 5"); /* bc first; a and bc join to nothing listed */
    token_gives(t, "ab abc", "4 7 5");
    token_gives(t, "", "");
    token_gives(t, "azb", "4"); /* what has no token is left out, and a and b are neighbours */
    ck_assert_str_eq(stamp_tokenizer_format(t), "tokenizer.json");
    ck_assert_uint_eq(stamp_tokenizer_size(t), 8);
    ck_assert_uint_eq(stamp_tokenizer_notes(t)->count, 0);
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(a_word_that_is_a_token_is_taken_whole_where_merges_are_ignored)
{
    struct stamp_tokenizer *t =
        token_json(&(struct json_parts){.pre = BYTES,
                                        .model = "{\"type\":\"BPE\",\"ignore_merges\":true," LETTERS
                                                 ",\"merges\":[\"b c\",\"a b\",\"\xc4\xa0 a\"]}"});

    token_gives(t, "abc", "6");
    token_gives(t, " abc", "7 5"); /* no token as a whole */
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(merges_may_be_pairs_and_then_have_spaces_inside)
{
    struct stamp_tokenizer *t = token_json(&(struct json_parts){
        .pre = BYTES,
        .model = "{\"type\":\"BPE\"," LETTERS ",\"merges\":[[\"b\",\"c\"],[\"a\",\"bc\"]]}"});
    token_gives(t, "abc", "6");
    stamp_tokenizer_close(t);
    t = token_json(&(struct json_parts){
        .model = "{\"type\":\"BPE\",\"vocab\":{\"a\":0,\" \":1,\"a \":2,\"a a\":3},"
                 "\"merges\":[[\"a\",\" \"],[\"a \",\"a\"]]}"});
    token_gives(t, "a a a", "2 3"); /* both "a " before "a a" */
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(a_version_line_among_the_merges_has_no_rank)
{
    struct stamp_tokenizer *t = token_json(
        &(struct json_parts){.pre = BYTES,
                             .model = "{" LETTERS /* files of 2020 have no type */
                                      ",\"merges\":[\"#version: 0.2\",\"a b\",\"b c\"]}"});
    token_gives(t, "abc", "4 2");
    stamp_tokenizer_close(t);
}
END_TEST

/* 0 <unk>, 1 a, 2 b, 3 and 4 the bytes of U+00E9 */
static struct stamp_tokenizer *unknown(const char *flags)
{
    char model[400];

    snprintf(model, sizeof model,
             "{\"type\":\"BPE\",%s\"vocab\":{\"<unk>\":0,\"a\":1,\"b\":2,\"<0xC3>\":3,"
             "\"<0xA9>\":4},\"merges\":[]}",
             flags);
    return token_json(&(struct json_parts){.model = model});
}

START_TEST(what_has_no_token_is_left_out_or_unknown_or_fused)
{
    static const struct {
        const char *flags, *text, *ids;
    } cases[] = {
        {"", "a??b", "1 2"},
        {"\"unk_token\":\"<unk>\",", "a??b", "1 0 0 2"},
        {"\"unk_token\":\"<unk>\",\"fuse_unk\":true,", "a??b", "1 0 2"},
        {"\"unk_token\":\"<unk>\",\"fuse_unk\":true,", "?a??", "0 1 0"},
        {"\"unk_token\":\"<unk>\",", "\xc3\xa9", "0"}, /* a character, not its bytes */
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stamp_tokenizer *t = unknown(cases[i].flags);
        token_gives(t, cases[i].text, cases[i].ids);
        stamp_tokenizer_close(t);
    }
}
END_TEST

START_TEST(a_character_falls_back_to_its_bytes_where_all_have_a_token)
{
    struct stamp_tokenizer *t = unknown("\"unk_token\":\"<unk>\",\"byte_fallback\":true,");

    token_gives(t,
                "a\xc3\xa9"
                "b",
                "1 3 4 2");
    token_gives(t,
                "a\xc3\xa8"
                "b",
                "1 0 2"); /* A8 has none */
    stamp_tokenizer_close(t);
    t = unknown("\"byte_fallback\":true,");
    token_gives(t, "\xc3\xa8\xc3\xa9", "3 4");
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(an_unknown_waits_for_the_next_known_character_behind_bytes)
{
    /* So the library does it: bytes go at once, an unknown before them comes with what follows. */
    struct stamp_tokenizer *t = unknown("\"unk_token\":\"<unk>\",\"byte_fallback\":true,");

    token_gives(t, "?\xc3\xa9", "3 4 0");
    token_gives(t,
                "?\xc3\xa9"
                "a",
                "3 4 0 1");
    token_gives(t, "?\xc3\xa9?a", "3 4 0 0 1");
    stamp_tokenizer_close(t);
    t = unknown("\"unk_token\":\"<unk>\",\"fuse_unk\":true,\"byte_fallback\":true,");
    token_gives(t, "?\xc3\xa9?a", "3 4 0 1");
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(affixes_of_old_vocabularies_are_part_of_the_symbols)
{
    struct stamp_tokenizer *t = token_json(&(struct json_parts){
        .pre = "{\"type\":\"WhitespaceSplit\"}",
        .model = "{\"type\":\"BPE\",\"end_of_word_suffix\":\"</w>\","
                 "\"vocab\":{\"a\":0,\"b\":1,\"a</w>\":2,\"b</w>\":3,\"ab</w>\":4},"
                 "\"merges\":[\"a b</w>\"]}"});
    token_gives(t, "ab aab ba a", "4 0 4 1 2 2");
    stamp_tokenizer_close(t);
    t = token_json(&(struct json_parts){
        .pre = "{\"type\":\"WhitespaceSplit\"}",
        .model = "{\"type\":\"BPE\",\"continuing_subword_prefix\":\"##\","
                 "\"vocab\":{\"a\":0,\"b\":1,\"##a\":2,\"##b\":3,\"ab\":4,\"##ba\":5},"
                 "\"merges\":[\"a ##b\",\"##b ##a\"]}"});
    token_gives(t, "ab aba b bba", "4 4 2 1 1 5");
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(bytes_that_are_no_characters_count_as_the_replacement_mark)
{
    /* U+FFFD is EF BF BD, in the byte alphabet U+00EF U+00BF U+00BD */
    struct stamp_tokenizer *t = token_json(&(struct json_parts){
        .pre = BYTES,
        .model = "{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"\xc3\xaf\":1,\"\xc2\xbf\":2,"
                 "\"\xc2\xbd\":3},\"merges\":[]}"});
    token_gives(t,
                "a\xff"
                "a\xe2\x82",
                "0 1 2 3 0 1 2 3");
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(a_word_gives_the_same_ids_the_second_time)
{
    struct sample s;
    sample_token_json(&s);
    struct stamp_tokenizer *t = token_open(STAMP_TOKENIZER_JSON, &s);

    /* " ab" is no token: bc, ab, then " a"; ab has the lower rank: space and ab */
    token_gives(t, "ab1", "4 8");
    token_gives(t, "ab1", "4 8");
    token_gives(t, " ab", "3 4");
    token_gives(t, " ab", "3 4");
    token_gives(t, "abcabcabcabcabcabcabcabcabcabc", "0 5 0 5 0 5 0 5 0 5 0 5 0 5 0 5 0 5 0 5");
    token_gives(t, "abcabcabcabcabcabcabcabcabcabc", "0 5 0 5 0 5 0 5 0 5 0 5 0 5 0 5 0 5 0 5");
    stamp_tokenizer_close(t);
}
END_TEST

TCase *stamp_tcase_json_model(void)
{
    TCase *c = tcase_create("tokenizer.json: model");
    tcase_add_test(c, merges_go_by_rank);
    tcase_add_test(c, a_word_that_is_a_token_is_taken_whole_where_merges_are_ignored);
    tcase_add_test(c, merges_may_be_pairs_and_then_have_spaces_inside);
    tcase_add_test(c, a_version_line_among_the_merges_has_no_rank);
    tcase_add_test(c, what_has_no_token_is_left_out_or_unknown_or_fused);
    tcase_add_test(c, a_character_falls_back_to_its_bytes_where_all_have_a_token);
    tcase_add_test(c, an_unknown_waits_for_the_next_known_character_behind_bytes);
    tcase_add_test(c, affixes_of_old_vocabularies_are_part_of_the_symbols);
    tcase_add_test(c, bytes_that_are_no_characters_count_as_the_replacement_mark);
    tcase_add_test(c, a_word_gives_the_same_ids_the_second_time);
    return c;
}
