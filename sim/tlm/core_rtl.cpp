/* SPDX-License-Identifier: Apache-2.0 */
/* core_rtl.cpp - the Verilated RTL inside the platform: its AXI pins go out, clock by clock. Contract in core.h. */
#include "sim/tlm/core.h"

namespace {

class rtl_core : public stamp_tlm_core {
  public:
    rtl_core(const stamp_tlm_job &job, stamp_tlm_port &port) : ops_(job.rtl), port_(port)
    {
        stamp_rtl_options o = job.like;

        o.dram = job.dram;
        o.dram_bytes = job.dram_bytes;
        o.dram_base = job.dram_base;
        o.axi = edge;
        o.axi_ctx = this;
        rtl_ = ops_->open(&o);
    }
    ~rtl_core() override
    {
        ops_->close(rtl_);
    }

    void write(uint32_t offset, uint32_t value, uint64_t clocks) override
    {
        (void)clocks; /* its memory was clocked all the time */
        ops_->write(rtl_, offset, value);
        if (offset == STAMP_REG_CTRL && value & 1)
            st_ = {true, false, false, false, {}, 0, st_.cycles};
    }
    uint32_t read(uint32_t offset) override
    {
        return ops_->read(rtl_, offset);
    }
    uint64_t run(uint64_t cycles) override
    {
        const uint64_t before = st_.cycles;

        ops_->run(rtl_, cycles, &st_);
        return st_.cycles - before;
    }
    bool busy() const override
    {
        return st_.busy;
    }
    bool irq() const override
    {
        return st_.irq;
    }
    void activity(uint64_t out[STAMP_ACTIVITIES]) const override
    {
        ops_->activity(rtl_, out);
    }
    enum stamp_status status(stamp_err *e) const override
    {
        (void)e;
        return STAMP_OK;
    }

  private:
    static void edge(void *ctx, stamp_axi *pins)
    {
        auto *core = static_cast<rtl_core *>(ctx);
        core->cycle_.data = pins;
        core->port_.send(core->cycle_);
    }

    const stamp_rtl_ops *ops_;
    stamp_tlm_port &port_;
    stamp_tlm_cycle cycle_;
    void *rtl_ = nullptr;
    stamp_rtl_status st_ = {};
};

} // namespace

std::unique_ptr<stamp_tlm_core> stamp_tlm_rtl_core(const stamp_tlm_job &job, stamp_tlm_port &port)
{
    return std::unique_ptr<stamp_tlm_core>(new rtl_core(job, port));
}
