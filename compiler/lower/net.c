/* SPDX-License-Identifier: Apache-2.0 */
/* net.c - a network's programs. Contract in net.h. */
#include "compiler/lower/net.h"

#include <stdio.h>
#include <string.h>

#include "compiler/lower/net_build.h"
#include "compiler/emit/settle.h"
#include "compiler/tile/need.h"

static enum stamp_status check(const struct stamp_net_spec *s, struct stamp_err *e)
{
    const struct stamp_llama *m = s->model;

    if (!s->s || s->s > s->ctx)
        return stamp_fail(e, STAMP_ERANGE, "%u tokens: 1 to the cache's %u", s->s, s->ctx);
    if (s->ctx > m->ctx)
        return stamp_fail(e, STAMP_ERANGE, "a cache of %u tokens: the model's context is %zu",
                          s->ctx, m->ctx);
    if (s->scheme.act_bits == 32 || s->scheme.weight_bits == 32)
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "the machine multiplies 4- and 8-bit integers, not f32");
    if (s->kv.bits != 4 && s->kv.bits != 8 && s->kv.bits != 32)
        return stamp_fail(e, STAMP_ERANGE, "cache of %u bits: 4, 8 or 32", s->kv.bits);
    if (s->kv.bits == 4 && s->kv.block > STAMP_KV_BLOCK_MAX)
        return stamp_fail(e, STAMP_ERANGE, "cache blocks of 2^%u tokens: at most 2^%d", s->kv.block,
                          STAMP_KV_BLOCK_MAX);
    return STAMP_OK;
}

static uint32_t lines_of(uint64_t elements, uint32_t L)
{
    return (uint32_t)((elements + L - 1) / L);
}

/* The same, up to whole 64 bytes of f32 in DRAM: what follows can be addressed. */
static uint32_t padded_lines_of(uint64_t elements, uint32_t L)
{
    uint32_t lines = lines_of(elements, L);

    while (lines * L * 4 % STAMP_DRAM_ALIGN) lines++;
    return lines;
}

static bool kv_fits(void *ctx, const struct stamp_mach *m)
{
    struct stamp_netc *n = ctx;
    const struct stamp_mach *own = n->mach;

    n->mach = m;
    const bool ok = stamp_netc_kv_sizes(n);
    n->mach = own;
    return ok;
}

/* Keys or values of a batch do not fit: say what does. */
static void refuse_heads(struct stamp_netc *n)
{
    const uint32_t least = n->L > 32 ? n->L : 32;
    char need[STAMP_NEED_TEXT];
    uint32_t block = 0;

    stamp_need(n->mach, kv_fits, n, need);

    while (2u << block <= least) block++;
    if (n->kv.batch > least)
        stamp_build_fail(
            n->b, STAMP_EUNSUPPORTED,
            "head_dim %zu with cache blocks of %u tokens does not fit machine %s; take "
            "--kv-block %u or less, or: %s",
            n->spec->model->head_dim, n->kv.batch, n->mach->name, block, need);
    else
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                         "head_dim %zu does not fit machine %s (%s); --machine base takes the "
                         "longest heads, of 512",
                         n->spec->model->head_dim, n->mach->name, need);
}

/* Sizes that follow from model and machine. */
static void measure(struct stamp_netc *n)
{
    const struct stamp_llama *m = n->spec->model;
    const uint32_t L = n->mach->L;

    n->L = L;
    n->hl = padded_lines_of(m->head_dim, L);
    n->hdp = n->hl * L;
    n->heads = (uint32_t)m->heads;
    n->kv_heads = (uint32_t)m->kv_heads;
    n->rep = n->heads / n->kv_heads;
    n->dl = lines_of(m->dim, L);
    n->ql = n->heads * n->hl;
    n->kvl = n->kv_heads * n->hl;
    n->fl = padded_lines_of(m->hidden, L); /* gate and up lie side by side */
    n->ctx = (n->spec->ctx + STAMP_KEY_BLOCK - 1) / STAMP_KEY_BLOCK * STAMP_KEY_BLOCK;
    n->rows = n->spec->s;
    if (n->hdp != m->head_dim && n->spec->scheme.block)
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                         "blocks of %u with heads of %zu elements on machine %s", STAMP_BLOCK,
                         m->head_dim, n->mach->name);
    else if (!stamp_netc_kv_sizes(n))
        refuse_heads(n);
}

