/* SPDX-License-Identifier: Apache-2.0 */
/* page_causes.c - trees of stalls, slack, bytes by level and events on the page. Contract in page.h. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "sim/report/page.h"
#include "sim/report/roof.h"
#include "sim/report/stalls.h"

static void head(struct stamp_text *t, const struct stamp_runs *runs, const char *first)
{
    stamp_text_add(t, "<thead><tr><th scope=col>%s</th>", first);
    for (int k = 0; k < runs->count; k++)
        stamp_text_add(t,
                       runs->count > 1 ? "<th scope=col><b class=run>%c</b> cycles</th>"
                                       : "<th scope=col>cycles</th>",
                       'A' + k);
    stamp_text_add(t, "</tr></thead>");
}

/* Cycles, exact or a span, with their share and its bar. */
static void span(struct stamp_text *t, uint64_t least, uint64_t most, uint64_t all)
{
    const double each = all ? 1.0 / (double)all : 0;

    if (least != most) {
        stamp_page_number(t, (double)least, STAMP_RUNS_COUNT);
        stamp_text_add(t, " to ");
    }
    stamp_page_number(t, (double)most, STAMP_RUNS_COUNT);
    if (least != most)
        stamp_text_add(t, " <small class=p>%.1f to %.1f\u202f%%</small>",
                       100 * each * (double)least, 100 * each * (double)most);
    else
        stamp_text_add(t, " <small class=p>%.1f\u202f%%</small>", 100 * each * (double)most);
    stamp_page_bar(t, each * (double)least, each * (double)most);
}

static void unknown(struct stamp_text *t)
{
    stamp_text_add(t, "<td><span class=nk>not known</span></td>");
}

static void tree_row(struct stamp_text *t, const struct stamp_runs *runs,
                     const struct stamp_stalls *s, int i)
{
    const struct stamp_stall *named = NULL;
    bool leaf = false;

    for (int k = 0; k < runs->count; k++) {
        if (i < s[k].rows && (!named || s[k].row[i].most)) named = &s[k].row[i];
        leaf = leaf || (i < s[k].rows && s[k].row[i].leaf);
    }
    stamp_text_add(t, "<tr data-key=%s class=\"%s%s\"><th scope=row class=d%d>%s</th>", named->key,
                   named->depth ? "" : "root", leaf ? "leaf" : "", named->depth, named->what);
    for (int k = 0; k < runs->count; k++) {
        const struct stamp_stall *at = &s[k].row[i];
        if (!s[k].known) {
            unknown(t);
            continue;
        }
        stamp_text_add(t, "<td>");
        span(t, at->least, at->most, s[k].cycles);
        if (at->leaf)
            stamp_text_add(t, "<span class=mark>\u25c4 %s</span> ",
                           s[k].bound == STAMP_BOUND_NONE ? "comes nearest" : "bounds it");
        if (at->parts[0]) stamp_text_add(t, "<small class=mute>%s</small>", at->parts);
        stamp_text_add(t, "</td>");
    }
    stamp_text_add(t, "</tr>");
}

/* The trees of a program of all runs; of a run without it an empty one. False: of none it is known. */
static bool trees(const struct stamp_runs *runs, const char *program,
                  struct stamp_stalls s[STAMP_RUNS_MAX], int *rows)
{
    const struct stamp_record_program none = {.name = program};

    *rows = 0;
    for (int k = 0; k < runs->count; k++) {
        const struct stamp_record_program *p = stamp_runs_find(runs->run[k], program);
        stamp_stalls_of(p ? p : &none, &s[k]);
        if (s[k].rows > *rows) *rows = s[k].rows;
    }
    return *rows > 0;
}

void stamp_page_stalls(struct stamp_text *t, const struct stamp_runs *runs, const char *program)
{
    struct stamp_stalls s[STAMP_RUNS_MAX];
    int rows;

    stamp_text_add(t, "<figure><figcaption>%s</figcaption>", program);
    if (!trees(runs, program, s, &rows)) {
        stamp_text_add(t, "<p>Not known: the device has no clock.</p></figure>");
        return;
    }
    for (int k = 0; k < runs->count; k++) {
        char verdict[240];
        stamp_stalls_verdict(&s[k], verdict, sizeof verdict);
        stamp_text_add(t, "<p>");
        if (runs->count > 1) stamp_text_add(t, "<b class=run>%c</b> ", 'A' + k);
        stamp_text_add(t, "%s</p>", verdict);
    }
    stamp_text_add(t, "<div class=scroll><table class=tree data-stalls=\"%s\">", program);
    head(t, runs, "cause");
    stamp_text_add(t, "<tbody>");
    for (int i = 0; i < rows; i++) {
        uint64_t most = 0;
        for (int k = 0; k < runs->count; k++) most += s[k].row[i].most;
        if (most) tree_row(t, runs, s, i);
    }
    stamp_text_add(t, "</tbody></table></div></figure>");
}

