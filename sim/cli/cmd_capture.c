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
#include "sim/vision/classify.h"

enum { KEY_TOKENIZER = STAMP_KEY_COMMAND, KEY_TEXT, KEY_TOKENS, KEY_LAYER, KEY_WEIGHT };

struct capture_args {
    struct stamp_args_common common;
    const char *file[2]; /* the model, and a picture */
    const char *tokenizer, *text, *layer, *out, *weight;
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
     .doc =
         "layers.I.q, .k, .v, .o, .gate, .up or .down, I from 0; others of other networks: a name "
         "that is none gets those there are"},
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
    if (!a->file[0]) return stamp_args_bad("needs a checkpoint: a folder or a file");
    if (!a->text && !a->file[1]) return stamp_args_bad("needs --text FILE, or a picture");
    if (a->text && a->file[1]) return stamp_args_bad("takes --text FILE or a picture, not both");
    if (a->file[1] && (a->tokenizer || a->tokens))
        return stamp_args_bad("--tokenizer and --tokens are of texts");
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
    case ARGP_KEY_ARG: return stamp_args_take(state, arg, a->file, 2);
    case ARGP_KEY_END: return check(a);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{.argp = &stamp_argp_common}, {.argp = NULL}};
static const struct argp argp = {
    .options = options,
    .parser = parse,
    .children = children,
    .args_doc = "CHECKPOINT --text FILE --layer NAME -o X.npy\n"
                "CHECKPOINT PICTURE --layer NAME -o X.npy",
    .doc =
        "Run a network in f32 over the first document of a text, or over a picture, and write the "
        "input of one of its linear layers, and if wanted the weight, as .npy (f32)."};

/* What was taken. */
struct taken {
    struct stamp_tensor x, w;
    struct stamp_cut cut;
    size_t ctx;
};

static void print(const struct capture_args *a, const struct taken *t)
{
    const size_t *x = t->x.dim, *w = t->w.dim;
    char text[120];

    if (!a->common.json) {
        printf("%s: %zu tokens x %zu features", a->out, x[0], x[1]);
        if (a->weight) printf("; %s: %zu outputs x %zu features", a->weight, w[0], w[1]);
        stamp_corpus_cut_text(&t->cut, t->ctx, text, sizeof text);
        printf("%s\n", text);
        return;
    }
    struct cJSON *o = stamp_json_root();
    stamp_put_text(o, "layer", a->layer);
    stamp_put_count(o, "tokens", x[0]);
    stamp_put_count(o, "features", x[1]);
    stamp_put_count(o, "outputs", w[0]);
    stamp_put_count(o, "tokens_cut", t->cut.tokens);
    stamp_say_json(o);
}

static enum stamp_status of_text(const struct capture_args *a, struct stamp_network *m,
                                 struct taken *t, struct stamp_err *e)
{
    struct stamp_corpus c;
    int32_t *ids = NULL;
    size_t count = 0;

    enum stamp_status s = stamp_corpus_take(m, a->file[0], a->tokenizer, a->text, &c, e);
    if (s) return s;
    s = stamp_corpus_document(&c, (size_t)a->tokens, false, &ids, &count, &t->cut, e);
    if (s) (void)stamp_fail_at(e, "%s", a->text);
    t->ctx = m->ctx;
    if (!s) s = stamp_f32_capture(m, ids, count, a->layer, &t->x, &t->w, e);
    stamp_free(ids);
    stamp_corpus_close(&c);
    return s;
}

static enum stamp_status of_picture(const struct capture_args *a, struct stamp_network *m,
                                    struct taken *t, struct stamp_err *e)
{
    const struct stamp_gvalue *in = &m->graph->value[0];
    float *rows = NULL;

    enum stamp_status s = stamp_network_takes(m, STAMP_GOP_PICTURE, e);
    if (!s && !(rows = stamp_alloc((size_t)in->rows * in->cols, sizeof *rows)))
        s = stamp_fail(e, STAMP_ENOMEM, "out of memory for a picture");
    if (!s) s = stamp_picture_rows(m, a->file[1], rows, e);
    if (!s) s = stamp_f32_capture_rows(m, rows, a->layer, &t->x, &t->w, e);
    stamp_free(rows);
    stamp_network_close(m);
    return s;
}

int stamp_cmd_capture(int argc, char **argv)
{
    struct capture_args a = {.tokens = 0};
    struct stamp_network *m = NULL;
    struct taken t = {.ctx = 0};
    struct stamp_err e = {0};

    stamp_args_parse(&argp, "capture", argc, argv, &a);
    stamp_progress_init(a.common.progress);
    const char *inputs[] = {a.file[0], a.text ? a.text : a.file[1], a.tokenizer, NULL};
    enum stamp_status s = stamp_check_output(a.out, inputs, &e);
    if (!s) s = stamp_check_output(a.weight, inputs, &e);
    if (!s) s = stamp_say_open(a.file[0], &m, &e);
    if (!s) s = a.text ? of_text(&a, m, &t, &e) : of_picture(&a, m, &t, &e);
    if (!s) s = stamp_npy_write(a.out, &t.x, &e);
    if (!s && a.weight) s = stamp_npy_write(a.weight, &t.w, &e);
    if (!s) print(&a, &t);
    stamp_tensor_free(&t.x);
    stamp_tensor_free(&t.w);
    return s ? stamp_say_fail(&e) : STAMP_EXIT_OK;
}
