/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file dram.h
 * Memory behind one AXI4 port, for any Verilated top: the harness copies pins, nothing more.
 *
 * Once per clock, with the top evaluated and the clock low:
 *     copy the master's outputs into pins;  dram.step(pins);
 *     clock high, eval;  copy the memory's outputs to the top;  clock low, eval
 * step() decides which handshakes this edge completes and what the memory drives after it.
 * All readies are registered: none depends on a valid of the same cycle.
 *
 * INCR bursts, one ID, responses in order. Errors answer SLVERR and leave the bytes alone;
 * addresses beyond the array answer DECERR.
 */
#ifndef STAMP_SIM_VERILATOR_DRAM_H
#define STAMP_SIM_VERILATOR_DRAM_H

#include <cstddef>
#include <cstdint>
#include <vector>

/** The pins of one AXI4 port. Data up to 512 bits, byte 0 lowest. */
struct stamp_axi {
    /* driven by the master */
    bool arvalid, rready, awvalid, wvalid, wlast, bready;
    uint8_t arlen, arsize, arburst, awlen, awsize, awburst;
    uint64_t araddr, awaddr, wstrb;
    uint8_t wdata[64];
    /* driven by the memory */
    bool arready, rvalid, rlast, awready, wready, bvalid;
    uint8_t rresp, bresp;
    uint8_t rdata[64];
};

/** What the memory is like. Probabilities in 1/256 per cycle, 0 never. */
struct stamp_dram_config {
    uint32_t axi_bytes = 16;
    uint32_t read_latency = 60;  /**< cycles from AR to its first beat, 1 or more */
    uint32_t write_latency = 60; /**< cycles from the last W to B, 1 or more */
    uint32_t read_rate = 256;    /**< beats per 256 cycles, 1..256 */
    uint32_t write_rate = 256;
    uint32_t stall_ar = 0, stall_r = 0, stall_aw = 0, stall_w = 0, stall_b = 0;
    bool aw_waits_for_w = false; /**< AWREADY only once a beat of the burst is here (legal) */
    uint64_t seed = 1;
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

    void reset(stamp_axi &p); /**< drops what is under way, drives all outputs low */
    void step(stamp_axi &p);
    bool idle() const; /**< nothing outstanding */

    stamp_dram_config config; /**< rates and stalls may change at any time */
    std::vector<stamp_dram_fault> faults;

    uint64_t cycles = 0, bytes_read = 0, bytes_written = 0; /**< written: enabled strobes */
    uint64_t beats_read = 0, beats_written = 0, bursts_read = 0, bursts_written = 0;

  private:
    static constexpr uint32_t Slots = 64; /* bursts of a direction, W beats: a power of two */
    struct burst {
        uint64_t addr, due;
        uint8_t len, resp;
    };
    struct beat {
        uint64_t strb;
        bool last;
        uint8_t data[64];
    };

    void take_read(stamp_axi &p);
    void drive_read(stamp_axi &p);
    void take_write(stamp_axi &p);
    void apply_write();
    void drive_write(stamp_axi &p);
    bool chance(uint32_t per_256);
    uint8_t check(uint64_t addr, bool write) const;

    uint8_t *bytes_;
    size_t size_;
    uint64_t rng_;
    uint32_t read_credit_ = 0, write_credit_ = 0, read_beat_ = 0, write_beat_ = 0;
    burst ar_[Slots], aw_[Slots], b_[Slots];
    beat w_[Slots];
    uint32_t ar_in_ = 0, ar_out_ = 0, aw_in_ = 0, aw_out_ = 0, w_in_ = 0, w_out_ = 0;
    uint32_t b_in_ = 0, b_out_ = 0, w_lasts_ = 0; /* complete W bursts taken, mod 2^32 */
    uint32_t aw_seen_ = 0;                        /* AW taken, mod 2^32 */
};

#endif
