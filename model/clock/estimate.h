/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file estimate.h
 * What a program is expected to take: the machine on its clock, behind a plain memory that nobody else uses.
 *
 * It differs from a run only where that has another memory, or indices of rows that are gathered (zeros here) move a
 * row across 4 KiB.
 */
#ifndef STAMP_CLOCK_ESTIMATE_H
#define STAMP_CLOCK_ESTIMATE_H

#include "model/image/image.h"
#include "model/time/cycles.h"

/** What a run is expected to take, in cycles. */
struct stamp_cost {
    uint64_t cycles;
    uint64_t busy[STAMP_UNITS]; /**< per unit with an instruction; 0 of the control unit */
    uint64_t dispatched;        /**< instructions */
    uint64_t fetch_bytes;       /**< of instruction words, those read ahead included */
};

/** Estimate one entry with these arguments (NULL: the image's). @return errors of stamp_clock_run; STAMP_ENOMEM */
enum stamp_status stamp_cost_entry(const struct stamp_image *image, const struct stamp_entry *entry,
                                   const uint32_t *arg, struct stamp_cost_memory memory,
                                   struct stamp_cost *out, struct stamp_err *e);

/** Estimate the first entry of an image that stamp_verify accepted. */
enum stamp_status stamp_cost_program(const struct stamp_image *image,
                                     struct stamp_cost_memory memory, struct stamp_cost *out,
                                     struct stamp_err *e);

#endif
