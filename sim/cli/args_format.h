/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file args_format.h
 * --in and --out: how a program's input and output lie in memory, as an argp child.
 */
#ifndef STAMP_CLI_ARGS_FORMAT_H
#define STAMP_CLI_ARGS_FORMAT_H

#include "model/spec/spec.h"
#include "sim/cli/args.h"

struct stamp_args_format {
    enum stamp_fmt in, out;
};

extern const struct argp stamp_argp_format; /**< input: struct stamp_args_format */

struct stamp_args_format stamp_args_format_default(void);

/** "f32" or "bf16". */
const char *stamp_format_name(enum stamp_fmt fmt);

#endif
