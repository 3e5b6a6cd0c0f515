/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_compile.c - stamp compile: weights, or a whole model, to a program file. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compiler/asm/dis.h"
#include "compiler/family/family.h"
#include "compiler/lower/compile.h"
#include "compiler/lower/net.h"
#include "model/mem.h"
#include "sim/cli/args_at.h"
#include "sim/cli/args_format.h"
#include "sim/cli/args_grid.h"
#include "sim/cli/args_machine.h"
#include "sim/cli/args_net.h"
#include "sim/cli/args_quant.h"
#include "sim/cli/args_scheme.h"
#include "sim/cli/commands.h"
#include "sim/cli/corpus.h"
#include "sim/cli/files.h"
#include "sim/cli/progress.h"
#include "sim/cli/say.h"
#include "sim/report/counters.h"
#include "sim/report/json_out.h"

enum { KEY_ROWS = STAMP_KEY_COMMAND, KEY_LISTING, KEY_DUMP, KEY_TOKENS, KEY_DECODE, KEY_TOKENIZER };
enum { LAYERS_MAX = 64, PASSES = 4 };

struct compile_args {
    struct stamp_args_common common;
    struct stamp_scheme scheme;
    struct stamp_args_at at;
    struct stamp_args_format format;
    struct stamp_args_machine machine;
    struct stamp_args_net net;
    struct stamp_args_quant quant;
    const char *file[LAYERS_MAX + 1], *bias, *out, *tokenizer;
    size_t files;
    uint64_t rows, tokens, decode; /* tokens: the file is a model */
    bool listing;
    const char *dump; /* names of passes, or NULL */
    struct stamp_dit_grid grid;
};

/* Names of passes as their lines begin; "all" is every one. */
static const char *const passes[PASSES] = {"all", "tiles", "code", "estimate"};

static const struct argp_option options[] = {
    {.name = "rows",
     .key = KEY_ROWS,
     .arg = "S",
     .doc = "tokens of the input, 1 or more",
     .group = 10},
    {.name = "tokens",
     .key = KEY_TOKENS,
     .arg = "S",
     .doc = "the file is a checkpoint: compile its network's prefill of S tokens; of one that "
            "paints an "
            "evaluation with S rows of text"},
    {.name = "decode",
     .key = KEY_DECODE,
     .arg = "N",
     .doc = "with --tokens: entries step and recode too, and a cache for N more tokens"},
    {.name = "tokenizer",
     .key = KEY_TOKENIZER,
     .arg = "FILE",
     .doc = "of the checkpoint, for --calib (default: the one in its folder or file)"},
    {.name = "bias", .key = 'b', .arg = "B.npy", .doc = "[outputs], of the last layer"},
    {.name = "output", .key = 'o', .arg = "P.stamp", .doc = "the program file"},
    {.name = "listing", .key = KEY_LISTING, .doc = "print the program as text, without its data"},
    {.name = "dump",
     .key = KEY_DUMP,
     .arg = "PASSES",
     .doc = "print what passes decided: all, or some of tiles,code,estimate"},
    {.name = NULL},
};

static error_t parse_dump(struct compile_args *a, const char *arg)
{
    char word[32];
    unsigned i = 0;

    a->dump = arg;
    for (const char *at = arg;; at++) {
        const size_t len = strcspn(at, ",");
        snprintf(word, sizeof word, "%.*s", (int)(len < sizeof word ? len : sizeof word - 1), at);
        const error_t err = stamp_args_choice("--dump", word, passes, PASSES, &i);
        if (err || !at[len]) return err;
        at += len;
    }
}

