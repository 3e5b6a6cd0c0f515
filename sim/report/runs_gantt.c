/* SPDX-License-Identifier: Apache-2.0 */
/* runs_gantt.c - records of runs as a chart of characters over time. Contract in runs.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/report/runs.h"
#include "sim/report/stalls.h"

enum { LABEL = 8, LETTERS = 52, COLUMNS = STAMP_GANTT_MOST, STEP = 10 };

/* What lies in one column of the chart, in cycles. */
struct column {
    double cycles, busy[STAMP_BOUND_UNITS], part[LETTERS + 1];
    uint64_t layer;
    bool any; /* the layer is that of its first cycles */
};

struct chart {
    const struct stamp_record_program *p;
    double wide; /* cycles of a column */
    int columns;
    struct column column[COLUMNS];
};

static const char order[STAMP_BOUND_UNITS] = {STAMP_BOUND_LOAD, STAMP_BOUND_STORE,
                                              STAMP_BOUND_VECTOR, STAMP_BOUND_MATRIX};
static const char *const unit_name[STAMP_BOUND_UNITS] = {"MXU", "VXU", "LDU", "STU"};

static char letter(int part)
{
    return (char)(part < 26 ? 'a' + part : part < LETTERS ? 'A' + part - 26 : '?');
}

/* Those behind the last letter share one. */
static int part_of(const struct stamp_record_program *p, const char *name)
{
    uint32_t i = 0;

    while (i < p->parts && i < LETTERS && strcmp(p->part[i].name, name) != 0) i++;
    return (int)(i < p->parts ? i : LETTERS);
}

/* An instance: its counts are spread evenly over its time. */
static void lay(struct chart *c, const struct stamp_record_piece *i, double from)
{
    const double cycles = (double)i->cycles.n, to = from + cycles;
    const int part = part_of(c->p, i->name);

    for (int k = (int)(from / c->wide); cycles > 0 && k < c->columns; k++) {
        struct column *at = &c->column[k];
        const double left = k * c->wide, right = left + c->wide;
        const double in = (to < right ? to : right) - (from > left ? from : left);
        if (in <= 0) break;
        if (!at->any) at->layer = i->iteration.known ? i->iteration.n : 0;
        at->any = true;
        at->cycles += in;
        at->part[part] += in;
        for (int u = 0; u < STAMP_BOUND_UNITS; u++)
            at->busy[u] += in * stamp_runs_busy(i, stamp_bound_busy((enum stamp_bound)u));
    }
}

static void label(struct stamp_text *t, const char *name)
{
    stamp_text_add(t, "%-*s|", LABEL - 1, name);
}

/* Cycles in at most four digits and a unit. */
static void number(char *text, size_t size, double v)
{
    if (v < 10e3)
        snprintf(text, size, "%.0f", v);
    else if (v < 1e6)
        snprintf(text, size, "%.*fk", v < 100e3 ? 1 : 0, v / 1e3);
    else
        snprintf(text, size, "%.*fM", v < 100e6 ? 1 : 0, v / 1e6);
}

static void scale(struct stamp_text *t, const struct chart *c)
{
    char tick[24];

    stamp_text_add(t, "%-*s", LABEL - 1, "cycle");
    for (int k = 0; k + STEP <= c->columns; k += STEP) {
        number(tick, sizeof tick, k * c->wide);
        stamp_text_add(t, "|%-*.*s", STEP - 1, STEP - 1, tick);
    }
    stamp_text_add(t, "\n");
}

static void unit_row(struct stamp_text *t, const struct chart *c, int unit)
{
    static const char mark[] = " .-=#";

    label(t, unit_name[unit]);
    for (int k = 0; k < c->columns; k++) {
        const struct column *at = &c->column[k];
        const double share = at->any ? at->busy[unit] / at->cycles : 0;
        stamp_text_add(t, "%c", mark[(int)(4 * share + 0.5)]);
    }
    stamp_text_add(t, "| %5.1f %%\n",
                   100 * stamp_runs_busy(&c->p->all, stamp_bound_busy((enum stamp_bound)unit)));
}

/* The unit that is busy for as much of a column as bounds a stretch. */
static void bound_row(struct stamp_text *t, const struct chart *c)
{
    label(t, "bound");
    for (int k = 0; k < c->columns; k++) {
        const struct column *at = &c->column[k];
        int most = 0;
        for (int u = 1; u < STAMP_BOUND_UNITS; u++)
            if (at->busy[u] > at->busy[most]) most = u;
        const bool bounds = 100 * at->busy[most] >= STAMP_BOUND_PERCENT * at->cycles;
        stamp_text_add(t, "%c", !at->any ? ' ' : bounds ? unit_name[most][0] : '-');
    }
    stamp_text_add(t, "|\n");
}

static void part_row(struct stamp_text *t, const struct chart *c)
{
    label(t, "part");
    for (int k = 0; k < c->columns; k++) {
        const struct column *at = &c->column[k];
        int most = 0;
        for (int i = 1; i <= LETTERS; i++)
            if (at->part[i] > at->part[most]) most = i;
        stamp_text_add(t, "%c", at->any ? letter(most) : ' ');
    }
    stamp_text_add(t, "|\n");
}

