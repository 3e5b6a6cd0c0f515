/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_demo.c - stamp demo: the main job, end to end. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "model/mem.h"
#include "sim/cli/args_machine.h"
#include "sim/cli/commands.h"
#include "sim/cli/demo.h"
#include "sim/cli/demo_net.h"
#include "sim/cli/progress.h"
#include "sim/cli/replay.h"
#include "sim/cli/say.h"

enum {
    KEY_MODEL = STAMP_KEY_COMMAND,
    KEY_TOKENIZER,
    KEY_TEXT,
    KEY_TOKENS,
    KEY_DECODE,
    KEY_LAYERS,
    KEY_LAYER,
    KEY_NO_PPL
};
enum { PATH_BYTES = 4096, NET_TOKENS = 256, LAYER_TOKENS = 512 };

static const char model_file[] = "traces/model/stamp-stories";
static const char text_file[] = "traces/model/eval.txt";

struct demo_args {
    struct stamp_args_common common;
    struct stamp_args_machine machine;
    const char *model, *tokenizer, *text, *layer;
    uint64_t tokens, decode; /* tokens 0: the default */
    bool layers, no_ppl, decode_set;
};

static const struct argp_option options[] = {
    {.name = "model",
     .key = KEY_MODEL,
     .arg = "CHECKPOINT",
     .group = 10,
     .doc = "a folder or a file, as for eval (default: the network that comes with the kit)"},
    {.name = "tokenizer", .key = KEY_TOKENIZER, .arg = "FILE", .doc = STAMP_DOC_TOKENIZER},
    {.name = "text", .key = KEY_TEXT, .arg = "FILE", .doc = "(default: the kit's evaluation text)"},
    {.name = "tokens",
     .key = KEY_TOKENS,
     .arg = "N",
     .doc = "tokens of the prefill, or of the layers' input: the first document cut to N, or the "
            "longest document if it is shorter (default 256, with --layers 512)"},
    {.name = "decode",
     .key = KEY_DECODE,
     .arg = "N",
     .doc = "tokens decoded behind the prefill (default 16)"},
    {.name = "layers",
     .key = KEY_LAYERS,
     .doc = "every linear layer by itself under three schemes instead of the whole network"},
    {.name = "layer",
     .key = KEY_LAYER,
     .arg = "NAME",
     .doc = "--layers, only this one, no perplexity"},
    {.name = "no-ppl", .key = KEY_NO_PPL, .doc = "--layers without perplexity"},
    {.name = NULL},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct demo_args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->machine;
        state->child_inputs[1] = &a->common;
        return 0;
    case KEY_MODEL: a->model = arg; return 0;
    case KEY_TOKENIZER: a->tokenizer = arg; return 0;
    case KEY_TEXT: a->text = arg; return 0;
    case KEY_LAYERS: a->layers = true; return 0;
    case KEY_LAYER: a->layer = arg; return 0;
    case KEY_NO_PPL: a->no_ppl = true; return 0;
    case KEY_DECODE:
        a->decode_set = true;
        return stamp_args_u64("--decode", arg, 0, 1 << 20, &a->decode);
    case KEY_TOKENS: return stamp_args_u64("--tokens", arg, 1, 1 << 20, &a->tokens);
    case ARGP_KEY_ARG: return stamp_args_bad("one argument too many: '%s'", arg);
    case ARGP_KEY_END:
        if (!a->machine.on_set) a->machine.run.on = &stamp_on_all;
        if (a->machine.run.wave && !a->machine.run.wave_last)
            return stamp_args_bad(
                "--wave: of a whole run, is for one layer: stamp linear; here with "
                "--wave-last");
        a->layers = a->layers || a->layer || a->no_ppl;
        if (a->layers && a->decode_set)
            return stamp_args_bad("--decode: layers by themselves decode nothing");
        if (!a->tokens) a->tokens = a->layers ? LAYER_TOKENS : NET_TOKENS;
        return stamp_args_machine_check(&a->machine);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {.argp = &stamp_argp_machine}, {.argp = &stamp_argp_common}, {.argp = NULL}};
static const struct argp argp = {
    .options = options,
    .parser = parse,
    .children = children,
    .doc =
        "Compile a whole network under STaMP (Haar along the tokens, 64 rows of 8 bits, 4-bit "
        "cache), "
        "run a prefill and decode tokens, compare every bit, say what each phase costs and how "
        "good "
        "the result is. Default: --on all, the RTL in lock-step with the C machine; the logits are "
        "compared with the network in C wherever it runs. Ends with PASS or FAIL.\v"
        "--layers: the inputs of every linear layer of the network, each layer compiled under "
        "three "
        "schemes: W4A4; W4A4 with the first 64 rows at 8 bits; STaMP, that is Haar along the "
        "tokens with 64 rows of 8 bits. SQNR is against the f32 product of the layer. Words are "
        "those of all three runs: outputs against the numerics, and in lock-step every word "
        "written and every instruction retired. Exit is 1 when a bit differs."};

