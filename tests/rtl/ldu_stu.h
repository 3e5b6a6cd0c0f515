/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ldu_stu.h
 * What the benches of the load and the store unit share: random numbers, the configuration,
 * transfers with their encoding and their rows, random transfers; the top with its memory behind
 * AXI, the offering of instructions, rates, arguments, the verdict.
 *
 * Loops, line sizes and limits are written here from model/spec/isa.md, apart from the C model.
 * -DSTAMP_CONFIG=base picks the line of mach.def the top was verilated for.
 */
#ifndef STAMP_TESTS_RTL_LDU_STU_H
#define STAMP_TESTS_RTL_LDU_STU_H

#include "Vtop.h"
#include "verilated.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "sim/verilator/dram.h"
#include "tests/rtl/axi_monitor.h"
#include "tests/rtl/cover.h"

#define STR_(x) #x
#define STR(x)  STR_(x)

struct mach_row {
    const char *name;
    uint32_t P, L, T, VM, XB, WB, CM, SM, RT, AC, IT, PB, F, Q, AXI, QUEUE, IM;
};
static const mach_row mach_rows[] = {
#define CONFIG(name, p, l, t, vm, xb, wb, cm, sm, rt, ac, it, pb, f, q, axi, queue, im, intent)    \
    {#name, p, l, t, vm, xb, wb, cm, sm, rt, ac, it, pb, f, q, axi, queue, im},
#include "model/spec/mach.def"
};

static inline const mach_row &find_mach()
{
    for (const mach_row &m : mach_rows)
        if (!strcmp(m.name, STR(STAMP_CONFIG))) return m;
    fprintf(stderr, "no configuration %s in mach.def\n", STR(STAMP_CONFIG));
    exit(2);
}
static const mach_row &mach = find_mach();

enum { VM, WB, CM, RT, NT, IT = 10, PB };
enum { RAW, F32, BF16 };
enum { NONE = 0, RANGE = 3, DRAM_RANGE = 5, AXI_READ = 6, AXI_WRITE = 7, NUMERIC = 9 };

/* DRAM of the benches: [Base, Base + Size), five parts with contents of their own. It moves. */
static constexpr uint64_t Part = 1 << 18, Size = 5 * Part;
static uint64_t Base = 0xf123400000;

struct rng {
    uint64_t s;
    uint64_t next() /* xorshift64* */
    {
        s ^= s >> 12;
        s ^= s << 25;
        s ^= s >> 27;
        return s * 0x2545f4914f6cdd1d;
    }
    uint64_t below(uint64_t n)
    {
        return (next() >> 16) % n;
    }
    bool one_in(uint64_t n)
    {
        return below(n) == 0;
    }
};

/* The index table as the instruction at hand finds it. */
static std::vector<uint32_t> table(mach.IT);

struct transfer {
    uint64_t space, fmt, dram, line, lines, lstride, n0, n1, d0, d1, gather, it;

    uint64_t rows() const
    {
        return n0 * n1;
    }
    uint64_t row_addr(uint64_t r) const
    {
        if (gather) return (dram + table[it + r] * d0) % (1ull << 40);
        return dram + r / n0 * d1 + r % n0 * d0;
    }
    uint64_t row_line(uint64_t r) const
    {
        return line + r * lstride;
    }
    uint64_t line_bytes() const
    {
        if (space == VM) return (fmt == BF16 ? 2 : 4) * mach.L;
        if (space == WB || space == PB) return mach.L * mach.T / 2;
        return space == CM ? 8 * mach.L : 64;
    }
    uint64_t row_bytes() const
    {
        return lines * line_bytes();
    }
    uint64_t beats() const
    {
        return rows() * row_bytes() / mach.AXI;
    }
    uint64_t limit() const
    {
        switch (space) {
        case VM: return mach.VM;
        case WB: return mach.WB;
        case CM: return mach.CM;
        case PB: return mach.PB;
        case IT: return mach.IT / 16;
        default: return mach.RT / 32;
        }
    }
    bool in_range() const
    {
        if (gather && it + rows() > mach.IT) return false;
        for (uint64_t r = 0; r < rows(); r++)
            if (row_line(r) + lines > limit()) return false;
        return true;
    }
};

/* The word, fields placed by isa.def. */
static inline void encode(const transfer &t, uint8_t op_code, rng &g, uint32_t word[8])
{
    const uint64_t op = op_code, space = t.space, fmt = t.fmt, dram = g.next(), line = t.line,
                   lines = t.lines, lstride = t.lstride, n0 = t.n0, n1 = t.n1, d0 = t.d0, d1 = t.d1,
                   wait0 = g.next(), wait1 = g.next(), wait2 = g.next(), post0 = g.next(),
                   post1 = g.next(), post2 = g.next(), areg = g.next(), gather = t.gather,
                   it = t.it, rsv0 = 0, rsv1 = 0;
    auto put = [word](uint64_t v, uint32_t lsb, uint32_t width) {
        for (uint32_t i = 0; i < width; i++)
            if (v >> i & 1) word[(lsb + i) / 32] |= 1u << (lsb + i) % 32;
    };
    memset(word, 0, 32);
#define FIELD(format, name, lsb, width, meaning) FIELD_##format(name, lsb, width < 64 ? width : 30)
#define FIELD_D(name, lsb, width)                put(name, lsb, width);
#define FIELD_C(name, lsb, width)
#define FIELD_B(name, lsb, width)
#define FIELD_V(name, lsb, width)
#define FIELD_M(name, lsb, width)
#define FIELD_W(name, lsb, width)
#include "model/spec/isa.def"
}

/* A legal transfer inside one part of DRAM, of at most max_beats. */
static inline transfer random_transfer(rng &g, uint64_t space, uint64_t fmt, uint64_t part,
                                       uint64_t max_beats)
{
    transfer t = {space, fmt, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0};
    const uint64_t line_beats = t.line_bytes() / mach.AXI, most = max_beats / line_beats + 1;

    t.lines = 1 + g.below(g.one_in(3) ? 2 : most < t.limit() ? most : t.limit());
    const uint64_t rows = most / t.lines + 1;
    t.n0 = 1 + g.below(rows < 40 ? rows : 40);
    t.n1 = 1 + g.below(rows / t.n0 + 1);
    /* A row starts 64-byte aligned but may end anywhere. */
    t.lstride = g.one_in(3) ? t.lines : g.below(2 * t.lines + 1);
    while (!t.in_range()) {
        if (t.lstride > 0)
            t.lstride /= 2;
        else
            t.lines--;
    }
    uint64_t room = t.limit() - (t.row_line(t.rows() - 1) + t.lines);
    t.line = g.one_in(4) ? room : g.below(room + 1); /* often the last line */

    const uint64_t row64 = (t.row_bytes() + 63) / 64 * 64;
    t.d0 = g.one_in(6) ? 0 : row64 + (g.one_in(2) ? 0 : 64 * g.below(40));
    while ((t.n0 - 1) * t.d0 + row64 > Part / 2) t.d0 /= 128, t.d0 *= 64;
    t.d1 = g.one_in(6) ? 0 : t.n0 * t.d0 + (g.one_in(2) ? 0 : 64 * g.below(40));
    while ((t.n1 - 1) * t.d1 + (t.n0 - 1) * t.d0 + row64 > Part) t.d1 /= 128, t.d1 *= 64;
    const uint64_t span = (t.n1 - 1) * t.d1 + (t.n0 - 1) * t.d0 + row64;
    t.dram = Base + part * Part + 64 * g.below((Part - span) / 64 + 1);
    return t;
}

/* As many inner rows as there can be, as many outer ones, as many lines in one: every bit of what counts them. */
static inline std::vector<transfer> longest(uint64_t space)
{
    transfer inner = {space, RAW, Base, 0, 1, 0, 4095, 1, 64, 0, 0, 0}, outer = inner,
             lines = inner;

    outer.n0 = 1, outer.n1 = 4095, outer.d0 = 0, outer.d1 = 64;
    lines.n0 = 1, lines.lines = lines.limit();
    while (lines.row_bytes() > Size) lines.lines /= 2;
    return {inner, outer, lines};
}

struct options {
    uint64_t seed = 1, cases = 2000;
    bool bench = false;
};

static inline options parse(int argc, char **argv)
{
    options o;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--seed") && i + 1 < argc)
            o.seed = strtoull(argv[++i], nullptr, 0);
        else if (!strcmp(argv[i], "--cases") && i + 1 < argc)
            o.cases = strtoull(argv[++i], nullptr, 0);
        else if (!strcmp(argv[i], "--bench"))
            o.bench = true;
    }
    return o;
}

