/* SPDX-License-Identifier: Apache-2.0 */
/* make_refuse.c - programs that a verifier has to refuse, each for one rule of isa.md. They would
 * run on a machine, and give what they like. */
#include <inttypes.h>
#include <string.h>

#include "tests/conformance/make.h"

#define LOADED(line) "LOAD space=VM fmt=F32 dram={PLAIN} line=" #line " lines=1"
#define LOADS(line)  "LOAD space=VM fmt=F32 dram={PLAIN} line=" #line " lines=1 n0=8 d0=0 lstride=1"
#define RANGES       "VMINMAX first=1 a=0 n0=4 s0=1 cols=1 smstride=1"

/* The last instruction breaks the rule, or the one behind '!'. '+' stands for mk_small, '?' for a word
 * that is no instruction; HALT follows but for "END". A table. */
static const struct {
    const char *rule, *text[8];
} rules[] = {
    /* what the dispatcher would find */
    {"OPCODE", {"?"}},
    {"RESERVED", {"VBIN fn=9 n0=1 cols=1"}},
    {"ALIGN", {"LOAD space=VM fmt=F32 dram={PLAIN+32} line=0 lines=1"}},
    {"ALIGN by a register", {"SETR areg=3 imm=1", LOADED(0) " areg=3"}},
    {"LOOP count of zero", {"!LOOP imm=0", "ENDL"}},
    {"LOOP count of a register", {"SETR areg=3 imm=0x1000000", "!LOOP areg=3", "ENDL"}},
    {"LOOP five deep",
     {"LOOP imm=1", "LOOP imm=1", "LOOP imm=1", "LOOP imm=1", "!LOOP imm=1", "ENDL", "ENDL"}},
    {"ENDL without LOOP", {"ENDL"}},
    {"no HALT", {"NOP", "END"}},
    {"LOOP without ENDL, skipped", {"LOOP areg=9", "NOP", "END"}},
    /* ranges */
    {"count of zero", {LOADED(0), "FENCE", "VBIN fn=ADD d=1 n0=0 cols=1"}},
    {"RANGE", {"LOAD space=VM fmt=F32 dram={PLAIN} line={VM_LINES} lines=1"}},
    {"RANGE by NT",
     {"+", "MM first=1 last=1 groups=1 kl=1 ng=1 rmstride=1 vm={VM_LINES-1} vstride=1"}},
    {"RANGE by RT", {"+", "VQUANT first=1 n0={P+1} cols=1 smstride=0 xb=0 gstride={XB_LINES}"}},
    {"DRAM_RANGE", {"LOAD space=VM fmt=F32 dram=0xffffffffc0 line=0 lines=2"}},
    {"store to constants",
     {LOADED(0), "FENCE", "STORE space=VM fmt=F32 dram={PLAIN} line=0 lines=1"}},
    {"store to code",
     {LOADED(0), "FENCE", "STORE space=VM fmt=F32 dram={WINDOW-64} line=0 lines=1"}},
    /* what nobody wrote */
    {"unwritten VM", {"VBIN fn=ADD d=1 n0=1 cols=1"}},
    {"unwritten d", {LOADED(0), "FENCE", "VBIN fn=MAC d=1 n0=1 cols=1"}},
    {"unwritten VM, scalars", {LOADED(0), "FENCE", "VROW fn=ADD a=0 b=1 d=2 n0=1 cols=1"}},
    {"unwritten VM, stored", {"STORE space=VM fmt=F32 dram={OUT} line=0 lines=1"}},
    {"unwritten DRAM", {"LOAD space=VM fmt=F32 dram={OUT} line=0 lines=1"}},
    {"unwritten RT", {LOADS(0), "FENCE", RANGES, "VQPAR n0=1 cols=1 rt=32"}},
    {"unwritten NT", {"+", "MM first=1 groups=1 kl=1 ng=1 nt=32"}},
    {"unwritten IT",
     {"LOAD space=VM fmt=F32 gather=1 dram={PLAIN} d0=64 it=0 n0=2 line=0 lines=1 lstride=1"}},
    {"unwritten XB", {"+", "MM first=1 groups=1 kl=1 ng=1 xb=9"}},
    {"unwritten WB", {"+", "MM first=1 groups=1 kl=1 ng=1 wb={4*L/T}"}},
    {"unwritten CM", {"+", "MM first=1 last=1 groups=1 kl=1 ng=1 cm=9 rmstride=1 vm=20 vstride=1"}},
    {"unwritten AC", {"+", "MM groups=1 kl=1 ng=1 ac=16"}},
    {"unwritten SM", {"+", "VQPAR n0=1 cols=1 sm=600"}},
    {"unwritten RM",
     {"+", "MM first=1 last=1 groups=1 kl=1 ng=1 rm=600 rmstride=1 vm=20 vstride=1"}},
    {"unwritten PB", {"STORE space=PB fmt=RAW dram={OUT} line=0 lines=1"}},
    {"unwritten nibbles of PB",
     {LOADS(0), "FENCE", RANGES, "VQPAR sd=1 n0=4 cols=1 smstride=1",
      "VPACKK a=0 n0=4 s0=1 cols=1 smstride=1 gstride={L/T}", "FENCE",
      "STORE space=PB fmt=RAW dram={OUT} line=0 lines=1"}},
    /* order between units */
    {"read too early", {LOADED(0), "VBIN fn=ADD a=0 b=0 d=1 n0=1 cols=1"}},
    {"overwritten too early",
     {LOADED(0), "FENCE", "VBIN fn=ADD a=0 b=0 d=1 n0=1 cols=1", LOADED(0)}},
    {"written twice", {LOADED(0), "FENCE", "VBIN fn=ADD a=0 b=0 d=1 n0=1 cols=1", LOADED(1)}},
    {"DRAM read too early",
     {LOADED(0), "FENCE", "STORE space=VM fmt=F32 dram={OUT} line=0 lines=1",
      "LOAD space=VM fmt=F32 dram={OUT} line=1 lines=1"}},
    {"token of another post",
     {LOADED(0) " post0=1", LOADED(1), "VBIN fn=ADD a=1 b=1 d=2 n0=1 cols=1 wait0=1"}},
    {"wait for nothing", {LOADED(0), "VBIN fn=ADD a=0 b=0 d=1 n0=1 cols=1 wait0=1"}},
    {"two waits, one post",
     {LOADED(0) " post0=1", "VBIN fn=ADD a=0 b=0 d=1 n0=1 cols=1 wait0=1 wait1=1"}},
    {"two posting units",
     {LOADED(0) " post0=1", "!VBIN fn=ADD a=0 b=0 d=1 n0=1 cols=1 wait0=1 post0=1",
      "STORE space=VM fmt=F32 dram={OUT} line=1 lines=1 wait0=1"}},
    {"two waiting units",
     {LOADED(0) " post0=1 post1=1", "VBIN fn=ADD a=0 b=0 d=1 n0=1 cols=1 wait0=1",
      "STORE space=VM fmt=F32 dram={OUT} line=0 lines=1 wait0=1"}},
    {"semaphore beyond SEM_MAX", {"LOOP imm=86", "!" LOADED(0) " post0=1 post1=1 post2=1", "ENDL"}},
    /* inside an instruction */
    {"line read after it was written",
     {LOADS(0), "FENCE", "VBIN fn=ADD a=0 b=0 d=1 n0=2 s0=1 ds=1 cols=1"}},
    {"scalars overwritten",
     {LOADS(0), "FENCE", "VROW fn=MUL a=0 b=4 d=4 n0={L+1} s0=0 ds=1 cols=1"}},
    {"pairs that overlap", {LOADS(0), "FENCE", "VBFLY kind=SUM a=0 boff=1 cols=1 n0=2 s0=1"}},
    {"entry twice in VQPAR",
     {"+", "VMINMAX first=1 a=0 n0=2 s0=1 cols=1 smstride=1", "VQPAR n0=2 cols=1 smstride=0"}},
    {"added row among the rows", {LOADS(0), "FENCE", "VBIAS a=0 b=0 n0=2 s0=1 cols=1"}},
    {"tables overwritten", {LOADS(0), "FENCE", "VROPE a=0 b=4 d=5 n0=2 s0=1 ds=1 cols=1"}},
    {"result among the rows",
     {"LOAD space=VM fmt=F32 dram={PLAIN} line=0 lines=1 n0={L+1} d0=0 lstride=1", "FENCE",
      "VRED fn=SUM a=0 d={L} n0={L+1} s0=1 cols=1 lim=5"}},
    {"scalars of EXPM overwritten",
     {LOADS(0), "FENCE", "VFN fn=EXPM a=0 b=4 d=4 n0=2 s0=1 ds=1 cols=1 lim=5 c=0x3f800000"}},
    {"codes over rows that come", {"+", "VCODE a=0 b=1 n0=2 s0=1 cols=1 gstride=9 smstride=1"}},
    {"values over codes that come", {"+", "VDEQ a=1 b=0 n0=2 s0=1 cols=1 gstride=1 smstride=1"}},
    {"range of two blocks", {"+", "VMINMAX a=0 n0=2 s0=1 cols=1 smstride=0 sm=2"}},
    {"row sum of two blocks", {"+", "VQUANT a=0 n0=2 s0=1 cols=1 smstride=0 sm=2"}},
    {"unwritten nibble row",
     {"+", "VQUANT first=1 n0=1 cols=1 xb=1", "FENCE", "MM first=1 groups=1 kl=1 ng=1 xb=1"}},
    {"planes that share a line",
     {LOADS(0), "FENCE", RANGES, "VQPAR sd=1 n0=4 cols=1 smstride=1",
      "VPACKV a=0 n0=2 s0=1 cols=1 smstride=1 gstride=0 b=1"}},
    {"8-bit row at an odd nibble row", {"+", "VQUANT sd=1 first=1 n0=2 cols=1 smstride=1"}},
};

void mk_negative(struct maker *m)
{
    mk_chain(m, "refuse", false);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        bool halt = true, marked = false;
        for (size_t k = 0; k < 8 && rules[i].text[k]; k++) {
            const char *text = rules[i].text[k];
            const bool said = *text == '!';
            if (!marked) mk_mark(m);
            marked |= said;
            if (*text == '+')
                mk_small(m);
            else if (*text == '?')
                mk_word(m, (struct stamp_word){.w = {0x3f}});
            else if (!strcmp(text, "END"))
                halt = false;
            else
                mk_line(m, "%s", text + said);
        }
        if (!halt) m->fault = m->count;
        if (halt) mk_line(m, "HALT");
        mk_refuse(m, "%s", rules[i].rule);
    }
}
