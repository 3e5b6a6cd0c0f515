/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file replay.h
 * The command line as it was typed, for a message that says how to see something again.
 */
#ifndef STAMP_CLI_REPLAY_H
#define STAMP_CLI_REPLAY_H

#include <stddef.h>
#include <stdint.h>

/** Keep the command line; argv is borrowed for the life of the program, its order copied. */
void stamp_replay_keep(int argc, char **argv);

/** The line, words quoted for a shell where they need it, with @p more (NULL: nothing) and, where
 *  it was not given, --seed. Cut to @p size. */
void stamp_replay_text(const char *more, uint64_t seed, char *text, size_t size);

#endif
