/* SPDX-License-Identifier: Apache-2.0 */
/* k_norm.c - norms from DRAM to DRAM, norms of heads. Contract in kernel.h. */
#include "compiler/kernel/kernel.h"

#include <stdio.h>

#include "model/num/norm.h"

/* Batches of rows under way: one loaded, one worked on, one stored. */
enum { BUFFERS = 3 };

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Scalars of the rows in v, one line each, from sums of squares of @p count elements to 1/rms. */
static void rms_scalars(struct stamp_build *b, uint32_t L, struct stamp_vec v, uint64_t count,
                        struct stamp_lim lim, uint32_t eps, uint32_t scalars)
{
    const uint32_t lines = (v.n0 + L - 1) / L;
    const struct stamp_vec s = {scalars, lines, 1, 1}; /* lanes behind the last row: 1/sqrt(eps) */

    stamp_emit_red(b, STAMP_RED_SUMSQ, v, lim, scalars);
    stamp_emit_fnm(b, STAMP_ONE_RSQRT, s, eps, 1.0f / (float)count,
                   (struct stamp_lim){STAMP_LIM_ALL, 0, 0}, scalars, 1);
}

void stamp_head_norm(struct stamp_build *b, uint32_t L, uint32_t count, struct stamp_vec v,
                     uint32_t gain, uint32_t eps, uint32_t scalars)
{
    rms_scalars(b, L, v, count, (struct stamp_lim){STAMP_LIM_ALL, 0, 0}, eps, scalars);
    stamp_emit_row(b, STAMP_ROW_MUL, v, scalars, v.a, v.s0);
    stamp_emit_bin(b, STAMP_BIN_MUL, v, gain, 0, 0, v.a, v.s0);
}

/* VM lines of what stays there. */
struct stay {
    uint32_t gain, eps, scalars, bias, over, mask, end;
};

static bool is_layer(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    return n->g->node[s->s->node].attr.kind == STAMP_GNORM_LAYER;
}

static struct stay stay_of(const struct stamp_lower *n, const struct stamp_lstep *s, uint32_t lines)
{
    struct stay v = {.eps = lines, .scalars = lines + 1, .end = lines + 1 + 8};

    if (!is_layer(n, s)) return v;
    v.bias = v.end;
    v.over = v.bias + lines;
    v.mask = v.over + 1;
    v.end = v.mask + (s->mask ? lines : 0); /* RMS takes nothing off: padding stays +0 */
    return v;
}

/* v = (x - mean) / sqrt(var + eps) * gain + bias: numerics.md, LAYERNORM. */
static void layer_rows(struct stamp_lower *n, struct stamp_vec x, struct stamp_vec v, uint32_t cols,
                       const struct stay *at, uint32_t scalars)
{
    const struct stamp_vec mean = {scalars, (v.n0 + n->L - 1) / n->L, 1, 1};
    const bool padded =
        at->end > at->mask; /* padding between groups is +0 before and is made so again */
    const struct stamp_lim lim = {padded ? STAMP_LIM_ALL : (int32_t)cols, 0, 0};

    stamp_emit_red(n->b, STAMP_RED_SUM, x, lim, scalars);
    stamp_emit_bin(n->b, STAMP_BIN_MUL, mean, at->over, 0, 0, scalars, 1);
    stamp_emit_row(n->b, STAMP_ROW_SUB, x, scalars, v.a, v.s0);
    if (padded) stamp_emit_bin(n->b, STAMP_BIN_MUL, v, at->mask, 0, 0, v.a, v.s0);
    rms_scalars(n->b, n->L, v, cols, lim, at->eps, scalars);
    stamp_emit_row(n->b, STAMP_ROW_MUL, v, scalars, v.a, v.s0);
    stamp_emit_bin(n->b, STAMP_BIN_MUL, v, at->gain, 0, 0, v.a, v.s0);
    stamp_emit_bin(n->b, STAMP_BIN_ADD, v, at->bias, 0, 0, v.a, v.s0);
}

/* v = x / rms * gain; @p sums are the same elements as x, in REDUCE's order */
static void rms_rows(struct stamp_lower *n, struct stamp_vec sums, struct stamp_vec x,
                     struct stamp_vec v, uint32_t cols, const struct stay *at, uint32_t scalars)
{
    rms_scalars(n->b, n->L, sums, cols, (struct stamp_lim){STAMP_LIM_ALL, 0, 0}, at->eps, scalars);
    stamp_emit_row(n->b, STAMP_ROW_MUL, x, scalars, v.a, v.s0);
    stamp_emit_bin(n->b, STAMP_BIN_MUL, v, at->gain, 0, 0, v.a, v.s0);
}

