/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file stu_tb.cpp
 * Bench of rtl/dma/stamp_stu: memory after every list of stores and the order of VM and PB reads
 * against isa.md, every error, random stalls on all channels, resets, the AXI monitor, the sustained rate.
 *
 * The timed twin (model/clock) runs beside it where nothing fails: all its pins in every cycle.
 *
 * Case     one instruction: its code, and memory right after its list; or one rate
 * Args     --seed N   --cases N   --bench (print the rates)
 */
#include "tests/rtl/bench_record.h"
#include "tests/rtl/stu_clock.h"
#include "tests/rtl/ldu_stu_bad.h"

static std::vector<uint8_t> want_mem(Size);
static std::vector<bool> loose(Size); /* an AXI_WRITE error leaves these bytes old or new */
static std::vector<uint32_t> vm;      /* VM lines of L words */
static std::vector<uint8_t> pb;       /* PB lines of L*T/2 bytes */
static uint64_t ev_reads, vm_reads;
static uint32_t stall_rd; /* of 256 */
static stu_clock timed;   /* the twin of model/clock */

/* ---- expectation ------------------------------------------------------------------------- */

static bool faulty(uint64_t addr, uint64_t bytes)
{
    for (const stamp_dram_fault &f : dram->faults)
        if (addr < f.hi && addr + bytes > f.lo) return true;
    return false;
}

static constexpr uint64_t InPb = 1 << 16;

struct expected {
    uint32_t err;
    std::vector<uint64_t> lines; /* read, those of PB with InPb added */
    uint64_t rows;               /* written */
};

static expected expect(const transfer &t)
{
    expected e = {NONE, {}, 0};
    bool inf = false, fault = false;

    if (!t.in_range()) return {RANGE, {}, 0};
    for (uint64_t r = 0; r < t.rows(); r++) {
        if (t.row_addr(r) < win_lo || t.row_addr(r) + t.row_bytes() > win_hi) {
            e.err = DRAM_RANGE;
            break;
        }
        for (uint64_t j = 0; j < t.lines; j++) {
            const uint64_t line = t.row_line(r) + j;
            e.lines.push_back(t.space == PB ? InPb + line : line);
            for (uint32_t l = 0; l < mach.L && t.fmt != RAW; l++) {
                const uint32_t x = vm[line * mach.L + l];
                inf |= t.fmt == BF16 ? (bf16_of(x) & 0x7f80) == 0x7f80
                                     : (x & 0x7f800000) == 0x7f800000;
            }
        }
        fault |= faulty(t.row_addr(r) - Base, t.row_bytes());
        e.rows++;
    }
    if (fault)
        e.err = AXI_WRITE;
    else if (inf && e.err == NONE)
        e.err = NUMERIC;
    return e;
}

/* Whether no instruction of the list fails. */
static bool all_right(const std::vector<transfer> &list)
{
    for (const transfer &t : list)
        if (expect(t).err != NONE) return false;
    return true;
}

static void store(const transfer &t, const expected &e, bool may_fail)
{
    for (uint64_t r = 0; r < e.rows && t.space == PB; r++)
        for (uint64_t i = 0; i < t.row_bytes(); i++) {
            const uint64_t at = t.row_addr(r) - Base + i;
            if (may_fail)
                loose[at] = true;
            else
                want_mem[at] = pb[t.row_line(r) * t.line_bytes() + i];
        }
    for (uint64_t r = 0; r < e.rows && t.space == VM; r++)
        for (uint64_t i = 0; i < t.lines * mach.L; i++) {
            const uint32_t x = vm[t.row_line(r) * mach.L + i];
            const uint64_t size = t.fmt == BF16 ? 2 : 4, at = t.row_addr(r) - Base + i * size;
            const uint32_t v = t.fmt == BF16 ? bf16_of(x) : x;
            if (may_fail)
                for (uint64_t b = 0; b < size; b++) loose[at + b] = true;
            else
                memcpy(&want_mem[at], &v, size);
        }
}

