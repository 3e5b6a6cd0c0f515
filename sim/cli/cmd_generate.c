/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_generate.c - stamp generate: text from a prompt, token by token on the machine. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "model/mem.h"
#include "sim/cli/args_at.h"
#include "sim/cli/args_net.h"
#include "sim/cli/args_quant.h"
#include "sim/cli/args_report.h"
#include "sim/cli/args_scheme.h"
#include "sim/cli/commands.h"
#include "sim/cli/corpus.h"
#include "sim/cli/net_report.h"
#include "sim/cli/progress.h"
#include "sim/cli/say.h"
#include "sim/net/sample.h"
#include "sim/report/json_out.h"

enum {
    KEY_PROMPT = STAMP_KEY_COMMAND,
    KEY_TOKENIZER,
    KEY_ON,
    KEY_TEMPERATURE,
    KEY_TOP_K,
    KEY_MHZ,
    KEY_PHASES
};
struct generate_args {
    struct stamp_args_common common;
    struct stamp_scheme scheme;
    struct stamp_args_at at;
    struct stamp_args_net net;
    struct stamp_args_quant quant;
    struct stamp_args_machine machine;
    struct stamp_args_report report;
    const char *model[1], *tokenizer, *prompt;
    uint64_t n;
    const struct stamp_device *on; /* can BITS */
    struct stamp_sampler sampler;
    double mhz;
};

static const struct argp_option options[] = {
    {.name = "prompt",
     .key = KEY_PROMPT,
     .arg = "TEXT",
     .group = 10,
     .doc = "what the text begins with (default: nothing, BOS alone)"},
    {.name = "count", .key = 'n', .arg = "N", .doc = "tokens to generate at most (default 64)"},
    {.name = "on",
     .key = KEY_ON,
     .arg = "DEVICE",
     .doc = "where it runs, the tokens are the same (default model)"},
    {.name = "temperature",
     .key = KEY_TEMPERATURE,
     .arg = "T",
     .doc = "0 (default): always the most likely token; above: sampled, seeded by --seed"},
    {.name = "top-k",
     .key = KEY_TOP_K,
     .arg = "K",
     .doc = "sample among the K most likely tokens (default 0: all)"},
    {.name = "mhz",
     .key = KEY_MHZ,
     .arg = "F",
     .doc = "clock that tokens a second are given for (default 500; an assumption, not a result)"},
    {.name = "phases",
     .key = KEY_PHASES,
     .doc = "cycles, bytes and use of the array by part of the programs and layer, prefill and "
            "decode apart; --on model, rtl or all"},
    {.name = "tokenizer", .key = KEY_TOKENIZER, .arg = "FILE", .doc = STAMP_DOC_TOKENIZER},
    {.name = NULL},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct generate_args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->scheme;
        state->child_inputs[1] = &a->net;
        state->child_inputs[2] = &a->quant;
        state->child_inputs[3] = &a->machine;
        state->child_inputs[4] = &a->common;
        state->child_inputs[5] = &a->at;
        state->child_inputs[6] = &a->report;
        return 0;
    case KEY_PROMPT: a->prompt = arg; return 0;
    case 'n': return stamp_args_u64("-n", arg, 1, UINT32_MAX, &a->n);
    case KEY_ON: return stamp_args_device(arg, STAMP_CAN_BITS | STAMP_CAN_VALUES, &a->on);
    case KEY_TEMPERATURE:
        return stamp_args_real("--temperature", arg, 0, 1000, &a->sampler.temperature);
    case KEY_TOP_K: return stamp_args_size("--top-k", arg, 0, UINT32_MAX, &a->sampler.top_k);
    case KEY_MHZ: return stamp_args_real("--mhz", arg, 1e-6, 1e6, &a->mhz);
    case KEY_PHASES: a->report.phases = true; return 0;
    case KEY_TOKENIZER: a->tokenizer = arg; return 0;
    case ARGP_KEY_ARG: return stamp_args_take(state, arg, a->model, 1);
    case ARGP_KEY_END:
        if (!a->model[0]) return stamp_args_bad("needs a checkpoint: a folder or a file");
        if (a->report.phases && stamp_args_device_needs("--phases", a->on, STAMP_CAN_PROGRAMS))
            return EINVAL;
        if (stamp_report_needs(&a->report, a->on, stamp_args_mach(&a->machine),
                               &a->machine.run.phases))
            return EINVAL;
        if (stamp_args_quant_check(&a->quant)) return EINVAL;
        return stamp_args_net_check(&a->scheme, &a->machine, a->on);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {.argp = &stamp_argp_scheme}, {.argp = &stamp_argp_net},
    {.argp = &stamp_argp_quant},  {.argp = &stamp_argp_memory},
    {.argp = &stamp_argp_common}, {.argp = &stamp_argp_at},
    {.argp = &stamp_argp_report}, {.argp = NULL}};
