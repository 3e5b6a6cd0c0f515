/* SPDX-License-Identifier: Apache-2.0 */
/* net_linear.c - the linear layers of a network. Contract in net_parts.h.
 *
 * A panel of channels goes through product, inverse transform, bias and what follows it while it is
 * in the first-level cache: columns are independent of each other in all of these. */
#include <string.h>

#include "model/net/net_parts.h"
#include "model/num/f32.h"
#include "model/num/fn.h"
#include "model/num/matmul_f32.h"
#include "model/num/xform.h"

enum { STRIP = 256 }; /* columns transformed together */

struct input_job {
    struct stamp_net *net;
    const struct stamp_plan *plan;
    uint32_t d;
    float *x;
};

static void transform_strip(void *ctx, uint32_t item, uint32_t worker)
{
    const struct input_job *j = ctx;
    const uint32_t at = item * STRIP;

    (void)worker;
    stamp_xform_forward_cols(&j->plan->ops, j->d, j->d - at < STRIP ? j->d - at : STRIP, j->x + at);
}

static void quantize_row(void *ctx, uint32_t row, uint32_t worker)
{
    const struct input_job *j = ctx;
    const struct stamp_scheme *q = &j->plan->scheme;
    const float *x = j->x + (size_t)row * j->d;
    int8_t *code = j->net->work.code + row * stamp_acts_stride(j->d);

    (void)worker;
    stamp_net_note(j->net, stamp_f32_find_nonfinite(j->d, x) < j->d);
    if (q->act_bits == 32) return;
    stamp_quantize_row(j->plan->bits[row], q->symmetric, q->block, j->d, x, code,
                       j->net->work.meta + (size_t)row * stamp_scheme_blocks(q, j->d));
    memset(code + j->d, 0, stamp_acts_stride(j->d) - j->d);
}

void stamp_net_quantize(struct stamp_net *net, const struct stamp_plan *plan, uint32_t d, float *x)
{
    struct input_job job = {net, plan, d, x};

    if (plan->ops.count) stamp_pool_run(net->pool, (d + STRIP - 1) / STRIP, transform_strip, &job);
    stamp_pool_run(net->pool, plan->s, quantize_row, &job);
}

struct product_job {
    struct stamp_net *net;
    const struct stamp_plan *plan;
    const float *x;
    uint32_t count;
    const struct stamp_net_target *target;
};

static uint32_t panels_of(const struct stamp_layer *w)
{
    return (w->n + STAMP_PANEL - 1) / STAMP_PANEL;
}

static uint32_t columns(const struct stamp_layer *w, uint32_t panel)
{
    const uint32_t left = w->n - panel * STAMP_PANEL;
    return left < STAMP_PANEL ? left : STAMP_PANEL;
}

/* Meanwhile the panel is fetched that this thread is to get next, mostly, of the same matrix or of the
 * one that comes with it. */
static void integer_panel(const struct product_job *j, const struct stamp_layer *w, uint32_t panel,
                          const struct stamp_layer *next, uint32_t next_panel, float *strip)
{
    const struct stamp_scheme *q = &j->plan->scheme;
    const bool more = next_panel < next->packed.panels;
    const struct stamp_acts acts = {.s = j->plan->s,
                                    .d = w->d,
                                    .block = q->block,
                                    .nb = stamp_scheme_blocks(q, w->d),
                                    .symmetric = q->symmetric,
                                    .stride = stamp_acts_stride(w->d),
                                    .bits = j->plan->bits,
                                    .code = j->net->work.code,
                                    .meta = j->net->work.meta};

    stamp_matmul_panel(&acts, &w->packed, panel,
                       more ? stamp_packed_panel(&next->packed, next_panel) : NULL,
                       next->packed.panel_bytes, strip);
}

/* strip[s][columns] = the layer's output channels of one panel. */
static void panel_product(const struct product_job *j, const struct stamp_layer *w,
                          const float *bias, uint32_t panel, const struct stamp_layer *next,
                          uint32_t next_panel, float *strip)
{
    const uint32_t cols = columns(w, panel), s = j->plan->s, first = panel * STAMP_PANEL;

    if (!w->w) {
        integer_panel(j, w, panel, next, next_panel, strip);
    } else if (stamp_matmul_f32(s, cols, w->d, j->x, w->w + (size_t)first * w->d, strip, NULL)) {
        atomic_store(&j->net->no_memory, true);
        return;
    }
    stamp_xform_inverse_cols(&j->plan->ops, cols, cols, strip);
    if (bias)
        for (uint32_t r = 0; r < s; r++) stamp_f32_add_rows(cols, strip + r * cols, bias + first);
    const size_t count = (size_t)s * cols;
    stamp_net_note(j->net, stamp_f32_find_nonfinite(count, strip) < count);
}

