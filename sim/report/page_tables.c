/* SPDX-License-Identifier: Apache-2.0 */
/* page_tables.c - tables of the page. Contract in page.h. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/report/page.h"
#include "sim/report/roof.h"
#include "sim/report/stalls.h"

/* Heads of columns: a first one, then a run each. */
static void head(struct stamp_text *t, const struct stamp_runs *runs, const char *first)
{
    stamp_text_add(t, "<thead><tr><th scope=col>%s</th>", first);
    for (int k = 0; k < runs->count; k++)
        stamp_text_add(t,
                       runs->count > 1 ? "<th scope=col><b class=run>%c</b></th>"
                                       : "<th scope=col>run</th>",
                       'A' + k);
    stamp_text_add(t, "</tr></thead>");
}

/* ---- The runs ---------------------------------------------------------------------------------------- */

enum { WORDS = 12, TEXT = 600 };

static const char *const asked[WORDS] = {"file",   "command line", "subject", "device",
                                         "scheme", "network",      "machine", "parameters",
                                         "memory", "accuracy",     "stamp",   "lock-step"};

static void word(const struct stamp_runs *runs, int k, int i, char out[TEXT])
{
    const struct stamp_record *r = runs->run[k];
    const char *const plain[WORDS] = {runs->file[k], r->command_line,
                                      r->subject,    r->device_is,
                                      r->scheme,     r->network,
                                      r->machine,    NULL,
                                      NULL,          NULL,
                                      r->version,    NULL};
    size_t len = 0;

    snprintf(out, TEXT, "%s", plain[i] ? plain[i] : "");
    if (i == 7 && r->machine)
        for (int p = 0; p < STAMP_PARAMS && len < TEXT; p++)
            len += (size_t)snprintf(out + len, TEXT - len, "%s%s %" PRIu32, p ? ", " : "",
                                    stamp_param_name((enum stamp_param)p), r->param[p]);
    if (i == 8 && r->has_memory)
        snprintf(out, TEXT,
                 "%s%slatency %" PRIu32 " cycles to read, %" PRIu32
                 " to write; port busy with data at most %.4g of the cycles to read, %.4g to "
                 "write; random stalls %.3g; "
                 "seed %s",
                 r->has_dram ? r->dram.name : "",
                 r->has_dram ? ", about as a plain memory of " : "", r->read_latency,
                 r->write_latency, r->read_rate / 256.0, r->write_rate / 256.0, r->stall / 256.0,
                 r->seed);
    for (uint32_t f = 0; i == 9 && f < r->figures && len < TEXT; f++) {
        const struct stamp_record_figure *of = &r->figure[f];
        char value[32] = "not known";
        if (!strcmp(of->key, "energy_j")) continue; /* a section of its own */
        if (isfinite(of->value)) snprintf(value, sizeof value, "%.6g", of->value);
        len += (size_t)snprintf(out + len, TEXT - len, "%s%s %s%s%s", len ? "; " : "",
                                stamp_runs_accuracy(of->key), value, of->of ? " of " : "",
                                of->of ? of->of : "");
    }
    if (i == 11) snprintf(out, TEXT, r->checked ? "with the C machine" : "none");
}

/* Whether `item` of `len` letters is one of those that commas and semicolons part in `text`. */
static bool one_of(const char *text, const char *item, size_t len)
{
    while (*text) {
        const size_t n = strcspn(text, ",;");
        if (n == len && !memcmp(text, item, n)) return true;
        text += n;
        text += strspn(text, ",; ");
    }
    return false;
}

/* What a run alone says of question i, or not all others do. */
static void own_items(struct stamp_text *t, const struct stamp_runs *runs, int k, int i)
{
    char text[TEXT], other[TEXT], item[TEXT];
    int items = 0;

    word(runs, k, i, text);
    for (const char *at = text; *at;) {
        const size_t n = strcspn(at, ",;");
        bool all = true;
        for (int o = 0; o < runs->count && all; o++) {
            word(runs, o, i, other);
            all = one_of(other, at, n);
        }
        snprintf(item, sizeof item, "%.*s", (int)n, at);
        if (!all) stamp_text_add(t, "%s", items++ ? ", " : "");
        if (!all) stamp_page_text(t, item);
        at += n;
        at += strspn(at, ",; ");
    }
    if (!items) stamp_text_add(t, "%s", *text ? "nothing the others have not" : "none");
}

