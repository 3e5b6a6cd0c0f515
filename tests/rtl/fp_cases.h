/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file fp_cases.h
 * What fp_tb gives to the binary32 units: special values, hard cases, and the two references.
 */
#ifndef STAMP_TESTS_RTL_FP_CASES_H
#define STAMP_TESTS_RTL_FP_CASES_H

#include <cmath>
#include <cstdint>
#include <cstring>

#include "tests/oracle/softfloat.h"

static const uint32_t NAN_BITS = 0x7fc00000u;
static const uint32_t INF_BITS = 0x7f800000u;

/** One operation. RANGE: x = a, lo = b, hi = c. */
struct fp_case {
    uint32_t a, b, c;
    bool sub, half;
};

/** Units, then functions without a clock. S9 takes the lowest 9 bits of a, but -256. */
enum fp_unit { FADD, FMUL, F2I, FDIV, FSQRT, CLOCKED, S9 = CLOCKED, BF16, RANGE, UNITS };

static const char *const unit_name[UNITS] = {
    "fadd", "fmul", "f2i", "fdiv", "fsqrt", "s9", "bf16", "range",
};
static const unsigned latency[CLOCKED] = {4, 4, 1, 30, 29}; // enabled cycles

// ---------------------------------------------------------------- random numbers

static uint64_t rng_state;

static uint32_t rnd(void) // splitmix64
{
    uint64_t z = (rng_state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ (z >> 31)) >> 16);
}

static uint32_t below(uint32_t n)
{
    return (uint32_t)(((uint64_t)rnd() * n) >> 32);
}

/** A fraction of 23 bits: dense, sparse, all ones at the top or bottom, or nearly one of these. */
static uint32_t rnd_frac(void)
{
    uint32_t f = rnd() & 0x7fffff;
    switch (below(6)) {
    case 0: f = 1u << below(23); break;
    case 1: f = (1u << below(24)) - 1; break;
    case 2: f = ~((1u << below(24)) - 1); break;
    case 3: f &= ~((1u << below(24)) - 1); break;
    default: return f;
    }
    return (f + below(5) - 2) & 0x7fffff;
}

static uint32_t pack(int exponent, uint32_t frac) // random sign, exponent limited to 0..254
{
    const int e = exponent < 0 ? 0 : exponent > 254 ? 254 : exponent;
    return (rnd() & 0x80000000u) | ((uint32_t)e << 23) | frac;
}

// ---------------------------------------------------------------- references

static float as_float(uint32_t u)
{
    float f;
    memcpy(&f, &u, sizeof f);
    return f;
}

static bool is_nan(uint32_t u)
{
    return (u & 0x7fffffffu) > INF_BITS;
}

static uint32_t bits_of(float f) // canonical NaN
{
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    return is_nan(u) ? NAN_BITS : u;
}

/** The lowest 9 bits, two's complement. */
static int32_t s9_of(uint32_t a)
{
    return (int32_t)(a & 0x1ff) - (int32_t)(a & 0x100) * 2;
}

static uint32_t native_f2i(uint32_t x)
{
    const float f = as_float(x);
    const float limited = f != f ? 0.0f : f > 511.0f ? 511.0f : f < -512.0f ? -512.0f : f;
    return (uint32_t)(int32_t)std::nearbyint(limited) & 0x3ff; // limits are integers: either order
}

/** The nearer of the two bf16 neighbours, in double; infinity stands for 2^128. */
static uint32_t native_bf16(uint32_t x)
{
    if (is_nan(x)) return 0x7fc0;
    const uint32_t down = x & 0xffff0000u;
    const uint32_t mag = x & 0x7fffffffu;
    if (mag == INF_BITS || down == x) return x >> 16;
    const double value = as_float(mag), lower = as_float(mag & 0xffff0000u);
    const uint32_t next = (mag & 0xffff0000u) + 0x10000u;
    const double upper = next == INF_BITS ? std::ldexp(1.0, 128) : (double)as_float(next);
    const bool up =
        upper - value < value - lower || (upper - value == value - lower && (down & 0x10000u) != 0);
    return (down >> 16) + (up ? 1 : 0);
}

static uint64_t native(enum fp_unit unit, const fp_case &k)
{
    const float a = as_float(k.a), b = as_float(k.b), c = as_float(k.c);
    switch (unit) {
    case FADD: {
        const float s = k.sub ? a - b : a + b;
        return bits_of(k.half ? s * 0.5f : s);
    }
    case FMUL: return bits_of(a * b);
    case FDIV: return bits_of(a / b);
    case FSQRT: return bits_of(std::sqrt(a));
    case S9: return bits_of((float)s9_of(k.a));
    case F2I: return native_f2i(k.a);
    case BF16: return native_bf16(k.a);
    default: return (uint64_t)(a > c ? k.a : k.c) << 32 | (a < b ? k.a : k.b);
    }
}

