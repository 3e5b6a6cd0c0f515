/* SPDX-License-Identifier: Apache-2.0 */
/* linear_prep.c - rows of a tile from DRAM to operands in XB. Contract in linear.h. */
#include <string.h>

#include "compiler/kernel/linear.h"

/* Operations of whole units in their local rows; the sink, last, has none. */
static const struct stamp_xops *local_ops(struct stamp_linear *l, struct stamp_fly *f, uint32_t u0,
                                          uint32_t un)
{
    const uint32_t sink = l->plan->sink, blocks = l->plan->blocks - sink;

    if (l->b->status || (f->ops.op && f->u0 == u0 && f->un == un)) return &f->ops;
    stamp_xops_free(&f->ops);
    f->u0 = u0;
    f->un = un;
    if (u0 + un > blocks) un = blocks - u0; /* the sink stands at unit `blocks` */
    if (!un) return &f->ops;
    const enum stamp_status st = stamp_plan_local(l->plan, u0 + sink, un, &f->ops, l->b->e);
    if (st) l->b->status = st;
    return &f->ops;
}

void stamp_linear_transform(struct stamp_linear *l, uint32_t u0, uint32_t un, uint32_t vm,
                            uint32_t pitch, uint32_t cols, bool inverse)
{
    if (!l->work.transform) return;
    const struct stamp_xops *ops = local_ops(l, inverse ? &l->inverse : &l->forward, u0, un);
    for (uint32_t i = 0; i < ops->count && !l->b->status; i++)
        stamp_emit_fly(l->b, &ops->op[inverse ? ops->count - 1 - i : i], vm, pitch, cols, inverse);
}

/* Loads go round the input buffers; the last user of its lines decides when a place is free. */
struct layout {
    struct stamp_linear *l;
    struct stamp_tile_prep *p;
};

/* Whether what @p s loads, codes or transformed rows, is what @p o stores. */
static bool gives(const struct stamp_prep *o, const struct stamp_prep *s)
{
    return ((s->codes && o->quant && o->here < o->rows) || (s->again && o->keep)) &&
           o->row0 < s->row0 + s->rows && s->row0 < o->row0 + o->rows && o->c0 < s->c0 + s->cn &&
           s->c0 < o->c0 + o->cn;
}

/* Steps of the tile that use lines of @p s, or make its codes, come before its load. */
static void place_step(struct layout *y, struct stamp_prep *s, uint32_t vm, uint32_t lines)
{
    s->vm = vm;
    s->end = vm + lines;
    for (const struct stamp_prep *o = s; o-- > y->p->step && !s->after;)
        if ((o->vm < s->end && s->vm < o->end) || gives(o, s))
            s->after = (uint32_t)(o - y->p->step) + 1;
}

static struct stamp_prep *add_step(struct layout *y, struct stamp_prep base, uint32_t chunk)
{
    const struct stamp_tiling *t = &y->l->t;
    struct stamp_prep *s = &y->p->step[y->p->steps++];

    *s = base;
    s->pitch = t->chunk;
    s->c0 = chunk * t->chunk;
    s->cn = t->kl - s->c0 < t->chunk ? t->kl - s->c0 : t->chunk;
    if (s->load) place_step(y, s, t->vm_x + y->l->x_next++ % t->nx * t->xlines, t->xlines);
    return s;
}

/* Ranges of all chunks, parameters behind the last; vm[c] gets where chunk c lies. */
static void add_ranges(struct layout *y, struct stamp_prep base, uint32_t *vm)
{
    const struct stamp_tiling *t = &y->l->t;
    const uint32_t n = t->nchunks;

    base.load = base.range = true;
    for (uint32_t c = 0; c < n; c++) {
        base.first = c == 0;
        base.params = c == n - 1;
        base.keep = y->l->kept.row_bytes && c + t->nx < n;
        vm[c] = add_step(y, base, c)->vm;
    }
}

/* Whether XB has room for the tile's codes while its rows come. */
static bool is_direct(const struct layout *y)
{
    return y->l->t.xb_double || (y->l->t.coded && !y->p->index);
}