/* numerics.md: divide by 2^16, then look at the remainder. */
inline uint16_t bf16_of(uint32_t x)
{
    const uint32_t mag = x & 0x7fffffff, rest = mag % 65536;
    uint32_t q = mag / 65536;

    if (mag > 0x7f800000) return 0x7fc0;
    if (rest > 32768 || (rest == 32768 && q % 2 == 1)) q++;
    return (uint16_t)(q | x >> 31 << 15);
}

/* ---- the bench ------------------------------------------------------------------------------- */

static Vtop *top;
static stamp_axi pins;
static std::vector<uint8_t> mem(Size);
static stamp_dram *dram;
static stamp_axi_monitor *monitor;
static rng g;
static uint64_t win_lo, win_hi, passed, failed, cycle, ev_bytes, ev_wait, codes[16];
static bool waits; /* a request to the scratchpad was not taken in the cycle before */

static void tick(bool reset_n); /* each bench has its own */

static inline void complain(const char *what)
{
    if (failed++ < 10) printf("cycle %llu: %s\n", (unsigned long long)cycle, what);
}

static inline void reset()
{
    top->rst_ni = 0;
    waits = false;
    top->insn_valid_i = 0;
    top->eval();
    for (int i = 0; i < 3; i++) tick(false);
    top->rst_ni = 1;
    top->eval();
}

