/* SPDX-License-Identifier: Apache-2.0 */
/* front_samples.c - small valid files, built byte by byte. Contract in front_samples.h. */
#include "tests/compiler/front_samples.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

float sample_weight(unsigned tensor, size_t i)
{
    uint32_t v = (uint32_t)i * 2654435761u + tensor * 40503u + 12345u;
    v = (v ^ v >> 15) * 2246822519u;
    return ((float)(v >> 26) - 32.0f) / 64.0f;
}

void sample_put(struct sample *s, const void *bytes, size_t len)
{
    assert(len <= SAMPLE_BYTES - s->len);
    if (len) memcpy(s->bytes + s->len, bytes, len);
    s->len += len;
}

void sample_put_u32(struct sample *s, uint32_t v)
{
    const unsigned char b[4] = {(unsigned char)v, (unsigned char)(v >> 8), (unsigned char)(v >> 16),
                                (unsigned char)(v >> 24)};
    sample_put(s, b, sizeof b);
}

void sample_put_f32(struct sample *s, float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    sample_put_u32(s, bits);
}

void sample_npy_of(struct sample *s, int version, const char *header, const void *data, size_t len)
{
    const size_t front = version == 1 ? 10 : 12, text = strlen(header);
    const size_t total = (front + text + 1 + 63) / 64 * 64, padded = total - front;

    s->len = 0;
    sample_put(s, "\x93NUMPY", 6);
    s->bytes[s->len++] = (unsigned char)version;
    s->bytes[s->len++] = 0;
    sample_put_u32(s, (uint32_t)padded);
    s->len = front; /* version 1 has two bytes of length */
    sample_put(s, header, text);
    while (s->len + 1 < total) s->bytes[s->len++] = ' ';
    s->bytes[s->len++] = '\n';
    sample_put(s, data, len);
}

void sample_npy(struct sample *s)
{
    struct sample data = {.len = 0};
    for (int i = 1; i <= 6; i++) sample_put_f32(&data, (float)i);
    sample_npy_of(s, 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", data.bytes,
                  data.len);
}

/* The tensors in the order of the .bin; layer tensors stand there once per layer. */
static const struct part {
    const char *hf; /* name after "model.layers.N.", or the whole name */
    size_t rows, cols;
    int layered;
} parts[] = {{"model.embed_tokens", TINY_VOCAB, TINY_DIM, 0},
             {"input_layernorm", 0, TINY_DIM, 1},
             {"self_attn.q_proj", 8, TINY_DIM, 1},
             {"self_attn.k_proj", 4, TINY_DIM, 1},
             {"self_attn.v_proj", 4, TINY_DIM, 1},
             {"self_attn.o_proj", TINY_DIM, 8, 1},
             {"post_attention_layernorm", 0, TINY_DIM, 1},
             {"mlp.gate_proj", TINY_HIDDEN, TINY_DIM, 1},
             {"mlp.down_proj", TINY_DIM, TINY_HIDDEN, 1},
             {"mlp.up_proj", TINY_HIDDEN, TINY_DIM, 1},
             {"model.norm", 0, TINY_DIM, 0},
             {"lm_head", TINY_VOCAB, TINY_DIM, 0}};

enum { PARTS = sizeof parts / sizeof parts[0] };

/* Row @p r of a half-split head is this row of an interleaved one. */
static size_t interleaved_row(size_t r)
{
    const size_t head = r / TINY_HEAD_DIM, i = r % TINY_HEAD_DIM, half = TINY_HEAD_DIM / 2;
    return head * TINY_HEAD_DIM + (i < half ? 2 * i : 2 * (i - half) + 1);
}

static void put_part(struct sample *s, size_t p, size_t layer, int half_split)
{
    const struct part *t = &parts[p];
    const size_t rows = t->rows ? t->rows : 1;
    const int turned = half_split && (p == 2 || p == 3);

    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < t->cols; c++) {
            const size_t from = turned ? interleaved_row(r) : r;
            const float v = sample_weight((unsigned)(p + 16 * layer), from * t->cols + c);
            sample_put_f32(s, t->rows ? v : 1.0f + v); /* norms stand around 1 */
        }
}

