/* SPDX-License-Identifier: Apache-2.0 */
/* decoder.c - the Llama architecture and its Qwen relatives. Contract in decoder.h, family.h. */
#include "compiler/family/decoder.h"

#include <string.h>

#include "compiler/family/family.h"
#include "model/mem.h"

/* A builder and what it needs all the time. */
struct maker {
    struct stamp_network *m;
    struct stamp_gb *b;
};

#define NAMES(hf, gguf, llama2c) .name = {"model.layers.*." hf, "blk.*." gguf, llama2c}

static uint32_t tensor(struct maker *k, const char *name, size_t rows, size_t cols,
                       struct stamp_part part)
{
    if (part.kind == STAMP_PART_MATRIX)
        return stamp_family_param(k->m, k->b, name, STAMP_GPARAM_MATRIX, rows, cols, part);
    return stamp_family_param(k->m, k->b, name, STAMP_GPARAM_VECTOR, 1, rows, part);
}

static uint32_t matrix(struct maker *k, const char *name, size_t rows, size_t cols,
                       struct stamp_part part)
{
    part.kind = STAMP_PART_MATRIX;
    return tensor(k, name, rows, cols, part);
}

static uint32_t gain(struct maker *k, const char *name, size_t count, struct stamp_part part)
{
    part.kind = STAMP_PART_GAIN;
    return tensor(k, name, count, 1, part);
}

static uint32_t rms(struct maker *k, struct stamp_gout out, uint32_t x, uint32_t g, size_t group)
{
    const struct stamp_gattr attr = {
        .kind = STAMP_GNORM_RMS, .eps = k->m->dec.rms_eps, .group = (uint32_t)group};
    return stamp_gb_node(k->b, STAMP_GOP_NORM, out, attr, 2, (uint32_t[]){x, g});
}

/* y = x wᵀ, with a bias where b is an operand. */
static uint32_t linear(struct maker *k, struct stamp_gout out, uint32_t x, uint32_t w, uint32_t b)
{
    const struct stamp_gattr attr = {.kind = STAMP_GLINEAR_BODY};
    return stamp_gb_node(k->b, STAMP_GOP_LINEAR, out, attr, b ? 3 : 2, (uint32_t[]){x, w, b});
}

static uint32_t binary(struct maker *k, struct stamp_gout out, uint32_t kind, uint32_t x,
                       uint32_t y)
{
    return stamp_gb_node(k->b, STAMP_GOP_BINARY, out, (struct stamp_gattr){.kind = kind}, 2,
                         (uint32_t[]){x, y});
}

/* Qwen 2 has biases of q, k and v, Qwen 3 norms of the heads of q and k. */
static bool has_bias(const struct maker *k)
{
    return k->m->family == &stamp_family_qwen2;
}

static bool has_head_norm(const struct maker *k)
{
    return k->m->family == &stamp_family_qwen3;
}

/* Heads of queries or keys on their way to attention. */
static uint32_t turned(struct maker *k, const char *normed, const char *out, uint32_t x, uint32_t g,
                       uint32_t frequency)
{
    const size_t hd = k->m->dec.head_dim;
    const struct stamp_gattr attr = {.head_dim = (uint32_t)hd};

    if (g) x = rms(k, (struct stamp_gout){.name = normed}, x, g, hd);
    return stamp_gb_node(k->b, STAMP_GOP_ROPE, (struct stamp_gout){.name = out}, attr, 2,
                         (uint32_t[]){x, frequency});
}

