/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file npy.h
 * NumPy .npy files, versions 1.0 to 3.0: read as binary32, written as binary32.
 *
 * Read: bool, int8 .. int64, uint8 .. uint64, float16 .. float64 in either byte order, C and Fortran
 * order, 1 to 4 dimensions, none of them 0. Descriptions as NumPy and others spell them: '>' in
 * front is big endian; '<', '=', '|' or nothing is little. Each value is rounded once, to nearest
 * even. NaN and infinities are passed on. The array has four bytes a value, of a file that was found
 * to have all its data: at most four times the file.
 */
#ifndef STAMP_FRONT_NPY_H
#define STAMP_FRONT_NPY_H

#include <stddef.h>

#include "model/status.h"

enum { STAMP_TENSOR_RANK_MAX = 4 };

/** A dense row-major array. */
struct stamp_tensor {
    size_t rank;                       /**< 1 .. 4 */
    size_t dim[STAMP_TENSOR_RANK_MAX]; /**< outermost first; those past rank are 1 */
    float *f32;                        /**< [dim[0] * dim[1] * ...], owned (stamp_free) */
};

/** Number of elements. @pre the tensor came from this kit, so the product fits. */
size_t stamp_tensor_count(const struct stamp_tensor *t);

/** Give the data back and zero the struct; NULL is allowed. */
void stamp_tensor_free(struct stamp_tensor *t);

/**
 * Read a file.
 * @return STAMP_EIO, STAMP_EFORMAT (broken header, data too short or too long, a bool that is not 0
 * or 1), STAMP_ERANGE (a zero dimension, too many elements), STAMP_EUNSUPPORTED (rank; an element type,
 * by its name: complex128, object, structured, ...), STAMP_ENOMEM
 */
enum stamp_status stamp_npy_read(const char *path, struct stamp_tensor *out, struct stamp_err *e);

/** The same from @p bytes [len]; @p name stands for the path in messages. */
enum stamp_status stamp_npy_parse(const char *name, const void *bytes, size_t len,
                                  struct stamp_tensor *out, struct stamp_err *e);

/** Write version 1.0, <f4, C order; the file appears whole or not at all. */
enum stamp_status stamp_npy_write(const char *path, const struct stamp_tensor *t,
                                  struct stamp_err *e);

#endif
