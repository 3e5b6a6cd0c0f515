/* SPDX-License-Identifier: Apache-2.0 */
/* vit_sample.c - a small vision transformer, tensor by tensor. Contract in vit_sample.h. */
#include "tests/compiler/vit_sample.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/compiler/zip_samples.h"

enum { D = VIT_DIM, H = VIT_HIDDEN, TEXT = 4096 };

struct vit_sample vit_sample(void)
{
    static const struct vit_tensor all[] = {
        {"cls_token", "F32", 3, {1, 1, D}},
        {"pos_embed", "F32", 3, {1, 5, D}},
        {"patch_embed.proj.weight", "F32", 4, {D, 3, 2, 2}},
        {"patch_embed.proj.bias", "F32", 1, {D}},
        {"blocks.0.norm1.weight", "F32", 1, {D}},
        {"blocks.0.norm1.bias", "F32", 1, {D}},
        {"blocks.0.attn.qkv.weight", "F32", 2, {3 * D, D}},
        {"blocks.0.attn.qkv.bias", "F32", 1, {3 * D}},
        {"blocks.0.attn.proj.weight", "F32", 2, {D, D}},
        {"blocks.0.attn.proj.bias", "F32", 1, {D}},
        {"blocks.0.norm2.weight", "F32", 1, {D}},
        {"blocks.0.norm2.bias", "F32", 1, {D}},
        {"blocks.0.mlp.fc1.weight", "F32", 2, {H, D}},
        {"blocks.0.mlp.fc1.bias", "F32", 1, {H}},
        {"blocks.0.mlp.fc2.weight", "F32", 2, {D, H}},
        {"blocks.0.mlp.fc2.bias", "F32", 1, {D}},
        {"norm.weight", "F32", 1, {D}},
        {"norm.bias", "F32", 1, {D}},
        {"head.weight", "F32", 2, {VIT_CLASSES, D}},
        {"head.bias", "F32", 1, {VIT_CLASSES}},
    };
    struct vit_sample v = {.count = sizeof all / sizeof all[0]};

    memcpy(v.tensor, all, sizeof all);
    return v;
}

struct vit_tensor *vit_sample_find(struct vit_sample *v, const char *name)
{
    size_t i = 0;

    while (strcmp(v->tensor[i].name, name)) assert(++i < v->count);
    return &v->tensor[i];
}

void vit_sample_drop(struct vit_sample *v, const char *name)
{
    struct vit_tensor *t = vit_sample_find(v, name);

    *t = v->tensor[--v->count];
}

void vit_sample_add(struct vit_sample *v, struct vit_tensor t)
{
    assert(v->count < VIT_TENSORS);
    v->tensor[v->count++] = t;
}

static void numbers(const struct vit_tensor *t, unsigned tensor, struct sample *s)
{
    size_t n = 1;

    for (size_t i = 0; i < t->rank; i++) n *= t->dim[i];
    for (size_t i = 0; i < n; i++) sample_put_f32(s, sample_weight(tensor, i));
}

/* "2,3", and a comma behind if asked for. */
static void shape_text(const struct vit_tensor *t, char text[80], const char *last)
{
    text[0] = 0;
    for (size_t i = 0, at = 0; i < t->rank; i++)
        at +=
            (size_t)snprintf(text + at, 80 - at, "%zu%s", t->dim[i], i + 1 < t->rank ? "," : last);
}

void vit_sample_safetensors(const struct vit_sample *v, struct sample *s)
{
    static struct sample data;
    char text[TEXT] = "{";
    size_t at = 1;

    data.len = 0;
    for (size_t i = 0; i < v->count; i++) {
        const struct vit_tensor *t = &v->tensor[i];
        const size_t begin = data.len;
        char shape[80];
        shape_text(t, shape, "");
        numbers(t, (unsigned)i, &data);
        at += (size_t)snprintf(
            text + at, sizeof text - at,
            "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}", i ? "," : "",
            t->name, t->dtype, shape, begin, data.len);
        assert(at + 2 < sizeof text);
    }
    strcpy(text + at, "}");
    sample_safetensors_of(s, text, data.bytes, data.len);
}

void vit_sample_npz(const struct vit_sample *v, struct sample *s)
{
    static struct sample member[VIT_TENSORS], data;
    static char name[VIT_TENSORS][80];
    struct zip_part part[VIT_TENSORS];

    for (size_t i = 0; i < v->count; i++) {
        const struct vit_tensor *t = &v->tensor[i];
        char shape[80], header[160];
        shape_text(t, shape, ",");
        snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }",
                 strcmp(t->dtype, "F32") ? "|O" : "<f4", shape);
        data.len = 0;
        numbers(t, (unsigned)i, &data);
        sample_npy_of(&member[i], 1, header, data.bytes, data.len);
        snprintf(name[i], sizeof name[i], "%s.npy", t->name);
        part[i] = (struct zip_part){name[i], member[i].bytes, member[i].len, i % 2 == 1, false};
    }
    sample_zip(s, part, v->count, false, NULL);
}

void vit_sample_config(struct sample *s)
{
    static const char text[] =
        "{\"architecture\": \"vit_tiny_patch2_4\", \"num_classes\": 7, \"num_features\": 8,\n"
        " \"global_pool\": \"token\", \"model_args\": {\"num_heads\": 2, \"depth\": 1},\n"
        " \"pretrained_cfg\": {\"input_size\": [3, 4, 4], \"crop_pct\": 0.9, \"crop_mode\": "
        "\"center\",\n"
        "  \"interpolation\": \"bicubic\", \"mean\": [0.5, 0.5, 0.5], \"std\": [0.5, 0.25, "
        "0.5]}}\n";
    s->len = 0;
    sample_put(s, text, sizeof text - 1);
}
