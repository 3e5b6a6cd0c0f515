/* SPDX-License-Identifier: Apache-2.0 */
/* net_second_dit.c - diffusion transformers from the page. Contract in net_second.h. */
#include <string.h>

#include "tests/model/net_second.h"
#include "tests/oracle/fn.h"
#include "tests/oracle/softfloat.h"

enum { W = SECOND_WIDTH, T = SECOND_TOKENS, KEYS = 256, TIME = 256, OUTSIDE = UINT32_MAX };

/* One run: scheme of the products of image tokens, rows of image and text. */
struct run {
    const struct second_dit *m;
    const struct stamp_scheme *q;
    uint32_t n, tokens;
    second_rows text, six;
    uint32_t time[W]; /* embedded */
};

static void see(const struct run *t, const char *name, uint32_t layer, uint32_t rows, uint32_t cols,
                second_rows x)
{
    t->m->see(t->m->ctx, name, layer, rows, cols, x);
}

/* ---- Section 8 --------------------------------------------------------------------------------- */

/* RMS without bias, LAYERNORM with one; heads of unit elements from multiples of 16, 0: none. */
static void norm(uint32_t n, uint32_t unit, const uint32_t *x, const uint32_t *gain,
                 const uint32_t *bias, float eps, uint32_t *y)
{
    const uint32_t u = unit ? unit : n, pitch = unit ? (u + 15) / 16 * 16 : n, all = n / u * pitch;
    const uint32_t c = so_div(so_from_s32(1), so_from_s32((int32_t)n));
    static uint32_t z[16 * W], square[16 * W];

    memset(z, 0, sizeof z);
    for (uint32_t i = 0; i < n; i++) z[i / u * pitch + i % u] = x[i];
    const uint32_t mean = bias ? so_mul(so_reduce(all, z), c) : 0;
    for (uint32_t i = 0; i < n && bias; i++) z[i / u * pitch + i % u] = so_sub(x[i], mean);
    for (uint32_t i = 0; i < all; i++) square[i] = so_mul(z[i], z[i]);
    const uint32_t r = so_rsqrt(so_reduce(all, square), c, second_bits(eps));
    for (uint32_t i = 0; i < n; i++) {
        y[i] = so_mul(so_mul(z[i / u * pitch + i % u], r), gain[i]);
        if (bias) y[i] = so_add(y[i], bias[i]);
    }
}

static void bits_of(uint32_t n, const float *x, uint32_t *u)
{
    for (uint32_t i = 0; i < n; i++) u[i] = second_bits(x[i]);
}

/* RMS of whole rows with a gain; no gain: nothing. */
static void whole_norm(uint32_t rows, uint32_t n, const float *gain, second_rows x)
{
    uint32_t g[W];

    if (!gain) return;
    bits_of(n, gain, g);
    for (uint32_t r = 0; r < rows; r++) norm(n, 0, x[r], g, NULL, 1e-5f, x[r]);
}

/* The rows under the taps from the first of the order on; y = sum + bias. Outside is +0. */
static void depthwise(uint32_t h, uint32_t w, uint32_t kernel, uint32_t stride, uint32_t cols,
                      second_rows x, const float *taps, const float *bias, second_rows y)
{
    static const uint32_t three[] = {4, 0, 1, 2, 3, 5, 6, 7, 8};
    const int pad = stride == 1;

    for (uint32_t p = 0; p < h / stride * (w / stride); p++)
        for (uint32_t c = 0; c < cols; c++) {
            uint32_t sum = 0;
            for (uint32_t i = 0; i < kernel * kernel; i++) {
                const uint32_t t = stride == 1 ? three[i] : i;
                const int row = (int)(p / (w / stride) * stride + t / kernel) - pad;
                const int col = (int)(p % (w / stride) * stride + t % kernel) - pad;
                const bool in = row >= 0 && row < (int)h && col >= 0 && col < (int)w;
                const uint32_t v =
                    so_mul(in ? x[row * (int)w + col][c] : 0, second_bits(taps[t * cols + c]));
                sum = i ? so_add(sum, v) : v;
            }
            y[p][c] = so_add(sum, second_bits(bias[c]));
        }
}

/* ---- Section 9 --------------------------------------------------------------------------------- */

static uint32_t relu(uint32_t x)
{
    return so_less(0, x) ? x : 0;
}

/* Codes of all keys or values of a head. */
struct codes {
    int digit[T][W];
    uint32_t scale[T];
};

static void code(uint32_t keys, uint32_t hd, uint32_t at, bool positive, second_rows x,
                 struct codes *c)
{
    uint32_t row[W];

