/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ldu_tb.cpp
 * Bench of rtl/dma/stamp_ldu: every scratch write in order against isa.md, every error, random
 * stalls on all channels, resets in the middle, the AXI monitor, and the sustained rate.
 *
 * Case     one instruction: its writes, their number and its code; or one rate
 * Args     --seed N   --cases N   --bench (print the rates)
 * Build    per configuration, for example base:
 *            verilator --cc --exe --build -O3 --x-assign fast --top-module stamp_ldu \
 *              -GL=16 -GT=8 -GAXI_BYTES=16 -GWB_LINES=1024 \
 *              -CFLAGS "-std=c++17 -O2 -I$PWD -DSTAMP_CONFIG=base" \
 *              rtl/gen/stamp_isa_pkg.sv rtl/dma/stamp_dma_ag.sv rtl/dma/stamp_ldu_pack.sv \
 *              rtl/dma/stamp_ldu.sv tests/rtl/ldu_tb.cpp tests/rtl/axi_monitor.cpp \
 *              sim/verilator/dram.cpp
 */
#include "Vtop.h"
#include "verilated.h"

#include "sim/verilator/dram.h"
#include "tests/rtl/axi_monitor.h"
#include "tests/rtl/ldu_stu.h"

struct line_write {
    uint64_t space, line;
    uint32_t bytes;
    uint8_t data[512];
};
struct expected {
    std::vector<line_write> writes;
    uint32_t err;
};

static Vtop *top;
static stamp_axi pins;
static std::vector<uint8_t> mem(Size);
static stamp_dram *dram;
static stamp_axi_monitor *monitor;
static rng g;
static uint64_t win_lo, win_hi, passed, failed, cycle, ev_bytes, ev_wait, codes[16];
static uint32_t stall_wr; /* of 256 */
static bool waits;        /* a write was not taken in the cycle before */

static void complain(const char *what)
{
    if (failed++ < 10) printf("cycle %llu: %s\n", (unsigned long long)cycle, what);
}

/* ---- expectation ------------------------------------------------------------------------- */

static bool vm_line(const transfer &t, const uint8_t *src, line_write &w)
{
    bool bad = false;
    for (uint32_t l = 0; l < mach.L; l++) {
        uint32_t bits;
        if (t.fmt == F32)
            memcpy(&bits, src + 4 * l, 4);
        else
            bits = (uint32_t)src[2 * l] << 16 | (uint32_t)src[2 * l + 1] << 24;
        memcpy(w.data + 4 * l, &bits, 4);
        bad |= (bits & 0x7f800000) == 0x7f800000;
    }
    w.bytes = 4 * mach.L;
    return bad;
}

static bool faulty(uint64_t addr, uint64_t bytes) /* offset into DRAM */
{
    for (const stamp_dram_fault &f : dram->faults)
        if (addr < (f.hi + mach.AXI - 1) / mach.AXI * mach.AXI &&
            addr + bytes > f.lo / mach.AXI * mach.AXI)
            return true;
    return false;
}

static expected expect(const transfer &t)
{
    expected e = {{}, NONE};

    if (!t.in_range()) return {{}, RANGE};
    for (uint64_t r = 0; r < t.rows(); r++) {
        const uint64_t addr = t.row_addr(r);
        if (addr < win_lo || addr + t.row_bytes() > win_hi) return {e.writes, DRAM_RANGE};
        for (uint64_t j = 0; j < t.lines; j++) {
            const uint64_t from = addr - Base + j * t.line_bytes();
            line_write w = {t.space, t.row_line(r) + j, (uint32_t)t.line_bytes(), {}};
            if (faulty(from, t.line_bytes())) return {e.writes, AXI_READ};
            memcpy(w.data, &mem[from], w.bytes);
            if (t.space == VM && vm_line(t, &mem[from], w)) e.err = NUMERIC;
            e.writes.push_back(w);
        }
    }
    return e;
}

/* ---- driving ----------------------------------------------------------------------------- */