static void add_slab(struct layout *y, struct stamp_prep base)
{
    const struct stamp_tiling *t = &y->l->t;
    const uint32_t n = t->nchunks, kept = n < t->nx ? n : t->nx;
    uint32_t *vm = stamp_build_alloc(y->l->b, n, sizeof *vm);

    if (!vm) return;
    base.quant = true;
    if (t->coded && !is_direct(y)) base.here = 0;
    if (t->blk || n == 1) { /* a chunk holds whole blocks, or the whole row: once is enough */
        base.load = base.range = base.first = base.params = base.sum_first = true;
        for (uint32_t c = 0; c < n; c++) add_step(y, base, c);
        return;
    }
    base.quant = false;
    add_ranges(y, base, vm);
    if (!t->coded && !t->xb_double) return; /* the rest is added behind all slabs' ranges */
    base.quant = true;
    for (uint32_t i = 0; i < n; i++) { /* the chunks still there, then the others again */
        const uint32_t c = i < kept ? n - kept + i : i - kept;
        base.load = i >= kept;
        base.again = base.load && y->l->kept.row_bytes;
        base.sum_first = i == 0;
        struct stamp_prep *s = add_step(y, base, c);
        if (!s->load) {
            s->vm = vm[c];
            s->end = s->vm + t->xlines;
        }
    }
}

/* XB holds one tile: ranges of the next can be found beside its products, codes only behind them. */
static void add_again(struct layout *y, struct stamp_prep base)
{
    const struct stamp_tiling *t = &y->l->t;

    base.load = base.quant = true;
    for (uint32_t c = 0; c < t->nchunks; c++) {
        base.sum_first = c == 0;
        add_step(y, base, c);
    }
}

/* Local rows whose codes are in DRAM; of those of the tile before entries of SM lie apart. */
struct run {
    uint32_t row0, rows, sm;
};

/* Rows of both runs to XB, all of some lines before the next lines. */
static void add_codes(struct layout *y, const struct run run[2])
{
    const struct stamp_tiling *t = &y->l->t;
    const uint32_t q = t->code_quantum, half = t->nx * t->xlines / 2;
    const uint32_t rows = run[0].rows + run[1].rows, fit = rows ? half * 4 / 5 / rows / q * q : 0;
    const uint32_t cn = fit < q ? q : fit > t->kl ? t->kl : fit, piece = half / (cn + (cn + 3) / 4);

    for (uint32_t c0 = 0; c0 < t->kl && rows; c0 += cn)
        for (uint32_t i = 0, r = 0; i < 2; r = 0, i++)
            for (; r < run[i].rows; r += piece) {
                struct stamp_prep *s = &y->p->step[y->p->steps++];
                *s = (struct stamp_prep){.row0 = run[i].row0 + r, .sm = run[i].sm, .c0 = c0};
                s->pitch = cn;
                s->rows = s->here = run[i].rows - r < piece ? run[i].rows - r : piece;
                s->cn = t->kl - c0 < cn ? t->kl - c0 : cn;
                s->load = s->codes = s->quant = true;
                s->sum_first = c0 == 0;
                place_step(y, s, t->vm_x + y->l->codes_next++ % 2 * half, half);
                s->packed = s->vm + s->rows * cn;
            }
}

/* Steps of add_codes for so many rows, at most. */
static size_t code_steps(const struct stamp_tiling *t, uint32_t rows)
{
    const uint32_t q = t->code_quantum, half = t->nx * t->xlines / 2;
    const uint32_t least = half / (q + (q + 3) / 4);

    return (size_t)(t->kl / q + 1) * (rows / least + 2);
}

static struct stamp_prep slab_at(const struct stamp_linear *l, const struct stamp_tile *t,
                                 uint32_t *u, uint32_t *row)
{
    struct stamp_prep slab = {.u0 = t->first + *u, .row0 = *row};

    for (; *u < t->count; ++*u) {
        const struct stamp_block b = stamp_work_unit(&l->work, t->first + *u);
        if (slab.rows && slab.rows + b.h * b.w > l->t.slab_rows) break;
        slab.rows += b.h * b.w;
        slab.un++;
    }
    *row += slab.rows;
    slab.here = slab.rows;
    return slab;
}

