/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file named.h
 * Named tensors of a file, whichever of two formats it has: safetensors.h or npz.h. For loaders
 * that ask for tensors by name.
 */
#ifndef STAMP_FRONT_NAMED_H
#define STAMP_FRONT_NAMED_H

#include <stddef.h>

#include "compiler/front/lazy.h"
#include "model/status.h"

enum { STAMP_NAMED_RANK_MAX = 4 };

struct stamp_named; /* opaque */

/** Shape of a tensor. */
struct stamp_shape {
    size_t rank;                      /**< 0 or beyond the maximum: not readable */
    size_t dim[STAMP_NAMED_RANK_MAX]; /**< outermost first, 1 past rank */
};

/**
 * Open by path: a zip archive, by its first bytes, is .npz, anything else .safetensors or its index
 * (".json").
 * @return as stamp_npz_open and stamp_safetensors_open
 */
enum stamp_status stamp_named_open(const char *path, struct stamp_named **out, struct stamp_err *e);

/** NULL is allowed. Whatever was borrowed is gone. */
void stamp_named_close(struct stamp_named *t);

/** "npz", "safetensors"; static. */
const char *stamp_named_format(const struct stamp_named *t);

/** How many there are. */
size_t stamp_named_count(const struct stamp_named *t);

/** Name of tensor @p i, 0 .. count - 1, in rising order; borrowed until close. */
const char *stamp_named_name(const struct stamp_named *t, size_t i);

/** Index of a name, or count when there is none. */
size_t stamp_named_find(const struct stamp_named *t, const char *name);

/** Shape of tensor @p i. */
struct stamp_shape stamp_named_shape(const struct stamp_named *t, size_t i);

/** Name of the file that holds tensor @p i, for messages; borrowed until close. */
const char *stamp_named_file(const struct stamp_named *t, size_t i);

/**
 * Tensor @p i as a matrix: rows x cols is the first dimension x the product of the others; of one
 * dimension, 1 x it. Its bytes are borrowed until close.
 * @return STAMP_EUNSUPPORTED (element type, rank), STAMP_ERANGE (no elements), STAMP_EFORMAT (data
 * of an archive), STAMP_EIO, STAMP_ENOMEM; then @p out is untouched
 */
enum stamp_status stamp_named_lazy(struct stamp_named *t, size_t i, struct stamp_lazy *out,
                                   struct stamp_err *e);

#endif
