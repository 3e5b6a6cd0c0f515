/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file cycle.h
 * One clock of an AXI4 port as a transaction: goes along with a payload that is TLM_IGNORE_COMMAND, so that a bus
 * routes it like any other and a target that knows the port does what an edge does. Mandatory for that target.
 */
#ifndef STAMP_SIM_TLM_CYCLE_H
#define STAMP_SIM_TLM_CYCLE_H

#include <tlm>

#include "sim/verilator/dram.h"

struct stamp_tlm_cycle : tlm::tlm_extension<stamp_tlm_cycle> {
    enum kind {
        Edge,  /**< the master's pins are taken, the memory's are driven anew */
        Still, /**< how many edges would change nothing: to cycles */
        Skip   /**< that many at once */
    } what = Edge;
    stamp_clock_axi *pins = nullptr; /**< timing alone */
    stamp_axi *data = nullptr;       /**< or with data */
    uint64_t cycles = 0;

    tlm_extension_base *clone() const override
    {
        return new stamp_tlm_cycle(*this);
    }
    void copy_from(const tlm_extension_base &other) override
    {
        *this = static_cast<const stamp_tlm_cycle &>(other);
    }
};

#endif
