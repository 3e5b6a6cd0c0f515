/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file outfile.h
 * A file that appears whole or not at all: written beside its place under a temporary name
 * ("<path>.<pid>-<n>.tmp"), renamed when complete.
 *
 * A path that exists and is not a regular file (/dev/null, a pipe) is written in place. A symbolic
 * link is replaced by the file, not followed.
 */
#ifndef STAMP_FRONT_OUTFILE_H
#define STAMP_FRONT_OUTFILE_H

#include <stdio.h>

#include "model/status.h"

enum { STAMP_OUTFILE_MAX = 8 }; /**< files that can be open at once */

/** One file being written. @p stream may be printed to; errors are seen by commit. */
struct stamp_outfile {
    FILE *stream; /**< owned; NULL when committed or discarded */
    int slot;     /**< private */
};

/** Start writing. @return STAMP_EIO (no such folder, no permission, a folder), STAMP_ERANGE (name
 *  too long, too many open). On failure @p out is untouched and nothing is left behind. */
enum stamp_status stamp_outfile_open(const char *path, struct stamp_outfile *out,
                                     struct stamp_err *e);

/** Append @p len bytes. On failure the caller still discards. */
enum stamp_status stamp_outfile_write(struct stamp_outfile *o, const void *bytes, size_t len,
                                      struct stamp_err *e);

/** Flush, close and rename into place. On failure (disk full, ...) the temporary file is removed
 *  and what stood at the path before is untouched. Either way @p o is closed. */
enum stamp_status stamp_outfile_commit(struct stamp_outfile *o, struct stamp_err *e);

/** Close and remove the temporary file; nothing when already closed. */
void stamp_outfile_discard(struct stamp_outfile *o);

/** Remove every temporary file now open. Async-signal-safe, for a handler that then exits; nothing
 *  may be written or committed afterwards. */
void stamp_outfile_abandon_all(void);

#endif
