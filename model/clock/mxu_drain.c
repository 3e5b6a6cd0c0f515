/* SPDX-License-Identifier: Apache-2.0 */
/* When finished tiles are read, scaled and written: the twin of rtl/mxu/stamp_drain.sv. */
#include "model/clock/mxu_drain.h"

#include <string.h>

enum { ADD = 4, END = 16 + ADD }; /* AddLatency; the last stage */

static struct stamp_clock_drain_day *day(struct stamp_clock_drain *d, uint64_t in, unsigned what)
{
    struct stamp_clock_drain_day *at = &d->day[(d->now + in) % STAMP_CLOCK_DRAIN_DAYS];
    at->what = (uint16_t)(at->what | what);
    return at;
}

static void busy_until(struct stamp_clock_drain *d, uint64_t in)
{
    if (d->end < d->now + in) d->end = d->now + in;
}

void stamp_clock_drain_start(struct stamp_clock_drain *d, const struct stamp_mach *mach,
                             const struct stamp_clock_tile *tile)
{
    const uint32_t P = mach->P, slots = P < 8 ? 8 : P;

    d->tile[d->put] = *tile;
    d->put ^= 1;
    for (uint32_t r = 0; r < P; r++)
        day(d, 2 + r, STAMP_CLOCK_DRAIN_NT)->nt = (uint16_t)((tile->nt + r) & d->nt_mask);
    day(d, 7, STAMP_CLOCK_DRAIN_CM)->cm = tile->cm;
    /* busy_o is a register: two cycles behind the last in which a slot, or the first three stages, hold
     * something */
    busy_until(d, (slots > P + 3 ? slots : P + 3) + 2);
    if (!tile->final) return;
    day(d, slots + END + 1, STAMP_CLOCK_DRAIN_DONE | (tile->kill ? STAMP_CLOCK_DRAIN_KILLED : 0));
    busy_until(d, slots + END + 2);
}

/* A row in stage 1, whose entry is read in this cycle: stage n comes n - 1 cycles from now. */
static void row(struct stamp_clock_drain *d, const struct stamp_mach *mach, uint32_t entry)
{
    const struct stamp_clock_tile *t = &d->tile[d->get];
    const bool last = d->row + 1u == mach->P, pair = entry >> 15;

    if (entry >> 14) day(d, 4, STAMP_CLOCK_DRAIN_USED)->used = t->steps;
    if (entry >> 15 != (entry >> 14 & 1)) {
        const uint32_t token = entry & 0xfff;
        const uint32_t vm = (t->vm + token * t->vstride) & 0xfffffff;
        const uint32_t rm = (t->rm + token * t->rmstride) & 0xffffff;
        const bool need_rm = t->blk || t->end;
        const bool alone = !t->kill && pair && last;
        const bool range =
            !t->kill && ((need_rm && rm >= mach->SM_ENTRIES) || (t->end && vm >= mach->VM_LINES));
        const bool bad = t->kill || alone || range;
        const uint16_t ac = (uint16_t)(t->ac + d->row);

        busy_until(d, END - 1 + 2);
        if (need_rm) day(d, 5, STAMP_CLOCK_DRAIN_RM)->rm = (uint16_t)rm;
        if (!t->fresh) day(d, t->blk ? 14 : 5, STAMP_CLOCK_DRAIN_AC_READ);
        if (!bad) {
            if (t->end)
                day(d, END - 1, STAMP_CLOCK_DRAIN_VM)->vm = (uint16_t)vm;
            else
                day(d, t->blk ? END - 1 : 7, STAMP_CLOCK_DRAIN_AC)->ac = ac;
            day(d, END, STAMP_CLOCK_DRAIN_LINE);
        }
        if (alone || range)
            day(d, END, STAMP_CLOCK_DRAIN_ERR)->err =
                alone ? STAMP_ERROR_RESERVED : STAMP_ERROR_RANGE;
    }
    d->row++;
    if (last) {
        d->row = 0;
        d->get ^= 1;
    }
}

void stamp_clock_drain_day_over(struct stamp_clock_drain *d, const struct stamp_mach *mach,
                                const uint16_t *nt)
{
    struct stamp_clock_drain_day *today = &d->day[d->now % STAMP_CLOCK_DRAIN_DAYS];

    if (today->what & STAMP_CLOCK_DRAIN_NT) {
        d->looked++;
        d->looked_at = today->nt;
        row(d, mach, today->nt < mach->RT_ENTRIES ? nt[today->nt] : 0);
    }
    if (today->what & STAMP_CLOCK_DRAIN_ERR && !d->err) d->err = today->err;
    if (today->what & STAMP_CLOCK_DRAIN_DONE) d->err = 0;
    memset(today, 0, sizeof *today);
}

uint64_t stamp_clock_drain_still(const struct stamp_clock_drain *d, uint64_t most)
{
    /* k-steps of a row not in use are told after busy_o fell */
    if (d->now >= d->end + 8) return most;
    if (d->now < d->end && d->end - d->now < most) most = d->end - d->now;
    for (uint64_t n = 0; n < most && n < STAMP_CLOCK_DRAIN_DAYS; n++)
        if (d->day[(d->now + n) % STAMP_CLOCK_DRAIN_DAYS].what) return n;
    return most;
}
