/* SPDX-License-Identifier: Apache-2.0 */
/* err_prog.c - memory and programs of the error tests. Contract in err_prog.h. */
#include "tests/cosim/err_prog.h"

#include <assert.h>
#include <string.h>

#include "tests/cosim/gen.h"

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v);
    put16(p + 2, v >> 16);
}

/* A line of ordinary numbers with one special value in it. */
static void special(uint8_t *dram, uint64_t at, uint32_t bytes, uint32_t element, uint32_t value)
{
    for (uint32_t i = 0; i < bytes; i += element) {
        const uint32_t v = i == element ? value : 0x3f803f80u;
        if (element == 2)
            put16(dram + at + i, v);
        else
            put32(dram + at + i, v);
    }
}

static void tables(const struct stamp_mach *m, uint8_t *dram)
{
    for (uint32_t i = 0; i < 32; i++) {
        put16(dram + ERR_RT + 2 * i, i);
        put16(dram + ERR_NT + 2 * i, 1u << 14 | (i % 16));
        put16(dram + ERR_RT_ODD + 2 * i, i == 1 ? 0x8001 : i);
        put16(dram + ERR_RT_FAR + 2 * i, i == 1 ? 0xfff : i);
        put16(dram + ERR_NT_PAIR + 2 * i, (i == m->P - 1 ? 2u : 1u) << 14 | (i % 16));
        put16(dram + ERR_NT_FAR + 2 * i, 1u << 14 | (i == 1 ? 0xfff : i % 16));
    }
}

void err_memory(const struct stamp_mach *m, uint8_t *dram)
{
    struct gen_rng r = {17};

    for (uint32_t i = 0; i < ERR_DRAM; i++) dram[i] = (uint8_t)(0xa5 ^ i ^ i >> 8);
    for (uint32_t i = ERR_F32; i < ERR_BF16; i += 4)
        put32(dram + i,
              gen_below(&r, 2) << 31 | gen_range(&r, 120, 128) << 23 | gen_below(&r, 0x800000));
    for (uint32_t i = ERR_BF16; i < ERR_WB; i += 2)
        put16(dram + i, gen_below(&r, 2) << 15 | gen_range(&r, 120, 128) << 7 | gen_below(&r, 128));
    for (uint32_t i = ERR_WB; i < ERR_CM; i += 4) put32(dram + i, (uint32_t)gen_next(&r));
    for (uint32_t i = ERR_CM; i < ERR_RT; i += 8) {
        put32(dram + i, gen_range(&r, 113, 119) << 23 | gen_below(&r, 0x800000));
        put32(dram + i + 4, gen_below(&r, 8192) - 4096u);
    }
    special(dram, ERR_NAN, 4 * m->L, 4, 0xffc12345);
    special(dram, ERR_INF, 4 * m->L, 4, 0xff800000);
    special(dram, ERR_MAX, 4 * m->L, 4, 0x7f7fffff);
    special(dram, ERR_MIN, 4 * m->L, 4, 0xff7fffff);
    special(dram, ERR_BF16_NAN, 2 * m->L, 2, 0x7f81);
    special(dram, ERR_BF16_INF, 2 * m->L, 2, 0x7f80);
    for (uint32_t i = 0; i < 8 * m->L; i += 8) {
        put32(dram + ERR_CM_MAX + i, 0x7f7fffff);
        put32(dram + ERR_CM_MAX + i + 4, 4096);
    }
    special(dram, ERR_NAN_FIRST, 4 * m->L, 4, 0x3f800000);
    put32(dram + ERR_NAN_FIRST, 0x7fc00000);
    tables(m, dram);
    for (uint32_t i = 0; i < STAMP_INDEX_LINE; i++) /* rows 0..3 of anything; some far away */
        put32(dram + ERR_IT + 4 * i, i < 8 ? i % 4 : 0x00ffffff + i);
}

void err_start(struct err_prog *p, const struct stamp_mach *m)
{
    memset(p, 0, sizeof *p);
    p->mach = m;
    p->code = ERR_BAD_CODE;
    p->watchdog = 20000;
}

void err_put(struct err_prog *p, union stamp_insn i)
{
    assert(p->count < ERR_CODE_MAX);
    const char *bad = stamp_encode(&i, &p->word[p->count++]);
    assert(!bad);
    (void)bad;
}

void err_control(struct err_prog *p, enum stamp_opcode op, uint32_t areg, uint64_t imm)
{
    err_put(p, (union stamp_insn){.c = {.op = op, .areg = areg, .imm = imm}});
}

void err_mark(struct err_prog *p)
{
    p->bad = p->count;
}

