/* SPDX-License-Identifier: Apache-2.0 */
/* timing.cpp - TIME and STALL counters from what can be seen of a run. Contract in timing.h. */
#include "tests/cosim/timing.h"

#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <deque>
#include <new>
#include <vector>

#include "sim/run/rtl.h"
#include "sim/verilator/dram.h"

namespace {

/* Clocks from START on the port to the first that is counted; from the last, HALT's, to the pin. */
enum { FIRST = 3, LAST = 2 };

/* Units by their queue. */
enum { UNITS = STAMP_QUEUES, LDU = STAMP_UNIT_LDU - 1, MXU = STAMP_UNIT_MXU - 1 };

/* Bytes of memory. */
struct range {
    uint64_t lo, hi;

    bool holds(uint64_t addr) const
    {
        return addr >= lo && addr < hi;
    }
};

/* What an instruction in flight needs remembering for. */
struct flight {
    uint8_t post[3];
    uint64_t left;       /* beats to come (LDU), k-steps to come (MXU) */
    uint32_t line_beats; /* LDU */
    uint64_t taken;      /* the cycle it left the queue in */
    uint32_t first;      /* LDU: line_beats for the cycle after it, when none is before it */
};

unsigned bits(const uint32_t *w, unsigned at, unsigned width)
{
    const uint64_t two = w[at / 32] | (at / 32 < 7 ? uint64_t(w[at / 32 + 1]) << 32 : 0);
    return unsigned(two >> at % 32 & ((uint64_t(1) << width) - 1));
}

} // namespace

struct timing {
    const stamp_mach *mach;
    range code;                 /* of the program that runs, or is started next */
    std::vector<range> earlier; /* of those before it whose last read may still come */

    uint64_t cycle = 0, started = 0, ended = 0;
    bool running = false;
    uint64_t seen[STAMP_EVENTS];   /* counted here */
    std::vector<uint64_t> fetched; /* cycles in which beats of code came */
    std::deque<bool> reads;        /* bursts under way: code? survives START */
    uint32_t buffered = 0;         /* beats of loads taken from R and not by the unit */
    int32_t sem[STAMP_SEMAPHORES], moved[STAMP_SEMAPHORES]; /* moved: by the cycle before */
    std::deque<flight> in[UNITS];                           /* taken, not over */
    std::deque<flight> data;                                /* of LDU: not all beats are in */
    uint32_t listed[STAMP_TRANSFERS] = {0}, loads;          /* beats of a line, in its list */
    std::deque<flight> steps;                               /* of MXU: not all k-steps are made */
    uint64_t in_tile;                 /* cycles the array was in an instruction */
    uint64_t step_end;                /* the cycle of the last k-step */
    uint64_t offered, sent, answered; /* write bursts: AW shown, last W shown, B taken */
    bool aw_shown, w_shown;
    char text[160];

    void begin();
    bool is_fetch(uint64_t addr);
    void look_at_fetch(const stamp_axi &p);
    void look_at_loads(const stamp_axi &p, bool held);
    void look_at_stores(const stamp_axi &p);
    void look_at_queues(const stamp_rtl_cycle &c);
    void look_at_matrix(bool step);
    void take(int u, const uint32_t *insn);
    bool may_start(const uint32_t *insn) const;
    const char *differ(stamp_event ev, uint64_t rtl, uint64_t want);
    const char *relations(const uint64_t *ev);
};

void timing::begin()
{
    started = cycle;
    running = true;
    memset(seen, 0, sizeof seen);
    memset(sem, 0, sizeof sem);
    memset(moved, 0, sizeof moved);
    buffered = loads = 0;
    in_tile = step_end = offered = sent = answered = 0;
    aw_shown = w_shown = false;
    fetched.clear();
    for (auto &f : in) f.clear();
    data.clear();
    steps.clear();
}

/* Whose burst is on AR. Fetch has one under way at a time, so what an earlier program read ahead comes
 * before the first of the next one, which has no loads before it. */
bool timing::is_fetch(uint64_t addr)
{
    if (code.holds(addr)) {
        earlier.clear();
        return true;
    }
    for (const range &r : earlier)
        if (r.holds(addr)) return true;
    return false;
}

/* Whose beats come: bursts are answered in order. Those of an earlier program count like the others. */
void timing::look_at_fetch(const stamp_axi &p)
{
    if (p.rvalid && p.rready && !reads.empty()) {
        if (reads.front()) fetched.push_back(cycle);
        if (p.rlast) reads.pop_front();
    }
    if (p.arvalid && p.arready) reads.push_back(is_fetch(p.araddr));
}

/* The unit has an instruction whose data are not all in, takes none in this cycle because there are
 * none, and would not have to wait for its scratchpad. Beats come to it a cycle after they are on R. In the cycle
 * after a unit that had nothing takes an instruction it goes by the lines of the one that was in that place
 * of its list before. */
