/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file args_at.h
 * The flag --at, schemes of single layers, as an argp child.
 */
#ifndef STAMP_CLI_ARGS_AT_H
#define STAMP_CLI_ARGS_AT_H

#include "model/graph/schemes.h"
#include "sim/cli/args.h"

enum { STAMP_AT_MAX = 32 };

struct stamp_args_at {
    const char *text[STAMP_AT_MAX]; /**< NAME:FLAG=VALUE,..., well formed; borrowed */
    unsigned count;
};

extern const struct argp stamp_argp_at; /**< input: struct stamp_args_at, zeroed */

/**
 * Schemes by node: @p body, changed as the flags say.
 * @param node  [graph->nodes], owned by the caller, stamp_free; NULL where no flag was given
 * @return as stamp_scheme_set, stamp_scheme_check_any; STAMP_ENOMEM
 */
enum stamp_status stamp_args_at(const struct stamp_args_at *a, const struct stamp_graph *g,
                                const struct stamp_scheme *body, struct stamp_scheme **node,
                                struct stamp_err *e);

/** Behind @p text, "; down: act-bits=8" for each. */
void stamp_args_at_text(const struct stamp_args_at *a, char *text, size_t size);

#endif
