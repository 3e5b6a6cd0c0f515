/* SPDX-License-Identifier: Apache-2.0 */
/* When the matrix unit does what: the twin of rtl/mxu/stamp_mxu.sv. */
#include "model/clock/mxu.h"

#include <string.h>

void stamp_clock_mxu_init(struct stamp_clock_mxu *m, const struct stamp_mach *mach,
                          const uint16_t *nt)
{
    memset(m, 0, sizeof *m);
    m->mach = mach;
    m->nt = nt;
    m->phases = (uint16_t)(mach->L / mach->T);
    m->slots = (uint16_t)(mach->P < 8 ? 8 : mach->P);
    m->drain.nt_mask = 1;
    while (m->drain.nt_mask < mach->RT_ENTRIES - 1)
        m->drain.nt_mask = (uint16_t)(m->drain.nt_mask << 1 | 1);
}

void stamp_clock_mxu_reset(struct stamp_clock_mxu *m)
{
    stamp_clock_mxu_init(m, m->mach, m->nt);
}

/* ---- What is known at the beginning of a cycle -------------------------------------------------- */

static bool bad_step(const struct stamp_clock_mxu *m)
{
    const struct stamp_clock_mxu_step *s = &m->step;
    return s->tile_bad || s->x >= m->mach->XB_LINES || s->w >= m->mach->WB_LINES;
}

/* The step is issued: one that ends a tile waits for the drain. */
static bool goes(const struct stamp_clock_mxu *m, bool bad)
{
    return m->step.valid && ((!m->step.last && !bad) || m->drain.now >= m->gap_end);
}

void stamp_clock_mxu_drive(const struct stamp_clock_mxu *m, struct stamp_clock_mxu_pins *p)
{
    const struct stamp_clock_drain_day *day = stamp_clock_drain_today(&m->drain);
    const bool bad = m->step.valid && bad_step(m), go = goes(m, bad);
    const unsigned what = day->what;

    p->insn_ready = !m->held;
    p->busy = m->held || m->walk.active || m->step.valid || stamp_clock_drain_busy(&m->drain);
    p->wb_re = go && !bad;
    p->xb_re = p->wb_re && m->step.read;
    p->xb_addr = (uint16_t)m->step.x;
    p->wb_addr = (uint16_t)m->step.w;
    p->ev_active = m->ev_active;
    p->ev_stall = m->ev_stall;
    p->done = what & STAMP_CLOCK_DRAIN_DONE;
    p->err = what & STAMP_CLOCK_DRAIN_KILLED ? STAMP_ERROR_RANGE
             : m->drain.err                  ? m->drain.err
                                             : day->err;
    p->nt_re = what & STAMP_CLOCK_DRAIN_NT;
    p->rm_re = what & STAMP_CLOCK_DRAIN_RM;
    p->cm_re = what & STAMP_CLOCK_DRAIN_CM;
    p->vm_we = what & STAMP_CLOCK_DRAIN_VM;
    p->ac_we = what & STAMP_CLOCK_DRAIN_AC;
    p->nt_addr = day->nt;
    p->rm_addr = day->rm;
    p->cm_addr = day->cm;
    p->vm_addr = day->vm;
    p->ac_addr = day->ac;
    p->ev_line = what & STAMP_CLOCK_DRAIN_LINE;
    p->ev_ac_read = what & STAMP_CLOCK_DRAIN_AC_READ;
    p->ev_used = day->used;
}

/* ---- Walk ------------------------------------------------------------------------------------------ */

static uint16_t block_end(uint32_t from, const struct stamp_insn_m *i)
{
    return (uint16_t)(!i->blk || from + i->blk > i->kl ? i->kl : from + i->blk);
}

static void accept(struct stamp_clock_mxu *m)
{
    struct stamp_clock_mxu_walk *w = &m->walk;
    const struct stamp_insn_m *i = &m->h;

    *w = (struct stamp_clock_mxu_walk){.active = true, .i = *i, .tile_new = true};
    w->kend = block_end(0, i);
    w->xbase = (uint32_t)i->xb;
    w->wbase = w->wline = (uint32_t)i->wb;
    w->cm = (uint32_t)i->cm;
    w->nt = (uint16_t)i->nt;
    w->ac = (uint16_t)i->ac;
    m->held = false;
}

static bool last_tile(const struct stamp_clock_mxu_walk *w)
{
    return w->kend == w->i.kl && w->g + 1u == w->i.groups && w->n + 1u == w->i.ng;
}

static bool last_step(const struct stamp_clock_mxu *m)
{
    const struct stamp_clock_mxu_walk *w = &m->walk;
    return w->phase + 1u == m->phases && w->k + 1u == w->kend && w->plane == w->i.w8;
}