union stamp_insn err_load(enum stamp_space space, uint64_t dram, uint64_t line)
{
    return (union stamp_insn){.d = {.op = STAMP_OP_LOAD,
                                    .space = space,
                                    .fmt = space == STAMP_SPACE_VM ? STAMP_FMT_F32 : STAMP_FMT_RAW,
                                    .dram = dram,
                                    .line = line,
                                    .lines = 1,
                                    .lstride = 1,
                                    .n0 = 1,
                                    .n1 = 1,
                                    .d0 = 64,
                                    .d1 = 64}};
}

union stamp_insn err_store(uint64_t dram, uint64_t line)
{
    union stamp_insn i = err_load(STAMP_SPACE_VM, dram, line);
    i.d.op = STAMP_OP_STORE;
    return i;
}

union stamp_insn err_insn(const struct stamp_mach *m, enum stamp_opcode op)
{
    switch (op) {
    case STAMP_OP_LOAD: return err_load(STAMP_SPACE_VM, ERR_F32, 0);
    case STAMP_OP_STORE: return err_store(ERR_OUT, 0);
    case STAMP_OP_VBFLY:
        return (union stamp_insn){.b = {.op = op,
                                        .kind = STAMP_KIND_MEAN,
                                        .boff = 1,
                                        .cols = 1,
                                        .n0 = 2,
                                        .s0 = 2,
                                        .n1 = 2,
                                        .s1 = 4}};
    case STAMP_OP_MM:
        return (union stamp_insn){.m = {.op = op,
                                        .first = 1,
                                        .last = 1,
                                        .groups = 1,
                                        .gstride = 4,
                                        .kl = 4,
                                        .ng = 1,
                                        .wstride = 4 * (m->L / m->T),
                                        .cmstride = 1,
                                        .rmstride = 1,
                                        .vm = 128,
                                        .vstride = 1}};
    case STAMP_OP_VBIN:
    case STAMP_OP_VROPE:
    case STAMP_OP_VROW:
    case STAMP_OP_VRED:
    case STAMP_OP_VFN:
        return (union stamp_insn){.w = {.op = op,
                                        .n0 = 2,
                                        .s0 = 2,
                                        .cols = 2,
                                        .b = 4,
                                        .bs = 4,
                                        .rep = 1,
                                        .d = 12,
                                        .ds = 2,
                                        .c = 0x3d800000}};
    case STAMP_OP_SETR:
    case STAMP_OP_SETA:
    case STAMP_OP_ADDR: return (union stamp_insn){.c = {.op = op, .areg = 1, .imm = 64}};
    case STAMP_OP_LOOP: return (union stamp_insn){.c = {.op = op, .imm = 1}};
    case STAMP_OP_HALT:
    case STAMP_OP_NOP:
    case STAMP_OP_FENCE:
    case STAMP_OP_ENDL: return (union stamp_insn){.c = {.op = op}};
    default:
        return (union stamp_insn){.v = {.op = op,
                                        .first = 1,
                                        .n0 = m->P,
                                        .s0 = 4,
                                        .cols = op == STAMP_OP_VQPAR ? 1 : 4,
                                        .b = 4 * m->P,
                                        .smstride = 1,
                                        .gstride = 4}};
    }
}

void err_preamble(struct err_prog *p)
{
    const struct stamp_mach *m = p->mach;
    union stamp_insn i = err_load(STAMP_SPACE_VM, ERR_F32, 0);

    i.d.lines = 4 * m->P + 8;
    err_put(p, i);
    i = err_load(STAMP_SPACE_WB, ERR_WB, 0);
    i.d.lines = 16 * (m->L / m->T);
    err_put(p, i);
    i = err_load(STAMP_SPACE_CM, ERR_CM, 0);
    i.d.lines = 4;
    err_put(p, i);
    err_put(p, err_load(STAMP_SPACE_RT, ERR_RT, 0));
    err_put(p, err_load(STAMP_SPACE_NT, ERR_NT, 0));
    err_control(p, STAMP_OP_FENCE, 0, 0);
    err_put(p, err_insn(m, STAMP_OP_VMINMAX));
    err_put(p, err_insn(m, STAMP_OP_VQPAR));
    err_put(p, err_insn(m, STAMP_OP_VQUANT));
    err_control(p, STAMP_OP_FENCE, 0, 0);
    i = err_store(ERR_OUT + 0xc000, 1);
    i.d.fmt = STAMP_FMT_BF16;
    err_put(p, i);
    err_control(p, STAMP_OP_FENCE, 0, 0);
}

