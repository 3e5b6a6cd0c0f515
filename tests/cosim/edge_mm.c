/* SPDX-License-Identifier: Apache-2.0 */
/* edge_mm.c - MM at the ends of XB, WB, CM, NT, RM, AC and VM. Contract in edge.h.
 *
 * The nibble table is that of edge_image.h: row i is token i, the last two one row of 8 bits. */
#include "tests/cosim/edge.h"

static union stamp_insn small(const struct stamp_mach *m)
{
    return (union stamp_insn){.m = {.op = STAMP_OP_MM,
                                    .first = 1,
                                    .last = 1,
                                    .groups = 1,
                                    .kl = 1,
                                    .ng = 1,
                                    .rmstride = 1,
                                    .vstride = 1,
                                    .xb = m->XB_LINES / 2,
                                    .wb = m->WB_LINES / 2,
                                    .cm = m->CM_LINES / 2,
                                    .rm = m->SM_ENTRIES / 2,
                                    .vm = m->VM_LINES / 2}};
}

/* Groups of lines; WB takes as many lines as one group has. */
static void operands(struct edge_list *l)
{
    const struct stamp_mach *m = l->mach;
    const uint64_t phases = m->L / m->T, kl = edge_least(m->WB_LINES / phases, 4095),
                   wide = edge_least(kl / 2, 4095), groups = edge_least(m->RT_ENTRIES / m->P, 255);
    struct edge_shape s;
    int there;

    for (uint32_t k = 0; (there = edge_shape(k, 0, m->XB_LINES, groups, kl, l->over, &s)); k++) {
        union stamp_insn i = small(m);
        if (there < 0) continue;
        i.m.xb = s.base, i.m.groups = s.rows, i.m.gstride = s.stride, i.m.kl = s.lines;
        i.m.wb = 0;
        edge_add(l, i, "XB: %s", s.name);
    }
    for (uint32_t w8 = 0; w8 < 2; w8++) {
        const uint64_t most = w8 ? wide : kl, each = phases * (1 + w8);
        union stamp_insn i = small(m);
        i.m.w8 = w8, i.m.xb = 0;
        i.m.wb = m->WB_LINES - each + l->over;
        edge_add(l, i, "WB, %u bits: last", w8 ? 8 : 4);
        i.m.ng = 2, i.m.wb = 0, i.m.wstride = m->WB_LINES - each + l->over;
        edge_add(l, i, "WB, %u bits: both ends", w8 ? 8 : 4);
        i.m.ng = edge_least(m->WB_LINES / each, 255), i.m.wstride = each;
        i.m.wb = m->WB_LINES - i.m.ng * each + l->over, i.m.cm = i.m.cmstride = i.m.vm = 0;
        edge_add(l, i, "WB, %u bits: most column groups to the last", w8 ? 8 : 4);
        i.m.ng = 1, i.m.kl = most, i.m.wb = m->WB_LINES - most * each + l->over;
        edge_add(l, i, "WB, %u bits: most lines to the last", w8 ? 8 : 4);
        if (l->over) continue;
        i.m.wb = 0;
        edge_add(l, i, "WB, %u bits: most lines from the first", w8 ? 8 : 4);
    }
}

/* Lines of CM: one a column group, one a block of it. */
static void columns(struct edge_list *l)
{
    const struct stamp_mach *m = l->mach;
    const uint64_t phases = m->L / m->T, blocks = edge_least(m->WB_LINES / phases, m->CM_LINES),
                   groups = edge_least(m->AC_LINES / m->P, 255);
    struct edge_shape s;
    int there;

    for (uint32_t blk = 0; blk < 2; blk++)
        for (uint32_t k = 0; (there = edge_shape(k, 0, m->CM_LINES, blk ? groups : 255,
                                                 blk ? blocks : 1, l->over, &s));
             k++) {
            union stamp_insn i = small(m);
            if (there < 0) continue;
            i.m.cm = s.base, i.m.ng = s.rows, i.m.cmstride = s.stride, i.m.kl = s.lines;
            i.m.blk = blk, i.m.xb = 0, i.m.wb = 0;
            if (blk) i.m.rm = 0, i.m.rmstride = 0;
            i.m.vm = 0, i.m.vstride = s.rows;
            edge_add(l, i, "CM, %s: %s", blk ? "blocks" : "columns", s.name);
        }
}

