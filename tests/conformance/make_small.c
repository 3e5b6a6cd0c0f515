/* SPDX-License-Identifier: Apache-2.0 */
/* make_small.c - an instruction of each kind with small fields, and what they read. */
#include <inttypes.h>

#include "tests/conformance/make.h"

const char *mk_example(enum stamp_opcode op)
{
    switch (op) { /* a table */
    case STAMP_OP_HALT: return "HALT";
    case STAMP_OP_NOP: return "NOP";
    case STAMP_OP_FENCE: return "FENCE";
    case STAMP_OP_SETR: return "SETR areg=1 imm=64";
    case STAMP_OP_ADDR: return "ADDR areg=1 imm=64";
    case STAMP_OP_LOOP: return "LOOP imm=1";
    case STAMP_OP_ENDL: return "ENDL";
    case STAMP_OP_SETA: return "SETA areg=1 imm=64";
    case STAMP_OP_LOAD: return "LOAD space=VM fmt=F32 dram={PLAIN} line=50 lines=1";
    case STAMP_OP_STORE: return "STORE space=VM fmt=F32 dram={FREE} line=0 lines=1";
    case STAMP_OP_VBFLY: return "VBFLY kind=MEAN a=0 boff=2 cols=2 n0=2 s0=4";
    case STAMP_OP_VMINMAX: return "VMINMAX first=1 a=0 n0=2 s0=1 cols=1 smstride=1";
    case STAMP_OP_VQPAR: return "VQPAR n0=2 cols=1 sm={P} smstride=1";
    case STAMP_OP_VQUANT: return "VQUANT first=1 a=0 n0=2 s0=1 cols=1 smstride=1";
    case STAMP_OP_VBIAS: return "VBIAS a=0 b=8 n0=2 s0=2 cols=2";
    case STAMP_OP_VBIN: return "VBIN fn=ADD a=0 b=4 d=8 n0=2 s0=2 ds=2 bs=2 cols=2 rep=1";
    case STAMP_OP_VROPE: return "VROPE a=0 b=4 d=8 n0=2 s0=2 ds=2 cols=2";
    case STAMP_OP_VROW: return "VROW fn=MUL a=0 b=4 d=8 n0=2 s0=2 ds=2 cols=2";
    case STAMP_OP_VRED: return "VRED fn=SUM a=0 d=8 n0=2 s0=2 cols=2 lim=5";
    case STAMP_OP_VFN: return "VFN fn=EXP a=0 d=8 n0=2 s0=2 ds=2 cols=2 lim=5 c=0x3f800000";
    case STAMP_OP_VCODE: return "VCODE a=0 b=8 n0=2 s0=2 cols=2 gstride=1 smstride=1";
    case STAMP_OP_VDEQ: return "VDEQ a=12 b=8 n0=2 s0=2 cols=2 gstride=1 smstride=1";
    case STAMP_OP_VPACKK: return "VPACKK a=0 n0=2 s0=1 cols=1 smstride=1 gstride={L/T}";
    case STAMP_OP_VPACKV: return "VPACKV a=0 n0=2 s0=1 cols=1 smstride=1 gstride=1 b=1";
    case STAMP_OP_VSMRD: return "VSMRD first=1 a=8 n0=2 s0=1 cols=2 gstride=1";
    case STAMP_OP_VSMWR: return "VSMWR a=0 n0=2 s0=1 cols=2 sm={2*P} smstride=2 gstride=1";
    case STAMP_OP_MM: return "MM first=1 last=1 groups=1 kl=1 ng=1 rmstride=1 vm=20 vstride=1";
    }
    return NULL;
}

void mk_small(struct maker *m)
{
    uint16_t rt[STAMP_TABLE_LINE], nt[STAMP_TABLE_LINE];
    const uint32_t P = m->mach->P;

    for (uint32_t i = 0; i < STAMP_TABLE_LINE; i++) {
        rt[i] = (uint16_t)i;
        nt[i] = (uint16_t)(1 << 14 | i % P);
    }
    if (!m->table) {
        m->table = mk_table(m, rt, STAMP_TABLE_LINE);
        mk_table(m, nt, STAMP_TABLE_LINE);
    }
    mk_line(m, "LOAD space=VM fmt=F32 dram={PLAIN} line=0 lines=1 n0=60 d0=0 lstride=1");
    mk_line(m, "LOAD space=WB dram=0x%" PRIx64 " line=0 lines=1 n0={2*L/T} d0=0 lstride=1",
            m->table);
    mk_line(m, "LOAD space=CM dram=0x%" PRIx64 " line=0 lines=1 n0=4 d0=0 lstride=1",
            MK_BASE + MK_OUT - 1024);
    mk_line(m, "LOAD space=RT dram=0x%" PRIx64 " line=0 lines=1", m->table);
    mk_line(m, "LOAD space=NT dram=0x%" PRIx64 " line=0 lines=1", m->table + 64);
    mk_fence(m);
    mk_line(m, "VMINMAX first=1 a=0 n0={2*P} s0=1 cols=1 smstride=1");
    mk_line(m, "VQPAR n0={P} cols=1 smstride=1");
    mk_line(m, "VQUANT first=1 a=0 n0={P} s0=1 cols=1 smstride=1");
    mk_fence(m);
}

void mk_fill(struct maker *m, const char *space, const char *lines, uint64_t addr)
{
    const int64_t end = mk_value(m, lines), most = 2048; /* n0 has 12 bits */

    for (int64_t at = 0; at < end; at += most)
        mk_line(
            m, "LOAD space=%s dram=0x%" PRIx64 " line=%" PRId64 " lines=1 n0=%" PRId64 " lstride=1",
            space, addr, at, end - at < most ? end - at : most);
}

void mk_over(struct maker *m, const char *text, int64_t end, int64_t most, const char *what)
{
    for (int64_t at = 0; at < end; at += most) {
        m->x = at;
        mk_line(m, "%s %s=%" PRId64, text, what, end - at < most ? end - at : most);
    }
    m->x = 0;
}

int64_t mk_least(const struct maker *m, const char *a, const char *b, int64_t c)
{
    const int64_t x = mk_value(m, a), y = mk_value(m, b);

    return x < y ? (x < c ? x : c) : (y < c ? y : c);
}
