/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_paint.c - stamp paint: pictures by a diffusion transformer. */
#include "model/mem.h"
#include "sim/cli/args_at.h"
#include "sim/cli/args_grid.h"
#include "sim/cli/args_net.h"
#include "sim/cli/args_report.h"
#include "sim/cli/args_scheme.h"
#include "sim/cli/commands.h"
#include "sim/cli/net_report.h"
#include "sim/cli/paint.h"
#include "sim/cli/progress.h"
#include "sim/cli/say.h"

enum {
    KEY_ON = STAMP_KEY_COMMAND,
    KEY_PROMPT,
    KEY_STEPS,
    KEY_GUIDANCE,
    KEY_TEXT_TOKENS,
    KEY_PHASES,
    KEY_JUDGE,
    KEY_NO_REF
};

struct paint_args {
    struct stamp_args_common common;
    struct stamp_scheme scheme;
    struct stamp_args_at at;
    struct stamp_args_net net;
    struct stamp_args_machine machine;
    struct stamp_args_report report;
    struct stamp_paint_job job;
    const char *model;
    struct stamp_dit_grid grid;
};

static const struct argp_option options[] = {
    {.name = "on",
     .key = KEY_ON,
     .arg = "DEVICE",
     .group = 10,
     .doc = "where the network runs (default f32)"},
    {.name = "prompt",
     .key = KEY_PROMPT,
     .arg = "TEXT",
     .doc = "what is to be seen; may be given again: then one picture each, side by side"},
    {.name = "output", .key = 'o', .arg = "X.png", .doc = "the picture"},
    {.name = "steps", .key = KEY_STEPS, .arg = "N", .doc = "of the sampler (default 20)"},
    {.name = "guidance",
     .key = KEY_GUIDANCE,
     .arg = "G",
     .doc = "how far from the picture of no prompt; 1: the prompt alone (default 2.5)"},
    {.name = "judge",
     .key = KEY_JUDGE,
     .arg = "FOLDER",
     .doc = "a classifier that says what the pictures show"},
    {.name = "no-reference", .key = KEY_NO_REF, .doc = "no f32 network beside the device: no SQNR"},
    {.name = "text-tokens",
     .key = KEY_TEXT_TOKENS,
     .arg = "N",
     .doc = "rows of text of a random network, whose inputs are random too (default 120)"},
    {.name = "phases",
     .key = KEY_PHASES,
     .doc = "cycles, bytes and use of the array by part of the program and block"},
    {.name = NULL},
};

