/* SPDX-License-Identifier: Apache-2.0 */
/* softfloat.c - binary32 from exact integers. Contract in softfloat.h.
 *
 * A finite value is (-1)^neg * m * 2^e with m a plain integer. Each operation forms the exact
 * result, or one that is on the same side of every rounding boundary, and rounds it once. */
#include "tests/oracle/softfloat.h"

#include <stdbool.h>

static const uint32_t NAN_BITS = 0x7fc00000u, INF_BITS = 0x7f800000u, SIGN = 0x80000000u;

enum { EMIN = -149 }; /* exponent of the smallest subnormal */

struct num {
    bool neg, nan, inf;
    uint64_t m;
    int e;
};

static struct num unpack(uint32_t a)
{
    const uint32_t field = a >> 23 & 255, frac = a & 0x7fffff;
    struct num x = {.neg = a >> 31};

    if (field == 255) {
        x.nan = frac != 0;
        x.inf = frac == 0;
    } else if (field == 0) {
        x.m = frac;
        x.e = EMIN;
    } else {
        x.m = frac + 0x800000;
        x.e = (int)field - 1 + EMIN;
    }
    return x;
}

static uint32_t with_sign(bool neg, uint32_t magnitude)
{
    return neg ? magnitude + SIGN : magnitude;
}

static int top_bit(uint64_t m)
{
    int p = -1;
    while (m) {
        m /= 2;
        p++;
    }
    return p;
}

/* m / 2^shift to the nearest integer, ties to even. */
static uint64_t divide_rne(uint64_t m, int shift)
{
    if (shift <= 0) return m << -shift;
    if (shift > 64) return 0; /* below half */

    const uint64_t q = shift == 64 ? 0 : m >> shift;
    const uint64_t rest = shift == 64 ? m : m - (q << shift);
    const uint64_t half = UINT64_C(1) << (shift - 1);

    if (rest > half) return q + 1;
    if (rest < half) return q;
    return q + q % 2;
}

/* (-1)^neg * m * 2^e as a float with `prec` significant bits and the exponent range of binary32,
 * in the encoding whose fraction has prec - 1 bits. */
static uint32_t round_to(int prec, bool neg, uint64_t m, int e)
{
    const int lowest = EMIN + 24 - prec; /* quantum of the subnormals */
    if (m == 0) return with_sign(neg, 0) >> (24 - prec);

    int quantum = top_bit(m) + e - (prec - 1);
    if (quantum < lowest) quantum = lowest;

    uint64_t q = divide_rne(m, quantum - e);
    if (q == UINT64_C(1) << prec) {
        q /= 2;
        quantum++;
    }

    const uint64_t hidden = UINT64_C(1) << (prec - 1);
    uint64_t bits = q; /* subnormal, or zero */
    if (q >= hidden) {
        const int field = quantum - lowest + 1;
        bits = field >= 255 ? hidden * 255 : hidden * (uint64_t)field + (q - hidden);
    }
    return (uint32_t)bits | with_sign(neg, 0) >> (24 - prec);
}

static uint32_t round24(bool neg, uint64_t m, int e)
{
    return round_to(24, neg, m, e);
}

uint32_t so_neg(uint32_t a)
{
    return unpack(a).nan ? NAN_BITS : a ^ SIGN;
}

static struct num larger_exponent_first(struct num *b, struct num a)
{
    if (b->e <= a.e) return a;
    const struct num t = *b;
    *b = a;
    return t;
}

uint32_t so_add(uint32_t a, uint32_t b)
{
    struct num y = unpack(b), x = unpack(a);

    if (x.nan || y.nan || (x.inf && y.inf && x.neg != y.neg)) return NAN_BITS;
    if (x.inf || y.inf) return with_sign(x.inf ? x.neg : y.neg, INF_BITS);
    if (x.m == 0 && y.m == 0) return with_sign(x.neg && y.neg, 0);
    x = larger_exponent_first(&y, x);

    /* In units of 2^(x.e - 38). Where y is smaller than a unit can show, x is normal and ends 37
     * bits higher, so any nonzero y stands on the same side of x as one unit does. */
    const int diff = x.e - y.e;
    const uint64_t mx = x.m << 38;
    const uint64_t my = diff <= 38 ? y.m << (38 - diff) : y.m != 0;

    if (x.neg == y.neg) return round24(x.neg, mx + my, x.e - 38);
    if (mx == my) return 0;
    return mx > my ? round24(x.neg, mx - my, x.e - 38) : round24(y.neg, my - mx, x.e - 38);
}

uint32_t so_sub(uint32_t a, uint32_t b)
{
    return so_add(a, b ^ SIGN);
}

