/* SPDX-License-Identifier: Apache-2.0 */
/* net_data.c - buffers and constants of a network. Contract in net_build.h. */
#include <stdio.h>
#include <string.h>

#include "compiler/lower/net_build.h"
#include "model/mem.h"
#include "model/num/bf16.h"
#include "model/num/f32.h"
#include "model/num/rope.h"

static uint32_t lines_of(const struct stamp_netc *n, size_t elements)
{
    return (uint32_t)((elements + n->L - 1) / n->L);
}

static void put32(uint8_t *to, uint32_t v)
{
    for (int k = 0; k < 4; k++) to[k] = (uint8_t)(v >> 8 * k);
}

static void put16(uint8_t *to, uint32_t v)
{
    to[0] = (uint8_t)v;
    to[1] = (uint8_t)(v >> 8);
}

static void put_floats(uint8_t *to, const float *x, size_t count)
{
    for (size_t i = 0; i < count; i++) put32(to + 4 * i, stamp_f32_bits(x[i]));
}

/* A row of @p count floats, in groups of unit padded to padded elements. */
static uint64_t lay_vector(struct stamp_netc *n, const char *name, const float *x, size_t count,
                           uint32_t unit, uint32_t padded)
{
    const size_t groups = (count + unit - 1) / unit;
    uint64_t addr = 0;
    uint8_t *data = stamp_build_const(n->b, name, STAMP_FMT_F32,
                                      (uint64_t)lines_of(n, groups * padded) * n->L * 4, &addr);

    for (size_t g = 0; g < groups && data; g++) {
        const size_t left = count - g * unit;
        put_floats(data + 4 * g * padded, x + g * unit, left < unit ? left : unit);
    }
    return addr;
}

/* Entries of the tables: rows 0, 1, ... at nibble rows 0, 2, ... */
static void put_tables(struct stamp_netc *n, uint8_t *c)
{
    const uint32_t batch = n->kv.batch, tail0 = n->rows - n->rows % (1u << n->kv.block);

    for (uint32_t i = 0; i < 256; i++) {
        const uint32_t token = n->rows / batch * batch + i, wide = 1u << 15;
        const bool first = i % (1u << n->kv.block) == 0;
        const bool eight = n->spec->kv.bits != 4;
        put16(c + STAMP_NET_RT_ALL8 + 2 * i, (2 * i % 512) | wide);
        put16(c + STAMP_NET_NT_PAIRS + 2 * i, i / 2 | (i % 2 ? 3u : 2u) << 14);
        put16(c + STAMP_NET_RT_BLOCK + 2 * i, first || eight ? wide : 0);
        put16(c + STAMP_NET_RT_LAST + 2 * i, first || eight || token >= tail0 ? wide : 0);
    }
}

static void lay_constants(struct stamp_netc *n)
{
    uint8_t *c =
        stamp_build_const(n->b, "constants", STAMP_FMT_RAW, STAMP_NET_CONSTANTS, &n->constants);

    if (!c) return;
    for (uint32_t l = 0; l < n->L; l++) {
        put32(c + STAMP_NET_EPS + 4 * l, stamp_f32_bits(n->spec->model->rms_eps));
        put32(c + STAMP_NET_CM_ONE + 8 * l, stamp_f32_bits(1.0f));
    }
    put_tables(n, c);
}

static void lay_rope(struct stamp_netc *n)
{
    const struct stamp_llama *m = n->spec->model;
    const uint32_t hd = (uint32_t)m->head_dim, hdp = n->hdp;
    float *row = stamp_build_alloc(n->b, 2 * (size_t)hdp, sizeof *row);
    uint8_t *data =
        stamp_build_const(n->b, "rope", STAMP_FMT_F32, (uint64_t)n->ctx * 2 * hdp * 4, &n->rope);

    for (uint32_t p = 0; p < n->ctx && data && row; p++) {
        stamp_rope_row(m->frequency, hd, p, row, row + hdp);
        put_floats(data + (size_t)p * 2 * hdp * 4, row, 2 * (size_t)hdp);
    }
}

