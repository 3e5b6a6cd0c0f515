/* SPDX-License-Identifier: Apache-2.0 */
/* linear_prep.c - rows of a tile from DRAM to operands in XB. Contract in linear.h. */
#include <string.h>

#include "compiler/kernel/linear.h"
#include "compiler/tile/runs.h"

void stamp_emit_rows(struct stamp_build *b, enum stamp_opcode op, struct stamp_place place,
                     const uint32_t *row, uint32_t n, uint32_t c0, uint32_t cn, uint32_t vm,
                     uint32_t pitch)
{
    const uint64_t at = place.addr + (uint64_t)c0 * b->mach->L * stamp_fmt_bytes(place.fmt);

    for (uint32_t done = 0; done < n;) {
        const struct stamp_run r = stamp_run_fit(row + done, n - done);
        union stamp_insn i = {.d = {.op = (uint64_t)op}};
        i.d.space = STAMP_SPACE_VM;
        i.d.fmt = (uint64_t)place.fmt;
        i.d.dram = at + r.first * place.row_bytes;
        i.d.line = vm + done * pitch;
        i.d.lines = cn;
        i.d.lstride = pitch;
        i.d.n0 = r.n0;
        i.d.n1 = r.n1;
        i.d.d0 = r.s0 * place.row_bytes;
        i.d.d1 = r.s1 * place.row_bytes;
        stamp_build_push(b, &i);
        done += r.n0 * r.n1;
    }
}

static uint64_t float_bits(float x)
{
    uint32_t u;

    memcpy(&u, &x, sizeof u);
    return u;
}

void stamp_emit_fly(struct stamp_build *b, const struct stamp_xop *op, uint32_t vm, uint32_t pitch,
                    uint32_t cols, bool inverse)
{
    union stamp_insn i = {.b = {.op = STAMP_OP_VBFLY}};

    i.b.kind = op->kind == STAMP_ROT ? STAMP_KIND_ROT : inverse ? STAMP_KIND_SUM : STAMP_KIND_MEAN;
    i.b.a = vm + op->a * pitch;
    i.b.boff = op->boff * pitch;
    i.b.cols = cols;
    i.b.n0 = op->n0;
    i.b.s0 = op->s0 * pitch;
    i.b.n1 = op->n1;
    i.b.s1 = op->s1 * pitch;
    if (op->kind == STAMP_ROT) {
        i.b.c = float_bits(op->c);
        i.b.s = float_bits(inverse ? -op->s : op->s);
    }
    stamp_build_push(b, &i);
}

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

/* Loads go round the input buffers; a buffer's last user decides when it is free. */
struct layout {
    struct stamp_linear *l;
    struct stamp_tile_prep *p;
    uint32_t *last_use; /* [nx] steps before which the buffer is in use */
};

static struct stamp_prep *add_step(struct layout *y, struct stamp_prep base, uint32_t chunk)
{
    const struct stamp_tiling *t = &y->l->t;
    struct stamp_prep *s = &y->p->step[y->p->steps++];

    *s = base;
    s->c0 = chunk * t->chunk;
    s->cn = t->kl - s->c0 < t->chunk ? t->kl - s->c0 : t->chunk;
    if (s->load) {
        s->buffer = y->l->x_next++ % t->nx;
        s->after = y->last_use[s->buffer];
    }
    y->last_use[s->buffer] = y->p->steps;
    return s;
}

/* Ranges of all chunks, parameters behind the last; buffer[c] gets where chunk c lies. */
static void add_ranges(struct layout *y, struct stamp_prep base, uint32_t *buffer)
{
    const uint32_t n = y->l->t.nchunks;

    base.load = base.range = true;
    for (uint32_t c = 0; c < n; c++) {
        base.first = c == 0;
        base.params = c == n - 1;
        const uint32_t at = add_step(y, base, c)->buffer;
        if (buffer) buffer[c % 64] = at;
    }
}

static void add_slab(struct layout *y, struct stamp_prep base)
{
    const struct stamp_tiling *t = &y->l->t;
    const uint32_t n = t->nchunks, kept = n < t->nx ? n : t->nx;
    uint32_t buffer[64] = {0};

    if (t->blk || n == 1) { /* a chunk holds whole blocks, or the whole row: once is enough */
        base.load = base.range = base.first = base.params = base.quant = base.sum_first = true;
        for (uint32_t c = 0; c < n; c++) add_step(y, base, c);
        return;
    }
    if (!t->xb_double) { /* the rest is added behind all slabs' ranges */
        add_ranges(y, base, NULL);
        return;
    }
    add_ranges(y, base, buffer);
    for (uint32_t i = 0; i < n; i++) { /* the chunks still there, then the others again */
        const uint32_t c = i < kept ? n - kept + i : i - kept;
        base.quant = true;
        base.load = i >= kept;
        base.sum_first = i == 0;
        base.buffer = buffer[c % 64];
        add_step(y, base, c);
    }
}

