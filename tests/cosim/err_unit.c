/* SPDX-License-Identifier: Apache-2.0 */
/* err_unit.c - errors found while executing: DRAM window, bus, numbers, semaphores, watchdog. */
#include "tests/cosim/err_cases.h"

static union stamp_insn transfer(uint32_t store)
{
    return store ? err_store(ERR_OUT, 0) : err_load(STAMP_SPACE_VM, ERR_F32, 400);
}

/* Below, above, across the end, by inner and outer rows, around the address space. */
static bool window(struct err_prog *p, uint32_t v)
{
    union stamp_insn i = transfer(v & 1);
    const uint32_t line = 4 * p->mach->L;

    i.d.d0 = i.d.d1 = 512;
    switch (v / 2) {
    case 0: i.d.dram = 0; break;
    case 1: i.d.dram = ERR_WINDOW - 64; break;
    case 2: i.d.dram = ERR_WINDOW_END; break;
    case 3: i.d.dram = ERR_WINDOW_END - (line + 63) / 64 * 64, i.d.lines = 17; break;
    case 4: i.d.n0 = 4, i.d.d0 = 0x16000; break;
    case 5: i.d.n1 = 3, i.d.d1 = 0xffffffc0; break;
    case 6: i.d.n0 = 2, i.d.d0 = 0xffff0000; break;
    case 7: i.d.dram = (UINT64_C(1) << 40) - 64; break;
    case 8: /* an address register takes it out */ i.d.areg = 4; break;
    default: return false;
    }
    if (v / 2 == 8) err_control(p, STAMP_OP_SETR, 4, (UINT64_C(1) << 40) - ERR_OUT);
    err_simple(p, i);
    return true;
}

/* The first and the last bytes of the window. */
static bool window_edges(struct err_prog *p, uint32_t v)
{
    union stamp_insn i = transfer(v & 1);
    const uint32_t line = 4 * p->mach->L;

    if (v > 1) return false; /* its end is faulty memory here; the start will do */
    i.d.dram = ERR_WINDOW;
    i.d.lines = 512 / line;
    err_simple(p, i);
    return true;
}

static bool refused(struct err_prog *p, uint32_t v, uint32_t store)
{
    union stamp_insn i = transfer(store);

    switch (v) {
    case 0: i.d.dram = ERR_FAULT; break;
    case 1: i.d.dram = ERR_FAULT - 128, i.d.lines = 1024 / (4 * p->mach->L); break;
    case 2: i.d.n0 = 4, i.d.dram = ERR_FAULT - 1024, i.d.d0 = 512; break;
    case 3: i.d.n1 = 2, i.d.dram = ERR_WINDOW_END - 512, i.d.d1 = 0; break;
    case 4: i.d.fmt = STAMP_FMT_BF16, i.d.dram = ERR_FAULT + 64; break;
    default: return false;
    }
    err_simple(p, i);
    return true;
}

static bool read_refused(struct err_prog *p, uint32_t v)
{
    static const enum stamp_space spaces[] = {STAMP_SPACE_WB, STAMP_SPACE_CM, STAMP_SPACE_RT,
                                              STAMP_SPACE_NT};
    if (v < 5) return refused(p, v, 0);
    if (v > 8) return false;
    err_simple(p, err_load(spaces[v - 5], ERR_FAULT + 512, 0));
    return true;
}

static bool write_refused(struct err_prog *p, uint32_t v)
{
    return refused(p, v, 1);
}

static bool loaded(struct err_prog *p, uint32_t v)
{
    static const uint32_t from[] = {ERR_NAN, ERR_INF, ERR_BF16_NAN, ERR_BF16_INF};
    union stamp_insn i = transfer(0);

    if (v > 7) return false;
    i.d.dram = from[v % 4];
    i.d.fmt = v % 4 > 1 ? STAMP_FMT_BF16 : STAMP_FMT_F32;
    if (v > 3) i.d.n0 = 3, i.d.d0 = 0, i.d.lstride = 1; /* more after it */
    err_simple(p, i);
    return true;
}

static void range_of_extremes(struct err_prog *p)
{
    union stamp_insn i = err_insn(p->mach, STAMP_OP_VMINMAX);

    i.v.a = 500, i.v.n0 = 1, i.v.cols = 2, i.v.sm = 40;
    err_put(p, i);
}

