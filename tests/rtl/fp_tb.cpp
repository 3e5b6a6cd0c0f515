/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file fp_tb.cpp
 * Bench of rtl/fp: every unit and function against the machine's own binary32 arithmetic (canonical NaN) and
 * against the integer-only oracle tests/oracle/softfloat.h, result, flag and timing cycle by cycle.
 *
 * Cases    all pairs of special values, directed rounding cases, then random; --cases per unit
 * Stream   random gaps, stalls (with operands that must be ignored) and rare resets
 * Args     --seed N   --cases N   --unit NAME (one unit only)   --bench (cost per operation)
 * Build    make build/tb/tiny/fp
 */
#include <chrono>
#include <cinttypes>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>

#include "Vtop.h"
#include "tests/oracle/softfloat.h"
#include "verilated.h"

#include "tests/rtl/bench_record.h"
#include "tests/rtl/cover.h"
#include "tests/rtl/fp_cases.h"

static VerilatedContext *context;
static Vtop *top;
static uint64_t passed, failed;
static unsigned complaints; // of the unit at hand

static void drive(enum fp_unit unit, const fp_case &k, bool en, bool valid)
{
    top->a_i = k.a;
    top->b_i = k.b;
    top->c_i = k.c;
    top->sub_i = k.sub;
    top->half_i = k.half;
    top->en_i = (uint8_t)((en ? 1u : 0u) << unit & 0x1f);
    top->valid_i = (uint8_t)((valid ? 1u : 0u) << unit & 0x1f);
}

static void tick(void)
{
    top->clk_i = 0;
    top->eval();
    bench_record(top);
    top->contextp()->timeInc(1);
    top->clk_i = 1;
    top->eval();
}

static void drain(enum fp_unit unit)
{
    drive(unit, fp_case{}, true, false);
    for (unsigned i = 0; i < 40; i++) tick(); // more than the longest latency
}

static uint64_t result(enum fp_unit unit)
{
    switch (unit) {
    case FADD: return top->add_o;
    case FMUL: return top->mul_o;
    case F2I: return top->f2i_o;
    case FDIV: return top->div_o;
    case FSQRT: return top->root_o;
    case S9: return top->s9_o;
    case BF16: return top->bf16_o;
    default: return (uint64_t)top->hi_o << 32 | top->lo_o;
    }
}

/** One operation at a time; the result stays until the next. */
static bool iterative(enum fp_unit unit)
{
    return unit == FDIV || unit == FSQRT;
}

static bool is_busy(enum fp_unit unit)
{
    return (unit == FDIV ? top->busy_o : top->root_busy_o) != 0;
}

static void complain(enum fp_unit unit, const fp_case &k, const char *what)
{
    failed++;
    if (++complaints > 4) return;
    printf("%s: %s: a %08x b %08x c %08x sub %d half %d: got %016" PRIx64 " flag %d,"
           " native %016" PRIx64 ", oracle %016" PRIx64 "\n",
           unit_name[unit], what, k.a, k.b, k.c, k.sub, k.half, result(unit),
           unit < CLOCKED ? top->flag_o >> unit & 1 : 0, native(unit, k), oracle(unit, k));
}

/** Result and flag of the visible case against both references. */
static bool matches(enum fp_unit unit, const fp_case &k)
{
    const uint64_t want = native(unit, k);
    const bool flag = unit < CLOCKED && (top->flag_o >> unit & 1) != 0;
    return want == oracle(unit, k) && result(unit) == want && flag == not_finite(unit, want);
}

/** A value on its way: enabled cycles until it is visible. */
struct in_flight {
    fp_case k;
    unsigned left;
};

