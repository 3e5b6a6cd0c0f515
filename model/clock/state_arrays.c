/* SPDX-License-Identifier: Apache-2.0 */
/* state_arrays.c - all that decides time: vector and matrix unit. Contract in state.h. */
#include <string.h>

#include "model/clock/state.h"
#include "model/clock/vxu_lanes.h"

#define PUT(s, x) stamp_clock_state_put(s, &(x), sizeof(x))

enum { VM = 3, XB = 1, WB = 1 }; /* bits of a line by which its bank is chosen */

/* A line: its bank is what counts. */
static void place(struct stamp_clock_state *s, uint16_t *line, uint16_t bits)
{
    const uint16_t at = (uint16_t)stamp_clock_state_num(s, *line & bits, 1);
    if (s->load) *line = at;
}

/* ---- Vector unit ------------------------------------------------------------------------------------ */

/* The instruction under way, as its tape's key has it. */
static void instruction(struct stamp_clock_state *s, struct stamp_clock_vxu *v, uint32_t *pc)
{
    struct stamp_issue issue = {.pc = *pc, .insn = v->insn};
    uint64_t shape = 0;

    if (!s->load) {
        issue.op = stamp_op_find((uint32_t)v->insn.c.op);
        shape = stamp_clock_shape(s->shapes, &issue);
    }
    PUT(s, shape);
    if (!shape) s->bad = true;
    if (!s->load || s->bad) return;
    stamp_clock_of_shape(s->shapes, shape, &issue);
    v->insn = issue.insn;
    *pc = issue.pc;
    stamp_clock_vxu_decode(v);
    memset(&v->replay, 0, sizeof v->replay);
    v->replay.tape = stamp_clock_tape_of(v->tapes, &v->insn, v->walk.rt);
    if (!v->replay.tape) s->bad = true;
}

static void replay(struct stamp_clock_state *s, struct stamp_clock_vxu_replay *r)
{
    PUT(s, r->at);
    PUT(s, r->pos);
    PUT(s, r->moved);
    PUT(s, r->moved_before);
    PUT(s, r->cycle);
    PUT(s, r->refusals);
    for (uint32_t i = 0; i < r->refusals; i++) PUT(s, r->refused[i]);
}

static void outputs(struct stamp_clock_state *s, struct stamp_clock_vxu *v)
{
    struct stamp_clock_vxu_regs *r = &v->regs;

    PUT(s, v->out.valid);
    PUT(s, v->out.next_v);
    if (v->out.valid) place(s, &v->out.addr, VM);
    if (v->out.next_v) place(s, &v->out.next_addr, VM);
    PUT(s, r->xb_we);
    PUT(s, r->pb_we);
    PUT(s, r->ev_read);
    PUT(s, r->ev_fn);
    PUT(s, r->ev_lines);
    PUT(s, r->ev_divides);
    if (r->xb_we) PUT(s, r->xb_two);
    if (r->xb_we) place(s, &r->xb_addr, XB);
    if (s->load) r->pb_addr = 0;
    if (s->load) r->sm_we = r->rm_we = false;
}

void stamp_clock_state_vxu(struct stamp_clock_state *s, struct stamp_clock_vxu *v, uint32_t *pc)
{
    PUT(s, v->busy);
    PUT(s, v->done);
    PUT(s, v->load);
    PUT(s, v->xb_ok);
    if (v->err || v->row_err || v->walk.fresh || !v->tapes) s->bad = true;
    if (v->busy && !v->replay.tape && !s->load) s->bad = true;
    outputs(s, v);
    if (s->bad) return;
    if (!v->busy) {
        if (s->load) v->replay.tape = NULL;
        return;
    }
    instruction(s, v, pc);
    if (!s->bad) replay(s, &v->replay);
}

/* ---- Matrix unit ------------------------------------------------------------------------------------ */

/* A tile, lines of VM counted from their bank, others that decide nothing from 0. */
static void tile(struct stamp_clock_state *s, struct stamp_clock_tile *t, uint32_t P)
{
    struct stamp_clock_tile own = *t;

    own.vm &= VM;
    own.cm = own.rm = 0;
    PUT(s, own);
    stamp_clock_state_entries(s, STAMP_SPACE_NT, own.nt, P);
    if (s->load) *t = own;
}

static void product(struct stamp_clock_state *s, struct stamp_insn_m *i, uint32_t P)
{
    struct stamp_insn_m own = *i;

    own.xb &= XB;
    own.wb &= WB;
    own.vm &= VM;
    own.cm = own.rm = 0;
    PUT(s, own);
    stamp_clock_state_entries(s, STAMP_SPACE_NT, (uint32_t)own.nt, (uint32_t)own.groups * P);
    if (s->load) *i = own;
}

