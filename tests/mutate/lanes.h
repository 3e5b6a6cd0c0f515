/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lanes.h
 * A bit of a circuit in 64 W lanes, and a memory that was cut out of it (rtl/lib/stamp_ram.sv, stamp_ram_sp.sv:
 * what they do is told there): every lane has contents of its own.
 */
#ifndef STAMP_TESTS_MUTATE_LANES_H
#define STAMP_TESTS_MUTATE_LANES_H

#include <cstddef>
#include <cstdint>
#include <vector>

template <int W> struct vector_of {
    typedef uint64_t type __attribute__((vector_size(8 * W)));
};
template <int W> using lanes = typename vector_of<W>::type;

template <int W> inline lanes<W> all(bool bit)
{
    const uint64_t w = bit ? ~UINT64_C(0) : 0;
    lanes<W> v;
    for (int i = 0; i < W; i++) v[i] = w;
    return v;
}

template <int W> inline bool any(const lanes<W> &v)
{
    uint64_t some = 0;
    for (int i = 0; i < W; i++) some |= v[i];
    return some != 0;
}

template <int W> inline bool at_lane(const lanes<W> &v, int lane)
{
    return v[lane / 64] >> lane % 64 & 1;
}

/** Lanes `kept` of a value of more, in 64. */
template <int W> inline lanes<1> narrowed(const lanes<W> &v, const std::vector<int> &kept)
{
    lanes<1> to = {0};
    for (size_t l = 0; l < kept.size(); l++) to[0] |= uint64_t(at_lane<W>(v, kept[l])) << l;
    return to;
}

/** Places of a memory's ports among a circuit's outputs, of `given` among its inputs; -1: a constant (of mask: 1). */
struct memory_ports {
    std::vector<int64_t> write, read, write_at, read_at, mask, data, given;
};

/** One memory. Contents are 0 at first; an address bit that is a constant counts as 0. */
template <int W> class memory {
  public:
    const memory_ports *ports;
    typedef std::vector<lanes<W>> bits;
    bits lines, line, shown; /**< a bit of a line each; read, behind the register */
    lanes<W> asked;

    explicit memory(const memory_ports &p) : ports(&p)
    {
        lines.assign(p.data.size() << p.read_at.size(), all<W>(false));
        line.assign(p.data.size(), all<W>(false));
        shown = line;
        asked = changed = all<W>(false);
    }
    /**
     * A clock edge. @param out value of an output before the edge; @param seen lanes nobody looks at any more
     * @return whether anything in it changes
     */
    template <class Out> bool clock(const Out &out, const lanes<W> &seen)
    {
        const size_t width = ports->data.size(), part = width / ports->mask.size();
        const lanes<W> re = out(ports->read[0]), we = out(ports->write[0]);

        changed = asked ^ re;
        for (size_t b = 0; b < width; b++) keep(shown[b], line[b], asked);
        asked = re;
        if (any<W>(re))
            each(ports->read_at, out, re & ~seen, [&](size_t at, const lanes<W> &who) {
                for (size_t b = 0; b < width; b++) keep(line[b], lines[at + b], who);
            });
        if (any<W>(we))
            each(ports->write_at, out, we & ~seen, [&](size_t at, const lanes<W> &who) {
                for (size_t b = 0; b < width; b++) {
                    const int64_t m = ports->mask[b / part];
                    keep(lines[at + b], out(ports->data[b]), m < 0 ? who : who & out(m));
                }
            });
        return any<W>(changed);
    }

  private:
    lanes<W> changed;

    void keep(lanes<W> &to, const lanes<W> &from, const lanes<W> &who)
    {
        const lanes<W> moved = (to ^ from) & who;
        changed |= moved;
        to ^= moved;
    }
    /* By addresses, that of lane 0 for most at once: what(first bit of the line, lanes that have it). */
    template <class Out, class What>
    void each(const std::vector<int64_t> &address, const Out &out, const lanes<W> &who,
              const What &what)
    {
        bits at;
        lanes<W> same = all<W>(true);
        for (int64_t p : address) {
            at.push_back(p < 0 ? all<W>(false) : out(p));
            same &= ~(at.back() ^ all<W>(at.back()[0] & 1));
        }
        what(place(at, 0), who & same);
        const lanes<W> rest = who & ~same;
        for (int w = 0; w < W; w++)
            for (uint64_t left = rest[w]; left; left &= left - 1) {
                lanes<W> one = all<W>(false);
                one[w] = left & -left;
                what(place(at, 64 * w + __builtin_ctzll(left)), one);
            }
    }
    size_t place(const bits &at, int lane) const
    {
        size_t n = 0;
        for (size_t b = 0; b < at.size(); b++) n |= size_t(at_lane<W>(at[b], lane)) << b;
        return n * ports->data.size();
    }
};

#endif
