/* SPDX-License-Identifier: Apache-2.0 */
/* make_order.c - semaphores and queues; and that a machine starts again after every way to stop. */
#include <inttypes.h>

#include "tests/conformance/make.h"

/* Load, work, store in turn over two lines, each unit ahead of the next as far as tokens go. */
static void pipeline(struct maker *m)
{
    mk_line(m, "LOAD space=VM fmt=F32 dram={PLAIN} line=8 lines=1 post0=1 post1=1");
    mk_line(m, "LOAD space=VM fmt=F32 dram={PLAIN} line=9 lines=1 post0=4 post1=4");
    mk_line(m, "VBIN fn=ADD a=8 b=8 d=8 n0=1 cols=1 wait0=1"); /* 2x */
    mk_line(m, "VBIN fn=ADD a=8 b=9 d=10 n0=1 cols=1 wait0=1 wait1=4 post0=2");
    mk_line(m, "STORE space=VM fmt=F32 dram=0x%" PRIx64 " line=10 lines=1 wait0=2 post0=3",
            mk_out(m, 512));
    mk_line(m, "VBIN fn=MUL a=10 b=8 d=10 n0=1 cols=1 wait0=3 wait1=4 post0=2");
    mk_line(m, "STORE space=VM fmt=F32 dram=0x%" PRIx64 " line=10 lines=1 wait0=2", mk_out(m, 512));
    mk_done(m, "three units in turn");
}

/* Two lines loaded in turn while a third grows and is stored each time. */
static void ping_pong(struct maker *m, uint32_t times)
{
    const uint64_t out = mk_out(m, 128 * (2 * (size_t)times + 1));

    mk_load(m, 2, m->plain);
    mk_fence(m);
    mk_line(m, "VBIN fn=MAX a=2 b=2 d=4 n0=1 cols=1 post0=5 post1=6"); /* lines 0 and 1 are free */
    mk_line(m, "STORE space=VM fmt=BF16 dram=0x%" PRIx64 " line=2 lines=1 post0=3", out);
    mk_line(m, "LOOP imm=%u", times);
    for (uint32_t half = 0; half < 2; half++) {
        mk_line(m, "LOAD space=VM fmt=F32 dram={PLAIN} line=%u lines=1 wait0=%u post0=%u", half,
                5 + half, 7 + half);
        mk_line(m, "VBIN fn=ADD a=2 b=%u d=2 n0=1 cols=1 wait0=3 wait1=%u post0=%u post1=%u", half,
                7 + half, 9 + half, 5 + half);
        mk_line(m, "ADDR areg=2 imm=128");
        mk_line(m,
                "STORE space=VM fmt=BF16 dram=0x%" PRIx64 " areg=2 line=2 lines=1 wait0=%u post0=3",
                out, 9 + half);
    }
    mk_line(m, "ENDL");
    mk_done(m, "two buffers");
}

/* More behind a wait than the queue holds; the unit waited for is behind it in program order. */
static void queues(struct maker *m)
{
    mk_line(m, "LOAD space=VM fmt=F32 dram={PLAIN} line=0 lines=1 n0=64 d0=0 lstride=1");
    mk_fence(m);
    mk_line(m,
            "LOAD space=VM fmt=F32 dram={PLAIN} line=100 lines=1 n0=150 d0=0 lstride=1 post2=31");
    mk_line(m, "VBIN fn=ADD a=100 b=249 d=0 n0=1 cols=1 wait2=31");
    for (int64_t i = 0; i < mk_value(m, "QUEUE*3"); i++)
        mk_line(m, "VBIN fn=ADD a=0 b=%u d=0 n0=1 cols=1", (uint32_t)i % 60 + 1);
    mk_line(m, "VBIN fn=MAX a=0 b=0 d=1 n0=1 cols=1 post1=30");
    mk_line(m, "STORE space=VM fmt=F32 dram=0x%" PRIx64 " line=0 lines=2 wait1=30",
            mk_out(m, 1024));
    for (int64_t i = 0; i < mk_value(m, "QUEUE*2"); i++)
        mk_line(m, "LOAD space=VM fmt=F32 dram={PLAIN} line=%u lines=1", 300 + (uint32_t)i);
    mk_line(m, "STORE space=VM fmt=F32 dram=0x%" PRIx64 " line=2 lines=1", mk_out(m, 512));
    mk_done(m, "full queues");
}

/* As many posts as fit, taken three at a time; one more is SEMAPHORE. */
static void most(struct maker *m)
{
    for (uint32_t more = 0; more < 2; more++) {
        mk_load(m, 0, m->plain);
        mk_fence(m);
        mk_line(m, "LOOP imm=%u", more ? 86 : 85);
        mk_mark(m);
        mk_line(m, "VBIN fn=MAX a=0 b=0 d=1 n0=1 cols=1 post0=6 post1=6 post2=6");
        mk_line(m, "ENDL");
        mk_fence(m);
        mk_line(m, "LOOP imm=85");
        mk_line(m, "STORE space=VM fmt=F32 dram={FREE} line=1 lines=1 wait0=6 wait1=6 wait2=6");
        mk_line(m, "ENDL");
        if (more) {
            mk_error(m, STAMP_ERROR_SEMAPHORE, "255 posts and more");
        } else {
            mk_line(m, "HALT"); /* legal, though beyond what a verifier needs to follow */
            mk_ends(m, "255 posts");
        }
    }
}

