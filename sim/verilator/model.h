/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file model.h
 * A Verilated stamp_top with what surrounds it: clocked by rtl.cpp, observed by observe.cpp.
 *
 * Compiled once per configuration with VTOP, VTOP_H and VROOT_H defined by build.sh.
 */
#ifndef STAMP_SIM_VERILATOR_MODEL_H
#define STAMP_SIM_VERILATOR_MODEL_H

#include VTOP_H
#include VROOT_H
#include "verilated.h"
#if VM_TRACE
#include "verilated_fst_c.h"
#endif
#if VM_COVERAGE
#include "verilated_cov.h"
#endif

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "sim/run/rtl.h"
#include "sim/verilator/surroundings.h"
#if STAMP_RECORD
#include "sim/verilator/record.h"
#endif

#define PROBE(name) (top->rootp->stamp_top__DOT__##name)

struct rtl {
    const stamp_mach *mach;
    stamp_rtl_options o;
    std::unique_ptr<VerilatedContext> context;
    std::unique_ptr<VTOP> top;
    std::unique_ptr<stamp_dram> dram;
    stamp_axi pins = {};
    uint64_t cycle = 0;
    bool stopped = false;
    std::string failed;          /* an assertion, in words; empty: none */
    bool asked = false;          /* whoever runs it knows */
    std::deque<uint64_t> writes; /* addresses of bursts offered, W to come */
    uint64_t beat_addr = 0;
    bool in_burst = false, aw_held = false;
    bool starting = false;   /* a write of START is on the register port */
    std::vector<uint8_t> pb; /* what PB holds, whole lines in place of written nibbles */
    uint64_t activity[STAMP_ACTIVITIES]; /* of the program */
    std::vector<uint16_t> wb_live, vm_live,
        xb_live;                               /* of each line as written; xb: of each row of one */
    std::vector<std::vector<uint8_t>> wb_line; /* as written */
    std::vector<uint8_t> wb_last;              /* the one last read */
#if VM_TRACE
    std::unique_ptr<VerilatedFstC> wave;
#endif
#if STAMP_RECORD
    std::unique_ptr<stamp_recorder> record;
#endif

    void step();
    void observe();
    void observe_vector();
    void observe_pack();
    void observe_store();
    void observe_cycle();
    void observe_ports();
    void observe_activity();
    void forget_activity();
    uint16_t vm_write(size_t line, const void *data);
    void wb_write(size_t line, const void *data);
    void xb_write();
    void wb_read(size_t line);
    void events(
        uint64_t out[STAMP_EVENTS]) const; /**< all counters, and what is on its way to them */
    bool tell(stamp_unit unit, stamp_space space, uint64_t addr, const void *data, size_t bytes);
    void dump();
};

#endif
