/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_paint.c - stamp paint: pictures by a diffusion transformer. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/family/random.h"
#include "model/mem.h"
#include "sim/cli/args_at.h"
#include "sim/cli/args_net.h"
#include "sim/cli/args_scheme.h"
#include "sim/cli/commands.h"
#include "sim/cli/net_report.h"
#include "sim/cli/progress.h"
#include "sim/cli/say.h"
#include "sim/paint/predict.h"
#include "sim/report/json_out.h"

enum { KEY_ON = STAMP_KEY_COMMAND, KEY_STEPS, KEY_GRID, KEY_TEXT_TOKENS, KEY_PHASES };

struct paint_args {
    struct stamp_args_common common;
    struct stamp_scheme scheme;
    struct stamp_args_at at;
    struct stamp_args_net net;
    struct stamp_args_machine machine;
    const char *model;
    const struct stamp_device *on;
    struct stamp_dit_grid grid;
    uint64_t steps, text;
};

static const struct argp_option options[] = {
    {.name = "on", .key = KEY_ON, .arg = "DEVICE", .group = 10, .doc = "where it runs (default f32)"},
    {.name = "steps", .key = KEY_STEPS, .arg = "N", .doc = "of the sampler (default 20)"},
    {.name = "grid", .key = KEY_GRID, .arg = "HxW", .doc = "patches (default: what the network was trained at)"},
    {.name = "text-tokens",
     .key = KEY_TEXT_TOKENS,
     .arg = "N",
     .doc = "rows of text of a random network (default 120)"},
    {.name = "phases", .key = KEY_PHASES, .doc = "cycles, bytes and use of the array by part of the program and block"},
    {.name = NULL},
};

static error_t parse_grid(const char *text, struct stamp_dit_grid *to)
{
    char high[16] = "", *x = strchr(text, 'x');
    uint64_t h = 0, w = 0;

    if (!x || (size_t)(x - text) >= sizeof high) return stamp_args_bad("--grid %s: not HxW", text);
    memcpy(high, text, (size_t)(x - text));
    error_t err = stamp_args_u64("--grid: height", high, 1, 4096, &h);
    if (!err) err = stamp_args_u64("--grid: width", x + 1, 1, 4096, &w);
    *to = (struct stamp_dit_grid){(size_t)h, (size_t)w};
    return err;
}

static error_t end(const struct paint_args *a)
{
    if (!a->model) return stamp_args_bad("needs a model");
    if (a->machine.run.phases && stamp_args_device_needs("--phases", a->on, STAMP_CAN_PROGRAMS))
        return EINVAL;
    if (a->on->can & STAMP_CAN_BITS) return stamp_args_net_check(&a->scheme, &a->machine, a->on);
    if (a->at.count) return stamp_args_device_needs("--at", a->on, STAMP_CAN_BITS);
    if (!a->machine.any) return 0;
    return stamp_args_device_needs("flags of machines", a->on, STAMP_CAN_PROGRAMS);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct paint_args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->scheme;
        state->child_inputs[1] = &a->net;
        state->child_inputs[2] = &a->machine;
        state->child_inputs[3] = &a->common;
        state->child_inputs[4] = &a->at;
        return 0;
    case KEY_ON: return stamp_args_device(arg, STAMP_CAN_VALUES, &a->on);
    case KEY_STEPS: return stamp_args_u64("--steps", arg, 1, 1000, &a->steps);
    case KEY_TEXT_TOKENS: return stamp_args_u64("--text-tokens", arg, 1, 65536, &a->text);
    case KEY_GRID: return parse_grid(arg, &a->grid);
    case KEY_PHASES: a->machine.run.phases = true; return 0;
    case ARGP_KEY_ARG:
        if (a->model) return stamp_args_bad("one model at a time, not %s", arg);
        a->model = arg;
        return 0;
    case ARGP_KEY_END: return end(a);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static char *help(int key, const char *text, void *input)
{
    (void)input;
    return key == KEY_ON ? stamp_args_device_help(text, STAMP_CAN_VALUES) : (char *)text;
}

static const struct argp_child children[] = {
    {.argp = &stamp_argp_scheme}, {.argp = &stamp_argp_net}, {.argp = &stamp_argp_memory},
    {.argp = &stamp_argp_common}, {.argp = &stamp_argp_at},  {.argp = NULL}};
static const struct argp argp = {.options = options,
                                 .parser = parse,
                                 .help_filter = help,
                                 .args_doc = "MODEL",
                                 .children = children,
                                 .doc = "Pictures by a diffusion transformer, PixArt-Σ or SANA."};

/* Numbers of a uniform distribution with variance 1; where a network is random its inputs are too. */
static void noise(uint64_t seed, size_t n, float *x)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t z = seed * 0x9e3779b97f4a7c15u + i * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        x[i] = ((float)((z ^ z >> 31) >> 40) / 16777216.0f - 0.5f) * 3.4641016f;
    }
}

