/* SPDX-License-Identifier: Apache-2.0 */
/* dit_sample.c - small diffusion transformers, tensor by tensor. Contract in dit_sample.h. */
#include "tests/compiler/dit_sample.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { D = DIT_DIM, SIX = 6 * D, HALF = 20, TEXT = 12288 };

static void add(struct dit_sample *v, const char *before, const char *name, size_t rank, size_t a,
                size_t b, size_t c, size_t d)
{
    struct dit_tensor *t = &v->tensor[v->count++];

    assert(v->count <= DIT_TENSORS);
    snprintf(t->name, sizeof t->name, "%s%s", before, name);
    t->dtype = "F32";
    t->rank = rank;
    t->dim[0] = a, t->dim[1] = b, t->dim[2] = c, t->dim[3] = d, t->dim[4] = 1;
}

static void linear(struct dit_sample *v, const char *before, const char *name, size_t n, size_t d,
                   bool bias)
{
    char text[80];

    snprintf(text, sizeof text, "%s.weight", name);
    add(v, before, text, 2, n, d, 1, 1);
    snprintf(text, sizeof text, "%s.bias", name);
    if (bias) add(v, before, text, 1, n, 1, 1, 1);
}

static void convolution(struct dit_sample *v, const char *before, const char *name, size_t n,
                        size_t d, size_t side)
{
    char text[80];

    snprintf(text, sizeof text, "%s.weight", name);
    add(v, before, text, 4, n, d, side, side);
    snprintf(text, sizeof text, "%s.bias", name);
    add(v, before, text, 1, n, 1, 1, 1);
}

static void attention(struct dit_sample *v, const char *before, bool bias)
{
    linear(v, before, "to_q", D, D, bias);
    linear(v, before, "to_k", D, D, bias);
    linear(v, before, "to_v", D, D, bias);
    linear(v, before, "to_out.0", D, D, true);
    if (!v->sana) return;
    add(v, before, "norm_q.weight", 1, D, 1, 1, 1);
    add(v, before, "norm_k.weight", 1, D, 1, 1, 1);
}

static void block(struct dit_sample *v, const char *before, bool squeezed)
{
    char text[80];

    add(v, before, "scale_shift_table", 2, 6, D, 1, 1);
    snprintf(text, sizeof text, "%sattn1.", before);
    attention(v, text, !v->sana);
    if (squeezed) convolution(v, text, "sr", D, 1, 2);
    if (squeezed) add(v, text, "norm.weight", 1, D, 1, 1, 1);
    if (squeezed) add(v, text, "norm.bias", 1, D, 1, 1, 1);
    snprintf(text, sizeof text, "%sattn2.", before);
    attention(v, text, true);
    snprintf(text, sizeof text, "%sff.", before);
    if (!v->sana) {
        linear(v, text, "net.0.proj", 2 * D, D, true);
        linear(v, text, "net.2", D, 2 * D, true);
        return;
    }
    convolution(v, text, "conv_inverted", 2 * HALF, D, 1);
    convolution(v, text, "conv_depth", 2 * HALF, 1, 3);
    add(v, text, "conv_point.weight", 4, D, HALF, 1, 1);
}

struct dit_sample dit_sample(bool sana)
{
    struct dit_sample v = {.sana = sana};
    const char *time = sana ? "time_embed." : "adaln_single.";

    convolution(&v, sana ? "patch_embed." : "pos_embed.", "proj", D, DIT_CHANNELS, sana ? 1 : 2);
    linear(&v, time, "emb.timestep_embedder.linear_1", D, 256, true);
    linear(&v, time, "emb.timestep_embedder.linear_2", D, D, true);
    linear(&v, time, "linear", SIX, D, true);
    linear(&v, "caption_projection.", "linear_1", D, DIT_CAPTION, true);
    linear(&v, "caption_projection.", "linear_2", D, D, true);
    if (sana) add(&v, "", "caption_norm.weight", 1, D, 1, 1, 1);
    block(&v, "transformer_blocks.0.", false);
    if (!sana) block(&v, "transformer_blocks.1.", true);
    add(&v, "", "scale_shift_table", 2, 2, D, 1, 1);
    linear(&v, "", "proj_out", sana ? 3 : 16, D, true);
    return v;
}

struct dit_tensor *dit_sample_find(struct dit_sample *v, const char *name)
{
    size_t i = 0;

    while (strcmp(v->tensor[i].name, name)) assert(++i < v->count);
    return &v->tensor[i];
}

