/* SPDX-License-Identifier: Apache-2.0 */
/* runs_text.c - records of runs for a terminal. Contract in runs.h. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/report/roof.h"
#include "sim/report/runs.h"
#include "sim/report/stalls.h"

enum { CELL = 32, COLUMN = 15, BAR = 20 };

void stamp_runs_safe(struct stamp_text *t, const char *s)
{
    for (; *s; s++) {
        const unsigned char c = (unsigned char)*s, next = (unsigned char)s[1];
        const bool c1 = c == 0xc2 && next >= 0x80 && next < 0xa0;
        stamp_text_add(t, "%c", c < ' ' || c == 127 || c1 ? '?' : *s);
        if (c1) s++;
    }
}

static void cell(char text[CELL], double v, enum stamp_runs_kind kind)
{
    if (!isfinite(v))
        snprintf(text, CELL, "-");
    else if (kind == STAMP_RUNS_COUNT)
        snprintf(text, CELL, "%.0f", v);
    else if (kind == STAMP_RUNS_SHARE)
        snprintf(text, CELL, "%.2f %%", 100 * v);
    else
        snprintf(text, CELL, "%.6g", v);
}

/* Difference to the first: "+1.2 %", of shares in points. */
static void change(char text[CELL], double first, double v, enum stamp_runs_kind kind)
{
    if (!isfinite(first) || !isfinite(v))
        snprintf(text, CELL, "-");
    else if (kind == STAMP_RUNS_SHARE)
        snprintf(text, CELL, "%+.2f", 100 * (v - first));
    else if (first == v)
        snprintf(text, CELL, "=");
    else if (first == 0)
        snprintf(text, CELL, "new");
    else
        snprintf(text, CELL, "%+.2f %%", 100 * (v / first - 1));
}

static void head(struct stamp_text *t, const struct stamp_runs *runs, const char *first, int width)
{
    stamp_text_add(t, "%-*s", width, first);
    for (int k = 0; k < runs->count; k++) {
        stamp_text_add(t, " %*c", COLUMN, 'A' + k);
        if (k) stamp_text_add(t, " %9c-A", 'A' + k);
    }
    stamp_text_add(t, "\n");
}

static void values(struct stamp_text *t, const struct stamp_runs *runs, const double *v,
                   enum stamp_runs_kind kind)
{
    char text[CELL];

    for (int k = 0; k < runs->count; k++) {
        cell(text, v[k], kind);
        stamp_text_add(t, " %*s", COLUMN, text);
        if (!k) continue;
        change(text, v[0], v[k], kind);
        stamp_text_add(t, " %11s", text);
    }
    stamp_text_add(t, "\n");
}

static void line(struct stamp_text *t, const char *key, const char *value)
{
    if (!value) return;
    stamp_text_add(t, "  %-10s ", key);
    stamp_runs_safe(t, value);
    stamp_text_add(t, "\n");
}

static void describe(struct stamp_text *t, const struct stamp_runs *runs, int k)
{
    const struct stamp_record *r = runs->run[k];

    stamp_text_add(t, "%c  ", 'A' + k);
    stamp_runs_safe(t, runs->file[k]);
    stamp_text_add(t, "\n");
    line(t, "subject", r->subject);
    line(t, "device", r->device_is);
    line(t, "machine", r->machine);
    line(t, "scheme", r->scheme);
    line(t, "network", r->network);
    if (r->has_dram) line(t, "DRAM", r->dram.name);
    if (r->has_memory)
        stamp_text_add(t, "  %-10s latency %" PRIu32 ", rate %.3g, stall %.3g, seed %s\n", "memory",
                       r->read_latency, r->read_rate / 256.0, r->stall / 256.0, r->seed);
    line(t, "stamp", r->version);
    line(t, "again", r->command_line);
    for (uint32_t i = 0; i < r->figures; i++) {
        char text[CELL];
        cell(text, r->figure[i].value, STAMP_RUNS_REAL);
        const bool energy =
            !strcmp(r->figure[i].key, "energy_j") || !strcmp(r->figure[i].key, "pj_per_mac");
        stamp_text_add(t, "  %-10s %s %s", energy ? "energy" : "accuracy", text,
                       stamp_runs_accuracy(r->figure[i].key));
        if (r->figure[i].of) stamp_text_add(t, " of ");
        if (r->figure[i].of) stamp_runs_safe(t, r->figure[i].of);
        stamp_text_add(t, "\n");
    }
}

static void totals(struct stamp_text *t, const struct stamp_runs *runs, const char *name)
{
    double v[STAMP_RUNS_MAX];

    head(t, runs, name ? name : "total", 40);
    for (int i = 0; i < STAMP_RUNS_FIGURES; i++) {
        bool any = false;
        for (int k = 0; k < runs->count; k++) {
            const struct stamp_record *r = runs->run[k];
            const struct stamp_record_program *p = name ? stamp_runs_find(r, name) : &r->total;
            v[k] = p ? stamp_runs_figure(r, p, i) : (double)NAN;
            any = any || isfinite(v[k]);
        }
        if (!any) continue;
        stamp_text_add(t, "  %-38s", stamp_runs_figures[i].what);
        values(t, runs, v, stamp_runs_figures[i].kind);
    }
}

