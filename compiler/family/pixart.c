/* SPDX-License-Identifier: Apache-2.0 */
/* pixart.c - the graph of PixArt-Σ. Contract in dit.h. */
#include "compiler/family/dit_parts.h"

#define NAMED(pattern)                                                                             \
    {                                                                                              \
        [STAMP_NAMING_DIFFUSERS] = pattern                                                         \
    }

/* Keys or values on a coarser grid: a convolution by steps, then a norm, both shared by the two. */
static uint32_t squeezed(struct stamp_dm *k, const char *conv, const char *name,
                         const uint32_t p[4], uint32_t x)
{
    const struct stamp_dit *d = k->d;
    const uint32_t side = (uint32_t)d->squeeze;
    const struct stamp_gattr grid = {.height = (uint32_t)d->grid_h,
                                     .width = (uint32_t)d->grid_w,
                                     .kernel = side,
                                     .stride = side},
                             norm = {.kind = STAMP_GNORM_LAYER,
                                     .eps = 1e-5f,
                                     .unit = (uint32_t)d->head_dim};
    const uint32_t y = stamp_gb_node(k->b, STAMP_GOP_DEPTHWISE, (struct stamp_gout){.name = conv},
                                     grid, 3, (uint32_t[]){x, p[0], p[1]});

    return stamp_gb_node(k->b, STAMP_GOP_NORM, (struct stamp_gout){.name = name, .probe = true},
                         norm, 3, (uint32_t[]){y, p[2], p[3]});
}

static void squeeze(struct stamp_dm *k, uint32_t qkv[3])
{
    const size_t d = k->d->dim, taps = k->d->squeeze * k->d->squeeze;
    const struct stamp_part w = {.name = NAMED("transformer_blocks.*.attn1.sr.weight"),
                                 .kind = STAMP_PART_TAPS},
                            b = {.name = NAMED("transformer_blocks.*.attn1.sr.bias"),
                                 .kind = STAMP_PART_BIAS},
                            g = {.name = NAMED("transformer_blocks.*.attn1.norm.weight"),
                                 .kind = STAMP_PART_GAIN},
                            c = {.name = NAMED("transformer_blocks.*.attn1.norm.bias"),
                                 .kind = STAMP_PART_BIAS};
    uint32_t p[4];

    p[0] = stamp_dm_param(k, "squeeze.weight", STAMP_GPARAM_ROWS, taps, d, w);
    p[1] = stamp_dm_param(k, "squeeze.bias", STAMP_GPARAM_VECTOR, 1, d, b);
    p[2] = stamp_dm_param(k, "squeeze.gain", STAMP_GPARAM_VECTOR, 1, d, g);
    p[3] = stamp_dm_param(k, "squeeze.shift", STAMP_GPARAM_VECTOR, 1, d, c);
    qkv[1] = squeezed(k, "s_k_conv", "s_k_squeezed", p, qkv[1]);
    qkv[2] = squeezed(k, "s_v_conv", "s_v_squeezed", p, qkv[2]);
}

