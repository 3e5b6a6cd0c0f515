/* SPDX-License-Identifier: Apache-2.0 */
/* net_second_linear.c - transforms and linear layers from the page. Contract in net_second.h. */
#include <string.h>

#include "tests/model/net_second.h"
#include "tests/oracle/fn.h"
#include "tests/oracle/softfloat.h"

enum { W = SECOND_WIDTH };

/* Section 6. Codes minus zero of n values. @return scale */
uint32_t second_quantize(unsigned bits, bool sym, int max, uint32_t n, const uint32_t *x, int *code)
{
    uint32_t lo = 0, hi = 0;
    for (uint32_t k = 0; k < n; k++) {
        if (so_less(x[k], lo)) lo = x[k];
        if (so_less(hi, x[k])) hi = x[k];
    }
    if (!max) max = sym ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
    const uint32_t r = sym ? second_larger(so_neg(lo), hi) : so_sub(hi, lo);
    const bool dead = so_less(r, 0x0d800000); /* 2^-100 */
    const uint32_t scale = dead ? 0 : so_up8(r, (uint32_t)max);
    const uint32_t inv = dead ? 0 : so_div(so_from_s32(1), scale);
    int zero = sym || dead ? 0 : so_rne_int10(so_mul(so_neg(lo), inv));
    if (zero > max) zero = max;
    for (uint32_t k = 0; k < n; k++) {
        const int least = sym ? -max : 0, q = so_rne_int10(so_mul(x[k], inv)) + zero;
        code[k] = (q < least ? least : q > max ? max : q) - zero;
    }
    return scale;
}

/* n rows of w columns, apart rows from each other; pairs at distance step among multiples of it: MEAN, or
 * SUM. */
static void haar_level(uint32_t (*x)[W], uint32_t first, uint32_t n, uint32_t w, uint32_t apart,
                       uint32_t step, bool undo)
{
    for (uint32_t i = 0; i + step < n; i += 2 * step)
        for (uint32_t c = 0; c < w; c++) {
            uint32_t *a = &x[first + i * apart][c], *b = &x[first + (i + step) * apart][c];
            const uint32_t sum = so_add(*a, *b), difference = so_sub(*a, *b);
            *a = undo ? sum : so_half(sum);
            *b = undo ? difference : so_half(difference);
        }
}

void second_haar(uint32_t (*x)[W], uint32_t first, uint32_t n, uint32_t w, uint32_t depth)
{
    for (uint32_t l = 0; l < depth; l++) haar_level(x, first, n, w, 1u, 1u << l, false);
}

void second_unhaar(uint32_t (*x)[W], uint32_t first, uint32_t n, uint32_t w, uint32_t depth)
{
    for (uint32_t l = depth; l-- > 0;) haar_level(x, first, n, w, 1u, 1u << l, true);
}

/* One level of HAAR2D on a grid behind row first: along W in every row that counts, then along H in every
 * column; undone the other way round. */
static void grid_level(const struct stamp_scheme *q, uint32_t (*x)[W], uint32_t w, uint32_t step,
                       bool undo)
{
    for (int half = 0; half < 2; half++)
        if (undo == (half == 1))
            for (uint32_t r = 0; r < q->grid_h; r += step)
                haar_level(x, q->sink + r * q->grid_w, q->grid_w, w, 1, step, undo);
        else
            for (uint32_t c = 0; c < q->grid_w; c += step)
                haar_level(x, q->sink + c, q->grid_h, w, q->grid_w, step, undo);
}

static void transform(const struct stamp_scheme *q, uint32_t (*x)[W], uint32_t s, uint32_t w,
                      uint32_t depth, bool undo)
{
    if (q->transform == STAMP_WHT || q->transform == STAMP_DCT) {
        second_blocks(q->transform, x + q->sink, s - q->sink, w, depth, undo);
        return;
    }
    if (q->transform != STAMP_HAAR2D) {
        (undo ? second_unhaar : second_haar)(x, q->sink, s - q->sink, w, depth);
        return;
    }
    for (uint32_t l = 0; l < depth; l++)
        grid_level(q, x, w, 1u << (undo ? depth - 1 - l : l), undo);
}

static uint32_t depth_of(const struct stamp_scheme *q, uint32_t s)
{
    const bool grid = q->transform == STAMP_HAAR2D;
    uint32_t h = grid ? q->grid_h : 1, w = grid ? q->grid_w : s - q->sink, depth = 0;
    if (q->transform == STAMP_NONE || q->act_bits == 32) return 0;
    if (q->depth >= 0) return (uint32_t)q->depth;
    if (q->transform == STAMP_WHT || q->transform == STAMP_DCT) return 10;
    for (; h * w > 1 && h * w + q->sink > q->high_rows; depth++) {
        h = (h + 1) / 2;
        w = (w + 1) / 2;
    }
    return depth;
}

