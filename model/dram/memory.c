/* SPDX-License-Identifier: Apache-2.0 */
/* memory.c - a DRAM begins; and stands behind the pins of a timed machine. Contract in model.h. */
#include <string.h>

#include "model/dram/channel.h"
#include "model/dram/model.h"

bool stamp_dram_idle(const struct stamp_dram_model *m)
{
    return m->ar_in == m->ar_out && m->aw_in == m->b_out && m->w_in == m->w_out;
}

size_t stamp_dram_bytes(const struct stamp_dram_params *p)
{
    return sizeof(struct stamp_dram_model) + p->channels * sizeof(struct stamp_dram_channel);
}

void stamp_dram_new(struct stamp_dram_model *m, const struct stamp_dram_params *p,
                    uint32_t axi_bytes)
{
    memset(m, 0, sizeof *m);
    m->p = *p;
    (void)stamp_dram_map_read(&m->map, p, NULL);
    while (axi_bytes >> 1 >> m->axi_log) m->axi_log++;
    m->burst_clocks = p->burst / p->beats;
    m->capacity = ((uint64_t)p->capacity << 20) - 1;
    m->khz = p->clock_khz;
    m->accel_khz = (uint64_t)p->accel_mhz * 1000;
    for (uint32_t i = 0; i < p->channels; i++) stamp_dram_channel_new(m, i);
}

void stamp_dram_reset(struct stamp_dram_model *m, struct stamp_clock_axi *pins)
{
    const struct stamp_dram_params p = m->p;
    void (*watch)(void *, const struct stamp_dram_issue *) = m->watch;
    void *ctx = m->watch_ctx;

    stamp_dram_new(m, &p, 1u << m->axi_log);
    m->watch = watch;
    m->watch_ctx = ctx;
    pins->arready = pins->rvalid = pins->rlast = false;
    pins->awready = pins->wready = pins->bvalid = false;
}

static void edge(void *ctx, struct stamp_clock_axi *pins)
{
    stamp_dram_edge(ctx, pins);
}

static uint64_t still(const void *ctx, const struct stamp_clock_axi *pins)
{
    return stamp_dram_still(ctx, pins);
}

static void skip(void *ctx, const struct stamp_clock_axi *pins, uint64_t cycles)
{
    stamp_dram_skip(ctx, pins, cycles);
}

static size_t image(const void *ctx, uint8_t *room)
{
    return stamp_dram_image(ctx, room);
}

static void shift(void *ctx, uint64_t cycles)
{
    stamp_dram_shift(ctx, cycles);
}

static void restore(void *ctx, const uint8_t *bytes)
{
    stamp_dram_restore(ctx, bytes);
}

static uint64_t *counts(void *ctx, uint32_t *n)
{
    struct stamp_dram_model *m = ctx;

    *n = sizeof m->counts / sizeof(uint64_t);
    return &m->counts.reads; /* the first of so many */
}

struct stamp_clock_memory stamp_dram_memory(struct stamp_dram_model *m)
{
    return (struct stamp_clock_memory){m, edge, still, skip, image, shift, restore, counts};
}