void stamp_page_differs(struct stamp_text *t, const struct stamp_runs *runs, int k)
{
    enum { SUBJECT = 2, MEMORY = 8 };
    char first[TEXT], other[TEXT];

    for (int i = SUBJECT; i <= MEMORY; i++) {
        bool same = true;
        word(runs, 0, i, first);
        for (int o = 1; o < runs->count && same; o++) {
            word(runs, o, i, other);
            same = !strcmp(first, other);
        }
        if (same) continue;
        stamp_text_add(t, "<p class=own><b>%s</b>: ", asked[i]);
        own_items(t, runs, k, i);
        stamp_text_add(t, "</p>");
    }
}

void stamp_page_runs(struct stamp_text *t, const struct stamp_runs *runs)
{
    stamp_text_add(t, "<table class=words>");
    if (runs->count > 1) head(t, runs, "");
    stamp_text_add(t, "<tbody>");
    for (int i = 0; i < WORDS; i++) {
        char text[TEXT], first[TEXT];
        word(runs, 0, i, first);
        stamp_text_add(t, "<tr><th scope=row>%s</th>", asked[i]);
        for (int k = 0; k < runs->count; k++) {
            word(runs, k, i, text);
            stamp_text_add(t, "<td>");
            if (k && *text && !strcmp(text, first))
                stamp_text_add(t, "<span class=mute>as A</span>");
            else if (*text)
                stamp_page_text(t, text);
            else
                stamp_text_add(t, "<span class=nk>none</span>");
            stamp_text_add(t, "</td>");
        }
        stamp_text_add(t, "</tr>");
    }
    stamp_text_add(t, "</tbody></table>");
}

/* Figures that no run knows, in a line below the table instead of rows of it. */
static void unknown(struct stamp_text *t, const bool not_known[STAMP_RUNS_FIGURES])
{
    int n = 0;

    for (int i = 0; i < STAMP_RUNS_FIGURES; i++)
        if (not_known[i])
            stamp_text_add(t, "%s%s", n++ ? " " : "<p class=mute data-unknown=\"",
                           stamp_runs_figures[i].key);
    if (!n) return;
    stamp_text_add(t, "\">Not known: ");
    for (int i = 0; i < STAMP_RUNS_FIGURES; i++)
        if (not_known[i])
            stamp_text_add(t, "%s%s", stamp_runs_figures[i].what, --n ? ", " : ".</p>");
}

void stamp_page_totals(struct stamp_text *t, const struct stamp_runs *runs, const char *program)
{
    bool not_known[STAMP_RUNS_FIGURES];

    stamp_text_add(t, "<div class=scroll><table class=totals data-totals=\"%s\">",
                   program ? program : "");
    head(t, runs, program ? program : "all programs");
    stamp_text_add(t, "<tbody>");
    for (int i = 0; i < STAMP_RUNS_FIGURES; i++) {
        double v[STAMP_RUNS_MAX];
        not_known[i] = true;
        for (int k = 0; k < runs->count; k++) {
            const struct stamp_record *r = runs->run[k];
            const struct stamp_record_program *p =
                program ? stamp_runs_find(r, program) : &r->total;
            v[k] = p ? stamp_runs_figure(r, p, i) : (double)NAN;
            if (isfinite(v[k])) not_known[i] = false;
        }
        if (not_known[i]) continue;
        stamp_text_add(t, "<tr data-key=%s><th scope=row>%s</th>", stamp_runs_figures[i].key,
                       stamp_runs_figures[i].what);
        for (int k = 0; k < runs->count; k++)
            stamp_page_cell(t, k, v[0], v[k], stamp_runs_figures[i].kind);
        stamp_text_add(t, "</tr>");
    }
    stamp_text_add(t, "</tbody></table>");
    unknown(t, not_known);
    stamp_text_add(t, "</div>");
}

