/* SPDX-License-Identifier: Apache-2.0 */
/* mem.c - the kit's allocator. Contract in mem.h.
 *
 * Large arrays ask for large pages: a network's weights are read through once a token, and a page of
 * 4 KiB is less than a hundred times the line it holds. */
#if defined(__linux__)
#define _DEFAULT_SOURCE /* madvise, MAP_NORESERVE */
#endif
#include "model/mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

enum { ALIGN = 64, LARGE_PAGE = 1 << 21, PAGE = 4096, WINDOW = 8192 /* pages looked up at once */ };

static size_t fail_countdown;

size_t stamp_mem_fail_at(size_t n)
{
    const size_t left = fail_countdown;

    fail_countdown = n;
    return left;
}

static int must_fail(void)
{
    return fail_countdown && --fail_countdown == 0;
}

/* Zeros behind the first @p keep bytes. */
static void *alloc(size_t count, size_t size, size_t keep)
{
    if (size && count > (SIZE_MAX - ALIGN) / size) return NULL;
    if (must_fail()) return NULL;

    const size_t bytes = (count * size + ALIGN - 1) / ALIGN * ALIGN;
    const bool large = bytes >= (size_t)LARGE_PAGE && bytes < SIZE_MAX - LARGE_PAGE;
    const size_t align = large ? LARGE_PAGE : ALIGN;
    unsigned char *p = aligned_alloc(align, bytes ? (bytes + align - 1) / align * align : ALIGN);
#if defined(__linux__)
    if (p && large) (void)madvise(p, bytes, MADV_HUGEPAGE); /* advice: no matter if it fails */
#endif
    if (p) memset(p + keep, 0, (bytes ? bytes : ALIGN) - keep);
    return p;
}

void *stamp_alloc(size_t count, size_t size)
{
    return alloc(count, size, 0);
}

void *stamp_alloc_raw(size_t bytes)
{
    return must_fail() ? NULL : malloc(bytes ? bytes : 1);
}

void *stamp_grow(void *p, size_t old_count, size_t count, size_t size)
{
    const size_t keep = p ? (old_count < count ? old_count : count) * size : 0;
    void *q = alloc(count, size, keep);

    if (!q) return NULL;
    if (p) memcpy(q, p, keep);
    stamp_free(p);
    return q;
}

void *stamp_map(size_t bytes)
{
#if defined(__linux__)
    if (must_fail()) return NULL;
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (p == MAP_FAILED) return NULL;
    if (bytes >= 2 * (size_t)LARGE_PAGE) (void)madvise(p, bytes, MADV_HUGEPAGE);
    return p;
#else
    return stamp_alloc(bytes, 1);
#endif
}

void stamp_unmap(void *p, size_t bytes)
{
#if defined(__linux__)
    if (p) munmap(p, bytes);
#else
    (void)bytes;
    stamp_free(p);
#endif
}

static void copy_page(unsigned char *to, const unsigned char *from, size_t bytes)
{
    static const unsigned char zero[PAGE];

    if (memcmp(from, zero, bytes) != 0) memcpy(to, from, bytes);
}

/* Entries of the page map of [p, p + PAGE * count), 0 where a page was never there. False where the
 * system tells nothing. */
static bool look_up(int map, const unsigned char *p, size_t count, uint64_t *entry)
{
#if defined(__linux__)
    const size_t bytes = count * sizeof *entry;
    return map >= 0 &&
           pread(map, entry, bytes, (off_t)((uintptr_t)p / PAGE * sizeof *entry)) == (ssize_t)bytes;
#else
    (void)map, (void)p, (void)count, (void)entry;
    return false;
#endif
}

static const uint64_t there = UINT64_C(3) << 62; /* of an entry: in memory, swapped out */

/* The page map, or -1 where there is none. */
static int open_map(void)
{
#if defined(__linux__)
    return sysconf(_SC_PAGESIZE) == PAGE ? open("/proc/self/pagemap", O_RDONLY) : -1;
#else
    return -1;
#endif
}

static void close_map(int map)
{
#if defined(__linux__)
    if (map >= 0) close(map);
#else
    (void)map;
#endif
}

size_t stamp_map_differs(const void *a, const void *b, size_t bytes)
{
    static _Thread_local uint64_t of_a[WINDOW], of_b[WINDOW];
    const unsigned char *x = a, *y = b;
    const int map = ((uintptr_t)a | (uintptr_t)b) % PAGE ? -1 : open_map();
    size_t at = 0;
    bool same = true;

    while (same && at < bytes) {
        const size_t pages = (bytes - at + PAGE - 1) / PAGE, n = pages < WINDOW ? pages : WINDOW;
        const bool told = look_up(map, x + at, n, of_a) && look_up(map, y + at, n, of_b);
        for (size_t i = 0; i < n && same; i++) {
            const size_t left = bytes - at < PAGE ? bytes - at : PAGE;
            same = (told && !((of_a[i] | of_b[i]) & there)) || !memcmp(x + at, y + at, left);
            if (same) at += left;
        }
    }
    close_map(map);
    while (!same && x[at] == y[at]) at++;
    return at;
}

void stamp_map_copy(void *to, const void *from, size_t bytes)
{
    static _Thread_local uint64_t entry[WINDOW];
    unsigned char *out = to;
    const unsigned char *in = from;
    const int map = open_map();

    for (size_t at = 0; at < bytes;) {
        const size_t pages = (bytes - at + PAGE - 1) / PAGE, n = pages < WINDOW ? pages : WINDOW;
        const bool told = look_up(map, in + at, n, entry);
        for (size_t i = 0; i < n; i++, at += PAGE)
            if (!told || entry[i] & there)
                copy_page(out + at, in + at, bytes - at < PAGE ? bytes - at : PAGE);
    }
    close_map(map);
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
