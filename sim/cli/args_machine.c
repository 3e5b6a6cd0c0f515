/* SPDX-License-Identifier: Apache-2.0 */
/* args_machine.c - machine and memory flags. Contract in args_machine.h. */
#include "sim/cli/args_machine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "model/spec/mach.h"
#include "model/text.h"
#include "sim/cli/args_memory.h"
#include "sim/cli/say.h"
#include "sim/report/explain.h"
#include "sim/report/trace.h"

enum {
    KEY_MACHINE = STAMP_KEY_MACHINE,
    KEY_ON,
    KEY_LATENCY,
    KEY_BANDWIDTH,
    KEY_MEMORY,
    KEY_CLOCK,
    KEY_STALL,
    KEY_SEED,
    KEY_WATCHDOG,
    KEY_WAVE,
    KEY_LAST,
    KEY_TRACE,
    KEY_WINDOW
};
enum { RATE_ONE = 256, LATENCY_MAX = 100000 };

static const struct argp_option only_options[] = {
    {.doc = "Machine:", .group = 30},
    {.name = "machine",
     .key = KEY_MACHINE,
     .arg = "NAME",
     .doc = "configuration, see stamp machines (default base)"},
    {.name = NULL},
};

static const struct argp_option on_options[] = {
    {.name = "on", .key = KEY_ON, .arg = "DEVICE", .group = 30, .doc = "where the program runs"},
    {.name = NULL},
};

/* Of any memory, run or estimated. */
#define LATENCY_AND_BANDWIDTH                                                                      \
    {.name = "latency",                                                                            \
     .key = KEY_LATENCY,                                                                           \
     .arg = "N",                                                                                   \
     .doc = "cycles from request to answer, 1 to 100000 (default 60)"},                            \
    {                                                                                              \
        .name = "bandwidth", .key = KEY_BANDWIDTH, .arg = "F",                                     \
        .doc = "part of the cycles that carry data, each direction, in steps of 1/256, at most 1 " \
               "(default 1)"                                                                       \
    }

static const struct argp_option memory_options[] = {
    {.doc = "Memory around the RTL:", .group = 31},
    LATENCY_AND_BANDWIDTH,
    {.name = "memory",
     .key = KEY_MEMORY,
     .arg = "NAME|FILE",
     .doc = "a DRAM with banks, rows and refresh in place of these two and of --stall: a preset of "
            "stamp "
            "machines --memory, or a file of key = value lines"},
    {.name = "clock",
     .key = KEY_CLOCK,
     .arg = "MHZ",
     .doc =
         "of the accelerator beside the memory's own, 1 to 100000 (default 1250, or the file's)"},
    {.name = "stall",
     .key = KEY_STALL,
     .arg = "P",
     .doc = "probability of a random stall per cycle and AXI channel, in steps of 1/256, below 1 "
            "(default 0)"},
    {.name = "seed",
     .key = KEY_SEED,
     .arg = "N",
     .doc = "of the stalls, and of what generate samples (default 1)"},
    {.name = "watchdog",
     .key = KEY_WATCHDOG,
     .arg = "N",
     .doc = "cycles without a retired instruction that are an error (default 1000000)"},
    {.name = "wave",
     .key = KEY_WAVE,
     .arg = "FILE",
     .group = 32,
     .doc = "write an FST wave; needs make rtl-NAME-waves"},
    {.name = "trace",
     .key = KEY_TRACE,
     .arg = "FILE",
     .doc = "a timeline for Perfetto (JSON): units, parts of the program, bytes and use of the "
            "array; below 50 MB "
            "by levels of detail"},
    {.name = "wave-last",
     .key = KEY_LAST,
     .arg = "N",
     .doc = "only where RTL and C machine differ or the machine stops on an error: the N cycles "
            "before "
            "that, in a second run; the first one needs no waves and is as fast as without"},
    {.name = "wave-window",
     .key = KEY_WINDOW,
     .arg = "A:B",
     .doc = "only cycles A to B (default all)"},
    {.name = NULL},
};

static const struct argp_option estimate_options[] = {
    {.doc = "Memory that the program is made for:", .group = 31},
    LATENCY_AND_BANDWIDTH,
    {.name = NULL},
};

/* Where RTL and C machine differ, every command says what is known. */
static void explain(void *ctx, const struct stamp_image *image, const struct stamp_entry *entry,
                    const struct stamp_run_result *result)
{
    struct stamp_text text = {0};

    (void)ctx;
    stamp_explain_text(&text, image, entry, result);
    if (text.s) fputs(text.s, stderr);
    stamp_free(text.s);
}

struct stamp_args_machine stamp_args_machine_default(void)
{
    struct stamp_args_machine m = {.run = stamp_run_options_default()};

    m.run.on_difference = explain;
    return m;
}

const struct stamp_dram_params *stamp_args_dram(const struct stamp_args_machine *m)
{
    return m->run.has_dram ? &m->run.dram : NULL;
}

