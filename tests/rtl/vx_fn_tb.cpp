/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vx_fn_tb.cpp
 * Bench of rtl/vec/stamp_vx_fn: lines of every function against model/num/fn.c to the bit, with gaps,
 * stalls, masks, mixed functions and rare resets; results held while they wait, busy, full rate.
 * Every pin but data is compared with model/clock/vxu_fn in every cycle.
 * As a check of the expectation itself, what it says is compared with libm.
 *
 * Case     one element that counts
 * Values   all exponents, special values, both limits of EXP2, borders of segments, subnormals
 * Args     --seed N   --cases N (elements of each function; an eighth of RECIP and RSQRT)
 * Build    make build/tb/tiny/vx_fn
 */
#include "Vtop.h"
#include "verilated.h"

#include <cmath>

#include "model/clock/vxu_fn.h"
#include "model/num/f32.h"
#include "model/num/fn.h"
#include "tests/rtl/bench_record.h"
#include "tests/rtl/clock_pins.h"
#include "tests/rtl/cover.h"
#include "tests/rtl/mxu_vxu.h"

static const uint32_t INF = 0x7f800000, EXP_LO = 0xc2fc0000, EXP_HI = 0x43000000;

enum { EXP, SIGMOID, SILU, GELU, RECIP, RSQRT, EXPM, FNS }; /* FN_ONE_* of isa.def */
static const char *const fn_name[FNS] = {"EXP",   "SIGMOID", "SILU", "GELU",
                                         "RECIP", "RSQRT",   "EXPM"};

struct line {
    unsigned fn;
    std::vector<uint32_t> a, b, data;
    uint32_t s, c, addr;
    uint64_t mask;
    bool flag;
};

static Vtop *top;
static rng g;
static tally t;
static const stamp_mach *const mach = stamp_mach_find(STR(STAMP_CONFIG));
static std::deque<line> inside;
static uint64_t elements[FNS], flagged, waits;
static double worst[FNS]; /* relative to libm */
static stamp_clock_fn timed;
static clock_pins compared = {t};

/* ---- Values ------------------------------------------------------------------------------------ */

static float from(uint32_t u)
{
    return stamp_f32_from_bits(u);
}

static uint32_t special()
{
    static const uint32_t v[] = {
        0x00000000, 0x00000001, 0x00000002, 0x007fffff, 0x00800000, 0x00800001, 0x33800000,
        0x3b317218, 0x3effffff, 0x3f000000, 0x3f317218, 0x3f7fffff, 0x3f800000, 0x3f800001,
        0x40000000, 0x41000000, 0x42ae0000, 0x42aeac4f, 0x42aeac50, 0x42b17217, 0x42b17218,
        0x42cff1b4, 0x43000000, 0x44000000, 0x5f000000, 0x5f800000, 0x7e800000, 0x7f000000,
        0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000, 0x7fffffff,
    };
    return v[g.below(sizeof v / sizeof v[0])] | g.below(2) << 31;
}

/* A few ulps beside x, at random exactly x. */
static uint32_t beside(double x)
{
    const uint32_t u = stamp_f32_bits((float)x);
    return g.below(3) ? u + g.below(9) - 4 : u;
}

static uint32_t value()
{
    static uint32_t exponent;
    switch (g.below(10)) {
    case 0: return special();
    case 1:
    case 2: return g.below(2) << 31 | exponent++ % 256 << 23 | g.below(0x800000);
    case 3: return (g.below(2) ? EXP_LO : EXP_HI) + g.below(65) - 32;
    case 4: return beside((g.range(0, 16256) - 8064.0) / 64); /* segments of EXP2 */
    case 5: return beside((g.range(0, 1024) - 512.0) / 32);   /* of the others */
    case 6: return g.below(2) << 31 | g.range(126, 131) << 23 | g.below(0x800000);
    case 7: return g.below(2) << 31 | g.range(96, 134) << 23 | g.below(0x800000);
    case 8: return g.below(2) << 31 | g.range(100, 132) << 23 | g.below(8) << 20;
    default: return stamp_f32_bits((float)((double)g.below(40000000) * 1e-6 - 20));
    }
}

