/* SPDX-License-Identifier: Apache-2.0 */
/* test_keys_values.c - keys that change nothing, keys with allowed values, keys that are not known. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/family/family.h"
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

/* The same of a diffusion transformer. */
static enum stamp_status read_dit(enum stamp_keys_file file, const char *key, const char *value,
                                  char out[200], size_t *notes, struct stamp_err *e)
{
    /* a second _class_name would be refused as such */
    const bool is_class = strcmp(key, "_class_name") == 0;
    struct stamp_network m;
    char text[1000];

    snprintf(text, sizeof text, "%s%s%s%s%s}", file == STAMP_KEYS_SANA ? SANA : PIXART,
             *key && !is_class ? ",\"" : "", is_class ? "" : key, *key && !is_class ? "\":" : "",
             is_class ? "" : value);
    const enum stamp_status s = dit_config(text, &m, e);
    if (s) return s;
    const struct stamp_dit *d = &m.dit;
    snprintf(out, 200, "%s %zu %zu %zu %zu %zu %zu %zu %zu %g %g %g %d %d %zu %zu", m.family->name,
             d->dim, d->layers, d->heads, d->cross_heads, d->hidden, d->channels, d->patch,
             d->sample, d->mlp_ratio, d->eps, d->interpolation, d->attention_bias, d->qk_norm,
             d->squeeze, m.ctx);
    *notes = m.notes.count;
    stamp_notes_free(&m.notes);
    return STAMP_OK;
}

/* A file of each kind with one more member; the result in one line. */
static enum stamp_status read_with(enum stamp_keys_file file, const char *key, const char *value,
                                   char out[200], size_t *notes, struct stamp_err *e)
{
    static const char *const name[] = {"config.json", NULL, "generation_config.json",
                                       "tokenizer_config.json", NULL};
    struct stamp_network m;
    char text[1000];
    struct stamp_tokenizer *t = NULL;
    int32_t *ids = NULL;
    size_t n = 0;

    if (file == STAMP_KEYS_PIXART || file == STAMP_KEYS_SANA)
        return read_dit(file, key, value, out, notes, e);
    snprintf(text, sizeof text, "{%s%s%s%s%s", *key ? "\"" : "", key, *key ? "\":" : "", value,
             *key ? "," : "");
    if (file == STAMP_KEYS_CONFIG || file == STAMP_KEYS_ROPE) {
        char whole[1400];
        if (file == STAMP_KEYS_ROPE)
            snprintf(whole, sizeof whole,
                     "{\"model_type\":\"llama\"," DIMS
                     ",\"rope_scaling\":%s\"rope_type\":\"linear\",\"factor\":2}}",
                     text);
        else
            snprintf(whole, sizeof whole, "%s\"model_type\":\"llama\"," DIMS "}", text);
        const enum stamp_status s = config(whole, &m, e);
        if (s) return s;
        snprintf(out, 200, "%zu %zu %zu %zu %zu %zu %zu %zu %g %g %d %g %d", m.dec.dim,
                 m.dec.hidden, m.dec.layers, m.dec.heads, m.dec.kv_heads, m.dec.head_dim, m.vocab,
                 m.ctx, (double)m.dec.rms_eps, m.dec.rope.theta, (int)m.dec.rope.kind,
                 m.dec.rope.factor, m.dec.tied);
        *notes = m.notes.count;
        stamp_notes_free(&m.notes);
        return STAMP_OK;
    }
    strcat(text,
           file == STAMP_KEYS_TOKENIZER ? "\"eos_token\":\"<|end|>\"}" : "\"eos_token_id\":5}");
    put(name[file], text);
    enum stamp_status s = stamp_tokenizer_for(folder(), NULL, 0, &t, e);
    if (!s) s = stamp_tokenizer_encode(t, "ab <|end|>ab", 12, true, &ids, &n, e);
    put(name[file], "{}");
    if (s) return s;
    *notes = stamp_tokenizer_notes(t)->count;
    snprintf(out, 200, "%d %d %d %d", (int)stamp_tokenizer_bos(t), stamp_tokenizer_ends(t, 5),
             stamp_tokenizer_ends(t, 13), (int)n);
    for (size_t i = 0; i < n; i++) snprintf(out + strlen(out), 20, " %d", (int)ids[i]);
    stamp_free(ids);
    stamp_tokenizer_close(t);
    return STAMP_OK;
}

