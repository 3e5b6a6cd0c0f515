/* SPDX-License-Identifier: Apache-2.0 */
/* make_dispatch.c - every error the dispatcher finds, most of them as raw words. What was handed out
 * before has to be done, as a line stored at a place of its own shows; what comes behind, not. */
#include <string.h>

#include "tests/conformance/make.h"

static void lead(struct maker *m)
{
    if (!m->large && m->vectors % 3) return; /* every third is enough to commit */
    m->arg[0] = m->vectors % 384;
    mk_line(m, "SETA areg=1 imm=256");
    mk_line(m, "LOAD space=VM fmt=F32 dram={PLAIN} line=0 lines=1 post0=1");
    mk_line(m, "STORE space=VM fmt=BF16 dram={OUT} line=0 lines=1 areg=1 wait0=1");
}

static void tail(struct maker *m)
{
    mk_line(m, "STORE space=VM fmt=F32 dram={FREE+64} line=0 lines=1");
    mk_line(m, "HALT");
}

static void bad(struct maker *m, struct stamp_word word, enum stamp_error error, const char *what)
{
    lead(m);
    mk_mark(m);
    mk_word(m, word);
    tail(m);
    mk_error(m, error, "%s", what);
}

static void opcodes(struct maker *m)
{
    for (uint32_t code = 0; code < 256; code++) {
        char what[32];
        if (stamp_op_find(code)) continue;
        if (!m->large && stamp_op_find(code - 1) == NULL && !stamp_op_find(code + 1) &&
            code % 64 != 63 && code)
            continue; /* those beside known ones, and a few more */
        snprintf(what, sizeof what, "OPCODE 0x%02x", code);
        bad(m, (struct stamp_word){.w = {code, 0x12345, 0, 0, 0, 0, 0, 0xffff}}, STAMP_ERROR_OPCODE,
            what);
    }
}

/* The lowest or the highest bit of every reserved field, in turn; each of them when large. */
static void reserved(struct maker *m)
{
    uint32_t turn = 0;

    for (size_t o = 0; o < stamp_op_count; o++)
        for (size_t f = 0; f < stamp_field_count; f++) {
            const struct stamp_field *field = &stamp_fields[f];
            if (field->format != stamp_ops[o].format || strncmp(field->name, "rsv", 3)) continue;
            turn++;
            for (uint32_t b = 0; b < field->width; b++) {
                struct stamp_word word = mk_asm(m, mk_example(stamp_ops[o].code));
                char what[48];
                if (!m->large && b != (turn % 2 ? field->width - 1u : 0)) continue;
                stamp_word_set(&word, field->lsb + b, 1, 1);
                snprintf(what, sizeof what, "RESERVED %s bit %u", stamp_ops[o].name,
                         field->lsb + b);
                bad(m, word, STAMP_ERROR_RESERVED, what);
            }
        }
}

/* Values of fields that mean nothing, and fields an instruction has no use for. */
static void meaningless(struct maker *m)
{
    static const char *const text[] = {"SETR imm=64",
                                       "ADDR imm=64",
                                       "SETA imm=64",
                                       "NOP areg=1",
                                       "FENCE areg=1",
                                       "HALT areg=15",
                                       "ENDL areg=1",
                                       "SETR areg=1 arg=1",
                                       "ADDR areg=1 shift=1",
                                       "LOOP imm=1 acc=1",
                                       "NOP add=1",
                                       "LOOP imm=1 areg=1",
                                       "VBFLY kind=3 a=0 boff=2 cols=2 n0=2 s0=4",
                                       "LOAD space=VM fmt=3 dram={PLAIN} lines=1",
                                       "LOAD space=WB fmt=F32 dram={PLAIN} lines=1",
                                       "LOAD space=CM fmt=BF16 dram={PLAIN} lines=1",
                                       "LOAD space=RT fmt=3 dram={PLAIN} lines=1",
                                       "LOAD space=XB dram={PLAIN} lines=1",
                                       "LOAD space=SM dram={PLAIN} lines=1",
                                       "LOAD space=RM dram={PLAIN} lines=1",
                                       "LOAD space=AC dram={PLAIN} lines=1",
                                       "LOAD space=DRAM dram={PLAIN} lines=1",
                                       "LOAD space=PB dram={PLAIN} lines=1",
                                       "LOAD space=12 dram={PLAIN} lines=1",
                                       "LOAD space=15 dram={PLAIN} lines=1",
                                       "STORE space=WB dram={FREE} lines=1",
                                       "STORE space=IT dram={FREE} lines=1",
                                       "STORE space=PB fmt=F32 dram={FREE} lines=1",
                                       "STORE space=VM fmt=3 dram={FREE} lines=1",
                                       "STORE space=VM fmt=F32 dram={FREE} lines=1 gather=1",
                                       "STORE space=VM fmt=F32 dram={FREE} lines=1 it=1",
                                       "LOAD space=VM fmt=F32 dram={PLAIN} lines=1 it=1",
                                       "LOAD space=WB gather=1 dram={PLAIN} lines=1",
                                       "LOAD space=VM fmt=F32 gather=1 d1=64 dram={PLAIN} lines=1",
                                       "VBIN fn=5 a=0 b=0 d=0 n0=1 cols=1",
                                       "VBIN fn=15 a=0 b=0 d=0 n0=1 cols=1",
                                       "VROPE fn=1 a=0 b=0 d=4 n0=1 cols=1",
                                       "VROW fn=3 a=0 b=0 d=4 n0=1 cols=1",
                                       "VRED fn=3 a=0 d=4 n0=1 cols=1",
                                       "VFN fn=7 a=0 d=4 n0=1 cols=1",
                                       "VBIN fn=ADD areg=1 a=0 b=0 d=0 n0=1 cols=1",
                                       "VROPE areg=1 a=0 b=0 d=4 n0=1 cols=1",
                                       "VROW fn=ADD areg=1 a=0 b=0 d=4 n0=1 cols=1"};

    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        char what[48];
        snprintf(what, sizeof what, "RESERVED %.30s", text[i]);
        if (strchr(what, '{')) strcpy(strchr(what, '{'), "...");
        bad(m, mk_asm(m, text[i]), STAMP_ERROR_RESERVED, what);
    }
}

