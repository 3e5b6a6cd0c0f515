/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_tokenize.c - stamp tokenize: the tokens of a text, and the text they stand for. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compiler/token/tokenizer.h"
#include "model/file/infile.h"
#include "model/mem.h"
#include "sim/cli/args.h"
#include "sim/cli/commands.h"
#include "sim/cli/say.h"
#include "sim/report/json_out.h"

enum { KEY_PROMPT = STAMP_KEY_COMMAND, KEY_TEXT, KEY_TOKENIZER, KEY_PLAIN, TEXT_MAX = 1 << 30 };

struct tokenize_args {
    struct stamp_args_common common;
    const char *model[1], *tokenizer, *prompt, *text;
    bool plain;
};

static const struct argp_option options[] = {
    {.name = "prompt", .key = KEY_PROMPT, .arg = "TEXT", .group = 10, .doc = "the text"},
    {.name = "text", .key = KEY_TEXT, .arg = "FILE", .doc = "or a file that is one text, whole"},
    {.name = "plain",
     .key = KEY_PLAIN,
     .doc = "without what the files put around a text (BOS, EOS)"},
    {.name = "tokenizer", .key = KEY_TOKENIZER, .arg = "FILE", .doc = STAMP_DOC_TOKENIZER},
    {.name = NULL},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct tokenize_args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &a->common; return 0;
    case KEY_PROMPT: a->prompt = arg; return 0;
    case KEY_TEXT: a->text = arg; return 0;
    case KEY_TOKENIZER: a->tokenizer = arg; return 0;
    case KEY_PLAIN: a->plain = true; return 0;
    case ARGP_KEY_ARG: return stamp_args_take(state, arg, a->model, 1);
    case ARGP_KEY_END:
        if (!a->model[0])
            return stamp_args_bad("needs a checkpoint or a tokenizer: a folder or a file");
        if (!a->prompt == !a->text) return stamp_args_bad("needs --prompt or --text, one of them");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{.argp = &stamp_argp_common}, {.argp = NULL}};
static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "CHECKPOINT|TOKENIZER",
    .children = children,
    .doc = "Token ids of a text, and the text they decode to. The text is taken as it is: no "
           "documents, no white space cut off. Weights are not looked at."};

/* What was encoded. */
struct encoded {
    const struct stamp_tokenizer *t;
    int32_t *ids;
    size_t count;
    struct stamp_bytes text; /* decoded */
};

static enum stamp_status work(const struct tokenize_args *a, struct stamp_tokenizer **t,
                              struct encoded *x, struct stamp_err *e)
{
    char *file = NULL;
    const char *text = a->prompt;
    size_t len = text ? strlen(text) : 0;

    enum stamp_status s = stamp_say_tokenizer(a->model[0], a->tokenizer, 0, t, e);
    if (!s && a->text) s = stamp_infile_text(a->text, TEXT_MAX, &file, &len, e);
    if (file) text = file;
    if (!s) s = stamp_tokenizer_encode(*t, text, len, !a->plain, &x->ids, &x->count, e);
    stamp_free(file);
    struct stamp_detokenizer d = {.t = *t};
    for (size_t i = 0; i < x->count && !s; i++) s = stamp_detokenize(&d, x->ids[i], &x->text, e);
    x->t = *t;
    return s ? s : stamp_detokenize_end(&d, &x->text, e);
}

/* A line a token: its id and its bytes as a C string has them. */
static void print(const struct encoded *x)
{
    for (size_t i = 0; i < x->count; i++) {
        size_t len;
        const char *p = stamp_tokenizer_piece(x->t, x->ids[i], &len);
        printf("%8" PRId32 "  \"", x->ids[i]);
        for (size_t k = 0; k < len; k++) {
            const unsigned char c = (unsigned char)p[k];
            if (c == '"' || c == '\\')
                printf("\\%c", c);
            else if (c == '\n')
                printf("\\n");
            else if (c < ' ' || c > '~')
                printf("\\x%02x", c);
            else
                putchar(c);
        }
        printf("\"%s\n", stamp_tokenizer_special(x->t, x->ids[i]) ? "  special" : "");
    }
    printf("%zu tokens of %zu; %s\n", x->count, stamp_tokenizer_size(x->t),
           stamp_tokenizer_format(x->t));
}

static void put(const struct encoded *x)
{
    struct cJSON *o = stamp_json_root();

    stamp_put_text(o, "format", stamp_tokenizer_format(x->t));
    stamp_put_count(o, "vocabulary", stamp_tokenizer_size(x->t));
    struct cJSON *list = stamp_put_array(o, "tokens");
    for (size_t i = 0; i < x->count; i++) cJSON_AddItemToArray(list, cJSON_CreateNumber(x->ids[i]));
    stamp_put_bytes(o, "text", x->text.s ? x->text.s : "", x->text.len);
    stamp_say_json(o);
}

int stamp_cmd_tokenize(int argc, char **argv)
{
    struct tokenize_args a = {0};
    struct stamp_tokenizer *t = NULL;
    struct encoded x = {0};
    struct stamp_err e = {0};

    stamp_args_parse(&argp, "tokenize", argc, argv, &a);
    const enum stamp_status s = work(&a, &t, &x, &e);
    if (!s && a.common.json) put(&x);
    if (!s && !a.common.json) print(&x);
    stamp_free(x.ids);
    stamp_free(x.text.s);
    stamp_tokenizer_close(t);
    return s ? stamp_say_fail(&e) : STAMP_EXIT_OK;
}
