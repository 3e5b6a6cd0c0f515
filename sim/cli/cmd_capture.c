/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_capture.c - stamp capture: input and weight of a linear layer as .npy. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "sim/cli/args.h"
#include "sim/cli/commands.h"
#include "sim/cli/corpus.h"
#include "sim/cli/files.h"
#include "sim/cli/progress.h"
#include "sim/cli/say.h"
#include "sim/report/json_out.h"

enum { KEY_TOKENIZER = STAMP_KEY_COMMAND, KEY_TEXT, KEY_TOKENS, KEY_LAYER, KEY_WEIGHT };

struct capture_args {
    struct stamp_args_common common;
    const char *model[1], *tokenizer, *text, *layer, *out, *weight;
    uint64_t tokens;
};

static const struct argp_option options[] = {
    {.name = "text",
     .key = KEY_TEXT,
     .arg = "FILE",
     .doc = "its first document is used",
     .group = 10},
    {.name = "tokenizer", .key = KEY_TOKENIZER, .arg = "FILE", .doc = STAMP_DOC_TOKENIZER},
    {.name = "layer",
     .key = KEY_LAYER,
     .arg = "NAME",
     .doc = "layers.I.q, .k, .v, .o, .gate, .up or .down, I from 0"},
    {.name = "tokens",
     .key = KEY_TOKENS,
     .arg = "N",
     .doc = "cut the document to N tokens, BOS included (default: the context length)"},
    {.name = "output", .key = 'o', .arg = "X.npy", .doc = "the layer's input, [tokens][features]"},
    {.name = "weight",
     .key = KEY_WEIGHT,
     .arg = "W.npy",
     .doc = "also its weight, [outputs][features], rows in the order of the checkpoint"},
    {.name = NULL},
};

static error_t check(const struct capture_args *a)
{
    if (!a->model[0]) return stamp_args_bad("needs a checkpoint: a folder or a file");
    if (!a->text) return stamp_args_bad("needs --text FILE");
    if (!a->layer) return stamp_args_bad("needs --layer NAME");
    if (!a->out) return stamp_args_bad("needs -o X.npy");
    if (a->weight && !strcmp(a->weight, a->out))
        return stamp_args_bad("-o and --weight both name %s", a->out);
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct capture_args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &a->common; return 0;
    case KEY_TEXT: a->text = arg; return 0;
    case KEY_TOKENIZER: a->tokenizer = arg; return 0;
    case KEY_LAYER: a->layer = arg; return 0;
    case KEY_TOKENS: return stamp_args_u64("--tokens", arg, 1, UINT32_MAX, &a->tokens);
    case KEY_WEIGHT: a->weight = arg; return 0;
    case 'o': a->out = arg; return 0;
    case ARGP_KEY_ARG: return stamp_args_take(state, arg, a->model, 1);
    case ARGP_KEY_END: return check(a);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{.argp = &stamp_argp_common}, {.argp = NULL}};
static const struct argp argp = {
    .options = options,
    .parser = parse,
    .children = children,
    .args_doc = "CHECKPOINT --text FILE --layer NAME -o X.npy",
    .doc =
        "Run a network in f32 over the first document of a text and write the input of one of its "
        "linear layers, and if wanted the weight, as .npy (f32)."};

static void print(const struct capture_args *a, const struct stamp_corpus *c,
                  const struct stamp_cut *cut, const struct stamp_tensor *x,
                  const struct stamp_tensor *w)
{
    char text[120];

    if (!a->common.json) {
        printf("%s: %zu tokens x %zu features", a->out, x->dim[0], x->dim[1]);
        if (a->weight) printf("; %s: %zu outputs x %zu features", a->weight, w->dim[0], w->dim[1]);
        stamp_corpus_cut_text(cut, c->model->ctx, text, sizeof text);
        printf("%s\n", text);
        return;
    }
    struct cJSON *o = stamp_json_root();
    stamp_put_text(o, "layer", a->layer);
    stamp_put_count(o, "tokens", x->dim[0]);
    stamp_put_count(o, "features", x->dim[1]);
    stamp_put_count(o, "outputs", w->dim[0]);
    stamp_put_count(o, "tokens_cut", cut->tokens);
    stamp_say_json(o);
}

static enum stamp_status work(const struct capture_args *a, const struct stamp_corpus *c,
                              struct stamp_cut *cut, struct stamp_tensor *x, struct stamp_tensor *w,
                              struct stamp_err *e)
{
    int32_t *ids = NULL;
    size_t count = 0;

    enum stamp_status s = stamp_corpus_document(c, (size_t)a->tokens, false, &ids, &count, cut, e);
    if (s) return stamp_fail_at(e, "%s", a->text);
    s = stamp_f32_capture(c->model, ids, count, a->layer, x, w, e);
    stamp_free(ids);
    if (!s) s = stamp_npy_write(a->out, x, e);
    if (!s && a->weight) s = stamp_npy_write(a->weight, w, e);
    return s;
}

int stamp_cmd_capture(int argc, char **argv)
{
    struct capture_args a = {.tokens = 0};
    struct stamp_corpus corpus;
    struct stamp_tensor x = {0}, w = {0};
    struct stamp_cut cut = {0};
    struct stamp_err e = {0};

    stamp_args_parse(&argp, "capture", argc, argv, &a);
    stamp_progress_init(a.common.progress);
    const char *inputs[] = {a.text, a.model[0], a.tokenizer, NULL};
    enum stamp_status s = stamp_check_output(a.out, inputs, &e);
    if (!s) s = stamp_check_output(a.weight, inputs, &e);
    if (!s) s = stamp_corpus_open(a.model[0], a.tokenizer, a.text, &corpus, &e);
    if (s) return stamp_say_fail(&e);
    s = work(&a, &corpus, &cut, &x, &w, &e);
    if (!s) print(&a, &corpus, &cut, &x, &w);
    stamp_tensor_free(&x);
    stamp_tensor_free(&w);
    stamp_corpus_close(&corpus);
    return s ? stamp_say_fail(&e) : STAMP_EXIT_OK;
}
