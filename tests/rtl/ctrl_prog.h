/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ctrl_prog.h
 * Random programs of control instructions and of small instructions for the units, with the trace
 * the C machine makes of them. What a SETA gives is computed here once more, apart from it.
 */
#ifndef STAMP_TESTS_RTL_CTRL_PROG_H
#define STAMP_TESTS_RTL_CTRL_PROG_H

#include <string>

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
    uint32_t first; /* index of word 0: even, all indices below 2^32 - 1 */
    uint32_t arg[STAMP_ARGS];
    std::vector<step> trace;
    std::vector<uint32_t> visit; /* instructions that must be read: executed or skipped */
    stamp_error error;
    uint32_t error_pc;
    bool endless; /* a LOOP of no iterations has no ENDL */
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
        i.d.areg = g.below(g.one_in(100) ? 16 : 8); /* 8..15 hold counts */
        i.d.dram = 64 * g.below(16);
        i.d.lstride = g.below(1 << 16); /* of one row: all that follows is carried, not used */
        i.d.d0 = (uint32_t)g.next() & ~63u;
        i.d.d1 = (uint32_t)g.next() & ~63u;
        break;
    case 2:
        if (g.below(2)) { /* zeros to zeros, whatever lim becomes */
            i.w.op = g.below(2) ? STAMP_OP_VFN : STAMP_OP_VRED;
            i.w.fn = i.w.op == STAMP_OP_VFN ? (uint32_t)STAMP_ONE_SILU : g.below(2);
            i.w.areg = g.below(16);
            i.w.n0 = i.w.cols = 1;
            i.w.d = 2;
            i.w.lim = g.below(1 << 24);
            break;
        }
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

/* Where a program may begin, one of 900 words at most. */
static uint32_t some_index()
{
    const uint32_t any = ((uint32_t)g.next() >> g.below(32)) & ~1u;
    return any < 0xfffffc00 ? any : 0xfffffc00;
}

static void control(program &p, stamp_opcode op, uint64_t areg, uint64_t imm)
{
    union stamp_insn i = {};
    i.c.op = op;
    i.c.areg = areg;
    i.c.imm = imm;
    p.word.push_back(encode(i));
}

static void seta(program &p, uint64_t areg, const stamp_insn_c &how)
{
    union stamp_insn i = {};
    i.c = how;
    i.c.op = STAMP_OP_SETA;
    i.c.areg = areg;
    p.word.push_back(encode(i));
}

/* An operand that is small, large or near a power of two. */
static uint64_t operand(uint32_t bits)
{
    const uint64_t all = (1ull << bits) - 1;
    return (g.below(3) == 0 ? g.below(9) : g.below(2) ? g.next() : 0 - (g.next() >> 60)) & all;
}

/* A register through two SETAs, then by ADDR to where a unit can use it: should one of its 40 bits
 * be wrong, a LOAD gets another address. */
static void arithmetic(program &p)
{
    const uint64_t r = g.range(8, 15), first = operand(40);
    unsigned __int128 value = first;

    control(p, STAMP_OP_SETR, r, first);
    for (int k = 0; k < 2; k++) {
        stamp_insn_c c = {};
        c.arg = g.below(STAMP_ARGS);
        c.shift = g.below(2) ? 0 : g.below(32);
        c.acc = g.below(2);
        c.imm = operand(40);
        c.add = operand(32);
        seta(p, r, c);
        const uint64_t sum = (p.arg[c.arg] + c.add) % (1ull << 32),
                       factor = sum / (1ull << c.shift);
        value = (c.acc ? value : 0) + (unsigned __int128)factor * c.imm;
    }
    const uint64_t now = (uint64_t)(value % (1ull << 40));
    control(p, STAMP_OP_ADDR, r, (64 * g.below(16) - now) % (1ull << 40));
    union stamp_insn i = small(g.below(2));
    i.d.areg = r;
    p.word.push_back(encode(i));
}