static char *help(int key, const char *text, void *input)
{
    (void)input;
    return key == KEY_ON ? stamp_args_device_help(text, STAMP_CAN_BITS | STAMP_CAN_VALUES)
                         : (char *)text;
}

static const struct argp argp = {
    .help_filter = help,
    .options = options,
    .parser = parse,
    .args_doc = "CHECKPOINT",
    .children = children,
    .doc =
        "Text from a prompt by a whole network in the numerics of the machine: the prompt in one "
        "program, then a program run a token. Ends after N tokens or at one that the checkpoint's "
        "files name as an end (EOS). A checkpoint is "
        "what "
        "eval takes.\v"
        "Cycles a token: of the RTL, on the C machine those the compiler expects; recoding of "
        "completed cache blocks is included."};

/* A generation as it goes. */
struct generation {
    const struct generate_args *a;
    struct stamp_network *model;
    struct stamp_tokenizer *tokenizer;
    struct stamp_qmodel *codes;
    struct stamp_scheme *of_node; /* NULL: all have that of the run */
    struct stamp_netrun *run;
    int32_t *ids; /* [prompt] and [made] behind them, owned */
    size_t prompt, made;
    bool ended, quiet; /* met a token that ends a text; the progress line would be in the way */
    struct stamp_detokenizer decoder;
    struct stamp_bytes text; /* all of it; what was generated begins at begin */
    size_t begin;
};

/* Print text; what a terminal would obey is left out: control characters, C1 ones too. */
static void print_text(const char *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)p[i],
                            next = i + 1 < len ? (unsigned char)p[i + 1] : 0;
        if (c == 0xc2 && next >= 0x80 && next < 0xa0) {
            i++;
            continue;
        }
        if ((c < ' ' && c != '\n' && c != '\t') || c == 127) continue;
        putchar(c);
    }
    fflush(stdout);
}

/* The text of token @p i of ids, as far as its characters are whole; @p last: all that is left. */
static enum stamp_status show(struct generation *g, size_t i, bool last, struct stamp_err *e)
{
    const size_t before = g->text.len;
    enum stamp_status s = STAMP_OK;

    if (!last) s = stamp_detokenize(&g->decoder, g->ids[i], &g->text, e);
    if (last) s = stamp_detokenize_end(&g->decoder, &g->text, e);
    if (s) return s;
    if (!last && i < g->prompt) g->begin = g->text.len;
    if (!g->a->common.json) print_text(g->text.s + before, g->text.len - before);
    return STAMP_OK;
}

static bool progress(void *ctx, const char *what, uint64_t done, uint64_t total, double rate)
{
    const struct generation *g = ctx;

    if (g->quiet) return true;
    if (!g->made) return stamp_progress_run(NULL, what, done, total, rate);
    return stamp_progress_show(g->made, g->a->n, "tokens");
}

static enum stamp_status encode(struct generation *g, struct stamp_err *e)
{
    const size_t ctx = g->model->ctx;
    int32_t *ids = NULL;

