/* SPDX-License-Identifier: Apache-2.0 */
/* net_kv.c - the key-value cache of a network. Contract in net_parts.h.
 *
 * Codes of a complete block never change again and are read by nothing but the operands, so that
 * only the operands are kept of them. */
#include <string.h>

#include "model/mem.h"
#include "model/net/net_parts.h"
#include "model/num/digits.h"
#include "model/num/f32.h"
#include "model/num/kv.h"

static uint32_t rows_of_block(const struct stamp_net_attend *a)
{
    return a->kv.bits == 4 ? UINT32_C(1) << a->kv.block : STAMP_NET_KV_CHUNK;
}

/* Digits of one row. @return its scale */
static float digits(const struct stamp_net_attend *a, const float *x, int8_t *to)
{
    const uint32_t hd = a->head_dim;
    const struct stamp_range r = stamp_range_widen(stamp_range_empty(), hd, x);
    const struct stamp_qparam p = stamp_digit_params(r);

    stamp_digit_codes(p.inv, hd, x, to);
    return p.scale;
}

static bool put_key(const struct stamp_net_attend *a, const struct stamp_net_cache *c,
                    uint32_t head, uint32_t key, const float *x)
{
    const uint32_t hd = a->head_dim, in = key % STAMP_KEY_BLOCK;
    const size_t block = (size_t)(key / STAMP_KEY_BLOCK) * a->kv_heads + head;
    uint8_t *to =
        c->k + (block * STAMP_KEY_BLOCK + in / STAMP_PANEL * STAMP_PANEL) * 4 * a->key_quads;
    int8_t code[STAMP_NET_HEAD_DIM_MAX];
    const float scale = digits(a, x, code);

    for (uint32_t i = 0; i < hd; i++)
        to[(i / 4 * STAMP_PANEL + in % STAMP_PANEL) * 4 + i % 4] = (uint8_t)(code[i] + 128);
    c->sk[block * STAMP_KEY_BLOCK + in] = scale;
    return stamp_f32_is_finite(scale);
}

static bool put_value(const struct stamp_net_attend *a, const struct stamp_net_cache *c,
                      uint32_t head, uint32_t key, const float *x)
{
    const uint32_t hd = a->head_dim, in = key % STAMP_KEY_BLOCK;
    const size_t block = (size_t)(key / STAMP_KEY_BLOCK) * a->kv_heads + head;
    const size_t panel_bytes = STAMP_KEY_BLOCK * STAMP_PANEL;
    uint8_t *to = c->v + block * a->value_panels * panel_bytes;
    int8_t code[STAMP_NET_HEAD_DIM_MAX];
    const float scale = digits(a, x, code);

    for (uint32_t i = 0; i < hd; i++)
        to[i / STAMP_PANEL * panel_bytes + (in / 4 * STAMP_PANEL + i % STAMP_PANEL) * 4 + in % 4] =
            (uint8_t)(code[i] + 128);
    c->sv[block * STAMP_KEY_BLOCK + in] = scale;
    return stamp_f32_is_finite(scale);
}

/* Keys or values: what differs between the two. */
struct side {
    bool (*put)(const struct stamp_net_attend *a, const struct stamp_net_cache *c, uint32_t head,
                uint32_t key, const float *x);
    const float *rows; /* [n][kv_width] */
    uint8_t *tail;
    struct stamp_kv_meta *meta;
};

static const struct stamp_net_cache *cache_of(const struct stamp_net_rows *r)
{
    return &r->a->cache[r->time];
}

static struct side side_of(const struct stamp_net_rows *r, bool value)
{
    const struct stamp_net_cache *c = cache_of(r);

    if (value) return (struct side){put_value, r->v, c->tail_v, c->meta_v};
    return (struct side){put_key, r->k, c->tail_k, c->meta_k};
}

struct fill_job {
    struct stamp_net *net;
    const struct stamp_net_rows *r;
};

