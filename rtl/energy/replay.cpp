// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// replay.cpp - how gates react to a change, and what that costs. Contract in replay.h.
#include "rtl/energy/replay.h"

namespace {
/* Every bit that is set, in order and once; one that is set behind the place where this is counts, before it it stays. */
template <class Do> void in_order(std::vector<uint64_t> &bits, Do what)
{
    for (size_t w = 0; w < bits.size(); w++)
        for (uint64_t behind = ~UINT64_C(0); bits[w] & behind;) {
            const int bit = __builtin_ctzll(bits[w] & behind);
            bits[w] &= ~(UINT64_C(1) << bit);
            behind = bit == 63 ? 0 : ~UINT64_C(0) << (bit + 1);
            what(w * 64 + size_t(bit));
        }
}
} // namespace

/* Energy of one, ground tables left out. */
double replay::charge(const gate_cell &c, int32_t at, uint64_t times)
{
    const gate_charge head = charges[size_t(at)];
    double fj = 0;
    untabled += times * head.parts;
    for (uint32_t i = 1; i <= head.counter; i++) {
        const gate_charge &q = charges[size_t(at) + i];
        counter &n = counters[size_t(c.counter) + q.counter];
        n.n += times * q.parts;
        fj += q.parts * n.fj;
    }
    return fj;
}

double replay::worth(const gate_cell &c, int32_t at) const
{
    double fj = 0;
    for (uint32_t i = 1; i <= charges[size_t(at)].counter; i++) {
        const gate_charge &q = charges[size_t(at) + i];
        fj += q.parts * counters[size_t(c.counter) + q.counter].fj;
    }
    return fj;
}

/* A flip-flop whose state stays is not looked at: its clock is charged when the state changes, for all cycles. */
void replay::charge_clock(flop &f, uint64_t rises, uint64_t falls)
{
    const auto &c = g.cells[f.cell];
    if (rises > f.rise) charge(c, risen(c.kind, state[f.cell]), rises - f.rise);
    if (falls > f.fall) charge(c, fallen(c.kind, state[f.cell]), falls - f.fall);
    f.rise = rises;
    f.fall = falls;
}

/* Before the state of a flip-flop changes in this cycle, behind the rise; and after it. */
void replay::leave(size_t cell)
{
    const auto &c = g.cells[cell];
    if (!counting) return;
    charge_clock(flops[size_t(flop_of[cell])], now + 1, now);
    rise_fj -= worth(c, risen(c.kind, state[cell]));
    fall_fj -= worth(c, fallen(c.kind, state[cell]));
}

void replay::enter(size_t cell)
{
    const auto &c = g.cells[cell];
    if (!counting) return;
    rise_fj += worth(c, risen(c.kind, state[cell]));
    fall_fj += worth(c, fallen(c.kind, state[cell]));
}

void replay::start()
{
    counting = true;
    rise_fj = fall_fj = 0;
    for (auto &f : flops) {
        f.rise = f.fall = now;
        enter(f.cell);
    }
}

/* One of its nets has moved. */
void replay::mark(size_t cell)
{
    const int32_t f = flop_of[cell];
    if (f >= 0) due_flop[size_t(f) / 64] |= UINT64_C(1) << f % 64;
    if (f < 0 || g.kinds[size_t(g.cells[cell].kind)].cleared)
        due[cell / 64] |= UINT64_C(1) << cell % 64;
}

void replay::set(int32_t net, uint8_t v)
{
    if (net < 0 || value[size_t(net)] == v) return;
    value[size_t(net)] = v;
    if (!timed)
        for (uint32_t i = loads[size_t(net)]; i < loads[size_t(net) + 1]; i++) mark(loaded[i]);
    if (!counting) return;
    toggles[size_t(net)]++;
    cycle_toggles++;
    cycle_fj += g.net_fj[size_t(net)];
}

void replay::change(const gate_cell &c, const gate_kind &k, int from, int to)
{
    leak_now[size_t(c.module)] += k.leak_nw[size_t(to)] - k.leak_nw[size_t(from)];
    leak_all += k.leak_nw[size_t(to)] - k.leak_nw[size_t(from)];
    const uint8_t out = k.out[size_t(to)];
    for (int o = 0; o < k.outputs; o++) {
        const int32_t net = g.pins[size_t(c.pin + k.inputs + o)];
        const uint8_t v = out >> o & 1;
        timed ? ask(net, v, delay(c, o, 0, v), -1, -1) : set(net, v);
    }
}

