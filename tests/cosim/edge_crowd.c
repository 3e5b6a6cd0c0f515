/* SPDX-License-Identifier: Apache-2.0 */
/* edge_crowd.c - units that want one bank of VM together. Contract in edge.h. */
#include "tests/cosim/edge_image.h"

/* The vector unit writes a line of bank 0 a clock; a loaded line of that bank waits until it has ended, and R with it. */
static void crowd(struct edge_list *l)
{
    const uint64_t half = l->mach->VM_LINES / 2;

    if (l->over) return;
    l->close = true;
    edge_add(l,
             (union stamp_insn){.w = {.op = STAMP_OP_VROW,
                                      .fn = STAMP_ROW_MUL,
                                      .n0 = edge_least(half / 8, 4095),
                                      .s0 = 4,
                                      .cols = 1,
                                      .b = half / 2,
                                      .ds = 4}},
             "rows of one bank");
    edge_add(l,
             (union stamp_insn){.d = {.op = STAMP_OP_LOAD,
                                      .space = STAMP_SPACE_VM,
                                      .fmt = STAMP_FMT_F32,
                                      .areg = EDGE_PIECES + EDGE_F32,
                                      .line = half,
                                      .lines = half,
                                      .n0 = 1,
                                      .n1 = 1}},
             "lines of every bank");
}

const struct edge_group edge_crowds[] = {{"crowd", crowd}, {0}};