static uint64_t random_mask()
{
    const uint64_t all = mach->L == 64 ? ~UINT64_C(0) : (UINT64_C(1) << mach->L) - 1;
    switch (g.below(8)) {
    case 0: return g.next() & all;
    case 1: return (UINT64_C(1) << g.below(mach->L)) - 1;
    case 2: return g.below(2) ? 0 : UINT64_C(1) << g.below(mach->L);
    default: return all;
    }
}

/* ---- Expectation ------------------------------------------------------------------------------- */

static float model(const line &l, uint32_t i)
{
    const float a = from(l.a[i]), c = from(l.c);
    switch (l.fn) {
    case EXP: return stamp_exp2(stamp_f32_mul(c, a));
    case EXPM: return stamp_exp2(stamp_f32_mul(c, stamp_f32_sub(a, from(l.s))));
    case SIGMOID: return stamp_sigmoid(a);
    case SILU: return stamp_silu(a);
    case GELU: return stamp_gelu(a);
    case RECIP: return stamp_f32_div(1, a);
    default: return stamp_rsqrt(a, c, from(l.b[i]));
    }
}

static double exact(const line &l, uint32_t i)
{
    const double a = from(l.a[i]);
    const float x = stamp_f32_mul(from(l.c), from(l.a[i]));
    const double r = sqrt(2 / M_PI);
    switch (l.fn) {
    case EXP: return exp2((double)x);
    case EXPM: return exp2((double)stamp_f32_mul(from(l.c), stamp_f32_sub((float)a, from(l.s))));
    case SIGMOID: return 1 / (1 + exp(-a));
    case SILU: return a / (1 + exp(-a));
    case GELU: return a / (1 + exp(-2 * r * (a + 0.044715 * a * a * a)));
    case RECIP: return 1 / a;
    default: return 1 / sqrt((double)stamp_f32_add(x, from(l.b[i])));
    }
}

/* Only normal results of finite values: elsewhere the rule is the bits. Relative; of SIGMOID, and of the
 * factor SILU and GELU put to their argument, absolute. */
static void compare_libm(const line &l, uint32_t i, float got)
{
    const double want = exact(l, i), a = fabs((double)from(l.a[i]));
    const bool factor = l.fn >= SIGMOID && l.fn <= GELU;
    if (!stamp_f32_is_finite(from(l.a[i])) || !(fabs(want) < 0x1p127)) return;
    if (!(fabs(want) >= 0x1p-125) && !factor) return;
    const double size = !factor ? fabs(want) : l.fn == SIGMOID ? 1 : a > 1e-30 ? a : 1e-30;
    const double error = fabs(got - want) / size;
    if (error > worst[l.fn]) worst[l.fn] = error;
}

static line random_line(unsigned fn)
{
    static uint32_t c = 0x3f800000;
    line l = {};
    l.fn = fn;
    l.s = g.below(3) ? g.real() : value();
    if (g.one_in(4)) c = g.below(2) ? 0x3f800000 : g.below(4) ? g.real() : value();
    l.c = c; /* often that of the line before: then they follow each other */
    l.addr = g.below(2048);
    l.mask = random_mask();
    for (uint32_t i = 0; i < mach->L; i++) {
        l.a.push_back(value());
        l.b.push_back(g.below(2) ? 0x3727c5ac : value()); /* 1e-5 */
        if (fn == RSQRT && g.below(4)) l.a[i] &= 0x7fffffff;
        l.data.push_back(0);
        if (!(l.mask >> i & 1)) continue;
        const float y = model(l, i);
        l.data[i] = stamp_f32_bits(y);
        l.flag = l.flag || !stamp_f32_is_finite(y);
        compare_libm(l, i, y);
    }
    return l;
}

