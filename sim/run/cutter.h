/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file cutter.h
 * Cuts a run into instances of its phases (runtime.h says where one begins).
 */
#ifndef STAMP_SIM_RUN_CUTTER_H
#define STAMP_SIM_RUN_CUTTER_H

#include "sim/run/runtime.h"

struct stamp_cutter; /* opaque */

/** For runs of @p entry of @p image (borrowed). NULL when memory is out.
 *  @param position  argument 0: where a network's step stands, which decides its products */
struct stamp_cutter *stamp_cutter_new(const struct stamp_image *image,
                                      const struct stamp_entry *entry, uint32_t position);
void stamp_cutter_free(struct stamp_cutter *s); /**< NULL is allowed. */

/** Whether retirement of instruction @p pc begins an instance; then stamp_cutter_begin follows. */
bool stamp_cutter_see(struct stamp_cutter *s, uint32_t pc);

/** The instance begins; @p event  all counters without what this instruction adds. */
void stamp_cutter_begin(struct stamp_cutter *s, const uint64_t event[STAMP_EVENTS]);

/** The instance that runs, or NULL before the first and when memory is out. */
const struct stamp_phase_instance *stamp_cutter_now(const struct stamp_cutter *s);

/** The run is over with these totals: the last instance ends. @p r gets the instances, which stay
 *  the cutter's. False when memory ran out on the way. */
bool stamp_cutter_finish(struct stamp_cutter *s, struct stamp_run_result *r);

#endif
