/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mem.h
 * The only place that allocates, so that a test can make the n-th allocation fail.
 */
#ifndef STAMP_MEM_H
#define STAMP_MEM_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Zeroed, 64-byte aligned array of @p count elements of @p size bytes; NULL when count * size
 *  overflows or memory is out. A zero-sized request gives a valid pointer. Owned by the caller. */
void *stamp_alloc(size_t count, size_t size);

/** @p bytes for many small things: not zeroed, aligned as malloc does; else as stamp_alloc. */
void *stamp_alloc_raw(size_t bytes);

/** Grow (or make, from NULL) an array from @p old_count to @p count elements: contents kept, new
 *  ones zero. NULL on failure, then @p p is still valid and owned by the caller. */
void *stamp_grow(void *p, size_t old_count, size_t count, size_t size);

/** Copy of a string, owned by the caller; NULL when memory is out. */
char *stamp_strdup(const char *text);

/** Give back what the functions above gave; NULL is allowed. */
void stamp_free(void *p);

/** @p bytes of zeros that take memory page by page, when they are written; NULL when there is no room
 *  for the addresses. Given back with stamp_unmap. */
void *stamp_map(size_t bytes);

/** NULL is allowed. */
void stamp_unmap(void *p, size_t bytes);

/** Copy @p bytes from one such area to another, fresh one, without what was never written. */
void stamp_map_copy(void *to, const void *from, size_t bytes);

/** The first of @p bytes in which two areas differ; @p bytes where none does. What was never written to
 *  either is not looked at. */
size_t stamp_map_differs(const void *a, const void *b, size_t bytes);

/** Test hook: the @p n-th allocation from now (1 = the next) fails, once; 0 switches it off. Returns how
 *  many were left of the last such call: 0 when its failure has happened. */
size_t stamp_mem_fail_at(size_t n);

#ifdef __cplusplus
}
#endif
#endif