/* Nibble rows: NT itself, and the tokens it names in RM and VM. */
static void tokens(struct edge_list *l)
{
    const struct stamp_mach *m = l->mach;
    const uint64_t P = m->P, nt = m->RT_ENTRIES, sm = m->SM_ENTRIES, vm = m->VM_LINES,
                   groups = edge_least(nt / P, 255), rows = groups * P, over = l->over,
                   named = rows == nt ? rows - 1 : rows, ng = edge_least(vm / named, 255);
    const struct {
        const char *name;
        uint64_t nt, groups, rm, rmstride, vm, vstride, ng;
        bool late;
    } at[] = {
        {"NT: last", nt - P + over, 1, 0, 0, 0, 1, 1, false},
        {"NT: most entries to the last", nt - rows + over, groups, 0, 1, 0, 1, 1, false},
        {"RM: last", 0, 1, sm - P + over, 1, 0, 1, 1, true},
        {"RM: last, by the stride", 0, 1, (sm - 1) % (P - 1) + over, (sm - 1) / (P - 1), 0, 1, 1,
         true},
        {"RM: most entries to the last", 0, groups, sm - named + over, 1, 0, 1, 1, true},
        {"VM: last", 0, 1, 0, 1, vm - P + over, 1, 1, true},
        {"VM: last, by the stride", 0, 1, 0, 1, (vm - 1) % (P - 1) + over, (vm - 1) / (P - 1), 1,
         true},
        {"VM: last, by the columns", 0, 1, 0, 1, vm - 128 - P + 1 + over, 1, 128, true},
        {"VM: most lines to the last", 0, groups, 0, 1, vm - named * ng + over, ng, ng, true},
        {"VM: most lines from the first", 0, groups, 0, 1, 0, ng, ng, false},
        {"RM: most entries from the first", 0, groups, 0, 1, 0, 1, 1, false},
        {"VM and RM: first", 0, 1, 0, 0, 0, 0, 1, false},
    };

    for (uint32_t k = 0; k < (over ? 9 : sizeof at / sizeof at[0]); k++) {
        union stamp_insn i = small(m);
        i.m.nt = at[k].nt, i.m.groups = at[k].groups, i.m.rm = at[k].rm, i.m.vm = at[k].vm;
        i.m.rmstride = at[k].rmstride, i.m.vstride = at[k].vstride, i.m.ng = at[k].ng;
        if (at[k].late)
            edge_add_late(l, i, "%s", at[k].name);
        else
            edge_add(l, i, "%s", at[k].name);
    }
    /* A row of RM for each block of each token, all of them. */
    const uint64_t most = edge_least(edge_least(m->AC_LINES, rows) / P * P, sm), each = sm / most;
    union stamp_insn i = small(m);
    i.m.groups = most / P, i.m.blk = 1, i.m.kl = each, i.m.rmstride = each;
    i.m.rm = over + sm % most, i.m.vm = 0;
    edge_add_late(l, i, "RM: all of it by blocks");
}

/* Tiles of AC: kept, added to, and passed through block by block. */
static void accumulators(struct edge_list *l)
{
    const struct stamp_mach *m = l->mach;
    const uint64_t P = m->P, ac = m->AC_LINES, tiles = edge_least(ac / P, 255),
                   groups = edge_divisor(tiles, m->RT_ENTRIES / P);

    for (uint32_t how = 0; how < 4; how++) { /* kept, added to and kept, added to, blocks */
        static const char *const name[] = {"write", "both", "read", "blocks"};
        union stamp_insn i = small(m);
        i.m.first = how == 0 || how == 3, i.m.last = how >= 2;
        if (how == 3) i.m.blk = 1, i.m.kl = 3, i.m.rm = 0, i.m.rmstride = 1;
        i.m.ac = ac - P + l->over;
        edge_add(l, i, "AC, %s: last", name[how]);
        i.m.ac = ac - tiles * P + l->over, i.m.groups = tiles, i.m.vm = 0, i.m.rm = 0;
        if (groups == tiles) edge_add(l, i, "AC, %s: most tiles to the last", name[how]);
        i.m.groups = 1, i.m.ng = tiles, i.m.vstride = tiles;
        i.m.cm = 0, i.m.wb = 0;
        edge_add(l, i, "AC, %s: most column groups to the last", name[how]);
        if (l->over) continue;
        i.m.ac = 0;
        edge_add(l, i, "AC, %s: most column groups from the first", name[how]);
        i.m.ng = 1;
        edge_add(l, i, "AC, %s: first", name[how]);
    }
}

static void mm(struct edge_list *l)
{
    l->operands = true;
    operands(l);
    columns(l);
    tokens(l);
    accumulators(l);
}

const struct edge_group edge_matrix[] = {{"MM", mm}, {0}};
