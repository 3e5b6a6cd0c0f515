/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file notes.h
 * What a user should know about a file that was read, and that is no error: a key nobody knows, a
 * head that is not the tied one. The readers collect lines; sim/cli prints them, once each.
 */
#ifndef STAMP_FRONT_NOTES_H
#define STAMP_FRONT_NOTES_H

#include <stddef.h>

#include "model/status.h"

/** Start from zero. Lines have no newline and no control characters. */
struct stamp_notes {
    char **line; /**< [count], owned */
    size_t count;
};

enum { STAMP_NOTES_MAX = 32 };

/** Add a printf-formatted line of at most 400 bytes, unless it is there already. Behind
 *  STAMP_NOTES_MAX lines one says that there are more. @return STAMP_ENOMEM */
enum stamp_status stamp_notes_add(struct stamp_notes *n, struct stamp_err *e, const char *fmt, ...)
    STAMP_PRINTF(3, 4);

/** Give the lines back and zero the struct. */
void stamp_notes_free(struct stamp_notes *n);

#endif
