/* SPDX-License-Identifier: Apache-2.0 */
/* net_norm.c - norms of a network's rows, functions of its elements. Contract in net_parts.h. */
#include "model/net/net_parts.h"
#include "model/num/f32.h"
#include "model/num/fn.h"
#include "model/num/norm.h"
#include "model/num/quant.h"

bool stamp_net_norm_overflows(uint32_t n, const float *x)
{
    const float far = 0x1p40f; /* 2^24 squares of less are less than 2^104 */
    const struct stamp_range r = stamp_range_widen(stamp_range_empty(), n, x);
    return (r.hi > far || r.lo < -far) && !stamp_f32_is_finite(stamp_reduce_squares(n, x));
}

static void norm_row(void *ctx, uint32_t row, uint32_t worker)
{
    const struct stamp_net_norm *j = ctx;
    const float *x = j->x + (size_t)row * j->cols;
    float *y = j->y + (size_t)row * j->cols;

    if (j->unit) {
        float *room = j->net->work.padded + (size_t)worker * stamp_norm_padded(j->cols, j->unit);
        const float sum = stamp_norm_heads(j->cols, j->unit, x, j->gain, j->bias, j->eps, room, y);
        stamp_net_note(j->net,
                       !stamp_f32_is_finite(sum) || stamp_f32_find_nonfinite(j->cols, y) < j->cols);
        return;
    }
    if (!j->layer) {
        stamp_net_note(j->net, stamp_net_norm_overflows(j->cols, x));
        stamp_rmsnorm(j->cols, x, j->gain, j->eps, y);
        return;
    }
    const float squares = stamp_layernorm(j->cols, x, j->gain, j->bias, j->eps, y);
    stamp_net_note(j->net, !stamp_f32_is_finite(squares));
    stamp_net_note(j->net, stamp_f32_find_nonfinite(j->cols, y) < j->cols);
}

void stamp_net_norm_rows(struct stamp_net *net, uint32_t rows, struct stamp_net_norm norm)
{
    norm.net = net;
    stamp_pool_run(net->pool, rows, norm_row, &norm);
}

void stamp_net_unary(struct stamp_net *net, bool silu, size_t count, const float *x, float *y)
{
    for (size_t i = 0; i < count; i++) y[i] = silu ? stamp_silu(x[i]) : stamp_gelu(x[i]);
    stamp_net_note(net, stamp_f32_find_nonfinite(count, y) < count);
}
