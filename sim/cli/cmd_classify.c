/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_classify.c - stamp classify: pictures by a vision transformer. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/front/labels.h"
#include "model/mem.h"
#include "model/num/sqnr.h"
#include "sim/cli/args_at.h"
#include "sim/cli/args_net.h"
#include "sim/cli/args_report.h"
#include "sim/cli/args_scheme.h"
#include "sim/cli/commands.h"
#include "sim/cli/net_report.h"
#include "sim/cli/progress.h"
#include "sim/cli/say.h"
#include "sim/report/json_out.h"
#include "sim/report/tensors.h"
#include "sim/vision/classify.h"

enum { KEY_ON = STAMP_KEY_COMMAND, KEY_LABELS, KEY_TENSORS, KEY_PHASES };
enum { PICTURES = 1024 };

struct classify_args {
    struct stamp_args_common common;
    struct stamp_scheme scheme;
    struct stamp_args_at at;
    struct stamp_args_net net;
    struct stamp_args_machine machine;
    struct stamp_args_report report;
    const char *file[2 + PICTURES], *labels; /* the checkpoint, then pictures, then NULL */
    size_t files;
    const struct stamp_device *on;
    bool tensors;
};

static const struct argp_option options[] = {
    {.name = "on",
     .key = KEY_ON,
     .arg = "DEVICE",
     .group = 10,
     .doc = "where it runs (default f32)"},
    {.name = "labels",
     .key = KEY_LABELS,
     .arg = "FILE",
     .doc = "names of the classes, a line each from class 0 (default: their numbers)"},
    {.name = "tensors",
     .key = KEY_TENSORS,
     .doc = "SQNR of every tensor against f32 over the same pictures"},
    {.name = "phases",
     .key = KEY_PHASES,
     .doc = "cycles, bytes and use of the array by part of the program and block, summed over the "
            "pictures"},
    {.name = NULL},
};

