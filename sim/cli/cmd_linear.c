/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_linear.c - stamp linear: one layer from .npy files, compiled, run, compared, measured. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>

#include "model/mem.h"
#include "sim/cli/args_format.h"
#include "sim/cli/args_machine.h"
#include "sim/cli/args_scheme.h"
#include "sim/cli/commands.h"
#include "sim/cli/files.h"
#include "sim/cli/progress.h"
#include "sim/cli/replay.h"
#include "sim/cli/say.h"
#include "sim/report/counters.h"
#include "sim/report/json_out.h"
#include "sim/report/layer.h"

struct linear_args {
    struct stamp_args_common common;
    struct stamp_scheme scheme;
    struct stamp_args_format format;
    struct stamp_args_machine machine;
    const char *file[2], *bias, *out;
};

static const struct argp_option options[] = {
    {.name = "bias", .key = 'b', .arg = "B.npy", .doc = "[outputs], added at the end", .group = 10},
    {.name = "output",
     .key = 'o',
     .arg = "Y.npy",
     .doc = "what the machine gave, [tokens][outputs]"},
    {.name = NULL},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct linear_args *a = state->input;
    error_t err;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->scheme;
        state->child_inputs[1] = &a->format;
        state->child_inputs[2] = &a->machine;
        state->child_inputs[3] = &a->common;
        return 0;
    case 'b': a->bias = arg; return 0;
    case 'o': a->out = arg; return 0;
    case ARGP_KEY_ARG: return stamp_args_take(state, arg, a->file, 2);
    case ARGP_KEY_END:
        if (!a->file[1]) return stamp_args_bad("needs two files, X.npy and W.npy");
        if (!a->machine.on_set) return stamp_args_bad("needs --on DEVICE, see stamp devices");
        if (stamp_args_device_needs("values", a->machine.run.on, STAMP_CAN_VALUES)) return EINVAL;
        err = stamp_args_integer_scheme(&a->scheme);
        return err ? err : stamp_args_machine_check(&a->machine);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{.argp = &stamp_argp_scheme},
                                             {.argp = &stamp_argp_format},
                                             {.argp = &stamp_argp_machine},
                                             {.argp = &stamp_argp_common},
                                             {.argp = NULL}};
static const struct argp argp = {
    .options = options,
    .parser = parse,
    .children = children,
    .args_doc = "X.npy W.npy --on DEVICE",
    .doc = "Compute y = x w^T + b for X [tokens][features] and W [outputs][features] on a machine, "
           "and hold every word of y against the numerics; on all, the machines also run in "
           "lock-step.\v"
           "cycles: start to done, RTL only. macs: tokens x features x outputs. products: the "
           "4x4-bit products these take, 8-bit rows and 8-bit weights twice. utilization: products "
           "/ (P L T cycles). sqnr_db: 10 log10 of signal over error against the f32 product. "
           "checked, mismatches: words of y, and in lock-step every word written and every "
           "instruction retired. Exit is 1 when anything differs."};

static void print_text(const struct linear_args *a, const struct stamp_measure *m,
                       const struct stamp_figures *f)
{
    const bool timed = (a->machine.run.on->can & STAMP_CAN_TIMED) != 0;
    struct stamp_text text = {0};
    char scheme[120];

    stamp_scheme_text(&a->scheme, scheme, sizeof scheme);
    printf("layer         %zu x %zu -> %zu, %s\n", m->layer.s, m->layer.d, m->layer.n, scheme);
    printf("machine       %s, on %s\n", m->compile.mach->name, m->run.on->name);
    printf("checked       %" PRIu64 " words, %" PRIu64 " differ\n", f->checked, f->mismatches);
    if (timed)
        printf("cycles        %" PRIu64 ", expected %" PRIu64 "\n", f->cycles, f->estimate);
    else
        printf("cycles        not counted by the C machine, expected %" PRIu64 "\n", f->estimate);
    printf("macs          %" PRIu64 ", as %" PRIu64 " 4x4-bit products\n", f->macs, f->products);
    if (timed) printf("utilization   %.2f %%\n", 100 * f->utilization);
    printf("sqnr          %.3f dB\n", f->sqnr_db);
    printf("instructions  %" PRIu64 "\n", f->run.instructions);
    stamp_text_counters(&text, &f->run, timed);
    stamp_say_text(&text);
    printf("host          %.2f s", f->run.seconds);
    if (timed) printf(", %.0f cycles/s", (double)f->cycles / f->run.seconds);
    puts("");
}

