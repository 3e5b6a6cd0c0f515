/* SPDX-License-Identifier: Apache-2.0 */
/* axi_monitor.cpp - what AXI4 (IHI 0022) asks of both sides. Contract in axi_monitor.h. */
#include "tests/rtl/axi_monitor.h"

#include <cstring>

static std::string line(uint64_t cycle, const char *channel, const char *rule)
{
    return "cycle " + std::to_string(cycle) + ", " + channel + ": " + rule;
}

void stamp_axi_monitor::fail(const char *channel, const char *rule)
{
    if (first.empty()) first = line(cycle, channel, rule);
}

/* A valid that was not answered stays, with its payload. */
void stamp_axi_monitor::held(const stamp_axi &p)
{
    const stamp_axi &w = was_;

    if (w.arvalid && !w.arready &&
        (!p.arvalid || p.araddr != w.araddr || p.arlen != w.arlen || p.arsize != w.arsize ||
         p.arburst != w.arburst))
        fail("AR", "valid or payload changed before ready");
    if (w.awvalid && !w.awready &&
        (!p.awvalid || p.awaddr != w.awaddr || p.awlen != w.awlen || p.awsize != w.awsize ||
         p.awburst != w.awburst))
        fail("AW", "valid or payload changed before ready");
    if (w.wvalid && !w.wready &&
        (!p.wvalid || p.wlast != w.wlast || p.wstrb != w.wstrb ||
         memcmp(p.wdata, w.wdata, bytes_) != 0))
        fail("W", "valid or payload changed before ready");
    if (w.rvalid && !w.rready &&
        (!p.rvalid || p.rlast != w.rlast || p.rresp != w.rresp ||
         memcmp(p.rdata, w.rdata, bytes_) != 0))
        fail("R", "valid or payload changed before ready");
    if (w.bvalid && !w.bready && (!p.bvalid || p.bresp != w.bresp))
        fail("B", "valid or payload changed before ready");
}

void stamp_axi_monitor::request(const char *channel, uint64_t addr, uint32_t len, uint32_t size,
                                uint32_t burst, uint64_t lo, uint64_t hi)
{
    const uint64_t total = (uint64_t)(len + 1) * bytes_;

    if (burst != 1) fail(channel, "burst type is not INCR");
    if (1u << size != bytes_) fail(channel, "size is not the width of the bus");
    if (addr % bytes_) fail(channel, "address not aligned to a beat");
    if (addr / 4096 != (addr + total - 1) / 4096) fail(channel, "burst crosses 4 KiB");
    if (addr < lo || addr > hi || hi - addr < total) fail(channel, "burst leaves the window");
}

void stamp_axi_monitor::read_side(const stamp_axi &p)
{
    if (p.rvalid && reads_.empty()) fail("R", "data without a request");
    if (p.rvalid && !reads_.empty() && p.rlast != (rbeat_ + 1 == reads_.front()))
        fail("R", "RLAST not at the last beat");
    if (p.rvalid && p.rready && !reads_.empty()) {
        read_beats++;
        if (++rbeat_ == reads_.front()) {
            reads_.pop_front();
            rbeat_ = 0;
        }
    }
    if (p.arvalid) request("AR", p.araddr, p.arlen, p.arsize, p.arburst, rlo_, rhi_);
    if (p.arvalid && p.arready) {
        reads_.push_back(p.arlen + 1u);
        reads++;
    }
}

void stamp_axi_monitor::match_write()
{
    while (!aws_.empty() && !wends_.empty()) {
        if (aws_.front() != wends_.front()) fail("W", "WLAST not at the last beat");
        aws_.pop_front();
        wends_.pop_front();
        responses_due_++;
    }
    /* Too long shows at once, not only when WLAST comes. */
    if (!aws_.empty() && wbeat_ >= aws_.front()) fail("W", "WLAST not at the last beat");
}

void stamp_axi_monitor::write_side(const stamp_axi &p)
{
    const uint64_t all = bytes_ == 64 ? ~0ull : (1ull << bytes_) - 1;

    if (p.bvalid && responses_due_ == 0) fail("B", "response without a complete write");
    if (p.bvalid && p.bready && responses_due_ > 0) responses_due_--;

    if (p.awvalid) request("AW", p.awaddr, p.awlen, p.awsize, p.awburst, wlo_, whi_);
    if (p.awvalid && p.awready) {
        aws_.push_back(p.awlen + 1u);
        writes++;
    }
    if (p.wvalid && (p.wstrb & ~all)) fail("W", "strobe beyond the bus");
    if (p.wvalid && p.wready) {
        write_beats++;
        wbeat_++;
        if (p.wlast) {
            wends_.push_back(wbeat_);
            wbeat_ = 0;
        }
        if (wbeat_ >= 256) fail("W", "more than 256 beats");
    }
    match_write();
}

