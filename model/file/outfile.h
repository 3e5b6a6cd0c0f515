/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file outfile.h
 * A file that appears whole or not at all: written beside its place under a temporary name
 * ("<path>.<pid>-<n>.tmp"), renamed when complete.
 *
 * A file that was there keeps its mode, and its owner where that is allowed; without leave to write it
 * is refused. Symbolic links are followed. What is not a regular file (/dev/null, a FIFO, which waits
 * for its reader) is written in place, and so is a descriptor of this process (/dev/stdout).
 */
#ifndef STAMP_FILE_OUTFILE_H
#define STAMP_FILE_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "model/status.h"

enum {
    STAMP_OUTFILE_MAX = 8,    /**< files that can be open at once */
    STAMP_OUTFILE_PATH = 4096 /**< bytes of a name, terminator included */
};

/** One file being written. @p stream may be printed to; errors are seen by commit. */
struct stamp_outfile {
    FILE *stream; /**< owned; NULL when committed or discarded */
    int slot;     /**< private */
};

/** Where @p path, shorter than STAMP_OUTFILE_PATH, leads through symbolic links: a file that may not
 *  exist yet. False with errno. */
bool stamp_outfile_follow(const char *path, char to[STAMP_OUTFILE_PATH]);

/** Whether @p path may be written, without writing: what stamp_outfile_open would say. A FIFO is left
 *  alone. */
enum stamp_status stamp_outfile_check(const char *path, struct stamp_err *e);

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
