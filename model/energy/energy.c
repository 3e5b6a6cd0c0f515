/* SPDX-License-Identifier: Apache-2.0 */
/* energy.c - counts times costs. Contract in energy.h. */
#include "model/energy/energy.h"

#include <string.h>

/* Products of the array are one term; whose rows they are is known apart. */
static void charge(struct stamp_energy *e, enum stamp_class class, double joules, double rows8)
{
    if (class == STAMP_CLASS_ROWS4) {
        e->class[STAMP_CLASS_ROWS8] += joules * rows8;
        joules *= 1 - rows8;
    }
    e->class[class] += joules;
}

struct stamp_energy stamp_energy_of(const struct stamp_costs *costs, const struct stamp_mach *m,
                                    const double *size, const struct stamp_energy_counts *counts)
{
    const double cycles = (double)counts->event[STAMP_EV_CYCLES];
    struct stamp_energy e;

    memset(&e, 0, sizeof e);
    for (size_t i = 0; i < STAMP_TERMS; i++) {
        const struct stamp_term *t = stamp_term(i);
        const uint64_t n =
            t->source == STAMP_ENERGY_WORK ? counts->work[t->of] : counts->event[t->of];
        const double joules = (double)n * stamp_term_each(i, m) * costs->term[i];

        e.part[t->part] += joules;
        charge(&e, t->class, joules, counts->rows8);
    }
    for (size_t i = 0; i < STAMP_PARTS; i++) {
        const double by = size ? size[i] : 1, clock = by * costs->clock[i] * cycles;
        const double leak = by * costs->leak[i] * cycles / (costs->mhz * 1e6);

        e.part[i] += clock + leak;
        e.class[STAMP_CLASS_CLOCK] += clock;
        e.class[STAMP_CLASS_LEAKAGE] += leak;
    }
    for (size_t i = 0; i < STAMP_PARTS; i++) e.total += e.part[i];
    return e;
}
