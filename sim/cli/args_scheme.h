/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file args_scheme.h
 * The flags of a quantization scheme, as an argp child.
 */
#ifndef STAMP_CLI_ARGS_SCHEME_H
#define STAMP_CLI_ARGS_SCHEME_H

#include "model/num/scheme.h"
#include "sim/cli/args.h"

extern const struct argp stamp_argp_scheme; /**< input: struct stamp_scheme, set to the default */

/** The flag called @p flag, without --, to @p value (NULL: none was given). */
error_t stamp_args_scheme_set(const char *flag, char *value, struct stamp_scheme *q);

/** For commands that run on a machine: refuse f32 widths; called at ARGP_KEY_END. */
error_t stamp_args_integer_scheme(const struct stamp_scheme *q);

/** The flags that give @p q, in short: "haar, 64 rows of 8 bits, W4A4". */
void stamp_scheme_text(const struct stamp_scheme *q, char *text, size_t size);

#endif
