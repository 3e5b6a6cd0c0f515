/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file memory.h
 * Memory as a TLM target: bytes for reads and writes of a host, and the AXI4 port of the accelerator clock by clock
 * (cycle.h). When it answers is C code's: model/clock/plain.h or model/dram.
 */
#ifndef STAMP_SIM_TLM_MEMORY_H
#define STAMP_SIM_TLM_MEMORY_H

#include <memory>
#include <systemc>
#include <tlm_utils/simple_target_socket.h>

#include "sim/run/tlm.h"
#include "sim/verilator/dram.h"

class stamp_tlm_memory : public sc_core::sc_module {
  public:
    tlm_utils::simple_target_socket<stamp_tlm_memory> socket;

    explicit stamp_tlm_memory(const sc_core::sc_module_name &name);

    /** At rest, as the job says; addresses count from its first byte. */
    void begin(const stamp_tlm_job &job);

  private:
    void transport(tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
    unsigned debug(tlm::tlm_generic_payload &p);

    const stamp_tlm_job *job_ = nullptr;
    std::unique_ptr<stamp_dram> dram_; /* with the RTL: bytes go over its pins */
};

#endif
