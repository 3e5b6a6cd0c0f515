/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file progress.h
 * A line on stderr for anything that takes over two seconds: done, speed, time left.
 *
 * Shown when stderr is a terminal or --progress was given. On a terminal the line is rewritten in
 * place and wiped at the end; otherwise a line is added every two seconds.
 */
#ifndef STAMP_CLI_PROGRESS_H
#define STAMP_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/** Switch on as above. @param forced  --progress was given */
void stamp_progress_init(bool forced);

/** Name a stage of the task ("compiling"); until something is counted, its seconds are shown. */
void stamp_progress_stage(const char *what);

/** Name what comes next ("layers.0.q on rtl"); starts its clock. At most 80 characters are kept. */
void stamp_progress_task(const char *fmt, ...);

/** Say how far it is. @p total 0: unknown. @p unit "cycles", "tokens". Returns true, so that it can
 *  end a callback that asks whether to go on. */
bool stamp_progress_show(uint64_t done, uint64_t total, const char *unit);

/** A stamp_run_progress_fn; ctx is not used. */
bool stamp_progress_run(void *ctx, const char *what, uint64_t done, uint64_t total,
                        double per_second);

/** Wipe the line. */
void stamp_progress_end(void);

/** Whether a line stands on the terminal; for the signal handler. */
bool stamp_progress_open(void);

#endif
