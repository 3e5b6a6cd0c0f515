/* SPDX-License-Identifier: Apache-2.0 */
/* lines.c - records of lines, by group. Contract in lines.h. */
#include "compiler/prove/lines.h"

#include <string.h>

#include "model/mem.h"

enum { GROUP_LOG = 4 };

bool stamp_lines_new(struct stamp_lines *s, uint64_t count, size_t bytes, bool grouped)
{
    const unsigned shift = grouped ? GROUP_LOG : 0;
    const uint64_t groups = (count >> shift) + 1;

    *s = (struct stamp_lines){.bytes = bytes, .shift = shift};
    s->record = stamp_alloc((size_t)groups << shift, bytes);
    s->apart = stamp_alloc((size_t)groups, sizeof *s->apart);
    if (s->record && s->apart) return true;
    stamp_lines_free(s);
    return false;
}

void stamp_lines_free(struct stamp_lines *s)
{
    stamp_free(s->record);
    stamp_free(s->apart);
    s->record = NULL;
    s->apart = NULL;
}

void stamp_lines_part(struct stamp_lines *s, uint64_t g)
{
    uint8_t *first = s->record + (g << s->shift) * s->bytes;

    for (uint64_t k = 1; k < UINT64_C(1) << s->shift; k++)
        memcpy(first + k * s->bytes, first, s->bytes);
    s->apart[g] = true;
}

void stamp_lines_join(struct stamp_lines *s, uint64_t first, uint64_t end)
{
    const uint64_t lines = UINT64_C(1) << s->shift;

    for (uint64_t g = (first + lines - 1) >> s->shift; (g + 1) << s->shift <= end; g++) {
        const uint8_t *one = s->record + (g << s->shift) * s->bytes;
        /* each like the next one */
        if (s->apart[g] && !memcmp(one, one + s->bytes, (size_t)(lines - 1) * s->bytes))
            s->apart[g] = false;
    }
}
