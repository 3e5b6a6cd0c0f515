/* SPDX-License-Identifier: Apache-2.0 */
/* gen.c - random legal programs. Contract in gen.h. */
#include "tests/cosim/gen.h"

#include <assert.h>
#include <string.h>

#include "tests/cosim/gen_data.h"
#include "tests/cosim/gen_vec.h"

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

uint32_t gen_place(struct gen_rng *r, uint32_t room, uint32_t lines)
{
    const uint32_t end = gen_below(r, 6);

    assert(lines <= room);
    return end == 0 ? 0 : end == 1 ? room - lines : gen_below(r, room - lines + 1);
}

bool gen_class_mask(const char *names, uint64_t *mask)
{
    static const char *const known[] = {
#define NAME(name) #name,
        GEN_CLASSES(NAME)};

    *mask = 0;
    while (*names) {
        const size_t n = strcspn(names, ",");
        uint64_t bit = 0;
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            if (strlen(known[i]) == n && !strncmp(known[i], names, n)) bit = UINT64_C(1) << i;
        if (!bit) return false;
        *mask |= bit;
        names += n + (names[n] == ',');
    }
    return true;
}

static void choose_space(struct gen_ctx *c, bool store, struct stamp_insn_d *d)
{
    const bool raw = gen_may(c, GEN_IS_RAW) && gen_below(&c->r, 4) == 0;

    d->space = store ? STAMP_SPACE_VM : gen_below(&c->r, 5);
    if (store && gen_may(c, GEN_IS_PB) && gen_below(&c->r, 3) == 0) d->space = STAMP_SPACE_PB;
    if (!store && gen_may(c, GEN_IS_IT) && gen_below(&c->r, 6) == 0) d->space = STAMP_SPACE_IT;
    d->fmt = d->space != STAMP_SPACE_VM || raw ? (uint32_t)STAMP_FMT_RAW
                                               : gen_range(&c->r, STAMP_FMT_F32, STAMP_FMT_BF16);
    d->gather = !store && d->space == STAMP_SPACE_VM && gen_may(c, GEN_IS_GATHER) &&
                gen_below(&c->r, 3) == 0;
}

static void gen_transfer(struct gen_ctx *c, bool store, union stamp_insn *i)
{
    struct stamp_insn_d *d = &i->d;
    uint32_t part = GEN_VM_PART, base = c->at.vm;

    choose_space(c, store, d);
    if (d->space == STAMP_SPACE_VM && d->fmt == STAMP_FMT_RAW && gen_below(&c->r, 2))
        part = GEN_RAW_PART, base = c->at.raw;
    if (d->space == STAMP_SPACE_WB) part = GEN_WB_PART, base = c->at.wb;
    if (d->space == STAMP_SPACE_CM) part = GEN_CM_PART, base = c->at.cm;
    if (d->space == STAMP_SPACE_RT || d->space == STAMP_SPACE_NT)
        part = c->m->RT_ENTRIES / STAMP_TABLE_LINE, base = 0;
    if (d->space == STAMP_SPACE_IT) part = c->m->IT_ENTRIES / STAMP_INDEX_LINE, base = 0;
    if (d->space == STAMP_SPACE_PB) part = GEN_PB_PART, base = c->at.pb;
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
    const uint32_t span = (uint32_t)((d->n1 * d->n0 - 1) * d->lstride + d->lines);
    d->line = base + gen_place(&c->r, part, span);
    if (d->gather) d->it = gen_place(&c->r, c->m->IT_ENTRIES, (uint32_t)(d->n0 * d->n1));
    gen_data_window(&c->r, c->m, store, part == GEN_RAW_PART, d);
}

static void gen_bfly(struct gen_ctx *c, union stamp_insn *i)
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
    size = (uint32_t)((b->n1 - 1) * b->s1 + (b->n0 - 1) * b->s0 + b->boff + b->cols);
    b->a = c->at.vm + gen_place(&c->r, GEN_VM_PART, size);
    b->c = 0x3f000000u + gen_below(&c->r, 0x7fffff); /* 0.5 .. 1 */
    b->s = 0xbf000000u + gen_below(&c->r, 0x7fffff);
}

