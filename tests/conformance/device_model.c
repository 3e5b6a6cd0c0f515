/* SPDX-License-Identifier: Apache-2.0 */
/* device_model.c - the C machine as a device under test. Contract in devices.h. */
#include <string.h>

#include "tests/conformance/devices.h"

enum { STEPS_MAX = 1 << 22 }; /* no vector is longer; a machine that loops is told apart */

static const char *load(void *ctx, bool reset, const struct conform_run *run, size_t runs)
{
    struct conform_model *m = ctx;

    if (reset) {
        stamp_machine_free(m->machine);
        m->machine = stamp_machine_new(m->mach);
        memset(m->memory.bytes, 0, (size_t)m->memory.size);
    }
    if (!m->machine) return "no machine: out of memory, or no reset";
    for (size_t i = 0; i < runs; i++)
        memcpy(m->memory.bytes + (run[i].addr - m->memory.base), run[i].data, (size_t)run[i].bytes);
    return NULL;
}

/* The C machine has no time: the watchdog is a wait that blocks. */
static const char *start(void *ctx, const struct conform_vector *v)
{
    struct conform_model *m = ctx;

    stamp_machine_start(m->machine, m->memory, v->code_addr, v->code_count, v->win_lo, v->win_hi);
    memcpy(m->machine->ctl.arg, v->arg, sizeof m->machine->ctl.arg);
    return NULL;
}

static const char *wait(void *ctx, struct conform_end *end)
{
    struct stamp_machine *m = ((struct conform_model *)ctx)->machine;
    struct stamp_retire last;
    uint32_t steps = 0;

    while (stamp_machine_step(m, &last))
        if (++steps == STEPS_MAX) return "does not end";
    end->status = (uint32_t)m->error;
    end->error_pc = m->error_pc;
    memcpy(end->counter, m->event, sizeof m->event);
    return NULL;
}

static const char *read(void *ctx, uint64_t addr, uint8_t *bytes, size_t n)
{
    const struct conform_model *m = ctx;

    memcpy(bytes, m->memory.bytes + (addr - m->memory.base), n);
    return NULL;
}

struct conform_device conform_model_device(struct conform_model *m)
{
    return (struct conform_device){m, load, start, wait, read};
}

void conform_model_close(struct conform_model *m)
{
    stamp_machine_free(m->machine);
    m->machine = NULL;
}
