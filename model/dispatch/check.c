/* SPDX-License-Identifier: Apache-2.0 */
/* check.c - errors an instruction's fields alone decide. Contract in machine.h. */
#include "model/dispatch/check.h"

uint64_t stamp_span_last(uint64_t base, uint64_t n1, uint64_t s1, uint64_t n0, uint64_t s0,
                         uint64_t n)
{
    return base + (n1 - 1) * s1 + (n0 - 1) * s0 + n - 1;
}

static enum stamp_error check_control(const struct stamp_insn_c *c)
{
    const bool seta = c->op == STAMP_OP_SETA;
    const bool set = seta || c->op == STAMP_OP_SETR || c->op == STAMP_OP_ADDR;

    if (!seta && (c->arg || c->shift || c->acc || c->add)) return STAMP_ERROR_RESERVED;
    if (set) return c->areg ? STAMP_ERROR_NONE : STAMP_ERROR_RESERVED;
    if (c->op != STAMP_OP_LOOP) return c->areg ? STAMP_ERROR_RESERVED : STAMP_ERROR_NONE;
    if (c->areg) return c->imm ? STAMP_ERROR_RESERVED : STAMP_ERROR_NONE;
    return c->imm && c->imm >> 24 == 0 ? STAMP_ERROR_NONE : STAMP_ERROR_LOOP;
}

static enum stamp_error check_transfer(const struct stamp_insn_d *d, enum stamp_opcode op)
{
    const bool vm = d->space == STAMP_SPACE_VM, store = op == STAMP_OP_STORE;

    if (d->fmt > (vm ? STAMP_FMT_BF16 : STAMP_FMT_RAW)) return STAMP_ERROR_RESERVED;
    if (store ? !vm && d->space != STAMP_SPACE_PB
              : d->space > STAMP_SPACE_NT && d->space != STAMP_SPACE_IT)
        return STAMP_ERROR_RESERVED;
    if (d->gather ? store || !vm || d->d1 : d->it != 0) return STAMP_ERROR_RESERVED;
    if (d->d0 % STAMP_DRAM_ALIGN || d->d1 % STAMP_DRAM_ALIGN) return STAMP_ERROR_ALIGN;
    return d->lines && d->n0 && d->n1 ? STAMP_ERROR_NONE : STAMP_ERROR_RANGE;
}

static enum stamp_error check_w(const struct stamp_insn_w *w, enum stamp_opcode op)
{
    if (!stamp_fn_name(op, (unsigned)w->fn)) return STAMP_ERROR_RESERVED;
    if (w->areg && op != STAMP_OP_VRED && op != STAMP_OP_VFN) return STAMP_ERROR_RESERVED;
    return w->n0 && w->cols ? STAMP_ERROR_NONE : STAMP_ERROR_RANGE;
}

enum stamp_error stamp_check_static(const struct stamp_word *word, const struct stamp_op *op,
                                    const union stamp_insn *insn)
{
    if (!stamp_reserved_clear(word, op)) return STAMP_ERROR_RESERVED;
    switch (op->format) {
    case STAMP_FORMAT_C: return check_control(&insn->c);
    case STAMP_FORMAT_D: return check_transfer(&insn->d, op->code);
    case STAMP_FORMAT_B:
        if (insn->b.kind > STAMP_KIND_ROT) return STAMP_ERROR_RESERVED;
        return insn->b.boff && insn->b.cols && insn->b.n0 && insn->b.n1 ? STAMP_ERROR_NONE
                                                                        : STAMP_ERROR_RANGE;
    case STAMP_FORMAT_V: return insn->v.n0 && insn->v.cols ? STAMP_ERROR_NONE : STAMP_ERROR_RANGE;
    case STAMP_FORMAT_W: return check_w(&insn->w, op->code);
    case STAMP_FORMAT_M:
        return insn->m.groups && insn->m.kl && insn->m.ng ? STAMP_ERROR_NONE : STAMP_ERROR_RANGE;
    }
    return STAMP_ERROR_NONE;
}

/* PB lines of both planes. */
static bool range_pack(const struct stamp_mach *mach, const struct stamp_insn_v *v, bool keys)
{
    const uint64_t phases = mach->L / mach->T;
    const uint64_t row =
        keys ? v->cols * phases : (v->cols - 1) * v->b + (v->rm + v->n0 - 1) / mach->T + 1;

    return v->xb + v->gstride + row - 1 < mach->PB_LINES && v->xb + row - 1 < mach->PB_LINES &&
           (!keys || v->rm + v->n0 <= mach->L);
}

