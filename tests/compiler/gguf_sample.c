/* SPDX-License-Identifier: Apache-2.0 */
/* gguf_sample.c - a small valid GGUF file. Contract in gguf_sample.h. */
#include "tests/compiler/gguf_sample.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { U16 = 2, U32 = 4, S32 = 5, F32 = 6, STRING = 8, ARRAY = 9 }; /* of values */
enum { T_F32 = 0, T_F16 = 1, T_Q4 = 2, T_Q8 = 8, T_BF16 = 30 };     /* of tensors */

static const struct part {
    const char *name, *family; /* NULL: every one */
    uint32_t rows, cols;       /* rows 0: a vector */
    uint32_t type;
} parts[] = {{"token_embd.weight", NULL, GGUF_VOCAB, GGUF_DIM, T_Q4},
             {"output_norm.weight", NULL, 0, GGUF_DIM, T_F32},
             {"blk.0.attn_norm.weight", NULL, 0, GGUF_DIM, T_F32},
             {"blk.0.ffn_norm.weight", NULL, 0, GGUF_DIM, T_F32},
             {"blk.0.attn_q.weight", NULL, 32, GGUF_DIM, T_Q8},
             {"blk.0.attn_k.weight", NULL, 16, GGUF_DIM, T_F16},
             {"blk.0.attn_v.weight", NULL, 16, GGUF_DIM, T_BF16},
             {"blk.0.attn_output.weight", NULL, GGUF_DIM, 32, T_F32},
             {"blk.0.ffn_gate.weight", NULL, GGUF_HIDDEN, GGUF_DIM, T_Q8},
             {"blk.0.ffn_up.weight", NULL, GGUF_HIDDEN, GGUF_DIM, T_Q4},
             {"blk.0.ffn_down.weight", NULL, GGUF_DIM, GGUF_HIDDEN, T_Q8},
             {"blk.0.attn_q.bias", "qwen2", 0, 32, T_F32},
             {"blk.0.attn_k.bias", "qwen2", 0, 16, T_F32},
             {"blk.0.attn_v.bias", "qwen2", 0, 16, T_F32},
             {"blk.0.attn_q_norm.weight", "qwen3", 0, 16, T_F32},
             {"blk.0.attn_k_norm.weight", "qwen3", 0, 16, T_F32}};

enum { PARTS = sizeof parts / sizeof parts[0] };

float sample_gguf_value(unsigned tensor, size_t i)
{
    const float v = sample_weight(tensor, i); /* k / 64, k in -32 .. 31 */
    const int k = (int)(v * 64) + 32;
    return parts[tensor].type == T_Q4 ? (float)(k / 4 - 8) / 16 : v;
}

static void put_u16(struct sample *s, unsigned v)
{
    const unsigned char b[2] = {(unsigned char)v, (unsigned char)(v >> 8)};
    sample_put(s, b, 2);
}

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

/* binary16 of k / 64, |k| <= 32: k is a power of two times 1.f, found by shifting. */
static unsigned half_of(float v)
{
    const unsigned sign = v < 0 ? 0x8000u : 0;
    unsigned k = (unsigned)(v < 0 ? -v * 64 : v * 64), exponent = 15 - 6 + 10;
    if (!k) return 0;
    for (; k < 1024; k *= 2) exponent--;
    return sign | exponent << 10 | (k & 1023);
}

static void put_block(struct sample *s, unsigned tensor, uint32_t type, size_t at)
{
    put_u16(s, type == T_Q8 ? 0x2400 : 0x2c00); /* 1/64, 1/16 */
    for (size_t i = 0; i < 32 && type == T_Q8; i++) {
        const int q = (int)(sample_gguf_value(tensor, at + i) * 64);
        const unsigned char b = (unsigned char)(q & 255);
        sample_put(s, &b, 1);
    }
    for (size_t i = 0; i < 16 && type == T_Q4; i++) {
        const int low = (int)(sample_gguf_value(tensor, at + i) * 16) + 8;
        const int high = (int)(sample_gguf_value(tensor, at + i + 16) * 16) + 8;
        const unsigned char b = (unsigned char)(low | high << 4);
        sample_put(s, &b, 1);
    }
}

static void put_tensor(struct sample *s, unsigned tensor)
{
    const struct part *p = &parts[tensor];
    const size_t count = (size_t)p->cols * (p->rows ? p->rows : 1);

    for (size_t i = 0; i < count;) {
        const float v = sample_gguf_value(tensor, i);
        uint32_t bits;
        memcpy(&bits, &v, sizeof bits);
        switch (p->type) {
        case T_F32: sample_put_f32(s, v); break;
        case T_F16: put_u16(s, half_of(v)); break;
        case T_BF16: put_u16(s, bits >> 16); break;
        default: put_block(s, tensor, p->type, i); i += 31;
        }
        i++;
    }
    while (s->len % 32) sample_put(s, "", 1);
}

