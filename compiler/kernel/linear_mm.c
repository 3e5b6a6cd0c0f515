/* SPDX-License-Identifier: Apache-2.0 */
/* linear_mm.c - products, inverse transform and stores of a tile. Contract in linear.h. */
#include <string.h>

#include "compiler/kernel/linear.h"
#include "compiler/emit/vec.h"

enum { PIECE = 64 }; /* WB lines loaded at once where pieces go into gaps */

static void load_lines(struct stamp_build *b, enum stamp_space space, enum stamp_fmt fmt,
                       uint64_t addr, uint32_t line, uint32_t lines)
{
    union stamp_insn i = {.d = {.op = STAMP_OP_LOAD}};

    i.d.space = (uint64_t)space;
    i.d.fmt = (uint64_t)fmt;
    i.d.dram = addr;
    i.d.line = line;
    i.d.lines = lines;
    i.d.lstride = lines;
    i.d.n0 = i.d.n1 = 1;
    stamp_build_push(b, &i);
}

/* Which half holds @p tag (plus 1)? If none, the half not used last is taken and *load set. */
static uint32_t find_half(uint32_t in[2], uint32_t *last, uint32_t tag, bool *load)
{
    uint32_t half = in[0] == tag + 1 ? 0 : in[1] == tag + 1 ? 1 : 2;

    *load = half == 2;
    if (*load) half = 1 - *last;
    in[half] = tag + 1;
    return *last = half;
}

uint32_t stamp_linear_use_tables(struct stamp_linear *l, uint32_t tile)
{
    const struct stamp_table *t = &l->table[tile];
    const uint32_t half_lines = l->work.mach->RT_ENTRIES / 2 / STAMP_TABLE_LINE;

    for (uint32_t h = 0; h < 2; h++)
        if (l->in_rt[h].rt_lines && l->in_rt[h].rt_addr == t->rt_addr) return l->rt_last = h;
    l->rt_last = 1 - l->rt_last;
    l->in_rt[l->rt_last] = *t;
    load_lines(l->b, STAMP_SPACE_RT, STAMP_FMT_RAW, t->rt_addr, l->rt_last * half_lines,
               t->rt_lines);
    load_lines(l->b, STAMP_SPACE_NT, STAMP_FMT_RAW, t->nt_addr, l->rt_last * half_lines,
               t->nt_lines);
    return l->rt_last;
}

/* CM lines of one column group in a slot. */
static uint32_t column_lines(const struct stamp_linear *l, const struct stamp_slot *s)
{
    return l->t.blk ? (s->kn + l->t.blk - 1) / l->t.blk : 1;
}

/* CM comes per panel, in blocks per slot; everything once when resident. */
static uint32_t column_tag(const struct stamp_linear *l, uint32_t slot)
{
    return l->t.blk ? slot : l->slot[slot].panel;
}

static void load_columns(struct stamp_linear *l, uint32_t slot)
{
    const struct stamp_slot *s = &l->slot[slot];
    const uint32_t p0 = s->panel * l->t.panel;
    bool load;

    if (l->t.blk) {
        const uint32_t half = find_half(l->in_cm, &l->cm_last, column_tag(l, slot), &load);
        if (load)
            load_lines(l->b, STAMP_SPACE_CM, STAMP_FMT_RAW, s->cm_addr,
                       half * (l->work.mach->CM_LINES / 2), s->ng * column_lines(l, s));
        return;
    }
    if (s->n0 != p0 || !s->first) return;
    const uint32_t half = find_half(l->in_cm, &l->cm_last, column_tag(l, slot), &load);
    const uint32_t lines = l->t.cg - p0 < l->t.panel ? l->t.cg - p0 : l->t.panel;
    if (load)
        load_lines(l->b, STAMP_SPACE_CM, STAMP_FMT_RAW, s->cm_addr,
                   half * (l->work.mach->CM_LINES / 2), lines);
}

static uint32_t slot_lines(const struct stamp_linear *l, const struct stamp_slot *s)
{
    return s->ng * s->kn * l->t.wline;
}

