/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file cycle_shapes.h
 * Instructions of every size for the rig of cycle_rig.h: the smallest, odd ones, whole ones, drawn ones.
 */
#ifndef STAMP_TESTS_COSIM_CYCLE_SHAPES_H
#define STAMP_TESTS_COSIM_CYCLE_SHAPES_H

#include <stdbool.h>

#include "model/spec/spec.h"

enum { SHAPES = 24 }; /**< of an opcode and function; the first SIZES are not drawn */

/** Functions of an opcode whose cycles may differ: fn, kind; 1 where there is none. */
uint32_t shape_functions(enum stamp_opcode op);

/**
 * Shape @p k of function @p fn of @p op, as instruction @p place of a sequence: where one changes what the
 * next reads they lie apart.
 * @return false where the machine has no room for it
 */
bool shape_of(const struct stamp_mach *m, enum stamp_opcode op, uint32_t fn, uint32_t k,
              uint32_t place, union stamp_insn *i);

#endif
