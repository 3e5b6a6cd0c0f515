/* SPDX-License-Identifier: Apache-2.0 */
/* page_energy.c - energy of runs by what was counted. Contract in page.h. */
#include <math.h>
#include <string.h>

#include "sim/report/page.h"

static const struct stamp_record_figure *energy_of(const struct stamp_record *r, const char *of)
{
    for (uint32_t i = 0; i < r->figures; i++)
        if (!strcmp(r->figure[i].key, "energy_j") && r->figure[i].of &&
            !strcmp(r->figure[i].of, of))
            return &r->figure[i];
    return NULL;
}

bool stamp_page_has_energy(const struct stamp_runs *runs)
{
    for (int k = 0; k < runs->count; k++)
        if (energy_of(runs->run[k], "total")) return true;
    return false;
}

/* A row of the table: joules of each run. */
static void row(struct stamp_text *t, const struct stamp_runs *runs, const char *of)
{
    double v[STAMP_RUNS_MAX];

    stamp_text_add(t, "<tr><th scope=row>");
    stamp_page_text(t, of);
    stamp_text_add(t, "</th>");
    for (int k = 0; k < runs->count; k++) {
        const struct stamp_record_figure *f = energy_of(runs->run[k], of);
        v[k] = f ? f->value : (double)NAN;
        stamp_page_cell(t, k, v[0], v[k], STAMP_RUNS_REAL);
    }
    stamp_text_add(t, "</tr>");
}

/* Whether a run before run @p k has a row of that name. */
static bool was_told(const struct stamp_runs *runs, int k, const char *of)
{
    for (int i = 0; i < k; i++)
        if (energy_of(runs->run[i], of)) return true;
    return false;
}

void stamp_page_energy(struct stamp_text *t, const struct stamp_runs *runs)
{
    stamp_text_add(t,
                   "<div class=scroll><table data-energy=1><thead><tr><th scope=col>joules</th>");
    for (int k = 0; k < runs->count; k++) stamp_text_add(t, "<th scope=col>%c</th>", 'A' + k);
    stamp_text_add(t, "</tr></thead><tbody>");
    for (int k = 0; k < runs->count; k++)
        for (uint32_t i = 0; i < runs->run[k]->figures; i++) {
            const struct stamp_record_figure *f = &runs->run[k]->figure[i];
            if (strcmp(f->key, "energy_j") || !f->of || was_told(runs, k, f->of)) continue;
            row(t, runs, f->of);
        }
    stamp_text_add(t, "</tbody></table></div>");
}
