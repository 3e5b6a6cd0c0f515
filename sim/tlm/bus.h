/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file bus.h
 * The interconnect: two initiators, two targets, chosen by address, which leaves as an offset. It adds no time.
 */
#ifndef STAMP_SIM_TLM_BUS_H
#define STAMP_SIM_TLM_BUS_H

#include <systemc>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

class stamp_tlm_bus : public sc_core::sc_module {
  public:
    /** Registers of the accelerator: above every address of memory (40 bits). */
    static constexpr uint64_t Registers = uint64_t(1) << 40;

    tlm_utils::simple_target_socket<stamp_tlm_bus> host, master;
    tlm_utils::simple_initiator_socket<stamp_tlm_bus> registers, memory;
    uint64_t base = 0;         /**< address of memory's first byte */
    uint64_t transactions = 0; /**< passed on */

    explicit stamp_tlm_bus(const sc_core::sc_module_name &name);

  private:
    void transport(tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
    unsigned debug(tlm::tlm_generic_payload &p);
};

#endif
