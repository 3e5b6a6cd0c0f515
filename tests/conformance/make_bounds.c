/* SPDX-License-Identifier: Apache-2.0 */
/* make_bounds.c - the last line, entry and byte of every memory, one beyond, and counts of zero. */
#include <inttypes.h>
#include <string.h>

#include "tests/conformance/make.h"

/* With X = 0 the last that is legal; with X = 1 RANGE (DRAM_RANGE where it says dram). A table. */
static const struct {
    const char *what, *text;
} edges[] = {
    {"LOAD VM", "LOAD space=VM fmt=F32 dram={PLAIN} line={VM_LINES-2+X} lines=1 n0=2 lstride=1"},
    {"LOAD VM strides",
     "LOAD space=VM fmt=F32 dram={PLAIN} line={VM_LINES-7+X} lines=1 n0=2 n1=2 lstride=2"},
    {"LOAD WB", "LOAD space=WB dram={PLAIN} line={WB_LINES-1+X} lines=1"},
    {"LOAD CM", "LOAD space=CM dram={PLAIN} line={CM_LINES-1+X} lines=1"},
    {"LOAD RT", "LOAD space=RT dram={PLAIN} line={RT_ENTRIES/32-1+X} lines=1"},
    {"LOAD NT", "LOAD space=NT dram={PLAIN} line={RT_ENTRIES/32-1+X} lines=1"},
    {"LOAD IT", "LOAD space=IT dram={PLAIN} line={IT_ENTRIES/16-1+X} lines=1"},
    {"LOAD gather it", "LOAD space=VM fmt=F32 gather=1 dram={PLAIN} d0=64 it={IT_ENTRIES-18+X*17} "
                       "n0=2 line=0 lines=1 lstride=1"},
    {"STORE VM", "STORE space=VM fmt=F32 dram={FREE} line={VM_LINES-1+X} lines=1"},
    {"STORE PB", "STORE space=PB fmt=RAW dram={FREE} line={PB_LINES-1+X} lines=1"},
    {"VBFLY boff", "VBFLY kind=MEAN a=0 boff={VM_LINES-2+X} cols=2 n0=1"},
    {"VBFLY s0", "VBFLY kind=MEAN a=0 boff=1 cols=1 n0=2 s0={VM_LINES-2+X}"},
    {"VBFLY s1", "VBFLY kind=MEAN a=0 boff=1 cols=1 n0=1 n1=2 s1={VM_LINES-2+X}"},
    {"VMINMAX a", "VMINMAX first=1 a={VM_LINES-3+X} n0=2 s0=1 cols=2 smstride=1"},
    {"VMINMAX sm", "VMINMAX first=1 a=0 n0=2 s0=0 cols=3 blk=2 sm={SM_ENTRIES-4+X} smstride=2"},
    {"VQPAR sm", "VQPAR n0=2 cols=2 sm={SM_ENTRIES-4+X} smstride=2"},
    {"VQPAR rt", "VQPAR n0=2 cols=1 sm=0 smstride=1 rt={RT_ENTRIES-2+X}"},
    {"VQUANT a", "VQUANT first=1 a={VM_LINES-2+X} n0=2 s0=1 cols=1 smstride=1"},
    {"VQUANT sm", "VQUANT first=1 a=0 n0=1 cols=2 blk=1 sm={SM_ENTRIES-2+X}"},
    {"VQUANT rm", "VQUANT first=1 a=0 n0=1 cols=2 blk=1 rm={SM_ENTRIES-2+X}"},
    {"VQUANT rt", "VQUANT first=1 a=0 n0=1 cols=1 rt={RT_ENTRIES-1+X}"},
    {"VQUANT xb", "VQUANT first=1 a=0 n0=1 cols=2 xb={XB_LINES-2+X}"},
    {"VBIAS a", "VBIAS a={VM_LINES-4+X} b=0 n0=2 s0=2 cols=2"},
    {"VBIAS b", "VBIAS a=0 b={VM_LINES-2+X} n0=2 s0=2 cols=2"},
    {"VBIN a", "VBIN fn=MAX a={VM_LINES-4+X} b=0 d=8 n0=2 s0=2 ds=2 cols=2"},
    {"VBIN b", "VBIN fn=MAX a=0 b={VM_LINES-4+X} d=8 n0=4 s0=2 ds=2 cols=2 bs=2 rep=2"},
    {"VBIN d", "VBIN fn=MAX a=0 b=4 d={VM_LINES-4+X} n0=2 s0=2 ds=2 cols=2"},
    {"VBIN MAC a", "VBIN fn=MAC a={VM_LINES-5+X} b=0 d=8 n0=2 s0=2 ds=3 cols=3"},
    {"VBIN MAC b", "VBIN fn=MAC a=0 b={VM_LINES-4+X} d=8 n0=4 s0=2 ds=2 cols=2 bs=2 rep=2"},
    {"VBIN MAC d", "VBIN fn=MAC a=0 b=4 d={VM_LINES-4+X} n0=2 s0=2 ds=2 cols=2"},
    {"VROPE b", "VROPE a=0 b={VM_LINES-4+X} d=0 n0=2 s0=2 ds=2 cols=2"},
    {"VROW b", "VROW fn=MUL a=0 b={VM_LINES-2+X} d=8 n0={L+1} s0=0 ds=0 cols=1"},
    {"VRED a", "VRED fn=SUM a={VM_LINES-3+X} d=8 n0=2 s0=1 cols=2 lim=5"},
    {"VRED d", "VRED fn=SUM a=0 d={VM_LINES-2+X} n0={L+1} s0=0 cols=1 lim=5"},
    {"VFN a", "VFN fn=SIGMOID a={VM_LINES-2+X} d=8 n0=1 cols=2 lim=5"},
    {"VFN d", "VFN fn=SIGMOID a=0 d={VM_LINES-2+X} n0=1 cols=2 lim=5"},
    {"VFN EXPM b",
     "VFN fn=EXPM a=0 b={VM_LINES-1+X} d=8 n0={L} s0=0 ds=0 cols=1 lim=5 c=0x3f000000"},
    {"VFN RSQRT b", "VFN fn=RSQRT a=0 b={VM_LINES-2+X} d=8 n0=1 cols=2 lim=5 c=0x3f000000"},
    {"VCODE a", "VCODE a={VM_LINES-2+X} b=8 n0=1 cols=2"},
    {"VCODE b", "VCODE a=0 b={VM_LINES-2+X} n0=2 s0=1 cols=1 gstride=1 smstride=0"},
    {"VCODE sm", "VCODE a=0 b=8 n0=2 s0=1 cols=1 gstride=1 smstride=1 sm={SM_ENTRIES-2+X}"},
    {"VDEQ rt", "VDEQ a=8 b=0 n0=2 s0=1 cols=1 gstride=1 rt={RT_ENTRIES-2+X}"},
    {"VPACKK xb", "VPACKK a=0 n0=1 cols=1 gstride={L/T} xb={PB_LINES-2*L/T+X}"},
    {"VPACKK rm", "VPACKK a=0 n0=2 s0=0 cols=1 gstride={L/T} rm={L-2+X}"},
    {"VPACKV xb", "VPACKV a=0 n0={T} s0=0 cols=1 gstride=1 xb={PB_LINES-2+X}"},
    {"VPACKV b", "VPACKV a=0 n0={T} s0=0 cols=2 gstride=1 b={PB_LINES-2+X}"},
    {"VPACKV gstride", "VPACKV a=0 n0={T} s0=0 cols=1 gstride={PB_LINES-1+X}"},
    {"VSMRD a", "VSMRD a={VM_LINES-2+X} n0=2 s0=1 cols=2 gstride=1"},
    {"VSMRD sm", "VSMRD a=8 n0=2 s0=1 cols=2 sm={SM_ENTRIES-4+X} smstride=2 gstride=1"},
    {"VSMWR a", "VSMWR a={VM_LINES-2+X} n0=1 cols={L/2+1} gstride=1"},
    {"VSMWR sm", "VSMWR a=0 n0=1 cols=2 sm=0 gstride={SM_ENTRIES-1+X}"},
    {"MM xb", "MM first=1 last=1 xb={XB_LINES-1+X} groups=1 kl=1 ng=1 vm=20 vstride=1"},
    {"MM gstride", "MM first=1 last=1 groups=2 gstride={XB_LINES-1+X} kl=1 ng=1 vm=20 vstride=1"},
    {"MM wb", "MM first=1 last=1 wb={WB_LINES-L/T+X} groups=1 kl=1 ng=1 vm=20 vstride=1"},
    {"MM wb w8", "MM first=1 last=1 w8=1 wb={WB_LINES-2*L/T+X} groups=1 kl=1 ng=1 vm=20 vstride=1"},
    {"MM cm", "MM first=1 last=1 cm={CM_LINES-2+X} cmstride=1 groups=1 kl=1 ng=2 vm=20 vstride=2"},
    {"MM nt", "MM first=1 last=1 nt={RT_ENTRIES-P+X} groups=1 kl=1 ng=1 vm=20 vstride=0"},
    {"MM ac", "MM first=1 ac={AC_LINES-2*P+X} groups=2 kl=1 ng=1"},
    {"MM vm by NT", "MM first=1 last=1 groups=1 kl=1 ng=1 vm={VM_LINES-P+X} vstride=1"},
    {"MM rm by NT",
     "MM first=1 last=1 groups=1 kl=1 ng=1 rm={SM_ENTRIES-P+X} rmstride=1 vm=20 vstride=1"},
};
enum { EDGES = sizeof edges / sizeof edges[0] };

