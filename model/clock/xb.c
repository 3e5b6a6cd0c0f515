/* SPDX-License-Identifier: Apache-2.0 */
/* When XB takes writes: the twin of rtl/mem/stamp_xb.sv. */
#include "model/clock/xb.h"

void stamp_clock_xb_drive(const struct stamp_clock_xb *x, struct stamp_clock_xb_pins *p)
{
    p->ready = !x->bank[0].near && !x->bank[1].near;
    p->busy = x->bank[0].out_v || x->bank[1].out_v || x->bank[0].count || x->bank[1].count;
    p->lost = x->lost;
}

void stamp_clock_xb_edge(struct stamp_clock_xb *x, const struct stamp_clock_xb_pins *p)
{
    for (unsigned b = 0; b < 2; b++) {
        const bool rd = p->re && (p->raddr & 1) == b, mine = p->we && (p->waddr & 1) == b;
        const bool waits = x->bank[b].count != 0, take = !rd || !x->bank[b].out_v;
        const bool push = mine && (!take || waits), pop = take && waits;

        if (push && x->bank[b].count == STAMP_CLOCK_XB_ENTRIES) x->lost = true;
        if (take) x->bank[b].out_v = waits || mine;
        x->bank[b].count = (uint8_t)(x->bank[b].count + push - pop);
        x->bank[b].near = x->bank[b].count >= STAMP_CLOCK_XB_ENTRIES - STAMP_CLOCK_XB_ROOM;
    }
}

uint64_t stamp_clock_xb_still(const struct stamp_clock_xb *x)
{
    struct stamp_clock_xb_pins p;

    stamp_clock_xb_drive(x, &p);
    return p.busy || !p.ready ? 0 : UINT64_MAX;
}