static error_t end(struct classify_args *a)
{
    if (a->files < 2) return stamp_args_bad("needs a checkpoint and a picture");
    if (a->tensors && stamp_args_device_needs("--tensors", a->on, STAMP_CAN_SEE)) return EINVAL;
    if (a->report.phases && stamp_args_device_needs("--phases", a->on, STAMP_CAN_PROGRAMS))
        return EINVAL;
    if (a->on->can & STAMP_CAN_BITS) return stamp_args_net_check(&a->scheme, &a->machine, a->on);
    if (a->at.count) return stamp_args_device_needs("--at", a->on, STAMP_CAN_BITS);
    if (!a->machine.any) return 0;
    return stamp_args_device_needs("flags of machines", a->on, STAMP_CAN_PROGRAMS);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct classify_args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->scheme;
        state->child_inputs[1] = &a->net;
        state->child_inputs[2] = &a->machine;
        state->child_inputs[3] = &a->common;
        state->child_inputs[4] = &a->at;
        state->child_inputs[5] = &a->report;
        return 0;
    case KEY_ON: return stamp_args_device(arg, STAMP_CAN_VALUES, &a->on);
    case KEY_LABELS: a->labels = arg; return 0;
    case KEY_TENSORS: a->tensors = true; return 0;
    case KEY_PHASES: a->report.phases = true; return 0;
    case ARGP_KEY_ARG:
        if (a->files == 1 + PICTURES) return stamp_args_bad("more than %d pictures", PICTURES);
        a->file[a->files++] = arg;
        return 0;
    case ARGP_KEY_END:
        if (stamp_report_needs(&a->report, a->on, stamp_args_mach(&a->machine),
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

static const struct argp_child children[] = {{.argp = &stamp_argp_scheme},
                                             {.argp = &stamp_argp_net},
                                             {.argp = &stamp_argp_memory},
                                             {.argp = &stamp_argp_common},
                                             {.argp = &stamp_argp_at},
                                             {.argp = &stamp_argp_report},
                                             {.argp = NULL}};
static const struct argp argp = {
    .options = options,
    .parser = parse,
    .help_filter = help,
    .args_doc = "CHECKPOINT PICTURE...",
    .children = children,
    .doc = "Classes of PNG pictures by a vision transformer (ViT, DeiT) with timm's names: a "
           "folder with "
           "config.json and model.safetensors, or the tensors alone, .npz or .safetensors. "
           "Pictures are "
           "resized, cropped and normalized as timm does it.\v"
           "sqnr_db is that of the logits of all pictures against f32; score is a softmax."};

/* Results of one picture. */
struct picture {
    struct stamp_top top[STAMP_TOP];
};

static struct stamp_net_report report(const struct classify_args *a, const struct stamp_classify *c,
                                      const struct stamp_netrun_phase *phase)
{
    return (struct stamp_net_report){phase,
                                     stamp_args_mach(&a->machine),
                                     a->on,
                                     0,
                                     c->run,
                                     a->report.phases,
                                     a->report.energy,
                                     stamp_args_dram(&a->machine)};
}

/* @param whole  all pictures were seen */
static enum stamp_status record(struct classify_args *a, const struct stamp_classify *c, bool whole,
                                struct stamp_err *e)
{
    char scheme[400];

    stamp_scheme_text(&a->scheme, scheme, sizeof scheme);
    stamp_args_at_text(&a->at, scheme, sizeof scheme);
    stamp_report_begin(&a->report, "classify", a->file[0], a->on, &a->machine,
                       stamp_args_mach(&a->machine));
    stamp_report_settings(&a->report, a->on->can & STAMP_CAN_BITS ? scheme : NULL, NULL);
    stamp_report_figure(&a->report, "sqnr_db", "logits",
                        c->run && whole ? stamp_classify_db(c) : (double)NAN);
    if (c->run) {
        const struct stamp_net_report r = report(a, c, stamp_netrun_phase(c->run, STAMP_PREFILL));
        stamp_report_net(&a->report, "pictures", &r);
    }
    return stamp_report_end(&a->report, e);
}

static void print(const struct classify_args *a, const struct stamp_labels *labels,
                  const struct stamp_classify *c, const struct picture *p)
{
    char number[STAMP_LABELS_NUMBER];

    for (size_t i = 0; i + 1 < a->files; i++) {
        printf("%s\n", a->file[1 + i]);
        for (int k = 0; k < STAMP_TOP; k++)
            printf("  %7.4f  %4zu  %s\n", p[i].top[k].score, p[i].top[k].index,
                   stamp_labels_name(labels, p[i].top[k].index, number));
    }
    if (!c->run) return;
    const struct stamp_net_report r = report(a, c, stamp_netrun_phase(c->run, STAMP_PREFILL));
    printf("SQNR of the logits  %.2f dB\n", stamp_classify_db(c));
    stamp_net_print("pictures", &r);
    stamp_report_energy_sum(&a->report, NULL);
}

static void put(const struct classify_args *a, const struct stamp_labels *labels,
                const struct stamp_classify *c, const struct picture *p,
                const struct stamp_tensors *tensors)
{
    struct cJSON *o = stamp_json_root(), *list = stamp_put_array(o, "images");
    char number[STAMP_LABELS_NUMBER];

    for (size_t i = 0; i + 1 < a->files; i++) {
        struct cJSON *one = stamp_put_object(list, NULL);
        stamp_put_text(one, "file", a->file[1 + i]);
        struct cJSON *top = stamp_put_array(one, "top");
        for (int k = 0; k < STAMP_TOP; k++) {
            struct cJSON *t = stamp_put_object(top, NULL);
            stamp_put_count(t, "index", p[i].top[k].index);
            stamp_put_real(t, "score", p[i].top[k].score);
            if (labels)
                stamp_put_text(t, "label", stamp_labels_name(labels, p[i].top[k].index, number));
        }
    }
    stamp_put_text(o, "on", a->on->name);
    stamp_put_real(o, "sqnr_db", c->run ? stamp_classify_db(c) : (double)NAN);
    const struct stamp_netrun_phase *phase =
        c->run ? stamp_netrun_phase(c->run, STAMP_PREFILL) : NULL;
    stamp_put_count(o, "mismatches", phase ? phase->sum.mismatches : 0);
    stamp_put_count(o, "checked", phase ? phase->sum.checked : 0);
    stamp_put_count(o, "logits_compared", phase ? phase->compared : 0);
    if (phase && a->on->can & STAMP_CAN_PROGRAMS) {
        const struct stamp_net_report r = report(a, c, phase);
        stamp_put_count(o, "cycles",
                        a->on->can & STAMP_CAN_TIMED ? phase->sum.cycles : phase->expected);
        stamp_put_real(o, "utilization", stamp_net_utilization(&r));
        stamp_net_put(o, "network", &r);
        stamp_report_energy_sum(&a->report, o);
    }
    if (tensors) stamp_put_tensors(o, tensors);
    stamp_say_json(o);
}

static enum stamp_status work(const struct classify_args *a, struct stamp_classify *c,
                              struct picture *p, struct stamp_err *e)
{
    enum stamp_status s = STAMP_OK;

    for (size_t i = 0; i + 1 < a->files && !s; i++) {
        stamp_progress_task("%s on %s", a->file[1 + i], a->on->name);
        s = stamp_classify_picture(c, a->file[1 + i], p[i].top, e);
        stamp_progress_end();
    }
    return s;
}

int stamp_cmd_classify(int argc, char **argv)
{
    static struct classify_args a;
    struct stamp_classify c = {0};
    struct stamp_labels *labels = NULL;
    struct stamp_scheme *of_node = NULL;
    struct stamp_err e = {0};

    a.scheme = stamp_scheme_default();
    a.net = stamp_args_net_default();
    a.machine = stamp_args_machine_default();
    a.on = &stamp_on_f32;
    stamp_args_parse(&argp, "classify", argc, argv, &a);
    stamp_progress_init(a.common.progress);
    struct picture *p = stamp_alloc(a.files, sizeof *p);
    enum stamp_status s = p ? STAMP_OK : stamp_fail(&e, STAMP_ENOMEM, "out of memory");
    if (!s) s = stamp_report_check(&a.report, a.file, &e);
    if (!s && a.labels) s = stamp_labels_open(a.labels, &labels, &e);
    if (!s) s = stamp_say_open(a.file[0], &c.network, &e);
    struct stamp_netrun_options o = stamp_args_netrun(&a.net, &a.scheme, &a.machine, a.on);
    if (!s) s = stamp_args_at(&a.at, c.network->graph, &a.scheme, &of_node, &e);
    o.of_node = of_node;
    if (!s) s = stamp_classify_open(&c, &o, a.tensors, &e);
    if (!s) s = work(&a, &c, p, &e);
    if (!s && a.common.json)
        put(&a, labels, &c, p, c.tensors);
    else if (!s)
        print(&a, labels, &c, p);
    if (!s && c.tensors && !a.common.json) {
        struct stamp_text text = {0};
        stamp_text_tensors(&text, c.tensors);
        stamp_say_text(&text);
    }
    struct stamp_err w = {0};
    if (stamp_report_has(s)) record(&a, &c, !s, &w);
    s = stamp_report_both(s, &w, &e);
    stamp_report_free(&a.report);
    stamp_classify_close(&c);
    stamp_free(of_node);
    stamp_labels_close(labels);
    stamp_free(p);
    return s ? stamp_net_fail(&e, a.machine.run.seed) : STAMP_EXIT_OK;
}
