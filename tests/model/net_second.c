/* SPDX-License-Identifier: Apache-2.0 */
/* net_second.c - whole networks from the page. Contract in net_second.h. */
#include "tests/model/net_second.h"

#include <math.h>
#include <string.h>

#include "tests/oracle/fn.h"
#include "tests/oracle/softfloat.h"

enum { W = SECOND_WIDTH, T = SECOND_TOKENS, KEYS = 256 };

typedef uint32_t rows_t[T][W];

static uint32_t bits_of(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return so_less(a, b) ? b : a;
}

/* Section 6. Codes minus zero of n values. @return scale */
static uint32_t quantize(unsigned bits, bool sym, int max, uint32_t n, const uint32_t *x, int *code)
{
    uint32_t lo = 0, hi = 0;
    for (uint32_t k = 0; k < n; k++) {
        if (so_less(x[k], lo)) lo = x[k];
        if (so_less(hi, x[k])) hi = x[k];
    }
    if (!max) max = sym ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
    const uint32_t r = sym ? larger(so_neg(lo), hi) : so_sub(hi, lo);
    const bool dead = so_less(r, 0x0d800000); /* 2^-100 */
    const uint32_t inv = dead ? 0 : so_div(so_from_s32(max), r);
    int zero = sym || dead ? 0 : so_rne_int10(so_mul(so_neg(lo), inv));
    if (zero > max) zero = max;
    for (uint32_t k = 0; k < n; k++) {
        const int least = sym ? -max : 0, q = so_rne_int10(so_mul(x[k], inv)) + zero;
        code[k] = (q < least ? least : q > max ? max : q) - zero;
    }
    return dead ? 0 : so_div(r, so_from_s32(max));
}

/* n rows of w columns, pairs at distance step among multiples of it: MEAN, or SUM. */
static void haar_level(uint32_t (*x)[W], uint32_t first, uint32_t n, uint32_t w, uint32_t step,
                       bool undo)
{
    for (uint32_t i = 0; i + step < n; i += 2 * step)
        for (uint32_t c = 0; c < w; c++) {
            uint32_t *a = &x[first + i][c], *b = &x[first + i + step][c];
            const uint32_t sum = so_add(*a, *b), difference = so_sub(*a, *b);
            *a = undo ? sum : so_half(sum);
            *b = undo ? difference : so_half(difference);
        }
}

static void haar(uint32_t (*x)[W], uint32_t first, uint32_t n, uint32_t w, uint32_t depth)
{
    for (uint32_t l = 0; l < depth; l++) haar_level(x, first, n, w, 1u << l, false);
}

static void unhaar(uint32_t (*x)[W], uint32_t first, uint32_t n, uint32_t w, uint32_t depth)
{
    for (uint32_t l = depth; l-- > 0;) haar_level(x, first, n, w, 1u << l, true);
}

static uint32_t depth_of(const struct stamp_scheme *q, uint32_t s)
{
    uint32_t coarse = s - q->sink, depth = 0;
    if (q->transform == STAMP_NONE || q->act_bits == 32) return 0;
    if (q->depth >= 0) return (uint32_t)q->depth;
    for (; coarse > 1 && coarse + q->sink > q->high_rows; depth++) coarse = (coarse + 1) / 2;
    return depth;
}

/* Canonical index: how many rows come before this one, band by band. */
static uint32_t place(const struct stamp_scheme *q, uint32_t s, uint32_t depth, uint32_t row)
{
    const uint32_t n = s - q->sink;
    uint32_t at = q->sink;
    if (q->sink && row == 0) return 0;
    row -= q->sink;
    for (uint32_t i = 0; i < n; i += 1u << depth, at++)
        if (i == row) return at;
    for (uint32_t step = 1u << depth; step > 1; step /= 2)
        for (uint32_t i = step / 2; i < n; i += step, at++)
            if (i == row) return at;
    return at;
}

/* Section 7.1: activations as they are, the values of the weights' codes. */
static void linear_f32(uint32_t s, rows_t x, const struct stamp_weights *w, rows_t y)
{
    for (uint32_t r = 0; r < s; r++)
        for (uint32_t j = 0; j < w->n; j++) {
            y[r][j] = 0;
            for (uint32_t k = 0; k < w->d; k++) {
                const uint32_t scale = bits_of(w->scale[j * w->nb + (w->block ? k / w->block : 0)]);
                const uint32_t value = so_mul(so_from_s32(w->code[j * w->d + k]), scale);
                y[r][j] = so_add(y[r][j], so_mul(x[r][k], value));
            }
        }
}