/* A GGUF file with one more key: @p text NULL: the u32 @p number. */
static enum stamp_status read_gguf_with(const char *key, const char *text, uint32_t type,
                                        const void *bytes, size_t len, char out[200], size_t *notes,
                                        struct stamp_err *e)
{
    static struct sample s;
    struct stamp_network *m = NULL;
    struct stamp_tokenizer *t = NULL;
    int32_t *ids = NULL;
    size_t n = 0;

    sample_gguf_more(&s, key, text, type, bytes, len);
    enum stamp_status got = stamp_gguf_memory("g", s.bytes, s.len, &m, e);
    if (got) return got;
    *notes = m->notes.count;
    snprintf(out, 200, "%zu %zu %zu %zu %zu %zu %zu %zu %g %g %d %g %d", m->dec.dim, m->dec.hidden,
             m->dec.layers, m->dec.heads, m->dec.kv_heads, m->dec.head_dim, m->vocab, m->ctx,
             (double)m->dec.rms_eps, m->dec.rope.theta, (int)m->dec.rope.kind, m->dec.rope.factor,
             m->dec.tied);
    stamp_network_close(m);
    ck_assert_int_eq(stamp_tokenizer_memory(STAMP_TOKENIZER_GGUF, "g", s.bytes, s.len, 0, &t, e),
                     0);
    ck_assert_int_eq(stamp_tokenizer_encode(t, "aab dd", 6, true, &ids, &n, e), 0);
    for (size_t i = 0; i < n; i++) snprintf(out + strlen(out), 20, " %d", (int)ids[i]);
    stamp_free(ids);
    stamp_tokenizer_close(t);
    return STAMP_OK;
}

/* The key of a row in a file: without the star, with the architecture. */
static const char *key_of(const struct stamp_key *row)
{
    static char key[100];
    snprintf(key, sizeof key, "%s%s", *row->key == '.' ? "llama" : "", row->key);
    if (key[strlen(key) - 1] == '*') key[strlen(key) - 1] = 'x';
    return key;
}

static void tokenizer_folder(void)
{
    static struct sample s;
    sample_token_json(&s);
    front_write(front_temp("tokenizer.json"), &s);
    put("generation_config.json", "{}");
    put("tokenizer_config.json", "{}");
}

START_TEST(a_moot_key_changes_nothing_and_is_not_noted)
{
    static const char *const values[] = {"1", "-7.5", "\"x\"", "true", "[1,2]", "{}", "null"};
    char want[200] = "", got[200] = "";
    size_t count = 0, tried = 0, notes = 9;
    const struct stamp_key *row = stamp_keys(&count);
    struct stamp_err e = {STAMP_OK, ""};

    tokenizer_folder();
    for (size_t i = 0; i < count; i++) {
        if (row[i].kind != STAMP_KEY_MOOT || row[i].file == STAMP_KEYS_GGUF) continue;
        ck_assert_int_eq(read_with(row[i].file, "", "", want, &notes, &e), 0);
        for (size_t k = 0; k < sizeof values / sizeof values[0]; k++, tried++) {
            ck_assert_msg(!read_with(row[i].file, key_of(&row[i]), values[k], got, &notes, &e),
                          "%s: %s", row[i].key, e.text);
            ck_assert_msg(strcmp(got, want) == 0 && notes == 0, "%s: %s: %s, %zu notes", row[i].key,
                          values[k], got, notes);
        }
    }
    ck_assert_uint_gt(tried, 500);
}
END_TEST