    for (uint32_t j = 0; j < keys; j++) {
        for (uint32_t i = 0; i < hd; i++) row[i] = positive ? relu(x[j][at + i]) : x[j][at + i];
        c->scale[j] = second_quantize(8, true, 119, hd, row, c->digit[j]);
    }
}

void second_linear_sums(uint32_t keys, uint32_t hd, uint32_t at, second_rows k, second_rows v,
                        struct second_sums *out)
{
    static struct codes ck, cv;
    const uint32_t one = so_up8(so_from_s32(1), 119);

    code(keys, hd, at, true, k, &ck);
    code(keys, hd, at, false, v, &cv);
    for (uint32_t d = 0; d < hd; d++) {
        uint32_t o[W], e[KEYS];
        int p[KEYS];
        for (uint32_t first = 0; first < keys; first += KEYS) {
            const uint32_t n = keys - first < KEYS ? keys - first : KEYS;
            for (uint32_t j = 0; j < n; j++)
                e[j] = so_deq(119 * ck.digit[first + j][d], one, ck.scale[first + j]);
            const uint32_t sum = so_reduce(n, e);
            out->l[d] = first ? so_add(out->l[d], sum) : sum;
            for (uint32_t j = 0; j < n; j++) e[j] = so_mul(e[j], cv.scale[first + j]);
            const uint32_t sp = second_quantize(8, true, 119, n, e, p);
            for (uint32_t c = 0; c < hd; c++) {
                int32_t acc = 0;
                for (uint32_t j = 0; j < n; j++) acc += p[j] * cv.digit[first + j][c];
                const uint32_t part = so_deq(acc, sp, so_from_s32(1));
                o[c] = first ? so_add(o[c], part) : part;
            }
        }
        out->sm[d] = second_quantize(8, true, 119, hd, o, out->m[d]);
    }
}

void second_linear_row(const struct second_sums *s, uint32_t hd, float eps, const uint32_t *q,
                       uint32_t *y)
{
    uint32_t t[W] = {0};
    int w[W];

    for (uint32_t d = 0; d < hd; d++) t[d] = so_mul(relu(q[d]), s->l[d]);
    const uint32_t den = so_add(so_reduce(hd, t), second_bits(eps));
    for (uint32_t d = 0; d < hd; d++) t[d] = so_mul(relu(q[d]), s->sm[d]);
    const uint32_t sw = second_quantize(8, true, 119, hd, t, w);
    for (uint32_t c = 0; c < hd; c++) {
        int32_t acc = 0;
        for (uint32_t d = 0; d < hd; d++) acc += w[d] * s->m[d][c];
        y[c] = so_mul(so_deq(acc, sw, so_from_s32(1)), so_div(so_from_s32(1), den));
    }
}

static void linear_attention(const struct second_dit *m, uint32_t n, second_rows q, second_rows k,
                             second_rows v, second_rows out)
{
    static struct second_sums s;
    for (uint32_t h = 0, hd = m->head_dim; h < m->heads; h++) {
        second_linear_sums(n, hd, h * hd, k, v, &s);
        for (uint32_t r = 0; r < n; r++)
            second_linear_row(&s, hd, 1e-15f, q[r] + h * hd, out[r] + h * hd);
    }
}

/* Every query sees every key. */
static void full_attention(uint32_t heads, uint32_t hd, uint32_t n, uint32_t keys, second_rows q,
                           second_rows k, second_rows v, second_rows out)
{
    static struct second_side sides[2];
    static second_rows head;
    const struct second_heads a = {heads, heads, hd, &sides[0], &sides[1]};

    for (uint32_t h = 0; h < heads; h++)
        for (int side = 0; side < 2; side++) {
            for (uint32_t i = 0; i < keys; i++)
                memcpy(head[i], (side ? v : k)[i] + h * hd, hd * sizeof **k);
            second_operands(&sides[side], h, hd, 0, keys, head);
        }
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t h = 0; h < heads; h++)
            second_attend(&a, h, keys - 1, q[i] + h * hd, out[i] + h * hd);
}

/* ---- Section 10 -------------------------------------------------------------------------------- */

/* A product of kind HEAD. */
static void head(uint32_t n, second_rows x, const struct second_part *p, second_rows y)
{
    const struct stamp_scheme q = {.transform = STAMP_NONE, .act_bits = 8};
    second_linear(&q, n, x, &p->w, p->bias, y);
}

static void body(const struct run *t, second_rows x, const struct second_part *p, second_rows y)
{
    second_linear(t->q, t->n, x, &p->w, p->bias, y);
}

