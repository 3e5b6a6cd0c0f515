/* SPDX-License-Identifier: Apache-2.0 */
/* make_poison.c - the program that begins a chain: odd values in every line of every scratchpad,
 * semaphores raised, registers set, a loop left open. Only what a program may do. */
#include <inttypes.h>

#include "tests/conformance/make.h"

/* Lines of PB are filled from rows of VM: as many columns as one plane takes. */
static void pack_buffer(struct maker *m)
{
    mk_line(m,
            "LOAD space=VM fmt=F32 dram=0x%" PRIx64 " line=0 lines=1 n0={PB_LINES*T/2/L} lstride=1",
            m->plain.addr);
    mk_fence(m);
    mk_line(m, "VMINMAX first=1 a=0 n0=1 cols=1");
    mk_line(m, "VQPAR sd=1 n0=1 cols=1");
    mk_line(m, "VPACKK a=0 n0={L} s0=0 cols={PB_LINES*T/2/L} gstride={PB_LINES/2}");
    mk_fence(m);
}

/* Scales are NaN, codes the lowest, sums of rows large. */
static void operands(struct maker *m)
{
    const int64_t line = mk_least(m, "VM_LINES", "XB_LINES", 2048);
    const int64_t group = mk_least(m, "RT_ENTRIES/P", "AC_LINES/P", 255);

    mk_over(m, "VSMWR a=0 n0=1 gstride=1 sm={X}", m->mach->SM_ENTRIES, mk_value(m, "VM_LINES*L/2"),
            "cols");
    mk_over(m, "VQUANT first=1 a=0 n0={P/2} s0=0 xb={X}", m->mach->XB_LINES, line, "cols");
    mk_over(m, "VQUANT first=1 a=0 n0=1 blk=1 gstride={XB_LINES} sm={X} rm={X}",
            m->mach->SM_ENTRIES, line, "cols");
    mk_fence(m);
    mk_over(m, "MM first=1 xb=0 kl=1 ng=1 ac={X*P}", mk_value(m, "AC_LINES/P"), group, "groups");
    mk_fence(m);
}

void mk_poison(struct maker *m)
{
    uint32_t odd[512];
    uint16_t rt[STAMP_TABLE_LINE], nt[2048];
    const uint32_t L = m->mach->L;

    for (uint32_t i = 0; i < 512; i++) { odd[i] = (i & 1 ? 0xffc00000 : 0x7fa00000) | i * 0x1357; }
    for (uint32_t i = 0; i < STAMP_TABLE_LINE; i++) rt[i] = (uint16_t)(0x8000 | 2 * i);
    for (uint32_t i = 0; i < m->mach->RT_ENTRIES; i++) nt[i] = (uint16_t)(1 << 14 | i);
    const uint64_t bits = mk_words(m, odd, 2 * L, 0).addr, at_rt = mk_table(m, rt, m->mach->P / 2),
                   at_nt = mk_table(m, nt, m->mach->RT_ENTRIES);

    pack_buffer(m);
    mk_fill(m, "VM fmt=RAW", "VM_LINES", bits);
    mk_fill(m, "WB", "WB_LINES", bits);
    mk_fill(m, "CM", "CM_LINES", bits);
    mk_fill(m, "IT", "IT_ENTRIES/16", bits);
    mk_line(m, "LOAD space=RT dram=0x%" PRIx64 " line=0 lines=1", at_rt);
    mk_line(m, "LOAD space=NT dram=0x%" PRIx64 " line=0 lines={RT_ENTRIES/32}", at_nt);
    mk_fence(m);
    operands(m);
    mk_fill(m, "RT", "RT_ENTRIES/32", bits);
    mk_fill(m, "NT", "RT_ENTRIES/32", bits);
    mk_line(m, "LOAD space=VM fmt=RAW dram=0x%" PRIx64 " line=0 lines=1 post0=1 post1=2 post2=31",
            bits);
    for (uint32_t i = 1; i < STAMP_ADDR_REGS; i++)
        mk_line(m, "SETR areg=%u imm=0x%x", i, 0x1111111 * i);
    mk_line(m, "LOOP imm=9");
    mk_done(m, "poison");
}
