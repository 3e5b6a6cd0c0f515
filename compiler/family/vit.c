/* SPDX-License-Identifier: Apache-2.0 */
/* vit.c - the graph of a vision transformer. Contract in vit.h, family.h. */
#include "compiler/family/vit.h"

#include "compiler/family/family.h"

/* A builder and what it needs all the time. */
struct maker {
    struct stamp_network *m;
    struct stamp_gb *b;
};

#define TIMM(pattern)                                                                              \
    {                                                                                              \
        [STAMP_NAMING_TIMM] = pattern                                                              \
    }
#define EPS 1e-6f /* of every LayerNorm of timm's ViT */

static uint32_t param(struct maker *k, const char *name, enum stamp_gparam_kind kind, size_t rows,
                      size_t cols, struct stamp_part part)
{
    return stamp_family_param(k->m, k->b, name, kind, rows, cols, part);
}

static uint32_t vector(struct maker *k, const char *name, size_t count, struct stamp_part part)
{
    return param(k, name, STAMP_GPARAM_VECTOR, 1, count, part);
}

static uint32_t layer_norm(struct maker *k, struct stamp_gout out, uint32_t x, uint32_t gain,
                           uint32_t bias)
{
    const struct stamp_gattr attr = {.kind = STAMP_GNORM_LAYER, .eps = EPS};
    return stamp_gb_node(k->b, STAMP_GOP_NORM, out, attr, 3, (uint32_t[]){x, gain, bias});
}

static uint32_t linear(struct maker *k, struct stamp_gout out, uint32_t kind, uint32_t x,
                       uint32_t w, uint32_t b)
{
    return stamp_gb_node(k->b, STAMP_GOP_LINEAR, out, (struct stamp_gattr){.kind = kind}, 3,
                         (uint32_t[]){x, w, b});
}

static uint32_t add(struct maker *k, struct stamp_gout out, uint32_t x, uint32_t y)
{
    return stamp_gb_node(k->b, STAMP_GOP_BINARY, out,
                         (struct stamp_gattr){.kind = STAMP_GBINARY_ADD}, 2, (uint32_t[]){x, y});
}

/* One of q, k and v, which the checkpoint has behind each other in one tensor. */
static uint32_t third(struct maker *k, const char *name, const char *weight, const char *bias,
                      size_t which, uint32_t h)
{
    const size_t d = k->m->vit.dim;
    struct stamp_part w = {.name = TIMM("blocks.*.attn.qkv.weight"),
                           .first = which * d,
                           .total = 3 * d},
                      b = {.name = TIMM("blocks.*.attn.qkv.bias"),
                           .kind = STAMP_PART_BIAS,
                           .first = which * d,
                           .total = 3 * d};
    const uint32_t wi = param(k, weight, STAMP_GPARAM_MATRIX, d, d, w);
    return linear(k, (struct stamp_gout){.name = name, .probe = true}, STAMP_GLINEAR_BODY, h, wi,
                  vector(k, bias, d, b));
}

static uint32_t attention(struct maker *k, uint32_t h)
{
    const struct stamp_vit *v = &k->m->vit;
    const uint32_t q = third(k, "q", "q.weight", "q.bias", 0, h),
                   key = third(k, "k", "k.weight", "k.bias", 1, h),
                   value = third(k, "v", "v.weight", "v.bias", 2, h);
    const struct stamp_gattr attr = {.kind = STAMP_GATTEND_FULL,
                                     .heads = (uint32_t)v->heads,
                                     .kv_heads = (uint32_t)v->heads,
                                     .head_dim = (uint32_t)(v->dim / v->heads)};
    return stamp_gb_node(k->b, STAMP_GOP_ATTEND,
                         (struct stamp_gout){.name = "attention", .place = "att", .probe = true},
                         attr, 3, (uint32_t[]){q, key, value});
}