void dit_sample_drop(struct dit_sample *v, const char *name)
{
    struct dit_tensor *t = dit_sample_find(v, name);

    *t = v->tensor[--v->count];
}

void dit_sample_add(struct dit_sample *v, struct dit_tensor t)
{
    assert(v->count < DIT_TENSORS);
    v->tensor[v->count++] = t;
}

float dit_sample_number(const char *name, size_t i)
{
    unsigned hash = 0;

    for (; *name; name++) hash = 31 * hash + (unsigned char)*name;
    return sample_weight(hash % 1009, i);
}

static void number(const char *dtype, float x, struct sample *s)
{
    uint32_t u;

    memcpy(&u, &x, sizeof u);
    const uint16_t brain = (uint16_t)(u >> 16);
    /* a multiple of 1/64 below 1: its exponent fits, its low bits are 0 */
    const uint16_t half =
        (uint16_t)(u << 1 == 0
                       ? u >> 16
                       : (u >> 16 & 0x8000) | (((u >> 23 & 255) - 112) << 10) | (u >> 13 & 1023));
    if (!strcmp(dtype, "BF16"))
        sample_put(s, &brain, 2);
    else if (!strcmp(dtype, "F16"))
        sample_put(s, &half, 2);
    else
        sample_put_f32(s, x);
}

void dit_sample_safetensors(const struct dit_sample *v, size_t part, size_t parts, struct sample *s)
{
    static struct sample data;
    static char text[TEXT];
    size_t at = 1;

    strcpy(text, "{");
    data.len = 0;
    for (size_t i = part; i < v->count; i += parts) {
        const struct dit_tensor *t = &v->tensor[i];
        const size_t begin = data.len;
        size_t n = 1;
        at +=
            (size_t)snprintf(text + at, sizeof text - at, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[",
                             i > part ? "," : "", t->name, t->dtype);
        for (size_t k = 0; k < t->rank; n *= t->dim[k], k++)
            at += (size_t)snprintf(text + at, sizeof text - at, "%s%zu", k ? "," : "", t->dim[k]);
        for (size_t k = 0; k < n; k++) number(t->dtype, dit_sample_number(t->name, k), &data);
        at += (size_t)snprintf(text + at, sizeof text - at, "],\"data_offsets\":[%zu,%zu]}", begin,
                               data.len);
        assert(at + 2 < sizeof text);
    }
    strcpy(text + at, "}");
    sample_safetensors_of(s, text, data.bytes, data.len);
}

void dit_sample_index(const struct dit_sample *v, size_t parts, struct sample *s)
{
    static const char begin[] = "{\"metadata\":{\"total_size\":0},\"weight_map\":{";
    char line[160];

    s->len = 0;
    sample_put(s, begin, sizeof begin - 1);
    for (size_t i = 0; i < v->count; i++) {
        const int n = snprintf(line, sizeof line, "%s\"%s\":\"part-%zu.safetensors\"", i ? "," : "",
                               v->tensor[i].name, i % parts);
        sample_put(s, line, (size_t)n);
    }
    sample_put(s, "}}", 2);
}

void dit_sample_config(bool sana, struct sample *s)
{
    static const char *const text[2] = {
        "{\"_class_name\": \"PixArtTransformer2DModel\", \"num_attention_heads\": 2,\n"
        " \"attention_head_dim\": 4, \"in_channels\": 2, \"out_channels\": 4, \"num_layers\": 2,\n"
        " \"patch_size\": 2, \"sample_size\": 8, \"caption_channels\": 6, \"mlp_ratio\": 2,\n"
        " \"cross_attention_dim\": 8, \"attention_bias\": true, \"norm_eps\": 1e-06,\n"
        " \"kv_compress\": {\"layers\": [1], \"factor\": 2}}\n",
        "{\"_class_name\": \"SanaTransformer2DModel\", \"num_attention_heads\": 2,\n"
        " \"attention_head_dim\": 4, \"num_cross_attention_heads\": 4, "
        "\"cross_attention_head_dim\": "
        "2,\n"
        " \"cross_attention_dim\": 8, \"in_channels\": 2, \"out_channels\": 3, \"num_layers\": 1,\n"
        " \"patch_size\": 1, \"sample_size\": 4, \"caption_channels\": 6, \"mlp_ratio\": 2.5,\n"
        " \"qk_norm\": \"rms_norm_across_heads\", \"interpolation_scale\": 1.0}\n"};
    s->len = 0;
    sample_put(s, text[sana], strlen(text[sana]));
}
