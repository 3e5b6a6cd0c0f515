/* SPDX-License-Identifier: Apache-2.0 */
/* host.cpp - a host that runs programs. Contract in host.h. */
#include "sim/tlm/host.h"

stamp_tlm_host::stamp_tlm_host(const sc_core::sc_module_name &name, const sc_core::sc_time &clock)
    : sc_module(name), socket("socket"), irq("irq"), clock_(clock)
{
    sc_core::sc_spawn([this] { work(); }, "work");
}

void stamp_tlm_host::begin(const stamp_tlm_job &job, stamp_tlm_result &result)
{
    job_ = &job;
    result_ = &result;
    finished_ = false;
    go_.notify(sc_core::SC_ZERO_TIME);
}

uint32_t stamp_tlm_host::access(tlm::tlm_command command, uint32_t offset, uint32_t value)
{
    tlm::tlm_generic_payload p;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;

    p.set_command(command);
    p.set_address(stamp_tlm_bus::Registers + offset);
    p.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
    p.set_data_length(4);
    p.set_streaming_width(4);
    p.set_byte_enable_ptr(nullptr);
    p.set_dmi_allowed(false);
    p.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    socket->b_transport(p, delay);
    if (p.is_response_error()) SC_REPORT_FATAL("stamp", "a register access failed");
    wait(delay);
    return value;
}

/* The order of sim/run/on_rtl.c: memory's clock runs meanwhile. */
void stamp_tlm_host::set_up()
{
    const uint64_t end = job_->dram_base + job_->dram_bytes;

    wait(double(stamp_tlm_accelerator::Reset) * clock_);
    write(STAMP_REG_CODE_LO, job_->code_addr);
    write(STAMP_REG_CODE_HI, job_->code_addr >> 32);
    write(STAMP_REG_CODE_COUNT, job_->count);
    write(STAMP_REG_WIN_LO_LO, job_->dram_base);
    write(STAMP_REG_WIN_LO_HI, job_->dram_base >> 32);
    write(STAMP_REG_WIN_HI_LO, end);
    write(STAMP_REG_WIN_HI_HI, end >> 32);
    write(STAMP_REG_WATCHDOG, job_->watchdog);
    for (uint32_t i = 0; i < STAMP_ARGS; i++) write(STAMP_REG_ARG0 + 4 * i, job_->arg[i]);
    write(STAMP_REG_IRQ_ENABLE, 1);
    write(STAMP_REG_CTRL, 1);
}

void stamp_tlm_host::take()
{
    const uint32_t status = read(STAMP_REG_STATUS);

    result_->irq = irq.read();
    result_->done = status >> 1 & 1;
    result_->error = stamp_error(status >> 2 & 1 ? status >> 8 & 15 : 0);
    result_->error_pc = read(STAMP_REG_ERROR_PC);
    result_->id = read(STAMP_REG_ID);
    result_->version = read(STAMP_REG_VERSION);
    result_->param0 = read(STAMP_REG_PARAM0);
    for (uint32_t i = 0; i < STAMP_EVENTS; i++)
        result_->event[i] = read(STAMP_REG_CTR + 8 * i) | uint64_t(read(STAMP_REG_CTR + 8 * i + 4))
                                                              << 32;
    write(STAMP_REG_CTRL, 2);
}

void stamp_tlm_host::work()
{
    for (;;) {
        wait(go_);
        const sc_core::sc_time began = sc_core::sc_time_stamp();
        set_up();
        while (!irq.read()) wait(irq.posedge_event());
        result_->nanoseconds =
            (sc_core::sc_time_stamp() - began) / sc_core::sc_time(1, sc_core::SC_NS);
        take();
        wait(sc_core::SC_ZERO_TIME); /* the interrupt falls */
        finished_ = true;
    }
}
