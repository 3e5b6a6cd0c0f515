/* SPDX-License-Identifier: Apache-2.0 */
/* bytes.c - a growing run of bytes. Contract in bytes.h. */
#include "compiler/token/bytes.h"

#include <stdint.h>
#include <string.h>

#include "model/mem.h"

enum { FIRST = 256 };

enum stamp_status stamp_bytes_add(struct stamp_bytes *b, const char *from, size_t len,
                                  struct stamp_err *e)
{
    if (len > b->cap - b->len) {
        size_t cap = b->cap ? b->cap : FIRST;
        while (cap < SIZE_MAX / 2 && len > cap - b->len) cap *= 2;
        char *grown = stamp_grow(b->s, b->cap, cap, 1);
        if (!grown) return stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu bytes of text", cap);
        b->s = grown;
        b->cap = cap;
    }
    if (len) memcpy(b->s + b->len, from, len);
    b->len += len;
    return STAMP_OK;
}
