/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vxu_tb.cpp
 * Bench of rtl/vec/stamp_vxu: random instructions, every opcode, against model/insn: every write to
 * VM, XB, PB, SM and RM in order, error codes, counted events, writes held while stalled.
 *
 * VM, XB, PB and the row table are here; SM is the unit's own, so lists begin with a VMINMAX that
 * fills it. VM writes are refused at random, as the drain would, and XB's side stops writes and holds an end.
 * Every pin but data is compared with model/clock/vxu in every cycle.
 * Case     one instruction
 * Args     --seed N   --cases N   --only N: opcode 0x20 + N alone
 * Build    make build/tb/tiny/vxu: stamp_vxu is the top, all of its parameters set; C++ is this file
 *          and libstamp.a
 */
#include "Vtop.h"
#include "verilated.h"

#include "tests/rtl/bench_record.h"
#include "tests/rtl/cover.h"
#include "tests/rtl/vxu_insns.h"

static Vtop *top;
static twin model;
static rng g;
static tally t;
static const stamp_mach *const mach = model.mach;
static int only = -1;

static vx_random insns = {g, mach, false, {}, 0};
static std::vector<uint32_t> vm; /* VM_LINES x L */
static std::vector<uint8_t> pb;  /* PB_LINES x L x T nibbles, one a byte */
static uint32_t refuse;          /* VM grants and XB's ready withheld, of 256 */
static uint32_t held_xb;         /* cycles for which XB was not ready, this one included */
static uint64_t reads, lines, divides, fn_lines, pb_writes;

/* Numbers that agree above some bit but for one other, or but in one: each bit decides some comparison, some round 0,
 * with @p huge some round infinity or with one bit of the exponent less. */
static void alike(bool huge)
{
    const size_t stretch =
        g.below(2) ? 8 * mach->L : vm.size(); /* both operands of an instruction */
    uint32_t base = 0, low = 32, bit = 0;
    bool one = false;

    for (size_t i = 0; i < vm.size(); i++) {
        if (i % stretch == 0) {
            base = (uint32_t)g.next() & 0x807fffff | 0x3f000000;
            if (g.one_in(6)) base &= 0x80000000;
            if (huge && g.one_in(6)) base = base & 0x80000000 | 0x7f800000;
            if (huge && g.one_in(3)) base |= 0x7f800000 ^ 1u << g.range(23, 30);
            low = g.range(1, 32);
            one = g.below(2);
            bit = g.below(32);
        }
        if (one) {
            vm[i] = base ^ g.below(2) << bit;
            continue;
        }
        vm[i] = g.one_in(3) ? base : base ^ 1u << g.below(low);
        if (g.one_in(8)) vm[i] ^= 1u << g.below(32);
    }
}

/* Numbers up to 1024 whose fraction is half of the last place or near it: where rounding decides. */
static void ties()
{
    for (auto &v : vm) {
        const uint32_t kept = 0x7fffff & ~((1u << g.below(24)) - 1);

        v = g.below(2) << 31 | g.range(124, 136) << 23 | (uint32_t)g.next() & kept;
        if (g.one_in(2)) v |= 1u << g.below(23);
    }
}

/* Rows with numbers, alike with @p same, a row table whose nibble rows reach below 4 P, some entries of 8 bits. */
static void fill(bool wild, bool huge, bool same)
{
    vm.resize(mach->VM_LINES * mach->L);
    for (auto &v : vm) v = huge && g.one_in(200) ? 0x7f000000 | g.below(2) << 31 : g.real();
    if (same)
        alike(huge);
    else if (g.one_in(6))
        ties();
    for (auto &v : vm)
        if (insns.positive) v = v & 0x7fffffff ? v & 0x7fffffff : 0x3f800000;
    memcpy(model.m->vm, vm.data(), vm.size() * 4);
    pb.resize(mach->PB_LINES * mach->L * mach->T);
    for (size_t i = 0; i < pb.size(); i++) {
        model.m->pb[i] = (int8_t)((int)g.below(16) - 8);
        pb[i] = model.m->pb[i] & 15;
    }
    for (uint32_t i = 0; i < mach->RT_ENTRIES; i++) {
        uint32_t v = wild && g.one_in(6) ? g.below(4096) : g.below(4 * mach->P - 1);
        if (g.one_in(3)) v = 0x8000 | (wild && g.one_in(4) ? v : v & ~1u);
        model.m->rt[i] = (uint16_t)v;
    }
}

