/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vxu_sm.h
 * When entries of SM are written, by VMINMAX, VQPAR and VSMWR.
 *
 * RTL twin rtl/vec/stamp_vx_sm.sv with stamp_qpar and stamp_vx_scatter.
 */
#ifndef STAMP_CLOCK_VXU_SM_H
#define STAMP_CLOCK_VXU_SM_H

#include <stdbool.h>

#include "model/spec/spec.h"

struct stamp_clock_vxu_sm {
    uint32_t lanes, entries, q;

    uint8_t range;     /**< VMINMAX, bit n: a range in stage n, 1 to 3 */
    uint64_t range_sm; /**< their entries, 16 bits a stage */

    uint32_t par; /**< VQPAR, bit n: an entry came n + 1 cycles ago */
    uint8_t par_count, par_put, par_get;
    uint16_t par_sm[32];

    /* VSMWR. */
    bool scat_ready, begin, v1, beyond1, we, bad, was_bad;
    uint16_t left, whole, pair, at1, addr;
    uint32_t stride, next;
};

/** What comes in a cycle. */
struct stamp_clock_vxu_sm_pins {
    bool range, par_take, par_valid, scat_valid, scat_first;
    uint16_t range_sm, par_sm, scat_sm;
};

void stamp_clock_vxu_sm_init(struct stamp_clock_vxu_sm *s, const struct stamp_mach *mach);
/** The edge of an instruction's first cycle; the fields are VSMWR's. */
void stamp_clock_vxu_sm_load(struct stamp_clock_vxu_sm *s, const struct stamp_insn_v *v);
void stamp_clock_vxu_sm_edge(struct stamp_clock_vxu_sm *s, const struct stamp_clock_vxu_sm_pins *p);

static inline bool stamp_clock_vxu_sm_par_done(const struct stamp_clock_vxu_sm *s)
{
    return s->par >> 17 & 1; /* AddLatency + MulLatency + 10 cycles */
}

/** An entry is to be written in a later cycle. */
static inline bool stamp_clock_vxu_sm_busy(const struct stamp_clock_vxu_sm *s)
{
    return (s->range & 6) || s->par_count || s->v1;
}

/** Whether one is written, by these three, and @p addr which. */
bool stamp_clock_vxu_sm_write(const struct stamp_clock_vxu_sm *s, uint16_t *addr);

#endif
