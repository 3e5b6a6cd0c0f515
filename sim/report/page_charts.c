/* SPDX-License-Identifier: Apache-2.0 */
/* page_charts.c - roofline and timeline of the page, as SVG. Contract in page.h.
 * Across, all is in per cent of the width, so that a chart fits a phone and a desk and its letters keep their size. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/report/page.h"
#include "sim/report/roof.h"
#include "sim/report/stalls.h"

/* ---- Roofline ---------------------------------------------------------------------------------------- */

enum { HIGH = 250, FOOT = 40, LABELS = 64 };

/* Logarithmic axes: products a byte across, products a cycle upwards. */
struct axes {
    double x0, x1, y0, y1; /* log10 */
};

static double across(const struct axes *a, double x)
{
    return 100 * (log10(x) - a->x0) / (a->x1 - a->x0);
}

static double down(const struct axes *a, double y)
{
    return HIGH * (a->y1 - log10(y)) / (a->y1 - a->y0);
}

static bool shown(const struct stamp_roof_point *at)
{
    return isfinite(at->intensity) && at->intensity > 0 && at->rate > 0;
}

/* Decades that hold the roof's corner and every point. */
static struct axes fit(const struct stamp_roof *roof, const struct stamp_record_program *p)
{
    const double corner = roof->products / fmax(roof->read, roof->write);
    double x0 = corner / 4, x1 = corner * 4, y0 = roof->products / 16;
    struct stamp_roof_point at;

    for (uint32_t i = 0; i < p->parts; i++) {
        stamp_roof_point(roof, &p->part[i], &at);
        if (!shown(&at)) continue;
        x0 = fmin(x0, at.intensity / 1.3);
        x1 = fmax(x1, at.intensity * 2);
        y0 = fmin(y0, at.rate / 1.5);
    }
    return (struct axes){log10(x0), log10(x1), log10(y0), log10(roof->products * 1.4)};
}

static void ticks(struct stamp_text *t, const struct axes *a)
{
    for (int e = (int)ceil(a->x0); e <= (int)floor(a->x1); e++) {
        const double x = across(a, pow(10, e));
        stamp_text_add(t,
                       "<line class=axis x1=\"%.2f%%\" x2=\"%.2f%%\" y1=0 y2=%d /><text class=mute "
                       "x=\"%.2f%%\" y=%d text-anchor=middle>%g</text>",
                       x, x, HIGH, x, HIGH + 15, pow(10, e));
    }
    for (int e = (int)ceil(a->y0); e <= (int)floor(a->y1); e++) {
        const double y = down(a, pow(10, e));
        stamp_text_add(t,
                       "<line class=axis x1=0 x2=\"100%%\" y1=%.1f y2=%.1f /><text class=mute x=2 "
                       "y=%.1f>%g</text>",
                       y, y, y - 3, pow(10, e));
    }
}

static void roof_line(struct stamp_text *t, const struct axes *a, const struct stamp_roof *roof,
                      double bytes, const char *what, bool peak)
{
    const double corner = roof->products / bytes, x0 = pow(10, a->x0), y0 = pow(10, a->y0);
    const double from = fmax(x0, y0 / bytes);

    stamp_text_add(t, "<line class=roof x1=\"%.2f%%\" y1=%.1f x2=\"%.2f%%\" y2=%.1f />",
                   across(a, from), down(a, from * bytes), across(a, corner),
                   down(a, roof->products));
    stamp_text_add(t, "<text x=\"%.2f%%\" y=%.1f text-anchor=end>%s&#8194;</text>",
                   across(a, sqrt(from * corner)), down(a, sqrt(from * corner) * bytes) - 4, what);
    if (!peak) return;
    stamp_text_add(t,
                   "<line class=roof x1=\"%.2f%%\" y1=%.1f x2=\"100%%\" y2=%.1f /><text "
                   "x=\"100%%\" y=%.1f text-anchor=end>%.0f products a cycle</text>",
                   across(a, corner), down(a, roof->products), down(a, roof->products),
                   down(a, roof->products) - 12, roof->products);
}

/* Dots with their parts' numbers; a number that would lie on another one moves down, on a line. */
static void dots(struct stamp_text *t, const struct axes *a, const struct stamp_roof *roof,
                 const struct stamp_record_program *p)
{
    double lx[LABELS], ly[LABELS];
    int labels = 0;
    struct stamp_roof_point at;

    for (uint32_t i = 0; i < p->parts && i < LABELS; i++) {
        stamp_roof_point(roof, &p->part[i], &at);
        if (!shown(&at)) continue;
        const double x = across(a, at.intensity), y = down(a, at.rate);
        double label = y;
        for (int k = 0; k < labels; k++)
            if (fabs(lx[k] - x) < 6 && fabs(ly[k] - label) < 13) {
                label = ly[k] + 14; /* more than the 13: it ends */
                k = -1;
            }
        lx[labels] = x;
        ly[labels++] = label;
        stamp_text_add(t,
                       "<svg x=\"%.2f%%\" y=%.1f overflow=visible><title>%s: %.4g products a byte, "
                       "%.4g a cycle, %.1f %% of its roof</title><line class=lead x1=0 y1=0 x2=10 "
                       "y2=%.1f /><circle class=dot r=5 /><text x=10 y=%.1f>%" PRIu32
                       "</text></svg>",
                       x, y, p->part[i].name, at.intensity, at.rate, 100 * at.attained, label - y,
                       label - y + 4, i + 1);
    }
}