static void tick(bool reset_n)
{
    pins.arvalid = top->arvalid_o;
    pins.araddr = top->araddr_o;
    pins.arlen = top->arlen_o;
    pins.arsize = top->arsize_o;
    pins.arburst = top->arburst_o;
    pins.rready = top->rready_o;
    monitor->edge(pins, reset_n);
    pins.araddr -= Base;
    if (reset_n)
        dram->step(pins);
    else
        dram->reset(pins);
    top->clk_i = 1;
    top->eval();
    top->arready_i = pins.arready;
    top->rvalid_i = pins.rvalid;
    top->rlast_i = pins.rlast;
    top->rresp_i = pins.rresp;
    memcpy(&top->rdata_i, pins.rdata, mach.AXI);
    top->wr_ready_i = g.below(256) >= stall_wr;
    top->clk_i = 0;
    top->eval();
    cycle++;
}

static void reset()
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
static void offer(const std::vector<transfer> &list, size_t at)
{
    uint32_t word[8];

    if (at == list.size()) {
        top->insn_valid_i = 0;
    } else if (!top->insn_valid_i && !g.one_in(4)) {
        encode(list[at], 0x10, g, word);
        memcpy(&top->insn_i, word, 32);
        top->addr_i = list[at].dram;
        top->insn_valid_i = 1;
    }
    top->eval();
}

/* A write that waits keeps its payload. */
static void held()
{
    static line_write was;

    if (waits && (!top->wr_valid_o || top->wr_space_o != was.space || top->wr_line_o != was.line ||
                  memcmp(&top->wr_data_o, was.data, was.bytes)))
        complain("a write changed before it was taken");
    waits = top->wr_valid_o && !top->wr_ready_i;
    if (!waits) return;
    was = {top->wr_space_o,
           top->wr_line_o,
           (uint32_t)(top->wr_space_o == WB   ? mach.L * mach.T / 2
                      : top->wr_space_o == CM ? 8 * mach.L
                      : top->wr_space_o == VM ? 4 * mach.L
                                              : 64),
           {}};
    memcpy(was.data, &top->wr_data_o, was.bytes);
}

/* Runs a list; false if it was cut short by a reset at that cycle. In one piece, longer than most:
 * what a cycle offers and what it checks belong together. */
static bool run(const std::vector<transfer> &list, uint64_t reset_at)
{
    std::vector<expected> want;
    size_t offered = 0, done = 0, k = 0;
    uint32_t squash = NONE;
    uint64_t idle = 0;

    waits = false;
    for (const transfer &t : list) want.push_back(expect(t));
    for (uint64_t n = 0; done < list.size(); n++) {
        if (n == reset_at) {
            reset();
            return false;
        }
        offer(list, offered);
        held();
        if (top->done_valid_o) {
            if (done >= offered) complain("done without an instruction");
            const expected &e = want[done];
            const uint32_t err = squash ? squash : e.err;
            if (top->done_err_o != err || k != (squash ? 0 : e.writes.size())) {
                complain("wrong code, or lines missing");
                printf("  insn %zu: code %d, want %u; %zu lines, want %zu\n", done, top->done_err_o,
                       err, k, e.writes.size());
            } else
                passed++, codes[err]++;
            squash = err;
            done++;
            k = 0;
            idle = 0;
        }
        if (done == offered && !top->busy_o) squash = NONE;
        if (done < offered && !top->busy_o) complain("busy low with an instruction inside");
        if (squash && top->insn_ready_o) complain("ready before idle after an error");
        if (top->wr_valid_o && top->wr_ready_i) {
            const bool more = done < offered && !squash && k < want[done].writes.size();
            if (!more)
                complain("write without cause");
            else {
                const line_write &w = want[done].writes[k++];
                if (top->wr_space_o != w.space || top->wr_line_o != w.line ||
                    memcmp(&top->wr_data_o, w.data, w.bytes))
                    complain("wrong write");
            }
            idle = 0;
        }
        if (top->ev_bytes_o) idle = 0; /* dropped beats are progress, too */
        ev_bytes += top->ev_bytes_o;
        ev_wait += top->ev_axi_wait_o;
        if (top->ev_bytes_o && top->ev_axi_wait_o) complain("waits while taking a beat");
        const bool accept = top->insn_valid_i && top->insn_ready_o;
        tick(true);
        if (accept) offered++, idle = 0, top->insn_valid_i = 0;
        if (++idle > 20000) {
            complain("hangs");
            reset();
            return false;
        }
    }
    for (int i = 0; i < 4; i++) tick(true);
    if (top->busy_o || top->done_valid_o || top->wr_valid_o) complain("not idle at the end");
    return true;
}

