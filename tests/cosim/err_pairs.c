/* SPDX-License-Identifier: Apache-2.0 */
/* err_pairs.c - two faults at once: in two instructions, then in one. Contract in err_cases.h.
 *
 * Of two instructions the first in program order counts, though the second is often found earlier; within
 * one the order of isa.md section 3. */
#include "tests/cosim/err_cases.h"

/* Lines of RT and NT that hold the faulty tables, as entries; VM lines of extremes. */
enum { ODD = 32, FAR = 64, PAIR = 32, HUGE_LINE = 500 };

static union stamp_insn tune(union stamp_insn i, uint64_t wait)
{
    i.d.wait0 = wait;
    return i;
}

/* ---- Two instructions ------------------------------------------------------------------------ */

struct fault {
    enum stamp_error error;
    enum stamp_opcode op;
};

static const struct fault faults[] = {
    {STAMP_ERROR_NUMERIC, STAMP_OP_LOAD},   {STAMP_ERROR_DRAM_RANGE, STAMP_OP_LOAD},
    {STAMP_ERROR_RANGE, STAMP_OP_LOAD},     {STAMP_ERROR_WATCHDOG, STAMP_OP_LOAD},
    {STAMP_ERROR_NUMERIC, STAMP_OP_STORE},  {STAMP_ERROR_DRAM_RANGE, STAMP_OP_STORE},
    {STAMP_ERROR_WATCHDOG, STAMP_OP_STORE}, {STAMP_ERROR_NUMERIC, STAMP_OP_VBFLY},
    {STAMP_ERROR_RANGE, STAMP_OP_VBIAS},    {STAMP_ERROR_RESERVED, STAMP_OP_VQUANT},
    {STAMP_ERROR_RANGE, STAMP_OP_VQUANT},   {STAMP_ERROR_WATCHDOG, STAMP_OP_VBIAS},
    {STAMP_ERROR_RESERVED, STAMP_OP_MM},    {STAMP_ERROR_NUMERIC, STAMP_OP_MM},
    {STAMP_ERROR_RANGE, STAMP_OP_MM},       {STAMP_ERROR_WATCHDOG, STAMP_OP_MM},
    {STAMP_ERROR_RESERVED, STAMP_OP_SETR},  {STAMP_ERROR_ALIGN, STAMP_OP_LOAD},
    {STAMP_ERROR_LOOP, STAMP_OP_ENDL},      {STAMP_ERROR_RESERVED, STAMP_OP_VFN},
};
enum { FAULTS = sizeof faults / sizeof faults[0] };

static union stamp_insn of_unit(const struct stamp_mach *m, const struct fault *f)
{
    union stamp_insn i = err_insn(m, f->op);

    switch (f->op) {
    case STAMP_OP_VBFLY:
        i.b.a = HUGE_LINE, i.b.boff = 2, i.b.n0 = i.b.n1 = 1, i.b.kind = STAMP_KIND_SUM;
        break;
    case STAMP_OP_VBIAS: i.v.a = m->VM_LINES - 1; break;
    case STAMP_OP_VQUANT:
        i.v.rt = f->error == STAMP_ERROR_RESERVED ? ODD : FAR;
        i.v.gstride = m->XB_LINES / 4;
        break;
    case STAMP_OP_MM:
        if (f->error == STAMP_ERROR_RESERVED) i.m.nt = PAIR;
        if (f->error == STAMP_ERROR_NUMERIC) i.m.cm = 8;
        if (f->error == STAMP_ERROR_RANGE) i.m.xb = m->XB_LINES - 1;
        break;
    case STAMP_OP_SETR: i.c.areg = 0; break;
    case STAMP_OP_VFN: i.w.fn = 15; break;
    default: break;
    }
    return i;
}

static union stamp_insn faulty(const struct stamp_mach *m, const struct fault *f)
{
    union stamp_insn i = f->op == STAMP_OP_LOAD    ? err_load(STAMP_SPACE_VM, ERR_NAN, 400)
                         : f->op == STAMP_OP_STORE ? err_store(ERR_OUT, HUGE_LINE)
                                                   : of_unit(m, f);

    if (f->error == STAMP_ERROR_WATCHDOG) return tune(err_insn(m, f->op), 31);
    if (f->op != STAMP_OP_LOAD && f->op != STAMP_OP_STORE) return i;
    if (f->op == STAMP_OP_STORE) i.d.fmt = STAMP_FMT_BF16;
    if (f->error == STAMP_ERROR_DRAM_RANGE) i.d.dram = ERR_WINDOW_END;
    if (f->error == STAMP_ERROR_RANGE) i.d.line = m->VM_LINES;
    if (f->error == STAMP_ERROR_ALIGN) i.d.dram += 32;
    return i;
}

