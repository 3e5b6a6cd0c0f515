/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file dram.h
 * Memory behind one AXI4 port, for any Verilated top: the harness copies pins, nothing more.
 *
 * Once per clock, with the top evaluated and the clock low:
 *     copy the master's outputs into pins;  dram.step(pins);
 *     clock high, eval;  copy the memory's outputs to the top;  clock low, eval
 * step() decides which handshakes this edge completes and what the memory drives after it.
 * All readies are registered: none depends on a valid of the same cycle. When it does what is
 * model/clock/plain.h, the same code the timed machine has behind its pins.
 *
 * INCR bursts, one ID, responses in order. Errors answer SLVERR and leave the bytes alone;
 * addresses beyond the array answer DECERR.
 */
#ifndef STAMP_SIM_VERILATOR_DRAM_H
#define STAMP_SIM_VERILATOR_DRAM_H

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/dram/counts.h"
#include "model/clock/plain.h"

/** The pins of one AXI4 port. Data up to 512 bits, byte 0 lowest. */
struct stamp_axi : stamp_clock_axi {
    /* driven by the master */
    uint8_t arsize, arburst, awsize, awburst;
    uint64_t wstrb;
    uint8_t wdata[64];
    /* driven by the memory */
    uint8_t rresp, bresp;
    uint8_t rdata[64];
};

struct stamp_dram_params;
struct stamp_dram_model;

/** What the memory is like: 60 cycles of latency, full rates, no stalls. */
struct stamp_dram_config : stamp_plain_config {
    uint32_t axi_bytes = 16;
    const stamp_dram_params *memory =
        nullptr; /**< times of a DRAM (model/dram) in place of those; copied */
    stamp_dram_config() : stamp_plain_config{60, 60, 256, 256, 0, 0, 0, 0, 0, false, 1}
    {
    }
};

/** Bytes [lo, hi) answer SLVERR. */
struct stamp_dram_fault {
    uint64_t lo, hi;
    bool read, write;
};

class stamp_dram {
  public:
    /** @param bytes the memory, borrowed; address 0 is bytes[0] */
    stamp_dram(uint8_t *bytes, size_t size, const stamp_dram_config &config);
    ~stamp_dram();
    stamp_dram(const stamp_dram &) = delete;
    stamp_dram &operator=(const stamp_dram &) = delete;

    void reset(stamp_axi &p); /**< drops what is under way, drives all outputs low */
    void step(stamp_axi &p);
    bool idle() const;                /**< nothing outstanding */
    stamp_dram_counts counts() const; /**< of config.memory; zeros without one */

    stamp_dram_config config; /**< rates and stalls may change at any time */
    std::vector<stamp_dram_fault> faults;

    uint64_t cycles = 0, bytes_read = 0, bytes_written = 0; /**< written: enabled strobes */
    uint64_t beats_read = 0, beats_written = 0, bursts_read = 0, bursts_written = 0;

  private:
    static constexpr uint32_t Slots = STAMP_PLAIN_SLOTS;
    struct beat {
        uint64_t strb;
        bool last;
        uint8_t data[64];
    };

    void take(const stamp_axi &p, const stamp_plain_did &did);
    void apply_write();
    void show_read(stamp_axi &p);
    uint8_t check(uint64_t addr, bool write) const;

    uint8_t *bytes_;
    size_t size_;
    stamp_plain time_;                  /* when, of a plain memory */
    stamp_dram_model *model_ = nullptr; /* when, of a DRAM */
    uint64_t ar_addr_[Slots], aw_addr_[Slots];
    uint8_t ar_len_[Slots], b_resp_[Slots], aw_resp_ = 0;
    beat w_[Slots];
    uint32_t ar_in_ = 0, ar_out_ = 0, read_beat_ = 0, aw_in_ = 0, w_in_ = 0, b_out_ = 0;
    uint32_t aw_out_ = 0, w_out_ = 0, b_in_ = 0, write_beat_ = 0; /* written up to here */
};

#endif
