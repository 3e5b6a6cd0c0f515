/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_eval.c - stamp eval: perplexity of a model on a text, f32 and under a scheme. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

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
#include "sim/report/json_out.h"
#include "sim/report/tensors.h"

enum {
    KEY_TOKENIZER = STAMP_KEY_COMMAND,
    KEY_TEXT,
    KEY_TOKENS,
    KEY_DOCS,
    KEY_ON,
    KEY_TENSORS,
    KEY_PHASES
};

struct eval_args {
    struct stamp_args_common common;
    struct stamp_scheme scheme;
    struct stamp_args_at at;
    const char *model[1], *tokenizer, *text;
    struct stamp_ppl_limits limits;
    const struct stamp_device *on;
    bool tensors;
    struct stamp_args_net net;
    struct stamp_args_quant quant;
    struct stamp_args_machine machine;
    struct stamp_args_report report;
};

static const struct argp_option options[] = {
    {.name = "text",
     .key = KEY_TEXT,
     .arg = "FILE",
     .group = 10,
     .doc =
         "documents split at <|endoftext|>; each is scored alone, BOS first, cut at the context"},
    {.name = "on",
     .key = KEY_ON,
     .arg = "DEVICE",
     .doc = "where it runs; on f32 (default) linear layers under the scheme, everything else in "
            "f32, on the others all of it in the numerics of the machine"},
    {.name = "tokenizer", .key = KEY_TOKENIZER, .arg = "FILE", .doc = STAMP_DOC_TOKENIZER},
    {.name = "tensors",
     .key = KEY_TENSORS,
     .doc = "SQNR of every tensor against f32 over the same tokens; --on net, or model and all, "
            "which take them from the machine's memory"},
    {.name = "phases",
     .key = KEY_PHASES,
     .doc = "cycles, bytes and use of the array by part of the programs and layer, summed over the "
            "documents; --on model, rtl or all"},
    {.name = "tokens", .key = KEY_TOKENS, .arg = "N", .doc = "stop after N scored tokens"},
    {.name = "docs", .key = KEY_DOCS, .arg = "N", .doc = "only the first N documents"},
    {.name = NULL},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct eval_args *a = state->input;

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
    case KEY_TEXT: a->text = arg; return 0;
    case KEY_TOKENIZER: a->tokenizer = arg; return 0;
    case KEY_ON: return stamp_args_device(arg, STAMP_CAN_VALUES, &a->on);
    case KEY_TOKENS: return stamp_args_size("--tokens", arg, 1, UINT32_MAX, &a->limits.tokens);
    case KEY_DOCS: return stamp_args_size("--docs", arg, 1, UINT32_MAX, &a->limits.docs);
    case KEY_TENSORS: a->tensors = true; return 0;
    case KEY_PHASES: a->report.phases = true; return 0;
    case ARGP_KEY_ARG: return stamp_args_take(state, arg, a->model, 1);
    case ARGP_KEY_END:
        if (!a->model[0]) return stamp_args_bad("needs a checkpoint: a folder or a file");
        if (!a->text) return stamp_args_bad("needs --text FILE");
        if (a->tensors && stamp_args_device_needs("--tensors", a->on, STAMP_CAN_SEE)) return EINVAL;
        if (a->report.phases && stamp_args_device_needs("--phases", a->on, STAMP_CAN_PROGRAMS))
            return EINVAL;
        if (stamp_report_needs(&a->report, a->on, stamp_args_mach(&a->machine),
                               &a->machine.run.phases))
            return EINVAL;
        if (a->on->can & STAMP_CAN_BITS) {
            const error_t err = stamp_args_quant_check(&a->quant);
            if (err) return err;
            return stamp_args_net_check(&a->scheme, &a->machine, a->on);
        }
        if (a->net.any || a->quant.any || a->machine.any || a->at.count)
            return stamp_args_device_needs("flags of whole networks and of machines", a->on,
                                           STAMP_CAN_BITS);
        return 0;
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
    return key == KEY_ON ? stamp_args_device_help(text, STAMP_CAN_VALUES) : (char *)text;
}

static const struct argp argp = {
    .help_filter = help,
    .options = options,
    .parser = parse,
    .args_doc = "CHECKPOINT --text FILE",
    .children = children,
    .doc =
        "Perplexity of a Llama, Qwen 2 or Qwen 3 checkpoint: a Hugging Face folder (config.json, "
        "safetensors, a tokenizer), a GGUF file, a llama2.c .bin file, or "
        "random:PATH/config.json[,layers=N][,seed=S][,vocab=V] for random weights. Linear "
        "layers go through the numerics "
        "of the machine under the scheme; everything else, the output head included, is f32. With "
        "--on net, model, rtl or all attention, cache, norms, functions and output head are the "
        "machine's too.\v"
        "ppl is exp of the mean -ln p of the scored tokens under the scheme, ppl_f32 the same "
        "without one; avg_act_bits is the mean width of an activation row, scales not counted."};