/* ---- One clock --------------------------------------------------------------------------------- */

static void copy(void *port, const std::vector<uint32_t> &v)
{
    memcpy(port, v.data(), v.size() * 4);
}

static void offer(const line *l)
{
    top->in_valid_i = l != nullptr;
    top->fn_i = (uint8_t)(l ? l->fn : g.below(16));
    top->s_i = l ? l->s : (uint32_t)g.next();
    top->c_i = l ? l->c : (uint32_t)g.next();
    top->addr_i = (uint16_t)(l ? l->addr : 0);
    if (!l) return;
    top->mask_i = (decltype(top->mask_i))l->mask;
    copy(&top->a_i, l->a);
    copy(&top->b_i, l->b);
}

static void judge_output(const line &want)
{
    auto *got = reinterpret_cast<const uint32_t *>(&top->data_o);
    for (uint32_t i = 0; i < mach->L; i++) {
        if (got[i] == want.data[i]) {
            t.passed += want.mask >> i & 1;
            elements[want.fn] += want.mask >> i & 1;
            continue;
        }
        if (t.failed < 10)
            printf("%s a %08x b %08x s %08x c %08x lane %u %s: got %08x, want %08x\n",
                   fn_name[want.fn], want.a[i], want.b[i], want.s, want.c, i,
                   want.mask >> i & 1 ? "" : "masked", got[i], want.data[i]);
        t.complain("wrong result");
    }
    if (top->addr_o != want.addr) t.complain("wrong address");
    if (top->flag_o != want.flag) t.complain("wrong flag");
    flagged += want.flag;
}

/* The same cycle on the clock: which groups of lanes have one that counts is all it is told of values. */
static void clock_twin()
{
    stamp_clock_fn_pins p = {};

    stamp_clock_fn_drive(&timed, &p);
    compared.pin("in_ready_o", top->in_ready_o, p.in_ready);
    compared.pin("out_valid_o", top->out_valid_o, p.out_valid);
    if (p.out_valid) compared.pin("addr_o", top->addr_o, p.out_addr);
    compared.pin("busy_o", top->busy_o, p.busy);
    compared.cycles++;
    compared.insns += p.out_valid && top->out_ready_i;
    p.in_valid = top->in_valid_i;
    p.fn = top->fn_i;
    p.c = top->c_i;
    p.addr = (uint16_t)top->addr_i;
    p.out_ready = top->out_ready_i;
    for (uint32_t l = 0; l < mach->L; l++)
        if ((uint64_t)top->mask_i >> l & 1) p.groups |= UINT64_C(1) << l / mach->F;
    stamp_clock_fn_edge(&timed, &p);
}

/* One cycle with what is at the inputs. A line that waits is judged in every cycle: it has to hold. */
static bool tick(const line *l)
{
    top->eval();
    const bool taken = top->in_valid_i && top->in_ready_o && top->rst_ni;
    if (top->busy_o == inside.empty()) t.complain("busy_o wrong");
    if (top->out_valid_o && inside.empty()) t.complain("a line out of nothing");
    if (top->out_valid_o && !inside.empty()) {
        if (top->out_ready_i) {
            judge_output(inside.front());
            inside.pop_front();
        } else if (memcmp(&top->data_o, inside.front().data.data(), mach->L * 4) != 0) {
            t.complain("a result that waits is wrong");
        } else {
            waits++;
        }
    }
    if (taken) inside.push_back(*l);
    clock_twin();
    bench_record(top);
    top->contextp()->timeInc(1);
    top->clk_i = 1;
    top->eval();
    top->clk_i = 0;
    top->eval();
    t.cycle++;
    return taken;
}

static void reset()
{
    offer(nullptr);
    top->rst_ni = 0;
    bench_record(top);
    top->contextp()->timeInc(1);
    top->clk_i = 1;
    top->eval();
    top->clk_i = 0;
    top->rst_ni = 1;
    top->eval();
    inside.clear();
    stamp_clock_fn_init(&timed, mach);
}

