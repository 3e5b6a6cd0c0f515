/* SPDX-License-Identifier: Apache-2.0 */
/* counters.c - what a run counted. Contract in counters.h. */
#include "sim/report/counters.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "sim/report/json_out.h"

enum { KEY_BYTES = 32 };

static bool is_timed(enum stamp_event i)
{
    return stamp_event_kind(i) != STAMP_EVENT_VALUE;
}

/* Cycles in which a unit could not go on. */
static bool is_stall(enum stamp_event i)
{
    return stamp_event_kind(i) == STAMP_EVENT_STALL;
}

static const char *lower(const char *name, char key[KEY_BYTES])
{
    snprintf(key, KEY_BYTES, "%s", name);
    for (char *c = key; *c; c++) *c = (char)tolower((unsigned char)*c);
    return key;
}

static const char *key_of(enum stamp_event i, char key[KEY_BYTES])
{
    return lower(stamp_event_name(i), key);
}

double stamp_utilization(const struct stamp_mach *mach, uint64_t products, uint64_t cycles)
{
    const double could = (double)mach->P * mach->L * mach->T * (double)cycles;

    return cycles ? (double)products / could : (double)NAN;
}

void stamp_put_events(struct cJSON *object, const struct stamp_run_result *r, bool timed)
{
    char key[KEY_BYTES];

    stamp_put_count(object, "instructions", r->instructions);
    struct cJSON *bytes = stamp_put_object(object, "bytes");
    stamp_put_count(bytes, "load", r->event[STAMP_EV_LOAD_BYTES]);
    stamp_put_count(bytes, "store", r->event[STAMP_EV_STORE_BYTES]);
    if (timed) stamp_put_count(bytes, "fetch", r->event[STAMP_EV_FETCH_BYTES]);
    struct cJSON *stalls = stamp_put_object(object, "stalls");
    for (enum stamp_event i = 0; i < STAMP_EVENTS && timed; i++)
        if (is_stall(i)) stamp_put_count(stalls, key_of(i, key), r->event[i]);
    struct cJSON *events = stamp_put_object(object, "events");
    for (enum stamp_event i = 0; i < STAMP_EVENTS; i++)
        if (timed || !is_timed(i)) stamp_put_count(events, key_of(i, key), r->event[i]);
    struct cJSON *activity = stamp_put_object(object, "activity");
    for (int a = 0; a < STAMP_ACTIVITIES; a++)
        stamp_put_count(activity, lower(stamp_activity_name((enum stamp_activity)a), key),
                        r->activity[a]);
}

void stamp_put_counters(struct cJSON *object, const struct stamp_run_result *r, bool timed)
{
    stamp_put_events(object, r, timed);
    stamp_put_real(object, "seconds", r->seconds);
    stamp_put_real(object, "cycles_per_second",
                   timed && r->seconds > 0 ? (double)r->cycles / r->seconds : (double)NAN);
}

void stamp_put_no_counters(struct cJSON *object)
{
    static const char *const keys[] = {"instructions", "bytes",   "stalls",           "events",
                                       "activity",     "seconds", "cycles_per_second"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        cJSON_AddNullToObject(object, keys[i]);
}

void stamp_put_peak(struct cJSON *object)
{
    struct rusage u;

    stamp_put_real(object, "peak_mb",
                   getrusage(RUSAGE_SELF, &u) ? (double)NAN : (double)u.ru_maxrss / 1024);
}

void stamp_text_counters(struct stamp_text *text, const struct stamp_run_result *r, bool timed)
{
    stamp_text_add(text, "bytes         %" PRIu64 " loaded, %" PRIu64 " stored",
                   r->event[STAMP_EV_LOAD_BYTES], r->event[STAMP_EV_STORE_BYTES]);
    if (timed) stamp_text_add(text, ", %" PRIu64 " of code", r->event[STAMP_EV_FETCH_BYTES]);
    stamp_text_add(text, "\n");
    for (enum stamp_event i = 0; i < STAMP_EVENTS && timed; i++)
        if (is_stall(i) && r->event[i])
            stamp_text_add(text, "stall         %10" PRIu64 " cycles: %s\n", r->event[i],
                           stamp_event_meaning(i));
}
