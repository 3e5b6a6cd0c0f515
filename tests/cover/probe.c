/* SPDX-License-Identifier: Apache-2.0 */
/* probe.c - what a machine refuses. Contract in probe.h. */
#include "tests/cover/probe.h"

#include "model/dispatch/check.h"

static const uint64_t addr_mask = (UINT64_C(1) << STAMP_ADDR_BITS) - 1;

uint64_t cover_row_bytes(const struct stamp_mach *k, const struct stamp_insn_d *d)
{
    return d->lines * stamp_line_bytes(k, (enum stamp_space)d->space, (enum stamp_fmt)d->fmt);
}

enum stamp_error cover_refused(const struct stamp_mach *k, const struct stamp_op *op,
                               const union stamp_insn *i)
{
    static const struct stamp_word nothing_reserved;
    const enum stamp_error e = stamp_check_static(&nothing_reserved, op, i);

    if (e) return e;
    if (op->format == STAMP_FORMAT_D && i->d.dram % STAMP_DRAM_ALIGN) return STAMP_ERROR_ALIGN;
    return stamp_check_range(k, op, i);
}

static bool rows_outside(const struct stamp_machine *m, const struct stamp_insn_d *d)
{
    const uint64_t bytes = cover_row_bytes(m->mach, d);

    for (uint64_t i1 = 0; i1 < d->n1; i1++)
        for (uint64_t i0 = 0; i0 < d->n0; i0++) {
            const uint64_t way =
                d->gather ? m->it[d->it + i1 * d->n0 + i0] * d->d0 : i1 * d->d1 + i0 * d->d0;
            const uint64_t at = (d->dram + way) & addr_mask;
            if (at < m->win_lo || at + bytes > m->win_hi) return true;
        }
    return false;
}

static bool quant_outside(const struct stamp_machine *m, const struct stamp_insn_v *v)
{
    for (uint64_t r = 0; r < v->n0; r++) {
        const uint64_t group = (m->rt[v->rt + r] & 0xfffu) / m->mach->P;
        if (v->xb + group * v->gstride + v->cols > m->mach->XB_LINES) return true;
    }
    return false;
}

/* Packed rows of VCODE and VDEQ: 8 or 4 lines to one. */
static bool codes_outside(const struct stamp_machine *m, const struct stamp_insn_v *v)
{
    for (uint64_t r = 0; r < v->n0; r++) {
        const uint64_t each = m->rt[v->rt + r] >> 15 ? 4 : 8;
        if (v->b + r * v->gstride + (v->cols + each - 1) / each > m->mach->VM_LINES) return true;
    }
    return false;
}

static bool tokens_outside(const struct stamp_machine *m, const struct stamp_insn_m *i)
{
    const uint64_t blocks = i->blk ? (i->kl + i->blk - 1) / i->blk : 1;

    for (uint64_t r = 0; r < i->groups * m->mach->P; r++) {
        const uint64_t kind = m->nt[i->nt + r] >> 14, token = m->nt[i->nt + r] & 0xfffu;
        if (kind != 1 && kind != 2) continue;
        if ((i->last || i->blk) && i->rm + token * i->rmstride + blocks > m->mach->SM_ENTRIES)
            return true;
        if (i->last && i->vm + token * i->vstride + i->ng > m->mach->VM_LINES) return true;
    }
    return false;
}

enum stamp_error cover_refused_here(const struct stamp_machine *m, const struct stamp_op *op,
                                    const union stamp_insn *i)
{
    const enum stamp_error e = cover_refused(m->mach, op, i);
    bool far = false;

    if (e) return e;
    switch (op->code) {
    case STAMP_OP_LOAD:
    case STAMP_OP_STORE: return rows_outside(m, &i->d) ? STAMP_ERROR_DRAM_RANGE : STAMP_ERROR_NONE;
    case STAMP_OP_VQUANT: far = quant_outside(m, &i->v); break;
    case STAMP_OP_VCODE:
    case STAMP_OP_VDEQ: far = codes_outside(m, &i->v); break;
    case STAMP_OP_MM: far = tokens_outside(m, &i->m); break;
    default: break;
    }
    return far ? STAMP_ERROR_RANGE : STAMP_ERROR_NONE;
}

bool cover_too_far(enum stamp_error e)
{
    return e == STAMP_ERROR_RANGE || e == STAMP_ERROR_DRAM_RANGE || e == STAMP_ERROR_LOOP;
}
