/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ahead.h
 * Weights ahead of their layer: loads of constants to WB and CM go where the load unit would be idle.
 *
 * A load stands in front of its products in program order, behind the rows it does not depend on; the load
 * unit takes its instructions in order, so that it waits for these rows and brings the weights late. Here such
 * loads move up, past instructions that do not touch their lines, into the gaps that a first run on a clock
 * without them leaves. They keep their order. No load enters or leaves a loop; it may pass over one.
 */
#ifndef STAMP_EMIT_AHEAD_H
#define STAMP_EMIT_AHEAD_H

#include "compiler/emit/build.h"

/** Reorder @p word [count], part of b->word, and the phases that lie in it; wait and post fields are zero. */
enum stamp_status stamp_ahead(struct stamp_build *b, struct stamp_word *word, size_t count);

#endif