static void code_block(struct stamp_net *net, const struct stamp_net_rows *r,
                       const struct side *side, uint32_t head, uint32_t first,
                       struct stamp_net_kv_work *w)
{
    const struct stamp_net_attend *a = r->a;
    const struct stamp_kv_scheme kv = a->kv;
    const uint32_t hd = a->head_dim, rows = UINT32_C(1) << kv.block;
    bool ok = true;

    stamp_kv_encode_block(kv, hd, w->x, w->code, w->meta);
    for (uint32_t i = 0; i < rows; i++) ok &= stamp_f32_is_finite(w->meta[i].scale);
    stamp_kv_decode_block(kv, hd, w->code, w->meta, w->x);
    for (uint32_t i = 0; i < rows; i++)
        ok &= side->put(a, cache_of(r), head, first + i, w->x + (size_t)i * hd);
    stamp_net_note(net, !ok);
}

/* One row through its 8-bit code, which is kept when it may be recoded later. */
static void code_row(struct stamp_net *net, const struct stamp_net_rows *r, const struct side *side,
                     uint32_t head, uint32_t key, const float *x, struct stamp_net_kv_work *w)
{
    const struct stamp_net_attend *a = r->a;
    const uint32_t hd = a->head_dim, block = rows_of_block(a);
    uint8_t *code = w->code;
    struct stamp_kv_meta *meta = w->meta;

    if (a->kv.bits == 32) {
        stamp_net_note(net, !side->put(a, cache_of(r), head, key, x));
        return;
    }
    if (a->kv.bits == 4) {
        const size_t at = (size_t)head * block + key % block;
        code = side->tail + at * hd;
        meta = side->meta + at;
    }
    stamp_kv_encode_row(hd, x, code, meta);
    stamp_kv_decode_row(hd, code, *meta, w->x);
    const bool ok = side->put(a, cache_of(r), head, key, w->x);
    stamp_net_note(net, !ok || !stamp_f32_is_finite(meta->scale));
}

/* Item: one block of tokens of one head, or as many without blocks. */
static void fill(void *ctx, uint32_t item, uint32_t worker)
{
    const struct fill_job *j = ctx;
    struct stamp_net *net = j->net;
    const struct stamp_net_attend *a = j->r->a;
    const uint32_t heads = a->kv_heads, hd = a->head_dim;
    const uint32_t rows = rows_of_block(a), head = item % heads, first = item / heads * rows;
    struct stamp_net_kv_work *w = &net->kv[worker];

    for (int value = 0; value < 2; value++) {
        const struct side side = side_of(j->r, value);
        const float *x = side.rows + (size_t)first * a->kv_width + (size_t)head * hd;
        if (a->kv.bits == 4 && first + rows <= j->r->keys) {
            for (uint32_t i = 0; i < rows; i++)
                memcpy(w->x + (size_t)i * hd, x + (size_t)i * a->kv_width, hd * sizeof *x);
            code_block(net, j->r, &side, head, first, w);
            continue;
        }
        for (uint32_t t = first; t < first + rows && t < j->r->keys; t++, x += a->kv_width)
            code_row(net, j->r, &side, head, t, x, w);
    }
}

void stamp_net_kv_fill(struct stamp_net *net, const struct stamp_net_rows *r)
{
    struct fill_job job = {net, r};
    const uint32_t rows = rows_of_block(r->a);

    stamp_pool_run(net->pool, r->a->kv_heads * ((r->keys + rows - 1) / rows), fill, &job);
}

/* A block completed by decoding, from its 8-bit codes. */
static void recode(struct stamp_net *net, const struct stamp_net_rows *r, const struct side *side,
                   uint32_t head, uint32_t first, struct stamp_net_kv_work *w)
{
    const uint32_t hd = r->a->head_dim, rows = rows_of_block(r->a);

    for (uint32_t i = 0; i < rows; i++) {
        const size_t row = (size_t)head * rows + i;
        stamp_kv_decode_row(hd, side->tail + row * hd, side->meta[row], w->x + (size_t)i * hd);
    }
    code_block(net, r, side, head, first, w);
}

