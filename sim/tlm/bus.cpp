/* SPDX-License-Identifier: Apache-2.0 */
/* bus.cpp - the interconnect. Contract in bus.h. */
#include "sim/tlm/bus.h"

stamp_tlm_bus::stamp_tlm_bus(const sc_core::sc_module_name &name)
    : sc_module(name), host("host"), master("master"), registers("registers"), memory("memory")
{
    host.register_b_transport(this, &stamp_tlm_bus::transport);
    host.register_transport_dbg(this, &stamp_tlm_bus::debug);
    master.register_b_transport(this, &stamp_tlm_bus::transport);
    master.register_transport_dbg(this, &stamp_tlm_bus::debug);
}

/* The address comes back as it went in: a payload may be used again. */
void stamp_tlm_bus::transport(tlm::tlm_generic_payload &p, sc_core::sc_time &delay)
{
    const uint64_t at = p.get_address();

    transactions++;
    if (at >= Registers) {
        p.set_address(at - Registers);
        registers->b_transport(p, delay);
    } else if (at >= base) {
        p.set_address(at - base);
        memory->b_transport(p, delay);
    } else {
        p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    }
    p.set_address(at);
}

unsigned stamp_tlm_bus::debug(tlm::tlm_generic_payload &p)
{
    const uint64_t at = p.get_address();
    unsigned n = 0;

    p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    if (at < base || at >= Registers) return 0;
    p.set_address(at - base);
    n = memory->transport_dbg(p);
    p.set_address(at);
    return n;
}