/* XB holds one tile: ranges of the next can be found beside its products, codes only behind them. */
static void add_codes(struct layout *y, struct stamp_prep base)
{
    const struct stamp_tiling *t = &y->l->t;

    if (t->blk || t->nchunks == 1 || t->xb_double) return;
    base.load = base.quant = true;
    for (uint32_t c = 0; c < t->nchunks; c++) {
        base.sum_first = c == 0;
        add_step(y, base, c);
    }
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
    return slab;
}

void stamp_prep_start(struct stamp_linear *l, uint32_t tile, struct stamp_tile_prep *p)
{
    const struct stamp_tile *t = &l->t.tile[tile];
    struct layout y = {l, p, stamp_build_alloc(l->b, l->t.nx, sizeof *y.last_use)};

    memset(p, 0, sizeof *p);
    p->tile = t;
    p->index = tile;
    p->parity = l->t.xb_double ? tile % 2 : 0;
    p->row = stamp_build_alloc(l->b, t->rows, sizeof *p->row);
    p->step = stamp_build_alloc(l->b, (size_t)t->count * 2 * l->t.nchunks, sizeof *p->step);
    if (l->b->status) return;
    stamp_linear_rows(l, t, p->row);
    p->tables = stamp_linear_use_tables(l, tile);
    for (uint32_t u = 0, row = 0; u < t->count;) add_slab(&y, slab_at(l, t, &u, &row));
    for (uint32_t u = 0, row = 0; u < t->count;) add_codes(&y, slab_at(l, t, &u, &row));
}

void stamp_prep_loads(struct stamp_linear *l, struct stamp_tile_prep *p, uint32_t ahead)
{
    for (; !l->b->status && p->loaded < p->steps && p->loaded < p->done + ahead; p->loaded++) {
        const struct stamp_prep *s = &p->step[p->loaded];
        if (!s->load) continue;
        if (s->after > p->done) return;
        stamp_emit_rows(l->b, STAMP_OP_LOAD, l->x, p->row + s->row0, s->rows, s->c0, s->cn,
                        l->t.vm_x + s->buffer * l->t.xlines, l->t.chunk);
    }
}

static void emit_vector(struct stamp_linear *l, const struct stamp_tile_prep *p,
                        const struct stamp_prep *s, enum stamp_opcode op)
{
    const struct stamp_tiling *t = &l->t;
    const uint32_t block0 = t->blk ? s->c0 / t->blk : 0;
    union stamp_insn i = {.v = {.op = (uint64_t)op}};

    i.v.n0 = s->rows;
    i.v.cols = s->cn;
    i.v.sm = s->row0 * t->nblk + block0;
    i.v.smstride = t->nblk;
    if (op != STAMP_OP_VMINMAX) {
        i.v.sym = l->symmetric;
        i.v.rt = p->tables * (l->work.mach->RT_ENTRIES / 2) + s->row0;
    }
    if (op == STAMP_OP_VQPAR) {
        i.v.cols = t->blk ? (s->cn + t->blk - 1) / t->blk : 1;
    } else {
        i.v.a = t->vm_x + s->buffer * t->xlines;
        i.v.s0 = t->chunk;
        i.v.blk = t->blk;
        i.v.first = op == STAMP_OP_VMINMAX ? s->first : s->sum_first;
    }
    if (op == STAMP_OP_VQUANT) {
        i.v.rm = p->parity * t->rows * t->nblk + i.v.sm;
        i.v.xb = p->parity * t->groups * t->kl + s->c0;
        i.v.gstride = t->kl;
    }
    stamp_build_push(l->b, &i);
}

void stamp_prep_step(struct stamp_linear *l, struct stamp_tile_prep *p)
{
    if (l->b->status) return;
    stamp_prep_loads(l, p, 1);
    const struct stamp_prep *s = &p->step[p->done++];
    if (s->load)
        stamp_linear_transform(l, s->u0, s->un, l->t.vm_x + s->buffer * l->t.xlines, l->t.chunk,
                               s->cn, false);
    if (s->range) emit_vector(l, p, s, STAMP_OP_VMINMAX);
    if (s->params) emit_vector(l, p, s, STAMP_OP_VQPAR);
    if (s->quant) emit_vector(l, p, s, STAMP_OP_VQUANT);
}