/* The next instruction, or none, with gaps; valid holds until ready. */
static inline void offer(const std::vector<transfer> &list, size_t at, uint8_t op)
{
    uint32_t word[8];

    if (at == list.size()) {
        top->insn_valid_i = 0;
    } else if (!top->insn_valid_i && !g.one_in(4)) {
        encode(list[at], op, g, word);
        memcpy(&top->insn_i, word, 32);
        top->addr_i = list[at].dram;
        top->insn_valid_i = 1;
    }
    top->eval();
}

/* Probability of a stall, of 256. */
static inline uint32_t stall_level()
{
    static const uint32_t levels[] = {0, 0, 30, 128, 230};
    return levels[g.below(5)];
}

/* Anywhere in 40 bits of address. */
static inline void move_memory()
{
    if (g.one_in(4)) Base = (g.next() >> 24) % ((1ull << 40) - Size) / 4096 * 4096;
}

/* A window that just fits, or is a byte short. */
static inline void tight_window(const transfer &t)
{
    uint64_t lo = ~0ull, hi = 0;
    for (uint64_t r = 0; r < t.rows(); r++) {
        lo = t.row_addr(r) < lo ? t.row_addr(r) : lo;
        hi = t.row_addr(r) + t.row_bytes() > hi ? t.row_addr(r) + t.row_bytes() : hi;
    }
    win_lo = lo + g.one_in(3);
    win_hi = hi - g.one_in(3);
}

static inline void set_window()
{
    top->win_lo_i = win_lo;
    top->win_hi_i = win_hi;
    monitor->read_window(win_lo, win_hi);
    monitor->write_window(win_lo, win_hi);
}

static inline void check_monitor()
{
    if (monitor->ok()) return;
    complain(monitor->first.c_str());
    monitor->first.clear();
}

/* Beats over the cycles they took, of 256, against what is asked for. */
static inline void judge_rate(const char *name, uint64_t beats, uint64_t took, uint64_t waited,
                              uint64_t want_256, bool right, bool print)
{
    if (print)
        printf("%-28s %6llu beats %6llu cycles, %llu waiting\n", name, (unsigned long long)beats,
               (unsigned long long)took, (unsigned long long)waited);
    if (beats * 256 >= took * want_256 && right)
        passed++;
    else
        complain(name);
}

static inline void open_bench(uint64_t seed)
{
    g.s = seed * 0x9e3779b97f4a7c15 + 1;
    top = new Vtop;
    dram = new stamp_dram(mem.data(), Size, stamp_dram_config());
    dram->config.axi_bytes = mach.AXI;
    dram->config.seed = seed;
    monitor = new stamp_axi_monitor(mach.AXI);
    reset();
}

/* Every code came up; the closing line. */
static inline int close_bench(const char *name, const options &o, const std::vector<uint32_t> &all)
{
    for (uint32_t code : all) {
        if (o.bench) printf("code %u: %llu\n", code, (unsigned long long)codes[code]);
        if (o.cases >= 1000 && codes[code] < 10) complain("a code hardly came up");
    }
    monitor->finish();
    check_monitor();
    finish(top);
    printf("%s: %llu passed, %llu failed\n", name, (unsigned long long)passed,
           (unsigned long long)failed);
    return failed != 0 || passed == 0 || o.cases == 0;
}

#endif
