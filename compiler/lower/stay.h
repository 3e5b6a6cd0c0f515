/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file stay.h
 * Rows of a decode program that stay in vector memory from step to step.
 *
 * A decode program has one row of every value. What its products, norms and attention hand on to each other needs no
 * way through DRAM, where the next step would wait for it: such rows have lines of their own at the end of VM, as far
 * as a quarter of it and what attention leaves reach, in the order in which they are made. A norm or a product reads
 * them there and writes them there.
 */
#ifndef STAMP_LOWER_STAY_H
#define STAMP_LOWER_STAY_H

#include "compiler/kernel/lowering.h"

/** How much of VM rows may have; before places are asked for. Nothing outside a decode program. */
void stamp_stay_begin(struct stamp_lower *n);

/** A place in VM for a row of values @p v [count] side by side, @p cols elements; row_bytes 0: it has none. */
struct stamp_place stamp_stay_place(struct stamp_lower *n, const uint32_t *v, uint32_t count,
                                    uint64_t cols);

/** The rest of VM to all steps. */
void stamp_stay_rooms(struct stamp_lower *n);

#endif