/* Outside the loose bytes memory is as expected; there it is taken as it is. */
static bool memory_right()
{
    for (uint64_t i = 0; i < Size; i++)
        if (loose[i]) want_mem[i] = mem[i], loose[i] = false;
    const bool same = mem == want_mem;
    want_mem = mem;
    return same;
}

/* ---- driving ----------------------------------------------------------------------------- */

static void tick(bool reset_n)
{
    static uint32_t asked,
        coming; /* the line of the grant before and of that one before, one more */
    static bool asked_pb, coming_pb;
    const bool pb_grant = top->pb_re_o && top->pb_ready_i;
    const bool grant = (top->rd_valid_o && top->rd_ready_i) || pb_grant;
    const uint32_t pb_bytes = mach.L * mach.T / 2;

    timed.edge(reset_n);
    coming = asked, coming_pb = asked_pb;
    asked = grant ? top->rd_line_o + 1u : 0, asked_pb = pb_grant;
    pins.awvalid = top->awvalid_o;
    pins.awaddr = top->awaddr_o;
    pins.awlen = top->awlen_o;
    pins.awsize = top->awsize_o;
    pins.awburst = top->awburst_o;
    pins.wvalid = top->wvalid_o;
    memcpy(pins.wdata, &top->wdata_o, mach.AXI);
    pins.wstrb = top->wstrb_o;
    pins.wlast = top->wlast_o;
    pins.bready = top->bready_o;
    monitor->edge(pins, reset_n);
    pins.awaddr -= Base;
    if (reset_n)
        dram->step(pins);
    else
        dram->reset(pins);
    bench_record(top);
    top->contextp()->timeInc(1);
    top->clk_i = 1;
    top->eval();
    top->awready_i = pins.awready;
    top->wready_i = pins.wready;
    top->bvalid_i = pins.bvalid;
    top->bresp_i = pins.bresp;
    top->rd_ready_i = g.below(256) >= stall_rd;
    top->pb_ready_i = g.below(256) >= stall_rd;
    /* Data only in the second cycle after the grant, something else in all others. */
    if (coming && !coming_pb && coming - 1 < mach.VM)
        memcpy(&top->rd_data_i, &vm[(coming - 1) * mach.L], 4 * mach.L);
    else
        memset(&top->rd_data_i, (int)cycle, 4 * mach.L);
    if (coming && coming_pb && coming - 1 < mach.PB)
        memcpy(&top->pb_data_i, &pb[(coming - 1) * pb_bytes], pb_bytes);
    else
        memset(&top->pb_data_i, (int)cycle, pb_bytes);
    top->clk_i = 0;
    top->eval();
    cycle++;
}

/* A read that waits keeps its line. */
static void held()
{
    static uint32_t line;
    static bool pb;

    if (waits && (!(pb ? top->pb_re_o : top->rd_valid_o) || top->rd_line_o != line))
        complain("a read changed before its grant");
    waits = (top->rd_valid_o && !top->rd_ready_i) || (top->pb_re_o && !top->pb_ready_i);
    pb = top->pb_re_o;
    line = top->rd_line_o;
}

