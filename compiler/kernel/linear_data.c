/* SPDX-License-Identifier: Apache-2.0 */
/* linear_data.c - slots, constants and row tables of a layer. Contract in linear.h. */
#include <stdio.h>
#include <string.h>

#include "compiler/kernel/linear.h"
#include "compiler/quant/pack.h"

/* Entries of the nibble table, bits 15:14 (isa.md section 1). */
static const uint32_t form_4 = 1u << 14, form_high = 2u << 14, form_low = 3u << 14;

static uint64_t align64(uint64_t v)
{
    return (v + STAMP_DRAM_ALIGN - 1) / STAMP_DRAM_ALIGN * STAMP_DRAM_ALIGN;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

void stamp_linear_rows(const struct stamp_linear *l, const struct stamp_tile *tile, uint32_t *row)
{
    const uint32_t units = tile->count + (tile->tail ? 1 : 0);

    for (uint32_t u = tile->first; u < tile->first + units; u++) {
        const struct stamp_block b = stamp_work_unit(&l->work, u);
        for (uint32_t y = 0; y < b.h; y++)
            for (uint32_t x = 0; x < b.w; x++) *row++ = b.first + y * b.stride + x;
    }
}

/* Place one row at nibble row @p next; returns the next free one. */
static uint32_t set_row(uint32_t r, bool is8, uint32_t next, uint32_t limit, uint16_t *rt,
                        uint16_t *nt)
{
    if (next + is8 >= limit) return limit + 1;
    rt[r] = (uint16_t)(next | (is8 ? 1u << 15 : 0));
    nt[next] = (uint16_t)(r | (is8 ? form_high : form_4));
    if (is8) nt[next + 1] = (uint16_t)(r | form_low);
    return next + 1 + is8;
}

/* In token order; an 8-bit row that falls on an odd place waits for the 4-bit row after it. */
static bool in_order(const struct stamp_linear *l, const uint32_t *row,
                     const struct stamp_tile *tile, uint32_t limit, uint16_t *rt, uint16_t *nt)
{
    uint32_t next = 0, held = 0, count = 0; /* 8-bit rows held back: count of them, the first */

    for (uint32_t r = tile->head; r < tile->rows; r++) {
        const bool is8 = l->plan->bits[row[r]] == 8;
        if (is8 && (next % 2 || count)) {
            if (!count++) held = r;
            continue;
        }
        next = set_row(r, is8, next, limit, rt, nt);
        while (count && next % 2 == 0) {
            next = set_row(held, true, next, limit, rt, nt);
            count--;
            for (held++; count && l->plan->bits[row[held]] != 8; held++) {}
        }
    }
    if (count) next += next % 2;
    for (; count; count--) {
        next = set_row(held, true, next, limit, rt, nt);
        for (held++; count > 1 && l->plan->bits[row[held]] != 8; held++) {}
    }
    return next <= limit;
}

/* All 8-bit rows, then all 4-bit rows: no place is lost. */
static void high_first(const struct stamp_linear *l, const uint32_t *row,
                       const struct stamp_tile *tile, uint32_t limit, uint16_t *rt, uint16_t *nt)
{
    uint32_t next = 0;

    for (int is8 = 1; is8 >= 0; is8--)
        for (uint32_t r = tile->head; r < tile->rows; r++)
            if ((l->plan->bits[row[r]] == 8) == is8) next = set_row(r, is8, next, limit, rt, nt);
}

void stamp_linear_tables(const struct stamp_linear *l, const struct stamp_tile *tile, uint16_t *rt,
                         uint16_t *nt)
{
    const uint32_t limit = tile->groups * l->work.mach->P, rows = tile->rows + tile->rest;
    uint32_t *row = stamp_build_alloc(l->b, rows, sizeof *row);

    if (!row) return;
    stamp_linear_rows(l, tile, row);
    for (uint32_t r = 0; r < rows; r++) rt[r] = l->plan->bits[row[r]] == 8 ? 1u << 15 : 0;
    memset(nt, 0, limit * sizeof *nt);
    if (in_order(l, row, tile, limit, rt, nt)) return;
    memset(nt, 0, limit * sizeof *nt);
    high_first(l, row, tile, limit, rt, nt);
}

static void put_table(uint8_t *to, const uint16_t *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        to[2 * i] = (uint8_t)v[i];
        to[2 * i + 1] = (uint8_t)(v[i] >> 8);
    }
}