/* Sections 5 to 7: y = the layer of x[s], which stays. */
static void linear(const struct stamp_scheme *q, uint32_t s, rows_t x,
                   const struct stamp_weights *w, const float *bias, rows_t y)
{
    static rows_t t;
    const uint32_t depth = depth_of(q, s), n = s - q->sink;

    memcpy(t, x, s * sizeof t[0]);
    haar(t, q->sink, n, w->d, depth);
    if (q->act_bits == 32) linear_f32(s, x, w, y);
    for (uint32_t r = 0; r < s && q->act_bits != 32; r++) {
        const unsigned bits = place(q, s, depth, r) < q->high_rows ? q->high_bits : q->act_bits;
        const uint32_t step = w->block ? w->block : w->d;
        for (uint32_t at = 0, b = 0; at < w->d; at += step, b++) {
            const uint32_t len = w->d - at < step ? w->d - at : step;
            int code[W];
            const uint32_t sx = quantize(bits, q->symmetric, 0, len, t[r] + at, code);
            for (uint32_t j = 0; j < w->n; j++) {
                int32_t acc = 0;
                for (uint32_t k = 0; k < len; k++) acc += code[k] * w->code[j * w->d + at + k];
                const uint32_t sw = bits_of(w->scale[j * w->nb + b]);
                const uint32_t v = so_mul(so_mul(so_from_s32(acc), sx), sw);
                y[r][j] = b == 0 ? v : so_add(y[r][j], v);
            }
        }
    }
    unhaar(y, q->sink, n, w->n, depth);
    for (uint32_t r = 0; bias && r < s; r++)
        for (uint32_t j = 0; j < w->n; j++) y[r][j] = so_add(y[r][j], bits_of(bias[j]));
}

/* Section 8. */
static void rmsnorm(uint32_t n, const uint32_t *x, const float *gain, float eps, uint32_t *y)
{
    uint32_t square[W];
    for (uint32_t i = 0; i < n; i++) square[i] = so_mul(x[i], x[i]);
    const uint32_t c = so_div(so_from_s32(1), so_from_s32((int32_t)n));
    const uint32_t r = so_rsqrt(so_reduce(n, square), c, bits_of(eps));
    for (uint32_t i = 0; i < n; i++) y[i] = so_mul(so_mul(x[i], r), bits_of(gain[i]));
}

static void rope(uint32_t hd, const double *frequency, uint32_t position, uint32_t *x)
{
    for (uint32_t i = 0; i < hd / 2; i++) {
        const uint32_t c = bits_of((float)cos(position * frequency[i]));
        const uint32_t s = bits_of((float)sin(position * frequency[i]));
        const uint32_t a = x[2 * i], b = x[2 * i + 1];
        x[2 * i] = so_add(so_mul(a, c), so_mul(b, so_neg(s)));
        x[2 * i + 1] = so_add(so_mul(b, c), so_mul(a, s));
    }
}

/* Section 9, the cache. One head's rows in f32, from token first on, to their operands. */
static void operands(struct second_side *to, uint32_t head, uint32_t hd, uint32_t first, uint32_t n,
                     uint32_t (*x)[W])
{
    for (uint32_t i = 0; i < n; i++)
        to->scale[first + i][head] =
            quantize(8, true, 119, hd, x[i], to->digit[first + i] + head * hd);
}

static void through_code(unsigned bits, uint32_t hd, uint32_t *x)
{
    int code[W];
    const uint32_t scale = quantize(bits, false, 0, hd, x, code);
    for (uint32_t i = 0; i < hd; i++) x[i] = so_mul(so_from_s32(code[i]), scale);
}

static void complete_block(const struct second_net *t, struct second_side *to, uint32_t head,
                           uint32_t first, uint32_t (*x)[W])
{
    const uint32_t hd = t->m->shape.head_dim, m = t->kv.block, n = 1u << m;
    if (!t->kv.plain) haar(x, 0, n, hd, m);
    for (uint32_t i = 0; i < n; i++) through_code(i == 0 ? 8 : 4, hd, x[i]);
    if (!t->kv.plain) unhaar(x, 0, n, hd, m);
    operands(to, head, hd, first, n, x);
}

static void single_row(const struct second_net *t, struct second_side *to, uint32_t head,
                       uint32_t at, const uint32_t *x)
{
    const uint32_t hd = t->m->shape.head_dim;
    uint32_t row[1][W];
    memcpy(row[0], x, hd * sizeof *x);
    if (t->kv.bits != 32) through_code(8, hd, row[0]);
    memcpy(to->row[at] + head * hd, row[0], hd * sizeof *x);
    operands(to, head, hd, at, 1, row);
}

static void cache(struct second_net *t, struct second_side *to, rows_t x, uint32_t n, bool step)
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