/* ---- A program ---------------------------------------------------------------------------------------- */

/* One of the numbers of a line. */
static void number(struct stamp_text *t, int width, double v, enum stamp_runs_kind kind)
{
    char text[CELL];

    cell(text, v, kind);
    stamp_text_add(t, " %*s", width, text);
}

static void part_line(struct stamp_text *t, const struct stamp_record *r,
                      const struct stamp_record_program *p, const struct stamp_record_piece *i)
{
    struct stamp_roof roof;
    struct stamp_roof_point at = {.attained = (double)NAN};
    char bound[60];

    if (stamp_roof_of(r, &roof)) stamp_roof_point(&roof, i, &at);
    stamp_text_add(t, "  %-12s", i->name);
    number(t, 6, stamp_runs_real(i->times), STAMP_RUNS_COUNT);
    number(t, 12, stamp_runs_real(i->cycles), STAMP_RUNS_COUNT);
    number(t, 9, stamp_runs_real(i->cycles) / stamp_runs_real(p->all.cycles), STAMP_RUNS_SHARE);
    number(t, 9, stamp_record_use(r, i), STAMP_RUNS_SHARE);
    number(t, 14, stamp_runs_real(i->products), STAMP_RUNS_COUNT);
    number(t, 12, stamp_runs_real(i->event[STAMP_EV_LOAD_BYTES]), STAMP_RUNS_COUNT);
    number(t, 12, stamp_runs_real(i->event[STAMP_EV_STORE_BYTES]), STAMP_RUNS_COUNT);
    number(t, 9, at.attained, STAMP_RUNS_SHARE);
    stamp_bound_text(i, bound, sizeof bound);
    stamp_text_add(t, "  %s\n", bound);
}

static void parts(struct stamp_text *t, const struct stamp_runs *runs, int k,
                  const struct stamp_record_program *p)
{
    if (!p->parts) return;
    stamp_text_add(t, "\n%c %s by part\n  %-12s %6s %12s %9s %9s %14s %12s %12s %9s  %s\n", 'A' + k,
                   p->name, "part", "times", "cycles", "of all", "use", "products", "loaded",
                   "stored", "of roof", "bound by");
    for (uint32_t i = 0; i < p->parts; i++) part_line(t, runs->run[k], p, &p->part[i]);
}

static void span(struct stamp_text *t, uint64_t least, uint64_t most, uint64_t all)
{
    const double each = all ? 100.0 / (double)all : 0;

    if (least == most)
        stamp_text_add(t, "%12" PRIu64 " %7.2f %%", most, each * (double)most);
    else
        stamp_text_add(t, "%12" PRIu64 " %7.2f %%  at most; at least %" PRIu64, most,
                       each * (double)most, least);
}

static void stalls(struct stamp_text *t, int k, const struct stamp_record_program *p)
{
    struct stamp_stalls s;
    char verdict[240];

    stamp_stalls_of(p, &s);
    stamp_stalls_verdict(&s, verdict, sizeof verdict);
    stamp_text_add(t, "\n%c %s, cycles by cause. %s\n", 'A' + k, p->name, verdict);
    for (int i = 0; i < s.rows; i++) {
        if (!s.row[i].most) continue;
        stamp_text_add(t, "  %*s%-*s ", 2 * s.row[i].depth, "", 58 - 2 * s.row[i].depth,
                       s.row[i].what);
        span(t, s.row[i].least, s.row[i].most, s.cycles);
        if (s.row[i].leaf)
            stamp_text_add(t, "  <-- %s",
                           s.bound == STAMP_BOUND_NONE ? "comes nearest" : "bounds it");
        if (s.row[i].parts[0]) stamp_text_add(t, "  ");
        stamp_runs_safe(t, s.row[i].parts);
        stamp_text_add(t, "\n");
    }
    for (int u = 0; u < STAMP_BOUND_UNITS && s.known; u++) {
        if (!u)
            stamp_text_add(t, "\n%c %s, slack: idle where it does not bound\n", 'A' + k, p->name);
        stamp_text_add(t, "  %-58s ", stamp_bound_name((enum stamp_bound)u));
        span(t, s.slack[u].idle, s.slack[u].idle, s.cycles);
        stamp_text_add(t, "\n    %-56s ", "of these its next instruction waits for a semaphore");
        span(t, s.slack[u].least, s.slack[u].most, s.cycles);
        stamp_text_add(t, "\n");
    }
}