/* Whether every value of the embedding is a bf16; then half the memory holds it. */
static bool is_bf16(struct stamp_netc *n, float *row, size_t cols)
{
    const struct stamp_lazy *t = &n->spec->model->embed;

    if (stamp_lazy_bf16(t->kind)) return true;
    for (size_t r = 0; r < t->rows && !n->b->status; r++) {
        n->b->status = stamp_lazy_rows(t, r, 1, row, n->b->e);
        for (size_t c = 0; c < cols; c++)
            if (stamp_f32_bits(row[c]) & 0xffffu) return false;
    }
    return true;
}

static void lay_embedding(struct stamp_netc *n)
{
    const struct stamp_lazy *t = &n->spec->model->embed;
    float *row = stamp_build_alloc(n->b, t->cols, sizeof *row);

    if (!row) return;
    const enum stamp_fmt fmt = is_bf16(n, row, t->cols) ? STAMP_FMT_BF16 : STAMP_FMT_F32;
    const uint64_t line = (uint64_t)n->L * stamp_fmt_bytes(fmt);
    const uint64_t pitch =
        (n->dl * line + STAMP_DRAM_ALIGN - 1) / STAMP_DRAM_ALIGN * STAMP_DRAM_ALIGN;
    uint8_t *data = stamp_build_const(n->b, "embedding", fmt, t->rows * pitch, &n->embed.addr);
    n->embed.row_bytes = pitch;
    n->embed.fmt = fmt;
    for (size_t r = 0; r < t->rows && data && !n->b->status; r++) {
        uint8_t *to = data + r * pitch;
        n->b->status = stamp_lazy_rows(t, r, 1, row, n->b->e);
        for (size_t c = 0; c < t->cols; c++) {
            if (fmt == STAMP_FMT_BF16)
                put16(to + 2 * c, stamp_f32_bits(row[c]) >> 16);
            else
                put32(to + 4 * c, stamp_f32_bits(row[c]));
        }
    }
}

/* ---- One layer's region ------------------------------------------------------------------------ */

static void lay_linear(struct stamp_netc *n, uint32_t layer, enum stamp_net_linear which,
                       struct stamp_net_layer_at *at)
{
    struct stamp_linear *l = &n->part[which].l;
    const struct stamp_linear_size size = {.weights = n->part[which].weights,
                                           .columns = n->part[which].columns};
    struct stamp_weights w;
    char name[STAMP_NAME_MAX + 1];

    snprintf(name, sizeof name, "%u.%s.w", layer, stamp_net_linear_name[which]);
    uint8_t *wdata = stamp_build_const(n->b, name, STAMP_FMT_RAW, size.weights, &at->w[which]);
    snprintf(name, sizeof name, "%u.%s.columns", layer, stamp_net_linear_name[which]);
    uint8_t *cdata =
        stamp_build_const(n->b, name, STAMP_FMT_RAW, size.columns, &at->columns[which]);
    if (!wdata || !cdata) return;
    stamp_netc_weights(n, layer, which, &w);
    if (!n->b->status) stamp_linear_pack(l, &w, wdata, cdata);
    stamp_weights_free(&w);
}

/* Biases of q, k and v behind each other, heads padded. */
static uint64_t lay_bias(struct stamp_netc *n, uint32_t layer)
{
    const struct stamp_llama *m = n->spec->model;
    const struct stamp_llama_layer *y = &m->layer[layer];
    const uint32_t hd = (uint32_t)m->head_dim;
    const float *from[3] = {y->bias_q, y->bias_k, y->bias_v};
    const size_t count[3] = {n->heads, n->kv_heads, n->kv_heads};
    char name[STAMP_NAME_MAX + 1];
    uint64_t addr = 0;
    size_t at = 0;

    if (!y->bias_q) return 0;
    snprintf(name, sizeof name, "%u.qkv.bias", layer);
    uint8_t *data = stamp_build_const(n->b, name, STAMP_FMT_F32,
                                      (uint64_t)(n->ql + 2 * n->kvl) * n->L * 4, &addr);
    for (int i = 0; i < 3 && data; i++)
        for (size_t h = 0; h < count[i]; h++, at += n->hdp)
            put_floats(data + 4 * at, from[i] + h * hd, hd);
    return addr;
}

