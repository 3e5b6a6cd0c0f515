/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ldu_tb.cpp
 * Bench of rtl/dma/stamp_ldu: every scratch write in order against isa.md, every error, random
 * stalls on all channels, resets in the middle, the AXI monitor, and the sustained rate. The bench
 * plays the index table: what loads of IT write is what gathering loads read.
 *
 * The timed twin (model/clock) runs beside it where nothing fails: all its pins in every cycle.
 *
 * Case     one instruction: its writes, their number and its code; or one rate
 * Args     --seed N   --cases N   --bench (print the rates)
 * Build    make build/tb/base/ldu: stamp_ldu with the parameters it names
 */
#include "tests/rtl/ldu_clock.h"
#include "tests/rtl/ldu_stu_bad.h"

struct line_write {
    uint64_t space, line;
    uint32_t bytes;
    uint8_t data[512];
};
struct expected {
    std::vector<line_write> writes;
    uint32_t err;
};

static uint32_t stall_wr;                        /* of 256 */
static std::vector<uint32_t> it_memory(mach.IT); /* as the unit wrote it */
static ldu_clock timed(it_memory.data());        /* the twin of model/clock */
static uint64_t index_high;                      /* entries of IT are this and a few more */

/* ---- expectation ------------------------------------------------------------------------- */

static bool vm_line(const transfer &t, const uint8_t *src, line_write &w)
{
    bool bad = false;
    for (uint32_t l = 0; l < mach.L; l++) {
        uint32_t bits;
        if (t.fmt != BF16)
            memcpy(&bits, src + 4 * l, 4);
        else
            bits = (uint32_t)src[2 * l] << 16 | (uint32_t)src[2 * l + 1] << 24;
        memcpy(w.data + 4 * l, &bits, 4);
        bad |= t.fmt != RAW && (bits & 0x7f800000) == 0x7f800000;
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

/* The lines and the code of a load; the table is left as the next instruction finds it. */
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
            if (t.space == IT) memcpy(&table[16 * w.line], w.data, 64);
            e.writes.push_back(w);
        }
    }
    return e;
}

/* ---- driving ----------------------------------------------------------------------------- */

/* The index table: written at the edge, read into a register with another behind it. */
static uint32_t play_table()
{
    static uint32_t line, data;

    data = line;
    if (top->it_re_o && top->it_entry_o >= mach.IT) complain("read beyond the index table");
    if (top->it_re_o) line = it_memory[top->it_entry_o % mach.IT];
    if (top->wr_valid_o && top->wr_ready_i && top->wr_space_o == IT)
        memcpy(&it_memory[16 * top->wr_line_o % mach.IT], &top->wr_data_o, 64);
    return data;
}