static void gen_vector(struct gen_ctx *c, union stamp_insn *i)
{
    struct stamp_insn_v *v = &i->v;
    const bool quant = v->op == STAMP_OP_VQUANT, par = v->op == STAMP_OP_VQPAR;

    v->cols = gen_range(&c->r, 1, par ? 4 : 10);
    v->n0 = gen_range(&c->r, 1, par ? 4 : 8);
    v->blk = gen_below(&c->r, 2) ? 0 : gen_range(&c->r, 1, 4);
    v->s0 = v->cols + gen_below(&c->r, 3);
    const uint32_t bias = v->op == STAMP_OP_VBIAS ? (uint32_t)v->cols : 0;
    v->a =
        c->at.vm + gen_place(&c->r, GEN_VM_PART, (uint32_t)((v->n0 - 1) * v->s0 + v->cols) + bias);
    v->first = gen_below(&c->r, 3) != 0;
    v->sym = gen_below(&c->r, 4) == 0;
    v->smstride = par ? v->cols + gen_below(&c->r, 2)
                      : (v->blk ? (v->cols + v->blk - 1) / v->blk : 1) + gen_below(&c->r, 2);
    const uint32_t blocks = par      ? (uint32_t)v->cols
                            : v->blk ? (uint32_t)((v->cols - 1) / v->blk + 1)
                                     : 1;
    const uint32_t entries = (uint32_t)((v->n0 - 1) * v->smstride) + blocks;
    v->sm = c->at.sm + gen_place(&c->r, GEN_SM_PART, entries);
    v->rm = c->at.rm + gen_place(&c->r, GEN_SM_PART, entries);
    v->rt = gen_place(&c->r, c->m->RT_ENTRIES, (uint32_t)v->n0);
    v->sd = (quant || par) && gen_may(c, GEN_IS_SD) && gen_below(&c->r, 3) == 0;
    if (v->sd && quant) /* signed digits take two nibble rows: entries whose rows are even */
        v->rt = gen_below(&c->r, c->m->RT_ENTRIES / 32) * 32 + GEN_EVEN +
                gen_below(&c->r, 33 - GEN_EVEN - (uint32_t)v->n0);
    v->b = v->a + (v->n0 - 1) * v->s0 + v->cols; /* behind the rows */
    if (quant) {                                 /* nibble rows stay below GEN_NIBS */
        const uint32_t last = (GEN_NIBS - 1) / c->m->P, room = GEN_XB_PART + 8;
        v->gstride = v->cols + gen_below(&c->r, 2);
        while (last * v->gstride + v->cols > room) v->gstride--;
        v->xb = c->at.xb + gen_place(&c->r, room, last * (uint32_t)v->gstride + (uint32_t)v->cols);
    }
}

static void gen_mm(struct gen_ctx *c, union stamp_insn *i)
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
    m->xb = c->at.xb +
            gen_place(&c->r, GEN_XB_PART + 8, (uint32_t)((m->groups - 1) * m->gstride + m->kl));
    m->wstride = m->kl * phases * (1 + m->w8);
    m->wb = c->at.wb + gen_place(&c->r, GEN_WB_PART, (uint32_t)(m->ng * m->wstride));
    m->cmstride = m->blk ? (m->kl + m->blk - 1) / m->blk : gen_range(&c->r, 1, 2);
    const uint32_t blocks = m->blk ? (uint32_t)((m->kl + m->blk - 1) / m->blk) : 1;
    m->cm =
        c->at.cm + gen_place(&c->r, GEN_CM_PART, (uint32_t)((m->ng - 1) * m->cmstride) + blocks);
    while (m->ng * m->groups * c->m->P > gen_ac_part(c->m)) m->groups--;
    m->ac = c->at.ac + gen_place(&c->r, gen_ac_part(c->m), (uint32_t)(m->ng * m->groups * c->m->P));
    m->nt = gen_place(&c->r, c->m->RT_ENTRIES / c->m->P, (uint32_t)m->groups) * c->m->P;
    m->rmstride = gen_range(&c->r, 1, 2);
    m->rm = c->at.rm + gen_below(&c->r, 16);
    m->vstride = m->ng + gen_below(&c->r, 2);
    m->vm = c->at.vm + gen_below(&c->r, 20);
    /* Tokens of the nibble table stay below GEN_TOKENS, so rm and vm stay inside their parts. */
}

static void append(struct gen_program *p, uint32_t segment, const union stamp_insn *i)
{
    struct gen_piece *piece = &p->piece[p->pieces++];
    const char *bad = stamp_encode(i, &piece->word);

    piece->segment = segment;
    piece->stepped = i->c.op == STAMP_OP_LOAD && i->d.space <= STAMP_SPACE_CM;
    assert(!bad);
    (void)bad;
}

