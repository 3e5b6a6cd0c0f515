/* SPDX-License-Identifier: Apache-2.0 */
/* edge_vec.c - instructions of format V at the ends of VM, SM, RM, RT, XB and PB. Contract in edge.h.
 *
 * Tables are those of edge_image.h: entry i of RT is nibble row i below the middle, 8-bit rows above. */
#include "tests/cosim/edge.h"

static union stamp_insn small(const struct stamp_mach *m, enum stamp_opcode op)
{
    return (union stamp_insn){.v = {.op = op,
                                    .first = 1,
                                    .a = m->VM_LINES / 2,
                                    .n0 = 1,
                                    .cols = 1,
                                    .sm = m->SM_ENTRIES / 2,
                                    .rm = m->SM_ENTRIES / 2,
                                    .b = m->VM_LINES / 4}};
}

static void rows_of_a(union stamp_insn *i, const struct edge_shape *s)
{
    i->v.a = s->base, i->v.n0 = s->rows, i->v.s0 = s->stride, i->v.cols = s->lines;
}

/* Entries: rows of blocks of one line, from line @p a; @p max_blocks lines of a row at most. */
static void rows_of_sm(union stamp_insn *i, const struct edge_shape *s, uint64_t a)
{
    i->v.a = a, i->v.s0 = 0, i->v.blk = 1;
    i->v.sm = s->base, i->v.n0 = s->rows, i->v.smstride = s->stride, i->v.cols = s->lines;
}

/* n0 entries of RT from the first, to the last; every row the same otherwise. */
static void row_table(struct edge_list *l, union stamp_insn i, uint64_t most)
{
    const uint64_t rt = l->mach->RT_ENTRIES, rows = edge_least(edge_least(rt, most), 4095);

    i.v.rt = rt - 1 + l->over;
    edge_add(l, i, "RT: last");
    i.v.rt = rt - rows + l->over, i.v.n0 = rows;
    edge_add(l, i, "RT: most entries to the last");
    if (l->over) return;
    i.v.rt = 0;
    edge_add(l, i, "RT: most entries from the first");
}

static void vminmax(struct edge_list *l)
{
    const struct stamp_mach *m = l->mach;
    struct edge_shape s;
    int there;

    for (uint32_t k = 0; (there = edge_shape(k, 0, m->VM_LINES, 4095, 4095, l->over, &s)); k++) {
        union stamp_insn i = small(m, STAMP_OP_VMINMAX);
        if (there < 0) continue;
        rows_of_a(&i, &s);
        edge_add(l, i, "VM: %s", s.name);
    }
    for (uint32_t k = 0; (there = edge_shape(k, 0, m->SM_ENTRIES, 4095, m->VM_LINES, l->over, &s));
         k++) {
        union stamp_insn i = small(m, STAMP_OP_VMINMAX);
        if (there < 0) continue;
        rows_of_sm(&i, &s, 0);
        edge_add(l, i, "SM: %s", s.name);
    }
}

static void vqpar(struct edge_list *l)
{
    const struct stamp_mach *m = l->mach;
    union stamp_insn i = small(m, STAMP_OP_VQPAR);
    struct edge_shape s;
    int there;

    l->again = EDGE_SM, l->every = 1;
    i.v.smstride = 1, i.v.sm = 0;
    row_table(l, i, m->SM_ENTRIES);
    for (uint32_t k = 0;
         (there = edge_shape(k, 0, m->SM_ENTRIES, m->RT_ENTRIES, 4095, l->over, &s)); k++) {
        if (there < 0) continue;
        rows_of_sm(&i, &s, 0);
        edge_add(l, i, "SM: %s", s.name);
        i.v.sym = !i.v.sym;
    }
}