static void tick(bool reset_n)
{
    timed.edge(reset_n);
    pins.arvalid = top->arvalid_o;
    pins.araddr = top->araddr_o;
    pins.arlen = top->arlen_o;
    pins.arsize = top->arsize_o;
    pins.arburst = top->arburst_o;
    pins.rready = top->rready_o;
    monitor->edge(pins, reset_n);
    pins.araddr -= Base;
    reset_n ? dram->step(pins) : dram->reset(pins);
    const uint32_t it_data = play_table();
    bench_record(top);
    top->contextp()->timeInc(1);
    top->clk_i = 1;
    top->eval();
    top->it_data_i = it_data;
    top->arready_i = pins.arready;
    top->rvalid_i = pins.rvalid;
    top->rlast_i = pins.rlast;
    top->rresp_i = pins.rresp;
    memcpy(&top->rdata_i, pins.rdata, mach.AXI);
    top->clk_i = 0;
    top->eval();
    /* Only VM makes a line wait. */
    top->wr_ready_i = g.below(256) >= stall_wr || !top->wr_valid_o || top->wr_space_o != VM;
    top->eval();
    cycle++;
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

/* Lines and code of the instruction at hand, found when it first shows itself: only then is it
 * known whether one before it failed, so that it writes nothing and ends with that one's code. */
struct judge {
    bool known;
    expected want;
    size_t k; /* lines seen */
    uint32_t squash;

    void look(const transfer &t)
    {
        if (known) return;
        want = squash ? expected{{}, squash} : expect(t);
        known = true;
        k = 0;
    }
    void write()
    {
        if (k == want.writes.size()) return complain("write without cause");
        const line_write &w = want.writes[k++];
        if (top->wr_space_o != w.space || top->wr_line_o != w.line ||
            memcmp(&top->wr_data_o, w.data, w.bytes))
            complain("wrong write");
    }
    void done()
    {
        if (top->done_err_o != want.err || k != want.writes.size()) {
            complain("wrong code, or lines missing");
            printf("  code %d, want %u; %zu lines, want %zu\n", top->done_err_o, want.err, k,
                   want.writes.size());
        } else
            passed++, codes[want.err]++;
        squash = want.err;
        known = false;
    }
};

/* Runs a list; it is cut short by a reset at that cycle. */
static void run(const std::vector<transfer> &list, uint64_t reset_at)
{
    judge j = {false, {}, 0, NONE};
    size_t offered = 0, done = 0;
    uint64_t idle = 0;

    waits = false;
    const std::vector<uint32_t> kept = table;
    bool right = true;
    for (const transfer &t : list) right = right && expect(t).err == NONE;
    table = kept;
    timed.begin(right);
    for (uint64_t n = 0; done < list.size(); n++) {
        if (n == reset_at || ++idle > 20000) {
            if (n != reset_at) complain("hangs");
            return reset();
        }
        offer(list, offered, 0x10);
        held();
        if (top->done_valid_o || (top->wr_valid_o && top->wr_ready_i)) {
            if (done >= offered) complain("done or a write without an instruction");
            if (done >= list.size()) return reset();
            idle = 0;
        }
        if (top->done_valid_o) {
            j.look(list[done++]);
            j.done();
        }
        if (done == offered && !top->busy_o) j.squash = NONE;
        if (done < offered && !top->busy_o) complain("busy low with an instruction inside");
        if (j.squash && top->insn_ready_o) complain("ready before idle after an error");
        if (top->wr_valid_o && top->wr_ready_i && done < list.size()) {
            j.look(list[done]);
            j.write();
        }
        if (top->ev_bytes_o) idle = 0; /* dropped beats are progress, too */
        ev_bytes += top->ev_bytes_o;
        ev_wait += top->ev_axi_wait_o;
        if (top->ev_bytes_o && top->ev_axi_wait_o) complain("waits while taking a beat");
        const bool accept = top->insn_valid_i && top->insn_ready_o;
        tick(true);
        if (accept) offered++, idle = 0, top->insn_valid_i = 0;
    }
    for (int i = 0; i < 4; i++) tick(true);
    if (top->busy_o || top->done_valid_o || top->wr_valid_o) complain("not idle at the end");
}

/* ---- cases ------------------------------------------------------------------------------- */

#include "tests/rtl/ldu_cases.h"

static void scenario()
{
    const bool calm = g.one_in(3);
    std::vector<transfer> list;

    dram->config.stall_ar = calm ? 0 : stall_level();
    dram->config.stall_r = calm ? 0 : stall_level();
    stall_wr = calm ? 0 : stall_level();
    dram->config.read_latency = 1 + (uint32_t)g.below(g.one_in(2) ? 4 : 90);
    dram->config.read_rate = g.one_in(4) ? 16 + (uint32_t)g.below(240) : 256;
    fill();
    if (g.one_in(4)) {
        list.push_back(random_load(100));
        tight_window(list[0]);
    } else {
        const uint64_t n = 1 + g.below(8), bad = g.one_in(2) ? g.below(n) : n;
        for (uint64_t i = 0; i < n; i++)
            list.push_back(i == bad ? bad_load() : random_load(g.one_in(8) ? 2000 : 100));
    }
    set_window();
    run(list, g.one_in(30) ? g.below(300) : ~0ull);
    check_monitor();
}

/* Memory and scratchpads that never wait. */
static void at_best()
{
    dram->config.stall_ar = dram->config.stall_r = stall_wr = 0;
    dram->config.read_latency = 60;
    dram->config.read_rate = 256;
}

/* Beats from the first to the last over the cycles between them. */
static void rate(const char *name, uint64_t space, uint64_t fmt, uint64_t lines, uint64_t rows,
                 uint32_t want_256, bool gather, bool print)
{
    std::vector<transfer> list;
    const uint64_t count = 8;

    at_best();
    for (uint64_t i = 0; i < count; i++) {
        transfer t = {space, fmt, 0, 0, lines, lines, rows, 1, 0, 0, gather, 0};
        t.dram = Base + (fmt == RAW ? 2 : fmt == F32 ? 1 : 0) * Part;
        t.d0 = (t.row_bytes() + 63) / 64 * 64;
        if (gather) t.dram = (t.dram - index_high * t.d0) % (1ull << 40);
        list.push_back(t);
    }
    const uint64_t from = cycle, wait = ev_wait, before = failed;
    run(list, ~0ull);
    /* 4 cycles of run()'s tail, the gaps of the offer, 5 + 60 + 2 of the way through. */
    judge_rate(name, count * list[0].beats(), cycle - from - 4 - 67, ev_wait - wait, want_256,
               failed == before, print);
}

int main(int argc, char **argv)
{
    const options o = parse(argc, argv);

    open_bench(o.seed);
    while (passed + failed < o.cases / 16 && failed < 100) scenario();
    at_best();
    for (int n = 0; n < 8; n++) {
        fill();
        set_window();
        for (uint64_t space : {VM, WB})
            each_bit(g, space, [](const transfer &t) { run({t}, ~0ull); });
    }
    fill();
    set_window();
    for (uint64_t space : {WB, VM}) run(longest(space), ~0ull);
    while (passed + failed < o.cases && failed < 100) scenario();
    fill();
    set_window();
    ev_bytes = monitor->read_beats = 0;
    rate("VM f32, 16 lines a row", VM, F32, 16, 12, 250, false, o.bench);
    rate("VM bf16, 8 lines a row", VM, BF16, 8, 24, 250, false, o.bench);
    rate("VM f32, 2 lines a row", VM, F32, 2, 64, 250, false, o.bench);
    rate("VM f32, 1 line a row", VM, F32, 1, 128, 250, false, o.bench);
    rate("VM f32, 1 line a row, gather", VM, F32, 1, 128, 240, true, o.bench);
    rate("VM raw, 2 lines a row, gather", VM, RAW, 2, 64, 240, true, o.bench);
    rate("WB, 512 lines", WB, RAW, 512, 1, 250, false, o.bench);
    rate("CM, 4 lines a row", CM, RAW, 4, 16, 250, false, o.bench);
    rate("RT, 16 lines", RT, RAW, 16, 1, 240, false, o.bench);
    if (ev_bytes != monitor->read_beats * mach.AXI) complain("bytes counted are not bytes read");
    if (!timed.pins.close()) complain("the timed twin differs");
    return close_bench("ldu_tb", o, {NONE, RANGE, DRAM_RANGE, AXI_READ, NUMERIC});
}