struct number {
    const char *key;
    uint32_t value;
};

/* And epsilon. */
static void put_numbers(struct sample *s, const char *family, const struct number *keys, size_t n)
{
    char name[64];

    for (size_t i = 0; i < n; i++) {
        snprintf(name, sizeof name, "%s.%s", family, keys[i].key);
        put_text(s, name);
        sample_put_u32(s, U32);
        sample_put_u32(s, keys[i].value);
    }
    snprintf(name, sizeof name, "%s.attention.layer_norm_rms_epsilon", family);
    put_text(s, name);
    sample_put_u32(s, F32);
    sample_put_f32(s, 1e-5f);
}

static void put_array(struct sample *s, const char *key, uint32_t element, uint64_t count)
{
    put_text(s, key);
    sample_put_u32(s, ARRAY);
    sample_put_u32(s, element);
    put_u64(s, count);
}

/* The tokens of sample_tokenizer, the space written as SentencePiece writes it. */
static void put_tokenizer(struct sample *s)
{
    struct sample bin;
    char text[32];
    uint32_t len;
    size_t at = 4;

    sample_tokenizer(&bin);
    put_array(s, "tokenizer.ggml.tokens", STRING, SAMPLE_TOKENS);
    for (size_t i = 0; i < SAMPLE_TOKENS; i++, at += 8 + len) {
        len = bin.bytes[at + 4]; /* all are short */
        const bool space = len && bin.bytes[at + 8] == ' ';
        snprintf(text, sizeof text, "%s%.*s", space ? "\xe2\x96\x81" : "", (int)(len - space),
                 (const char *)bin.bytes + at + 8 + space);
        put_text(s, text);
    }
    put_array(s, "tokenizer.ggml.scores", F32, SAMPLE_TOKENS);
    at = 4;
    for (size_t i = 0; i < SAMPLE_TOKENS; i++, at += 8 + bin.bytes[at + 4])
        sample_put(s, bin.bytes + at, 4);
    put_array(s, "tokenizer.ggml.token_type", S32, SAMPLE_TOKENS);
    for (size_t i = 0; i < SAMPLE_TOKENS; i++)
        sample_put_u32(s, i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1);
    put_text(s, "tokenizer.ggml.model");
    sample_put_u32(s, STRING);
    put_text(s, "llama");
}

static bool wanted(const struct part *p, const char *family)
{
    return !p->family || strcmp(p->family, family) == 0;
}

static void put_listing(struct sample *s, const struct part *p, uint64_t offset)
{
    put_text(s, p->name);
    sample_put_u32(s, p->rows ? 2 : 1);
    put_u64(s, p->cols);
    if (p->rows) put_u64(s, p->rows);
    sample_put_u32(s, p->type);
    put_u64(s, offset);
}

/* Those tensors of a family whose number leaves @p rest when divided by @p by, listed and then whole. */
static void put_tensors(struct sample *s, const char *family, unsigned by, unsigned rest)
{
    uint64_t offset = 0;

    for (unsigned i = rest; i < PARTS; i += by) {
        struct sample data = {.len = 0};
        if (!wanted(&parts[i], family)) continue;
        put_listing(s, &parts[i], offset);
        put_tensor(&data, i);
        offset += data.len;
    }
    while (s->len % 32) sample_put(s, "", 1);
    for (unsigned i = rest; i < PARTS; i += by)
        if (wanted(&parts[i], family)) put_tensor(s, i);
}

static unsigned count(const char *family, unsigned by, unsigned rest)
{
    unsigned n = 0;
    for (unsigned i = rest; i < PARTS; i += by) n += wanted(&parts[i], family);
    return n;
}

enum { KEYS = 1 + 8 + 4 }; /* the architecture, numbers, tokenizer */

static void put_keys(struct sample *s, const char *family)
{
    static const struct number numbers[] = {{"block_count", 1},
                                            {"context_length", GGUF_CTX},
                                            {"embedding_length", GGUF_DIM},
                                            {"feed_forward_length", GGUF_HIDDEN},
                                            {"attention.head_count", GGUF_HEADS},
                                            {"attention.head_count_kv", GGUF_KV_HEADS},
                                            {"rope.dimension_count", GGUF_HEAD_DIM}};

    put_text(s, "general.architecture");
    sample_put_u32(s, STRING);
    put_text(s, family);
    put_numbers(s, family, numbers, sizeof numbers / sizeof numbers[0]);
    put_tokenizer(s);
}

