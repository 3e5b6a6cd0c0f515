/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file gguf_split.h
 * Models in several GGUF files: NAME-00001-of-00003.gguf and so on, each with keys split.no (from 0),
 * split.count and split.tensors.count (of all parts together), its own tensors and alignment. All
 * other keys are in the first.
 */
#ifndef STAMP_FRONT_GGUF_SPLIT_H
#define STAMP_FRONT_GGUF_SPLIT_H

#include <stdbool.h>

#include "compiler/front/gguf.h"

/** The files of a model: the first part, and room for the others, which the caller owns and closes. */
struct stamp_gguf_files {
    struct stamp_infile *file;
    struct stamp_infile ***part; /**< an array is made */
    size_t *parts;               /**< opened so far */
};

/**
 * Add to @p g, the listing of files->file, the tensors of the parts beside it; their files go to files->part.
 * A file that is whole (split.count absent, 0 or 1) is left as it is.
 * @param beside  files->file is a file by its name, others can lie beside it
 * @return STAMP_EUNSUPPORTED (not the first part, which is then named; a name that is not as above),
 * STAMP_EFORMAT (keys that contradict each other, the name or another part, a tensor in two parts),
 * STAMP_EIO (a part that is not there, by its name), what stamp_gguf_read returns
 */
enum stamp_status stamp_gguf_join(const struct stamp_gguf_files *files, bool beside,
                                  struct stamp_gguf *g, struct stamp_err *e);

#endif