void stamp_page_columns(struct stamp_text *t, const struct stamp_record *r)
{
    bool not_known[STAMP_RUNS_FIGURES];

    stamp_text_add(t, "<div class=scroll><table class=totals data-columns=1><thead><tr><th "
                      "scope=col>figure</th><th scope=col>all</th>");
    for (uint32_t p = 0; p < r->programs; p++)
        stamp_text_add(t, "<th scope=col>%s</th>", r->program[p].name);
    stamp_text_add(t, "</tr></thead><tbody>");
    for (int i = 0; i < STAMP_RUNS_FIGURES; i++) {
        const enum stamp_runs_kind kind = stamp_runs_figures[i].kind;
        not_known[i] = !isfinite(stamp_runs_figure(r, &r->total, i));
        for (uint32_t p = 0; p < r->programs; p++)
            not_known[i] = not_known[i] && !isfinite(stamp_runs_figure(r, &r->program[p], i));
        if (not_known[i]) continue;
        stamp_text_add(t, "<tr data-key=%s><th scope=row>%s</th>", stamp_runs_figures[i].key,
                       stamp_runs_figures[i].what);
        stamp_page_cell(t, 0, 0, stamp_runs_figure(r, &r->total, i), kind);
        for (uint32_t p = 0; p < r->programs; p++)
            stamp_page_cell(t, 0, 0, stamp_runs_figure(r, &r->program[p], i), kind);
        stamp_text_add(t, "</tr>");
    }
    stamp_text_add(t, "</tbody></table>");
    unknown(t, not_known);
    stamp_text_add(t, "</div>");
}

/* ---- Parts and layers -------------------------------------------------------------------------------- */

static void part_row(struct stamp_text *t, const struct stamp_runs *runs, int k,
                     const struct stamp_record_program *p, const struct stamp_record_piece *i)
{
    const struct stamp_record_piece *a =
        stamp_runs_part(stamp_runs_find(runs->run[0], p->name), i->name);
    const double cycles = stamp_runs_real(i->cycles), all = stamp_runs_real(p->all.cycles),
                 none = (double)NAN;
    struct stamp_roof roof;
    struct stamp_roof_point at = {.attained = none};
    char bound[60];

    if (stamp_roof_of(runs->run[k], &roof)) stamp_roof_point(&roof, i, &at);
    stamp_text_add(t, "<tr><th scope=row>");
    stamp_page_text(t, i->name);
    stamp_text_add(t, "</th>");
    stamp_page_cell(t, k, a ? stamp_runs_real(a->cycles) : none, cycles, STAMP_RUNS_COUNT);
    stamp_text_add(t, "<td>");
    stamp_page_number(t, cycles / all, STAMP_RUNS_SHARE);
    stamp_page_bar(t, cycles / all, cycles / all);
    stamp_text_add(t, "</td><td>");
    stamp_page_number(t, stamp_record_use(runs->run[k], i), STAMP_RUNS_SHARE);
    stamp_text_add(t, "</td><td>");
    stamp_page_number(t, at.attained, STAMP_RUNS_SHARE);
    stamp_page_bar(t, at.attained, at.attained);
    stamp_bound_text(i, bound, sizeof bound);
    stamp_text_add(t, "</td><td class=w>%s</td>", bound);
    stamp_page_cell(t, k, a ? stamp_runs_real(a->products) : none, stamp_runs_real(i->products),
                    STAMP_RUNS_COUNT);
    for (int e = 0; e < 2; e++) {
        const enum stamp_event ev = e ? STAMP_EV_STORE_BYTES : STAMP_EV_LOAD_BYTES;
        stamp_page_cell(t, k, a ? stamp_runs_real(a->event[ev]) : none,
                        stamp_runs_real(i->event[ev]), STAMP_RUNS_COUNT);
    }
    stamp_page_cell(t, 0, none, stamp_runs_real(i->times), STAMP_RUNS_COUNT);
    stamp_text_add(t, "</tr>");
}

