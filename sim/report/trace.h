/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file trace.h
 * A run as a timeline for Perfetto and chrome://tracing (JSON trace events). A cycle is shown as a microsecond.
 *
 * Machine: a track a unit, with instructions and their buffers (args: place in the program, cycles in the queue before);
 * parts of the program, programs; counters of bytes, of the array, of units busy and queue heads that wait.
 * Queues and semaphores: instructions in each queue, value of each semaphore used. DRAM (--memory): trace_dram.h.
 *
 * Levels of detail keep it below STAMP_TRACE_BYTES: each kind of track has bytes of its own (trace_out.h), and what follows
 * each other is joined up to twice as long a time after each sixteenth of them. Commands of the DRAM end instead.
 * Sums over time hold at every level: time in queues, cycles busy, bytes.
 */
#ifndef STAMP_REPORT_TRACE_H
#define STAMP_REPORT_TRACE_H

#include "sim/run/runtime.h"

enum { STAMP_TRACE_BYTES = 45 << 20 /* of all kinds */ };

struct stamp_trace; /* opaque */

/** @return as stamp_outfile_open; STAMP_ENOMEM */
enum stamp_status stamp_trace_open(const char *path, struct stamp_trace **out, struct stamp_err *e);

/** For options.tracer; runs follow each other on one time. */
const struct stamp_run_tracer *stamp_trace_tracer(struct stamp_trace *t);

/** Write the rest and close; @p keep false: nothing is left. @return as stamp_outfile_commit */
enum stamp_status stamp_trace_close(struct stamp_trace *t, bool keep, struct stamp_err *e);

#endif
