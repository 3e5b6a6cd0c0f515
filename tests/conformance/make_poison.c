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
    const int64_t rows = mk_value(m, "XB_LINES"), most = mk_value(m, "VM_LINES");
    int64_t chunk = rows;

    while (chunk > most || rows % chunk) chunk--;
    mk_line(m, "VSMWR a=0 n0=1 cols={SM_ENTRIES} gstride=1");
    for (int64_t at = 0; at < rows; at += chunk)
        mk_line(m, "VQUANT first=1 a=0 n0={P/2} s0=0 cols=%" PRId64 " xb=%" PRId64, chunk, at);
    mk_line(m, "VQUANT first=1 a=0 n0=1 cols={SM_ENTRIES} blk=1 gstride={SM_ENTRIES}");
    mk_fence(m);
    mk_line(m, "MM first=1 xb=0 groups={AC_LINES/P} kl=1 ng=1");
    mk_fence(m);
}

void mk_poison(struct maker *m)
{
    uint32_t odd[512];
    uint16_t rt[STAMP_TABLE_LINE], nt[4096];
    const uint32_t L = m->mach->L;

    for (uint32_t i = 0; i < 512; i++) { odd[i] = (i & 1 ? 0xffc00000 : 0x7fa00000) | i * 0x1357; }
    for (uint32_t i = 0; i < STAMP_TABLE_LINE; i++) rt[i] = (uint16_t)(0x8000 | 2 * i);
    for (uint32_t i = 0; i < m->mach->AC_LINES; i++) nt[i] = (uint16_t)(1 << 14 | i);
    const uint64_t bits = mk_words(m, odd, 2 * L, 0).addr, at_rt = mk_table(m, rt, m->mach->P / 2),
                   at_nt = mk_table(m, nt, m->mach->AC_LINES);

    pack_buffer(m);
    mk_line(m, "LOAD space=VM fmt=RAW dram=0x%" PRIx64 " line=0 lines=1 n0={VM_LINES} lstride=1",
            bits);
    mk_line(m, "LOAD space=WB dram=0x%" PRIx64 " line=0 lines=1 n0={WB_LINES} lstride=1", bits);
    mk_line(m, "LOAD space=CM dram=0x%" PRIx64 " line=0 lines=1 n0={CM_LINES} lstride=1", bits);
    mk_line(m, "LOAD space=RT dram=0x%" PRIx64 " line=0 lines=1", at_rt);
    mk_line(m, "LOAD space=NT dram=0x%" PRIx64 " line=0 lines={AC_LINES/32}", at_nt);
    mk_line(m, "LOAD space=IT dram=0x%" PRIx64 " line=0 lines=1 n0={IT_ENTRIES/16} lstride=1",
            bits);
    mk_fence(m);
    operands(m);
    mk_line(m, "LOAD space=RT dram=0x%" PRIx64 " line=0 lines=1 n0={RT_ENTRIES/32} lstride=1",
            bits);
    mk_line(m, "LOAD space=NT dram=0x%" PRIx64 " line=0 lines=1 n0={RT_ENTRIES/32} lstride=1",
            bits);
    mk_line(m, "LOAD space=VM fmt=RAW dram=0x%" PRIx64 " line=0 lines=1 post0=1 post1=2 post2=31",
            bits);
    for (uint32_t i = 1; i < STAMP_ADDR_REGS; i++)
        mk_line(m, "SETR areg=%u imm=0x%x", i, 0x1111111 * i);
    mk_line(m, "LOOP imm=9");
    mk_done(m, "poison");
}
