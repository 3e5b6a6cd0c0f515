/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ctrl_prog.h
 * Random programs of control instructions and of small instructions for the units, with the trace
 * the C machine makes of them.
 */
#ifndef STAMP_TESTS_RTL_CTRL_PROG_H
#define STAMP_TESTS_RTL_CTRL_PROG_H

#include "tests/rtl/mxu_vxu.h"

static const uint32_t Size = 1 << 16, Units = 4;

static twin model;
static rng g;
static std::vector<uint8_t> mem(Size);
static const stamp_mach *const mach = model.mach;

struct step { /* one executed instruction, as the C machine saw it */
    uint32_t pc, unit;
    stamp_word word;
};

struct program {
    std::vector<stamp_word> word;
    uint64_t at;
    std::vector<step> trace;
    stamp_error error;
    uint32_t error_pc;
};

/* An instruction of unit u that does next to nothing on the C machine. */
static union stamp_insn small(uint32_t u)
{
    union stamp_insn i = {};

    switch (u) {
    case 0:
    case 1:
        i.d.op = u ? STAMP_OP_STORE : STAMP_OP_LOAD;
        i.d.space = u ? STAMP_SPACE_VM : STAMP_SPACE_NT;
        i.d.fmt = u ? STAMP_FMT_F32 : STAMP_FMT_RAW;
        i.d.lines = i.d.n0 = i.d.n1 = 1;
        i.d.areg = g.below(16);
        i.d.dram = 64 * g.below(16);
        break;
    case 2:
        i.v.op = STAMP_OP_VBIAS;
        i.v.n0 = i.v.cols = 1;
        i.v.b = 1;
        break;
    default:
        i.m.op = STAMP_OP_MM;
        i.m.groups = i.m.kl = i.m.ng = 1;
        i.m.first = 1;
    }
    return i;
}

static void control(program &p, stamp_opcode op, uint64_t areg, uint64_t imm)
{
    union stamp_insn i = {};
    i.c.op = op;
    i.c.areg = areg;
    i.c.imm = imm;
    p.word.push_back(encode(i));
}

/* Posts of a body not yet waited for, by the unit that is to wait. A semaphore belongs to one pair of
 * units: with two that wait, one could take what was meant for the other. */
struct open_posts {
    std::vector<uint32_t> to[Units];
};

static uint32_t take_post(open_posts &o, uint32_t unit)
{
    const uint32_t at = g.below((uint32_t)o.to[unit].size()), s = o.to[unit][at];
    o.to[unit].erase(o.to[unit].begin() + at);
    return s;
}

static void unit_insn(program &p, open_posts &o, bool posting)
{
    const uint32_t u = g.below(Units);
    union stamp_insn i = small(u);
    uint64_t *wait[3] = {&i.d.wait0, &i.d.wait1, &i.d.wait2};
    uint64_t *post[3] = {&i.d.post0, &i.d.post1, &i.d.post2};

    for (int k = 0; k < 3 && !o.to[u].empty() && g.below(2); k++) *wait[k] = take_post(o, u);
    for (int k = 0; k < 3 && posting && g.one_in(3); k++) {
        const uint32_t v = g.below(Units), s = 1 + 4 * u + v;
        if (o.to[v].size() > 12) continue;
        *post[k] = s < 16 && g.below(2) ? s + 16 : s;
        o.to[v].push_back((uint32_t)*post[k]);
    }
    p.word.push_back(encode(i));
}

/* About @p n instructions; every wait comes after its post, and nothing piles up in a loop. */
static void body(program &p, uint32_t n, uint32_t depth)
{
    open_posts o;

    while (n-- > 0) {
        const uint32_t kind = g.below(16);
        if (kind == 0)
            control(p, STAMP_OP_NOP, 0, 0);
        else if (kind == 1)
            control(p, STAMP_OP_FENCE, 0, 0);
        else if (kind == 2)
            control(p, STAMP_OP_SETR, g.range(1, 15), 64 * g.below(64));
        else if (kind == 3)
            control(p, STAMP_OP_ADDR, g.range(1, 15), g.below(2) ? 64 : (1ull << 40) - 64);
        else if (kind == 4 && depth < 4 && n > 2) {
            const uint32_t inner = g.range(0, n - 2 < 60 ? n - 2 : 60);
            control(p, STAMP_OP_LOOP, 0, g.range(1, depth ? 3 : 9));
            body(p, inner, depth + 1);
            control(p, STAMP_OP_ENDL, 0, 0);
            n -= inner + 1;
        } else
            unit_insn(p, o, n > 0);
    }
    for (uint32_t u = 0; u < Units; u++)
        while (!o.to[u].empty()) {
            union stamp_insn i = small(u);
            i.d.wait2 = take_post(o, u);
            p.word.push_back(encode(i));
        }
}

static void trace(program &p)
{
    stamp_retire r;

    memset(mem.data(), 0, 4096 * 2); /* where LOAD and STORE go */
    for (size_t k = 0; k < p.word.size(); k++) memcpy(&mem[p.at + 32 * k], &p.word[k], 32);
    model.m->on_write = nullptr;
    stamp_machine_start(model.m, {mem.data(), Size}, p.at, (uint32_t)p.word.size(), 0, Size);
    for (bool more = true; more;) {
        uint64_t areg[16];
        memcpy(areg, model.m->areg, sizeof areg);
        more = stamp_machine_step(model.m, &r);
        if (r.error != STAMP_ERROR_NONE) break;
        step s = {r.pc, (uint32_t)r.unit, p.word[r.pc]};
        if (r.unit == STAMP_UNIT_LDU || r.unit == STAMP_UNIT_STU) {
            union stamp_insn i;
            stamp_decode(&s.word, &i);
            i.d.dram = (i.d.dram + areg[i.d.areg]) & ((1ull << 40) - 1);
            i.d.areg = 0;
            stamp_encode(&i, &s.word);
        }
        p.trace.push_back(s);
        if (p.trace.size() > 4000) break;
    }
    p.error = model.m->error;
    p.error_pc = model.m->error_pc;
}

/* A program that ends, most with HALT; some with an error of the dispatcher. */
static program random_program()
{
    program p;

    do {
        p = program();
        p.at = 0x4000 + 64 * g.below(100);
        body(p, g.below(8) ? g.range(1, 40) : g.range(100, 300), 0);
        switch (g.below(8)) {
        case 0: break; /* past the end */
        case 1: control(p, STAMP_OP_ENDL, 0, 0); break;
        case 2: p.word.push_back({{0x77, 0, 0, 0, 0, 0, 0, 0}}); break;
        default: control(p, STAMP_OP_HALT, 0, 0);
        }
        trace(p);
        /* Registers may leave DRAM or semaphores overflow: then these programs are of no use. */
    } while (p.trace.size() > 4000 || p.word.size() > 900 ||
             (p.error != STAMP_ERROR_NONE && p.error != STAMP_ERROR_AXI_FETCH &&
              p.error != STAMP_ERROR_OPCODE && p.error != STAMP_ERROR_LOOP));
    return p;
}

#endif
