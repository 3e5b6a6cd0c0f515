/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ctrl_tb.cpp
 * Bench of fetch, dispatch, queues and semaphores: random programs with loops larger and smaller
 * than the instruction buffer, units that take random time, memory of random latency.
 *
 * Against the C machine: what is executed at dispatch or handed to a unit, in which order, with which
 * word (address registers added), how the program ends. Beside it: units get what was handed out, in
 * order, only once their semaphores allow it; FENCE and HALT find all units idle; an error of a unit,
 * of a semaphore or of the memory names the instruction; of several the first in program order, and
 * what was handed out before it has ended; START again after any of them. The index of the first
 * instruction is preset (ctrl_tb.vlt), so that all 32 bits of it are seen.
 *
 * The timed twins (model/clock) run beside programs without an error: their pins in every cycle.
 *
 * Case     one program
 * Args     --seed N   --cases N
 * Build    make build/tb/tiny/ctrl
 */
#include "Vtop.h"
#include "Vtop___024root.h"
#include "verilated.h"

#include "sim/verilator/dram.h"
#include "tests/rtl/axi_monitor.h"
#include "tests/rtl/cover.h"
#include "tests/rtl/ctrl_clock.h"

static Vtop *top;
static tally t;
static stamp_dram *dram;
static stamp_axi_monitor *monitor;
static stamp_axi pins;
static uint64_t base;    /* where the bench's memory lies */
static ctrl_clock timed; /* twins of model/clock */

#include "tests/rtl/ctrl_preset.h"

/* ---- The units ------------------------------------------------------------------------------- */

struct flight {
    uint32_t pc;
    stamp_word word;
    uint64_t due;
    uint64_t seq;  /* place in program order */
    uint32_t code; /* the error it ends with */
};

static std::deque<flight> handed[Units], inside[Units]; /* in queues; started */
static uint32_t sem[32], slowness;
static uint32_t fail_at, fail_one_in, started; /* from the n-th started on, one in so many fails */
static uint64_t handed_out;
static std::vector<flight> failures; /* those that ended with an error */

static uint32_t field(const stamp_word &w, uint32_t lsb)
{
    return (uint32_t)stamp_word_get(&w, lsb, 5);
}

/* Drive ready and done for this cycle. */
static void play_units()
{
    uint32_t ready = 0, done = 0, err = 0;

    for (uint32_t u = 0; u < Units; u++) {
        if (g.below(256) >= slowness) ready |= 1u << u;
        if (inside[u].empty() || inside[u].front().due > t.cycle) continue;
        done |= 1u << u;
        err |= inside[u].front().code << 4 * u;
    }
    top->unit_ready_i = (uint8_t)ready;
    top->unit_done_i = (uint8_t)done;
    top->unit_err_i = (uint16_t)err;
    top->eval();
}

static void unit_starts(uint32_t u)
{
    stamp_word w;
    memcpy(&w, reinterpret_cast<const uint8_t *>(&top->unit_insn_o) + 32 * u, 32);
    if (handed[u].empty() || memcmp(&handed[u].front().word, &w, 32)) {
        t.complain("a unit got something else than was handed out");
        return;
    }
    flight f = handed[u].front();
    handed[u].pop_front();
    for (uint32_t k = 0; k < 3; k++) {
        const uint32_t s = field(w, 8 + 5 * k);
        if (s && sem[s]-- == 0) t.complain("an instruction started before its semaphore was given");
    }
    f.due = t.cycle + 1 + g.below(g.below(4) ? 6 : 60);
    if (fail_at && ++started >= fail_at && (started == fail_at || g.one_in(fail_one_in)))
        f.code = g.range(3, 9);
    inside[u].push_back(f);
}

static void unit_ends(uint32_t u)
{
    const flight f = inside[u].front();
    inside[u].pop_front();
    const uint32_t pc = reinterpret_cast<const uint32_t *>(&top->unit_pc_o)[u];
    if (pc != f.pc) t.complain("wrong instruction index at retirement");
    if (f.code) failures.push_back(f);
    for (uint32_t k = 0; k < 3; k++) {
        const uint32_t s = field(f.word, 23 + 5 * k);
        if (s && !f.code) sem[s]++;
    }
}