/* One block on x. */
static uint32_t block(struct maker *k, uint32_t x)
{
    const size_t d = k->m->vit.dim, f = k->m->vit.hidden;
    const struct stamp_part gain = {.kind = STAMP_PART_GAIN}, bias = {.kind = STAMP_PART_BIAS};
    struct stamp_part p[8] = {gain, bias, {.name = TIMM("blocks.*.attn.proj.weight")}, bias,
                              gain, bias, {.name = TIMM("blocks.*.mlp.fc1.weight")},   bias};
    static const char *const names[8] = {
        "blocks.*.norm1.weight", "blocks.*.norm1.bias", "", "blocks.*.attn.proj.bias",
        "blocks.*.norm2.weight", "blocks.*.norm2.bias", "", "blocks.*.mlp.fc1.bias"};
    for (int i = 0; i < 8; i++)
        if (*names[i]) p[i].name[STAMP_NAMING_TIMM] = names[i];

    const uint32_t g1 = vector(k, "norm.att", d, p[0]), b1 = vector(k, "norm.att.bias", d, p[1]);
    uint32_t h = layer_norm(k, (struct stamp_gout){.name = "norm_att", .place = "h", .probe = true},
                            x, g1, b1);
    const uint32_t att = attention(k, h);
    const uint32_t wo = param(k, "o.weight", STAMP_GPARAM_MATRIX, d, d, p[2]);
    const uint32_t o = linear(k, (struct stamp_gout){.name = "o"}, STAMP_GLINEAR_BODY, att, wo,
                              vector(k, "o.bias", d, p[3]));
    x = add(k, (struct stamp_gout){.name = "residual_att", .place = "x", .probe = true}, x, o);

    const uint32_t g2 = vector(k, "norm.ffn", d, p[4]), b2 = vector(k, "norm.ffn.bias", d, p[5]);
    h = layer_norm(k, (struct stamp_gout){.name = "norm_ffn", .place = "h", .probe = true}, x, g2,
                   b2);
    const uint32_t w1 = param(k, "fc1.weight", STAMP_GPARAM_MATRIX, f, d, p[6]);
    const uint32_t fc1 = linear(k, (struct stamp_gout){.name = "fc1"}, STAMP_GLINEAR_BODY, h, w1,
                                vector(k, "fc1.bias", f, p[7]));
    const uint32_t gelu = stamp_gb_node(
        k->b, STAMP_GOP_UNARY, (struct stamp_gout){.name = "hidden", .place = "ff", .probe = true},
        (struct stamp_gattr){.kind = STAMP_GUNARY_GELU}, 1, &fc1);
    const uint32_t w2 = param(k, "fc2.weight", STAMP_GPARAM_MATRIX, d, f,
                              (struct stamp_part){.name = TIMM("blocks.*.mlp.fc2.weight")});
    const uint32_t fc2 = linear(k, (struct stamp_gout){.name = "fc2"}, STAMP_GLINEAR_BODY, gelu, w2,
                                vector(k, "fc2.bias", d,
                                       (struct stamp_part){.name = TIMM("blocks.*.mlp.fc2.bias"),
                                                           .kind = STAMP_PART_BIAS}));
    return add(k, (struct stamp_gout){.name = "residual_ffn", .place = "x", .probe = true}, x, fc2);
}

/* Patches to rows, the class token in front, positions added. */
static uint32_t embed(struct maker *k)
{
    const struct stamp_vit *v = &k->m->vit;
    const size_t grid = v->side / v->patch, rows = grid * grid,
                 pixels = v->channels * v->patch * v->patch;
    const struct stamp_gattr attr = {.channels = (uint32_t)v->channels,
                                     .height = (uint32_t)v->side,
                                     .width = (uint32_t)v->side,
                                     .patch = (uint32_t)v->patch};
    const uint32_t picture = stamp_gb_node(k->b, STAMP_GOP_PICTURE,
                                           (struct stamp_gout){.name = "picture"}, attr, 0, NULL);
    const uint32_t w = param(k, "patch.weight", STAMP_GPARAM_MATRIX, v->dim, pixels,
                             (struct stamp_part){.name = TIMM("patch_embed.proj.weight")});
    const uint32_t b =
        vector(k, "patch.bias", v->dim,
               (struct stamp_part){.name = TIMM("patch_embed.proj.bias"), .kind = STAMP_PART_BIAS});
    const uint32_t patches = linear(k, (struct stamp_gout){.name = "patches", .by = "patch"},
                                    STAMP_GLINEAR_HEAD, picture, w, b);
    const uint32_t cls =
        param(k, "class", STAMP_GPARAM_ROWS, 1, v->dim,
              (struct stamp_part){.name = TIMM("cls_token"), .kind = STAMP_PART_ROWS});
    const uint32_t tokens =
        stamp_gb_node(k->b, STAMP_GOP_PREPEND, (struct stamp_gout){.name = "tokens", .place = "x"},
                      (struct stamp_gattr){0}, 2, (uint32_t[]){cls, patches});
    const uint32_t at =
        param(k, "positions", STAMP_GPARAM_ROWS, rows + 1, v->dim,
              (struct stamp_part){.name = TIMM("pos_embed"), .kind = STAMP_PART_ROWS});
    return add(k, (struct stamp_gout){.name = "embedding", .place = "x", .probe = true}, tokens,
               at);
}

static void build(struct stamp_network *m, struct stamp_gb *b)
{
    const size_t d = m->vit.dim;
    struct maker k = {m, b};
    uint32_t x = embed(&k);

    stamp_gb_block(b, "blocks", (uint32_t)m->vit.depth, x);
    x = block(&k, x);
    stamp_gb_block_end(b, x);
    const uint32_t first = stamp_gb_node(b, STAMP_GOP_PICK, (struct stamp_gout){.name = "picked"},
                                         (struct stamp_gattr){.kind = STAMP_GPICK_FIRST}, 1, &x);
    const uint32_t g = vector(
                       &k, "norm.out", d,
                       (struct stamp_part){.name = TIMM("norm.weight"), .kind = STAMP_PART_GAIN}),
                   c = vector(
                       &k, "norm.out.bias", d,
                       (struct stamp_part){.name = TIMM("norm.bias"), .kind = STAMP_PART_BIAS});
    const uint32_t h = layer_norm(
        &k, (struct stamp_gout){.name = "norm", .place = "h", .probe = true}, first, g, c);
    const uint32_t w = param(&k, "head.weight", STAMP_GPARAM_MATRIX, m->vit.classes, d,
                             (struct stamp_part){.name = TIMM("head.weight")});
    linear(&k, (struct stamp_gout){.name = "logits", .by = "head", .probe = true},
           STAMP_GLINEAR_HEAD, h, w,
           vector(&k, "head.bias", m->vit.classes,
                  (struct stamp_part){.name = TIMM("head.bias"), .kind = STAMP_PART_BIAS}));
}

const struct stamp_family stamp_family_vit = {"ViT", "vit", build, NULL};
