/* SPDX-License-Identifier: Apache-2.0 */
/* k_linear.c - linear layers that share an input: tiles, fused weights, code. Contract in kernel.h. */
#include <stdio.h>
#include <string.h>

#include "compiler/kernel/k_linear.h"
#include "compiler/kernel/elementwise.h"
#include "compiler/kernel/passes.h"

/* Row groups of a product beside attention: about as long as one of its own. */
enum { PIECE = 3 };

/* ---- Tiles ------------------------------------------------------------------------------------- */

static enum stamp_post post_of(enum stamp_gpost p)
{
    static const enum stamp_post post[] = {
        [STAMP_GPOST_NONE] = STAMP_POST_NONE, [STAMP_GPOST_ADD] = STAMP_POST_ADD,
        [STAMP_GPOST_GATE] = STAMP_POST_SILU, [STAMP_GPOST_GELU] = STAMP_POST_GELU,
        [STAMP_GPOST_SILU] = STAMP_POST_ACT,  [STAMP_GPOST_GATED] = STAMP_POST_GATED};
    return post[p];
}

/* Beside attention, whose rows it multiplies. */
static bool is_rows(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    return s > n->step && s->room.beside && s[-1].s->kind == STAMP_STEP_ATTEND;
}

/* Codes through DRAM cost the vector unit some time, which attention beside has not. */
static bool may_code(const struct stamp_lower *n, const struct stamp_lstep *s,
                     const struct stamp_scheme *q)
{
    return !n->decode && !q->block && !q->symmetric && !n->b->options->unfused && !is_rows(n, s);
}

static struct stamp_work work_of(const struct stamp_lower *n, const struct stamp_lstep *s,
                                 const struct stamp_scheme *q)
{
    const struct stamp_compile_options *o = n->b->options;

    return (struct stamp_work){.mach = &s->room.mach,
                               .plan = &s->plan,
                               .transform = s->plan.ops.count > 0,
                               .s = s->plan.s,
                               .d = stamp_lower_width(n, s->s->x),
                               .n = stamp_linear_width(n, s),
                               .block = q->block,
                               .in_fmt = STAMP_FMT_F32,
                               .out_fmt = STAMP_FMT_F32,
                               .w8 = q->weight_bits == 8,
                               .straight = n->decode,
                               .codes = may_code(n, s, q),
                               .keep = is_rows(n, s),
                               .bias = stamp_linear_has_bias(n, s),
                               .post = post_of(s->s->post),
                               .rate = o->memory.rate,
                               .max_groups = o->max_groups,
                               .max_panel = o->max_panel,
                               .max_kc = o->max_kc,
                               .max_xlines = o->max_xlines};
}

static const struct stamp_lstep *like(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    return n->like ? &n->like->step[s - n->step] : NULL;
}

/* The convolution behind it that reads what it makes, or NULL. */
static struct stamp_lstep *beside_of(const struct stamp_lower *n, struct stamp_lstep *s)
{
    struct stamp_lstep *o = s + 1;

    if (o == n->step + n->steps.steps || o->s->kind != STAMP_STEP_DEPTHWISE ||
        o->s->block != s->s->block || n->b->options->unfused || o->s->x != s->s->outs[0] ||
        (o->s->second != STAMP_NO_OPERAND && (s->s->made < 2 || o->s->k != s->s->outs[1])))
        return NULL;
    return o;
}

/* A tiling that leaves room in VM for the convolution beside it. */
static bool choose_less(struct stamp_lower *n, struct stamp_lstep *s, struct stamp_lstep *o)
{
    o->conv = stamp_depthwise_conv(n, o);
    if (!stamp_conv_cut(&o->conv, n->mach->VM_LINES * 5 / 8)) return false;
    s->less = *n->mach;
    s->less.VM_LINES = (n->mach->VM_LINES - o->conv.all) / 4 * 4;
    s->l.work.mach = &s->less;
    s->l.work.codes = false;
    o->beside = stamp_tile_choose(&s->l.work, n->b->arena, &s->l.t);
    if (!o->beside) s->l.work.mach = n->mach;
    return o->beside;
}

