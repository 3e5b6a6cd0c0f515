/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file costs.h
 * What a library makes work cost: a number a term of energy.def, and a clock and leakage a part.
 *
 * Tables come from gate-level runs (rtl/energy); those the kit ships are energy_costs.def, others are files of the
 * same keys.
 */
#ifndef STAMP_ENERGY_COSTS_H
#define STAMP_ENERGY_COSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/energy/work.h"

enum stamp_part {
#define PART(name, meaning) STAMP_PART_##name,
#include "model/spec/energy.def"
    STAMP_PARTS
};

enum stamp_energy_source { STAMP_ENERGY_WORK, STAMP_ENERGY_EVENT };

/** A term of energy.def; they are numbered in its order. */
struct stamp_term {
    enum stamp_part part;
    enum stamp_class class;
    enum stamp_energy_source source;
    unsigned of;      /**< enum stamp_work or stamp_event */
    const char *name; /**< "PRODUCTS" */
    const char *meaning;
};

enum {
    STAMP_TERMS = 0
#define TERM(part, class, source, name, each, meaning) +1
#include "model/spec/energy.def"
    ,
    STAMP_COSTS_TEXT = 128,  /**< bytes of a text */
    STAMP_COSTS_FILE = 65536 /**< bytes of a file, at most */
};

const struct stamp_term *stamp_term(size_t i);
/** Elements in a count of term @p i on this machine. */
double stamp_term_each(size_t i, const struct stamp_mach *m);
const char *stamp_part_name(enum stamp_part p);
const char *stamp_part_meaning(enum stamp_part p);

struct stamp_costs {
    char library[STAMP_COSTS_TEXT], corner[STAMP_COSTS_TEXT], machine[STAMP_COSTS_TEXT],
        source[STAMP_COSTS_TEXT];
    double volt, mhz;             /**< volt of the corner; clock the costs are reported at */
    double term[STAMP_TERMS];     /**< joules an element */
    double clock[STAMP_PARTS];    /**< joules a cycle, on .machine */
    double leak[STAMP_PARTS];     /**< watts, on .machine */
    double residual[STAMP_PARTS]; /**< worst relative error on work no fit saw; NaN: not measured */
};

/**
 * A table from a text of lines `key = value`; # begins a comment. Keys: library, corner, machine, source, volt, mhz,
 * and PART.clock, PART.leak, PART.residual, PART.TERM by the names of energy.def. All but residual have to be given.
 * @param name  stands for the file in messages
 * @return STAMP_EFORMAT the line that cannot be read, STAMP_ERANGE a number that cannot be
 */
enum stamp_status stamp_costs_parse(const char *name, const char *text, struct stamp_costs *c,
                                    struct stamp_err *e);

#endif