/** x < y on bit patterns, without float arithmetic. */
static bool so_below(uint32_t x, uint32_t y)
{
    const int64_t mx = x & 0x7fffffffu, my = y & 0x7fffffffu;
    return !is_nan(x) && !is_nan(y) && (x >> 31 ? -mx : mx) < (y >> 31 ? -my : my);
}

static uint64_t oracle(enum fp_unit unit, const fp_case &k)
{
    switch (unit) {
    case FADD: {
        const uint32_t s = k.sub ? so_sub(k.a, k.b) : so_add(k.a, k.b);
        return k.half ? so_half(s) : s;
    }
    case FMUL: return so_mul(k.a, k.b);
    case FDIV: return so_div(k.a, k.b);
    case FSQRT: return so_sqrt(k.a);
    case S9: return so_from_s32(s9_of(k.a));
    case F2I: return (uint32_t)so_rne_int10(k.a) & 0x3ff;
    case BF16: return so_to_bf16(k.a);
    default: // the oracle has no comparison: the order of sign-magnitude integers
        return (uint64_t)(so_below(k.c, k.a) ? k.a : k.c) << 32 | (so_below(k.a, k.b) ? k.a : k.b);
    }
}

static bool not_finite(enum fp_unit unit, uint64_t r)
{
    switch (unit) {
    case FADD:
    case FMUL:
    case FDIV:
    case FSQRT: return (r & INF_BITS) == INF_BITS;
    default: return false;
    }
}

// ---------------------------------------------------------------- cases

static const uint32_t specials[] = {
    // magnitudes; both signs are used
    0x00000000, 0x00000001, 0x00000002, 0x00000003, 0x00000007, 0x003fffff, 0x00400000, 0x00400001,
    0x007ffffe, 0x007fffff, 0x00800000, 0x00800001, 0x00800002, 0x00bfffff, 0x00ffffff, 0x01000000,
    0x01000001, 0x017fffff, 0x01800000, 0x0c800000, 0x0d7fffff, 0x0d800000, 0x1fffffff, 0x20000000,
    0x20000001, 0x33000000, 0x33000001, 0x337fffff, 0x33800000, 0x33800001, 0x34000000, 0x3effffff,
    0x3f000000, 0x3f000001, 0x3f7ffffe, 0x3f7fffff, 0x3f800000, 0x3f800001, 0x3f800002, 0x3fbfffff,
    0x3fc00000, 0x3fc00001, 0x40000000, 0x40200000, 0x40400000, 0x43feffff, 0x43ff0000, 0x43ff8000,
    0x43ffbfff, 0x43ffc000, 0x43ffc001, 0x43ffffff, 0x44000000, 0x44000001, 0x44001fff, 0x44002000,
    0x44002001, 0x4b000000, 0x4b000001, 0x4b7fffff, 0x4b800000, 0x4b800001, 0x4effffff, 0x4f000000,
    0x5f7fffff, 0x5f800000, 0x3f807fff, 0x3f808000, 0x3f808001, 0x3f817fff, 0x3f818000, 0x3f818001,
    0x00008000, 0x00018000, 0x007f8000, 0x007f7fff, 0x7e7fffff, 0x7e800000, 0x7effffff, 0x7f000000,
    0x7f000001, 0x7f7f7fff, 0x7f7f8000, 0x7f7ffffe, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fbfffff,
    0x7fc00000, 0x7fffffff,
};
static const uint32_t SPECIALS = 2 * sizeof specials / sizeof specials[0];

static uint32_t special(uint32_t i)
{
    return specials[i / 2] | (i & 1) << 31;
}

