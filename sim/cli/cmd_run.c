/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_run.c - stamp run: a program file on a machine. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compiler/asm/lex.h"
#include "compiler/prove/verify.h"
#include "sim/cli/args_report.h"
#include "sim/cli/binding.h"
#include "sim/cli/buffers.h"
#include "sim/cli/commands.h"
#include "sim/cli/files.h"
#include "sim/cli/progress.h"
#include "sim/cli/replay.h"
#include "sim/cli/say.h"
#include "sim/cli/shapes.h"
#include "sim/report/counters.h"
#include "sim/report/explain.h"
#include "sim/report/json_out.h"
#include "sim/report/phases.h"
#include "sim/report/work.h"
#include "sim/run/surroundings.h"

enum {
    KEY_INPUT = STAMP_KEY_COMMAND,
    KEY_OUTPUT,
    KEY_ENTRY,
    KEY_ARG,
    KEY_NO_VERIFY,
    KEY_PHASES,
    KEY_NO_VALUES,
    KEY_REFERENCE
};
struct run_args {
    struct stamp_args_common common;
    struct stamp_args_machine machine;
    struct stamp_args_shapes shapes;
    const char *program[1];
    struct stamp_bindings in, out;
    struct stamp_references ref;
    uint32_t arg[STAMP_ARGS];
    bool arg_set[STAMP_ARGS];
    bool no_verify;
    struct stamp_args_report report;
};

static const struct argp_option options[] = {
    {.name = "input",
     .key = KEY_INPUT,
     .arg = "NAME=X.npy",
     .group = 10,
     .doc = "fill an input buffer; every one of the program's must be given. A RAW one takes the "
            "file's bytes as they are"},
    {.name = "output",
     .key = KEY_OUTPUT,
     .arg = "NAME=Y.npy",
     .doc = "write an output buffer, .npy; of a RAW one its bytes as they are"},
    {.name = "reference",
     .key = KEY_REFERENCE,
     .arg = "NAME=Y.npy",
     .doc = "SQNR of an output buffer against these values"},
    {.name = "entry",
     .key = KEY_ENTRY,
     .arg = "NAME",
     .doc = "run this of the file's programs instead of the first"},
    {.name = "arg",
     .key = KEY_ARG,
     .arg = "N=VALUE",
     .doc = "argument register N, 0 to 3, instead of the file's value"},
    {.name = "no-verify",
     .key = KEY_NO_VERIFY,
     .doc = "run a program the verifier refuses; the machine then stops on its own errors"},
    {.name = "phases",
     .key = KEY_PHASES,
     .doc = "cycles, bytes and use of the array by part of the program and layer"},
    {.name = "no-values",
     .key = KEY_NO_VALUES,
     .doc = "on cycle: count alone, no results; inputs may be left out, and are zeros (indices of "
            "rows to be "
            "gathered, too)"},
    {.name = NULL},
};

/* N=VALUE */
static error_t parse_arg(const char *arg, struct run_args *a)
{
    const unsigned n = (unsigned)(unsigned char)arg[0] - '0';
    uint64_t value;

    if (n >= STAMP_ARGS || arg[1] != '=' || !stamp_lex_parse(arg + 2, &value) || value >> 32)
        return stamp_args_bad("--arg %s: must be N=VALUE, N 0 to 3, VALUE below 2^32", arg);
    if (a->arg_set[n]) return stamp_args_bad("--arg %u: given twice", n);
    a->arg[n] = (uint32_t)value;
    a->arg_set[n] = true;
    return 0;
}

