/* SPDX-License-Identifier: Apache-2.0 */
/* dit.c - what diffusion transformers share. Contracts in dit.h and dit_parts.h. */
#include "compiler/family/dit.h"

#include <stdio.h>
#include <string.h>

#include "compiler/family/dit_parts.h"
#include "model/num/rope.h"

#define NAMED(pattern)                                                                             \
    {                                                                                              \
        [STAMP_NAMING_DIFFUSERS] = pattern                                                         \
    }

#define EPS_OUT 1e-6 /* whatever norm_eps says of the blocks */

/* ---- Sinusoids --------------------------------------------------------------------------------- */

void stamp_dit_time(float t, float row[STAMP_DIT_TIME])
{
    enum { HALF = STAMP_DIT_TIME / 2 };
    const struct stamp_rope_params p = {.theta = 10000, .head_dim = STAMP_DIT_TIME, .factor = 1};

    for (uint32_t i = 0; i < HALF; i++) {
        const double angle = stamp_rope_frequency(&p, i) * (double)t;
        float c[2], s[2];
        stamp_rope_row(&angle, 2, 1, c, s);
        row[i] = c[0];
        row[HALF + i] = s[1];
    }
}

void stamp_dit_positions(const struct stamp_dit *d, float *x)
{
    const size_t quarter = d->dim / 4;
    const double base = (double)(d->sample / d->patch) / d->interpolation;
    const struct stamp_rope_params p = {
        .theta = 10000, .head_dim = (uint32_t)(d->dim / 2), .factor = 1};

    for (size_t r = 0; r < d->grid_h * d->grid_w; r++)
        for (size_t axis = 0; axis < 2; axis++, x += 2 * quarter)
            for (size_t i = 0; i < quarter; i++) {
                const size_t at = axis ? r / d->grid_w : r % d->grid_w;
                const double f = stamp_rope_frequency(&p, (uint32_t)i) *
                                 (base / (double)(axis ? d->grid_h : d->grid_w));
                float c[2], s[2];
                stamp_rope_row(&f, 2, (uint32_t)at, c, s);
                x[i] = s[1];
                x[quarter + i] = c[0];
            }
}

/* ---- Parameters and nodes ---------------------------------------------------------------------- */

/* Names of a second kind of block begin with its prefix. */
struct name {
    char text[STAMP_GRAPH_NAME + 1];
};

static struct name named(const struct stamp_dm *k, const char *name, const char *end)
{
    struct name n;

    snprintf(n.text, sizeof n.text, "%s%s%s", k->prefix ? k->prefix : "", name, end);
    return n;
}

/* A node whose name has the prefix. */
static uint32_t node(struct stamp_dm *k, enum stamp_gop op, struct stamp_gout out,
                     struct stamp_gattr attr, uint32_t ins, const uint32_t *in)
{
    const struct name n = named(k, out.name, "");

    out.name = n.text;
    return stamp_gb_node(k->b, op, out, attr, ins, in);
}

static uint32_t param(struct stamp_dm *k, const char *name, const char *end,
                      enum stamp_gparam_kind kind, size_t rows, size_t cols, struct stamp_part part)
{
    const struct name n = named(k, name, end);

    part.base = k->base;
    return stamp_family_param(k->m, k->b, n.text, kind, rows, cols, part);
}

uint32_t stamp_dm_param(struct stamp_dm *k, const char *name, enum stamp_gparam_kind kind,
                        size_t rows, size_t cols, struct stamp_part part)
{
    return param(k, name, "", kind, rows, cols, part);
}

uint32_t stamp_dm_linear(struct stamp_dm *k, struct stamp_gout out, enum stamp_gkind kind,
                         uint32_t x, const char *name, const char *weight, const char *bias,
                         size_t outputs, size_t first, size_t total)
{
    const size_t inputs = k->b->status ? 1 : k->b->g->value[x].cols;
    const struct stamp_part w = {.name = NAMED(weight), .first = first, .total = total},
                            b = {.name = NAMED(bias),
                                 .kind = STAMP_PART_BIAS,
                                 .first = first,
                                 .total = total};
    uint32_t in[3] = {x};

    in[1] = param(k, name, ".weight", STAMP_GPARAM_MATRIX, outputs, inputs, w);
    if (bias) in[2] = param(k, name, ".bias", STAMP_GPARAM_VECTOR, 1, outputs, b);
    return node(k, STAMP_GOP_LINEAR, out, (struct stamp_gattr){.kind = kind}, bias ? 3 : 2, in);
}

