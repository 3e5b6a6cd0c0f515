/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file scoreboard.h
 * Estimated cycles of a program: its instructions on a scoreboard of units, queues, semaphores.
 */
#ifndef STAMP_TIME_SCOREBOARD_H
#define STAMP_TIME_SCOREBOARD_H

#include "model/image/image.h"
#include "model/time/cycles.h"

/** What a run is expected to take, in cycles. */
struct stamp_cost {
    uint64_t cycles;
    uint64_t busy[STAMP_UNITS]; /**< per unit, executing */
    uint64_t dispatched;        /**< instructions */
    uint64_t fetch_bytes; /**< instruction words read, each once: loop bodies fit the buffer */
};

/** Estimate one entry with these arguments (NULL: the image's). Errors: those of stamp_walk_next. */
enum stamp_status stamp_cost_entry(const struct stamp_image *image, const struct stamp_entry *entry,
                                   const uint32_t *arg, struct stamp_cost_memory memory,
                                   struct stamp_cost *out, struct stamp_err *e);

/** Estimate the first entry of an image that stamp_verify accepted. */
enum stamp_status stamp_cost_program(const struct stamp_image *image,
                                     struct stamp_cost_memory memory, struct stamp_cost *out,
                                     struct stamp_err *e);

#endif
