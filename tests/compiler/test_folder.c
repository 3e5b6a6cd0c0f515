/* SPDX-License-Identifier: Apache-2.0 */
/* test_folder.c - the files beside a tokenizer, and which of several counts. */
#include <stdio.h>
#include <string.h>

#include "tests/compiler/front_tests.h"
#include "tests/compiler/token_tests.h"

static void put(const char *name, const char *text)
{
    struct sample s = {.len = 0};
    sample_put_text(&s, text);
    front_write(front_temp(name), &s);
}

static void put_sample(const char *name, void (*make)(struct sample *))
{
    struct sample s;
    make(&s);
    front_write(front_temp(name), &s);
}

static void plain_model(struct sample *s)
{
    sample_token_model(s, &sample_sp_plain);
}

static const char *folder(void)
{
    static char path[256];
    const char *file = front_temp("x");
    snprintf(path, sizeof path, "%.*s", (int)(strrchr(file, '/') - file), file);
    return path;
}

static struct stamp_tokenizer *opened(void)
{
    struct stamp_tokenizer *t = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    ck_assert_msg(!stamp_tokenizer_for(folder(), NULL, 0, &t, &e), "%s", e.text);
    return t;
}

static void refused(enum stamp_status want, const char *word)
{
    struct stamp_tokenizer *t = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    const enum stamp_status got = stamp_tokenizer_for(folder(), NULL, 0, &t, &e);

    ck_assert_msg(got == want && !t, "status %d: %s", (int)got, e.text);
    ck_assert_msg(strstr(e.text, word), "no \"%s\" in: %s", word, e.text);
}

/* The tokens that end a text, "13 14". */
static void ends(const struct stamp_tokenizer *t, const char *want)
{
    char got[100] = "";
    size_t n = 0;

    for (int32_t id = 0; id < 300; id++)
        if (stamp_tokenizer_ends(t, id))
            n += (size_t)snprintf(got + n, sizeof got - n, "%s%d", n ? " " : "", (int)id);
    ck_assert_str_eq(got, want);
}

