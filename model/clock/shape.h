/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file shape.h
 * What of an instruction decides time: two of the same shape take the same cycles where all else is the same.
 *
 * Of a vector instruction its constants do not, of a transfer its address does as far as it decides where rows are cut into
 * bursts, of a control instruction where it goes on does, of one that reads a table what it will find there. The number of a
 * shape holds the word without all that, as a number of its own, and what is left of the rest: equal numbers are equal
 * shapes.
 */
#ifndef STAMP_CLOCK_SHAPE_H
#define STAMP_CLOCK_SHAPE_H

#include "model/dispatch/dispatch.h"

struct stamp_clock_shapes; /**< of one program */

/** What the machine's tables hold, as many entries as it has. */
struct stamp_clock_tables {
    const uint16_t *rt, *nt;
    const uint32_t *it;
};

/** @param code, entries of tables  borrowed. @param bytes  of what tables hold, at most. @return NULL: out of memory */
struct stamp_clock_shapes *stamp_clock_shapes_new(const struct stamp_mach *mach,
                                                  const struct stamp_word *code, uint32_t count,
                                                  const struct stamp_clock_tables *tables,
                                                  size_t bytes);
void stamp_clock_shapes_free(struct stamp_clock_shapes *s);

/** An entry of a table has changed since the last call of any other. */
void stamp_clock_shapes_filled(struct stamp_clock_shapes *s);
/** There was no room for what a table holds: nothing has a shape until all are forgotten. */
bool stamp_clock_shapes_full(const struct stamp_clock_shapes *s);
/** Shapes given so far mean nothing any more. */
void stamp_clock_shapes_forget(struct stamp_clock_shapes *s);

/** A number of what @p count entries of @p space (RT, NT, IT) from @p first on hold, those there are. 0: no room */
uint32_t stamp_clock_entries(struct stamp_clock_shapes *s, enum stamp_space space, uint32_t first,
                             uint32_t count);

/** Of an instruction as dispatched, or as a unit has it: its address or limit is final. 0: it has none, for want
 *  of room */
uint64_t stamp_clock_shape(struct stamp_clock_shapes *s, const struct stamp_issue *issue);

/** An instruction of that shape, of which only the shape is said; pc is one's that has it, next is not said. */
void stamp_clock_of_shape(const struct stamp_clock_shapes *s, uint64_t shape,
                          struct stamp_issue *issue);

/** Whether the bursts of rows of @p units 64-byte units, less one, do not depend on where they lie: @p at (bits of all
 *  rows' addresses in units, or'ed) @p fixed: they all lie at @p at modulo 4 KiB; @p most units of a burst, less one. */
bool stamp_clock_cut_alike(uint64_t at, bool fixed, uint32_t units, uint32_t most);

#endif
