/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file bytes.h
 * A growing run of bytes.
 */
#ifndef STAMP_TOKEN_BYTES_H
#define STAMP_TOKEN_BYTES_H

#include <stddef.h>

#include "model/status.h"

/** Start from zero; give s back with stamp_free. */
struct stamp_bytes {
    char *s; /**< owned; NULL until something was appended */
    size_t len, cap;
};

/** Append @p from [len], which may not lie in @p b. @return STAMP_ENOMEM, then b is as it was */
enum stamp_status stamp_bytes_add(struct stamp_bytes *b, const char *from, size_t len,
                                  struct stamp_err *e);

#endif
