/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_compare.c - stamp compare: schemes of whole networks side by side. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "sim/cli/args_grid.h"
#include "sim/cli/args_quant.h"
#include "sim/cli/args_scheme.h"
#include "sim/cli/commands.h"
#include "sim/cli/compare.h"
#include "sim/cli/compare_paint.h"
#include "sim/cli/compare_pictures.h"
#include "sim/cli/net_report.h"
#include "sim/cli/progress.h"
#include "sim/cli/say.h"
#include "sim/report/json_out.h"

enum {
    KEY_TEXT = STAMP_KEY_COMMAND,
    KEY_TOKENIZER,
    KEY_TOKENS,
    KEY_DOCS,
    KEY_ON,
    KEY_HIGH_ROWS,
    KEY_PREFILL,
    KEY_WEIGHT_BITS
};

enum { PICTURES = 256 };

struct compare_args {
    struct stamp_args_common common;
    const char *file[1 + PICTURES]; /* the model, then pictures */
    size_t files;
    const char *tokenizer, *text, *of_text; /* of_text: a flag that was given, of texts only */
    uint64_t prefill;
    struct stamp_args_quant quant;
    struct stamp_compare c;
    struct stamp_dit_grid grid;
    struct stamp_compare_paint paint;
};

static const struct argp_option options[] = {
    {.name = "text",
     .key = KEY_TEXT,
     .arg = "FILE",
     .group = 10,
     .doc =
         "documents split at <|endoftext|>; each is scored alone, BOS first, cut at the context"},
    {.name = "high-rows",
     .key = KEY_HIGH_ROWS,
     .arg = "N[,N...]",
     .doc =
         "token rows of 8 bits, up to 8 numbers (default 64; of pictures the coarsest band of one "
         "2-D level and token 0)"},
    {.name = "weight-bits",
     .key = KEY_WEIGHT_BITS,
     .arg = "4|8|f32",
     .doc = "width of the weights of every row but f32, bits (default 4); f32: not quantized, with "
            "pictures only"},
    {.name = "on",
     .key = KEY_ON,
     .arg = "DEVICE",
     .doc = "of the prefill, one that runs programs: cycles are those of a timed device, else "
            "those the "
            "compiler expects (default model); of networks that paint, all of it (default net)"},
    {.name = "prefill",
     .key = KEY_PREFILL,
     .arg = "N",
     .doc = "tokens of the prefill cycles are given for: the first document cut to N, or the "
            "longest if it is shorter (default 512)"},
    {.name = "tokenizer", .key = KEY_TOKENIZER, .arg = "FILE", .doc = STAMP_DOC_TOKENIZER},
    {.name = "tokens", .key = KEY_TOKENS, .arg = "N", .doc = "stop after N scored tokens"},
    {.name = "docs", .key = KEY_DOCS, .arg = "N", .doc = "only the first N documents"},
    {.name = NULL},
};

static error_t parse_high(const char *arg, struct stamp_compare *c)
{
    c->highs = 0;
    for (;;) {
        char one[24];
        uint64_t v = 0;
        const size_t len = strcspn(arg, ",");
        if (c->highs == STAMP_COMPARE_HIGH)
            return stamp_args_bad("--high-rows: at most %d numbers", STAMP_COMPARE_HIGH);
        snprintf(one, sizeof one, "%.*s", (int)(len < 23 ? len : 23), arg);
        const error_t err = stamp_args_u64("--high-rows", one, 1, STAMP_SEQ_MAX, &v);
        if (err) return err;
        c->high[c->highs++] = (uint32_t)v;
        if (!arg[len]) return 0;
        arg += len + 1;
    }
}

static error_t end_paint(struct compare_args *a)
{
    if (a->files > 1 || a->text) return stamp_args_bad("takes --text FILE, pictures or prompts");
    if (a->of_text) return stamp_args_bad("%s is of texts", a->of_text);
    if (a->quant.calib || a->quant.cache)
        return stamp_args_bad("--calib and --quant-cache are of texts");
    if (a->c.base.weight_bits == 32) return stamp_args_bad("--weight-bits f32 is of pictures");
    if (a->c.on && stamp_args_device_needs("--prompt", a->c.on, STAMP_CAN_BITS)) return EINVAL;
    return stamp_args_net_check(&a->c.base, &a->c.machine, a->c.on ? a->c.on : &stamp_on_net);
}