/* Work that keeps the unit of @p op from what comes behind it. */
static void busy(struct err_prog *p, enum stamp_opcode op)
{
    const struct stamp_mach *m = p->mach;
    union stamp_insn i = err_insn(m, op);

    switch (op) {
    case STAMP_OP_LOAD:
    case STAMP_OP_STORE: /* some 8 KiB */
        i.d.lines = 4 * m->P, i.d.n0 = 8192 / (16 * m->P * m->L) + 1, i.d.lstride = 0;
        break;
    case STAMP_OP_MM: i.m.wstride = 0, i.m.cmstride = 0, i.m.vstride = 1, i.m.ng = 16; break;
    case STAMP_OP_SETR:
    case STAMP_OP_ENDL: return;
    default: i = err_insn(m, STAMP_OP_VBIAS); i.v.b = 100, i.v.s0 = 0, i.v.n0 = 60, i.v.cols = 4;
    }
    err_put(p, i);
    err_put(p, i);
}

static void prepare(struct err_prog *p)
{
    err_extremes(p);
    err_put(p, err_load(STAMP_SPACE_VM, ERR_F32, 100));
    err_put(p, err_load(STAMP_SPACE_VM, ERR_F32 + 64, 101));
    err_put(p, err_load(STAMP_SPACE_RT, ERR_RT_ODD, ODD / 32));
    err_put(p, err_load(STAMP_SPACE_RT, ERR_RT_FAR, FAR / 32));
    err_put(p, err_load(STAMP_SPACE_NT, ERR_NT_PAIR, PAIR / 32));
    err_put(p, err_load(STAMP_SPACE_NT, ERR_NT_FAR, FAR / 32));
    err_control(p, STAMP_OP_FENCE, 0, 0);
}

