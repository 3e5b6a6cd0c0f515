/* SPDX-License-Identifier: Apache-2.0 */
/* k_weights.c - weights and biases of linear layers that share an input, fused. Contract in k_linear.h. */
#include "compiler/kernel/k_linear.h"

#include <stdio.h>
#include <string.h>

/* Outputs of product @p i as the network has them. */
static uint32_t made(const struct stamp_lstep *s, uint32_t i)
{
    return s->s->outs[i < s->s->made ? i : 0];
}

uint32_t stamp_linear_outputs(const struct stamp_lower *n, const struct stamp_lstep *s, uint32_t i)
{
    return n->g->value[n->g->node[s->s->linear[i]].out].cols;
}

/* Lines of half a gated panel: up to whole 64 bytes of f32, gate and up lie side by side. */
uint32_t stamp_linear_gate_lines(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    uint32_t lines = (stamp_linear_outputs(n, s, 0) + n->L - 1) / n->L;

    while (lines * n->L * 4 % STAMP_DRAM_ALIGN) lines++;
    return lines;
}

/* Outputs of all products as they lie behind each other. */
uint32_t stamp_linear_width(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    uint32_t sum = 0;

    if (s->s->post == STAMP_GPOST_GATE) return 2 * stamp_linear_gate_lines(n, s) * n->L;
    if (s->s->made == 1 && s->s->post != STAMP_GPOST_NONE && s->s->post != STAMP_GPOST_SILU)
        return stamp_linear_outputs(n, s, 0);
    for (uint32_t i = 0; i < s->s->linears; i++) sum += stamp_lower_width(n, made(s, i));
    return sum;
}

struct stamp_scheme stamp_linear_scheme(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    const struct stamp_schemes all = {n->spec->scheme, n->spec->of_node};
    return stamp_scheme_of(n->g, &all, s->s->node);
}

bool stamp_linear_has_bias(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    return n->g->node[s->s->linear[0]].ins > 2;
}

/* Rows of w to rows of out: row r of w lies at to(r). */
struct spread {
    uint32_t first;        /* row of out where it begins */
    uint32_t unit, padded; /* unit rows of w, then padding up to padded; 0: as they lie */
};

static void copy_rows(struct stamp_weights *out, const struct stamp_weights *w, struct spread s)
{
    for (uint32_t r = 0; r < w->n; r++) {
        const uint32_t to = s.first + (s.unit ? r / s.unit * s.padded + r % s.unit : r);
        memcpy(out->code + (size_t)to * out->d, w->code + (size_t)r * w->d, w->d);
        memcpy(out->scale + (size_t)to * out->nb, w->scale + (size_t)r * w->nb,
               w->nb * sizeof *w->scale);
    }
}

/* Columns of w, in groups of hd, each padded to hdp. */
static void copy_columns(struct stamp_weights *out, const struct stamp_weights *w, uint32_t hd,
                         uint32_t hdp)
{
    for (uint32_t r = 0; r < w->n; r++)
        for (uint32_t h = 0; h < w->d / hd; h++)
            memcpy(out->code + (size_t)r * out->d + h * hdp, w->code + (size_t)r * w->d + h * hd,
                   hd);
    memcpy(out->scale, w->scale, (size_t)w->n * w->nb * sizeof *w->scale);
}

/* Gate and up in alternating runs of half a panel, so that each panel holds both of its columns. */
static void copy_gate_up(const struct stamp_lower *n, const struct stamp_lstep *s,
                         struct stamp_weights *out, const struct stamp_weights *w, bool up)
{
    const uint32_t lines = stamp_linear_gate_lines(n, s),
                   half = s->apart ? lines : s->l.t.panel / 2;

    for (uint32_t line = 0; line < lines; line++) {
        const uint32_t panel = line / half, left = lines - panel * half;
        const uint32_t wide = left < half ? left : half;
        const uint32_t to = (2 * panel * half + (up ? wide : 0) + line % half) * n->L;
        for (uint32_t r = line * n->L; r < (line + 1) * n->L && r < w->n; r++) {
            const uint32_t t = to + r % n->L;
            memcpy(out->code + (size_t)t * out->d, w->code + (size_t)r * w->d, w->d);
            memcpy(out->scale + (size_t)t * out->nb, w->scale + (size_t)r * w->nb,
                   w->nb * sizeof *w->scale);
        }
    }
}

