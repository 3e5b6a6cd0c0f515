/* SPDX-License-Identifier: Apache-2.0 */
/* gen_memory.c - DRAMs of random programs. Contract in gen_memory.h. */
#include "tests/cosim/gen_memory.h"

#include <string.h>

bool gen_dram(uint64_t seed, struct gen_rng *r, struct stamp_dram_params *p)
{
    uint32_t presets = 0;

    if (seed % 4) return false;
    while (stamp_dram_presets[presets].name) presets++;
    stamp_dram_preset(stamp_dram_presets[gen_below(r, presets)].name, p);
    p->closed = gen_below(r, 3) == 0;
    p->posted = gen_below(r, 3) != 0;
    p->accel_mhz = gen_range(r, 100, 3000);
    if (gen_below(r, 4) == 0) strcpy(p->map, "ro ra ch ba bg co");
    if (gen_below(r, 4) == 0) p->reads = p->writes = p->drain_high = gen_range(r, 9, 31);
    return true;
}
