/* SPDX-License-Identifier: Apache-2.0 */
/* When entries of SM are written: the twin of rtl/vec/stamp_vx_sm.sv. */
#include "model/clock/vxu_sm.h"

#include <string.h>

void stamp_clock_vxu_sm_init(struct stamp_clock_vxu_sm *s, const struct stamp_mach *mach)
{
    memset(s, 0, sizeof *s);
    s->lanes = mach->L;
    s->entries = mach->SM_ENTRIES;
    s->q = mach->Q;
}

void stamp_clock_vxu_sm_load(struct stamp_clock_vxu_sm *s, const struct stamp_insn_v *v)
{
    s->whole = s->left = (uint16_t)((v->cols - 1) & 0xfff);
    s->pair = 0;
    s->begin = true;
    s->scat_ready = v->cols == 1;
    s->stride = (uint32_t)v->gstride;
    s->v1 = s->we = s->bad = s->was_bad = false;
}

bool stamp_clock_vxu_sm_write(const struct stamp_clock_vxu_sm *s, uint16_t *addr)
{
    const bool done = stamp_clock_vxu_sm_par_done(s);

    *addr = s->we ? s->addr : done ? s->par_sm[s->par_get & 31] : (uint16_t)(s->range_sm >> 48);
    return s->we || done || s->range >> 3;
}

/* A pair of the line at hand. */
static void scatter(struct stamp_clock_vxu_sm *s, const struct stamp_clock_vxu_sm_pins *p)
{
    const uint32_t entry = (p->scat_first && s->begin ? p->scat_sm : s->next) & 0x3ffff;
    const uint32_t last = s->lanes / 2 - 1;
    const bool end = !s->left;

    s->addr = s->v1 ? s->at1 : s->addr;
    s->we = s->v1 && !s->beyond1 && !s->was_bad;
    s->bad = s->v1 && s->beyond1;
    s->was_bad |= s->bad;
    s->v1 = p->scat_valid;
    if (!p->scat_valid) return;
    s->at1 = (uint16_t)entry;
    s->beyond1 = entry >= s->entries;
    s->left = end ? s->whole : (uint16_t)(s->left - 1);
    s->pair = (uint16_t)(end ? 0 : (s->pair + 1u) & last);
    s->begin = end;
    s->next = entry + s->stride;
    s->scat_ready = s->pair == last || !s->left;
}

void stamp_clock_vxu_sm_edge(struct stamp_clock_vxu_sm *s, const struct stamp_clock_vxu_sm_pins *p)
{
    if (p->range || s->range) {
        s->range = (uint8_t)((s->range << 1 | p->range << 1) & 0xe);
        s->range_sm = s->range_sm << 16 | (uint64_t)p->range_sm << 16;
    }
    if (p->par_take || p->par_valid || s->par_count) {
        const bool done = stamp_clock_vxu_sm_par_done(s);
        s->par_get = (uint8_t)(s->par_get + done);
        s->par_count = (uint8_t)(s->par_count + p->par_take - done);
        s->par = (s->par << 1 | p->par_valid) & 0x3ffff;
        if (p->par_valid) s->par_sm[s->par_put++ & 31] = p->par_sm;
    }
    if (p->scat_valid || s->v1 || s->we || s->bad) scatter(s, p);
}
