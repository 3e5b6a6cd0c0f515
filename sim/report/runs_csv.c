/* SPDX-License-Identifier: Apache-2.0 */
/* runs_csv.c - records of runs as rows of one table. Contract in runs.h. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sim/report/roof.h"
#include "sim/report/runs.h"
#include "sim/report/stalls.h"

/* A row under way. */
struct row {
    struct stamp_text *t;
    bool begun;
};

/* RFC 4180: quoted where it must be, quotes doubled. */
static void text(struct row *r, const char *s)
{
    const bool quote = s[strcspn(s, ",\"\r\n")] != 0;

    stamp_text_add(r->t, r->begun ? "," : "");
    r->begun = true;
    if (quote) stamp_text_add(r->t, "\"");
    for (; *s; s++) stamp_text_add(r->t, *s == '"' ? "\"\"" : "%c", *s);
    if (quote) stamp_text_add(r->t, "\"");
}

static void known(struct row *r, struct stamp_known v)
{
    text(r, "");
    if (v.known) stamp_text_add(r->t, "%" PRIu64, v.n);
}

static void real(struct row *r, double v)
{
    text(r, "");
    if (isfinite(v)) stamp_text_add(r->t, "%.9g", v);
}

static void end(struct row *r)
{
    stamp_text_add(r->t, "\r\n");
    r->begun = false;
}

static void heads(struct row *r)
{
    static const char *const before[] = {
        "run",      "file",        "program",  "row",           "part",
        "layer",    "start",       "times",    "cycles",        "cycles_most",
        "products", "utilization", "bound_by", "roof_attained", "cycles_minus_first"};

    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) text(r, before[i]);
    for (int e = 0; e < STAMP_EVENTS; e++) {
        text(r, "event_");
        stamp_text_add(r->t, "%s", stamp_record_event((enum stamp_event)e));
    }
    for (int l = 0; l < STAMP_LEVELS; l++) {
        struct stamp_traffic at[STAMP_LEVELS];
        const struct stamp_record none = {.machine = NULL};
        const struct stamp_record_piece nothing = {.name = NULL};
        stamp_traffic_of(&none, &nothing, at);
        text(r, at[l].key);
        stamp_text_add(r->t, "_read_bytes");
        text(r, at[l].key);
        stamp_text_add(r->t, "_write_bytes");
    }
    end(r);
}

static void begin(struct row *r, const struct stamp_runs *runs, int k, const char *program,
                  const char *kind)
{
    const char run[] = {(char)('A' + k), 0};

    text(r, run);
    text(r, runs->file[k]);
    text(r, program);
    text(r, kind);
}

static void piece(struct row *r, const struct stamp_record *record,
                  const struct stamp_record_piece *p, struct stamp_known first)
{
    struct stamp_traffic at[STAMP_LEVELS];
    struct stamp_roof roof;
    struct stamp_roof_point point = {.attained = (double)NAN};

    if (stamp_roof_of(record, &roof)) stamp_roof_point(&roof, p, &point);
    text(r, p->name ? p->name : "");
    known(r, p->iteration);
    known(r, p->start);
    known(r, p->times);
    known(r, p->cycles);
    known(r, p->cycles);
    known(r, p->products);
    real(r, stamp_record_use(record, p));
    text(r, p->event[STAMP_EV_MXU_BUSY].known ? stamp_bound_name(stamp_bound_of(p)) : "");
    real(r, point.attained);
    text(r, "");
    if (first.known && p->cycles.known)
        stamp_text_add(r->t, "%" PRId64, (int64_t)p->cycles.n - (int64_t)first.n);
    for (int e = 0; e < STAMP_EVENTS; e++) known(r, p->event[e]);
    stamp_traffic_of(record, p, at);
    for (int l = 0; l < STAMP_LEVELS; l++) {
        known(r, at[l].read);
        known(r, at[l].write);
    }
    end(r);
}

/* A cause of the tree: least and most cycles of it; the other columns are empty. */
static void causes(struct row *r, const struct stamp_runs *runs, int k,
                   const struct stamp_record_program *p)
{
    enum { BEHIND = 5 + STAMP_EVENTS + 2 * STAMP_LEVELS };
    struct stamp_stalls s;

    stamp_stalls_of(p, &s);
    for (int i = 0; i < s.rows; i++) {
        begin(r, runs, k, p->name, "cause");
        text(r, s.row[i].key);
        for (int n = 0; n < 3; n++) text(r, "");
        known(r, stamp_known(s.row[i].least));
        known(r, stamp_known(s.row[i].most));
        for (int n = 0; n < BEHIND; n++) text(r, "");
        end(r);
    }
    for (int u = 0; u < STAMP_BOUND_UNITS && s.known; u++) {
        begin(r, runs, k, p->name, "slack");
        text(r, stamp_bound_name((enum stamp_bound)u));
        for (int n = 0; n < 3; n++) text(r, "");
        known(r, stamp_known(s.slack[u].idle));
        known(r, stamp_known(s.slack[u].idle));
        for (int n = 0; n < BEHIND; n++) text(r, "");
        end(r);
    }
}

/* The same instance of the first run, or nothing known. */
static struct stamp_known first_of(const struct stamp_runs *runs, int k, const char *program,
                                   const struct stamp_record_piece *p)
{
    const struct stamp_record_program *a = stamp_runs_find(runs->run[0], program);

    for (uint32_t i = 0; k && a && i < a->instances; i++)
        if (!strcmp(a->instance[i].name, p->name) && a->instance[i].iteration.n == p->iteration.n)
            return a->instance[i].cycles;
    return (struct stamp_known){.known = false};
}

void stamp_runs_csv(struct stamp_text *t, const struct stamp_runs *runs)
{
    const struct stamp_known none = {.known = false};
    struct row r = {.t = t};

    heads(&r);
    for (int k = 0; k < runs->count; k++) {
        const struct stamp_record *record = runs->run[k];
        begin(&r, runs, k, "", "total");
        piece(&r, record, &record->total.all, k ? runs->run[0]->total.all.cycles : none);
        for (uint32_t i = 0; i < record->programs; i++) {
            const struct stamp_record_program *p = &record->program[i];
            const struct stamp_record_program *a =
                k ? stamp_runs_find(runs->run[0], p->name) : NULL;
            begin(&r, runs, k, p->name, "program");
            piece(&r, record, &p->all, a ? a->all.cycles : none);
            for (uint32_t n = 0; n < p->parts; n++) {
                const struct stamp_record_piece *of = stamp_runs_part(a, p->part[n].name);
                begin(&r, runs, k, p->name, "part");
                piece(&r, record, &p->part[n], of ? of->cycles : none);
            }
            for (uint32_t n = 0; n < p->instances; n++) {
                begin(&r, runs, k, p->name, "instance");
                piece(&r, record, &p->instance[n], first_of(runs, k, p->name, &p->instance[n]));
            }
            causes(&r, runs, k, p);
        }
    }
}