/* A file of the kit: in the working directory, or beside the folder of the program. */
static const char *kit_file(const char *name, char path[PATH_BYTES])
{
    if (!access(name, R_OK)) return name;
    const ssize_t n = readlink("/proc/self/exe", path, PATH_BYTES - 1);
    for (int up = 0; n > 0 && up < 2; up++) {
        path[up ? strlen(path) : (size_t)n] = 0;
        char *slash = strrchr(path, '/');
        if (!slash) return name;
        *slash = 0;
    }
    const size_t len = n > 0 ? strlen(path) : 0;
    if (!len || len + strlen(name) + 2 > PATH_BYTES) return name;
    path[len] = '/';
    strcpy(path + len + 1, name);
    return access(path, R_OK) ? name : path;
}

static bool wanted(const struct demo_args *a, const struct stamp_layer_input *in)
{
    return !a->layer || !strcmp(a->layer, in->name);
}

static enum stamp_status run_layers(const struct demo_args *a, struct stamp_demo *d,
                                    const struct stamp_inputs *in, struct stamp_err *e)
{
    d->layer = stamp_alloc(in->count, sizeof *d->layer);
    if (!d->layer) return stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu layers", in->count);
    if (!a->common.json) stamp_demo_print_head(d);
    for (size_t i = 0; i < in->count; i++) {
        if (!wanted(a, &in->layer[i])) continue;
        struct stamp_demo_layer *l = &d->layer[d->layers];
        const enum stamp_status s = stamp_demo_run(d, &in->layer[i], l, e);
        if (s) return s;
        d->layers++;
        if (!a->common.json) stamp_demo_print_layer(d, l);
    }
    return STAMP_OK;
}

static enum stamp_status work(const struct demo_args *a, struct stamp_demo *d,
                              const struct stamp_corpus *c, struct stamp_inputs *in,
                              struct stamp_err *e)
{
    int32_t *ids = NULL;
    struct stamp_gat at;

    enum stamp_status s =
        a->layer ? stamp_f32_find_layer(c->model->graph, a->layer, &at, e) : STAMP_OK;
    if (s) return s;
    s = stamp_corpus_document(c, (size_t)a->tokens, true, &ids, &d->tokens, NULL, e);
    if (s) return stamp_fail_at(e, "%s", d->text);
    s = stamp_inputs_take(c->model, ids, d->tokens, in, e);
    stamp_free(ids);
    if (!s) s = run_layers(a, d, in, e);
    if (!s && !a->layer && !a->no_ppl) s = stamp_demo_score(d, c, e);
    return s;
}

static int finish(const struct demo_args *a, const struct stamp_demo *d)
{
    char again[2048], layer[80];

    if (a->common.json)
        stamp_demo_print_json(d);
    else
        stamp_demo_print_tail(d);
    if (!d->mismatches) return STAMP_EXIT_OK;
    fflush(stdout);
    snprintf(layer, sizeof layer, "--layer %s", d->first_name);
    stamp_replay_text(a->layer ? NULL : layer, d->run.seed, again, sizeof again);
    stamp_say_error("%s: %s; seed %" PRIu64 "; again: %s", d->first_name, d->first->difference,
                    d->run.seed, again);
    return STAMP_EXIT_FAIL;
}

static int layers(const struct demo_args *a, struct stamp_demo *d, const struct stamp_corpus *c)
{
    struct stamp_inputs in = {0};
    struct stamp_err e = {0};

    const int code = work(a, d, c, &in, &e) ? stamp_say_fail(&e) : finish(a, d);
    stamp_inputs_free(&in);
    stamp_free(d->layer);
    return code;
}

int stamp_cmd_demo(int argc, char **argv)
{
    struct demo_args a = {.machine = stamp_args_machine_default(), .decode = 16};
    char model[PATH_BYTES], text[PATH_BYTES];
    struct stamp_corpus corpus;
    struct stamp_err e = {0};
    int code;

    stamp_args_parse(&argp, "demo", argc, argv, &a);
    stamp_progress_init(a.common.progress);
    struct stamp_demo d = {.model = a.model ? a.model : kit_file(model_file, model),
                           .text = a.text ? a.text : kit_file(text_file, text),
                           .mach = stamp_args_mach(&a.machine),
                           .run = a.machine.run};
    if (stamp_corpus_open(d.model, a.tokenizer, d.text, &corpus, &e)) return stamp_say_fail(&e);
    if (a.layers) {
        code = layers(&a, &d, &corpus);
    } else {
        const struct stamp_demo_net net = {.model = d.model,
                                           .text = d.text,
                                           .machine = &a.machine,
                                           .corpus = &corpus,
                                           .tokens = (size_t)a.tokens,
                                           .decode = (size_t)a.decode,
                                           .json = a.common.json};
        code = stamp_demo_network(&net);
    }
    stamp_corpus_close(&corpus);
    return code;
}