    enum stamp_status s = stamp_tokenizer_encode(g->tokenizer, g->a->prompt, strlen(g->a->prompt),
                                                 true, &ids, &g->prompt, e);
    if (s) return s;
    if (!g->prompt) { /* something must come first: the token that begins texts, if there is one */
        ids[0] = stamp_tokenizer_bos(g->tokenizer);
        g->prompt = 1;
        if (ids[0] < 0)
            s = stamp_fail(
                e, STAMP_ERANGE,
                "an empty prompt, and %s names no token that begins a text: give --prompt",
                g->a->tokenizer ? g->a->tokenizer : g->a->model[0]);
        else if ((size_t)ids[0] >= g->model->vocab)
            s = stamp_fail(e, STAMP_ERANGE, "BOS is token %d: the network's embedding has %zu rows",
                           (int)ids[0], g->model->vocab);
    }
    if (!s && (g->prompt > ctx || g->a->n - 1 > ctx - g->prompt))
        s = stamp_fail(e, STAMP_ERANGE,
                       "a prompt of %zu tokens and %" PRIu64 " to generate: the context holds %zu",
                       g->prompt, g->a->n, ctx);
    if (!s) {
        g->ids = stamp_alloc(g->prompt + (size_t)g->a->n, sizeof *ids);
        if (!g->ids)
            s = stamp_fail(e, STAMP_ENOMEM, "out of memory for %" PRIu64 " tokens", g->a->n);
    }
    if (!s) memcpy(g->ids, ids, g->prompt * sizeof *ids);
    stamp_free(ids);
    return s;
}

static enum stamp_status loop(struct generation *g, float *logits, struct stamp_err *e)
{
    struct stamp_sampler sampler = g->a->sampler;
    int32_t token = 0;

    stamp_progress_task("prompt of %zu tokens on %s", g->prompt, g->a->on->name);
    enum stamp_status s = stamp_netrun_prefill(g->run, g->ids, (uint32_t)g->prompt, logits, e);
    stamp_progress_end();
    if (s) return s;
    g->quiet = !g->a->common.json && isatty(STDOUT_FILENO);
    g->decoder.t = g->tokenizer;
    for (size_t i = 0; i < g->prompt && !s; i++) s = show(g, i, false, e);
    if (!g->quiet) stamp_progress_task("tokens on %s", g->a->on->name);
    while (!s && !ferror(stdout)) {
        s = stamp_sample(&sampler, logits, g->model->vocab, &token, e);
        if (s) break;
        g->ids[g->prompt + g->made++] = token;
        g->ended = stamp_tokenizer_ends(g->tokenizer, token);
        if (g->ended) break;
        s = show(g, g->prompt + g->made - 1, false, e);
        if (s || g->made == g->a->n) break;
        s = stamp_netrun_step(g->run, token, logits, e);
        if (!g->quiet) stamp_progress_show(g->made, g->a->n, "tokens");
    }
    stamp_progress_end();
    if (!s) s = show(g, 0, true, e);
    if (!g->a->common.json) putchar('\n');
    return s;
}

static enum stamp_status work(struct generation *g, struct stamp_err *e)
{
    const struct generate_args *a = g->a;
    struct stamp_netrun_options o = stamp_args_netrun(&a->net, &a->scheme, &a->machine, a->on);
    const char *const inputs[] = {a->model[0], a->quant.calib ? a->quant.calib : a->model[0],
                                  a->tokenizer, NULL};
    float *logits = NULL;

    enum stamp_status s = stamp_report_check(&a->report, inputs, e);
    if (!s) s = stamp_say_open(a->model[0], &g->model, e);
    if (!s) s = stamp_network_takes(g->model, STAMP_GOP_IDS, e);
    if (!s) s = stamp_say_tokenizer(a->model[0], a->tokenizer, g->model->vocab, &g->tokenizer, e);
    if (!s) s = encode(g, e);
    if (!s)
        s = stamp_args_qmodel(&a->quant, a->scheme.weight_bits, a->net.head_bits, a->scheme.block,
                              g->model, g->tokenizer, &g->codes, e);
    if (s) return s;
    s = stamp_args_at(&a->at, g->model->graph, &a->scheme, &g->of_node, e);
    if (s) return s;
    o.of_node = g->of_node;
    o.codes = g->codes;
    o.ctx = (uint32_t)(g->prompt + a->n - 1);
    o.decode = a->n > 1;
    o.last = true;
    o.run.progress = progress;
    o.run.progress_ctx = g;
    s = stamp_netrun_new(g->model, &o, &g->run, e);
    if (s) return s;
    logits = stamp_alloc(g->model->vocab, sizeof *logits);
    if (!logits) return stamp_fail(e, STAMP_ENOMEM, "out of memory for logits");
    s = loop(g, logits, e);
    stamp_free(logits);
    return s;
}

