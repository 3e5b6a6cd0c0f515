/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file gguf_model.h
 * Networks kept in GGUF files.
 */
#ifndef STAMP_FAMILY_GGUF_MODEL_H
#define STAMP_FAMILY_GGUF_MODEL_H

#include "compiler/family/network.h"
#include "compiler/front/gguf.h"

/**
 * A model: general.architecture llama, qwen2 or qwen3; matrices in any format
 * of blocks.def, vectors of one value a block. Of a model in parts (gguf_split.h) @p path is the first.
 * @return also STAMP_EUNSUPPORTED with the name of what is not read
 */
enum stamp_status stamp_gguf_open(const char *path, struct stamp_network **out,
                                  struct stamp_err *e);

/** The same from @p bytes [len], borrowed until close; whole, not in parts. */
enum stamp_status stamp_gguf_memory(const char *name, const void *bytes, size_t len,
                                    struct stamp_network **out, struct stamp_err *e);

#endif
