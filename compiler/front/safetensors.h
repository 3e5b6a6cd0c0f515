/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file safetensors.h
 * Named tensors of a .safetensors file, or of the shards a model.safetensors.index.json lists.
 *
 * A file is an 8-byte little-endian length N, N bytes of JSON {name: {dtype, shape, data_offsets}},
 * then the data. Everything is checked when opening: no tensor read later can leave the file.
 */
#ifndef STAMP_FRONT_SAFETENSORS_H
#define STAMP_FRONT_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "compiler/front/blocks.h"
#include "compiler/front/dtype.h"
#include "model/status.h"

enum { STAMP_SAFETENSORS_RANK_MAX = 4 };

struct stamp_safetensors; /* opaque */

/** One tensor of the listing. */
struct stamp_safetensors_entry {
    char *name;                             /**< owned by the listing */
    enum stamp_dtype dtype;                 /**< NONE: legal, not readable here */
    const char *type;                       /**< as the file names it, static */
    size_t rank;                            /**< may exceed the maximum: then unreadable */
    size_t dim[STAMP_SAFETENSORS_RANK_MAX]; /**< outermost first, 1 past rank */
    uint64_t count;                         /**< elements */
    uint64_t at;                            /**< first byte in its file */
    size_t shard;                           /**< which file */
};

/**
 * Open by path: an index (a name that ends in ".json") or a single file.
 * @return STAMP_EIO, STAMP_EFORMAT (header, offsets outside the file, shape against bytes, a name
 * twice, a shard name that is not a plain file name), STAMP_EUNSUPPORTED (dtype), STAMP_ENOMEM
 */
enum stamp_status stamp_safetensors_open(const char *path, struct stamp_safetensors **out,
                                         struct stamp_err *e);

/** The same for one file in memory, borrowed until close. */
enum stamp_status stamp_safetensors_memory(const char *name, const void *bytes, size_t len,
                                           struct stamp_safetensors **out, struct stamp_err *e);

/** NULL is allowed. */
void stamp_safetensors_close(struct stamp_safetensors *st);

/** All entries in rising order of name; borrowed until close. */
const struct stamp_safetensors_entry *stamp_safetensors_list(const struct stamp_safetensors *st,
                                                             size_t *count);

/** Entry of that name, borrowed until close, or NULL. */
const struct stamp_safetensors_entry *stamp_safetensors_find(const struct stamp_safetensors *st,
                                                             const char *name);

/**
 * The bytes of a tensor, entry->count elements in the file's type; borrowed until close.
 * @return STAMP_EIO when the file cannot be mapped
 */
enum stamp_status stamp_safetensors_bytes(struct stamp_safetensors *st,
                                          const struct stamp_safetensors_entry *entry,
                                          const unsigned char **bytes, struct stamp_err *e);

/** Name of the file that holds a tensor, borrowed until close. */
const char *stamp_safetensors_file(const struct stamp_safetensors *st,
                                   const struct stamp_safetensors_entry *entry);

/** How its rows are read while they stay in the file. @return STAMP_EUNSUPPORTED (no F32, F16, BF16) */
enum stamp_status stamp_safetensors_lazy(const struct stamp_safetensors *st,
                                         const struct stamp_safetensors_entry *entry,
                                         enum stamp_lazy_kind *kind, struct stamp_err *e);

/**
 * Read a tensor as binary32.
 * @param to  [entry->count], owned by the caller; undefined after a failure
 * @return STAMP_EUNSUPPORTED (a type other than F32 F16 BF16), STAMP_EIO
 */
enum stamp_status stamp_safetensors_read(struct stamp_safetensors *st,
                                         const struct stamp_safetensors_entry *entry, float *to,
                                         struct stamp_err *e);

#endif