static uint32_t attention(struct maker *k, uint32_t h, uint32_t frequency)
{
    const struct stamp_decoder *d = &k->m->dec;
    const size_t q = d->heads * d->head_dim, kv = d->kv_heads * d->head_dim;
    const uint32_t wq =
        matrix(k, "q.weight", q, d->dim,
               (struct stamp_part){NAMES("self_attn.q_proj.weight", "attn_q.weight", "layers.*.wq"),
                                   .paired = true});
    const uint32_t wk =
        matrix(k, "k.weight", kv, d->dim,
               (struct stamp_part){NAMES("self_attn.k_proj.weight", "attn_k.weight", "layers.*.wk"),
                                   .paired = true});
    const uint32_t wv = matrix(
        k, "v.weight", kv, d->dim,
        (struct stamp_part){NAMES("self_attn.v_proj.weight", "attn_v.weight", "layers.*.wv")});
    uint32_t b[3] = {0}, g[2] = {0};

    if (has_bias(k)) {
        b[0] = tensor(k, "q.bias", q, 1,
                      (struct stamp_part){NAMES("self_attn.q_proj.bias", "attn_q.bias", NULL),
                                          .kind = STAMP_PART_BIAS, .paired = true});
        b[1] = tensor(k, "k.bias", kv, 1,
                      (struct stamp_part){NAMES("self_attn.k_proj.bias", "attn_k.bias", NULL),
                                          .kind = STAMP_PART_BIAS, .paired = true});
        b[2] = tensor(k, "v.bias", kv, 1,
                      (struct stamp_part){NAMES("self_attn.v_proj.bias", "attn_v.bias", NULL),
                                          .kind = STAMP_PART_BIAS});
    }
    if (has_head_norm(k)) {
        g[0] =
            gain(k, "norm.q", d->head_dim,
                 (struct stamp_part){NAMES("self_attn.q_norm.weight", "attn_q_norm.weight", NULL),
                                     .paired = true});
        g[1] =
            gain(k, "norm.k", d->head_dim,
                 (struct stamp_part){NAMES("self_attn.k_norm.weight", "attn_k_norm.weight", NULL),
                                     .paired = true});
    }
    const uint32_t qs = linear(k, (struct stamp_gout){.name = "q", .probe = true}, h, wq, b[0]);
    const uint32_t ks = linear(k, (struct stamp_gout){.name = "k", .probe = true}, h, wk, b[1]);
    const uint32_t vs = linear(k, (struct stamp_gout){.name = "v", .probe = true}, h, wv, b[2]);
    const uint32_t qt = turned(k, "q_normed", "q_turned", qs, g[0], frequency);
    const uint32_t kt = turned(k, "k_normed", "k_turned", ks, g[1], frequency);
    const struct stamp_gattr attr = {.kind = STAMP_GATTEND_CAUSAL,
                                     .heads = (uint32_t)d->heads,
                                     .kv_heads = (uint32_t)d->kv_heads,
                                     .head_dim = (uint32_t)d->head_dim,
                                     .cache = 1};
    return stamp_gb_node(k->b, STAMP_GOP_ATTEND,
                         (struct stamp_gout){.name = "attention", .place = "att", .probe = true},
                         attr, 3, (uint32_t[]){qt, kt, vs});
}

/* One layer on x. */
static uint32_t layer(struct maker *k, uint32_t x, uint32_t frequency)
{
    const struct stamp_decoder *d = &k->m->dec;
    const struct stamp_gout h_att = {.name = "norm_att", .place = "h", .probe = true},
                            h_ffn = {.name = "norm_ffn", .place = "h", .probe = true};
    const uint32_t g1 = gain(k, "norm.att", d->dim,
                             (struct stamp_part){NAMES("input_layernorm.weight", "attn_norm.weight",
                                                       "layers.*.attention norm")});
    const uint32_t att = attention(k, rms(k, h_att, x, g1, 0), frequency);
    const uint32_t wo = matrix(
        k, "o.weight", d->dim, d->heads * d->head_dim,
        (struct stamp_part){NAMES("self_attn.o_proj.weight", "attn_output.weight", "layers.*.wo")});
    const uint32_t o = linear(k, (struct stamp_gout){.name = "o"}, att, wo, 0);
    x = binary(k, (struct stamp_gout){.name = "residual_att", .place = "x", .probe = true},
               STAMP_GBINARY_ADD, x, o);

    const uint32_t g2 =
        gain(k, "norm.ffn", d->dim,
             (struct stamp_part){NAMES("post_attention_layernorm.weight", "ffn_norm.weight",
                                       "layers.*.feed-forward norm")});
    const uint32_t h = rms(k, h_ffn, x, g2, 0);
    const uint32_t w1 = matrix(
        k, "gate.weight", d->hidden, d->dim,
        (struct stamp_part){NAMES("mlp.gate_proj.weight", "ffn_gate.weight", "layers.*.w1")});
    const uint32_t w3 =
        matrix(k, "up.weight", d->hidden, d->dim,
               (struct stamp_part){NAMES("mlp.up_proj.weight", "ffn_up.weight", "layers.*.w3")});
    const uint32_t gate = linear(k, (struct stamp_gout){.name = "gate"}, h, w1, 0);
    const uint32_t up = linear(k, (struct stamp_gout){.name = "up"}, h, w3, 0);
    const uint32_t silu = stamp_gb_node(k->b, STAMP_GOP_UNARY, (struct stamp_gout){.name = "silu"},
                                        (struct stamp_gattr){.kind = STAMP_GUNARY_SILU}, 1, &gate);
    const uint32_t f =
        binary(k, (struct stamp_gout){.name = "hidden", .place = "ff", .probe = true},
               STAMP_GBINARY_MUL, silu, up);
    const uint32_t w2 = matrix(
        k, "down.weight", d->dim, d->hidden,
        (struct stamp_part){NAMES("mlp.down_proj.weight", "ffn_down.weight", "layers.*.w2")});
    const uint32_t down = linear(k, (struct stamp_gout){.name = "down"}, f, w2, 0);
    return binary(k, (struct stamp_gout){.name = "residual_ffn", .place = "x", .probe = true},
                  STAMP_GBINARY_ADD, x, down);
}

