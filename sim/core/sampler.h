/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file sampler.h
 * Cuts a run into instances of its phases (runtime.h says where one begins).
 */
#ifndef STAMP_SIM_SAMPLER_H
#define STAMP_SIM_SAMPLER_H

#include "sim/core/runtime.h"

struct stamp_sampler; /* opaque */

/** For runs of @p entry of @p image (borrowed). NULL when memory is out. */
struct stamp_sampler *stamp_sampler_new(const struct stamp_image *image,
                                        const struct stamp_entry *entry);
void stamp_sampler_free(struct stamp_sampler *s); /**< NULL is allowed. */

/** Whether retirement of instruction @p pc begins an instance; then stamp_sampler_begin follows. */
bool stamp_sampler_see(struct stamp_sampler *s, uint32_t pc);

/** The instance begins; @p event  all counters without what this instruction adds. */
void stamp_sampler_begin(struct stamp_sampler *s, const uint64_t event[STAMP_EVENTS]);

/** The run is over with these totals: the last instance ends. @p r gets the instances, which stay
 *  the sampler's. False when memory ran out on the way. */
bool stamp_sampler_finish(struct stamp_sampler *s, struct stamp_run_result *r);

#endif
