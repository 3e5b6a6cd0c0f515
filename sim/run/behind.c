/* SPDX-License-Identifier: Apache-2.0 */
/* behind.c - memory by the options of a run. Contract in behind.h. */
#include "sim/run/behind.h"

#include "model/mem.h"

bool stamp_behind_new(struct stamp_behind *b, const struct stamp_run_options *o, uint32_t axi_bytes,
                      struct stamp_clock_memory *out)
{
    const struct stamp_plain_config c = {.read_latency = o->read_latency,
                                         .write_latency = o->write_latency,
                                         .read_rate = o->read_rate,
                                         .write_rate = o->write_rate,
                                         .stall_ar = o->stall,
                                         .stall_r = o->stall,
                                         .stall_aw = o->stall,
                                         .stall_w = o->stall,
                                         .stall_b = o->stall,
                                         .seed = o->seed};

    b->dram = NULL;
    if (!o->has_dram) {
        *out = stamp_clock_plain(&b->plain, &c);
        return true;
    }
    b->dram = stamp_alloc(1, stamp_dram_bytes(&o->dram));
    if (!b->dram) return false;
    stamp_dram_new(b->dram, &o->dram, axi_bytes);
    *out = stamp_dram_memory(b->dram);
    return true;
}

void stamp_behind_free(struct stamp_behind *b)
{
    stamp_free(b->dram);
}