START_TEST(a_moot_key_of_a_gguf_file_changes_nothing_and_is_not_noted)
{
    static const uint32_t one = 1;
    char want[200] = "", got[200] = "";
    size_t count = 0, tried = 0, notes = 9;
    const struct stamp_key *row = stamp_keys(&count);
    struct stamp_err e = {STAMP_OK, ""};

    ck_assert_int_eq(read_gguf_with("general.name", "x", 0, NULL, 0, want, &notes, &e), 0);
    for (size_t i = 0; i < count; i++) {
        if (row[i].kind != STAMP_KEY_MOOT || row[i].file != STAMP_KEYS_GGUF) continue;
        for (int k = 0; k < 2; k++, tried++) {
            ck_assert_msg(
                !read_gguf_with(key_of(&row[i]), k ? "x" : NULL, 4, &one, 4, got, &notes, &e),
                "%s: %s", row[i].key, e.text);
            ck_assert_msg(strcmp(got, want) == 0 && notes == 0, "%s: %s, %zu notes", row[i].key,
                          got, notes);
        }
    }
    ck_assert_uint_gt(tried, 30);
}
END_TEST

/* The next value of "a|b" as it stands in JSON; NULL: no more. */
static const char *next_value(const char **list, bool quoted)
{
    static char to[64];
    const size_t n = strcspn(*list, "|");

    if (!n) return NULL;
    const bool text = quoted && (**list >= 'a' && **list <= 'z') &&
                      strncmp(*list, "true", 4) != 0 && strncmp(*list, "false", 5) != 0;
    snprintf(to, sizeof to, "%s%.*s%s", text ? "\"" : "", (int)n, *list, text ? "\"" : "");
    *list += n + ((*list)[n] == '|');
    return to;
}

START_TEST(a_key_with_allowed_values_takes_these_and_refuses_others)
{
    static const char *const others[] = {"7", "\"x\"", "true", "false", "[1]", "{\"a\":1}", "-1"};
    char out[200];
    size_t count = 0, taken = 0, refused = 0, notes = 9;
    const struct stamp_key *row = stamp_keys(&count);
    struct stamp_err e = {STAMP_OK, ""};

    tokenizer_folder();
    for (size_t i = 0; i < count; i++) {
        if (row[i].kind != STAMP_KEY_ONLY || row[i].file == STAMP_KEYS_GGUF) continue;
        const char *list = row[i].text;
        for (const char *v; (v = next_value(&list, true)); taken++) {
            ck_assert_msg(!read_with(row[i].file, row[i].key, v, out, &notes, &e), "%s", e.text);
            ck_assert_uint_eq(notes, 0);
        }
        ck_assert_int_eq(read_with(row[i].file, row[i].key, "null", out, &notes, &e), 0);
        for (size_t k = 0; k < sizeof others / sizeof others[0]; k++) {
            if (strcmp(others[k], row[i].text) == 0) continue;
            ck_assert_msg(read_with(row[i].file, row[i].key, others[k], out, &notes, &e) ==
                              STAMP_EUNSUPPORTED,
                          "%s: %s", row[i].key, others[k]);
            ck_assert_msg(strstr(e.text, row[i].key), "%s", e.text);
            refused++;
        }
    }
    ck_assert_uint_gt(taken, 15);
    ck_assert_uint_gt(refused, 100);
}
END_TEST

START_TEST(a_key_of_a_gguf_file_with_allowed_values_takes_these_and_refuses_others)
{
    static const uint32_t seven = 7;
    enum { U32 = 4, F32 = 6, BOOL = 7 };
    char out[200];
    size_t count = 0, taken = 0, tried = 0, notes = 9;
    const struct stamp_key *row = stamp_keys(&count);
    struct stamp_err e = {STAMP_OK, ""};

    for (size_t i = 0; i < count; i++) {
        if (row[i].kind != STAMP_KEY_ONLY || row[i].file != STAMP_KEYS_GGUF) continue;
        const char *key = key_of(&row[i]), *list = row[i].text;
        for (const char *v; (v = next_value(&list, false)); taken++) {
            const bool flag = strcmp(v, "true") == 0 || strcmp(v, "false") == 0;
            const char bit = *v == 't';
            const uint32_t number = (uint32_t)strtoul(v, NULL, 10);
            const float real = (float)number;
            const bool digits = *v >= '0' && *v <= '9';
            ck_assert_msg(!read_gguf_with(key, flag || digits ? NULL : v, flag ? BOOL : U32,
                                          flag ? (const void *)&bit : &number, flag ? 1 : 4, out,
                                          &notes, &e),
                          "%s", e.text);
            if (digits)
                ck_assert_msg(!read_gguf_with(key, NULL, F32, &real, 4, out, &notes, &e), "%s",
                              e.text);
            ck_assert_uint_eq(notes, 0);
        }
        ck_assert_int_eq((int)read_gguf_with(key, NULL, U32, &seven, 4, out, &notes, &e),
                         (int)STAMP_EUNSUPPORTED);
        ck_assert_int_eq((int)read_gguf_with(key, "x", 0, NULL, 0, out, &notes, &e),
                         (int)STAMP_EUNSUPPORTED);
        ck_assert_int_eq((int)read_gguf_with(key, NULL, BOOL,
                                             strcmp(row[i].text, "true") ? "\1" : "\0", 1, out,
                                             &notes, &e),
                         (int)STAMP_EUNSUPPORTED);
        tried++;
    }
    ck_assert_uint_gt(taken, 10);
    ck_assert_uint_gt(tried, 10);
}
END_TEST

