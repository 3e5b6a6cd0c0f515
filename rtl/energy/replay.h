// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
/**
 * @file replay.h
 * The gates of a unit in time: a cycle is rise(), settle(), and fall() where it counts. Every net moves at most once
 * in settle(): no glitches. All are counted exactly, in 1/50400 of a table's energy; `energy` follows from the counts.
 */
#ifndef STAMP_RTL_ENERGY_REPLAY_H
#define STAMP_RTL_ENERGY_REPLAY_H

#include <functional>
#include <queue>
#include <utility>

#include "rtl/energy/gates.h"

const uint32_t charge_whole =
    50400; /**< parts of a count: divides by every number of inputs up to 10, and most products of two */

struct memory_state {
    std::vector<uint8_t> bits; /* [lines][width] */
    std::vector<uint8_t> out;
    uint64_t reads = 0, writes = 0;
};

struct replay {
    gates g;
    std::vector<uint8_t> frame, value;
    std::vector<int32_t> state;
    /** A flip-flop: its cell, the cycle whose rise, whose fall of the clock is not charged yet. */
    struct flop {
        size_t cell;
        uint64_t rise, fall;
    };
    std::vector<flop> flops;
    std::vector<int32_t> flop_of; /**< cell -> flip-flop or -1 */
    std::vector<uint32_t> toggles;
    struct counter {
        uint64_t n;
        double fj; /**< of 1/50400 of a count, 0 of a ground's table */
    };
    std::vector<counter> counters;
    std::vector<memory_state> memories;
    std::vector<double> energy;   /* [module][part], fJ */
    std::vector<double> leak_now; /* [module], nW */
    std::vector<std::vector<int32_t>>
        settle_at; /* by kind, [from][to]: place in charges, -1 unknown */
    std::vector<std::vector<int32_t>> rise_at, fall_at; /* by kind, [state] */
    std::vector<gate_charge> charges;                   /* {how many, untabled}, then that many */
    uint64_t untabled = 0, active = 0, counted = 0;
    double active_fj = 0, idle_fj = 0, cycle_fj = 0, leak_all = 0, rise_fj = 0,
           fall_fj = 0; /**< of the next rise, fall of the clock, in all flip-flops */
    uint64_t now = 0;   /**< cycle, 0 where the record begins */
    bool counting = false, moved = false;
    uint64_t cycle_toggles = 0, active_toggles = 0; /**< of this cycle; of active ones */

    /** Everything as at the beginning of reset: nets and memories 0, flip-flops as their cells say. */
    void begin();
    /** From now on, all being settled, with delays: nets may glitch. `stale`: a change that is called off still has its
     * moment, and the net then takes what was asked for last, as in Icarus Verilog (README.md). */
    void with_delays(bool stale);
    /** The clock rises. */
    void rise();
    /** Inputs of `frame` come, everything settles. */
    void settle();
    /** The clock falls; of a cycle that counts. */
    void fall();
    /** Counting begins with the cycle `now`, before its rise(). */
    void start();
    /** Brings `energy` up to date with all cycles before `now`. */
    void sum();

    uint64_t swallowed = 0; /**< with delays: pulses shorter than a gate's delay */

  private:
    struct request { /* what a net is to become */
        uint64_t time;
        uint8_t v;
        int32_t cell, list; /* charged then; -1 nothing */
        bool waits;
    };
    using moment = std::pair<uint64_t, int32_t>; /* fs, net */
    bool timed = false, stale = false;
    std::vector<request> pending;
    std::vector<uint32_t> loads, loaded; /* cells of net n: loaded[loads[n]] on */
    std::vector<uint64_t> due, due_flop, /* a bit a cell, a flip-flop: one of its nets moved */
        armed;                           /* a bit a flip-flop: the next rise moves it */
    void mark(size_t cell);
    void find_loads();
    void arm(size_t cell);
    std::vector<uint64_t> asked; /* by cell: round it was last in */
    uint64_t round = 0;
    std::priority_queue<moment, std::vector<moment>, std::greater<moment>> queue;
    std::vector<std::vector<int32_t>> input_at, output_at;
    void ask(int32_t net, uint8_t v, uint64_t time, int32_t cell, int32_t list);
    int32_t share(int kind, int from, int to, int o);
    uint64_t delay(const gate_cell &c, int o, uint32_t changed, bool up) const;
    void answer(size_t cell, uint64_t time);
    void run_queue();
    bool eligible(const gate_kind &k, const gate_table &t, int s, bool high) const;
    void at_input(const gate_kind &k, int pin, bool up, int s, bool high,
                  std::vector<gate_charge> &out) const;
    void at_output(const gate_kind &k, int pin, bool up, int before, int after, bool high,
                   uint32_t changed, std::vector<gate_charge> &out, uint32_t &missed) const;
    int32_t keep(const std::vector<gate_charge> &list, uint32_t missed);
    int32_t settled(int kind, int from, int to);
    int32_t risen(int kind, int s);
    int32_t fallen(int kind, int s);
    double charge(const gate_cell &c, int32_t at, uint64_t times);
    double worth(const gate_cell &c, int32_t at) const;
    void charge_clock(flop &f, uint64_t rises, uint64_t falls);
    void leave(size_t cell);
    void enter(size_t cell);
    void set(int32_t net, uint8_t v);
    int seen(const gate_cell &c) const;
    void evaluate(size_t cell);
    void look(size_t cell);
    void change(const gate_cell &c, const gate_kind &k, int from, int to);
    void rise_memories();
};

#endif
