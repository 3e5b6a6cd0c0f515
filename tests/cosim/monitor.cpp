/* SPDX-License-Identifier: Apache-2.0 */
/* monitor.cpp - adapter from the on_edge hook to stamp_axi_monitor. Contract in monitor.h. */
#include "tests/cosim/monitor.h"

#include <new>

#include "tests/rtl/axi_monitor.h"

struct monitor {
    stamp_axi_monitor axi;
    uint64_t asked, answered; /* write bursts */

    explicit monitor(uint32_t bytes) : axi(bytes), asked(0), answered(0)
    {
    }
};

struct monitor *monitor_new(uint32_t axi_bytes, uint64_t window_lo, uint64_t window_hi)
{
    auto *m = new (std::nothrow) monitor(axi_bytes);

    if (m) m->axi.write_window(window_lo, window_hi);
    return m;
}

void monitor_free(struct monitor *m)
{
    delete m;
}

bool monitor_edge(void *ctx, const struct stamp_axi *pins, bool reset_n)
{
    auto *m = static_cast<monitor *>(ctx);

    m->axi.edge(*pins, reset_n);
    if (reset_n) {
        m->asked += pins->awvalid && pins->awready;
        m->answered += pins->bvalid && pins->bready;
    }
    return m->axi.ok();
}

const char *monitor_result(struct monitor *m)
{
    if (m->axi.ok() && m->asked != m->answered) m->axi.first = "B: writes unanswered at the end";
    return m->axi.ok() ? nullptr : m->axi.first.c_str();
}

uint64_t monitor_cycles(const struct monitor *m)
{
    return m->axi.cycle;
}

uint64_t monitor_bursts(const struct monitor *m)
{
    return m->axi.reads + m->axi.writes;
}