static uint32_t block(struct stamp_dm *k, uint32_t x, uint32_t text, const uint32_t six[6],
                      bool small)
{
    const struct stamp_dit *d = k->d;
    const struct stamp_dm_heads heads = {d->heads, d->head_dim, STAMP_GATTEND_FULL, 0};
    const struct stamp_dm_mod mod = stamp_dm_mod(k, six);
    uint32_t qkv[3];

    uint32_t h =
        stamp_dm_modulated(k, (struct stamp_gout){.name = "norm_att", .place = "h", .probe = true},
                           x, mod.scale[0], mod.shift[0]);
    stamp_dm_qkv(k, h, true, d->dim, qkv);
    if (small) squeeze(k, qkv);
    const uint32_t att = stamp_dm_attend(
        k, (struct stamp_gout){.name = "attention", .place = "att", .probe = true}, heads, qkv);
    const uint32_t o = stamp_dm_linear(k, (struct stamp_gout){.name = "o"}, STAMP_GLINEAR_BODY, att,
                                       "o", "transformer_blocks.*.attn1.to_out.0.weight",
                                       "transformer_blocks.*.attn1.to_out.0.bias", d->dim, 0, 0);
    const uint32_t gated = stamp_dm_binary(k, (struct stamp_gout){.name = "gated_att"},
                                           STAMP_GBINARY_MUL, o, mod.gate[0]);
    x = stamp_dm_binary(k, (struct stamp_gout){.name = "residual_att", .place = "x", .probe = true},
                        STAMP_GBINARY_ADD, x, gated);
    x = stamp_dm_cross(k, x, text);

    h = stamp_dm_modulated(k, (struct stamp_gout){.name = "norm_ffn", .place = "h", .probe = true},
                           x, mod.scale[1], mod.shift[1]);
    const uint32_t up = stamp_dm_linear(k, (struct stamp_gout){.name = "fc1"}, STAMP_GLINEAR_BODY,
                                        h, "fc1", "transformer_blocks.*.ff.net.0.proj.weight",
                                        "transformer_blocks.*.ff.net.0.proj.bias", d->hidden, 0, 0);
    const uint32_t gelu =
        stamp_dm_unary(k, (struct stamp_gout){.name = "hidden", .place = "ff", .probe = true},
                       STAMP_GUNARY_GELU_TANH, up);
    const uint32_t down = stamp_dm_linear(k, (struct stamp_gout){.name = "fc2"}, STAMP_GLINEAR_BODY,
                                          gelu, "fc2", "transformer_blocks.*.ff.net.2.weight",
                                          "transformer_blocks.*.ff.net.2.bias", d->dim, 0, 0);
    const uint32_t out = stamp_dm_binary(k, (struct stamp_gout){.name = "gated_ffn"},
                                         STAMP_GBINARY_MUL, down, mod.gate[1]);
    return stamp_dm_binary(k,
                           (struct stamp_gout){.name = "residual_ffn", .place = "x", .probe = true},
                           STAMP_GBINARY_ADD, x, out);
}

/* Blocks first .. end - 1. */
static uint32_t blocks(struct stamp_dm *k, size_t first, size_t end, bool small, uint32_t x,
                       uint32_t text, const uint32_t six[6])
{
    if (first >= end) return x;
    k->base = first;
    k->prefix = small ? "s_" : first ? "t_" : NULL;
    stamp_gb_block(k->b,
                   small   ? "squeezed"
                   : first ? "tail"
                           : "blocks",
                   (uint32_t)(end - first), x);
    x = block(k, x, text, six, small);
    stamp_gb_block_end(k->b, x);
    k->base = 0;
    k->prefix = NULL;
    return x;
}

static void build(struct stamp_network *m, struct stamp_gb *b)
{
    struct stamp_dm k = {.m = m, .b = b, .d = &m->dit};
    const struct stamp_dit *d = k.d;
    const size_t from = d->squeeze ? d->squeeze_first : d->layers,
                 to = d->squeeze ? d->squeeze_last + 1 : d->layers;
    uint32_t time, six[6];

    uint32_t x = stamp_dm_patches(&k, "pos_embed.proj.weight", "pos_embed.proj.bias");
    stamp_dm_time(&k, "adaln_single.emb.timestep_embedder.linear_1.weight",
                  "adaln_single.emb.timestep_embedder.linear_2.weight",
                  "adaln_single.linear.weight", &time, six);
    const uint32_t text = stamp_dm_text(&k);
    x = blocks(&k, 0, from, false, x, text, six);
    x = blocks(&k, from, to, true, x, text, six);
    x = blocks(&k, to, d->layers, false, x, text, six);
    stamp_dm_output(&k, x, time);
}

static void make(const struct stamp_network *m, uint32_t param, float *to)
{
    (void)param; /* there is one */
    stamp_dit_positions(&m->dit, to);
}

const struct stamp_family stamp_family_pixart = {"PixArt", "PixArtTransformer2DModel", build, make};
