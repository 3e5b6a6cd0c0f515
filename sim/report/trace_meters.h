/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file trace_meters.h
 * Tracks of values over time: instructions in the queues, semaphores. For trace.c alone.
 *
 * At the finest level every change; then means of stretches that end at a change, so that a track's area stays what it was.
 */
#ifndef STAMP_REPORT_TRACE_METERS_H
#define STAMP_REPORT_TRACE_METERS_H

#include "sim/report/trace_out.h"

/** A value, and what of its track is not yet written. */
struct stamp_trace_meter {
    bool used;
    uint32_t value;
    uint64_t begin, at, area; /**< of the stretch; of the last change; value x cycles up to there */
};

struct stamp_trace_meters {
    struct stamp_trace_level of_queues, of_semaphores;
    struct stamp_trace_meter queue[STAMP_UNITS], semaphore[STAMP_SEMAPHORES];
};

void stamp_trace_meters_open(struct stamp_trace_meters *m);

/** A run begins: all are empty. */
void stamp_trace_meters_begin(struct stamp_trace_meters *m);

/** From @p cycle on, of a run that began at @p base. */
void stamp_trace_queue(struct stamp_trace_meters *m, struct stamp_trace_out *o, uint64_t base,
                       enum stamp_unit unit, uint32_t fill, uint64_t cycle);
void stamp_trace_semaphore(struct stamp_trace_meters *m, struct stamp_trace_out *o, uint64_t base,
                           uint32_t n, uint32_t value, uint64_t cycle);

/** The run is over. */
void stamp_trace_meters_end(struct stamp_trace_meters *m, struct stamp_trace_out *o, uint64_t base,
                            uint64_t cycles);

#endif
