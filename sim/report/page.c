/* SPDX-License-Identifier: Apache-2.0 */
/* page.c - text, numbers and bars of the page. Contract in page.h. */
#include "sim/report/page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS = 40 };

void stamp_page_text(struct stamp_text *t, const char *s)
{
    for (; *s; s++) switch (*s) {
        case '<': stamp_text_add(t, "&lt;"); break;
        case '>': stamp_text_add(t, "&gt;"); break;
        case '&': stamp_text_add(t, "&amp;"); break;
        case '"': stamp_text_add(t, "&quot;"); break;
        case '\'': stamp_text_add(t, "&#39;"); break;
        default: stamp_text_add(t, "%c", (unsigned char)*s < ' ' || *s == 127 ? ' ' : *s);
        }
}

/* Groups of three, a narrow space between them. */
static void grouped(struct stamp_text *t, double v)
{
    char digits[DIGITS];
    const int len = snprintf(digits, sizeof digits, "%.0f", fabs(v));

    if (v < 0) stamp_text_add(t, "\u2212");
    for (int i = 0; i < len && i < DIGITS - 1; i++)
        stamp_text_add(t, i && (len - i) % 3 == 0 ? "\u202f%c" : "%c", digits[i]);
}

void stamp_page_number(struct stamp_text *t, double v, enum stamp_runs_kind kind)
{
    if (!isfinite(v)) {
        stamp_text_add(t, "<span class=nk>not known</span>");
        return;
    }
    stamp_text_add(t, "<data value=\"%.17g\">", v);
    if (kind == STAMP_RUNS_COUNT)
        grouped(t, v);
    else if (kind == STAMP_RUNS_SHARE)
        stamp_text_add(t, "%.2f\u202f%%", 100 * v);
    else
        stamp_text_add(t, "%.4g", v);
    stamp_text_add(t, "</data>");
}

void stamp_page_change(struct stamp_text *t, double first, double v, enum stamp_runs_kind kind)
{
    const char *sign = v > first ? "+" : "\u2212";

    if (!isfinite(first) || !isfinite(v)) return;
    stamp_text_add(t, "<small class=d>");
    if (v == first)
        stamp_text_add(t, "= A");
    else if (kind == STAMP_RUNS_SHARE)
        stamp_text_add(t, "%s%.2f points", sign, 100 * fabs(v - first));
    else if (first == 0)
        stamp_text_add(t, "A has 0");
    else
        stamp_text_add(t, "%s%.2f\u202f%%", sign, 100 * fabs(v / first - 1));
    stamp_text_add(t, "</small>");
}

void stamp_page_value(struct stamp_text *t, int k, double first, double v,
                      enum stamp_runs_kind kind)
{
    stamp_page_number(t, v, kind);
    if (k) stamp_page_change(t, first, v, kind);
}

void stamp_page_cell(struct stamp_text *t, int k, double first, double v, enum stamp_runs_kind kind)
{
    stamp_text_add(t, "<td>");
    stamp_page_value(t, k, first, v, kind);
    stamp_text_add(t, "</td>");
}

static double within(double share)
{
    return !(share > 0) ? 0 : share > 1 ? 1 : share;
}

void stamp_page_bar(struct stamp_text *t, double least, double most)
{
    const double from = 100 * within(least), to = 100 * within(most);

    stamp_text_add(t, "<span class=bar>");
    if (from > 0) stamp_text_add(t, "<i style=\"width:%.4g%%\"></i>", from);
    if (to > from)
        stamp_text_add(t, "<i class=up style=\"left:%.4g%%;width:%.4g%%\"></i>", from, to - from);
    stamp_text_add(t, "</span>");
}

void stamp_page_figure(struct stamp_text *t, const struct stamp_runs *runs, int k,
                       const char *program, const char *more)
{
    stamp_text_add(t, "<figure><figcaption>");
    if (runs->count > 1) stamp_text_add(t, "<b class=run>%c</b> ", 'A' + k);
    stamp_page_text(t, program);
    if (more) stamp_text_add(t, " <small>%s</small>", more);
    stamp_text_add(t, "</figcaption>");
}

uint32_t stamp_page_rows(const struct stamp_runs *runs)
{
    uint32_t programs = 1, rows;

    for (int k = 0; k < runs->count; k++) programs += runs->run[k]->programs;
    rows = STAMP_RUNS_ROWS / programs * 2;
    return rows < 8 ? 8 : rows;
}
