/* SPDX-License-Identifier: Apache-2.0 */
/* net_second.c - whole networks from the page. Contract in net_second.h. */
#include "tests/model/net_second.h"

#include <math.h>
#include <string.h>

#include "tests/oracle/fn.h"
#include "tests/oracle/softfloat.h"

enum { W = SECOND_WIDTH, T = SECOND_TOKENS, KEYS = 256 };

/* Section 8. */
static void rmsnorm(uint32_t n, const uint32_t *x, const float *gain, float eps, uint32_t *y)
{
    uint32_t square[W];
    for (uint32_t i = 0; i < n; i++) square[i] = so_mul(x[i], x[i]);
    const uint32_t c = so_div(so_from_s32(1), so_from_s32((int32_t)n));
    const uint32_t r = so_rsqrt(so_reduce(n, square), c, second_bits(eps));
    for (uint32_t i = 0; i < n; i++) y[i] = so_mul(so_mul(x[i], r), second_bits(gain[i]));
}

static void rope(uint32_t hd, const double *frequency, uint32_t position, uint32_t *x)
{
    for (uint32_t i = 0; i < hd / 2; i++) {
        const uint32_t c = second_bits((float)cos(position * frequency[i]));
        const uint32_t s = second_bits((float)sin(position * frequency[i]));
        const uint32_t a = x[2 * i], b = x[2 * i + 1];
        x[2 * i] = so_add(so_mul(a, c), so_mul(b, so_neg(s)));
        x[2 * i + 1] = so_add(so_mul(b, c), so_mul(a, s));
    }
}

/* Section 9, the cache. One head's rows in f32, from token first on, to their operands. */
void second_operands(struct second_side *to, uint32_t head, uint32_t hd, uint32_t first, uint32_t n,
                     uint32_t (*x)[W])
{
    for (uint32_t i = 0; i < n; i++)
        to->scale[first + i][head] =
            second_quantize(8, true, 119, hd, x[i], to->digit[first + i] + head * hd);
}

static void through_code(unsigned bits, uint32_t hd, uint32_t *x)
{
    int code[W];
    const uint32_t scale = second_quantize(bits, false, 0, hd, x, code);
    for (uint32_t i = 0; i < hd; i++) x[i] = so_mul(so_from_s32(code[i]), scale);
}

static void complete_block(const struct second_net *t, struct second_side *to, uint32_t head,
                           uint32_t first, uint32_t (*x)[W])
{
    const uint32_t hd = t->m->shape.head_dim, m = t->kv.block, n = 1u << m;
    if (!t->kv.plain) second_haar(x, 0, n, hd, m);
    for (uint32_t i = 0; i < n; i++) through_code(i == 0 ? 8 : 4, hd, x[i]);
    if (!t->kv.plain) second_unhaar(x, 0, n, hd, m);
    second_operands(to, head, hd, first, n, x);
}

static void single_row(const struct second_net *t, struct second_side *to, uint32_t head,
                       uint32_t at, const uint32_t *x)
{
    const uint32_t hd = t->m->shape.head_dim;
    uint32_t row[1][W];
    memcpy(row[0], x, hd * sizeof *x);
    if (t->kv.bits != 32) through_code(8, hd, row[0]);
    memcpy(to->row[at] + head * hd, row[0], hd * sizeof *x);
    second_operands(to, head, hd, at, 1, row);
}

static void cache(struct second_net *t, struct second_side *to, second_rows x, uint32_t n,
                  bool step)
{
    static uint32_t block[T][W];
    const uint32_t hd = t->m->shape.head_dim, size = 1u << t->kv.block;

    for (uint32_t head = 0; head < t->m->shape.kv_heads; head++) {
        uint32_t at = 0;
        for (; !step && t->kv.bits == 4 && at + size <= n; at += size) {
            for (uint32_t i = 0; i < size; i++)
                memcpy(block[i], x[at + i] + head * hd, hd * sizeof **x);
            complete_block(t, to, head, at, block);
        }
        for (; at < n; at++) single_row(t, to, head, t->pos + at, x[at] + head * hd);
    }
}

