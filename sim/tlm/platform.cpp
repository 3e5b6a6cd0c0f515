/* SPDX-License-Identifier: Apache-2.0 */
/* platform.cpp - the modules together, and a job on them. Contract in sim/run/tlm.h. */
#include "sim/run/tlm.h"

#include <cstdio>
#include <memory>

#include "sim/tlm/host.h"

namespace {

struct platform {
    const uint32_t mhz;
    const sc_core::sc_time clock;
    stamp_tlm_host host;
    stamp_tlm_bus bus;
    stamp_tlm_memory memory;
    stamp_tlm_accelerator accelerator;
    sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS>
        irq; /* set by the work, cleared by a write */

    explicit platform(uint32_t rate)
        : mhz(rate), clock(1e6 / rate, sc_core::SC_PS), host("host", clock), bus("bus"),
          memory("memory"), accelerator("accelerator", clock), irq("irq")
    {
        host.socket.bind(bus.host);
        accelerator.memory.bind(bus.master);
        bus.registers.bind(accelerator.registers);
        bus.memory.bind(memory.socket);
        accelerator.irq.bind(irq);
        host.irq.bind(irq);
    }
};

/* SystemC elaborates once in a process: one platform, job after job. */
std::unique_ptr<platform> only;

enum stamp_status run(const stamp_tlm_job *job, stamp_tlm_result *result, stamp_err *e)
{
    uint64_t clocks = 0;

    *result = {};
    if (!only) {
        sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
        only.reset(new platform(job->mhz));
        sc_core::sc_start(sc_core::SC_ZERO_TIME); /* sockets are bound from here on */
    }
    if (only->mhz != job->mhz) {
        e->status = STAMP_ERANGE;
        snprintf(e->text, sizeof e->text, "the platform's clock is %u MHz, not %u", only->mhz,
                 job->mhz);
        return e->status;
    }
    only->bus.base = job->dram_base;
    only->bus.transactions = 0;
    only->memory.begin(*job);
    only->accelerator.begin(*job);
    only->host.begin(*job, *result);
    while (!only->host.finished() && !result->stopped) {
        sc_core::sc_start(double(stamp_tlm_accelerator::Quantum) * only->clock,
                          sc_core::SC_RUN_TO_TIME);
        clocks += stamp_tlm_accelerator::Quantum;
        if (job->progress && !job->progress(job->progress_ctx, clocks)) result->stopped = true;
    }
    result->transactions = only->bus.transactions;
    only->accelerator.activity(result->activity);
    const enum stamp_status s = only->accelerator.status(e);
    only->accelerator.end();
    return s;
}

} // namespace

extern "C" {
extern const struct stamp_tlm_ops stamp_tlm_ops_2;
const struct stamp_tlm_ops stamp_tlm_ops_2 = {run};
/* Of the library's own main, which nobody calls. */
int sc_main(int, char **)
{
    return 0;
}
}