static error_t check(const struct compile_args *a)
{
    if (!a->files) return stamp_args_bad("needs a weight, W.npy, or a checkpoint with --tokens");
    if (a->tokens && (a->files > 1 || a->rows || a->bias))
        return stamp_args_bad("--tokens takes one checkpoint, without --rows and --bias");
    if (a->tokens && (a->format.in != STAMP_FMT_F32 || a->format.out != STAMP_FMT_F32))
        return stamp_args_bad("--in and --out bf16 are of weights; a network takes ids, gives f32");
    if (!a->tokens &&
        (a->net.any || a->quant.any || a->decode || a->tokenizer || a->at.count || a->grid.height))
        return stamp_args_bad("flags of whole networks need --tokens S");
    if (!a->tokens && !a->rows)
        return stamp_args_bad("needs --rows S for weights, --tokens S for a checkpoint");
    if (!a->out) return stamp_args_bad("needs -o P.stamp");
    if (a->common.json && (a->listing || a->dump))
        return stamp_args_bad("--listing and --dump print text: not together with --json");
    const error_t err = stamp_args_quant_check(&a->quant);
    if (err) return err;
    return stamp_args_integer_scheme(&a->scheme);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct compile_args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->scheme;
        state->child_inputs[1] = &a->format;
        state->child_inputs[2] = &a->machine;
        state->child_inputs[3] = &a->net;
        state->child_inputs[4] = &a->quant;
        state->child_inputs[5] = &a->common;
        state->child_inputs[6] = &a->at;
        state->child_inputs[7] = &a->grid;
        return 0;
    case KEY_TOKENS: return stamp_args_u64("--tokens", arg, 1, 1 << 20, &a->tokens);
    case KEY_DECODE: return stamp_args_u64("--decode", arg, 1, 1 << 20, &a->decode);
    case KEY_TOKENIZER: a->tokenizer = arg; return 0;
    case KEY_ROWS: return stamp_args_u64("--rows", arg, 1, STAMP_SEQ_MAX, &a->rows);
    case KEY_LISTING: a->listing = true; return 0;
    case KEY_DUMP: return parse_dump(a, arg);
    case 'b': a->bias = arg; return 0;
    case 'o': a->out = arg; return 0;
    case ARGP_KEY_ARG: a->files++; return stamp_args_take(state, arg, a->file, LAYERS_MAX);
    case ARGP_KEY_END: return check(a);
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {.argp = &stamp_argp_scheme}, {.argp = &stamp_argp_format}, {.argp = &stamp_argp_estimate},
    {.argp = &stamp_argp_net},    {.argp = &stamp_argp_quant},  {.argp = &stamp_argp_common},
    {.argp = &stamp_argp_at},     {.argp = &stamp_argp_grid},   {.argp = NULL}};
static const struct argp argp = {
    .options = options,
    .parser = parse,
    .children = children,
    .args_doc = "W.npy... --rows S -o P.stamp\nCHECKPOINT --tokens S -o P.stamp",
    .doc =
        "Compile y = x w^T + b to a program for S tokens; further weights make a chain, each "
        "taking what the one before gives. The program reads buffer x and writes buffer y. With "
        "--tokens a whole network: entry main reads token ids (u32) from buffer tokens and writes "
        "logits; entry step reads token, its position is argument 0, and writes step.logits. Of a "
        "network that paints "
        "main reads buffers latent, rows of patches; time, the sinusoids of the step; text, rows "
        "of the encoder.\v"
        "cycles_expected is the compiler's estimate; instructions are those a run dispatches; "
        "code is what is stored, loops rolled."};

/* The lines of the passes asked for; a line that starts with a space belongs to the one before. */
static void print_dump(const struct compile_args *a, const char *text)
{
    bool show = false;

    while (text && *text) {
        const size_t len = strcspn(text, "\n");
        if (*text != ' ') {
            show = strstr(a->dump, "all") != NULL;
            for (size_t i = 1; i < PASSES; i++)
                if (strstr(a->dump, passes[i]) && !strncmp(text, passes[i], strlen(passes[i])))
                    show = true;
        }
        if (show) printf("%.*s\n", (int)len, text);
        text += len + (text[len] != 0);
    }
}

