/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file cycles.h
 * Cycles an instruction takes on its unit: the rows of model/spec/cycles.def.
 */
#ifndef STAMP_TIME_CYCLES_H
#define STAMP_TIME_CYCLES_H

#include "model/spec/spec.h"

enum stamp_cost_constant {
#define CONSTANT(name, value, meaning) STAMP_COST_##name = value,
#include "model/spec/cycles.def"
    STAMP_COST_MEMORY =
        60 /**< cycles from a request to memory to its answer, where none are given */
};

/** Memory around the machine. Zero stands for STAMP_COST_MEMORY cycles and a beat in every cycle. */
struct stamp_cost_memory {
    uint32_t latency; /**< cycles from a request to its answer */
    uint32_t rate;    /**< beats per STAMP_COST_RATE_ONE cycles, each direction */
};

struct stamp_cycles {
    uint64_t occupy;  /**< until the unit can take its next instruction */
    uint64_t latency; /**< further cycles until what it gives can be taken */
};

/** Cycles of @p insn, whose addresses and limits are final; no zero in @p memory. What depends on values
 *  (elements that no row sees) counts as if it were all there. */
struct stamp_cycles stamp_cycles_of(const struct stamp_mach *m, struct stamp_cost_memory memory,
                                    const struct stamp_op *op, const union stamp_insn *insn);

/** The same, and which row said so: its line in cycles.def. */
unsigned stamp_cycles_row(const struct stamp_mach *m, struct stamp_cost_memory memory,
                          const struct stamp_op *op, const union stamp_insn *insn,
                          struct stamp_cycles *out);

#endif
