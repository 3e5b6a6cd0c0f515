/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lib_mem.h
 * Of lib_tb: the memories. Macros of rams' bodies run beside the wrappers, a cycle ahead, and a few lines of
 * C++; of banks, tables and the operand memory it is tested who waits, that nothing is lost, and for how
 * long a writer can be kept out.
 */
#ifndef STAMP_TESTS_RTL_LIB_MEM_H
#define STAMP_TESTS_RTL_LIB_MEM_H

#include <array>
#include <cstring>
#include <deque>
#include <vector>

#include "tests/rtl/lib_clock.h"
#include "tests/rtl/lib_ctr.h"

/* What a memory gives: a read's data two cycles after it, held until the next read's come. */
template <class T> struct reads {
    T last = {}, want = {};          /* after the edge: behind the body, behind the wrapper */
    bool any = false, known = false; /* last counts, want counts */

    /* A cycle, before its edge: the line as it is before this cycle's write. */
    void cycle(bool read, const T &line)
    {
        want = last, known = any;
        if (read) last = line, any = true;
    }
};

/* ---- Rams: two ports, one port with a mask, both bodies ------------------------------------------ */

static void ram(uint64_t cycles)
{
    std::vector<uint64_t> mem(320);
    reads<uint64_t> r;
    uint32_t met = 0;

    for (uint32_t i = 0; i < 320; i++) { /* no read meets what was never written */
        top->r_we_i = 1, top->r_waddr_i = (uint16_t)i, top->r_wdata_i = mem[i] = g.next();
        tick();
    }
    while (cycles-- > 0) {
        const uint32_t span = g.one_in(8) ? 4 : 320; /* often the lines written last */
        top->r_we_i = g.below(2), top->r_re_i = g.below(2);
        top->r_waddr_i = (uint16_t)g.below(span), top->r_raddr_i = (uint16_t)g.below(span);
        top->r_wdata_i = g.next();
        met += top->r_we_i && top->r_re_i && top->r_waddr_i == top->r_raddr_i;
        r.cycle(top->r_re_i, mem[top->r_raddr_i]);
        if (top->r_we_i) mem[top->r_waddr_i] = top->r_wdata_i;
        tick();
        if (r.any) t.check(top->r_macro_o == r.last, "ram: macros: wrong data, or not held");
        if (r.known) t.check(top->r_rdata_o == r.want, "ram: wrong data, or not held");
    }
    if (!met) t.complain("ram: no read met a write of its line");
    top->r_we_i = top->r_re_i = 0;
}

struct line72 {
    uint32_t w[3];
};

static void ram_sp(uint64_t cycles)
{
    std::vector<line72> mem(832);
    reads<line72> r;

    for (uint32_t i = 0; i < 832; i++) {
        top->n_we_i = 1, top->n_addr_i = (uint16_t)i, top->n_mask_i = 0x3ffff;
        memset(&top->n_wdata_i, 0, 12);
        tick();
    }
    while (cycles-- > 0) {
        const uint32_t what = g.below(3);
        top->n_we_i = what == 1, top->n_re_i = what == 2;
        top->n_addr_i = (uint16_t)(g.one_in(8) ? 510 + g.below(4) : g.below(832));
        top->n_mask_i = g.one_in(4) ? 0x3ffff : g.below(1 << 18);
        for (int i = 0; i < 3; i++) top->n_wdata_i[i] = (uint32_t)g.next() & (i == 2 ? 0xff : ~0u);
        r.cycle(top->n_re_i, mem[top->n_addr_i]);
        for (int n = 0; n < 18; n++) {
            const uint32_t bits = 15u << 4 * (n % 8);
            uint32_t &word = mem[top->n_addr_i].w[n / 8];
            if (top->n_we_i && top->n_mask_i >> n & 1)
                word = (word & ~bits) | (top->n_wdata_i[n / 8] & bits);
        }
        tick();
        if (r.any)
            t.check(!memcmp(&top->n_macro_o, &r.last, 12),
                    "ram of one port: macros: wrong data, or not held");
        if (r.known)
            t.check(!memcmp(&top->n_rdata_o, &r.want, 12),
                    "ram of one port: wrong data, or not held");
    }
    top->n_we_i = top->n_re_i = 0;
}

