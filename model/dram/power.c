/* SPDX-License-Identifier: Apache-2.0 */
/* power.c - energy of a DRAM's commands. Contract in power.h. */
#include "model/dram/power.h"

#include <string.h>

static const struct stamp_dram_power powers[] = {
#define POWER(preset, activate, read, write, refresh, standby, source)                             \
    {#preset, activate, read, write, refresh, standby, source},
#include "model/dram/power.def"
};

bool stamp_dram_power(const char *preset, struct stamp_dram_power *out)
{
    for (size_t i = 0; i < sizeof powers / sizeof *powers; i++)
        if (!strcmp(powers[i].preset, preset)) {
            *out = powers[i];
            return true;
        }
    return false;
}

void stamp_dram_joules(const struct stamp_dram_power *p, const struct stamp_dram_counts *n,
                       uint32_t channels, double seconds, double joules[4])
{
    joules[0] = 1e-12 * p->activate * (double)n->acts;
    joules[1] = 1e-12 * (p->read * (double)(n->reads) + p->write * (double)n->writes);
    joules[2] = 1e-12 * p->refresh * (double)n->refreshes;
    joules[3] = 1e-3 * p->standby * channels * seconds;
}
