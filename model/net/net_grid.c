/* SPDX-License-Identifier: Apache-2.0 */
/* net_grid.c - convolutions over a grid of rows. Contract in net_parts.h, point by point depthwise.h. */
#include "model/net/net_parts.h"
#include "model/num/depthwise.h"
#include "model/num/f32.h"
#include "model/num/fn.h"

struct job {
    struct stamp_net *net;
    struct stamp_grid grid;
    uint32_t cols;
    const struct stamp_net_conv *first, *second;
    float *y;
};

/* Whether a point of @p c is finite. */
static bool point(const struct job *j, const struct stamp_net_conv *c, uint32_t row, uint32_t col,
                  float *y)
{
    stamp_depthwise_point(&j->grid, row, col, j->cols, c->x, c->weight, c->bias, y);
    return stamp_f32_find_nonfinite(j->cols, y) == j->cols;
}

/* Item: a row of points; @p worker 's strip holds a point of the second. */
static void points(void *ctx, uint32_t row, uint32_t worker)
{
    const struct job *j = ctx;
    const uint32_t wide = j->grid.width / j->grid.stride;
    float *other = j->net->work.point + (size_t)worker * j->cols;
    bool ok = true;

    for (uint32_t col = 0; col < wide; col++) {
        float *y = j->y + ((size_t)row * wide + col) * j->cols;
        ok &= point(j, j->first, row, col, y);
        if (!j->second) continue;
        ok &= point(j, j->second, row, col, other);
        stamp_silu_mul(j->cols, other, y, y);
        ok &= stamp_f32_find_nonfinite(j->cols, y) == j->cols;
    }
    stamp_net_note(j->net, !ok);
}

void stamp_net_depthwise(struct stamp_net *net, const struct stamp_gattr *a, uint32_t cols,
                         const struct stamp_net_conv *first, const struct stamp_net_conv *second,
                         float *y)
{
    struct job job = {net, {a->height, a->width, a->kernel, a->stride}, cols, first, second, y};

    stamp_pool_run(net->pool, a->height / a->stride, points, &job);
}
