/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file args_memory.h
 * What --memory names: a preset of model/dram or a file.
 */
#ifndef STAMP_CLI_ARGS_MEMORY_H
#define STAMP_CLI_ARGS_MEMORY_H

#include "model/dram/params.h"
#include "sim/cli/args.h"

/** @return 0, or what stamp_args_bad returns, with one line */
error_t stamp_args_memory(const char *arg, struct stamp_dram_params *p);

/** The presets, their numbers and where these are from: text, or JSON. */
void stamp_print_memories(bool json);

#endif
