/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file text.h
 * A growing line of text, for listings and dumps.
 */
#ifndef STAMP_TEXT_H
#define STAMP_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "model/status.h"

/** Start from zero. After a failed allocation further appends do nothing. */
struct stamp_text {
    char *s; /**< terminated once something was appended; owned, stamp_free */
    size_t len, cap;
    bool failed;
};

/** Append printf-formatted text. */
void stamp_text_add(struct stamp_text *t, const char *fmt, ...) STAMP_PRINTF(2, 3);

#endif
