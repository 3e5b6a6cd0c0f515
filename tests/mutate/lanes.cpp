/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lanes.cpp
 * Replays records of a unit's ports (rtl/energy/README.md, Formats) on all its mutants at once: a lane a mutant, lane
 * 0 the unit as it is. A mutant is seen at the first output bit that differs from the recorded one where lane 0 has
 * the recorded one.
 *
 *   lanes CIRCUIT.aig PLAN MOST [SKIP:COUNTERS RECORD]...     PLAN, SKIP (bytes of a record's head) and COUNTERS
 *                                                             (in it) are of mutate.py; MOST cycles of a record
 *
 * PLAN    per line: frame BYTES | in record BIT | in mutant BIT | in zero 0 | out BIT | nothing 0 (an output that is
 *         not compared), in the order of the circuit
 * Output  "kill LANE RECORD CYCLE OUTPUT" for each lane seen, "record R cycles N differs D" for each record: D output
 *         bits of lane 0 were not as recorded (what registers and memories hold at first is not in a record)
 * Exit    1 with one line on standard error where a file is not what it should be
 */
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>
#include <zlib.h>

namespace {

const int words = 4, most = 64 * words; /* lanes */
typedef uint64_t lanes __attribute__((vector_size(8 * words)));

[[noreturn]] void fail(const std::string &what)
{
    fprintf(stderr, "error: %s\n", what.c_str());
    exit(1);
}

lanes all(bool bit)
{
    const uint64_t w = bit ? ~UINT64_C(0) : 0;
    return lanes{w, w, w, w};
}

/* And-inverter graph of an AIGER file, binary. A literal is twice a variable, odd where it is inverted. */
struct circuit {
    uint32_t inputs = 0, latches = 0;
    std::vector<uint32_t> next, outputs, left, right;
    std::vector<lanes> value; /* of variables, 0 is false */
    std::vector<lanes> now;   /* next values of registers */

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
        value.assign(m + 1, all(false));
    }
    lanes at(uint32_t literal) const
    {
        return value[literal >> 1] ^ all(literal & 1);
    }
    void settle()
    {
        lanes *own = &value[inputs + latches + 1];
        for (size_t i = 0; i < left.size(); i++) own[i] = at(left[i]) & at(right[i]);
    }
    /* What registers hold at first: anything, but the same in all lanes. */
    void begin()
    {
        uint64_t s = 88172645463325252u;
        for (uint32_t i = 0; i < latches; i++) {
            s ^= s << 13, s ^= s >> 7, s ^= s << 17;
            value[inputs + 1 + i] = all(s >> 40 & 1);
        }
    }
    /* Whether a register changes. */
    bool clock()
    {
        lanes changed = all(false);
        now.resize(latches);
        for (uint32_t i = 0; i < latches; i++) {
            now[i] = at(next[i]);
            changed |= now[i] ^ value[inputs + 1 + i];
        }
        for (uint32_t i = 0; i < latches; i++) value[inputs + 1 + i] = now[i];
        return (changed[0] | changed[1] | changed[2] | changed[3]) != 0;
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

/* Replays one record; `seen` grows. */
void replay(circuit &c, const plan &p, stream &s, uint64_t limit, int number, lanes &seen)
{
    uint64_t cycles = 0, differs = 0;
    std::vector<uint8_t> before;
    bool moves = true;

    c.begin();
    for (; cycles < limit && s.next(); cycles++) {
        if (!moves && s.frame == before) continue; /* the same cycle again */
        before = s.frame;
        for (size_t i = 0; i < p.in.size(); i++)
            if (p.in[i] >= 0) c.value[i + 1] = all(s.bit(uint32_t(p.in[i])));
        c.settle();
        for (size_t o = 0; o < p.out.size(); o++) {
            if (p.out[o] < 0) continue;
            const lanes now = c.at(c.outputs[o]), want = all(s.bit(uint32_t(p.out[o])));
            if ((now[0] ^ want[0]) & 1) {
                differs++;
                continue;
            }
            const lanes fresh = (now ^ want) & ~seen;
            for (int w = 0; w < words; w++)
                for (uint64_t left = fresh[w]; left; left &= left - 1)
                    printf("kill %d %d %" PRIu64 " %zu\n", 64 * w + __builtin_ctzll(left), number,
                           cycles, o);
            seen |= fresh;
        }
        moves = c.clock();
    }
    printf("record %d cycles %" PRIu64 " differs %" PRIu64 "\n", number, cycles, differs);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 4 || argc % 2) fail("lanes CIRCUIT.aig PLAN MOST [SKIP:COUNTERS RECORD]...");
    circuit c(argv[1]);
    const plan p(argv[2], c);
    for (size_t i = 0; i < p.in.size(); i++) {
        lanes v = all(false);
        for (int l = 0; l < most && p.in[i] < -1; l++)
            if (l >> (-2 - p.in[i]) & 1) v[l / 64] |= UINT64_C(1) << l % 64;
        c.value[i + 1] = v;
    }
    lanes seen = all(false);
    const uint64_t limit = strtoull(argv[3], nullptr, 10);
    for (int a = 4; a + 1 < argc; a += 2) {
        stream s(argv[a], argv[a + 1], p.bytes);
        replay(c, p, s, limit, (a - 4) / 2, seen);
    }
}
