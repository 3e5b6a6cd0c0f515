/* SPDX-License-Identifier: Apache-2.0 */
/* sana.c - the graph of SANA. Contract in dit.h. */
#include "compiler/family/dit_parts.h"

#define NAMED(pattern)                                                                             \
    {                                                                                              \
        [STAMP_NAMING_DIFFUSERS] = pattern                                                         \
    }

static uint32_t attention(struct stamp_dm *k, uint32_t h)
{
    const struct stamp_dit *d = k->d;
    const struct stamp_dm_heads heads = {d->heads, d->head_dim, STAMP_GATTEND_LINEAR, 1e-15f};
    uint32_t qkv[3];

    stamp_dm_qkv(k, h, d->attention_bias, d->heads * d->head_dim, qkv);
    qkv[0] = stamp_dm_whole_norm(k, "qn", "transformer_blocks.*.attn1.norm_q.weight", qkv[0]);
    qkv[1] = stamp_dm_whole_norm(k, "kn", "transformer_blocks.*.attn1.norm_k.weight", qkv[1]);
    const uint32_t att = stamp_dm_attend(
        k, (struct stamp_gout){.name = "attention", .place = "att", .probe = true}, heads, qkv);
    return stamp_dm_linear(k, (struct stamp_gout){.name = "o"}, STAMP_GLINEAR_BODY, att, "o",
                           "transformer_blocks.*.attn1.to_out.0.weight",
                           "transformer_blocks.*.attn1.to_out.0.bias", d->dim, 0, 0);
}

/* One half of the inverted convolution, behind its own SILU: a product of 1x1, then 3x3 on the grid. */
static uint32_t half(struct stamp_dm *k, bool gate, uint32_t inverted)
{
    const struct stamp_dit *d = k->d;
    const struct stamp_gattr grid = {
        .height = (uint32_t)d->grid_h, .width = (uint32_t)d->grid_w, .kernel = 3, .stride = 1};
    const struct stamp_part w = {.name = NAMED("transformer_blocks.*.ff.conv_depth.weight"),
                                 .kind = STAMP_PART_TAPS,
                                 .first = gate ? d->hidden : 0,
                                 .total = 2 * d->hidden},
                            b = {.name = NAMED("transformer_blocks.*.ff.conv_depth.bias"),
                                 .kind = STAMP_PART_BIAS,
                                 .first = w.first,
                                 .total = w.total};
    const uint32_t p = stamp_dm_param(k, gate ? "gate_conv.weight" : "value_conv.weight",
                                      STAMP_GPARAM_ROWS, 9, d->hidden, w);

    return stamp_gb_node(k->b, STAMP_GOP_DEPTHWISE,
                         (struct stamp_gout){.name = gate ? "gate_conv" : "value_conv"}, grid, 3,
                         (uint32_t[]){inverted, p,
                                      stamp_dm_param(k, gate ? "gate_conv.bias" : "value_conv.bias",
                                                     STAMP_GPARAM_VECTOR, 1, d->hidden, b)});
}

static uint32_t feed_forward(struct stamp_dm *k, uint32_t h)
{
    const struct stamp_dit *d = k->d;
    uint32_t x[2];

    for (size_t i = 0; i < 2; i++)
        x[i] = stamp_dm_linear(
            k, (struct stamp_gout){.name = i ? "gate_up" : "value_up"}, STAMP_GLINEAR_BODY, h,
            i ? "gate_up" : "value_up", "transformer_blocks.*.ff.conv_inverted.weight",
            "transformer_blocks.*.ff.conv_inverted.bias", d->hidden, i * d->hidden, 2 * d->hidden);
    for (size_t i = 0; i < 2; i++)
        x[i] = stamp_dm_unary(
            k, (struct stamp_gout){.name = i ? "gate_silu" : "value_silu", .probe = true},
            STAMP_GUNARY_SILU, x[i]);
    const uint32_t value = half(k, false, x[0]), gate = half(k, true, x[1]);
    const uint32_t silu =
        stamp_dm_unary(k, (struct stamp_gout){.name = "conv_silu"}, STAMP_GUNARY_SILU, gate);
    const uint32_t hidden =
        stamp_dm_binary(k, (struct stamp_gout){.name = "hidden", .place = "ff", .probe = true},
                        STAMP_GBINARY_MUL, value, silu);
    return stamp_dm_linear(k, (struct stamp_gout){.name = "point"}, STAMP_GLINEAR_BODY, hidden,
                           "point", "transformer_blocks.*.ff.conv_point.weight", NULL, d->dim, 0,
                           0);
}

/* x plus y times the block's row. */
static uint32_t gated(struct stamp_dm *k, const char *by, const char *name, uint32_t x, uint32_t y,
                      uint32_t gate)
{
    const uint32_t mul =
        stamp_dm_binary(k, (struct stamp_gout){.name = by}, STAMP_GBINARY_MUL, y, gate);

    return stamp_dm_binary(k, (struct stamp_gout){.name = name, .place = "x", .probe = true},
                           STAMP_GBINARY_ADD, x, mul);
}

static uint32_t block(struct stamp_dm *k, uint32_t x, uint32_t text, const uint32_t six[6])
{
    const struct stamp_dm_mod mod = stamp_dm_mod(k, six);
    uint32_t h =
        stamp_dm_modulated(k, (struct stamp_gout){.name = "norm_att", .place = "h", .probe = true},
                           x, mod.scale[0], mod.shift[0]);

    x = gated(k, "gated_att", "residual_att", x, attention(k, h), mod.gate[0]);
    x = stamp_dm_cross(k, x, text);
    h = stamp_dm_modulated(k, (struct stamp_gout){.name = "norm_ffn", .place = "h", .probe = true},
                           x, mod.scale[1], mod.shift[1]);
    return gated(k, "gated_ffn", "residual_ffn", x, feed_forward(k, h), mod.gate[1]);
}

static void build(struct stamp_network *m, struct stamp_gb *b)
{
    struct stamp_dm k = {.m = m, .b = b, .d = &m->dit};
    const struct stamp_gattr rms = {.kind = STAMP_GNORM_RMS, .eps = 1e-5f};
    const struct stamp_part gain = {.name = NAMED("caption_norm.weight"), .kind = STAMP_PART_GAIN};
    uint32_t time, six[6];

    uint32_t x = stamp_dm_patches(&k, "patch_embed.proj.weight", "patch_embed.proj.bias");
    stamp_dm_time(&k, "time_embed.emb.timestep_embedder.linear_1.weight",
                  "time_embed.emb.timestep_embedder.linear_2.weight", "time_embed.linear.weight",
                  &time, six);
    const uint32_t caption = stamp_dm_text(&k);
    const uint32_t g =
        stamp_dm_param(&k, "caption_norm.gain", STAMP_GPARAM_VECTOR, 1, k.d->dim, gain);
    const uint32_t text =
        stamp_gb_node(b, STAMP_GOP_NORM, (struct stamp_gout){.name = "caption_norm", .probe = true},
                      rms, 2, (uint32_t[]){caption, g});
    stamp_gb_block(b, "blocks", (uint32_t)k.d->layers, x);
    x = block(&k, x, text, six);
    stamp_gb_block_end(b, x);
    stamp_dm_output(&k, x, time);
}

static void make(const struct stamp_network *m, uint32_t param, float *to)
{
    (void)param; /* there is one */
    stamp_dit_positions(&m->dit, to);
}

const struct stamp_family stamp_family_sana = {"SANA", "SanaTransformer2DModel", build, make};
