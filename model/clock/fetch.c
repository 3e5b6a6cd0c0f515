/* SPDX-License-Identifier: Apache-2.0 */
/* fetch.c - the instruction buffer on a clock. Contract in fetch.h. */
#include "model/clock/fetch.h"

#include <string.h>

enum { GRANULE = 64, BURST = 4 };

static const uint64_t addr_mask = (UINT64_C(1) << STAMP_ADDR_BITS) - 1;

void stamp_clock_fetch_init(struct stamp_clock_fetch *f, const struct stamp_mach *mach)
{
    memset(f, 0, sizeof *f);
    f->granules = mach->IM_WORDS / 2;
    f->beats = GRANULE / mach->AXI_BYTES;
    stamp_clock_fetch_reset(f);
}

void stamp_clock_fetch_reset(struct stamp_clock_fetch *f)
{
    const uint32_t granules = f->granules, beats = f->beats;

    memset(f, 0, sizeof *f);
    f->granules = granules;
    f->beats = beats;
    f->settle = 3;
    f->oldest = (UINT64_C(1) << 33) - granules;
    f->none = f->few = f->half = true;
}

void stamp_clock_fetch_drive(const struct stamp_clock_fetch *f, struct stamp_clock_fetch_pins *p)
{
    p->arvalid = f->arvalid;
    p->araddr = f->araddr;
    p->arlen = f->arlen;
    p->busy = f->due || f->arvalid;
}

void stamp_clock_fetch_see(const struct stamp_clock_fetch *f, struct stamp_clock_fetch_pins *p)
{
    p->valid = f->have && !p->jump;
}

/* Granules of the next burst: up to 4, of what is left of the program, of the buffer, of 4 KiB. */
static uint8_t burst(const struct stamp_clock_fetch *f)
{
    const uint32_t room = f->granules - f->used;
    const uint32_t page = (uint32_t)(f->next_addr >> 6) & 63;
    uint32_t n = BURST;

    if (f->used > f->granules) return 0;
    if (page > 64 - BURST) n = 64 - page;
    if (f->left < n) n = f->left;
    if (room < n) n = room;
    return (uint8_t)n;
}

/* The reader: granule by granule, in cycles without a write. */
static void reader(struct stamp_clock_fetch *f, const struct stamp_clock_fetch_pins *p,
                   bool restart)
{
    const uint32_t pcg = p->pc >> 1;
    const bool odd = p->pc & 1;
    const bool ahead = p->want ? p->valid && odd : f->ahead;
    const uint32_t wanted = ahead ? f->next : pcg;
    const bool re = (p->want ? !p->valid || odd : f->ahead && !f->have) && !f->we &&
                    (p->jump || (!(f->read && f->hit) && (!f->missed || f->hit)));
    const bool got = f->read && f->hit;

    if (p->start)
        f->have = false;
    else if (got && !p->jump)
        f->have = true;
    else if (p->jump || (p->want && odd))
        f->have = false;
    f->missed = !p->jump && p->run && !got && (f->missed || f->read);
    f->next = pcg + 1;
    f->read = re && !p->start && !restart;
    f->look = p->want && !p->valid && !restart;
    f->hit = wanted >= f->lo && wanted < f->hi && !f->stale && !restart;
    f->below = wanted < f->lo;
    f->beyond = wanted > f->req;
    f->ahead = ahead && p->run;
}

/* What is asked for next; @return whether it is asked for now. */
static bool issues(const struct stamp_clock_fetch *f, const struct stamp_clock_fetch_pins *p,
                   bool restart)
{
    return p->run && !f->arvalid && f->few && (f->none || f->half) && !f->settle && f->now &&
           !f->stale && !restart;
}

static void window(struct stamp_clock_fetch *f, const struct stamp_clock_fetch_pins *p, bool reset,
                   bool restart, bool issue)
{
    if (issue) {
        f->araddr = f->next_addr;
        f->arlen = (uint8_t)(f->now * f->beats - 1);
    }
    if (reset) {
        f->lo = f->req = 0;
        f->arvalid = false;
        f->settle = 3;
        return;
    }
    const uint8_t settle = f->settle;
    if (settle) f->settle--;
    if (f->arvalid && p->arready) f->arvalid = false;
    if (restart) {
        f->lo = f->req = p->pc >> 1;
        f->settle = 3;
    } else if (issue) {
        f->arvalid = true;
        f->req += f->now;
        f->settle = 3;
    } else if (settle == 2 && !(f->oldest >> 32 & 1) && (uint32_t)f->oldest > f->lo) {
        f->lo = (uint32_t)f->oldest;
    }
}

/* Registers on the way to the next burst, from what was asked for and due before this edge. */
static void ask(struct stamp_clock_fetch *f, const struct stamp_clock_fetch_pins *p, uint32_t req)
{
    f->now = burst(f);
    f->half = f->used <= f->granules / 2;
    f->left = req < f->total ? f->total - req : 0;
    f->used = req - (p->keep >> 1);
    f->oldest = ((uint64_t)req - f->granules) & ((UINT64_C(1) << 33) - 1);
    f->next_addr = (p->code_addr + ((uint64_t)req << 6)) & addr_mask;
    f->total = (p->code_count >> 1) + (p->code_count & 1);
}

static void answers(struct stamp_clock_fetch *f, const struct stamp_clock_fetch_pins *p,
                    uint8_t late, bool reset, bool restart)
{
    const bool end = p->rvalid && f->beat == f->beats - 1;
    const uint32_t due = f->due + late - (end ? 1 : 0);

    if (reset) {
        f->beat = 0;
        f->we = f->stale = false;
        f->hi = f->due = f->drop = 0;
        return;
    }
    const bool we = f->we;
    f->we = end && !f->drop && !restart;
    if (p->start) f->stale = true;
    if (p->rvalid) f->beat = end ? 0 : (uint8_t)(f->beat + 1);
    f->due = due;
    if (restart)
        f->drop = due;
    else if (end && f->drop)
        f->drop--;
    if (restart)
        f->hi = p->pc >> 1;
    else if (we)
        f->hi++;
}

/* Each part sees the registers of before: what one changes the next does not look at. */
void stamp_clock_fetch_edge(struct stamp_clock_fetch *f, const struct stamp_clock_fetch_pins *p)
{
    const bool reset = (p->start || f->stale) && !(f->due || f->arvalid);
    const bool restart = f->look && (f->below || f->beyond) && !p->jump;
    const bool issue = issues(f, p, restart);
    const uint8_t late = f->late;
    const uint32_t req = f->req;

    reader(f, p, restart);
    f->late = issue && !reset ? f->now : 0;
    f->none = f->due == f->drop;
    f->few = f->due <= 2 * f->granules - BURST;
    window(f, p, reset, restart, issue);
    answers(f, p, late, reset, restart);
    ask(f, p, req);
}
