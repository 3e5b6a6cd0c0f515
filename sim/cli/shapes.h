/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file shapes.h
 * A network by its config.json alone: programs of true shapes, weights nowhere, for devices that count.
 */
#ifndef STAMP_CLI_SHAPES_H
#define STAMP_CLI_SHAPES_H

#include "compiler/family/dit.h"
#include "sim/cli/args_net.h"

struct stamp_args_shapes {
    uint64_t tokens;   /**< --tokens; 0: not given. Of a token decoded: room of its cache */
    uint64_t position; /**< --position, where */
    bool decode;       /**< it was given: one token there */
    uint64_t layers;   /**< --layers; 0: as the file says */
    struct stamp_scheme scheme;
    struct stamp_args_net net;
    struct stamp_dit_grid grid;
};

extern const struct argp
    stamp_argp_shapes; /**< input: struct stamp_args_shapes, set to the default */

struct stamp_args_shapes stamp_args_shapes_default(void);

/** Whether @p path is a config.json ("....json") or a random: model, not a program. */
bool stamp_shapes_is(const char *path);

/** What does not go together, for a path that is (or is not) one; called at ARGP_KEY_END. */
error_t stamp_args_shapes_check(const struct stamp_args_shapes *a, const char *path);

/**
 * Compile it: entry "main" with --tokens, or "step" at --position in argument 0, with a cache for
 * all up to it or for --tokens, the more of both.
 * @return as stamp_network_open, stamp_compile_net
 */
enum stamp_status stamp_shapes_compile(const struct stamp_args_shapes *a, const char *path,
                                       const struct stamp_args_machine *machine,
                                       struct stamp_image **out, struct stamp_err *e);

/** The entry that runs. */
const char *stamp_shapes_entry(const struct stamp_args_shapes *a);

#endif