void stamp_slots_turn(struct stamp_linear *l)
{
    uint32_t all = 0, most = 0;

    for (uint32_t i = 0; i < l->slots; i++) {
        const uint32_t lines = slot_lines(l, &l->slot[i]);
        all += lines;
        if (lines > most) most = lines;
    }
    if (!l->t.resident || all + most > l->work.mach->WB_LINES) return; /* no slot meets another */
    for (uint32_t i = 0; i < l->slots; i++)
        l->slot[i].wb = stamp_build_turn(l->b, STAMP_SPACE_WB, slot_lines(l, &l->slot[i]));
    l->cm_at = stamp_build_turn(l->b, STAMP_SPACE_CM, l->t.cg * l->t.nblk);
}

/* Everything stays: the first load brings all slots, in DRAM order, one by one. */
static void load_resident(struct stamp_linear *l)
{
    const uint64_t bytes = stamp_line_bytes(l->work.mach, STAMP_SPACE_WB, STAMP_FMT_RAW);
    uint32_t cm = l->cm_at;

    if (l->in_wb[0]) return;
    l->in_wb[0] = 1;
    for (uint32_t i = 0; i < l->slots; i++) {
        const struct stamp_slot *s = &l->slot[i];
        const uint32_t all = slot_lines(l, s), most = l->work.straight ? PIECE : all;
        for (uint32_t k = 0; k < all; k += most)
            load_lines(l->b, STAMP_SPACE_WB, STAMP_FMT_RAW, s->w_addr + k * bytes, s->wb + k,
                       all - k < most ? all - k : most);
        if (l->t.blk)
            load_lines(l->b, STAMP_SPACE_CM, STAMP_FMT_RAW, s->cm_addr, cm,
                       s->ng * column_lines(l, s));
        cm += s->ng * column_lines(l, s);
    }
    if (!l->t.blk)
        load_lines(l->b, STAMP_SPACE_CM, STAMP_FMT_RAW, l->slot[0].cm_addr, l->cm_at, l->t.cg);
}

void stamp_slot_load(struct stamp_linear *l, uint32_t slot)
{
    const struct stamp_slot *s = &l->slot[slot];
    bool load;

    if (l->t.resident) {
        load_resident(l);
        return;
    }
    const uint32_t half = find_half(l->in_wb, &l->wb_last, slot, &load);
    if (load)
        load_lines(l->b, STAMP_SPACE_WB, STAMP_FMT_RAW, s->w_addr,
                   half * (l->work.mach->WB_LINES / 2), s->ng * s->kn * l->t.wline);
    load_columns(l, slot);
}

/* Lines of WB and CM where the slot's data lie. */
static void where(const struct stamp_linear *l, uint32_t slot, struct stamp_insn_m *m)
{
    const struct stamp_slot *s = &l->slot[slot];
    const struct stamp_mach *mach = l->work.mach;

    if (l->t.resident) {
        m->wb = s->wb;
        m->cm = l->cm_at + s->n0;
        if (l->t.blk)
            m->cm = l->cm_at + (s->cm_addr - l->slot[0].cm_addr) /
                                   stamp_line_bytes(mach, STAMP_SPACE_CM, STAMP_FMT_RAW);
        return;
    }
    m->wb = (l->in_wb[1] == slot + 1 ? 1 : 0) * (mach->WB_LINES / 2);
    m->cm = (l->in_cm[1] == column_tag(l, slot) + 1 ? 1 : 0) * (mach->CM_LINES / 2);
    if (!l->t.blk) m->cm += s->n0 - s->panel * l->t.panel;
}

/* Panels of all tiles in their order; output buffers take turns. */
static uint64_t turn_of(const struct stamp_linear *l, const struct stamp_tile_prep *p,
                        uint32_t panel)
{
    return (uint64_t)p->index * l->panels + panel;
}

/* VM line of the output buffer of a tile's panel; a row that stays in VM is its own, unless it has more to do. */
static uint32_t output(const struct stamp_linear *l, const struct stamp_tile_prep *p,
                       uint32_t panel)
{
    if (l->y.vm && l->work.post == STAMP_POST_NONE) return l->y.vm - 1 + panel * l->t.panel;
    return l->t.vm_out + (uint32_t)(turn_of(l, p, panel) % l->t.outs) * l->t.rows * l->t.panel;
}

