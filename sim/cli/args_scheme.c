/* SPDX-License-Identifier: Apache-2.0 */
/* args_scheme.c - the scheme flags. Contract in args_scheme.h. */
#include "sim/cli/args_scheme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_TRANSFORM = STAMP_KEY_SCHEME,
    KEY_DEPTH,
    KEY_HIGH_ROWS,
    KEY_HIGH_BITS,
    KEY_ACT_BITS,
    KEY_WEIGHT_BITS,
    KEY_BLOCK,
    KEY_SYMMETRIC,
    KEY_SINK
};

static const struct argp_option options[] = {
    {.doc = "Quantization scheme:", .group = 20},
    {.name = "transform",
     .key = KEY_TRANSFORM,
     .arg = "none|haar|haar2d:HxW|wht|dct",
     .doc = "along the tokens; haar2d: token grid of H rows and W columns (default haar)"},
    {.name = "depth",
     .key = KEY_DEPTH,
     .arg = "auto|K",
     .doc = "levels of the Haar transform, 0 to 20 (default auto: from tokens and high rows)"},
    {.name = "high-rows",
     .key = KEY_HIGH_ROWS,
     .arg = "N",
     .doc = "token rows at the high width, coarsest first (default 64)"},
    {.name = "high-bits",
     .key = KEY_HIGH_BITS,
     .arg = "4|8",
     .doc = "their width, bits (default 8)"},
    {.name = "act-bits",
     .key = KEY_ACT_BITS,
     .arg = "4|8|f32",
     .doc = "width of the other rows, bits (default 4); f32: not quantized, no transform"},
    {.name = "weight-bits",
     .key = KEY_WEIGHT_BITS,
     .arg = "4|8|f32",
     .doc = "width of the weights, bits (default 4); f32: not quantized"},
    {.name = "block",
     .key = KEY_BLOCK,
     .arg = "0|64",
     .doc = "features that share a scale; 0: the whole row (default 0)"},
    {.name = "symmetric", .key = KEY_SYMMETRIC, .doc = "activations without zero point"},
    {.name = "sink",
     .key = KEY_SINK,
     .arg = "on|off",
     .doc = "token 0 bypasses the transform and comes first among the high rows (default on)"},
    {.name = NULL},
};

static error_t parse_width(const char *flag, const char *text, bool f32, uint8_t *bits)
{
    static const char *const names[] = {"4", "8", "f32"};
    static const uint8_t values[] = {4, 8, 32};
    unsigned i = 0;
    const error_t err = stamp_args_choice(flag, text, names, f32 ? 3 : 2, &i);

    if (!err) *bits = values[i];
    return err;
}

/* HxW behind "haar2d:". */
static error_t parse_grid(const char *text, struct stamp_scheme *q)
{
    char h[24];
    const char *x = strchr(text, 'x');
    uint64_t rows = 0, cols = 0;

    if (!x || (size_t)(x - text) >= sizeof h)
        return stamp_args_bad("--transform haar2d:%s: must be haar2d:HxW, as haar2d:14x14", text);
    memcpy(h, text, (size_t)(x - text));
    h[x - text] = 0;
    error_t err = stamp_args_u64("--transform haar2d: grid height", h, 1, STAMP_SEQ_MAX, &rows);
    if (!err)
        err = stamp_args_u64("--transform haar2d: grid width", x + 1, 1, STAMP_SEQ_MAX, &cols);
    if (err) return err;
    q->transform = STAMP_HAAR2D;
    q->grid_h = (uint32_t)rows;
    q->grid_w = (uint32_t)cols;
    return 0;
}

static error_t parse_transform(const char *text, struct stamp_scheme *q)
{
    static const char *const names[] = {"none", "haar", "haar2d:HxW", "wht", "dct"};
    unsigned i = 0;

    if (!strncmp(text, "haar2d:", 7)) return parse_grid(text + 7, q);
    error_t err = stamp_args_choice("--transform", text, names, 5, &i);
    if (!err && i == STAMP_HAAR2D) err = parse_grid("HxW", q);
    if (!err) q->transform = (enum stamp_transform)i;
    return err;
}