/* Everything an instruction of the table reads with X = 0: all memories hold ordinary values. */
static void fill(struct maker *m)
{
    const int64_t line = mk_least(m, "VM_LINES", "XB_LINES", 2048);
    const uint64_t zeros = MK_BASE + MK_OUT - 1024;

    mk_fill(m, "VM fmt=F32", "VM_LINES", m->plain.addr);
    mk_fill(m, "WB", "WB_LINES", m->table);
    mk_fill(m, "CM", "CM_LINES", zeros);
    mk_fill(m, "RT", "RT_ENTRIES/32", m->table);
    mk_fill(m, "NT", "RT_ENTRIES/32", m->table + 64);
    mk_fill(m, "IT", "IT_ENTRIES/16", zeros);
    mk_fence(m);
    mk_over(m, "VMINMAX first=1 a=0 n0=1 blk=1 sm={X}", m->mach->SM_ENTRIES, line, "cols");
    mk_over(m, "VQPAR n0=1 sm={X}", m->mach->SM_ENTRIES, 2048, "cols");
    mk_over(m, "VQUANT first=1 a=0 n0=1 blk=1 sm={X} rm={X}", m->mach->SM_ENTRIES, line, "cols");
    mk_over(m, "VQUANT first=1 a=0 n0={P} s0=0 smstride=1 xb={X}", m->mach->XB_LINES, line, "cols");
    mk_line(m, "VPACKK a=0 n0={L} s0=0 cols={PB_LINES*T/2/L} gstride={PB_LINES/2}");
    mk_fence(m);
}

