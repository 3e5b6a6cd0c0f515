/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file probe.h
 * Whether a machine would refuse an instruction, and by which error: the rules of model/dispatch, and of what only
 * tables and DRAM's window say. So "the last line" is the value behind which the next one is refused.
 */
#ifndef STAMP_TESTS_COVER_PROBE_H
#define STAMP_TESTS_COVER_PROBE_H

#include "model/machine/machine.h"

/** Bytes of a row of a transfer. */
uint64_t cover_row_bytes(const struct stamp_mach *k, const struct stamp_insn_d *d);

/** Which of OPCODE .. RANGE, LOOP an instruction meets by its fields alone, addresses and limits final. */
enum stamp_error cover_refused(const struct stamp_mach *k, const struct stamp_op *op,
                               const union stamp_insn *i);

/** The same, and RANGE or DRAM_RANGE by the tables and the window of @p m as they are. */
enum stamp_error cover_refused_here(const struct stamp_machine *m, const struct stamp_op *op,
                                    const union stamp_insn *i);

/** Too far, in one of the ways there are. */
bool cover_too_far(enum stamp_error e);

#endif