static uint32_t panel_lines(const struct stamp_linear *l, uint32_t panel)
{
    const uint32_t left = l->t.cg - panel * l->t.panel;

    return left < l->t.panel ? left : l->t.panel;
}

/* A row of a panel's columns, loaded with its first product; returns its VM line. */
static uint32_t use_row(struct stamp_linear *l, uint32_t panel, uint64_t row, uint32_t vm,
                        uint32_t in[2], uint32_t *last)
{
    bool load;
    const uint32_t line = vm + find_half(in, last, panel, &load) * l->t.panel;

    if (load)
        load_lines(l->b, STAMP_SPACE_VM, STAMP_FMT_F32,
                   row + (uint64_t)panel * l->t.panel * l->work.mach->L * 4, line,
                   panel_lines(l, panel));
    return line;
}

static uint32_t use_bias(struct stamp_linear *l, uint32_t panel)
{
    return use_row(l, panel, l->bias, l->t.vm_bias, l->in_bias, &l->bias_last);
}

static uint32_t use_gate(struct stamp_linear *l, uint32_t panel)
{
    return use_row(l, panel, l->gate, l->t.vm_gate, l->in_gate, &l->gate_last);
}

/* The rows to add come while the panel is multiplied. Returns their VM line. */
static uint32_t use_add(struct stamp_linear *l, const struct stamp_tile_prep *p, uint32_t panel)
{
    const uint64_t turn = turn_of(l, p, panel);
    const uint32_t half = (uint32_t)(turn % l->t.outs);
    const uint32_t vm = l->t.vm_add + half * l->t.rows * l->t.panel;

    if (l->add.vm) return l->add.vm - 1 + panel * l->t.panel;
    if (l->in_add[half] == turn + 1) return vm;
    l->in_add[half] = turn + 1;
    stamp_emit_rows(l->b, STAMP_OP_LOAD, l->add, p->row, p->tile->rows - p->tile->tail,
                    panel * l->t.panel, panel_lines(l, panel), vm, l->t.panel);
    return vm;
}

/* Rows of a unit's products that stand in DRAM between two tiles: those of this one's tail, or of the head. */
static void move_part(struct stamp_linear *l, const struct stamp_tile_prep *p, uint32_t panel,
                      enum stamp_opcode op)
{
    const struct stamp_tile *t = p->tile;
    const uint32_t n = op == STAMP_OP_LOAD ? t->head : t->tail;
    const uint32_t row0 = op == STAMP_OP_LOAD ? 0 : t->rows - t->tail;
    uint32_t *row = n ? stamp_build_alloc(l->b, n, sizeof *row) : NULL;

    for (uint32_t r = 0; r < n && row; r++) row[r] = r;
    if (row)
        stamp_emit_rows(l->b, op, l->part, row, n, panel * l->t.panel, panel_lines(l, panel),
                        output(l, p, panel) + row0 * l->t.panel, l->t.panel);
}

/* What the tile before gave of the first unit comes beside the panel's first product. */
static void use_part(struct stamp_linear *l, const struct stamp_tile_prep *p, uint32_t panel)
{
    const uint64_t turn = turn_of(l, p, panel);

    if (l->in_part[turn % l->t.outs] == turn + 1) return;
    l->in_part[turn % l->t.outs] = turn + 1;
    move_part(l, p, panel, STAMP_OP_LOAD);
}

static void product(struct stamp_linear *l, const struct stamp_tile_prep *p, uint32_t slot,
                    uint32_t g0, uint32_t gn)
{
    const struct stamp_tiling *t = &l->t;
    const struct stamp_slot *s = &l->slot[slot];
    const struct stamp_mach *mach = l->work.mach;
    union stamp_insn i = {.m = {.op = STAMP_OP_MM}};

    where(l, slot, &i.m);
    i.m.first = s->first;
    i.m.last = s->last;
    i.m.w8 = l->work.w8;
    i.m.xb = (p->parity * t->groups + g0) * t->kl + s->k0;
    i.m.gstride = t->kl;
    i.m.groups = gn;
    i.m.kl = s->kn;
    i.m.blk = t->blk;
    i.m.ng = s->ng;
    i.m.wstride = s->kn * t->wline;
    i.m.cmstride = column_lines(l, s);
    i.m.nt = p->tables * (mach->RT_ENTRIES / 2) + g0 * mach->P;
    i.m.rm = p->rm + (t->blk ? s->k0 / t->blk : 0);
    i.m.rmstride = t->nblk;
    i.m.vm = output(l, p, s->panel) + s->n0 - s->panel * t->panel;
    i.m.vstride = t->panel;
    stamp_build_push(l->b, &i);
}

