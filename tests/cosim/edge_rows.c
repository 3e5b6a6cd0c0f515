/* SPDX-License-Identifier: Apache-2.0 */
/* edge_rows.c - instructions of format W at the ends of VM. Contract in edge.h.
 *
 * One operand takes the shape, in all of VM but a quarter at the other end, where the others stay:
 * slots of a sixteenth for a and d, two for b. Then all in the same lines, where that is legal. */
#include "model/dispatch/check.h"
#include "tests/cosim/edge.h"

enum operand { A, B, D };

static const char operand_name[] = "abd";

static union stamp_insn small(const struct stamp_mach *m, enum stamp_opcode op, uint32_t fn,
                              uint64_t at)
{
    const uint64_t slot = m->VM_LINES / 16;

    return (union stamp_insn){.w = {.op = op,
                                    .fn = fn,
                                    .a = at,
                                    .d = at + slot,
                                    .b = at + 2 * slot,
                                    .n0 = 1,
                                    .cols = 1,
                                    .rep = 1,
                                    .c = 0x3d800000}};
}

/* Everything counts, in as many lines as the row has. */
static void add(struct edge_list *l, union stamp_insn i, enum operand x, const char *shape,
                const char *where)
{
    i.w.lim = i.w.cols * l->mach->L;
    /* Where lines are found to be too far while they are worked on, their values matter. */
    edge_add_late(l, i, "VM fn %u, %c: %s of %s", (unsigned)i.w.fn, operand_name[x], shape, where);
}

/* Shapes of an instruction's function @p fn: all for the first, then those of one line and of two. */
static bool enough(uint32_t fn, uint32_t k)
{
    return fn > 0 && k > 2;
}

/* Rows of lines: a; d but of VRED; b where each row has its own. @p unit: lines of b to one of a. */
static void operand_rows(struct edge_list *l, enum stamp_opcode op, uint32_t fn, enum operand x,
                         uint64_t unit)
{
    const uint64_t vm = l->mach->VM_LINES, room = vm / 4, slot = vm / 16;
    struct edge_shape s;
    int there;

    for (uint32_t high = l->over; high < 2; high++)
        for (uint32_t k = 0;
             (there = edge_shape(k, (high ? room : 0) / unit, (high ? vm : vm - room) / unit, 4095,
                                 slot, 0, &s));
             k++) {
            union stamp_insn i = small(l->mach, op, fn, high ? 0 : vm - room);
            if (there < 0 || enough(fn, k) ||
                (l->over && s.base + (s.rows - 1) * s.stride + s.lines < vm / unit))
                continue;
            i.w.n0 = s.rows, i.w.cols = s.lines;
            i.w.ds = stamp_is_mac(&i.w); /* d is read: a line for each row */
            if (x == A) i.w.a = s.base + l->over, i.w.s0 = s.stride;
            if (x == D) i.w.d = s.base + l->over, i.w.ds = s.stride;
            if (x == B) i.w.b = s.base * unit + l->over, i.w.bs = s.stride * unit;
            add(l, i, x, s.name, high ? "the upper lines" : "the lower lines");
        }
}

/* One number a row: the scalars of VROW and EXPM, the results of VRED. L of them are a line. */
static void operand_scalars(struct edge_list *l, enum stamp_opcode op, uint32_t fn, enum operand x)
{
    const uint64_t vm = l->mach->VM_LINES, most = 4095 / l->mach->L;
    const struct {
        const char *name;
        uint64_t at, rows;
    } at[] = {{"last", vm - 1 + l->over, 1},
              {"most to the last", vm - most + l->over, most * l->mach->L},
              {"one row more than a line holds, to the last", vm - 2 + l->over, l->mach->L + 1},
              {"most from the first", 0, most * l->mach->L},
              {"first", 0, 1}};

    for (uint32_t k = 0; k < (l->over ? 3 : sizeof at / sizeof at[0]); k++) {
        union stamp_insn i = small(l->mach, op, fn, vm / 2);
        i.w.n0 = at[k].rows;
        *(x == B ? &i.w.b : &i.w.d) = at[k].at;
        add(l, i, x, at[k].name, "all lines");
    }
}

/* Each result over its own operands, which are all of VM. */
static void in_place(struct edge_list *l, enum stamp_opcode op, uint32_t fn, bool b_too)
{
    const uint64_t vm = l->mach->VM_LINES;
    struct edge_shape s;
    int there;

    for (uint32_t k = 0; (there = edge_shape(k, 0, vm, 4095, 4095, l->over, &s)); k++) {
        union stamp_insn i = small(l->mach, op, fn, 0);
        if (there < 0 || enough(fn, k)) continue;
        i.w.a = i.w.d = s.base, i.w.s0 = i.w.ds = s.stride;
        i.w.n0 = s.rows, i.w.cols = s.lines;
        if (b_too) i.w.b = s.base, i.w.bs = s.stride;
        i.w.lim = i.w.cols * l->mach->L;
        edge_add(l, i, "VM fn %u, in place: %s", fn, s.name);
    }
}

static void again(struct edge_list *l)
{
    l->again = EDGE_VM;
    l->every = 4;
}

static void vbin(struct edge_list *l)
{
    again(l);
    for (uint32_t fn = STAMP_BIN_ADD; fn <= STAMP_BIN_MAC; fn++) {
        operand_rows(l, STAMP_OP_VBIN, fn, A, 1);
        operand_rows(l, STAMP_OP_VBIN, fn, B, 1);
        operand_rows(l, STAMP_OP_VBIN, fn, D, 1);
        in_place(l, STAMP_OP_VBIN, fn, true);
    }
}

static void vrope(struct edge_list *l)
{
    again(l);
    operand_rows(l, STAMP_OP_VROPE, 0, A, 1);
    operand_rows(l, STAMP_OP_VROPE, 0, B, 2);
    operand_rows(l, STAMP_OP_VROPE, 0, D, 1);
}

static void vrow(struct edge_list *l)
{
    again(l);
    for (uint32_t fn = STAMP_ROW_ADD; fn <= STAMP_ROW_MUL; fn++) {
        operand_scalars(l, STAMP_OP_VROW, fn, B);
        operand_rows(l, STAMP_OP_VROW, fn, A, 1);
        operand_rows(l, STAMP_OP_VROW, fn, D, 1);
    }
}

static void vred(struct edge_list *l)
{
    again(l);
    for (uint32_t fn = STAMP_RED_SUM; fn <= STAMP_RED_MAX; fn++) {
        operand_rows(l, STAMP_OP_VRED, fn, A, 1);
        operand_scalars(l, STAMP_OP_VRED, fn, D);
    }
}

static void vfn(struct edge_list *l)
{
    again(l);
    for (uint32_t fn = STAMP_ONE_EXP; fn <= STAMP_ONE_EXPM; fn++) {
        operand_rows(l, STAMP_OP_VFN, fn, A, 1);
        operand_rows(l, STAMP_OP_VFN, fn, D, 1);
        if (fn == STAMP_ONE_RSQRT) operand_rows(l, STAMP_OP_VFN, fn, B, 1);
        if (fn == STAMP_ONE_EXPM) operand_scalars(l, STAMP_OP_VFN, fn, B);
        if (fn == STAMP_ONE_EXP) in_place(l, STAMP_OP_VFN, fn, false);
    }
}

const struct edge_group edge_rows[] = {{"VBIN", vbin}, {"VROPE", vrope}, {"VROW", vrow},
                                       {"VRED", vred}, {"VFN", vfn},     {0}};
