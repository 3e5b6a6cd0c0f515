/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file say.h
 * What a person or a script sees: one error line on stderr, JSON or text on stdout, exit codes.
 */
#ifndef STAMP_CLI_SAY_H
#define STAMP_CLI_SAY_H

#include <stddef.h>

#include "model/text.h"
#include "model/status.h"

struct cJSON;
struct stamp_dit_grid;
struct stamp_network;
struct stamp_notes;
struct stamp_tokenizer;

enum stamp_exit {
    STAMP_EXIT_OK = 0,
    STAMP_EXIT_FAIL = 1,
    STAMP_EXIT_USAGE = 2,
    STAMP_EXIT_INT = 130
};

/** Print "stamp: <text>" as one line on stderr; control characters become '?'. */
void stamp_say_error(const char *fmt, ...) STAMP_PRINTF(1, 2);

/** Print the error's line; returns the exit code that goes with it. */
int stamp_say_fail(const struct stamp_err *e);

/** Print each as "stamp: note: <line>" on stderr. */
void stamp_say_notes(const struct stamp_notes *n);

/** stamp_network_open, and its notes said. */
enum stamp_status stamp_say_open(const char *path, struct stamp_network **out, struct stamp_err *e);

/** The same with the grid of a network that paints, as stamp_network_open_grid. */
enum stamp_status stamp_say_open_grid(const char *path, const struct stamp_dit_grid *grid,
                                      struct stamp_network **out, struct stamp_err *e);

/** stamp_tokenizer_for, and its notes said. */
enum stamp_status stamp_say_tokenizer(const char *model, const char *path, size_t rows,
                                      struct stamp_tokenizer **out, struct stamp_err *e);

/** Print @p root as one JSON object on stdout and free it. */
void stamp_say_json(struct cJSON *root);

/** Print @p text and free it. */
void stamp_say_text(struct stamp_text *text);

/** Flush stdout; returns @p code, or STAMP_EXIT_FAIL after an error line when stdout is broken or a
 *  report found no memory. */
int stamp_say_end(int code);

#endif