/* Item: one head. */
static void append(void *ctx, uint32_t head, uint32_t worker)
{
    const struct fill_job *j = ctx;
    struct stamp_net *net = j->net;
    const struct stamp_net_attend *a = j->r->a;
    const uint32_t hd = a->head_dim, at = net->position, rows = rows_of_block(a);
    struct stamp_net_kv_work *w = &net->kv[worker];

    for (int value = 0; value < 2; value++) {
        const struct side side = side_of(j->r, value);
        const float *x = side.rows + (size_t)head * hd;
        /* The step before this one completed a block: its codes make room for this row's. */
        if (a->kv.bits == 4 && at % rows == 0 && at > net->prefilled)
            recode(net, j->r, &side, head, at - rows, w);
        code_row(net, j->r, &side, head, at, x, w);
    }
}

void stamp_net_kv_append(struct stamp_net *net, const struct stamp_net_rows *r)
{
    struct fill_job job = {net, r};

    stamp_pool_run(net->pool, r->a->kv_heads, append, &job);
}

/* Room for @p blocks key blocks in one repetition's cache. */
static bool grow(const struct stamp_net_attend *a, struct stamp_net_cache *c, uint32_t blocks)
{
    const size_t heads = a->kv_heads;
    const size_t k_bytes = heads * STAMP_KEY_BLOCK * 4 * a->key_quads;
    const size_t v_bytes = heads * STAMP_KEY_BLOCK * STAMP_PANEL * a->value_panels;
    const size_t s_bytes = heads * STAMP_KEY_BLOCK * sizeof(float);
    void *k, *v, *sk, *sv;

    if ((k = stamp_grow(c->k, c->blocks, blocks, k_bytes))) c->k = k;
    if ((v = stamp_grow(c->v, c->blocks, blocks, v_bytes))) c->v = v;
    if ((sk = stamp_grow(c->sk, c->blocks, blocks, s_bytes))) c->sk = sk;
    if ((sv = stamp_grow(c->sv, c->blocks, blocks, s_bytes))) c->sv = sv;
    if (!k || !v || !sk || !sv) return false;
    c->blocks = blocks;
    return true;
}

static bool make_tail(const struct stamp_net_attend *a, struct stamp_net_cache *c)
{
    const size_t rows = (size_t)a->kv_heads * rows_of_block(a);

    if (a->kv.bits != 4 || c->meta_v) return true;
    if (!c->tail_k) c->tail_k = stamp_alloc(rows, a->head_dim);
    if (!c->tail_v) c->tail_v = stamp_alloc(rows, a->head_dim);
    if (!c->meta_k) c->meta_k = stamp_alloc(rows, sizeof *c->meta_k);
    if (c->tail_k && c->tail_v && c->meta_k) c->meta_v = stamp_alloc(rows, sizeof *c->meta_v);
    return c->meta_v != NULL;
}

enum stamp_status stamp_net_kv_reserve(struct stamp_net_attend *a, uint32_t keys,
                                       struct stamp_err *e)
{
    const uint32_t need = (keys + STAMP_KEY_BLOCK - 1) / STAMP_KEY_BLOCK;

    for (uint32_t i = 0; i < a->times; i++) {
        struct stamp_net_cache *c = &a->cache[i];
        const uint32_t blocks = need > c->blocks + c->blocks / 2 ? need : c->blocks + c->blocks / 2;
        if (!make_tail(a, c) || (need > c->blocks && !grow(a, c, blocks)))
            return stamp_fail(e, STAMP_ENOMEM, "out of memory for a cache of %u tokens", keys);
    }
    return STAMP_OK;
}

void stamp_net_kv_free(struct stamp_net_attend *a)
{
    for (uint32_t i = 0; a->cache && i < a->times; i++) {
        struct stamp_net_cache *c = &a->cache[i];
        stamp_free(c->k);
        stamp_free(c->v);
        stamp_free(c->sk);
        stamp_free(c->sv);
        stamp_free(c->tail_k);
        stamp_free(c->tail_v);
        stamp_free(c->meta_k);
        stamp_free(c->meta_v);
    }
    stamp_free(a->cache);
}
