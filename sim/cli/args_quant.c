/* SPDX-License-Identifier: Apache-2.0 */
/* args_quant.c - the flags of the weights' quantizer. Contract in args_quant.h. */
#include "sim/cli/args_quant.h"

#include <stdio.h>

#include "model/file/infile.h"
#include "model/mem.h"
#include "sim/cli/progress.h"
#include "sim/cli/say.h"
#include "sim/ref/calibrate.h"

enum { KEY_QUANTIZER = STAMP_KEY_QUANT, KEY_CALIB, KEY_CALIB_TOKENS, KEY_CACHE };
enum { TEXT_MAX = 1 << 30, TOKENS_MAX = 1 << 24 };

static const struct argp_option options[] = {
    {.doc = "Weights of whole networks:", .group = 23},
    {.name = "quantizer",
     .key = KEY_QUANTIZER,
     .arg = "rtn|clip|gptq",
     .doc = "rtn (default): absmax scales, round to nearest; clip: scales of least squared error, "
            "weighted by the inputs with --calib; gptq: rounding errors made up for feature by "
            "feature, needs --calib. The output head is never more than clipped"},
    {.name = "calib",
     .key = KEY_CALIB,
     .arg = "FILE",
     .doc = "text the network in f32 runs over to know the inputs of its layers, documents as in "
            "--text; better not the text that is scored"},
    {.name = "calib-tokens",
     .key = KEY_CALIB_TOKENS,
     .arg = "N",
     .doc = "its first N tokens (default 4096)"},
    {.name = "quant-cache",
     .key = KEY_CACHE,
     .arg = "FILE",
     .doc = "read the codes from FILE if it exists, refused when made from other weights, "
            "calibration or flags; otherwise write them to it"},
    {.name = NULL},
};

struct stamp_args_quant stamp_args_quant_default(void)
{
    return (struct stamp_args_quant){.quantizer = STAMP_RTN, .tokens = 4096};
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct stamp_args_quant *a = state->input;
    uint64_t v = 0;
    unsigned i = 0;
    error_t err = 0;

    switch (key) {
    case KEY_QUANTIZER:
        err = stamp_args_choice("--quantizer", arg, stamp_quantizer_name, STAMP_QUANTIZERS, &i);
        if (!err) a->quantizer = (enum stamp_quantizer)i;
        break;
    case KEY_CALIB: a->calib = arg; break;
    case KEY_CALIB_TOKENS:
        err = stamp_args_u64("--calib-tokens", arg, 1, TOKENS_MAX, &v);
        if (!err) a->tokens = (size_t)v;
        break;
    case KEY_CACHE: a->cache = arg; break;
    default: return ARGP_ERR_UNKNOWN;
    }
    a->any = true;
    return err;
}

const struct argp stamp_argp_quant = {.options = options, .parser = parse};

error_t stamp_args_quant_check(const struct stamp_args_quant *a)
{
    if (a->quantizer == STAMP_GPTQ && !a->calib)
        return stamp_args_bad("--quantizer gptq needs --calib FILE");
    if (a->quantizer == STAMP_RTN && a->calib)
        return stamp_args_bad("--calib is of --quantizer clip and gptq");
    return 0;
}

static void progress(uint64_t done, uint64_t total)
{
    stamp_progress_show(done, total, "matrices");
}

static void say_cut(const char *file, const struct stamp_cut *cut, size_t ctx)
{
    if (cut->docs)
        stamp_say_error("note: %s: %zu documents of the calibration cut to the context of %zu "
                        "tokens, %zu tokens left out",
                        file, cut->docs, ctx, cut->tokens);
}

enum stamp_status stamp_args_qmodel(const struct stamp_args_quant *a, unsigned bits,
                                    unsigned head_bits, uint32_t block,
                                    const struct stamp_network *m, const struct stamp_tokenizer *t,
                                    struct stamp_qmodel **out, struct stamp_err *e)
{
    struct stamp_qmodel_options o = {.bits = bits,
                                     .head_bits = head_bits,
                                     .block = block,
                                     .quantizer = a->quantizer,
                                     .cache = a->cache,
                                     .progress = progress};
    struct stamp_calibration *c = NULL;
    enum stamp_status s = STAMP_OK;
    char *text = NULL;
    size_t len = 0;

    if (a->calib) {
        s = stamp_infile_text(a->calib, TEXT_MAX, &text, &len, e);
        if (!s)
            s = stamp_calibration_new(m, t, text, len, a->tokens, a->quantizer == STAMP_GPTQ, &c,
                                      e);
        if (!s) o.calib = stamp_calibration_calib(c);
        if (!s) say_cut(a->calib, stamp_calibration_cut(c), m->ctx);
    }
    stamp_progress_task("weights by %s", stamp_quantizer_name[a->quantizer]);
    if (!s) s = stamp_qmodel_make(m, &o, out, e);
    stamp_progress_end();
    stamp_calibration_free(c);
    stamp_free(text);
    return s;
}

void stamp_args_quant_text(const struct stamp_args_quant *a, char *text, size_t size)
{
    if (a->calib)
        snprintf(text, size, "weights by %s on %zu tokens", stamp_quantizer_name[a->quantizer],
                 a->tokens);
    else
        snprintf(text, size, "weights by %s", stamp_quantizer_name[a->quantizer]);
}