static void lay_cache(struct stamp_netc *n, uint32_t layer, struct stamp_net_layer_at *at)
{
    static const char *const what[] = {"k", "v"};
    const struct stamp_net_kv *k = &n->kv;
    const uint64_t rows = n->ctx;
    char name[STAMP_NAME_MAX + 1];

    for (int i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "cache.%u.%s", layer, what[i]);
        at->codes[i] = stamp_build_bytes(n->b, name, STAMP_STATE, k->chunks * k->chunk_bytes);
        snprintf(name, sizeof name, "cache.%u.%s.tail", layer, what[i]);
        at->tail[i] = stamp_build_bytes(n->b, name, STAMP_STATE, k->chunks * k->tail_bytes);
        snprintf(name, sizeof name, "cache.%u.%s.meta", layer, what[i]);
        at->meta[i] = stamp_build_bytes(n->b, name, STAMP_STATE, k->chunks * rows * k->meta_row);
    }
    snprintf(name, sizeof name, "operands.%u", layer);
    at->ops = stamp_build_bytes(n->b, name, STAMP_STATE, rows / k->batch * k->op_bytes);
}

static void lay_layer(struct stamp_netc *n, uint32_t layer, struct stamp_net_layer_at *at)
{
    const struct stamp_llama *m = n->spec->model;
    const struct stamp_llama_layer *y = &m->layer[layer];
    const uint32_t hd = (uint32_t)m->head_dim;
    char name[STAMP_NAME_MAX + 1];

    for (int i = 0; i < STAMP_NET_HEAD; i++) lay_linear(n, layer, (enum stamp_net_linear)i, at);
    at->bias = lay_bias(n, layer);
    snprintf(name, sizeof name, "%u.norm.att", layer);
    at->norm_att = lay_vector(n, name, y->norm_att, m->dim, n->L, n->L);
    snprintf(name, sizeof name, "%u.norm.ffn", layer);
    at->norm_ffn = lay_vector(n, name, y->norm_ffn, m->dim, n->L, n->L);
    if (y->norm_q) {
        snprintf(name, sizeof name, "%u.norm.q", layer);
        at->norm_q = lay_vector(n, name, y->norm_q, hd, hd, n->hdp);
        snprintf(name, sizeof name, "%u.norm.k", layer);
        at->norm_k = lay_vector(n, name, y->norm_k, hd, hd, n->hdp);
    }
    lay_cache(n, layer, at);
}

static void lay_layers(struct stamp_netc *n)
{
    const uint32_t layers = (uint32_t)n->spec->model->layers;

    n->layer_lo = n->b->dram;
    lay_layer(n, 0, &n->at);
    n->layer_bytes = n->b->dram - n->layer_lo;
    for (uint32_t i = 1; i < layers && !n->b->status; i++) {
        struct stamp_net_layer_at at;
        lay_layer(n, i, &at);
    }
}

/* ---- Everything -------------------------------------------------------------------------------- */

static void lay_temps(struct stamp_netc *n)
{
    const struct stamp_llama *m = n->spec->model;
    const uint64_t rows = n->rows, L = n->L;
    const uint64_t padded = (rows + n->kv.batch - 1) / n->kv.batch * n->kv.batch;

    n->x = stamp_build_matrix(n->b, "x", STAMP_TEMP, STAMP_FMT_F32, rows, m->dim);
    n->h = stamp_build_matrix(n->b, "h", STAMP_TEMP, STAMP_FMT_F32, rows, m->dim);
    n->qkv = stamp_build_matrix(n->b, "qkv", STAMP_STATE, STAMP_FMT_F32, padded,
                                (n->ql + 2 * n->kvl) * L);
    n->att = stamp_build_matrix(n->b, "att", STAMP_TEMP, STAMP_FMT_F32, rows, n->ql * L);
    n->ff = stamp_build_matrix(n->b, "ff", STAMP_TEMP, STAMP_FMT_F32, rows, m->hidden);
    n->logits = stamp_build_matrix(n->b, "logits", STAMP_OUTPUT, STAMP_FMT_F32,
                                   n->spec->last_logits ? 1 : rows, m->vocab);
}

