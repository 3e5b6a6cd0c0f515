/* SPDX-License-Identifier: Apache-2.0 */
/* test_words.c - the word encoder: rows, and what is refused. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "sim/paint/words.h"
#include "tests/paint/paint_tests.h"

static struct paint_sample files;

static struct stamp_words *opened(void)
{
    struct stamp_words *w = NULL;
    struct stamp_err e = {0};

    paint_sample(&files);
    ck_assert(paint_sample_write(paint_folder(), &files));
    ck_assert_msg(!stamp_words_open(paint_folder(), &w, &e), "%s", e.text);
    return w;
}

START_TEST(a_text_is_its_words_rows_and_their_positions)
{
    static const struct {
        const char *text;
        uint32_t id[PAINT_MOST], tokens;
    } cases[] = {{"", {1}, 1},
                 {"   ", {1}, 1},
                 {"fox", {1, 3}, 2},
                 {"small red fox on blue", {1, 6, 5, 3, 4, 2}, 6},
                 {"  Small\tRED \n\r fox\v on\fBLUE ", {1, 6, 5, 3, 4, 2}, 6}};
    struct stamp_words *w = opened();

    ck_assert_uint_eq(stamp_words_width(w), PAINT_WIDTH);
    ck_assert_uint_eq(stamp_words_most(w), PAINT_MOST);
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct stamp_text_rows t = {0};
        struct stamp_err e = {0};
        ck_assert_msg(!stamp_words_encode(w, cases[c].text, &t, &e), "%s", e.text);
        ck_assert_uint_eq(t.tokens, cases[c].tokens);
        for (size_t k = 0; k < t.tokens; k++) {
            ck_assert_uint_eq(t.id[k], cases[c].id[k]);
            for (size_t i = 0; i < PAINT_WIDTH; i++) /* multiples of 1/64: the sum is exact */
                ck_assert(t.row[k * PAINT_WIDTH + i] ==
                          sample_weight(1, cases[c].id[k] * PAINT_WIDTH + i) +
                              sample_weight(2, k * PAINT_WIDTH + i));
        }
        stamp_text_rows_free(&t);
    }
    stamp_words_close(w);
}
END_TEST

START_TEST(a_word_outside_the_list_and_one_too_many_are_named)
{
    static const struct {
        const char *text, *words[3];
    } cases[] = {{"fox on green", {"\"green\"", "not in the vocabulary"}},
                 {"fox <pad>", {"\"<pad>\""}},
                 {"<start> fox", {"\"<start>\""}},
                 {"fox,", {"\"fox,\""}},
                 {"F\xc3\x96X", {"\"f\xc3\x96x\""}},
                 {"red red red red red fox", {"at most 5 words", "\"fox\""}}};
    struct stamp_words *w = opened();

    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct stamp_text_rows t = {0};
        struct stamp_err e = {0};
        ck_assert_int_eq(stamp_words_encode(w, cases[c].text, &t, &e), STAMP_ERANGE);
        ck_assert(!t.row && !t.id && !t.tokens);
        paint_said(&e, cases[c].words, cases[c].text);
    }
    stamp_words_close(w);
}
END_TEST

