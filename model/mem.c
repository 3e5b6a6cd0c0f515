/* SPDX-License-Identifier: Apache-2.0 */
/* mem.c - the kit's allocator. Contract in mem.h. */
#include "model/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64 };

static size_t fail_countdown;

void stamp_mem_fail_at(size_t n)
{
    fail_countdown = n;
}

static int must_fail(void)
{
    return fail_countdown && --fail_countdown == 0;
}

void *stamp_alloc(size_t count, size_t size)
{
    if (size && count > (SIZE_MAX - ALIGN) / size) return NULL;
    if (must_fail()) return NULL;

    const size_t bytes = (count * size + ALIGN - 1) / ALIGN * ALIGN;
    void *p = aligned_alloc(ALIGN, bytes ? bytes : ALIGN);
    if (p) memset(p, 0, bytes ? bytes : ALIGN);
    return p;
}

void *stamp_grow(void *p, size_t old_count, size_t count, size_t size)
{
    void *q = stamp_alloc(count, size);
    if (!q) return NULL;
    if (p) {
        const size_t keep = old_count < count ? old_count : count;
        memcpy(q, p, keep * size);
        stamp_free(p);
    }
    return q;
}

char *stamp_strdup(const char *text)
{
    const size_t len = strlen(text) + 1;
    char *copy = stamp_alloc(len, 1);
    if (copy) memcpy(copy, text, len);
    return copy;
}

void stamp_free(void *p)
{
    free(p);
}
