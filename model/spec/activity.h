/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file activity.h
 * What values make of counted work: model/spec/activity.def. Equal on every device that has values.
 */
#ifndef STAMP_SPEC_ACTIVITY_H
#define STAMP_SPEC_ACTIVITY_H

#include "model/spec/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

enum stamp_activity {
#define ACTIVITY(name, event, most, unit, meaning) STAMP_ACT_##name,
#include "model/spec/activity.def"
    STAMP_ACTIVITIES
};

/** "WB_LIVE"; "?" beyond the last. */
const char *stamp_activity_name(enum stamp_activity a);

/** Whose work it is. */
enum stamp_event stamp_activity_event(enum stamp_activity a);

/** What it is where nothing is known of values: all of the work active. */
void stamp_activity_most(const struct stamp_mach *m, const uint64_t event[STAMP_EVENTS],
                         uint64_t activity[STAMP_ACTIVITIES]);

#ifdef __cplusplus
}
#endif
#endif