#include "tests/rtl/vxu_clock.h"

/* ---- One clock ------------------------------------------------------------------------------- */

static std::vector<uint32_t> was_data;
static uint32_t was_addr;
static bool waited;

/* A write that was not granted stays as it is. */
static void held()
{
    auto *data = reinterpret_cast<const uint32_t *>(&top->vw_data_o);
    if (waited && (!top->vw_valid_o || top->vw_addr_o != was_addr ||
                   memcmp(data, was_data.data(), mach->L * 4)))
        t.complain("a VM write changed before it was granted");
    waited = top->vw_valid_o && !top->vw_ready_i;
    was_addr = top->vw_addr_o;
    was_data.assign(data, data + mach->L);
}

/* What a memory gives: in the second cycle after the read, something else in every other. */
struct arrival {
    bool read;
    std::vector<uint32_t> line;
};

static std::vector<uint32_t> arrive(arrival *way, bool read, const uint32_t *data, uint32_t words)
{
    std::vector<uint32_t> out(words);
    for (auto &v : out) v = (uint32_t)g.next();
    if (way->read) out = way->line;
    *way = {read, std::vector<uint32_t>(data, data + words)};
    return out;
}

static void tick()
{
    static arrival vm_way, rt_way;
    const uint32_t entry = model.m->rt[top->rt_addr_o % mach->RT_ENTRIES];
    const auto line =
        arrive(&vm_way, top->vr_re_o, &vm[top->vr_addr_o % mach->VM_LINES * mach->L], mach->L);
    const auto row = arrive(&rt_way, top->rt_re_o, &entry, 1);

    clock_twin();
    held();
    reads += top->ev_read_o;
    lines += top->ev_lines_o;
    divides += top->ev_divides_o;
    fn_lines += top->ev_fn_o;
    pb_writes += top->pb_we_o;
    if (top->vw_valid_o && top->vw_ready_i)
        memcpy(&vm[top->vw_addr_o * mach->L], &top->vw_data_o, mach->L * 4);
    bench_record(top);
    top->contextp()->timeInc(1);
    top->clk_i = 1;
    top->eval();
    memcpy(&top->vr_data_i, line.data(), mach->L * 4);
    top->rt_data_i = (uint16_t)row[0];
    top->xb_ready_i = g.below(256) >= refuse;
    top->xb_busy_i = g.below(256) < refuse;
    held_xb = top->xb_ready_i ? 0 : held_xb + 1;
    top->vw_ready_i = g.below(256) >= refuse;
    top->clk_i = 0;
    top->eval();
    t.cycle++;
}

static void reset()
{
    top->rst_ni = 0;
    top->insn_valid_i = 0;
    top->eval();
    waited = false;
    for (int i = 0; i < 3; i++) {
        tick();
        waited = false;
    }
    top->rst_ni = 1;
    top->eval();
}

/* ---- Writes ---------------------------------------------------------------------------------- */

static void compare(outcome *o, stamp_space space, uint64_t addr, const void *data, size_t bytes)
{
    if (!o) {
        t.complain("write without an instruction");
        return;
    }
    if (o->loose) return;
    auto *b = static_cast<const uint8_t *>(data);
    const written got = {space, addr, {b, b + bytes}};
    auto &want = o->writes[space];
    if (want.empty() || !(want.front() == got)) {
        char text[120];
        snprintf(text, sizeof text, "wrong write: %s[%llu]%s", stamp_space_name(space),
                 (unsigned long long)addr, want.empty() ? ", none due" : "");
        t.complain(text);
    }
    if (!want.empty()) want.pop_front();
}

