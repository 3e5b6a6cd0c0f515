/* SPDX-License-Identifier: Apache-2.0 */
/* need.c - the memories a machine lacks. Contract in need.h. */
#include "compiler/tile/need.h"

#include <stdio.h>

/* Lines beyond which a memory's number has no bits, as the rules of mach.def have it. */
static const struct memory {
    const char *name;
    size_t at;
    uint32_t most, step;
} memories[] = {
#define MEMORY(name, most, step)                                                                   \
    {                                                                                              \
#name, offsetof(struct stamp_mach, name), most, step                                       \
    }
    MEMORY(VM_LINES, 65536, 4), MEMORY(XB_LINES, 65536, 1),   MEMORY(WB_LINES, 65536, 1),
    MEMORY(CM_LINES, 4096, 1),  MEMORY(SM_ENTRIES, 4096, 1),  MEMORY(RT_ENTRIES, 4096, 64),
    MEMORY(AC_LINES, 4096, 1),  MEMORY(IT_ENTRIES, 4096, 32), MEMORY(PB_LINES, 65536, 1),
};
enum { MEMORIES = sizeof memories / sizeof memories[0] };

static uint32_t *of(struct stamp_mach *m, size_t i)
{
    return (uint32_t *)(void *)((char *)m + memories[i].at);
}

/* The least size of memory @p i that fits, in steps, from @p has up, which does not. */
static uint32_t least(struct stamp_mach *m, size_t i, uint32_t has, stamp_fits_fn *fits, void *ctx)
{
    const uint32_t step = memories[i].step;
    uint32_t lo = has / step, hi = memories[i].most / step;

    while (hi - lo > 1) {
        const uint32_t mid = lo + (hi - lo) / 2;
        *of(m, i) = mid * step;
        if (fits(ctx, m))
            hi = mid;
        else
            lo = mid;
    }
    return *of(m, i) = hi * step;
}

void stamp_need(const struct stamp_mach *m, stamp_fits_fn *fits, void *ctx,
                char text[STAMP_NEED_TEXT])
{
    struct stamp_mach large = *m;
    size_t len = 0;

    for (size_t i = 0; i < MEMORIES; i++) *of(&large, i) = memories[i].most;
    if (!fits(ctx, &large)) {
        snprintf(text, STAMP_NEED_TEXT, "no size of its memories helps");
        return;
    }
    text[0] = 0;
    for (size_t i = 0; i < MEMORIES; i++) {
        struct stamp_mach own = *m;
        const uint32_t has = *of(&own, i);
        *of(&large, i) = has;
        if (fits(ctx, &large)) continue;
        const uint32_t needs = least(&large, i, has, fits, ctx);
        if (len < STAMP_NEED_TEXT)
            len += (size_t)snprintf(text + len, STAMP_NEED_TEXT - len, "%s%s is %u, needs %u",
                                    len ? "; " : "", memories[i].name, has, needs);
    }
}
