/* SPDX-License-Identifier: Apache-2.0 */
/* err_rows.c - the newer instructions one line past each memory, and at its last one. Contract in
 * err_cases.h. */
#include "tests/cosim/err_cases.h"

/* What an instruction over two rows of two lines reaches, format W. Functions see no element, so that
 * any operand will do. */
static bool rows(const struct stamp_mach *m, uint32_t v, uint32_t over, union stamp_insn *i)
{
    static const enum stamp_opcode op[] = {
        STAMP_OP_VBIN, STAMP_OP_VBIN, STAMP_OP_VBIN, STAMP_OP_VBIN, STAMP_OP_VROPE,
        STAMP_OP_VROW, STAMP_OP_VROW, STAMP_OP_VRED, STAMP_OP_VFN,  STAMP_OP_VFN,
        STAMP_OP_VFN,  STAMP_OP_VBIN, STAMP_OP_VBIN, STAMP_OP_VBIN};
    const uint32_t end = m->VM_LINES + over;

    if (v >= sizeof op / sizeof op[0]) return false;
    *i = err_insn(m, op[v]);
    switch (v) {
    case 0: i->w.a = end - 4; break;
    case 1: i->w.b = end - 6; break;
    case 2: i->w.d = end - 4; break;
    case 3: i->w.b = end - 2, i->w.rep = 0; break;
    case 4: i->w.b = end - 8; break; /* both halves of each row */
    case 5: i->w.b = end - 1; break;
    case 6: i->w.b = end - 2, i->w.n0 = m->L + 1, i->w.s0 = i->w.ds = 0; break;
    case 7: i->w.d = end - 1; break;
    case 8: i->w.d = end - 4; break;
    case 9: i->w.b = end - 1, i->w.fn = STAMP_ONE_EXPM; break;
    case 10: i->w.b = end - 6, i->w.fn = STAMP_ONE_RSQRT; break;
    case 11: i->w.a = end - 4, i->w.fn = STAMP_BIN_MAC; break;
    case 12: i->w.b = end - 6, i->w.fn = STAMP_BIN_MAC; break;
    default: i->w.d = end - 4, i->w.fn = STAMP_BIN_MAC;
    }
    return true;
}

/* Codes: VM, packed rows by the row table's widths, SM, RT. All rows have 4 bits. */
static bool codes(const struct stamp_mach *m, uint32_t v, uint32_t over, union stamp_insn *i)
{
    if (v > 5) return false;
    *i = err_insn(m, v < 3 ? STAMP_OP_VCODE : STAMP_OP_VDEQ);
    i->v.n0 = 2, i->v.gstride = 1, i->v.b = 20;
    switch (v % 3) {
    case 0: i->v.a = m->VM_LINES - 8 + over; break;
    case 1: i->v.b = m->VM_LINES - 2 + over; break; /* found with the second row */
    default: i->v.sm = m->SM_ENTRIES - 2 + over;
    }
    if (v == 5) i->v.sm = 0, i->v.rt = m->RT_ENTRIES - 2 + over;
    return true;
}

static bool packs(const struct stamp_mach *m, uint32_t v, uint32_t over, union stamp_insn *i)
{
    const uint32_t phases = m->L / m->T;

    if (v > 5) return false;
    *i = err_insn(m, v < 3 ? STAMP_OP_VPACKK : STAMP_OP_VPACKV);
    i->v.n0 = 2, i->v.cols = 1, i->v.gstride = phases;
    switch (v) {
    case 0: i->v.xb = m->PB_LINES - 2 * phases + over; break;
    case 1: i->v.rm = m->L - 2 + over; break;
    case 2: i->v.sm = m->SM_ENTRIES - 2 + over; break;
    case 3: i->v.rm = m->T - 1, i->v.gstride = 2, i->v.xb = m->PB_LINES - 4 + over; break;
    case 4: i->v.cols = 2, i->v.gstride = 2, i->v.b = m->PB_LINES - 3 + over; break;
    default: i->v.gstride = m->PB_LINES - 1 + over;
    }
    return true;
}