/* In one piece, longer than most: what a cycle offers and what it checks belong together. */
static void run(const std::vector<transfer> &list, uint64_t reset_at)
{
    std::vector<uint64_t> lines; /* of the instructions accepted */
    size_t offered = 0, done = 0, k = 0;
    uint32_t squash = NONE;
    uint64_t idle = 0, before = failed;

    ev_reads = vm_reads = 0;
    waits = false;
    timed.begin(all_right(list));
    for (uint64_t n = 0; done < list.size(); n++) {
        if (n == reset_at) {
            reset();
            want_mem = mem;
            return;
        }
        offer(list, offered, 0x11);
        held();
        if (top->done_valid_o) {
            const expected e = expect(list[done]);
            const uint32_t err = squash ? squash : e.err;
            if (done >= offered) complain("done without an instruction");
            if (top->done_err_o != err) {
                complain("wrong code");
                printf("  insn %zu: code %d, want %u\n", done, top->done_err_o, err);
            } else
                passed++, codes[err]++;
            /* Bursts of later stores may be under way when a response brings the error. */
            if (err == AXI_WRITE || !squash) store(list[done], e, err == AXI_WRITE);
            squash = err;
            done++;
            idle = 0;
        }
        if (done == offered && !top->busy_o && squash) {
            squash = NONE;
            lines.clear();
            k = 0;
        }
        if (done < offered && !top->busy_o) complain("busy low with an instruction inside");
        if (squash && top->insn_ready_o) complain("ready before idle after an error");
        if ((top->rd_valid_o && top->rd_ready_i) || (top->pb_re_o && top->pb_ready_i)) {
            const uint64_t line = top->rd_line_o + (top->pb_re_o ? InPb : 0);
            if (top->rd_valid_o && top->pb_re_o) complain("reads VM and PB at once");
            if (k >= lines.size() || lines[k++] != line) complain("wrong read");
            vm_reads += !top->pb_re_o;
            idle = 0;
        }
        ev_bytes += top->ev_bytes_o;
        ev_wait += top->ev_axi_wait_o;
        ev_reads += top->ev_vm_read_o;
        if (top->ev_bytes_o && top->ev_axi_wait_o) complain("waits while sending a beat");
        const bool accept = top->insn_valid_i && top->insn_ready_o;
        tick(true);
        if (accept) {
            const std::vector<uint64_t> more = expect(list[offered]).lines;
            lines.insert(lines.end(), more.begin(), more.end());
            offered++, idle = 0, top->insn_valid_i = 0;
        }
        if (top->wvalid_o && top->wready_i) idle = 0;
        if (++idle > 20000) {
            complain("hangs");
            reset();
            want_mem = mem;
            return;
        }
    }
    for (int i = 0; i < 4 || (squash && top->busy_o && i < 5000); i++) tick(true);
    if (top->busy_o || top->done_valid_o || top->wvalid_o) complain("not idle at the end");
    if (!squash && k != lines.size()) complain("lines left unread");
    if (failed == before && ev_reads != vm_reads) complain("VM reads not counted");
    if (!memory_right()) complain("memory differs");
}

/* ---- cases ------------------------------------------------------------------------------- */

/* VM: the upper half of the lines may hold what bf16 or f32 cannot. */
static void fill()
{
    vm.resize((size_t)mach.VM * mach.L);
    for (size_t i = 0; i < vm.size(); i++) {
        vm[i] = (uint32_t)g.next();
        if ((vm[i] & 0x7f800000) == 0x7f800000) vm[i] ^= 0x01000000;
        if (g.one_in(4)) vm[i] = (vm[i] & 0xffff0000) | 0x8000; /* a tie */
        if ((vm[i] & 0x7fff0000) == 0x7f7f0000) vm[i] ^= 0x01000000;
    }
    pb.resize((size_t)mach.PB * mach.L * mach.T / 2);
    for (uint8_t &b : pb) b = (uint8_t)g.next();
    dram->faults.clear();
    move_memory();
    win_lo = Base;
    win_hi = Base + Size;
}

/* Of VM or PB. */
static transfer random_store(uint64_t part, uint64_t max_beats)
{
    const uint64_t space = g.one_in(3) ? PB : VM;
    return random_transfer(g, space, space == PB ? (uint64_t)RAW : g.below(3), part, max_beats);
}

/* A transfer that fails, mostly; the expectation finds out how. */
static transfer bad_store()
{
    static const uint32_t odd[] = {0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345,
                                   0x7f800001, 0x7f7fffff, 0xff7f8000, 0x7f7f7fff};
    transfer t = random_store(g.below(3), 100);
    const uint64_t kind = g.below(5);

    if (kind == 0)
        break_range(g, t);
    else if (kind == 1)
        break_window(g, t);
    else if (kind == 2) {
        while (t.space != VM) t = random_store(g.below(3), 100);
        const uint64_t r = g.below(t.rows()), line = t.row_line(r) + g.below(t.lines);
        vm[line * mach.L + g.below(mach.L)] = odd[g.below(8)];
    } else {
        t = random_store(3, 100);
        const uint64_t at = t.row_addr(g.below(t.rows())) - Base + g.below(t.row_bytes());
        dram->faults.push_back({at, at + 1, false, true});
    }
    return t;
}