static bool units_idle()
{
    for (uint32_t u = 0; u < Units; u++)
        if (!handed[u].empty() || !inside[u].empty()) return false;
    return true;
}

/* ---- One clock ------------------------------------------------------------------------------- */

static void tick(bool reset_n)
{
    timed.edge(top, t.cycle, reset_n);
    pins.arvalid = top->arvalid_o;
    pins.araddr = (top->araddr_o - base) % (1ull << 40);
    pins.arlen = top->arlen_o;
    pins.arsize = (uint8_t)(mach->AXI_BYTES == 8 ? 3 : mach->AXI_BYTES == 16 ? 4 : 6);
    pins.arburst = 1;
    pins.rready = true;
    monitor->edge(pins, reset_n);
    reset_n ? dram->step(pins) : dram->reset(pins);
    bench_record(top);
    top->contextp()->timeInc(1);
    top->clk_i = 1;
    top->eval();
    top->start_i = 0;
    top->arready_i = pins.arready;
    top->rvalid_i = pins.rvalid;
    top->rresp_i = pins.rresp;
    memcpy(&top->rdata_i, pins.rdata, mach->AXI_BYTES);
    top->clk_i = 0;
    top->eval();
    t.cycle++;
}

/* Everything that happens in this cycle before its edge; @p at counts the trace. */
static void observe(const program &p, size_t &at)
{
    const uint32_t got = top->control_o ? 0 : (uint32_t)__builtin_ctz(top->push_o | 16) + 1;

    if (top->control_o || top->push_o) {
        if (at < p.trace.size()) {
            const step &s = p.trace[at++];
            const uint32_t op = s.word.w[0] & 0xff;
            if (top->pc_o != p.first + s.pc || got != s.unit)
                t.complain("wrong instruction or unit");
            if ((op == STAMP_OP_HALT || op == STAMP_OP_FENCE) && !units_idle())
                t.complain("FENCE or HALT while a unit works");
            if (got && memcmp(&top->insn_o, &s.word, 32))
                t.complain("wrong word, or address not added");
        } else if (p.error != STAMP_ERROR_SEMAPHORE) { /* that one is found later */
            t.complain("an instruction the C machine does not reach");
        }
        flight f = {top->pc_o, {}, 0, handed_out++, 0};
        memcpy(&f.word, &top->insn_o, 32);
        if (got) handed[got - 1].push_back(f);
    }
    for (uint32_t u = 0; u < Units; u++) {
        const bool ends = top->unit_done_i >> u & 1;
        if (top->unit_valid_o >> u & 1 && top->unit_ready_i >> u & 1) unit_starts(u);
        if (ends) unit_ends(u);
    }
}

/* Index of the first instruction whose granule the memory refuses, if the program gets there. */
static bool refused(const program &p, uint32_t &pc)
{
    if (dram->faults.empty()) return false;
    for (uint32_t at : p.visit)
        if (p.at + 32 * (at & ~1u) + 64 > dram->faults[0].lo) {
            pc = at & ~1u;
            return true;
        }
    pc = p.error_pc & ~1u; /* the one that ends it */
    return p.error != STAMP_ERROR_NONE && p.error_pc < p.word.size() &&
           p.at + 32 * pc + 64 > dram->faults[0].lo;
}

/* The first failure in program order, and nothing before it waits or works. */
static bool first_failure(uint32_t err, uint32_t pc)
{
    const flight *first = &failures[0];
    for (const flight &f : failures)
        if (f.seq < first->seq) first = &f;

    for (uint32_t u = 0; u < Units; u++)
        if ((!handed[u].empty() && handed[u].front().seq < first->seq) || !inside[u].empty())
            return false;
    return err == first->code && pc == first->pc;
}

