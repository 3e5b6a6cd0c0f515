/* SPDX-License-Identifier: Apache-2.0 */
/* core_clock.cpp - the machine on a clock (model/clock) with its registers (regs.def). Contract in core.h. */
#include <cstring>

#include "sim/tlm/core.h"

namespace {

/* From a write of START being taken to the cycle it is seen in. */
constexpr uint64_t Starts = 2;
constexpr uint32_t Words = STAMP_REG_CTR / 4;

class clock_core : public stamp_tlm_core {
  public:
    clock_core(const stamp_tlm_job &job, stamp_tlm_port &port) : job_(job), port_(port)
    {
    }
    ~clock_core() override
    {
        job_.clock.close(clock_);
    }

    void write(uint32_t offset, uint32_t value, uint64_t clocks) override;
    uint32_t read(uint32_t offset) override;
    uint64_t run(uint64_t cycles) override;
    bool busy() const override
    {
        return busy_;
    }
    bool irq() const override
    {
        return (done_ || status_) && (reg_[STAMP_REG_IRQ_ENABLE / 4] & 1);
    }
    enum stamp_status status(stamp_err *e) const override
    {
        *e = err_;
        return status_;
    }

  private:
    uint64_t wide(uint32_t low) const
    {
        return reg_[low / 4] | uint64_t(reg_[low / 4 + 1]) << 32;
    }
    void start(uint64_t clocks);
    stamp_tlm_cycle &ask(stamp_tlm_cycle::kind what, stamp_clock_axi *pins, uint64_t cycles);

    static void edge(void *ctx, stamp_clock_axi *pins)
    {
        static_cast<clock_core *>(ctx)->ask(stamp_tlm_cycle::Edge, pins, 0);
    }
    static uint64_t still(const void *ctx, const stamp_clock_axi *pins)
    {
        auto *core = const_cast<clock_core *>(static_cast<const clock_core *>(ctx));
        return core->ask(stamp_tlm_cycle::Still, const_cast<stamp_clock_axi *>(pins), 0).cycles;
    }
    static void skip(void *ctx, const stamp_clock_axi *pins, uint64_t cycles)
    {
        auto *core = static_cast<clock_core *>(ctx);
        core->ask(stamp_tlm_cycle::Skip, const_cast<stamp_clock_axi *>(pins), cycles);
    }

    const stamp_tlm_job &job_;
    stamp_tlm_port &port_;
    stamp_clock *clock_ = nullptr;
    stamp_tlm_cycle cycle_;
    uint32_t reg_[Words] = {};
    bool busy_ = false, done_ = false;
    enum stamp_status status_ = STAMP_OK;
    stamp_err err_ = {};
};

stamp_tlm_cycle &clock_core::ask(stamp_tlm_cycle::kind what, stamp_clock_axi *pins, uint64_t cycles)
{
    cycle_.what = what;
    cycle_.pins = pins;
    cycle_.cycles = cycles;
    port_.send(cycle_);
    return cycle_;
}

void clock_core::start(uint64_t clocks)
{
    stamp_clock_options o = {};

    o.mach = job_.mach;
    o.code = job_.code;
    o.count = reg_[STAMP_REG_CODE_COUNT / 4];
    o.code_addr = wide(STAMP_REG_CODE_LO);
    memcpy(o.arg, reg_ + STAMP_REG_ARG0 / 4, sizeof o.arg);
    o.memory = {this, edge, still, skip, nullptr, nullptr, nullptr, nullptr};
    o.dram = job_.dram;
    o.dram_base = wide(STAMP_REG_WIN_LO_LO);
    o.dram_bytes = wide(STAMP_REG_WIN_HI_LO) - o.dram_base;
    o.before = clocks + Starts;
    o.watchdog = reg_[STAMP_REG_WATCHDOG / 4];
    job_.clock.close(clock_);
    clock_ = nullptr;
    status_ = job_.clock.open(&o, &clock_, &err_);
    busy_ = status_ == STAMP_OK;
    done_ = false;
}

void clock_core::write(uint32_t offset, uint32_t value, uint64_t clocks)
{
    if (offset == STAMP_REG_CTRL) {
        if (value & 2) done_ = false;
        if (value & 1 && !busy_) start(clocks);
    } else if (offset >= STAMP_REG_IRQ_ENABLE && offset < STAMP_REG_CTR) {
        reg_[offset / 4] = value;
    }
}

uint32_t clock_core::read(uint32_t offset)
{
    const uint32_t n = (offset - STAMP_REG_CTR) / 8;

    if (offset == STAMP_REG_STATUS) return busy_ | done_ << 1 | (status_ != STAMP_OK) << 2;
    if (offset == STAMP_REG_ID) return STAMP_ID;
    if (offset == STAMP_REG_VERSION) return STAMP_ISA_MAJOR << 16 | STAMP_ISA_MINOR;
    if (offset == STAMP_REG_PARAM0)
        return job_.mach->P | job_.mach->L << 8 | job_.mach->T << 16 | job_.mach->AXI_BYTES << 24;
    if (offset < STAMP_REG_CTR) return reg_[offset / 4];
    if (!clock_ || n >= STAMP_EVENTS) return 0;
    return uint32_t(job_.clock.events(clock_)[n] >> (offset & 4 ? 32 : 0));
}

uint64_t clock_core::run(uint64_t cycles)
{
    const uint64_t before = job_.clock.events(clock_)[STAMP_EV_CYCLES];

    status_ = job_.clock.run(clock_, cycles, &done_, &err_);
    busy_ = !done_ && !status_;
    return job_.clock.events(clock_)[STAMP_EV_CYCLES] - before;
}

} // namespace

std::unique_ptr<stamp_tlm_core> stamp_tlm_clock_core(const stamp_tlm_job &job, stamp_tlm_port &port)
{
    return std::unique_ptr<stamp_tlm_core>(new clock_core(job, port));
}