static error_t end(struct compare_args *a)
{
    if (!a->files) return stamp_args_bad("needs a checkpoint: a folder or a file");
    if (stamp_compare_paint_is(&a->paint)) return end_paint(a);
    if (a->files == 1 && !a->text) return stamp_args_bad("needs --text FILE, pictures or --prompt");
    if (a->paint.given) return stamp_args_bad("--%s is of prompts", a->paint.given);
    if (a->grid.height) return stamp_args_bad("--grid is of prompts");
    if (a->files > 1 && a->text) return stamp_args_bad("takes --text FILE or pictures, not both");
    if (a->files > 1 && a->c.on) return stamp_args_bad("--on is of texts and prompts");
    if (a->c.on && stamp_args_device_needs("--text", a->c.on, STAMP_CAN_PROGRAMS)) return EINVAL;
    if (a->files > 1 && a->of_text) return stamp_args_bad("%s is of texts", a->of_text);
    if (a->files > 1 && (a->quant.calib || a->quant.cache))
        return stamp_args_bad("--calib and --quant-cache are of texts");
    if (a->files > 1 && a->c.machine.any) return stamp_args_bad("flags of machines are of texts");
    if (a->text && a->c.base.weight_bits == 32)
        return stamp_args_bad("--weight-bits f32 is of pictures");
    return stamp_args_quant_check(&a->quant);
}

static error_t parse_text(int key, char *arg, struct compare_args *a)
{
    switch (key) {
    case KEY_TOKENIZER: a->tokenizer = arg, a->of_text = "--tokenizer"; return 0;
    case KEY_TOKENS:
        a->of_text = "--tokens";
        return stamp_args_size("--tokens", arg, 1, UINT32_MAX, &a->c.limits.tokens);
    case KEY_DOCS:
        a->of_text = "--docs";
        return stamp_args_size("--docs", arg, 1, UINT32_MAX, &a->c.limits.docs);
    case KEY_PREFILL:
        a->of_text = "--prefill";
        return stamp_args_u64("--prefill", arg, 1, 1 << 20, &a->prefill);
    case KEY_ON: return stamp_args_device(arg, 0, &a->c.on); /* what it needs end() knows */
    default: return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    static const char *const widths[] = {"4", "8", "f32"};
    static const uint8_t width[] = {4, 8, 32};
    struct compare_args *a = state->input;
    unsigned i = 0;
    error_t err;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->c.net;
        state->child_inputs[1] = &a->quant;
        state->child_inputs[2] = &a->c.machine;
        state->child_inputs[3] = &a->common;
        state->child_inputs[4] = &a->paint;
        state->child_inputs[5] = &a->grid;
        return 0;
    case KEY_TEXT: a->text = arg; return 0;
    case KEY_HIGH_ROWS: return parse_high(arg, &a->c);
    case KEY_WEIGHT_BITS:
        err = stamp_args_choice("--weight-bits", arg, widths, 3, &i);
        if (!err) a->c.base.weight_bits = width[i];
        return err;
    case ARGP_KEY_ARG:
        if (a->files == 1 + PICTURES) return stamp_args_bad("more than %d pictures", PICTURES);
        a->file[a->files++] = arg;
        return 0;
    case ARGP_KEY_END: return end(a);
    default: return parse_text(key, arg, a);
    }
}

static const struct argp_child children[] = {{.argp = &stamp_argp_net},
                                             {.argp = &stamp_argp_quant},
                                             {.argp = &stamp_argp_memory},
                                             {.argp = &stamp_argp_common},
                                             {.argp = &stamp_argp_compare_paint},
                                             {.argp = &stamp_argp_grid},
                                             {.argp = NULL}};
static char *help(int key, const char *text, void *input)
{
    (void)input;
    return key == KEY_ON ? stamp_args_device_help(text, STAMP_CAN_BITS) : (char *)text;
}