static void judge(const program &p, size_t at, bool done)
{
    const uint32_t err = top->err_o, pc = top->err_pc_o;
    uint32_t bad_pc = 0;
    bool ok;

    if (!failures.empty() && p.error != STAMP_ERROR_WATCHDOG) {
        ok = !done && first_failure(err, pc);
    } else if (refused(p, bad_pc)) {
        ok = !done && err == STAMP_ERROR_AXI_FETCH && pc == p.first + bad_pc;
    } else if (p.error == STAMP_ERROR_SEMAPHORE || p.error == STAMP_ERROR_WATCHDOG) {
        ok = !done && err == (uint32_t)p.error && pc == p.first + p.error_pc;
    } else if (p.error != STAMP_ERROR_NONE) {
        ok = !done && err == (uint32_t)p.error && pc == p.first + p.error_pc &&
             at == p.trace.size() && units_idle();
    } else {
        ok = done && at == p.trace.size() && units_idle();
    }
    if (!ok)
        printf("ended %s error %u at %u; model %u at %u, unit errors %zu, refused at %u\n",
               done ? "done" : "fault", err, pc - p.first, (uint32_t)p.error, p.error_pc,
               failures.size(), bad_pc);
    t.check(ok, "wrong end");
}

/* Whether more instructions are promised than there are: one in four that end with HALT. */
static bool far(const program &p)
{
    return p.error == STAMP_ERROR_NONE && p.at % 256 == 0;
}

/* Anywhere in 40 bits of address, and as if p.first instructions had come before. */
static void place(const program &p)
{
    if (g.one_in(8)) { /* not while something is asked for at the old place */
        while (top->arvalid_o) tick(true);
        base = (g.next() >> 24) % ((1ull << 40) - Size) / 4096 * 4096;
    }
    top->code_addr_i = (base + p.at - 32ull * p.first) % (1ull << 40);
    top->code_count_i = p.first + (uint32_t)p.word.size();
    if (far(p)) /* HALT comes long before the end, and what is read ahead is refused */
        top->code_count_i |= g.below(2) ? ~0u : (uint32_t)g.next() >> g.below(32);
}

static void run(const program &p)
{
    size_t at = 0;
    uint64_t n = 0;
    bool done = false, many = false;

    for (uint32_t u = 0; u < Units; u++) handed[u].clear(), inside[u].clear();
    memset(sem, 0, sizeof sem);
    started = 0;
    handed_out = 0;
    failures.clear();
    place(p);
    top->watchdog_i = 5000 | (uint32_t)g.next() >> g.below(32); /* units take less than 5000 */
    memcpy(&top->arg_i, p.arg, sizeof p.arg);
    top->start_i = 1;
    top->eval();
    timed.begin(p, !p.error && !p.first && !fail_at && !far(p) && dram->faults.empty(),
                !top->rootp->ctrl_tb_top__DOT__unused_busy);
    tick(true);
    top->rootp->ctrl_tb_top__DOT__i_dispatch__DOT__pc_q = p.first; /* ctrl_tb.vlt */
    top->eval();
    for (;; n++) {
        play_units();
        if (top->done_o || top->fault_o) {
            done = top->done_o;
            break;
        }
        observe(p, at);
        if (p.error == STAMP_ERROR_WATCHDOG) preset_wait(n);
        preset_places(n);
        preset_skip(p, at, many);
        tick(true);
        if (n > 300000) {
            t.complain("hangs");
            break;
        }
    }
    if (p.error == STAMP_ERROR_WATCHDOG && (n < 3000) != (fail_at != 0))
        t.complain("the watchdog before its time, or blocked before an error and not seen at once");
    judge(p, at, done);
    top->unit_done_i = 0;
    for (uint32_t k = g.below(2) ? g.below(100) : 0; k-- > 0;) tick(true); /* or START at once */
}

static void scenario()
{
    program p = random_program();

    if (g.one_in(3)) p.first = some_index();
    dram->config.read_latency = 1 + g.below(g.below(2) ? 10 : 120);
    dram->config.stall_ar = g.below(2) ? 0 : g.below(200);
    dram->config.stall_r = g.below(2) ? 0 : g.below(200);
    dram->faults.clear();
    slowness = g.below(3) ? 0 : g.below(240);
    fail_at = g.below(5) ? 0 : g.range(1, 40);
    fail_one_in = g.below(2) ? 4 : 1000000;
    if (!fail_at && g.one_in(6)) /* memory refuses from some granule on */
        dram->faults.push_back(
            {p.at + 64 * g.below((uint32_t)p.word.size() / 2 + 1), Size, true, false});
    run(p);
}