uint32_t so_mul(uint32_t a, uint32_t b)
{
    const struct num x = unpack(a), y = unpack(b);
    const bool neg = x.neg != y.neg;

    if (x.nan || y.nan) return NAN_BITS;
    if (x.inf || y.inf) {
        const bool zero = (!x.inf && x.m == 0) || (!y.inf && y.m == 0);
        return zero ? NAN_BITS : with_sign(neg, INF_BITS);
    }
    return round24(neg, x.m * y.m, x.e + y.e);
}

/* The same value with m of exactly 24 bits. @pre m is not 0 */
static struct num normal(struct num x)
{
    while (x.m < 0x800000) {
        x.m *= 2;
        x.e--;
    }
    return x;
}

uint32_t so_div(uint32_t a, uint32_t b)
{
    struct num x = unpack(a), y = unpack(b);
    const bool neg = x.neg != y.neg;

    if (x.nan || y.nan || (x.inf && y.inf)) return NAN_BITS;
    if (x.inf) return with_sign(neg, INF_BITS);
    if (y.inf) return with_sign(neg, 0);
    if (y.m == 0) return x.m == 0 ? NAN_BITS : with_sign(neg, INF_BITS);
    if (x.m == 0) return with_sign(neg, 0);

    /* 39 quotient bits or more, and one more that says whether anything is left. */
    x = normal(x);
    y = normal(y);
    const uint64_t n = x.m << 39, q = n / y.m;
    return round24(neg, 2 * q + (q * y.m != n), x.e - y.e - 40);
}

static uint64_t isqrt(uint64_t n)
{
    uint64_t r = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit; bit /= 2)
        if ((r + bit) * (r + bit) <= n) r += bit;
    return r;
}

uint32_t so_sqrt(uint32_t a)
{
    struct num x = unpack(a);

    if (x.nan) return NAN_BITS;
    if (!x.inf && x.m == 0) return a;
    if (x.neg) return NAN_BITS;
    if (x.inf) return a;

    x = normal(x);
    if (x.e % 2 != 0) {
        x.m *= 2;
        x.e--;
    }
    const uint64_t n = x.m << 38, r = isqrt(n); /* 62 bits or more: a root of 31 */
    return round24(false, 2 * r + (r * r != n), (x.e - 38) / 2 - 1);
}

uint32_t so_half(uint32_t a)
{
    const struct num x = unpack(a);
    if (x.nan) return NAN_BITS;
    return x.inf ? a : round24(x.neg, x.m, x.e - 1);
}

uint32_t so_up8(uint32_t r, uint32_t n)
{
    const struct num x = unpack(r);
    const uint64_t m = x.m << 20; /* quotients of 35 bits or more */
    const int drop = top_bit(m / n) - 7;
    uint64_t eight = m / n >> drop;

    if (x.nan || x.inf) return x.nan ? NAN_BITS : r;
    if ((eight << drop) * n != m) eight++;
    return round24(x.neg, eight, x.e - 20 + drop);
}

uint32_t so_deq(int32_t v, uint32_t sx, uint32_t sw)
{
    const struct num x = unpack(sx / 65536 * 65536), y = unpack(sw / 65536 * 65536);
    const int64_t wide = v;
    const bool neg = (v < 0) != (x.neg != y.neg);
    const bool zero = v == 0 || (!x.inf && x.m == 0) || (!y.inf && y.m == 0);

    if (x.nan || y.nan || ((x.inf || y.inf) && zero)) return NAN_BITS;
    if (x.inf || y.inf) return with_sign(neg, INF_BITS);
    /* Fractions of a number without its low 16 bits are multiples of 2^16: 32 and twice 8 bits. */
    const uint64_t m = (uint64_t)(wide < 0 ? -wide : wide) * (x.m >> 16) * (y.m >> 16);
    return round24(neg, m, x.e + y.e + 32);
}

uint32_t so_from_s32(int32_t v)
{
    const int64_t wide = v;
    return round24(wide < 0, (uint64_t)(wide < 0 ? -wide : wide), 0);
}

int32_t so_to_int(uint32_t a, int32_t lo, int32_t hi)
{
    const struct num x = unpack(a);
    int64_t v;

    if (x.nan) return 0;
    if (x.inf || x.e > 8)
        v = INT64_C(1) << 33; /* 2^23 * 2^9 at least: beyond every s32 */
    else
        v = (int64_t)divide_rne(x.m, -x.e);
    if (x.m == 0 && !x.inf) v = 0;
    if (x.neg) v = -v;
    return v < lo ? lo : v > hi ? hi : (int32_t)v;
}

int32_t so_rne_int10(uint32_t a)
{
    return so_to_int(a, -512, 511);
}

uint16_t so_to_bf16(uint32_t a)
{
    const struct num x = unpack(a);
    if (x.nan) return 0x7fc0;
    if (x.inf) return (uint16_t)(a / 65536);
    return (uint16_t)round_to(8, x.neg, x.m, x.e);
}

uint32_t so_from_bf16(uint16_t b)
{
    const uint32_t a = (uint32_t)b * 65536;
    return unpack(a).nan ? NAN_BITS : a;
}