static const struct argp argp = {
    .help_filter = help,
    .options = options,
    .parser = parse,
    .args_doc = "CHECKPOINT --text FILE\nCHECKPOINT PICTURE...\nMODEL --prompt TEXT...",
    .children = children,
    .doc =
        "Schemes of a whole network side by side: f32; activations of 8 and of 4 bits; 4 bits with "
        "rows of 8 bits, without transform and with Haar, WHT and DCT along the tokens. A "
        "checkpoint is "
        "what eval takes; a checkpoint of a network that takes pictures is compared over pictures, "
        "with whole rows and blocks of 64 features, and Haar in two dimensions, too; so is a "
        "network that paints, over prompts.\v"
        "Of texts: perplexity and SQNR are of the network in C, whose logits are those of the "
        "programs bit by bit. SQNR is of all logits of a document against f32, mean over the "
        "documents, dB. Bits are means over rows, scales not counted. A cache of 4 bits is "
        "transformed, by Haar, in the rows whose activations are, and has the same bits without "
        "transform in the others; --kv-transform makes it the same in all.\n\n"
        "Of pictures: how many have the first class of f32; SQNR of the logits, signal and noise "
        "summed over the pictures, of the network in C (with --weight-bits f32 of the f32 network "
        "with quantized linear layers). Linear: every linear layer of the blocks by itself, its "
        "input that of the f32 network, its product without bias against the f32 one; sums: signal "
        "and noise summed over rows, layers and pictures; mean: of the SQNR of each layer and "
        "picture, q, k and v as one layer.\n\n"
        "Of prompts: SQNR of what the network predicts, step by step on the latents of the f32 "
        "run, and "
        "of the last latents of runs of their own from the same noise; signal and noise summed. "
        "What "
        "--judge says of the pictures stands in for Image Reward, and is none: how many show the "
        "object, "
        "the object and the background of the prompt, and the mean of ln p of both."};

static const char *cycles_of(const struct compare_args *a)
{
    return a->c.on->can & STAMP_CAN_TIMED ? "cycles" : "cycles expected";
}

static void print_row(const struct compare_args *a, const struct stamp_compare_row *r)
{
    printf("%-28s %10.4f", r->name, r->ppl.ppl);
    if (r->f32)
        printf(" %9s %9.3f %8.3f %6s %16s\n", "-", r->act_bits, r->kv_bits, "-", "-");
    else
        printf(" %9.2f %9.3f %8.3f %6s %16" PRIu64 "\n", r->sqnr_db, r->act_bits, r->kv_bits,
               stamp_kv_transform_name(r->kv),
               a->c.on->can & STAMP_CAN_TIMED ? r->cycles : r->expected);
}

static void network_text(const struct compare_args *a, char *text, size_t size)
{
    char net[64], quant[64];

    stamp_args_net_text(&a->c.net, net, sizeof net);
    stamp_args_quant_text(&a->quant, quant, sizeof quant);
    snprintf(text, size, "%s, %s", net, quant);
}

static void print(const struct compare_args *a)
{
    const struct stamp_compare *c = &a->c;
    char net[136], cut[120];

    network_text(a, net, sizeof net);
    stamp_corpus_cut_text(&c->row[0].ppl.cut, c->corpus->model->ctx, cut, sizeof cut);
    printf("checkpoint %s, text %s: %zu tokens of %zu documents%s; %s\n", a->file[0], a->text,
           c->row[0].ppl.tokens, c->row[0].ppl.docs, cut, net);
    printf("cycles of a prefill of %zu tokens on machine %s, logits of the last\n\n", c->prefill,
           stamp_args_mach(&c->machine)->name);
    printf("%-28s %10s %9s %9s %8s %6s %16s\n", "", "perplexity", "SQNR, dB", "act bits", "KV bits",
           "KV", cycles_of(a));
    for (size_t i = 0; i < c->rows; i++) print_row(a, &c->row[i]);
}

static void print_json(const struct compare_args *a)
{
    const struct stamp_compare *c = &a->c;
    struct cJSON *o = stamp_json_root();
    char net[136];

    network_text(a, net, sizeof net);
    stamp_put_text(o, "model", a->file[0]);
    stamp_put_text(o, "text", a->text);
    stamp_put_text(o, "machine", stamp_args_mach(&c->machine)->name);
    stamp_put_text(o, "network", net);
    stamp_put_count(o, "tokens", c->row[0].ppl.tokens);
    stamp_put_count(o, "docs", c->row[0].ppl.docs);
    stamp_put_count(o, "docs_cut", c->row[0].ppl.cut.docs);
    stamp_put_count(o, "tokens_cut", c->row[0].ppl.cut.tokens);
    stamp_put_count(o, "prefill_tokens", c->prefill);
    struct cJSON *list = stamp_put_array(o, "rows");
    for (size_t i = 0; i < c->rows; i++) {
        const struct stamp_compare_row *r = &c->row[i];
        struct cJSON *v = stamp_put_object(list, NULL);
        stamp_put_text(v, "name", r->name);
        stamp_put_real(v, "ppl", r->ppl.ppl);
        stamp_put_real(v, "nats", r->ppl.nats / (double)r->ppl.tokens);
        stamp_put_real(v, "sqnr_db", r->sqnr_db);
        stamp_put_real(v, "avg_act_bits", r->act_bits);
        stamp_put_real(v, "avg_kv_bits", r->kv_bits);
        if (r->f32)
            cJSON_AddNullToObject(v, "kv_transform");
        else
            stamp_put_text(v, "kv_transform", stamp_kv_transform_name(r->kv));
        if ((c->on->can & STAMP_CAN_TIMED) && !r->f32)
            stamp_put_count(v, "cycles", r->cycles);
        else
            cJSON_AddNullToObject(v, "cycles");
        if (r->f32)
            cJSON_AddNullToObject(v, "cycles_expected");
        else
            stamp_put_count(v, "cycles_expected", r->expected);
    }
    stamp_say_json(o);
}