/* With memory at its best; @p fail: the first instruction started does. */
static void run_at_best(const program &p, uint32_t slow, bool fail)
{
    dram->config.read_latency = 1;
    dram->config.stall_ar = dram->config.stall_r = 0;
    dram->faults.clear();
    slowness = slow, fail_at = fail, fail_one_in = 1000000;
    run(p);
}

/* Two units retire together, one of them the 256th post of its semaphore: which is it? */
static void overflow(uint32_t who)
{
    program p = {};
    p.at = 0x4000;
    control(p, STAMP_OP_LOOP, 0, 256);
    for (uint32_t u = 0; u < Units; u++) {
        union stamp_insn i = small(u);
        i.d.post0 = u == who ? 7 : 0;
        if (u < 2) i.d.areg = i.d.dram = 0;
        p.word.push_back(encode(i));
    }
    control(p, STAMP_OP_ENDL, 0, 0);
    control(p, STAMP_OP_HALT, 0, 0);
    trace(p);
    dram->faults.clear();
    slowness = fail_at = 0;
    run(p);
}

/* A unit waits for a semaphore nobody gives: the watchdog names it, however long it waits. @p fail:
 * a later instruction of another unit fails, and nobody has to wait for the watchdog. */
static void starve(bool fail)
{
    program p = {};
    union stamp_insn i = small(3), other = small(0);

    p.at = 0x4000;
    p.first = some_index();
    for (uint32_t k = g.below(6); k-- > 0;) control(p, STAMP_OP_NOP, 0, 0);
    p.error = STAMP_ERROR_WATCHDOG;
    p.error_pc = (uint32_t)p.word.size();
    i.m.wait1 = g.range(1, 31);
    p.word.push_back(encode(i));
    other.d.areg = other.d.dram = 0;
    if (fail) p.word.push_back(encode(other));
    control(p, STAMP_OP_HALT, 0, 0);
    for (uint32_t k = 0; k <= p.error_pc + fail; k++)
        p.trace.push_back({k, k < p.error_pc ? 0u : k == p.error_pc ? 4u : 1u, p.word[k]});
    for (size_t k = 0; k < p.word.size(); k++) memcpy(&mem[p.at + 32 * k], &p.word[k], 32);
    dram->faults.clear();
    slowness = 0;
    fail_at = fail;
    run(p);
}

static void reset()
{
    top->rst_ni = 0;
    top->unit_done_i = 0;
    top->eval();
    for (int i = 0; i < 3; i++) tick(false);
    top->rst_ni = 1;
    top->eval();
}

int main(int argc, char **argv)
{
    const args a(argc, argv, 12000);

    g.s = a.seed * 0x9e3779b97f4a7c15 + 1;
    top = new Vtop;
    stamp_dram_config c;
    c.axi_bytes = mach->AXI_BYTES;
    c.seed = a.seed;
    dram = new stamp_dram(mem.data(), Size, c);
    monitor = new stamp_axi_monitor(mach->AXI_BYTES);
    reset();
    while (a.cases && t.passed + t.failed < a.cases && t.failed < 100) {
        const uint64_t before = t.failed;
        scenario();
        if (g.one_in(40)) overflow(g.below(4));
        if (g.one_in(4)) starve(false);
        if (g.one_in(4)) starve(true);
        run_at_best(fails_ahead(), g.below(2) * g.below(240), true);
        for (int k = 0; k < 8; k++) run_at_best(refused_at_once(), 0, false);
        if (t.failed != before) reset();
    }
    if (!monitor->ok()) t.complain(monitor->first.c_str());
    if (!timed.pins.close()) t.complain("the timed twin differs");
    finish(top);
    return t.close("ctrl_tb");
}
