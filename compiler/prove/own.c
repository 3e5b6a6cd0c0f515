/* SPDX-License-Identifier: Apache-2.0 */
/* own.c - operands that an instruction has overwritten itself. Contract in own.h.
 *
 * mark[line] is the number of the check in which the line was written last: a new check needs no
 * clearing. */
#include "compiler/prove/own.h"

#include <string.h>

#include "model/dispatch/check.h"

struct own {
    struct stamp_scan *c;
    uint32_t *mark, now;
    uint64_t bad; /* the first line needed too late, plus one */
};

static void needs(struct own *o, uint64_t line)
{
    if (o->mark[line] == o->now && !o->bad) o->bad = line + 1;
}

static void writes(struct own *o, uint64_t line)
{
    o->mark[line] = o->now;
}

static void pairs(struct own *o, const struct stamp_insn_b *b)
{
    for (uint64_t i = 0; i < b->n1 * b->n0; i++)
        for (uint64_t j = 0; j < b->cols; j++) {
            const uint64_t a = b->a + i / b->n0 * b->s1 + i % b->n0 * b->s0 + j;
            needs(o, a);
            needs(o, a + b->boff);
            writes(o, a);
            writes(o, a + b->boff);
        }
}

static void bias(struct own *o, const struct stamp_insn_v *v)
{
    for (uint64_t r = 0; r < v->n0; r++)
        for (uint64_t j = 0; j < v->cols; j++) {
            needs(o, v->a + r * v->s0 + j);
            needs(o, v->b + j);
            writes(o, v->a + r * v->s0 + j);
        }
}

/* VCODE writes a packed line with the last line it holds, VDEQ needs one for each. */
static void codes(struct own *o, const struct stamp_insn_v *v)
{
    for (uint64_t r = 0; r < v->n0; r++) {
        const uint64_t each = o->c->t->rt[v->rt + r] >> 15 ? 4 : 8;
        for (uint64_t j = 0; j < v->cols; j++) {
            const uint64_t a = v->a + r * v->s0 + j, b = v->b + r * v->gstride + j / each;
            needs(o, v->op == STAMP_OP_VCODE ? a : b);
            if (v->op == STAMP_OP_VDEQ)
                writes(o, a);
            else if (j % each == each - 1 || j == v->cols - 1)
                writes(o, b);
        }
    }
}

/* Entries of SM that an item takes up and leaves changed: ranges, parameters, row sums. */
static void entries(struct own *o, const struct stamp_insn_v *v)
{
    const uint64_t blocks = v->blk ? (v->cols + v->blk - 1) / v->blk : 1;

    for (uint64_t r = 0; r < v->n0; r++)
        for (uint64_t b = 0; b < (v->op == STAMP_OP_VQPAR ? v->cols : blocks); b++) {
            needs(o, v->sm + r * v->smstride + b);
            writes(o, v->sm + r * v->smstride + b);
        }
}

static void rows(struct own *o, const struct stamp_insn_w *w)
{
    const uint64_t L = o->c->mach->L;
    const bool scalars =
        w->op == STAMP_OP_VROW || (w->op == STAMP_OP_VFN && w->fn == STAMP_ONE_EXPM);
    const bool mac = stamp_is_mac(w), red = w->op == STAMP_OP_VRED;
    uint64_t second, lines;

    stamp_second_operand(o->c->mach, w, &second, &lines);
    for (uint64_t k = 0; k < w->n0 * w->cols; k++) {
        const uint64_t r = mac ? k % w->n0 : k / w->cols, j = mac ? k / w->n0 : k % w->cols;
        const uint64_t b = w->b + (w->rep ? r / w->rep : 0) * w->bs;
        needs(o, w->a + r * w->s0 + j);
        if (second) needs(o, scalars ? w->b + r / L : b + j);
        if (w->op == STAMP_OP_VROPE) needs(o, b + w->cols + j);
        if (mac) needs(o, w->d + r * w->ds + j);
        if (!red)
            writes(o, w->d + r * w->ds + j);
        else if (j == w->cols - 1 && (r % L == L - 1 || r == w->n0 - 1))
            writes(o, w->d + r / L);
    }
}

/* VPACKK and VPACKV: the planes of one item's digits. */
static enum stamp_status planes(struct stamp_scan *c, const struct stamp_insn_v *v)
{
    const uint64_t least = v->op == STAMP_OP_VPACKK ? c->mach->L / c->mach->T : 1;

    if (v->gstride >= least) return STAMP_OK;
    return stamp_fail(c->e, STAMP_EFORMAT,
                      "instruction %u: %s writes PB line %llu in both planes of one line",
                      c->step->pc, c->step->op->name, (unsigned long long)(v->xb + v->gstride));
}

enum stamp_status stamp_scan_own(struct stamp_scan *c)
{
    struct own o = {c, c->t->mark, ++c->t->marks, 0};
    const union stamp_insn *i = &c->step->insn;
    const enum stamp_opcode op = c->step->op->code;
    enum stamp_space space = STAMP_SPACE_VM;

    if (op == STAMP_OP_VPACKK || op == STAMP_OP_VPACKV) return planes(c, &i->v);
    if (op == STAMP_OP_VBFLY) pairs(&o, &i->b);
    if (op == STAMP_OP_VBIAS) bias(&o, &i->v);
    if (op == STAMP_OP_VCODE || op == STAMP_OP_VDEQ) codes(&o, &i->v);
    if (c->step->op->format == STAMP_FORMAT_W) rows(&o, &i->w);
    if (op == STAMP_OP_VQPAR || ((op == STAMP_OP_VMINMAX || op == STAMP_OP_VQUANT) && !i->v.first))
        space = STAMP_SPACE_SM, entries(&o, &i->v);
    if (!o.bad) return STAMP_OK;
    return stamp_fail(
        c->e, STAMP_EFORMAT, "instruction %u: %s needs %s line %llu, which it has written before",
        c->step->pc, c->step->op->name, stamp_space_name(space), (unsigned long long)(o.bad - 1));
}
