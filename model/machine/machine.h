/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file machine.h
 * The machine of isa.md in C: architectural state, program order, no time.
 *
 * One step executes one instruction and yields one retire record; every write it makes to a
 * memory is reported through an optional hook, in the order the hardware makes them, so that
 * lock-step can compare each. RTL twin: rtl/top/stamp_top.sv.
 */
#ifndef STAMP_MACHINE_H
#define STAMP_MACHINE_H

#include <stdbool.h>

#include "model/insn/state.h"
#include "model/spec/spec.h"
#include "model/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What an instruction was and how it ended. */
struct stamp_retire {
    uint64_t seq; /**< 0, 1, 2, ... in program order */
    uint32_t pc;  /**< index of the instruction */
    enum stamp_unit unit;
    enum stamp_opcode op;
    enum stamp_error error;
};

/** A machine of configuration @p mach (borrowed, must outlive it). NULL when memory is out. */
struct stamp_machine *stamp_machine_new(const struct stamp_mach *mach);
void stamp_machine_free(struct stamp_machine *m);

/** Prepare to run: program of @p count instructions at @p code_addr, data window [lo, hi).
 *  Clears control state, arguments and counters; memories keep what they hold. */
void stamp_machine_start(struct stamp_machine *m, struct stamp_memory dram, uint64_t code_addr,
                         uint32_t count, uint64_t win_lo, uint64_t win_hi);

/** Fill the scratchpad memories with noise of @p seed: what a program reads without having written it
 *  differs from any other machine's. PB stays as it is: its lines are reported whole when a part is
 *  written. */
void stamp_machine_poison(struct stamp_machine *m, uint64_t seed);

/** Execute one instruction. Returns false once the machine has stopped (done or error), then
 *  @p retire still describes the last instruction. */
bool stamp_machine_step(struct stamp_machine *m, struct stamp_retire *retire);

#ifdef __cplusplus
}
#endif
#endif
