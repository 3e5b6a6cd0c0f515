/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file energy.h
 * Energy of a stretch of a run: its work and events, by a library's costs.
 */
#ifndef STAMP_ENERGY_ENERGY_H
#define STAMP_ENERGY_ENERGY_H

#include "model/energy/costs.h"

struct stamp_energy {
    double total;                /**< joules; the sum of each of the two lists */
    double part[STAMP_PARTS];    /**< clock and leakage of the part included */
    double class[STAMP_CLASSES]; /**< clock and leakage are classes of their own */
};

/** What happened: all from one stretch of one run. */
struct stamp_energy_counts {
    const uint64_t *work;  /**< [STAMP_WORKS] */
    const uint64_t *event; /**< [STAMP_EVENTS]; cycles among them */
    double rows8;          /**< share of the used products that are of rows of 8 bits, 0 to 1 */
};

/**
 * Add up. Clock and leakage are those of costs->machine, scaled by @p size to @p m.
 * @param size  of each part, this machine's clock and leakage over those of costs->machine; NULL: the same machine
 */
struct stamp_energy stamp_energy_of(const struct stamp_costs *costs, const struct stamp_mach *m,
                                    const double *size, const struct stamp_energy_counts *counts);

#endif