/* XB through the row table: groups, rows of a group, two rows of a wide code. */
static void quant_xb(struct edge_list *l)
{
    const struct stamp_mach *m = l->mach;
    const uint64_t xb = m->XB_LINES, most = edge_least(edge_least(xb, 4095), m->VM_LINES),
                   wide = m->RT_ENTRIES / 2, tile = edge_divisor(xb, m->VM_LINES), over = l->over;
    const struct {
        const char *name;
        uint64_t xb, rt, n0, cols, gstride, sd;
    } at[] = {{"last", xb - 1 + over, 0, 1, 1, 0, 0},
              {"last, last row", xb - 1 + over, m->P - 1, 1, 1, 0, 0},
              {"last, last rows of 8 bits", xb - 1 + over, wide + m->P / 2 - 1, 1, 1, 0, 0},
              {"last, signed digits", xb - 1 + over, m->P - 2, 1, 1, 0, 1},
              {"most lines to the last", xb - most + over, 1, 1, most, 0, 0},
              {"both ends by the group", 0, 0, m->P + 1, 1, xb - 1 + over, 0},
              {"last by the group, 8 bits", 0, wide + m->P / 2, 1, 1, xb - 1 + over, 0},
              {"all of it", over, 0, xb / tile * m->P, tile, tile, 0},
              {"most lines from the first", 0, wide, 1, most, 0, 0},
              {"first", 0, 0, 1, 1, 0, 0}};

    for (uint32_t k = 0; k < (over ? 8 : sizeof at / sizeof at[0]); k++) {
        union stamp_insn i = small(m, STAMP_OP_VQUANT);
        i.v.a = 0, i.v.xb = at[k].xb, i.v.rt = at[k].rt, i.v.n0 = at[k].n0, i.v.cols = at[k].cols;
        i.v.gstride = at[k].gstride, i.v.sd = at[k].sd;
        edge_add_late(l, i, "XB: %s", at[k].name);
    }
}

static void vquant(struct edge_list *l)
{
    const struct stamp_mach *m = l->mach;
    const uint64_t lines = edge_least(edge_least(m->VM_LINES, m->XB_LINES), 4095);
    struct edge_shape s;
    int there;

    quant_xb(l);
    row_table(l, small(m, STAMP_OP_VQUANT), 4095);
    for (uint32_t k = 0;
         (there = edge_shape(k, 0, m->VM_LINES, m->RT_ENTRIES / 2, lines, l->over, &s)); k++) {
        union stamp_insn i = small(m, STAMP_OP_VQUANT);
        if (there < 0) continue;
        rows_of_a(&i, &s);
        edge_add(l, i, "VM: %s", s.name);
    }
    for (uint32_t k = 0; (there = edge_shape(k, 0, m->SM_ENTRIES, m->RT_ENTRIES / 2, lines, 0, &s));
         k++) {
        const uint64_t end = s.base + (s.rows - 1) * s.stride + s.lines;
        union stamp_insn i = small(m, STAMP_OP_VQUANT);
        if (there < 0 || (l->over && end < m->SM_ENTRIES)) continue;
        rows_of_sm(&i, &s, 0);
        i.v.rm = s.base + l->over; /* RM has as many entries */
        edge_add(l, i, "RM: %s", s.name);
        i.v.sm += l->over, i.v.rm -= l->over;
        if (l->over) edge_add(l, i, "SM: %s", s.name);
    }
}

static void vbias(struct edge_list *l)
{
    const uint64_t vm = l->mach->VM_LINES, most = edge_least(vm / 2, 4095);
    union stamp_insn i = small(l->mach, STAMP_OP_VBIAS);
    struct edge_shape s;
    int there;

    l->again = EDGE_VM, l->every = 4;
    for (uint32_t high = l->over; high < 2; high++)
        for (uint32_t k = 0; (there = edge_shape(k, high ? vm / 4 : 0, high ? vm : vm - vm / 4,
                                                 4095, vm / 4, l->over, &s));
             k++) {
            if (there < 0) continue;
            rows_of_a(&i, &s);
            i.v.b = high ? 0 : vm - vm / 4;
            edge_add(l, i, "VM, a: %s of the %s lines", s.name, high ? "upper" : "lower");
        }
    i = small(l->mach, STAMP_OP_VBIAS);
    i.v.a = 0, i.v.b = vm - 1 + l->over;
    edge_add(l, i, "VM, b: last");
    i.v.cols = most, i.v.b = vm - most + l->over;
    edge_add(l, i, "VM, b: most lines to the last");
    if (l->over) return;
    i.v.a = vm - most, i.v.b = 0;
    edge_add(l, i, "VM, b: most lines from the first");
}

/* VCODE, VDEQ: rows of values, packed rows of 4 and 8 bits; one of them in most of VM, the other in the
 * quarter that is left. */
