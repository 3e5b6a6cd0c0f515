// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// replay_memories.cpp - memories as rtl/lib/stamp_ram* behave up to the register behind them: a read gives what stood
// there before a write of the same cycle.
#include "rtl/energy/replay.h"

void replay::rise_memories()
{
    for (size_t m = 0; m < memories.size(); m++) {
        const auto &y = g.memories[m];
        auto &x = memories[m];
        const auto width = size_t(y.width);
        auto address = [&](const std::vector<int32_t> &nets, int port) {
            size_t a = 0;
            for (int i = 0; i < y.address; i++)
                a |= size_t(value[size_t(nets[size_t(port * y.address + i)])]) << i;
            return a;
        };
        for (int r = 0; r < y.reads; r++) {
            if (!value[size_t(y.re[size_t(r)])]) continue;
            const size_t a = address(y.ra, r);
            for (size_t i = 0; i < width; i++)
                x.out[size_t(r) * width + i] = a < size_t(y.lines) ? x.bits[a * width + i] : 0;
            x.reads += counting;
        }
        for (int w = 0; w < y.writes; w++) {
            const size_t a = address(y.wa, w);
            bool any = false;
            for (size_t i = 0; i < width; i++) {
                const size_t e = y.enables == 1 ? size_t(w) : size_t(w) * width + i;
                if (!value[size_t(y.we[e])]) continue;
                any = true;
                if (a < size_t(y.lines))
                    x.bits[a * width + i] = value[size_t(y.wd[size_t(w) * width + i])];
            }
            x.writes += any && counting;
        }
    }
}