/* Units that begin in the tile, slab by slab. */
static void add_units(struct layout *y, const struct stamp_tile *t, uint32_t u0, uint32_t row0,
                      uint32_t sm, void add(struct layout *y, struct stamp_prep base))
{
    for (uint32_t u = u0, row = row0; u < t->count && !y->l->b->status;) {
        struct stamp_prep slab = slab_at(y->l, t, &u, &row);
        slab.sm = sm;
        add(y, slab);
    }
    if (!t->tail) return;
    add(y, (struct stamp_prep){.u0 = t->first + t->count,
                               .un = 1,
                               .row0 = t->rows - t->tail,
                               .rows = t->tail + t->rest,
                               .sm = sm,
                               .here = t->tail});
}

/* All steps of a tile. */
static void add_steps(struct layout *y, const struct stamp_tile *t)
{
    const struct stamp_tiling *g = &y->l->t;
    const uint32_t turn = y->p->index % 2, half = g->split ? g->table_rows : 0, sm = turn * half;
    const struct stamp_block b = stamp_work_unit(&y->l->work, t->first);
    const uint32_t begun = t->head ? b.h * b.w : 0; /* rows of the unit begun in the tile before */

    struct run run[2] = {{0}, {0}};

    add_units(y, t, begun ? 1 : 0, begun, sm, add_slab);
    if (y->l->b->status) return;
    if (begun) /* its entries of SM are those of that tile's tail */
        run[0] =
            (struct run){t->head, begun - t->head, (1 - turn) * half + t[-1].rows - t[-1].tail};
    if (g->coded && !is_direct(y)) run[1] = (struct run){begun, t->rows - begun, sm};
    add_codes(y, run);
    if (g->coded || g->xb_double || g->blk || g->nchunks == 1) return;
    add_units(y, t, begun ? 1 : 0, begun, sm, add_again);
}

/* The one row is in VM, as it is. */
static void add_there(struct stamp_linear *l, struct stamp_tile_prep *p)
{
    const uint32_t kl = l->t.kl;

    p->step[p->steps++] = (struct stamp_prep){.un = 1,
                                              .rows = 1,
                                              .here = 1,
                                              .cn = kl,
                                              .pitch = kl,
                                              .vm = l->x.vm - 1,
                                              .end = l->x.vm - 1 + kl,
                                              .range = true,
                                              .first = true,
                                              .params = true,
                                              .quant = true,
                                              .sum_first = true};
}

void stamp_prep_start(struct stamp_linear *l, uint32_t tile, struct stamp_tile_prep *p)
{
    const struct stamp_tile *t = &l->t.tile[tile];
    struct layout y = {l, p};
    size_t steps = ((size_t)t->count + 1) * 2 * l->t.nchunks;

    memset(p, 0, sizeof *p);
    p->tile = t;
    p->index = tile;
    p->parity = l->t.xb_double ? tile % 2 : 0;
    p->rm = l->t.xb_double || l->t.coded ? tile % 2 * l->t.rows * l->t.nblk : 0;
    if (l->t.split || l->t.coded) steps += code_steps(&l->t, t->rows);
    p->row = stamp_build_alloc(l->b, t->rows + t->rest, sizeof *p->row);
    p->step = stamp_build_alloc(l->b, steps, sizeof *p->step);
    if (l->b->status) return;
    stamp_linear_rows(l, t, p->row);
    p->tables = stamp_linear_use_tables(l, tile);
    if (l->x.vm)
        add_there(l, p);
    else
        add_steps(&y, t);
}

/* Codes of the step's local rows @p from .. to - 1 between VM, from @p line, and DRAM: runs of rows of one width. */
static void move_codes(struct stamp_linear *l, const struct stamp_tile_prep *p,
                       const struct stamp_prep *s, enum stamp_opcode op, uint32_t from, uint32_t to,
                       uint32_t line, uint32_t pitch)
{
    const uint32_t *row = p->row + s->row0;
    const uint8_t *bits = l->plan->bits;

    for (uint32_t r = from, end; r < to; r = end) {
        const uint32_t e = 32u / bits[row[r]];
        for (end = r; end < to && bits[row[end]] == bits[row[r]];) end++;
        stamp_emit_rows(l->b, op, l->codes, row + r, end - r, s->c0 / e, (s->cn + e - 1) / e,
                        line + (r - from) * pitch, pitch);
    }
}

