/* SPDX-License-Identifier: Apache-2.0 */
/* net_attn.c - attention over the cache. Contract in net_parts.h, value by value attn.h.
 *
 * The rows of a key-value head are its query heads' rows, position by position: up to six of them
 * read the cache together, by the kernel that multiplies token rows and weights. Digits of keys and
 * values lie in it as digit + 128, so that the kernel's sum is 128 times the sum of the row's digits
 * too high. */
#include <string.h>

#include "model/net/net_parts.h"
#include "model/num/attn.h"
#include "model/num/dequant.h"
#include "model/num/digits.h"
#include "model/num/f32.h"
#include "model/num/fn.h"
#include "model/num/matmul_kernel.h"
#include "model/num/norm.h"
#include "model/num/rope.h"
#include "model/num/simd.h"

enum { KEYS = STAMP_KEY_BLOCK, DIGIT_OFFSET = 128 };

struct attn_job {
    struct stamp_net *net;
    const struct stamp_net_rows *r;
    const struct stamp_net_attend *a;
    const struct stamp_net_cache *cache;
};

static void turn_heads(struct stamp_net *net, const struct stamp_net_attend *a, uint32_t heads,
                       const float *gain, float eps, uint32_t row, float *x)
{
    const uint32_t hd = a->head_dim;
    const float *cosine = net->work.cosine + (size_t)row * hd;
    const float *sine = net->work.sine + (size_t)row * hd;

    for (uint32_t h = 0; h < heads; h++, x += hd) {
        if (gain) stamp_net_note(net, stamp_net_norm_overflows(hd, x));
        if (gain) stamp_rmsnorm(hd, x, gain, eps, x);
        if (a->frequency) stamp_rope_apply(hd, cosine, sine, x);
    }
}

static void query_digits(struct stamp_net *net, const struct stamp_net_attend *a, uint32_t row,
                         const float *q)
{
    const uint32_t hd = a->head_dim, heads = a->heads;

    for (uint32_t h = 0; h < heads; h++, q += hd) {
        const size_t at = ((size_t)(h / a->group) * net->most_rows + row) * a->group + h % a->group;
        const struct stamp_qparam p =
            stamp_digit_params(stamp_range_widen(stamp_range_empty(), hd, q));
        int8_t *code = net->work.q_digit + at * a->q_stride;
        int32_t sum = 0;

        stamp_digit_codes(p.inv, hd, q, code);
        for (uint32_t i = 0; i < hd; i++) sum += code[i];
        net->work.q_sum[at] = sum;
        net->work.q_scale[at] = p.scale;
    }
}

static void turn_row(void *ctx, uint32_t row, uint32_t worker)
{
    const struct attn_job *j = ctx;
    const struct stamp_net_rows *r = j->r;
    const struct stamp_net_attend *a = j->a;

    (void)worker;
    if (row < r->keys) {
        float *k = r->k + (size_t)row * a->kv_width;
        turn_heads(j->net, a, a->kv_heads, r->gain_k, r->eps_k, row, k);
        stamp_net_note(j->net, stamp_f32_find_nonfinite(a->kv_width, k) < a->kv_width);
    }
    if (row >= r->n) return;
    float *q = r->q + (size_t)row * a->q_width;
    turn_heads(j->net, a, a->heads, r->gain_q, r->eps_q, row, q);
    stamp_net_note(j->net, stamp_f32_find_nonfinite(a->q_width, q) < a->q_width);
    query_digits(j->net, a, row, q);
}

void stamp_net_turn(struct stamp_net *net, const struct stamp_net_rows *r)
{
    struct attn_job job = {net, r, r->a, NULL};
    stamp_pool_run(net->pool, r->n > r->keys ? r->n : r->keys, turn_row, &job);
}

/* Up to six rows of a key-value head and what has become of them so far. */
struct rows {
    uint32_t count;
    const int8_t *q;
    const int32_t *q_sum;
    const float *q_scale;
    uint32_t t[STAMP_TILE_ROWS];
    float m[STAMP_TILE_ROWS], l[STAMP_TILE_ROWS];
    float o[STAMP_TILE_ROWS][STAMP_NET_HEAD_DIM_MAX];
    /* Of the current key block: */
    uint32_t width; /* keys looked at: panels up to the last row's position */
    float s[STAMP_TILE_ROWS][KEYS];
    int8_t p[STAMP_TILE_ROWS][KEYS];
    int32_t p_sum[STAMP_TILE_ROWS];
    float p_scale[STAMP_TILE_ROWS], rescale[STAMP_TILE_ROWS];
};

