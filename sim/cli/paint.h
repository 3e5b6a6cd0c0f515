/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file paint.h
 * What stamp paint does once its flags are read.
 */
#ifndef STAMP_CLI_PAINT_H
#define STAMP_CLI_PAINT_H

#include "compiler/family/network.h"
#include "sim/cli/args_report.h"
#include "sim/net/netrun.h"
#include "sim/paint/folder.h"

enum { STAMP_PAINT_PROMPTS = 64 };

struct stamp_paint_job {
    const struct stamp_device *on;
    const struct stamp_mach *mach;
    struct stamp_netrun_options net;
    const char *prompt[STAMP_PAINT_PROMPTS];
    size_t prompts;
    const char *output, *judge; /**< NULL: none */
    uint64_t steps, seed, text; /**< text: rows of it for a random network; 0: 120 */
    double guidance;
    bool measure; /**< f32 beside the device */
    bool json;
    struct stamp_args_report *report; /**< begun, ended by the caller; borrowed */
};

/** Open a network that paints; its notes are said. @return as stamp_network_open_grid */
enum stamp_status stamp_paint_open(const char *model, struct stamp_dit_grid grid,
                                   struct stamp_network **out, struct stamp_err *e);

/** That the folder's parts go with its transformer. @return STAMP_EFORMAT */
enum stamp_status stamp_paint_fits(const struct stamp_paint_folder *f,
                                   const struct stamp_network *m, const char *model,
                                   struct stamp_err *e);

/** Paint, write, print. @return what failed */
enum stamp_status stamp_paint_run(const struct stamp_paint_job *j, const struct stamp_network *m,
                                  const char *model, struct stamp_err *e);

#endif