/* A number where a layer begins, if it has room; parts outside of layers are of layer 0. */
static void layer_row(struct stamp_text *t, const struct chart *c)
{
    label(t, "layer");
    for (int k = 0; k < c->columns;) {
        int end = k + 1;
        char text[24];
        const struct column *at = &c->column[k];
        while (end < c->columns && c->column[end].any == at->any &&
               c->column[end].layer == at->layer)
            end++;
        snprintf(text, sizeof text, "%" PRIu64, at->layer);
        if (!at->any) text[0] = 0;
        stamp_text_add(t, "%-*.*s", end - k, end - k > (int)strlen(text) ? end - k : 0, text);
        k = end;
    }
    stamp_text_add(t, "|\n");
}

static void parts(struct stamp_text *t, const struct stamp_record_program *p)
{
    stamp_text_add(t, "\n  %-24s %14s %8s  %6s %6s %6s %6s  %s\n", "part", "cycles", "share",
                   "LDU %", "STU %", "VXU %", "MXU %", "bound by");
    for (uint32_t i = 0; i < p->parts; i++) {
        const struct stamp_record_piece *q = &p->part[i];
        char why[64];
        stamp_bound_text(q, why, sizeof why);
        stamp_text_add(t, "  %c %-22s %14" PRIu64 " %6.1f %% ", letter((int)i), q->name,
                       q->cycles.n, 100 * (double)q->cycles.n / (double)p->all.cycles.n);
        for (int u = 0; u < STAMP_BOUND_UNITS; u++) {
            const double busy = stamp_runs_busy(q, stamp_bound_busy((enum stamp_bound)order[u]));
            if (q->cycles.n)
                stamp_text_add(t, " %6.1f", 100 * busy);
            else
                stamp_text_add(t, " %6s", "-");
        }
        stamp_text_add(t, "  %s\n", why);
    }
}

static bool has_layers(const struct stamp_record_program *p)
{
    for (uint32_t i = 0; i < p->instances; i++)
        if (p->instance[i].iteration.known && p->instance[i].iteration.n) return true;
    return false;
}

static void draw(struct stamp_text *t, struct chart *c)
{
    double at = 0;

    memset(c->column, 0, sizeof c->column);
    for (uint32_t i = 0; i < c->p->instances; i++) {
        lay(c, &c->p->instance[i], at);
        at += (double)c->p->instance[i].cycles.n;
    }
    scale(t, c);
    for (int u = 0; u < STAMP_BOUND_UNITS; u++) unit_row(t, c, order[u]);
    bound_row(t, c);
    part_row(t, c);
    if (has_layers(c->p)) layer_row(t, c);
    parts(t, c->p);
}

static void run_chart(struct stamp_text *t, const struct stamp_runs *runs, int k, const char *name,
                      double most, int columns)
{
    const struct stamp_record_program *p = stamp_runs_find(runs->run[k], name);
    struct chart c = {.p = p, .columns = columns - LABEL - 10};

    if (!p) return;
    stamp_text_add(t, "\n%c  ", 'A' + k);
    stamp_runs_safe(t, runs->file[k]);
    if (!p->all.cycles.known || !p->all.cycles.n || !p->instances) {
        stamp_text_add(t, ", %s: %s\n", name,
                       p->all.cycles.known ? "no parts to draw" : "a device without a clock");
        return;
    }
    c.wide = most / c.columns;
    stamp_text_add(t, ", %s: %" PRIu64 " cycles", name, p->all.cycles.n);
    if (k && runs->run[0]->programs) {
        const struct stamp_record_program *first = stamp_runs_find(runs->run[0], name);
        if (first && first->all.cycles.known && first->all.cycles.n)
            stamp_text_add(t, ", %+.2f %% against A",
                           100 * ((double)p->all.cycles.n / (double)first->all.cycles.n - 1));
    }
    if (p->runs.known && p->runs.n > 1)
        stamp_text_add(t, ", %" PRIu64 " runs laid on one another", p->runs.n);
    stamp_text_add(t, "\n");
    draw(t, &c);
}

void stamp_runs_gantt(struct stamp_text *t, const struct stamp_runs *runs, int columns)
{
    const int wide = columns < STAMP_GANTT_LEAST  ? STAMP_GANTT_LEAST
                     : columns > STAMP_GANTT_MOST ? STAMP_GANTT_MOST
                                                  : columns;
    const char *name;

    for (int i = 0; (name = stamp_runs_program(runs, i)); i++) {
        double most = 1;
        for (int k = 0; k < runs->count; k++) {
            const struct stamp_record_program *p = stamp_runs_find(runs->run[k], name);
            if (p && p->all.cycles.known && (double)p->all.cycles.n > most)
                most = (double)p->all.cycles.n;
        }
        for (int k = 0; k < runs->count; k++) run_chart(t, runs, k, name, most, wide);
    }
    stamp_text_add(
        t,
        "\nbusy part of a column: # from 7/8, = 5/8, - 3/8, . 1/8; at the right, of all "
        "cycles\nbound: L load, S store, V vector, M matrix unit busy for %d %% of it; "
        "- none alone\npart: letter of the one with the most cycles; layer: parts outside the "
        "layers "
        "have 0\nWithin an instance of a part counts are spread evenly; --trace shows every "
        "instruction\n",
        STAMP_BOUND_PERCENT);
}
