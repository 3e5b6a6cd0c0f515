/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file need.h
 * What a machine lacks: its memories too small for some work, and the sizes that would do.
 */
#ifndef STAMP_TILE_NEED_H
#define STAMP_TILE_NEED_H

#include <stdbool.h>

#include "model/spec/spec.h"

enum { STAMP_NEED_TEXT = 160 }; /**< bytes that hold any text */

/** Whether the work fits a machine; more of a memory never makes it fit less. */
typedef bool stamp_fits_fn(void *ctx, const struct stamp_mach *m);

/**
 * Say which memories of @p m are too small and how many lines (entries) they need, each with those before
 * it as large as said: "VM_LINES is 320, needs 812". Where no size of memories helps, so it says.
 */
void stamp_need(const struct stamp_mach *m, stamp_fits_fn *fits, void *ctx,
                char text[STAMP_NEED_TEXT]);

#endif
