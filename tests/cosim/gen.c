/* SPDX-License-Identifier: Apache-2.0 */
/* gen.c - random legal programs. Contract in gen.h. */
#include "tests/cosim/gen.h"

#include <assert.h>
#include <string.h>

#include "tests/cosim/gen_data.h"

uint64_t gen_next(struct gen_rng *r)
{
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return r->state * UINT64_C(2685821657736338717);
}

uint32_t gen_below(struct gen_rng *r, uint32_t n)
{
    return (uint32_t)((gen_next(r) >> 32) * n >> 32);
}

uint32_t gen_range(struct gen_rng *r, uint32_t lo, uint32_t hi)
{
    return lo + gen_below(r, hi - lo + 1);
}

/* What the instructions of one program share. */
struct ctx {
    struct gen_rng r;
    const struct stamp_mach *m;
    struct gen_bases at;
};

static void gen_transfer(struct ctx *c, bool store, union stamp_insn *i)
{
    struct stamp_insn_d *d = &i->d;
    uint32_t part = GEN_VM_PART, base = c->at.vm;

    d->space = store ? STAMP_SPACE_VM : gen_below(&c->r, 5);
    d->fmt = d->space == STAMP_SPACE_VM ? gen_range(&c->r, STAMP_FMT_F32, STAMP_FMT_BF16)
                                        : (uint32_t)STAMP_FMT_RAW;
    if (d->space == STAMP_SPACE_WB) part = GEN_WB_PART, base = c->at.wb;
    if (d->space == STAMP_SPACE_CM) part = GEN_CM_PART, base = c->at.cm;
    if (d->space >= STAMP_SPACE_RT) part = c->m->RT_ENTRIES / STAMP_TABLE_LINE, base = 0;
    d->lines = gen_range(&c->r, 1, part / 4);
    d->n0 = gen_range(&c->r, 1, part / (uint32_t)d->lines > 6 ? 6 : part / (uint32_t)d->lines);
    d->n1 = gen_range(&c->r, 1, part / (uint32_t)(d->lines * d->n0) > 3 ? 2 : 1);
    d->lstride = d->lines + gen_below(&c->r, 3);
    while (d->n1 * d->n0 * d->lstride > part) {
        if (d->lstride > d->lines)
            d->lstride--;
        else if (d->n1 > 1)
            d->n1--;
        else
            d->n0--;
    }
    d->line = base + gen_below(&c->r, part - (uint32_t)(d->n1 * d->n0 * d->lstride) + 1);
    gen_data_window(&c->r, c->m, store, d);
}

static void gen_bfly(struct ctx *c, union stamp_insn *i)
{
    struct stamp_insn_b *b = &i->b;
    uint32_t size;

    b->kind = gen_below(&c->r, 3);
    b->cols = gen_range(&c->r, 1, 6);
    b->n0 = gen_range(&c->r, 1, 5);
    b->n1 = gen_range(&c->r, 1, 3);
    if (gen_below(&c->r, 2)) { /* neighbours: a b a b ... */
        b->boff = b->cols + gen_below(&c->r, 2);
        b->s0 = 2 * b->boff;
        b->s1 = b->n0 * b->s0;
    } else { /* halves: a a ... b b ... */
        b->s0 = b->cols + gen_below(&c->r, 2);
        b->boff = b->n0 * b->s0;
        b->s1 = 2 * b->boff;
    }
    size = (uint32_t)(b->n1 * b->s1 + b->boff);
    b->a = c->at.vm + gen_below(&c->r, GEN_VM_PART - (size < GEN_VM_PART ? size : GEN_VM_PART - 1));
    if (size >= GEN_VM_PART) b->n1 = 1, b->n0 = 1, b->a = c->at.vm;
    b->c = 0x3f000000u + gen_below(&c->r, 0x7fffff); /* 0.5 .. 1 */
    b->s = 0xbf000000u + gen_below(&c->r, 0x7fffff);
}

