// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
/**
 * @file gates.h
 * A mapped unit as rtl/energy/model.py writes it for the replay: cells in an order in which each follows what
 * drives it, what they do in every state, energies of their tables. Vectors of little-endian numbers, each with
 * its length in front, in the order of load().
 */
#ifndef STAMP_RTL_ENERGY_GATES_H
#define STAMP_RTL_ENERGY_GATES_H

#include <cstdint>
#include <string>
#include <vector>

/** Energies are kept by part. GROUND: tables of ground pins, which say the same charge again (README.md). */
enum part { SWITCHING, INTERNAL, CLOCK, LEAKAGE, GROUND, PARTS };

/** Where a power table belongs. */
enum where { AT_INPUT, AT_OUTPUT, AT_CLOCK };

/** A table of a cell: counter 2 a of its cell is the rise of table a, 2 a + 1 the fall. */
struct gate_table {
    int where, pin;
    uint32_t related;               /**< inputs by bit; bit 30: the clock */
    bool otherwise;                 /**< without `when`: holds where no other of its family does */
    bool ground;                    /**< of a ground pin */
    int family;                     /**< same pin, related pins and supply */
    std::vector<uint8_t> high, low; /**< whether it holds in each state, the clock high, low */
};

/** Reaction to a change of state: `parts` of 50400 of counters, of the cell that changes. */
struct gate_charge {
    uint32_t counter, parts;
};

struct gate_kind {
    int inputs, outputs, states;
    bool flop, cleared;                     /**< cleared: something forces it */
    std::vector<uint8_t> out, next, forced; /**< forced: 1 to 0, 2 to 1, whatever the clock does */
    std::vector<double> leak_nw;
    std::vector<gate_table> tables;
};

struct gate_cell {
    int32_t kind, module, counter,
        pin;        /**< first of its counters, of its nets: inputs, then outputs; -1: none */
    int32_t start;  /**< state of a flip-flop at first */
    int32_t inputs; /**< as its kind has */
    int32_t
        delay; /**< first of its delays: rise, fall, by output and input (of a flip-flop: clock) */
};

struct gate_memory {
    int32_t module, reads, writes, lines, width, enables, address;
    std::vector<int32_t> re, ra, rd, we, wa, wd; /**< nets, bit 0 first */
};

struct gates {
    int64_t nets, modules, skip, start, from, cycles, settle, window, events;
    double period_ns;
    int64_t input_fs, memory_fs; /**< behind the clock: inputs, outputs of memories */
    std::vector<int32_t> delay_fs;
    std::vector<gate_kind> kinds;
    std::vector<gate_cell> cells;
    std::vector<int32_t> pins, net_module;
    std::vector<double> counter_fj, net_fj,
        clock_fj; /**< of a count; of a toggle; of a cycle, by module */
    std::vector<gate_memory> memories;
    std::vector<int32_t> in_bit, in_net, out_bit, out_net; /**< bit of the frame and net */
    int64_t frame_bits;

    /** @return what is wrong with the file, empty where nothing is */
    std::string load(const char *path);
};

#endif