/* What N inputs of a cell say: a loop of known length, this is most of the time of a replay. */
template <int N> inline int gather(const int32_t *pin, const uint8_t *value)
{
    int s = 0;
    for (int i = 0; i < N; i++) s |= value[pin[i]] << i;
    return s;
}

int replay::seen(const gate_cell &c) const
{
    const int32_t *pin = &g.pins[size_t(c.pin)];
    const uint8_t *v = value.data();
    switch (c.inputs) {
    case 0: return 0;
    case 1: return gather<1>(pin, v);
    case 2: return gather<2>(pin, v);
    case 3: return gather<3>(pin, v);
    case 4: return gather<4>(pin, v);
    default: break;
    }
    int s = gather<5>(pin, v);
    for (int i = 5; i < c.inputs; i++) s |= v[pin[i]] << i;
    return s;
}

/* A cell without a state of its own. */
void replay::evaluate(size_t cell)
{
    const auto &c = g.cells[cell];
    const int from = state[cell], to = seen(c);
    if (to == from) return;
    if (counting) cycle_fj += charge(c, settled(c.kind, from, to), 1);
    state[cell] = to;
    change(c, g.kinds[size_t(c.kind)], from, to);
}

void replay::look(size_t cell)
{
    const auto &c = g.cells[cell];
    const auto &k = g.kinds[size_t(c.kind)];
    const int from = state[cell];
    int to = seen(c);
    const int held = 1 << k.inputs;
    to |= from & held;
    const uint8_t f = k.forced[size_t(to)];
    if (f) to = f == 1 ? to & ~held : to | held;
    if (to == from) return;
    if (counting) cycle_fj += charge(c, settled(c.kind, from, to), 1);
    leave(cell);
    state[cell] = to;
    enter(cell);
    arm(cell);
    change(c, k, from, to);
}

/* Whether the next rise of the clock moves a flip-flop. */
void replay::arm(size_t cell)
{
    const auto &c = g.cells[cell];
    const auto &k = g.kinds[size_t(c.kind)];
    const auto f = size_t(flop_of[cell]);
    const int s = state[cell];
    const uint64_t bit = UINT64_C(1) << f % 64;
    const bool moves = (s >> k.inputs & 1) != (k.next[size_t(s)] != 0);
    armed[f / 64] = (armed[f / 64] & ~bit) | (moves ? bit : 0);
}

/* Flip-flops and memories take what they saw; only then their outputs move. */
void replay::rise()
{
    moved = false;
    cycle_toggles = 0;
    rise_memories();
    cycle_fj = rise_fj;
    for (size_t w = 0; w < armed.size(); w++)
        for (uint64_t left = armed[w]; left; left &= left - 1) {
            const size_t cell = flops[w * 64 + size_t(__builtin_ctzll(left))].cell;
            const auto &c = g.cells[cell];
            const auto &k = g.kinds[size_t(c.kind)];
            const int s = state[cell], to = s ^ 1 << k.inputs;
            moved = true;
            leave(cell);
            state[cell] = to;
            enter(cell);
            arm(cell);
            change(c, k, s, to);
        }
    for (size_t m = 0; m < memories.size(); m++)
        for (size_t i = 0; i < memories[m].out.size(); i++)
            if (i < g.memories[m].rd.size()) {
                const int32_t net = g.memories[m].rd[i];
                timed ? ask(net, memories[m].out[i], uint64_t(g.memory_fs), -1, -1)
                      : set(net, memories[m].out[i]);
            }
}

/* Inputs by the frame, then in order every cell one of whose nets has moved since it was looked at: the others would
 * stay as they are. Of flip-flops first what a clear or preset does, last what they see. What moves a cell that lies
 * before is left for the next cycle. */
void replay::settle()
{
    for (size_t i = 0; i < g.in_bit.size(); i++) {
        const auto b = size_t(g.in_bit[i]);
        const uint8_t v = frame[b / 8] >> b % 8 & 1;
        timed ? ask(g.in_net[i], v, uint64_t(g.input_fs), -1, -1) : set(g.in_net[i], v);
    }
    if (timed) {
        run_queue();
        return;
    }
    in_order(due, [&](size_t i) { flop_of[i] < 0 ? evaluate(i) : look(i); });
    in_order(due_flop, [&](size_t f) { look(flops[f].cell); });
}