/* A file's text in place of the sound one, and words of the refusal. */
static const struct {
    enum paint_file file;
    const char *text, *words[3];
} bad[] = {
    {PAINT_ENCODER,
     "{\"architectures\":[\"T5EncoderModel\"],\"model_type\":\"t5\"}",
     {"text_encoder/config.json", "T5EncoderModel"}},
    {PAINT_ENCODER, "{\"model_type\":\"gemma2\"}", {"gemma2"}},
    {PAINT_ENCODER, "{\"_class_name\":7}", {"no _class_name"}},
    {PAINT_ENCODER, "{}", {"no _class_name"}},
    {PAINT_ENCODER,
     "{\"_class_name\":\"WordEmbedding\",\"vocab_size\":7,\"max_length\":6}",
     {"no width"}},
    {PAINT_ENCODER,
     "{\"_class_name\":\"WordEmbedding\",\"vocab_size\":7,\"max_length\":6,\"width\":4,\"depth\":"
     "1}",
     {"depth", "not known"}},
    {PAINT_ENCODER,
     "{\"_class_name\":\"WordEmbedding\",\"vocab_size\":7,\"max_length\":6,\"width\":1e30}",
     {"width is 1e+30", "whole number"}},
    {PAINT_ENCODER,
     "{\"_class_name\":\"WordEmbedding\",\"vocab_size\":7.5,\"max_length\":6,\"width\":4}",
     {"vocab_size is 7.5"}},
    {PAINT_ENCODER,
     "{\"_class_name\":\"WordEmbedding\",\"vocab_size\":\"7\",\"max_length\":6,\"width\":4}",
     {"vocab_size is not a number"}},
    {PAINT_ENCODER,
     "{\"_class_name\":\"WordEmbedding\",\"vocab_size\":1,\"max_length\":6,\"width\":4}",
     {"vocab_size is 1"}},
    {PAINT_ENCODER,
     "{\"_class_name\":\"WordEmbedding\",\"vocab_size\":8,\"max_length\":6,\"width\":4}",
     {"embedding.weight is 7 x 4, not 8 x 4"}},
    {PAINT_ENCODER,
     "{\"_class_name\":\"WordEmbedding\",\"vocab_size\":7,\"max_length\":5,\"width\":4}",
     {"positions.weight is 6 x 4, not 5 x 4"}},
    {PAINT_ENCODER, "{\"_class_name\":\"WordEmb", {"text_encoder/config.json", "not JSON"}},
    {PAINT_ENCODER, "[1]", {"not an object"}},
    {PAINT_WORDS,
     "{\"<pad>\":0,\"<start>\":1,\"fox\":7}",
     {"vocab.json", "\"fox\"", "vocab_size 7"}},
    {PAINT_WORDS, "{\"<pad>\":0,\"<start>\":1,\"fox\":-2}", {"\"fox\""}},
    {PAINT_WORDS, "{\"<pad>\":0,\"<start>\":1,\"fox\":2.5}", {"\"fox\""}},
    {PAINT_WORDS, "{\"<pad>\":0,\"<start>\":1,\"fox\":\"2\"}", {"\"fox\""}},
    {PAINT_WORDS, "{\"<pad>\":0,\"<start>\":1,\"fox\":2,\"owl\":2}", {"id 2 twice", "\"owl\""}},
    {PAINT_WORDS, "{\"<pad>\":0,\"<start>\":1,\"fox\":2,\"fox\":3}", {"\"fox\" twice"}},
    {PAINT_WORDS, "{\"<pad>\":1,\"<start>\":0}", {"must be 0"}},
    {PAINT_WORDS, "{\"<pad>\":0,\"fox\":1}", {"must be 0"}},
    {PAINT_WORDS, "{}", {"must be 0"}},
    {PAINT_WORDS, "", {"vocab.json", "not JSON"}},
    {PAINT_WORDS, "[\"fox\"]", {"not an object"}},
    {PAINT_TENSORS, "", {"model.safetensors"}},
    {PAINT_TENSORS, "version https://git-lfs", {"model.safetensors"}},
};

START_TEST(what_is_wrong_with_a_file_is_said_with_its_name)
{
    for (size_t c = 0; c < sizeof bad / sizeof bad[0]; c++) {
        struct stamp_words *w = NULL;
        struct stamp_err e = {0};
        paint_sample(&files);
        paint_sample_say(&files, bad[c].file, bad[c].text);
        ck_assert(paint_sample_write(paint_folder(), &files));
        ck_assert_msg(stamp_words_open(paint_folder(), &w, &e) != STAMP_OK, "%s", bad[c].text);
        ck_assert_ptr_null(w);
        paint_said(&e, bad[c].words, bad[c].text);
    }
}
END_TEST

/* The tensors' file with one of its words changed. */
static enum stamp_status tensors(const char *from, const char *to, struct stamp_err *e)
{
    struct stamp_words *w = NULL;
    struct sample *const t = &files.file[PAINT_TENSORS];

    paint_sample(&files);
    ck_assert_uint_eq(strlen(from), strlen(to));
    for (size_t i = 0; i + strlen(from) <= t->len; i++)
        if (!memcmp(t->bytes + i, from, strlen(from))) memcpy(t->bytes + i, to, strlen(to));
    ck_assert(paint_sample_write(paint_folder(), &files));
    const enum stamp_status s = stamp_words_open(paint_folder(), &w, e);
    stamp_words_close(w);
    return s;
}

START_TEST(tensors_of_another_name_shape_or_type_are_named)
{
    struct stamp_err e = {0};

    ck_assert_int_eq(tensors("x", "x", &e), STAMP_OK);
    ck_assert_int_eq(tensors("positions.weight", "positions.weighs", &e), STAMP_EFORMAT);
    paint_said(&e, (const char *[3]){"positions.weighs", "no place"}, "name");
    ck_assert_int_eq(tensors("[7,4]", "[4,7]", &e), STAMP_EFORMAT);
    paint_said(&e, (const char *[3]){"embedding.weight is 4 x 7, not 7 x 4"}, "shape");
    ck_assert_int_eq(tensors("[7,4]", "[ 28]", &e), STAMP_EFORMAT);
    paint_said(&e, (const char *[3]){"embedding.weight is 28, not 7 x 4"}, "rank");
    ck_assert_int_eq(tensors("F32", "I32", &e), STAMP_EUNSUPPORTED);
    ck_assert_int_eq(tensors("[7,4]", "[9,4]", &e), STAMP_EFORMAT);
}
END_TEST