static void legal(struct maker *m)
{
    for (uint32_t i = 0; i < EDGES; i++) {
        if (i % 12 == 0) fill(m);
        const bool table = strstr(edges[i].what, "LOAD RT") || strstr(edges[i].what, "LOAD NT") ||
                           strstr(edges[i].what, "LOAD IT");
        m->x = 0;
        mk_line(m, "%s", edges[i].text);
        mk_fence(m);
        if (table) { /* what it loaded is no table */
            const char *space = edges[i].what + 5;
            mk_line(m, "LOAD space=%s dram=0x%" PRIx64 " line={%s} lines=1", space,
                    space[0] == 'R'   ? m->table
                    : space[0] == 'N' ? m->table + 64
                                      : MK_BASE + MK_OUT - 1024,
                    space[0] == 'I' ? "IT_ENTRIES/16-1" : "RT_ENTRIES/32-1");
            mk_fence(m);
        }
        if (i % 12 != 11 && i != EDGES - 1) continue;
        mk_line(m, "STORE space=VM fmt=RAW dram=0x%" PRIx64 " line={VM_LINES-2} lines=2",
                mk_out(m, (size_t)m->mach->L * 16));
        mk_line(m, "STORE space=VM fmt=RAW dram=0x%" PRIx64 " line=8 lines=2",
                mk_out(m, (size_t)m->mach->L * 16));
        mk_line(m, "STORE space=VM fmt=RAW dram=0x%" PRIx64 " line=20 lines=1",
                mk_out(m, (size_t)m->mach->L * 8));
        mk_line(m, "STORE space=PB fmt=RAW dram=0x%" PRIx64 " line={PB_LINES-2} lines=2",
                mk_out(m, (size_t)m->mach->L * m->mach->T));
        mk_done(m, "last lines %u", i / 12);
    }
}