static bool two(struct err_prog *p, uint32_t v)
{
    if (v >= FAULTS * FAULTS) return false;
    const struct fault *first = &faults[v / FAULTS], *second = &faults[v % FAULTS];

    prepare(p);
    p->want = first->error;
    if (v % 3) busy(p, first->op);
    err_mark(p);
    err_put(p, faulty(p->mach, first));
    err_put(p, faulty(p->mach, second));
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

/* ---- One instruction -------------------------------------------------------------------------- */

/* Dispatch: RESERVED, then ALIGN of strides, RANGE of counts, ALIGN of the address, LOOP; all before
 * any wait. */
static bool at_dispatch(uint32_t v, union stamp_insn *i, enum stamp_error *want)
{
    *i = err_load(STAMP_SPACE_VM, ERR_F32 + 32, 0);
    i->d.wait0 = 31;
    switch (v) {
    case 0: i->d.fmt = 3, i->d.d0 = 32, i->d.n0 = 0, *want = STAMP_ERROR_RESERVED; break;
    case 1: i->d.d0 = 32, i->d.n0 = 0, *want = STAMP_ERROR_ALIGN; break;
    case 2: i->d.n0 = 0, i->d.line = 0xffff, *want = STAMP_ERROR_RANGE; break;
    case 3: i->d.line = 0xffff, *want = STAMP_ERROR_ALIGN; break;
    case 4:
        *i = (union stamp_insn){.c = {.op = STAMP_OP_LOOP, .areg = 1, .imm = UINT64_C(1) << 30}};
        *want = STAMP_ERROR_RESERVED;
        break;
    default: return false;
    }
    return true;
}

/* In a unit: waits, then RANGE by the fields. */
static bool waiting(const struct stamp_mach *m, uint32_t v, union stamp_insn *i,
                    enum stamp_error *want)
{
    static const struct fault range[] = {{STAMP_ERROR_RANGE, STAMP_OP_LOAD},
                                         {STAMP_ERROR_DRAM_RANGE, STAMP_OP_STORE},
                                         {STAMP_ERROR_RANGE, STAMP_OP_VBIAS},
                                         {STAMP_ERROR_RANGE, STAMP_OP_MM}};
    if (v > 3) return false;
    *i = tune(faulty(m, &range[v]), 31);
    *want = STAMP_ERROR_WATCHDOG;
    return true;
}

/* Rows: RANGE by the fields of any row before what an earlier row finds; NUMERIC last. */
static bool vector_rows(const struct stamp_mach *m, uint32_t v, union stamp_insn *i,
                        enum stamp_error *want)
{
    static const enum stamp_opcode op[] = {STAMP_OP_VQUANT, STAMP_OP_VQUANT, STAMP_OP_VQUANT,
                                           STAMP_OP_VQUANT, STAMP_OP_VBIAS,  STAMP_OP_VBIN,
                                           STAMP_OP_VQPAR,  STAMP_OP_VBFLY};
    if (v >= sizeof op / sizeof op[0]) return false;
    *i = err_insn(m, op[v]);
    *want = STAMP_ERROR_RANGE;
    switch (v) {
    case 0: i->v.rt = ODD, i->v.rm = m->SM_ENTRIES - 2, i->v.n0 = 3; break;
    case 1: i->v.rt = ODD, i->v.a = m->VM_LINES - 8, i->v.n0 = 3; break;
    case 2: i->v.rt = FAR, i->v.n0 = 2, i->v.gstride = m->XB_LINES; break; /* row 1 beyond XB */
    case 3: i->v.rt = ODD, i->v.n0 = 2, *want = STAMP_ERROR_RESERVED; break;
    case 4: /* row 0 overflows, row 1 is beyond VM */
        i->v.a = HUGE_LINE, i->v.b = 502, i->v.n0 = 2, i->v.cols = 1, i->v.s0 = m->VM_LINES;
        break;
    case 5:
        i->w.a = HUGE_LINE, i->w.b = 502, i->w.n0 = 2, i->w.cols = 1, i->w.rep = 0, i->w.s0 = 0;
        i->w.d = m->VM_LINES - 1, i->w.ds = 1;
        break;
    case 6: i->v.sm = 40, i->v.n0 = 2, i->v.smstride = m->SM_ENTRIES; break;
    default:
        i->b.a = HUGE_LINE, i->b.boff = 2, i->b.n0 = 2, i->b.n1 = 1, i->b.s0 = m->VM_LINES;
        i->b.kind = STAMP_KIND_SUM;
    }
    return true;
}

static bool matrix_rows(const struct stamp_mach *m, uint32_t v, union stamp_insn *i,
                        enum stamp_error *want)
{
    if (v > 3) return false;
    *i = err_insn(m, STAMP_OP_MM);
    *want = v == 1 || v == 2 ? STAMP_ERROR_RESERVED : STAMP_ERROR_RANGE;
    switch (v) {
    case 0: /* the first group's last row pairs, the second group is beyond XB */
        i->m.nt = PAIR, i->m.groups = 2, i->m.gstride = m->XB_LINES;
        break;
    case 1: i->m.nt = PAIR, i->m.cm = 8; break;               /* rows before overflow */
    case 2: i->m.nt = PAIR, i->m.vm = m->VM_LINES - 1; break; /* behind row 0's */
    default: i->m.nt = FAR, i->m.cm = 8; /* row 1 is beyond RM, row 0 overflows */
    }
    if (v == 2) i->m.vstride = 0, i->m.rmstride = 0;
    return true;
}

static bool transfer_rows(uint32_t v, union stamp_insn *i, enum stamp_error *want)
{
    if (v > 3) return false;
    *i = v & 1 ? err_store(ERR_OUT, HUGE_LINE) : err_load(STAMP_SPACE_VM, ERR_NAN, 400);
    i->d.fmt = v & 1 ? STAMP_FMT_BF16 : STAMP_FMT_F32;
    i->d.n0 = 2, i->d.d0 = ERR_WINDOW_END - ERR_WINDOW, *want = STAMP_ERROR_DRAM_RANGE;
    if (v > 1) i->d.lstride = 0xffff, *want = STAMP_ERROR_RANGE;
    return true;
}

static bool within(struct err_prog *p, uint32_t v)
{
    const struct stamp_mach *m = p->mach;
    union stamp_insn i = {0};
    enum stamp_error want = STAMP_ERROR_NONE;

    prepare(p);
    if (v < 5    ? !at_dispatch(v, &i, &want)
        : v < 9  ? !waiting(m, v - 5, &i, &want)
        : v < 17 ? !vector_rows(m, v - 9, &i, &want)
        : v < 21 ? !matrix_rows(m, v - 17, &i, &want)
                 : !transfer_rows(v - 21, &i, &want))
        return false;
    if (i.v.op == STAMP_OP_VQPAR) { /* of a range that overflows */
        union stamp_insn range = err_insn(m, STAMP_OP_VMINMAX);
        range.v.a = HUGE_LINE, range.v.n0 = 1, range.v.cols = 2, range.v.sm = 40;
        err_put(p, range);
    }
    p->want = want;
    err_mark(p);
    err_put(p, i);
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

const struct err_case err_cases_pairs[] = {
    {"two faults, the first counts", STAMP_ERROR_NONE, two, ERR_MODEL},
    {"two faults in one instruction", STAMP_ERROR_NONE, within, ERR_MODEL},
    {NULL, STAMP_ERROR_NONE, NULL, 0}};