/* One instruction, or a few that make each other's operands. */
static void gen_one(struct gen_ctx *c, struct gen_program *p, uint32_t segment)
{
    static const struct {
        enum stamp_opcode op;
        uint32_t class, weight;
    } ops[] = {
#define OF(name, weight) {STAMP_OP_##name, GEN_IS_##name, weight}
        OF(LOAD, 4),    OF(STORE, 3), OF(VBFLY, 2), OF(VQPAR, 1), OF(VQUANT, 2), OF(VBIAS, 1),
        OF(VMINMAX, 1), OF(MM, 3),    OF(FENCE, 1), OF(NOP, 1),   OF(VBIN, 2),   OF(VROPE, 1),
        OF(VROW, 2),    OF(VRED, 2),  OF(VFN, 3),   OF(VCODE, 1), OF(VDEQ, 1),   OF(VPACKK, 1),
        OF(VPACKV, 1),  OF(VSMRD, 1), OF(VSMWR, 1)};
    union stamp_insn i[GEN_GROUP];
    uint32_t sum = 0, k = 0, n = 1;

    for (size_t o = 0; o < sizeof ops / sizeof ops[0]; o++)
        if (gen_may(c, ops[o].class)) sum += ops[o].weight;
    assert(sum);
    sum = gen_below(&c->r, sum);
    for (;; k++) {
        if (!gen_may(c, ops[k].class)) continue;
        if (sum < ops[k].weight) break;
        sum -= ops[k].weight;
    }
    memset(i, 0, sizeof i);
    i[0].c.op = ops[k].op;
    switch (ops[k].op) {
    case STAMP_OP_LOAD:
    case STAMP_OP_STORE: gen_transfer(c, ops[k].op == STAMP_OP_STORE, &i[0]); break;
    case STAMP_OP_VBFLY: gen_bfly(c, &i[0]); break;
    case STAMP_OP_MM: gen_mm(c, &i[0]); break;
    case STAMP_OP_VMINMAX:
    case STAMP_OP_VQPAR:
    case STAMP_OP_VQUANT:
    case STAMP_OP_VBIAS: gen_vector(c, &i[0]); break;
    case STAMP_OP_FENCE:
    case STAMP_OP_NOP: break;
    default: n = gen_vec(c, i); break;
    }
    for (k = 0; k < n && p->pieces < GEN_MAX; k++) append(p, segment, &i[k]);
}

static struct gen_loop gen_loops(struct gen_ctx *c)
{
    struct gen_loop l = {{1, 1, 1}, gen_may(c, GEN_IS_LOOPREG) && gen_below(&c->r, 2)};

    if (gen_below(&c->r, 3)) return l;
    l.count[0] = gen_range(&c->r, 2, 4);
    if (gen_below(&c->r, 4) == 0) l.count[0] = 2, l.count[1] = 2;
    if (gen_below(&c->r, 8) == 0) l.count[0] = 1, l.count[1] = 2, l.count[2] = 2;
    if (l.by_reg && gen_below(&c->r, 3) == 0) l.count[gen_below(&c->r, GEN_NEST)] = 0;
    return l;
}

void gen_make(const struct stamp_mach *mach, uint64_t seed, uint64_t classes, struct gen_program *p)
{
    struct gen_ctx c = {
        .r = {seed * UINT64_C(0x9e3779b97f4a7c15) + 1}, .m = mach, .classes = classes};
    uint32_t segment = 0;

    memset(p, 0, sizeof *p);
    p->mach = mach;
    p->seed = seed;
    p->classes = classes;
    if (!gen_may(&c, GEN_IS_VPACKK) && !gen_may(&c, GEN_IS_VPACKV))
        p->classes &= ~(UINT64_C(1) << GEN_IS_PB); /* nothing would fill it */
    if (!gen_may(&c, GEN_IS_IT)) p->classes &= ~(UINT64_C(1) << GEN_IS_GATHER);
    c.classes = p->classes;
    for (int i = 0; i < STAMP_ARGS; i++) p->arg[i] = (uint32_t)gen_next(&c.r);
    c.at.vm = gen_place(&c.r, mach->VM_LINES, GEN_VM_PART + GEN_RAW_PART);
    c.at.raw = c.at.vm + GEN_VM_PART;
    if (gen_below(&c.r, 2)) c.at.raw = c.at.vm, c.at.vm += GEN_RAW_PART;
    c.at.pb = gen_place(&c.r, mach->PB_LINES, GEN_PB_PART);
    c.at.xb = gen_place(&c.r, mach->XB_LINES, GEN_XB_PART + 8);
    c.at.wb = gen_place(&c.r, mach->WB_LINES, GEN_WB_PART);
    c.at.cm = gen_place(&c.r, mach->CM_LINES, GEN_CM_PART);
    c.at.sm = gen_place(&c.r, mach->SM_ENTRIES, GEN_SM_PART);
    c.at.rm = gen_place(&c.r, mach->SM_ENTRIES, GEN_SM_PART);
    c.at.ac = gen_place(&c.r, mach->AC_LINES, gen_ac_part(mach));
    p->base = c.at;
    p->dram_base = gen_next(&c.r) >> 30 << 6; /* 40 bits, less what memory takes */
    if (p->dram_base >= (UINT64_C(1) << 40) - (1 << 24)) p->dram_base = 0;
    p->loop[0] = (struct gen_loop){{1, 1, 1}, false};
    for (uint32_t k = 0, n = gen_range(&c.r, 2, GEN_MAX / 2); k < n; k++) {
        if (k && gen_below(&c.r, 8) == 0) p->loop[++segment] = gen_loops(&c);
        gen_one(&c, p, segment);
    }
}

void gen_drop(struct gen_program *p, uint32_t i)
{
    memmove(&p->piece[i], &p->piece[i + 1], (p->pieces - i - 1) * sizeof p->piece[0]);
    p->pieces--;
}