void sample_gguf(struct sample *s, const char *family)
{
    s->len = 0;
    sample_put(s, "GGUF\3\0\0\0", 8);
    put_u64(s, count(family, 1, 0));
    put_u64(s, KEYS);
    put_keys(s, family);
    put_tensors(s, family, 1, 0);
}

void sample_gguf_more(struct sample *s, const char *key, const char *text, uint32_t type,
                      const void *bytes, size_t len)
{
    s->len = 0;
    sample_put(s, "GGUF\3\0\0\0", 8);
    put_u64(s, count("llama", 1, 0));
    put_u64(s, KEYS + 1);
    put_text(s, key);
    sample_put_u32(s, text ? STRING : type);
    if (text)
        put_text(s, text);
    else
        sample_put(s, bytes, len);
    put_keys(s, "llama");
    put_tensors(s, "llama", 1, 0);
}

void sample_gguf_part(struct sample *s, unsigned no)
{
    s->len = 0;
    sample_put(s, "GGUF\3\0\0\0", 8);
    put_u64(s, count("llama", 2, no));
    put_u64(s, 3 + (no ? 0 : KEYS));
    put_text(s, "split.no");
    sample_put_u32(s, U16);
    put_u16(s, no);
    put_text(s, "split.tensors.count");
    sample_put_u32(s, S32);
    sample_put_u32(s, count("llama", 1, 0));
    put_text(s, "split.count");
    sample_put_u32(s, U16);
    put_u16(s, 2);
    if (!no) put_keys(s, "llama");
    put_tensors(s, "llama", 2, no);
}

/* ---- Formats of wide blocks ---------------------------------------------------------------- */
static const struct wide {
    struct part part;
    size_t bytes; /* of all rows */
} wide[] = {{{"token_embd.weight", NULL, 4, 256, 3}, 4 * 8 * 20},
            {{"output_norm.weight", NULL, 0, 256, T_F32}, 1024},
            {{"output.weight", NULL, 4, 256, 14}, 4 * 210},
            {{"blk.0.attn_norm.weight", NULL, 0, 256, T_F32}, 1024},
            {{"blk.0.ffn_norm.weight", NULL, 0, 256, T_F32}, 1024},
            {{"blk.0.attn_q.weight", NULL, 32, 256, 11}, 32 * 110},
            {{"blk.0.attn_k.weight", NULL, 8, 256, 13}, 8 * 176},
            {{"blk.0.attn_v.weight", NULL, 8, 256, 23}, 8 * 136},
            {{"blk.0.attn_output.weight", NULL, 256, 32, 20}, 256 * 18},
            {{"blk.0.ffn_gate.weight", NULL, 32, 256, 10}, 32 * 84},
            {{"blk.0.ffn_up.weight", NULL, 32, 256, 12}, 32 * 144},
            {{"blk.0.ffn_down.weight", NULL, 256, 32, 7}, 256 * 24}};

enum { WIDE = sizeof wide / sizeof wide[0] };

void sample_gguf_large(struct sample *s)
{
    static const struct number numbers[] = {
        {"block_count", 1},          {"context_length", 16},      {"embedding_length", 256},
        {"feed_forward_length", 32}, {"attention.head_count", 4}, {"attention.head_count_kv", 1},
        {"attention.key_length", 8}};
    uint64_t offset = 0;

    s->len = 0;
    sample_put(s, "GGUF\3\0\0\0", 8);
    put_u64(s, WIDE);
    put_u64(s, 1 + 8);
    put_text(s, "general.architecture");
    sample_put_u32(s, STRING);
    put_text(s, "llama");
    put_numbers(s, "llama", numbers, sizeof numbers / sizeof numbers[0]);
    for (size_t i = 0; i < WIDE; i++) {
        put_listing(s, &wide[i].part, offset);
        offset += (wide[i].bytes + 31) / 32 * 32;
    }
    while (s->len % 32) sample_put(s, "", 1);
    for (size_t i = 0; i < WIDE; i++) {
        for (size_t k = 0; k < wide[i].bytes; k++) { /* as halves and floats: small and positive */
            const unsigned char b = (unsigned char)(k * 37 % 61 & 63);
            sample_put(s, &b, 1);
        }
        while (s->len % 32) sample_put(s, "", 1);
    }
}
