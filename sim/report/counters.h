/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file counters.h
 * What a run counted, as JSON and as lines of text: bytes, stalls by cause, all events.
 */
#ifndef STAMP_REPORT_COUNTERS_H
#define STAMP_REPORT_COUNTERS_H

#include "model/text.h"
#include "sim/run/runtime.h"

struct cJSON;

/** Products a machine needs over products its array could do in @p cycles: 0 to 1; NaN when
 *  @p cycles is 0. numerics.md section 11. */
double stamp_utilization(const struct stamp_mach *mach, uint64_t products, uint64_t cycles);

/** Members instructions, bytes{}, stalls{}, events{} of @p object: what stamp_put_counters writes
 *  but for host time. */
void stamp_put_events(struct cJSON *object, const struct stamp_run_result *r, bool timed);

/** Members instructions, bytes{}, stalls{}, events{}, seconds, cycles_per_second of @p object.
 *  @p timed  false: the machine had no clock; events that need one are left out */
void stamp_put_counters(struct cJSON *object, const struct stamp_run_result *r, bool timed);

/** Member peak_mb: MiB of memory the process had at most, null where that is not known. */
void stamp_put_peak(struct cJSON *object);

/** The same members, each null: of a run whose result is not known. */
void stamp_put_no_counters(struct cJSON *object);

/** The same for people: a line of bytes and, when timed, a line per stall that is not 0. */
void stamp_text_counters(struct stamp_text *text, const struct stamp_run_result *r, bool timed);

#endif
