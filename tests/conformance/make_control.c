/* SPDX-License-Identifier: Apache-2.0 */
/* make_control.c - registers, arguments, loops, fetch, the window's edges. What is computed shows in
 * where a line is stored, and how often. */
#include <inttypes.h>

#include "tests/conformance/make.h"

/* VM line 0 is there to be stored. */
static void begin(struct maker *m)
{
    mk_load(m, 0, m->plain);
    mk_fence(m);
}

static void store_at(struct maker *m, uint32_t areg, uint64_t addr)
{
    mk_line(m, "STORE space=VM fmt=BF16 dram=0x%" PRIx64 " line=0 lines=1 areg=%u", addr, areg);
}

/* ((arg + add) mod 2^32 >> shift) * imm, added to the register or not, modulo 2^40. */
static void arguments(struct maker *m)
{
    const uint64_t out = mk_out(m, 0x1000);

    m->arg[0] = 3, m->arg[1] = 0xfffffff0, m->arg[2] = 0x80000001, m->arg[3] = 0xffffffff;
    begin(m);
    mk_line(m, "SETA areg=1 arg=0 imm=128");
    store_at(m, 1, out);
    mk_line(m, "SETA areg=1 arg=1 add=0x15 imm=128"); /* wraps to 5 */
    store_at(m, 1, out);
    mk_line(m, "SETA areg=1 acc=1 arg=2 shift=31 imm=256");
    store_at(m, 1, out);
    mk_line(m, "SETA areg=15 arg=3 add=1 imm=0x123400"); /* 0 */
    store_at(m, 15, out + 0x780);
    mk_line(
        m,
        "SETA areg=2 arg=3 imm=0xffffffff80"); /* (2^32 - 1) * (2^40 - 128) = 2^40 + 128 - 2^39 */
    mk_line(m, "ADDR areg=2 imm=0x8000000400");
    store_at(m, 2, out);
    mk_line(m, "SETR areg=3 imm=0xffffffff80");
    mk_line(m, "ADDR areg=3 imm=0x900");
    store_at(m, 3, out);
    mk_done(m, "SETA ADDR");
}

static void loops(struct maker *m)
{
    const uint64_t out = mk_out(m, 0x4000);

    begin(m);
    for (uint32_t k = 0; k < 4; k++) mk_line(m, "LOOP imm=%u", k + 1);
    store_at(m, 1, out);
    mk_line(m, "ADDR areg=1 imm=128");
    for (uint32_t k = 0; k < 4; k++) mk_line(m, "ENDL");
    store_at(m, 1, out + 0x100); /* 24 of them */
    mk_done(m, "LOOP four deep");

    m->arg[0] = 5;
    begin(m);
    mk_line(m, "SETA areg=2 arg=0 imm=1");
    mk_line(m, "LOOP areg=2");
    store_at(m, 1, out + 0x2000);
    mk_line(m, "ADDR areg=1 imm=128");
    mk_line(m, "SETR areg=2 imm=1"); /* the count was taken at the LOOP */
    mk_line(m, "ENDL");
    mk_line(m, "LOOP areg=3"); /* none: skipped with all that is inside */
    mk_line(m, "LOOP imm=7");
    store_at(m, 0, out + 0x1f00);
    mk_line(m, "ENDL");
    mk_line(m, "SETR areg=1 imm=0");
    mk_line(m, "ENDL");
    store_at(m, 1, out + 0x2080);
    mk_done(m, "LOOP by register, none");
}

/* Programs of odd length at odd lines, longer than the instruction buffer, in and out of it. */
static void fetch(struct maker *m)
{
    const uint64_t out = mk_out(m, 0x800);

    m->code_at += 0x40;
    begin(m);
    mk_line(m, "LOOP imm=3");
    for (int64_t i = 0; i < mk_value(m, "IM_WORDS+3"); i++) mk_line(m, "ADDR areg=1 imm=64");
    mk_line(m, "ENDL");
    store_at(m, 0, out + 0x400);
    mk_line(m, "SETR areg=2 imm=%" PRIu64, (uint64_t)(3 * mk_value(m, "IM_WORDS+3") - 2) * 64);
    mk_line(m, "LOOP imm=2");
    mk_line(m, "NOP");
    mk_line(m, "ENDL");
    store_at(m, 1, out - (uint64_t)(3 * mk_value(m, "IM_WORDS+3")) * 64);
    mk_done(m, "loop longer than the buffer");

    m->code_at += 0x3f40;
    mk_done(m, "HALT alone");
}

/* The first and the last bytes of the window, above and below its width. */
static void window(struct maker *m)
{
    const uint64_t end = MK_BASE + MK_FREE;

    m->win_lo = MK_BASE + MK_CONST;
    m->win_hi = end;
    begin(m);
    mk_line(m, "STORE space=VM fmt=BF16 dram=0x%" PRIx64 " line=0 lines=1",
            end - 64 * ((2 * m->mach->L + 63) / 64));
    mk_done(m, "first and last bytes of the window");
}

void mk_control(struct maker *m)
{
    mk_chain(m, "control", true);
    arguments(m);
    loops(m);
    fetch(m);
    window(m);
}
