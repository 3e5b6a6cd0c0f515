/* SPDX-License-Identifier: Apache-2.0 */
/* dram.cpp - memory behind one AXI4 port: bytes and errors. Contract in dram.h, timing in model/clock/plain.h
 * and model/dram/model.h. */
#include "sim/verilator/dram.h"

#include <cassert>
#include <cstdlib>
#include <cstring>

#include "model/dram/model.h"

namespace {
constexpr uint8_t Okay = 0, Slverr = 2, Decerr = 3;
}

stamp_dram::stamp_dram(uint8_t *bytes, size_t size, const stamp_dram_config &c)
    : config(c), bytes_(bytes), size_(size)
{
    assert(c.axi_bytes >= 4 && c.axi_bytes <= 64);
    stamp_plain_new(&time_, &c);
    if (!c.memory) return;
    model_ = static_cast<stamp_dram_model *>(calloc(1, stamp_dram_bytes(c.memory)));
    assert(model_);
    stamp_dram_new(model_, c.memory, c.axi_bytes);
}

stamp_dram::~stamp_dram()
{
    free(model_);
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
    return model_ ? stamp_dram_idle(model_) : stamp_plain_idle(&time_);
}

stamp_dram_counts stamp_dram::counts() const
{
    return model_ ? model_->counts : stamp_dram_counts{};
}

void stamp_dram::reset(stamp_axi &p)
{
    if (model_)
        stamp_dram_reset(model_, &p);
    else
        stamp_plain_reset(&time_, &p);
    ar_out_ = ar_in_;
    aw_out_ = aw_in_;
    w_out_ = w_in_;
    b_out_ = b_in_;
    read_beat_ = 0;
    aw_resp_ = Okay;
    write_beat_ = 0;
}

/* What came with the handshakes. */
void stamp_dram::take(const stamp_axi &p, const stamp_plain_did &did)
{
    if (did.ar) {
        ar_addr_[ar_in_ % Slots] = p.araddr;
        ar_len_[ar_in_++ % Slots] = p.arlen;
        bursts_read++;
    }
    if (did.r) {
        beats_read++;
        bytes_read += config.axi_bytes;
        if (read_beat_++ == ar_len_[ar_out_ % Slots]) {
            ar_out_++;
            read_beat_ = 0;
        }
    }
    if (did.aw) {
        aw_addr_[aw_in_++ % Slots] = p.awaddr;
        bursts_written++;
    }
    b_out_ += did.b;
    if (did.w) {
        beat &b = w_[w_in_++ % Slots];
        b.strb = p.wstrb;
        b.last = p.wlast;
        memcpy(b.data, p.wdata, config.axi_bytes);
        beats_written++;
    }
}

/* The oldest beat goes to memory. */
void stamp_dram::apply_write()
{
    const beat &w = w_[w_out_++ % Slots];
    const uint64_t addr = aw_addr_[aw_out_ % Slots] + write_beat_++ * (uint64_t)config.axi_bytes;
    const uint8_t resp = w.strb ? check(addr, true) : Okay;
    const uint64_t all = config.axi_bytes == 64 ? ~0ull : (1ull << config.axi_bytes) - 1;

    if (resp > aw_resp_) aw_resp_ = resp;
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
    if (!w.last) return;
    b_resp_[b_in_++ % Slots] = aw_resp_;
    aw_out_++;
    aw_resp_ = Okay;
    write_beat_ = 0;
}

void stamp_dram::show_read(stamp_axi &p)
{
    const uint64_t addr = ar_addr_[ar_out_ % Slots] + read_beat_ * (uint64_t)config.axi_bytes;

    p.rresp = check(addr, false);
    if (p.rresp == Decerr)
        memset(p.rdata, 0, config.axi_bytes);
    else
        memcpy(p.rdata, bytes_ + addr, config.axi_bytes);
}

void stamp_dram::step(stamp_axi &p)
{
    const stamp_plain_did did =
        model_ ? stamp_dram_edge(model_, &p) : stamp_plain_edge(&time_, &config, &p);

    cycles++;
    take(p, did);
    for (uint32_t i = 0; i < did.written; i++) apply_write();
    if (did.r_shown) show_read(p);
    if (did.b_shown) p.bresp = b_resp_[b_out_ % Slots];
}
