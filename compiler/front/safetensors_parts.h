/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file safetensors_parts.h
 * Inside of the listing, shared by safetensors.c (files) and safetensors_index.c (shards) only.
 */
#ifndef STAMP_FRONT_SAFETENSORS_PARTS_H
#define STAMP_FRONT_SAFETENSORS_PARTS_H

#include "compiler/front/safetensors.h"
#include "model/file/infile.h"

struct stamp_safetensors {
    struct stamp_infile **shard;
    size_t shards;
    struct stamp_safetensors_entry *entry; /* sorted by name once open */
    size_t entries;
};

/** Append the tensors of one file. Takes over @p in, whatever happens. */
enum stamp_status stamp_safetensors_add(struct stamp_safetensors *st, struct stamp_infile *in,
                                        struct stamp_err *e);

/** Sort, and refuse a name that stands twice, in one shard or two. */
enum stamp_status stamp_safetensors_finish(struct stamp_safetensors *st, struct stamp_err *e);

/** Append and check all shards that the index at @p path names. */
enum stamp_status stamp_safetensors_index(struct stamp_safetensors *st, const char *path,
                                          struct stamp_err *e);

#endif
