/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file trace.h
 * A run as a timeline for Perfetto and chrome://tracing (JSON trace events): a track a unit, one of the parts of the
 * program, counters of bytes and of the array. A cycle is shown as a microsecond.
 *
 * Levels of detail keep it below STAMP_TRACE_BYTES: after each sixteenth of that, instructions of a unit that follow
 * each other are joined up to twice as long a time.
 */
#ifndef STAMP_REPORT_TRACE_H
#define STAMP_REPORT_TRACE_H

#include "sim/run/runtime.h"

enum { STAMP_TRACE_BYTES = 40 << 20 };

struct stamp_trace; /* opaque */

/** @return as stamp_outfile_open; STAMP_ENOMEM */
enum stamp_status stamp_trace_open(const char *path, struct stamp_trace **out, struct stamp_err *e);

/** For options.tracer; runs follow each other on one time. */
const struct stamp_run_tracer *stamp_trace_tracer(struct stamp_trace *t);

/** Write the rest and close; @p keep false: nothing is left. @return as stamp_outfile_commit */
enum stamp_status stamp_trace_close(struct stamp_trace *t, bool keep, struct stamp_err *e);

#endif
