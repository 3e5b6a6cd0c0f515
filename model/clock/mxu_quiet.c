/* SPDX-License-Identifier: Apache-2.0 */
/* Many cycles of the matrix unit at once. Contract in mxu.h. */
#include "model/clock/mxu.h"

uint64_t stamp_clock_mxu_still(const struct stamp_clock_mxu *m)
{
    if (m->held || m->walk.active || m->step.valid || m->ev_active || m->ev_stall || m->fill)
        return 0;
    return stamp_clock_drain_still(&m->drain, UINT64_MAX);
}

/* Steps that are issued one a cycle before the walk makes the tile's last. */
static uint64_t steps(const struct stamp_clock_mxu *m)
{
    const struct stamp_clock_mxu_walk *w = &m->walk;
    const struct stamp_clock_mxu_step *s = &m->step;

    if (!w->active || w->tile_new || !s->valid || s->last || s->tile_bad || m->ev_stall) return 0;
    if (s->x >= m->mach->XB_LINES || s->w >= m->mach->WB_LINES) return 0;
    const uint64_t n = (uint64_t)(w->i.w8 + 1) * (w->kend - w->kstart) * m->phases - w->steps - 1;
    if (w->xbase + w->kend > m->mach->XB_LINES || w->wline + n > m->mach->WB_LINES) return 0;
    return n;
}

static uint32_t xb_in(const struct stamp_clock_mxu *m)
{
    const uint32_t phase = m->walk.phase;
    return m->step.read ? 0 : phase ? m->phases - phase + 1u : 1;
}

struct stamp_clock_mxu_run stamp_clock_mxu_stream(const struct stamp_clock_mxu *m)
{
    struct stamp_clock_mxu_run out = {steps(m), m->step.w, xb_in(m), m->phases};

    if (out.cycles) out.cycles = stamp_clock_drain_still(&m->drain, out.cycles);
    return out;
}

struct stamp_clock_mxu_run stamp_clock_mxu_drains(const struct stamp_clock_mxu *m)
{
    struct stamp_clock_mxu_run out = {steps(m), m->step.w, xb_in(m), m->phases};
    const struct stamp_clock_drain *d = &m->drain;

    for (uint64_t k = 0; k < out.cycles && d->now + k < d->end; k++)
        if (d->day[(d->now + k) % STAMP_CLOCK_DRAIN_DAYS].what & STAMP_CLOCK_DRAIN_DONE)
            out.cycles = k;
    return out;
}

/* So many steps of a tile at once, 1 or more. */
static void stream(struct stamp_clock_mxu *m, uint64_t n)
{
    struct stamp_clock_mxu_walk *w = &m->walk;
    struct stamp_clock_mxu_step *s = &m->step;
    const uint64_t plane = (uint64_t)(w->kend - w->kstart) * m->phases, next = w->steps + n;
    const uint64_t at = next - 1; /* the step in the register then */

    s->read = at % m->phases == 0;
    s->x = (uint32_t)(w->xbase + w->kstart + at % plane / m->phases);
    s->w = (uint32_t)(w->wline + n - 1);
    s->tile.steps = (uint16_t)next;
    w->wline += (uint32_t)n;
    w->steps = (uint16_t)next;
    w->plane = next >= plane;
    w->phase = (uint16_t)(next % m->phases);
    w->k = (uint16_t)(w->kstart + next % plane / m->phases);
    m->ev_active = true;
    m->fill = (uint8_t)(n > 1 ? 0 : m->fill << 1 & 3);
}

void stamp_clock_mxu_skip(struct stamp_clock_mxu *m, uint64_t cycles)
{
    if (!cycles) return;
    if (m->step.valid) stream(m, cycles);
    m->drain.now += cycles;
}

/* ---- With the events added up ------------------------------------------------------------------------------ */

static void count_day(const struct stamp_clock_drain_day *day, struct stamp_clock_mxu_sum *sum)
{
    const unsigned what = day->what;

    sum->used += day->used;
    sum->line += (what & STAMP_CLOCK_DRAIN_LINE) != 0;
    sum->ac_read += (what & STAMP_CLOCK_DRAIN_AC_READ) != 0;
    sum->vm_we += (what & STAMP_CLOCK_DRAIN_VM) != 0;
    sum->ac_we += (what & STAMP_CLOCK_DRAIN_AC) != 0;
}

/* The drain alone for up to @p most cycles, up to a done. @return how many */
static uint64_t drain_pass(struct stamp_clock_mxu *m, uint64_t most,
                           struct stamp_clock_mxu_sum *sum)
{
    struct stamp_clock_drain *d = &m->drain;
    uint64_t n = 0;

    for (; n < most; n++) {
        const struct stamp_clock_drain_day *day = stamp_clock_drain_today(d);
        if (day->what & STAMP_CLOCK_DRAIN_DONE) return n;
        if (day->what)
            count_day(day, sum);
        else if (d->now >= d->end + 8) /* nor does anything come */
            break;
        stamp_clock_drain_edge(d, m->mach, m->nt);
    }
    d->now += most - n;
    return most;
}

/* One cycle as it is. */
static void one(struct stamp_clock_mxu *m, struct stamp_clock_mxu_pins *p,
                struct stamp_clock_mxu_sum *sum)
{
    count_day(stamp_clock_drain_today(&m->drain), sum);
    sum->active += p->ev_active;
    sum->stall += p->ev_stall;
    sum->xb_re += p->xb_re;
    sum->wb_re += p->wb_re;
    stamp_clock_mxu_edge(m, p);
}

uint64_t stamp_clock_mxu_pass(struct stamp_clock_mxu *m, uint64_t most,
                              struct stamp_clock_mxu_sum *sum)
{
    const bool held = m->held;
    struct stamp_clock_mxu_pins p = {.insn_valid = false};
    uint64_t passed = 0;

    while (passed < most && m->held == held) {
        const bool idle =
            !held && !m->walk.active && !m->step.valid && !m->ev_active && !m->ev_stall && !m->fill;
        uint64_t n = idle ? most - passed : steps(m);
        if (n > most - passed) n = most - passed;
        if (n) n = drain_pass(m, n, sum);
        if (n && !idle) {
            const uint32_t first = xb_in(m);
            sum->wb_re += n;
            if (n > first) sum->xb_re += 1 + (n - 1 - first) / m->phases;
            sum->active += n - 1 + m->ev_active; /* told a cycle later */
            stream(m, n);
        }
        if (!n) {
            if (stamp_clock_drain_today(&m->drain)->what & STAMP_CLOCK_DRAIN_DONE) break;
            stamp_clock_mxu_drive(m, &p);
            one(m, &p, sum);
            n = 1;
        }
        passed += n;
    }
    return passed;
}

uint64_t stamp_clock_mxu_writes_none(const struct stamp_clock_mxu *m, uint64_t most)
{
    enum {
        WRITE = 19
    }; /* cycles from the read of a row's entry to its write; a tile starts two before */
    const struct stamp_clock_drain *d = &m->drain;
    uint64_t n = steps(m) + WRITE + 1;

    if (n > most) n = most;
    if (d->now >= d->end + 8) return n;
    for (uint64_t k = 0; k < n && k < STAMP_CLOCK_DRAIN_DAYS; k++) {
        const unsigned what = d->day[(d->now + k) % STAMP_CLOCK_DRAIN_DAYS].what;
        if (what & STAMP_CLOCK_DRAIN_VM) return k;
        if (what & STAMP_CLOCK_DRAIN_NT && n > k + WRITE) n = k + WRITE;
    }
    return n;
}
