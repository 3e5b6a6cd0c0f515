/* SPDX-License-Identifier: Apache-2.0 */
/* arena.c - chunks over model/mem.h. Contract in arena.h. */
#include "model/arena.h"

#include <stdint.h>
#include <string.h>

#include "model/mem.h"

enum { ALIGN = 64, CHUNK = 64 * 1024 };

struct chunk {
    struct chunk *next;
    unsigned char *bytes;
    size_t used, size;
};

struct stamp_arena {
    struct chunk *first;
    bool failed;
};

struct stamp_arena *stamp_arena_new(void)
{
    return stamp_alloc(1, sizeof(struct stamp_arena));
}

void stamp_arena_free(struct stamp_arena *a)
{
    if (!a) return;
    while (a->first) {
        struct chunk *c = a->first;
        a->first = c->next;
        stamp_free(c->bytes);
        stamp_free(c);
    }
    stamp_free(a);
}

static struct chunk *add_chunk(struct stamp_arena *a, size_t size)
{
    struct chunk *c = stamp_alloc(1, sizeof *c);

    if (!c) return NULL;
    c->bytes = stamp_alloc(size, 1);
    if (!c->bytes) {
        stamp_free(c);
        return NULL;
    }
    c->size = size;
    c->next = a->first;
    a->first = c;
    return c;
}

void *stamp_arena_alloc(struct stamp_arena *a, size_t count, size_t size)
{
    if (size && count > (SIZE_MAX - ALIGN) / size) {
        a->failed = true;
        return NULL;
    }
    const size_t bytes = (count * size + ALIGN - 1) / ALIGN * ALIGN;
    struct chunk *c = a->first;
    if (!c || c->size - c->used < bytes) c = add_chunk(a, bytes > CHUNK ? bytes : CHUNK);
    if (!c) {
        a->failed = true;
        return NULL;
    }
    void *p = c->bytes + c->used;
    c->used += bytes;
    return p;
}

bool stamp_arena_failed(const struct stamp_arena *a)
{
    return a->failed;
}

char *stamp_arena_text(struct stamp_arena *a, const char *text, size_t len)
{
    char *copy = len < SIZE_MAX ? stamp_arena_alloc(a, len + 1, 1) : NULL;

    if (copy) memcpy(copy, text, len);
    return copy;
}
