/* SPDX-License-Identifier: Apache-2.0 */
/* args_format.c - --in and --out. Contract in args_format.h. */
#include "sim/cli/args_format.h"

enum { KEY_IN = STAMP_KEY_MACHINE + 0x80, KEY_OUT };

static const struct argp_option options[] = {
    {.doc = "Formats in memory:", .group = 25},
    {.name = "in",
     .key = KEY_IN,
     .arg = "f32|bf16",
     .doc = "of the input; bf16: rounded to nearest even (default f32)"},
    {.name = "out", .key = KEY_OUT, .arg = "f32|bf16", .doc = "of the output (default f32)"},
    {.name = NULL},
};

static error_t parse_one(const char *flag, const char *text, enum stamp_fmt *fmt)
{
    static const char *const names[] = {"f32", "bf16"};
    unsigned i = 0;
    const error_t err = stamp_args_choice(flag, text, names, 2, &i);

    if (!err) *fmt = i ? STAMP_FMT_BF16 : STAMP_FMT_F32;
    return err;
}

static error_t parse_format(int key, char *arg, struct argp_state *state)
{
    struct stamp_args_format *f = state->input;

    switch (key) {
    case KEY_IN: return parse_one("--in", arg, &f->in);
    case KEY_OUT: return parse_one("--out", arg, &f->out);
    default: return ARGP_ERR_UNKNOWN;
    }
}

const struct argp stamp_argp_format = {.options = options, .parser = parse_format};

struct stamp_args_format stamp_args_format_default(void)
{
    return (struct stamp_args_format){STAMP_FMT_F32, STAMP_FMT_F32};
}

const char *stamp_format_name(enum stamp_fmt fmt)
{
    return fmt == STAMP_FMT_BF16 ? "bf16" : "f32";
}
