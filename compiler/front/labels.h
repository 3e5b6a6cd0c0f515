/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file labels.h
 * Names of classes: a UTF-8 text, a name a line, the first of class 0. Lines end in LF or CR LF; a
 * mark of UTF-8 in front is passed over. A class without a name, as its line is empty or there is
 * none, goes by its number.
 */
#ifndef STAMP_FRONT_LABELS_H
#define STAMP_FRONT_LABELS_H

#include <stddef.h>

#include "model/status.h"

enum {
    STAMP_LABELS_BYTES_MAX = 1 << 24, /**< of the file */
    STAMP_LABELS_NUMBER = 24          /**< bytes of a number, terminator included */
};

struct stamp_labels; /* opaque */

/**
 * Read a file.
 * @return STAMP_EIO, STAMP_EFORMAT (bytes that are no UTF-8, a control character; the line counts
 * lines from 1), STAMP_ERANGE (a larger file), STAMP_ENOMEM
 */
enum stamp_status stamp_labels_open(const char *path, struct stamp_labels **out,
                                    struct stamp_err *e);

/** NULL is allowed. */
void stamp_labels_close(struct stamp_labels *l);

/** Lines of the file. */
size_t stamp_labels_count(const struct stamp_labels *l);

/** Name of class @p i, borrowed until close, or its number in @p number. @param l  may be NULL */
const char *stamp_labels_name(const struct stamp_labels *l, size_t i,
                              char number[STAMP_LABELS_NUMBER]);

#endif
