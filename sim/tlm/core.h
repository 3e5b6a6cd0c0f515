/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file core.h
 * What is inside the accelerator of the platform: the clock in C, or the Verilated RTL. Both have registers and an
 * AXI4 port whose every clock is a call of stamp_tlm_port.
 */
#ifndef STAMP_SIM_TLM_CORE_H
#define STAMP_SIM_TLM_CORE_H

#include <memory>

#include "sim/tlm/cycle.h"
#include "sim/run/tlm.h"

/** The way to memory: sends what a core has on its pins. */
class stamp_tlm_port {
  public:
    virtual ~stamp_tlm_port() = default;
    virtual void send(stamp_tlm_cycle &cycle) = 0;
};

class stamp_tlm_core {
  public:
    virtual ~stamp_tlm_core() = default;
    /** @param clocks  since power on, this write's own not among them */
    virtual void write(uint32_t offset, uint32_t value, uint64_t clocks) = 0;
    virtual uint32_t read(uint32_t offset) = 0;
    /** Up to @p cycles of a program that was started. @return how many */
    virtual uint64_t run(uint64_t cycles) = 0;
    virtual bool busy() const = 0;
    virtual bool irq() const = 0;
    /** What values made of the work; a core without values leaves it. */
    virtual void activity(uint64_t out[STAMP_ACTIVITIES]) const
    {
        (void)out;
    }
    virtual enum stamp_status status(
        stamp_err *e) const = 0; /**< what went wrong outside the machine */
};

std::unique_ptr<stamp_tlm_core> stamp_tlm_clock_core(const stamp_tlm_job &job,
                                                     stamp_tlm_port &port);
std::unique_ptr<stamp_tlm_core> stamp_tlm_rtl_core(const stamp_tlm_job &job, stamp_tlm_port &port);

#endif
