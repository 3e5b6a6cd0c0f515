/* SPDX-License-Identifier: Apache-2.0 */
/* args_report.c - --report, and what commands put into the record of a run. Contract in args_report.h. */
#include "sim/cli/args_report.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "sim/cli/files.h"
#include "sim/cli/replay.h"
#include "sim/cli/say.h"
#include "sim/cli/version.h"

enum { KEY_REPORT = STAMP_KEY_REPORT, KEY_ENERGY, LINE = 4096, NAMES = 400 };

static const struct argp_option options[] = {
    {.name = "report",
     .key = KEY_REPORT,
     .arg = "RUN.json",
     .doc =
         "write the record of the run, which stamp report makes a page, tables and differences of"},
    {.name = "energy",
     .key = KEY_ENERGY,
     .arg = "LIBRARY",
     .doc = "energy by unit and class of work, at costs measured of the gates of this library's "
            "cells"},
    {.name = NULL},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct stamp_args_report *a = state->input;

    if (key == KEY_ENERGY) {
        a->library = arg;
        return 0;
    }
    if (key != KEY_REPORT) return ARGP_ERR_UNKNOWN;
    if (!*arg) return stamp_args_bad("--report: needs the name of a file");
    a->file = arg;
    return 0;
}

const struct argp stamp_argp_report = {.options = options, .parser = parse};

enum stamp_status stamp_report_check(const struct stamp_args_report *a, const char *const *inputs,
                                     struct stamp_err *e)
{
    return stamp_check_output(a->file, inputs, e);
}

enum stamp_status stamp_report_open(struct stamp_args_report *a, const struct stamp_device *on,
                                    const struct stamp_mach *mach, bool *phases,
                                    struct stamp_err *e)
{
    char names[NAMES];

    *phases = a->phases || (a->file && (on->can & STAMP_CAN_PROGRAMS));
    if (!a->library) return STAMP_OK;
    if (!stamp_energy_find(a->library, mach, &a->costs)) {
        stamp_energy_names(names, sizeof names);
        return stamp_fail(e, STAMP_ERANGE, "--energy %s: no costs for machine %s; there are %s",
                          a->library, mach->name, names);
    }
    a->energy = stamp_alloc(1, sizeof *a->energy);
    if (!a->energy) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    *a->energy = stamp_energy_of(&a->costs);
    return STAMP_OK;
}

error_t stamp_report_needs(struct stamp_args_report *a, const struct stamp_device *on,
                           const struct stamp_mach *mach, bool *phases)
{
    struct stamp_err e;

    if (a->library && stamp_args_device_needs("--energy", on, STAMP_CAN_PROGRAMS)) return EINVAL;
    return stamp_report_open(a, on, mach, phases, &e) ? stamp_args_bad("%s", e.text) : 0;
}

void stamp_report_energy(const struct stamp_args_report *a, struct cJSON *object,
                         const struct stamp_image *image, const struct stamp_run_options *o,
                         const uint32_t *arg, const struct stamp_run_result *r)
{
    const struct stamp_entry *entry = stamp_image_entry(image, o->entry);
    const bool timed = o->on->can & STAMP_CAN_TIMED;
    uint64_t expect = 0;
    enum stamp_status s = STAMP_OK;
    struct stamp_err e;

    if (!a->energy) return;
    if (!timed) s = stamp_run_expect(image, entry, arg, o, &expect, &e);
    if (!s)
        s = stamp_energy_run(a->energy, image, entry, arg, r, expect, timed,
                             o->has_dram ? &o->dram : NULL, &e);
    if (!s)
        stamp_report_energy_sum(a, object);
    else if (object)
        cJSON_AddNullToObject(object, "energy");
    else
        printf("energy        not known: %s\n", e.text);
}

void stamp_report_energy_sum(const struct stamp_args_report *a, struct cJSON *object)
{
    struct stamp_text text = {0};

    if (!a->energy) return;
    if (object) {
        stamp_put_energy(object, a->energy);
        return;
    }
    stamp_text_energy(&text, a->energy);
    stamp_say_text(&text);
}

