/* SPDX-License-Identifier: Apache-2.0 */
/* accelerator.cpp - the accelerator as a TLM module. Contract in accelerator.h. */
#include "sim/tlm/accelerator.h"

#include <cstring>

stamp_tlm_accelerator::stamp_tlm_accelerator(const sc_core::sc_module_name &name,
                                             const sc_core::sc_time &clock)
    : sc_module(name), registers("registers"), memory("memory"), irq("irq"), clock_(clock)
{
    registers.register_b_transport(this, &stamp_tlm_accelerator::transport);
    sc_core::sc_spawn([this] { work(); }, "work");
    payload_.set_command(tlm::TLM_IGNORE_COMMAND);
    payload_.set_data_length(0);
}

void stamp_tlm_accelerator::begin(const stamp_tlm_job &job)
{
    job_ = &job;
    began_ = sc_core::sc_time_stamp();
    core_.reset();
    core_ = job.rtl ? stamp_tlm_rtl_core(job, *this) : stamp_tlm_clock_core(job, *this);
}

/* The extension is the core's own; the payload only carries it. */
void stamp_tlm_accelerator::send(stamp_tlm_cycle &cycle)
{
    sc_core::sc_time none = sc_core::SC_ZERO_TIME;

    payload_.set_extension(&cycle);
    payload_.set_address(job_->dram_base);
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    memory->b_transport(payload_, none);
    payload_.clear_extension(&cycle);
}

void stamp_tlm_accelerator::transport(tlm::tlm_generic_payload &p, sc_core::sc_time &delay)
{
    const uint32_t offset = uint32_t(p.get_address());
    const uint64_t clocks = uint64_t((sc_core::sc_time_stamp() + delay - began_) / clock_ + 0.5);
    uint32_t value = 0;

    if (!core_ || p.get_data_length() != 4 || offset % 4 || p.get_address() >= 4096) {
        p.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
        return;
    }
    if (p.is_write()) {
        memcpy(&value, p.get_data_ptr(), sizeof value);
        core_->write(offset, value, clocks);
        if (core_->busy()) started_.notify(delay);
        if (offset == STAMP_REG_CTRL && value & 2) irq.write(false);
    } else {
        value = core_->read(offset);
        memcpy(p.get_data_ptr(), &value, sizeof value);
    }
    delay += Access * clock_;
    p.set_response_status(tlm::TLM_OK_RESPONSE);
}

void stamp_tlm_accelerator::work()
{
    for (;;) {
        wait(started_);
        while (core_ && core_->busy()) wait(double(core_->run(Quantum)) * clock_);
        irq.write(true);
    }
}
