/* SPDX-License-Identifier: Apache-2.0 */
/* memory.cpp - memory as a TLM target. Contract in memory.h. */
#include "sim/tlm/memory.h"

#include <cstring>

#include "sim/tlm/cycle.h"

stamp_tlm_memory::stamp_tlm_memory(const sc_core::sc_module_name &name)
    : sc_module(name), socket("socket")
{
    socket.register_b_transport(this, &stamp_tlm_memory::transport);
    socket.register_transport_dbg(this, &stamp_tlm_memory::debug);
}

void stamp_tlm_memory::begin(const stamp_tlm_job &job)
{
    job_ = &job;
    dram_.reset();
    if (!job.rtl) return;
    stamp_dram_config c;
    c.axi_bytes = job.mach->AXI_BYTES;
    c.read_latency = job.like.read_latency;
    c.write_latency = job.like.write_latency;
    c.read_rate = job.like.read_rate;
    c.write_rate = job.like.write_rate;
    c.stall_ar = c.stall_r = c.stall_aw = c.stall_w = c.stall_b = job.like.stall;
    c.seed = job.like.seed;
    c.memory = job.like.memory;
    dram_.reset(new stamp_dram(job.dram, job.dram_bytes, c));
}

/* Bytes, at once: a host's loads and looks take no time here. */
unsigned stamp_tlm_memory::debug(tlm::tlm_generic_payload &p)
{
    const uint64_t at = p.get_address();
    const unsigned n = p.get_data_length();

    if (!job_ || at > job_->dram_bytes || job_->dram_bytes - at < n) {
        p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return 0;
    }
    if (p.is_read()) memcpy(p.get_data_ptr(), job_->dram + at, n);
    if (p.is_write()) memcpy(job_->dram + at, p.get_data_ptr(), n);
    p.set_response_status(tlm::TLM_OK_RESPONSE);
    return n;
}

void stamp_tlm_memory::transport(tlm::tlm_generic_payload &p, sc_core::sc_time &delay)
{
    stamp_tlm_cycle *c = nullptr;

    (void)delay;
    p.get_extension(c);
    if (!c) {
        debug(p);
        return;
    }
    p.set_response_status(tlm::TLM_OK_RESPONSE);
    if (c->data)
        dram_->step(*c->data);
    else if (c->what == stamp_tlm_cycle::Edge)
        job_->memory.edge(job_->memory.ctx, c->pins);
    else if (c->what == stamp_tlm_cycle::Still)
        c->cycles = job_->memory.still(job_->memory.ctx, c->pins);
    else
        job_->memory.skip(job_->memory.ctx, c->pins, c->cycles);
}
