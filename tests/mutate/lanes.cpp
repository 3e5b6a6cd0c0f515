/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lanes.cpp
 * Replays records of a unit's ports (rtl/energy/README.md, Formats) on all its mutants at once: a lane a mutant, lane
 * 0 the unit as it is. A mutant is seen at the first output bit that differs from the recorded one where lane 0 has
 * the recorded one.
 *
 *   lanes CIRCUIT.aig MOST MUTANTS [PLAN SKIP:COUNTERS RECORD]...     PLAN, SKIP (bytes of a record's head) and
 *                                    COUNTERS (in it) are of mutate.py; MOST cycles of a record; mutants 1 to MUTANTS
 *
 * PLAN    per line: frame BYTES | in record BIT | in mutant BIT | in zero 0 | out BIT | nothing 0 (an output that is
 *         not compared), in the order of the circuit; then memory WIDTH ADDRESS PARTS and the places of its ports (lanes.h)
 *         bit by bit, write, read, write_at, read_at, mask, data, given; then register LATCH BIT for those recorded:
 *         where lane 0 has one otherwise, something set them from outside, and every lane gets them as recorded
 * Output  "kill LANE RECORD CYCLE OUTPUT" for each lane seen, "record R cycles N differs D" for each record: D output
 *         bits of lane 0 were not as recorded (what registers and memories hold at first is not in a record)
 * Exit    1 with one line on standard error where a file is not what it should be
 */
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>
#include <zlib.h>

#include "tests/mutate/lanes.h"

namespace {

const int words = 4; /* of lanes at first */

[[noreturn]] void fail(const std::string &what)
{
    fprintf(stderr, "error: %s\n", what.c_str());
    exit(1);
}

/* And-inverter graph of an AIGER file, binary. A literal is twice a variable, odd where it is inverted. */
struct circuit {
    uint32_t inputs = 0, latches = 0;
    std::vector<uint32_t> next, outputs, left, right;

    explicit circuit(const char *path)
    {
        FILE *f = fopen(path, "rb");
        uint32_t m, o, a;
        if (!f || fscanf(f, "aig %u %u %u %u %u\n", &m, &inputs, &latches, &o, &a) != 5 ||
            m != inputs + latches + a)
            fail(std::string(path) + ": no binary AIGER file");
        next = numbers(f, latches);
        outputs = numbers(f, o);
        left.resize(a), right.resize(a);
        for (uint32_t i = 0; i < a; i++) {
            const uint32_t own = 2 * (inputs + latches + i + 1);
            left[i] = own - delta(f);
            right[i] = left[i] - delta(f);
            if (left[i] >= own || right[i] > left[i])
                fail(std::string(path) + ": gate out of order");
        }
        fclose(f);
        for (uint32_t n : next)
            if (n > 2 * m + 1) fail(std::string(path) + ": no such literal");
        for (uint32_t n : outputs)
            if (n > 2 * m + 1) fail(std::string(path) + ": no such literal");
    }

  private:
    static uint32_t delta(FILE *f)
    {
        uint32_t n = 0;
        for (int shift = 0, c = 0x80; c & 0x80; shift += 7) {
            if ((c = getc(f)) == EOF || shift > 28) fail("gate is cut");
            n |= uint32_t(c & 0x7f) << shift;
        }
        return n;
    }
    static std::vector<uint32_t> numbers(FILE *f, uint32_t n)
    {
        std::vector<uint32_t> v(n);
        char line[64];
        for (uint32_t &x : v)
            if (!fgets(line, sizeof line, f) || sscanf(line, "%u", &x) != 1) fail("line is cut");
        return v;
    }
};

struct plan {
    uint32_t bytes = 0;
    std::vector<int64_t>
        in; /* bit of the frame, or -1: false, -2 - k: bit k of the mutant's number */
    std::vector<int64_t> out; /* bit of the frame, or -1 */
    std::vector<memory_ports> memories;
    struct set_bit {
        uint32_t latch, bit;
    };
    std::vector<set_bit> registers;

    plan(const char *path, const circuit &c)
    {
        FILE *f = fopen(path, "r");
        char what[16], from[16];
        uint32_t n;
        if (!f || fscanf(f, "frame %u\n", &bytes) != 1) fail(std::string(path) + ": no plan");
        while (fscanf(f, "%15s", what) == 1) {
            if (!strcmp(what, "out") && fscanf(f, "%u", &n) == 1)
                out.push_back(n);
            else if (!strcmp(what, "nothing") && fscanf(f, "%u", &n) == 1)
                out.push_back(-1);
            else if (!strcmp(what, "register"))
                registers.push_back(recorded(f, c));
            else if (!strcmp(what, "memory"))
                memories.push_back(cut(f, c));
            else if (!strcmp(what, "in") && fscanf(f, "%15s %u", from, &n) == 2)
                in.push_back(!strcmp(from, "record") ? int64_t(n)
                             : !strcmp(from, "zero") ? -1
                                                     : -2 - int64_t(n));
            else
                fail(std::string(path) + ": malformed");
        }
        fclose(f);
        bool good = in.size() == c.inputs && out.size() == c.outputs.size();
        for (int64_t b : in) good = good && b < 8 * int64_t(bytes);
        for (int64_t b : out) good = good && b < 8 * int64_t(bytes);
        if (!good) fail(std::string(path) + ": not of this circuit");
    }

  private:
    set_bit recorded(FILE *f, const circuit &c) const
    {
        set_bit r;
        if (fscanf(f, "%u %u", &r.latch, &r.bit) != 2 || r.latch >= c.latches || r.bit / 8 >= bytes)
            fail("register is not of this circuit");
        return r;
    }
    static memory_ports cut(FILE *f, const circuit &c)
    {
        memory_ports m;
        size_t width, address, parts;
        if (fscanf(f, "%zu %zu %zu", &width, &address, &parts) != 3 || address > 20 || !parts ||
            width % parts)
            fail("memory is malformed");
        m.write.resize(1), m.read.resize(1), m.write_at.resize(address), m.read_at.resize(address);
        m.mask.resize(parts), m.data.resize(width), m.given.resize(width);
        for (auto *port : {&m.write, &m.read, &m.write_at, &m.read_at, &m.mask, &m.data, &m.given})
            for (int64_t &n : *port)
                if (fscanf(f, "%" SCNd64, &n) != 1 || n < -1 ||
                    n >= int64_t(port == &m.given ? c.inputs : c.outputs.size()))
                    fail("memory is not of this circuit");
        return m;
    }
};

struct stream {
    gzFile file;
    std::string path;
    std::vector<uint8_t> frame;
    size_t counters = 0; /* bytes of those between frames, read from the head's end */

    stream(const char *skip, const char *name, uint32_t bytes)
        : file(gzopen(name, "rb")), path(name), frame(bytes)
    {
        char *end;
        const long head = strtol(skip, &end, 10);
        counters = *end == ':' ? 8 * strtoul(end + 1, nullptr, 10) : 0;
        if (!file || gzseek(file, head, SEEK_SET) != head) fail(path + ": cannot read");
    }
    ~stream()
    {
        gzclose(file);
    }
    stream(const stream &) = delete;
    stream &operator=(const stream &) = delete;
    bool bit(uint32_t at) const
    {
        return frame[at >> 3] >> (at & 7) & 1;
    }
    bool next()
    {
        std::vector<uint8_t> skipped(counters);
        int tag = gzgetc(file);
        for (; tag == 2; tag = gzgetc(file)) take(skipped);
        if (tag == 1) take(frame);
        if (tag != 1 && tag != 0xff) fail(path + ": record is malformed");
        return tag == 1;
    }

  private:
    void take(std::vector<uint8_t> &to)
    {
        if (gzread(file, to.data(), unsigned(to.size())) != int(to.size()))
            fail(path + ": record is cut");
    }
};

/* A record as far as it was replayed. */
struct place {
    int number = 0;
    uint64_t cycles = 0, differs = 0;
    std::vector<uint8_t> before;
    bool moves = true;
};

/* All lanes that are left. Lane 0 is the unit as it is. */
template <int W> struct bench {
    const circuit &c;
    std::vector<int> mutant;     /* of a lane */
    std::vector<lanes<W>> value; /* of variables, 0 is false */
    std::vector<lanes<W>> now;   /* next values of registers */
    std::vector<memory<W>> memories;
    lanes<W> seen;

    bench(const circuit &graph, const plan &p, int mutants)
        : c(graph), value(1 + graph.inputs + graph.latches + graph.left.size(), all<W>(false)),
          now(graph.latches), seen(all<W>(false))
    {
        for (int l = 0; l < 64 * W; l++) mutant.push_back(l);
        for (int l = mutants + 1; l < 64 * W; l++) seen[l / 64] |= UINT64_C(1) << l % 64;
        for (size_t i = 0; i < p.in.size(); i++)
            for (int l = 0; l < 64 * W && p.in[i] < -1; l++)
                if (l >> (-2 - p.in[i]) & 1) value[i + 1][l / 64] |= UINT64_C(1) << l % 64;
    }
    /* Those of another's lanes. */
    template <int V>
    bench(const bench<V> &from, const std::vector<int> &kept) : c(from.c), now(from.now.size())
    {
        const auto take = [&](const std::vector<lanes<V>> &v) {
            std::vector<lanes<W>> to;
            for (const auto &x : v) to.push_back(narrowed<V>(x, kept));
            return to;
        };
        for (int l : kept) mutant.push_back(from.mutant[size_t(l)]);
        value = take(from.value);
        for (const auto &m : from.memories) {
            memories.emplace_back(*m.ports);
            memories.back().lines = take(m.lines), memories.back().line = take(m.line);
            memories.back().shown = take(m.shown),
            memories.back().asked = narrowed<V>(m.asked, kept);
        }
        seen = all<W>(true) << kept.size() % 64;
        if (kept.size() == 64 * W) seen = all<W>(false);
    }
    std::vector<int> left() const
    {
        std::vector<int> l;
        for (int i = 0; i < 64 * W; i++)
            if (!at_lane<W>(seen, i)) l.push_back(i);
        return l;
    }
    /* What registers hold at first: anything, but the same in all lanes. */
    void begin(const plan &p)
    {
        uint64_t s = 88172645463325252u;
        for (uint32_t i = 0; i < c.latches; i++) {
            s ^= s << 13, s ^= s >> 7, s ^= s << 17;
            value[c.inputs + 1 + i] = all<W>(s >> 40 & 1);
        }
        memories.clear();
        for (const auto &m : p.memories) memories.emplace_back(m);
    }
    lanes<W> at(uint32_t literal) const
    {
        return value[literal >> 1] ^ all<W>(literal & 1);
    }
    void settle(const plan &p, const stream &s)
    {
        bool set = false;
        for (const auto &r : p.registers)
            set |= (value[c.inputs + 1 + r.latch][0] & 1) != uint64_t(s.bit(r.bit));
        for (size_t i = 0; set && i < p.registers.size(); i++)
            value[c.inputs + 1 + p.registers[i].latch] = all<W>(s.bit(p.registers[i].bit));
        for (size_t i = 0; i < p.in.size(); i++)
            if (p.in[i] >= 0) value[i + 1] = all<W>(s.bit(uint32_t(p.in[i])));
        lanes<W> *own = &value[c.inputs + c.latches + 1];
        for (size_t i = 0; i < c.left.size(); i++) own[i] = at(c.left[i]) & at(c.right[i]);
    }
    void compare(const plan &p, const stream &s, place &r)
    {
        for (size_t o = 0; o < p.out.size(); o++) {
            if (p.out[o] < 0) continue;
            const lanes<W> is = at(c.outputs[o]), want = all<W>(s.bit(uint32_t(p.out[o])));
            if ((is[0] ^ want[0]) & 1) {
                r.differs++;
                continue;
            }
            const lanes<W> fresh = (is ^ want) & ~seen;
            for (int w = 0; w < W; w++)
                for (uint64_t some = fresh[w]; some; some &= some - 1)
                    printf("kill %d %d %" PRIu64 " %zu\n",
                           mutant[size_t(64 * w + __builtin_ctzll(some))], r.number, r.cycles, o);
            seen |= fresh;
        }
    }
    /* Whether a register or a memory changes. */
    bool clock()
    {
        const auto out = [&](int64_t o) { return at(c.outputs[size_t(o)]); };
        bool moves = false;
        lanes<W> changed = all<W>(false);
        for (auto &m : memories) moves |= m.clock(out, seen);
        for (uint32_t i = 0; i < c.latches; i++) {
            now[i] = at(c.next[i]);
            changed |= now[i] ^ value[c.inputs + 1 + i];
        }
        for (uint32_t i = 0; i < c.latches; i++) value[c.inputs + 1 + i] = now[i];
        for (const auto &m : memories)
            for (size_t b = 0; b < m.shown.size(); b++)
                value[size_t(m.ports->given[b]) + 1] = m.shown[b];
        return moves | any<W>(changed);
    }
    /* To the record's end, or until no more than `enough` lanes are left. */
    bool replay(const plan &p, place &r, stream &s, uint64_t limit, size_t enough)
    {
        for (size_t alive = left().size(); r.cycles < limit && alive > enough && s.next();
             r.cycles++) {
            if (!r.moves && s.frame == r.before) continue; /* the same cycle again */
            r.before = s.frame;
            settle(p, s);
            const lanes<W> were = seen;
            compare(p, s, r);
            r.moves = clock();
            if (any<W>(were ^ seen)) alive = left().size();
        }
        return left().size() > enough;
    }
};

} // namespace

int main(int argc, char **argv)
{
    if (argc < 7 || (argc - 4) % 3)
        fail("lanes CIRCUIT.aig MOST MUTANTS [PLAN SKIP:COUNTERS RECORD]...");
    const circuit c(argv[1]);
    const uint64_t limit = strtoull(argv[2], nullptr, 10);
    std::vector<std::unique_ptr<plan>> plans; /* what narrow has of memories points there */
    for (int a = 4; a < argc; a += 3) plans.emplace_back(new plan(argv[a], c));
    bench<words> wide(c, *plans[0], atoi(argv[3]));
    std::unique_ptr<bench<1>> narrow; /* once few are left: a fourth of the work */
    for (int a = 4; a < argc; a += 3) {
        place r = {};
        r.number = (a - 4) / 3;
        const plan &p = *plans[size_t(r.number)];
        stream s(argv[a + 1], argv[a + 2], p.bytes);
        narrow ? narrow->begin(p) : wide.begin(p);
        if (!narrow && !wide.replay(p, r, s, limit, 64))
            narrow.reset(new bench<1>(wide, wide.left()));
        if (narrow) narrow->replay(p, r, s, limit, 0);
        printf("record %d cycles %" PRIu64 " differs %" PRIu64 "\n", r.number, r.cycles, r.differs);
    }
}