static error_t end(struct paint_args *a)
{
    const struct stamp_device *on = a->job.on;

    if (!a->model) return stamp_args_bad("needs a model");
    if (a->report.phases && stamp_args_device_needs("--phases", on, STAMP_CAN_PROGRAMS))
        return EINVAL;
    if (on->can & STAMP_CAN_BITS) return stamp_args_net_check(&a->scheme, &a->machine, on);
    if (a->at.count) return stamp_args_device_needs("--at", on, STAMP_CAN_BITS);
    if (!a->machine.any) return 0;
    return stamp_args_device_needs("flags of machines", on, STAMP_CAN_PROGRAMS);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct paint_args *a = state->input;
    struct stamp_paint_job *j = &a->job;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->scheme;
        state->child_inputs[1] = &a->net;
        state->child_inputs[2] = &a->machine;
        state->child_inputs[3] = &a->common;
        state->child_inputs[4] = &a->at;
        state->child_inputs[5] = &a->grid;
        state->child_inputs[6] = &a->report;
        return 0;
    case KEY_ON: return stamp_args_device(arg, STAMP_CAN_VALUES, &j->on);
    case KEY_PROMPT:
        if (j->prompts == STAMP_PAINT_PROMPTS)
            return stamp_args_bad("more than %d prompts", STAMP_PAINT_PROMPTS);
        j->prompt[j->prompts++] = arg;
        return 0;
    case 'o': j->output = arg; return 0;
    case KEY_STEPS: return stamp_args_u64("--steps", arg, 1, 1000, &j->steps);
    case KEY_GUIDANCE: return stamp_args_real("--guidance", arg, 0, 100, &j->guidance);
    case KEY_JUDGE: j->judge = arg; return 0;
    case KEY_NO_REF: j->measure = false; return 0;
    case KEY_TEXT_TOKENS: return stamp_args_u64("--text-tokens", arg, 1, 65536, &j->text);
    case KEY_PHASES: a->report.phases = true; return 0;
    case ARGP_KEY_ARG:
        if (a->model) return stamp_args_bad("one model at a time, not %s", arg);
        a->model = arg;
        return 0;
    case ARGP_KEY_END:
        if (stamp_report_needs(&a->report, j->on, stamp_args_mach(&a->machine),
                               &a->machine.run.phases))
            return EINVAL;
        return end(a);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static char *help(int key, const char *text, void *input)
{
    (void)input;
    return key == KEY_ON ? stamp_args_device_help(text, STAMP_CAN_VALUES) : (char *)text;
}

static const struct argp_child children[] = {
    {.argp = &stamp_argp_scheme}, {.argp = &stamp_argp_net},
    {.argp = &stamp_argp_memory}, {.argp = &stamp_argp_common},
    {.argp = &stamp_argp_at},     {.argp = &stamp_argp_grid},
    {.argp = &stamp_argp_report}, {.argp = NULL}};
static const struct argp argp = {
    .options = options,
    .parser = parse,
    .help_filter = help,
    .args_doc = "MODEL",
    .children = children,
    .doc = "Pictures by a text-conditioned diffusion transformer, PixArt-Σ or SANA: a folder in "
           "the layout of "
           "diffusers, or random:CONFIG.json for shapes alone. Text encoder, sampler and PNG are "
           "the host's, in "
           "binary32; the network is the device's, step by step.\v"
           "The transform is haar2d on the network's grid unless --transform says otherwise. "
           "sqnr_db is that of what "
           "the network predicts, against f32 on the same inputs, over all steps."};

int stamp_cmd_paint(int argc, char **argv)
{
    static struct paint_args a;
    struct stamp_network *m = NULL;
    struct stamp_scheme *of_node = NULL;
    struct stamp_err e = {0};
    char scheme[400];

    a.scheme = stamp_scheme_default();
    a.scheme.transform = STAMP_HAAR2D;
    a.scheme.sink = false;
    a.net = stamp_args_net_default();
    a.machine = stamp_args_machine_default();
    a.job = (struct stamp_paint_job){
        .on = &stamp_on_f32, .steps = 20, .guidance = 2.5, .measure = true};
    stamp_args_parse(&argp, "paint", argc, argv, &a);
    stamp_progress_init(a.common.progress);
    a.job.seed = a.machine.run.seed;
    a.job.json = a.common.json;
    a.job.mach = stamp_args_mach(&a.machine);
    a.job.report = &a.report;
    const char *const inputs[] = {a.model, a.job.output ? a.job.output : a.model, a.job.judge,
                                  NULL};
    enum stamp_status s = stamp_report_check(&a.report, inputs, &e);
    if (!s) s = stamp_paint_open(a.model, a.grid, &m, &e);
    if (!s && a.scheme.transform == STAMP_HAAR2D && !a.scheme.grid_h) {
        a.scheme.grid_h = (uint32_t)m->dit.grid_h;
        a.scheme.grid_w = (uint32_t)m->dit.grid_w;
    }
    a.job.net = stamp_args_netrun(&a.net, &a.scheme, &a.machine, a.job.on);
    if (!s) s = stamp_args_at(&a.at, m->graph, &a.scheme, &of_node, &e);
    a.job.net.of_node = of_node;
    stamp_scheme_text(&a.scheme, scheme, sizeof scheme);
    stamp_args_at_text(&a.at, scheme, sizeof scheme);
    if (!s) stamp_report_begin(&a.report, "paint", a.model, a.job.on, &a.machine, a.job.mach);
    if (a.job.on->can & STAMP_CAN_BITS) stamp_report_settings(&a.report, scheme, NULL);
    if (!s) s = stamp_paint_run(&a.job, m, a.model, &e);
    struct stamp_err w = {0};
    if (stamp_report_has(s)) stamp_report_end(&a.report, &w);
    s = stamp_report_both(s, &w, &e);
    stamp_report_free(&a.report);
    stamp_free(of_node);
    stamp_network_close(m);
    return s ? stamp_net_fail(&e, a.machine.run.seed) : STAMP_EXIT_OK;
}