/* 4x4-bit products of a linear part, each time; the padding of heads and lines needs none. */
static uint64_t linear_products(const struct stamp_netc *n, enum stamp_net_linear which)
{
    const struct stamp_net_part *p = &n->part[which];
    const struct stamp_net_size size = stamp_netc_size(n, which);
    uint64_t rows = 0;

    for (uint64_t r = 0; r < p->l.work.s; r++) rows += p->plan.bits[r] == 8 ? 2 : 1;
    return rows * size.d * size.n * (p->l.work.w8 ? 2 : 1);
}

/* Those of causal attention: two products of 8-bit factors, a key or value against each query at or
 * behind it. A step's position is the image's argument. */
static uint64_t attention_products(const struct stamp_netc *n)
{
    const struct stamp_llama *m = n->spec->model;
    const uint64_t s = n->spec->s;
    const uint64_t pairs = n->prefill ? (uint64_t)n->b->image->arg[0] + 1 : s * (s + 1) / 2;

    return pairs * m->heads * m->head_dim * 4 * 2;
}

static void linear(struct stamp_netc *n, enum stamp_net_linear which)
{
    if (n->b->status) return;
    stamp_build_phase_begin(n->b, stamp_net_linear_name[which], linear_products(n, which));
    stamp_netc_linear(n, which);
}

static void norm(struct stamp_netc *n, uint64_t gain, uint32_t row0, uint32_t rows)
{
    stamp_build_phase_begin(n->b, "norm", 0);
    stamp_netc_norm(n, n->x, gain, n->h, row0, rows);
}

static void layer(struct stamp_netc *n)
{
    norm(n, n->at.norm_att, 0, n->rows);
    linear(n, STAMP_NET_QKV);
    stamp_build_phase_begin(n->b, "kv", 0);
    if (n->prefill)
        stamp_netc_step_kv(n);
    else
        stamp_netc_kv_fill(n);
    stamp_build_phase_begin(n->b, "attention", attention_products(n));
    if (n->prefill)
        stamp_netc_step_attention(n);
    else
        stamp_netc_attention(n);
    linear(n, STAMP_NET_O);
    norm(n, n->at.norm_ffn, 0, n->rows);
    linear(n, STAMP_NET_GATEUP);
    linear(n, STAMP_NET_DOWN);
}

static void recode_layer(struct stamp_netc *n)
{
    stamp_build_phase_begin(n->b, "recode", 0);
    stamp_netc_recode(n);
}

/* All layers as one loop: registers 8 .. 15 hold the offset of the layer. */
static void layers(struct stamp_netc *n, void (*body)(struct stamp_netc *))
{
    const uint32_t count = (uint32_t)n->spec->model->layers;

    stamp_build_phase_end(n->b);
    n->b->layer_lo = n->layer_lo;
    n->b->layer_hi = n->layer_lo + n->layer_bytes;
    if (count > 1) stamp_emit_control(n->b, STAMP_OP_LOOP, 0, count);
    stamp_emit_control(n->b, STAMP_OP_FENCE, 0, 0);
    body(n);
    stamp_build_phase_end(n->b);
    if (count > 1) {
        for (uint64_t r = STAMP_REG_COPIES; r <= STAMP_REG_LAYER; r++)
            stamp_emit_control(n->b, STAMP_OP_ADDR, r, n->layer_bytes);
        stamp_emit_control(n->b, STAMP_OP_FENCE, 0, 0);
        stamp_emit_control(n->b, STAMP_OP_ENDL, 0, 0);
    }
    stamp_emit_control(n->b, STAMP_OP_FENCE, 0, 0);
    n->b->layer_lo = n->b->layer_hi = 0;
}

static void network(struct stamp_netc *n)
{
    const bool last = n->spec->last_logits;

    if (n->prefill) stamp_netc_step_start(n);
    stamp_build_phase_begin(n->b, "gather", 0);
    stamp_netc_gather(n);
    layers(n, layer);
    norm(n, n->norm_out, last ? n->rows - 1 : 0, last ? 1 : n->rows);
    linear(n, STAMP_NET_HEAD);
    stamp_build_phase_end(n->b);
    stamp_emit_control(n->b, STAMP_OP_HALT, 0, 0);
}

static void recode(struct stamp_netc *n)
{
    stamp_netc_step_start(n);
    stamp_netc_recode_start(n);
    layers(n, recode_layer);
    stamp_emit_control(n->b, STAMP_OP_HALT, 0, 0);
}

