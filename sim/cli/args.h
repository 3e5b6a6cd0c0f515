/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file args.h
 * argp with errors of one line, and the options every command has.
 *
 * A parser reports a bad value with stamp_args_bad and returns what that returns.
 */
#ifndef STAMP_CLI_ARGS_H
#define STAMP_CLI_ARGS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/status.h"

/** Keys of long options without a letter start here; each file has a range of its own. */
enum {
    STAMP_KEY_COMMON = 0x100,
    STAMP_KEY_SCHEME = 0x200,
    STAMP_KEY_MACHINE = 0x300,
    STAMP_KEY_COMMAND = 0x400,
    STAMP_KEY_NET = 0x500,
    STAMP_KEY_QUANT = 0x600,
    STAMP_KEY_AT = 0x700,
    STAMP_KEY_GRID = 0x800,
    STAMP_KEY_PAINT = 0x900,
    STAMP_KEY_SHAPES = 0xa00,
    STAMP_KEY_REPORT = 0xb00,
    STAMP_KEY_ENERGY = 0xc00
};

/** What --tokenizer takes, for the help of every command that has it. */
#define STAMP_DOC_TOKENIZER                                                                        \
    "tokenizer.json, tokenizer.model, tokenizer.bin, GGUF file or folder (default: the one in "    \
    "the "                                                                                         \
    "model's folder or file)"

/** Options of every command: --json, --progress, -h or --help. */
struct stamp_args_common {
    bool json, progress;
};
extern const struct argp stamp_argp_common; /**< input: struct stamp_args_common */

/**
 * Parse; prints one line and exits with 2 on a mistake, prints the help and exits on --help.
 * @param command  its name
 */
void stamp_args_parse(const struct argp *argp, const char *command, int argc, char **argv,
                      void *input);

/** Note what is wrong (the first note counts) and return EINVAL. */
error_t stamp_args_bad(const char *fmt, ...) STAMP_PRINTF(1, 2);

/** A whole number of lo .. hi, nothing behind it. */
error_t stamp_args_u64(const char *flag, const char *text, uint64_t lo, uint64_t hi, uint64_t *out);
/** The same for a size_t. */
error_t stamp_args_size(const char *flag, const char *arg, uint64_t min, uint64_t max, size_t *out);

/** A decimal number of lo .. hi, nothing behind it. */
error_t stamp_args_real(const char *flag, const char *text, double lo, double hi, double *out);

/** Index of @p text in the names; all allowed names are listed in the message. */
error_t stamp_args_choice(const char *flag, const char *text, const char *const *names,
                          size_t count, unsigned *out);

/** For ARGP_KEY_ARG: keep the argument in slots[state->arg_num], or refuse one too many. */
error_t stamp_args_take(struct argp_state *state, char *arg, const char **slots, size_t count);

#endif