static void codes(struct edge_list *l, enum stamp_opcode op)
{
    const struct stamp_mach *m = l->mach;
    const uint64_t vm = m->VM_LINES, room = vm / 4, rows = m->RT_ENTRIES / 2;
    struct edge_shape s;
    int there;

    l->again = EDGE_VM, l->every = 1;
    for (uint32_t high = l->over; high < 2; high++)
        for (uint32_t each = 4; each <= 8; each += 4) {
            const uint64_t lo = high ? room : 0, hi = high ? vm : vm - room;
            union stamp_insn i = small(m, op);
            for (uint32_t k = 0; (there = edge_shape(k, lo, hi, rows, room, l->over, &s)); k++) {
                if (there < 0) continue;
                rows_of_a(&i, &s);
                i.v.b = high ? 0 : vm - room, i.v.rt = each == 4 ? rows : 0;
                edge_add(l, i, "VM, a, %u to a line: %s, %s", each, s.name,
                         high ? "upper" : "lower");
            }
            i = small(m, op);
            for (uint32_t k = 0; (there = edge_shape(k, lo, hi, rows, room / each, l->over, &s));
                 k++) {
                if (there < 0) continue;
                i.v.a = high ? 0 : vm - room, i.v.cols = each * s.lines;
                i.v.n0 = s.rows, i.v.b = s.base, i.v.gstride = s.stride;
                i.v.rt = each == 4 ? rows : 0;
                edge_add_late(l, i, "VM, b, %u to a line: %s, %s", each, s.name,
                              high ? "upper" : "lower");
            }
        }
    row_table(l, small(m, op), 4095);
    for (uint32_t k = 0; (there = edge_shape(k, 0, m->SM_ENTRIES, rows, vm / 2, l->over, &s));
         k++) {
        union stamp_insn i = small(m, op);
        if (there < 0) continue;
        rows_of_sm(&i, &s, 0);
        i.v.b = vm / 2;
        edge_add(l, i, "SM: %s", s.name);
    }
}

static void vcode(struct edge_list *l)
{
    codes(l, STAMP_OP_VCODE);
}

static void vdeq(struct edge_list *l)
{
    codes(l, STAMP_OP_VDEQ);
}

/* VSMRD, VSMWR: rows of lines of VM; entries, one after the other or far apart. */
static void entries(struct edge_list *l, enum stamp_opcode op)
{
    const struct stamp_mach *m = l->mach;
    const uint64_t L = m->L, sm = m->SM_ENTRIES, lanes = op == STAMP_OP_VSMWR ? 2 : 1;
    union stamp_insn i = small(m, op);
    struct edge_shape s;
    int there;

    l->again = EDGE_VM, l->every = 4;
    i.v.sm = 0, i.v.gstride = 1, i.v.first = lanes == 2;
    for (uint32_t k = 0; (there = edge_shape(k, 0, m->VM_LINES, 4095, sm * lanes / L, l->over, &s));
         k++) {
        if (there < 0) continue;
        i.v.a = s.base, i.v.n0 = s.rows, i.v.s0 = s.stride, i.v.cols = s.lines * L / lanes;
        edge_add(l, i, "VM: %s", s.name);
    }
    i = small(m, op);
    for (uint32_t k = 0; (there = edge_shape(k, 0, sm, 4095, 4095, l->over, &s)); k++) {
        if (there < 0) continue;
        i.v.a = 0, i.v.n0 = s.rows, i.v.cols = s.lines, i.v.sm = s.base;
        i.v.smstride = s.stride, i.v.gstride = 1, i.v.first = k & 1;
        edge_add(l, i, "SM: %s", s.name);
    }
    i.v.sm = 0, i.v.n0 = 1, i.v.cols = 2, i.v.gstride = sm - 1 + l->over;
    edge_add(l, i, "SM: both ends in one row");
}

static void vsmrd(struct edge_list *l)
{
    entries(l, STAMP_OP_VSMRD);
}

static void vsmwr(struct edge_list *l)
{
    entries(l, STAMP_OP_VSMWR);
}

const struct edge_group edge_vectors[] = {
    {"VMINMAX", vminmax}, {"VQPAR", vqpar}, {"VQUANT", vquant},
    {"VBIAS", vbias},     {"VCODE", vcode}, {"VDEQ", vdeq},
    {"VSMRD", vsmrd},     {"VSMWR", vsmwr}, {0}};
