/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file arena.h
 * Memory of one compilation or one image: taken piece by piece, given back at once.
 */
#ifndef STAMP_ARENA_H
#define STAMP_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct stamp_arena; /* opaque */

/** An empty arena, or NULL when memory is out. */
struct stamp_arena *stamp_arena_new(void);

/** Give everything back; NULL is allowed. */
void stamp_arena_free(struct stamp_arena *a);

/** Zeroed array of @p count elements of @p size bytes, 64-byte aligned, living as long as the arena.
 *  NULL when count * size overflows or memory is out; a zero-sized request gives a valid pointer. */
void *stamp_arena_alloc(struct stamp_arena *a, size_t count, size_t size);

/** Whether a request was refused since it was made. */
bool stamp_arena_failed(const struct stamp_arena *a);

/** Copy of the first @p len bytes of @p text, terminated; NULL when memory is out. */
char *stamp_arena_text(struct stamp_arena *a, const char *text, size_t len);

#endif
