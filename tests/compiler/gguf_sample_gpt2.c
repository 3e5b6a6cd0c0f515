/* SPDX-License-Identifier: Apache-2.0 */
/* gguf_sample_gpt2.c - keys of a byte-level tokenizer. Contract in gguf_sample.h. */
#include <string.h>

#include "tests/compiler/gguf_sample.h"

enum { U32 = 4, S32 = 5, BOOL = 7, STRING = 8, ARRAY = 9 };

const struct sample_gpt2 sample_gpt2_plain = {"llama-bpe", NULL, -1, -1, 8, 9, 9, -1};

static void put_u64(struct sample *s, uint64_t v)
{
    sample_put_u32(s, (uint32_t)v);
    sample_put_u32(s, (uint32_t)(v >> 32));
}

static void put_text(struct sample *s, const char *text)
{
    put_u64(s, strlen(text));
    sample_put(s, text, strlen(text));
}

static void put_array(struct sample *s, const char *key, uint32_t element, uint64_t count)
{
    put_text(s, key);
    sample_put_u32(s, ARRAY);
    sample_put_u32(s, element);
    put_u64(s, count);
}

/* The keys that are there, counted. */
static uint64_t put_choices(struct sample *s, const struct sample_gpt2 *how)
{
    const struct {
        const char *key;
        int value;
        uint32_t type;
    } choice[] = {{"tokenizer.ggml.bos_token_id", how->bos, U32},
                  {"tokenizer.ggml.eos_token_id", how->eos, U32},
                  {"tokenizer.ggml.eot_token_id", how->eot, U32},
                  {"tokenizer.ggml.eom_token_id", how->eom, U32},
                  {"tokenizer.ggml.add_bos_token", how->add_bos, BOOL},
                  {"tokenizer.ggml.add_eos_token", how->add_eos, BOOL}};
    uint64_t n = 0;

    for (size_t i = 0; i < sizeof choice / sizeof choice[0]; i++) {
        if (choice[i].value < 0) continue;
        put_text(s, choice[i].key);
        sample_put_u32(s, choice[i].type);
        if (choice[i].type == U32)
            sample_put_u32(s, (uint32_t)choice[i].value);
        else
            sample_put(s, choice[i].value ? "\1" : "\0", 1);
        n++;
    }
    if (how->pre) {
        put_text(s, "tokenizer.ggml.pre");
        sample_put_u32(s, STRING);
        put_text(s, how->pre);
        n++;
    }
    return n;
}

void sample_gguf_gpt2(struct sample *s, const struct sample_gpt2 *how)
{
    static const struct {
        const char *text;
        uint32_t type;
    } token[] = {{"a", 1},
                 {"b", 1},
                 {"c", 1},
                 {"\xc4\xa0", 1},
                 {"ab", 1},
                 {"bc", 1},
                 {"abc", 1},
                 {"\xc4\xa0"
                  "a",
                  1},
                 {"<|bos|>", 3},
                 {"<|eot|>", 3},
                 {"[U]", 4},
                 {"1", 1},
                 {"2", 1},
                 {"12", 1},
                 {"\xe2\x96\x81", 5}};
    static const char *const merge[] = {"b c", "a b", "\xc4\xa0 a", "1 2"};
    enum { TOKENS = sizeof token / sizeof token[0], MERGES = sizeof merge / sizeof merge[0] };
    struct sample keys = {.len = 0};
    const uint64_t choices = put_choices(&keys, how);

    s->len = 0;
    sample_put(s, "GGUF\3\0\0\0", 8);
    put_u64(s, 0); /* tensors */
    put_u64(s, choices + 4);
    put_text(s, "tokenizer.ggml.model");
    sample_put_u32(s, STRING);
    put_text(s, "gpt2");
    sample_put(s, keys.bytes, keys.len);
    put_array(s, "tokenizer.ggml.tokens", STRING, TOKENS);
    for (size_t i = 0; i < TOKENS; i++) put_text(s, token[i].text);
    put_array(s, "tokenizer.ggml.token_type", S32, TOKENS);
    for (size_t i = 0; i < TOKENS; i++) sample_put_u32(s, token[i].type);
    put_array(s, "tokenizer.ggml.merges", STRING, MERGES + (how->merge != NULL));
    for (size_t i = 0; i < MERGES; i++) put_text(s, merge[i]);
    if (how->merge) put_text(s, how->merge);
    while (s->len % 32) sample_put(s, "", 1);
}