static enum stamp_status work(const struct paint_args *a, struct stamp_predict *p, struct stamp_err *e)
{
    const struct stamp_dit *d = &p->m->dit;
    const size_t pixels = d->grid_h * d->grid_w * d->patch * d->patch;
    float *latent = stamp_alloc(pixels * d->channels, sizeof *latent),
          *text = stamp_alloc(a->text * d->caption, sizeof *text),
          *out = stamp_alloc(pixels * d->out_channels, sizeof *out);
    enum stamp_status s = latent && text && out ? STAMP_OK
                                                : stamp_fail(e, STAMP_ENOMEM, "out of memory");

    if (!s) noise(a->machine.run.seed + 1, a->text * d->caption, text);
    for (uint64_t k = 0; k < a->steps && !s; k++) {
        stamp_progress_task("step %" PRIu64 " of %" PRIu64 " on %s", k + 1, a->steps, a->on->name);
        noise(a->machine.run.seed + 2 + k, pixels * d->channels, latent);
        s = stamp_predict(p, latent, 1000.0f * (float)(a->steps - k) / (float)a->steps - 1.0f, text,
                          (uint32_t)a->text, out, e);
        stamp_progress_end();
    }
    stamp_free(latent);
    stamp_free(text);
    stamp_free(out);
    return s;
}

static void put(const struct paint_args *a, const struct stamp_predict *p)
{
    struct cJSON *o = stamp_json_root();
    const struct stamp_netrun_phase *phase = p->run ? stamp_netrun_phase(p->run, STAMP_PREFILL) : NULL;

    stamp_put_text(o, "on", a->on->name);
    stamp_put_count(o, "steps", a->steps);
    stamp_put_count(o, "tokens", p->m->dit.grid_h * p->m->dit.grid_w);
    stamp_put_count(o, "text_tokens", a->text);
    stamp_put_real(o, "sqnr_db", stamp_predict_db(p));
    stamp_put_count(o, "mismatches", phase ? phase->sum.mismatches : 0);
    stamp_put_count(o, "checked", phase ? phase->sum.checked : 0);
    if (phase && a->on->can & STAMP_CAN_PROGRAMS) {
        const struct stamp_net_report r = {phase, stamp_args_mach(&a->machine), a->on, 0, p->run};
        stamp_put_count(o, "cycles", a->on->can & STAMP_CAN_TIMED ? phase->sum.cycles : phase->expected);
        stamp_put_real(o, "utilization", stamp_net_utilization(&r));
        stamp_net_put(o, "network", &r);
    }
    stamp_say_json(o);
}

static void print(const struct paint_args *a, const struct stamp_predict *p)
{
    if (!p->run) return;
    const struct stamp_net_report r = {stamp_netrun_phase(p->run, STAMP_PREFILL),
                                       stamp_args_mach(&a->machine), a->on, 0, p->run};
    printf("SQNR of the predictions  %.2f dB\n", stamp_predict_db(p));
    stamp_net_print("steps", &r);
}

int stamp_cmd_paint(int argc, char **argv)
{
    static struct paint_args a;
    struct stamp_predict p = {0};
    struct stamp_network *m = NULL;
    struct stamp_scheme *of_node = NULL;
    struct stamp_err e = {0};

    a.scheme = stamp_scheme_default();
    a.scheme.transform = STAMP_HAAR2D;
    a.scheme.sink = false;
    a.net = stamp_args_net_default();
    a.machine = stamp_args_machine_default();
    a.on = &stamp_on_f32;
    a.steps = 20;
    a.text = 120;
    stamp_args_parse(&argp, "paint", argc, argv, &a);
    stamp_progress_init(a.common.progress);
    enum stamp_status s = stamp_network_open_grid(a.model, a.grid, &m, &e);
    if (!s && !stamp_network_paints(m))
        s = stamp_fail(&e, STAMP_EUNSUPPORTED, "%s: a network that does not paint", a.model);
    if (!s && a.scheme.transform == STAMP_HAAR2D && !a.scheme.grid_h) {
        a.scheme.grid_h = (uint32_t)m->dit.grid_h;
        a.scheme.grid_w = (uint32_t)m->dit.grid_w;
    }
    struct stamp_netrun_options o = stamp_args_netrun(&a.net, &a.scheme, &a.machine, a.on);
    if (!s) s = stamp_args_at(&a.at, m->graph, &a.scheme, &of_node, &e);
    o.of_node = of_node;
    if (!s) s = stamp_predict_open(&p, m, &o, true, &e);
    if (!s) s = work(&a, &p, &e);
    if (!s && a.common.json)
        put(&a, &p);
    else if (!s)
        print(&a, &p);
    stamp_predict_close(&p);
    stamp_free(of_node);
    stamp_network_close(m);
    return s ? stamp_net_fail(&e, a.machine.run.seed) : STAMP_EXIT_OK;
}
