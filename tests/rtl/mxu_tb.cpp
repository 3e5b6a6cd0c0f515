/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mxu_tb.cpp
 * Bench of rtl/mxu/stamp_mxu: random MM instructions against model/insn/mm.c, every VM and AC write
 * in order, error codes, counted events, and no bubble between tiles that are long enough; every pin but
 * data against model/clock/mxu, in every cycle.
 *
 * Memories are here: data two cycles after the read; WB gives garbage in cycles without one.
 * Case     one instruction, or one list without bubbles
 * Args     --seed N   --cases N
 * Build    make build/tb/tiny/mxu: stamp_mxu is the top, all of its parameters set; C++ is this file
 *          and libstamp.a
 */
#include "Vtop.h"
#include "verilated.h"

#include "tests/rtl/bench_record.h"
#include "tests/rtl/cover.h"
#include "tests/rtl/mxu_vxu.h"

static Vtop *top;
static twin model;
static rng g;
static tally t;
static const stamp_mach *const mach = model.mach;

#include "tests/rtl/mxu_clock.h"
#include "tests/rtl/mxu_mem.h"

/* ---- One clock ------------------------------------------------------------------------------- */

static uint64_t active, first_active, last_active, stalls, used, lines, ac_reads;

static void noise(void *p, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) static_cast<uint8_t *>(p)[i] = (uint8_t)g.next();
}

/* A read of this cycle, and of the one before it. */
struct port {
    bool re;
    uint32_t addr;
};
static struct {
    port xb, wb, nt, rm, cm;
} reads[2];

static void tick()
{
    clock_twin();
    reads[1] = reads[0];
    reads[0] = {{top->xb_re_o != 0, top->xb_addr_o},
                {top->wb_re_o != 0, top->wb_addr_o},
                {top->nt_re_o != 0, top->nt_addr_o},
                {top->rm_re_o != 0, top->rm_addr_o},
                {top->cm_re_o != 0, top->cm_addr_o}};
    if (top->ev_active_o) {
        if (!active++) first_active = t.cycle;
        last_active = t.cycle;
    }
    stalls += top->ev_stall_o;
    used += top->ev_used_o;
    lines += top->ev_line_o;
    ac_reads += top->ev_ac_read_o;
    bench_record(top);
    top->contextp()->timeInc(1);
    top->clk_i = 1;
    top->eval();
    const auto &d = reads[1];
    if (d.xb.re) memcpy(&top->xb_data_i, &xb[d.xb.addr * xb_bytes()], xb_bytes());
    if (d.wb.re)
        memcpy(&top->wb_data_i, &wb[d.wb.addr * wb_bytes()], wb_bytes());
    else if (g.one_in(4))
        noise(&top->wb_data_i, wb_bytes());
    if (d.nt.re) top->nt_data_i = d.nt.addr < mach->RT_ENTRIES ? model.m->nt[d.nt.addr] : 0;
    if (d.rm.re && d.rm.addr < mach->SM_ENTRIES) memcpy(&top->rm_data_i, &rm[3 * d.rm.addr], 12);
    if (d.cm.re && d.cm.addr < mach->CM_LINES)
        memcpy(&top->cm_data_i, &cm[d.cm.addr * mach->L * 8], mach->L * 8);
    top->clk_i = 0;
    top->eval();
    t.cycle++;
}

static void reset()
{
    top->rst_ni = 0;
    top->insn_valid_i = 0;
    top->eval();
    for (int i = 0; i < 3; i++) tick();
    top->rst_ni = 1;
    top->eval();
}

/* ---- Lists of instructions -------------------------------------------------------------------- */

struct job {
    stamp_word word;
    outcome want;
    uint64_t steps, used, lines, ac_reads;
};

static job expect(const stamp_insn_m &i)
{
    const stamp_insn *u = reinterpret_cast<const stamp_insn *>(&i);
    job j = {encode(*u), {}, i.ng * i.groups * i.kl * (mach->L / mach->T) * (1 + i.w8), 0, 0, 0};
    j.want = model.run(j.word);
    j.used = model.m->event[STAMP_EV_MAC_USED] / (mach->L * mach->T);
    j.lines = model.m->event[STAMP_EV_DRAIN_LINES];
    j.ac_reads = model.m->event[STAMP_EV_AC_READ];
    return j;
}

static bool several; /* an instruction may have more than one error: any of them counts */

static void compare(std::deque<job> &list, size_t done, stamp_space space, uint64_t addr,
                    const void *data)
{
    if (done == list.size()) {
        t.complain("write without an instruction");
        return;
    }
    outcome &o = list[done].want;
    if (o.loose) return;
    auto *b = static_cast<const uint8_t *>(data);
    const written got = {space, addr, {b, b + mach->L * 4}};
    if (o.writes[space].empty() || !(o.writes[space].front() == got)) {
        char text[120];
        snprintf(text, sizeof text, "wrong write: %s[%llu]", stamp_space_name(space),
                 (unsigned long long)addr);
        t.complain(text);
    }
    if (!o.writes[space].empty()) o.writes[space].pop_front();
}

