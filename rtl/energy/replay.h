// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
/**
 * @file replay.h
 * The gates of a unit in time: a cycle is rise(), settle(), and fall() where it counts. Every net moves at most once
 * in settle(): no glitches. All are counted exactly, in 1/840 of a table's energy; `energy` follows from the counts.
 */
#ifndef STAMP_RTL_ENERGY_REPLAY_H
#define STAMP_RTL_ENERGY_REPLAY_H

#include "rtl/energy/gates.h"

struct memory_state {
    std::vector<uint8_t> bits; /* [lines][width] */
    std::vector<uint8_t> out;
    uint64_t reads = 0, writes = 0;
};

struct replay {
    gates g;
    std::vector<uint8_t> frame, value;
    std::vector<int32_t> state;
    std::vector<size_t> flops; /* cells */
    std::vector<uint32_t> toggles;
    std::vector<uint64_t> counters;
    std::vector<memory_state> memories;
    std::vector<double> energy;   /* [module][part], fJ */
    std::vector<double> leak_now; /* [module], nW */
    std::vector<std::vector<int32_t>>
        settle_at; /* by kind, [from][to]: place in charges, -1 unknown */
    std::vector<std::vector<int32_t>> rise_at, fall_at; /* by kind, [state] */
    std::vector<gate_charge> charges;                   /* {how many, untabled}, then that many */
    std::vector<double> run_fj; /* of 1/840 of a count, ground tables left out */
    uint64_t untabled = 0, active = 0, counted = 0;
    double active_fj = 0, idle_fj = 0, cycle_fj = 0, leak_all = 0;
    bool counting = false, moved = false;

    /** Everything as at the beginning of reset: nets and memories 0, flip-flops as their cells say. */
    void begin();
    /** The clock rises. */
    void rise();
    /** Inputs of `frame` come, everything settles. */
    void settle();
    /** The clock falls; of a cycle that counts. */
    void fall();
    /** Brings `energy` up to date. */
    void sum();

  private:
    bool eligible(const gate_kind &k, const gate_table &t, int s, bool high) const;
    void at_input(const gate_kind &k, int pin, bool up, int s, bool high,
                  std::vector<gate_charge> &out) const;
    void at_output(const gate_kind &k, int pin, bool up, int s, bool high, uint32_t changed,
                   std::vector<gate_charge> &out, uint32_t &missed) const;
    int32_t keep(const std::vector<gate_charge> &list, uint32_t missed);
    int32_t settled(int kind, int from, int to);
    int32_t risen(int kind, int s);
    int32_t fallen(int kind, int s);
    void charge(const gate_cell &c, int32_t at);
    void set(int32_t net, uint8_t v);
    void evaluate(const gate_cell &c, int32_t &s);
    void change(const gate_cell &c, const gate_kind &k, int from, int to);
    void rise_memories();
};

#endif
