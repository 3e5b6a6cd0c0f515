/* SPDX-License-Identifier: Apache-2.0 */
/* contents.c - numbers of what tables hold. Contract in contents.h. */
#include "model/clock/contents.h"

#include <string.h>

#include "model/mem.h"

enum { MOST = (1 << STAMP_CLOCK_CONTENTS_LOG) - 1, PLACES = 2 << STAMP_CLOCK_CONTENTS_LOG };

struct stamp_clock_contents {
    uint8_t *pool;
    size_t bytes, used;
    uint32_t known, place[PLACES];
    bool full;
    struct {
        size_t at, bytes;
    } of[MOST + 1]; /* from 1 on */
};

struct stamp_clock_contents *stamp_clock_contents_new(size_t bytes)
{
    struct stamp_clock_contents *c = stamp_alloc(1, sizeof *c);

    if (!c) return NULL;
    c->bytes = bytes;
    c->pool = stamp_alloc(bytes ? bytes : 1, 1);
    if (c->pool) return c;
    stamp_free(c);
    return NULL;
}

void stamp_clock_contents_free(struct stamp_clock_contents *c)
{
    if (!c) return;
    stamp_free(c->pool);
    stamp_free(c);
}

bool stamp_clock_contents_full(const struct stamp_clock_contents *c)
{
    return c->full;
}

void stamp_clock_contents_forget(struct stamp_clock_contents *c)
{
    memset(c->place, 0, sizeof c->place);
    c->used = 0;
    c->known = 0;
    c->full = false;
}

static uint32_t hash_of(const uint8_t *p, size_t n)
{
    uint64_t h = 0x9e3779b97f4a7c15 ^ n, x;

    for (; n; n -= n < 8 ? n : 8, p += 8) {
        x = 0;
        memcpy(&x, p, n < 8 ? n : 8);
        h = (h ^ x) * 0xff51afd7ed558ccd;
        h ^= h >> 29;
    }
    return (uint32_t)(h >> 20);
}

uint32_t stamp_clock_content(struct stamp_clock_contents *c, const void *what, size_t bytes)
{
    uint32_t at = hash_of(what, bytes) % PLACES, k;

    while ((k = c->place[at])) {
        if (c->of[k].bytes == bytes && !memcmp(c->pool + c->of[k].at, what, bytes)) return k;
        at = (at + 1) % PLACES;
    }
    if (c->known == MOST || bytes > c->bytes - c->used) {
        c->full = true;
        return 0;
    }
    k = c->place[at] = ++c->known;
    c->of[k].at = c->used;
    c->of[k].bytes = bytes;
    memcpy(c->pool + c->used, what, bytes);
    c->used += bytes;
    return k;
}
