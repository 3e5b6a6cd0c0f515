/* SPDX-License-Identifier: Apache-2.0 */
/* runs_html.c - the page of a report, section by section. Contract in runs.h. */
#include <string.h>

#include "sim/report/page.h"
#include "sim/report/stalls.h"

typedef void section_fn(struct stamp_text *t, const struct stamp_runs *runs, const char *program);
typedef void chart_fn(struct stamp_text *t, const struct stamp_runs *runs, int k,
                      const struct stamp_record_program *p);

static void roofs(struct stamp_text *t, const struct stamp_runs *runs, const char *program);
static void times(struct stamp_text *t, const struct stamp_runs *runs, const char *program);

static const struct {
    const char *id, *title, *says;
    section_fn *each; /* of a program; NULL: of the whole */
} sections[] = {
    {"totals", "Totals",
     "Over all programs, then program by program. What is not known is no 0: the device does not "
     "count it.",
     NULL},
    {"stalls", "What bounds it",
     "Where the cycles went. A plain bar is what the counters prove; a hatched one goes up to what "
     "they leave possible, because units work at the same time and a counter does not say "
     "beside what. The second half sorts parts by the unit that is busiest in them; it bounds a "
     "part when it is busy at least 90 % of its time.",
     stamp_page_stalls},
    {"slack", "Slack",
     "Units that are idle where another one bounds: making these faster changes nothing.",
     stamp_page_slack},
    {"parts", "Parts",
     "Of the program, summed over layers and runs. Units overlap: late work counts where it "
     "happens.",
     stamp_page_parts},
    {"layers", "Layers", "Parts layer by layer.", stamp_page_layers},
    {"roofline", "Roofline",
     "Products a cycle against products a byte, on logarithmic scales; the line is what array and "
     "memory port allow. The vector unit is in no roofline: what it bounds lies far below. Late "
     "work counts where it happens, so a "
     "short part can pass its roof.",
     roofs},
    {"timeline", "Timeline",
     "How busy each unit is, stretch by stretch; full height: all the time.", times},
    {"bytes", "Bytes by level",
     "Lines counted times the bytes of a line. Tables, column data and quantizer state are not "
     "counted.",
     stamp_page_bytes},
    {"energy", "Energy",
     "By unit of the machine and by class of work, at costs measured of the gates of a library's "
     "cells; what they leave out stands with the totals of the command.",
     NULL},
    {"runs", "Runs", "What ran, where and how.", NULL},
    {"events", "All events", "Counters of the machine, over all programs.", NULL},
};
enum { SECTIONS = sizeof sections / sizeof sections[0] };
enum { TOTALS = 0, ENERGY = SECTIONS - 3, RUNS = SECTIONS - 2, EVENTS = SECTIONS - 1 };

static void charts(struct stamp_text *t, const struct stamp_runs *runs, const char *program,
                   chart_fn *chart)
{
    stamp_text_add(t, "<div class=%s>", runs->count > 1 ? "pair" : "one");
    for (int k = 0; k < runs->count; k++) {
        const struct stamp_record_program *p = stamp_runs_find(runs->run[k], program);
        if (p) chart(t, runs, k, p);
    }
    stamp_text_add(t, "</div>");
}

static void roofs(struct stamp_text *t, const struct stamp_runs *runs, const char *program)
{
    charts(t, runs, program, stamp_page_roofline);
}

static void times(struct stamp_text *t, const struct stamp_runs *runs, const char *program)
{
    charts(t, runs, program, stamp_page_timeline);
}