void sample_llama2c(struct sample *s)
{
    static const int32_t header[7] = {TINY_DIM,   TINY_HIDDEN,   TINY_LAYERS,
                                      TINY_HEADS, TINY_KV_HEADS, -TINY_VOCAB, /* head not shared */
                                      TINY_CTX};
    s->len = 0;
    for (size_t i = 0; i < 7; i++) sample_put_u32(s, (uint32_t)header[i]);
    for (size_t p = 0; p < PARTS; p++) {
        if (p == PARTS - 1) /* the rotary tables, which are not used */
            for (size_t i = 0; i < TINY_CTX * TINY_HEAD_DIM; i++) sample_put_f32(s, 7.0f);
        for (size_t l = 0; l < (parts[p].layered ? TINY_LAYERS : 1); l++) put_part(s, p, l, 0);
    }
}

void sample_safetensors_of(struct sample *s, const char *header, const void *data, size_t len)
{
    s->len = 0;
    sample_put_u32(s, (uint32_t)strlen(header));
    sample_put_u32(s, 0);
    sample_put(s, header, strlen(header));
    sample_put(s, data, len);
}

void sample_safetensors(struct sample *s)
{
    struct sample data = {.len = 0};
    char text[8192];
    size_t n = (size_t)snprintf(text, sizeof text, "{\"__metadata__\":{\"format\":\"pt\"}");

    for (size_t p = 0; p < PARTS; p++)
        for (size_t l = 0; l < (parts[p].layered ? TINY_LAYERS : 1); l++) {
            char name[80], shape[40];
            const size_t begin = data.len;
            put_part(&data, p, l, 1);
            if (parts[p].layered)
                snprintf(name, sizeof name, "model.layers.%zu.%s.weight", l, parts[p].hf);
            else
                snprintf(name, sizeof name, "%s.weight", parts[p].hf);
            if (parts[p].rows)
                snprintf(shape, sizeof shape, "[%zu,%zu]", parts[p].rows, parts[p].cols);
            else
                snprintf(shape, sizeof shape, "[%zu]", parts[p].cols);
            n += (size_t)snprintf(
                text + n, sizeof text - n,
                ",\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%zu,%zu]}", name, shape,
                begin, data.len);
        }
    snprintf(text + n, sizeof text - n, "}");
    sample_safetensors_of(s, text, data.bytes, data.len);
}

void sample_config(struct sample *s)
{
    static const char text[] =
        "{\"model_type\": \"llama\", \"hidden_act\": \"silu\", \"hidden_size\": 8,\n"
        " \"intermediate_size\": 12, \"num_hidden_layers\": 2, \"num_attention_heads\": 2,\n"
        " \"num_key_value_heads\": 1, \"vocab_size\": 6, \"max_position_embeddings\": 16,\n"
        " \"rms_norm_eps\": 1e-05, \"rope_theta\": 10000.0, \"tie_word_embeddings\": false}\n";
    s->len = 0;
    sample_put(s, text, sizeof text - 1);
}

void sample_tokenizer(struct sample *s)
{
    /* Scores repeat on purpose: ties must go to the leftmost pair. */
    static const struct {
        const char *text;
        float score;
    } extra[] = {{" ", 0},    {"a", 0},   {"b", 0},    {"c", 0},     {"d", 0},   {"\xc3\xa9", 0},
                 {"ab", -1},  {"ba", -1}, {"aa", -2},  {"bc", -2},   {" a", -3}, {"abc", -4},
                 {"aab", -1}, {"cd", -5}, {" ab", -6}, {"abab", -6}, {"dd", -7}};
    static const char *const special[3] = {"<unk>", "<s>", "</s>"};
    enum { EXTRA = sizeof extra / sizeof extra[0] };
    _Static_assert(3 + 256 + EXTRA == SAMPLE_TOKENS, "count the tokens again");

    s->len = 0;
    sample_put_u32(s, 6);
    for (size_t i = 0; i < SAMPLE_TOKENS; i++) {
        char byte[8];
        const char *text = byte;
        if (i < 3)
            text = special[i];
        else if (i < 259)
            snprintf(byte, sizeof byte, "<0x%02X>", (unsigned)(i - 3) & 0xffu);
        else
            text = extra[i - 259].text;
        sample_put_f32(s, i < 259 ? 0.0f : extra[i - 259].score);
        sample_put_u32(s, (uint32_t)strlen(text));
        sample_put(s, text, strlen(text));
    }
}