START_TEST(tokenizer_json_counts_before_model_before_bin)
{
    struct stamp_tokenizer *t;

    refused(STAMP_EIO, "--tokenizer");
    put_sample("tokenizer.bin", sample_tokenizer);
    t = opened();
    ck_assert_str_eq(stamp_tokenizer_format(t), "tokenizer.bin");
    stamp_tokenizer_close(t);
    put_sample("tokenizer.model", plain_model);
    t = opened();
    ck_assert_str_eq(stamp_tokenizer_format(t), "SentencePiece");
    stamp_tokenizer_close(t);
    put_sample("tokenizer.json", sample_token_json);
    t = opened();
    ck_assert_str_eq(stamp_tokenizer_format(t), "tokenizer.json");
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(files_of_another_layout_alone_are_named)
{
    put("merges.txt", "#version: 0.2\n");
    refused(STAMP_EUNSUPPORTED, "has merges.txt");
    put("vocab.json", "{}");
    refused(STAMP_EUNSUPPORTED, "has vocab.json and no tokenizer.json");
}
END_TEST

START_TEST(tokens_that_only_tokenizer_config_has_are_added)
{
    put_sample("tokenizer.json", sample_token_json);
    put_sample("tokenizer_config.json", sample_token_config);
    struct stamp_tokenizer *t = opened();

    token_gives_around(t, "a<|late|>b late ablate", "12 0 15 1 3 16 3 4 0");
    ck_assert(stamp_tokenizer_special(t, 15) && !stamp_tokenizer_special(t, 16));
    ck_assert_int_eq(stamp_tokenizer_bos(t), 12);
    ck_assert_uint_eq(stamp_tokenizer_notes(t)->count, 0);
    ends(t, "13");
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(a_token_of_another_id_or_without_a_text_is_refused)
{
    put_sample("tokenizer.json", sample_token_json);
    put("tokenizer_config.json", "{\"added_tokens_decoder\":{\"5\":{\"content\":\"<|bos|>\"}}}");
    refused(STAMP_EFORMAT, "id 5, the tokenizer's file says 12");
    put("tokenizer_config.json", "{\"added_tokens_decoder\":{\"5\":{}}}");
    refused(STAMP_EFORMAT, "\"5\" is no token");
    put("tokenizer_config.json", "{\"added_tokens_decoder\":{\"five\":{\"content\":\"x\"}}}");
    refused(STAMP_EFORMAT, "\"five\" is no token");
    put("tokenizer_config.json", "{\"added_tokens_decoder\":[]}");
    refused(STAMP_EFORMAT, "not an object");
}
END_TEST

START_TEST(add_bos_and_add_eos_override_what_stands_around_a_text)
{
    static const struct {
        const char *config, *ids;
    } cases[] = {
        {"{}", "12 0"},
        {"{\"add_bos_token\":false,\"bos_token\":\"<|bos|>\"}", "0"},
        {"{\"add_bos_token\":null,\"bos_token\":\"<|bos|>\"}", "12 0"},
        {"{\"add_bos_token\":true,\"bos_token\":\"<|bos|>\"}", "12 0"},
        {"{\"add_bos_token\":true,\"bos_token\":{\"content\":\"<|end|>\"}}", "13 12 0"},
        {"{\"add_eos_token\":true,\"eos_token\":\"<|end|>\"}", "12 0 13"},
        {"{\"add_eos_token\":true,\"eos_token\":{\"content\":\"[U]\"},\"add_bos_token\":false,"
         "\"bos_token\":{\"content\":\"<|bos|>\"}}",
         "0 14"},
    };

    put_sample("tokenizer.json", sample_token_json);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put("tokenizer_config.json", cases[i].config);
        struct stamp_tokenizer *t = opened();
        token_gives_around(t, "a", cases[i].ids);
        token_gives(t, "a", "0");
        stamp_tokenizer_close(t);
    }
    put("tokenizer_config.json", "{\"add_eos_token\":true}");
    refused(STAMP_EFORMAT, "add_eos_token is true");
    put("tokenizer_config.json", "{\"add_eos_token\":1}");
    refused(STAMP_EFORMAT, "add_eos_token");
}
END_TEST

START_TEST(a_named_token_that_does_not_exist_is_noted)
{
    put_sample("tokenizer.json", sample_token_json);
    put("tokenizer_config.json", "{\"bos_token\":\"<|gone|>\"}");
    struct stamp_tokenizer *t = opened();

    ck_assert_uint_eq(stamp_tokenizer_notes(t)->count, 1);
    ck_assert_ptr_nonnull(strstr(stamp_tokenizer_notes(t)->line[0], "<|gone|>"));
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(what_ends_a_text_is_said_by_generation_config_then_config_then_eos_token)
{
    static const struct {
        const char *generation, *config, *ends;
        int bos;
    } cases[] = {
        {NULL, NULL, "13", 12},
        {NULL, "{\"eos_token_id\":5,\"bos_token_id\":4}", "5", 4},
        {NULL, "{\"eos_token_id\":[5,6]}", "5 6", 12},
        {NULL, "{\"eos_token_id\":-1,\"bos_token_id\":-1}", "13", 12},
        {NULL, "{\"eos_token_id\":null}", "13", 12},
        {"{\"eos_token_id\":[7,8],\"bos_token_id\":2}", "{\"eos_token_id\":5,\"bos_token_id\":4}",
         "7 8", 2},
        {"{\"eos_token_id\":-1}", "{\"eos_token_id\":5}", "5", 12},
        {"{}", "{\"eos_token_id\":5}", "5", 12},
        {"{\"eos_token_id\":9}", NULL, "9", 12},
    };
    /* Each file is written anew: "{}" says nothing. */
    put_sample("tokenizer.json", sample_token_json);
    put_sample("tokenizer_config.json", sample_token_config);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put("generation_config.json", cases[i].generation ? cases[i].generation : "{}");
        put("config.json", cases[i].config ? cases[i].config : "{}");
        struct stamp_tokenizer *t = opened();
        ends(t, cases[i].ends);
        ck_assert_int_eq(stamp_tokenizer_bos(t), cases[i].bos);
        stamp_tokenizer_close(t);
    }
    put("generation_config.json", "{\"eos_token_id\":\"x\"}");
    refused(STAMP_EFORMAT, "eos_token_id is no token id");
    put("generation_config.json", "{\"bos_token_id\":1.5}");
    refused(STAMP_EFORMAT, "bos_token_id is no token id");
}
END_TEST

START_TEST(legacy_and_add_prefix_space_say_where_spaces_go)
{
    static const struct {
        const char *config, *ids;
    } cases[] = {{"{}", "7 2 7 2 3 5"},
                 {"{\"legacy\":true}", "7 2 7 2 3 5"},
                 {"{\"legacy\":null}", "7 2 7 2 3 5"},
                 {"{\"legacy\":false}", "7 2 6 2 5"},
                 {"{\"add_prefix_space\":false}", "6 2 6 2 5"},
                 {"{\"add_prefix_space\":true}", "7 2 7 2 3 5"}};

    put_sample("tokenizer.model", plain_model);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put("tokenizer_config.json", cases[i].config);
        struct stamp_tokenizer *t = opened();
        token_gives(t, "ab</s>ab</s>b", cases[i].ids);
        stamp_tokenizer_close(t);
    }
}
END_TEST