/* Nibbles of the masked places into a PB line; the model tells the whole line. */
static void pack(outcome *o)
{
    const uint32_t n = mach->L * mach->T;
    uint8_t *line = &pb[top->pb_addr_o * n];
    std::vector<uint8_t> mask((n + 31) / 32 * 4), data(n / 2), out(n / 2);

    memcpy(mask.data(), &top->pb_mask_o, mask.size());
    memcpy(data.data(), &top->pb_data_o, data.size());
    for (uint32_t i = 0; i < n; i++)
        if (mask[i / 8] >> i % 8 & 1) line[i] = data[i / 2] >> 4 * (i % 2) & 15;
    for (uint32_t i = 0; i < n; i += 2) out[i / 2] = (uint8_t)(line[i] | line[i + 1] << 4);
    compare(o, STAMP_SPACE_PB, top->pb_addr_o, out.data(), out.size());
}

static void observe_writes(outcome *o)
{
    if (top->pb_we_o) pack(o);
    if (top->vw_valid_o && top->vw_ready_i)
        compare(o, STAMP_SPACE_VM, top->vw_addr_o, &top->vw_data_o, mach->L * 4);
    if (top->xb_we_o && held_xb > 2) t.complain("a write to XB long after it was stopped");
    if (top->xb_we_o) {
        const uint64_t at = (uint64_t)top->xb_addr_o * mach->P + top->xb_row_o;
        compare(o, STAMP_SPACE_XB, at, &top->xb_hi_o, mach->L / 2);
        if (top->xb_two_o) compare(o, STAMP_SPACE_XB, at + 1, &top->xb_lo_o, mach->L / 2);
    }
    if (top->sm_we_o) { /* {rowsum, zero 8, hi, lo} */
        uint32_t w[4];
        memcpy(w, &top->sm_data_o, 16);
        const uint32_t sm[4] = {w[0], w[1], w[2] & 0xff, w[2] >> 8 | w[3] << 24};
        compare(o, STAMP_SPACE_SM, top->sm_addr_o, sm, 16);
    }
    if (top->rm_we_o) { /* {rowsum, corr 10 signed, scale} */
        uint32_t w[3];
        memcpy(w, &top->rm_data_o, 12);
        const uint32_t corr = (w[1] & 0x3ff) | (w[1] & 0x200 ? 0xfffffc00u : 0);
        const uint32_t r[3] = {w[0], corr, w[1] >> 10 | w[2] << 22};
        compare(o, STAMP_SPACE_RM, top->rm_addr_o, r, 12);
    }
}

/* Runs one instruction to its end; true if it ended without error. */
static bool run(const union stamp_insn &i, bool two)
{
    const stamp_word w = encode(i);
    outcome o = model.run(w);
    uint64_t n = 0;
    bool taken = false, all = true, was_busy = false;

    reads = lines = divides = fn_lines = pb_writes = 0;
    memcpy(&top->insn_i, &w, 32);
    top->insn_valid_i = 1;
    for (top->eval();; n++) {
        observe_writes(taken ? &o : nullptr);
        if (top->done_o) {
            if (i.c.op == STAMP_OP_VQUANT && was_busy) t.complain("ends while XB is busy");
            break;
        }
        was_busy = top->xb_busy_i;
        const bool accept = top->insn_valid_i && top->insn_ready_o;
        if (taken && !top->busy_o) t.complain("busy low with an instruction inside");
        tick();
        if (accept) {
            taken = true;
            top->insn_valid_i = 0;
            top->eval();
        }
        if (n > 1000000) {
            t.complain("hangs");
            return false;
        }
    }
    /* With two errors in one instruction either counts. */
    const bool same = top->err_o == o.error || (o.loose && two && top->err_o != STAMP_ERROR_NONE);
    if (!same)
        printf("opcode 0x%02llx ended with %s, model %s\n", (unsigned long long)i.c.op,
               stamp_error_name((stamp_error)top->err_o), stamp_error_name(o.error));
    for (const auto &left : o.writes) all = all && (o.loose || left.empty());
    tick();
    if (o.error == STAMP_ERROR_NONE) {
        const uint64_t *e = model.m->event;
        all = all && reads == e[STAMP_EV_VM_READ] && lines == e[STAMP_EV_VX_LINES] &&
              divides == e[STAMP_EV_DIVIDES] && fn_lines == e[STAMP_EV_FN_LINES] &&
              pb_writes == e[STAMP_EV_PB_WRITE];
    }
    t.check(same && all, same ? "writes or events are missing" : "wrong error code");
    return o.error == STAMP_ERROR_NONE;
}

