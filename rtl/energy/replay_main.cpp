// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
// replay_main.cpp - a unit's gates, driven by the recorded inputs, compared with the recorded outputs in every cycle;
// energy by what switches.
//
//   replay GATES RECORD [timed|stale [NETS]]   JSON on standard output; timed: with delays; stale: replay.h
//
// NETS: a file for the changes of each net that has any, a line `net changes` each.
//
// Exit 3: an output differs, and `differs CYCLE BIT EXPECTED SEEN` says which; 1: a file is not what it should be.
// Then nothing is on standard output.
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <string>
#include <sys/resource.h>
#include <zlib.h>

#include "rtl/energy/replay.h"

namespace {

struct fault {
    int code;
    std::string what;
};

/* The recorded stream behind its header, which model.py has read. */
class stream {
  public:
    stream(const char *path, int64_t skip, size_t frame) : file(gzopen(path, "rb")), bytes(frame)
    {
        if (!file) throw fault{1, "record: cannot read"};
        gzbuffer(file, 1 << 18);
        std::vector<uint8_t> head(static_cast<size_t>(skip));
        read(head.data(), head.size());
    }
    ~stream()
    {
        gzclose(file);
    }
    stream(const stream &) = delete;
    stream &operator=(const stream &) = delete;

    /* The next cycle's frame, counters before it into `events`; false at the end. */
    bool next(std::vector<uint8_t> &frame, std::vector<uint64_t> &events, bool &told)
    {
        uint8_t tag;
        told = false;
        for (read(&tag, 1); tag == 2; read(&tag, 1)) {
            read(events.data(), 8 * events.size());
            told = true;
        }
        if (tag == 1) {
            read(frame.data(), bytes);
            cycles++;
            return true;
        }
        uint64_t said = 0;
        if (tag != 0xff)
            throw fault{1, "record: is malformed behind cycle " + std::to_string(cycles)};
        read(&said, 8);
        if (said != cycles) throw fault{1, "record: ends behind another cycle than it says"};
        if (gzread(file, &tag, 1) != 0) throw fault{1, "record: does not end at its end"};
        return false;
    }

  private:
    void read(void *to, size_t n)
    {
        if (gzread(file, to, unsigned(n)) != int(n))
            throw fault{1, "record: is cut behind cycle " + std::to_string(cycles)};
    }

    gzFile file;
    size_t bytes;
    uint64_t cycles = 0;
};

/* Every output bit. One that the gates tie to 1 may be 0 until the machine's register has taken its constant. */
class comparison {
  public:
    explicit comparison(const gates &g) : waits(g.out_net.size())
    {
        for (size_t i = 0; i < waits.size(); i++) waits[i] = g.out_net[i] == 1;
    }

    void cycle(const replay &r, int64_t t)
    {
        for (size_t i = 0; i < r.g.out_bit.size(); i++) {
            const auto b = size_t(r.g.out_bit[i]);
            const int want = r.frame[b / 8] >> b % 8 & 1, got = r.value[size_t(r.g.out_net[i])];
            if (want == got)
                waits[i] = false;
            else if (!waits[i])
                throw fault{3, "differs " + std::to_string(t) + " " + std::to_string(b) + " " +
                                   std::to_string(want) + " " + std::to_string(got)};
        }
        compared++;
    }

    /* Bits of the frame that never were the 1 they are in the gates. */
    std::string waiting(const gates &g) const
    {
        std::string list;
        for (size_t i = 0; i < waits.size(); i++)
            if (waits[i]) list += (list.empty() ? "" : ", ") + std::to_string(g.out_bit[i]);
        return list;
    }

    uint64_t compared = 0;

