/* SPDX-License-Identifier: Apache-2.0 */
/* runs_json.c - what reports of runs find, as JSON. Contract in runs.h. */
#include <cjson/cJSON.h>
#include <math.h>

#include "sim/report/json_out.h"
#include "sim/report/runs.h"
#include "sim/report/stalls.h"

/* A count, or null. */
static void put(struct cJSON *o, const char *key, struct stamp_known v)
{
    if (v.known)
        stamp_put_count(o, key, v.n);
    else
        cJSON_AddNullToObject(o, key);
}

static void put_program(struct cJSON *list, const struct stamp_record *r,
                        const struct stamp_record_program *p)
{
    struct cJSON *o = stamp_put_object(list, NULL);
    struct stamp_stalls s;

    stamp_stalls_of(p, &s);
    stamp_put_text(o, "name", p->name);
    put(o, "cycles", p->all.cycles);
    stamp_put_real(o, "utilization", stamp_record_use(r, &p->all));
    if (s.known)
        stamp_put_text(o, "bound", stamp_bound_name(s.bound));
    else
        cJSON_AddNullToObject(o, "bound");
    put(o, "bound_cycles", (struct stamp_known){s.known, s.bound_cycles});
    struct cJSON *causes = stamp_put_array(o, "causes");
    for (int i = 0; i < s.rows; i++) {
        struct cJSON *one = stamp_put_object(causes, NULL);
        stamp_put_text(one, "cause", s.row[i].key);
        stamp_put_text(one, "what", s.row[i].what);
        stamp_put_count(one, "depth", (uint64_t)s.row[i].depth);
        stamp_put_count(one, "least", s.row[i].least);
        stamp_put_count(one, "most", s.row[i].most);
    }
    struct cJSON *slack = stamp_put_array(o, "slack");
    for (int u = 0; u < STAMP_BOUND_UNITS && s.known; u++) {
        struct cJSON *one = stamp_put_object(slack, NULL);
        stamp_put_text(one, "unit", stamp_bound_name((enum stamp_bound)u));
        stamp_put_count(one, "idle", s.slack[u].idle);
        stamp_put_count(one, "waits_least", s.slack[u].least);
        stamp_put_count(one, "waits_most", s.slack[u].most);
    }
}

void stamp_runs_json(struct cJSON *object, const struct stamp_runs *runs)
{
    struct cJSON *list = stamp_put_array(object, "runs");

    for (int k = 0; k < runs->count; k++) {
        const struct stamp_record *r = runs->run[k];
        const double first = stamp_runs_real(runs->run[0]->total.all.cycles),
                     cycles = stamp_runs_real(r->total.all.cycles);
        struct cJSON *o = stamp_put_object(list, NULL);
        stamp_put_text(o, "file", runs->file[k]);
        stamp_put_text(o, "subject", r->subject);
        put(o, "cycles", r->total.all.cycles);
        stamp_put_real(o, "cycles_minus_first", k ? cycles - first : (double)NAN);
        stamp_put_real(o, "utilization", stamp_record_use(r, &r->total.all));
        struct cJSON *programs = stamp_put_array(o, "programs");
        for (uint32_t i = 0; i < r->programs; i++) put_program(programs, r, &r->program[i]);
    }
}
