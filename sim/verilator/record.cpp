/* SPDX-License-Identifier: Apache-2.0 */
/* record.cpp - ports of units, cycle by cycle, into files. Contract in record.h. */
#include "sim/verilator/record.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <zlib.h>

#include "model/spec/mach.h"

namespace {

/* Counters are told every so many cycles, so that energy can be set against them. */
const uint32_t counters_every = 64;
const char *const event_names[] = {
#define EVENT(name, kind, unit, meaning) #name,
#include "model/spec/event.def"
#define ACTIVITY(name, event, most, unit, meaning) #name,
#include "model/spec/activity.def"
};

[[noreturn]] void fail(const std::string &what)
{
    fprintf(stderr, "error: STAMP_RECORD: %s\n", what.c_str());
    exit(1);
}

uint64_t number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    if (!text) return otherwise;
    char *end;
    const unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || value > UINT64_C(1) << 48)
        fail(std::string(name) + "=" + text + " is no number of cycles");
    return value;
}

#ifndef STAMP_RECORD_TOP /* of a bench: build.sh says it */
#define STAMP_RECORD_TOP "stamp_top"
#endif

/* i_mxu.g_lane[0].x as Verilator writes it. */
std::string mangled(const std::string &path)
{
    std::string out = STAMP_RECORD_TOP;
    if (path == "top") return out;
    out += "__DOT__";
    for (char c : path)
        out += c == '.'   ? "__DOT__"
               : c == '[' ? "__BRA__"
               : c == ']' ? "__KET__"
                          : std::string(1, c);
    return out;
}

} // namespace

struct stamp_recorder::stream {
    std::string path, part, prefix;
    gzFile file = nullptr;
    std::vector<stamp_signal> ports;
    std::vector<uint8_t> frame;
    uint64_t cycles = 0;

    void put(const void *data, size_t bytes)
    {
        if (bytes && gzwrite(file, data, unsigned(bytes)) != int(bytes))
            fail("cannot write " + part);
    }
    void put_le(uint64_t value, size_t bytes)
    {
        uint8_t b[8];
        for (size_t i = 0; i < bytes; i++) b[i] = uint8_t(value >> 8 * i);
        put(b, bytes);
    }
    void put_text(const std::string &text)
    {
        put_le(text.size(), 2);
        put(text.data(), text.size());
    }
    ~stream()
    {
        close();
    }
    void look_at(const std::vector<stamp_signal> &signals);
    void header(const char *mach, const std::string &unit, uint64_t start);
    void pack();
    void close();
};

void stamp_recorder::stream::header(const char *mach, const std::string &unit, uint64_t start)
{
    put("STMPREC1", 8);
    put_text(mach);
    put_text(unit);
    put_le(start, 8);
    put_le(counters_every, 4);
    put_le(ports.size(), 4);
    size_t bits = 0;
    for (const auto &p : ports) {
        const std::string name = p.name;
        put_le(name[name.size() - 1] == 'o', 1);
        put_le(p.width, 4);
        put_text(name);
        bits += p.width;
    }
    put_le(sizeof event_names / sizeof *event_names, 4);
    for (const char *name : event_names) put_text(name);
    frame.resize((bits + 7) / 8);
}

/* The same ports of another machine of the kind. */
void stamp_recorder::stream::look_at(const std::vector<stamp_signal> &signals)
{
    for (auto &p : ports)
        for (const auto &g : signals)
            if (!strncmp(g.name, prefix.c_str(), prefix.size()) &&
                !strcmp(g.name + prefix.size(), p.name)) {
                p.data = g.data;
                break;
            }
}