void timing::look_at_loads(const stamp_axi &p, bool load_held)
{
    const bool comes = p.rvalid && p.rready && !reads.empty() && !reads.front();

    if (!data.empty()) {
        flight &f = data.front();
        const bool line_end = cycle == f.taken + 1 && f.first
                                  ? f.first == 1
                                  : f.left % f.line_beats == 1 || f.line_beats == 1;
        const bool held = line_end && load_held;
        if (!buffered && !held) seen[STAMP_EV_LDU_AXI]++;
        if (buffered && !held) {
            buffered--;
            seen[STAMP_EV_LOAD_BYTES] += mach->AXI_BYTES;
            if (--f.left == 0) data.pop_front();
        }
    }
    buffered += comes;
}

/* A beat is offered and not taken; or there is none to offer, and a response or an AW is not through. */
void timing::look_at_stores(const stamp_axi &p)
{
    if (p.awvalid && !aw_shown) offered++;
    aw_shown = p.awvalid && !p.awready;
    if (p.wvalid && !w_shown && p.wlast) sent++;
    w_shown = p.wvalid && !p.wready;
    if (p.wvalid ? !p.wready : offered == sent && (sent != answered || (p.awvalid && !p.awready)))
        seen[STAMP_EV_STU_AXI]++;
    if (p.wvalid && p.wready)
        for (uint64_t s = p.wstrb; s; s &= s - 1) seen[STAMP_EV_STORE_BYTES]++;
    if (p.bvalid && p.bready) answered++;
}

bool timing::may_start(const uint32_t *insn) const
{
    int32_t need[STAMP_SEMAPHORES] = {0};

    for (unsigned i = 0; i < 3; i++) {
        const unsigned s = bits(insn, 8 + 5 * i, 5);
        if (s && ++need[s] > sem[s]) return false;
    }
    return true;
}

void timing::take(int u, const uint32_t *insn)
{
    const stamp_word word = *reinterpret_cast<const stamp_word *>(insn);
    stamp_insn i;
    flight f = {};

    for (unsigned k = 0; k < 3; k++) f.post[k] = uint8_t(bits(insn, 23 + 5 * k, 5));
    f.taken = cycle;
    if (!stamp_decode(&word, &i)) return;
    if (u == LDU) {
        f.line_beats =
            stamp_line_bytes(mach, stamp_space(i.d.space), stamp_fmt(i.d.fmt)) / mach->AXI_BYTES;
        f.left = i.d.n0 * i.d.n1 * i.d.lines * f.line_beats;
        uint32_t &place = listed[loads++ % STAMP_TRANSFERS];
        if (data.empty())
            f.first = place ? place : 1; /* of what lay there before it, at first 0 less one */
        place = f.line_beats;
        data.push_back(f);
    }
    if (u == MXU) {
        f.left = i.m.ng * i.m.groups * i.m.kl * (mach->L / mach->T) * (1 + i.m.w8);
        steps.push_back(f);
    }
    in[u].push_back(f);
}

void timing::look_at_queues(const stamp_rtl_cycle &c)
{
    static const stamp_event busy[UNITS] = {STAMP_EV_LDU_BUSY, STAMP_EV_STU_BUSY, STAMP_EV_VXU_BUSY,
                                            STAMP_EV_MXU_BUSY};
    static const stamp_event wait[UNITS] = {STAMP_EV_LDU_WAIT, STAMP_EV_STU_WAIT, STAMP_EV_VXU_WAIT,
                                            STAMP_EV_MXU_WAIT};
    int32_t now[STAMP_SEMAPHORES] = {0}; /* seen by waits two cycles later */

    for (int u = 0; u < UNITS; u++) {
        if (!in[u].empty()) seen[busy[u]]++;
        if (c.head >> u & 1 && !may_start(c.insn[u])) seen[wait[u]]++;
    }
    for (int u = 0; u < UNITS; u++) {
        if (c.done >> u & 1 && !in[u].empty()) {
            for (uint8_t s : in[u].front().post)
                if (!(c.failed >> u & 1)) now[s]++;
            in[u].pop_front();
        }
        if (c.grant >> u & 1)
            for (unsigned k = 0; k < 3; k++) now[bits(c.insn[u], 8 + 5 * k, 5)]--;
        if (c.take >> u & 1) take(u, c.insn[u]);
    }
    for (int s = 1; s < STAMP_SEMAPHORES; s++) {
        sem[s] += moved[s];
        moved[s] = now[s];
    }
}

/* From the cycle after it is taken (or the last one's last k-step) to its own last k-step the array is
 * in an instruction: it multiplies or waits. */
void timing::look_at_matrix(bool step)
{
    if (!step || steps.empty()) return;
    flight &f = steps.front();
    seen[STAMP_EV_MXU_ACTIVE]++;
    if (--f.left) return;
    in_tile += cycle - (f.taken + 2 > step_end ? f.taken + 2 : step_end);
    step_end = cycle;
    steps.pop_front();
}