/* Behind the attention of a step that completed a block. */
static void recode(struct second_net *t, struct second_side *to)
{
    static uint32_t block[T][W];
    const uint32_t hd = t->m->shape.head_dim, size = 1u << t->kv.block;

    if (t->kv.bits != 4 || (t->pos + 1) % size != 0) return;
    for (uint32_t head = 0; head < t->m->shape.kv_heads; head++) {
        const uint32_t first = t->pos + 1 - size;
        for (uint32_t i = 0; i < size; i++)
            memcpy(block[i], to->row[first + i] + head * hd, hd * sizeof **block);
        complete_block(t, to, head, first, block);
    }
}

struct running {
    uint32_t m, l, o[W];
};

/* Section 9, one key block of one row: q digits, scale sq, keys of the block up to position last. */
static void key_block(const struct second_heads *a, uint32_t kv, uint32_t block, uint32_t last,
                      const int *q, uint32_t sq, struct running *run)
{
    const uint32_t hd = a->head_dim, c = second_bits((float)(1.4426950408889634 / sqrt(hd)));
    uint32_t s[KEYS], e[KEYS] = {0}, w[KEYS] = {0}, m = 0;
    int p[KEYS];

    for (uint32_t j = 0; j < KEYS && block * KEYS + j <= last; j++) {
        const uint32_t key = block * KEYS + j;
        int32_t sum = 0;
        for (uint32_t d = 0; d < hd; d++) sum += q[d] * a->k->digit[key][kv * hd + d];
        s[j] = so_deq(sum, sq, a->k->scale[key][kv]);
        m = j == 0 ? s[0] : second_larger(m, s[j]);
    }
    if (block > 0) m = second_larger(run->m, m);
    for (uint32_t j = 0; j < KEYS && block * KEYS + j <= last; j++) {
        e[j] = so_exp2(so_mul(so_sub(s[j], m), c));
        w[j] = so_mul(e[j], a->v->scale[block * KEYS + j][kv]);
    }
    const uint32_t sum = so_reduce(KEYS, e), sp = second_quantize(8, true, 119, KEYS, w, p);
    const uint32_t fade = block > 0 ? so_exp2(so_mul(so_sub(run->m, m), c)) : 0;
    for (uint32_t d = 0; d < hd; d++) {
        int32_t acc = 0;
        for (uint32_t j = 0; j < KEYS && block * KEYS + j <= last; j++)
            acc += p[j] * a->v->digit[block * KEYS + j][kv * hd + d];
        const uint32_t o = so_deq(acc, sp, so_from_s32(1));
        run->o[d] = block > 0 ? so_add(so_mul(run->o[d], fade), o) : o;
    }
    run->l = block > 0 ? so_add(so_mul(run->l, fade), sum) : sum;
    run->m = m;
}

void second_attend(const struct second_heads *a, uint32_t h, uint32_t last, const uint32_t *q,
                   uint32_t *out)
{
    struct running run = {0};
    int digit[W];
    const uint32_t sq = second_quantize(8, true, 119, a->head_dim, q, digit);

    for (uint32_t b = 0; b <= last / KEYS; b++)
        key_block(a, h / (a->heads / a->kv_heads), b, last, digit, sq, &run);
    const uint32_t inverse = so_div(so_from_s32(1), run.l);
    for (uint32_t d = 0; d < a->head_dim; d++) out[d] = so_mul(run.o[d], inverse);
}

static void attention(const struct second_net *t, uint32_t layer, second_rows q, uint32_t n,
                      second_rows out)
{
    const struct second_shape *s = &t->m->shape;
    const struct second_heads a = {s->heads, s->kv_heads, s->head_dim, &t->k[layer], &t->v[layer]};
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t h = 0; h < s->heads; h++)
            second_attend(&a, h, t->pos + i, q[i] + h * s->head_dim, out[i] + h * s->head_dim);
}