static void each(uint32_t n, uint32_t w, uint32_t (*f)(uint32_t), second_rows x)
{
    for (uint32_t r = 0; r < n; r++)
        for (uint32_t c = 0; c < w; c++) x[r][c] = f(x[r][c]);
}

static void embed_time(struct run *t, const float *time)
{
    static second_rows x, y;
    const struct second_dit *m = t->m;

    bits_of(TIME, time, x[0]);
    head(1, x, &m->time1, y);
    each(1, m->dim, so_silu, y);
    head(1, y, &m->time2, x);
    see(t, "embedded_time", OUTSIDE, 1, m->dim, x);
    memcpy(t->time, x[0], sizeof t->time);
    each(1, m->dim, so_silu, x);
    for (int i = 0; i < 6; i++) {
        head(1, x, &m->six[i], y);
        memcpy(t->six[i], y[0], sizeof y[0]);
    }
}

static void embed_text(struct run *t, const float *text)
{
    static second_rows x;
    const struct second_dit *m = t->m;

    for (uint32_t r = 0; r < t->tokens; r++) bits_of(m->caption, text + r * m->caption, x[r]);
    head(t->tokens, x, &m->caption1, t->text);
    each(t->tokens, m->dim, so_gelu, t->text);
    head(t->tokens, t->text, &m->caption2, x);
    see(t, "caption", OUTSIDE, t->tokens, m->dim, x);
    memcpy(t->text, x, sizeof x);
    whole_norm(t->tokens, m->dim, m->norm_text, t->text);
    if (m->norm_text) see(t, "caption_norm", OUTSIDE, t->tokens, m->dim, t->text);
}

/* LAYERNORM by rows of the network. */
static void modulated(uint32_t n, uint32_t w, float eps, const uint32_t *scale,
                      const uint32_t *shift, second_rows x, second_rows y)
{
    for (uint32_t r = 0; r < n; r++) norm(w, 0, x[r], scale, shift, eps, y[r]);
}

static void add(const struct run *t, const uint32_t *gate, second_rows y, second_rows x)
{
    for (uint32_t r = 0; r < t->n; r++)
        for (uint32_t c = 0; c < t->m->dim; c++)
            x[r][c] = so_add(x[r][c], gate ? so_mul(y[r][c], gate[c]) : y[r][c]);
}

/* Keys or values of fewer points. */
static void squeeze(const struct run *t, const struct second_dit_block *b, second_rows x)
{
    static second_rows y;
    const struct second_dit *m = t->m;
    uint32_t gain[W], bias[W];

    depthwise(m->grid_h, m->grid_w, b->squeeze, b->squeeze, m->dim, x, b->sr, b->sr_bias, y);
    bits_of(m->dim, b->squeeze_gain, gain);
    bits_of(m->dim, b->squeeze_bias, bias);
    for (uint32_t r = 0; r < t->n / b->squeeze / b->squeeze; r++)
        norm(m->dim, m->head_dim, y[r], gain, bias, 1e-5f, x[r]);
}

static void self_attention(const struct run *t, uint32_t at, second_rows h, second_rows out)
{
    static second_rows q, k, v;
    const struct second_dit *m = t->m;
    const struct second_dit_block *b = &m->block[at];
    const uint32_t keys = b->squeeze ? t->n / b->squeeze / b->squeeze : t->n;

    body(t, h, &b->q, q);
    body(t, h, &b->k, k);
    body(t, h, &b->v, v);
    see(t, "q", at, t->n, m->dim, q);
    see(t, "k", at, t->n, m->dim, k);
    see(t, "v", at, t->n, m->dim, v);
    whole_norm(t->n, m->dim, b->gain_q, q);
    whole_norm(t->n, m->dim, b->gain_k, k);
    if (b->squeeze) {
        squeeze(t, b, k), squeeze(t, b, v);
        see(t, "k_squeezed", at, keys, m->dim, k), see(t, "v_squeezed", at, keys, m->dim, v);
    }
    if (m->sana)
        linear_attention(m, t->n, q, k, v, out);
    else
        full_attention(m->heads, m->head_dim, t->n, keys, q, k, v, out);
    see(t, "attention", at, t->n, m->dim, out);
}

