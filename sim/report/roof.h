/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file roof.h
 * Roofline of a machine, where a piece of a run lies under it, and bytes by level of memory.
 */
#ifndef STAMP_REPORT_ROOF_H
#define STAMP_REPORT_ROOF_H

#include "sim/report/run_json.h"

/** A cycle: products of the array; bytes that the port can read, code included, and write, at the memory's rate. */
struct stamp_roof {
    double products, read, write;
};

/** False without machine, or without clock. */
bool stamp_roof_of(const struct stamp_record *r, struct stamp_roof *out);

enum stamp_roof_by { STAMP_ROOF_ARRAY, STAMP_ROOF_READ, STAMP_ROOF_WRITE };

/** A piece under a roof; NaN for what is not known. */
struct stamp_roof_point {
    double rate;        /**< products a cycle */
    double read, write; /**< bytes a cycle */
    double
        intensity; /**< products a byte of the direction that takes longer; infinite without any */
    double cycles; /**< that the highest of the three roofs leaves */
    double attained; /**< these over the cycles it took, 0 to 1 */
    enum stamp_roof_by by;
};

void stamp_roof_point(const struct stamp_roof *roof, const struct stamp_record_piece *p,
                      struct stamp_roof_point *out);

/** "array", "reads", "writes". */
const char *stamp_roof_name(enum stamp_roof_by by);

enum { STAMP_LEVELS = 7 };

/** Bytes of a level: lines counted times the bytes of a line of the machine. */
struct stamp_traffic {
    const char *key; /**< "vm" */
    const char *level, *what;
    struct stamp_known read, write;
    bool write_most; /**< at most so many: a write may carry less */
};

/** From DRAM inwards. Without machine only what is counted in bytes is known. */
void stamp_traffic_of(const struct stamp_record *r, const struct stamp_record_piece *p,
                      struct stamp_traffic out[STAMP_LEVELS]);

#endif
