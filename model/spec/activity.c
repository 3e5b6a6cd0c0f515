/* SPDX-License-Identifier: Apache-2.0 */
/* activity.c - rows of activity.def. Contract in activity.h. */
#include "model/spec/activity.h"

#include <assert.h>

static const struct {
    const char *name;
    enum stamp_event event;
} rows[] = {
#define ACTIVITY(name, event, most, unit, meaning) {#name, STAMP_EV_##event},
#include "model/spec/activity.def"
};

const char *stamp_activity_name(enum stamp_activity a)
{
    return (unsigned)a < STAMP_ACTIVITIES ? rows[a].name : "?";
}

enum stamp_event stamp_activity_event(enum stamp_activity a)
{
    assert((unsigned)a < STAMP_ACTIVITIES);
    return rows[a].event;
}

void stamp_activity_most(const struct stamp_mach *m, const uint64_t event[STAMP_EVENTS],
                         uint64_t activity[STAMP_ACTIVITIES])
{
#define PARAM(name, meaning)                                                                       \
    const uint64_t name = m->name;                                                                 \
    (void)name;
#include "model/spec/mach.def"
#define ACTIVITY(name, of, most, unit, meaning)                                                    \
    activity[STAMP_ACT_##name] = event[STAMP_EV_##of] * (most);
#include "model/spec/activity.def"
}