static void gen_vector(struct ctx *c, union stamp_insn *i)
{
    struct stamp_insn_v *v = &i->v;
    const bool quant = v->op == STAMP_OP_VQUANT, par = v->op == STAMP_OP_VQPAR;

    v->cols = gen_range(&c->r, 1, par ? 4 : 10);
    v->n0 = gen_range(&c->r, 1, par ? 4 : 8);
    v->blk = gen_below(&c->r, 2) ? 0 : gen_range(&c->r, 1, 4);
    v->s0 = v->cols + gen_below(&c->r, 3);
    v->a = c->at.vm + gen_below(&c->r, GEN_VM_PART - (uint32_t)(v->n0 * v->s0) - 12);
    v->first = gen_below(&c->r, 3) != 0;
    v->sym = gen_below(&c->r, 4) == 0;
    v->smstride = par ? v->cols + gen_below(&c->r, 2)
                      : (v->blk ? (v->cols + v->blk - 1) / v->blk : 1) + gen_below(&c->r, 2);
    v->sm = c->at.sm + gen_below(&c->r, GEN_SM_PART - (uint32_t)(v->n0 * v->smstride));
    v->rm = c->at.rm + gen_below(&c->r, GEN_SM_PART - (uint32_t)(v->n0 * v->smstride));
    v->rt = gen_below(&c->r, c->m->RT_ENTRIES - (uint32_t)v->n0);
    v->b = v->a + v->n0 * v->s0; /* behind the rows */
    if (quant) {                 /* nibble rows reach below GEN_NIBS */
        v->gstride = v->cols + gen_below(&c->r, 2);
        const uint32_t span = (uint32_t)(GEN_NIBS / c->m->P * v->gstride + v->cols);
        while (span > GEN_XB_PART && v->gstride > 1 &&
               GEN_NIBS / c->m->P * v->gstride + v->cols > GEN_XB_PART)
            v->gstride--;
        v->xb = c->at.xb + gen_below(&c->r, 4);
    }
}

static void gen_mm(struct ctx *c, union stamp_insn *i)
{
    struct stamp_insn_m *m = &i->m;
    const uint32_t phases = c->m->L / c->m->T;

    m->w8 = gen_below(&c->r, 3) == 0;
    m->groups = gen_range(&c->r, 1, 4);
    m->ng = gen_range(&c->r, 1, 3);
    m->kl = gen_range(&c->r, 1, 8);
    while (m->kl > 1 && m->kl * phases * (1 + m->w8) * m->ng > GEN_WB_PART) m->kl--;
    while (m->kl * phases * (1 + m->w8) * m->ng > GEN_WB_PART) m->ng--;
    m->blk = gen_below(&c->r, 2) ? 0 : gen_range(&c->r, 1, 3);
    m->first = gen_below(&c->r, 3) != 0;
    m->last = gen_below(&c->r, 3) != 0;
    m->gstride = m->kl + gen_below(&c->r, 3);
    m->xb = c->at.xb + gen_below(&c->r, GEN_XB_PART - (uint32_t)(m->groups * m->gstride));
    m->wstride = m->kl * phases * (1 + m->w8);
    m->wb = c->at.wb + gen_below(&c->r, GEN_WB_PART - (uint32_t)(m->ng * m->wstride) + 1);
    m->cmstride = m->blk ? (m->kl + m->blk - 1) / m->blk : gen_range(&c->r, 1, 2);
    m->cm =
        c->at.cm + gen_below(&c->r, GEN_CM_PART - (uint32_t)((m->ng - 1) * m->cmstride) -
                                        (uint32_t)(m->blk ? (m->kl + m->blk - 1) / m->blk : 1) + 1);
    while (m->ng * m->groups * c->m->P > GEN_AC_PART) m->groups--;
    m->ac = c->at.ac + gen_below(&c->r, GEN_AC_PART - (uint32_t)(m->ng * m->groups * c->m->P) + 1);
    m->nt =
        gen_below(&c->r, (c->m->RT_ENTRIES - (uint32_t)m->groups * c->m->P) / c->m->P) * c->m->P;
    m->rmstride = gen_range(&c->r, 1, 2);
    m->rm = c->at.rm + gen_below(&c->r, 16);
    m->vstride = m->ng + gen_below(&c->r, 2);
    m->vm = c->at.vm + gen_below(&c->r, 20);
    /* Tokens of the nibble table stay below GEN_TOKENS, so rm and vm stay inside their parts. */
}

