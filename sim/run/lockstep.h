/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lockstep.h
 * Holds an RTL run against the C machine: every write and every retirement, unit by unit.
 *
 * A unit's writes to one memory happen in program order on both sides, so each (unit, memory)
 * pair is a stream and each unit's retirements are one. When the RTL shows the next element of a
 * stream the C machine is stepped until it has shown it too; the first difference stops the run.
 */
#ifndef STAMP_SIM_RUN_LOCKSTEP_H
#define STAMP_SIM_RUN_LOCKSTEP_H

#include "model/machine/machine.h"
#include "sim/run/difference.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stamp_lockstep; /* opaque */

/** @param m a started machine with its own copy of memory; borrowed. NULL when memory is out. */
struct stamp_lockstep *stamp_lockstep_new(struct stamp_machine *m);
void stamp_lockstep_free(struct stamp_lockstep *ls);

/** Called with the C machine as it is before each of its instructions; they come in program order. */
void stamp_lockstep_watch(struct stamp_lockstep *ls,
                          void (*before)(void *ctx, const struct stamp_machine *m), void *ctx);

/** The RTL wrote: contract of stamp_write_fn plus the unit. Returns false at a difference. */
bool stamp_lockstep_write(struct stamp_lockstep *ls, enum stamp_unit unit, enum stamp_space space,
                          uint64_t addr, const void *data, size_t bytes);

/** The RTL retired an instruction without error. Returns false at a difference. */
bool stamp_lockstep_retire(struct stamp_lockstep *ls, enum stamp_unit unit, uint32_t pc);

/** The RTL stopped: @p error with the instruction at fault, or NONE for done. On done nothing may
 *  be left over; on an error the C machine must stop on the same one. */
bool stamp_lockstep_finish(struct stamp_lockstep *ls, enum stamp_error error, uint32_t error_pc);

/** Elements compared so far: 32-bit words of writes, plus retirements. */
uint64_t stamp_lockstep_checked(const struct stamp_lockstep *ls);

/** Differences seen: 0, or 1 as the run stops at the first. */
uint64_t stamp_lockstep_mismatches(const struct stamp_lockstep *ls);

/** Whether memory ran out; what differs then is no difference of the machines. */
bool stamp_lockstep_starved(const struct stamp_lockstep *ls);

/** One line on the difference: unit, program counter, memory, index, both values. */
const char *stamp_lockstep_text(const struct stamp_lockstep *ls);

/** The same as fields, without its cycle and clock; the last retirements stand there in any case. */
const struct stamp_difference *stamp_lockstep_difference(const struct stamp_lockstep *ls);

#ifdef __cplusplus
}
#endif
#endif