START_TEST(added_tokens_json_adds_what_is_not_there)
{
    put_sample("tokenizer.model", plain_model);
    put("added_tokens.json", "{\"<pad>\":300,\"ab\":9}");
    struct stamp_tokenizer *t = opened();

    token_gives(t, "ab<pad>", "7 300");
    stamp_tokenizer_close(t);
    put("added_tokens.json", "{\"<pad>\":-1}");
    refused(STAMP_EFORMAT, "\"<pad>\" is no token");
}
END_TEST

START_TEST(a_key_that_is_not_known_gives_one_note_and_a_choice_not_made_is_refused)
{
    put_sample("tokenizer.json", sample_token_json);
    put("tokenizer_config.json", "{\"frobnicate\":1,\"nothing\":null}");
    put("generation_config.json", "{\"defrobnicate\":[1]}");
    struct stamp_tokenizer *t = opened();

    ck_assert_uint_eq(stamp_tokenizer_notes(t)->count, 2);
    ck_assert_ptr_nonnull(strstr(stamp_tokenizer_notes(t)->line[0], "key frobnicate"));
    ck_assert_ptr_nonnull(strstr(stamp_tokenizer_notes(t)->line[1], "key defrobnicate"));
    stamp_tokenizer_close(t);
    put("tokenizer_config.json", "{\"split_special_tokens\":true}");
    refused(STAMP_EUNSUPPORTED, "split_special_tokens is true");
}
END_TEST

START_TEST(a_token_beyond_the_embedding_is_refused_when_it_is_encoded)
{
    struct stamp_tokenizer *t = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    int32_t *ids = NULL;
    size_t n = 0;

    put_sample("tokenizer.json", sample_token_json);
    ck_assert_int_eq(stamp_tokenizer_for(folder(), NULL, 13, &t, &e), 0);
    token_gives_around(t, "ab", "12 4");
    ck_assert_int_eq((int)stamp_tokenizer_encode(t, "a[U]", 4, false, &ids, &n, &e),
                     (int)STAMP_ERANGE);
    ck_assert_ptr_null(ids);
    ck_assert_ptr_nonnull(strstr(e.text, "token 14 (\"[U]\")"));
    ck_assert_ptr_nonnull(strstr(e.text, "13 rows"));
    stamp_tokenizer_close(t);
}
END_TEST

TCase *stamp_tcase_folder(void)
{
    TCase *c = tcase_create("folder");
    tcase_add_test(c, tokenizer_json_counts_before_model_before_bin);
    tcase_add_test(c, files_of_another_layout_alone_are_named);
    tcase_add_test(c, tokens_that_only_tokenizer_config_has_are_added);
    tcase_add_test(c, a_token_of_another_id_or_without_a_text_is_refused);
    tcase_add_test(c, add_bos_and_add_eos_override_what_stands_around_a_text);
    tcase_add_test(c, a_named_token_that_does_not_exist_is_noted);
    tcase_add_test(c, what_ends_a_text_is_said_by_generation_config_then_config_then_eos_token);
    tcase_add_test(c, legacy_and_add_prefix_space_say_where_spaces_go);
    tcase_add_test(c, added_tokens_json_adds_what_is_not_there);
    tcase_add_test(c, a_key_that_is_not_known_gives_one_note_and_a_choice_not_made_is_refused);
    tcase_add_test(c, a_token_beyond_the_embedding_is_refused_when_it_is_encoded);
    return c;
}
