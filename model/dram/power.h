/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file power.h
 * Energy of a DRAM's commands (power.def).
 */
#ifndef STAMP_DRAM_POWER_H
#define STAMP_DRAM_POWER_H

#include <stdbool.h>

#include "model/dram/counts.h"

/** Of one channel: pJ a command, of RD and WR with the whole burst; mW while it waits. */
struct stamp_dram_power {
    const char *preset;
    double activate, read, write, refresh, standby;
    const char *source;
};

/** Of a preset by its name; false where no currents are public. */
bool stamp_dram_power(const char *preset, struct stamp_dram_power *out);

/** Joules of what it did, in @p seconds with @p channels of it; [4]: rows, columns, refresh, standby. */
void stamp_dram_joules(const struct stamp_dram_power *p, const struct stamp_dram_counts *n,
                       uint32_t channels, double seconds, double joules[4]);

#endif