/* The end and the writes visible in this cycle: an instruction ends one cycle after its last row, where
 * the next one's first may be. */
static void observe(std::deque<job> &list, size_t &done)
{
    if (top->done_o && done == list.size()) {
        t.complain("done without an instruction");
    } else if (top->done_o) {
        const outcome &o = list[done++].want;
        const bool all =
            o.loose || (o.writes[STAMP_SPACE_VM].empty() && o.writes[STAMP_SPACE_AC].empty());
        const bool same =
            several && o.loose ? top->err_o != STAMP_ERROR_NONE : top->err_o == o.error;
        if (!same)
            printf("ended with %s, model %s\n", stamp_error_name((stamp_error)top->err_o),
                   stamp_error_name(o.error));
        t.check(same && all, all ? "wrong error code" : "writes are missing");
    }
    if (top->vm_we_o) compare(list, done, STAMP_SPACE_VM, top->vm_addr_o, &top->vm_data_o);
    if (top->ac_we_o) {
        /* An integer sum is written long before the last row leaves: it may be the next one's. */
        size_t at = done;
        while (at + 1 < list.size() && list[at].want.writes[STAMP_SPACE_AC].empty() &&
               !list[at].want.loose)
            at++;
        compare(list, at, STAMP_SPACE_AC, top->ac_addr_o, &top->ac_data_o);
    }
}

static void run(std::deque<job> &list, bool gaps)
{
    size_t offered = 0, done = 0;
    uint64_t idle = 0;

    active = stalls = used = lines = ac_reads = 0;
    for (; done < list.size() || top->busy_o; idle++) {
        if (offered < list.size() && !top->insn_valid_i && !(gaps && g.one_in(2))) {
            memcpy(&top->insn_i, &list[offered].word, 32);
            top->insn_valid_i = 1;
        }
        top->eval();
        observe(list, done);
        const bool taken = top->insn_valid_i && top->insn_ready_o;
        if (top->ev_active_o || top->done_o) idle = 0;
        tick();
        if (taken) offered++, top->insn_valid_i = 0;
        if (idle > 3000) {
            t.complain("hangs");
            reset();
            return;
        }
    }
    for (int i = 0; i < 20; i++, tick()) observe(list, done);
}

/* ---- Random instructions ---------------------------------------------------------------------- */

static stamp_insn_m random_mm()
{
    const uint32_t phases = mach->L / mach->T;
    stamp_insn_m m = {};

    m.op = STAMP_OP_MM;
    m.w8 = g.one_in(3);
    m.groups = g.range(1, 4);
    m.ng = g.range(1, 3);
    m.kl = g.range(1, g.one_in(3) ? 20 : 6);
    while (m.ng * m.kl * phases * 2 > mach->WB_LINES) m.kl--;
    m.blk = g.below(2) ? 0 : g.range(1, 5);
    m.first = !g.one_in(3);
    m.last = !g.one_in(3);
    const uint64_t blocks = m.blk ? (m.kl + m.blk - 1) / m.blk : 1;
    m.gstride = g.one_in(4) ? 0 : m.kl + g.below(3);
    m.xb = g.below((uint32_t)(mach->XB_LINES - m.groups * m.gstride - m.kl));
    m.wstride = g.one_in(4) ? 0 : m.kl * phases * (1 + m.w8);
    m.wb = g.below((uint32_t)(mach->WB_LINES - m.ng * m.kl * phases * (1 + m.w8) + 1));
    m.cmstride = g.one_in(4) ? 0 : blocks;
    m.cm = BigScales + g.below((uint32_t)(mach->CM_LINES - BigScales - m.ng * blocks + 1));
    while (m.ng * m.groups * mach->P > mach->AC_LINES / 2) m.groups--;
    m.ac = g.below((uint32_t)(mach->AC_LINES / 2 - m.ng * m.groups * mach->P + 1)) &
           ~7u;                            /* often the same */
    if (m.blk) m.ac += mach->AC_LINES / 2; /* floats there, integers below */
    m.nt = g.below((uint32_t)(mach->RT_ENTRIES / mach->P - m.groups + 1)) * mach->P;
    m.rmstride = g.below(3);
    m.rm = g.below(64);
    m.vstride = g.range(1, 8);
    m.vm = g.below(mach->VM_LINES - 40 * 8 - 3);
    return m;
}

/* Somewhere out of its memory. */
static void spoil(stamp_insn_m &m)
{
    switch (g.below(6)) {
    case 0: m.xb = mach->XB_LINES - g.below((uint32_t)m.kl); break;
    case 1: m.wb = mach->WB_LINES - g.below((uint32_t)m.kl); break;
    case 2:
        m.cm = mach->CM_LINES - 1;
        m.cmstride = 1;
        m.ng = 2;
        break;
    case 3: m.nt = mach->RT_ENTRIES - g.below(mach->P); break;
    case 4:
        m.ac = mach->AC_LINES - g.below(mach->P);
        m.last = 0;
        break;
    default: m.cm = 0; m.cmstride = 0; /* where scales overflow, see fill_metadata */
    }
}