static void drain()
{
    offer(nullptr);
    top->out_ready_i = 1;
    for (unsigned n = 0; !inside.empty() && n < 10000; n++) tick(nullptr);
    if (!inside.empty()) t.complain("lines that never come out");
    inside.clear();
}

/* ---- Tests ------------------------------------------------------------------------------------- */

/* Lines of one function, nothing in the way: cycles from the first one offered to the last result. */
static void rate(unsigned fn, uint32_t lines, uint64_t at_most)
{
    line l = random_line(fn);
    const uint64_t start = t.cycle;
    l.mask = ~UINT64_C(0) >> (64 - mach->L);
    for (uint32_t i = 0; i < mach->L; i++) {
        l.data[i] = stamp_f32_bits(model(l, i));
        l.flag = l.flag || !stamp_f32_is_finite(model(l, i));
    }
    top->out_ready_i = 1;
    for (uint32_t n = 0; n < lines && t.cycle < start + 100000;) {
        offer(&l);
        n += tick(&l);
    }
    drain();
    const uint64_t took = t.cycle - start;
    printf("%-8s %3u lines in %llu cycles\n", fn_name[fn], lines, (unsigned long long)took);
    t.check(took <= at_most, "slower than promised");
}

/* Functions by turns: runs of one, or a new one every line; gaps and stalls change too. */
static void random_lines(uint64_t cases)
{
    line next = {};
    bool have = false;
    unsigned fn = 0, keep = 0, in_gap = 0, out_gap = 0;

    for (bool enough = false; !enough && t.failed < 100;) {
        if (g.one_in(200)) {
            keep = g.below(2) ? 1 : 30;
            in_gap = g.below(3) * 100;
            out_gap = g.below(4) * 80;
        }
        if (!have) {
            if (keep == 0 || g.one_in(keep)) do {
                    fn = g.below(FNS);
                } while ((fn == RECIP || fn == RSQRT) && elements[fn] * 8 > cases &&
                         !g.one_in(500));
            next = random_line(fn);
            have = true;
        }
        const bool gap = g.below(256) < in_gap;
        top->out_ready_i = g.below(256) >= out_gap;
        offer(gap ? nullptr : &next);
        if (tick(&next)) have = false;
        if (g.one_in(50000)) reset(), have = false;

        enough = true;
        for (unsigned f = 0; f < FNS; f++)
            enough = enough && elements[f] * (f == RECIP || f == RSQRT ? 8 : 1) >= cases;
    }
    drain();
}

int main(int argc, char **argv)
{
    const args a(argc, argv, 300000);
    static const double bound[FNS] = {8.6e-7, 8.5e-7, 9e-7, 8e-7, 6.1e-8, 1.5e-7, 8.6e-7};
    const uint32_t groups = mach->L / mach->F;

    top = new Vtop;
    g.s = a.seed * 2654435761u + 1;
    printf("vx_fn_tb %s: seed %llu\n", mach->name, (unsigned long long)a.seed);
    reset();
    reset();
    for (unsigned fn = 0; fn < FNS; fn++)
        rate(fn, 50,
             fn == RECIP   ? 50 * (32 * groups + 3)
             : fn == RSQRT ? 50 * (71 * groups + 3)
                           : 50 * groups + 20);
    random_lines(a.cases);
    for (unsigned f = 0; f < FNS; f++) {
        printf("%-8s %8llu elements, at most %.2e from libm\n", fn_name[f],
               (unsigned long long)elements[f], worst[f]);
        t.check(worst[f] <= bound[f], "the model is far from libm");
    }
    if (!flagged || !waits) t.complain("no line was infinite, or none waited");
    compared.report("vx_fn");
    finish(top);
    delete top;
    return t.close("vx_fn_tb");
}
