/* SPDX-License-Identifier: Apache-2.0 */
/* k_depthwise.c - convolutions over the grid, by themselves or beside the products before them. Contract in kernel.h. */
#include <stdio.h>

#include "compiler/kernel/kernel.h"

struct stamp_conv stamp_depthwise_conv(struct stamp_lower *n, const struct stamp_lstep *s)
{
    const struct stamp_gattr *a = &n->g->node[s->s->node].attr;
    const uint32_t convs = s->s->second == STAMP_NO_OPERAND ? 1 : 2;
    struct stamp_conv v = {.b = n->b,
                           .grid = {a->height, a->width, a->kernel, a->stride},
                           .convs = convs,
                           .lines = (stamp_lower_width(n, s->s->out) + n->L - 1) / n->L,
                           .to = stamp_lower_place(n, s->s->out),
                           .taps = {s->taps[0], s->taps[1]},
                           .tap_row = s->tap_row,
                           .zeros = s->over};

    while (v.lines * n->L * 4 % STAMP_DRAM_ALIGN) v.lines++;
    v.from[0] = stamp_lower_place(n, s->s->x);
    if (convs > 1) v.from[1] = stamp_lower_place(n, s->s->k);
    return v;
}

static void emit(struct stamp_lower *n, struct stamp_lstep *s)
{
    struct stamp_conv *v = &s->conv;

    stamp_build_phase_begin(n->b, s->s->name, 0);
    if (!s->beside) {
        *v = stamp_depthwise_conv(n, s);
        if (!stamp_conv_cut(v, n->mach->VM_LINES)) {
            stamp_build_fail(
                n->b, STAMP_EUNSUPPORTED,
                "%s: a grid %u points wide does not fit machine %s: VM_LINES is %u, needs %u",
                s->s->name, v->grid.width, n->mach->name, n->mach->VM_LINES,
                (stamp_conv_least(v) + 3) / 4 * 4);
            return;
        }
        stamp_conv_begin(v, 0);
    }
    while (v->next < v->items && !n->b->status) stamp_conv_item(v); /* what was not done beside */
}

static void global(struct stamp_lower *n, struct stamp_lstep *s)
{
    const size_t count = (size_t)STAMP_CONV_ZEROS * n->L;
    float *zeros = stamp_build_alloc(n->b, count, sizeof *zeros);
    char name[STAMP_NAME_MAX + 1];

    snprintf(name, sizeof name, "zeros.%.50s", s->s->name);
    if (zeros) s->over = stamp_lower_vector(n, name, zeros, count, n->L, n->L);
}

/* The taps of a convolution and its bias as rows of the input's layout. */
static uint64_t lay_conv(struct stamp_lower *n, struct stamp_lstep *s, uint32_t node, uint32_t time)
{
    const struct stamp_gnode *k = &n->g->node[node];
    const struct stamp_layout in = stamp_lower_layout(n, k->in[0]);
    const uint32_t cols = n->g->value[node].cols, taps = k->attr.kernel * k->attr.kernel;
    const float *w = stamp_lower_vector_of(n, node, 1, time),
                *b = stamp_lower_vector_of(n, node, 2, time);
    const uint32_t wide = in.groups * in.padded;
    float *rows = stamp_build_alloc(n->b, (size_t)(taps + 1) * wide, sizeof *rows);
    char name[STAMP_NAME_MAX + 1];

    if (!rows) return 0;
    for (uint32_t t = 0; t <= taps; t++)
        for (uint32_t c = 0; c < cols; c++)
            rows[(size_t)t * wide + c / in.unit * in.padded + c % in.unit] =
                t < taps ? w[(size_t)t * cols + c] : b[c];
    snprintf(name, sizeof name, "%u.%.50s", time, n->g->value[node].name);
    const struct stamp_place p = stamp_lower_rows_const(n, name, rows, taps + 1, wide);
    s->tap_row = p.row_bytes;
    return p.addr;
}

static void lay(struct stamp_lower *n, struct stamp_lstep *s, enum stamp_lay what, uint32_t time)
{
    if (what != STAMP_LAY_GAINS) return;
    const uint64_t first = lay_conv(n, s, s->s->node, time);
    const uint64_t second =
        s->s->second == STAMP_NO_OPERAND ? 0 : lay_conv(n, s, s->s->second, time);
    if (time) return;
    s->taps[0] = first;
    s->taps[1] = second;
}

const struct stamp_lkernel stamp_lkernel_depthwise = {.global = global, .lay = lay, .emit = emit};