static void print_json(const struct linear_args *a, const struct stamp_measure *m,
                       const struct stamp_figures *f)
{
    const bool timed = (a->machine.run.on->can & STAMP_CAN_TIMED) != 0;
    struct cJSON *o = stamp_json_root();
    char scheme[120];

    stamp_put_count(o, "mismatches", f->mismatches);
    stamp_put_count(o, "checked", f->checked);
    if (timed)
        stamp_put_count(o, "cycles", f->cycles);
    else
        cJSON_AddNullToObject(o, "cycles");
    stamp_put_count(o, "macs", f->macs);
    stamp_put_real(o, "utilization", f->utilization);
    stamp_put_real(o, "sqnr_db", f->sqnr_db);
    stamp_put_counters(o, &f->run, timed);
    stamp_put_count(o, "products", f->products);
    stamp_put_count(o, "cycles_expected", f->estimate);
    stamp_put_real(o, "avg_act_bits", f->avg_act_bits);
    stamp_put_text(o, "machine", m->compile.mach->name);
    stamp_put_text(o, "on", m->run.on->name);
    stamp_scheme_text(&a->scheme, scheme, sizeof scheme);
    stamp_put_text(o, "scheme", scheme);
    stamp_put_count(o, "seed", m->run.seed);
    if (f->mismatches) stamp_put_text(o, "difference", f->difference);
    stamp_say_json(o);
}

/* Bits that differ: the line, and how to see it again. */
static int say_difference(const struct linear_args *a, const struct stamp_figures *f)
{
    char again[2048];

    stamp_replay_text(NULL, a->machine.run.seed, again, sizeof again);
    stamp_say_error("%s; seed %" PRIu64 "; again: %s", f->difference, a->machine.run.seed, again);
    return STAMP_EXIT_FAIL;
}

static int measure(const struct linear_args *a, struct stamp_measure *m, struct stamp_err *e)
{
    float *y = stamp_alloc(m->layer.s * m->layer.n, sizeof *y);
    struct stamp_figures f = {0};
    struct stamp_err wave_err = {0};
    enum stamp_status s;

    if (!y) {
        stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu x %zu outputs", m->layer.s, m->layer.n);
        return stamp_say_fail(e);
    }
    m->run.wave = stamp_wave_begin(a->machine.run.wave);
    stamp_progress_task("%s on %s", a->file[1], m->run.on->name);
    s = stamp_measure_layer(m, y, &f, e);
    stamp_progress_end();
    if (stamp_wave_end(!s, &wave_err) && !s) {
        *e = wave_err;
        s = e->status;
    }
    if (!s && !f.mismatches && a->out) s = stamp_save_matrix(a->out, m->layer.s, m->layer.n, y, e);
    stamp_free(y);
    if (s) return stamp_say_fail(e);
    if (a->common.json)
        print_json(a, m, &f);
    else if (!f.mismatches)
        print_text(a, m, &f);
    return f.mismatches ? say_difference(a, &f) : STAMP_EXIT_OK;
}

static enum stamp_status load(const struct linear_args *a, struct stamp_tensor *x,
                              struct stamp_tensor *w, struct stamp_tensor *b, struct stamp_err *e)
{
    const char *inputs[] = {a->file[0], a->file[1], a->bias, NULL};

    enum stamp_status s = stamp_check_output(a->out, inputs, e);
    if (!s) s = stamp_check_wave(a->machine.run.wave, inputs, e);
    if (!s) s = stamp_load_matrix(a->file[0], "[tokens][features]", x, e);
    if (!s) s = stamp_load_matrix(a->file[1], "[outputs][features]", w, e);
    if (s) return s;
    if (x->dim[1] != w->dim[1])
        return stamp_fail(
            e, STAMP_ERANGE, "%s has %zu features (%zu x %zu), %s has %zu (%zu x %zu)", a->file[0],
            x->dim[1], x->dim[0], x->dim[1], a->file[1], w->dim[1], w->dim[0], w->dim[1]);
    return a->bias ? stamp_load_bias(a->bias, w->dim[0], b, e) : STAMP_OK;
}

int stamp_cmd_linear(int argc, char **argv)
{
    struct linear_args a = {.scheme = stamp_scheme_default(),
                            .format = stamp_args_format_default(),
                            .machine = stamp_args_machine_default()};
    struct stamp_tensor x = {0}, w = {0}, b = {0};
    struct stamp_err e = {0};
    int code;

    stamp_args_parse(&argp, "linear", argc, argv, &a);
    stamp_progress_init(a.common.progress);
    if (load(&a, &x, &w, &b, &e)) {
        code = stamp_say_fail(&e);
    } else {
        struct stamp_measure m = {
            .layer = {.name = a.file[1],
                      .scheme = a.scheme,
                      .s = x.dim[0],
                      .d = x.dim[1],
                      .n = w.dim[0],
                      .w = w.f32,
                      .bias = b.f32},
            .compile = {.mach = stamp_args_mach(&a.machine),
                        .in_fmt = a.format.in,
                        .out_fmt = a.format.out},
            .run = a.machine.run,
            .x = x.f32,
        };
        m.run.progress = stamp_progress_run;
        m.stage = stamp_progress_stage;
        code = measure(&a, &m, &e);
    }
    stamp_tensor_free(&x);
    stamp_tensor_free(&w);
    stamp_tensor_free(&b);
    return code;
}