/* One panel of a row; @p high is what the sums are too high. */
INLINE void score_row(const int32_t *restrict acc, int32_t high, float sq, const float *restrict sk,
                      float *restrict s)
{
    for (int c = 0; c < STAMP_PANEL; c++)
        s[c] = stamp_deq_raw(acc[c] - high, (double)sq, (double)sk[c]);
}

/* s = DEQ(sum q k', sq, sk) of rows first .. and every key of the width. */
INLINE void scores(const struct stamp_net_attend *a, const struct stamp_kernel *kernel,
                   struct rows *w, uint32_t first, const uint8_t *k, const float *sk)
{
    int32_t acc[STAMP_TILE_ROWS * STAMP_PANEL];
    const uint32_t rows = w->count - first;

    for (uint32_t at = 0; at < w->width; at += STAMP_PANEL) {
        kernel->tile(rows, a->key_quads, w->q + (size_t)first * a->q_stride, a->q_stride,
                     k + (size_t)at * 4 * a->key_quads, 8, k, acc);
        for (uint32_t r = 0; r < rows; r++) {
            score_row(acc + r * STAMP_PANEL, DIGIT_OFFSET * w->q_sum[first + r],
                      w->q_scale[first + r], sk + at, w->s[first + r] + at);
        }
    }
}

/* Largest of s[n], n a multiple of STAMP_PANEL. */
INLINE float largest(uint32_t n, const float *s)
{
    float max[STAMP_PANEL];

    memcpy(max, s, sizeof max);
    for (uint32_t at = STAMP_PANEL; at < n; at += STAMP_PANEL)
        for (int i = 0; i < STAMP_PANEL; i++)
            max[i] = s[at + (uint32_t)i] > max[i] ? s[at + (uint32_t)i] : max[i];
    for (int half = STAMP_PANEL / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++) max[i] = max[i + half] > max[i] ? max[i + half] : max[i];
    return max[0];
}

/* The softmax of one row's block, @p keys of which are not in its future: digits of w, their scale,
 * and what rescales the sums so far. @return false: a score is not finite */
INLINE bool weigh(struct rows *w, uint32_t r, bool first, uint32_t keys, float c, const float *sv)
{
    float *s = w->s[r], max;
    const bool ok = stamp_f32_find_nonfinite(keys, s) == keys;

    for (uint32_t i = keys; i < w->width; i++) s[i] = s[0];
    max = largest(w->width, s);
    if (!first && w->m[r] > max) max = w->m[r];
    w->rescale[r] = first ? 0 : stamp_exp2(stamp_f32_mul(stamp_f32_sub(w->m[r], max), c));
    w->m[r] = max;

    stamp_exp2_rows(w->width, s, max, c, s);
    for (uint32_t i = keys; i < w->width; i++) s[i] = 0;
    const float sum = stamp_reduce(w->width, s);
    w->l[r] = first ? sum : stamp_f32_add(stamp_f32_mul(w->l[r], w->rescale[r]), sum);
    for (uint32_t i = 0; i < w->width; i++) s[i] *= sv[i];
    for (uint32_t i = keys; i < w->width; i++) s[i] = 0;
    const struct stamp_qparam p =
        stamp_digit_params(stamp_range_widen(stamp_range_empty(), w->width, s));
    stamp_digit_codes(p.inv, w->width, s, w->p[r]);
    w->p_scale[r] = p.scale;
    w->p_sum[r] = 0;
    for (uint32_t i = 0; i < w->width; i++) w->p_sum[r] += w->p[r][i];
    return ok && stamp_f32_is_finite(p.scale);
}

/* One panel of a row; @p high is what the sums are too high. */
INLINE void sum_row(const int32_t *restrict acc, int32_t high, float scale, bool start,
                    float rescale, float *restrict o)
{
    for (int c = 0; c < STAMP_PANEL; c++) {
        const float y = stamp_deq_raw(acc[c] - high, (double)scale, 1.0);
        o[c] = start ? y : o[c] * rescale + y;
    }
}

/* o = o' or ADD(MUL(o, a), o'), o' = DEQ(sum p v', sp, 1) of rows first ... */
INLINE void gather(const struct stamp_net_attend *a, const struct stamp_kernel *kernel,
                   struct rows *w, uint32_t first, bool start, const uint8_t *v)
{
    int32_t acc[STAMP_TILE_ROWS * STAMP_PANEL];
    const uint32_t rows = w->count - first;

