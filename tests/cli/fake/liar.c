/* SPDX-License-Identifier: Apache-2.0 */
/* liar.c - a shared object that claims to be the RTL of machine base and writes one wrong word.
 * Built by test_cli.c, to see that lock-step says so. */
#include <stdlib.h>
#include <string.h>

#include "sim/core/rtl.h"

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

extern const struct stamp_rtl_ops stamp_rtl_ops;
const struct stamp_rtl_ops stamp_rtl_ops = {.mach = "base",
                                            .open = liar_open,
                                            .close = free,
                                            .read = liar_read,
                                            .write = liar_write,
                                            .run = liar_run};
