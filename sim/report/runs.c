/* SPDX-License-Identifier: Apache-2.0 */
/* runs.c - what the forms of a report share. Contract in runs.h. */
#include "sim/report/runs.h"

#include <math.h>
#include <string.h>

const struct stamp_runs_figure stamp_runs_figures[STAMP_RUNS_FIGURES] = {
    {"cycles", "cycles", STAMP_RUNS_COUNT},
    {"cycles_expected", "cycles the compiler expects", STAMP_RUNS_COUNT},
    {"utilization", "use of the array", STAMP_RUNS_SHARE},
    {"products", "4x4-bit products needed", STAMP_RUNS_COUNT},
    {"instructions", "instructions retired", STAMP_RUNS_COUNT},
    {"load_bytes", "bytes loaded", STAMP_RUNS_COUNT},
    {"store_bytes", "bytes stored", STAMP_RUNS_COUNT},
    {"fetch_bytes", "bytes of code fetched", STAMP_RUNS_COUNT},
    {"tokens", "tokens", STAMP_RUNS_COUNT},
    {"runs", "programs started", STAMP_RUNS_COUNT},
    {"checked", "words checked in lock-step", STAMP_RUNS_COUNT},
    {"compared", "outputs compared with the network in C", STAMP_RUNS_COUNT},
    {"mismatches", "of both, that differ", STAMP_RUNS_COUNT},
    {"seconds", "seconds of the host", STAMP_RUNS_REAL},
};

double stamp_runs_real(struct stamp_known v)
{
    return v.known ? (double)v.n : (double)NAN;
}

double stamp_runs_figure(const struct stamp_record *r, const struct stamp_record_program *p, int i)
{
    const struct stamp_known of[STAMP_RUNS_FIGURES] = {p->all.cycles,
                                                       p->expected,
                                                       {.known = false},
                                                       p->all.products,
                                                       p->all.event[STAMP_EV_INSNS],
                                                       p->all.event[STAMP_EV_LOAD_BYTES],
                                                       p->all.event[STAMP_EV_STORE_BYTES],
                                                       p->all.event[STAMP_EV_FETCH_BYTES],
                                                       p->tokens,
                                                       p->runs,
                                                       p->checked,
                                                       p->compared,
                                                       p->mismatches,
                                                       {.known = false}};

    if (stamp_runs_figures[i].kind == STAMP_RUNS_SHARE) return stamp_record_use(r, &p->all);
    if (stamp_runs_figures[i].kind == STAMP_RUNS_REAL) return p->seconds;
    return stamp_runs_real(of[i]);
}

const char *stamp_runs_program(const struct stamp_runs *runs, int i)
{
    for (int k = 0; k < runs->count; k++)
        for (uint32_t p = 0; p < runs->run[k]->programs; p++) {
            const char *name = runs->run[k]->program[p].name;
            bool before = stamp_runs_find(runs->run[k], name) != &runs->run[k]->program[p];
            for (int j = 0; j < k; j++) before = before || stamp_runs_find(runs->run[j], name);
            if (!before && i-- == 0) return name;
        }
    return NULL;
}

const struct stamp_record_program *stamp_runs_find(const struct stamp_record *r, const char *name)
{
    for (uint32_t i = 0; i < r->programs; i++)
        if (!strcmp(r->program[i].name, name)) return &r->program[i];
    return NULL;
}

const struct stamp_record_piece *stamp_runs_part(const struct stamp_record_program *p,
                                                 const char *name)
{
    for (uint32_t i = 0; p && i < p->parts; i++)
        if (!strcmp(p->part[i].name, name)) return &p->part[i];
    return NULL;
}

const char *stamp_runs_accuracy(const char *key)
{
#define WHAT(figure, what)                                                                         \
    if (!strcmp(key, #figure)) return what;
    STAMP_RECORD_FIGURE(WHAT)
    return key;
}

bool stamp_runs_window(const struct stamp_record_program *p, uint32_t rows, uint32_t i,
                       struct stamp_runs_window *out)
{
    const uint32_t each = (p->instances + rows - 1) / rows;
    const uint64_t from = (uint64_t)i * each;

    if (from >= p->instances) return false;
    out->sum = p->instance[from];
    out->instances = 1;
    for (uint64_t k = from + 1; k < from + each && k < p->instances; k++) {
        const struct stamp_record_piece *more = &p->instance[k];
        out->instances++;
        out->sum.cycles.n += more->cycles.n;
        out->sum.products.n += more->products.n;
        for (int e = 0; e < STAMP_EVENTS; e++) out->sum.event[e].n += more->event[e].n;
    }
    return true;
}

double stamp_runs_busy(const struct stamp_record_piece *p, enum stamp_event e)
{
    return p->cycles.n ? stamp_runs_real(p->event[e]) / stamp_runs_real(p->cycles) : (double)NAN;
}
