/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file cover.h
 * Collects functional coverage of runs: which points of points.h were reached. A run's points count once it is known
 * that both machines agreed; an instruction's are those of the C machine as it was before it.
 */
#ifndef STAMP_TESTS_COVER_COVER_H
#define STAMP_TESTS_COVER_COVER_H

#include "model/status.h"
#include "tests/cover/points.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stamp_machine;
struct stamp_rtl_cycle;
struct cover; /* opaque */

/** NULL: out of memory. */
struct cover *cover_new(const struct stamp_mach *mach);
void cover_free(struct cover *c);

/** The hooks below take NULL for @p ctx and then do nothing. */

/** A run begins; what the one before it had, if it was not closed by cover_end, is forgotten. */
void cover_begin(struct cover *c);

/** Before each instruction (stamp_run_options.on_insn); @p ctx is the cover. */
void cover_insn(void *ctx, const struct stamp_machine *m);

/** Each clock of the RTL (on_cycle); @p ctx is the cover. Always true. */
bool cover_cycle(void *ctx, const struct stamp_rtl_cycle *cycle);

/**
 * The run is over, and both machines ended alike.
 * @param error  NONE: HALT was reached; otherwise what the last instruction told was refused with
 * @param event  counters of the RTL, or NULL
 */
void cover_end(struct cover *c, enum stamp_error error, const uint64_t event[STAMP_EVENTS]);

/** The points, and whether one was reached. */
const struct cover_points *cover_points_of(const struct cover *c);
bool cover_reached(const struct cover *c, int32_t point);

/** Runs that were counted. */
uint64_t cover_runs(const struct cover *c);

/**
 * Write what was reached to @p path, whole or not at all: a line "stamp-cover 1 MACHINE POINTS RUNS HASH", a line
 * "count<TAB>class<TAB>what" for each point, "end POINTS". The hash is FNV-1a of the names.
 */
enum stamp_status cover_write(const struct cover *c, const char *path, struct stamp_err *e);

#ifdef __cplusplus
}
#endif
#endif
