/* SPDX-License-Identifier: Apache-2.0 */
/* test_detokenizer.c - tokens becoming text, a token at a time. */
#include <string.h>

#include "model/mem.h"
#include "tests/compiler/token_tests.h"

/* In the sample 3 is a space, 4 a, 7 " ab", 1 and 2 are control, byte b is 10 + b. */
static struct stamp_tokenizer *model(void)
{
    static struct sample s;
    sample_token_model(&s, &sample_sp_plain);
    return token_open(STAMP_TOKENIZER_MODEL, &s);
}

START_TEST(a_character_split_over_three_tokens_comes_whole_with_the_last)
{
    static const int32_t ids[3] = {10 + 0xe6, 10 + 0x97, 10 + 0xa5}; /* U+65E5 */
    struct stamp_tokenizer *t = model();
    struct stamp_detokenizer d = {.t = t};
    struct stamp_bytes out = {0};

    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(out.len, 0);
        ck_assert_int_eq(stamp_detokenize(&d, ids[i], &out, NULL), 0);
    }
    ck_assert_uint_eq(out.len, 3);
    ck_assert_mem_eq(out.s, "\xe6\x97\xa5", 3);
    ck_assert_int_eq(stamp_detokenize_end(&d, &out, NULL), 0);
    ck_assert_uint_eq(out.len, 3);
    stamp_free(out.s);
    token_shows(t, "4 250 169 162 142 4",
                "a\xf0\x9f\x98\x84"
                "a"); /* U+1F604, four tokens */
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(what_can_become_no_character_is_one_mark_for_each_maximal_subpart)
{
    static const struct {
        const char *ids, *text;
    } cases[] = {
        {"4 240 161", "a\xef\xbf\xbd"}, /* cut at the end: one */
        {"4 250", "a\xef\xbf\xbd"},
        {"4 161 4", "a\xef\xbf\xbd"
                    "a"}, /* a stray continuation byte */
        {"4 240 161 4", "a\xef\xbf\xbd"
                        "a"},                                       /* cut by a letter */
        {"4 265 265", "a\xef\xbf\xbd\xef\xbf\xbd"},                 /* FF FF */
        {"4 240 240 161 175", "a\xef\xbf\xbd\xe6\x97\xa5"},         /* cut by another character */
        {"4 247 170 138", "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* ED A0 80, a surrogate */
        {"4 202 138", "a\xef\xbf\xbd\xef\xbf\xbd"},                 /* C0 80, overlong */
    };
    struct stamp_tokenizer *t = model();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        token_shows(t, cases[i].ids, cases[i].text);
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(special_tokens_are_silent_and_part_nothing)
{
    struct stamp_tokenizer *t = model();

    token_shows(t, "1 7 2 7", "ab ab");
    token_shows(t, "240 1 161 2 175", "\xe6\x97\xa5");
    token_shows(t, "1 2 0", "");
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(one_space_is_taken_off_the_front_and_no_other)
{
    struct stamp_tokenizer *t = model();

    token_shows(t, "7 7", "ab ab");
    token_shows(t, "3 3 4", " a");
    token_shows(t, "4 7", "a ab");
    token_shows(t, "", "");
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(ids_without_a_token_show_nothing)
{
    struct stamp_tokenizer *t = model();
    size_t len = 1;

    token_shows(t, "4 266 999999 4", "aa");
    (void)stamp_tokenizer_piece(t, 266, &len);
    ck_assert_uint_eq(len, 0);
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(a_text_comes_back_as_it_was)
{
    static const char *const texts[] = {"ab ab", "a\xe6\x97\xa5\xf0\x9f\x98\x84 b", "b\nab\t[U]"};
    struct stamp_tokenizer *t = model();

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct stamp_detokenizer d = {.t = t};
        struct stamp_bytes out = {0};
        int32_t *ids = NULL;
        size_t n = 0;
        ck_assert_int_eq(
            stamp_tokenizer_encode(t, texts[i], strlen(texts[i]), true, &ids, &n, NULL), 0);
        for (size_t k = 0; k < n; k++)
            ck_assert_int_eq(stamp_detokenize(&d, ids[k], &out, NULL), 0);
        ck_assert_uint_eq(out.len, strlen(texts[i]));
        ck_assert_mem_eq(out.s, texts[i], out.len);
        stamp_free(ids);
        stamp_free(out.s);
    }
    stamp_tokenizer_close(t);
}
END_TEST

TCase *stamp_tcase_detokenizer(void)
{
    TCase *c = tcase_create("detokenizer");
    tcase_add_test(c, a_character_split_over_three_tokens_comes_whole_with_the_last);
    tcase_add_test(c, what_can_become_no_character_is_one_mark_for_each_maximal_subpart);
    tcase_add_test(c, special_tokens_are_silent_and_part_nothing);
    tcase_add_test(c, one_space_is_taken_off_the_front_and_no_other);
    tcase_add_test(c, ids_without_a_token_show_nothing);
    tcase_add_test(c, a_text_comes_back_as_it_was);
    return c;
}