static error_t check_no_values(struct run_args *a)
{
    if (!(a->machine.run.on->can & STAMP_CAN_UNVALUED))
        return stamp_args_device_needs("--no-values, a config.json", a->machine.run.on,
                                       STAMP_CAN_UNVALUED);
    if (a->out.count || a->ref.list.count)
        return stamp_args_bad("--no-values: then there is no --output and no --reference");
    return stamp_args_machine_check(&a->machine);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct run_args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->machine;
        state->child_inputs[1] = &a->common;
        state->child_inputs[2] = &a->shapes;
        state->child_inputs[3] = &a->report;
        return 0;
    case KEY_INPUT: return stamp_bindings_add(&a->in, "--input", arg);
    case KEY_OUTPUT: return stamp_bindings_add(&a->out, "--output", arg);
    case KEY_REFERENCE: return stamp_bindings_add(&a->ref.list, "--reference", arg);
    case KEY_ENTRY: a->machine.run.entry = arg; return 0;
    case KEY_ARG: return parse_arg(arg, a);
    case KEY_NO_VERIFY: a->no_verify = true; return 0;
    case KEY_PHASES: a->report.phases = true; return 0;
    case KEY_NO_VALUES: a->machine.run.no_values = true; return 0;
    case ARGP_KEY_ARG: return stamp_args_take(state, arg, a->program, 1);
    case ARGP_KEY_END:
        if (!a->program[0]) return stamp_args_bad("needs a program, P.stamp");
        if (!a->machine.on_set) return stamp_args_bad("needs --on DEVICE, see stamp devices");
        if (stamp_args_shapes_check(&a->shapes, a->program[0])) return EINVAL;
        if (stamp_shapes_is(a->program[0])) a->machine.run.no_values = true;
        if (a->machine.run.no_values) return check_no_values(a);
        if ((a->out.count || a->ref.list.count) &&
            stamp_args_device_needs("--output, --reference", a->machine.run.on, STAMP_CAN_VALUES))
            return EINVAL;
        return stamp_args_machine_check(&a->machine);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{.argp = &stamp_argp_machine},
                                             {.argp = &stamp_argp_common},
                                             {.argp = &stamp_argp_shapes},
                                             {.argp = &stamp_argp_report},
                                             {.argp = NULL}};
static const struct argp argp = {
    .options = options,
    .parser = parse,
    .children = children,
    .args_doc = "P.stamp --on DEVICE\nCONFIG.json --tokens S [--position P] --on cycle",
    .doc =
        "Run a program. It is verified first: ranges, order, nothing read before it is "
        "written.\v"
        "cycles: start to done, RTL only. utilization: 4x4-bit products of the program's layers, "
        "attention included, / (P L T cycles). checked, mismatches: lock-step, words written and "
        "instructions "
        "retired. Exit is 1 when anything differs or the machine stops on an error."};

/* Names of the command line that are no buffers of that role; buffers that have no file. */
static enum stamp_status check_names(const struct run_args *a, const struct stamp_image *m,
                                     struct stamp_err *e)
{
    enum stamp_status s = stamp_bindings_check(&a->in, a->program[0], m, STAMP_INPUT, e);

    if (!s) s = stamp_bindings_check(&a->out, a->program[0], m, STAMP_OUTPUT, e);
    if (s) return s;
    for (uint32_t i = 0; i < m->buffers; i++)
        if (!a->machine.run.no_values && m->buffer[i].role == STAMP_INPUT &&
            !stamp_bindings_file(&a->in, m->buffer[i].name))
            return stamp_fail(
                e, STAMP_ERANGE,
                "input buffer '%s' (%" PRIu64 " x %" PRIu64 ") has no file: --input %s=X.npy",
                m->buffer[i].name, m->buffer[i].rows, m->buffer[i].cols, m->buffer[i].name);
    return STAMP_OK;
}

/* What is going to run: one entry, from these arguments. */
static enum stamp_status verify(const struct run_args *a, const struct stamp_image *m,
                                struct stamp_err *e)
{
    const struct stamp_entry *entry = stamp_image_entry(m, a->machine.run.entry);

    if (!entry) return stamp_fail(e, STAMP_ERANGE, "no entry '%s'", a->machine.run.entry);
    return stamp_verify_entry(m, entry, a->arg, NULL, e);
}

/* What cannot be opened may never have been made. */
static enum stamp_status read_program(const char *path, struct stamp_image **image,
                                      struct stamp_err *e)
{
    const enum stamp_status s = stamp_image_read(path, image, e);
    char why[sizeof e->text];

    if (s != STAMP_EIO) return s;
    memcpy(why, e->text, sizeof why);
    return stamp_fail(e, s, "%s; stamp compile ... -o P.stamp makes a program", why);
}

/* From its file; or from shapes, with the entry that runs and its argument. */
static enum stamp_status get_program(struct run_args *a, struct stamp_image **image,
                                     struct stamp_err *e)
{
    if (!stamp_shapes_is(a->program[0])) return read_program(a->program[0], image, e);
    a->machine.run.entry = stamp_shapes_entry(&a->shapes);
    if (a->shapes.decode) {
        a->arg[0] = (uint32_t)a->shapes.position;
        a->arg_set[0] = true;
    }
    a->no_verify = true; /* the compiler has verified it */
    stamp_progress_task("compiling %s", a->program[0]);
    const enum stamp_status s =
        stamp_shapes_compile(&a->shapes, a->program[0], &a->machine, image, e);
    stamp_progress_end();
    return s;
}

