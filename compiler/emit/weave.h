/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file weave.h
 * Work of several kernels made one order, so that one's products go on beside another's vectors.
 *
 * A stream is what one kernel emitted. Every unit keeps the order of a stream's instructions; what touches a line
 * that another touched before stays behind it, whatever stream either is of. So any interleaving gives the same
 * values, and how much streams overlap follows from the places they were given (build.h, base).
 */
#ifndef STAMP_EMIT_WEAVE_H
#define STAMP_EMIT_WEAVE_H

#include "compiler/emit/build.h"

enum { STAMP_WEAVE_STREAMS = 4 };

/**
 * Reorder words [border[0], border[streams]): stream k is [border[k], border[k + 1]). There is no control among
 * them. Of what could start next, what starts first comes first; of equals, on the array, that
 * of the stream that has fewest products for its vector work, on other units that of the one that has most: each is
 * first where it has least to do, so that it goes on where it has most. Errors stick.
 */
void stamp_weave(struct stamp_build *b, const size_t *border, uint32_t streams);

#endif