const struct stamp_mach *stamp_args_mach(const struct stamp_args_machine *m)
{
    return m->mach ? m->mach : stamp_mach_find("base");
}

/* "model, rtl, all": those that can do all of @p need. */
static const char *names_of(unsigned need, const char *between)
{
    static char text[300];
    size_t len = 0;

    text[0] = 0;
    for (size_t i = 0; stamp_device_at(i); i++) {
        const struct stamp_device *d = stamp_device_at(i);
        if ((d->can & need) != need || len >= sizeof text) continue;
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", len ? between : "", d->name);
    }
    return text;
}

error_t stamp_args_device(const char *arg, unsigned need, const struct stamp_device **out)
{
    const struct stamp_device *d = stamp_device_find(arg, need);

    if (!d) return stamp_args_bad("--on %s: must be one of %s", arg, names_of(need, ", "));
    *out = d;
    return 0;
}

error_t stamp_args_device_needs(const char *flag, const struct stamp_device *on, unsigned need)
{
    if ((on->can & need) == need) return 0;
    return stamp_args_bad("%s: not of %s; needs --on %s", flag, on->what, names_of(need, ", "));
}

char *stamp_args_device_help(const char *text, unsigned need)
{
    struct stamp_text t = {0};

    stamp_text_add(&t, "%s:", text);
    for (size_t i = 0; stamp_device_at(i); i++) {
        const struct stamp_device *d = stamp_device_at(i);
        if ((d->can & need) == need) stamp_text_add(&t, " %s, %s;", d->name, d->what);
    }
    stamp_text_add(&t, " see stamp devices");
    char *copy = t.s ? strdup(t.s) : NULL;
    stamp_free(t.s);
    return copy ? copy : (char *)text;
}

static error_t parse_machine(const char *arg, struct stamp_args_machine *m)
{
    char why[STAMP_MACH_WHY];
    size_t count = 0;
    unsigned i = 0;

    while (stamp_machs[count].name) count++;
    const char **names = stamp_alloc(count, sizeof *names);
    if (!names) return ENOMEM;
    for (size_t k = 0; k < count; k++) names[k] = stamp_machs[k].name;
    const error_t err = stamp_args_choice("--machine", arg, names, count, &i);
    stamp_free(names);
    if (err) return err;
    if (!stamp_mach_check(&stamp_machs[i], why))
        return stamp_args_bad("--machine %s: refused, %s", arg, why);
    m->mach = &stamp_machs[i];
    return 0;
}

static error_t parse_window(const char *arg, struct stamp_run_options *run)
{
    char first[24];
    const char *colon = strchr(arg, ':');

    if (!colon || (size_t)(colon - arg) >= sizeof first)
        return stamp_args_bad("--wave-window %s: must be A:B, two cycle numbers", arg);
    memcpy(first, arg, (size_t)(colon - arg));
    first[colon - arg] = 0;
    error_t err = stamp_args_u64("--wave-window start", first, 0, UINT64_MAX, &run->wave_start);
    if (!err) err = stamp_args_u64("--wave-window end", colon + 1, 1, UINT64_MAX, &run->wave_stop);
    if (!err && run->wave_start >= run->wave_stop)
        err = stamp_args_bad("--wave-window %s: must end after it starts", arg);
    return err;
}

static error_t parse_latency(const char *arg, struct stamp_run_options *run)
{
    uint64_t v = 0;
    const error_t err = stamp_args_u64("--latency", arg, 1, LATENCY_MAX, &v);

    if (!err) run->read_latency = run->write_latency = (uint32_t)v;
    return err;
}

/* A part of one as 1/256, rounded; at least @p lo, at most @p hi of them. */
static error_t parse_part(const char *flag, const char *arg, uint32_t lo, uint32_t hi,
                          uint32_t *out)
{
    double v = 0;
    const error_t err =
        stamp_args_real(flag, arg, (double)lo / RATE_ONE, (double)hi / RATE_ONE, &v);

    if (!err) *out = (uint32_t)(v * RATE_ONE + 0.5);
    return err;
}