/* The last part of a path. */
static const char *last_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* The first glance: cycles, use, what bounds it. */
static void tiles(struct stamp_text *t, const struct stamp_runs *runs)
{
    stamp_text_add(t, "<div class=tiles>");
    for (int k = 0; k < runs->count; k++) {
        const struct stamp_record *r = runs->run[k];
        stamp_text_add(t, "<div class=tile>");
        if (runs->count > 1) stamp_text_add(t, "<span class=run>%c</span> ", 'A' + k);
        stamp_page_text(t, r->command);
        stamp_text_add(t, " on ");
        stamp_page_text(t, r->device_is);
        if (r->machine) stamp_text_add(t, ", machine ");
        if (r->machine) stamp_page_text(t, r->machine);
        stamp_text_add(t, "<p class=own>");
        stamp_page_text(t, last_of(runs->file[k]));
        stamp_text_add(t, "</p>");
        if (runs->count > 1) stamp_page_differs(t, runs, k);
        stamp_text_add(t, "<b>");
        stamp_page_number(t, stamp_runs_real(r->total.all.cycles), STAMP_RUNS_COUNT);
        stamp_text_add(t, " cycles</b>");
        if (k)
            stamp_page_change(t, stamp_runs_real(runs->run[0]->total.all.cycles),
                              stamp_runs_real(r->total.all.cycles), STAMP_RUNS_COUNT);
        stamp_text_add(t, "<p>Array used ");
        stamp_page_number(t, stamp_record_use(r, &r->total.all), STAMP_RUNS_SHARE);
        stamp_text_add(t, "; ");
        if (r->total.mismatches.known) {
            stamp_page_number(t, stamp_runs_real(r->total.mismatches), STAMP_RUNS_COUNT);
            stamp_text_add(t, " values differ.</p>");
        } else {
            stamp_text_add(t, "nothing was compared.</p>");
        }
        for (uint32_t i = 0; i < r->programs; i++) {
            struct stamp_stalls s;
            char verdict[240];
            stamp_stalls_of(&r->program[i], &s);
            stamp_stalls_verdict(&s, verdict, sizeof verdict);
            stamp_text_add(t, "<p><b>%s</b>: %s</p>", r->program[i].name, verdict);
        }
        stamp_text_add(t, "</div>");
    }
    stamp_text_add(t, "</div>");
}

static void whole(struct stamp_text *t, const struct stamp_runs *runs, int i)
{
    const char *name;

    if (i == ENERGY) stamp_page_energy(t, runs);
    if (i == RUNS) stamp_page_runs(t, runs);
    if (i == TOTALS && runs->count == 1) stamp_page_columns(t, runs->run[0]);
    if (i == TOTALS && runs->count > 1) {
        stamp_text_add(t, "<div class=pair>");
        stamp_page_totals(t, runs, NULL);
        const bool one = !stamp_runs_program(runs, 0) || !stamp_runs_program(runs, 1);
        for (int k = 0; !one && (name = stamp_runs_program(runs, k)); k++)
            stamp_page_totals(t, runs, name);
        stamp_text_add(t, "</div>");
    }
    if (i == EVENTS) {
        stamp_text_add(t, "<details><summary>Show the counters</summary>");
        stamp_page_events(t, runs);
        stamp_text_add(t, "</details>");
    }
}

/* Energy where it was asked for. */
static bool is_shown(const struct stamp_runs *runs, int i)
{
    return i != ENERGY || stamp_page_has_energy(runs);
}

void stamp_runs_html(struct stamp_text *t, const struct stamp_runs *runs)
{
    const char *name;

    stamp_text_add(t, "<!doctype html>\n<!-- SPDX-License-Identifier: Apache-2.0; written by stamp "
                      "report; fetches nothing, runs no script -->\n<html lang=en><head><meta "
                      "charset=utf-8><meta name=viewport content=\"width=device-width,"
                      "initial-scale=1\"><meta http-equiv=Content-Security-Policy "
                      "content=\"default-src 'none';style-src 'unsafe-inline'\"><title>");
    stamp_page_text(t, last_of(runs->run[0]->subject));
    stamp_text_add(t, " - stamp report</title><style>");
    for (const char *const *s = stamp_page_style; *s; s++) stamp_text_add(t, "%s", *s);
    stamp_text_add(t, "</style></head><body><header><h1>");
    stamp_page_text(t, last_of(runs->run[0]->subject));
    stamp_text_add(t, "</h1>");
    if (runs->count > 1)
        stamp_text_add(t, "<p class=mute>%d runs side by side; differences are to A.</p>",
                       runs->count);
    stamp_text_add(t, "<nav aria-label=Sections>");
    for (int i = 0; i < SECTIONS; i++)
        if (is_shown(runs, i))
            stamp_text_add(t, "<a href=\"#%s\">%s</a>", sections[i].id, sections[i].title);
    stamp_text_add(t, "</nav></header><main>");
    tiles(t, runs);
    for (int i = 0; i < SECTIONS; i++) {
        if (!is_shown(runs, i)) continue;
        stamp_text_add(t, "\n<section id=%s><h2>%s</h2><p class=mute>%s</p>", sections[i].id,
                       sections[i].title, sections[i].says);
        whole(t, runs, i);
        if (sections[i].each && !stamp_runs_program(runs, 0))
            stamp_text_add(t, "<p>No program ran: nothing is known of this.</p>");
        for (int k = 0; sections[i].each && (name = stamp_runs_program(runs, k)); k++)
            sections[i].each(t, runs, name);
        stamp_text_add(t, "</section>");
    }
    stamp_text_add(t, "</main></body></html>\n");
}