void stamp_slot_product(struct stamp_linear *l, const struct stamp_tile_prep *p, uint32_t slot,
                        uint32_t g0, uint32_t gn)
{
    const struct stamp_slot *s = &l->slot[slot];
    const bool sums = l->t.blk || !s->first || !s->last; /* whose places depend on the groups */
    const uint32_t most = l->piece && !sums ? l->piece : gn;

    if (!gn) return;
    if (l->bias && s->first) use_bias(l, s->panel);
    if (p->tile->head && s->first) use_part(l, p, s->panel);
    if (stamp_post_adds(l->work.post) && s->first) use_add(l, p, s->panel);
    if (l->work.post == STAMP_POST_GATED && s->first) use_gate(l, s->panel);
    for (uint32_t g = 0; g < gn; g += most)
        product(l, p, slot, g0 + g, gn - g < most ? gn - g : most);
}

/* What is done to a panel's values, and the store; a row that stays in VM is written in its place. */
static void finish(struct stamp_linear *l, const struct stamp_tile_prep *p, uint32_t panel,
                   uint32_t vm)
{
    const enum stamp_post post = l->work.post;
    const uint32_t pitch = l->t.panel, cols = panel_lines(l, panel),
                   share = post == STAMP_POST_SILU ? 2 : 1, c0 = panel * pitch / share,
                   to = l->y.vm ? l->y.vm - 1 + c0 : vm;
    const struct stamp_vec v = {vm, p->tile->rows - p->tile->tail, pitch, cols / share};

    if (stamp_post_adds(post)) {
        const uint32_t add = use_add(l, p, panel), last = l->gate_last;
        if (post == STAMP_POST_GATED)
            stamp_emit_bin(l->b, STAMP_BIN_MUL, v, use_gate(l, panel), 0, 0, vm, pitch);
        l->gate_last = last; /* the next panel's may be there already */
        stamp_emit_bin(l->b, STAMP_BIN_ADD, v, add, pitch, 1, to, pitch);
    } else if (post == STAMP_POST_SILU) {
        stamp_emit_fn(l->b, STAMP_ONE_SILU, v, 0, 0, 0.0f, vm, pitch);
        stamp_emit_bin(l->b, STAMP_BIN_MUL, v, vm + cols / 2, pitch, 1, to, pitch);
    } else if (post == STAMP_POST_GELU || post == STAMP_POST_ACT) {
        stamp_emit_fn(l->b, post == STAMP_POST_GELU ? STAMP_ONE_GELU : STAMP_ONE_SILU, v, 0, 0,
                      0.0f, to, pitch);
    }
    if (!l->y.vm) stamp_emit_rows(l->b, STAMP_OP_STORE, l->y, p->row, v.n0, c0, v.cols, vm, pitch);
}

void stamp_panel_store(struct stamp_linear *l, const struct stamp_tile_prep *p, uint32_t panel)
{
    const struct stamp_tiling *t = &l->t;
    const uint32_t vm = output(l, p, panel), cols = panel_lines(l, panel),
                   rows = p->tile->rows - p->tile->tail;

    move_part(l, p, panel, STAMP_OP_STORE);
    if (!l->raw)
        stamp_linear_transform(l, p->tile->first, p->tile->count, vm, t->panel, cols, true);
    if (l->bias) {
        union stamp_insn i = {.v = {.op = STAMP_OP_VBIAS}};
        i.v.a = vm;
        i.v.n0 = rows;
        i.v.s0 = t->panel;
        i.v.cols = cols;
        const uint32_t last = l->bias_last; /* the next panel's bias may be there already */
        i.v.b = use_bias(l, panel);
        l->bias_last = last;
        stamp_build_push(l->b, &i);
    }
    finish(l, p, panel, vm);
}