static float *strip_of(const struct stamp_net *net, uint32_t worker, uint32_t which)
{
    return net->work.strip + (size_t)(2 * worker + which) * net->most_rows * STAMP_PANEL;
}

static void multiply_panel(void *ctx, uint32_t item, uint32_t worker)
{
    const struct product_job *j = ctx;
    const struct stamp_net_target *t = j->target;

    for (; item >= panels_of(t->w); t++) item -= panels_of(t->w);
    const uint32_t cols = columns(t->w, item);
    const float *strip = strip_of(j->net, worker, 0);
    const bool end = item + 1 == panels_of(t->w) && t + 1 < j->target + j->count;
    panel_product(j, t->w, t->bias, item, t[end].w, end ? 0 : item + 1,
                  strip_of(j->net, worker, 0));

    for (uint32_t r = 0; r < j->plan->s; r++, strip += cols) {
        const size_t at = (size_t)r * t->w->n + (size_t)item * STAMP_PANEL;
        float *y = t->y + at;
        if (t->post == STAMP_GPOST_ADD) {
            if (t->add != t->y) memcpy(y, t->add + at, cols * sizeof *y);
            stamp_f32_add_rows(cols, y, strip);
            stamp_net_note(j->net, stamp_f32_find_nonfinite(cols, y) < cols);
        } else if (t->post == STAMP_GPOST_GATED) {
            const float *gate = t->gate + (size_t)item * STAMP_PANEL, *add = t->add + at;
            for (uint32_t i = 0; i < cols; i++)
                y[i] = stamp_f32_add(add[i], stamp_f32_mul(strip[i], gate[i]));
            stamp_net_note(j->net, stamp_f32_find_nonfinite(cols, y) < cols);
        } else if (t->post == STAMP_GPOST_GELU || t->post == STAMP_GPOST_SILU) {
            for (uint32_t i = 0; i < cols; i++)
                y[i] = t->post == STAMP_GPOST_SILU ? stamp_silu(strip[i]) : stamp_gelu(strip[i]);
            stamp_net_note(j->net, stamp_f32_find_nonfinite(cols, y) < cols);
        } else {
            memcpy(y, strip, cols * sizeof *y);
        }
    }
}

void stamp_net_multiply(struct stamp_net *net, const struct stamp_plan *plan, const float *x,
                        uint32_t count, const struct stamp_net_target *target)
{
    struct product_job job = {net, plan, x, count, target};
    uint32_t items = 0;

    for (uint32_t i = 0; i < count; i++) items += panels_of(target[i].w);
    stamp_pool_run(net->pool, items, multiply_panel, &job);
}

static void gate_up_panel(void *ctx, uint32_t item, uint32_t worker)
{
    const struct product_job *j = ctx;
    const struct stamp_net_target *t = j->target;
    const uint32_t cols = columns(t->w, item);
    float *gate = strip_of(j->net, worker, 0), *up = strip_of(j->net, worker, 1);

    panel_product(j, t[0].w, t[0].bias, item, t[1].w, item, gate);
    panel_product(j, t[1].w, t[1].bias, item, t[0].w, item + 1, up);
    for (uint32_t r = 0; r < j->plan->s; r++) {
        float *y = t->y + (size_t)r * t->w->n + (size_t)item * STAMP_PANEL;
        stamp_silu_mul(cols, gate + (size_t)r * cols, up + (size_t)r * cols, y);
    }
}

void stamp_net_gate_up(struct stamp_net *net, const struct stamp_plan *plan, const float *x,
                       const struct stamp_net_target *gate, const struct stamp_net_target *up)
{
    const struct stamp_net_target target[2] = {*gate, *up};
    struct product_job job = {net, plan, x, 2, target};

    stamp_pool_run(net->pool, panels_of(gate->w), gate_up_panel, &job);
}