static enum stamp_status print_listing(const struct stamp_image *image, struct stamp_err *e)
{
    const struct stamp_dis_options options_dis = {.no_data = true, .notes = true};
    struct stamp_text text = {0};

    const enum stamp_status s = stamp_dis(image, options_dis, &text, e);
    if (s)
        stamp_free(text.s);
    else
        stamp_say_text(&text);
    return s;
}

static void print(const struct compile_args *a, const struct stamp_image *m,
                  const struct stamp_compile_info *info)
{
    const uint64_t products = stamp_image_needed(m, m->entry, m->arg[0]);
    const double use = stamp_utilization(m->mach, products, info->cycles);

    if (!a->common.json) {
        printf("%s: machine %s, %" PRIu32 " layers, %" PRIu32 " words of code (%" PRIu64
               " instructions dispatched), %" PRIu64 " bytes of memory, about %" PRIu64
               " cycles, array used about %.2f %%\n",
               a->out, m->mach->name, m->layers, m->code_count, info->dispatched, m->dram_bytes,
               info->cycles, 100 * use);
        return;
    }
    struct cJSON *o = stamp_json_root();
    stamp_put_text(o, "machine", m->mach->name);
    stamp_put_count(o, "layers", m->layers);
    stamp_put_count(o, "code", m->code_count);
    stamp_put_count(o, "instructions", info->dispatched);
    stamp_put_count(o, "dram_bytes", m->dram_bytes);
    stamp_put_count(o, "load_bytes", info->load_bytes);
    stamp_put_count(o, "store_bytes", info->store_bytes);
    stamp_put_count(o, "fetch_bytes", info->fetch_bytes);
    stamp_put_count(o, "products", products);
    stamp_put_count(o, "cycles_expected", info->cycles);
    stamp_put_real(o, "utilization_expected", use);
    stamp_say_json(o);
}

static enum stamp_status load(const struct compile_args *a, struct stamp_tensor *w,
                              struct stamp_tensor *b, struct stamp_compile_layer *layer,
                              struct stamp_err *e)
{
    size_t inputs = a->files;
    const char *files[LAYERS_MAX + 2];

    memcpy(files, a->file, a->files * sizeof files[0]);
    if (a->bias) files[inputs++] = a->bias;
    files[inputs] = NULL;
    enum stamp_status s = stamp_check_output(a->out, files, e);
    for (size_t i = 0; i < a->files && !s; i++) {
        s = stamp_load_matrix(a->file[i], "[outputs][features]", &w[i], e);
        if (s) break;
        layer[i] = (struct stamp_compile_layer){.name = a->file[i],
                                                .scheme = a->scheme,
                                                .s = (size_t)a->rows,
                                                .d = w[i].dim[1],
                                                .n = w[i].dim[0],
                                                .w = w[i].f32};
    }
    if (!s && a->bias) s = stamp_load_bias(a->bias, layer[a->files - 1].n, b, e);
    if (!s) layer[a->files - 1].bias = b->f32;
    return s;
}

/* The model a->file[0] as a network. */
static enum stamp_status compile_model(const struct compile_args *a,
                                       const struct stamp_compile_options *how,
                                       struct stamp_image **image, struct stamp_compile_info *info,
                                       struct stamp_err *e)
{
    const char *const given[] = {a->file[0], a->quant.calib, a->quant.cache, a->tokenizer};
    const char *inputs[5] = {NULL};
    size_t count = 0;
    struct stamp_network *m = NULL;
    struct stamp_tokenizer *t = NULL;
    struct stamp_qmodel *q = NULL;
    struct stamp_scheme *of_node = NULL;

