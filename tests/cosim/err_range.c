/* SPDX-License-Identifier: Apache-2.0 */
/* err_range.c - scratchpad addresses one past their memory, and beside each the last legal one. */
#include "tests/cosim/err_cases.h"

/* Variant 2k + 1 reaches the last line of its memory, 2k goes one further. */
static bool edge(struct err_prog *p, union stamp_insn i)
{
    err_simple(p, i);
    return true;
}

static bool transfers(struct err_prog *p, uint32_t v, uint32_t over)
{
    static const enum stamp_space spaces[] = {STAMP_SPACE_VM, STAMP_SPACE_WB, STAMP_SPACE_CM,
                                              STAMP_SPACE_RT, STAMP_SPACE_NT, STAMP_SPACE_VM};
    static const uint32_t from[] = {ERR_F32, ERR_WB, ERR_CM, ERR_RT, ERR_NT, ERR_OUT};

    if (v >= 24) return false;
    const enum stamp_space space = spaces[v % 6];
    union stamp_insn i = err_load(space, from[v % 6], 0);
    const uint32_t lines = stamp_space_lines(p->mach, space);
    if (v % 6 == 5) i.d.op = STAMP_OP_STORE;
    switch (v / 6) {
    case 0: i.d.line = lines - 1 + over; break;
    case 1:
        i.d.lines = 3;
        i.d.line = lines - 3 + over;
        break;
    case 2: /* by the rows */
        i.d.n0 = 2;
        i.d.n1 = 2;
        i.d.lstride = lines < 7 ? 1 : 2; /* a small table has six */
        i.d.d0 = i.d.d1 = 512;
        i.d.line = lines - 1 - 3 * (uint32_t)i.d.lstride + over;
        break;
    default: /* by a stride that wraps 16 bits */
        if (!over) i.d.line = lines - 1;
        i.d.n0 = over ? 3 : 2;
        i.d.lstride = over ? 0x8000 : 0;
        i.d.d0 = 512;
    }
    return edge(p, i);
}