static void beyond(struct maker *m)
{
    for (uint32_t i = 0; i < EDGES; i++) {
        mk_small(m);
        if (strstr(edges[i].what, "gather")) {
            mk_line(
                m, "LOAD space=IT dram=0x%" PRIx64 " line={IT_ENTRIES/16-2} lines=1 n0=2 lstride=1",
                MK_BASE + MK_OUT - 1024);
            mk_fence(m);
        }
        m->x = 1;
        mk_mark(m);
        mk_line(m, "%s", edges[i].text);
        mk_line(m, "HALT");
        mk_error(m, STAMP_ERROR_RANGE, "%s, one beyond", edges[i].what);
    }
    m->x = 0;
}

/* Every count of every instruction. */
static void zero_counts(struct maker *m)
{
    static const char *const counts[] = {"lines", "n0", "n1", "boff", "cols", "groups", "kl", "ng"};

    for (size_t o = 0; o < stamp_op_count; o++)
        for (size_t f = 0; f < stamp_field_count; f++) {
            const struct stamp_field *field = &stamp_fields[f];
            bool is_count = false;
            for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
                is_count |= !strcmp(field->name, counts[c]);
            if (field->format != stamp_ops[o].format || !is_count) continue;
            mk_small(m);
            struct stamp_word word = mk_asm(m, mk_example(stamp_ops[o].code));
            stamp_word_set(&word, field->lsb, field->width, 0);
            mk_mark(m);
            mk_word(m, word);
            mk_line(m, "HALT");
            mk_error(m, STAMP_ERROR_RANGE, "%s %s=0", stamp_ops[o].name, field->name);
        }
}

/* One line below, at and beyond the window; by strides; around the address space. */
static void window(struct maker *m)
{
    static const struct {
        const char *what, *text;
    } cases[] = {{"below", "dram={WINDOW-64}"},
                 {"behind", "dram={WINDOW_END}"},
                 {"across the end", "dram={WINDOW_END-64} lines=64"},
                 {"by d0", "dram={FREE} n0=2 d0=0x10000"},
                 {"by d1", "dram={FREE} n1=2 d1=0xffffffc0"},
                 {"below by a register", "dram={FREE} areg=1"},
                 {"around", "dram=0xffffffffc0"}};

    for (uint32_t store = 0; store < 2; store++)
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            mk_small(m);
            mk_line(m, "SETR areg=1 imm=0xfffff00000");
            mk_mark(m);
            mk_line(m, "%s space=VM fmt=RAW line=0 %s%s", store ? "STORE" : "LOAD", cases[i].text,
                    strstr(cases[i].text, "lines=") ? "" : " lines=1");
            mk_line(m, "HALT");
            m->free_bytes = store ? MK_END - MK_FREE : 0;
            mk_error(m, STAMP_ERROR_DRAM_RANGE, "%s %s", store ? "STORE" : "LOAD", cases[i].what);
        }
}

void mk_bounds(struct maker *m)
{
    mk_chain(m, "bounds", true);
    mk_small(m);
    m->count = 0;
    legal(m);
    beyond(m);
    zero_counts(m);
    window(m);
}
