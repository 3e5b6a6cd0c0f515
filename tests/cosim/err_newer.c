/* SPDX-License-Identifier: Apache-2.0 */
/* err_newer.c - errors of arguments, register loops, gather, functions and codes. */
#include <assert.h>
#include <string.h>

#include "compiler/asm/asm.h"
#include "tests/cosim/err_cases.h"

static union stamp_insn insn(const char *text)
{
    struct stamp_word w;
    union stamp_insn i;
    struct stamp_err e;

    memset(&i, 0, sizeof i);
    const bool good = stamp_asm_word(text, &w, &e) == STAMP_OK && stamp_decode(&w, &i);
    assert(good);
    (void)good;
    return i;
}

/* Fields that must be zero, functions without meaning. */
static bool fields(struct err_prog *p, uint32_t v)
{
    static const char *const bad[] = {
        "SETA imm=1",
        "SETR areg=1 arg=1",
        "SETR areg=1 shift=16",
        "ADDR areg=1 acc=1",
        "ADDR areg=1 add=0x80000000",
        "NOP areg=8",
        "NOP arg=2",
        "FENCE areg=1",
        "FENCE add=1",
        "HALT areg=1",
        "HALT shift=1",
        "ENDL areg=1",
        "ENDL acc=1",
        "LOOP imm=1 arg=1",
        "LOOP imm=1 add=1",
        "LOOP imm=1 areg=1",
        "LOAD space=PB lines=1 n0=1 n1=1",
        "LOAD space=IT fmt=F32 lines=1 n0=1 n1=1",
        "LOAD fmt=F32 it=1 lines=1 n0=1 n1=1",
        "LOAD fmt=F32 it=2048 lines=1 n0=1 n1=1",
        "LOAD fmt=F32 gather=1 d1=64 lines=1 n0=1 n1=1",
        "LOAD space=WB gather=1 lines=1 n0=1 n1=1",
        "LOAD space=IT gather=1 lines=1 n0=1 n1=1",
        "STORE fmt=F32 gather=1 lines=1 n0=1 n1=1",
        "STORE fmt=F32 it=1 lines=1 n0=1 n1=1",
        "STORE space=PB fmt=F32 lines=1 n0=1 n1=1",
        "STORE space=IT lines=1 n0=1 n1=1",
        "VBIN fn=5 n0=1 cols=1",
        "VBIN fn=15 n0=1 cols=1",
        "VROPE fn=1 n0=1 cols=1",
        "VROW fn=3 n0=1 cols=1",
        "VROW fn=8 n0=1 cols=1",
        "VRED fn=3 n0=1 cols=1",
        "VFN fn=7 n0=1 cols=1",
        "VFN fn=8 n0=1 cols=1",
        "VBIN areg=1 n0=1 cols=1",
        "VROPE areg=8 n0=1 cols=1",
        "VROW areg=15 n0=1 cols=1",
    };

    if (v >= sizeof bad / sizeof bad[0]) return false;
    err_busy(p);
    err_put(p, insn(bad[v]));
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

/* Counts that a register holds: too many, one loop too deep even if it is for nothing. */
static bool loops(struct err_prog *p, uint32_t v)
{
    static const uint64_t counts[] = {1 << 24, UINT64_C(1) << 39, (UINT64_C(1) << 40) - 1};

    if (v > 4) return false;
    err_busy(p);
    if (v < 3) {
        err_control(p, STAMP_OP_SETR, 6, counts[v]);
    } else {
        err_control(p, STAMP_OP_SETR, 6, v - 3);
        for (uint32_t k = 0; k < 4; k++) err_control(p, STAMP_OP_LOOP, 0, 2);
    }
    err_mark(p);
    err_control(p, STAMP_OP_LOOP, 6, 0);
    for (uint32_t k = 0; k < 5; k++) err_control(p, STAMP_OP_ENDL, 0, 0);
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

/* Skipped loops of every length and nesting, with what no dispatcher would take inside. */
static bool skips(struct err_prog *p, uint32_t v)
{
    static const uint32_t lengths[] = {0, 1, 2, 3, 8, 31, 64, 65, 140};
    const struct stamp_word nonsense = {{0xfe, UINT32_MAX, 1, 2, 3, 4, 5, 6}};

    if (v >= 2 * sizeof lengths / sizeof lengths[0]) return false;
    err_preamble(p);
    err_control(p, STAMP_OP_LOOP, 0, 3);
    err_control(p, STAMP_OP_LOOP, 9, 0);
    for (uint32_t k = 0; k < lengths[v / 2]; k++) {
        if (v & 1) err_control(p, STAMP_OP_LOOP, k % 3, 0);
        p->word[p->count++] = nonsense;
    }
    for (uint32_t k = 0; k < lengths[v / 2] && v & 1; k++) err_control(p, STAMP_OP_ENDL, 0, 0);
    err_control(p, STAMP_OP_ENDL, 0, 0);
    err_put(p, err_insn(p->mach, STAMP_OP_STORE));
    err_control(p, STAMP_OP_ENDL, 0, 0);
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

static bool skip_past_the_end(struct err_prog *p, uint32_t v)
{
    static const uint32_t lengths[] = {0, 1, 2, 7, 63, 64, 65, 150};

    if (v >= sizeof lengths / sizeof lengths[0]) return false;
    err_busy(p);
    err_control(p, STAMP_OP_LOOP, 9, 0);
    err_control(p, STAMP_OP_LOOP, 0, 1);
    err_control(p, STAMP_OP_ENDL, 0, 0);
    for (uint32_t k = 0; k < lengths[v]; k++) err_control(p, STAMP_OP_HALT, 0, 0);
    p->bad = p->count;
    return true;
}

/* Index table entries that lead out of the window: by much, below it, across its end. */
static bool gathers(struct err_prog *p, uint32_t v)
{
    union stamp_insn i = err_load(STAMP_SPACE_VM, ERR_F32, 300);

    if (v > 3) return false;
    i.d.gather = 1, i.d.d1 = 0, i.d.n0 = 12, i.d.d0 = 256;
    if (v == 1) i.d.it = 9, i.d.n0 = 1, i.d.d0 = 0xffffffc0;
    if (v == 2) i.d.n0 = 1, i.d.dram = ERR_WINDOW - 64;
    if (v == 3) i.d.n0 = 4, i.d.dram = ERR_FAULT - 3 * 64 - 0x1000, i.d.d0 = 0x10000;
    err_preamble(p);
    err_put(p, err_load(STAMP_SPACE_IT, ERR_IT, 0));
    err_control(p, STAMP_OP_FENCE, 0, 0);
    err_mark(p);
    err_put(p, i);
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

static bool gather_refused(struct err_prog *p, uint32_t v)
{
    union stamp_insn i = err_load(STAMP_SPACE_VM, ERR_FAULT, 300);

    if (v) return false;
    i.d.gather = 1, i.d.d1 = 0, i.d.n0 = 2, i.d.d0 = 256;
    err_preamble(p);
    err_put(p, err_load(STAMP_SPACE_IT, ERR_IT, 0));
    err_control(p, STAMP_OP_FENCE, 0, 0);
    err_mark(p);
    err_put(p, i);
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

/* The largest numbers in VM lines 500 and (negative) 501, ones, and with them NaN, in 502. */
static void extremes(struct err_prog *p)
{
    err_preamble(p);
    err_put(p, err_load(STAMP_SPACE_VM, ERR_MAX, 500));
    err_put(p, err_load(STAMP_SPACE_VM, ERR_MIN, 501));
    err_put(p, insn("LOAD fmt=RAW dram=0x58000 line=502 lines=1 n0=1 n1=1"));
    err_put(p, insn("LOAD fmt=RAW dram=0x5b100 line=505 lines=1 n0=1 n1=1")); /* NaN in lane 0 */
    err_control(p, STAMP_OP_FENCE, 0, 0);
    err_put(p, insn("VSMWR a=505 n0=1 cols=1 sm=59"));
    err_put(p, insn("VSMWR a=502 n0=1 cols=2 gstride=1 sm=60"));
    err_put(p, insn("VMINMAX first=1 a=500 n0=1 cols=1 sm=62"));
}

/* Lane 1 of those lines is the special one. */
static bool produced(struct err_prog *p, uint32_t v)
{
    static const char *const bad[] = {
        "VBIN fn=MUL a=500 b=500 d=300 rep=1 n0=1 cols=1",
        "VBIN fn=ADD a=500 b=500 d=300 rep=1 n0=1 cols=1",
        "VBIN fn=SUB a=501 b=500 d=300 n0=1 cols=1",
        "VBIN fn=MAX a=502 b=500 d=300 n0=1 cols=1", /* NaN as it lies there */
        "VBIN fn=MAC a=500 b=500 d=0 rep=1 n0=1 cols=1",
        "VBIN fn=MAC a=0 b=1 d=502 n0=1 cols=1", /* NaN of d */
        "VROPE a=500 b=500 d=300 n0=1 cols=1",
        "VROW fn=MUL a=500 b=500 d=300 n0=2 cols=1",
        "VROW fn=ADD a=500 b=500 d=300 n0=2 cols=1",
        "VROW fn=SUB a=501 b=500 d=300 n0=2 cols=1",
        "VRED fn=SUMSQ a=500 d=300 n0=1 cols=1 lim=2",
        "VRED fn=SUM a=500 d=300 n0=1 cols=3 s0=3 lim=0x7fffff", /* two largest, and NaN */
        "VFN fn=EXP a=500 d=300 n0=1 cols=1 lim=2 c=0x3f800000",
        "VFN fn=EXPM a=500 b=501 d=300 n0=2 cols=1 lim=2 c=0x3f800000",
        "VFN fn=RECIP a=503 d=300 n0=1 cols=1 lim=1",
        "VFN fn=RSQRT a=501 b=501 d=300 n0=1 cols=1 lim=2 c=0x3f800000",
        "VFN fn=SILU a=502 d=300 n0=1 cols=1 lim=2",
        "VFN fn=GELU a=502 d=300 n0=1 cols=1 lim=2",
        "VFN fn=SIGMOID a=502 d=300 n0=1 cols=1 lim=2",
        "VDEQ a=300 b=502 n0=1 cols=1 sm=62",
        "VSMRD a=300 n0=1 cols=1 sm=59", /* a scale that is NaN */
    };

    if (v >= sizeof bad / sizeof bad[0]) return false;
    extremes(p);
    err_put(p, insn("VBIN fn=SUB a=0 b=0 d=503 n0=1 cols=1")); /* zeros */
    err_mark(p);
    err_put(p, insn(bad[v]));
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

/* Neither masked elements nor codes nor raw lines are asked whether they are numbers. */
static bool survives(struct err_prog *p, uint32_t v)
{
    static const char *const fine[] = {
        "VFN fn=EXP a=500 d=300 n0=1 cols=1 lim=1 c=0x3f800000",
        "VFN fn=RECIP a=503 d=300 n0=1 cols=1 lim=0xffffff",
        "VRED fn=SUM a=500 d=300 n0=1 cols=3 lim=0x800000",
        "VRED fn=MAX a=500 d=300 n0=1 cols=2 lim=0x7fffff",
        "VFN fn=SIGMOID a=500 d=300 n0=2 s0=1 ds=1 cols=1 lim=0x7fffff",
        "VFN fn=SILU a=500 d=300 n0=2 s0=1 ds=1 cols=1 lim=0x7fffff",
        "VFN fn=GELU a=500 d=300 n0=2 s0=1 ds=1 cols=1 lim=0x7fffff",
        "VCODE a=502 b=300 n0=1 cols=1 gstride=1",
        "VPACKV a=502 n0=1 cols=1 b=1 gstride=1",
        "VPACKK a=502 n0=1 cols=1 gstride=16",
        "VSMWR a=502 n0=1 cols=1",
        "VQUANT sd=1 a=502 n0=1 cols=1 first=1 sm=70 rm=70",
        "STORE fmt=RAW dram=0x60100 line=502 lines=1 n0=1 n1=1",
    };

    if (v >= sizeof fine / sizeof fine[0]) return false;
    extremes(p);
    err_put(p, insn("VBIN fn=SUB a=0 b=0 d=503 n0=1 cols=1"));
    err_put(p, insn(fine[v]));
    err_control(p, STAMP_OP_FENCE, 0, 0);
    if (v < 8) err_put(p, insn("STORE fmt=RAW dram=0x60200 line=300 lines=1 n0=1 n1=1"));
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

/* Signed digits at an odd nibble row. */
static bool table_entries(struct err_prog *p, uint32_t v)
{
    union stamp_insn i = err_insn(p->mach, STAMP_OP_VQUANT);

    if (v) return false;
    i.v.sd = 1;
    err_simple(p, i);
    return true;
}

const struct err_case err_cases_newer[] = {
    {"newer fields that must be zero", STAMP_ERROR_RESERVED, fields, ERR_MODEL | ERR_WHOLE},
    {"loops counted by a register", STAMP_ERROR_LOOP, loops, ERR_MODEL | ERR_WHOLE},
    {"skipped loops", STAMP_ERROR_NONE, skips, ERR_MODEL | ERR_WHOLE},
    {"skipping past the end", STAMP_ERROR_AXI_FETCH, skip_past_the_end, ERR_MODEL | ERR_WHOLE},
    {"gathering outside the window", STAMP_ERROR_DRAM_RANGE, gathers, ERR_MODEL},
    {"gathering from faulty memory", STAMP_ERROR_AXI_READ, gather_refused, 0},
    {"newer results that are no numbers", STAMP_ERROR_NUMERIC, produced, ERR_MODEL},
    {"numbers nobody asks for", STAMP_ERROR_NONE, survives, ERR_MODEL | ERR_WHOLE},
    {"signed digits at an odd row", STAMP_ERROR_RESERVED, table_entries, ERR_MODEL},
    {NULL, STAMP_ERROR_NONE, NULL, 0}};