/* Waits that are never met: of each unit, the second of two, two units on each other. */
static void never(struct maker *m)
{
    static const char *const text[] = {
        "LOAD space=VM fmt=F32 dram={PLAIN} line=50 lines=1 wait0=31",
        "STORE space=VM fmt=F32 dram={FREE} line=0 lines=1 wait1=31",
        "VBIN fn=MAX a=0 b=0 d=50 n0=1 cols=1 wait2=31",
        "MM first=1 groups=1 kl=1 ng=1 wait0=31",
        "VBIN fn=MAX a=0 b=0 d=50 n0=1 cols=1 wait0=5 wait1=5",
        "VBIN fn=MAX a=0 b=0 d=50 n0=1 cols=1 wait0=12 post0=13"};

    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        mk_small(m);
        mk_line(m, "LOAD space=VM fmt=F32 dram={PLAIN} line=52 lines=1 post0=5");
        mk_mark(m);
        mk_line(m, "%s", text[i]);
        if (i == 5)
            mk_line(m, "LOAD space=VM fmt=F32 dram={PLAIN} line=53 lines=1 wait0=13 post0=12");
        mk_line(m, "HALT");
        m->watchdog = 3000;
        m->free_bytes = MK_END - MK_FREE;
        mk_error(m, STAMP_ERROR_WATCHDOG, "wait never met %zu", i);
    }
}

/* A program of all units whose counters and results are known. */
static void good(struct maker *m, const char *after)
{
    mk_small(m);
    mk_line(m, "VBFLY kind=SUM a=0 boff=4 cols=4 n0=1 post0=1");
    mk_line(m, "MM first=1 last=1 groups=1 kl=1 ng=1 rmstride=1 vm=20 vstride=1 wait0=1 post0=2");
    m->arg[2] = m->vectors % 64;
    mk_line(m, "SETA areg=4 arg=2 imm=1024");
    mk_line(m, "VBIN fn=MAX a=20 b=20 d=31 n0=1 cols=1 wait0=2");
    mk_line(m, "LOOP imm=2");
    mk_line(m, "VBIN fn=ADD a=0 b=31 d=0 n0=1 cols=1");
    mk_line(m, "ENDL");
    mk_line(m, "VBIN fn=MAX a=0 b=0 d=30 n0=1 cols=1 post0=3");
    mk_line(m, "STORE space=VM fmt=BF16 dram={OUT} areg=4 line=30 lines=1 wait0=3");
    mk_line(m, "STORE space=VM fmt=BF16 dram={OUT+512} areg=4 line=20 lines=1");
    mk_done(m, "after %s", after);
}

static void restart(struct maker *m)
{
    static const struct {
        const char *text;
        enum stamp_error error;
    } ways[] = {
        {NULL, STAMP_ERROR_OPCODE},
        {"NOP areg=1", STAMP_ERROR_RESERVED},
        {"VBIN fn=MAX a={VM_LINES} b=0 d=50 n0=1 cols=1", STAMP_ERROR_RANGE},
        {"LOAD space=VM fmt=F32 dram={PLAIN+1} line=50 lines=1", STAMP_ERROR_ALIGN},
        {"LOAD space=VM fmt=F32 dram={WINDOW_END-64} line=50 lines=128", STAMP_ERROR_DRAM_RANGE},
        {"STORE space=VM fmt=F32 dram={WINDOW-64} line=0 lines=2", STAMP_ERROR_DRAM_RANGE},
        {"VBIN fn=MUL a=56 b=56 d=50 n0=1 cols=1", STAMP_ERROR_NUMERIC},
        {"ENDL", STAMP_ERROR_LOOP},
        {"VBIN fn=MAX a=0 b=0 d=50 n0=1 cols=1 post0=7 post1=7 post2=7", STAMP_ERROR_SEMAPHORE},
        {"MM first=1 groups=1 kl=1 ng=1 wait0=3", STAMP_ERROR_WATCHDOG}};
    uint32_t v[128];

    for (uint32_t i = 0; i < m->mach->L; i++) v[i] = 0x7f000000;
    const struct mk_rows large = mk_words(m, v, m->mach->L, 0);
    good(m, "reset");
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        mk_small(m); /* left behind: loops, registers, semaphores, work in every queue */
        mk_load(m, 56, large);
        mk_fence(m);
        mk_line(m, "LOOP imm=84");
        mk_line(m, "VBIN fn=MAX a=0 b=0 d=51 n0=1 cols=1 post0=7 post1=7 post2=7");
        mk_line(m, "ENDL");
        mk_fence(m);
        mk_line(m, "VBIN fn=MAX a=0 b=0 d=51 n0=1 cols=1 post0=1 post1=2 post2=7");
        mk_line(m, "SETR areg=4 imm=0x7000");
        if (ways[i].error != STAMP_ERROR_LOOP) mk_line(m, "LOOP imm=3");
        mk_line(m, "LOAD space=VM fmt=F32 dram={PLAIN} line=100 lines=1 n0=20 d0=0 lstride=1");
        mk_mark(m);
        if (ways[i].text)
            mk_line(m, "%s", ways[i].text);
        else
            mk_word(m, (struct stamp_word){.w = {0xff}});
        mk_line(m, "LOAD space=VM fmt=F32 dram={PLAIN} line=130 lines=1 n0=20 d0=0 lstride=1");
        mk_line(m, "HALT");
        m->watchdog = 3000;
        mk_error(m, ways[i].error, "%s", stamp_error_name(ways[i].error));
        good(m, stamp_error_name(ways[i].error));
    }
}

void mk_order(struct maker *m)
{
    mk_chain(m, "order", true);
    pipeline(m);
    ping_pong(m, 2);
    queues(m);
    most(m);
    never(m);
    mk_chain(m, "restart", true);
    restart(m);
}