  private:
    std::vector<bool> waits;
};

/* A line of the windows: cycles, energy by part, counters as they stood at its beginning. */
std::string window(const replay &r, const std::vector<uint64_t> &events)
{
    char text[64];
    std::string line = "[" + std::to_string(r.counted);
    for (int p = 0; p < PARTS; p++) {
        double sum = 0;
        for (size_t m = 0; m < size_t(r.g.modules); m++) sum += r.energy[m * PARTS + size_t(p)];
        snprintf(text, sizeof text, ",%.9g", sum);
        line += text;
    }
    for (uint64_t e : events) line += "," + std::to_string(e);
    return line + "]";
}

void report(const replay &r, const std::string &windows, const comparison &held, double seconds)
{
    printf("{\"cycles\": %" PRIu64 ", \"compared\": %" PRIu64 ", \"active\": %" PRIu64
           ", \"active_fj\": %.9g, \"idle_fj\": %.9g, \"untabled\": %" PRIu64
           ", \"swallowed\": %" PRIu64 ", \"seconds\": %.3f,\n",
           r.counted, held.compared, r.active, r.active_fj, r.idle_fj, r.untabled, r.swallowed,
           seconds);
    uint64_t all = 0;
    for (uint32_t t : r.toggles) all += t;
    printf("\"toggles\": %" PRIu64 ", \"active_toggles\": %" PRIu64, all, r.active_toggles);
    printf(", \"nets\": %" PRId64 ",\n\"energy\": [", r.g.nets - 2);
    for (size_t m = 0; m < size_t(r.g.modules); m++) {
        printf("%s[", m ? ",\n" : "");
        for (size_t p = 0; p < PARTS; p++)
            printf("%s%.12g", p ? ", " : "", r.energy[m * PARTS + p]);
        printf("]");
    }
    printf("],\n\"memories\": [");
    for (size_t m = 0; m < r.memories.size(); m++)
        printf("%s[%" PRIu64 ", %" PRIu64 "]", m ? ", " : "", r.memories[m].reads,
               r.memories[m].writes);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("],\n\"peak_kb\": %ld", used.ru_maxrss);
    printf(",\n\"never_one\": [%s]", held.waiting(r.g).c_str());
    printf(",\n\"windows\": [%s]}\n", windows.c_str());
}

/* Changes of each net, for who counts them another way. */
void by_net(const replay &r, const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file) throw fault{1, "nets: cannot write"};
    for (size_t n = 0; n < r.toggles.size(); n++)
        if (r.toggles[n]) fprintf(file, "%zu %" PRIu32 "\n", n, r.toggles[n]);
    if (fclose(file)) throw fault{1, "nets: cannot write"};
}

void run(const char *netlist, const char *record, const std::string &how, const char *nets)
{
    replay r;
    const std::string said = r.g.load(netlist);
    if (!said.empty()) throw fault{1, "gates: " + said};
    const auto begin = std::chrono::steady_clock::now();
    r.begin();
    stream in(record, r.g.skip, r.frame.size());
    std::vector<uint64_t> events(size_t(r.g.events));
    std::string windows;
    comparison held(r.g);
    bool told;
    for (int64_t t = 0; in.next(r.frame, events, told); t++) {
        if (r.g.cycles > 0 && t >= r.g.from + r.g.cycles)
            continue; /* read to its end: is it whole? */
        r.now = uint64_t(t);
        if (!r.counting && t >= r.g.from && t > 0 && t >= r.g.settle) r.start();
        if (told && r.counting) {
            r.sum();
            windows += (windows.empty() ? "" : ",\n") + window(r, events);
        }
        if (t > 0) r.rise();
        r.settle();
        if (!how.empty() && t == 0) r.with_delays(how == "stale");
        if (t >= r.g.settle) held.cycle(r, t);
        if (r.counting) r.fall();
    }
    if (!r.counted) throw fault{1, "record: has no cycle that counts"};
    r.now++;
    r.sum();
    if (nets) by_net(r, nets);
    report(r, windows, held,
           std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}

} // namespace

int main(int argc, char **argv)
{
    const std::string how = argc > 3 ? argv[3] : "";
    if (argc < 3 || argc > 5 || (argc > 3 && how != "timed" && how != "stale")) {
        fprintf(stderr, "usage: replay GATES RECORD [timed|stale [NETS]]\n");
        return 2;
    }
    try {
        run(argv[1], argv[2], how, argc > 4 ? argv[4] : nullptr);
    } catch (const fault &f) {
        fprintf(stderr, "%s\n", f.what.c_str());
        return f.code;
    }
    return 0;
}