/* What the numbers are. */
static void key(struct stamp_text *t, const struct stamp_roof *roof,
                const struct stamp_record_program *p)
{
    stamp_text_add(t, "<div class=scroll><table class=key><thead><tr><th scope=col>part</th><th "
                      "scope=col>products a cycle</th><th scope=col>bytes read</th><th scope=col>"
                      "written</th><th scope=col>of its roof</th></tr></thead><tbody>");
    for (uint32_t i = 0; i <= p->parts; i++) {
        const struct stamp_record_piece *one = i < p->parts ? &p->part[i] : &p->all;
        struct stamp_roof_point at;
        stamp_roof_point(roof, one, &at);
        stamp_text_add(t, "<tr><th scope=row>");
        if (i < p->parts)
            stamp_text_add(t, "<b>%" PRIu32 "</b> %s", i + 1, one->name);
        else
            stamp_text_add(t, "all");
        stamp_text_add(t, "</th>");
        stamp_page_cell(t, 0, 0, at.rate, STAMP_RUNS_REAL);
        stamp_page_cell(t, 0, 0, at.read, STAMP_RUNS_REAL);
        stamp_page_cell(t, 0, 0, at.write, STAMP_RUNS_REAL);
        stamp_text_add(t, "<td>");
        stamp_page_number(t, at.attained, STAMP_RUNS_SHARE);
        stamp_text_add(t, " <small class=mute>%s</small></td></tr>",
                       isfinite(at.attained) ? stamp_roof_name(at.by) : "");
    }
    stamp_text_add(t, "</tbody></table></div>");
}

void stamp_page_roofline(struct stamp_text *t, const struct stamp_runs *runs, int k,
                         const struct stamp_record_program *p)
{
    struct stamp_roof roof;

    stamp_page_figure(t, runs, k, p->name, NULL);
    if (!stamp_roof_of(runs->run[k], &roof) || !p->parts || !p->all.cycles.known) {
        stamp_text_add(t, "<p>Not known: no machine with a clock, or no parts.</p></figure>");
        return;
    }
    const struct axes a = fit(&roof, p);
    stamp_text_add(t,
                   "<svg class=chart height=%d role=img aria-label=\"Roofline of %s; its numbers "
                   "stand below\">",
                   HIGH + FOOT, p->name);
    ticks(t, &a);
    char what[60];
    snprintf(what, sizeof what, "%.4g bytes a cycle%s", roof.read,
             roof.read == roof.write ? "" : " read");
    roof_line(t, &a, &roof, roof.read, what, roof.read >= roof.write);
    snprintf(what, sizeof what, "%.4g written", roof.write);
    if (roof.read != roof.write) roof_line(t, &a, &roof, roof.write, what, roof.write > roof.read);
    dots(t, &a, &roof, p);
    stamp_text_add(t,
                   "<text class=mute x=\"50%%\" y=%d text-anchor=middle>products a byte of the "
                   "busier direction</text></svg>",
                   HIGH + 34);
    key(t, &roof, p);
    stamp_text_add(t, "</figure>");
}

/* ---- Timeline ---------------------------------------------------------------------------------------- */

enum { BAND = 22, LANE = 30, LANES = 1 + STAMP_BOUND_UNITS, GAP = 4 };

static enum stamp_event lane_event(int lane)
{
    return lane ? stamp_bound_busy((enum stamp_bound)(lane - 1)) : STAMP_EV_MXU_ACTIVE;
}

static const char *lane_name(int lane)
{
    static const char *const name[LANES] = {"array", "matrix", "vector", "load", "store"};
    return name[lane];
}

static int lane_foot(int lane)
{
    return BAND + (lane + 1) * (LANE + GAP);
}

