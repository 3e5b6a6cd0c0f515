/* SPDX-License-Identifier: Apache-2.0 */
/* poison.c - noise in memories whose contents are undefined. Contract in machine.h. */
#include <string.h>

#include "model/machine/machine.h"

/* xorshift64*, the same on every host. */
static uint64_t next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717) >> 16;
}

static void bytes(uint64_t *state, void *at, size_t n)
{
    uint8_t *b = at;

    for (size_t i = 0; i < n; i++) b[i] = (uint8_t)next(state);
}

void stamp_machine_poison(struct stamp_machine *m, uint64_t seed)
{
    const struct stamp_mach *k = m->mach;
    const size_t xb = (size_t)k->XB_LINES * k->P * k->L, wb = (size_t)k->WB_LINES * k->L * k->T;
    uint64_t s = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;

    bytes(&s, m->vm, (size_t)k->VM_LINES * k->L * sizeof *m->vm);
    bytes(&s, m->cm, (size_t)k->CM_LINES * k->L * sizeof *m->cm);
    bytes(&s, m->ac, (size_t)k->AC_LINES * k->L * sizeof *m->ac);
    bytes(&s, m->rt, k->RT_ENTRIES * sizeof *m->rt);
    bytes(&s, m->nt, k->RT_ENTRIES * sizeof *m->nt);
    bytes(&s, m->it, k->IT_ENTRIES * sizeof *m->it);
    for (size_t i = 0; i < xb; i++) m->xb[i] = (int8_t)(next(&s) % 16) - 8;
    for (size_t i = 0; i < wb; i++) m->wb[i] = next(&s) % 16;
    bytes(&s, m->sm, k->SM_ENTRIES * sizeof *m->sm);
    bytes(&s, m->rm, k->SM_ENTRIES * sizeof *m->rm);
    for (uint32_t i = 0; i < k->SM_ENTRIES; i++) { /* what the fields can hold */
        m->sm[i].zero &= 255;
        m->rm[i].corr = (m->rm[i].corr & 255) - 200;
    }
}