/* How many grid points off by (oy, ox) from multiples of step come before (y, x); *in: it is one of them. */
static uint32_t band(const struct stamp_scheme *q, uint32_t step, uint32_t oy, uint32_t ox,
                     uint32_t y, uint32_t x, bool *in)
{
    uint32_t at = 0;
    *in = false;
    for (uint32_t r = oy; r < q->grid_h; r += step)
        for (uint32_t c = ox; c < q->grid_w; c += step, at++)
            if (r == y && c == x) {
                *in = true;
                return at;
            }
    return at;
}

static uint32_t grid_place(const struct stamp_scheme *q, uint32_t depth, uint32_t row)
{
    const uint32_t y = (row - q->sink) / q->grid_w, x = (row - q->sink) % q->grid_w;
    uint32_t at = q->sink;
    bool in;
    if (q->sink && row == 0) return 0;
    at += band(q, 1u << depth, 0, 0, y, x, &in);
    for (uint32_t step = 1u << depth; step > 1 && !in; step /= 2) /* LH, HL, HH */
        for (int b = 1; b < 4 && !in; b++)
            at += band(q, step, b & 1 ? step / 2 : 0, b & 2 ? step / 2 : 0, y, x, &in);
    return at;
}

/* Canonical index: how many rows come before this one, band by band. */
static uint32_t place(const struct stamp_scheme *q, uint32_t s, uint32_t depth, uint32_t row)
{
    const uint32_t n = s - q->sink;
    uint32_t at = q->sink;
    if (q->transform == STAMP_HAAR2D) return grid_place(q, depth, row);
    if (q->sink && row == 0) return 0;
    row -= q->sink;
    if (q->transform == STAMP_WHT || q->transform == STAMP_DCT)
        return at + second_blocks_place(q->transform, n, depth, row);
    for (uint32_t i = 0; i < n; i += 1u << depth, at++)
        if (i == row) return at;
    for (uint32_t step = 1u << depth; step > 1; step /= 2)
        for (uint32_t i = step / 2; i < n; i += step, at++)
            if (i == row) return at;
    return at;
}

/* Section 7.1: activations as they are, the values of the weights' codes. */
static void linear_f32(uint32_t s, second_rows x, const struct stamp_weights *w, second_rows y)
{
    for (uint32_t r = 0; r < s; r++)
        for (uint32_t j = 0; j < w->n; j++) {
            y[r][j] = 0;
            for (uint32_t k = 0; k < w->d; k++) {
                const uint32_t scale =
                    second_bits(w->scale[j * w->nb + (w->block ? k / w->block : 0)]);
                const uint32_t value = so_mul(so_from_s32(w->code[j * w->d + k]), scale);
                y[r][j] = so_add(y[r][j], so_mul(x[r][k], value));
            }
        }
}

/* Sections 5 to 7: y = the layer of x[s], which stays. */
void second_linear(const struct stamp_scheme *q, uint32_t s, second_rows x,
                   const struct stamp_weights *w, const float *bias, second_rows y)
{
    static second_rows t;
    const uint32_t depth = depth_of(q, s);

    memcpy(t, x, s * sizeof t[0]);
    transform(q, t, s, w->d, depth, false);
    if (q->act_bits == 32) linear_f32(s, x, w, y);
    for (uint32_t r = 0; r < s && q->act_bits != 32; r++) {
        const unsigned bits = place(q, s, depth, r) < q->high_rows ? q->high_bits : q->act_bits;
        const uint32_t step = w->block ? w->block : w->d;
        for (uint32_t at = 0, b = 0; at < w->d; at += step, b++) {
            const uint32_t len = w->d - at < step ? w->d - at : step;
            int code[W];
            const uint32_t sx = second_quantize(bits, q->symmetric, 0, len, t[r] + at, code);
            for (uint32_t j = 0; j < w->n; j++) {
                int32_t acc = 0;
                for (uint32_t k = 0; k < len; k++) acc += code[k] * w->code[j * w->d + at + k];
                const uint32_t sw = second_bits(w->scale[j * w->nb + b]);
                const uint32_t v = so_deq(acc, sx, sw);
                y[r][j] = b == 0 ? v : so_add(y[r][j], v);
            }
        }
    }
    transform(q, y, s, w->n, depth, true);
    for (uint32_t r = 0; bias && r < s; r++)
        for (uint32_t j = 0; j < w->n; j++) y[r][j] = so_add(y[r][j], second_bits(bias[j]));
}