START_TEST(a_number_that_is_not_finite_is_named_and_a_file_cut_short_is_refused)
{
    struct stamp_words *w = NULL;
    struct stamp_err e = {0};
    struct sample *const t = &files.file[PAINT_TENSORS];

    paint_sample(&files);
    memcpy(t->bytes + t->len - 8, "\0\0\x80\x7f", 4);
    ck_assert(paint_sample_write(paint_folder(), &files));
    ck_assert_int_eq(stamp_words_open(paint_folder(), &w, &e), STAMP_EFORMAT);
    paint_said(&e, (const char *[3]){"value 22", "positions.weight", "finite"}, "infinity");
    const size_t whole = t->len;
    for (size_t len = 0; len < whole; len += 7) {
        paint_sample(&files);
        t->len = len;
        ck_assert(paint_sample_write(paint_folder(), &files));
        ck_assert(stamp_words_open(paint_folder(), &w, &e) && !w);
    }
}
END_TEST

START_TEST(half_precision_gives_the_same_rows)
{
    /* 1.0 -2.0 0.5 0.25 as F16, 1.0 as BF16 */
    static const char header[] =
        "{\"embedding.weight\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[0,8]},"
        "\"positions.weight\":{\"dtype\":\"BF16\",\"shape\":[1,2],\"data_offsets\":[8,12]}}";
    struct stamp_text_rows t = {0};
    struct stamp_words *w = NULL;
    struct stamp_err e = {0};

    paint_sample(&files);
    sample_safetensors_of(&files.file[PAINT_TENSORS], header,
                          "\0\x3c\0\xc0\0\x38\0\x34\x80\x3f\x80\x3f", 12);
    paint_sample_say(
        &files, PAINT_ENCODER,
        "{\"_class_name\":\"WordEmbedding\",\"vocab_size\":2,\"max_length\":1,\"width\":2}");
    paint_sample_say(&files, PAINT_WORDS, "{\"<pad>\":0,\"<start>\":1}");
    ck_assert(paint_sample_write(paint_folder(), &files));
    ck_assert_msg(!stamp_words_open(paint_folder(), &w, &e), "%s", e.text);
    ck_assert_msg(!stamp_words_encode(w, "", &t, &e), "%s", e.text);
    ck_assert(t.row[0] == 1.5f && t.row[1] == 1.25f);
    stamp_text_rows_free(&t);
    stamp_words_close(w);
}
END_TEST

START_TEST(a_failing_allocation_is_reported_and_nothing_leaks)
{
    size_t n = 1;

    paint_sample(&files);
    ck_assert(paint_sample_write(paint_folder(), &files));
    for (;; n++) {
        struct stamp_words *w = NULL;
        struct stamp_text_rows t = {0};
        struct stamp_err e = {0};
        stamp_mem_fail_at(n);
        enum stamp_status s = stamp_words_open(paint_folder(), &w, &e);
        if (!s) s = stamp_words_encode(w, "red fox", &t, &e);
        stamp_mem_fail_at(0);
        stamp_text_rows_free(&t);
        stamp_words_close(w);
        if (!s) break;
        ck_assert_msg(s == STAMP_ENOMEM, "%zu: %d %s", n, (int)s, e.text);
    }
    ck_assert_uint_gt(n, 30);
}
END_TEST

Suite *stamp_suite_paint_words(void);

Suite *stamp_suite_paint_words(void)
{
    Suite *s = suite_create("paint_words");
    TCase *c = tcase_create("words");
    tcase_add_test(c, a_text_is_its_words_rows_and_their_positions);
    tcase_add_test(c, a_word_outside_the_list_and_one_too_many_are_named);
    tcase_add_test(c, what_is_wrong_with_a_file_is_said_with_its_name);
    tcase_add_test(c, tensors_of_another_name_shape_or_type_are_named);
    tcase_add_test(c, a_number_that_is_not_finite_is_named_and_a_file_cut_short_is_refused);
    tcase_add_test(c, half_precision_gives_the_same_rows);
    tcase_add_test(c, a_failing_allocation_is_reported_and_nothing_leaks);
    suite_add_tcase(s, c);
    return s;
}
