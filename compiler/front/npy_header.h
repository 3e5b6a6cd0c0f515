/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file npy_header.h
 * The header of .npy files: a Python dict of descr, fortran_order and shape. Part of npy.h.
 */
#ifndef STAMP_FRONT_NPY_HEADER_H
#define STAMP_FRONT_NPY_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler/front/dtype.h"
#include "compiler/front/npy.h"
#include "model/file/infile.h"

enum { STAMP_NPY_HEADER_MAX = 65536 /**< bytes of the dict */ };

struct stamp_npy_header {
    char descr[40];                    /**< "<f4"; "[...]" when it is a list of fields */
    bool fortran;                      /**< the first index runs fastest */
    size_t rank;                       /**< may be more than the maximum */
    size_t dim[STAMP_TENSOR_RANK_MAX]; /**< outermost first; past rank 0 */
};

/** An element as it lies. */
struct stamp_npy_type {
    enum stamp_dtype dtype;
    bool big;     /**< big endian */
    bool boolean; /**< a byte that must be 0 or 1 */
};

/**
 * What is in front of the data of a file, or of as much of it as there is.
 * @param data  offset behind it
 * @return STAMP_EFORMAT, STAMP_EUNSUPPORTED (version), STAMP_EIO, STAMP_ENOMEM
 */
enum stamp_status stamp_npy_head(struct stamp_infile *in, struct stamp_npy_header *h,
                                 uint64_t *data, struct stamp_err *e);

/** @param text  NUL-terminated  @return false when it is not such a dict; keys in any order, once each */
bool stamp_npy_header(const char *text, struct stamp_npy_header *out);

/**
 * What descr means.
 * @param name  what it is called when it is not read: "complex128", "object", "structured"
 * @return whether it is read
 */
bool stamp_npy_type(const char *descr, struct stamp_npy_type *out, char name[48]);

#endif
