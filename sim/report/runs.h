/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file runs.h
 * Records of runs side by side: as text, as CSV, as a page. Differences are to the first.
 *
 * The page is one file that fetches nothing and runs no script: tables and SVG, made here. Its size is bounded: where all
 * programs of all runs have more than STAMP_RUNS_ROWS instances, neighbours are taken together, and it says so.
 */
#ifndef STAMP_REPORT_RUNS_H
#define STAMP_REPORT_RUNS_H

#include "model/text.h"
#include "sim/report/run_json.h"

struct cJSON;

enum { STAMP_RUNS_MAX = 8, STAMP_RUNS_ROWS = 480, STAMP_GANTT_LEAST = 40, STAMP_GANTT_MOST = 400 };

struct stamp_runs {
    const struct stamp_record *run[STAMP_RUNS_MAX];
    const char *file[STAMP_RUNS_MAX];
    int count;
};

/** Totals, parts, stalls, slack, roofline, bytes by level, timeline, for people. */
void stamp_runs_text(struct stamp_text *t, const struct stamp_runs *runs);

/**
 * A chart of characters over time, programs of one name to one scale: a row a unit, what bounds each column, parts and
 * layers, a table of the parts.
 * @param columns  of the terminal
 */
void stamp_runs_gantt(struct stamp_text *t, const struct stamp_runs *runs, int columns);

/**
 * A row each of totals, programs, parts and instances, and of every row of the trees of stalls; the first line
 * names the columns. What is not known is empty. Differences to the first run in columns of their own.
 */
void stamp_runs_csv(struct stamp_text *t, const struct stamp_runs *runs);

/** What bounds each program and its causes, as members of @p object. */
void stamp_runs_json(struct cJSON *object, const struct stamp_runs *runs);

/** The page. */
void stamp_runs_html(struct stamp_text *t, const struct stamp_runs *runs);

/* ---- What the three share ---------------------------------------------------------------------------- */

/** A figure of a program or a run: doubles hold its counts to 2^53. */
enum stamp_runs_kind { STAMP_RUNS_COUNT, STAMP_RUNS_REAL, STAMP_RUNS_SHARE };
struct stamp_runs_figure {
    const char *key, *what;
    enum stamp_runs_kind kind;
};
enum { STAMP_RUNS_FIGURES = 14 };
extern const struct stamp_runs_figure stamp_runs_figures[STAMP_RUNS_FIGURES];

/** Figure @p i; NaN: not known. */
double stamp_runs_figure(const struct stamp_record *r, const struct stamp_record_program *p, int i);

/** Texts of a file: what a terminal would obey becomes '?'. */
void stamp_runs_safe(struct stamp_text *t, const char *s);

/** As a double; NaN: not known. */
double stamp_runs_real(struct stamp_known v);

/** Name of program @p i over all runs, in the order in which they come; NULL behind the last. */
const char *stamp_runs_program(const struct stamp_runs *runs, int i);

/** The program of that name, or NULL. */
const struct stamp_record_program *stamp_runs_find(const struct stamp_record *r, const char *name);

/** The part of that name, or NULL; of a program that is not there too. */
const struct stamp_record_piece *stamp_runs_part(const struct stamp_record_program *p,
                                                 const char *name);

/** What a figure of accuracy is in words. */
const char *stamp_runs_accuracy(const char *key);

/** Stretch @p i of at most @p rows that stand for all instances: neighbours are added up, name and layer are
 *  those of the first. False behind the last. */
struct stamp_runs_window {
    struct stamp_record_piece sum;
    uint32_t instances;
};
bool stamp_runs_window(const struct stamp_record_program *p, uint32_t rows, uint32_t i,
                       struct stamp_runs_window *out);

/** Part of the cycles in which @p e was counted, 0 to 1; NaN: not known. */
double stamp_runs_busy(const struct stamp_record_piece *p, enum stamp_event e);

#endif
