/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file surroundings.h
 * Between a Verilated machine and the memory of dram.h: its pins, and what the options of a run ask for.
 */
#ifndef STAMP_SIM_VERILATOR_SURROUNDINGS_H
#define STAMP_SIM_VERILATOR_SURROUNDINGS_H

#include <cstring>

#include "sim/run/rtl.h"
#include "sim/verilator/dram.h"

/** @param axi_bytes width of the machine's port */
inline stamp_dram_config stamp_dram_of(const stamp_rtl_options &options, uint32_t axi_bytes)
{
    stamp_dram_config c;
    c.axi_bytes = axi_bytes;
    c.read_latency = options.read_latency;
    c.write_latency = options.write_latency;
    c.read_rate = options.read_rate;
    c.write_rate = options.write_rate;
    c.stall_ar = c.stall_r = c.stall_aw = c.stall_w = c.stall_b = options.stall;
    c.seed = options.seed;
    c.memory = options.memory;
    return c;
}

/** What the machine drives on its AXI4 port: the pins a memory reads. */
template <class Top> void stamp_pins_of(stamp_axi &pins, const Top &top, size_t axi_bytes)
{
    pins.arvalid = top.m_arvalid_o;
    pins.araddr = top.m_araddr_o;
    pins.arlen = top.m_arlen_o;
    pins.arsize = top.m_arsize_o;
    pins.arburst = top.m_arburst_o;
    pins.rready = top.m_rready_o;
    pins.awvalid = top.m_awvalid_o;
    pins.awaddr = top.m_awaddr_o;
    pins.awlen = top.m_awlen_o;
    pins.awsize = top.m_awsize_o;
    pins.awburst = top.m_awburst_o;
    pins.wvalid = top.m_wvalid_o;
    pins.wlast = top.m_wlast_o;
    pins.bready = top.m_bready_o;
    if (pins.wvalid) {
        pins.wstrb = top.m_wstrb_o;
        memcpy(pins.wdata, &top.m_wdata_o, axi_bytes);
    }
}

#endif
