/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file accelerator.h
 * The accelerator as a TLM module: registers (base protocol, 4 bytes at a time, 3 clocks each), a memory socket that
 * carries its AXI4 port clock by clock (cycle.h), a level interrupt.
 *
 * A started program runs ahead of simulated time by a quantum; nobody else touches its memory meanwhile.
 */
#ifndef STAMP_SIM_TLM_ACCELERATOR_H
#define STAMP_SIM_TLM_ACCELERATOR_H

#include <systemc>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "sim/tlm/core.h"

class stamp_tlm_accelerator : public sc_core::sc_module, private stamp_tlm_port {
  public:
    static constexpr uint64_t Quantum = 1 << 16;     /**< clocks */
    static constexpr unsigned Reset = 4, Access = 3; /**< clocks of reset, of a register access */

    tlm_utils::simple_target_socket<stamp_tlm_accelerator> registers;
    tlm_utils::simple_initiator_socket<stamp_tlm_accelerator> memory;
    sc_core::sc_out<bool> irq;

    stamp_tlm_accelerator(const sc_core::sc_module_name &name, const sc_core::sc_time &clock);

    /** Power on, for a job: a new core, in reset until now + Reset clocks. */
    void begin(const stamp_tlm_job &job);
    void end()
    {
        core_.reset();
    }
    void activity(uint64_t out[STAMP_ACTIVITIES]) const
    {
        core_->activity(out);
    }
    enum stamp_status status(stamp_err *e) const
    {
        return core_->status(e);
    }

  private:
    void send(stamp_tlm_cycle &cycle) override;
    void transport(tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
    void work();

    const sc_core::sc_time clock_;
    sc_core::sc_time began_;
    sc_core::sc_event started_;
    const stamp_tlm_job *job_ = nullptr;
    std::unique_ptr<stamp_tlm_core> core_;
    tlm::tlm_generic_payload payload_;
};

#endif
