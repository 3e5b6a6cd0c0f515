/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file compare_paint.h
 * stamp compare of a network that paints: its flags as an argp child, run and printed.
 */
#ifndef STAMP_CLI_COMPARE_PAINT_H
#define STAMP_CLI_COMPARE_PAINT_H

#include "sim/cli/args_net.h"
#include "sim/cli/args_quant.h"
#include "sim/cli/paint.h"

/** Start from stamp_compare_paint_default. Everything borrowed. */
struct stamp_compare_paint {
    const char *prompt[STAMP_PAINT_PROMPTS], *file; /**< file: of prompts, or NULL */
    size_t prompts;                                 /**< those of the file not counted */
    const char *judge, *sheet;                      /**< or NULL */
    uint64_t seeds, steps;
    double guidance;
    const char *given; /**< a flag that was, or NULL */
    /* Of the caller: */
    const struct stamp_network *network;
    const char *model; /**< path */
    const struct stamp_args_net *net;
    const struct stamp_args_machine *machine;
    const struct stamp_args_quant *quant;
    const struct stamp_scheme *base;
    const struct stamp_device *on;
    const uint32_t *high; /**< [highs], at most STAMP_TABLE_HIGH; highs 0: 64 rows */
    size_t highs;
    bool json;
};

extern const struct argp stamp_argp_compare_paint; /**< input: struct stamp_compare_paint */

struct stamp_compare_paint stamp_compare_paint_default(void);

/** Whether there are prompts. */
bool stamp_compare_paint_is(const struct stamp_compare_paint *a);

/** Run, print, write the sheet. @return as stamp_table_run; what a file of prompts, the judge, the sheet fail by */
enum stamp_status stamp_compare_paint(const struct stamp_compare_paint *a, struct stamp_err *e);

#endif