void stamp_axi_monitor::edge(const stamp_axi &p, bool reset_n)
{
    cycle++;
    if (!reset_n) {
        /* The first edge in reset is where registers clear; from the second all are low. */
        if (seen_reset_ && !was_up_ && (p.arvalid || p.awvalid || p.wvalid || p.rvalid || p.bvalid))
            fail("reset", "a valid is high in reset");
        reads_.clear();
        aws_.clear();
        wends_.clear();
        rbeat_ = wbeat_ = responses_due_ = 0;
        seen_reset_ = true;
        was_up_ = false;
        return;
    }
    if (!seen_reset_) fail("reset", "no reset before the first cycle");
    if (was_up_) held(p);
    read_side(p);
    write_side(p);
    was_ = p;
    was_up_ = true;
}

void stamp_axi_monitor::finish()
{
    if (!reads_.empty()) fail("R", "reads outstanding at the end");
    if (!aws_.empty() || !wends_.empty() || wbeat_) fail("W", "writes incomplete at the end");
    if (responses_due_) fail("B", "responses outstanding at the end");
    if (was_.arvalid && !was_.arready) fail("AR", "request outstanding at the end");
    if (was_.awvalid && !was_.awready) fail("AW", "request outstanding at the end");
}

void stamp_axil_monitor::fail(const char *channel, const char *rule)
{
    if (first.empty()) first = line(cycle, channel, rule);
}

void stamp_axil_monitor::held(const stamp_axil &p)
{
    const stamp_axil &w = was_;

    if (w.awvalid && !w.awready && (!p.awvalid || p.awaddr != w.awaddr))
        fail("AW", "valid or payload changed before ready");
    if (w.wvalid && !w.wready && (!p.wvalid || p.wdata != w.wdata || p.wstrb != w.wstrb))
        fail("W", "valid or payload changed before ready");
    if (w.arvalid && !w.arready && (!p.arvalid || p.araddr != w.araddr))
        fail("AR", "valid or payload changed before ready");
    if (w.rvalid && !w.rready && (!p.rvalid || p.rdata != w.rdata || p.rresp != w.rresp))
        fail("R", "valid or payload changed before ready");
    if (w.bvalid && !w.bready && (!p.bvalid || p.bresp != w.bresp))
        fail("B", "valid or payload changed before ready");
}

void stamp_axil_monitor::edge(const stamp_axil &p, bool reset_n)
{
    cycle++;
    if (!reset_n) {
        if (seen_reset_ && !was_up_ && (p.arvalid || p.awvalid || p.wvalid || p.rvalid || p.bvalid))
            fail("reset", "a valid is high in reset");
        reads_due_ = aws_ = ws_ = 0;
        seen_reset_ = true;
        was_up_ = false;
        return;
    }
    if (!seen_reset_) fail("reset", "no reset before the first cycle");
    if (was_up_) held(p);

    if (p.rvalid && reads_due_ == 0) fail("R", "data without a request");
    if (p.bvalid && (aws_ == 0 || ws_ == 0)) fail("B", "response before address and data");
    if (p.rvalid && p.rresp == 1) fail("R", "EXOKAY on AXI4-Lite");
    if (p.bvalid && p.bresp == 1) fail("B", "EXOKAY on AXI4-Lite");
    if (p.arvalid && p.araddr % 4) fail("AR", "address not a multiple of 4");
    if (p.awvalid && p.awaddr % 4) fail("AW", "address not a multiple of 4");

    if (p.rvalid && p.rready) reads_due_--;
    if (p.bvalid && p.bready) {
        aws_--;
        ws_--;
    }
    if (p.arvalid && p.arready) {
        reads_due_++;
        reads++;
    }
    if (p.awvalid && p.awready) {
        aws_++;
        writes++;
    }
    if (p.wvalid && p.wready) ws_++;
    was_ = p;
    was_up_ = true;
}

void stamp_axil_monitor::finish()
{
    if (reads_due_) fail("R", "reads outstanding at the end");
    if (aws_ || ws_) fail("B", "writes unanswered at the end");
}