uint32_t stamp_dm_unary(struct stamp_dm *k, struct stamp_gout out, enum stamp_gkind kind,
                        uint32_t x)
{
    return node(k, STAMP_GOP_UNARY, out, (struct stamp_gattr){.kind = kind}, 1, &x);
}

uint32_t stamp_dm_binary(struct stamp_dm *k, struct stamp_gout out, enum stamp_gkind kind,
                         uint32_t x, uint32_t y)
{
    return node(k, STAMP_GOP_BINARY, out, (struct stamp_gattr){.kind = kind}, 2,
                (uint32_t[]){x, y});
}

static uint32_t modulated(struct stamp_dm *k, struct stamp_gout out, double eps, uint32_t x,
                          uint32_t scale, uint32_t shift)
{
    const struct stamp_gattr attr = {.kind = STAMP_GNORM_LAYER, .eps = (float)eps};

    return node(k, STAMP_GOP_NORM, out, attr, 3, (uint32_t[]){x, scale, shift});
}

uint32_t stamp_dm_modulated(struct stamp_dm *k, struct stamp_gout out, uint32_t x, uint32_t scale,
                            uint32_t shift)
{
    return modulated(k, out, k->d->eps, x, scale, shift);
}

void stamp_dm_qkv(struct stamp_dm *k, uint32_t h, bool bias, size_t outputs, uint32_t qkv[3])
{
    static const char *const tensor[3][3] = {
        {"q", "transformer_blocks.*.attn1.to_q.weight", "transformer_blocks.*.attn1.to_q.bias"},
        {"k", "transformer_blocks.*.attn1.to_k.weight", "transformer_blocks.*.attn1.to_k.bias"},
        {"v", "transformer_blocks.*.attn1.to_v.weight", "transformer_blocks.*.attn1.to_v.bias"}};

    for (int i = 0; i < 3; i++)
        qkv[i] = stamp_dm_linear(k, (struct stamp_gout){.name = tensor[i][0], .probe = true},
                                 STAMP_GLINEAR_BODY, h, tensor[i][0], tensor[i][1],
                                 bias ? tensor[i][2] : NULL, outputs, 0, 0);
}

uint32_t stamp_dm_attend(struct stamp_dm *k, struct stamp_gout out, struct stamp_dm_heads h,
                         const uint32_t qkv[3])
{
    const struct stamp_gattr attr = {.kind = h.kind,
                                     .heads = (uint32_t)h.heads,
                                     .kv_heads = (uint32_t)h.heads,
                                     .head_dim = (uint32_t)h.head_dim,
                                     .eps = h.eps};

    return node(k, STAMP_GOP_ATTEND, out, attr, 3, qkv);
}

/* ---- Parts of the networks --------------------------------------------------------------------- */

/* A row of a table [rows][dim] plus the row @p x; scales have 1 added as they are read. */
static uint32_t table_row(struct stamp_dm *k, const char *name, const char *table, size_t row,
                          size_t rows, bool scale, uint32_t x)
{
    const struct stamp_part part = {.name = NAMED(table),
                                    .kind = STAMP_PART_ROWS,
                                    .first = row,
                                    .total = rows,
                                    .plus = scale ? 1.0f : 0.0f};
    const uint32_t t = param(k, name, ".table", STAMP_GPARAM_ROWS, 1, k->d->dim, part);

    return stamp_dm_binary(k, (struct stamp_gout){.name = name}, STAMP_GBINARY_ADD, x, t);
}