static void misaligned(struct maker *m)
{
    static const char *const text[] = {"LOAD space=VM fmt=F32 dram={PLAIN+1} lines=1",
                                       "STORE space=VM fmt=F32 dram={FREE+32} lines=1",
                                       "LOAD space=WB dram={PLAIN+63} lines=1",
                                       "LOAD space=VM fmt=F32 dram={PLAIN} lines=1 d0=32",
                                       "STORE space=VM fmt=F32 dram={FREE} lines=1 d1=1",
                                       "LOAD space=VM fmt=F32 dram={PLAIN} lines=1 areg=7",
                                       "STORE space=PB fmt=RAW dram={FREE+16} lines=1 areg=7"};

    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        char what[48];
        lead(m);
        mk_line(m, "SETR areg=7 imm=32");
        mk_mark(m);
        mk_line(m, "%s", text[i]);
        tail(m);
        snprintf(what, sizeof what, "ALIGN %zu %.5s", i, text[i]);
        mk_error(m, STAMP_ERROR_ALIGN, "%s", what);
    }
    mk_load(m, 0, m->plain); /* a register that makes it whole */
    mk_fence(m);
    mk_line(m, "SETR areg=7 imm=0xffffffffdf");
    mk_line(m, "STORE space=VM fmt=BF16 dram={OUT+33+0x1fe00} line=0 lines=1 areg=7");
    mk_done(m, "aligned by a register");
}

static void loops(struct maker *m)
{
    static const char *const text[][6] = {
        {"LOOP imm=0"},
        {"LOOP imm=0x1000000"},
        {"ENDL"},
        {"LOOP areg=1"},
        {"LOOP imm=2", "ENDL", "ENDL"},
        {"LOOP imm=1", "LOOP imm=1", "LOOP imm=1", "LOOP imm=1", "LOOP imm=1"},
        {"LOOP imm=1", "LOOP imm=1", "LOOP imm=1", "LOOP imm=1", "LOOP areg=2"}};

    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        lead(m);
        mk_line(m, "SETR areg=1 imm=0x1000000");
        for (size_t k = 0; k < 6 && text[i][k]; k++) {
            mk_mark(m); /* the last of them */
            mk_line(m, "%s", text[i][k]);
        }
        tail(m);
        mk_error(m, STAMP_ERROR_LOOP, "LOOP %zu", i);
    }
}

/* Past the end of the program: at once, of odd and even length, in a loop that is skipped. */
static void past_the_end(struct maker *m)
{
    mk_error(m, STAMP_ERROR_AXI_FETCH, "AXI_FETCH no program");
    for (uint32_t i = 0; i < 4; i++) {
        lead(m);
        if (i & 1) mk_line(m, "NOP");
        if (i > 1) mk_line(m, "LOOP areg=9");
        if (i > 2) mk_line(m, "LOOP imm=1");
        if (i > 2) mk_line(m, "ENDL");
        m->fault = m->count;
        mk_error(m, STAMP_ERROR_AXI_FETCH, "AXI_FETCH past the end %u", i);
    }
    lead(m); /* a program that ends with memory, said to be longer */
    while (m->count < 6) mk_line(m, "NOP");
    m->code_at = MK_BASE + m->memory - 32 * 6;
    m->fault = m->count;
    m->longer = 2;
    mk_error(m, STAMP_ERROR_AXI_FETCH, "AXI_FETCH beyond memory");
}

void mk_dispatch(struct maker *m)
{
    mk_chain(m, "dispatch", true);
    opcodes(m);
    reserved(m);
    meaningless(m);
    misaligned(m);
    loops(m);
    past_the_end(m);
}
