/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file zip.h
 * Members of a zip archive, stored or deflated; sizes of 64 bits (zip64) are read.
 *
 * Everything the directory says is checked when opening: against the file's size, against what
 * stands in front of each member, against each other (a name twice, members that overlap). Refused:
 * encryption, other methods of compression, archives in parts or with something in front. Data is
 * checked, by CRC, when it is read.
 */
#ifndef STAMP_FRONT_ZIP_H
#define STAMP_FRONT_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/status.h"

struct stamp_zip; /* opaque */

/** One member. */
struct stamp_zip_member {
    char *name;      /**< owned by the archive */
    bool deflated;   /**< else stored as it is */
    uint32_t crc;    /**< of the member */
    uint64_t at;     /**< offset of its first byte in the file */
    uint64_t packed; /**< bytes in the file */
    uint64_t bytes;  /**< of the member */
};

/**
 * Open a file, which stays mapped.
 * @return STAMP_EIO, STAMP_EFORMAT (no archive, cut, a directory that lies), STAMP_EUNSUPPORTED
 * (encrypted, another method, in parts), STAMP_ENOMEM; the line has file, member and offset
 */
enum stamp_status stamp_zip_open(const char *path, struct stamp_zip **out, struct stamp_err *e);

/** The same for bytes in memory, borrowed until close; @p name stands for the path in messages. */
enum stamp_status stamp_zip_memory(const char *name, const void *bytes, size_t len,
                                   struct stamp_zip **out, struct stamp_err *e);

/** NULL is allowed. */
void stamp_zip_close(struct stamp_zip *z);

/** All members in rising order of name; borrowed until close. */
const struct stamp_zip_member *stamp_zip_list(const struct stamp_zip *z, size_t *count);

/** Name of the file, borrowed until close. */
const char *stamp_zip_file(const struct stamp_zip *z);

/**
 * The first bytes of a member, without a look at its CRC.
 * @param to  [len], owned by the caller; undefined after a failure  @pre len at most m->bytes
 * @return STAMP_EFORMAT (deflated data that is broken or ends early), STAMP_ENOMEM
 */
enum stamp_status stamp_zip_head(const struct stamp_zip *z, const struct stamp_zip_member *m,
                                 unsigned char *to, size_t len, struct stamp_err *e);

/**
 * All bytes of a member, checked.
 * @param bytes  [m->bytes]: borrowed until close where @p owned is NULL
 * @param owned  of a deflated member the same bytes, owned by the caller (stamp_free); else NULL
 * @return STAMP_EFORMAT (CRC, deflated data), STAMP_ENOMEM; then both are untouched
 */
enum stamp_status stamp_zip_read(const struct stamp_zip *z, const struct stamp_zip_member *m,
                                 const unsigned char **bytes, unsigned char **owned,
                                 struct stamp_err *e);

#endif