static void gen_one(struct ctx *c, struct gen_piece *p)
{
    static const enum stamp_opcode ops[] = {
        STAMP_OP_LOAD,  STAMP_OP_LOAD,    STAMP_OP_LOAD,  STAMP_OP_STORE,  STAMP_OP_STORE,
        STAMP_OP_VBFLY, STAMP_OP_VBFLY,   STAMP_OP_VQPAR, STAMP_OP_VQUANT, STAMP_OP_VQUANT,
        STAMP_OP_VBIAS, STAMP_OP_VMINMAX, STAMP_OP_MM,    STAMP_OP_MM,     STAMP_OP_MM,
        STAMP_OP_FENCE, STAMP_OP_NOP};
    union stamp_insn i;

    memset(&i, 0, sizeof i);
    i.c.op = ops[gen_below(&c->r, sizeof ops / sizeof ops[0])];
    switch ((enum stamp_opcode)i.c.op) {
    case STAMP_OP_LOAD:
    case STAMP_OP_STORE: gen_transfer(c, i.c.op == STAMP_OP_STORE, &i); break;
    case STAMP_OP_VBFLY: gen_bfly(c, &i); break;
    case STAMP_OP_MM: gen_mm(c, &i); break;
    case STAMP_OP_FENCE:
    case STAMP_OP_NOP: break;
    default: gen_vector(c, &i); break;
    }
    p->stepped = i.c.op == STAMP_OP_LOAD && i.d.space <= STAMP_SPACE_CM;
    const char *bad = stamp_encode(&i, &p->word);
    assert(!bad);
    (void)bad;
}

void gen_make(const struct stamp_mach *mach, uint64_t seed, struct gen_program *p)
{
    struct ctx c = {.r = {seed * UINT64_C(0x9e3779b97f4a7c15) + 1}, .m = mach};
    uint32_t segment = 0;

    memset(p, 0, sizeof *p);
    p->mach = mach;
    p->seed = seed;
    c.at.vm = gen_below(&c.r, mach->VM_LINES - GEN_VM_PART - 64);
    c.at.xb = gen_below(&c.r, mach->XB_LINES - GEN_XB_PART - 8);
    c.at.wb = gen_below(&c.r, mach->WB_LINES - GEN_WB_PART);
    c.at.cm = gen_below(&c.r, mach->CM_LINES - GEN_CM_PART);
    c.at.sm = gen_below(&c.r, mach->SM_ENTRIES - GEN_SM_PART);
    c.at.rm = gen_below(&c.r, mach->SM_ENTRIES - GEN_SM_PART);
    c.at.ac = gen_below(&c.r, mach->AC_LINES - GEN_AC_PART);
    p->base = c.at;
    p->dram_base = gen_next(&c.r) >> 30 << 6; /* 40 bits, less what memory takes */
    if (p->dram_base >= (UINT64_C(1) << 40) - (1 << 24)) p->dram_base = 0;
    p->pieces = gen_range(&c.r, 2, GEN_MAX / 2);
    p->loop[0] = 1;
    for (uint32_t k = 0; k < p->pieces; k++) {
        if (k && gen_below(&c.r, 8) == 0) {
            segment++;
            p->loop[segment] = gen_below(&c.r, 3) ? 1 : gen_range(&c.r, 2, 4);
        }
        p->piece[k].segment = segment;
        gen_one(&c, &p->piece[k]);
    }
}

void gen_drop(struct gen_program *p, uint32_t i)
{
    memmove(&p->piece[i], &p->piece[i + 1], (p->pieces - i - 1) * sizeof p->piece[0]);
    p->pieces--;
}