/* ---- Random instructions --------------------------------------------------------------------- */

static union stamp_insn random_insn(bool bad)
{
    static const stamp_opcode ops[] = {
        STAMP_OP_VBFLY,  STAMP_OP_VMINMAX, STAMP_OP_VQPAR, STAMP_OP_VQUANT,
        STAMP_OP_VBIAS,  STAMP_OP_VBIN,    STAMP_OP_VROPE, STAMP_OP_VROW,
        STAMP_OP_VRED,   STAMP_OP_VFN,     STAMP_OP_VCODE, STAMP_OP_VDEQ,
        STAMP_OP_VPACKK, STAMP_OP_VPACKV,  STAMP_OP_VSMRD, STAMP_OP_VSMWR};
    const stamp_opcode op = ops[only >= 0 ? (uint32_t)only % 16 : g.below(16)];

    insns.many =
        bad || !g.one_in(10) ? 0 : insns.draw_many(op == STAMP_OP_VFN || op == STAMP_OP_VQPAR);
    if (op == STAMP_OP_VBFLY) return insns.bfly(bad);
    if (op <= STAMP_OP_VBIAS) return insns.vector(op, bad);
    return op <= STAMP_OP_VFN ? insns.rows(op, bad) : insns.state(op, bad);
}

/* Ranges of all SM entries: what it held at power-up is nobody's business. */
static bool initialise()
{
    union stamp_insn i = {};

    i.v.op = STAMP_OP_VMINMAX;
    i.v.cols = 2; /* each line with the one before and with the one behind */
    i.v.s0 = i.v.smstride = i.v.first = 1;
    i.v.n0 = mach->SM_ENTRIES;
    bool ok = run(i, false);
    i.v.op = STAMP_OP_VQUANT; /* and its row sums */
    i.v.cols = 1;
    for (uint32_t e = 0; ok && e < mach->SM_ENTRIES; e += 128) {
        i.v.n0 = 128;
        i.v.sm = e;
        i.v.gstride = 1;
        ok = run(i, false);
    }
    return ok;
}

static void scenario()
{
    const uint32_t n = g.range(1, 40), wild = g.one_in(4), huge = g.one_in(4);

    refuse = g.below(3) ? g.below(200) : 0;
    insns.positive = g.one_in(3);
    fill(false, false, g.below(2));
    if (!initialise()) {
        t.complain("initialisation failed");
        reset();
        return;
    }
    fill(wild, huge, g.one_in(4));
    insns.before = {};
    for (uint32_t k = 0; k < n; k++) {
        const bool bad = k + 1 == n && g.one_in(2);
        if (!k || bad || !g.one_in(4)) insns.before = random_insn(bad); /* else the same again */
        if (!run(insns.before, bad)) break;
        for (uint32_t gap = g.below(4); gap-- > 0;) tick();
    }
    reset(); /* the unit may have been left on an error */
}

/* Addresses, counts and strides over their whole width: what the C machine finds out of range the
 * unit has to, and nothing more is compared. */
static void wide()
{
    union stamp_insn i = random_insn(false);
    stamp_word w = encode(i);

    if (!widen(w, g) || !model.run(w).loose) return;
    stamp_decode(&w, &i);
    run(i, true);
    reset();
}

int main(int argc, char **argv)
{
    const args a(argc, argv, 5000);

    for (int i = 1; i + 1 < argc; i++)
        if (!strcmp(argv[i], "--only")) only = atoi(argv[i + 1]);

    g.s = a.seed * 0x9e3779b97f4a7c15 + 1;
    top = new Vtop;
    vm.resize(mach->VM_LINES * mach->L);
    reset();
    for (uint64_t made = 0, n; made < a.cases && t.failed < 100;
         made += n) { /* both kinds early in a record */
        n = t.passed + t.failed;
        scenario();
        n = t.passed + t.failed - n;
        insns.before = {};
        for (uint64_t k = 0; k < n && t.failed < 100; k++) wide();
    }
    clock_report();
    finish(top);
    delete top;
    return t.close("vxu_tb");
}
