/* SPDX-License-Identifier: Apache-2.0 */
/* test_sp_model.c - tokenizer.model, written byte by byte. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/mem.h"
#include "tests/compiler/token_tests.h"

static struct stamp_tokenizer *model(const struct sample_sp *how)
{
    static struct sample s;
    sample_token_model(&s, how);
    return token_open(STAMP_TOKENIZER_MODEL, &s);
}

static struct sample_sp plain(void)
{
    return sample_sp_plain;
}

START_TEST(small_texts_give_the_ids_worked_out_by_hand)
{
    struct stamp_tokenizer *t = model(&sample_sp_plain);

    token_gives_around(t, "", "1");
    token_gives_around(t, "ab", "1 7"); /* ab first (-0.5), then the space (-0.25) */
    token_gives(t, "a b", "3 4 3 5");
    token_gives(t, "b", "3 5");
    token_gives(t,
                "\xe2\x96\x81"
                "b",
                "3 3 5"); /* the mark in a text is no space that could go */
    token_gives(t,
                "a\xe2\x96\x81\xe2\x96\x81"
                "b \xe2\x96\x81",
                "3 4 3 3 5"); /* but at the end */
    ck_assert_str_eq(stamp_tokenizer_format(t), "SentencePiece");
    ck_assert_uint_eq(stamp_tokenizer_size(t), 266);
    ck_assert_int_eq(stamp_tokenizer_bos(t), 1);
    ck_assert(stamp_tokenizer_ends(t, 2) && !stamp_tokenizer_ends(t, 1));
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(bytes_stand_where_they_were_and_join_nothing)
{
    struct sample_sp far = plain();
    struct stamp_tokenizer *t = model(&sample_sp_plain);

    token_gives(t,
                "ab\xe8"
                "b",
                "7 242 5"); /* E8 is 10 + 232 */
    token_gives(t,
                "\xc3\xa9"
                "a\xff",
                "3 205 179 4 265");
    stamp_tokenizer_close(t);
    far.far = true; /* and where their ids are far behind the last piece that has a text */
    t = model(&far);
    token_gives(t,
                "ab\xe8"
                "b",
                "7 2242 5");
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(user_defined_and_control_pieces_are_taken_out_whole)
{
    struct stamp_tokenizer *t = model(&sample_sp_plain);

    token_gives(t, "a[U]b", "3 4 8 5"); /* the space in front is that of the text */
    token_gives(t, "a<s>ab</s>", "3 4 1 7 2");
    token_gives(t, "<unk>", "3 70 127 120 117 72"); /* no text becomes it: its bytes do */
    token_shows(t, "1 7 8 3 5 2", "ab[U] b");
    ck_assert(stamp_tokenizer_special(t, 1) && !stamp_tokenizer_special(t, 8));
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(extra_spaces_go_unless_the_file_keeps_them)
{
    struct sample_sp how = plain();
    struct stamp_tokenizer *t = model(&how);

    token_gives(t, "  a  b ", "3 4 3 5"); /* the format's default */
    stamp_tokenizer_close(t);
    how.collapse = 1;
    t = model(&how);
    token_gives(t, "  a  b ", "3 4 3 5");
    stamp_tokenizer_close(t);
    how.collapse = 0;
    t = model(&how);
    token_gives(t, " a  b ", "3 3 4 3 3 5 3");
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(no_space_is_put_in_front_where_the_file_says_so)
{
    struct sample_sp how = plain();
    struct stamp_tokenizer *t;

    how.prefix = 0;
    t = model(&how);
    token_gives(t, "ab", "6");
    token_gives(t, "a[U]b", "4 8 5");
    token_shows(t, "7", " ab"); /* and none is taken off a text */
    stamp_tokenizer_close(t);
    how.prefix = 1;
    t = model(&how);
    token_gives(t, "ab", "7");
    token_shows(t, "7", "ab");
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(kinds_that_are_not_done_are_refused_by_name)
{
    static const struct {
        struct sample_sp how;
        const char *word;
    } cases[] = {{{-1, -1, -1, -1, -1, NULL, false}, "UNIGRAM"}, /* the format's default */
                 {{1, -1, -1, -1, -1, NULL, false}, "UNIGRAM"},
                 {{3, -1, -1, -1, -1, NULL, false}, "WORD"},
                 {{9, -1, -1, -1, -1, NULL, false}, "of type ?"},
                 {{2, -1, -1, -1, -1, "xyz", false}, "precompiled_charsmap"},
                 {{2, -1, -1, -1, 1, NULL, false}, "treat_whitespace_as_suffix"},
                 {{2, -1, -1, 0, -1, NULL, false}, "escape_whitespaces"}};
    static struct sample s;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sample_token_model(&s, &cases[i].how);
        token_refused(STAMP_TOKENIZER_MODEL, s.bytes, s.len, STAMP_EUNSUPPORTED, cases[i].word);
    }
}
END_TEST

START_TEST(broken_fields_are_refused)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *word;
    } cases[] = {
        {"", 0, "no pieces"},
        {"\x0a", 1, "ends inside a number"},
        {"\x0a\x05"
         "abc",
         5, "leaves the file"},
        {"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12, "more than 64 bits"},
        {"\x0b", 1, "no known type"},
        {"\x02\x00", 2, "without a number"},
        {"\x0a\x04\x0a\x07"
         "ab",
         6, "leaves the file"}, /* inside a piece */
        {"\x0a\x05\x0a\x01"
         "a\x18\x09",
         7, "type 9"},
        {"\x0a\x05\x0a\x01"
         "a\x18\x06",
         7, "type byte"},
        {"\x0a\x08\x0a\x01"
         "a\x15\x00\x00\xc0\x7f",
         10, "finite"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        token_refused(STAMP_TOKENIZER_MODEL, cases[i].bytes, cases[i].len, STAMP_EFORMAT,
                      cases[i].word);
}
END_TEST

START_TEST(no_truncation_is_more_than_a_status)
{
    static struct sample s;
    size_t accepted = 0;

    sample_token_model(&s, &sample_sp_plain);
    for (size_t len = 0; len < s.len; len += len < 300 || len > s.len - 100 ? 1 : 13) {
        struct stamp_tokenizer *t = NULL;
        struct stamp_err e = {STAMP_OK, ""};
        char *exact = malloc(len + !len); /* one byte too many is seen */
        ck_assert_ptr_nonnull(exact);
        memcpy(exact, s.bytes, len);
        const enum stamp_status got =
            stamp_tokenizer_memory(STAMP_TOKENIZER_MODEL, "m", exact, len, 0, &t, &e);
        ck_assert(got == STAMP_OK || got == STAMP_EFORMAT || got == STAMP_EUNSUPPORTED);
        ck_assert(!got == (t != NULL) && !got == !e.text[0]);
        stamp_tokenizer_close(t);
        free(exact);
        accepted += got == STAMP_OK;
    }
    ck_assert_uint_eq(accepted, 1); /* all but the normalizer, of which all is default */
}
END_TEST

TCase *stamp_tcase_sp_model(void)
{
    TCase *c = tcase_create("tokenizer.model");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, small_texts_give_the_ids_worked_out_by_hand);
    tcase_add_test(c, bytes_stand_where_they_were_and_join_nothing);
    tcase_add_test(c, user_defined_and_control_pieces_are_taken_out_whole);
    tcase_add_test(c, extra_spaces_go_unless_the_file_keeps_them);
    tcase_add_test(c, no_space_is_put_in_front_where_the_file_says_so);
    tcase_add_test(c, kinds_that_are_not_done_are_refused_by_name);
    tcase_add_test(c, broken_fields_are_refused);
    tcase_add_test(c, no_truncation_is_more_than_a_status);
    return c;
}
