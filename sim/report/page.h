/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file page.h
 * Pieces of the page of a report, shared by runs_html.c, page.c, page_tables.c, page_charts.c and page_style.c only.
 *
 * A number stands in <data value="...">, all its digits in value, so that it can be read back from the page.
 */
#ifndef STAMP_REPORT_PAGE_H
#define STAMP_REPORT_PAGE_H

#include "sim/report/runs.h"

/** The style of the page, for screens of 390 px and up, light and dark, and paper; in pieces, NULL behind the last. */
extern const char *const stamp_page_style[];

/** Text of a file: what HTML or an attribute would take for its own is escaped. */
void stamp_page_text(struct stamp_text *t, const char *s);

/** A number with its value; "not known" for a NaN. */
void stamp_page_number(struct stamp_text *t, double v, enum stamp_runs_kind kind);

/** How far @p v is from @p first, in small letters; nothing where one is not known. */
void stamp_page_change(struct stamp_text *t, double first, double v, enum stamp_runs_kind kind);

/** The number and, where @p k is not the first run, its difference to @p first. */
void stamp_page_value(struct stamp_text *t, int k, double first, double v,
                      enum stamp_runs_kind kind);

/** The same as a cell of a table. */
void stamp_page_cell(struct stamp_text *t, int k, double first, double v,
                     enum stamp_runs_kind kind);

/** A bar of least to most of 1: plain to the first, hatched from there to the second. */
void stamp_page_bar(struct stamp_text *t, double least, double most);

/** <figure> and its caption, "A prefill"; with one run the letter is left out. Closed by "</figure>". */
void stamp_page_figure(struct stamp_text *t, const struct stamp_runs *runs, int k,
                       const char *program, const char *more);

/** What run @p k has that not all have: scheme, memory, machine and the like, for its tile. */
void stamp_page_differs(struct stamp_text *t, const struct stamp_runs *runs, int k);

/** Stretches of time that a program may show on the page. */
uint32_t stamp_page_rows(const struct stamp_runs *runs);

/* Tables: of the runs, totals, parts, layers, stalls with slack, bytes, events. */
void stamp_page_runs(struct stamp_text *t, const struct stamp_runs *runs);
void stamp_page_columns(struct stamp_text *t,
                        const struct stamp_record *r); /**< totals of one run */
void stamp_page_totals(struct stamp_text *t, const struct stamp_runs *runs, const char *program);
void stamp_page_parts(struct stamp_text *t, const struct stamp_runs *runs, const char *program);
void stamp_page_layers(struct stamp_text *t, const struct stamp_runs *runs, const char *program);
void stamp_page_stalls(struct stamp_text *t, const struct stamp_runs *runs, const char *program);
void stamp_page_slack(struct stamp_text *t, const struct stamp_runs *runs, const char *program);
void stamp_page_bytes(struct stamp_text *t, const struct stamp_runs *runs, const char *program);
/** Energy by unit and class, where a run was given --energy. (page_energy.c) */
bool stamp_page_has_energy(const struct stamp_runs *runs);
void stamp_page_energy(struct stamp_text *t, const struct stamp_runs *runs);
void stamp_page_events(struct stamp_text *t, const struct stamp_runs *runs);

/* Charts of a program of run @p k. */
void stamp_page_roofline(struct stamp_text *t, const struct stamp_runs *runs, int k,
                         const struct stamp_record_program *p);
void stamp_page_timeline(struct stamp_text *t, const struct stamp_runs *runs, int k,
                         const struct stamp_record_program *p);

#endif
