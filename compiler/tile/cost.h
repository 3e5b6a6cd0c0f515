/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file cost.h
 * Estimated cycles of a program: what each instruction takes on its unit, queues, semaphores.
 *
 * Figures are those of rtl/microarchitecture.md; the RTL decides, this chooses.
 */
#ifndef STAMP_TILE_COST_H
#define STAMP_TILE_COST_H

#include "compiler/emit/image.h"

enum {
    STAMP_COST_QPAR = 23, /**< VQPAR, cycles of an entry on one of the Q units */
    STAMP_COST_MEMORY =
        60, /**< cycles from a request to memory to its answer, where none are given */
    STAMP_COST_RATE_ONE = 256 /**< a beat in every cycle */
};

/** Memory around the machine. Zero stands for STAMP_COST_MEMORY cycles and a beat in every cycle. */
struct stamp_cost_memory {
    uint32_t latency; /**< cycles from a request to its answer */
    uint32_t rate;    /**< beats per 256 cycles, each direction */
};

/** What a run is expected to take, in cycles. */
struct stamp_cost {
    uint64_t cycles;
    uint64_t busy[STAMP_UNITS]; /**< per unit, executing */
    uint64_t dispatched;        /**< instructions */
    uint64_t fetch_bytes; /**< instruction words read, each once: loop bodies fit the buffer */
};

/** Cycles @p insn occupies its unit. @p latency: further cycles until it retires. No zero in @p memory. */
uint64_t stamp_cost_insn(const struct stamp_mach *m, struct stamp_cost_memory memory,
                         const struct stamp_op *op, const union stamp_insn *insn,
                         uint64_t *latency);

/** Estimate one entry with these arguments (NULL: the image's). Errors: those of stamp_walk_next. */
enum stamp_status stamp_cost_entry(const struct stamp_image *image, const struct stamp_entry *entry,
                                   const uint32_t *arg, struct stamp_cost_memory memory,
                                   struct stamp_cost *out, struct stamp_err *e);

/** Estimate the first entry of an image that stamp_verify accepted. */
enum stamp_status stamp_cost_program(const struct stamp_image *image,
                                     struct stamp_cost_memory memory, struct stamp_cost *out,
                                     struct stamp_err *e);

#endif
