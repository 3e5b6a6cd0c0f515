/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file axi_monitor.h
 * Protocol monitors for an AXI4 and an AXI4-Lite port, fed the settled pins once per clock.
 *
 * They share no code with the units or with dram.cpp beyond the struct of pins, and decide
 * everything from the pins alone. The first violation is kept as one line: cycle, channel, rule.
 */
#ifndef STAMP_TESTS_RTL_AXI_MONITOR_H
#define STAMP_TESTS_RTL_AXI_MONITOR_H

#include <cstdint>
#include <deque>
#include <string>

#include "sim/verilator/dram.h"

/** AXI4 as the kit uses it: one ID, INCR, whole beats, no narrow transfers. */
class stamp_axi_monitor {
  public:
    explicit stamp_axi_monitor(uint32_t axi_bytes) : bytes_(axi_bytes)
    {
    }

    /** One clock edge. @param reset_n as sampled at this edge */
    void edge(const stamp_axi &p, bool reset_n);
    void finish(); /**< at the end: nothing may be outstanding */
    bool ok() const
    {
        return first.empty();
    }

    void read_window(uint64_t lo, uint64_t hi)
    {
        rlo_ = lo, rhi_ = hi;
    }
    void write_window(uint64_t lo, uint64_t hi)
    {
        wlo_ = lo, whi_ = hi;
    }

    std::string first; /**< the first violation, empty if none */
    uint64_t cycle = 0, reads = 0, writes = 0, read_beats = 0, write_beats = 0;

  private:
    void fail(const char *channel, const char *rule);
    void request(const char *channel, uint64_t addr, uint32_t len, uint32_t size, uint32_t burst,
                 uint64_t lo, uint64_t hi);
    void held(const stamp_axi &p);
    void read_side(const stamp_axi &p);
    void write_side(const stamp_axi &p);
    void match_write();

    uint32_t bytes_;
    uint64_t rlo_ = 0, rhi_ = ~0ull, wlo_ = 0, whi_ = ~0ull;
    stamp_axi was_ = {}; /* pins at the edge before */
    bool was_up_ = false, seen_reset_ = false;
    std::deque<uint32_t> reads_;       /* beats of each burst whose data are due */
    std::deque<uint32_t> aws_, wends_; /* beats asked for, beats sent; matched in order */
    uint32_t rbeat_ = 0, wbeat_ = 0, responses_due_ = 0;
};

/** The pins of an AXI4-Lite port, 32 bits. */
struct stamp_axil {
    bool awvalid, awready, wvalid, wready, bvalid, bready, arvalid, arready, rvalid, rready;
    uint32_t awaddr, araddr, wdata, rdata;
    uint8_t wstrb, bresp, rresp;
};

class stamp_axil_monitor {
  public:
    void edge(const stamp_axil &p, bool reset_n);
    void finish();
    bool ok() const
    {
        return first.empty();
    }

    std::string first;
    uint64_t cycle = 0, reads = 0, writes = 0;

  private:
    void fail(const char *channel, const char *rule);
    void held(const stamp_axil &p);

    stamp_axil was_ = {};
    bool was_up_ = false, seen_reset_ = false;
    int reads_due_ = 0, aws_ = 0, ws_ = 0; /* waiting for R; taken and unanswered */
};

#endif
