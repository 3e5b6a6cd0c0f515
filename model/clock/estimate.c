/* SPDX-License-Identifier: Apache-2.0 */
/* estimate.c - the machine on its clock, alone. Contract in estimate.h. */
#include "model/clock/estimate.h"

#include <string.h>

#include "model/clock/clock.h"
#include "model/clock/plain.h"

enum { WATCHDOG = 1 << 20 }; /* cycles without an instruction over: it waits for what never comes */

enum stamp_status stamp_cost_entry(const struct stamp_image *image, const struct stamp_entry *entry,
                                   const uint32_t *arg, struct stamp_cost_memory memory,
                                   struct stamp_cost *out, struct stamp_err *e)
{
    const uint32_t latency = memory.latency ? memory.latency : STAMP_COST_MEMORY;
    const uint32_t rate = memory.rate ? memory.rate : STAMP_COST_RATE_ONE;
    const struct stamp_plain_config plain = {
        .read_latency = latency, .write_latency = latency, .read_rate = rate, .write_rate = rate};
    static const enum stamp_event busy[STAMP_UNITS] = {[STAMP_UNIT_LDU] = STAMP_EV_LDU_BUSY,
                                                       [STAMP_UNIT_STU] = STAMP_EV_STU_BUSY,
                                                       [STAMP_UNIT_VXU] = STAMP_EV_VXU_BUSY,
                                                       [STAMP_UNIT_MXU] = STAMP_EV_MXU_BUSY};
    struct stamp_clock_options o = {.watchdog = WATCHDOG, .image = image};
    struct stamp_clock_plain m;
    struct stamp_clock *c = NULL;
    bool done = false;

    stamp_clock_entry(image, entry->name, &o); /* it is one of the image's */
    if (arg) memcpy(o.arg, arg, sizeof o.arg);
    o.memory = stamp_clock_plain(&m, &plain);
    enum stamp_status s = stamp_clock_new(&o, &c, e);
    if (!s) s = stamp_clock_run(c, 0, &done, e);
    if (!s) {
        const uint64_t *event = stamp_clock_events(c);
        *out = (struct stamp_cost){.cycles = event[STAMP_EV_CYCLES],
                                   .dispatched = event[STAMP_EV_INSNS],
                                   .fetch_bytes = event[STAMP_EV_FETCH_BYTES]};
        for (int u = 1; u < STAMP_UNITS; u++) out->busy[u] = event[busy[u]];
    }
    stamp_clock_free(c);
    return s;
}

enum stamp_status stamp_cost_program(const struct stamp_image *image,
                                     struct stamp_cost_memory memory, struct stamp_cost *out,
                                     struct stamp_err *e)
{
    return stamp_cost_entry(image, image->entry, NULL, memory, out, e);
}