/* What there is to print. */
struct result {
    struct stamp_ppl f32, q;
    double bits;
    size_t ctx;
    char scheme[400];
    struct stamp_net_report net;   /* phase NULL: no network */
    struct stamp_tensors *tensors; /* NULL: not wanted; owned */
};

static void print(const struct stamp_args_report *to, const struct result *r)
{
    const double n = (double)r->q.tokens;
    char cut[120];

    printf("perplexity f32        %.4f (%.5f nats per token)\n", r->f32.ppl, r->f32.nats / n);
    printf("perplexity quantized  %.4f (%.5f nats per token), %s\n", r->q.ppl, r->q.nats / n,
           r->scheme);
    stamp_corpus_cut_text(&r->q.cut, r->ctx, cut, sizeof cut);
    printf("scored                %zu tokens of %zu documents%s\n", r->q.tokens, r->q.docs, cut);
    printf("activations           %.4f bits on average\n", r->bits);
    if (r->net.phase) {
        stamp_net_print("prefill", &r->net);
        stamp_report_energy_sum(to, NULL);
    }
    if (r->tensors) {
        struct stamp_text text = {0};
        stamp_text_tensors(&text, r->tensors);
        printf("\n");
        stamp_say_text(&text);
    }
}

static void print_json(const struct stamp_args_report *to, const struct result *r)
{
    const double n = (double)r->q.tokens;
    struct cJSON *o = stamp_json_root();

    stamp_put_real(o, "ppl_f32", r->f32.ppl);
    stamp_put_real(o, "ppl", r->q.ppl);
    stamp_put_count(o, "tokens", r->q.tokens);
    stamp_put_real(o, "avg_act_bits", r->bits);
    stamp_put_real(o, "nats_f32", r->f32.nats / n);
    stamp_put_real(o, "nats", r->q.nats / n);
    stamp_put_count(o, "docs", r->q.docs);
    stamp_put_count(o, "docs_cut", r->q.cut.docs);
    stamp_put_count(o, "tokens_cut", r->q.cut.tokens);
    stamp_put_text(o, "scheme", r->scheme);
    if (r->net.phase) {
        stamp_put_text(o, "on", r->net.on->name);
        stamp_put_text(o, "machine", r->net.mach->name);
        stamp_net_put(o, "prefill", &r->net);
        stamp_report_energy_sum(to, o);
    }
    if (r->tensors) stamp_put_tensors(o, r->tensors);
    stamp_say_json(o);
}

static void set_text(const struct eval_args *a, struct result *r)
{
    char net[64], quant[64];
    size_t len;

    stamp_scheme_text(&a->scheme, r->scheme, sizeof r->scheme);
    stamp_args_at_text(&a->at, r->scheme, sizeof r->scheme);
    if (!(a->on->can & STAMP_CAN_BITS)) return;
    stamp_args_net_text(&a->net, net, sizeof net);
    stamp_args_quant_text(&a->quant, quant, sizeof quant);
    len = strlen(r->scheme);
    snprintf(r->scheme + len, sizeof r->scheme - len, ", %s, %s", net, quant);
}

/* What runs, with its codes. */
struct network {
    struct stamp_netrun *run; /* NULL: no network */
    struct stamp_qmodel *codes;
    struct stamp_scheme *of_node; /* NULL: all have that of the run */
    bool scoring;                 /* what fails now is the text's or the model's */
};

/* Before anything is scored, as a machine may be missing. */
static enum stamp_status open_network(const struct eval_args *a, const struct stamp_corpus *c,
                                      struct stamp_net_score *score, struct network *at,
                                      struct result *r, struct stamp_err *e)
{
    const struct stamp_device *on = a->on;
    struct stamp_netrun_options o = stamp_args_netrun(&a->net, &a->scheme, &a->machine, on);