static void add(second_rows x, second_rows y, uint32_t n, uint32_t w)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t c = 0; c < w; c++) x[i][c] = so_add(x[i][c], y[i][c]);
}

static const struct stamp_scheme *scheme(const struct second_net *t, enum second_input i)
{
    return t->own ? &t->own[i] : &t->q;
}

/* Section 10. */
static void layer(struct second_net *t, uint32_t i, uint32_t n, bool step, second_rows x)
{
    static second_rows h, q, k, v, y, f;
    const struct second_shape *s = &t->m->shape;
    const struct second_layer *l = &t->m->layer[i];
    const uint32_t hd = s->head_dim;

    for (uint32_t r = 0; r < n; r++) rmsnorm(s->dim, x[r], l->norm_att, s->eps, h[r]);
    second_linear(scheme(t, SECOND_ATT), n, h, &l->q, l->bias_q, q);
    second_linear(scheme(t, SECOND_ATT), n, h, &l->k, l->bias_k, k);
    second_linear(scheme(t, SECOND_ATT), n, h, &l->v, l->bias_v, v);
    for (uint32_t r = 0; r < n; r++)
        for (uint32_t a = 0; a < s->heads + s->kv_heads; a++) {
            const bool key = a >= s->heads;
            uint32_t *head = key ? k[r] + (a - s->heads) * hd : q[r] + a * hd;
            if (s->qk_norm) rmsnorm(hd, head, key ? l->norm_k : l->norm_q, s->eps, head);
            rope(hd, s->frequency, t->pos + r, head);
        }
    cache(t, &t->k[i], k, n, step);
    cache(t, &t->v[i], v, n, step);
    attention(t, i, q, n, h);
    if (step) recode(t, &t->k[i]);
    if (step) recode(t, &t->v[i]);
    second_linear(scheme(t, SECOND_HEADS), n, h, &l->o, NULL, y);
    add(x, y, n, s->dim);

    for (uint32_t r = 0; r < n; r++) rmsnorm(s->dim, x[r], l->norm_ffn, s->eps, h[r]);
    second_linear(scheme(t, SECOND_FFN), n, h, &l->gate, NULL, f);
    second_linear(scheme(t, SECOND_FFN), n, h, &l->up, NULL, y);
    for (uint32_t r = 0; r < n; r++)
        for (uint32_t c = 0; c < s->hidden; c++) f[r][c] = so_mul(so_silu(f[r][c]), y[r][c]);
    second_linear(scheme(t, SECOND_HIDDEN), n, f, &l->down, NULL, y);
    add(x, y, n, s->dim);
}

static void forward(struct second_net *t, const int32_t *tokens, uint32_t n, bool step,
                    uint32_t *logits)
{
    static second_rows x, h, y;
    const struct second_shape *s = &t->m->shape;
    const struct stamp_scheme head = {.transform = STAMP_NONE, .act_bits = 8};

    for (uint32_t i = 0; i < n; i++) {
        float row[W];
        t->m->embed(t->m->embed_ctx, (uint32_t)tokens[i], row);
        for (uint32_t c = 0; c < s->dim; c++) x[i][c] = second_bits(row[c]);
    }
    for (uint32_t i = 0; i < s->layers; i++) layer(t, i, n, step, x);
    for (uint32_t i = 0; i < n; i++) rmsnorm(s->dim, x[i], t->m->norm, s->eps, h[i]);
    second_linear(&head, n, h, &t->m->head, NULL, y);
    for (uint32_t i = 0; i < n; i++)
        memcpy(logits + (size_t)i * s->vocab, y[i], s->vocab * sizeof *logits);
    t->pos += n;
}

void second_prefill(struct second_net *t, const int32_t *tokens, uint32_t n, uint32_t *logits)
{
    t->pos = 0;
    forward(t, tokens, n, false, logits);
}

void second_step(struct second_net *t, int32_t token, uint32_t *logits)
{
    forward(t, &token, 1, true, logits);
}
