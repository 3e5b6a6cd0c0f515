// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// charges.cpp - what a change of a cell's state costs, by its tables; found once for each kind and change.
#include "rtl/energy/replay.h"

namespace {
const uint32_t clock_bit = 30;
}

/* Whether a table holds in a state: by its `when`, or as the one for states no other of its family holds in. */
bool replay::eligible(const gate_kind &k, const gate_table &t, int s, bool high) const
{
    if (!t.otherwise) return (high ? t.high : t.low)[size_t(s)];
    for (const auto &o : k.tables)
        if (o.family == t.family && !o.otherwise && (high ? o.high : o.low)[size_t(s)])
            return false;
    return true;
}

void replay::at_input(const gate_kind &k, int pin, bool up, int s, bool high,
                      std::vector<gate_charge> &out) const
{
    const int where = pin < 0 ? AT_CLOCK : AT_INPUT;
    for (size_t a = 0; a < k.tables.size(); a++) {
        const auto &t = k.tables[a];
        if (t.where == where && (pin < 0 || t.pin == pin) && eligible(k, t, s, high))
            out.push_back({uint32_t(2 * a + !up), charge_whole});
    }
}

/* The change of an output is shared by the changed inputs that have a table for it in the state after; where several
 * change at once and none has, in the state before; else by all tables of the changed inputs, alike. */
void replay::at_output(const gate_kind &k, int pin, bool up, int before, int after, bool high,
                       uint32_t changed, std::vector<gate_charge> &out, uint32_t &missed) const
{
    std::vector<std::pair<size_t, uint32_t>> found; /* table, its changed inputs */
    for (int s : {after, before, -1}) {
        if (!found.empty()) break;
        for (size_t a = 0; a < k.tables.size(); a++) {
            const auto &t = k.tables[a];
            if (t.where == AT_OUTPUT && t.pin == pin && t.related & changed &&
                (s < 0 || eligible(k, t, s, high)))
                found.push_back({a, t.related & changed});
        }
    }
    /* Of a cause and a supply, tables share alike; causes share alike. */
    uint32_t causes = 0;
    for (const auto &f : found) causes |= f.second;
    missed += !causes;
    for (uint32_t left = causes; left; left &= left - 1)
        for (bool ground : {false, true}) {
            uint32_t many = 0;
            for (const auto &f : found)
                many += f.second & left & -left && k.tables[f.first].ground == ground;
            for (const auto &f : found)
                if (f.second & left & -left && k.tables[f.first].ground == ground)
                    out.push_back({uint32_t(2 * f.first + !up),
                                   charge_whole / uint32_t(__builtin_popcount(causes)) / many});
        }
}

int32_t replay::keep(const std::vector<gate_charge> &list, uint32_t missed)
{
    const auto at = int32_t(charges.size());
    charges.push_back({uint32_t(list.size()), missed});
    charges.insert(charges.end(), list.begin(), list.end());
    return at;
}

/* Inputs (and what a clear or preset does to the state) change while the clock is high. */
int32_t replay::settled(int kind, int from, int to)
{
    const auto &k = g.kinds[size_t(kind)];
    int32_t &at = settle_at[size_t(kind)][size_t(from) * size_t(k.states) + size_t(to)];
    if (at >= 0) return at;
    std::vector<gate_charge> list;
    uint32_t missed = 0;
    const uint32_t inputs = (1u << k.inputs) - 1, changed = uint32_t(from ^ to) & inputs;
    for (int i = 0; i < k.inputs; i++)
        if (changed >> i & 1) at_input(k, i, to >> i & 1, to, true, list);
    const int out = k.out[size_t(from)] ^ k.out[size_t(to)];
    for (int o = 0; o < k.outputs; o++)
        if (out >> o & 1)
            at_output(k, o, k.out[size_t(to)] >> o & 1, from, to, true, changed, list, missed);
    return at = keep(list, missed);
}

int32_t replay::risen(int kind, int s)
{
    const auto &k = g.kinds[size_t(kind)];
    int32_t &at = rise_at[size_t(kind)][size_t(s)];
    if (at >= 0) return at;
    std::vector<gate_charge> list;
    uint32_t missed = 0;
    at_input(k, -1, true, s, false, list);
    const int held = 1 << k.inputs, to = (s & ~held) | (k.next[size_t(s)] ? held : 0);
    const int out = k.out[size_t(s)] ^ k.out[size_t(to)];
    for (int o = 0; o < k.outputs; o++)
        if (out >> o & 1)
            at_output(k, o, k.out[size_t(to)] >> o & 1, s, s, false, 1u << clock_bit, list, missed);
    return at = keep(list, missed);
}

int32_t replay::fallen(int kind, int s)
{
    int32_t &at = fall_at[size_t(kind)][size_t(s)];
    if (at >= 0) return at;
    std::vector<gate_charge> list;
    at_input(g.kinds[size_t(kind)], -1, false, s, true, list);
    return at = keep(list, 0);
}
