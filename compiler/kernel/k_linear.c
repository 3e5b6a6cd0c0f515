/* SPDX-License-Identifier: Apache-2.0 */
/* k_linear.c - linear layers that share an input: tiles, fused weights, code. Contract in kernel.h. */
#include <stdio.h>
#include <string.h>

#include "compiler/kernel/kernel.h"
#include "compiler/kernel/elementwise.h"
#include "compiler/kernel/passes.h"

/* Row groups of a product beside attention: about as long as one of its own. */
enum { PIECE = 3 };

/* Outputs of product @p i as the network has them. */
static uint32_t made(const struct stamp_lstep *s, uint32_t i)
{
    return s->s->outs[i < s->s->made ? i : 0];
}

static uint32_t outputs(const struct stamp_lower *n, const struct stamp_lstep *s, uint32_t i)
{
    return n->g->value[n->g->node[s->s->linear[i]].out].cols;
}

/* Lines of half a gated panel: up to whole 64 bytes of f32, gate and up lie side by side. */
static uint32_t gate_lines(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    uint32_t lines = (outputs(n, s, 0) + n->L - 1) / n->L;

    while (lines * n->L * 4 % STAMP_DRAM_ALIGN) lines++;
    return lines;
}

/* Outputs of all products as they lie behind each other. */
static uint32_t width(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    uint32_t sum = 0;

    if (s->s->post == STAMP_GPOST_GATE) return 2 * gate_lines(n, s) * n->L;
    if (s->s->made == 1 && s->s->post != STAMP_GPOST_NONE && s->s->post != STAMP_GPOST_SILU)
        return outputs(n, s, 0);
    for (uint32_t i = 0; i < s->s->linears; i++) sum += stamp_lower_width(n, made(s, i));
    return sum;
}

static struct stamp_scheme scheme_of(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    const struct stamp_schemes all = {n->spec->scheme, n->spec->of_node};
    return stamp_scheme_of(n->g, &all, s->s->node);
}

static bool has_bias(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    return n->g->node[s->s->linear[0]].ins > 2;
}

/* ---- Tiles ------------------------------------------------------------------------------------- */

static enum stamp_post post_of(enum stamp_gpost p)
{
    static const enum stamp_post post[] = {
        [STAMP_GPOST_NONE] = STAMP_POST_NONE, [STAMP_GPOST_ADD] = STAMP_POST_ADD,
        [STAMP_GPOST_GATE] = STAMP_POST_SILU, [STAMP_GPOST_GELU] = STAMP_POST_GELU,
        [STAMP_GPOST_SILU] = STAMP_POST_ACT,  [STAMP_GPOST_GATED] = STAMP_POST_GATED};
    return post[p];
}

/* Codes through DRAM cost the vector unit some time, which attention beside has not. */
static bool may_code(const struct stamp_lower *n, const struct stamp_lstep *s,
                     const struct stamp_scheme *q)
{
    return !n->decode && !q->block && !q->symmetric && !n->b->options->unfused &&
           !(s->room.beside && s[-1].s->kind == STAMP_STEP_ATTEND);
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
                               .n = width(n, s),
                               .block = q->block,
                               .in_fmt = STAMP_FMT_F32,
                               .out_fmt = STAMP_FMT_F32,
                               .w8 = q->weight_bits == 8,
                               .straight = n->decode,
                               .codes = may_code(n, s, q),
                               .bias = has_bias(n, s),
                               .post = post_of(s->s->post),
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

static void plan(struct stamp_lower *n, struct stamp_lstep *s)
{
    const struct stamp_scheme q = scheme_of(n, s);
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
    if (!apart && conv && choose_less(n, s, conv)) return;
    if (!apart && stamp_tile_choose(&s->l.work, n->b->arena, &s->l.t)) return;
    if (stamp_build_starved(n->b)) return;
    if (stamp_lower_alone(n, s) && !apart && stamp_tile_choose(&s->l.work, n->b->arena, &s->l.t))
        return;
    if (stamp_build_starved(n->b)) return;
    s->apart = true;
    s->l.work.transform = false;
    s->l.work.bias = false;
    s->l.work.post = STAMP_POST_NONE;
    if (stamp_tile_choose(&s->l.work, n->b->arena, &s->l.t)) return;
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
    if (!s->apart) return;
    snprintf(name, sizeof name, "%.50s.t", prefix);
    s->t = stamp_build_matrix(n->b, name, STAMP_TEMP, STAMP_FMT_F32, s->l.work.s, s->l.work.d);
    snprintf(name, sizeof name, "%.50s.z", prefix);
    s->z = stamp_build_matrix(n->b, name, STAMP_TEMP, STAMP_FMT_F32, s->l.work.s, s->l.work.n);
    snprintf(name, sizeof name, "%.50s.u", prefix);
    s->u = stamp_build_matrix(n->b, name, STAMP_TEMP, STAMP_FMT_F32, s->l.work.s, s->l.work.n);
}

/* ---- Fused weights ----------------------------------------------------------------------------- */

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
    const uint32_t lines = gate_lines(n, s), half = s->apart ? lines : s->l.t.panel / 2;

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
    const struct stamp_scheme q = scheme_of(n, s);
    uint32_t at = 0;

    memset(out, 0, sizeof *out);
    if (n->b->status) return;
    n->b->status = stamp_weights_alloc(q.weight_bits, q.block, width(n, s),
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
    float *all = has_bias(n, s) ? stamp_build_alloc(n->b, width(n, s), sizeof *all) : NULL;
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
    const uint64_t addr = stamp_lower_vector(n, name, all, width(n, s), n->L, n->L);
    if (!time) s->bias = addr;
}

static void lay(struct stamp_lower *n, struct stamp_lstep *s, enum stamp_lay what, uint32_t time)
{
    if (what == STAMP_LAY_WEIGHTS) lay_weights(n, s, time);
    if (what == STAMP_LAY_BIASES) lay_biases(n, s, time);
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
    const struct stamp_elementwise e = {.rows = s->plan.s,
                                        .cols =
                                            s->s->post == STAMP_GPOST_GATE ? gate_lines(n, s) : out,
                                        .post = post_of(s->s->post),
                                        .a = s->u,
                                        .c = s->l.add,
                                        .gate = s->l.gate,
                                        .y = s->l.y};
    stamp_emit_elementwise(n->b, n->mach, &e);
}

static uint64_t products(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    const uint64_t d = n->g->value[s->s->x].cols;
    uint64_t rows = 0, sum = 0;

    for (uint64_t r = 0; r < s->l.work.s; r++) rows += s->plan.bits[r] == 8 ? 2 : 1;
    for (uint32_t i = 0; i < s->s->linears; i++) sum += outputs(n, s, i);
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
        if (s->room.beside && s[-1].s->kind == STAMP_STEP_ATTEND) l.piece = PIECE;
        struct stamp_lstep *o = beside_of(n, s);
        struct stamp_side side = {0, ready, item, o ? &o->conv : NULL};
        if (o && o->beside) begin_beside(n, s, o);
        if (o && o->beside) l.side = &side;
        stamp_linear_code(&l);
    }
}

const struct stamp_lkernel stamp_lkernel_linears = {
    .plan = plan, .tables = tables, .lay = lay, .share = share, .emit = emit, .products = products};
