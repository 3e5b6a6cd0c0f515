/* SPDX-License-Identifier: Apache-2.0 */
/* liar.c - a shared object that claims to be the RTL of machine base and writes one wrong word.
 * Built by test_cli.c, to see that lock-step says so. */
#include <stdlib.h>
#include <string.h>

#include "sim/run/rtl.h"

static void *liar_open(const struct stamp_rtl_options *options)
{
    struct stamp_rtl_options *own = malloc(sizeof *own);
    if (own) *own = *options;
    return own;
}

static uint32_t liar_read(void *rtl, uint32_t offset)
{
    (void)rtl;
    (void)offset;
    return 0;
}

static void liar_write(void *rtl, uint32_t offset, uint32_t value)
{
    (void)rtl;
    (void)offset;
    (void)value;
}

static void liar_run(void *rtl, uint64_t cycles, struct stamp_rtl_status *status)
{
    const struct stamp_rtl_options *o = rtl;
    unsigned char lie[64];

    memset(lie, 0xa5, sizeof lie);
    memset(status, 0, sizeof *status);
    status->cycles = cycles;
    status->stopped =
        o->on_write && !o->on_write(o->ctx, STAMP_UNIT_LDU, STAMP_SPACE_VM, 0, lie, 64);
}

static void liar_events(void *rtl, uint64_t out[STAMP_EVENTS])
{
    (void)rtl;
    memset(out, 0, STAMP_EVENTS * sizeof *out);
}

static void liar_activity(void *rtl, uint64_t out[STAMP_ACTIVITIES])
{
    (void)rtl;
    memset(out, 0, STAMP_ACTIVITIES * sizeof *out);
}

static void liar_dram(void *rtl, struct stamp_dram_counts *out)
{
    (void)rtl;
    *out = (struct stamp_dram_counts){0};
}

static const char *liar_failed(void *rtl)
{
    (void)rtl;
    return NULL;
}

extern struct stamp_rtl_ops stamp_rtl_ops_6;
struct stamp_rtl_ops stamp_rtl_ops_6 = {.mach = "base",
                                        .params = STAMP_PARAMS,
                                        .open = liar_open,
                                        .close = free,
                                        .read = liar_read,
                                        .write = liar_write,
                                        .run = liar_run,
                                        .events = liar_events,
                                        .activity = liar_activity,
                                        .failed = liar_failed,
                                        .dram = liar_dram};

/* The parameters of base, so that it is taken for it; -DLIAR_L gives it another L. */
__attribute__((constructor)) static void claim(void)
{
    static const struct {
        const char *name;
        uint32_t param[STAMP_PARAMS];
    } machs[] = {
#define CONFIG(name, p, l, t, vm, xb, wb, cm, sm, rt, ac, it, pb, f, q, axi, queue, im, intent)    \
    {#name, {p, l, t, vm, xb, wb, cm, sm, rt, ac, it, pb, f, q, axi, queue, im}},
#include "model/spec/mach.def"
    };

    for (size_t i = 0; i < sizeof machs / sizeof machs[0]; i++)
        if (!strcmp(machs[i].name, "base"))
            memcpy(stamp_rtl_ops_6.param, machs[i].param, sizeof machs[i].param);
#ifdef LIAR_L
    stamp_rtl_ops_6.param[STAMP_PARAM_L] = LIAR_L;
#endif
}
