/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file infile.h
 * Bytes from outside, read by position with every access checked against the size.
 *
 * Reading: a file that shrinks under the reader gives an error, not a SIGBUS. Weights are mapped
 * instead, so that they cost no memory until they are used; such a file must stay as it is.
 */
#ifndef STAMP_FILE_INFILE_H
#define STAMP_FILE_INFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/status.h"

struct stamp_infile; /* opaque */

/**
 * Open a regular file.
 * @return STAMP_EIO when it cannot be opened or is not a regular file, STAMP_EFORMAT when a Git LFS
 * pointer or a web page stands in its place, STAMP_ENOMEM
 */
enum stamp_status stamp_infile_open(const char *path, struct stamp_infile **out,
                                    struct stamp_err *e);

/** The same over @p bytes [len], borrowed until close; @p name stands for the path in messages. */
enum stamp_status stamp_infile_memory(const char *name, const void *bytes, size_t len,
                                      struct stamp_infile **out, struct stamp_err *e);

/** NULL is allowed. */
void stamp_infile_close(struct stamp_infile *in);

/** Size in bytes when it was opened. */
uint64_t stamp_infile_size(const struct stamp_infile *in);

/** Name for messages, owned by @p in. */
const char *stamp_infile_name(const struct stamp_infile *in);

/**
 * Copy @p len bytes from offset @p at.
 * @return STAMP_EFORMAT when they are not all there (the file ends early), STAMP_EIO
 */
enum stamp_status stamp_infile_read(struct stamp_infile *in, uint64_t at, void *to, size_t len,
                                    struct stamp_err *e);

/**
 * All bytes, mapped read-only at the first call; borrowed until close.
 * @return STAMP_EIO
 */
enum stamp_status stamp_infile_map(struct stamp_infile *in, const unsigned char **bytes,
                                   struct stamp_err *e);

/**
 * The whole of a text file as a NUL-terminated buffer, owned by the caller (stamp_free).
 * @param max  refuse a file of more than this many bytes (STAMP_ERANGE)
 * @param len  bytes without the terminator; may be NULL
 */
enum stamp_status stamp_infile_slurp(const char *path, size_t max, char **out, size_t *len,
                                     struct stamp_err *e);

/** The same for a text or bytes of the user's, which may be a web page. */
enum stamp_status stamp_infile_text(const char *path, size_t max, char **out, size_t *len,
                                    struct stamp_err *e);

/** Whether something of this path is there. */
bool stamp_infile_there(const char *path);

/** "folder/file", owned by the caller (stamp_free); NULL when memory is out. */
char *stamp_infile_join(const char *folder, const char *file);

#endif