void stamp_dm_time(struct stamp_dm *k, const char *one, const char *two, const char *linear,
                   uint32_t *time, uint32_t six[6])
{
    static const char *const names[6] = {"time.shift_att", "time.scale_att", "time.gate_att",
                                         "time.shift_ffn", "time.scale_ffn", "time.gate_ffn"};
    static const char *const one_bias[2] = {"adaln_single.emb.timestep_embedder.linear_1.bias",
                                            "time_embed.emb.timestep_embedder.linear_1.bias"};
    static const char *const two_bias[2] = {"adaln_single.emb.timestep_embedder.linear_2.bias",
                                            "time_embed.emb.timestep_embedder.linear_2.bias"};
    static const char *const six_bias[2] = {"adaln_single.linear.bias", "time_embed.linear.bias"};
    const bool sana = k->m->family == &stamp_family_sana;
    const size_t d = k->d->dim;
    const struct stamp_gattr row = {.rows = 1, .cols = STAMP_DIT_TIME};

    const uint32_t t =
        stamp_gb_node(k->b, STAMP_GOP_INPUT, (struct stamp_gout){.name = "time"}, row, 0, NULL);
    uint32_t x = stamp_dm_linear(k, (struct stamp_gout){.name = "time1"}, STAMP_GLINEAR_HEAD, t,
                                 "time1", one, one_bias[sana], d, 0, 0);
    x = stamp_dm_unary(k, (struct stamp_gout){.name = "time_silu"}, STAMP_GUNARY_SILU, x);
    *time = stamp_dm_linear(k, (struct stamp_gout){.name = "embedded_time", .probe = true},
                            STAMP_GLINEAR_HEAD, x, "time2", two, two_bias[sana], d, 0, 0);
    x = stamp_dm_unary(k, (struct stamp_gout){.name = "embedded_silu"}, STAMP_GUNARY_SILU, *time);
    for (size_t i = 0; i < 6; i++)
        six[i] = stamp_dm_linear(k, (struct stamp_gout){.name = names[i]}, STAMP_GLINEAR_HEAD, x,
                                 names[i], linear, six_bias[sana], d, i * d, 6 * d);
}

struct stamp_dm_mod stamp_dm_mod(struct stamp_dm *k, const uint32_t six[6])
{
    static const char table[] = "transformer_blocks.*.scale_shift_table";
    static const char *const names[6] = {"shift_att", "scale_att", "gate_att",
                                         "shift_ffn", "scale_ffn", "gate_ffn"};
    struct stamp_dm_mod m;

    for (size_t i = 0; i < 2; i++) {
        m.shift[i] = table_row(k, names[3 * i], table, 3 * i, 6, false, six[3 * i]);
        m.scale[i] = table_row(k, names[3 * i + 1], table, 3 * i + 1, 6, true, six[3 * i + 1]);
        m.gate[i] = table_row(k, names[3 * i + 2], table, 3 * i + 2, 6, false, six[3 * i + 2]);
    }
    return m;
}

uint32_t stamp_dm_patches(struct stamp_dm *k, const char *weight, const char *bias)
{
    const struct stamp_dit *d = k->d;
    const struct stamp_gattr attr = {.channels = (uint32_t)d->channels,
                                     .height = (uint32_t)(d->grid_h * d->patch),
                                     .width = (uint32_t)(d->grid_w * d->patch),
                                     .patch = (uint32_t)d->patch};
    const bool placed = d->interpolation > 0;
    const uint32_t latent = stamp_gb_node(k->b, STAMP_GOP_PICTURE,
                                          (struct stamp_gout){.name = "latent"}, attr, 0, NULL);
    const struct stamp_gout out = {.name = placed ? "patches" : "embedding",
                                   .place = placed ? NULL : "x",
                                   .by = "patch",
                                   .probe = !placed};
    const uint32_t x =
        stamp_dm_linear(k, out, STAMP_GLINEAR_HEAD, latent, "patch", weight, bias, d->dim, 0, 0);
    if (!placed) return x;
    const uint32_t at =
        stamp_family_param(k->m, k->b, "positions", STAMP_GPARAM_ROWS, d->grid_h * d->grid_w,
                           d->dim, (struct stamp_part){.kind = STAMP_PART_MADE});
    return stamp_dm_binary(k, (struct stamp_gout){.name = "embedding", .place = "x", .probe = true},
                           STAMP_GBINARY_ADD, x, at);
}

uint32_t stamp_dm_text(struct stamp_dm *k)
{
    const struct stamp_gattr rows = {.cols = (uint32_t)k->d->caption};
    const uint32_t text =
        stamp_gb_node(k->b, STAMP_GOP_INPUT, (struct stamp_gout){.name = "text"}, rows, 0, NULL);
    const uint32_t one = stamp_dm_linear(
        k, (struct stamp_gout){.name = "caption1"}, STAMP_GLINEAR_HEAD, text, "caption1",
        "caption_projection.linear_1.weight", "caption_projection.linear_1.bias", k->d->dim, 0, 0);
    const uint32_t gelu =
        stamp_dm_unary(k, (struct stamp_gout){.name = "caption_gelu"}, STAMP_GUNARY_GELU_TANH, one);
    return stamp_dm_linear(k, (struct stamp_gout){.name = "caption", .probe = true},
                           STAMP_GLINEAR_HEAD, gelu, "caption2",
                           "caption_projection.linear_2.weight", "caption_projection.linear_2.bias",
                           k->d->dim, 0, 0);
}