/* A kept program brings its memory along; a flag goes before it, also one that says the default. */
static enum stamp_status surround(struct stamp_args_machine *m, const char *scheme,
                                  struct stamp_err *e)
{
    struct stamp_run_options *o = &m->run;
    const struct stamp_run_options given = *o;
    bool found;
    const enum stamp_status s = stamp_surroundings_read(scheme, o, &found, e);

    if (s || !found) return s;
    if (given.has_dram) o->dram = given.dram;
    if (m->plain) o->has_dram = false; /* a plain memory was asked for */
    if (m->latency) {
        o->read_latency = given.read_latency;
        o->write_latency = given.write_latency;
    }
    if (m->bandwidth) {
        o->read_rate = given.read_rate;
        o->write_rate = given.write_rate;
    }
    if (m->stall) o->stall = given.stall;
    if (m->seed) o->seed = given.seed;
    if (m->watchdog) o->watchdog = given.watchdog;
    return STAMP_OK;
}

static enum stamp_status prepare(struct run_args *a, struct stamp_image **image,
                                 struct stamp_run **run, struct stamp_err *e)
{
    const char *inputs[2 * STAMP_BINDINGS_MAX + 2] = {a->program[0]};
    const char **file = inputs + 1;

    for (size_t i = 0; i < a->in.count; i++) *file++ = a->in.at[i].file;
    for (size_t i = 0; i < a->ref.list.count; i++) *file++ = a->ref.list.at[i].file;
    enum stamp_status s = stamp_check_wave(a->machine.run.wave, inputs, e);
    if (!s) s = stamp_report_check(&a->report, inputs, e);
    for (size_t i = 0; i < a->out.count && !s; i++)
        s = stamp_check_output(a->out.at[i].file, inputs, e);
    if (!s) s = get_program(a, image, e);
    if (s) return s;
    if (a->machine.mach && a->machine.mach != (*image)->mach)
        return stamp_fail(e, STAMP_ERANGE, "%s is a program for machine %s, not %s", a->program[0],
                          (*image)->mach->name, a->machine.mach->name);
    s = surround(&a->machine, (*image)->scheme, e);
    if (s) return stamp_fail_at(e, "%s", a->program[0]);
    for (int i = 0; i < STAMP_ARGS; i++)
        if (!a->arg_set[i]) a->arg[i] = (*image)->arg[i];
    s = check_names(a, *image, e);
    if (!s) s = stamp_references_load(&a->ref, a->program[0], *image, e);
    if (!s && !a->no_verify && a->machine.run.dram_base == 0) /* it knows memory at 0 alone */
        s = verify(a, *image, e) ? stamp_fail_at(e, "%s", a->program[0]) : STAMP_OK;
    struct stamp_run_options *o = &a->machine.run;
    if (!s) s = stamp_report_open(&a->report, o->on, (*image)->mach, &o->phases, e);
    if (!s) s = stamp_run_new(*image, run, e);
    for (uint32_t i = 0; i < STAMP_ARGS && !s; i++)
        if (a->arg_set[i]) stamp_run_set_arg(*run, i, a->arg[i]);
    if (!s) s = stamp_buffers_fill(&a->in, *image, *run, e);
    return s;
}

static void print(const struct run_args *a, const struct stamp_image *m,
                  const struct stamp_run_result *r)
{
    const bool timed = (a->machine.run.on->can & STAMP_CAN_TIMED) != 0;
    const double use = stamp_utilization(m->mach, r->products, r->cycles);
    struct stamp_text text = {0};

    if (a->common.json) {
        struct cJSON *o = stamp_json_root();
        stamp_put_count(o, "mismatches", r->mismatches);
        stamp_put_count(o, "checked", r->checked);
        if (timed && !r->mismatches)
            stamp_put_count(o, "cycles", r->cycles);
        else
            cJSON_AddNullToObject(o, "cycles");
        stamp_put_real(o, "utilization", use);
        if (r->mismatches) /* what was counted up to there belongs to no whole run */
            stamp_put_no_counters(o);
        else
            stamp_put_counters(o, r, timed);
        stamp_put_peak(o);
        stamp_put_count(o, "products", r->products);
        stamp_put_text(o, "error", stamp_error_name(r->error));
        stamp_put_count(o, "error_pc", r->error_pc);
        stamp_put_text(o, "machine", m->mach->name);
        stamp_put_text(o, "on", a->machine.run.on->name);
        stamp_put_count(o, "seed", a->machine.run.seed);
        stamp_put_work(o, m, stamp_image_entry(m, a->machine.run.entry), a->arg);
        if (!r->mismatches) stamp_report_energy(&a->report, o, m, &a->machine.run, a->arg, r);
        if (r->mismatches) {
            stamp_put_text(o, "difference", r->difference);
            stamp_explain_json(o, m, stamp_image_entry(m, a->machine.run.entry), r);
        }
        if (!r->error && !r->mismatches) stamp_references_put(o, &a->ref);
        if (a->report.phases) stamp_put_phases(o, m, r, timed);
        stamp_say_json(o);
        return;
    }
    printf("machine       %s, on %s\n", m->mach->name, a->machine.run.on->name);
    if (a->machine.run.on->can & STAMP_CAN_CHECKED)
        printf("checked       %" PRIu64 " words, %" PRIu64 " differ\n", r->checked, r->mismatches);
    if (timed) printf("cycles        %" PRIu64 "\nutilization   %.2f %%\n", r->cycles, 100 * use);
    printf("instructions  %" PRIu64 "\n", r->instructions);
    stamp_references_print(&a->ref);
    stamp_text_counters(&text, r, timed);
    if (a->report.phases) stamp_text_phases(&text, m, r, timed);
    stamp_say_text(&text);
    stamp_report_energy(&a->report, NULL, m, &a->machine.run, a->arg, r);
}