/** Two operands near what rounds badly; the table of kinds is the switch. */
static void hard_pair(fp_case *k)
{
    const int e = (int)below(255);
    switch (below(13)) {
    case 0: // close exponents, so that a difference cancels
        k->a = pack(e, rnd_frac());
        k->b = pack(e + (int)below(5) - 2, rnd_frac());
        break;
    case 1: // neighbours
        k->a = pack(e, rnd_frac());
        k->b = (k->a + below(9) - 4) ^ (rnd() & 0x80000000u);
        break;
    case 2: // everything tiny
        k->a = pack((int)below(30), rnd_frac());
        k->b = pack((int)below(30), rnd_frac());
        break;
    case 3: // guard, round and sticky decide a sum
        k->a = pack(e, rnd_frac());
        k->b = pack(e - 20 - (int)below(10), rnd_frac());
        break;
    case 4: // subnormal products
        k->a = pack(e, rnd_frac());
        k->b = pack(127 - e - 28 + (int)below(32), rnd_frac());
        break;
    case 5: // products at the overflow boundary
        k->a = pack(e, rnd_frac());
        k->b = pack(127 + 252 - e + (int)below(5), rnd_frac());
        break;
    case 6: { // products of 25 or 26 bits: ties
        const int n = 11 + (int)below(3);
        k->a = pack(e, (rnd() | 1) << n & 0x7fffff);
        k->b = pack(126 - e + (int)below(128), (rnd() | 1) << (23 - n + 1 - below(3)) & 0x7fffff);
        break;
    }
    case 7: { // a quotient near a representable number or near the middle of two
        const uint32_t b = pack(64 + (int)below(128), rnd_frac());
        const uint32_t q = pack(100 + (int)below(50), rnd_frac());
        const double mid = (double)as_float(q) * (1.0 + (double)below(2) * 0x1p-24);
        k->a = bits_of((float)(mid * (double)as_float(b))) + below(3) - 1;
        k->b = b;
        break;
    }
    case 8: // subnormal quotients, and sums: exponents far apart
        k->a = pack(e, rnd_frac());
        k->b = pack(e + 126 - 2 + (int)below(30), rnd_frac());
        break;
    case 9: // subnormal ties: a power of two below
        k->a = pack((int)below(60), rnd_frac());
        k->b = pack(127 + (int)below(60), 0) ^ (below(2) ? 0 : 1u << below(23));
        break;
    case 10: // quotients at the overflow boundary
        k->a = pack(e, rnd_frac());
        k->b = pack(e - 127 - 2 + (int)below(5), rnd_frac());
        break;
    case 11: // sums at the overflow boundary
        k->a = pack(252 + (int)below(3), rnd_frac());
        k->b = pack(228 + (int)below(27), rnd_frac());
        break;
    default: // special values with a few ulps, against anything
        k->a = special(below(SPECIALS)) + below(5) - 2;
        k->b = below(2) ? rnd() : special(below(SPECIALS)) + below(5) - 2;
        break;
    }
    if (below(2)) {
        const uint32_t t = k->a;
        k->a = k->b;
        k->b = t;
    }
}

/** Radicands whose root is, or nearly is, representable or the middle of two; mostly above zero. */
static uint32_t hard_root(void)
{
    const double root = 1.0 + (double)(rnd() & 0x7fffff) * 0x1p-23;
    const double mid = below(2) ? root : root + (double)below(2) * 0x1p-24;
    const float square = (float)(mid * mid);
    uint32_t x = bits_of(square) + below(3) - 1;

    if (below(4) == 0) { // an exact square: 12 bits at most
        const float r = (float)(1 + below(4095));
        x = bits_of(r * r) + (below(4) ? 0 : below(3) - 1);
    }
    if (below(4) == 0) x = rnd() & 0x7fffff; // subnormal
    if (below(4) == 0) x &= 0xffffff >> below(24);
    if (x >> 23 != 0 && below(2)) x = (x & 0x7fffff) | (1 + below(254)) << 23;
    return x | (below(16) ? 0 : 0x80000000u);
}

/** One operand of a conversion, near a tie. */
static uint32_t hard_single(enum fp_unit unit)
{
    if (unit == F2I) {
        if (below(3) == 0) return pack(120 + (int)below(20), rnd_frac());
        return bits_of((float)((int32_t)below(2401) - 1200) * 0.5f) + below(3) - 1;
    }
    return (rnd() & 0xffff0000u) | ((0x7ffeu + below(5)) & 0xffffu);
}

/** Case i of a unit: every pair of specials by turns with hard and uniform ones. */
static fp_case make_case(enum fp_unit unit, uint64_t i)
{
    fp_case k = {rnd(), rnd(), rnd(), (rnd() & 1) != 0, (rnd() & 1) != 0};
    const bool one = unit == F2I || unit == FSQRT || unit == BF16; // of one operand
    const uint64_t pairs = one ? SPECIALS : (uint64_t)SPECIALS * SPECIALS;
    const uint64_t modes = unit == FADD ? 4 : 1;

    if (unit == S9) {
        k.a = (uint32_t)(i % 511) - 255;
        return k;
    }
    if (i % 2 == 0 && i / 2 < pairs * modes) {
        const uint64_t mode = i / 2 / pairs,
                       at = i / 2 * 7919 % pairs; // prime: each once, in no order
        k.sub = (mode & 1) != 0;
        k.half = (mode & 2) != 0;
        k.a = special((uint32_t)(one ? at : at / SPECIALS));
        k.b = special((uint32_t)(at % SPECIALS));
        k.c = special(below(SPECIALS));
        return k;
    }
    if (below(4) == 0) {
        if (unit == FSQRT && below(8)) k.a &= 0x7fffffffu; // else half of them were NaN
        return k;
    }
    if (unit == F2I || unit == BF16)
        k.a = hard_single(unit);
    else if (unit == FSQRT)
        k.a = hard_root();
    else
        hard_pair(&k);
    if (unit == RANGE) k.c = below(2) ? k.b : (k.a + below(3) - 1) ^ (rnd() & 0x80000000u);
    return k;
}

// ---------------------------------------------------------------- drive and compare

#endif
