/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file args_grid.h
 * The flag --grid, patches of a network that paints, as an argp child.
 */
#ifndef STAMP_CLI_ARGS_GRID_H
#define STAMP_CLI_ARGS_GRID_H

#include "compiler/family/dit.h"
#include "sim/cli/args.h"

extern const struct argp stamp_argp_grid; /**< input: struct stamp_dit_grid, zeroed: as trained */

#endif
