/* SPDX-License-Identifier: Apache-2.0 */
/* make_faults.c - two faults in one program, and two in one instruction: the earlier counts, also
 * when its unit takes longer to meet it. */
#include <inttypes.h>
#include <string.h>

#include "tests/conformance/make.h"

/* Faults by unit. Slow: legal work of the same unit in front of it; a line of NaN lies in VM 48, of the
 * largest numbers in 49; semaphore 9 has been raised as high as it goes; the table loaded to RT has
 * entries beyond XB. */
static const struct {
    const char *what, *slow, *text;
    enum stamp_error error;
} faults[] = {
    {"LDU DRAM_RANGE", "LOAD space=VM fmt=F32 dram={PLAIN} line=100 lines=1 n0=200 d0=0 lstride=1",
     "LOAD space=VM fmt=F32 dram={WINDOW-64} line=300 lines=1", STAMP_ERROR_DRAM_RANGE},
    {"LDU NUMERIC", "LOAD space=VM fmt=F32 dram={PLAIN} line=100 lines=1 n0=200 d0=0 lstride=1",
     "LOAD space=VM fmt=F32 dram={PLAIN+X} line=300 lines=1", STAMP_ERROR_NUMERIC},
    {"LDU RANGE", "LOAD space=VM fmt=F32 dram={PLAIN} line=100 lines=1 n0=200 d0=0 lstride=1",
     "LOAD space=VM fmt=F32 dram={PLAIN} line={VM_LINES} lines=1", STAMP_ERROR_RANGE},
    {"STU DRAM_RANGE", "STORE space=VM fmt=F32 dram={FREE} line=0 lines=1 n0=40 d0=0 lstride=1",
     "STORE space=VM fmt=F32 dram={WINDOW_END} line=0 lines=1", STAMP_ERROR_DRAM_RANGE},
    {"VXU NUMERIC", "VBIN fn=MAX a=0 b=0 d=400 n0=300 s0=0 ds=0 cols=2",
     "VBIN fn=ADD a=49 b=49 d=50 n0=1 cols=1", STAMP_ERROR_NUMERIC},
    {"VXU RANGE", "VBIN fn=MAX a=0 b=0 d=400 n0=300 s0=0 ds=0 cols=2",
     "VBIN fn=ADD a={VM_LINES} b=0 d=50 n0=1 cols=1", STAMP_ERROR_RANGE},
    {"VXU SEMAPHORE", "VBIN fn=MAX a=0 b=0 d=400 n0=300 s0=0 ds=0 cols=2",
     "VBIN fn=MAX a=0 b=0 d=50 n0=1 cols=1 post2=9", STAMP_ERROR_SEMAPHORE},
    {"MXU RANGE", "MM first=1 groups=1 kl=1 ng=1 ac=8",
     "MM first=1 last=1 groups=1 kl=1 ng=1 rmstride=1 vm={VM_LINES-1} vstride=1",
     STAMP_ERROR_RANGE},
    {"LDU WATCHDOG", "LOAD space=VM fmt=F32 dram={PLAIN} line=100 lines=1 n0=200 d0=0 lstride=1",
     "LOAD space=VM fmt=F32 dram={PLAIN} line=300 lines=1 wait1=30", STAMP_ERROR_WATCHDOG},
    {"VXU WATCHDOG", "VBIN fn=MAX a=0 b=0 d=400 n0=300 s0=0 ds=0 cols=2",
     "VBIN fn=ADD a=49 b=49 d=50 n0=1 cols=1 wait2=30", STAMP_ERROR_WATCHDOG},
    {"CTL OPCODE", NULL, NULL, STAMP_ERROR_OPCODE},
    {"CTL LOOP", NULL, "ENDL", STAMP_ERROR_LOOP},
};
enum { FAULTS = sizeof faults / sizeof faults[0] };

static void add(struct maker *m, size_t i)
{
    if (faults[i].text)
        mk_line(m, "%s", faults[i].text);
    else
        mk_word(m, (struct stamp_word){.w = {0xee}});
}

static void prepare(struct maker *m, uint64_t numbers)
{
    mk_small(m);
    mk_line(m, "LOAD space=VM fmt=RAW dram=0x%" PRIx64 " line=48 lines=2", numbers);
    mk_fence(m);
    mk_line(m, "LOOP imm=85");
    mk_line(m, "VBIN fn=MAX a=0 b=0 d=51 n0=1 cols=1 post0=9 post1=9 post2=9");
    mk_line(m, "ENDL");
    mk_fence(m);
}

static uint64_t odd_lines(struct maker *m)
{
    uint32_t v[2 * 128];

    for (uint32_t i = 0; i < 2 * m->mach->L; i++) v[i] = i < m->mach->L ? 0x7fc00000 : 0x7f7fffff;
    return mk_words(m, v, 2 * (size_t)m->mach->L, 0).addr;
}