/* Lines of f32 in whole 64 bytes. */
static uint32_t quantum(const struct stamp_lower *n)
{
    return 4 * n->L < STAMP_DRAM_ALIGN ? STAMP_DRAM_ALIGN / (4 * n->L) : 1;
}

static void plan(struct stamp_lower *n, struct stamp_lstep *s)
{
    const struct stamp_scheme q = stamp_linear_scheme(n, s);
    const struct stamp_lstep *before = like(n, s);
    const struct stamp_layout in = stamp_lower_layout(n, s->s->x);
    char need[STAMP_NEED_TEXT];

    if (q.block && in.groups > 1 && in.unit != in.padded)
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                         "blocks of %u with heads of %u elements on machine %s", STAMP_BLOCK,
                         in.unit, n->mach->name);
    if (n->b->status) return;
    n->b->status = stamp_plan_build(&q, stamp_lower_rows(n, s->s->x), &s->plan, n->b->e);
    if (n->b->status) return;
    s->l = (struct stamp_linear){.b = n->b,
                                 .plan = &s->plan,
                                 .symmetric = q.symmetric,
                                 .x = stamp_lower_place(n, s->s->x),
                                 .y = stamp_lower_place(n, s->s->out),
                                 .work = work_of(n, s, &q)};
    if (s->s->add != STAMP_NO_OPERAND) s->l.add = stamp_lower_place(n, s->s->add);
    if (s->s->gate != STAMP_NO_OPERAND) s->l.gate = stamp_lower_place(n, s->s->gate).addr;
    struct stamp_lstep *conv = beside_of(n, s);
    const bool apart = before ? before->apart : s->l.work.transform && n->b->options->unfused;
    if (before) s->l.work.like = &before->l.t;
    s->apart = false;
    s->back = s->back && stamp_linear_back_lines(&s->plan, s->l.work.transform, quantum(n)) <=
                             s[1].first.mach.VM_LINES;
    if (s->back) s->l.work.post = STAMP_POST_NONE;
    if (!apart && conv && choose_less(n, s, conv)) return;
    if (!apart && stamp_tile_choose(&s->l.work, n->b->arena, &s->l.t)) return;
    if (stamp_build_starved(n->b)) return;
    if (stamp_lower_alone(n, s) && !apart && stamp_tile_choose(&s->l.work, n->b->arena, &s->l.t))
        return;
    if (stamp_build_starved(n->b)) return;
    s->apart = true;
    s->back = false;
    s->l.work.transform = false;
    s->l.work.bias = false;
    s->l.work.post = STAMP_POST_NONE;
    if (!n->stay && stamp_tile_choose(&s->l.work, n->b->arena, &s->l.t)) return;
    stamp_build_starved(n->b);
    stamp_tile_need(&s->l.work, n->b->arena, need);
    stamp_build_fail(n->b, STAMP_EUNSUPPORTED, "%s, %u to %u, does not fit machine %s: %s",
                     s->s->name, s->l.work.d, s->l.work.n, n->mach->name, need);
}

/* Row tables; buffers where the transform stands apart. */
static void tables(struct stamp_lower *n, struct stamp_lstep *s)
{
    const struct stamp_linear_size size = stamp_linear_slots(&s->l);
    char prefix[STAMP_NAME_MAX + 1], name[STAMP_NAME_MAX + 1];

    s->weights = size.weights;
    s->columns = size.columns;
    snprintf(prefix, sizeof prefix, "%s%s", n->prefix, s->s->name);
    stamp_linear_lay_tables(&s->l, prefix);
    stamp_linear_buffers(&s->l, prefix);
    stamp_tile_text(&s->l.t, prefix, n->b->options->dump);
    if (!s->apart && !s->back) return;
    snprintf(name, sizeof name, "%.50s.z", prefix);
    s->z = stamp_build_matrix(n->b, name, STAMP_TEMP, STAMP_FMT_F32, s->l.work.s, s->l.work.n);
    if (s->back) return;
    snprintf(name, sizeof name, "%.50s.t", prefix);
    s->t = stamp_build_matrix(n->b, name, STAMP_TEMP, STAMP_FMT_F32, s->l.work.s, s->l.work.d);
    snprintf(name, sizeof name, "%.50s.u", prefix);
    s->u = stamp_build_matrix(n->b, name, STAMP_TEMP, STAMP_FMT_F32, s->l.work.s, s->l.work.n);
}