/** Every case of a clocked unit, until each has come out; one cut off by a reset is given again. */
static void run_clocked(enum fp_unit unit, uint64_t cases)
{
    std::deque<in_flight> queue;
    std::deque<fp_case> again; // cut off by a reset
    fp_case shown = {};
    bool valid = false, known = false;
    uint64_t issued = 0, seen = 0;
    unsigned mode = 0;

    while (seen < cases) {
        if (below(64) == 0) mode = below(4); // 0: no gap, no stall; 1: gaps; 2: stalls; 3: both
        const bool reset = below(20000) == 0;
        const bool en = (mode & 2) == 0 || below(3) != 0;
        const bool busy = iterative(unit) && !queue.empty();
        const bool offer = (issued < cases || !again.empty()) && ((mode & 1) == 0 || below(3) != 0);
        const bool take = offer && en && !busy && !reset;
        fp_case next = {rnd(), rnd(), 0, (rnd() & 1) != 0, (rnd() & 1) != 0};
        if (take && !again.empty()) {
            next = again.front();
            again.pop_front();
        } else if (take) {
            next = make_case(unit, issued++);
        }

        drive(unit, next, en, offer || (!en && below(2)));
        top->rst_ni = !reset;
        tick();
        top->rst_ni = 1;

        bool fresh = false;
        if (reset) {
            for (const in_flight &f : queue) again.push_back(f.k);
            queue.clear();
            valid = known = false;
        } else if (en) {
            if (take) queue.push_back({next, latency[unit]});
            valid = false;
            for (in_flight &f : queue) f.left--;
            if (!queue.empty() && queue.front().left == 0) {
                shown = queue.front().k;
                queue.pop_front();
                valid = known = fresh = true;
            }
        }
        if (((top->valid_o >> unit & 1) != 0) != valid) complain(unit, shown, "valid_o wrong");
        if (iterative(unit) && is_busy(unit) == queue.empty()) {
            complain(unit, shown, "busy_o wrong");
        }
        if (fresh) {
            seen++;
            if (matches(unit, shown))
                passed++;
            else
                complain(unit, shown, "wrong result or flag");
        } else if ((valid || (iterative(unit) && known)) && !matches(unit, shown)) {
            complain(unit, shown, "output not held");
        }
    }
    drain(unit);
}

static void run_function(enum fp_unit unit, uint64_t cases)
{
    for (uint64_t i = 0; i < cases; i++) {
        const fp_case k = make_case(unit, i);
        drive(unit, k, false, false);
        top->eval();
        if (matches(unit, k))
            passed++;
        else
            complain(unit, k, "wrong result");
    }
}

/** Host time of a busy cycle less an idle one, best of a few runs, operands drawn beforehand. */
static void bench(enum fp_unit unit)
{
    static fp_case pool[4096];
    const unsigned cycles = 2000000;
    double best[2] = {1e9, 1e9};

    for (fp_case &k : pool)
        k = {pack(117 + (int)below(20), rnd() & 0x7fffff),
             pack(117 + (int)below(20), rnd() & 0x7fffff), 0, false, true};
    for (unsigned run = 0; run < 10; run++) {
        const auto start = std::chrono::steady_clock::now();
        for (unsigned i = 0; i < cycles; i++) {
            drive(unit, pool[i % 4096], true, (run & 1) != 0);
            tick();
        }
        const std::chrono::duration<double, std::nano> d = std::chrono::steady_clock::now() - start;
        if (d.count() / cycles < best[run & 1]) best[run & 1] = d.count() / cycles;
    }
    drain(unit);
    printf("%-5s busy %5.1f ns, idle %5.1f ns, one operation %5.1f ns\n", unit_name[unit], best[1],
           best[0], best[1] - best[0]);
}

int main(int argc, char **argv)
{
    uint64_t seed = 1, cases = 2000000;
    const char *only = "";
    bool timing = false;

    for (int i = 1; i < argc; i++) {
        const bool more = i + 1 < argc;
        if (more && !strcmp(argv[i], "--seed"))
            seed = strtoull(argv[++i], nullptr, 0);
        else if (more && !strcmp(argv[i], "--cases"))
            cases = strtoull(argv[++i], nullptr, 0);
        else if (more && !strcmp(argv[i], "--unit"))
            only = argv[++i];
        else if (!strcmp(argv[i], "--bench"))
            timing = true;
        else {
            fprintf(stderr, "fp_tb: unknown argument %s\n", argv[i]);
            return 2;
        }
    }
    printf("fp_tb: seed %" PRIu64 ", %" PRIu64 " cases per unit\n", seed, cases);

    context = new VerilatedContext;
    top = new Vtop{context};
    rng_state = seed;
    top->rst_ni = 0;
    tick();
    top->rst_ni = 1;

    for (unsigned u = 0; u < UNITS; u++) {
        const enum fp_unit unit = (enum fp_unit)u;
        const uint64_t passed_before = passed, failed_before = failed;
        if (*only && strcmp(only, unit_name[u]) != 0) continue;
        complaints = 0;
        if (timing && unit < CLOCKED && !iterative(unit)) bench(unit);
        if (unit < CLOCKED)
            run_clocked(unit, cases);
        else
            run_function(unit, cases);
        printf("%-8s %" PRIu64 " passed, %" PRIu64 " failed\n", unit_name[u],
               passed - passed_before, failed - failed_before);
    }
    printf("fp_tb: %" PRIu64 " passed, %" PRIu64 " failed\n", passed, failed);
    finish(top);
    delete top;
    delete context;
    return passed == 0 || failed != 0;
}
