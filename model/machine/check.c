/* SPDX-License-Identifier: Apache-2.0 */
/* check.c - errors an instruction's fields alone decide. Contract in machine.h. */
#include "model/machine/machine.h"

uint64_t stamp_span_last(uint64_t base, uint64_t n1, uint64_t s1, uint64_t n0, uint64_t s0,
                         uint64_t n)
{
    return base + (n1 - 1) * s1 + (n0 - 1) * s0 + n - 1;
}

static enum stamp_error check_transfer(const struct stamp_insn_d *d, enum stamp_opcode op)
{
    const bool vm = d->space == STAMP_SPACE_VM;

    if (vm ? d->fmt != STAMP_FMT_F32 && d->fmt != STAMP_FMT_BF16 : d->fmt != STAMP_FMT_RAW)
        return STAMP_ERROR_RESERVED;
    if (op == STAMP_OP_STORE ? !vm : d->space > STAMP_SPACE_NT) return STAMP_ERROR_RESERVED;
    if (d->d0 % STAMP_DRAM_ALIGN || d->d1 % STAMP_DRAM_ALIGN) return STAMP_ERROR_ALIGN;
    return d->lines && d->n0 && d->n1 ? STAMP_ERROR_NONE : STAMP_ERROR_RANGE;
}

enum stamp_error stamp_check_static(const struct stamp_word *word, const struct stamp_op *op,
                                    const union stamp_insn *insn)
{
    if (!stamp_reserved_clear(word, op)) return STAMP_ERROR_RESERVED;
    switch (op->code) {
    case STAMP_OP_SETR:
    case STAMP_OP_ADDR: return insn->c.areg ? STAMP_ERROR_NONE : STAMP_ERROR_RESERVED;
    case STAMP_OP_LOOP:
        return insn->c.imm && insn->c.imm >> 24 == 0 ? STAMP_ERROR_NONE : STAMP_ERROR_LOOP;
    case STAMP_OP_LOAD:
    case STAMP_OP_STORE: return check_transfer(&insn->d, op->code);
    case STAMP_OP_VBFLY:
        if (insn->b.kind > STAMP_KIND_ROT) return STAMP_ERROR_RESERVED;
        return insn->b.boff && insn->b.cols && insn->b.n0 && insn->b.n1 ? STAMP_ERROR_NONE
                                                                        : STAMP_ERROR_RANGE;
    case STAMP_OP_VMINMAX:
    case STAMP_OP_VQPAR:
    case STAMP_OP_VQUANT:
    case STAMP_OP_VBIAS: return insn->v.n0 && insn->v.cols ? STAMP_ERROR_NONE : STAMP_ERROR_RANGE;
    case STAMP_OP_MM:
        return insn->m.groups && insn->m.kl && insn->m.ng ? STAMP_ERROR_NONE : STAMP_ERROR_RANGE;
    default: return STAMP_ERROR_NONE;
    }
}

static bool range_v(const struct stamp_mach *mach, const struct stamp_insn_v *v,
                    enum stamp_opcode op)
{
    const uint64_t blocks = op == STAMP_OP_VQPAR ? v->cols
                            : v->blk             ? (v->cols + v->blk - 1) / v->blk
                                                 : 1;
    const uint64_t last_sm = stamp_span_last(v->sm, 1, 0, v->n0, v->smstride, blocks);
    const uint64_t last_rm = stamp_span_last(v->rm, 1, 0, v->n0, v->smstride, blocks);

    if (op != STAMP_OP_VQPAR &&
        stamp_span_last(v->a, 1, 0, v->n0, v->s0, v->cols) >= mach->VM_LINES)
        return false;
    if (op == STAMP_OP_VBIAS) return v->b + v->cols - 1 < mach->VM_LINES;
    if (last_sm >= mach->SM_ENTRIES) return false;
    if (op == STAMP_OP_VMINMAX) return true;
    if (v->rt + v->n0 - 1 >= mach->RT_ENTRIES) return false;
    return op == STAMP_OP_VQPAR || last_rm < mach->SM_ENTRIES;
}

/* Lines of WB that one column group takes, and what else MM addresses without the nibble table. */
static bool range_m(const struct stamp_mach *mach, const struct stamp_insn_m *i)
{
    const uint64_t wlines = i->kl * (mach->L / mach->T) * (1 + i->w8);
    const uint64_t blocks = i->blk ? (i->kl + i->blk - 1) / i->blk : 1;

    return stamp_span_last(i->xb, 1, 0, i->groups, i->gstride, i->kl) < mach->XB_LINES &&
           stamp_span_last(i->wb, 1, 0, i->ng, i->wstride, wlines) < mach->WB_LINES &&
           stamp_span_last(i->cm, 1, 0, i->ng, i->cmstride, blocks) < mach->CM_LINES &&
           i->nt + i->groups * mach->P - 1 < mach->RT_ENTRIES &&
           ((i->first && i->last && !i->blk) ||
            i->ac + i->ng * i->groups * mach->P - 1 < mach->AC_LINES);
}

enum stamp_error stamp_check_range(const struct stamp_mach *mach, const struct stamp_op *op,
                                   const union stamp_insn *insn)
{
    const struct stamp_insn_d *d = &insn->d;
    const struct stamp_insn_b *b = &insn->b;
    bool ok = true;

    switch (op->format) {
    case STAMP_FORMAT_D:
        ok = stamp_span_last(d->line, d->n1, d->n0 * d->lstride, d->n0, d->lstride, d->lines) <
             stamp_space_lines(mach, (enum stamp_space)d->space);
        break;
    case STAMP_FORMAT_B:
        ok = stamp_span_last(b->a + b->boff, b->n1, b->s1, b->n0, b->s0, b->cols) < mach->VM_LINES;
        break;
    case STAMP_FORMAT_V: ok = range_v(mach, &insn->v, op->code); break;
    case STAMP_FORMAT_M: ok = range_m(mach, &insn->m); break;
    case STAMP_FORMAT_C: break;
    }
    return ok ? STAMP_ERROR_NONE : STAMP_ERROR_RANGE;
}
