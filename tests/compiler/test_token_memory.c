/* SPDX-License-Identifier: Apache-2.0 */
/* test_token_memory.c - every allocation of a tokenizer failing, one by one. */
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "tests/compiler/front_tests.h"
#include "tests/compiler/gguf_sample.h"
#include "tests/compiler/token_tests.h"

enum { FAR = 1 << 20 };

/* Open, encode, decode. @p folder NULL: from memory. */
static enum stamp_status attempt(enum stamp_tokenizer_kind kind, const struct sample *s,
                                 const char *folder, uint32_t sum[2])
{
    static const char text[] = "ab<s> a\xc3\xa9[U]12 <|bos|> abab \xff";
    struct stamp_tokenizer *t = NULL;
    struct stamp_bytes out = {0};
    int32_t *ids = NULL;
    size_t count = 0;

    enum stamp_status got =
        folder ? stamp_tokenizer_for(folder, NULL, 0, &t, NULL)
               : stamp_tokenizer_memory(kind, "file", s->bytes, s->len, 0, &t, NULL);
    ck_assert(!got == (t != NULL));
    if (!got) got = stamp_tokenizer_encode(t, text, sizeof text - 1, true, &ids, &count, NULL);
    struct stamp_detokenizer d = {.t = t};
    for (size_t i = 0; i < count && !got; i++) got = stamp_detokenize(&d, ids[i], &out, NULL);
    if (!got) got = stamp_detokenize_end(&d, &out, NULL);
    sum[0] = (uint32_t)count;
    for (size_t i = 0; i < count; i++) sum[1] = sum[1] * 31 + (uint32_t)ids[i];
    stamp_free(ids);
    stamp_free(out.s);
    stamp_tokenizer_close(t);
    return got;
}

/* Allocations of a whole attempt: what a far countdown has left is counted down here. */
static size_t allocations(enum stamp_tokenizer_kind kind, const struct sample *s,
                          const char *folder, uint32_t sum[2])
{
    size_t left = 0;

    stamp_mem_fail_at(FAR);
    ck_assert_int_eq(attempt(kind, s, folder, sum), 0);
    for (void *p; (p = stamp_alloc_raw(1)); left++) stamp_free(p);
    stamp_mem_fail_at(0);
    ck_assert_uint_lt(left, FAR);
    return FAR - 1 - left;
}

/* A pattern whose translation to machine code gets no memory is interpreted: the same ids. */
static void fail_each(enum stamp_tokenizer_kind kind, const struct sample *s, const char *folder,
                      size_t least)
{
    uint32_t whole[2] = {0, 0};
    const size_t count = allocations(kind, s, folder, whole);
    size_t survived = 0;

    ck_assert_msg(count >= least, "%zu allocations", count);
    for (size_t n = 1; n <= count; n++) {
        uint32_t sum[2] = {0, 0};
        stamp_mem_fail_at(n);
        const enum stamp_status got = attempt(kind, s, folder, sum);
        stamp_mem_fail_at(0);
        if (got == STAMP_OK) {
            survived++;
            ck_assert(sum[0] == whole[0] && sum[1] == whole[1]);
        } else {
            ck_assert_msg(got == STAMP_ENOMEM, "allocation %zu of %zu: status %d", n, count,
                          (int)got);
        }
    }
    ck_assert_msg(survived * 4 <= count, "%zu of %zu survived", survived, count);
}

static void samples(struct sample *s, size_t which)
{
    switch (which) {
    case 0: sample_token_json(s); break;
    case 1: sample_token_spaced(s); break;
    case 2: sample_token_model(s, &sample_sp_plain); break;
    case 3: sample_tokenizer(s); break;
    case 4: sample_gguf(s, "llama"); break;
    default: sample_gguf_gpt2(s, &sample_gpt2_plain);
    }
}

START_TEST(an_allocation_that_fails_is_reported_by_every_reader)
{
    static const enum stamp_tokenizer_kind kinds[] = {STAMP_TOKENIZER_JSON,  STAMP_TOKENIZER_JSON,
                                                      STAMP_TOKENIZER_MODEL, STAMP_TOKENIZER_BIN,
                                                      STAMP_TOKENIZER_GGUF,  STAMP_TOKENIZER_GGUF};
    static const size_t least[] = {150, 100, 15, 15, 20, 40};
    static struct sample s;

    samples(&s, (size_t)_i);
    fail_each(kinds[_i], &s, NULL, least[_i]);
}
END_TEST

START_TEST(an_allocation_that_fails_is_reported_by_a_folder)
{
    static struct sample s;
    char folder[256];
    const char *file = front_temp("tokenizer.json");

    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(file, '/') - file), file);
    sample_token_json(&s);
    front_write(file, &s);
    sample_token_config(&s);
    front_write(front_temp("tokenizer_config.json"), &s);
    sample_token_generation(&s);
    front_write(front_temp("generation_config.json"), &s);
    s.len = 0;
    sample_put_text(&s, "{\"frobnicate\":17}");
    front_write(front_temp("added_tokens.json"), &s);
    fail_each(STAMP_TOKENIZER_JSON, NULL, folder, 250);
}
END_TEST

TCase *stamp_tcase_token_memory(void)
{
    TCase *c = tcase_create("memory");
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, an_allocation_that_fails_is_reported_by_every_reader, 0, 6);
    tcase_add_test(c, an_allocation_that_fails_is_reported_by_a_folder);
    return c;
}