static void day(struct stamp_clock_state *s, struct stamp_clock_drain_day *d)
{
    PUT(s, d->what);
    if (d->what & STAMP_CLOCK_DRAIN_NT) PUT(s, d->nt);
    if (d->what & STAMP_CLOCK_DRAIN_VM) place(s, &d->vm, VM);
    if (d->what & STAMP_CLOCK_DRAIN_USED) PUT(s, d->used);
    if (d->err) s->bad = true;
}

/* The calendar from today on, to the last day on which something happens. */
static void drain(struct stamp_clock_state *s, struct stamp_clock_drain *d, uint32_t P)
{
    uint32_t rows = 0; /* still to be read, of at most two tiles */
    const uint64_t quiet = d->end + 8;
    uint32_t left = quiet > d->now ? (uint32_t)(quiet - d->now) : 0;

    if (left > STAMP_CLOCK_DRAIN_DAYS) s->bad = true;
    left = stamp_clock_state_num(s, left, 1);
    if (d->err) s->bad = true;
    PUT(s, d->put);
    PUT(s, d->get);
    PUT(s, d->row);
    if (s->load) {
        memset(d->day, 0, sizeof d->day);
        d->now = STAMP_CLOCK_DRAIN_DAYS;
        d->end = d->now + left - 8;
    }
    if (!left || s->bad) return;
    for (uint32_t i = 0; i < left; i++) {
        struct stamp_clock_drain_day *on = &d->day[(d->now + i) % STAMP_CLOCK_DRAIN_DAYS];
        day(s, on);
        rows += (on->what & STAMP_CLOCK_DRAIN_NT) != 0;
    }
    if (rows) tile(s, &d->tile[d->get], P);
    if (rows > P - d->row) tile(s, &d->tile[d->get ^ 1], P);
}

static void step(struct stamp_clock_state *s, struct stamp_clock_mxu *m)
{
    struct stamp_clock_mxu_step *p = &m->step;

    PUT(s, p->valid);
    if (p->valid) {
        PUT(s, p->read);
        PUT(s, p->last);
        uint16_t x = (uint16_t)p->x, w = (uint16_t)p->w;
        place(s, &x, XB);
        place(s, &w, WB);
        if (s->load) p->x = x, p->w = w;
    }
    if (p->valid ||
        (m->walk.active && !m->walk.tile_new)) { /* else a tile's first step writes it */
        PUT(s, p->last_tile);
        PUT(s, p->tile_bad);
        tile(s, &p->tile, m->mach->P);
    } else {
        PUT(s, p->tile.ac);
    }
}

/* MM as it was given, and where its loops are. */
static void walk(struct stamp_clock_state *s, struct stamp_clock_mxu_walk *w, uint32_t P)
{
    PUT(s, w->active);
    if (!w->active) {
        bool blocks = w->i.blk != 0;
        PUT(s, blocks);
        w->i.blk = s->load ? blocks : w->i.blk;
        return;
    }
    struct stamp_clock_mxu_walk own = *w;
    const uint32_t xb = (uint32_t)own.i.xb & ~(uint32_t)XB, wb = (uint32_t)own.i.wb & ~(uint32_t)WB;
    product(s, &own.i, P);
    own.xbase -= xb;
    own.wbase -= wb;
    own.wline -= wb;
    own.cm -= (uint32_t)w->i.cm;
    PUT(s, own.plane);
    PUT(s, own.tile_new);
    PUT(s, own.phase);
    PUT(s, own.k);
    PUT(s, own.kstart);
    PUT(s, own.kend);
    PUT(s, own.b);
    PUT(s, own.n);
    PUT(s, own.g);
    PUT(s, own.nt);
    PUT(s, own.ac);
    PUT(s, own.steps);
    PUT(s, own.xbase);
    PUT(s, own.wbase);
    PUT(s, own.wline);
    PUT(s, own.cm);
    if (s->load) *w = own;
}

void stamp_clock_state_mxu(struct stamp_clock_state *s, struct stamp_clock_mxu *m)
{
    uint32_t gap = m->gap_end > m->drain.now ? (uint32_t)(m->gap_end - m->drain.now) : 0;

    gap = stamp_clock_state_num(s, gap, 2);
    PUT(s, m->held);
    PUT(s, m->ev_active);
    PUT(s, m->ev_stall);
    PUT(s, m->fill);
    if (m->held) product(s, &m->h, m->mach->P);
    walk(s, &m->walk, m->mach->P);
    step(s, m);
    drain(s, &m->drain, m->mach->P);
    if (s->load) m->gap_end = m->drain.now + gap;
}