/* Settings of scheme and network in words. */
static void texts(const struct generate_args *a, char *scheme, size_t size, char *all, size_t room)
{
    char net[64], quant[64];

    stamp_scheme_text(&a->scheme, scheme, size);
    stamp_args_at_text(&a->at, scheme, size);
    stamp_args_net_text(&a->net, net, sizeof net);
    stamp_args_quant_text(&a->quant, quant, sizeof quant);
    snprintf(all, room, "%s, %s", net, quant);
}

static const char *const phase_name[] = {"prefill", "decode"};

static struct stamp_net_report report(const struct generation *g, int i)
{
    return (struct stamp_net_report){stamp_netrun_phase(g->run, (enum stamp_netrun_which)i),
                                     stamp_args_mach(&g->a->machine),
                                     g->a->on,
                                     g->a->mhz,
                                     g->run,
                                     g->a->report.phases,
                                     g->a->report.energy,
                                     stamp_args_dram(&g->a->machine)};
}

static enum stamp_status record(struct generate_args *a, const struct generation *g,
                                struct stamp_err *e)
{
    char scheme[400], all[136];

    texts(a, scheme, sizeof scheme, all, sizeof all);
    stamp_report_begin(&a->report, "generate", a->model[0], a->on, &a->machine,
                       stamp_args_mach(&a->machine));
    stamp_report_settings(&a->report, scheme, all);
    for (int i = 0; i < STAMP_NETRUN_PHASES; i++) {
        const struct stamp_net_report r = report(g, i);
        stamp_report_net(&a->report, phase_name[i], &r);
    }
    return stamp_report_end(&a->report, e);
}

static void print(const struct generation *g)
{
    const struct generate_args *a = g->a;
    struct cJSON *o = a->common.json ? stamp_json_root() : NULL;
    char scheme[400], all[136];

    texts(a, scheme, sizeof scheme, all, sizeof all);
    if (o) {
        stamp_put_text(o, "prompt", a->prompt);
        stamp_put_bytes(o, "text", g->text.s ? g->text.s + g->begin : "", g->text.len - g->begin);
        struct cJSON *list = stamp_put_array(o, "tokens");
        for (size_t i = 0; i < g->made; i++)
            cJSON_AddItemToArray(list, cJSON_CreateNumber(g->ids[g->prompt + i]));
        stamp_put_text(o, "stopped", g->ended ? "end" : "count");
        stamp_put_text(o, "on", a->on->name);
        stamp_put_text(o, "machine", stamp_args_mach(&a->machine)->name);
        stamp_put_text(o, "scheme", scheme);
        stamp_put_text(o, "network", all);
        stamp_put_real(o, "mhz", a->mhz);
    } else {
        printf("\n%zu tokens behind a prompt of %zu; %s, %s\n", g->made, g->prompt, scheme, all);
    }
    for (int i = 0; i < STAMP_NETRUN_PHASES; i++) {
        const struct stamp_net_report r = report(g, i);
        if (o)
            stamp_net_put(o, phase_name[i], &r);
        else
            stamp_net_print(phase_name[i], &r);
    }
    stamp_report_energy_sum(&a->report, o);
    if (o) stamp_say_json(o);
}

int stamp_cmd_generate(int argc, char **argv)
{
    struct generate_args a = {.scheme = stamp_scheme_default(),
                              .net = stamp_args_net_default(),
                              .quant = stamp_args_quant_default(),
                              .machine = stamp_args_machine_default(),
                              .prompt = "",
                              .n = 64,
                              .on = &stamp_on_model,
                              .mhz = STAMP_MHZ};
    struct generation g = {.a = &a};
    struct stamp_err e = {0}, w = {0};

    stamp_args_parse(&argp, "generate", argc, argv, &a);
    stamp_progress_init(a.common.progress);
    a.sampler.state = a.machine.run.seed;
    enum stamp_status s = work(&g, &e);
    if (!s) print(&g);
    if (stamp_report_has(s)) record(&a, &g, &w);
    s = stamp_report_both(s, &w, &e);
    stamp_report_free(&a.report);
    stamp_netrun_free(g.run);
    stamp_qmodel_free(g.codes);
    stamp_free(g.of_node);
    stamp_tokenizer_close(g.tokenizer);
    stamp_network_close(g.model);
    stamp_free(g.text.s);
    stamp_free(g.ids);
    return s ? stamp_net_fail(&e, a.machine.run.seed) : STAMP_EXIT_OK;
}