static void share(struct stamp_lower *n, struct stamp_lstep *s)
{
    const struct stamp_lstep *before = like(n, s);

    s->w_at = before->w_at;
    s->columns_at = before->columns_at;
    s->bias = before->bias;
}

/* ---- Code -------------------------------------------------------------------------------------- */

/* Transform through DRAM, multiply, transform back into z, post-process into y. */
static void emit_apart(struct stamp_lower *n, struct stamp_lstep *s)
{
    struct stamp_linear l = s->l;
    const uint32_t in = (l.work.d + n->L - 1) / n->L, out = (l.work.n + n->L - 1) / n->L;
    const bool plain = s->s->post == STAMP_GPOST_NONE;

    l.x = s->t;
    l.y = s->z;
    l.bias = 0; /* it comes behind the transform, with its last pass */
    stamp_emit_passes(n->b, &s->plan, false, s->l.x, s->t, in, 0);
    stamp_linear_code(&l);
    stamp_emit_passes(n->b, &s->plan, true, s->z, plain ? s->l.y : s->u, out, s->l.bias);
    if (plain) return;
    const struct stamp_elementwise e = {
        .rows = s->plan.s,
        .cols = s->s->post == STAMP_GPOST_GATE ? stamp_linear_gate_lines(n, s) : out,
        .post = post_of(s->s->post),
        .a = s->u,
        .c = s->l.add,
        .gate = s->l.gate,
        .y = s->l.y};
    stamp_emit_elementwise(n->b, &s->room.mach, &e);
}

static uint64_t products(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    const uint64_t d = n->g->value[s->s->x].cols;
    uint64_t rows = 0, sum = 0;

    for (uint64_t r = 0; r < s->l.work.s; r++) rows += s->plan.bits[r] == 8 ? 2 : 1;
    for (uint32_t i = 0; i < s->s->linears; i++) sum += stamp_linear_outputs(n, s, i);
    return rows * d * sum * (s->l.work.w8 ? 2 : 1);
}

static uint32_t ready(void *conv, uint32_t rows)
{
    return stamp_conv_ready(conv, rows);
}

static void item(void *conv)
{
    stamp_conv_item(conv);
}

/* Its constants have their places by now. */
static void begin_beside(struct stamp_lower *n, const struct stamp_lstep *s, struct stamp_lstep *o)
{
    const struct stamp_conv cut = o->conv;

    o->conv = stamp_depthwise_conv(n, o);
    stamp_conv_cut(&o->conv, cut.all);
    stamp_conv_begin(&o->conv, s->less.VM_LINES);
}

static void emit(struct stamp_lower *n, struct stamp_lstep *s)
{
    stamp_build_phase_begin(n->b, s->s->name, products(n, s));
    if (n->b->status) return;
    stamp_linear_at(&s->l, s->w_at, s->columns_at);
    s->l.bias = s->bias;
    if (s->apart) {
        emit_apart(n, s);
    } else {
        struct stamp_linear l = s->l;
        if (is_rows(n, s)) l.piece = PIECE;
        struct stamp_lstep *o = beside_of(n, s);
        struct stamp_side side = {0, ready, item, o ? &o->conv : NULL};
        if (o && o->beside) begin_beside(n, s, o);
        if (o && o->beside) l.side = &side;
        if (s->back) l.y = s->z;
        l.raw = s->back;
        stamp_linear_code(&l);
    }
}

const struct stamp_lkernel stamp_lkernel_linears = {.plan = plan,
                                                    .tables = tables,
                                                    .lay = stamp_linear_lay,
                                                    .share = share,
                                                    .emit = emit,
                                                    .products = products};
