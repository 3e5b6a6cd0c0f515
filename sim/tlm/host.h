/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file host.h
 * The host: sets a program up over the register map, starts it, waits for the interrupt, reads the counters.
 */
#ifndef STAMP_SIM_TLM_HOST_H
#define STAMP_SIM_TLM_HOST_H

#include <systemc>
#include <tlm_utils/simple_initiator_socket.h>

#include "sim/tlm/accelerator.h"
#include "sim/tlm/bus.h"
#include "sim/tlm/memory.h"

class stamp_tlm_host : public sc_core::sc_module {
  public:
    tlm_utils::simple_initiator_socket<stamp_tlm_host> socket;
    sc_core::sc_in<bool> irq;

    stamp_tlm_host(const sc_core::sc_module_name &name, const sc_core::sc_time &clock);

    /** Take a job; the simulation then runs until finished(). */
    void begin(const stamp_tlm_job &job, stamp_tlm_result &result);
    bool finished() const
    {
        return finished_;
    }

  private:
    void work();
    void set_up();
    void take();
    uint32_t access(tlm::tlm_command command, uint32_t offset, uint32_t value);
    void write(uint32_t offset, uint64_t value)
    {
        access(tlm::TLM_WRITE_COMMAND, offset, uint32_t(value));
    }
    uint32_t read(uint32_t offset)
    {
        return access(tlm::TLM_READ_COMMAND, offset, 0);
    }

    const sc_core::sc_time clock_;
    const stamp_tlm_job *job_ = nullptr;
    stamp_tlm_result *result_ = nullptr;
    bool finished_ = true;
    sc_core::sc_event go_;
};

#endif
