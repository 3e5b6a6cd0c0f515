/* SPDX-License-Identifier: Apache-2.0 */
/* memory.c - a DRAM behind the pins of a timed machine. Contract in model.h. */
#include "model/dram/model.h"

static void edge(void *ctx, struct stamp_clock_axi *pins)
{
    stamp_dram_edge(ctx, pins);
}

static uint64_t still(const void *ctx, const struct stamp_clock_axi *pins)
{
    return stamp_dram_still(ctx, pins);
}

static void skip(void *ctx, uint64_t cycles)
{
    stamp_dram_skip(ctx, cycles);
}

struct stamp_clock_memory stamp_dram_memory(struct stamp_dram_model *m)
{
    return (struct stamp_clock_memory){m, edge, still, skip};
}