static void scenario()
{
    const bool calm = g.one_in(3);
    std::vector<transfer> list;

    dram->config.stall_aw = calm ? 0 : stall_level();
    dram->config.stall_w = calm ? 0 : stall_level();
    dram->config.stall_b = calm ? 0 : stall_level();
    dram->config.aw_waits_for_w = g.one_in(4);
    stall_rd = calm ? 0 : stall_level();
    dram->config.write_latency = 1 + (uint32_t)g.below(g.one_in(2) ? 4 : 90);
    dram->config.write_rate = g.one_in(4) ? 16 + (uint32_t)g.below(240) : 256;
    fill();
    if (g.one_in(4)) {
        list.push_back(random_store(g.below(3), 100));
        tight_window(list[0]);
    } else {
        const uint64_t n = 1 + g.below(8), bad = g.one_in(2) ? g.below(n) : n;
        for (uint64_t i = 0; i < n; i++)
            list.push_back(i == bad ? bad_store()
                                    : random_store(g.below(3), g.one_in(8) ? 2000 : 100));
    }
    set_window();
    run(list, g.one_in(30) ? g.below(300) : ~0ull);
    check_monitor();
}

/* Memory and scratchpads that never wait. */
static void at_best()
{
    dram->config.stall_aw = dram->config.stall_w = dram->config.stall_b = stall_rd = 0;
    dram->config.aw_waits_for_w = false;
    dram->config.write_latency = 60;
    dram->config.write_rate = 256;
}

/* All beats over the cycles they took, less the way in and out. */
static void rate(const char *name, uint64_t space, uint64_t fmt, uint64_t lines, uint64_t rows,
                 uint32_t want_256, bool print)
{
    std::vector<transfer> list;
    const uint64_t count = 8;

    at_best();
    for (uint64_t i = 0; i < count; i++) {
        transfer t = {space, fmt, Base, 0, lines, lines, rows, 1, 0, 0, 0, 0};
        t.d0 = (t.row_bytes() + 63) / 64 * 64;
        list.push_back(t);
    }
    const uint64_t from = cycle, wait = ev_wait, before = failed;
    run(list, ~0ull);
    judge_rate(name, count * list[0].beats(), cycle - from - 4 - 71, ev_wait - wait, want_256,
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
        for (uint64_t space : {VM, PB})
            each_bit(g, space, [](const transfer &t) { run({t}, ~0ull); });
    }
    fill();
    set_window();
    for (uint64_t space : {PB, VM}) run(longest(space), ~0ull);
    while (passed + failed < o.cases && failed < 100) scenario();
    fill();
    set_window();
    ev_bytes = monitor->write_beats = 0;
    rate("f32, 16 lines a row", VM, F32, 16, 12, 250, o.bench);
    rate("bf16, 8 lines a row", VM, BF16, 8, 24, 250, o.bench);
    rate("f32, 2 lines a row", VM, F32, 2, 64, 250, o.bench);
    rate("f32, 1 line a row", VM, F32, 1, 128, 250, o.bench);
    rate("raw, 1 line a row", VM, RAW, 1, 128, 250, o.bench);
    rate("bf16, 512 lines", VM, BF16, 512, 1, 250, o.bench);
    rate("PB, 128 lines", PB, RAW, 128, 1, 250, o.bench);
    rate("PB, 4 lines a row", PB, RAW, 4, 32, 250, o.bench);
    if (ev_bytes != monitor->write_beats * mach.AXI) complain("bytes counted are not bytes sent");
    if (!timed.pins.close()) complain("the timed twin differs");
    return close_bench("stu_tb", o, {NONE, RANGE, DRAM_RANGE, AXI_WRITE, NUMERIC});
}
