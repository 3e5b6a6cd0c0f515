/* SPDX-License-Identifier: Apache-2.0 */
/* gen_vec.c - random vector instructions. Contract in gen_vec.h.
 *
 * The part of VM is two halves. Results go to the half the operands are not in, or over them. */
#include "tests/cosim/gen_vec.h"

enum { HALF = GEN_VM_PART / 2 };

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* A place for @p lines lines in a half. */
static uint32_t in_half(struct gen_ctx *c, uint32_t half, uint32_t lines)
{
    return c->at.vm + half * HALF + gen_place(&c->r, HALF, lines);
}

static uint32_t span(uint64_t rows, uint64_t stride, uint64_t lines)
{
    return (uint32_t)((rows - 1) * stride + lines);
}

/* ---- Format W ------------------------------------------------------------------------------- */

/* Rows and their width; one number a row: more rows than lanes, now and then. */
static void shape(struct gen_ctx *c, struct stamp_insn_w *w, bool scalars)
{
    const uint32_t most = scalars && gen_below(&c->r, 2) ? c->m->L + 5 : 6;

    w->n0 = gen_range(&c->r, 1, most);
    w->cols = gen_range(&c->r, 1, least(6, HALF / (uint32_t)w->n0));
    w->s0 = w->cols;
    if (span(w->n0, w->s0 + 1, w->cols) <= HALF) w->s0 += gen_below(&c->r, 2);
}

/* Rows of b, rep and stride; returns the lines they take. */
static uint32_t shape_b(struct gen_ctx *c, struct stamp_insn_w *w, uint32_t lines)
{
    w->rep = gen_below(&c->r, 4);
    w->bs = lines + gen_below(&c->r, 2);
    const uint64_t rows = w->rep ? (w->n0 - 1) / w->rep + 1 : 1;
    if (span(rows, w->bs, lines) <= HALF) return span(rows, w->bs, lines);
    w->rep = 0;
    return lines;
}

static void limits(struct gen_ctx *c, struct stamp_insn_w *w)
{
    const uint32_t width = (uint32_t)w->cols * c->m->L;

    switch (gen_below(&c->r, 4)) {
    case 0: w->lim = width; break;
    case 1: w->lim = gen_next(&c->r) & 0xffffff; break;
    default: w->lim = (gen_below(&c->r, width + 8) - 4u) & 0xffffff; break;
    }
    w->lstep = gen_below(&c->r, 2) ? 0 : gen_below(&c->r, 24);
    if (gen_may(c, GEN_IS_SETA) && gen_below(&c->r, 4) == 0) w->areg = GEN_LIM_REG;
}

static uint32_t constant(struct gen_ctx *c, bool sign)
{
    const uint32_t minus = sign ? gen_below(&c->r, 2) << 31 : 0;

    return minus | gen_range(&c->r, 122, 128) << 23 | gen_below(&c->r, 0x800000);
}

/* Where a, d and b go; @p b_lines 0: no b. b may lie under d where it is read row by row, @p each. */
static void lay_out(struct gen_ctx *c, struct stamp_insn_w *w, uint32_t b_lines, bool each)
{
    const uint32_t half = gen_below(&c->r, 2), rows = span(w->n0, w->s0, w->cols);
    const uint32_t mode = gen_below(&c->r, each ? 4 : 2);

    w->a = in_half(c, half, rows);
    if (b_lines) w->b = in_half(c, mode == 0 ? !half : half, b_lines);
    w->d = w->a;
    w->ds = w->s0;
    if (mode == 0) return; /* over a, b apart */
    if (mode >= 2) {       /* over b, row by row; mode 3: b is a, too */
        w->rep = 1;
        w->bs = w->s0;
        w->b = mode == 3 ? w->a : in_half(c, !half, rows);
        w->d = w->b;
        return;
    }
    w->d = in_half(c, !half, rows);
}