static enum stamp_status of_text(struct compare_args *a, struct stamp_network *network,
                                 struct stamp_err *e)
{
    struct stamp_qmodel *codes = NULL;
    struct stamp_corpus corpus;

    enum stamp_status s = stamp_corpus_take(network, a->file[0], a->tokenizer, a->text, &corpus, e);
    if (s) return s;
    if (!a->c.on) a->c.on = &stamp_on_model;
    if (!a->c.highs) a->c.high[a->c.highs++] = 64;
    a->c.corpus = &corpus;
    stamp_compare_list(&a->c);
    s = stamp_corpus_document(&corpus, (size_t)a->prefill, true, &a->c.ids, &a->c.prefill, NULL, e);
    const bool text_read = !s;
    if (!s)
        s = stamp_args_qmodel(&a->quant, a->c.base.weight_bits, a->c.net.head_bits, a->c.base.block,
                              corpus.model, corpus.tokenizer, &codes, e);
    const bool no_codes = text_read && s;
    a->c.codes = codes;
    if (!s) s = stamp_compare_run(&a->c, e);
    if (!s && a->common.json)
        print_json(a);
    else if (!s)
        print(a);
    else if (s != STAMP_EUNSUPPORTED && !no_codes)
        stamp_fail_at(e, "%s", a->text);
    stamp_free(a->c.ids);
    stamp_qmodel_free(codes);
    stamp_corpus_close(&corpus);
    return s;
}

static enum stamp_status of_pictures(const struct compare_args *a, struct stamp_network *network,
                                     struct stamp_err *e)
{
    const struct stamp_compare_pictures p = {.network = network,
                                             .model = a->file[0],
                                             .file = a->file + 1,
                                             .count = a->files - 1,
                                             .net = &a->c.net,
                                             .machine = &a->c.machine,
                                             .quant = &a->quant,
                                             .base = &a->c.base,
                                             .high = a->c.high,
                                             .highs = a->c.highs,
                                             .json = a->common.json};
    const enum stamp_status s = stamp_compare_pictures(&p, e);

    stamp_network_close(network);
    return s;
}

static enum stamp_status of_prompts(struct compare_args *a, struct stamp_network *network,
                                    struct stamp_err *e)
{
    a->paint.network = network;
    a->paint.model = a->file[0];
    a->paint.net = &a->c.net;
    a->paint.machine = &a->c.machine;
    a->paint.quant = &a->quant;
    a->paint.base = &a->c.base;
    a->paint.on = a->c.on ? a->c.on : &stamp_on_net;
    a->paint.high = a->c.high;
    a->paint.highs = a->c.highs;
    a->paint.json = a->common.json;
    const enum stamp_status s = stamp_compare_paint(&a->paint, e);

    stamp_network_close(network);
    return s;
}

int stamp_cmd_compare(int argc, char **argv)
{
    struct compare_args a = {.prefill = 512,
                             .quant = stamp_args_quant_default(),
                             .paint = stamp_compare_paint_default(),
                             .c = {.base = stamp_scheme_default(),
                                   .net = stamp_args_net_default(),
                                   .machine = stamp_args_machine_default()}};
    struct stamp_network *network = NULL;
    struct stamp_err e = {0};

    stamp_args_parse(&argp, "compare", argc, argv, &a);
    stamp_progress_init(a.common.progress);
    enum stamp_status s = stamp_say_open_grid(a.file[0], &a.grid, &network, &e);
    if (!s && stamp_compare_paint_is(&a.paint))
        s = of_prompts(&a, network, &e);
    else if (!s)
        s = a.text ? of_text(&a, network, &e) : of_pictures(&a, network, &e);
    return s ? stamp_net_fail(&e, a.c.machine.run.seed) : STAMP_EXIT_OK;
}
