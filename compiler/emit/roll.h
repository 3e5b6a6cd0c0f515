/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file roll.h
 * Hardware loops for runs of instructions that repeat.
 *
 * A body of q instructions repeats if q later instructions are equal but for DRAM addresses that
 * move by the same step each time. It becomes SETR (per step), LOOP, body, ADDR (per step), ENDL.
 * What is executed, in which order, does not change.
 */
#ifndef STAMP_EMIT_ROLL_H
#define STAMP_EMIT_ROLL_H

#include <stddef.h>

#include "model/spec/spec.h"

/** Roll @p in [count] into @p out [at least count]; returns the number of instructions out. A loop
 *  with its ADDR instructions stays within IM_WORDS. */
size_t stamp_roll(const struct stamp_mach *m, const struct stamp_word *in, size_t count,
                  struct stamp_word *out);

#endif
