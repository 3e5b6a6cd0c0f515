/* SPDX-License-Identifier: Apache-2.0 */
/* device_rtl.c - the Verilated machine as a device under test. Contract in devices.h. */
#include <string.h>

#include "tests/conformance/devices.h"

enum {
    SLICE = 1 << 16,
    SLICES_MAX = 1 << 9,
    LATENCY = 20
}; /* cycles; the longest vector has 2^25 */

static const char *load(void *ctx, bool reset, const struct conform_run *run, size_t runs)
{
    struct conform_rtl *r = ctx;
    const struct stamp_rtl_options o = {.dram = r->memory.bytes,
                                        .dram_bytes = r->memory.size,
                                        .dram_base = r->memory.base,
                                        .read_latency = LATENCY,
                                        .write_latency = LATENCY,
                                        .read_rate = 256,
                                        .write_rate = 256};
    if (reset) {
        conform_rtl_close(r);
        memset(r->memory.bytes, 0, (size_t)r->memory.size);
        r->rtl = r->ops->open(&o);
    }
    if (!r->rtl) return "no machine: no reset";
    for (size_t i = 0; i < runs; i++)
        memcpy(r->memory.bytes + (run[i].addr - r->memory.base), run[i].data, (size_t)run[i].bytes);
    return NULL;
}

static const char *start(void *ctx, const struct conform_vector *v)
{
    const struct conform_rtl *r = ctx;
    const struct {
        uint32_t reg, value;
    } writes[] = {
        {STAMP_REG_CODE_LO, (uint32_t)v->code_addr},
        {STAMP_REG_CODE_HI, (uint32_t)(v->code_addr >> 32)},
        {STAMP_REG_CODE_COUNT, v->code_count},
        {STAMP_REG_WIN_LO_LO, (uint32_t)v->win_lo},
        {STAMP_REG_WIN_LO_HI, (uint32_t)(v->win_lo >> 32)},
        {STAMP_REG_WIN_HI_LO, (uint32_t)v->win_hi},
        {STAMP_REG_WIN_HI_HI, (uint32_t)(v->win_hi >> 32)},
        {STAMP_REG_WATCHDOG, v->watchdog},
        {STAMP_REG_ARG0, v->arg[0]},
        {STAMP_REG_ARG1, v->arg[1]},
        {STAMP_REG_ARG2, v->arg[2]},
        {STAMP_REG_ARG3, v->arg[3]},
        {STAMP_REG_CTRL, 1},
    };
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++)
        r->ops->write(r->rtl, writes[i].reg, writes[i].value);
    return NULL;
}

static const char *wait(void *ctx, struct conform_end *end)
{
    const struct conform_rtl *r = ctx;
    struct stamp_rtl_status st = {.busy = true};

    for (int i = 0; st.busy && i < SLICES_MAX; i++) r->ops->run(r->rtl, SLICE, &st);
    if (st.busy) return "does not end";
    if (!st.done && !st.error) return "neither done nor error";
    end->status = (uint32_t)st.error;
    end->error_pc = st.error_pc;
    for (uint32_t i = 0; i < STAMP_EVENTS; i++) {
        const uint32_t at = STAMP_REG_CTR + 8 * i;
        end->counter[i] = r->ops->read(r->rtl, at);
        end->counter[i] |= (uint64_t)r->ops->read(r->rtl, at + 4) << 32;
    }
    return NULL;
}

static const char *read(void *ctx, uint64_t addr, uint8_t *bytes, size_t n)
{
    const struct conform_rtl *r = ctx;

    memcpy(bytes, r->memory.bytes + (addr - r->memory.base), n);
    return NULL;
}

struct conform_device conform_rtl_device(struct conform_rtl *r)
{
    return (struct conform_device){r, load, start, wait, read};
}

void conform_rtl_close(struct conform_rtl *r)
{
    if (r->rtl) r->ops->close(r->rtl);
    r->rtl = NULL;
}