static bool entries(const struct stamp_mach *m, uint32_t v, uint32_t over, union stamp_insn *i)
{
    if (v > 4) return false;
    *i = err_insn(m, v & 1 ? STAMP_OP_VSMWR : STAMP_OP_VSMRD);
    i->v.n0 = i->v.cols = 2, i->v.s0 = i->v.gstride = 1, i->v.smstride = 0;
    if (v < 2) i->v.a = m->VM_LINES - 2 + over;
    if (v >= 2) i->v.sm = m->SM_ENTRIES - 2 + over;
    if (v == 4)
        i->v.sm = 0, i->v.cols = m->L / 2 + 1, i->v.first = 1, i->v.n0 = 1,
        i->v.a = m->VM_LINES - 2 + over;
    return true;
}

static bool transfers(const struct stamp_mach *m, uint32_t v, uint32_t over, union stamp_insn *i)
{
    if (v > 3) return false;
    *i = err_load(v ? STAMP_SPACE_VM : STAMP_SPACE_IT, ERR_IT, 0);
    i->d.fmt = STAMP_FMT_RAW;
    switch (v) {
    case 0: i->d.line = m->IT_ENTRIES / STAMP_INDEX_LINE - 1 + over; break;
    case 1: i->d.line = m->VM_LINES - 1 + over; break;
    case 2: /* the last two entries of the index table */
        i->d.gather = 1, i->d.dram = ERR_F32, i->d.n0 = 2, i->d.d1 = 0;
        i->d.it = m->IT_ENTRIES - 10 + over * 9;
        break;
    default:
        i->d.op = STAMP_OP_STORE, i->d.space = STAMP_SPACE_PB, i->d.dram = ERR_OUT;
        i->d.line = m->PB_LINES - 1 + over;
    }
    return true;
}

/* Numbers and states at the ends of VM, SM, RT, IT and PB. */
static void prepare(struct err_prog *p)
{
    const struct stamp_mach *m = p->mach;
    union stamp_insn load = err_load(STAMP_SPACE_VM, ERR_F32, m->VM_LINES - 16),
                     range = err_insn(m, STAMP_OP_VMINMAX), pack = err_insn(m, STAMP_OP_VPACKV);

    err_preamble(p);
    load.d.lines = 16;
    err_put(p, load);
    err_put(p, err_load(STAMP_SPACE_RT, ERR_RT, m->RT_ENTRIES / STAMP_TABLE_LINE - 1));
    err_put(p, err_load(STAMP_SPACE_IT, ERR_IT, m->IT_ENTRIES / STAMP_INDEX_LINE - 1));
    err_control(p, STAMP_OP_FENCE, 0, 0);
    range.v.n0 = 8, range.v.s0 = 1, range.v.cols = 1, range.v.sm = m->SM_ENTRIES - 8;
    err_put(p, range);
    pack.v.n0 = m->T, pack.v.s0 = 0, pack.v.cols = 1, pack.v.gstride = 1;
    pack.v.xb = m->PB_LINES - 2;
    err_put(p, pack);
    err_control(p, STAMP_OP_FENCE, 0, 0);
}

bool err_rows(struct err_prog *p, uint32_t variant, uint32_t over)
{
    static bool (*const kinds[])(const struct stamp_mach *, uint32_t, uint32_t,
                                 union stamp_insn *) = {rows, codes, packs, entries, transfers};
    union stamp_insn i;

    for (uint32_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (uint32_t v = 0; kinds[k](p->mach, v, over, &i); v++) {
            if (variant--) continue;
            prepare(p);
            err_mark(p);
            err_put(p, i);
            err_control(p, STAMP_OP_HALT, 0, 0);
            return true;
        }
    return false;
}
