/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file conv.h
 * Convolution of every column by itself over a grid of rows, item by item: some columns of some rows of the result.
 *
 * Numbers: numerics.md section 8, DEPTHWISE. An item is one strip of the grid's rows and one chunk of columns; strips
 * come in order, so that items can be emitted as soon as the rows they read are stored.
 */
#ifndef STAMP_KERNEL_CONV_H
#define STAMP_KERNEL_CONV_H

#include "compiler/emit/build.h"
#include "model/num/depthwise.h"

struct stamp_conv {
    struct stamp_build *b;
    struct stamp_grid grid;
    uint32_t convs; /**< 1, or 2: the first times SILU of the second */
    uint32_t lines; /**< of a row, whole 64 bytes */
    struct stamp_place from[2], to;
    uint64_t taps[2],
        tap_row;    /**< rows of weights, kernel^2, and the bias; bytes from row to row */
    uint64_t zeros; /**< STAMP_CONV_ZEROS lines of +0 */
    /* How it is cut, in VM lines where nothing else is said. */
    uint32_t wide, pitch; /**< points of a row of the result; of a row read, with zeros before it */
    uint32_t c, rows;     /**< lines of a chunk of columns; rows of the result's grid in a strip */
    uint32_t in, out, weights; /**< of one convolution */
    uint32_t vm, all;          /**< first line; lines in all */
    uint32_t chunks, items, next;
};

enum { STAMP_CONV_ZEROS = 16 };

/** Cut to at most @p room lines; false where not a row of 64 bytes fits. */
bool stamp_conv_cut(struct stamp_conv *v, uint32_t room);
/** Lines it would take at least. */
uint32_t stamp_conv_least(const struct stamp_conv *v);
/** Lay the zeros around the rows into VM from line @p vm on; once, before items. */
void stamp_conv_begin(struct stamp_conv *v, uint32_t vm);
/** Items that can be emitted once rows 0 .. rows - 1 of the input are stored. */
uint32_t stamp_conv_ready(const struct stamp_conv *v, uint32_t rows);
/** Emit the next item. */
void stamp_conv_item(struct stamp_conv *v);

#endif