/* A stretch: its name in the band, how busy each unit was by height. */
static void stretch(struct stamp_text *t, const struct stamp_runs_window *w, uint64_t from,
                    double all)
{
    const double wide = 100 * (double)w->sum.cycles.n / all;
    const char *small = wide >= 12  ? ""
                        : wide >= 4 ? " class=t1"
                        : wide >= 1 ? " class=t4"
                                    : " class=t16";

    stamp_text_add(t, "<svg x=\"%.4f%%\" width=\"%.4f%%\"><title>%s, layer %" PRIu64,
                   100 * (double)from / all, wide, w->sum.name, w->sum.iteration.n);
    if (w->instances > 1) stamp_text_add(t, " and %" PRIu32 " behind it", w->instances - 1);
    stamp_text_add(t, ": %" PRIu64 " cycles", w->sum.cycles.n);
    for (int i = 0; i < LANES; i++)
        stamp_text_add(t, ", %s %.0f %%", lane_name(i),
                       100 * stamp_runs_busy(&w->sum, lane_event(i)));
    stamp_text_add(t, "</title><rect class=w width=\"100%%\" height=%d />", BAND);
    if (wide >= 0.25) stamp_text_add(t, "<text x=3 y=15%s>%s</text>", small, w->sum.name);
    for (int i = 0; i < LANES; i++) {
        const double busy = fmin(1, stamp_runs_busy(&w->sum, lane_event(i))), high = LANE * busy;
        if (high >= 0.05)
            stamp_text_add(t, "<rect class=\"b k%d\" width=\"100%%\" y=%.1f height=%.1f />", i,
                           lane_foot(i) - high, high);
    }
    stamp_text_add(t, "</svg>");
}

static void zoom(struct stamp_text *t, const struct stamp_runs *runs, int k, const char *program)
{
    static const struct {
        const char *name, *label;
    } step[] = {{"z1", "whole"}, {"z4", "4 times as wide"}, {"z16", "16 times"}};

    (void)runs;
    for (int i = 0; i < 3; i++)
        stamp_text_add(t,
                       "<input class=\"zoom %s\" type=radio name=\"z%d%s\" id=\"%s%d%s\"%s><label "
                       "for=\"%s%d%s\">%s</label>",
                       step[i].name, k, program, step[i].name, k, program, i ? "" : " checked",
                       step[i].name, k, program, step[i].label);
}

static void lanes(struct stamp_text *t)
{
    const int height = lane_foot(LANES - 1) + 20;

    stamp_text_add(t, "<svg class=lanes width=\"100%%\" height=%d>", height);
    for (int i = 0; i < LANES; i++)
        stamp_text_add(t, "<text x=0 y=%d>%s</text>", lane_foot(i) - LANE / 3, lane_name(i));
    stamp_text_add(t, "<text class=mute x=0 y=%d>cycle</text></svg>", height - 5);
}

/* Lines under the lanes, cycles below them. */
static void ruler(struct stamp_text *t, double all)
{
    static const char *const anchor[] = {"start", "middle", "middle", "middle", "end"};

    for (int i = 0; i < LANES; i++)
        stamp_text_add(t, "<line class=axis x1=0 x2=\"100%%\" y1=%d y2=%d />", lane_foot(i),
                       lane_foot(i));
    for (int i = 0; i <= 4; i += 2)
        stamp_text_add(t, "<text class=mute x=\"%d%%\" y=%d text-anchor=%s>%.0f</text>", 25 * i,
                       lane_foot(LANES - 1) + 15, anchor[i], all * i / 4);
}

void stamp_page_timeline(struct stamp_text *t, const struct stamp_runs *runs, int k,
                         const struct stamp_record_program *p)
{
    const uint32_t rows = stamp_page_rows(runs);
    struct stamp_runs_window w;
    uint64_t from = 0, all = 0;
    bool clock = p->instances > 0;

    for (uint32_t i = 0; i < p->instances; i++) {
        clock = clock && p->instance[i].cycles.known;
        all += p->instance[i].cycles.n;
        for (int l = 0; l < LANES; l++) clock = clock && p->instance[i].event[lane_event(l)].known;
    }
    stamp_page_figure(t, runs, k, p->name,
                      p->runs.known && p->runs.n > 1 ? "its runs laid on one another, part by part"
                                                     : NULL);
    if (!clock || !all) {
        stamp_text_add(t, "<p>Not known: the device has no clock, or the program no parts.</p>"
                          "</figure>");
        return;
    }
    if (p->instances > rows)
        stamp_text_add(t, "<p class=mute>Neighbours are taken together; all are in the CSV.</p>");
    zoom(t, runs, k, p->name);
    stamp_text_add(t, "<div class=time>");
    lanes(t);
    stamp_text_add(t,
                   "<div class=scroll tabindex=0 role=group aria-label=\"Timeline of %s\"><svg "
                   "class=tl height=%d>",
                   p->name, lane_foot(LANES - 1) + 20);
    for (uint32_t i = 0; stamp_runs_window(p, rows, i, &w); i++) {
        stretch(t, &w, from, (double)all);
        from += w.sum.cycles.n;
    }
    ruler(t, (double)all);
    stamp_text_add(t, "</svg></div></div></figure>");
}