static void load_stay(struct stamp_lower *n, const struct stamp_lstep *s, const struct stay *at,
                      uint32_t lines)
{
    const uint64_t eps = stamp_lower_eps(n, n->g->node[s->s->node].attr.eps);

    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32,
                    stamp_lower_operand(n, s->s->gain, s->gain), at->gain, lines);
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, eps, at->eps, 1);
    if (!is_layer(n, s)) return;
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32,
                    stamp_lower_operand(n, s->s->bias, s->bias), at->bias, lines);
    if (s->mask) stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, s->mask, at->mask, lines);
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, s->over, at->over, 1);
}

static uint32_t lines_of(const struct stamp_lower *n, uint32_t value)
{
    return (stamp_lower_width(n, value) + n->L - 1) / n->L;
}

/* Lines of a row as REDUCE counts it, where that is not how it goes on. */
static uint32_t apart(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    return stamp_norm_parts(n, s) ? lines_of(n, s->s->x) : 0;
}

uint32_t stamp_norm_lines(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    const uint32_t lines = lines_of(n, s->s->out);

    return (stay_of(n, s, lines).end + BUFFERS * (lines + apart(n, s)) + 3) / 4 * 4;
}

/* Heads from a line on each, from rows where one is behind the other: what is read behind one is the next one's begin, which
 * a gain of 0 makes 0. */
static void load_heads(struct stamp_lower *n, const struct stamp_lstep *s, struct stamp_place from,
                       uint32_t first, struct stamp_vec v)
{
    const struct stamp_layout to = stamp_lower_layout(n, s->s->out);

    if (from.fmt != STAMP_FMT_F32 || from.vm) {
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                         "%s: a norm that parts heads of rows not in DRAM", s->s->name);
        return;
    }
    stamp_emit_move(n->b, STAMP_OP_LOAD,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = from.fmt,
                                        .dram = from.addr + first * from.row_bytes,
                                        .line = v.a,
                                        .lines = to.padded / n->L,
                                        .lstride = to.padded / n->L,
                                        .n0 = to.groups,
                                        .d0 = to.unit * sizeof(float),
                                        .n1 = v.n0,
                                        .d1 = from.row_bytes});
}

static void rows_of(struct stamp_lower *n, const struct stamp_lstep *s)
{
    const uint32_t cols = n->g->value[s->s->x].cols, lines = lines_of(n, s->s->out),
                   more = apart(n, s);
    const struct stay at = stay_of(n, s, lines);
    const uint32_t vm = s->room.mach.VM_LINES, room = vm > at.end ? (vm - at.end) / BUFFERS : 0;
    const uint32_t fit = room / (lines + more), rows = stamp_lower_rows(n, s->s->out);
    const struct stamp_place from = stamp_lower_place(n, s->s->x),
                             to = stamp_lower_place(n, s->s->out);
    uint32_t batch = 1;

    if (!fit) {
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                         "rows of %u lines do not fit machine %s: VM_LINES is %u, needs %u", lines,
                         n->mach->name, vm, stamp_norm_lines(n, s));
        return;
    }
    while (2 * batch <= least(fit, n->L)) batch *= 2;
    load_stay(n, s, &at, lines);
    for (uint32_t r = 0, turn = 0; r < rows; r += batch, turn = (turn + 1) % BUFFERS) {
        const struct stamp_vec there = {at.end + turn * room, least(batch, rows - r), lines, lines};
        const struct stamp_vec compact = {there.a + batch * lines, there.n0, more, more};
        struct stamp_vec x = there, v = there;
        struct stamp_move m = {.space = STAMP_SPACE_VM,
                               .fmt = from.fmt,
                               .dram = from.addr + r * from.row_bytes,
                               .line = more ? compact.a : v.a,
                               .lines = more ? more : lines,
                               .lstride = more ? more : lines,
                               .n0 = v.n0,
                               .d0 = from.row_bytes};
        if (from.vm) x.a = from.vm - 1;
        if (to.vm) v.a = to.vm - 1;
        if (!from.vm) stamp_emit_move(n->b, STAMP_OP_LOAD, m);
        if (more) load_heads(n, s, from, r, there);
        if (is_layer(n, s))
            layer_rows(n, x, v, cols, &at, at.scalars + turn);
        else
            rms_rows(n, more ? compact : x, x, v, cols, &at, at.scalars + turn);
        if (to.vm) continue;
        m.line = v.a;
        m.lines = m.lstride = lines;
        m.dram = to.addr + r * to.row_bytes;
        m.d0 = to.row_bytes;
        stamp_emit_move(n->b, STAMP_OP_STORE, m);
    }
}

