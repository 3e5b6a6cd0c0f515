/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file behind.h
 * The memory of a run's options behind the pins of a timed machine.
 */
#ifndef STAMP_SIM_RUN_BEHIND_H
#define STAMP_SIM_RUN_BEHIND_H

#include "model/clock/plain.h"
#include "model/dram/model.h"
#include "sim/run/runtime.h"

struct stamp_behind {
    struct stamp_clock_plain plain;
    struct stamp_dram_model *dram; /* or NULL */
};

/** At rest. @p b outlives @p out. False when memory is out */
bool stamp_behind_new(struct stamp_behind *b, const struct stamp_run_options *o, uint32_t axi_bytes,
                      struct stamp_clock_memory *out);
void stamp_behind_free(struct stamp_behind *b);

#endif
