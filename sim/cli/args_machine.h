/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file args_machine.h
 * Which machine runs a program, and the memory around it, as an argp child.
 */
#ifndef STAMP_CLI_ARGS_MACHINE_H
#define STAMP_CLI_ARGS_MACHINE_H

#include "sim/cli/args.h"
#include "sim/run/device.h"

struct stamp_args_machine {
    bool on_set;                   /**< --on was given */
    bool any;                      /**< another of the flags was, but for --seed */
    const struct stamp_mach *mach; /**< --machine, or NULL */
    bool plain;                    /**< --latency, --bandwidth or --stall was given */
    bool latency, bandwidth, stall, seed, watchdog; /**< this flag was, whatever it said */
    const char *trace;                              /**< --trace, or NULL */
    uint32_t clock;                                 /**< --clock, MHz, or 0 */
    struct stamp_run_options run;                   /**< start from stamp_args_machine_default */
};

extern const struct argp stamp_argp_machine; /**< input: struct stamp_args_machine */
extern const struct argp stamp_argp_memory;  /**< without --on and waves, the same input */
extern const struct argp
    stamp_argp_estimate; /**< --machine, --latency, --bandwidth alone, the same */
extern const struct argp stamp_argp_machine_only; /**< --machine alone, the same input */

struct stamp_args_machine stamp_args_machine_default(void);

/** Options that do not go together; called at ARGP_KEY_END. */
error_t stamp_args_machine_check(struct stamp_args_machine *m);

/** Of these --wave and its like, --trace, for a run on @p on: opened from here on. */
error_t stamp_args_machine_watch(struct stamp_args_machine *m, const struct stamp_device *on);

/** The command is over with exit code @p code: what its flags opened is closed, kept where it is 0. @return
 *  the code, or another where that failed */
int stamp_args_machine_end(int code);

/** Of these --memory and --clock: the DRAM at the accelerator's clock, and for estimates a plain memory like it. */
error_t stamp_args_machine_memory(struct stamp_args_machine *m, const struct stamp_device *on);

/** --machine, or base. */
const struct stamp_mach *stamp_args_mach(const struct stamp_args_machine *m);
/** The DRAM of --memory, or NULL. */
const struct stamp_dram_params *stamp_args_dram(const struct stamp_args_machine *m);

/** The device --on names, which must be able to do all of @p need (enum stamp_can). */
error_t stamp_args_device(const char *arg, unsigned need, const struct stamp_device **out);

/** For an argp help_filter: @p text and the devices that can do all of @p need; in new memory, or @p text. */
char *stamp_args_device_help(const char *text, unsigned need);

/** Where @p flag is given and the device cannot do @p need: one line that names those that can. */
error_t stamp_args_device_needs(const char *flag, const struct stamp_device *on, unsigned need);

#endif