uint32_t stamp_dm_whole_norm(struct stamp_dm *k, const char *name, const char *tensor, uint32_t x)
{
    const struct stamp_gattr attr = {.kind = STAMP_GNORM_RMS, .eps = 1e-5f};
    const struct stamp_part part = {.name = NAMED(tensor), .kind = STAMP_PART_GAIN};

    if (!k->d->qk_norm || k->b->status) return x;
    const uint32_t g =
        param(k, name, ".gain", STAMP_GPARAM_VECTOR, 1, k->b->g->value[x].cols, part);
    return node(k, STAMP_GOP_NORM, (struct stamp_gout){.name = name}, attr, 2, (uint32_t[]){x, g});
}

uint32_t stamp_dm_cross(struct stamp_dm *k, uint32_t x, uint32_t text)
{
    const struct stamp_dit *d = k->d;
    const size_t width = d->cross_heads * d->cross_head_dim;
    const struct stamp_dm_heads h = {d->cross_heads, d->cross_head_dim, STAMP_GATTEND_FULL, 0};
    uint32_t qkv[3];

    qkv[0] =
        stamp_dm_linear(k, (struct stamp_gout){.name = "cross_q", .probe = true},
                        STAMP_GLINEAR_BODY, x, "cross_q", "transformer_blocks.*.attn2.to_q.weight",
                        "transformer_blocks.*.attn2.to_q.bias", width, 0, 0);
    qkv[1] = stamp_dm_linear(k, (struct stamp_gout){.name = "cross_k", .probe = true},
                             STAMP_GLINEAR_HEAD, text, "cross_k",
                             "transformer_blocks.*.attn2.to_k.weight",
                             "transformer_blocks.*.attn2.to_k.bias", width, 0, 0);
    qkv[2] = stamp_dm_linear(k, (struct stamp_gout){.name = "cross_v", .probe = true},
                             STAMP_GLINEAR_HEAD, text, "cross_v",
                             "transformer_blocks.*.attn2.to_v.weight",
                             "transformer_blocks.*.attn2.to_v.bias", width, 0, 0);
    qkv[0] = stamp_dm_whole_norm(k, "cross_qn", "transformer_blocks.*.attn2.norm_q.weight", qkv[0]);
    qkv[1] = stamp_dm_whole_norm(k, "cross_kn", "transformer_blocks.*.attn2.norm_k.weight", qkv[1]);
    const uint32_t att =
        stamp_dm_attend(k, (struct stamp_gout){.name = "cross", .probe = true}, h, qkv);
    const uint32_t o =
        stamp_dm_linear(k, (struct stamp_gout){.name = "cross_o"}, STAMP_GLINEAR_BODY, att,
                        "cross_o", "transformer_blocks.*.attn2.to_out.0.weight",
                        "transformer_blocks.*.attn2.to_out.0.bias", d->dim, 0, 0);
    return stamp_dm_binary(
        k, (struct stamp_gout){.name = "residual_cross", .place = "x", .probe = true},
        STAMP_GBINARY_ADD, x, o);
}

void stamp_dm_output(struct stamp_dm *k, uint32_t x, uint32_t time)
{
    const struct stamp_dit *d = k->d;
    const uint32_t shift = table_row(k, "shift_out", "scale_shift_table", 0, 2, false, time),
                   scale = table_row(k, "scale_out", "scale_shift_table", 1, 2, true, time);
    const uint32_t h =
        modulated(k, (struct stamp_gout){.name = "norm", .place = "h", .probe = true}, EPS_OUT, x,
                  scale, shift);

    stamp_dm_linear(k, (struct stamp_gout){.name = "prediction", .by = "output", .probe = true},
                    STAMP_GLINEAR_HEAD, h, "output", "proj_out.weight", "proj_out.bias",
                    d->patch * d->patch * d->out_channels, 0, 0);
}
