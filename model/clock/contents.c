/* SPDX-License-Identifier: Apache-2.0 */
/* contents.c - numbers of what tables hold. Contract in contents.h. */
#include "model/clock/contents.h"

#include <string.h>

#include "model/clock/hash.h"
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

uint32_t stamp_clock_content(struct stamp_clock_contents *c, const void *what, size_t bytes)
{
    uint32_t at = (uint32_t)(stamp_clock_hash(what, bytes) % PLACES), k;

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