    for (uint32_t panel = 0; panel < a->value_panels; panel++) {
        kernel->tile(rows, w->width / 4, w->p[first], KEYS, v + (size_t)panel * KEYS * STAMP_PANEL,
                     8, v, acc);
        for (uint32_t r = first; r < w->count; r++) {
            sum_row(acc + (r - first) * STAMP_PANEL, DIGIT_OFFSET * w->p_sum[r], w->p_scale[r],
                    start, w->rescale[r], w->o[r] + panel * STAMP_PANEL);
        }
    }
}

INLINE void key_block(const struct attn_job *j, uint32_t head, uint32_t block, struct rows *w,
                      bool *ok)
{
    const struct stamp_net_attend *a = j->a;
    const struct stamp_kernel *kernel = stamp_kernel_of(STAMP_PATH_BEST);
    const size_t at = (size_t)block * a->kv_heads + head;
    const uint32_t from = block * KEYS, last = w->t[w->count - 1] - from;
    const float c = stamp_attn_scale(a->head_dim);
    uint32_t first = 0;

    while (w->t[first] < from) first++;
    w->width = last >= KEYS ? KEYS : (last / STAMP_PANEL + 1) * STAMP_PANEL;
    scores(a, kernel, w, first, j->cache->k + at * KEYS * 4 * a->key_quads,
           j->cache->sk + at * KEYS);
    for (uint32_t r = first; r < w->count; r++) {
        const uint32_t seen = w->t[r] - from + 1;
        *ok &= weigh(w, r, block == 0, seen < KEYS ? seen : KEYS, c, j->cache->sv + at * KEYS);
    }
    gather(a, kernel, w, first, block == 0,
           j->cache->v + at * a->value_panels * KEYS * STAMP_PANEL);
}

AVX2 static void key_block_avx2(const struct attn_job *j, uint32_t head, uint32_t block,
                                struct rows *w, bool *ok)
{
    key_block(j, head, block, w, ok);
}

AVX512 static void key_block_avx512(const struct attn_job *j, uint32_t head, uint32_t block,
                                    struct rows *w, bool *ok)
{
    key_block(j, head, block, w, ok);
}

static void key_block_best(const struct attn_job *j, uint32_t head, uint32_t block, struct rows *w,
                           bool *ok)
{
    if (HAS_AVX512)
        key_block_avx512(j, head, block, w, ok);
    else if (HAS_AVX2)
        key_block_avx2(j, head, block, w, ok);
    else
        key_block(j, head, block, w, ok);
}

/* Item: up to six rows of a key-value head, the longest first. */
static void attend(void *ctx, uint32_t item, uint32_t worker)
{
    const struct attn_job *j = ctx;
    const struct stamp_net_attend *a = j->a;
    struct stamp_net *net = j->net;
    const uint32_t heads = a->kv_heads, hd = a->head_dim, all = j->r->n * a->group;
    const uint32_t tiles = (all + STAMP_TILE_ROWS - 1) / STAMP_TILE_ROWS;
    const uint32_t head = item % heads, at = (tiles - 1 - item / heads) * STAMP_TILE_ROWS;
    const size_t q_at = (size_t)head * net->most_rows * a->group + at;
    struct rows w;
    bool ok = true;

    (void)worker;
    w.count = all - at < STAMP_TILE_ROWS ? all - at : STAMP_TILE_ROWS;
    w.q = net->work.q_digit + q_at * a->q_stride;
    w.q_sum = net->work.q_sum + q_at;
    w.q_scale = net->work.q_scale + q_at;
    for (uint32_t r = 0; r < w.count; r++)
        w.t[r] = a->causal ? net->position + (at + r) / a->group : j->r->keys - 1;
    for (uint32_t b = 0; b <= w.t[w.count - 1] / KEYS; b++) key_block_best(j, head, b, &w, &ok);

    for (uint32_t r = 0; r < w.count; r++) {
        float *out = j->r->out + (size_t)((at + r) / a->group) * a->q_width +
                     (size_t)(head * a->group + (at + r) % a->group) * hd;
        const float inverse = stamp_f32_div(1.0f, w.l[r]);
        for (uint32_t i = 0; i < hd; i++) out[i] = stamp_f32_mul(w.o[r][i], inverse);
        ok &= stamp_f32_find_nonfinite(hd, out) == hd;
    }
    stamp_net_note(net, !ok);
}

void stamp_net_attend_rows(struct stamp_net *net, const struct stamp_net_rows *r)
{
    struct attn_job job = {net, r, r->a, &r->a->cache[r->time]};
    const uint32_t tiles = (r->n * r->a->group + STAMP_TILE_ROWS - 1) / STAMP_TILE_ROWS;

    stamp_pool_run(net->pool, tiles * r->a->kv_heads, attend, &job);
}