void stamp_page_slack(struct stamp_text *t, const struct stamp_runs *runs, const char *program)
{
    struct stamp_stalls s[STAMP_RUNS_MAX];
    int rows;

    if (!trees(runs, program, s, &rows)) return;
    stamp_text_add(t,
                   "<figure><figcaption>%s</figcaption><div class=scroll><table class=tree "
                   "data-slack=\"%s\">",
                   program, program);
    head(t, runs, "idle where it does not bound");
    stamp_text_add(t, "<tbody>");
    for (int u = 0; u < STAMP_BOUND_UNITS; u++)
        for (int row = 0; row < 2; row++) {
            stamp_text_add(t, "<tr><th scope=row class=d%d>%s</th>", row,
                           row ? "its next instruction waits for a semaphore"
                               : stamp_bound_name((enum stamp_bound)u));
            for (int k = 0; k < runs->count; k++) {
                if (!s[k].known) {
                    unknown(t);
                    continue;
                }
                stamp_text_add(t, "<td>");
                span(t, row ? s[k].slack[u].least : s[k].slack[u].idle,
                     row ? s[k].slack[u].most : s[k].slack[u].idle, s[k].cycles);
                stamp_text_add(t, "</td>");
            }
            stamp_text_add(t, "</tr>");
        }
    stamp_text_add(t, "</tbody></table></div></figure>");
}

/* ---- Bytes and events -------------------------------------------------------------------------------- */

void stamp_page_bytes(struct stamp_text *t, const struct stamp_runs *runs, const char *program)
{
    struct stamp_traffic at[STAMP_RUNS_MAX][STAMP_LEVELS];
    const struct stamp_record_piece none = {.name = NULL};

    for (int k = 0; k < runs->count; k++) {
        const struct stamp_record_program *p = stamp_runs_find(runs->run[k], program);
        stamp_traffic_of(runs->run[k], p ? &p->all : &none, at[k]);
    }
    stamp_text_add(t,
                   "<figure><figcaption>%s</figcaption><div class=scroll><table data-bytes=\"%s\">"
                   "<thead><tr><th scope=col>level</th>",
                   program, program);
    for (int k = 0; k < runs->count; k++) {
        char run[48] = "";
        if (runs->count > 1) snprintf(run, sizeof run, "<b class=run>%c</b> ", 'A' + k);
        stamp_text_add(t, "<th scope=col>%sread</th><th scope=col>%swritten</th>", run, run);
    }
    stamp_text_add(t, "</tr></thead><tbody>");
    for (int l = 0; l < STAMP_LEVELS; l++) {
        stamp_text_add(t, "<tr data-key=%s><th scope=row>%s <small class=mute>%s</small></th>",
                       at[0][l].key, at[0][l].level, at[0][l].what);
        for (int k = 0; k < runs->count; k++) {
            stamp_page_cell(t, k, stamp_runs_real(at[0][l].read), stamp_runs_real(at[k][l].read),
                            STAMP_RUNS_COUNT);
            if (l == 1) { /* code is only read */
                stamp_text_add(t, "<td></td>");
                continue;
            }
            stamp_text_add(t, "<td>");
            if (at[k][l].write_most && at[k][l].write.known)
                stamp_text_add(t, "<small class=mute>at most</small> ");
            stamp_page_value(t, k, stamp_runs_real(at[0][l].write), stamp_runs_real(at[k][l].write),
                             STAMP_RUNS_COUNT);
            stamp_text_add(t, "</td>");
        }
        stamp_text_add(t, "</tr>");
    }
    stamp_text_add(t, "</tbody></table></div></figure>");
}

void stamp_page_events(struct stamp_text *t, const struct stamp_runs *runs)
{
    stamp_text_add(t, "<div class=scroll><table data-events=1>");
    head(t, runs, "event");
    stamp_text_add(t, "<tbody>");
    for (int e = 0; e < STAMP_EVENTS; e++) {
        stamp_text_add(t, "<tr data-key=%s><th scope=row>%s <small class=mute>%s</small></th>",
                       stamp_record_event((enum stamp_event)e),
                       stamp_event_name((enum stamp_event)e),
                       stamp_event_meaning((enum stamp_event)e));
        for (int k = 0; k < runs->count; k++)
            stamp_page_cell(t, k, stamp_runs_real(runs->run[0]->total.all.event[e]),
                            stamp_runs_real(runs->run[k]->total.all.event[e]), STAMP_RUNS_COUNT);
        stamp_text_add(t, "</tr>");
    }
    stamp_text_add(t, "</tbody></table></div>");
}
