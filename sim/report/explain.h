/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file explain.h
 * A difference between RTL and C machine, told so that one knows where to look: cycle, part of the
 * program, tensor, both values, the instructions around it, what every unit retired last.
 */
#ifndef STAMP_REPORT_EXPLAIN_H
#define STAMP_REPORT_EXPLAIN_H

#include "model/image/image.h"
#include "model/text.h"
#include "sim/run/runtime.h"

struct cJSON;

/** Append lines on result->at, which was found; nothing when it was not. */
void stamp_explain_text(struct stamp_text *text, const struct stamp_image *image,
                        const struct stamp_entry *entry, const struct stamp_run_result *result);

/** Add object "at": unit, pc, turn, phase, cycle, clock, tensor, space, addr, word, rtl and model as hex
 *  and as float, program, retired; null for what the difference does not have. */
void stamp_explain_json(struct cJSON *object, const struct stamp_image *image,
                        const struct stamp_entry *entry, const struct stamp_run_result *result);

#endif