/* ---- cases ------------------------------------------------------------------------------- */

/* Part 0: finite as bf16 and f32. Part 1: finite as f32. Part 2: anything. Part 3: errors. */
static void fill()
{
    for (uint64_t i = 0; i < Size; i += 2) {
        uint16_t v = (uint16_t)g.next();
        const bool high = i % 4 == 2, part1 = i / Part == 1;
        if ((v & 0x7f80) == 0x7f80 && i / Part != 2 && (high || !part1)) v ^= 0x0100;
        if (part1 && !high && g.one_in(4)) v |= 0x7f80;
        memcpy(&mem[i], &v, 2);
    }
    dram->faults.clear();
    win_lo = Base;
    win_hi = Base + Size;
}

static transfer random_load(uint64_t max_beats)
{
    const uint64_t space = g.below(3) ? g.below(3) : g.below(5);
    const uint64_t fmt = space != VM ? RAW : g.one_in(2) ? F32 : BF16;
    return random_transfer(g, space, fmt, space != VM ? 2 : fmt == F32 ? 1 : 0, max_beats);
}

/* A transfer that fails, mostly; the expectation finds out how. */
static transfer bad_load()
{
    transfer t = random_load(100);
    const uint64_t kind = g.below(5);

    if (kind == 0)
        break_range(g, t);
    else if (kind == 1)
        break_window(g, t);
    else {
        const bool numeric = kind == 2;
        const uint64_t space = numeric ? (uint64_t)VM : t.space;
        t = random_transfer(g, space, space == VM ? F32 + g.below(2) : (uint64_t)RAW, 3, 100);
        const uint64_t at = t.row_addr(g.below(t.rows())) - Base + g.below(t.row_bytes() / 4) * 4;
        const uint64_t e = at + (t.fmt == BF16 && g.one_in(2) ? 0 : 2);
        if (numeric)
            mem[e] |= 0x80, mem[e + 1] |= 0x7f;
        else
            dram->faults.push_back({at, at + 1, true, false});
    }
    return t;
}

static void scenario()
{
    static const uint32_t levels[] = {0, 0, 30, 128, 230};
    auto level = []() { return levels[g.below(5)]; };
    const bool calm = g.one_in(3);
    std::vector<transfer> list;

    dram->config.stall_ar = calm ? 0 : level();
    dram->config.stall_r = calm ? 0 : level();
    stall_wr = calm ? 0 : level();
    dram->config.read_latency = 1 + (uint32_t)g.below(g.one_in(2) ? 4 : 90);
    dram->config.read_rate = g.one_in(4) ? 16 + (uint32_t)g.below(240) : 256;
    fill();
    if (g.one_in(4)) { /* a window that just fits, or is a byte short */
        const transfer t = random_load(100);
        uint64_t lo = ~0ull, hi = 0;
        for (uint64_t r = 0; r < t.rows(); r++) {
            lo = t.row_addr(r) < lo ? t.row_addr(r) : lo;
            hi = t.row_addr(r) + t.row_bytes() > hi ? t.row_addr(r) + t.row_bytes() : hi;
        }
        win_lo = lo + g.one_in(3);
        win_hi = hi - g.one_in(3);
        list.push_back(t);
    } else {
        const uint64_t n = 1 + g.below(8), bad = g.one_in(2) ? g.below(n) : n;
        for (uint64_t i = 0; i < n; i++)
            list.push_back(i == bad ? bad_load() : random_load(g.one_in(8) ? 2000 : 100));
    }
    top->win_lo_i = win_lo;
    top->win_hi_i = win_hi;
    monitor->read_window(win_lo, win_hi);
    run(list, g.one_in(30) ? g.below(300) : ~0ull);
    if (!monitor->ok()) {
        complain(monitor->first.c_str());
        monitor->first.clear();
    }
}