void stamp_page_parts(struct stamp_text *t, const struct stamp_runs *runs, const char *program)
{
    for (int k = 0; k < runs->count; k++) {
        const struct stamp_record_program *p = stamp_runs_find(runs->run[k], program);
        if (!p) continue;
        stamp_page_figure(t, runs, k, program, p->parts ? NULL : "has no parts");
        if (p->parts)
            stamp_text_add(t,
                           "<div class=scroll><table data-parts=\"%s\" data-run=%d><thead><tr><th "
                           "scope=col>part</th><th scope=col>cycles</th><th scope=col>of all</th>"
                           "<th scope=col>array use</th><th scope=col>of its roof</th><th "
                           "scope=col>bound by</th><th scope=col>products</th><th scope=col>loaded"
                           "</th><th scope=col>stored</th><th scope=col>times</th></tr></thead>"
                           "<tbody>",
                           program, k);
        for (uint32_t i = 0; i < p->parts; i++) part_row(t, runs, k, p, &p->part[i]);
        stamp_text_add(t, p->parts ? "</tbody></table></div></figure>" : "</figure>");
    }
}

/* Cycles of a part in a layer, added up over the phases of that name. */
static double of_layer(const struct stamp_record_program *p, const char *part, uint64_t layer)
{
    double sum = (double)NAN;

    for (uint32_t i = 0; p && i < p->instances; i++) {
        const struct stamp_record_piece *at = &p->instance[i];
        if (!at->cycles.known || at->iteration.n != layer || strcmp(at->name, part)) continue;
        sum = isnan(sum) ? (double)at->cycles.n : sum + (double)at->cycles.n;
    }
    return sum;
}

static void layer_rows(struct stamp_text *t, const struct stamp_runs *runs, int k,
                       const struct stamp_record_program *p, uint64_t layers)
{
    const struct stamp_record_program *a = stamp_runs_find(runs->run[0], p->name);

    for (uint64_t l = 0; l < layers; l++) {
        stamp_text_add(t, "<tr><th scope=row>%" PRIu64 "</th>", l);
        for (uint32_t i = 0; i < p->parts; i++) {
            const double v = of_layer(p, p->part[i].name, l);
            if (isfinite(v))
                stamp_page_cell(t, k, of_layer(a, p->part[i].name, l), v, STAMP_RUNS_COUNT);
            else
                stamp_text_add(t, "<td></td>");
        }
        stamp_text_add(t, "</tr>");
    }
}

void stamp_page_layers(struct stamp_text *t, const struct stamp_runs *runs, const char *program)
{
    for (int k = 0; k < runs->count; k++) {
        const struct stamp_record_program *p = stamp_runs_find(runs->run[k], program);
        const uint64_t most = stamp_page_rows(runs) / 2;
        uint64_t layers = 0;
        for (uint32_t i = 0; p && i < p->instances; i++)
            if (p->instance[i].cycles.known && p->instance[i].iteration.n >= layers)
                layers = p->instance[i].iteration.n + 1;
        if (!p) continue;
        stamp_page_figure(t, runs, k, program,
                          !layers         ? "cycles by layer are not known"
                          : layers > most ? "cycles, the first layers only: all are in the CSV"
                                          : "cycles");
        if (layers) {
            stamp_text_add(t,
                           "<div class=scroll><table data-layers=\"%s\" data-run=%d><thead><tr>"
                           "<th scope=col>layer</th>",
                           program, k);
            for (uint32_t i = 0; i < p->parts; i++)
                stamp_text_add(t, "<th scope=col>%s</th>", p->part[i].name);
            stamp_text_add(t, "</tr></thead><tbody>");
            layer_rows(t, runs, k, p, layers > most ? most : layers);
            stamp_text_add(t, "</tbody></table></div>");
        }
        stamp_text_add(t, "</figure>");
    }
}