/* The next block, row group or column group. */
static void next_tile(struct stamp_clock_mxu *m)
{
    struct stamp_clock_mxu_walk *w = &m->walk;
    const struct stamp_insn_m *i = &w->i;
    const bool chunk_end = w->kend == i->kl, last_group = w->g + 1u == i->groups;

    w->tile_new = true;
    w->steps = 0;
    w->plane = false;
    w->b = (uint16_t)(chunk_end ? 0 : w->b + 1);
    w->k = w->kstart = chunk_end ? 0 : w->kend;
    w->kend = block_end(w->k, i);
    if (!chunk_end) return;
    w->g = (uint16_t)(last_group ? 0 : w->g + 1);
    w->xbase = (last_group ? (uint32_t)i->xb : w->xbase + (uint32_t)i->gstride) & 0xffffff;
    w->nt = (uint16_t)(last_group ? i->nt : w->nt + m->mach->P);
    w->ac = (uint16_t)(w->ac + m->mach->P);
    if (!last_group) {
        w->wline = w->wbase;
        return;
    }
    w->n++;
    w->wline = w->wbase = (w->wbase + (uint32_t)i->wstride) & 0xffffff;
    w->cm += (uint32_t)i->cmstride;
}

/* What the drain gets with the tile's last step, written with its first. */
static void give_tile(struct stamp_clock_mxu *m)
{
    const struct stamp_clock_mxu_walk *w = &m->walk;
    const struct stamp_insn_m *i = &w->i;
    const struct stamp_mach *mach = m->mach;
    const uint32_t cm = w->cm + w->b;
    const bool ac_used = !(i->first && i->last && !i->blk);

    m->step.last_tile = last_tile(w);
    m->step.tile_bad = cm >= mach->CM_LINES || w->nt > mach->RT_ENTRIES - mach->P ||
                       (ac_used && w->ac > mach->AC_LINES - mach->P);
    m->step.tile = (struct stamp_clock_tile){
        .final = m->step.last_tile,
        .blk = i->blk != 0,
        .fresh = i->first && !w->b,
        .end = i->last && w->kend == i->kl,
        .nt = w->nt,
        .ac = w->ac,
        .cm = (uint16_t)cm,
        .rm = (uint16_t)(i->rm + w->b),
        .rmstride = (uint16_t)i->rmstride,
        .vm = (uint32_t)(i->vm + w->n) & 0x1ffff,
        .vstride = (uint16_t)i->vstride,
    };
}

/* One step into the register before the array. */
static void push(struct stamp_clock_mxu *m, bool last)
{
    struct stamp_clock_mxu_walk *w = &m->walk;

    if (w->tile_new) give_tile(m);
    w->tile_new = false;
    m->step.valid = true;
    m->step.read = !w->phase;
    m->step.last = last;
    m->step.x = (w->xbase + w->k) & 0xffffff;
    m->step.w = w->wline;
    m->step.tile.steps = ++w->steps;
    w->wline = (w->wline + 1) & 0xffffff;
    if (++w->phase == m->phases) {
        w->phase = 0;
        if (++w->k == w->kend && !last) {
            w->k = w->kstart;
            w->plane = true;
        }
    }
    if (!last) return;
    if (last_tile(w)) w->active = false;
    next_tile(m);
}

/* ---- Edge ---------------------------------------------------------------------------------------------- */

/* Between blocks and plain sums, and before sums go on from lines the last tile still writes, the drain has
 * to be empty. */
static bool mode_ok(const struct stamp_clock_mxu *m)
{
    const struct stamp_clock_mxu_walk *w = &m->walk;
    const uint16_t step = (uint16_t)(m->h.ac - (w->active ? w->ac : m->step.tile.ac));
    const bool near = !m->h.first && step && (step < m->mach->P || (uint16_t)-step < m->mach->P);

    return ((m->h.blk != 0) == (w->i.blk != 0) && !near) ||
           (!w->active && !m->step.valid && !stamp_clock_drain_busy(&m->drain));
}

void stamp_clock_mxu_edge(struct stamp_clock_mxu *m, const struct stamp_clock_mxu_pins *p)
{
    const bool bad = m->step.valid && bad_step(m), go = goes(m, bad);
    const bool ends = m->step.last || bad;
    const bool flush = go && bad && !(m->step.last && m->step.last_tile);
    const bool pushes = m->walk.active && (!m->step.valid || go) && !flush;
    const bool last = pushes && last_step(m);
    const bool taken = p->insn_valid && !m->held;
    const bool accepts =
        m->held && !flush && mode_ok(m) && (!m->walk.active || (last && last_tile(&m->walk)));

    m->ev_active = go && !bad;
    m->ev_stall = !go && (m->step.valid || ((m->held || m->walk.active) && !m->fill));
    if (go && ends) {
        m->step.tile.kill = bad;
        m->step.tile.final |= bad;
        stamp_clock_drain_start(&m->drain, m->mach, &m->step.tile);
        m->gap_end = m->drain.now + m->slots;
    }
    if (go) m->step.valid = false;
    if (flush) m->walk.active = false;
    if (pushes) push(m, last);
    if (accepts) accept(m);
    if (taken) {
        m->h = *p->insn;
        m->held = true;
    }
    m->fill = (uint8_t)((m->fill << 1 | taken) & 3);
    stamp_clock_drain_edge(&m->drain, m->mach, m->nt);
}