static void pairs(struct maker *m, uint64_t numbers)
{
    m->x = (int64_t)(numbers - m->plain.addr); /* a line that is no number */
    for (size_t i = 0; i < FAULTS; i++)
        for (size_t j = 0; j < FAULTS; j++) {
            if (i == j || !faults[i].slow)
                continue; /* what is found at dispatch has nothing behind it */
            prepare(m, numbers);
            mk_line(m, "%s", faults[i].slow);
            mk_mark(m);
            add(m, i);
            add(m, j);
            mk_line(m, "HALT");
            m->watchdog = 5000;
            m->free_bytes = MK_END - MK_FREE;
            mk_error(m, faults[i].error, "%s, then %s", faults[i].what, faults[j].what);
        }
    m->x = 0;
}

/* Two faults in one instruction: OPCODE, RESERVED, LOOP, ALIGN at dispatch; in a unit its waits, then
 * RANGE of the whole, then what rows find, NUMERIC last, then its posts. */
static void one_instruction(struct maker *m, uint64_t numbers)
{
    static const struct {
        const char *text;
        uint32_t bit; /* set in the word, 0 none */
        enum stamp_error error;
    } both[] = {
        {"LOOP imm=0", 9, STAMP_ERROR_RESERVED},
        {"LOOP imm=0x1000000 acc=1", 0, STAMP_ERROR_RESERVED},
        {"ENDL", 200, STAMP_ERROR_RESERVED},
        {"LOAD space=VM fmt=F32 dram={PLAIN+1} line=300 lines=1", 250, STAMP_ERROR_RESERVED},
        {"LOAD space=PB dram={PLAIN+1} line=300 lines=1", 0, STAMP_ERROR_RESERVED},
        {"LOAD space=VM fmt=F32 dram={PLAIN+32} line={VM_LINES} lines=1", 0, STAMP_ERROR_ALIGN},
        {"STORE space=VM fmt=F32 dram={WINDOW-32} line=0 lines=1", 0, STAMP_ERROR_ALIGN},
        {"LOAD space=VM fmt=F32 dram={PLAIN+32} line=0 lines=0 d0=32", 0, STAMP_ERROR_ALIGN},
        {"LOAD space=VM fmt=F32 dram={PLAIN+32} line=0 lines=0", 0, STAMP_ERROR_RANGE},
        {"VBIN fn=ADD a=0 b=0 d=50 n0=0 cols=1 wait0=30", 0, STAMP_ERROR_RANGE},
        {"MM first=1 groups=1 kl=1 ng=0 wait1=30", 0, STAMP_ERROR_RANGE},
        {"LOAD space=VM fmt=F32 dram={WINDOW-64} line={VM_LINES} lines=1", 0, STAMP_ERROR_RANGE},
        {"LOAD space=VM fmt=F32 dram={WINDOW-64} line=300 lines=1 wait2=30", 0,
         STAMP_ERROR_WATCHDOG},
        {"VBIN fn=ADD a={VM_LINES} b=0 d=50 n0=1 cols=1 wait0=30", 0, STAMP_ERROR_WATCHDOG},
        {"VBIN fn=ADD a=49 b=49 d={VM_LINES-1} n0=2 s0=0 ds=1 cols=1", 0, STAMP_ERROR_RANGE},
        {"LOAD space=VM fmt=F32 dram={PLAIN+X} line=300 lines=1 n0=2 d0=0x8000000 lstride=1", 0,
         STAMP_ERROR_DRAM_RANGE}, /* NUMERIC in row 0 comes last */
        {"VBIN fn=ADD a=49 b=49 d=50 n0=1 cols=1 post0=9", 0, STAMP_ERROR_NUMERIC},
        {"LOAD space=VM fmt=F32 dram={PLAIN+X} line=300 lines=1 post1=9", 0, STAMP_ERROR_NUMERIC},
        {"STORE space=VM fmt=F32 dram={WINDOW_END} line=0 lines=1 post1=9", 0,
         STAMP_ERROR_DRAM_RANGE},
    };

    m->x = (int64_t)(numbers - m->plain.addr);
    for (size_t i = 0; i < sizeof both / sizeof both[0]; i++) {
        prepare(m, numbers);
        struct stamp_word word = mk_asm(m, both[i].text);
        if (both[i].bit) stamp_word_set(&word, both[i].bit, 1, 1);
        mk_mark(m);
        mk_word(m, word);
        mk_line(m, "HALT");
        m->watchdog = 5000;
        m->free_bytes = MK_END - MK_FREE;
        mk_error(m, both[i].error, "one instruction, %s %zu", stamp_error_name(both[i].error), i);
    }
    m->x = 0;
}

void mk_faults(struct maker *m)
{
    mk_chain(m, "fault-pairs", true);
    const uint64_t numbers = odd_lines(m);
    one_instruction(m, numbers);
    pairs(m, numbers);
}