static void cross_attention(const struct run *t, uint32_t at, second_rows x, second_rows out)
{
    static second_rows q, k, v, text;
    const struct second_dit *m = t->m;
    const struct second_dit_block *b = &m->block[at];

    memcpy(text, t->text, sizeof text);
    body(t, x, &b->cross_q, q);
    head(t->tokens, text, &b->cross_k, k);
    head(t->tokens, text, &b->cross_v, v);
    see(t, "cross_q", at, t->n, m->dim, q);
    see(t, "cross_k", at, t->tokens, m->dim, k);
    see(t, "cross_v", at, t->tokens, m->dim, v);
    whole_norm(t->n, m->dim, b->gain_cross_q, q);
    whole_norm(t->tokens, m->dim, b->gain_cross_k, k);
    full_attention(m->cross_heads, m->cross_head_dim, t->n, t->tokens, q, k, v, out);
    see(t, "cross", at, t->n, m->dim, out);
}

static void feed_forward(const struct run *t, uint32_t at, second_rows h, second_rows y)
{
    static second_rows a, g, c;
    const struct second_dit *m = t->m;
    const struct second_dit_block *b = &m->block[at];

    if (!m->sana) {
        body(t, h, &b->fc1, a);
        each(t->n, m->hidden, so_gelu, a);
    } else {
        body(t, h, &b->value, a);
        body(t, h, &b->gate, g);
        each(t->n, m->hidden, so_silu, a);
        each(t->n, m->hidden, so_silu, g);
        see(t, "value_silu", at, t->n, m->hidden, a);
        see(t, "gate_silu", at, t->n, m->hidden, g);
        depthwise(m->grid_h, m->grid_w, 3, 1, m->hidden, g, b->taps[1], b->taps_bias[1], c);
        each(t->n, m->hidden, so_silu, c);
        depthwise(m->grid_h, m->grid_w, 3, 1, m->hidden, a, b->taps[0], b->taps_bias[0], g);
        for (uint32_t r = 0; r < t->n; r++)
            for (uint32_t i = 0; i < m->hidden; i++) a[r][i] = so_mul(c[r][i], g[r][i]);
    }
    see(t, "hidden", at, t->n, m->hidden, a);
    body(t, a, m->sana ? &b->point : &b->fc2, y);
}

static void block(const struct run *t, uint32_t at, second_rows x)
{
    static second_rows h, y;
    const struct second_dit *m = t->m;
    const struct second_dit_block *b = &m->block[at];
    uint32_t six[6][W];

    for (int i = 0; i < 6; i++)
        for (uint32_t c = 0; c < m->dim; c++)
            six[i][c] = so_add(t->six[i][c], second_bits(b->table[i][c]));
    modulated(t->n, m->dim, m->eps, six[1], six[0], x, h);
    see(t, "norm_att", at, t->n, m->dim, h);
    self_attention(t, at, h, y);
    body(t, y, &b->o, h);
    add(t, six[2], h, x);
    see(t, "residual_att", at, t->n, m->dim, x);
    cross_attention(t, at, x, y);
    body(t, y, &b->cross_o, h);
    add(t, NULL, h, x);
    see(t, "residual_cross", at, t->n, m->dim, x);
    modulated(t->n, m->dim, m->eps, six[4], six[3], x, h);
    see(t, "norm_ffn", at, t->n, m->dim, h);
    feed_forward(t, at, h, y);
    add(t, six[5], y, x);
    see(t, "residual_ffn", at, t->n, m->dim, x);
}

void second_dit_run(const struct second_dit *m, const struct stamp_scheme *q, const float *pixels,
                    const float *time, const float *text, uint32_t tokens)
{
    static struct run t;
    static second_rows x, h;
    uint32_t scale[W], shift[W];

    t.m = m;
    t.q = q;
    t.n = m->grid_h * m->grid_w;
    t.tokens = tokens;
    for (uint32_t r = 0; r < t.n; r++) bits_of(m->patch_width, pixels + r * m->patch_width, h[r]);
    head(t.n, h, &m->patch, x);
    for (uint32_t r = 0; m->place && r < t.n; r++)
        for (uint32_t c = 0; c < m->dim; c++)
            x[r][c] = so_add(x[r][c], second_bits(m->place[r * m->dim + c]));
    see(&t, "embedding", OUTSIDE, t.n, m->dim, x);
    embed_time(&t, time);
    embed_text(&t, text);
    for (uint32_t i = 0; i < m->layers; i++) block(&t, i, x);
    for (uint32_t c = 0; c < m->dim; c++) {
        scale[c] = so_add(t.time[c], second_bits(m->scale_out[c]));
        shift[c] = so_add(t.time[c], second_bits(m->shift_out[c]));
    }
    modulated(t.n, m->dim, m->eps_out, scale, shift, x, h);
    see(&t, "norm", OUTSIDE, t.n, m->dim, h);
    head(t.n, h, &m->output, x);
    see(&t, "prediction", OUTSIDE, t.n, m->output.w.n, x);
}
