/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file weights.h
 * The tensors of a small network, each of the one shape that it must have.
 */
#ifndef STAMP_PAINT_WEIGHTS_H
#define STAMP_PAINT_WEIGHTS_H

#include <stddef.h>

#include "model/status.h"

/** What is wanted. */
struct stamp_weight {
    const char *name;
    size_t rank, dim[4]; /**< 1 .. 4, outermost first */
    float **to;          /**< gets the values, row major, owned by the caller (stamp_free) */
};

/**
 * Read folder/model.safetensors (or its shards): F32, F16 or BF16, as binary32.
 * @param want  [count]; *to must be NULL before, and is whenever this fails
 * @return as stamp_hf_tensors; STAMP_EFORMAT (a tensor that is missing, of another shape, or has no place;
 * a value that is not finite), STAMP_EUNSUPPORTED (element type), STAMP_ENOMEM
 */
enum stamp_status stamp_weights_read(const char *folder, const struct stamp_weight *want,
                                     size_t count, struct stamp_err *e);

#endif