/* The register that holds a small count, by SETR or SETA. */
static uint64_t count_register(program &p, uint64_t count)
{
    const uint64_t r = g.range(8, 15);

    if (g.below(2)) {
        control(p, STAMP_OP_SETR, r, count);
    } else {
        stamp_insn_c c = {};
        c.arg = g.below(STAMP_ARGS);
        c.add = (count - p.arg[c.arg]) % (1ull << 32);
        c.imm = 1;
        seta(p, r, c);
    }
    return r;
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

/* What a LOOP of no iterations skips: words of any kind, LOOP and ENDL in pairs and deeper than the
 * stack. */
static void skipped(program &p, uint32_t n)
{
    uint32_t open = 0;

    for (; n > 0 || open; n -= n > 0) {
        const uint32_t kind = n ? g.below(5) : 1; /* at the end close what is open */
        if (kind == 0)
            control(p, STAMP_OP_LOOP, g.below(16), g.below(3)), open++;
        else if (kind == 1 && open)
            control(p, STAMP_OP_ENDL, 0, 0), open--;
        else if (kind == 2)
            p.word.push_back({{0xfffffff0 + g.below(16), 1, 2, 3, 4, 5, 6, 7}});
        else if (kind != 1)
            p.word.push_back(encode(small(g.below(Units))));
    }
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
            control(p, STAMP_OP_SETR, g.range(1, 7), 64 * g.below(64));
        else if (kind == 3)
            control(p, STAMP_OP_ADDR, g.range(1, 7), g.below(2) ? 64 : (1ull << 40) - 64);
        else if (kind == 4 && depth < 4 && n > 2) {
            const uint32_t inner = g.range(0, n - 2 < 60 ? n - 2 : 60), how = g.below(3);
            const uint32_t count = how == 2 ? 0 : g.range(1, depth ? 3 : 9);
            const uint64_t r = how ? count_register(p, count) : 0;
            control(p, STAMP_OP_LOOP, r, r ? 0 : count);
            if (how == 2)
                skipped(p, inner);
            else
                body(p, inner, depth + 1);
            control(p, STAMP_OP_ENDL, 0, 0);
            n -= inner + 1;
        } else if (kind == 5) {
            arithmetic(p);
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
    memcpy(model.m->ctl.arg, p.arg, sizeof p.arg);
    for (bool more = true; more;) {
        uint64_t areg[16];
        memcpy(areg, model.m->ctl.areg, sizeof areg);
        more = stamp_machine_step(model.m, &r);
        if (r.error != STAMP_ERROR_NONE) break;
        step s = {r.pc, (uint32_t)r.unit, p.word[r.pc]};
        union stamp_insn i;
        const stamp_op *op = stamp_decode(&s.word, &i);
        p.visit.push_back(r.pc);
        if (r.op == STAMP_OP_LOOP)
            for (uint32_t q = r.pc + 1; q < model.m->ctl.pc; q++) p.visit.push_back(q);
        if (op->format == STAMP_FORMAT_W) {
            i.w.lim = (i.w.lim + areg[i.w.areg]) & 0xffffff;
            i.w.areg = 0;
            stamp_encode(&i, &s.word);
        } else if (op->format == STAMP_FORMAT_D) {
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

/* What the fields of the word alone decide. */
static stamp_error static_error(const stamp_word &w)
{
    union stamp_insn i;
    const stamp_op *op = stamp_decode(&w, &i);
    return op ? stamp_check_static(&w, op, &i) : STAMP_ERROR_OPCODE;
}

/* An instruction the dispatcher refuses: a legal one but for one field or two; often of a format in
 * which values without meaning are many. */
static stamp_word refusable()
{
    for (;;) {
        const stamp_op &op = stamp_ops[g.below((uint32_t)stamp_op_count)];
        if ((op.format == STAMP_FORMAT_V || op.format == STAMP_FORMAT_M) && g.below(4)) continue;
        stamp_word w = {};
        for (uint32_t k = 0, odd = g.range(1, 2); k < stamp_field_count; k++) {
            const stamp_field &f = stamp_fields[k];
            const uint32_t width = f.width < 64 ? f.width : 64;
            const std::string name = f.name;
            if (f.format != op.format || name.substr(0, 4) == "wait" || name.substr(0, 4) == "post")
                continue;
            const bool count = name == "lines" || name == "n0" || name == "n1" || name == "boff" ||
                               name == "cols" || name == "groups" || name == "kl" || name == "ng";
            const bool needed =
                (op.code == STAMP_OP_LOOP && name == "imm") ||
                (name == "areg" && (op.code == STAMP_OP_SETR || op.code == STAMP_OP_ADDR ||
                                    op.code == STAMP_OP_SETA));
            uint64_t v =
                count || needed || (name == "gather" && op.code == STAMP_OP_LOAD && g.below(2));
            if (odd && g.one_in(8)) {
                v = g.below(2) ? 0 : g.next() & (width < 64 ? (1ull << width) - 1 : ~0ull);
                odd--;
            }
            stamp_word_set(&w, f.lsb, width, v);
        }
        stamp_word_set(&w, 0, 8, g.one_in(50) ? g.below(256) : (uint32_t)op.code);
        if (static_error(w) != STAMP_ERROR_NONE) return w;
    }
}

/* Nothing but that. */
static program refused_at_once()
{
    program p = {};

    p.at = 0x4000;
    p.word.push_back(refusable());
    trace(p);
    return p;
}

/* One that is to fail, before others that wait in registers, in memory and on their way from there. */
static program fails_ahead()
{
    program p = {};

    p.at = 0x4000;
    p.word.push_back(encode(small(3)));
    for (uint32_t k = g.range(3, 20); k-- > 0;) {
        union stamp_insn i = small(0);
        i.d.areg = 0;
        p.word.push_back(encode(i));
    }
    control(p, STAMP_OP_HALT, 0, 0);
    trace(p);
    return p;
}

/* The end of a program: mostly HALT, else an error the dispatcher finds. */
static void finish(program &p)
{
    const uint64_t r = g.range(8, 15);

    switch (g.below(16)) {
    case 0: break; /* past the end */
    case 1: control(p, STAMP_OP_ENDL, 0, 0); break;
    case 2: p.word.push_back({{0x77, 0, 0, 0, 0, 0, 0, 0}}); break;
    case 3: p.word.push_back(refusable()); break;
    case 4: /* too many iterations */
        control(p, STAMP_OP_SETR, r, (1ull << g.range(24, 39)) + g.below(2));
        control(p, STAMP_OP_LOOP, r, 0);
        break;
    case 5: /* none, and no end to it */
        control(p, STAMP_OP_SETR, r, 0);
        control(p, STAMP_OP_LOOP, r, 0);
        skipped(p, g.below(80));
        p.endless = true;
        break;
    case 6: /* a fifth loop, were it not empty */
        for (int k = 0; k < 4; k++) control(p, STAMP_OP_LOOP, 0, 2);
        control(p, STAMP_OP_SETR, r, 0);
        control(p, STAMP_OP_LOOP, r, 0);
        break;
    default: control(p, STAMP_OP_HALT, 0, 0);
    }
}

/* A program that ends, most with HALT; some with an error of the dispatcher. */
static program random_program()
{
    program p;

    do {
        p = program();
        p.at = 0x4000 + 64 * g.below(100);
        for (uint32_t &arg : p.arg) arg = (uint32_t)operand(32);
        body(p, g.below(8) ? g.range(1, 40) : g.range(100, 300), 0);
        finish(p);
        trace(p);
        /* Registers may leave DRAM or semaphores overflow: then these programs are of no use. */
    } while (p.trace.size() > 4000 || p.word.size() > 900 ||
             (p.error != STAMP_ERROR_NONE && p.error != STAMP_ERROR_AXI_FETCH &&
              p.error != STAMP_ERROR_LOOP && p.error != STAMP_ERROR_ALIGN &&
              static_error(p.word[p.error_pc]) != p.error));
    return p;
}

#endif