void stamp_prep_loads(struct stamp_linear *l, struct stamp_tile_prep *p, uint32_t ahead)
{
    for (; !l->b->status && p->loaded < p->steps && p->loaded < p->done + ahead; p->loaded++) {
        const struct stamp_prep *s = &p->step[p->loaded];
        if (!s->load) continue;
        if (s->after > p->done) return;
        if (s->codes)
            move_codes(l, p, s, STAMP_OP_LOAD, 0, s->rows, s->packed, (s->cn + 3) / 4);
        else
            stamp_emit_rows(l->b, STAMP_OP_LOAD, s->again ? l->kept : l->x, p->row + s->row0,
                            s->rows, s->c0, s->cn, s->vm, s->pitch);
    }
}

/* An instruction on rows from .. to - 1 of the step. */
static void emit_vector(struct stamp_linear *l, const struct stamp_tile_prep *p,
                        const struct stamp_prep *s, enum stamp_opcode op, uint32_t from,
                        uint32_t to)
{
    const struct stamp_tiling *t = &l->t;
    const uint32_t block0 = t->blk ? s->c0 / t->blk : 0, at = (s->row0 + from) * t->nblk + block0;
    union stamp_insn i = {.v = {.op = (uint64_t)op}};

    i.v.n0 = to - from;
    i.v.cols = s->cn;
    i.v.sm = s->sm + at;
    i.v.smstride = t->nblk;
    if (op != STAMP_OP_VMINMAX) {
        i.v.sym = l->symmetric;
        i.v.rt = p->tables * (l->work.mach->RT_ENTRIES / 2) + s->row0 + from;
    }
    if (op == STAMP_OP_VQPAR) {
        i.v.cols = t->blk ? (s->cn + t->blk - 1) / t->blk : 1;
    } else {
        i.v.a = s->vm + from * s->pitch;
        i.v.s0 = s->pitch;
        i.v.blk = t->blk;
        i.v.first = op == STAMP_OP_VMINMAX ? s->first : s->sum_first;
    }
    if (op == STAMP_OP_VQUANT) {
        i.v.rm = p->rm + at;
        i.v.xb = p->parity * t->groups * t->kl + s->c0;
        i.v.gstride = t->kl;
    }
    if (op == STAMP_OP_VCODE || op == STAMP_OP_VDEQ) {
        i.v.b = op == STAMP_OP_VCODE ? i.v.a : s->packed;
        i.v.gstride = op == STAMP_OP_VCODE ? s->pitch : (s->cn + 3) / 4;
        i.v.first = false;
    }
    stamp_build_push(l->b, &i);
}

void stamp_prep_step(struct stamp_linear *l, struct stamp_tile_prep *p)
{
    if (l->b->status) return;
    stamp_prep_loads(l, p, 1);
    const struct stamp_prep *s = &p->step[p->done++];
    if (s->load && !s->codes && !s->again)
        stamp_linear_transform(l, s->u0, s->un, s->vm, s->pitch, s->cn, false);
    if (s->keep)
        stamp_emit_rows(l->b, STAMP_OP_STORE, l->kept, p->row + s->row0, s->rows, s->c0, s->cn,
                        s->vm, s->pitch);
    if (s->codes) emit_vector(l, p, s, STAMP_OP_VDEQ, 0, s->rows);
    if (s->range) emit_vector(l, p, s, STAMP_OP_VMINMAX, 0, s->rows);
    if (s->params) emit_vector(l, p, s, STAMP_OP_VQPAR, 0, s->rows);
    if (!s->quant) return;
    if (s->here) emit_vector(l, p, s, STAMP_OP_VQUANT, 0, s->here);
    if (s->here == s->rows) return;
    emit_vector(l, p, s, STAMP_OP_VCODE, s->here, s->rows); /* over the rows themselves */
    move_codes(l, p, s, STAMP_OP_STORE, s->here, s->rows, s->vm + s->here * s->pitch, s->pitch);
}