/* What the layer before left undone of its rows. */
static void first(struct stamp_lower *n, struct stamp_lstep *s)
{
    struct stamp_lstep *before = s - 1;

    if (s == n->step || !before->back) return;
    stamp_build_phase_begin(n->b, before->s->name, 0);
    stamp_linear_back(&before->l, before->z, s->first.mach.VM_LINES);
}

static void emit(struct stamp_lower *n, struct stamp_lstep *s)
{
    stamp_build_phase_begin(n->b, "norm", 0);
    rows_of(n, s);
}

/* Ones where groups that are padded have elements. */
static void lay_mask(struct stamp_lower *n, struct stamp_lstep *s)
{
    const struct stamp_layout in = stamp_lower_layout(n, s->s->x);
    const uint32_t cols = n->g->value[s->s->x].cols, unit = n->g->node[s->s->node].attr.unit;

    if (in.groups > 1 && in.unit != in.padded &&
        (unit != in.unit || stamp_norm_padded(unit, unit) != in.padded))
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                         "%s: a norm over heads of %u elements, which take %u on machine %s",
                         s->s->name, in.unit, in.padded, n->mach->name);
    float *row =
        in.groups > 1 && in.unit != in.padded ? stamp_build_alloc(n->b, cols, sizeof *row) : NULL;
    char name[STAMP_NAME_MAX + 1];

    for (uint32_t i = 0; i < cols && row; i++) row[i] = 1.0f;
    snprintf(name, sizeof name, "mask.%.50s", s->s->name);
    if (row) s->mask = stamp_lower_vector(n, name, row, cols, in.unit, in.padded);
}

/* A line of 1 / columns for the mean. */
static void global(struct stamp_lower *n, struct stamp_lstep *s)
{
    const uint32_t cols = n->g->value[s->s->x].cols;

    stamp_lower_eps(n, n->g->node[s->s->node].attr.eps);
    lay_mask(n, s);
    float *line = is_layer(n, s) ? stamp_build_alloc(n->b, n->L, sizeof *line) : NULL;
    char name[STAMP_NAME_MAX + 1];

    if (!line) return;
    for (uint32_t i = 0; i < n->L; i++) line[i] = 1.0f / (float)cols;
    snprintf(name, sizeof name, "over.%.50s", s->s->name);
    s->over = stamp_lower_vector(n, name, line, n->L, n->L, n->L);
}

static void lay(struct stamp_lower *n, struct stamp_lstep *s, enum stamp_lay what, uint32_t time)
{
    const struct stamp_gnode *k = &n->g->node[s->s->node];
    const uint32_t cols = n->g->value[s->s->x].cols;
    const struct stamp_layout to = stamp_lower_layout(n, s->s->out);
    const bool groups = to.groups > 1;
    char name[STAMP_NAME_MAX + 1];

    if (what != STAMP_LAY_GAINS) return;
    for (uint32_t i = 1; i < k->ins; i++) {
        if (!(k->in[i] & STAMP_PARAM)) continue;
        stamp_lower_name(n, s, time, n->g->param[k->in[i] & ~STAMP_PARAM].name, name);
        const uint64_t addr =
            stamp_lower_vector(n, name, stamp_lower_vector_of(n, s->s->node, i, time), cols,
                               groups ? to.unit : n->L, groups ? to.padded : n->L);
        if (!time && i == 1) s->gain = addr;
        if (!time && i == 2) s->bias = addr;
    }
    if (is_layer(n, s) && k->ins < 3)
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED, "%s: a LAYER norm without bias", s->s->name);
}

static void share(struct stamp_lower *n, struct stamp_lstep *s)
{
    const struct stamp_lstep *before = &n->like->step[s - n->step];

    s->gain = before->gain;
    s->bias = before->bias;
    s->over = before->over;
    s->mask = before->mask;
}

const struct stamp_lkernel stamp_lkernel_norm = {
    .global = global, .lay = lay, .share = share, .first = first, .emit = emit};
