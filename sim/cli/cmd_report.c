/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_report.c - stamp report: records of runs as text, as CSV, as a page. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sim/cli/args.h"
#include "sim/cli/commands.h"
#include "sim/cli/files.h"
#include "sim/cli/progress.h"
#include "sim/cli/say.h"
#include "model/mem.h"
#include "sim/report/json_out.h"
#include "sim/report/runs.h"

enum { KEY_HTML = STAMP_KEY_COMMAND, KEY_CSV, KEY_GANTT };
enum { COLUMNS = 80 /* where nobody says how wide */ };

struct report_args {
    struct stamp_args_common common;
    const char *file[STAMP_RUNS_MAX + 1]; /* NULL behind the last */
    int files;
    const char *html, *csv;
    bool gantt;
};

static const struct argp_option options[] = {
    {.name = "html",
     .key = KEY_HTML,
     .arg = "X.html",
     .group = 10,
     .doc = "write a page: one file that fetches nothing and runs no script"},
    {.name = "csv", .key = KEY_CSV, .arg = "X.csv", .doc = "write a table of all rows"},
    {.name = "gantt",
     .key = KEY_GANTT,
     .doc = "a chart of characters over time, as wide as the terminal or COLUMNS, in place of the "
            "tables"},
    {.name = NULL},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct report_args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &a->common; return 0;
    case KEY_HTML: a->html = arg; return 0;
    case KEY_CSV: a->csv = arg; return 0;
    case KEY_GANTT: a->gantt = true; return 0;
    case ARGP_KEY_ARG:
        if (a->files == STAMP_RUNS_MAX) return stamp_args_bad("more than %d runs", STAMP_RUNS_MAX);
        a->file[a->files++] = arg;
        return 0;
    case ARGP_KEY_END:
        if (!a->files) return stamp_args_bad("needs the record of a run, RUN.json of --report");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{.argp = &stamp_argp_common}, {.argp = NULL}};
static const struct argp argp = {
    .options = options,
    .parser = parse,
    .children = children,
    .args_doc = "RUN.json...",
    .doc = "What runs counted, from the records that --report of run, eval, generate, classify and "
           "paint writes: totals, parts, layers, what bounds them, slack, roofline, timeline and "
           "bytes by level. Several runs stand side by side, with differences to the first.\v"
           "Text goes to standard output unless --html or --csv name a file. What is not known is "
           "no 0: it is a dash, an empty cell or null."};

typedef void form_fn(struct stamp_text *t, const struct stamp_runs *runs);

static enum stamp_status write_form(const char *path, form_fn *form, const struct stamp_runs *runs,
                                    struct stamp_err *e)
{
    struct stamp_text text = {0};
    enum stamp_status s = STAMP_OK;

    if (!path) return STAMP_OK;
    form(&text, runs);
    if (text.failed) s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", path);
    if (!s) s = stamp_save_text(path, &text, e);
    stamp_free(text.s);
    return s;
}

static enum stamp_status work(const struct report_args *a, struct stamp_record **record,
                              struct stamp_runs *runs, struct stamp_err *e)
{
    enum stamp_status s = stamp_check_output(a->html, a->file, e);

    if (!s) s = stamp_check_output(a->csv, a->file, e);
    for (int i = 0; i < a->files && !s; i++) {
        s = stamp_record_read(a->file[i], &record[i], e);
        if (s) break;
        runs->run[i] = record[i];
        runs->file[i] = a->file[i];
        runs->count++;
    }
    if (!s) s = write_form(a->html, stamp_runs_html, runs, e);
    if (!s) s = write_form(a->csv, stamp_runs_csv, runs, e);
    return s;
}

/* COLUMNS goes before what the terminal says. */
static int columns(void)
{
    const char *said = getenv("COLUMNS");
    const long n = said ? strtol(said, NULL, 10) : 0;
    struct winsize w;

    if (n > 0) return n < STAMP_GANTT_MOST ? (int)n : STAMP_GANTT_MOST;
    return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) && w.ws_col ? w.ws_col : COLUMNS;
}

static void print(const struct report_args *a, const struct stamp_runs *runs)
{
    struct stamp_text text = {0};

    if (a->common.json) {
        struct cJSON *o = stamp_json_root();
        stamp_runs_json(o, runs);
        stamp_say_json(o);
        return;
    }
    if (a->html || a->csv) return; /* one of them may be standard output */
    if (a->gantt)
        stamp_runs_gantt(&text, runs, columns());
    else
        stamp_runs_text(&text, runs);
    stamp_say_text(&text);
}

int stamp_cmd_report(int argc, char **argv)
{
    struct report_args a = {.html = NULL};
    struct stamp_record *record[STAMP_RUNS_MAX] = {NULL};
    struct stamp_runs runs = {.count = 0};
    struct stamp_err e = {0};

    stamp_args_parse(&argp, "report", argc, argv, &a);
    stamp_progress_init(a.common.progress);
    const enum stamp_status s = work(&a, record, &runs, &e);
    if (!s) print(&a, &runs);
    for (int i = 0; i < a.files; i++) stamp_record_free(record[i]);
    return s ? stamp_say_fail(&e) : STAMP_EXIT_OK;
}
