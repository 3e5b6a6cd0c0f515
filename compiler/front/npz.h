/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file npz.h
 * Named tensors of a NumPy .npz archive: a zip archive (zip.h) of .npy files (npy.h).
 *
 * Shapes and element types are known, and everything the archive says of itself is checked, when it
 * is open; a tensor's data is read, inflated and checked by its CRC when it is first asked for.
 * Tensors stored in their own type then lie in the mapped file, the others in memory of the
 * archive's, until close. Members whose name does not end in ".npy" are passed over.
 */
#ifndef STAMP_FRONT_NPZ_H
#define STAMP_FRONT_NPZ_H

#include <stddef.h>
#include <stdint.h>

#include "compiler/front/dtype.h"
#include "compiler/front/lazy.h"
#include "model/status.h"

enum { STAMP_NPZ_RANK_MAX = 4 };

struct stamp_npz; /* opaque */

/** One tensor of the listing. */
struct stamp_npz_entry {
    char *name;                     /**< of the member without ".npy"; owned by the listing */
    enum stamp_dtype dtype;         /**< of its bytes here: F32 F16 F64, or NONE: not readable */
    char type[40];                  /**< of the file: "<f4", ">f8", "[...]" */
    size_t rank;                    /**< 0 or beyond the maximum: not readable */
    size_t dim[STAMP_NPZ_RANK_MAX]; /**< outermost first, 1 past rank */
    uint64_t count;                 /**< elements; 0: not readable */
};

/**
 * Open an archive.
 * @return as stamp_zip_open, and STAMP_EFORMAT for a member that is no .npy, or of another size
 * than its shape and type need; the line has file and member
 */
enum stamp_status stamp_npz_open(const char *path, struct stamp_npz **out, struct stamp_err *e);

/** The same for bytes in memory, borrowed until close; @p name stands for the path in messages. */
enum stamp_status stamp_npz_memory(const char *name, const void *bytes, size_t len,
                                   struct stamp_npz **out, struct stamp_err *e);

/** NULL is allowed. */
void stamp_npz_close(struct stamp_npz *z);

/** All entries in rising order of name; borrowed until close. */
const struct stamp_npz_entry *stamp_npz_list(const struct stamp_npz *z, size_t *count);

/** Entry of that name, borrowed until close, or NULL. */
const struct stamp_npz_entry *stamp_npz_find(const struct stamp_npz *z, const char *name);

/** Name of the file, borrowed until close. */
const char *stamp_npz_file(const struct stamp_npz *z);

/**
 * The elements of a tensor in C order, little endian, entry->count of entry->dtype; borrowed until
 * close. <f2, <f4 and <f8 in C order are as the file has them; big endian, Fortran order, integers
 * and bool are made F32 as npy.h says.
 * @return STAMP_EUNSUPPORTED (element type, rank), STAMP_ERANGE (no elements), STAMP_EFORMAT (CRC,
 * broken data), STAMP_ENOMEM
 */
enum stamp_status stamp_npz_bytes(struct stamp_npz *z, const struct stamp_npz_entry *entry,
                                  const unsigned char **bytes, struct stamp_err *e);

/**
 * A tensor as a matrix: rows x cols is the first dimension x the product of the others; of one
 * dimension, 1 x it. Its bytes are borrowed until close.
 * @param out  name is that of the entry, cut to fit
 * @return as stamp_npz_bytes; then @p out is untouched
 */
enum stamp_status stamp_npz_lazy(struct stamp_npz *z, const struct stamp_npz_entry *entry,
                                 struct stamp_lazy *out, struct stamp_err *e);

#endif