static void lay_apart(struct stamp_netc *n, enum stamp_net_linear which, const char *prefix)
{
    struct stamp_net_part *p = &n->part[which];
    const uint64_t s = p->l.work.s;
    char name[STAMP_NAME_MAX + 1];

    if (!p->apart) return;
    snprintf(name, sizeof name, "%.50s.t", prefix);
    p->t = stamp_build_matrix(n->b, name, STAMP_TEMP, STAMP_FMT_F32, s, p->l.work.d);
    snprintf(name, sizeof name, "%.50s.z", prefix);
    p->z = stamp_build_matrix(n->b, name, STAMP_TEMP, STAMP_FMT_F32, s, p->l.work.n);
    snprintf(name, sizeof name, "%.50s.u", prefix);
    p->u = stamp_build_matrix(n->b, name, STAMP_TEMP, STAMP_FMT_F32, s, p->l.work.n);
}

/* Row tables of every part; buffers of parts whose transform stands apart. */
static void lay_parts(struct stamp_netc *n, const char *prefix)
{
    char name[STAMP_NAME_MAX + 1];

    for (int i = 0; i < STAMP_NET_LINEARS && !n->b->status; i++) {
        const struct stamp_linear_size size = stamp_linear_slots(&n->part[i].l);
        n->part[i].weights = size.weights;
        n->part[i].columns = size.columns;
        snprintf(name, sizeof name, "%s%s", prefix, stamp_net_linear_name[i]);
        stamp_linear_lay_tables(&n->part[i].l, name);
        lay_apart(n, (enum stamp_net_linear)i, name);
    }
}

static void set_addresses(struct stamp_netc *n)
{
    for (int i = 0; i < STAMP_NET_LINEARS && !n->b->status; i++)
        stamp_linear_at(&n->part[i].l, n->at.w[i], n->at.columns[i]);
    n->part[STAMP_NET_QKV].l.bias = n->at.bias;
}

void stamp_netc_lay_step(struct stamp_netc *n, const struct stamp_netc *prefill)
{
    const struct stamp_llama *m = n->spec->model;
    const uint64_t spare = n->mach->P / 2 * (uint64_t)n->hdp; /* queries come in whole groups */

    n->prefill = prefill;
    n->rows = 1;
    n->tokens = stamp_build_bytes(n->b, "token", STAMP_INPUT, 4);
    n->x = stamp_build_matrix(n->b, "step.x", STAMP_TEMP, STAMP_FMT_F32, 1, m->dim);
    n->h = stamp_build_matrix(n->b, "step.h", STAMP_TEMP, STAMP_FMT_F32, 1, m->dim);
    n->qkv = stamp_build_matrix(n->b, "step.qkv", STAMP_STATE, STAMP_FMT_F32, 1,
                                (uint64_t)(n->ql + 2 * n->kvl) * n->L + spare);
    n->att =
        stamp_build_matrix(n->b, "step.att", STAMP_TEMP, STAMP_FMT_F32, 1, (uint64_t)n->ql * n->L);
    n->ff = stamp_build_matrix(n->b, "step.ff", STAMP_TEMP, STAMP_FMT_F32, 1, m->hidden);
    n->logits = stamp_build_matrix(n->b, "step.logits", STAMP_OUTPUT, STAMP_FMT_F32, 1, m->vocab);
    n->scratch = stamp_build_bytes(n->b, "step.rows", STAMP_STATE,
                                   (uint64_t)n->kv.batch * n->kv.heads * n->hdp * 4);
    stamp_netc_tile(n);
    lay_parts(n, "step.");
    set_addresses(n);
}

void stamp_netc_lay(struct stamp_netc *n)
{
    n->tokens = stamp_build_bytes(n->b, "tokens", STAMP_INPUT, 4 * (uint64_t)n->rows);
    lay_temps(n);
    stamp_netc_tile(n);
    lay_parts(n, "");
    lay_constants(n);
    lay_rope(n);
    lay_embedding(n);
    lay_layers(n);
    lay_linear(n, 0, STAMP_NET_HEAD, &n->at);
    n->norm_out = lay_vector(n, "norm.out", n->spec->model->norm, n->spec->model->dim, n->L, n->L);
    set_addresses(n);
}
