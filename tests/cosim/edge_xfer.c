/* SPDX-License-Identifier: Apache-2.0 */
/* edge_xfer.c - LOAD, STORE and VBFLY at the ends of scratchpads and of the DRAM window. Contract in
 * edge.h. */
#include "tests/cosim/edge_image.h"

static uint64_t round_up(uint64_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static union stamp_insn transfer(enum stamp_opcode op, enum stamp_space space, enum stamp_fmt fmt,
                                 uint64_t dram)
{
    return (union stamp_insn){.d = {.op = op,
                                    .space = space,
                                    .fmt = fmt,
                                    .areg = EDGE_BASE,
                                    .dram = dram,
                                    .lines = 1,
                                    .lstride = 1,
                                    .n0 = 1,
                                    .n1 = 1}};
}

/* Every shape of the scratchpad's lines; rows by the inner and by the outer count. */
static void scratchpad(struct edge_list *l, union stamp_insn i)
{
    const enum stamp_space space = (enum stamp_space)i.d.space;
    const uint64_t line = stamp_line_bytes(l->mach, space, (enum stamp_fmt)i.d.fmt);
    const char *name = stamp_space_name(space);
    struct edge_shape s;
    int there;

    for (uint32_t k = 0;
         (there = edge_shape(k, 0, stamp_space_lines(l->mach, space), 4095, 65535, l->over, &s));
         k++) {
        if (there < 0) continue;
        i.d.line = s.base, i.d.lines = s.lines, i.d.lstride = s.stride;
        i.d.n0 = s.rows, i.d.n1 = 1, i.d.d0 = round_up(s.lines * line), i.d.d1 = 0;
        edge_add(l, i, "%s format %u: %s", name, (unsigned)i.d.fmt, s.name);
        if (s.rows == 1) continue;
        i.d.n0 = 1, i.d.n1 = s.rows, i.d.d1 = i.d.d0, i.d.d0 = 0;
        edge_add(l, i, "%s format %u: %s, outer", name, (unsigned)i.d.fmt, s.name);
    }
}

/* The window's first byte and its last, by one row and by two; one beyond either. */
static void window(struct edge_list *l, union stamp_insn i)
{
    const struct edge_layout a = edge_layout_of(l->mach);
    const uint64_t line = stamp_line_bytes(l->mach, (enum stamp_space)i.d.space,
                                           (enum stamp_fmt)i.d.fmt),
                   lines = line < 64 ? 64 / line : 1, row = lines * line, over = l->over * 64;
    const uint32_t from = l->count;

    i.d.lines = i.d.lstride = lines;
    i.d.dram = 0;
    i.d.areg = l->over ? EDGE_BELOW : EDGE_BASE;
    edge_add(l, i, "DRAM format %u: first byte", (unsigned)i.d.fmt);
    i.d.areg = EDGE_BASE;
    i.d.dram = a.end - row + over;
    edge_add(l, i, "DRAM format %u: last byte", (unsigned)i.d.fmt);
    i.d.dram = 0, i.d.n0 = 2, i.d.d0 = a.end - row + over;
    edge_add(l, i, "DRAM format %u: both ends", (unsigned)i.d.fmt);
    i.d.n0 = 1, i.d.n1 = 2, i.d.d1 = i.d.d0, i.d.d0 = 0;
    edge_add(l, i, "DRAM format %u: both ends, outer", (unsigned)i.d.fmt);
    for (uint32_t k = from; l->over && k < l->count; k++) l->at[k].error = STAMP_ERROR_DRAM_RANGE;
}

/* Most lines of VM or PB, up to the window's last byte. */
static void whole(struct edge_list *l, union stamp_insn i)
{
    const struct edge_layout a = edge_layout_of(l->mach);
    const enum stamp_space space = (enum stamp_space)i.d.space;

    i.d.lines = stamp_space_lines(l->mach, space);
    i.d.dram = a.end - i.d.lines * stamp_line_bytes(l->mach, space, (enum stamp_fmt)i.d.fmt) +
               64 * l->over;
    edge_add(l, i, "DRAM format %u: all lines up to the last byte", (unsigned)i.d.fmt);
    if (l->over) l->at[l->count - 1].error = STAMP_ERROR_DRAM_RANGE;
}

/* Rows an index table names: its entries, VM's lines, DRAM's ends. */
static void gather(struct edge_list *l)
{
    const struct edge_layout a = edge_layout_of(l->mach);
    const uint64_t entries = l->mach->IT_ENTRIES, vm = l->mach->VM_LINES, over = l->over,
                   rows = edge_least(entries, 4095);
    union stamp_insn i = transfer(STAMP_OP_LOAD, STAMP_SPACE_VM, STAMP_FMT_F32, a.f32);

    i.d.gather = 1, i.d.d0 = 64;
    i.d.it = entries - 1 + over;
    edge_add(l, i, "IT: last entry");
    i.d.it = entries - rows + over, i.d.n0 = rows, i.d.line = vm - rows;
    edge_add(l, i, "IT: all entries, to the last line of VM");
    i.d.it = 0, i.d.line = vm - rows + over;
    edge_add(l, i, "VM by a gather: last line");
    i.d.n0 = 1, i.d.n1 = 2, i.d.line = 0, i.d.lstride = vm - 1 + over;
    edge_add(l, i, "VM by a gather: both ends");
    i.d.n1 = 1, i.d.lines = i.d.lstride = 64 / edge_least(64, l->mach->L * 4);
    i.d.it = entries - 1;
    i.d.dram = a.end - i.d.lines * l->mach->L * 4 - 64 * edge_index(entries - 1) + 64 * over;
    edge_add_late(l, i, "DRAM by a gather: last byte");
    if (over) l->at[l->count - 1].error = STAMP_ERROR_DRAM_RANGE;
    if (over) return;
    i.d.it = 0, i.d.dram = 0;
    edge_add(l, i, "DRAM by a gather: first byte; IT: first entry");
}

static void loads(struct edge_list *l)
{
    const struct edge_layout a = edge_layout_of(l->mach);

    for (uint32_t fmt = STAMP_FMT_RAW; fmt <= STAMP_FMT_BF16; fmt++) {
        const union stamp_insn i = transfer(STAMP_OP_LOAD, STAMP_SPACE_VM, (enum stamp_fmt)fmt,
                                            fmt == STAMP_FMT_BF16 ? a.bf16 : a.f32);
        scratchpad(l, i);
        window(l, i);
        whole(l, i);
    }
    const struct {
        enum stamp_space space;
        uint64_t at;
    } raw[] = {{STAMP_SPACE_WB, a.wb},
               {STAMP_SPACE_CM, a.cm},
               {STAMP_SPACE_RT, a.rt},
               {STAMP_SPACE_NT, a.nt},
               {STAMP_SPACE_IT, a.it}};
    for (size_t k = 0; k < sizeof raw / sizeof raw[0]; k++) {
        const union stamp_insn i = transfer(STAMP_OP_LOAD, raw[k].space, STAMP_FMT_RAW, raw[k].at);
        scratchpad(l, i);
        window(l, i);
    }
}

static void stores(struct edge_list *l)
{
    const struct edge_layout a = edge_layout_of(l->mach);

    l->stores = l->operands = true;
    for (uint32_t fmt = STAMP_FMT_RAW; fmt <= STAMP_FMT_BF16; fmt++) {
        const union stamp_insn i =
            transfer(STAMP_OP_STORE, STAMP_SPACE_VM, (enum stamp_fmt)fmt, a.last);
        scratchpad(l, i);
        window(l, i);
        whole(l, i);
        union stamp_insn back = i; /* what was stored at the ends comes back */
        back.d.op = STAMP_OP_LOAD;
        if (!l->over) window(l, back);
    }
    const union stamp_insn pb = transfer(STAMP_OP_STORE, STAMP_SPACE_PB, STAMP_FMT_RAW, a.first);
    scratchpad(l, pb);
    window(l, pb);
    whole(l, pb);
}

/* Lines of zeros, rotated by the largest numbers there are. */
static void largest_constants(struct edge_list *l)
{
    edge_add(
        l,
        (union stamp_insn){.w = {.op = STAMP_OP_VFN, .fn = STAMP_ONE_SIGMOID, .n0 = 1, .cols = 2}},
        "VM: two lines of zeros");
    edge_add(l,
             (union stamp_insn){.b = {.op = STAMP_OP_VBFLY,
                                      .kind = STAMP_KIND_ROT,
                                      .boff = 1,
                                      .cols = 1,
                                      .n0 = 1,
                                      .n1 = 1,
                                      .c = 0x7f7fffff,
                                      .s = 0xff7fffff}},
             "the largest constants");
}

/* Pairs: a begins at the first line, b ends at the last. */
static void butterflies(struct edge_list *l)
{
    const uint64_t vm = l->mach->VM_LINES, over = l->over, half = edge_least(vm / 2, 4095);

    l->again = EDGE_VM, l->every = 4;
    if (!over) largest_constants(l);
    for (uint32_t kind = STAMP_KIND_MEAN; kind <= STAMP_KIND_ROT; kind++) {
        const struct {
            const char *name;
            uint64_t a, boff, cols, n0, s0, n1, s1;
        } at[] = {
            {"first", 0, 1, 1, 1, 0, 1, 0},
            {"last", vm - 2 + over, 1, 1, 1, 0, 1, 0},
            {"both ends", 0, vm - 1 + over, 1, 1, 0, 1, 0},
            {"most lines", vm - 2 * half + over, half, half, 1, 0, 1, 0},
            {"most inner pairs", vm - 2 * half + over, 1, 1, half, 2, 1, 0},
            {"most outer pairs", vm - 2 * half + over, 1, 1, 1, 0, half, 2},
            {"all loops", over, 4, 4, 8, 8, vm / 64, 64},
            {"inner pairs at both ends", 0, 1, 1, 2, vm - 2 + over, 1, 0},
            {"outer pairs at both ends", 0, 1, 1, 1, 0, 2, vm - 2 + over},
        };
        for (uint32_t k = 0; k < sizeof at / sizeof at[0]; k++) {
            if ((l->over && k == 0) || (kind && k > 2)) continue; /* the first is never beyond */
            edge_add(l,
                     (union stamp_insn){.b = {.op = STAMP_OP_VBFLY,
                                              .kind = kind,
                                              .a = at[k].a,
                                              .boff = at[k].boff,
                                              .cols = at[k].cols,
                                              .n0 = at[k].n0,
                                              .s0 = at[k].s0,
                                              .n1 = at[k].n1,
                                              .s1 = at[k].s1,
                                              .c = 0x3f19999a, /* 0.6 */
                                              .s = 0x3f4ccccd}},
                     "VM kind %u: %s", kind, at[k].name);
        }
    }
}

const struct edge_group edge_transfers[] = {
    {"LOAD", loads}, {"gathering LOAD", gather}, {"STORE", stores}, {"VBFLY", butterflies}, {0}};