static bool produced(struct err_prog *p, uint32_t v)
{
    static const enum stamp_opcode op[] = {STAMP_OP_VBFLY, STAMP_OP_VBFLY, STAMP_OP_VBFLY,
                                           STAMP_OP_VBFLY, STAMP_OP_VBIAS, STAMP_OP_VQPAR,
                                           STAMP_OP_VQPAR, STAMP_OP_MM,    STAMP_OP_MM,
                                           STAMP_OP_MM,    STAMP_OP_MM,    STAMP_OP_STORE};
    if (v >= sizeof op / sizeof op[0]) return false;
    union stamp_insn i = err_insn(p->mach, op[v]);

    err_extremes(p);
    if (v < 4) i.b.a = v == 3 ? 501 : 500, i.b.n0 = i.b.n1 = 1, i.b.boff = 2;
    switch (v) {
    case 0: i.b.kind = STAMP_KIND_SUM; break;
    case 1: i.b.kind = STAMP_KIND_MEAN; break; /* the sum overflows before it is halved */
    case 2: i.b.kind = STAMP_KIND_ROT, i.b.c = 0x3fc00000, i.b.s = 0; break;
    case 3: i.b.kind = STAMP_KIND_SUM, i.b.boff = 1; break; /* the difference */
    case 4: i.v.a = 500, i.v.n0 = 1, i.v.cols = 1, i.v.b = 502; break;
    case 5:
    case 6: /* 4 bits, 8 bits */
        range_of_extremes(p);
        err_put(p, err_load(STAMP_SPACE_RT, ERR_RT_ODD, 0));
        err_control(p, STAMP_OP_FENCE, 0, 0);
        i.v.sm = 40, i.v.n0 = 1, i.v.rt = v - 5;
        break;
    case 7: i.m.cm = 8; break;
    case 8: i.m.cm = 8, i.m.blk = 4; break;
    case 9: i.m.cm = 8, i.m.cmstride = 0, i.m.blk = 2; break; /* on the way through AC */
    case 10: i.m.cm = 8, i.m.w8 = 1; break;
    default: i.d.line = 500, i.d.fmt = STAMP_FMT_BF16;
    }
    err_mark(p);
    err_put(p, i);
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

/* The largest numbers survive what does not overflow. */
static bool survives(struct err_prog *p, uint32_t v)
{
    union stamp_insn store = err_store(ERR_OUT, 500), par = err_insn(p->mach, STAMP_OP_VQPAR);

    if (v > 1) return false;
    err_extremes(p);
    if (v == 0) {
        store.d.lines = 2;
        err_put(p, store);
    } else {
        range_of_extremes(p);
        par.v.sm = 40, par.v.n0 = 1, par.v.sym = 1;
        err_put(p, par);
    }
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

/* What the tables say is not allowed. */
static bool table_entries(struct err_prog *p, uint32_t v)
{
    if (v > 1) return false;
    err_preamble(p);
    err_put(p,
            v ? err_load(STAMP_SPACE_NT, ERR_NT_PAIR, 0) : err_load(STAMP_SPACE_RT, ERR_RT_ODD, 0));
    err_control(p, STAMP_OP_FENCE, 0, 0);
    err_mark(p);
    err_put(p, err_insn(p->mach, v ? STAMP_OP_MM : STAMP_OP_VQUANT));
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

/* @p posts to one semaphore by one instruction in a loop. */
static void post_often(struct err_prog *p, enum stamp_opcode op, uint32_t each, uint32_t times)
{
    union stamp_insn i = err_insn(p->mach, op);

    i.d.post0 = 9;
    i.d.post1 = each > 1 ? 9 : 0;
    i.d.post2 = each > 2 ? 9 : 0;
    err_preamble(p);
    err_control(p, STAMP_OP_LOOP, 0, times);
    err_mark(p);
    err_put(p, i);
    err_control(p, STAMP_OP_ENDL, 0, 0);
    err_control(p, STAMP_OP_HALT, 0, 0);
}

static const enum stamp_opcode each_unit[] = {STAMP_OP_LOAD, STAMP_OP_STORE, STAMP_OP_VBIAS,
                                              STAMP_OP_MM};

static bool too_many_posts(struct err_prog *p, uint32_t v)
{
    if (v > 5) return false;
    if (v < 4)
        post_often(p, each_unit[v], 1, 256);
    else
        post_often(p, STAMP_OP_VMINMAX, 3, v == 4 ? 86 : 200);
    return true;
}

static bool most_posts(struct err_prog *p, uint32_t v)
{
    if (v > 1) return false;
    post_often(p, STAMP_OP_VMINMAX, v ? 3 : 1, v ? 85 : 255);
    return true;
}

static bool never_met(struct err_prog *p, uint32_t v)
{
    if (v > 10) return false;
    union stamp_insn i = err_insn(p->mach, each_unit[v % 4]),
                     other = err_insn(p->mach, each_unit[(v + 1) % 4]);

    p->watchdog = 2000;
    err_preamble(p);
    if (v < 4) {
        i.d.wait0 = 31;
    } else if (v < 8) { /* two of what was given once */
        other.d.post2 = 5;
        err_put(p, other);
        i.d.wait1 = i.d.wait2 = 5;
    } else if (v == 8) { /* FENCE behind it */
        i.d.wait2 = 1;
    } else { /* two units wait for each other; more behind them than the queue holds */
        i.d.wait0 = 1, i.d.post0 = 2;
        other.d.wait0 = 2, other.d.post0 = 1;
    }
    err_mark(p);
    err_put(p, i);
    if (v == 8) err_control(p, STAMP_OP_FENCE, 0, 0);
    if (v > 8) err_put(p, other);
    if (v == 10)
        for (uint32_t k = 0; k < 40; k++) err_put(p, k & 1 ? i : other);
    err_control(p, STAMP_OP_HALT, 0, 0);
    return true;
}

const struct err_case err_cases_unit[] = {
    {"outside the window", STAMP_ERROR_DRAM_RANGE, window, ERR_MODEL},
    {"at the window's edges", STAMP_ERROR_NONE, window_edges, ERR_MODEL | ERR_WHOLE},
    {"read from faulty memory", STAMP_ERROR_AXI_READ, read_refused, 0},
    {"write to faulty memory", STAMP_ERROR_AXI_WRITE, write_refused, 0},
    {"not a number loaded", STAMP_ERROR_NUMERIC, loaded, ERR_MODEL},
    {"overflow", STAMP_ERROR_NUMERIC, produced, ERR_MODEL},
    {"no overflow", STAMP_ERROR_NONE, survives, ERR_MODEL | ERR_WHOLE},
    {"table entry without meaning", STAMP_ERROR_RESERVED, table_entries, ERR_MODEL},
    {"too many posts", STAMP_ERROR_SEMAPHORE, too_many_posts, ERR_MODEL},
    {"as many posts as fit", STAMP_ERROR_NONE, most_posts, ERR_MODEL | ERR_WHOLE},
    {"wait that is never met", STAMP_ERROR_WATCHDOG, never_met, ERR_MODEL},
    {NULL, STAMP_ERROR_NONE, NULL, 0}};
