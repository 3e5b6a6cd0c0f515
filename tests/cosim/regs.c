/* SPDX-License-Identifier: Apache-2.0 */
/* regs.c - every AXI4-Lite register of a Verilated machine: what it reads, keeps and ignores.
 *
 *   regs MACHINE [RTL_DIR]       closing line "regs MACHINE: N passed, M failed" */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "sim/run/rtl_open.h"

static const struct stamp_rtl_ops *ops;
static void *rtl;
static unsigned passed, failed;

static void expect(const char *what, uint32_t offset, uint32_t want)
{
    const uint32_t got = ops->read(rtl, offset);

    if (got == want)
        passed++;
    else
        failed++, printf("%s at 0x%03x: 0x%08x, expected 0x%08x\n", what, offset, got, want);
}

/* Bits a register keeps, by regs.def. */
static uint32_t kept(uint32_t offset)
{
    switch (offset) {
    case STAMP_REG_IRQ_ENABLE: return 1;
    case STAMP_REG_CODE_HI:
    case STAMP_REG_WIN_LO_HI:
    case STAMP_REG_WIN_HI_HI: return 0xff;
    default: return 0xffffffff;
    }
}

static void patterns(const char *name, const char *access, uint32_t offset)
{
    static const uint32_t pattern[] = {0x00000000, 0xffffffff, 0xaaaaaaaa, 0x55555555,
                                       0x12345678, 0xedcba987, 0};
    const uint32_t before = ops->read(rtl, offset);

    for (size_t i = 0; i < sizeof pattern / sizeof pattern[0]; i++) {
        if (!strcmp(access, "WO")) { /* CTRL: clear and nothing else, START would run */
            ops->write(rtl, offset, pattern[i] & ~1u);
            expect(name, offset, 0);
            continue;
        }
        ops->write(rtl, offset, pattern[i]);
        expect(name, offset, !strcmp(access, "RW") ? pattern[i] & kept(offset) : before);
    }
}

int main(int argc, char **argv)
{
    const struct stamp_mach *m = argc > 1 ? stamp_mach_find(argv[1]) : NULL;
    struct stamp_err e;
    uint8_t *memory = stamp_alloc(4096, 1);

    if (!m || !memory)
        return fprintf(stderr, "regs: name a machine of the table (specgen machs)\n"), 2;
    if (stamp_rtl_find(argc > 2 ? argv[2] : NULL, m, false, &ops, &e))
        return fprintf(stderr, "regs: %s\n", e.text), 1;
    const struct stamp_rtl_options o = {.dram = memory,
                                        .dram_bytes = 4096,
                                        .read_latency = 1,
                                        .write_latency = 1,
                                        .read_rate = 256,
                                        .write_rate = 256};
    rtl = ops->open(&o);
    expect("ID", STAMP_REG_ID, STAMP_ID);
    expect("PARAM0", STAMP_REG_PARAM0, m->P | m->L << 8 | m->T << 16 | m->AXI_BYTES << 24);
#define REG(name, offset, access, meaning) patterns(#name, #access, offset);
#include "model/spec/regs.def"
    for (uint32_t at = STAMP_REG_ARG3 + 4; at < STAMP_REG_CTR; at += 4) patterns("gap", "RO", at);
    for (uint32_t ev = 0; ev <= STAMP_EVENTS; ev++)
        patterns("counter", "RO", STAMP_REG_CTR + 8 * ev);
    expect("STATUS", STAMP_REG_STATUS, 0);
    ops->close(rtl);
    stamp_free(memory);
    printf("regs %s: %u passed, %u failed\n", m->name, passed, failed);
    return failed || !passed;
}