/* The tables of all tiles, equal ones once. */
void stamp_linear_lay_tables(struct stamp_linear *l, const char *name)
{
    const uint32_t P = l->work.mach->P, line = STAMP_TABLE_LINE;
    const uint32_t rl = (l->t.table_rows + line - 1) / line,
                   nl = (l->t.groups * P + line - 1) / line;
    const size_t size = (size_t)(rl + nl) * line * 2;
    uint16_t *rt = stamp_build_alloc(l->b, (size_t)rl * line, sizeof *rt);
    uint16_t *nt = stamp_build_alloc(l->b, (size_t)nl * line, sizeof *nt);
    uint8_t *all = stamp_build_alloc(l->b, l->t.tiles, size);
    uint32_t kinds = 0;
    char text[STAMP_NAME_MAX + 1];

    l->table = stamp_build_alloc(l->b, l->t.tiles, sizeof *l->table);
    for (uint32_t i = 0; i < l->t.tiles && !l->b->status; i++) {
        uint8_t *to = all + kinds * size;
        uint32_t same = 0;
        memset(rt, 0, (size_t)rl * line * sizeof *rt);
        memset(nt, 0, (size_t)nl * line * sizeof *nt);
        stamp_linear_tables(l, &l->t.tile[i], rt, nt);
        put_table(to, rt, rl * line);
        put_table(to + (size_t)rl * line * 2, nt, nl * line);
        while (same < kinds && memcmp(all + same * size, to, size)) same++;
        if (same == kinds) kinds++;
        l->table[i] =
            (struct stamp_table){same * size, same * size + (size_t)rl * line * 2, rl, nl};
    }
    if (l->b->status) return;
    uint64_t addr = 0;
    snprintf(text, sizeof text, "%s.tables", name);
    uint8_t *data = stamp_build_const(l->b, text, STAMP_FMT_RAW, kinds * size, &addr);
    if (data) memcpy(data, all, kinds * size);
    for (uint32_t i = 0; i < l->t.tiles && data; i++) {
        l->table[i].rt_addr += addr;
        l->table[i].nt_addr += addr;
    }
}

/* The slots of a tile, in order, with offsets for addresses. Returns the bytes of weights. */
static uint64_t lay_slots(struct stamp_linear *l)
{
    const struct stamp_tiling *t = &l->t;
    const uint64_t wbytes = stamp_line_bytes(l->work.mach, STAMP_SPACE_WB, STAMP_FMT_RAW);
    const uint32_t per_panel = (t->panel + t->ng - 1) / t->ng;
    uint64_t at = 0;
    uint32_t wb = 0;

    l->panels = (t->cg + t->panel - 1) / t->panel;
    l->slot = stamp_build_alloc(l->b, (size_t)l->panels * per_panel * t->chunks, sizeof *l->slot);
    for (uint32_t p = 0; p < l->panels && !l->b->status; p++) {
        const uint32_t end = least((p + 1) * t->panel, t->cg);
        for (uint32_t n = p * t->panel; n < end; n += t->ng)
            for (uint32_t k = 0; k < t->kl; k += t->kc) {
                struct stamp_slot *s = &l->slot[l->slots++];
                s->panel = p;
                s->n0 = n;
                s->ng = least(t->ng, end - n);
                s->k0 = k;
                s->kn = least(t->kc, t->kl - k);
                s->first = k == 0;
                s->last = k + s->kn == t->kl;
                s->w_addr = at;
                s->wb = wb;
                wb += s->ng * s->kn * t->wline;
                at = align64(at + (uint64_t)s->ng * s->kn * t->wline * wbytes);
            }
    }
    return at;
}

struct stamp_linear_size stamp_linear_slots(struct stamp_linear *l)
{
    const uint64_t cm_line = stamp_line_bytes(l->work.mach, STAMP_SPACE_CM, STAMP_FMT_RAW);
    const uint64_t wbytes = lay_slots(l);
    uint64_t blocks = 0; /* lines of CM before the slot, in block mode */