/* Beats from the first to the last over the cycles between them. */
static void rate(const char *name, uint64_t space, uint64_t fmt, uint64_t lines, uint64_t rows,
                 uint32_t want_256, bool print)
{
    std::vector<transfer> list;
    const uint64_t count = 8;

    dram->config.stall_ar = dram->config.stall_r = stall_wr = 0;
    dram->config.read_latency = 60;
    dram->config.read_rate = 256;
    for (uint64_t i = 0; i < count; i++) {
        transfer t = {space, fmt,   Base + (space != VM ? 2 : fmt == F32 ? 1 : 0) * Part,
                      0,     lines, lines,
                      rows,  1,     0,
                      0};
        t.d0 = (t.row_bytes() + 63) / 64 * 64;
        list.push_back(t);
    }
    const uint64_t from = cycle, beats = count * list[0].beats(), wait = ev_wait, before = failed;
    run(list, ~0ull);
    /* 4 cycles of run()'s tail, the gaps of the offer, 5 + 60 + 2 of the way through. */
    const uint64_t took = cycle - from - 4 - 67, waited = ev_wait - wait;
    const bool ok = beats * 256 >= took * want_256 && failed == before;
    if (print)
        printf("%-28s %6llu beats %6llu cycles, %llu waiting\n", name, (unsigned long long)beats,
               (unsigned long long)took, (unsigned long long)waited);
    if (ok)
        passed++;
    else
        complain(name);
}

int main(int argc, char **argv)
{
    const options o = parse(argc, argv);
    const stamp_dram_config config = {};

    g.s = o.seed * 0x9e3779b97f4a7c15 + 1;
    top = new Vtop;
    dram = new stamp_dram(mem.data(), Size, config);
    dram->config.axi_bytes = mach.AXI;
    dram->config.seed = o.seed;
    monitor = new stamp_axi_monitor(mach.AXI);
    reset();
    while (passed + failed < o.cases && failed < 100) scenario();
    for (int code : {NONE, RANGE, DRAM_RANGE, AXI_READ, NUMERIC}) {
        if (o.bench) printf("code %d: %llu\n", code, (unsigned long long)codes[code]);
        if (o.cases >= 1000 && codes[code] < 10) complain("a code hardly came up");
    }

    fill();
    top->win_lo_i = win_lo;
    top->win_hi_i = win_hi;
    monitor->read_window(win_lo, win_hi);
    ev_bytes = monitor->read_beats = 0;
    rate("VM f32, 16 lines a row", VM, F32, 16, 12, 250, o.bench);
    rate("VM bf16, 8 lines a row", VM, BF16, 8, 24, 250, o.bench);
    rate("VM f32, 2 lines a row", VM, F32, 2, 64, 250, o.bench);
    rate("VM f32, 1 line a row", VM, F32, 1, 128, 250, o.bench);
    rate("WB, 512 lines", WB, RAW, 512, 1, 250, o.bench);
    rate("CM, 4 lines a row", CM, RAW, 4, 16, 250, o.bench);
    rate("RT, 16 lines", RT, RAW, 16, 1, 240, o.bench);
    if (ev_bytes != monitor->read_beats * mach.AXI) complain("bytes counted are not bytes read");
    monitor->finish();
    if (!monitor->ok()) complain(monitor->first.c_str());

    printf("ldu_tb: %llu passed, %llu failed\n", (unsigned long long)passed,
           (unsigned long long)failed);
    return failed != 0 || passed == 0 || o.cases == 0;
}