/* The test bus reaches the pins of every macro: it writes a word, and it keeps accesses away. */
static void test_bus()
{
    const uint32_t en = 1u << 29, men = 1u << 28, wen = 1u << 27, ren = 1u << 26, scan = 1u << 31;
    line72 five = {{0x55555555, 0x55555555, 0x55}}, mixed = {{0x5a5a5a5a, 0x5a5a5a5a, 0x5a}};

    top->m_test_i = en | men | wen | 7u << 16 | 0x55 << 8 | 0xff;
    tick();
    top->m_test_i = 0, top->n_re_i = 1, top->n_addr_i = 512 + 7;
    tick();
    t.check(!memcmp(&top->n_macro_o, &five, 12), "test bus: no word written");
    top->n_re_i = 0;
    top->m_test_i =
        en | men | wen | 7u << 16 | 0xff << 8 | 0x0a; /* sets bits 1 and 3 of each byte */
    tick();
    top->m_test_i = en | men | wen | 7u << 16 | 0 << 8 | 0x05; /* and clears 0 and 2 */
    tick();
    top->m_test_i = en | men | ren | 7u << 16;
    tick();
    t.check(!memcmp(&top->n_macro_o, &mixed, 12), "test bus: no mask, or no read");
    top->m_test_i = scan, top->n_we_i = 1, top->n_mask_i = 0x3ffff;
    tick();
    top->n_we_i = 0, top->n_re_i = 1, top->n_addr_i = 3;
    tick();
    t.check(!memcmp(&top->n_macro_o, &mixed, 12), "test bus: an access under scan");
    top->m_test_i = ~0u; /* scan goes before all others */
    tick();
    top->m_test_i = 0, top->n_addr_i = 512 + 7;
    tick();
    t.check(!memcmp(&top->n_macro_o, &mixed, 12), "test bus: a write under scan");
    top->n_re_i = 0;
}

/* ---- Banks: the reader first, a write waits for its bank ------------------------------------------ */

struct bank_writer {
    bool busy = false;
    uint32_t line = 0, waited = 0;
};

/* How the reader goes: 0 lines in order, 1 one bank in every cycle, 2 at random, 3 pauses. */
static bool bank_read(uint32_t how, uint32_t &line)
{
    line = how == 0 ? (line + 1) % 32 : how == 1 ? line % 2 + 2 * g.below(16) : g.below(32);
    return how != 3 && (how != 2 || g.below(2));
}

static void bank(uint64_t cycles, bool two)
{
    std::vector<uint64_t> mem(32);
    uint32_t how = 3, line = 0, longest = 0, n = 0;
    reads<uint64_t> r;
    bank_writer w;

    for (n = 0; cycles-- > 0; n++) {
        if (g.one_in(40)) how = g.below(4), w.waited = 0;
        if (n < 32) how = 3;
        if (!w.busy && (n < 32 || g.below(3))) {
            w.busy = true, w.waited = 0, w.line = n < 32 ? n : g.below(32);
            top->k_waddr_i = (uint8_t)w.line, top->k_wdata_i = g.next();
        }
        top->k_re_i = bank_read(how, line), top->k_raddr_i = (uint8_t)line;
        (two ? top->k_we_i : top->k_one_we_i) = w.busy;
        top->eval();
        const bool ready = two ? top->k_ready_o : top->k_one_ready_o;
        t.check(ready == !(top->k_re_i && (!two || (line ^ w.line) % 2 == 0)), "bank: wrong ready");
        t.check(ready == stamp_clock_bank_ready(two, top->k_re_i, line, w.line),
                "bank: its twin is not ready as it is");
        r.cycle(top->k_re_i, mem[line]);
        if (w.busy && ready) mem[w.line] = top->k_wdata_i, w.busy = false;
        if (w.busy && two && how == 0 && ++w.waited > longest) longest = w.waited;
        tick();
        if (r.known)
            t.check((two ? top->k_rdata_o : top->k_one_o) == r.want,
                    "bank: wrong data, or not held");
    }
    if (two && longest != 1) t.complain("bank: a reader in order keeps a write for one cycle");
    top->k_we_i = top->k_one_we_i = top->k_re_i = 0;
}

/* ---- Tables: a line comes word by word, between the reader's words --------------------------------- */

/* Writes and reads keep to different lines, but for the end of a write: there the word kept is old. */
static void table(uint64_t cycles, bool wide)
{
    uint16_t mem[64] = {};
    uint32_t entry = 0, waited = 0, longest = 0;
    bool writing = false, order = false, quiet = false;
    reads<uint32_t> r;
    const uint32_t lines = 2, each = 32;
    stamp_clock_table twin;

    stamp_clock_table_init(&twin, stamp_mach_find("tiny"), wide ? 32 : 16); /* a word of 8 bytes */
    for (uint32_t n = 0; cycles-- > 0; n++) {
        if (!writing && (n < 40 || g.one_in(6))) {
            writing = true, waited = 0;
            top->t_line_i = n < 40 ? (uint8_t)(n >= 20) : (uint8_t)g.below(lines);
            for (int i = 0; i < 16; i++) top->t_data_i[i] = (uint32_t)g.next();
            order = g.below(2), quiet = !order && g.below(2);
        }
        (wide ? top->t_wide_we_i : top->t_we_i) = writing;
        entry = order ? (entry + (wide ? 2 : 1)) % 64 : g.one_in(3) ? g.below(64) : entry;
        if (writing && entry / each == top->t_line_i) entry = (entry + each) % 64;
        top->t_entry_i = (uint8_t)entry;
        top->t_re_i = n >= 40 && (order || g.below(2)) && !(writing && quiet);
        top->eval();
        const bool ready = wide ? top->t_wide_ready_o : top->t_ready_o;
        r.cycle(top->t_re_i, wide ? mem[entry & ~1u] | (uint32_t)mem[entry | 1] << 16 : mem[entry]);
        t.check(table_as_timed(twin, ready, top->t_re_i, wide ? entry / 2 : entry, writing,
                               top->t_line_i),
                "table: its twin is not ready as it is");
        if (writing && order && n >= 40 && ++waited > longest) longest = waited;
        if (writing && ready) {
            memcpy(mem + each * top->t_line_i, &top->t_data_i, 64);
            writing = false;
        }
        tick();
        if (r.known)
            t.check((wide ? top->t_wide_o : top->t_entry_o) == r.want,
                    "table: wrong entry, or not held");
    }
    /* 8 words; a walk of entries reads one cycle in 4, or in 2. */
    if (longest < 8 || longest > (wide ? 17 : 12)) t.complain("table: a write takes too long");
    top->t_we_i = top->t_wide_we_i = top->t_re_i = 0;
}

