// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// timed.cpp - the same gates with delays: a net may change several times in a cycle. Contract in replay.h.
//
// An output takes its new value a delay after the inputs that ask for it, by the table of the input that is soonest; if they
// ask for the old one again before, nothing happens (inertial). Energy of an output is charged when it moves, of inputs
// when they do.
#include "rtl/energy/replay.h"

void replay::with_delays(bool stale_too)
{
    timed = true;
    stale = stale_too;
    pending.assign(size_t(g.nets), {0, 0, -1, -1, false});
    for (size_t n = 0; n < pending.size(); n++) pending[n].v = value[n];
    asked.assign(g.cells.size(), 0);
    for (const auto &k : g.kinds) {
        const auto n = size_t(k.states);
        input_at.emplace_back(n * n, -1);
        output_at.emplace_back(n * n * size_t(k.outputs), -1);
    }
}

void replay::ask(int32_t net, uint8_t v, uint64_t time, int32_t cell, int32_t list)
{
    if (net < 0) return;
    auto &p = pending[size_t(net)];
    const uint8_t last = p.waits || stale ? p.v : value[size_t(net)];
    if (v == last) return;
    if (p.waits && !stale) { /* back to what it is: it never leaves that */
        p.waits = false;
        swallowed += counting;
        return;
    }
    p = {time, v, cell, list, true};
    queue.push({time, net});
}

/* Of what inputs that change cost, or output `o` alone; -1 for inputs. */
int32_t replay::share(int kind, int from, int to, int o)
{
    const auto &k = g.kinds[size_t(kind)];
    const size_t place = size_t(from) * size_t(k.states) + size_t(to);
    int32_t &at = o < 0 ? input_at[size_t(kind)][place]
                        : output_at[size_t(kind)][place * size_t(k.outputs) + size_t(o)];
    if (at >= 0) return at;
    std::vector<gate_charge> list;
    uint32_t missed = 0;
    const uint32_t changed = uint32_t(from ^ to) & ((1u << k.inputs) - 1);
    if (o >= 0) {
        at_output(k, o, k.out[size_t(to)] >> o & 1, from, to, true, changed, list, missed);
    } else {
        for (int i = 0; i < k.inputs; i++)
            if (changed >> i & 1) at_input(k, i, to >> i & 1, to, true, list);
    }
    return at = keep(list, missed);
}

/* Delay in fs of an output's edge; of a flip-flop from its clock. */
uint64_t replay::delay(const gate_cell &c, int o, uint32_t changed, bool up) const
{
    const int n = g.kinds[size_t(c.kind)].flop ? 1 : c.inputs;
    const int32_t *d = &g.delay_fs[size_t(c.delay) + size_t(2 * n * o)];
    if (g.kinds[size_t(c.kind)].flop) return uint64_t(d[!up]);
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < n; i++)
        if (changed >> i & 1 && uint64_t(d[2 * i + !up]) < least) least = uint64_t(d[2 * i + !up]);
    return least == UINT64_MAX ? 0 : least;
}

void replay::answer(size_t cell, uint64_t time)
{
    const auto &c = g.cells[cell];
    const auto &k = g.kinds[size_t(c.kind)];
    const int from = state[cell];
    int to = seen(c);
    if (k.flop) {
        const int held = 1 << k.inputs;
        to |= from & held;
        const uint8_t f = k.forced[size_t(to)];
        if (f) to = f == 1 ? to & ~held : to | held;
    }
    if (to == from) return;
    if (counting) cycle_fj += charge(c, share(c.kind, from, to, -1), 1);
    if (k.flop) leave(cell);
    state[cell] = to;
    if (k.flop) {
        enter(cell);
        arm(cell);
    }
    leak_now[size_t(c.module)] += k.leak_nw[size_t(to)] - k.leak_nw[size_t(from)];
    leak_all += k.leak_nw[size_t(to)] - k.leak_nw[size_t(from)];
    const int moved_bits = k.out[size_t(from)] ^ k.out[size_t(to)];
    for (int o = 0; o < k.outputs; o++) {
        if (!(moved_bits >> o & 1)) continue;
        const bool up = k.out[size_t(to)] >> o & 1;
        ask(g.pins[size_t(c.pin + k.inputs + o)], up, time + delay(c, o, uint32_t(from ^ to), up),
            int32_t(cell), share(c.kind, from, to, o));
    }
}

/* Everything that is asked for happens, in time; what happens at one time is seen together. */
void replay::run_queue()
{
    std::vector<uint32_t> cells;
    while (!queue.empty()) {
        const uint64_t time = queue.top().first;
        cells.clear();
        round++;
        for (; !queue.empty() && queue.top().first == time; queue.pop()) {
            const int32_t net = queue.top().second;
            auto &p = pending[size_t(net)];
            if (stale ? p.v == value[size_t(net)] : !p.waits || p.time != time) continue;
            p.waits = false;
            set(net, p.v);
            if (counting && p.list >= 0) cycle_fj += charge(g.cells[size_t(p.cell)], p.list, 1);
            for (uint32_t i = loads[size_t(net)]; i < loads[size_t(net) + 1]; i++) {
                if (asked[loaded[i]] == round) continue;
                asked[loaded[i]] = round;
                cells.push_back(loaded[i]);
            }
        }
        for (uint32_t k : cells) answer(k, time);
    }
}
