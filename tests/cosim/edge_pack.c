/* SPDX-License-Identifier: Apache-2.0 */
/* edge_pack.c - VPACKK and VPACKV at the ends of VM, SM and PB, and of a PB line's columns and
 * depths. Contract in edge.h. */
#include "tests/cosim/edge.h"

static union stamp_insn pack(const struct stamp_mach *m, enum stamp_opcode op)
{
    return (union stamp_insn){.v = {.op = op,
                                    .a = m->VM_LINES / 2,
                                    .n0 = 1,
                                    .cols = 1,
                                    .sm = m->SM_ENTRIES / 2,
                                    .gstride = m->PB_LINES / 2,
                                    .b = 1}};
}

/* What is the same of both: rows of VM, entries of SM. @p rows, @p lines: what half of PB takes. */
static void sources(struct edge_list *l, enum stamp_opcode op, uint64_t rows, uint64_t lines)
{
    const struct stamp_mach *m = l->mach;
    const bool keys = op == STAMP_OP_VPACKK;
    struct edge_shape s;
    int there;

    for (uint32_t space = 0; space < 2; space++)
        for (uint32_t k = 0; (there = edge_shape(k, 0, space ? m->SM_ENTRIES : m->VM_LINES, rows,
                                                 lines, l->over, &s));
             k++) {
            union stamp_insn i = pack(m, op);
            i.v.b = (s.rows - 1) / m->T + 1;
            if (there < 0 || (!keys && s.lines * i.v.b > m->PB_LINES / 2)) continue;
            i.v.n0 = s.rows, i.v.cols = s.lines;
            if (space)
                i.v.a = 0, i.v.blk = 1, i.v.sm = s.base, i.v.smstride = s.stride;
            else
                i.v.a = s.base, i.v.s0 = s.stride;
            edge_add(l, i, "%s: %s", space ? "SM" : "VM", s.name);
        }
}

static void vpackk(struct edge_list *l)
{
    const struct stamp_mach *m = l->mach;
    const uint64_t phases = m->L / m->T, pb = m->PB_LINES, half = pb / 2 / phases, over = l->over;
    const struct {
        const char *name;
        uint64_t xb, gstride, cols, rm, n0;
    } at[] = {{"PB: last", pb - 2 * phases + over, phases, 1, 0, 1},
              {"PB: both ends", 0, pb - phases + over, 1, 0, m->L},
              {"PB: all of it", over, half * phases, half, 0, m->L},
              {"PB: last column", 0, phases, 1, m->L - 1 + over, 1},
              {"PB: all columns", 0, phases, 1, over, m->L},
              {"PB: first", 0, phases, 1, 0, 1}};

    sources(l, STAMP_OP_VPACKK, m->L, half);
    for (uint32_t k = 0; k < (over ? 5 : sizeof at / sizeof at[0]); k++) {
        union stamp_insn i = pack(m, STAMP_OP_VPACKK);
        i.v.a = 0, i.v.xb = at[k].xb, i.v.gstride = at[k].gstride, i.v.cols = at[k].cols;
        i.v.rm = at[k].rm, i.v.n0 = at[k].n0, i.v.s0 = 1;
        edge_add(l, i, "%s", at[k].name);
    }
}

static void vpackv(struct edge_list *l)
{
    const struct stamp_mach *m = l->mach;
    const uint64_t T = m->T, pb = m->PB_LINES, half = pb / 2, over = l->over;
    const struct {
        const char *name;
        uint64_t xb, gstride, cols, b, rm, n0;
    } at[] = {{"PB: last", pb - 2 + over, 1, 1, 1, 0, 1},
              {"PB: both ends", 0, pb - 1 + over, 1, 1, 0, 1},
              {"PB: all of it, a line to a column", over, half, half, 1, 0, T},
              {"PB: all of it by depth", over, half, 1, 1, 0, half * T},
              {"PB: both ends, from line to line", 0, 1, 2, pb - 2 + over, 0, 1},
              {"PB: last by the depth", 0, 1, 1, 1, (pb - 1) * T - 1 + over, 1},
              {"PB: last by the depths", 0, half, 1, 1, 1 + over, half * T - 1},
              {"PB: first", 0, 1, 1, 1, 0, 1}};

    sources(l, STAMP_OP_VPACKV, half * T, half);
    for (uint32_t k = 0; k < (over ? 7 : sizeof at / sizeof at[0]); k++) {
        union stamp_insn i = pack(m, STAMP_OP_VPACKV);
        i.v.a = 0, i.v.xb = at[k].xb, i.v.gstride = at[k].gstride, i.v.cols = at[k].cols;
        i.v.b = at[k].b, i.v.rm = at[k].rm, i.v.n0 = at[k].n0, i.v.s0 = 0;
        edge_add(l, i, "%s", at[k].name);
    }
}

const struct edge_group edge_packs[] = {{"VPACKK", vpackk}, {"VPACKV", vpackv}, {0}};
