/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file memory.h
 * The memory plan of a network: values by their places, constants, one region for each repetition.
 */
#ifndef STAMP_LOWER_MEMORY_H
#define STAMP_LOWER_MEMORY_H

#include "compiler/kernel/lowering.h"

/** Sizes, places, tiles, constants of a program over all rows. Errors stick to n->b. */
void stamp_lower_lay(struct stamp_lower *n);

/** Those of a decode program, whose weights and state are n->like's. */
void stamp_lower_lay_decode(struct stamp_lower *n);
/** Buffers at most: a step has fewer than a dozen in each repetition. */
uint32_t stamp_lower_items(const struct stamp_lower *n);

#endif
