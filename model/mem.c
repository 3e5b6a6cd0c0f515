/* SPDX-License-Identifier: Apache-2.0 */
/* mem.c - the kit's allocator. Contract in mem.h.
 *
 * Large arrays ask for large pages: a network's weights are read through once a token, and a page of
 * 4 KiB is less than a hundred times the line it holds. */
#if defined(__linux__)
#define _DEFAULT_SOURCE /* madvise */
#endif
#include "model/mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

enum { ALIGN = 64, LARGE_PAGE = 1 << 21 };

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
    const bool large = bytes >= 2 * (size_t)LARGE_PAGE && bytes < SIZE_MAX - LARGE_PAGE;
    const size_t align = large ? LARGE_PAGE : ALIGN;
    void *p = aligned_alloc(align, bytes ? (bytes + align - 1) / align * align : ALIGN);
#if defined(__linux__)
    if (p && large) (void)madvise(p, bytes, MADV_HUGEPAGE); /* advice: no matter if it fails */
#endif
    if (p) memset(p, 0, bytes ? bytes : ALIGN);
    return p;
}

void *stamp_alloc_raw(size_t bytes)
{
    return must_fail() ? NULL : malloc(bytes ? bytes : 1);
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
    char *copy = stamp_alloc_raw(len);
    if (copy) memcpy(copy, text, len);
    return copy;
}

void stamp_free(void *p)
{
    free(p);
}