    for (size_t i = 0; i < 4; i++)
        if (given[i]) inputs[count++] = given[i];
    enum stamp_status s = stamp_check_output(a->out, inputs, e);
    if (!s) s = stamp_say_open_grid(a->file[0], &a->grid, &m, e);
    if (!s && stamp_network_paints(m) && (a->tokens > m->ctx || a->decode))
        s = stamp_fail(e, STAMP_EUNSUPPORTED,
                       "%s: a %s network takes 1 to %zu rows of text, --tokens, and no --decode",
                       a->file[0], m->family->name, m->ctx);
    else if (!s && m->graph->node[0].op == STAMP_GOP_PICTURE && !stamp_network_paints(m) &&
             (a->tokens > 1 || a->decode))
        s = stamp_fail(e, STAMP_EUNSUPPORTED,
                       "%s: a %s network takes one picture a run: --tokens 1, no --decode",
                       a->file[0], m->family->name);
    if (!s && a->quant.calib) s = stamp_network_takes(m, STAMP_GOP_IDS, e);
    if (!s && a->quant.calib) s = stamp_say_tokenizer(a->file[0], a->tokenizer, m->vocab, &t, e);
    if (!s)
        s = stamp_args_qmodel(&a->quant, a->scheme.weight_bits, a->net.head_bits, a->scheme.block,
                              m, t, &q, e);
    if (!s) s = stamp_args_at(&a->at, m->graph, &a->scheme, &of_node, e);
    const struct stamp_net_spec spec = {.model = m,
                                        .weights = q,
                                        .scheme = a->scheme,
                                        .of_node = of_node,
                                        .kv = a->net.kv,
                                        .s = (uint32_t)a->tokens,
                                        .ctx = (uint32_t)(a->tokens + a->decode),
                                        .last_logits = true,
                                        .decode = a->decode > 0};
    stamp_progress_task("compiling %s", a->out);
    if (!s) s = stamp_compile_net(&spec, how, image, info, NULL, e);
    stamp_progress_end();
    stamp_qmodel_free(q);
    stamp_free(of_node);
    stamp_tokenizer_close(t);
    stamp_network_close(m);
    return s;
}

static enum stamp_status work(const struct compile_args *a, const struct stamp_compile_layer *layer,
                              struct stamp_err *e)
{
    struct stamp_text dump = {0};
    const struct stamp_compile_options how = {
        .mach = stamp_args_mach(&a->machine),
        .memory = {a->machine.run.read_latency, a->machine.run.read_rate},
        .spread = a->machine.run.has_dram,
        .in_fmt = a->format.in,
        .out_fmt = a->format.out,
        .dump = a->dump ? &dump : NULL};
    struct stamp_compile_info info;
    struct stamp_image *image = NULL;

    enum stamp_status s;
    if (a->tokens) {
        s = compile_model(a, &how, &image, &info, e);
    } else {
        stamp_progress_task("compiling %s", a->out);
        s = stamp_compile(layer, a->files, &how, &image, &info, e);
        stamp_progress_end();
    }
    if (!s) s = stamp_image_write(image, a->out, e);
    if (!s && a->dump) print_dump(a, dump.s);
    if (!s && a->listing) s = print_listing(image, e);
    if (!s && !a->listing) print(a, image, &info);
    stamp_image_free(image);
    stamp_free(dump.s);
    return s;
}

int stamp_cmd_compile(int argc, char **argv)
{
    static struct stamp_tensor w[LAYERS_MAX];
    static struct stamp_compile_layer layer[LAYERS_MAX];
    struct compile_args a = {.scheme = stamp_scheme_default(),
                             .format = stamp_args_format_default(),
                             .machine = stamp_args_machine_default(),
                             .net = stamp_args_net_default(),
                             .quant = stamp_args_quant_default()};
    struct stamp_tensor b = {0};
    struct stamp_err e = {0};

    stamp_args_parse(&argp, "compile", argc, argv, &a);
    stamp_progress_init(a.common.progress);
    enum stamp_status s = a.tokens ? STAMP_OK : load(&a, w, &b, layer, &e);
    if (!s) s = work(&a, layer, &e);
    for (size_t i = 0; i < a.files; i++) stamp_tensor_free(&w[i]);
    stamp_tensor_free(&b);
    return s ? stamp_say_fail(&e) : STAMP_EXIT_OK;
}