/* All ports behind each other, bit 0 of the first in bit 0 of the first byte. */
void stamp_recorder::stream::pack()
{
    uint64_t hold = 0;
    size_t held = 0, at = 0;
    for (const auto &p : ports) {
        const auto *byte = static_cast<const uint8_t *>(p.data);
        for (uint32_t left = p.width; left;) {
            const uint32_t take = left < 8 ? left : 8;
            hold |= uint64_t(*byte++ & ((1u << take) - 1)) << held;
            held += take;
            left -= take;
            for (; held >= 8; held -= 8, hold >>= 8) frame[at++] = uint8_t(hold);
        }
    }
    if (held) frame[at++] = uint8_t(hold);
    put_le(1, 1);
    put(frame.data(), frame.size());
    cycles++;
}

void stamp_recorder::stream::close()
{
    if (!file) return;
    put_le(0xff, 1);
    put_le(cycles, 8);
    const int code = gzclose(file);
    file = nullptr;
    if (code != Z_OK || rename(part.c_str(), path.c_str())) fail("cannot write " + path);
}

stamp_recorder::stamp_recorder() = default;

std::unique_ptr<stamp_recorder> stamp_recorder::open(const std::vector<stamp_signal> &signals,
                                                     const char *mach)
{
    static bool opened;
    static std::vector<std::shared_ptr<stream>> kept; /* with ALL, until the process ends */
    const char *spec = getenv("STAMP_RECORD");
    const bool again = opened;
    if (!spec || (opened && kept.empty())) return nullptr;
    opened = true;
    std::unique_ptr<stamp_recorder> r(new stamp_recorder);
    r->start = number("STAMP_RECORD_START", 0);
    r->count = number("STAMP_RECORD_COUNT", 10000);
    r->all = getenv("STAMP_RECORD_ALL") != nullptr;
    if (again) { /* the ports of this machine */
        r->streams = kept;
        for (auto &s : kept) s->look_at(signals);
        return r;
    }
    for (std::string rest = spec; !rest.empty();) {
        const size_t comma = rest.find(',');
        const std::string item = rest.substr(0, comma);
        rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
        const size_t equal = item.find('=');
        if (equal == std::string::npos || equal == 0 || equal + 1 == item.size())
            fail("'" + item + "' is not UNIT=FILE");
        const std::string unit = item.substr(0, equal), prefix = mangled(unit) + "__DOT__";
        std::shared_ptr<stream> s(new stream);
        s->path = item.substr(equal + 1);
        s->prefix = prefix;
        s->part = s->path + ".part";
        for (const auto &g : signals) {
            if (strncmp(g.name, prefix.c_str(), prefix.size())) continue;
            const char *port = g.name + prefix.size();
            if (strstr(port, "__DOT__") || !strcmp(port, "clk_i")) continue;
            bool known = false; /* a port of the top stands in the root and in the top */
            for (const auto &p : s->ports) known = known || !strcmp(p.name, port);
            if (!known) s->ports.push_back({port, g.width, g.data});
        }
        if (s->ports.empty()) fail("no instance '" + unit + "' with ports in this machine");
        s->file = gzopen(s->part.c_str(), "wb1");
        if (!s->file) fail("cannot write " + s->part);
        s->header(mach, unit, r->start);
        r->streams.push_back(std::move(s));
    }
    if (r->all) kept = r->streams;
    return r;
}

stamp_recorder::~stamp_recorder()
{
    if (all) return; /* the last of the process does */
    for (auto &s : streams) s->close();
}

bool stamp_recorder::wants_counters() const
{
    return now >= start && now - start < count && (now - start) % counters_every == 0;
}

void stamp_recorder::counters(const uint64_t *events, size_t n)
{
    for (auto &s : streams) {
        s->put_le(2, 1);
        for (size_t i = 0; i < n; i++) s->put_le(events[i], 8);
    }
}

void stamp_recorder::cycle()
{
    if (now >= start && now - start < count)
        for (auto &s : streams) s->pack();
    now++;
    if (all || now < start || now - start != count) return;
    for (auto &s : streams) s->close();
    if (getenv("STAMP_RECORD_ONLY")) {
        fflush(nullptr);
        _Exit(0);
    }
}
