/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file args_report.h
 * --report RUN.json: the record of a run, for stamp report; --energy LIBRARY: its energy. An argp child of every command
 * that runs something, and what these put into both.
 *
 * Without the flags all of it does nothing. What fails on the way is told at the end, once.
 */
#ifndef STAMP_CLI_ARGS_REPORT_H
#define STAMP_CLI_ARGS_REPORT_H

#include "sim/cli/args_machine.h"
#include "sim/cli/net_report.h"
#include "sim/report/energy.h"
#include "sim/report/run_json.h"

struct stamp_args_report {
    const char *file; /**< NULL: not wanted */
    bool phases;      /**< the command's own --phases: tables are shown */
    struct stamp_record *record;
    bool failed;         /**< no memory, no room */
    const char *library; /**< --energy; NULL: not wanted */
    struct stamp_energy_library costs;
    struct stamp_energy *energy; /**< NULL, or of all runs that were told of; owned */
};

extern const struct argp stamp_argp_report; /**< input: struct stamp_args_report, zero */

/** That the file can be written and is none of @p inputs, which end with NULL; before the work. */
enum stamp_status stamp_report_check(const struct stamp_args_report *a, const char *const *inputs,
                                     struct stamp_err *e);

/** What flags ask of device and machine: EINVAL with a line noted. At ARGP_KEY_END. @p phases: whether runs are to be cut
 *  into phases */
error_t stamp_report_needs(struct stamp_args_report *a, const struct stamp_device *on,
                           const struct stamp_mach *mach, bool *phases);

/** The same once a program has said what its machine is. @return STAMP_ERANGE */
enum stamp_status stamp_report_open(struct stamp_args_report *a, const struct stamp_device *on,
                                    const struct stamp_mach *mach, bool *phases,
                                    struct stamp_err *e);

/** Energy of a program file's run: member of @p object, null where it cannot be told; or with NULL lines on standard
 *  output. */
void stamp_report_energy(const struct stamp_args_report *a, struct cJSON *object,
                         const struct stamp_image *image, const struct stamp_run_options *o,
                         const uint32_t *arg, const struct stamp_run_result *r);

/** Energy of a network's runs that stamp_net_put or stamp_net_print told of; the same. */
void stamp_report_energy_sum(const struct stamp_args_report *a, struct cJSON *object);

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

/** Whether work that ended with @p s has a record: also a run that ended at a difference, with what is known of it. */
bool stamp_report_has(enum stamp_status s);

/** The status of a command whose work ended with @p s, in @p e, and whose record in @p w: the work's failure comes first,
 *  the record's is said beside it. */
enum stamp_status stamp_report_both(enum stamp_status s, const struct stamp_err *w,
                                    struct stamp_err *e);

/** Forget the record; of one that was never begun too. */
void stamp_report_free(struct stamp_args_report *a);

#endif
