/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file stop.h
 * What becomes of an assertion of the RTL that fails, in place of Verilator's printing and abort().
 *
 * Verilated code is compiled with VL_USER_STOP and VL_PRINTF=stamp_said; what it says before it stops is kept as
 * "assertion INSTANCE.CHECK.ASSERTION fails in clock N (FILE:LINE)", everything else is printed. A bench, compiled
 * with STAMP_STOP_EXITS, prints that line and exits with 1; a machine's harness looks at stamp_stop_seen. The clock
 * is the time of the model's context, which the harness or bench sets.
 */
#ifndef STAMP_SIM_VERILATOR_STOP_H
#define STAMP_SIM_VERILATOR_STOP_H

int stamp_said(const char *format, ...);

extern thread_local bool stamp_stop_seen;      /**< an assertion failed; cleared by who looks */
extern thread_local char stamp_stop_text[512]; /**< the first of those seen */

#endif