void err_extremes(struct err_prog *p)
{
    err_preamble(p);
    err_put(p, err_load(STAMP_SPACE_VM, ERR_MAX, 500));
    err_put(p, err_load(STAMP_SPACE_VM, ERR_MIN, 501));
    err_put(p, err_load(STAMP_SPACE_VM, ERR_MAX, 502));
    err_put(p, err_load(STAMP_SPACE_CM, ERR_CM_MAX, 8));
    err_put(p, err_load(STAMP_SPACE_CM, ERR_CM_MAX, 9));
    err_control(p, STAMP_OP_FENCE, 0, 0);
}

/* With waits and posts of one semaphore each, 0 none. */
static union stamp_insn linked(union stamp_insn i, uint64_t wait, uint64_t post)
{
    i.d.wait0 = wait;
    i.d.post0 = post;
    return i;
}

/* Functions, sums, gather, the pack buffer; a loop that a register counts. */
static void err_newer(struct err_prog *p)
{
    const struct stamp_mach *m = p->mach;
    union stamp_insn fn = err_insn(m, STAMP_OP_VFN), red = err_insn(m, STAMP_OP_VRED),
                     load = err_load(STAMP_SPACE_VM, ERR_F32, 20),
                     pack = err_insn(m, STAMP_OP_VPACKV), out = err_store(ERR_OUT + 0xe000, 0);

    err_put(p, err_load(STAMP_SPACE_IT, ERR_IT, 0));
    load.d.gather = 1, load.d.n0 = 3, load.d.d0 = 256, load.d.d1 = 0;
    err_put(p, load);
    err_control(p, STAMP_OP_FENCE, 0, 0);
    fn.w.fn = STAMP_ONE_SILU, fn.w.lim = 2 * m->L - 3, fn.w.areg = 1, fn.w.d = 40;
    red.w.lim = 2 * m->L;
    red.w.fn = STAMP_RED_SUMSQ;
    pack.v.n0 = m->T, pack.v.cols = 1, pack.v.b = 1, pack.v.gstride = 1;
    err_control(p, STAMP_OP_LOOP, 1, 0); /* never */
    err_put(p, fn);
    err_control(p, STAMP_OP_ENDL, 0, 0);
    err_put(p, (union stamp_insn){
                   .c = {.op = STAMP_OP_SETA, .areg = 1, .add = 5, .shift = 1, .imm = 1}});
    err_control(p, STAMP_OP_LOOP, 1, 0); /* twice */
    err_put(p, fn);
    err_put(p, red);
    err_put(p, pack);
    err_control(p, STAMP_OP_ENDL, 0, 0);
    err_control(p, STAMP_OP_FENCE, 0, 0);
    out.d.lines = 44;
    err_put(p, out);
    out.d.space = STAMP_SPACE_PB, out.d.fmt = STAMP_FMT_RAW, out.d.lines = 2, out.d.dram += 0x1800;
    out.d.dram += 0x1000;
    err_put(p, out);
}

void err_good(struct err_prog *p, const struct stamp_mach *m)
{
    union stamp_insn i;

    err_start(p, m);
    p->code = ERR_GOOD_CODE;
    err_preamble(p);
    err_put(p, linked(err_insn(m, STAMP_OP_VBFLY), 0, 0));
    err_put(p, err_insn(m, STAMP_OP_VMINMAX));
    err_put(p, err_insn(m, STAMP_OP_VQPAR));
    err_put(p, linked(err_insn(m, STAMP_OP_VQUANT), 0, 1));
    err_put(p, linked(err_insn(m, STAMP_OP_MM), 1, 2));
    i = linked(err_insn(m, STAMP_OP_VBIAS), 2, 3);
    i.v.a = 128;
    i.v.b = 0;
    i.v.cols = i.v.s0 = 1;
    i.v.post1 = 3; /* two stores wait for it */
    err_put(p, i);
    err_control(p, STAMP_OP_SETR, 2, 0x40);
    err_control(p, STAMP_OP_LOOP, 0, 2);
    i = linked(err_store(ERR_OUT + 0x40, 128), 3, 4);
    i.d.lines = m->P;
    i.d.areg = 2;
    err_put(p, i);
    err_control(p, STAMP_OP_ADDR, 2, 0x4000);
    err_control(p, STAMP_OP_ENDL, 0, 0);
    i = linked(err_load(STAMP_SPACE_VM, ERR_F32 + 0x400, 128), 4, 5);
    i.d.wait1 = 4;
    err_put(p, i);
    err_put(p, linked(err_store(ERR_OUT + 0x8000, 128), 5, 0));
    err_control(p, STAMP_OP_FENCE, 0, 0);
    err_newer(p);
    err_control(p, STAMP_OP_HALT, 0, 0);
}