/* What was pushed since @p from, as a program of its own. */
static struct stamp_program program_since(struct stamp_build *b, const char *name, size_t *from)
{
    const struct stamp_program p = {name, NULL, b->count - *from, false};

    *from = b->count;
    return p;
}

/* The programs, one behind the other in b->word. Returns their number. */
static uint32_t programs(struct stamp_netc *n, struct stamp_netc *step, struct stamp_program *p)
{
    struct stamp_build *b = n->b;
    uint32_t count = 0;
    size_t from = 0;

    network(n);
    p[count++] = program_since(b, "main", &from);
    if (n->spec->decode && !b->status) {
        b->image->arg[0] = n->spec->s < n->ctx ? n->spec->s : n->ctx - 1;
        *step = *n;
        memset(step->part, 0, sizeof step->part);
        stamp_netc_lay_step(step, n);
        network(step);
        p[count++] = program_since(b, "step", &from);
        p[count - 1].no_roll = true; /* its registers are taken */
        if (n->spec->kv.bits == 4) {
            recode(step);
            p[count++] = program_since(b, "recode", &from);
            p[count - 1].no_roll = true;
        }
    }
    from = 0;
    for (uint32_t i = 0; i < count; from += p[i++].count) p[i].word = b->word + from;
    return count;
}

/* What the layers compute, for reports. */
static void add_info(struct stamp_netc *n)
{
    struct stamp_image *m = n->b->image;

    for (uint32_t i = 0; i < STAMP_NET_LINEARS && !n->b->status; i++) {
        const struct stamp_net_size size = stamp_netc_size(n, (enum stamp_net_linear)i);
        const uint64_t times = i == STAMP_NET_HEAD ? 1 : n->spec->model->layers;
        struct stamp_layer_info *l = &m->layer[m->layers++];
        snprintf(l->name, sizeof l->name, "%s", stamp_net_linear_name[i]);
        l->s = n->part[i].l.work.s;
        l->d = size.d;
        l->n = size.n;
        l->products = times * linear_products(n, (enum stamp_net_linear)i);
    }
}

static enum stamp_status set_text(struct stamp_build *b, const struct stamp_net_spec *s)
{
    char text[STAMP_SCHEME_MAX + 1];
    const struct stamp_scheme *c = &s->scheme;

    snprintf(text, sizeof text,
             "network of %zu layers, %u tokens; transform %s, depth %d, %u rows at %u bits, others "
             "%u, weights %u, block %u%s%s; cache %u bits, blocks of %u%s",
             s->model->layers, s->s, stamp_transform_name(c->transform), c->depth, c->high_rows,
             c->high_bits, c->act_bits, c->weight_bits, c->block, c->symmetric ? ", symmetric" : "",
             c->sink ? ", sink" : "", s->kv.bits, 1u << s->kv.block,
             s->kv.bits == 4 && s->kv.plain ? ", plain" : "");
    b->image->scheme = stamp_arena_text(b->image->arena, text, strlen(text));
    if (!b->image->scheme) stamp_build_fail(b, STAMP_ENOMEM, "out of memory");
    return b->status;
}

enum stamp_status stamp_compile_net(const struct stamp_net_spec *spec,
                                    const struct stamp_compile_options *options,
                                    struct stamp_image **out, struct stamp_compile_info *info,
                                    struct stamp_err *e)
{
    struct stamp_build b;
    struct stamp_netc n = {.b = &b, .spec = spec, .mach = options->mach};
    struct stamp_netc step = {0};
    struct stamp_program program[3];
    uint32_t count = 0;
    enum stamp_status st = check(spec, e);

    if (st) return st;
    stamp_build_start(&b, options, 96 + 32 * (uint32_t)spec->model->layers, e);
    if (!b.status) measure(&n);
    if (!b.status) stamp_netc_lay(&n);
    if (!b.status) count = programs(&n, &step, program);
    if (!b.status) add_info(&n);
    if (!b.status) set_text(&b, spec);
    st = b.status;
    if (!st) st = stamp_settle(&b, program, count);
    if (!st) st = stamp_prove(&b, info);
    if (!st) {
        *out = b.image;
        b.image = NULL;
    }
    stamp_netc_tile_free(&n);
    stamp_netc_tile_free(&step);
    stamp_build_end(&b);
    return st;
}
