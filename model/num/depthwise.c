/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise.c - convolution of every column by itself. Contract in depthwise.h. */
#include "model/num/depthwise.h"

#include <stddef.h>

#include "model/num/f32.h"

uint32_t stamp_grid_first_tap(const struct stamp_grid *g)
{
    return g->kernel == 3 && g->stride == 1 ? 4 : 0;
}

/* The row under tap @p tap of a point, NULL outside of the grid. */
static const float *under(const struct stamp_grid *g, uint32_t row, uint32_t col, uint32_t tap,
                          uint32_t cols, const float *x)
{
    const uint32_t pad = g->stride == 1 ? 1 : 0;
    const uint32_t y = row * g->stride + tap / g->kernel - pad; /* below 0 it is large */
    const uint32_t z = col * g->stride + tap % g->kernel - pad;

    return y < g->height && z < g->width ? x + ((size_t)y * g->width + z) * cols : NULL;
}

static void add_tap(uint32_t cols, const float *restrict x, const float *restrict w,
                    float *restrict y)
{
    if (x)
        for (uint32_t i = 0; i < cols; i++) y[i] = stamp_f32_add(y[i], stamp_f32_mul(x[i], w[i]));
    else
        for (uint32_t i = 0; i < cols; i++) y[i] = stamp_f32_add(y[i], stamp_f32_mul(0.0f, w[i]));
}

void stamp_depthwise_point(const struct stamp_grid *g, uint32_t row, uint32_t col, uint32_t cols,
                           const float *x, const float *w, const float *bias, float *y)
{
    const uint32_t taps = g->kernel * g->kernel, first = stamp_grid_first_tap(g);
    const float *c = under(g, row, col, first, cols, x);

    for (uint32_t i = 0; i < cols; i++) y[i] = stamp_f32_mul(c[i], w[(size_t)first * cols + i]);
    for (uint32_t t = 0; t < taps; t++)
        if (t != first) add_tap(cols, under(g, row, col, t, cols, x), w + (size_t)t * cols, y);
    for (uint32_t i = 0; i < cols; i++) y[i] = stamp_f32_add(y[i], bias[i]);
}
