/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_eval.c - stamp eval: perplexity of a model on a text, f32 and under a scheme. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/cli/args_net.h"
#include "sim/cli/args_scheme.h"
#include "sim/cli/commands.h"
#include "sim/cli/corpus.h"
#include "sim/cli/progress.h"
#include "sim/cli/say.h"
#include "sim/report/json_out.h"

enum { KEY_TOKENIZER = STAMP_KEY_COMMAND, KEY_TEXT, KEY_TOKENS, KEY_DOCS, KEY_ON };

enum on { ON_F32, ON_NET };

struct eval_args {
    struct stamp_args_common common;
    struct stamp_scheme scheme;
    const char *model[1], *tokenizer, *text;
    struct stamp_ppl_limits limits;
    unsigned on; /* enum on */
    struct stamp_args_net net;
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
     .arg = "f32|net",
     .doc = "f32 (default): linear layers under the scheme, everything else in f32; net: the whole "
            "network in the numerics of the machine"},
    {.name = "tokenizer",
     .key = KEY_TOKENIZER,
     .arg = "FILE",
     .doc = "tokenizer.bin of llama2.c (default: the one in the model's folder or file)"},
    {.name = "tokens", .key = KEY_TOKENS, .arg = "N", .doc = "stop after N scored tokens"},
    {.name = "docs", .key = KEY_DOCS, .arg = "N", .doc = "only the first N documents"},
    {.name = NULL},
};

static error_t parse_limit(const char *flag, const char *arg, size_t *out)
{
    uint64_t v = 0;
    const error_t err = stamp_args_u64(flag, arg, 1, UINT32_MAX, &v);

    if (!err) *out = (size_t)v;
    return err;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    static const char *const ons[] = {"f32", "net"};
    struct eval_args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->scheme;
        state->child_inputs[1] = &a->net;
        state->child_inputs[2] = &a->common;
        return 0;
    case KEY_TEXT: a->text = arg; return 0;
    case KEY_TOKENIZER: a->tokenizer = arg; return 0;
    case KEY_ON: return stamp_args_choice("--on", arg, ons, 2, &a->on);
    case KEY_TOKENS: return parse_limit("--tokens", arg, &a->limits.tokens);
    case KEY_DOCS: return parse_limit("--docs", arg, &a->limits.docs);
    case ARGP_KEY_ARG: return stamp_args_take(state, arg, a->model, 1);
    case ARGP_KEY_END:
        if (!a->model[0]) return stamp_args_bad("needs a model: a folder or a file");
        if (!a->text) return stamp_args_bad("needs --text FILE");
        if (a->on == ON_F32 && a->net.any)
            return stamp_args_bad("--kv, --kv-block, --head-bits and --threads are of --on net");
        if (a->on == ON_NET && a->scheme.weight_bits == 32)
            return stamp_args_bad("--weight-bits f32: a network has weights of 4 or 8 bits");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{.argp = &stamp_argp_scheme},
                                             {.argp = &stamp_argp_net},
                                             {.argp = &stamp_argp_common},
                                             {.argp = NULL}};
static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "MODEL --text FILE",
    .children = children,
    .doc =
        "Perplexity of a Llama, Qwen 2 or Qwen 3 model: a Hugging Face folder (config.json, "
        "safetensors, tokenizer.bin), a GGUF file, a llama2.c .bin file, or "
        "random:PATH/config.json[,layers=N][,seed=S][,vocab=V] for random weights. Linear "
        "layers go through the numerics "
        "of the machine under the scheme; everything else, the output head included, is f32. With "
        "--on net attention, cache, norms, functions and output head are the machine's too.\v"
        "ppl is exp of the mean -ln p of the scored tokens under the scheme, ppl_f32 the same "
        "without one; avg_act_bits is the mean width of an activation row, scales not counted."};

static void print(const struct eval_args *a, const struct stamp_ppl *f32, const struct stamp_ppl *q,
                  double bits)
{
    const double n = (double)q->tokens;
    char scheme[200], net[64];

    stamp_scheme_text(&a->scheme, scheme, sizeof scheme);
    if (a->on == ON_NET) {
        stamp_args_net_text(&a->net, net, sizeof net);
        strncat(scheme, ", ", sizeof scheme - strlen(scheme) - 1);
        strncat(scheme, net, sizeof scheme - strlen(scheme) - 1);
    }
    if (!a->common.json) {
        printf("perplexity f32        %.4f (%.5f nats per token)\n", f32->ppl, f32->nats / n);
        printf("perplexity quantized  %.4f (%.5f nats per token), %s\n", q->ppl, q->nats / n,
               scheme);
        printf("scored                %zu tokens of %zu documents\n", q->tokens, q->docs);
        printf("activations           %.4f bits on average\n", bits);
        return;
    }
    struct cJSON *o = cJSON_CreateObject();
    stamp_put_real(o, "ppl_f32", f32->ppl);
    stamp_put_real(o, "ppl", q->ppl);
    stamp_put_count(o, "tokens", q->tokens);
    stamp_put_real(o, "avg_act_bits", bits);
    stamp_put_real(o, "nats_f32", f32->nats / n);
    stamp_put_real(o, "nats", q->nats / n);
    stamp_put_count(o, "docs", q->docs);
    stamp_put_text(o, "scheme", scheme);
    stamp_say_json(o);
}

int stamp_cmd_eval(int argc, char **argv)
{
    struct eval_args a = {.scheme = stamp_scheme_default(), .net = stamp_args_net_default()};
    struct stamp_corpus corpus;
    struct stamp_ppl f32, q;
    struct stamp_err e = {0};
    double bits = 0;

    stamp_args_parse(&argp, "eval", argc, argv, &a);
    stamp_progress_init(a.common.progress);
    if (stamp_corpus_open(a.model[0], a.tokenizer, a.text, &corpus, &e)) return stamp_say_fail(&e);
    enum stamp_status s = stamp_corpus_perplexity(&corpus, &a.limits, NULL, &f32, NULL, &e);
    const struct stamp_net_score_options net = {a.scheme, a.net.kv, a.net.head_bits, a.net.threads};
    if (!s && a.on == ON_NET)
        s = stamp_corpus_net_perplexity(&corpus, &a.limits, &net, &q, &bits, &e);
    else if (!s)
        s = stamp_corpus_perplexity(&corpus, &a.limits, &a.scheme, &q, &bits, &e);
    stamp_corpus_close(&corpus);
    if (s) {
        if (strncmp(e.text, a.model[0], strlen(a.model[0])) != 0) stamp_fail_at(&e, "%s", a.text);
        return stamp_say_fail(&e);
    }
    print(&a, &f32, &q, bits);
    return STAMP_EXIT_OK;
}