    for (uint32_t i = 0; i < l->slots && !l->b->status; i++) {
        struct stamp_slot *s = &l->slot[i];
        s->cm_addr = (l->t.blk ? blocks : s->n0) * cm_line;
        if (l->t.blk) blocks += (uint64_t)s->ng * ((s->kn + l->t.blk - 1) / l->t.blk);
    }
    return (struct stamp_linear_size){wbytes, (uint64_t)l->t.cg * l->t.nblk * cm_line};
}

void stamp_linear_pack(const struct stamp_linear *l, const struct stamp_weights *w, uint8_t *wdata,
                       uint8_t *cdata)
{
    const uint64_t w0 = l->slot[0].w_addr, c0 = l->slot[0].cm_addr;

    for (uint32_t i = 0; i < l->slots; i++) {
        const struct stamp_slot *s = &l->slot[i];
        const struct stamp_piece p = {s->n0, s->ng, s->k0, s->kn, l->t.blk};
        stamp_pack_weights(l->work.mach, w, p, wdata + (s->w_addr - w0));
        if (l->t.blk || s->first) stamp_pack_columns(l->work.mach, w, p, cdata + (s->cm_addr - c0));
    }
}

void stamp_linear_at(struct stamp_linear *l, uint64_t waddr, uint64_t caddr)
{
    for (uint32_t i = 0; i < l->slots; i++) {
        l->slot[i].w_addr += waddr;
        l->slot[i].cm_addr += caddr;
    }
}

static void lay_weights(struct stamp_linear *l, const char *name, const struct stamp_weights *w)
{
    const struct stamp_linear_size size = stamp_linear_slots(l);
    uint64_t waddr = 0, caddr = 0;
    char text[STAMP_NAME_MAX + 1];

    snprintf(text, sizeof text, "%s.w", name);
    uint8_t *wdata = stamp_build_const(l->b, text, STAMP_FMT_RAW, size.weights, &waddr);
    snprintf(text, sizeof text, "%s.columns", name);
    uint8_t *cdata = stamp_build_const(l->b, text, STAMP_FMT_RAW, size.columns, &caddr);
    if (!wdata || !cdata) return;
    stamp_linear_pack(l, w, wdata, cdata);
    stamp_linear_at(l, waddr, caddr);
}

void stamp_linear_buffers(struct stamp_linear *l, const char *name)
{
    const uint64_t line = 4 * (uint64_t)l->work.mach->L;
    char text[STAMP_NAME_MAX + 1];

    if (l->t.split) {
        snprintf(text, sizeof text, "%.50s.part", name);
        l->part = stamp_build_matrix(l->b, text, STAMP_TEMP, STAMP_FMT_F32, l->t.unit_rows,
                                     (uint64_t)l->t.cg * l->work.mach->L);
    }
    if (l->work.keep && l->work.transform && l->t.nchunks > 1 && l->t.xb_double) {
        snprintf(text, sizeof text, "%.50s.kept", name);
        l->kept = stamp_build_matrix(l->b, text, STAMP_TEMP, STAMP_FMT_F32, l->work.s, l->work.d);
    }
    if (!l->t.split && !l->t.coded) return;
    snprintf(text, sizeof text, "%.50s.codes", name);
    l->codes =
        (struct stamp_place){.row_bytes = align64((l->t.kl + 3) / 4 * line), .fmt = STAMP_FMT_RAW};
    l->codes.addr = stamp_build_bytes(l->b, text, STAMP_TEMP, l->work.s * l->codes.row_bytes);
}

void stamp_linear_data(struct stamp_linear *l, const char *name, const struct stamp_weights *w,
                       const float *bias)
{
    char text[STAMP_NAME_MAX + 1];

    lay_weights(l, name, w);
    stamp_linear_lay_tables(l, name);
    stamp_linear_buffers(l, name);
    if (!bias) return;
    snprintf(text, sizeof text, "%s.bias", name);
    uint8_t *data = stamp_build_const(l->b, text, STAMP_FMT_F32,
                                      (uint64_t)l->t.cg * l->work.mach->L * 4, &l->bias);
    for (uint32_t i = 0; i < w->n && data; i++) {
        uint32_t bits;
        memcpy(&bits, &bias[i], sizeof bits);
        for (int j = 0; j < 4; j++) data[4 * i + (uint32_t)j] = (uint8_t)(bits >> 8 * j);
    }
}
