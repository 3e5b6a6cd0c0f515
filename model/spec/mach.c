/* SPDX-License-Identifier: Apache-2.0 */
/* mach.c - the table of machines, and its rules. Contract in mach.h and spec.h. */
#include "model/spec/mach.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct stamp_mach stamp_machs[] = {
#define CONFIG(name, p, l, t, vm, xb, wb, cm, sm, rt, ac, it, pb, f, q, axi, queue, im, intent)    \
    {#name, p, l, t, vm, xb, wb, cm, sm, rt, ac, it, pb, f, q, axi, queue, im, intent},
#include "model/spec/mach.def"
#ifdef STAMP_MACHS_EXTRA
#define CONFIG(name, p, l, t, vm, xb, wb, cm, sm, rt, ac, it, pb, f, q, axi, queue, im, intent)    \
    {#name, p, l, t, vm, xb, wb, cm, sm, rt, ac, it, pb, f, q, axi, queue, im, intent},
#include STAMP_MACHS_EXTRA
#undef CONFIG
#endif
    {.name = NULL},
};

const struct stamp_mach *stamp_mach_find(const char *name)
{
    for (const struct stamp_mach *m = stamp_machs; m->name; m++)
        if (!strcmp(m->name, name)) return m;
    return NULL;
}

const char *stamp_param_name(enum stamp_param p)
{
    static const char *const names[] = {
#define PARAM(name, meaning) #name,
#include "model/spec/mach.def"
    };
    return names[p];
}

uint32_t stamp_param_of(const struct stamp_mach *m, enum stamp_param p)
{
    const uint32_t of[] = {
#define PARAM(name, meaning) m->name,
#include "model/spec/mach.def"
    };
    return of[p];
}

/* A rule sees the values by their names; none divides by one before a rule said that it is not 0. */
bool stamp_mach_check(const struct stamp_mach *m, char why[STAMP_MACH_WHY])
{
#define PARAM(name, meaning) const uint64_t name = m->name;
#define RULE(name, holds, limit, reason)                                                           \
    if (!(holds)) {                                                                                \
        snprintf(why, STAMP_MACH_WHY, #name " = %" PRIu64 ", must be %s: %s", name, limit,         \
                 reason);                                                                          \
        return false;                                                                              \
    }
#include "model/spec/mach.def"
    return true;
}
