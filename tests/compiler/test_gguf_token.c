/* SPDX-License-Identifier: Apache-2.0 */
/* test_gguf_token.c - byte-level tokenizers in GGUF files. */
#include <string.h>

#include "tests/compiler/gguf_sample.h"
#include "tests/compiler/token_tests.h"

static struct stamp_tokenizer *gpt2(const struct sample_gpt2 *how)
{
    static struct sample s;
    sample_gguf_gpt2(&s, how);
    return token_open(STAMP_TOKENIZER_GGUF, &s);
}

static struct sample_gpt2 with_pre(const char *pre)
{
    struct sample_gpt2 how = sample_gpt2_plain;
    how.pre = pre;
    return how;
}

static void refused(const struct sample_gpt2 *how, enum stamp_status want, const char *word)
{
    static struct sample s;
    sample_gguf_gpt2(&s, how);
    token_refused(STAMP_TOKENIZER_GGUF, s.bytes, s.len, want, word);
}

START_TEST(llama_bpe_has_bos_in_front_and_takes_words_that_are_tokens)
{
    struct stamp_tokenizer *t = gpt2(&sample_gpt2_plain);

    token_gives_around(t, "", "8");
    token_gives_around(t, "abc ab", "8 6 3 4"); /* " ab": ab before " a" */
    token_gives(t, "12", "13");                 /* up to three digits are a piece */
    ck_assert_str_eq(stamp_tokenizer_format(t), "GGUF gpt2");
    ck_assert_int_eq(stamp_tokenizer_bos(t), 8);
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(qwen2_has_nothing_in_front_and_goes_by_the_merges)
{
    const struct sample_gpt2 how = with_pre("qwen2");
    struct stamp_tokenizer *t = gpt2(&how);

    token_gives_around(t, "", "");
    token_gives_around(t, "abc ab", "0 5 3 4");
    token_gives(t, "12", "11 12"); /* each digit is a piece */
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(digits_are_pieces_first_where_the_name_says_so)
{
    struct sample_gpt2 how = with_pre("starcoder");
    struct stamp_tokenizer *t = gpt2(&how);

    token_gives(t, "12", "11 12");
    stamp_tokenizer_close(t);
    how.pre = "gpt-2";
    t = gpt2(&how);
    token_gives(t, "12", "13");
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(a_cut_that_is_not_known_or_not_named_is_refused)
{
    struct sample_gpt2 how = with_pre("chameleon");

    refused(&how, STAMP_EUNSUPPORTED, "chameleon");
    how.pre = "default";
    refused(&how, STAMP_EUNSUPPORTED, "default");
    how.pre = NULL;
    refused(&how, STAMP_EUNSUPPORTED, "no tokenizer.ggml.pre");
}
END_TEST

START_TEST(add_bos_and_add_eos_override_the_name)
{
    struct sample_gpt2 how = sample_gpt2_plain;
    struct stamp_tokenizer *t;

    how.add_bos = 0;
    t = gpt2(&how);
    token_gives_around(t, "a", "0");
    stamp_tokenizer_close(t);
    how = with_pre("qwen2");
    how.add_bos = how.add_eos = 1;
    t = gpt2(&how);
    token_gives_around(t, "a", "8 0 9");
    stamp_tokenizer_close(t);
    how.bos = -1;
    refused(&how, STAMP_EFORMAT, "does not name");
    how.bos = 8;
    how.eos = -1;
    refused(&how, STAMP_EFORMAT, "does not name");
}
END_TEST

START_TEST(eos_eot_and_eom_end_a_text)
{
    struct sample_gpt2 how = sample_gpt2_plain;
    struct stamp_tokenizer *t;

    how.eos = 9;
    how.eot = 10;
    how.eom = 6;
    t = gpt2(&how);
    for (int32_t id = 0; id < 15; id++)
        ck_assert_int_eq(stamp_tokenizer_ends(t, id), id == 9 || id == 10 || id == 6);
    stamp_tokenizer_close(t);
    how.eot = 15;
    refused(&how, STAMP_EFORMAT, "eot_token_id is no token of the 15");
}
END_TEST

START_TEST(control_and_user_defined_tokens_are_taken_out_whole)
{
    struct stamp_tokenizer *t = gpt2(&sample_gpt2_plain);

    token_gives(t, "a<|eot|>a[U]<|bos|>", "0 9 0 10 8");
    token_shows(t, "8 0 7 10 9", "a a[U]");
    ck_assert(stamp_tokenizer_special(t, 8) && !stamp_tokenizer_special(t, 10));
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(merges_of_tokens_that_are_not_there_are_refused)
{
    struct sample_gpt2 how = sample_gpt2_plain;

    how.merge = "b b";
    refused(&how, STAMP_EFORMAT, "merge 4 (\"b b\")");
    how.merge = "a z";
    refused(&how, STAMP_EFORMAT, "merge 4");
    how.merge = "ab";
    refused(&how, STAMP_EFORMAT, "merge 4 is not two tokens");
    how.merge = "a b c";
    refused(&how, STAMP_EFORMAT, "merge 4 is not two tokens");
    how.merge = "";
    refused(&how, STAMP_EFORMAT, "merge 4 is not two tokens");
}
END_TEST

START_TEST(a_model_that_is_not_read_is_named)
{
    static struct sample s;
    unsigned char *at;

    sample_gguf_gpt2(&s, &sample_gpt2_plain);
    at = s.bytes;
    while (memcmp(at, "gpt2", 4) != 0) at++;
    memcpy(at, "bert", 4);
    token_refused(STAMP_TOKENIZER_GGUF, s.bytes, s.len, STAMP_EUNSUPPORTED, "\"bert\"");
}
END_TEST

START_TEST(every_truncation_is_refused)
{
    static struct sample s;
    size_t keys;

    sample_gguf_gpt2(&s, &sample_gpt2_plain);
    for (keys = s.len; !s.bytes[keys - 1]; keys--) {
    } /* zeros up to the data, of which there is none */
    for (size_t len = 0; len < keys; len++) {
        struct stamp_tokenizer *t = NULL;
        ck_assert_int_eq(
            (int)stamp_tokenizer_memory(STAMP_TOKENIZER_GGUF, "g", s.bytes, len, 0, &t, NULL),
            (int)STAMP_EFORMAT);
    }
}
END_TEST

TCase *stamp_tcase_gguf_token(void)
{
    TCase *c = tcase_create("GGUF gpt2");
    tcase_add_test(c, llama_bpe_has_bos_in_front_and_takes_words_that_are_tokens);
    tcase_add_test(c, qwen2_has_nothing_in_front_and_goes_by_the_merges);
    tcase_add_test(c, digits_are_pieces_first_where_the_name_says_so);
    tcase_add_test(c, a_cut_that_is_not_known_or_not_named_is_refused);
    tcase_add_test(c, add_bos_and_add_eos_override_the_name);
    tcase_add_test(c, eos_eot_and_eom_end_a_text);
    tcase_add_test(c, control_and_user_defined_tokens_are_taken_out_whole);
    tcase_add_test(c, merges_of_tokens_that_are_not_there_are_refused);
    tcase_add_test(c, a_model_that_is_not_read_is_named);
    tcase_add_test(c, every_truncation_is_refused);
    return c;
}
