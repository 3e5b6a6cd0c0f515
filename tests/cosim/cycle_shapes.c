/* SPDX-License-Identifier: Apache-2.0 */
/* cycle_shapes.c - instructions of every size. Contract in cycle_shapes.h.
 *
 * VM: operands from A, second operands from B, results from D; each part has LINES lines. */
#include "tests/cosim/cycle_shapes.h"

#include <string.h>

#include "tests/cosim/cycle_rig.h"

enum { LINES = 96, A = 0, B = LINES, D = 2 * LINES };
enum { XB = 128, AC = 128, PB = 96 }; /* lines every machine has */

/* Rows and lines of a row. */
static const uint32_t sizes[][2] = {{1, 1}, {1, 2},  {2, 1},  {3, 1},  {1, 7}, {5, 3}, {3, 5},
                                    {4, 4}, {1, 16}, {1, 64}, {33, 1}, {9, 9}, {65, 1}};

static uint32_t hash(uint32_t x)
{
    x = (x ^ x >> 16) * 0x7feb352d;
    x = (x ^ x >> 15) * 0x846ca68b;
    return x ^ x >> 16;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

struct draw {
    const struct stamp_mach *m;
    uint32_t seed, rows, cols, place;
};

static uint32_t below(struct draw *d, uint32_t n)
{
    return hash(d->seed++ * 2654435761u + 97) % n;
}

/* ---- Vector unit ------------------------------------------------------------------------------ */

static bool butterfly(struct draw *d, uint32_t fn, struct stamp_insn_b *b)
{
    b->kind = fn;
    b->n1 = 1 + below(d, 3);
    b->n0 = d->rows;
    b->cols = d->cols;
    b->boff = b->cols;
    b->s0 = 2 * b->cols;
    b->s1 = b->n0 * b->s0;
    if (fn == STAMP_KIND_ROT) b->c = b->s = 0x3f000000;
    return b->n1 * b->s1 <= 3 * LINES;
}

/* Rows and blocks; codes, ranges and parameters in SM. */
static bool quantizer(struct draw *d, struct stamp_insn_v *v)
{
    const bool par = v->op == STAMP_OP_VQPAR, sd = v->op != STAMP_OP_VMINMAX && below(d, 4) == 0;
    const uint32_t room = par ? RIG_SM / RIG_MANY : RIG_SM;

    v->blk = below(d, 2) ? 0 : 1 + below(d, 4);
    v->first = 1;
    v->sym = below(d, 3) == 0;
    v->sd = sd;
    v->smstride = par ? v->cols : v->blk ? (v->cols + v->blk - 1) / v->blk : 1;
    v->sm = par ? d->place * room : 0;
    v->rt = sd || below(d, 2) ? d->m->RT_ENTRIES / 2 : 0;
    v->gstride = v->cols;
    if (v->n0 * v->smstride > room) return false;
    if (v->op == STAMP_OP_VQUANT)
        return v->n0 <= d->m->RT_ENTRIES / 2 && ((2 * v->n0 - 1) / d->m->P + 1) * v->cols <= XB;
    return true;
}

static bool packed(struct draw *d, struct stamp_insn_v *v)
{
    const uint32_t phases = d->m->L / d->m->T;
    const bool keys = v->op == STAMP_OP_VPACKK;

    if (v->op == STAMP_OP_VCODE || v->op == STAMP_OP_VDEQ) {
        v->rt = below(d, 2) ? d->m->RT_ENTRIES / 2 : 0;
        v->gstride = (v->cols + 3) / 4;
        v->b = v->op == STAMP_OP_VDEQ ? A : D;
        v->a = v->op == STAMP_OP_VDEQ ? D : A;
        return v->n0 <= d->m->RT_ENTRIES / 2;
    }
    v->rm = keys ? 0 : below(d, 20);
    v->b = keys ? 0 : (v->rm + v->n0 - 1) / d->m->T + 1;
    v->gstride = v->cols * (keys ? phases : v->b);
    return 2 * v->gstride <= PB && (!keys || v->n0 <= d->m->L);
}

/* SM entries of a row: cols of them. */
static bool entries(struct draw *d, struct stamp_insn_v *v)
{
    v->first = below(d, 2);
    v->s0 = (v->cols * (v->first || v->op == STAMP_OP_VSMWR ? 2 : 1) + d->m->L - 1) / d->m->L;
    v->smstride = v->cols;
    v->gstride = 1;
    return v->n0 * v->smstride <= RIG_SM;
}

static bool format_v(struct draw *d, struct stamp_insn_v *v)
{
    v->n0 = d->rows;
    v->cols = v->s0 = d->cols;
    v->a = A;
    switch ((enum stamp_opcode)v->op) {
    case STAMP_OP_VMINMAX:
    case STAMP_OP_VQPAR:
    case STAMP_OP_VQUANT: return quantizer(d, v);
    case STAMP_OP_VSMRD:
    case STAMP_OP_VSMWR: return entries(d, v);
    case STAMP_OP_VBIAS: v->b = B; return true;
    default: return packed(d, v);
    }
}

static bool format_w(struct draw *d, uint32_t fn, struct stamp_insn_w *w)
{
    const uint32_t wide = w->op == STAMP_OP_VROPE ? 2 : 1;

    w->fn = fn;
    w->a = A, w->b = B, w->d = D;
    w->n0 = d->rows;
    w->cols = w->s0 = w->ds = d->cols;
    if (w->op == STAMP_OP_VBIN || w->op == STAMP_OP_VROPE || w->op == STAMP_OP_VFN) {
        w->rep = below(d, 3);
        w->bs = wide * w->cols;
    }
    if (w->op == STAMP_OP_VFN && fn != STAMP_ONE_RSQRT) w->rep = w->bs = 0;
    if (w->op == STAMP_OP_VROW || w->op == STAMP_OP_VRED)
        w->ds = w->op == STAMP_OP_VROW ? w->cols : 0;
    if (w->op == STAMP_OP_VRED || w->op == STAMP_OP_VFN) w->lim = 0x7fffff;
    if (w->op == STAMP_OP_VFN) w->c = 0x3f000000;
    return (w->rep ? (w->n0 - 1) / w->rep + 1 : 1) * wide * w->cols <= LINES;
}

/* ---- Matrix unit ------------------------------------------------------------------------------ */

static bool product(struct draw *d, struct stamp_insn_m *i)
{
    const struct stamp_mach *m = d->m;

    i->first = below(d, 3) != 0;
    i->last = below(d, 3) != 0;
    i->w8 = below(d, 2);
    i->blk = below(d, 2) ? 0 : 1 + below(d, 5);
    i->groups = 1 + below(d, 3);
    i->ng = d->rows;
    i->kl = d->cols;
    i->gstride = i->kl;
    i->wstride = i->kl * (m->L / m->T) * (1 + i->w8);
    i->cmstride = i->blk ? (i->kl + i->blk - 1) / i->blk : 1;
    i->vstride = i->ng;
    i->rmstride = 1;
    return i->groups * i->kl <= XB && i->ng * i->wstride <= m->WB_LINES &&
           i->ng * i->cmstride <= m->CM_LINES && i->ng * i->groups * m->P <= AC &&
           16 * i->ng <= RIG_VM;
}

/* ---- Load and store --------------------------------------------------------------------------- */

static bool transfer(struct draw *d, uint32_t fn, struct stamp_insn_d *i)
{
    static const enum stamp_space in[] = {STAMP_SPACE_VM, STAMP_SPACE_VM, STAMP_SPACE_WB,
                                          STAMP_SPACE_CM},
                                  out[] = {STAMP_SPACE_VM, STAMP_SPACE_VM, STAMP_SPACE_PB};
    const bool store = i->op == STAMP_OP_STORE;
    const uint32_t kind = below(d, store ? 3 : 4);

    i->space = store ? out[kind] : in[kind];
    i->fmt = kind == 0 ? STAMP_FMT_F32 : kind == 1 ? STAMP_FMT_BF16 : STAMP_FMT_RAW;
    i->gather = fn;
    if (fn) i->space = STAMP_SPACE_VM, i->fmt = STAMP_FMT_F32;
    i->n1 = 1 + below(d, 2);
    i->n0 = d->rows;
    i->lines = i->lstride = d->cols;
    const uint64_t bytes =
        i->lines * stamp_line_bytes(d->m, (enum stamp_space)i->space, (enum stamp_fmt)i->fmt);
    i->d0 = (bytes + STAMP_DRAM_ALIGN - 1) / STAMP_DRAM_ALIGN * STAMP_DRAM_ALIGN;
    i->d1 = fn ? 0 : i->n0 * i->d0;
    i->dram = store ? RIG_STORE : i->fmt == STAMP_FMT_BF16 ? RIG_BF16 : RIG_DATA;
    if (fn && i->n0 * i->n1 > d->m->IT_ENTRIES) return false;
    return i->n0 * i->n1 * i->lines <=
               least(PB, stamp_space_lines(d->m, (enum stamp_space)i->space)) &&
           i->n0 * i->n1 * i->d0 <= RIG_BF16 - RIG_DATA;
}

/* ----------------------------------------------------------------------------------------------- */

uint32_t shape_functions(enum stamp_opcode op)
{
    switch (op) {
    case STAMP_OP_VBFLY: return STAMP_KIND_ROT + 1;
    case STAMP_OP_VBIN: return STAMP_BIN_MAC + 1;
    case STAMP_OP_VROW: return STAMP_ROW_MUL + 1;
    case STAMP_OP_VRED: return STAMP_RED_MAX + 1;
    case STAMP_OP_VFN: return STAMP_ONE_EXPM + 1;
    case STAMP_OP_LOAD: return 2; /* gathered or not */
    default: return 1;
    }
}

bool shape_of(const struct stamp_mach *m, enum stamp_opcode op, uint32_t fn, uint32_t k,
              uint32_t place, union stamp_insn *i)
{
    const uint32_t fixed = sizeof sizes / sizeof sizes[0];
    struct draw d = {.m = m, .seed = (uint32_t)op * 4096 + fn * 256 + k * 16, .place = place};

    memset(i, 0, sizeof *i);
    i->c.op = op;
    d.rows = k < fixed ? sizes[k][0] : 1 + below(&d, 12);
    d.cols = k < fixed ? sizes[k][1] : 1 + below(&d, LINES / d.rows);
    if (d.rows * d.cols > LINES) return false;
    switch (stamp_op_find(op)->format) {
    case STAMP_FORMAT_B: return butterfly(&d, fn, &i->b);
    case STAMP_FORMAT_V: return format_v(&d, &i->v);
    case STAMP_FORMAT_W: return format_w(&d, fn, &i->w);
    case STAMP_FORMAT_M: return product(&d, &i->m);
    default: return transfer(&d, fn, &i->d);
    }
}