/* Section 9, one key block of one row: q digits, scale sq, keys j of the block up to position t. */
static void key_block(const struct second_net *t, uint32_t layer, uint32_t kv, uint32_t block,
                      uint32_t at, const int *q, uint32_t sq, struct running *run)
{
    const uint32_t hd = t->m->shape.head_dim, c = bits_of((float)(1 / sqrt(hd)));
    const struct second_side *k = &t->k[layer], *v = &t->v[layer];
    uint32_t s[KEYS], e[KEYS] = {0}, w[KEYS] = {0}, m = 0;
    int p[KEYS];

    for (uint32_t j = 0; j < KEYS && block * KEYS + j <= at; j++) {
        const uint32_t key = block * KEYS + j;
        int32_t sum = 0;
        for (uint32_t d = 0; d < hd; d++) sum += q[d] * k->digit[key][kv * hd + d];
        s[j] = so_mul(so_mul(so_from_s32(sum), sq), k->scale[key][kv]);
        m = j == 0 ? s[0] : larger(m, s[j]);
    }
    if (block > 0) m = larger(run->m, m);
    for (uint32_t j = 0; j < KEYS && block * KEYS + j <= at; j++) {
        e[j] = so_exp(so_mul(so_sub(s[j], m), c));
        w[j] = so_mul(e[j], v->scale[block * KEYS + j][kv]);
    }
    const uint32_t sum = so_reduce(KEYS, e), sp = quantize(8, true, 119, KEYS, w, p);
    const uint32_t a = block > 0 ? so_exp(so_mul(so_sub(run->m, m), c)) : 0;
    for (uint32_t d = 0; d < hd; d++) {
        int32_t acc = 0;
        for (uint32_t j = 0; j < KEYS && block * KEYS + j <= at; j++)
            acc += p[j] * v->digit[block * KEYS + j][kv * hd + d];
        const uint32_t o = so_mul(so_mul(so_from_s32(acc), sp), so_from_s32(1));
        run->o[d] = block > 0 ? so_add(so_mul(run->o[d], a), o) : o;
    }
    run->l = block > 0 ? so_add(so_mul(run->l, a), sum) : sum;
    run->m = m;
}

static void attention(const struct second_net *t, uint32_t layer, rows_t q, uint32_t n, rows_t out)
{
    const struct stamp_net_shape *s = &t->m->shape;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t h = 0; h < s->heads; h++) {
            struct running run = {0};
            int digit[W];
            const uint32_t sq = quantize(8, true, 119, s->head_dim, q[i] + h * s->head_dim, digit);
            for (uint32_t b = 0; b <= (t->pos + i) / KEYS; b++)
                key_block(t, layer, h / (s->heads / s->kv_heads), b, t->pos + i, digit, sq, &run);
            const uint32_t inverse = so_div(so_from_s32(1), run.l);
            for (uint32_t d = 0; d < s->head_dim; d++)
                out[i][h * s->head_dim + d] = so_mul(run.o[d], inverse);
        }
}

static void add(rows_t x, rows_t y, uint32_t n, uint32_t w)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t c = 0; c < w; c++) x[i][c] = so_add(x[i][c], y[i][c]);
}

/* Section 10. */
static void layer(struct second_net *t, uint32_t i, uint32_t n, bool step, rows_t x)
{
    static rows_t h, q, k, v, y, f;
    const struct stamp_net_shape *s = &t->m->shape;
    const struct stamp_net_layer *l = &t->m->layer[i];
    const uint32_t hd = s->head_dim;

    for (uint32_t r = 0; r < n; r++) rmsnorm(s->dim, x[r], l->norm_att, s->eps, h[r]);
    linear(&t->q, n, h, &l->q, l->bias_q, q);
    linear(&t->q, n, h, &l->k, l->bias_k, k);
    linear(&t->q, n, h, &l->v, l->bias_v, v);
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
    linear(&t->q, n, h, &l->o, NULL, y);
    add(x, y, n, s->dim);

    for (uint32_t r = 0; r < n; r++) rmsnorm(s->dim, x[r], l->norm_ffn, s->eps, h[r]);
    linear(&t->q, n, h, &l->gate, NULL, f);
    linear(&t->q, n, h, &l->up, NULL, y);
    for (uint32_t r = 0; r < n; r++)
        for (uint32_t c = 0; c < s->hidden; c++) f[r][c] = so_mul(so_silu(f[r][c]), y[r][c]);
    linear(&t->q, n, f, &l->down, NULL, y);
    add(x, y, n, s->dim);
}

static void forward(struct second_net *t, const int32_t *tokens, uint32_t n, bool step,
                    uint32_t *logits)
{
    static rows_t x, h, y;
    const struct stamp_net_shape *s = &t->m->shape;
    const struct stamp_scheme head = {.transform = STAMP_NONE, .act_bits = 8};

    for (uint32_t i = 0; i < n; i++) {
        float row[W];
        t->m->embed(t->m->embed_ctx, (uint32_t)tokens[i], row);
        for (uint32_t c = 0; c < s->dim; c++) x[i][c] = bits_of(row[c]);
    }
    for (uint32_t i = 0; i < s->layers; i++) layer(t, i, n, step, x);
    for (uint32_t i = 0; i < n; i++) rmsnorm(s->dim, x[i], t->m->norm, s->eps, h[i]);
    linear(&head, n, h, &t->m->head, NULL, y);
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
