/* SPDX-License-Identifier: Apache-2.0 */
/* test_keys.c - the table of keys: every row does what it says. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/family/gguf_model.h"
#include "compiler/front/gguf.h"
#include "compiler/family/hf.h"
#include "compiler/front/keys.h"
#include "compiler/token/tokenizer.h"
#include "model/mem.h"
#include "tests/compiler/front_tests.h"
#include "tests/compiler/gguf_sample.h"
#include "tests/compiler/keys_rig.h"
#include "tests/compiler/token_samples.h"

Suite *stamp_suite_keys(void);

/* ---- The table itself ---------------------------------------------------------------------------- */

START_TEST(no_row_stands_twice_or_behind_one_that_covers_it)
{
    size_t count = 0;
    const struct stamp_key *row = stamp_keys(&count);

    ck_assert_uint_gt(count, 150);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++)
            ck_assert_msg(row[i].file != row[k].file || strcmp(row[i].key, row[k].key) != 0,
                          "%s twice", row[i].key);
        ck_assert_msg(stamp_keys_find(row[i].file, row[i].key) == &row[i], "%s is hidden",
                      row[i].key);
    }
    ck_assert_ptr_null(stamp_keys_find(STAMP_KEYS_CONFIG, "frobnicate"));
    ck_assert_ptr_null(stamp_keys_find(STAMP_KEYS_CONFIG, ""));
}
END_TEST

/* ---- Rows in use --------------------------------------------------------------------------------- */

static void read_configs(void)
{
    static const char *const texts[] = {
        "{\"model_type\":\"llama\"," DIMS
        ",\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":1,"
        "\"high_freq_factor\":4,\"original_max_position_embeddings\":8192}}",
        "{\"model_type\":\"qwen2\"," DIMS
        ",\"use_sliding_window\":true,\"sliding_window\":4,\"max_window_layers\":2,"
        "\"rope_scaling\":{\"type\":\"linear\",\"factor\":2}}",
        "{\"model_type\":\"qwen3\"," DIMS
        ",\"head_dim\":4,\"rope_parameters\":{\"rope_type\":\"default\",\"rope_theta\":1000000}}"};
    static const char *const paints[] = {PIXART "}", SANA "}"};
    struct stamp_network m;
    struct stamp_err e;

    for (size_t i = 0; i < 2; i++) {
        ck_assert_msg(!dit_config(paints[i], &m, &e), "%s", e.text);
        ck_assert_uint_eq(m.notes.count, 0);
    }
    for (size_t i = 0; i < 3; i++) {
        ck_assert_msg(!config(texts[i], &m, &e), "%s", e.text);
        ck_assert_uint_eq(m.notes.count, 0);
    }
}

static void read_ggufs(void)
{
    static struct sample s;
    struct stamp_network *m = NULL;
    struct stamp_tokenizer *t = NULL;
    struct stamp_err e;

    sample_gguf(&s, "llama");
    ck_assert_msg(!stamp_gguf_memory("g", s.bytes, s.len, &m, &e), "%s", e.text);
    stamp_network_close(m);
    ck_assert_msg(!stamp_tokenizer_memory(STAMP_TOKENIZER_GGUF, "g", s.bytes, s.len, 0, &t, &e),
                  "%s", e.text);
    stamp_tokenizer_close(t);
    sample_gguf_gpt2(&s, &sample_gpt2_plain);
    ck_assert_msg(!stamp_tokenizer_memory(STAMP_TOKENIZER_GGUF, "g", s.bytes, s.len, 0, &t, &e),
                  "%s", e.text);
    stamp_tokenizer_close(t);
    for (unsigned no = 0; no < 2; no++) {
        sample_gguf_part(&s, no);
        front_write(front_temp(no ? "m-00002-of-00002.gguf" : "m-00001-of-00002.gguf"), &s);
    }
    ck_assert_msg(!stamp_gguf_open(front_temp("m-00001-of-00002.gguf"), &m, &e), "%s", e.text);
    stamp_network_close(m);
}

static void read_tokenizers(void)
{
    struct stamp_tokenizer *t = NULL;
    struct stamp_err e;
    static struct sample s;

    put("generation_config.json", "{}");
    put("config.json", "{}");
    sample_token_model(&s, &sample_sp_plain);
    front_write(front_temp("tokenizer.model"), &s);
    put("tokenizer_config.json", "{\"legacy\":true}");
    ck_assert_msg(!stamp_tokenizer_for(folder(), NULL, 0, &t, &e), "%s", e.text);
    stamp_tokenizer_close(t);
}

START_TEST(every_row_in_use_is_asked_for_by_a_reader)
{
    size_t count = 0, used = 0;
    const struct stamp_key *row = stamp_keys(&count);
    bool *seen = calloc(count, sizeof *seen);

    ck_assert_ptr_nonnull(seen);
    stamp_keys_watch(seen);
    read_configs();
    read_ggufs();
    read_tokenizers();
    stamp_keys_watch(NULL);
    for (size_t i = 0; i < count; i++) {
        used += row[i].kind == STAMP_KEY_USED;
        ck_assert_msg(seen[i] == (row[i].kind == STAMP_KEY_USED), "%s (file %d): %s", row[i].key,
                      (int)row[i].file, seen[i] ? "asked for" : "nobody asks for it");
    }
    ck_assert_uint_gt(used, 70);
    free(seen);
}
END_TEST

Suite *stamp_suite_keys(void)
{
    Suite *s = suite_create("keys");
    TCase *c = tcase_create("table");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, no_row_stands_twice_or_behind_one_that_covers_it);
    tcase_add_test(c, every_row_in_use_is_asked_for_by_a_reader);
    suite_add_tcase(s, c);
    suite_add_tcase(s, stamp_tcase_keys_values());
    return s;
}