    o.run.progress = stamp_net_score_progress;
    o.run.progress_ctx = score;
    if (a->tensors) {
        r->tensors = stamp_tensors_new(c->model);
        if (!r->tensors) return stamp_fail(e, STAMP_ENOMEM, "out of memory for tensors");
        score->tensors = o.see_ctx = r->tensors;
        score->model = c->model;
        o.see = stamp_tensors_compare;
    }
    enum stamp_status s = stamp_args_qmodel(&a->quant, a->scheme.weight_bits, a->net.head_bits,
                                            a->scheme.block, c->model, c->tokenizer, &at->codes, e);
    o.codes = at->codes;
    if (!s) s = stamp_args_at(&a->at, c->model->graph, &a->scheme, &at->of_node, e);
    o.of_node = at->of_node;
    if (!s) s = stamp_netrun_new(c->model, &o, &at->run, e);
    if (s) return s;
    score->run = at->run;
    if (on->can & STAMP_CAN_PROGRAMS)
        r->net = (struct stamp_net_report){stamp_netrun_phase(at->run, STAMP_PREFILL),
                                           o.mach,
                                           on,
                                           0,
                                           at->run,
                                           a->report.phases,
                                           a->report.energy,
                                           stamp_args_dram(&a->machine)};
    return STAMP_OK;
}

static enum stamp_status work(const struct eval_args *a, const struct stamp_corpus *c,
                              struct network *at, struct result *r, struct stamp_err *e)
{
    struct stamp_net_score score = {.scheme = &a->scheme};
    enum stamp_status s = STAMP_OK;

    if (a->on->can & STAMP_CAN_BITS) s = open_network(a, c, &score, at, r, e);
    if (s) return s;
    at->scoring = true;
    s = stamp_corpus_perplexity(c, &a->limits, NULL, &r->f32, NULL, e);
    if (!s && at->run) s = stamp_corpus_net_perplexity(c, &a->limits, &score, &r->q, &r->bits, e);
    if (!s && !at->run) s = stamp_corpus_perplexity(c, &a->limits, &a->scheme, &r->q, &r->bits, e);
    return s;
}

static enum stamp_status record(struct eval_args *a, const struct result *r, struct stamp_err *e)
{
    const double n = (double)r->q.tokens;
    struct stamp_args_report *to = &a->report;

    stamp_report_begin(to, "eval", a->model[0], a->on, &a->machine, stamp_args_mach(&a->machine));
    stamp_report_settings(to, r->scheme, NULL);
    stamp_report_figure(to, "ppl_f32", NULL, r->f32.ppl);
    stamp_report_figure(to, "ppl", NULL, n > 0 ? r->q.ppl : (double)NAN);
    stamp_report_figure(to, "nats_f32", NULL, r->f32.nats / (double)r->f32.tokens);
    stamp_report_figure(to, "nats", NULL, n > 0 ? r->q.nats / n : (double)NAN);
    stamp_report_figure(to, "scored", NULL, n);
    stamp_report_figure(to, "avg_act_bits", NULL, r->bits);
    if (r->net.phase) stamp_report_net(to, "prefill", &r->net);
    return stamp_report_end(to, e);
}

int stamp_cmd_eval(int argc, char **argv)
{
    struct eval_args a = {.on = &stamp_on_f32,
                          .scheme = stamp_scheme_default(),
                          .net = stamp_args_net_default(),
                          .quant = stamp_args_quant_default(),
                          .machine = stamp_args_machine_default()};
    struct stamp_corpus corpus;
    struct network at = {0};
    struct result r = {0};
    struct stamp_err e = {0};

    stamp_args_parse(&argp, "eval", argc, argv, &a);
    stamp_progress_init(a.common.progress);
    const char *const inputs[] = {a.model[0], a.text, a.quant.calib ? a.quant.calib : a.text,
                                  a.tokenizer, NULL};
    if (stamp_report_check(&a.report, inputs, &e)) return stamp_say_fail(&e);
    if (stamp_corpus_open(a.model[0], a.tokenizer, a.text, &corpus, &e)) return stamp_say_fail(&e);
    set_text(&a, &r);
    r.ctx = corpus.model->ctx;
    enum stamp_status s = work(&a, &corpus, &at, &r, &e);
    if (!s && a.common.json)
        print_json(&a.report, &r);
    else if (!s)
        print(&a.report, &r);
    else if (at.scoring && s != STAMP_EUNSUPPORTED &&
             strncmp(e.text, a.model[0], strlen(a.model[0])) != 0)
        stamp_fail_at(&e, "%s", a.text);
    struct stamp_err w = {0};
    if (stamp_report_has(s)) record(&a, &r, &w);
    s = stamp_report_both(s, &w, &e);
    stamp_report_free(&a.report);
    stamp_netrun_free(at.run);
    stamp_tensors_free(r.tensors);
    stamp_qmodel_free(at.codes);
    stamp_free(at.of_node);
    stamp_corpus_close(&corpus);
    return s ? stamp_net_fail(&e, a.machine.run.seed) : STAMP_EXIT_OK;
}
