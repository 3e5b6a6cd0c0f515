/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file phases.h
 * Where the cycles of a run went: by phase instance (a layer's part) and by part over all layers.
 */
#ifndef STAMP_REPORT_PHASES_H
#define STAMP_REPORT_PHASES_H

#include "model/text.h"
#include "sim/run/runtime.h"

struct cJSON;

/** Member "phases" of @p object: {instances: [...], parts: [...]}, each with cycles, utilization,
 *  products, bytes{}, stalls{} (cycles by unit and cause), events{} (busy cycles among them). Parts add up the
 *  instances of one name in the order in which they appear.
 *  @param timed  false: the machine had no clock; what needs one is left out or null */
void stamp_put_phases(struct cJSON *object, const struct stamp_image *image,
                      const struct stamp_run_result *r, bool timed);

/** The same as tables for people. */
void stamp_text_phases(struct stamp_text *text, const struct stamp_image *image,
                       const struct stamp_run_result *r, bool timed);

#endif
