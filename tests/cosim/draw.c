/* SPDX-License-Identifier: Apache-2.0 */
/* draw.c - random legal machines, as lines of mach.def.
 *
 *   draw COUNT SEED MOST
 *
 * Prints COUNT CONFIG lines, named mSEED_0, mSEED_1, ...; the same seed gives the same machines. Each has
 * MOST products a cycle or fewer: with 128 the RTL builds in a minute, 4096 is every shape. Sizes of memories
 * and queues are more often odd than round. What breaks a rule of mach.def is drawn again. */
#include <stdio.h>
#include <stdlib.h>

#include "model/spec/mach.h"
#include "tests/cosim/gen.h"

/* @p least to @p most, in steps of @p step: mostly near the least, now and then a power of two. */
static uint32_t size(struct gen_rng *r, uint32_t least, uint32_t most, uint32_t step)
{
    const uint32_t top = gen_below(r, 3) ? least + (most - least) / 4 : most;
    uint32_t v = least + gen_below(r, (top - least) / step + 1) * step;

    if (gen_below(r, 3) == 0) { /* the power of two above, should it do */
        uint32_t two = 1;
        while (two < v) two *= 2;
        if (two <= most && two % step == 0) v = two;
    }
    return v;
}

static void draw(struct gen_rng *r, struct stamp_mach *m)
{
    m->P = 2 * gen_range(r, 1, 8);
    m->L = 8u << gen_below(r, 4);
    m->T = 4u << gen_below(r, 2);
    m->VM_LINES = size(r, 600, 4096, 4);
    m->XB_LINES = size(r, 200, 4096, 1);
    m->WB_LINES = size(r, 256, 2048, 1);
    m->CM_LINES = size(r, 66, 512, 1);
    m->SM_ENTRIES = size(r, 160, 1500, 1);
    m->RT_ENTRIES = size(r, 192, 1024, 64);
    m->AC_LINES = size(r, 128, 600, 1);
    m->IT_ENTRIES = size(r, 64, 1024, 32);
    m->PB_LINES = size(r, 96, 800, 1);
    m->F = 1u << gen_below(r, 3);
    m->Q = gen_range(r, 1, 5);
    m->AXI_BYTES = 4u << gen_below(r, 5);
    m->QUEUE = gen_range(r, 2, 9);
    m->IM_WORDS = size(r, 8, 128, 2);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "draw: draw COUNT SEED MOST\n");
        return 2;
    }
    const uint64_t seed = strtoull(argv[2], NULL, 10);
    const int count = atoi(argv[1]);
    const uint32_t most = (uint32_t)strtoul(argv[3], NULL, 10);
    if (most < 64) {
        fprintf(stderr, "draw: MOST %u: the smallest machine has 64 products a cycle\n", most);
        return 2;
    }
    struct gen_rng r = {seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    char why[STAMP_MACH_WHY];

    printf("/* SPDX-License-Identifier: Apache-2.0 */\n");
    for (int i = 0; i < count; i++) {
        struct stamp_mach m;
        do draw(&r, &m);
        while (m.P * m.L * m.T > most || !stamp_mach_check(&m, why));
        printf("CONFIG(m%llu_%d", (unsigned long long)seed, i);
        for (enum stamp_param p = 0; p < STAMP_PARAMS; p++) printf(", %u", stamp_param_of(&m, p));
        printf(", \"drawn\")\n");
    }
    return 0;
}