/* The cells a net goes to. */
void replay::find_loads()
{
    loads.assign(size_t(g.nets) + 1, 0);
    for (const auto &c : g.cells)
        for (int i = 0; i < c.inputs; i++) loads[size_t(g.pins[size_t(c.pin + i)]) + 1]++;
    for (size_t n = 0; n < size_t(g.nets); n++) loads[n + 1] += loads[n];
    std::vector<uint32_t> at(loads.begin(), loads.end() - 1);
    loaded.resize(loads.back());
    for (size_t k = 0; k < g.cells.size(); k++)
        for (int i = 0; i < g.cells[k].inputs; i++)
            loaded[at[size_t(g.pins[size_t(g.cells[k].pin + i)])]++] = uint32_t(k);
    due.assign((g.cells.size() + 63) / 64, 0);
    due_flop.assign((flops.size() + 63) / 64, 0);
    for (size_t k = 0; k < g.cells.size(); k++) mark(k);
}

void replay::begin()
{
    value.assign(size_t(g.nets), 0);
    value[1] = 1;
    toggles.assign(size_t(g.nets), 0);
    counters.assign(g.counter_fj.size(), {0, 0});
    energy.assign(size_t(g.modules) * PARTS, 0);
    leak_now.assign(size_t(g.modules), 0);
    frame.resize(size_t(g.frame_bits + 7) / 8);
    for (const auto &k : g.kinds) {
        const auto n = size_t(k.states);
        settle_at.emplace_back(n * n, -1);
        rise_at.emplace_back(n, -1);
        fall_at.emplace_back(n, -1);
    }
    for (const auto &y : g.memories) {
        memory_state x;
        x.bits.assign(size_t(y.lines) * size_t(y.width), 0);
        x.out.assign(size_t(y.reads) * size_t(y.width), 0);
        memories.push_back(x);
    }
    for (const auto &c : g.cells) {
        const auto &k = g.kinds[size_t(c.kind)];
        flop_of.push_back(k.flop ? int32_t(flops.size()) : -1);
        if (k.flop) flops.push_back({state.size(), 0, 0});
        state.push_back(c.start);
        leak_now[size_t(c.module)] += k.leak_nw[size_t(c.start)];
        leak_all += k.leak_nw[size_t(c.start)];
        for (size_t a = 0; a < k.tables.size(); a++)
            for (size_t e = size_t(c.counter) + 2 * a, n = 0; n < 2; n++)
                counters[e + n].fj = k.tables[a].ground ? 0 : g.counter_fj[e + n] / charge_whole;
        const uint8_t out = k.out[size_t(c.start)];
        for (int o = 0; o < k.outputs; o++) {
            const int32_t net = g.pins[size_t(c.pin + k.inputs + o)];
            if (net >= 0) value[size_t(net)] = out >> o & 1;
        }
    }
    find_loads();
    armed.assign((flops.size() + 63) / 64, 0);
    for (const auto &f : flops) arm(f.cell);
}

/* Energies of everything counted so far, from the counts: fJ by module and part. */
void replay::sum()
{
    auto &e = energy;
    for (auto &f : flops) charge_clock(f, now, now);
    for (size_t m = 0; m < size_t(g.modules); m++)
        for (int p : {SWITCHING, INTERNAL, CLOCK, GROUND}) e[m * PARTS + size_t(p)] = 0;
    for (size_t n = 0; n < toggles.size(); n++)
        e[size_t(g.net_module[n]) * PARTS + SWITCHING] += toggles[n] * g.net_fj[n];
    for (const auto &c : g.cells) {
        const auto &k = g.kinds[size_t(c.kind)];
        for (size_t a = 0; a < k.tables.size(); a++) {
            const auto &t = k.tables[a];
            const size_t i = size_t(c.counter) + 2 * a;
            const double fj = (double(counters[i].n) * g.counter_fj[i] +
                               double(counters[i + 1].n) * g.counter_fj[i + 1]) /
                              charge_whole;
            e[size_t(c.module) * PARTS + size_t(t.ground              ? GROUND
                                                : t.where == AT_CLOCK ? CLOCK
                                                                      : INTERNAL)] += fj;
        }
    }
    for (size_t m = 0; m < size_t(g.modules); m++)
        e[m * PARTS + CLOCK] += double(counted) * g.clock_fj[m];
}

void replay::fall()
{
    cycle_fj += fall_fj;
    for (size_t m = 0; m < leak_now.size(); m++) {
        energy[m * PARTS + LEAKAGE] += leak_now[m] * g.period_ns * 1e-3; /* nW ns */
        cycle_fj += g.clock_fj[m];
    }
    cycle_fj += leak_all * g.period_ns * 1e-3;
    counted++;
    active += moved;
    active_toggles += moved ? cycle_toggles : 0;
    (moved ? active_fj : idle_fj) += cycle_fj;
}
