/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file trace_dram.h
 * Tracks of a DRAM's channels: how much of the time its data bus is busy; column commands to an open row, to one that was
 * opened for them, to one in whose bank another was closed first; refreshes. At the finest level commands too: two tracks
 * a channel, of the data bus and of rows. For trace.c alone.
 */
#ifndef STAMP_REPORT_TRACE_DRAM_H
#define STAMP_REPORT_TRACE_DRAM_H

#include "sim/report/trace_out.h"

enum { STAMP_TRACE_CHANNELS = 64 /* keys.def */ };

/** A stretch of time of a channel. */
struct stamp_trace_channel {
    bool used;
    uint64_t begin, window; /**< cycles */
    double busy, later;     /**< cycles of the data bus in it, behind it */
    uint32_t kind[3], refreshes;
};

struct stamp_trace_dram {
    struct stamp_trace_level of_counters, of_commands;
    struct stamp_trace_channel channel[STAMP_TRACE_CHANNELS];
};

void stamp_trace_dram_open(struct stamp_trace_dram *d);
void stamp_trace_dram_begin(struct stamp_trace_dram *d);
void stamp_trace_command(struct stamp_trace_dram *d, struct stamp_trace_out *o, uint64_t base,
                         const struct stamp_run_command *c);
void stamp_trace_dram_end(struct stamp_trace_dram *d, struct stamp_trace_out *o, uint64_t base,
                          uint64_t cycles);

#endif