void stamp_report_begin(struct stamp_args_report *a, const char *command, const char *subject,
                        const struct stamp_device *on, const struct stamp_args_machine *machine,
                        const struct stamp_mach *mach)
{
    char line[LINE];

    if (!a->file) return;
    a->record = stamp_record_new();
    if (!a->record) {
        a->failed = true;
        return;
    }
    stamp_replay_text(NULL, machine->run.seed, line, sizeof line);
    a->record->version = STAMP_VERSION;
    a->record->command = command;
    a->record->command_line = stamp_arena_text(a->record->arena, line, strlen(line));
    a->record->subject = subject;
    if (on->can & STAMP_CAN_PROGRAMS) stamp_record_machine(a->record, mach);
    a->failed = !stamp_record_device(a->record, on, &machine->run) || !a->record->command_line;
}

void stamp_report_settings(struct stamp_args_report *a, const char *scheme, const char *network)
{
    if (!a->record) return;
    a->record->scheme = scheme;
    a->record->network = network;
}

void stamp_report_run(struct stamp_args_report *a, const char *entry,
                      const struct stamp_image *image, const struct stamp_run_result *result)
{
    if (!a->record || a->failed) return;
    struct stamp_record_program *p =
        stamp_record_add(a->record, entry, image, result, a->record->timed);
    if (p) p->runs = stamp_known(1);
    if (p && !a->record->checked) p->checked = p->mismatches = (struct stamp_known){.known = false};
    a->failed = !p;
}

void stamp_report_net(struct stamp_args_report *a, const char *name,
                      const struct stamp_net_report *r)
{
    const struct stamp_netrun_phase *n = r->phase;

    if (!a->record || a->failed || !(r->on->can & STAMP_CAN_PROGRAMS) || !n->runs) return;
    struct stamp_record_program *p =
        stamp_record_add(a->record, name, stamp_netrun_image(r->run), &n->sum, a->record->timed);
    a->failed = !p;
    if (!p) return;
    p->tokens = stamp_known(n->tokens);
    p->runs = stamp_known(n->runs);
    p->expected = stamp_known(n->expected);
    p->compared = stamp_known(n->compared);
    if (!a->record->checked) p->checked = (struct stamp_known){.known = false};
    if (!a->record->checked && !n->compared) p->mismatches = (struct stamp_known){.known = false};
}

void stamp_report_figure(struct stamp_args_report *a, const char *key, const char *of, double value)
{
    if (a->record && !a->failed) a->failed = !stamp_record_figure(a->record, key, of, value);
}

/* What --energy summed, into the record. */
static void energy_figures(struct stamp_args_report *a)
{
    const struct stamp_energy *s = a->energy;
    char name[80];

    if (!s || s->cycles == 0) return;
    stamp_report_figure(a, "energy_j", "total", s->total_j);
    stamp_report_figure(a, "pj_per_mac", s->of->name, 1e12 * s->total_j / s->macs);
    for (uint32_t i = 0; i < s->units; i++) {
        snprintf(name, sizeof name, "unit %s", s->unit[i]);
        stamp_report_figure(a, "energy_j", name, s->unit_j[i]);
    }
    for (int i = 0; i < STAMP_CLASSES; i++) {
        snprintf(name, sizeof name, "class %s", stamp_class_name((enum stamp_class)i));
        if (s->class_j[i] > 0) stamp_report_figure(a, "energy_j", name, s->class_j[i]);
    }
}

enum stamp_status stamp_report_end(struct stamp_args_report *a, struct stamp_err *e)
{
    if (!a->file) return STAMP_OK;
    energy_figures(a);
    if (a->failed || !a->record || !stamp_record_finish(a->record))
        return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory for the record of the run", a->file);
    return stamp_record_write(a->record, a->file, e);
}

bool stamp_report_has(enum stamp_status s)
{
    return !s || s == STAMP_EMISMATCH;
}

enum stamp_status stamp_report_both(enum stamp_status s, const struct stamp_err *w,
                                    struct stamp_err *e)
{
    if (!w->status) return s;
    if (s)
        stamp_say_fail(w);
    else
        *e = *w;
    return s ? s : w->status;
}

void stamp_report_free(struct stamp_args_report *a)
{
    stamp_record_free(a->record);
    stamp_free(a->energy);
    a->record = NULL;
    a->energy = NULL;
}