static void gen_fn(struct gen_ctx *c, struct stamp_insn_w *w, uint32_t fn)
{
    uint32_t lines = 0;

    w->fn = fn;
    shape(c, w, fn == STAMP_ONE_EXPM);
    limits(c, w);
    w->c = constant(c, fn != STAMP_ONE_RSQRT);
    if (fn == STAMP_ONE_EXPM) lines = (uint32_t)(w->n0 - 1) / c->m->L + 1;
    if (fn == STAMP_ONE_RSQRT) lines = shape_b(c, w, (uint32_t)w->cols);
    lay_out(c, w, lines, fn == STAMP_ONE_RSQRT);
}

/* Division and root want positive operands: sigmoids of whatever lies there come before. */
static uint32_t positive(struct gen_ctx *c, union stamp_insn i[GEN_GROUP], uint32_t fn)
{
    const bool root = fn == STAMP_ONE_RSQRT;
    struct stamp_insn_w *last = &i[root ? 2 : 1].w;

    last->op = STAMP_OP_VFN;
    gen_fn(c, last, fn);
    if (root) { /* b apart from a: two rows of sigmoids */
        const uint32_t half = last->a >= c->at.vm + HALF;
        last->rep = 0;
        last->b = in_half(c, !half, (uint32_t)last->cols);
        last->d = last->a, last->ds = last->s0;
        i[1].w = *last;
        i[1].w.n0 = 1;
        i[1].w.a = i[1].w.d = last->b;
    }
    i[0].w = *last;
    i[0].w.d = i[0].w.a, i[0].w.ds = i[0].w.s0;
    for (uint32_t k = 0; k < 1u + root; k++) {
        i[k].w.fn = STAMP_ONE_SIGMOID;
        i[k].w.lim = 0x7fffff, i[k].w.lstep = 0, i[k].w.areg = 0;
    }
    return root ? 3 : 2;
}

static uint32_t gen_w(struct gen_ctx *c, union stamp_insn i[GEN_GROUP])
{
    struct stamp_insn_w *w = &i[0].w;
    const enum stamp_opcode op = (enum stamp_opcode)w->op;

    if (op == STAMP_OP_VFN) {
        const uint32_t fn = gen_below(&c->r, STAMP_ONE_EXPM + 1);
        if (fn == STAMP_ONE_RECIP || fn == STAMP_ONE_RSQRT) return positive(c, i, fn);
        gen_fn(c, w, fn);
        return 1;
    }
    shape(c, w, op == STAMP_OP_VROW || op == STAMP_OP_VRED);
    if (op == STAMP_OP_VBIN) {
        w->fn = gen_below(&c->r, STAMP_BIN_MAC + 1);
        lay_out(c, w, shape_b(c, w, (uint32_t)w->cols), true);
    } else if (op == STAMP_OP_VROPE) {
        lay_out(c, w, shape_b(c, w, 2 * (uint32_t)w->cols), false);
    } else if (op == STAMP_OP_VROW) {
        w->fn = gen_below(&c->r, STAMP_ROW_MUL + 1);
        lay_out(c, w, (uint32_t)(w->n0 - 1) / c->m->L + 1, false);
    } else {
        const uint32_t half = gen_below(&c->r, 2);
        w->fn = gen_below(&c->r, STAMP_RED_MAX + 1);
        limits(c, w);
        w->a = in_half(c, half, span(w->n0, w->s0, w->cols));
        w->d = in_half(c, !half, (uint32_t)(w->n0 - 1) / c->m->L + 1);
    }
    return 1;
}

/* ---- Format V ------------------------------------------------------------------------------- */

static void gen_codes(struct gen_ctx *c, struct stamp_insn_v *v)
{
    v->cols = gen_range(&c->r, 1, 10);
    v->n0 = gen_range(&c->r, 1, 6);
    v->s0 = v->cols + gen_below(&c->r, 2);
    v->a = in_half(c, gen_below(&c->r, 2), span(v->n0, v->s0, v->cols));
    v->rt = gen_place(&c->r, c->m->RT_ENTRIES, (uint32_t)v->n0);
    v->gstride = (v->cols + 3) / 4 + gen_below(&c->r, 2);
    v->b = c->at.raw + gen_place(&c->r, GEN_RAW_PART, span(v->n0, v->gstride, (v->cols + 3) / 4));
}

