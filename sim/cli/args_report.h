/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file args_report.h
 * --report RUN.json: the record of a run, for stamp report. An argp child of every command that runs something, and
 * what these put into the record.
 *
 * Without the flag all of it does nothing. What fails on the way is told at the end, once.
 */
#ifndef STAMP_CLI_ARGS_REPORT_H
#define STAMP_CLI_ARGS_REPORT_H

#include "sim/cli/args_machine.h"
#include "sim/cli/net_report.h"
#include "sim/report/run_json.h"

struct stamp_args_report {
    const char *file; /**< NULL: not wanted */
    bool phases;      /**< the command's own --phases: tables are shown */
    struct stamp_record *record;
    bool failed; /**< no memory, no room */
};

extern const struct argp stamp_argp_report; /**< input: struct stamp_args_report, zero */

/** That the file can be written and is none of @p inputs, which end with NULL; before the work. */
enum stamp_status stamp_report_check(const struct stamp_args_report *a, const char *const *inputs,
                                     struct stamp_err *e);

/** Whether a run on @p on is to be cut into phases. */
bool stamp_report_phases(const struct stamp_args_report *a, const struct stamp_device *on);

/** Begin a record. @p command "run"; @p subject the program or model; @p machine as it ran; scheme and network:
 *  settings in words, or NULL. Texts are borrowed until stamp_report_end. */
void stamp_report_begin(struct stamp_args_report *a, const char *command, const char *subject,
                        const struct stamp_device *on, const struct stamp_args_machine *machine,
                        const struct stamp_mach *mach);
void stamp_report_settings(struct stamp_args_report *a, const char *scheme, const char *network);

/** What a program file's run counted. */
void stamp_report_run(struct stamp_args_report *a, const char *entry,
                      const struct stamp_image *image, const struct stamp_run_result *result);

/** What a network's runs of one kind counted; nothing where no programs ran. */
void stamp_report_net(struct stamp_args_report *a, const char *name,
                      const struct stamp_net_report *r);

/** A figure of accuracy, as stamp_record_figure. */
void stamp_report_figure(struct stamp_args_report *a, const char *key, const char *of,
                         double value);

/** Write the file. */
enum stamp_status stamp_report_end(struct stamp_args_report *a, struct stamp_err *e);

/** Forget the record; of one that was never begun too. */
void stamp_report_free(struct stamp_args_report *a);

#endif
