/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file passes.h
 * A sequence transform in passes of its own, for blocks too large for a tile.
 *
 * The list of operations is cut where the rows they join no longer fit vector memory. In each part
 * the rows fall into sets that no operation joins; a set is loaded column chunk by column chunk,
 * transformed and stored. So a Haar transform of any depth becomes Haar transforms of strided rows.
 */
#ifndef STAMP_KERNEL_PASSES_H
#define STAMP_KERNEL_PASSES_H

#include "compiler/emit/build.h"
#include "model/num/plan.h"

/**
 * Transform all rows of @p plan from @p from to @p to (different buffers), @p lines VM lines wide.
 * Forward: numbers as plan->ops. Inverse: undone in reverse order, then the row of @p lines lines at
 * DRAM address @p bias (F32) added, if not 0.
 */
void stamp_emit_passes(struct stamp_build *b, const struct stamp_plan *plan, bool inverse,
                       struct stamp_place from, struct stamp_place to, uint32_t lines,
                       uint64_t bias);

#endif