static error_t parse_depth(const char *text, int *depth)
{
    uint64_t v = 0;

    if (!strcmp(text, "auto")) {
        *depth = STAMP_DEPTH_AUTO;
        return 0;
    }
    const error_t err = stamp_args_u64("--depth", text, 0, STAMP_DEPTH_MAX, &v);
    if (!err) *depth = (int)v;
    return err;
}

static error_t parse_rest(int key, const char *arg, struct stamp_scheme *q)
{
    static const char *const blocks[] = {"0", "64"}, *const onoff[] = {"off", "on"};
    uint64_t v = 0;
    unsigned i = 0;
    error_t err;

    switch (key) {
    case KEY_HIGH_ROWS:
        err = stamp_args_u64("--high-rows", arg, 0, STAMP_SEQ_MAX, &v);
        if (!err) q->high_rows = (uint32_t)v;
        return err;
    case KEY_BLOCK:
        err = stamp_args_choice("--block", arg, blocks, 2, &i);
        if (!err) q->block = i * STAMP_BLOCK;
        return err;
    case KEY_SINK:
        err = stamp_args_choice("--sink", arg, onoff, 2, &i);
        if (!err) q->sink = i == 1;
        return err;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static error_t check(const struct stamp_scheme *q)
{
    struct stamp_err e = {0};

    return stamp_scheme_check_any(q, &e) ? stamp_args_bad("%s", e.text) : 0;
}

static error_t set(int key, char *arg, struct stamp_scheme *q)
{
    switch (key) {
    case KEY_TRANSFORM: return parse_transform(arg, q);
    case KEY_DEPTH: return parse_depth(arg, &q->depth);
    case KEY_HIGH_BITS: return parse_width("--high-bits", arg, false, &q->high_bits);
    case KEY_ACT_BITS: return parse_width("--act-bits", arg, true, &q->act_bits);
    case KEY_WEIGHT_BITS: return parse_width("--weight-bits", arg, true, &q->weight_bits);
    case KEY_SYMMETRIC: q->symmetric = true; return 0;
    default: return parse_rest(key, arg, q);
    }
}

static error_t parse_scheme(int key, char *arg, struct argp_state *state)
{
    return key == ARGP_KEY_END ? check(state->input) : set(key, arg, state->input);
}

error_t stamp_args_scheme_set(const char *flag, char *value, struct stamp_scheme *q)
{
    for (const struct argp_option *o = options; o->name || o->doc; o++) {
        if (!o->name || strcmp(o->name, flag)) continue;
        if (!o->arg == !value) return set(o->key, value, q);
        return stamp_args_bad("%s %s", flag, o->arg ? "needs a value" : "has no value");
    }
    return stamp_args_bad("%s: no flag of the quantization scheme", flag);
}

const struct argp stamp_argp_scheme = {.options = options, .parser = parse_scheme};

error_t stamp_args_integer_scheme(const struct stamp_scheme *q)
{
    if (q->act_bits == 32)
        return stamp_args_bad("--act-bits f32: the machine multiplies integers; use 4 or 8");
    if (q->weight_bits == 32)
        return stamp_args_bad("--weight-bits f32: the machine multiplies integers; use 4 or 8");
    return 0;
}

void stamp_scheme_text(const struct stamp_scheme *q, char *text, size_t size)
{
    char act[8], weight[8], grid[32] = "", rows[48] = "";

    snprintf(act, sizeof act, q->act_bits == 32 ? "f32" : "%u", q->act_bits);
    snprintf(weight, sizeof weight, q->weight_bits == 32 ? "f32" : "%u", q->weight_bits);
    if (q->transform == STAMP_HAAR2D && q->act_bits != 32)
        snprintf(grid, sizeof grid, ":%ux%u", q->grid_h, q->grid_w);
    if (q->high_rows && q->act_bits < q->high_bits)
        snprintf(rows, sizeof rows, ", %u rows of %u bits", q->high_rows, q->high_bits);
    snprintf(text, size, "%s%s%s, W%sA%s%s%s%s",
             stamp_transform_name(q->act_bits == 32 ? STAMP_NONE : q->transform), grid, rows,
             weight, act, q->block ? ", blocks of 64" : "", q->symmetric ? ", symmetric" : "",
             q->sink ? "" : ", no sink");
}
