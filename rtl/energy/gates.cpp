// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// gates.cpp - reads what model.py writes. Contract in gates.h.
#include "rtl/energy/gates.h"

#include <cstdio>
#include <cstring>
#include <memory>

namespace {

struct reader {
    FILE *file;
    bool good = true;

    template <class T> std::vector<T> vec()
    {
        uint64_t n = 0;
        if (!good || fread(&n, 8, 1, file) != 1 || n > UINT64_C(1) << 32) {
            good = false;
            return {};
        }
        std::vector<T> v(n);
        if (n && fread(v.data(), sizeof(T), n, file) != n) good = false;
        return v;
    }
};

gate_kind kind_of(reader &r)
{
    gate_kind k;
    const auto m = r.vec<int32_t>(); /* inputs, outputs, flop, states, tables */
    if (m.size() != 5) r.good = false;
    if (!r.good) return k;
    k.inputs = m[0];
    k.outputs = m[1];
    k.flop = m[2] != 0;
    k.states = m[3];
    k.out = r.vec<uint8_t>();
    k.next = r.vec<uint8_t>();
    k.forced = r.vec<uint8_t>();
    k.cleared = false;
    for (uint8_t f : k.forced) k.cleared = k.cleared || f;
    k.leak_nw = r.vec<double>();
    const size_t s = size_t(k.states);
    if (k.out.size() != s || k.next.size() != s || k.forced.size() != s || k.leak_nw.size() != s)
        r.good = false;
    for (int a = 0; a < m[4] && r.good; a++) {
        const auto t = r.vec<int32_t>();
        gate_table g;
        if (t.size() != 6) {
            r.good = false;
            break;
        }
        g.where = t[0];
        g.pin = t[1];
        g.related = uint32_t(t[2]);
        g.otherwise = t[3] != 0;
        g.ground = t[4] != 0;
        g.family = t[5];
        g.high = r.vec<uint8_t>();
        g.low = r.vec<uint8_t>();
        if (g.high.size() != s || g.low.size() != s) r.good = false;
        k.tables.push_back(std::move(g));
    }
    return k;
}

} // namespace

std::string gates::load(const char *path)
{
    std::unique_ptr<FILE, int (*)(FILE *)> file(fopen(path, "rb"), fclose);
    if (!file) return "cannot read";
    reader r = {file.get()};
    const auto magic = r.vec<char>();
    if (magic.size() != 8 || memcmp(magic.data(), "STMPGAT1", 8)) return "no netlist of model.py";
    const auto m = r.vec<int64_t>();
    const auto p = r.vec<double>();
    if (m.size() != 14 || p.size() != 1) return "head is cut";
    nets = m[0], modules = m[1], skip = m[2], start = m[3], from = m[4], cycles = m[5],
    settle = m[6];
    window = m[7], events = m[8], frame_bits = m[9];
    period_ns = p[0];
    input_fs = m[12], memory_fs = m[13];
    for (int64_t k = 0; k < m[10] && r.good; k++) kinds.push_back(kind_of(r));
    const auto c = r.vec<int32_t>();
    for (size_t i = 0; i + 6 <= c.size() && r.good; i += 6)
        cells.push_back(
            {c[i], c[i + 1], c[i + 2], c[i + 3], c[i + 4], kinds[size_t(c[i])].inputs, c[i + 5]});
    pins = r.vec<int32_t>();
    delay_fs = r.vec<int32_t>();
    net_module = r.vec<int32_t>();
    counter_fj = r.vec<double>();
    net_fj = r.vec<double>();
    clock_fj = r.vec<double>();
    for (int64_t i = 0; i < m[11] && r.good; i++) {
        const auto h = r.vec<int32_t>();
        if (h.size() != 7) return "memory is cut";
        gate_memory y = {h[0], h[1], h[2], h[3], h[4], h[5], h[6], {}, {}, {}, {}, {}, {}};
        for (auto *v : {&y.re, &y.ra, &y.rd, &y.we, &y.wa, &y.wd}) *v = r.vec<int32_t>();
        memories.push_back(std::move(y));
    }
    in_bit = r.vec<int32_t>(), in_net = r.vec<int32_t>();
    out_bit = r.vec<int32_t>(), out_net = r.vec<int32_t>();
    if (!r.good || in_bit.size() != in_net.size() || out_bit.size() != out_net.size())
        return "is cut";
    return "";
}
