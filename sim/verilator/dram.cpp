/* SPDX-License-Identifier: Apache-2.0 */
/* dram.cpp - memory behind one AXI4 port. Contract in dram.h. */
#include "sim/verilator/dram.h"

#include <cassert>
#include <cstring>

namespace {
constexpr uint8_t Okay = 0, Slverr = 2, Decerr = 3;
}

stamp_dram::stamp_dram(uint8_t *bytes, size_t size, const stamp_dram_config &c)
    : config(c), bytes_(bytes), size_(size), rng_(c.seed * 2 + 1)
{
    assert(c.axi_bytes >= 4 && c.axi_bytes <= 64);
}

bool stamp_dram::chance(uint32_t per_256)
{
    if (per_256 == 0) return false;
    rng_ ^= rng_ << 13;
    rng_ ^= rng_ >> 7;
    rng_ ^= rng_ << 17;
    return ((rng_ >> 24) & 255) < per_256;
}

/* The response to one beat. */
uint8_t stamp_dram::check(uint64_t addr, bool write) const
{
    if (addr > size_ || size_ - addr < config.axi_bytes) return Decerr;
    for (const stamp_dram_fault &f : faults)
        if ((write ? f.write : f.read) && addr < f.hi && addr + config.axi_bytes > f.lo)
            return Slverr;
    return Okay;
}

bool stamp_dram::idle() const
{
    return ar_in_ == ar_out_ && aw_in_ == aw_out_ && w_in_ == w_out_ && b_in_ == b_out_;
}

void stamp_dram::reset(stamp_axi &p)
{
    ar_out_ = ar_in_;
    aw_out_ = aw_in_;
    w_out_ = w_in_;
    b_out_ = b_in_;
    w_lasts_ = aw_seen_;
    read_beat_ = write_beat_ = 0;
    p.arready = p.rvalid = p.rlast = p.awready = p.wready = p.bvalid = false;
}

void stamp_dram::take_read(stamp_axi &p)
{
    if (p.arvalid && p.arready) {
        ar_[ar_in_++ % Slots] = {p.araddr, cycles + config.read_latency, p.arlen, Okay};
        bursts_read++;
    }
    if (p.rvalid && p.rready) {
        p.rvalid = false;
        beats_read++;
        bytes_read += config.axi_bytes;
        if (p.rlast) {
            ar_out_++;
            read_beat_ = 0;
        } else
            read_beat_++;
    }
}

void stamp_dram::drive_read(stamp_axi &p)
{
    if (read_credit_ < 256) read_credit_ += config.read_rate;
    p.arready = ar_in_ - ar_out_ < Slots && !chance(config.stall_ar);
    if (p.rvalid || ar_in_ == ar_out_ || read_credit_ < 256) return;

    const burst &b = ar_[ar_out_ % Slots];
    if (cycles + 1 < b.due || chance(config.stall_r)) return;

    const uint64_t addr = b.addr + read_beat_ * (uint64_t)config.axi_bytes;
    p.rresp = check(addr, false);
    if (p.rresp == Decerr)
        memset(p.rdata, 0, config.axi_bytes);
    else
        memcpy(p.rdata, bytes_ + addr, config.axi_bytes);
    p.rvalid = true;
    p.rlast = read_beat_ == b.len;
    read_credit_ -= 256;
}

void stamp_dram::take_write(stamp_axi &p)
{
    if (p.awvalid && p.awready) {
        aw_[aw_in_++ % Slots] = {p.awaddr, 0, p.awlen, Okay};
        aw_seen_++;
        bursts_written++;
    }
    if (p.wvalid && p.wready) {
        beat &w = w_[w_in_++ % Slots];
        w.strb = p.wstrb;
        w.last = p.wlast;
        memcpy(w.data, p.wdata, config.axi_bytes);
        w_lasts_ += p.wlast;
        beats_written++;
        write_credit_ -= 256;
    }
    if (p.bvalid && p.bready) {
        p.bvalid = false;
        b_out_++;
    }
}

/* Beats whose address is known go to memory, one burst's response at its last beat. */
void stamp_dram::apply_write()
{
    while (w_in_ != w_out_ && aw_in_ != aw_out_ && b_in_ - b_out_ < Slots) {
        burst &a = aw_[aw_out_ % Slots];
        const beat &w = w_[w_out_++ % Slots];
        const uint64_t addr = a.addr + write_beat_++ * (uint64_t)config.axi_bytes;
        const uint8_t resp = w.strb ? check(addr, true) : Okay;
        const uint64_t all = config.axi_bytes == 64 ? ~0ull : (1ull << config.axi_bytes) - 1;

        if (resp > a.resp) a.resp = resp;
        if (resp == Okay && (w.strb & all) == all) {
            memcpy(bytes_ + addr, w.data, config.axi_bytes);
            bytes_written += config.axi_bytes;
        } else if (resp == Okay) {
            for (uint32_t i = 0; i < config.axi_bytes; i++)
                if (w.strb >> i & 1) {
                    bytes_[addr + i] = w.data[i];
                    bytes_written++;
                }
        }
        if (!w.last) continue;
        a.due = cycles + config.write_latency;
        b_[b_in_++ % Slots] = a;
        aw_out_++;
        write_beat_ = 0;
    }
}

void stamp_dram::drive_write(stamp_axi &p)
{
    /* A burst's AW is due once its first beat is here: complete bursts, or one begun. */
    const bool begun = w_in_ != w_out_ || (int32_t)(w_lasts_ - aw_seen_) > 0;

    if (write_credit_ < 512) write_credit_ += config.write_rate;
    p.awready = aw_in_ - aw_out_ < Slots - 1 && (!config.aw_waits_for_w || begun) &&
                !chance(config.stall_aw);
    p.wready = w_in_ - w_out_ < Slots - 1 && write_credit_ >= 256 && !chance(config.stall_w);
    if (p.bvalid || b_in_ == b_out_) return;

    const burst &b = b_[b_out_ % Slots];
    if (cycles + 1 < b.due || chance(config.stall_b)) return;
    p.bresp = b.resp;
    p.bvalid = true;
}

void stamp_dram::step(stamp_axi &p)
{
    cycles++;
    take_read(p);
    take_write(p);
    if (w_in_ != w_out_) apply_write();
    drive_read(p);
    drive_write(p);
}