/* ---- Operand memory: writes wait in FIFOs, none is lost --------------------------------------------- */

struct xb_case {
    std::array<uint32_t, 4> mem[32] = {};
    uint32_t half = 0; /* bit 4 of the writer's lines; the reader's are the others */
    reads<std::array<uint32_t, 4>> r;
    uint32_t fell = 0, waits = 0, after = 0;
};

static void xb_write(xb_case &x, bool one_bank)
{
    const uint32_t line = 16 * x.half + (one_bank ? 2 * g.below(8) : g.below(16)), row = g.below(4);
    const bool two = row < 3 && g.below(2);

    top->b_we_i = 1, top->b_waddr_i = (uint8_t)line, top->b_row_i = (uint8_t)row,
    top->b_two_i = two;
    top->b_hi_i = x.mem[line][row] = (uint32_t)g.next();
    top->b_lo_i = (uint32_t)g.next();
    if (two) x.mem[line][row + 1] = top->b_lo_i;
}

/* A cycle: a write if the writer still may (ready, and 4 more), a read as told. */
static void xb_cycle(xb_case &x, bool write, bool one_bank, bool read, uint32_t line)
{
    top->b_we_i = 0;
    x.after = top->b_ready_o ? 0 : x.after + 1;
    x.fell += !top->b_ready_o;
    if (write && x.after <= 4) xb_write(x, one_bank);
    top->b_re_i = read, top->b_raddr_i = (uint8_t)(16 * !x.half + line % 16);
    x.r.cycle(read, x.mem[top->b_raddr_i]);
    tick();
    x.waits += top->b_busy_o;
    if (x.r.known)
        t.check(!memcmp(&top->b_data_o, &x.r.want, 16), "operands: wrong line, or not held");
}

static void xb(uint64_t cycles)
{
    xb_case x;
    uint32_t line = 0, longest = 0;

    for (uint32_t n = 0; n < 64; n++) xb_write(x, false), tick(); /* zero what is never written */
    for (uint32_t l = 0; l < 32; l++)
        for (uint32_t r = 0; r < 4; r += 2) {
            top->b_we_i = top->b_two_i = 1, top->b_waddr_i = (uint8_t)l, top->b_row_i = (uint8_t)r;
            top->b_hi_i = x.mem[l][r] = 3 * l + r, top->b_lo_i = x.mem[l][r + 1] = 7 * l;
            tick();
        }
    for (uint64_t done = 0; done < cycles;) {
        const uint32_t how = g.below(4), phase = 20 + g.below(60);
        for (uint32_t n = 0; n < phase; n++, done++) {
            /* in order every other cycle; in order; one bank all the time; at random */
            line = how == 2   ? (line & 1) + 2 * g.below(8)
                   : how == 3 ? g.below(16)
                              : line + (how || n % 2);
            xb_cycle(x, g.below(8) != 0, g.one_in(3) || how == 2, how != 0 || n % 2, line);
        }
        uint32_t left = 0; /* the reader alternates: what waits gets in */
        while (top->b_busy_o && left < 40) xb_cycle(x, false, false, true, ++line), left++;
        if (left > longest) longest = left;
        t.check(!top->b_busy_o, "operands: a write starved");
        x.half = !x.half;
    }
    if (!x.fell || !x.waits || longest > 16)
        t.complain("operands: never full, or a write waits too long");
    top->b_we_i = top->b_re_i = 0;
}

static void memories(uint64_t cycles)
{
    ram(cycles);
    ram_sp(cycles);
    test_bus();
    bank(cycles, true);
    bank(cycles, false);
    table(cycles, false);
    table(cycles, true);
    xb(cycles);
}

#endif