START_TEST(a_key_that_is_not_known_gives_one_note_with_its_name)
{
    static const enum stamp_keys_file files[] = {STAMP_KEYS_CONFIG,     STAMP_KEYS_ROPE,
                                                 STAMP_KEYS_GENERATION, STAMP_KEYS_TOKENIZER,
                                                 STAMP_KEYS_PIXART,     STAMP_KEYS_SANA};
    static const uint32_t one = 1;
    char out[200];
    size_t notes = 9;
    struct stamp_err e = {STAMP_OK, ""};
    struct stamp_network m;

    tokenizer_folder();
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        ck_assert_int_eq(read_with(files[i], "frobnicate", "1", out, &notes, &e), 0);
        ck_assert_uint_eq(notes, 1);
        ck_assert_int_eq(read_with(files[i], "frobnicate", "null", out, &notes, &e), 0);
        ck_assert_uint_eq(notes, 0); /* null counts as absent */
    }
    ck_assert_int_eq(read_gguf_with("llama.frobnicate", NULL, 4, &one, 4, out, &notes, &e), 0);
    ck_assert_uint_eq(notes, 1);
    ck_assert_int_eq(
        config("{\"model_type\":\"llama\"," DIMS ",\"frob\":1,\"nicate\":[2]}", &m, &e), 0);
    ck_assert_uint_eq(m.notes.count, 2);
    ck_assert_ptr_nonnull(strstr(m.notes.line[0], "key frob "));
    ck_assert_ptr_nonnull(strstr(m.notes.line[1], "key nicate "));
    stamp_notes_free(&m.notes);
}
END_TEST

START_TEST(a_member_twice_is_refused)
{
    char out[200];
    size_t notes = 9;
    struct stamp_err e = {STAMP_OK, ""};

    tokenizer_folder();
    ck_assert_int_eq((int)read_with(STAMP_KEYS_CONFIG, "vocab_size", "6", out, &notes, &e),
                     (int)STAMP_EFORMAT);
    ck_assert_int_eq((int)read_with(STAMP_KEYS_ROPE, "factor", "2", out, &notes, &e),
                     (int)STAMP_EFORMAT);
    ck_assert_int_eq((int)read_with(STAMP_KEYS_GENERATION, "eos_token_id", "6", out, &notes, &e),
                     (int)STAMP_EFORMAT);
}
END_TEST

TCase *stamp_tcase_keys_values(void)
{
    TCase *c = tcase_create("values");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, a_moot_key_changes_nothing_and_is_not_noted);
    tcase_add_test(c, a_moot_key_of_a_gguf_file_changes_nothing_and_is_not_noted);
    tcase_add_test(c, a_key_with_allowed_values_takes_these_and_refuses_others);
    tcase_add_test(c, a_key_of_a_gguf_file_with_allowed_values_takes_these_and_refuses_others);
    tcase_add_test(c, a_key_that_is_not_known_gives_one_note_with_its_name);
    tcase_add_test(c, a_member_twice_is_refused);
    return c;
}