static void build(struct stamp_network *m, struct stamp_gb *b)
{
    static const struct stamp_part none = {0},
                                   embedding = {.name = {"model.embed_tokens.weight",
                                                         "token_embd.weight", "embedding"}},
                                   norm = {.name = {"model.norm.weight", "output_norm.weight",
                                                    "final norm"}},
                                   head = {
                                       .name = {"lm_head.weight", "output.weight", "output head"}};
    struct maker k = {m, b};
    const struct stamp_decoder *d = &m->dec;
    const uint32_t table = matrix(&k, "embedding.weight", m->vocab, d->dim, embedding);
    const uint32_t frequency =
        stamp_family_param(m, b, "rope.frequency", STAMP_GPARAM_TABLE, 1, d->head_dim / 2, none);
    const uint32_t ids = stamp_gb_node(b, STAMP_GOP_IDS, (struct stamp_gout){.name = "tokens"},
                                       (struct stamp_gattr){0}, 0, NULL);
    uint32_t x = stamp_gb_node(
        b, STAMP_GOP_GATHER, (struct stamp_gout){.name = "embedding", .place = "x", .probe = true},
        (struct stamp_gattr){0}, 2, (uint32_t[]){table, ids});

    stamp_gb_block(b, "layers", (uint32_t)d->layers, x);
    x = layer(&k, x, frequency);
    stamp_gb_block_end(b, x);
    const uint32_t picked = stamp_gb_node(b, STAMP_GOP_PICK, (struct stamp_gout){.name = "picked"},
                                          (struct stamp_gattr){.kind = STAMP_GPICK_RUN}, 1, &x);
    const uint32_t g = gain(&k, "norm.out", d->dim, norm);
    const uint32_t h =
        rms(&k, (struct stamp_gout){.name = "norm", .place = "h", .probe = true}, picked, g, 0);
    const uint32_t w = d->tied ? table : matrix(&k, "head.weight", m->vocab, d->dim, head);
    stamp_gb_node(b, STAMP_GOP_LINEAR,
                  (struct stamp_gout){.name = "logits", .by = "head", .probe = true},
                  (struct stamp_gattr){.kind = STAMP_GLINEAR_HEAD}, 2, (uint32_t[]){h, w});
}

const struct stamp_family stamp_family_llama = {"Llama", "llama", build, NULL};
const struct stamp_family stamp_family_qwen2 = {"Qwen2", "qwen2", build, NULL};
const struct stamp_family stamp_family_qwen3 = {"Qwen3", "qwen3", build, NULL};

enum stamp_status stamp_decoder_check(const char *name, const struct stamp_network *m,
                                      struct stamp_err *e)
{
    const struct stamp_decoder *d = &m->dec;
    const struct {
        const char *what;
        size_t value, max;
    } limit[] = {{"dim", d->dim, 1u << 16},          {"hidden", d->hidden, 1u << 18},
                 {"layers", d->layers, 1024},        {"heads", d->heads, 1024},
                 {"kv_heads", d->kv_heads, 1024},    {"head_dim", d->head_dim, 1024},
                 {"vocabulary", m->vocab, 1u << 20}, {"context", m->ctx, 1u << 26}};

    for (size_t i = 0; i < sizeof limit / sizeof limit[0]; i++)
        if (limit[i].value < 1 || limit[i].value > limit[i].max)
            return stamp_fail(e, STAMP_ERANGE, "%s: %s is %zu, not in 1 .. %zu", name,
                              limit[i].what, limit[i].value, limit[i].max);
    if (d->heads % d->kv_heads)
        return stamp_fail(e, STAMP_ERANGE, "%s: %zu heads do not share %zu key-value heads evenly",
                          name, d->heads, d->kv_heads);
    if (d->head_dim % 2)
        return stamp_fail(e, STAMP_ERANGE, "%s: head_dim is %zu, odd: rotary embedding needs pairs",
                          name, d->head_dim);
    if (!(d->rms_eps >= 0 && d->rms_eps < 1))
        return stamp_fail(e, STAMP_ERANGE, "%s: rms_norm_eps is %g, not in 0 .. 1", name,
                          (double)d->rms_eps);
    if (!(d->rope.theta > 1 && d->rope.theta <= 1e12))
        return stamp_fail(e, STAMP_ERANGE, "%s: rope_theta is %g, not above 1 and up to 1e12", name,
                          d->rope.theta);
    return STAMP_OK;
}

enum stamp_status stamp_decoder_rope(struct stamp_decoder *d, struct stamp_err *e)
{
    const size_t half = d->head_dim / 2;

    d->rope.head_dim = (uint32_t)d->head_dim;
    d->frequency = stamp_alloc(half, sizeof *d->frequency);
    if (!d->frequency) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    for (size_t i = 0; i < half; i++) d->frequency[i] = stamp_rope_frequency(&d->rope, (uint32_t)i);
    return STAMP_OK;
}