static void roofline(struct stamp_text *t, const struct stamp_runs *runs, int k,
                     const struct stamp_record_program *p)
{
    struct stamp_roof roof;
    struct stamp_roof_point at;

    if (!stamp_roof_of(runs->run[k], &roof)) return;
    stamp_text_add(t,
                   "\n%c %s, roofline: %.0f products, %.4g bytes read and %.4g written a cycle\n"
                   "  %-12s %12s %12s %12s %14s %9s  %s\n",
                   'A' + k, p->name, roof.products, roof.read, roof.write, "part", "products/c",
                   "read/c", "written/c", "products/byte", "of roof", "roof");
    for (uint32_t i = 0; i <= p->parts; i++) {
        const struct stamp_record_piece *one = i < p->parts ? &p->part[i] : &p->all;
        stamp_roof_point(&roof, one, &at);
        if (!isfinite(at.attained)) continue;
        stamp_text_add(t, "  %-12s %12.2f %12.3f %12.3f %14.2f %7.2f %%  %s\n",
                       i < p->parts ? one->name : "all", at.rate, at.read, at.write, at.intensity,
                       100 * at.attained, stamp_roof_name(at.by));
    }
}

static void bytes(struct stamp_text *t, const struct stamp_runs *runs, const char *name)
{
    static const char *const way[] = {"read", "written"};
    double v[STAMP_RUNS_MAX];
    char what[64];

    stamp_text_add(t, "\n");
    head(t, runs, "bytes by level", 40);
    for (int i = 0; i < 2 * STAMP_LEVELS; i++) {
        struct stamp_traffic at[STAMP_LEVELS];
        bool any = false;
        for (int k = 0; k < runs->count; k++) {
            const struct stamp_record_program *p = stamp_runs_find(runs->run[k], name);
            v[k] = (double)NAN;
            if (!p) continue;
            stamp_traffic_of(runs->run[k], &p->all, at);
            v[k] = stamp_runs_real(i % 2 ? at[i / 2].write : at[i / 2].read);
            snprintf(what, sizeof what, "%s, %s%s", at[i / 2].level, way[i % 2],
                     i % 2 && at[i / 2].write_most ? " at most" : "");
            any = any || isfinite(v[k]);
        }
        if (!any) continue;
        stamp_text_add(t, "  %-38s", what);
        values(t, runs, v, STAMP_RUNS_COUNT);
    }
}

/* A line a stretch of time: what ran, how busy each unit was. */
static void timeline(struct stamp_text *t, int k, const struct stamp_record_program *p)
{
    struct stamp_runs_window w;
    uint64_t at = 0;

    if (!p->instances) return;
    stamp_text_add(t,
                   "\n%c %s over time%s; per cent of the cycles in which a unit is busy\n"
                   "  %12s %12s %5s %-10s %8s %8s %8s %8s %8s\n",
                   'A' + k, p->name,
                   p->runs.known && p->runs.n > 1 ? ", its runs laid on one another" : "", "from",
                   "cycles", "layer", "part", "array", "matrix", "vector", "load", "store");
    for (uint32_t i = 0; stamp_runs_window(p, STAMP_RUNS_ROWS, i, &w); i++) {
        const uint64_t c = w.sum.cycles.n;
        stamp_text_add(t, " ");
        number(t, 12, w.sum.cycles.known ? (double)at : (double)NAN, STAMP_RUNS_COUNT);
        number(t, 12, stamp_runs_real(w.sum.cycles), STAMP_RUNS_COUNT);
        number(t, 5, stamp_runs_real(w.sum.iteration), STAMP_RUNS_COUNT);
        stamp_text_add(t, " %-10s", w.sum.name);
        number(t, 8, stamp_runs_busy(&w.sum, STAMP_EV_MXU_ACTIVE), STAMP_RUNS_SHARE);
        for (int u = 0; u < STAMP_BOUND_UNITS; u++)
            number(t, 8, stamp_runs_busy(&w.sum, stamp_bound_busy((enum stamp_bound)u)),
                   STAMP_RUNS_SHARE);
        if (w.instances > 1) stamp_text_add(t, "  and %" PRIu32 " behind it", w.instances - 1);
        stamp_text_add(t, "\n");
        at += c;
    }
}

void stamp_runs_text(struct stamp_text *t, const struct stamp_runs *runs)
{
    const char *name;

    for (int k = 0; k < runs->count; k++) describe(t, runs, k);
    stamp_text_add(t, "\n");
    totals(t, runs, NULL);
    for (int i = 0; (name = stamp_runs_program(runs, i)); i++) {
        stamp_text_add(t, "\n");
        totals(t, runs, name);
        for (int k = 0; k < runs->count; k++) {
            const struct stamp_record_program *p = stamp_runs_find(runs->run[k], name);
            if (!p) continue;
            parts(t, runs, k, p);
            stalls(t, k, p);
            roofline(t, runs, k, p);
        }
        bytes(t, runs, name);
        for (int k = 0; k < runs->count; k++) {
            const struct stamp_record_program *p = stamp_runs_find(runs->run[k], name);
            if (p) timeline(t, k, p);
        }
    }
}
