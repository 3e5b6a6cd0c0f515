/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file stalls.h
 * Where the cycles of a program went, as a tree that ends in what bounds it; and apart from it the slack of units that
 * do not.
 *
 * Counters say how long each unit was busy, not at the same time as what. Where two may overlap the cycles are a span: at
 * least what cannot overlap, at most what can. Spans are taken in every instance of a phase, which is a stretch of time
 * with counts of its own, and added up; a program without phases is one stretch.
 */
#ifndef STAMP_REPORT_STALLS_H
#define STAMP_REPORT_STALLS_H

#include "sim/report/run_json.h"

enum { STAMP_BOUND_PERCENT = 90 }; /**< busy at least so long, the busiest unit bounds a stretch */

/** Units that may bound a stretch, as the counters tell them apart. */
enum stamp_bound {
    STAMP_BOUND_MATRIX,
    STAMP_BOUND_VECTOR,
    STAMP_BOUND_LOAD,
    STAMP_BOUND_STORE,
    STAMP_BOUND_UNITS,
    STAMP_BOUND_NONE = STAMP_BOUND_UNITS, /**< none is busy so long: they wait for one another */
    STAMP_BOUNDS
};

struct stamp_stall {
    int depth;       /**< 0: a root; its share is of the program's cycles */
    const char *key; /**< "BY_LDU_AXI" */
    const char *what;
    uint64_t least, most; /**< cycles; equal where counters prove it */
    bool leaf;            /**< the leaf of the tree with the most cycles: what bounds the program */
    char parts[200];      /**< names of the parts it is about, "" for all */
};

enum { STAMP_STALL_ROWS = 48 };

struct stamp_stalls {
    bool known; /**< false: no clock, nothing below */
    uint64_t cycles;
    struct stamp_stall row[STAMP_STALL_ROWS];
    int rows;
    enum stamp_bound bound; /**< that of the most cycles */
    uint64_t bound_cycles;
    /** Of each unit, in the stretches it does not bound: cycles idle, of these the head of its queue waits for a
     *  semaphore; the rest has nothing to do. */
    struct {
        uint64_t idle, least, most;
    } slack[STAMP_BOUND_UNITS];
};

void stamp_stalls_of(const struct stamp_record_program *p, struct stamp_stalls *out);

/** What bounds one stretch. NONE as well where the counts are not known. */
enum stamp_bound stamp_bound_of(const struct stamp_record_piece *p);

/** The unit that is busiest in it, whether it bounds it or not. */
enum stamp_bound stamp_bound_busiest(const struct stamp_record_piece *p);

/** "vector unit"; of NONE "no unit alone". */
const char *stamp_bound_name(enum stamp_bound b);

/** What bounds a stretch in words: "vector unit"; "none, vector unit 62 %", the busiest; or "not known". */
void stamp_bound_text(const struct stamp_record_piece *p, char *text, size_t size);

/** Event that counts the cycles a unit is busy, and that of its queue waiting. */
enum stamp_event stamp_bound_busy(enum stamp_bound b);
enum stamp_event stamp_bound_wait(enum stamp_bound b);

/** One sentence: what bounds the program, and how far that is known. */
void stamp_stalls_verdict(const struct stamp_stalls *s, char *text, size_t size);

#endif