static bool butterflies(struct err_prog *p, uint32_t v, uint32_t over)
{
    union stamp_insn i = err_insn(p->mach, STAMP_OP_VBFLY);
    const uint32_t lines = p->mach->VM_LINES;

    if (v > 3) return false;
    i.b.n0 = i.b.n1 = 1;
    i.b.a = lines - 2 + over;
    if (v == 1) i.b.a = lines - 10 + over, i.b.boff = 6, i.b.cols = 4;
    if (v == 2) i.b.a = lines - 6 + over, i.b.n0 = 3, i.b.s0 = 2;
    if (v == 3) i.b.a = lines - 6 + over, i.b.n1 = 2, i.b.s1 = 4;
    err_preamble(p); /* what the pairs hold has to be numbers */
    union stamp_insn load = err_load(STAMP_SPACE_VM, ERR_F32, lines - 16);
    load.d.lines = 16;
    err_put(p, load);
    err_control(p, STAMP_OP_FENCE, 0, 0);
    err_mark(p);
    err_put(p, i);
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

/* Vector instructions by what they reach: VM, SM, RT, RM, the added row. */
static bool vectors(struct err_prog *p, uint32_t v, uint32_t over)
{
    static const enum stamp_opcode op[] = {
        STAMP_OP_VMINMAX, STAMP_OP_VQUANT, STAMP_OP_VBIAS,  STAMP_OP_VBIAS,  STAMP_OP_VMINMAX,
        STAMP_OP_VMINMAX, STAMP_OP_VQPAR,  STAMP_OP_VQPAR,  STAMP_OP_VQUANT, STAMP_OP_VQUANT,
        STAMP_OP_VQPAR,   STAMP_OP_VQUANT, STAMP_OP_VQUANT, STAMP_OP_VQUANT};
    const struct stamp_mach *m = p->mach;

    if (v >= sizeof op / sizeof op[0]) return false;
    union stamp_insn i = err_insn(m, op[v]),
                     load = err_load(STAMP_SPACE_VM, ERR_F32, m->VM_LINES - 16);
    i.v.n0 = 2;
    switch (v) {
    case 0:
    case 1:
    case 2: i.v.a = m->VM_LINES - 8 + over; break;
    case 3: i.v.b = m->VM_LINES - 4 + over; break;
    case 4: i.v.sm = m->SM_ENTRIES - 2 + over; break;
    case 5: i.v.blk = 2, i.v.smstride = 2, i.v.sm = m->SM_ENTRIES - 4 + over; break;
    case 6: i.v.sm = m->SM_ENTRIES - 2 + over; break;
    case 7: i.v.cols = 3, i.v.smstride = 3, i.v.sm = m->SM_ENTRIES - 6 + over; break;
    case 8: i.v.sm = m->SM_ENTRIES - 2 + over; break;
    case 9: i.v.rm = m->SM_ENTRIES - 2 + over; break;
    case 10:
    case 11: i.v.rt = m->RT_ENTRIES - 2 + over; break;
    case 12: i.v.xb = m->XB_LINES - 4 + over; break;
    default: i.v.rm = m->SM_ENTRIES - 4 + over, i.v.blk = 2, i.v.smstride = 2;
    }
    err_preamble(p);
    load.d.lines = 16;
    err_put(p, load);
    err_put(p, err_load(STAMP_SPACE_RT, ERR_RT, m->RT_ENTRIES / 32 - 1));
    err_control(p, STAMP_OP_FENCE, 0, 0);
    if (v >= 6 && v <= 8) { /* ranges and parameters to go on with */
        union stamp_insn range = err_insn(m, STAMP_OP_VMINMAX);
        range.v.n0 = 8, range.v.s0 = 1, range.v.cols = 1, range.v.sm = m->SM_ENTRIES - 8;
        err_put(p, range);
    }
    err_mark(p);
    err_put(p, i);
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

static bool matrix(struct err_prog *p, uint32_t v, uint32_t over)
{
    const struct stamp_mach *m = p->mach;
    union stamp_insn i = err_insn(m, STAMP_OP_MM);

    switch (v) {
    case 0: i.m.xb = m->XB_LINES - 4 + over; break;
    case 1: i.m.groups = 2, i.m.gstride = m->XB_LINES - 4 + over; break;
    case 2: i.m.wb = m->WB_LINES - i.m.wstride + over; break;
    case 3: i.m.w8 = 1, i.m.wb = m->WB_LINES - 2 * i.m.wstride + over; break;
    case 4: i.m.ng = 2, i.m.wstride = m->WB_LINES - i.m.wstride + over; break;
    case 5: i.m.cm = m->CM_LINES - 1 + over; break;
    case 6: i.m.ng = 2, i.m.cmstride = m->CM_LINES - 1 + over; break;
    case 7: i.m.blk = 2, i.m.cm = m->CM_LINES - 2 + over; break;
    case 8: i.m.nt = m->RT_ENTRIES - m->P + over; break;
    case 9: i.m.last = 0, i.m.ac = m->AC_LINES - m->P + over; break;
    case 10: i.m.blk = 4, i.m.ac = m->AC_LINES - m->P + over; break;
    case 11:
        i.m.last = 0, i.m.ng = i.m.groups = 2, i.m.gstride = 0,
        i.m.ac = m->AC_LINES - 4 * m->P + over;
        break;
    case 12: i.m.vm = m->VM_LINES - m->P + over; break; /* token P - 1 */
    case 13: i.m.ng = 2, i.m.vstride = 2, i.m.vm = m->VM_LINES - 2 * m->P + over; break;
    case 14: i.m.rm = m->SM_ENTRIES - m->P + over; break;
    case 15: i.m.blk = 2, i.m.rmstride = 2, i.m.rm = m->SM_ENTRIES - 2 * m->P + over; break;
    case 16: /* AC is not used: its line does not matter */
        if (over) return false;
        i.m.ac = 0xfff;
        break;
    default: return false;
    }
    union stamp_insn cm = err_load(STAMP_SPACE_CM, ERR_CM, m->CM_LINES - 4);
    union stamp_insn wb = err_load(STAMP_SPACE_WB, ERR_WB, m->WB_LINES - 8 * (m->L / m->T));
    union stamp_insn q = err_insn(m, STAMP_OP_VQUANT);
    err_preamble(p);
    cm.d.lines = 4, wb.d.lines = 8 * (m->L / m->T);
    err_put(p, cm);
    err_put(p, wb);
    err_put(p, err_load(STAMP_SPACE_NT, ERR_NT, m->RT_ENTRIES / 32 - 1));
    q.v.xb = m->XB_LINES - 4; /* operands and row metadata at the ends, too */
    err_put(p, q);
    q.v.n0 = 2 * m->P, q.v.s0 = q.v.cols = 1, q.v.gstride = 0, q.v.rm = m->SM_ENTRIES - 2 * m->P;
    if (m->P == 16) q.v.n0 = 32; /* the row table's line */
    err_put(p, q);
    err_control(p, STAMP_OP_FENCE, 0, 0);
    err_mark(p);
    err_put(p, i);
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

/* Addresses that only the tables tell. */
static bool tables(struct err_prog *p, uint32_t v)
{
    union stamp_insn i = err_insn(p->mach, v == 0 ? STAMP_OP_VQUANT : STAMP_OP_MM);

    if (v > 3) return false;
    err_preamble(p);
    err_put(p, v == 0 ? err_load(STAMP_SPACE_RT, ERR_RT_FAR, 0)
                      : err_load(STAMP_SPACE_NT, ERR_NT_FAR, 0));
    err_control(p, STAMP_OP_FENCE, 0, 0);
    if (v == 0) i.v.gstride = p->mach->XB_LINES;
    if (v == 2) i.m.vstride = 0;  /* row metadata only */
    if (v == 3) i.m.rmstride = 0; /* VM only */
    err_mark(p);
    err_put(p, i);
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

static bool (*const kind[])(struct err_prog *, uint32_t, uint32_t) = {transfers, butterflies,
                                                                      vectors, matrix, err_rows};
enum { KINDS = sizeof kind / sizeof kind[0], EACH = 40 };

/* Variants of all kinds in one row; ones that do not exist are passed over. */
static bool all(struct err_prog *p, uint32_t v, uint32_t over)
{
    for (uint32_t k = 0; k < KINDS; k++)
        for (uint32_t n = 0; n < EACH; n++) {
            struct err_prog q = *p;
            if (!kind[k](&q, n, over)) continue;
            if (v--) continue;
            *p = q;
            return true;
        }
    return false;
}

static bool beyond(struct err_prog *p, uint32_t v)
{
    return all(p, v, 1);
}

static bool inside(struct err_prog *p, uint32_t v)
{
    return all(p, v, 0);
}

const struct err_case err_cases_range[] = {
    {"beyond a memory", STAMP_ERROR_RANGE, beyond, ERR_MODEL},
    {"beyond a memory by a table", STAMP_ERROR_RANGE, tables, ERR_MODEL},
    {"up to a memory's last line", STAMP_ERROR_NONE, inside, ERR_MODEL | ERR_WHOLE},
    {NULL, STAMP_ERROR_NONE, NULL, 0}};