/* One product's weights into those of all. @p at: rows before them */
static void copy_one(const struct stamp_lower *n, const struct stamp_lstep *s, uint32_t i,
                     const struct stamp_weights *w, uint32_t at, struct stamp_weights *out)
{
    const struct stamp_layout in = stamp_lower_layout(n, s->s->x),
                              to = stamp_lower_layout(n, made(s, i));

    if (s->s->post == STAMP_GPOST_GATE)
        copy_gate_up(n, s, out, w, i == 1);
    else if (in.groups > 1)
        copy_columns(out, w, in.unit, in.padded);
    else
        copy_rows(out, w, (struct spread){at, to.groups > 1 ? to.unit : 0, to.padded});
}

static void weights_of(struct stamp_lower *n, const struct stamp_lstep *s, uint32_t time,
                       struct stamp_weights *out)
{
    const struct stamp_scheme q = stamp_linear_scheme(n, s);
    uint32_t at = 0;

    memset(out, 0, sizeof *out);
    if (n->b->status) return;
    n->b->status = stamp_weights_alloc(q.weight_bits, q.block, stamp_linear_width(n, s),
                                       stamp_lower_width(n, s->s->x), out, n->b->e);
    for (uint32_t i = 0; i < s->s->linears && !n->b->status; i++) {
        struct stamp_weights w = {0};
        n->b->status = stamp_qmodel_weights(n->spec->weights,
                                            (struct stamp_gat){s->s->linear[i], time}, &w, n->b->e);
        if (!n->b->status) copy_one(n, s, i, &w, at, out);
        at += stamp_lower_width(n, made(s, i));
        stamp_weights_free(&w);
    }
    if (!n->b->status) stamp_weights_sum(out);
}

static void lay_weights(struct stamp_lower *n, struct stamp_lstep *s, uint32_t time)
{
    uint64_t w_at = 0, columns_at = 0;
    struct stamp_weights w;
    char name[STAMP_NAME_MAX + 1];

    snprintf(name, sizeof name, "%u.%s.w", time, s->s->name);
    uint8_t *wdata = stamp_lower_room(n, name, STAMP_FMT_RAW, s->weights, &w_at);
    snprintf(name, sizeof name, "%u.%s.columns", time, s->s->name);
    uint8_t *cdata = stamp_lower_room(n, name, STAMP_FMT_RAW, s->columns, &columns_at);
    if (wdata && cdata) {
        weights_of(n, s, time, &w);
        if (!n->b->status) stamp_linear_pack(&s->l, &w, wdata, cdata);
        stamp_weights_free(&w);
    }
    if (time) return;
    s->w_at = w_at;
    s->columns_at = columns_at;
}

/* Biases of all products behind each other, heads padded. */
static void lay_biases(struct stamp_lower *n, struct stamp_lstep *s, uint32_t time)
{
    float *all = stamp_linear_has_bias(n, s)
                     ? stamp_build_alloc(n->b, stamp_linear_width(n, s), sizeof *all)
                     : NULL;
    char name[STAMP_NAME_MAX + 1];
    size_t at = 0;

    for (uint32_t i = 0; i < s->s->linears && all; i++) {
        const struct stamp_layout to = stamp_lower_layout(n, made(s, i));
        const float *from = stamp_lower_vector_of(n, s->s->linear[i], 2, time);
        for (uint32_t g = 0; g < to.groups; g++, at += to.padded)
            memcpy(all + at, from + (size_t)g * to.unit, to.unit * sizeof *all);
    }
    if (!all) return;
    snprintf(name, sizeof name, "%u.%s.bias", time, s->s->name);
    const uint64_t addr = stamp_lower_vector(n, name, all, stamp_linear_width(n, s), n->L, n->L);
    if (!time) s->bias = addr;
}

void stamp_linear_lay(struct stamp_lower *n, struct stamp_lstep *s, enum stamp_lay what,
                      uint32_t time)
{
    if (what == STAMP_LAY_WEIGHTS) lay_weights(n, s, time);
    if (what == STAMP_LAY_BIASES) lay_biases(n, s, time);
}