extern "C" struct timing *timing_new(const struct stamp_mach *mach, uint64_t code_lo,
                                     uint64_t code_hi)
{
    auto *t = new (std::nothrow) timing;

    if (!t) return nullptr;
    t->mach = mach;
    t->code = {code_lo, code_hi};
    t->begin();
    t->running = false;
    return t;
}

extern "C" void timing_free(struct timing *t)
{
    delete t;
}

extern "C" void timing_code(struct timing *t, uint64_t code_lo, uint64_t code_hi)
{
    t->earlier.push_back(t->code);
    t->code = {code_lo, code_hi};
}

extern "C" bool timing_cycle(void *ctx, const struct stamp_rtl_cycle *c)
{
    auto *t = static_cast<timing *>(ctx);

    t->cycle++;
    if (t->running && c->irq && t->cycle > t->started + FIRST) {
        t->running = false;
        t->ended = t->cycle;
    }
    if (c->start && !t->running) {
        t->begin();
    } else if (t->running) {
        t->look_at_loads(*c->axi, c->load_held);
        t->look_at_stores(*c->axi);
        t->look_at_queues(*c);
        t->look_at_matrix(c->step);
        t->seen[STAMP_EV_VXU_VM] += c->vector_held;
    }
    t->look_at_fetch(*c->axi);
    return true;
}

const char *timing::differ(stamp_event ev, uint64_t rtl, uint64_t want)
{
    snprintf(text, sizeof text, "counter %s: rtl %" PRIu64 ", observed %" PRIu64,
             stamp_event_name(ev), rtl, want);
    return text;
}

/* What holds after any run. */
const char *timing::relations(const uint64_t *ev)
{
    static const stamp_event most[][2] = {
        {STAMP_EV_LDU_BUSY, STAMP_EV_CYCLES},   {STAMP_EV_STU_BUSY, STAMP_EV_CYCLES},
        {STAMP_EV_VXU_BUSY, STAMP_EV_CYCLES},   {STAMP_EV_MXU_BUSY, STAMP_EV_CYCLES},
        {STAMP_EV_LDU_WAIT, STAMP_EV_CYCLES},   {STAMP_EV_STU_WAIT, STAMP_EV_CYCLES},
        {STAMP_EV_VXU_WAIT, STAMP_EV_CYCLES},   {STAMP_EV_MXU_WAIT, STAMP_EV_CYCLES},
        {STAMP_EV_LDU_AXI, STAMP_EV_LDU_BUSY},  {STAMP_EV_STU_AXI, STAMP_EV_STU_BUSY},
        {STAMP_EV_VXU_VM, STAMP_EV_VXU_BUSY},   {STAMP_EV_MXU_ACTIVE, STAMP_EV_MXU_BUSY},
        {STAMP_EV_MXU_DRAIN, STAMP_EV_MXU_BUSY}};
    const uint64_t each = uint64_t(mach->P) * mach->L * mach->T;

    for (const auto &m : most)
        if (ev[m[0]] > ev[m[1]]) {
            snprintf(text, sizeof text, "counter %s: %" PRIu64 ", more than the %" PRIu64 " of %s",
                     stamp_event_name(m[0]), ev[m[0]], ev[m[1]], stamp_event_name(m[1]));
            return text;
        }
    if (ev[STAMP_EV_MAC_ISSUED] != each * ev[STAMP_EV_MXU_ACTIVE])
        return differ(STAMP_EV_MAC_ISSUED, ev[STAMP_EV_MAC_ISSUED], each * ev[STAMP_EV_MXU_ACTIVE]);
    return nullptr;
}

extern "C" const char *timing_check(struct timing *t, const uint64_t ev[STAMP_EVENTS], bool done)
{
    const char *bad = t->relations(ev);
    uint64_t fetched = 0;

    if (bad || !done) return bad;
    if (t->running || !t->ended) return "counters: no interrupt was seen";
    t->seen[STAMP_EV_CYCLES] = t->ended - LAST - (t->started + FIRST) + 1;
    if (ev[STAMP_EV_CYCLES] != t->seen[STAMP_EV_CYCLES])
        return t->differ(STAMP_EV_CYCLES, ev[STAMP_EV_CYCLES], t->seen[STAMP_EV_CYCLES]);
    for (uint64_t at : t->fetched)
        if (at >= t->started + FIRST && at <= t->ended - LAST) fetched += t->mach->AXI_BYTES;
    t->seen[STAMP_EV_FETCH_BYTES] = fetched;
    t->seen[STAMP_EV_MXU_DRAIN] = t->in_tile - t->seen[STAMP_EV_MXU_ACTIVE];
    for (int i = 0; i < STAMP_EVENTS; i++) {
        const auto e = stamp_event(i);
        const bool here = stamp_event_kind(e) != STAMP_EVENT_VALUE || e == STAMP_EV_LOAD_BYTES ||
                          e == STAMP_EV_STORE_BYTES;
        if (here && ev[e] != t->seen[e]) return t->differ(e, ev[e], t->seen[e]);
    }
    return nullptr;
}
