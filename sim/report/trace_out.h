/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file trace_out.h
 * What the tracks of a trace share: the file, and how much detail each kind of track still has. For sim/report alone.
 *
 * A kind has so many bytes. After each of its steps (TRACE_STEPS of them) it joins what lies twice as close together: a
 * run twice as long costs a step more, so that none passes the sum of all kinds, STAMP_TRACE_BYTES.
 */
#ifndef STAMP_REPORT_TRACE_OUT_H
#define STAMP_REPORT_TRACE_OUT_H

#include "model/file/outfile.h"
#include "sim/run/runtime.h"

enum { STAMP_TRACE_STEPS = 16, STAMP_TRACE_MIB = 1 << 20 };

/** Processes of the trace: groups of tracks. */
enum stamp_trace_pid { STAMP_TRACE_MACHINE = 1, STAMP_TRACE_QUEUES, STAMP_TRACE_DRAM };

struct stamp_trace_out {
    struct stamp_outfile file;
    enum stamp_status status; /**< of the first write that failed */
    struct stamp_err err;
};

struct stamp_trace_level {
    uint64_t bytes, budget, next; /**< written; of the kind; at which join doubles */
    uint64_t first, join;         /**< cycles joined from the first step on; now */
};

struct stamp_trace_level stamp_trace_level(uint64_t budget, uint64_t first, uint64_t join);

/** A piece of JSON, on account of @p level where it has one. */
void stamp_trace_put(struct stamp_trace_out *o, struct stamp_trace_level *level, const char *fmt,
                     ...) STAMP_PRINTF(3, 4);

/** Name of a process (@p tid -1) or of a track. */
void stamp_trace_name(struct stamp_trace_out *o, enum stamp_trace_pid pid, int tid,
                      const char *name);

#endif
