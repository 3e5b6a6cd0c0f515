/* SPDX-License-Identifier: Apache-2.0 */
/* handshake.cpp - what each clock shows of the AXI channels and of the units' queues. Contract in cover.h. */
#include <cstring>

#include "sim/run/rtl.h"
#include "sim/verilator/dram.h"
#include "tests/cover/cover_parts.h"

namespace {

enum {
    LONG = 4,
    THROUGH = 3
}; /* clocks; from an empty queue to the unit: rtl/ctrl/stamp_issue.sv */

void channel(cover *c, int k, bool valid, bool ready)
{
    cover_clocks &t = c->clocks;
    const uint32_t at = c->p->channel + uint32_t(k) * COVER_CHANNEL_COUNT;
    const bool moves = valid && ready, moved = t.moved >> k & 1;

    if (moves) cover_hit(c, at + COVER_AXI_MOVES);
    if (moves && moved) cover_hit(c, at + COVER_AXI_AGAIN);
    if (valid && !ready && ++t.waited[k] == 1) cover_hit(c, at + COVER_AXI_WAITS);
    if (valid && !ready && t.waited[k] == LONG) cover_hit(c, at + COVER_AXI_LONG);
    if (!valid && ready) cover_hit(c, at + COVER_AXI_IDLE);
    if (!valid || ready) t.waited[k] = 0;
    t.moved = (t.moved & ~(1u << k)) | uint32_t(moves) << k;
}

unsigned field(const uint32_t *w, unsigned at, unsigned width)
{
    const uint64_t two = w[at / 32] | (at / 32 < 7 ? uint64_t(w[at / 32 + 1]) << 32 : 0);
    return unsigned(two >> at % 32 & ((uint64_t(1) << width) - 1));
}

/* Places of the semaphores in a word, the same in every format. */
enum {
#define HEAD(name, lsb, width, meaning) AT_##name = lsb,
#include "model/spec/isa.def"
    SEMAPHORE_BITS = 5
};
const unsigned waits[] = {AT_wait0, AT_wait1, AT_wait2}, posts[] = {AT_post0, AT_post1, AT_post2};

/* The head has waited and gets its semaphores now: who gave them last? */
void wake(cover *c, int u, const uint32_t *insn)
{
    for (unsigned at : waits) {
        const unsigned s = field(insn, at, SEMAPHORE_BITS);
        if (s && c->clocks.given[s])
            cover_hit(c, c->p->wake + (c->clocks.given[s] - 1) * STAMP_QUEUES + uint32_t(u));
    }
}

/* What leaves the queue for the unit, and what is over there. */
void flight(cover_clocks &t, int u, const stamp_rtl_cycle *cycle)
{
    const uint32_t end = (t.first[u] + t.busy[u]) % COVER_FLIGHT;

    if (cycle->done >> u & 1 && t.busy[u]) {
        for (uint8_t s : t.post[u][t.first[u]]) t.given[s] = uint32_t(u) + 1;
        t.first[u] = (t.first[u] + 1) % COVER_FLIGHT;
        t.busy[u]--;
    }
    if (cycle->take >> u & 1) {
        for (unsigned k = 0; k < 3; k++)
            t.post[u][end][k] = uint8_t(field(cycle->insn[u], posts[k], SEMAPHORE_BITS));
        t.busy[u]++;
    }
}

void queue(cover *c, int u, const stamp_rtl_cycle *cycle)
{
    cover_clocks &t = c->clocks;
    const uint32_t at = c->p->queue + uint32_t(u) * COVER_QUEUE_COUNT;
    const bool push = cycle->push >> u & 1, take = cycle->take >> u & 1,
               head = cycle->head >> u & 1, grant = cycle->grant >> u & 1,
               full = t.fill[u] >= c->p->mach->QUEUE;

    if (full) cover_hit(c, at + COVER_QUEUE_FULL);
    if (push && t.left_full[u]) cover_hit(c, at + COVER_QUEUE_REFILL);
    if (push && take) cover_hit(c, at + COVER_QUEUE_BOTH);
    if (take && t.since[u] == THROUGH) cover_hit(c, at + COVER_QUEUE_THROUGH);
    if (t.fill[u] && !head && !take) cover_hit(c, at + COVER_QUEUE_UNIT);
    if (head && !grant) cover_hit(c, at + (t.busy[u] ? COVER_QUEUE_BEHIND : COVER_QUEUE_SEMAPHORE));
    if (grant && !t.starved[u] && field(cycle->insn[u], AT_wait0, SEMAPHORE_BITS))
        cover_hit(c, at + COVER_QUEUE_TAKES);
    if (grant && t.starved[u]) wake(c, u, cycle->insn[u]);
    t.starved[u] = head && !grant;
    t.left_full[u] = full && take;
    t.since[u] = push && t.fill[u] == 0 ? 1 : t.since[u] ? t.since[u] + 1 : 0;
    t.fill[u] += uint32_t(push) - uint32_t(take && t.fill[u]);
    flight(t, u, cycle);
}

} // namespace

extern "C" bool cover_cycle(void *ctx, const struct stamp_rtl_cycle *cycle)
{
    auto *c = static_cast<cover *>(ctx);

    if (!c) return true;
    const stamp_axi &a = *cycle->axi;
    if (cycle->start) memset(&c->clocks, 0, sizeof c->clocks);
    channel(c, 0, a.arvalid, a.arready);
    channel(c, 1, a.rvalid, a.rready);
    channel(c, 2, a.awvalid, a.awready);
    channel(c, 3, a.wvalid, a.wready);
    channel(c, 4, a.bvalid, a.bready);
    for (int u = 0; u < STAMP_QUEUES; u++) queue(c, u, cycle);
    if (cycle->load_held) cover_hit(c, c->p->held);
    if (cycle->vector_held) cover_hit(c, c->p->held + 1);
    return true;
}