/* AC holds what the C machine's does: integers in its lower half, floats in the upper. */
static void wash()
{
    std::deque<job> list;

    fill_operands();
    fill_metadata(false);
    for (uint32_t i = 0; i < mach->RT_ENTRIES; i++) model.m->nt[i] = 1 << 14;
    for (uint32_t half = 0; half < 2; half++) {
        stamp_insn_m m = {};
        m.op = STAMP_OP_MM, m.first = 1, m.ng = 1, m.kl = 1, m.blk = half, m.cm = BigScales;
        m.groups = mach->AC_LINES / 2 / mach->P;
        m.ac = half * (mach->AC_LINES / 2);
        list.push_back(expect(m));
    }
    run(list, false);
}

static void scenario()
{
    std::deque<job> list;
    const uint32_t n = g.range(1, 6);
    const bool bad = g.one_in(4), wild = g.one_in(6);

    several = bad && wild;
    fill_operands();
    fill_metadata(g.one_in(4));
    fill_table(wild);
    for (uint32_t i = 0; i < n; i++) {
        stamp_insn_m m = random_mm();
        if (bad && i == n - 1) spoil(m);
        list.push_back(expect(m));
        if (list.back().want.error != STAMP_ERROR_NONE) break; /* the machine would stop here */
    }
    const bool clean = list.back().want.error == STAMP_ERROR_NONE;
    uint64_t u = 0, l = 0, a = 0;
    for (const job &j : list) u += j.used, l += j.lines, a += j.ac_reads;
    run(list, g.one_in(2));
    if (clean && (used != u || lines != l || ac_reads != a))
        t.complain("events differ from the model's");
    if (clean) return;
    reset();
    wash();
}

/* Addresses, counts and strides over their whole width: what the C machine finds out of range the
 * unit has to. */
static void wide()
{
    union stamp_insn i = {};

    i.m = random_mm();
    stamp_word w = encode(i);
    if (!widen(w, g)) return;
    stamp_decode(&w, &i);
    std::deque<job> list{expect(i.m)};
    several = true;
    if (list[0].want.loose) run(list, false);
    reset();
    wash();
}

/* The deepest tile there can be, of the largest products of either sign: the accumulators' width. */
static void deepest()
{
    const uint32_t lines = mach->L / mach->T * 2;
    stamp_insn_m m = {};

    fill_operands();
    fill_metadata(false);
    fill_table(false);
    memset(xb.data(), 0x88, xb.size());
    memset(wb.data(), g.below(2) ? 0x88 : 0x77, wb.size());
    copy_operands();
    m.op = STAMP_OP_MM, m.w8 = m.first = m.ng = m.groups = 1, m.cm = BigScales;
    m.kl = mach->WB_LINES / lines < mach->XB_LINES ? mach->WB_LINES / lines : mach->XB_LINES;
    if (m.kl > 4095) m.kl = 4095;
    std::deque<job> list{expect(m)};
    run(list, false);
}

/* Tiles of at least max(P, 8) steps, of one kind: one k-step each cycle from first to last. */
static void no_bubbles()
{
    std::deque<job> list;
    const bool blocks = g.below(2);
    const uint32_t phases = mach->L / mach->T, least = (mach->P > 8 ? mach->P : 8);
    uint64_t steps = 0;

    fill_operands();
    fill_metadata(false);
    fill_table(false);
    for (int i = 0; i < 8; i++) {
        stamp_insn_m m = random_mm();
        m.blk = blocks ? (least + phases - 1) / phases : 0;
        m.kl = m.blk * g.range(1, 2) + (blocks ? 0 : (least + phases - 1) / phases + g.below(4));
        m.w8 = 0;
        m.ng = 1;
        m.gstride = m.wstride = m.cmstride = 0;
        m.xb = m.wb = 0;
        m.cm = BigScales;
        m.ac = blocks ? mach->AC_LINES / 2 : 0;
        list.push_back(expect(m));
        steps += list.back().steps;
    }
    run(list, false);
    t.check(stalls == 0 && active == steps && last_active - first_active + 1 == steps,
            "bubbles between tiles");
}

int main(int argc, char **argv)
{
    const args a(argc, argv, 3000);

    g.s = a.seed * 0x9e3779b97f4a7c15 + 1;
    top = new Vtop;
    reset();
    wash();
    while (a.cases && t.passed + t.failed < a.cases && t.failed < 100) {
        scenario();
        wide();
        if (g.one_in(8)) no_bubbles();
        if (g.one_in(32)) deepest();
    }
    clock_report();
    finish(top);
    delete top;
    return t.close("mxu_tb");
}
