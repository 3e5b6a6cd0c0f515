/* SPDX-License-Identifier: Apache-2.0 */
/* matmul.c - the integer product as the array forms it. Contract in matmul.h. */
#include "model/num/matmul.h"

#include <assert.h>

#include "model/num/dequant.h"

/* Operand nibble of a stored code: which = 0 the only one of 4 bits, 1 high, 2 low of 8 bits. */
static int32_t nibble(int8_t c, int which)
{
    return which == 0 ? c : which == 1 ? stamp_nibble_hi(c) : stamp_nibble_lo(c);
}

/* One nibble row times one nibble column: |sum| <= 64 * 32768, far inside s32. */
static int32_t nibble_row(uint32_t n, const int8_t *x, int xw, const int8_t *w, int ww)
{
    int32_t sum = 0;
    for (uint32_t k = 0; k < n; k++) sum += nibble(x[k], xw) * nibble(w[k], ww);
    return sum;
}

/* One nibble row times a weight column of either width. */
static int32_t weight_planes(uint32_t n, const int8_t *x, int xw, unsigned w_bits, const int8_t *w)
{
    if (w_bits == 4) return nibble_row(n, x, xw, w, 0);
    return 16 * nibble_row(n, x, xw, w, 1) + nibble_row(n, x, xw, w, 2);
}

int32_t stamp_dot(uint32_t n, unsigned x_bits, const int8_t *x, unsigned w_bits, const int8_t *w)
{
    assert(n <= STAMP_K_MAX);
    if (x_bits == 4) return weight_planes(n, x, 0, w_bits, w);
    return 16 * weight_planes(n, x, 1, w_bits, w) + weight_planes(n, x, 2, w_bits, w);
}

static float value(const struct stamp_acts *x, const struct stamp_weights *w, uint32_t r,
                   uint32_t j)
{
    const int8_t *xc = x->code + r * x->stride, *wc = w->code + (size_t)j * w->d;
    float y = 0;

    for (uint32_t b = 0; b < x->nb; b++) {
        const uint32_t at = b * x->block;
        const uint32_t n = x->block && x->d - at > x->block ? x->block : x->d - at;
        const struct stamp_rowmeta m = x->meta[(size_t)r * x->nb + b];
        const size_t wm = (size_t)j * w->nb + b;

        const int32_t s = stamp_dot(n, x->bits[r], xc + at, w->bits, wc + at);
        const int32_t acc = stamp_acc_correct(s, m.corr, w->colsum[wm], w->bits, m.rowsum);
        y = stamp_deq_add(b == 0, y, stamp_deq(acc, m.scale, w->scale[wm]));
    }
    return y;
}

void stamp_matmul_ref(const struct stamp_acts *x, const struct stamp_weights *w, float *y)
{
    assert(x->d == w->d && x->block == w->block && x->d <= STAMP_K_MAX);
    for (uint32_t r = 0; r < x->s; r++)
        for (uint32_t j = 0; j < w->n; j++) y[(size_t)r * w->n + j] = value(x, w, r, j);
}