/* A run that ended at a difference has its record too. */
static enum stamp_status record(struct run_args *a, const struct stamp_image *m,
                                const struct stamp_run_result *r, struct stamp_err *e)
{
    stamp_report_begin(&a->report, "run", a->program[0], a->machine.run.on, &a->machine, m->mach);
    stamp_report_settings(&a->report, m->scheme && *m->scheme ? m->scheme : NULL, NULL);
    stamp_report_run(&a->report, stamp_image_entry(m, a->machine.run.entry)->name, m, r);
    for (size_t i = 0; i < a->ref.list.count && !r->mismatches; i++) {
        const char *name = a->ref.list.at[i].name;
        stamp_report_figure(&a->report, "sqnr_db", name, a->ref.sqnr_db[i]);
        stamp_report_figure(&a->report, "differ", name, (double)a->ref.differ[i]);
    }
    const enum stamp_status s = stamp_report_end(&a->report, e);
    stamp_report_free(&a->report);
    return s;
}

static int say_stop(const struct run_args *a, const struct stamp_run_result *r, enum stamp_status s,
                    const struct stamp_err *e)
{
    char again[2048];

    if (s != STAMP_EMISMATCH) return stamp_say_fail(e);
    stamp_replay_text(NULL, a->machine.run.seed, again, sizeof again);
    stamp_say_error("%s; seed %" PRIu64 "; again: %s", r->difference[0] ? r->difference : e->text,
                    a->machine.run.seed, again);
    return STAMP_EXIT_FAIL;
}

int stamp_cmd_run(int argc, char **argv)
{
    struct run_args a = {.machine = stamp_args_machine_default(),
                         .shapes = stamp_args_shapes_default()};
    struct stamp_image *image = NULL;
    struct stamp_run *run = NULL;
    struct stamp_run_result r = {0};
    struct stamp_err e = {0};

    stamp_args_parse(&argp, "run", argc, argv, &a);
    stamp_progress_init(a.common.progress);
    enum stamp_status s = prepare(&a, &image, &run, &e);
    const bool ready = !s;
    if (!s) {
        a.machine.run.progress = stamp_progress_run;
        a.machine.run.wave = stamp_wave_begin(a.machine.run.wave);
        stamp_progress_task("%s on %s", a.program[0], a.machine.run.on->name);
        s = stamp_run_go(run, &a.machine.run, &r, &e);
        stamp_progress_end();
        const bool ran = !s || s == STAMP_EMISMATCH || s == STAMP_EMACHINE;
        struct stamp_err wave_err = {0};
        if (stamp_wave_end(ran, &wave_err) && !s) {
            e = wave_err;
            s = e.status;
        }
    }
    if (!s) s = stamp_buffers_take(&a.out, image, run, &e);
    if (!s) s = stamp_references_compare(&a.ref, run, &e);
    if (ready && (!s || (a.common.json && (s == STAMP_EMISMATCH || s == STAMP_EMACHINE))))
        print(&a, image, &r);
    struct stamp_err unwritten = {0};
    if (ready && stamp_report_has(s)) record(&a, image, &r, &unwritten);
    s = stamp_report_both(s, &unwritten, &e);
    const int code = s ? say_stop(&a, &r, s, &e) : STAMP_EXIT_OK;
    stamp_references_free(&a.ref);
    stamp_run_free(run);
    stamp_image_free(image);
    return code;
}