static error_t parse_options(int key, char *arg, struct argp_state *state)
{
    struct stamp_args_machine *m = state->input;
    struct stamp_run_options *run = &m->run;
    uint64_t v = 0;
    error_t err = 0;

    if (key >= KEY_MACHINE && key <= KEY_WINDOW && key != KEY_ON && key != KEY_SEED) m->any = true;
    m->latency |= key == KEY_LATENCY;
    m->bandwidth |= key == KEY_BANDWIDTH;
    m->stall |= key == KEY_STALL;
    m->seed |= key == KEY_SEED;
    m->watchdog |= key == KEY_WATCHDOG;
    m->plain = m->latency || m->bandwidth || m->stall;
    switch (key) {
    case KEY_MACHINE: return parse_machine(arg, m);
    case KEY_ON: m->on_set = true; return stamp_args_device(arg, STAMP_CAN_PROGRAMS, &run->on);
    case KEY_LATENCY: return parse_latency(arg, run);
    case KEY_BANDWIDTH:
        err = parse_part("--bandwidth", arg, 1, RATE_ONE, &run->read_rate);
        run->write_rate = run->read_rate;
        return err;
    case KEY_MEMORY: run->has_dram = true; return stamp_args_memory(arg, &run->dram);
    case KEY_CLOCK:
        err = stamp_args_u64("--clock", arg, 1, 100000, &v);
        m->clock = (uint32_t)v;
        return err;
    case KEY_STALL: return parse_part("--stall", arg, 0, RATE_ONE - 1, &run->stall);
    case KEY_SEED: return stamp_args_u64("--seed", arg, 0, UINT64_MAX, &run->seed);
    case KEY_WATCHDOG:
        err = stamp_args_u64("--watchdog", arg, 1, UINT32_MAX, &v);
        run->watchdog = (uint32_t)v;
        return err;
    case KEY_WAVE: run->wave = arg; return 0;
    case KEY_TRACE: m->trace = arg; return 0;
    case KEY_LAST: return stamp_args_u64("--wave-last", arg, 1, UINT32_MAX, &run->wave_last);
    case KEY_WINDOW: return parse_window(arg, run);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_parent(int key, char *arg, struct argp_state *state)
{
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = state->input;
        return 0;
    }
    return parse_options(key, arg, state);
}

const struct argp stamp_argp_machine_only = {.options = only_options, .parser = parse_options};
static const struct argp_child memory_children[] = {{.argp = &stamp_argp_machine_only},
                                                    {.argp = NULL}};
const struct argp stamp_argp_memory = {
    .options = memory_options, .parser = parse_parent, .children = memory_children};
const struct argp stamp_argp_estimate = {
    .options = estimate_options, .parser = parse_parent, .children = memory_children};
static const struct argp_child children[] = {{.argp = &stamp_argp_memory}, {.argp = NULL}};
static char *help(int key, const char *text, void *input)
{
    (void)input;
    return key == KEY_ON ? stamp_args_device_help(text, STAMP_CAN_PROGRAMS) : (char *)text;
}

const struct argp stamp_argp_machine = {
    .options = on_options, .parser = parse_parent, .children = children, .help_filter = help};

error_t stamp_args_machine_memory(struct stamp_args_machine *m, const struct stamp_device *on)
{
    struct stamp_run_options *run = &m->run;

    if (!run->has_dram) return m->clock ? stamp_args_bad("--clock: needs --memory") : 0;
    if (m->plain)
        return stamp_args_bad(
            "--memory: its times are its own, no --latency, --bandwidth, --stall");
    if (stamp_args_device_needs("--memory", on, STAMP_CAN_TIMED)) return EINVAL;
    if (m->clock) run->dram.accel_mhz = m->clock;
    stamp_dram_plain(&run->dram, stamp_args_mach(m)->AXI_BYTES, &run->read_latency,
                     &run->read_rate);
    run->write_latency = run->read_latency;
    run->write_rate = run->read_rate;
    return 0;
}

static struct stamp_trace *trace; /* of the command that runs, until stamp_args_machine_end */

static error_t start_trace(struct stamp_args_machine *m, const struct stamp_device *on)
{
    struct stamp_err e = {0};

    if (stamp_args_device_needs("--trace", on, STAMP_CAN_TRACE)) return EINVAL;
    if (stamp_trace_open(m->trace, &trace, &e)) return stamp_args_bad("--trace %s", e.text);
    m->run.tracer = stamp_trace_tracer(trace);
    return 0;
}

error_t stamp_args_machine_watch(struct stamp_args_machine *m, const struct stamp_device *on)
{
    if (m->trace && start_trace(m, on)) return EINVAL;
    if (m->run.wave && stamp_args_device_needs("--wave", on, STAMP_CAN_WAVES)) return EINVAL;
    if (!m->run.wave && m->run.wave_stop != UINT64_MAX)
        return stamp_args_bad("--wave-window: needs --wave FILE");
    if (!m->run.wave && m->run.wave_last) return stamp_args_bad("--wave-last: needs --wave FILE");
    if (m->run.wave_last && m->run.wave_stop != UINT64_MAX)
        return stamp_args_bad("--wave-last, --wave-window: one of them");
    return 0;
}

int stamp_args_machine_end(int code)
{
    struct stamp_err e = {0};
    const enum stamp_status s = stamp_trace_close(trace, code == STAMP_EXIT_OK, &e);

    trace = NULL;
    return s ? stamp_say_fail(&e) : code;
}

error_t stamp_args_machine_check(struct stamp_args_machine *m)
{
    if (stamp_args_machine_memory(m, m->run.on)) return EINVAL;
    if (stamp_args_machine_watch(m, m->run.on)) return EINVAL;
    return 0;
}