static void gen_pack(struct gen_ctx *c, struct stamp_insn_v *v)
{
    const uint32_t phases = c->m->L / c->m->T;
    const bool keys = v->op == STAMP_OP_VPACKK;
    uint32_t lines; /* of a plane */

    v->n0 = gen_range(&c->r, 1, keys ? least(c->m->L, 12) : 12);
    if (keys) {
        v->rm = gen_below(&c->r, c->m->L - (uint32_t)v->n0 + 1);
        v->cols = gen_range(&c->r, 1, least(6, GEN_PB_PART / 2 / phases));
        lines = (uint32_t)v->cols * phases;
    } else {
        v->rm = gen_below(&c->r, 20);
        v->cols = gen_range(&c->r, 1, 4);
        v->b = (v->rm + v->n0 - 1) / c->m->T + 1 + gen_below(&c->r, 2);
        lines = span(v->cols, v->b, (v->rm + v->n0 - 1) / c->m->T + 1);
        if (lines > GEN_PB_PART / 2) v->cols = 1, lines = (uint32_t)v->b;
    }
    v->gstride = lines + gen_below(&c->r, GEN_PB_PART - 2 * lines + 1);
    v->xb = c->at.pb + gen_place(&c->r, GEN_PB_PART, lines + (uint32_t)v->gstride);
    v->s0 = v->cols + gen_below(&c->r, 2);
    v->a = in_half(c, gen_below(&c->r, 2), span(v->n0, v->s0, v->cols));
}

/* SM entries as numbers and back. */
static void gen_entries(struct gen_ctx *c, struct stamp_insn_v *v)
{
    const uint32_t each = v->op == STAMP_OP_VSMWR || v->first ? 2 : 1;

    v->n0 = gen_range(&c->r, 1, 4);
    v->cols = gen_range(&c->r, 1, gen_below(&c->r, 2) ? c->m->L + 5 : 6);
    v->gstride = v->cols > 30 ? 1 : gen_below(&c->r, 3);
    v->smstride = gen_below(&c->r, 2) ? gen_below(&c->r, 8) : 0;
    v->sm = c->at.sm +
            gen_place(&c->r, GEN_SM_PART, span(v->n0, v->smstride, span(v->cols, v->gstride, 1)));
    const uint32_t lines = ((uint32_t)v->cols * each + c->m->L - 1) / c->m->L;
    v->s0 = lines + gen_below(&c->r, 2);
    v->a = in_half(c, gen_below(&c->r, 2), span(v->n0, v->s0, lines));
}

uint32_t gen_vec(struct gen_ctx *c, union stamp_insn i[GEN_GROUP])
{
    const struct stamp_op *op = stamp_op_find((uint32_t)i[0].c.op);
    struct stamp_insn_v *v = &i[0].v;

    if (op->format == STAMP_FORMAT_W) return gen_w(c, i);
    v->first = gen_below(&c->r, 2);
    v->sym = gen_below(&c->r, 2);
    v->blk = gen_below(&c->r, 2) ? 0 : gen_range(&c->r, 1, 4);
    if (v->op == STAMP_OP_VCODE || v->op == STAMP_OP_VDEQ)
        gen_codes(c, v);
    else if (v->op == STAMP_OP_VPACKK || v->op == STAMP_OP_VPACKV)
        gen_pack(c, v);
    else
        gen_entries(c, v);
    if (v->op == STAMP_OP_VSMRD || v->op == STAMP_OP_VSMWR) return 1;
    v->smstride = gen_below(&c->r, 12);
    const uint32_t blocks = v->blk ? (uint32_t)((v->cols - 1) / v->blk + 1) : 1;
    v->sm = c->at.sm + gen_place(&c->r, GEN_SM_PART, span(v->n0, v->smstride, blocks));
    return 1;
}