/* VSMRD and VSMWR: cols counts entries, each one or two lanes. */
static bool range_entries(const struct stamp_mach *mach, const struct stamp_insn_v *v,
                          enum stamp_opcode op)
{
    const uint64_t lanes = v->cols * (op == STAMP_OP_VSMWR || v->first ? 2 : 1);
    const uint64_t lines = (lanes + mach->L - 1) / mach->L;

    return stamp_span_last(v->a, 1, 0, v->n0, v->s0, lines) < mach->VM_LINES &&
           stamp_span_last(v->sm, v->n0, v->smstride, v->cols, v->gstride, 1) < mach->SM_ENTRIES;
}

static bool range_v(const struct stamp_mach *mach, const struct stamp_insn_v *v,
                    enum stamp_opcode op)
{
    const uint64_t blocks = op == STAMP_OP_VQPAR ? v->cols
                            : v->blk             ? (v->cols + v->blk - 1) / v->blk
                                                 : 1;
    const uint64_t last_sm = stamp_span_last(v->sm, 1, 0, v->n0, v->smstride, blocks);
    const uint64_t last_rm = stamp_span_last(v->rm, 1, 0, v->n0, v->smstride, blocks);
    const uint64_t last_vm = stamp_span_last(v->a, 1, 0, v->n0, v->s0, v->cols);

    if (op == STAMP_OP_VSMRD || op == STAMP_OP_VSMWR) return range_entries(mach, v, op);
    if (op != STAMP_OP_VQPAR && last_vm >= mach->VM_LINES) return false;
    if (op == STAMP_OP_VBIAS) return v->b + v->cols - 1 < mach->VM_LINES;
    if (last_sm >= mach->SM_ENTRIES) return false;
    if (op == STAMP_OP_VMINMAX) return true;
    if (op == STAMP_OP_VPACKK || op == STAMP_OP_VPACKV)
        return range_pack(mach, v, op == STAMP_OP_VPACKK);
    if (v->rt + v->n0 - 1 >= mach->RT_ENTRIES) return false;
    return op != STAMP_OP_VQUANT || last_rm < mach->SM_ENTRIES;
}

/* Rows of b that format W reads: how many, and lines of each. */
void stamp_second_operand(const struct stamp_mach *mach, const struct stamp_insn_w *w,
                          uint64_t *rows, uint64_t *lines)
{
    const bool rsqrt = w->op == STAMP_OP_VFN && w->fn == STAMP_ONE_RSQRT;
    const bool expm = w->op == STAMP_OP_VFN && w->fn == STAMP_ONE_EXPM;

    *rows = w->rep ? (w->n0 - 1) / w->rep + 1 : 1;
    *lines = w->cols * (w->op == STAMP_OP_VROPE ? 2 : 1);
    if (w->op == STAMP_OP_VROW || expm) {
        *rows = 1;
        *lines = (w->n0 - 1) / mach->L + 1;
    } else if (w->op == STAMP_OP_VRED || (w->op == STAMP_OP_VFN && !rsqrt)) {
        *rows = 0;
    }
}

static bool range_w(const struct stamp_mach *mach, const struct stamp_insn_w *w)
{
    uint64_t rows, lines, last_d = stamp_span_last(w->d, 1, 0, w->n0, w->ds, w->cols);

    if (w->op == STAMP_OP_VRED) last_d = w->d + (w->n0 - 1) / mach->L;
    stamp_second_operand(mach, w, &rows, &lines);
    return stamp_span_last(w->a, 1, 0, w->n0, w->s0, w->cols) < mach->VM_LINES &&
           last_d < mach->VM_LINES &&
           (!rows || stamp_span_last(w->b, 1, 0, rows, w->bs, lines) < mach->VM_LINES);
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
                 stamp_space_lines(mach, (enum stamp_space)d->space) &&
             (!d->gather || d->it + d->n0 * d->n1 <= mach->IT_ENTRIES);
        break;
    case STAMP_FORMAT_B:
        ok = stamp_span_last(b->a + b->boff, b->n1, b->s1, b->n0, b->s0, b->cols) < mach->VM_LINES;
        break;
    case STAMP_FORMAT_V: ok = range_v(mach, &insn->v, op->code); break;
    case STAMP_FORMAT_W: ok = range_w(mach, &insn->w); break;
    case STAMP_FORMAT_M: ok = range_m(mach, &insn->m); break;
    case STAMP_FORMAT_C: break;
    }
    return ok ? STAMP_ERROR_NONE : STAMP_ERROR_RANGE;
}
