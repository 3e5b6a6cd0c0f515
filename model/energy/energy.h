/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file energy.h
 * Energy of a run: events counted times costs of events, by unit and by class of work. Costs are gates' (costs.def).
 *
 * energy.md says where costs are from, how wrong they may be and what they leave out.
 */
#ifndef STAMP_ENERGY_ENERGY_H
#define STAMP_ENERGY_ENERGY_H

#include "model/dram/counts.h"
#include "model/dram/params.h"
#include "model/energy/shares.h"
#include "model/spec/activity.h"

/** Who pays: a class, or classes by the shares of the program. */
enum stamp_energy_charge {
    STAMP_CHARGE_PRODUCTS = STAMP_CLASSES, /**< ROWS4 and ROWS8 */
    STAMP_CHARGE_LINES                     /**< classes the vector unit serves */
};

/** An event of a unit. */
struct stamp_energy_cost {
    const char *unit; /**< "mxu.array" */
    uint32_t of;      /**< enum stamp_event; behind STAMP_EVENTS enum stamp_activity */
    int charge;       /**< enum stamp_class, or enum stamp_energy_charge */
    double pj;
};

/** What was measured of a library's cells and a machine. */
struct stamp_energy_library {
    const char *name, *machine, *corner; /**< "asap7", "tiny", "TT, 25 C" */
    double volt, mhz;     /**< supply; clock of the gates, at which leakage is charged */
    bool memories;        /**< those of the machine are in the costs, units named "vm.sram" */
    const char *left_out; /**< "wires, clock tree" */
    double unit_mean, unit_worst; /**< error on workloads not fitted to: of units, */
    double run_mean, run_worst;   /**< of the sum of units; each a share, 0.02 is 2 % */
    const struct stamp_energy_cost *cost;
    uint32_t costs;
};

enum { STAMP_ENERGY_UNITS = 40 }; /**< units of a library, at most */

/** Sums, joules. */
struct stamp_energy {
    const struct stamp_energy_library *of;
    const char *unit[STAMP_ENERGY_UNITS]; /**< names */
    double unit_j[STAMP_ENERGY_UNITS];
    uint32_t units;
    double class_j[STAMP_CLASSES], total_j;
    double macs;        /**< multiplications of 4x4 bits used */
    double cycles;      /**< charged */
    bool incomplete;    /**< a count that costs something was not known */
    const char *memory; /**< DRAM behind it, or NULL: none, its energy is not in the sums */
    bool memory_known;  /**< its commands have costs and were counted; in the sums */
};

/** Costs of library @p name for @p mach; false where there are none: stamp_energy_names says which there are. */
bool stamp_energy_find(const char *name, const struct stamp_mach *mach,
                       struct stamp_energy_library *out);

/** "asap7 on tiny, ihp on tiny": libraries and machines that have costs; into @p text [size]. */
void stamp_energy_names(char *text, size_t size);

/** An empty sum. */
struct stamp_energy stamp_energy_of(const struct stamp_energy_library *library);

/** What was counted; borrowed. */
struct stamp_energy_counts {
    const uint64_t *event;    /**< [STAMP_EVENTS] */
    const uint64_t *activity; /**< [STAMP_ACTIVITIES] */
    uint64_t
        cycles; /**< to charge: of the clock, or what the compiler expects of a device without one */
    bool
        timed; /**< event has the counts of kind TIME; otherwise costs of these make the sum incomplete */
};

/** Add what was counted. */
void stamp_energy_add(struct stamp_energy *sum, const struct stamp_energy_counts *counts,
                      const struct stamp_energy_shares *shares);

/**
 * Add what a DRAM did.
 * @param p      as it ran; its name says whose currents
 * @param n      its commands; NULL: the device did not count them
 * @param cycles of the machine, at p->accel_mhz
 */
void stamp_energy_add_dram(struct stamp_energy *sum, const struct stamp_dram_params *p,
                           const struct stamp_dram_counts *n, uint64_t cycles);

/** Add @p other, of the same library. */
void stamp_energy_join(struct stamp_energy *sum, const struct stamp_energy *other);

#endif
