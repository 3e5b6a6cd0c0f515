/* SPDX-License-Identifier: Apache-2.0 */
/* args_grid.c - the flag --grid. Contract in args_grid.h. */
#include "sim/cli/args_grid.h"

#include <string.h>

enum { KEY_GRID = STAMP_KEY_GRID };

static const struct argp_option options[] = {
    {.name = "grid",
     .key = KEY_GRID,
     .arg = "HxW",
     .group = 11,
     .doc = "patches of a network that paints (default: what it was trained at)"},
    {.name = NULL},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct stamp_dit_grid *to = state->input;
    char high[16] = "";
    uint64_t h = 0, w = 0;

    if (key != KEY_GRID) return ARGP_ERR_UNKNOWN;
    const char *x = strchr(arg, 'x');
    if (!x || (size_t)(x - arg) >= sizeof high)
        return stamp_args_bad("--grid %s: must be HxW, as 32x32", arg);
    memcpy(high, arg, (size_t)(x - arg));
    error_t err = stamp_args_u64("--grid: height", high, 1, 4096, &h);
    if (!err) err = stamp_args_u64("--grid: width", x + 1, 1, 4096, &w);
    *to = (struct stamp_dit_grid){(size_t)h, (size_t)w};
    return err;
}

const struct argp stamp_argp_grid = {.options = options, .parser = parse};
