#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints fn.def: tables of numerics.md section 8, by integers and fractions alone.

  python3 model/spec/fngen.py > model/spec/fn.def

A segment is a parabola over d = 0 .. 2^15 - 1 that the machine evaluates in units of 2^-22 (value()
below is that rule). c1 and c2 are those of the parabola through the three Chebyshev points, where the
error is that of the best one; c0 then puts the errors of value() itself around 0.
"""
from math import isqrt

BITS = 100  # of the fixed-point numbers below
ONE = 1 << BITS
UNIT = 22  # values are in steps of 2^-22
D = 1 << 15  # steps of a segment
ROOT3 = isqrt(3 << 2 * BITS)


def mul(a, b):
    return a * b >> BITS


def exp(x):
    """e^x, |x| < 2^10: Taylor's series at x / 2^16, then 16 squares."""
    x = x >> 16 if x >= 0 else -(-x >> 16)
    total, term, n = ONE, ONE, 1
    while term:
        term = abs(mul(term, x)) // n if x >= 0 or n % 2 == 0 else -(abs(mul(term, x)) // n)
        total, n = total + term, n + 1
    for _ in range(16):
        total = mul(total, total)
    return total


def ln2():
    """2 atanh(1/3)"""
    return 2 * sum(ONE // ((2 * k + 1) * 3 ** (2 * k + 1)) for k in range(60))


def pi():
    """Machin: 16 atan(1/5) - 4 atan(1/239)"""
    atan = lambda n: sum((-1) ** k * (ONE // ((2 * k + 1) * n ** (2 * k + 1))) for k in range(80))
    return 16 * atan(5) - 4 * atan(239)


LN2 = ln2()
G1 = 2 * isqrt(2 * ONE * ONE * ONE // pi())  # 2 sqrt(2 / pi)


def sigmoid_of_minus(u):
    return ONE * ONE // (ONE + exp(u))


def power(i, d):
    """2^f - 1 at d of segment i: f = (i + d/D) / 64"""
    return exp(mul((i * ONE + d * ONE // D) // 64, LN2)) - ONE


def edge(i):
    """Right edge and width, in 2^-4, of segment i of SIGMOID's argument (GELU: 2^-5)."""
    return (i + 1, 1) if i < 64 else (64 + 2 * (i - 63), 2) if i < 96 else (128 + 4 * (i - 95), 4)


def falling(i, d, unit):
    """Argument at d of segment i: d counts down from the right edge, and stands for a step's middle."""
    right, width = edge(i)
    return (2 * right * D - width * (2 * d + 1)) * ONE // (2 * D) // unit


def sigmoid(i, d):
    return sigmoid_of_minus(falling(i, d, 16))


def gelu(i, d):
    a = falling(i, d, 32)
    return sigmoid_of_minus(mul(G1, a + mul(mul(a, a), a) * 44715 // 1000000))


def value(c, d):
    """The machine's: rtl/vec/stamp_fn_core.sv."""
    c0, c1, c2 = c
    square = (d >> 5) * (d >> 5) >> 10
    return c0 + (c1 * d >> 15) + (c2 * square >> 10)


def near(x):
    """x in units of 2^-22, rounded."""
    return (x + (1 << BITS - UNIT - 1)) >> BITS - UNIT


def parabola(f, i):
    """c1, c2 through d = D/2 (1 + s), s = -sqrt(3)/2, 0, sqrt(3)/2; d as it is, so between steps."""
    at = [D // 2 - (D * ROOT3 >> BITS + 2), D // 2, D // 2 + (D * ROOT3 >> BITS + 2)]
    low, mid, high = (f(i, d) for d in at)
    step = at[2] - at[1]
    second = (low + high - 2 * mid) * D * D // (2 * step * step)  # times (d/D)^2
    first = (high - low) * D // (2 * step) - second  # at d = 0
    return near(first), near(second)


def segment(f, i):
    c1, c2 = parabola(f, i)
    err = [f(i, d) - (value((0, c1, c2), d) << BITS - UNIT) for d in range(0, D, D // 64)]
    err.append(f(i, D - 1) - (value((0, c1, c2), D - 1) << BITS - UNIT))
    c0 = near((max(err) + min(err)) // 2)
    assert 0 <= c0 < 1 << 22 and 0 <= c1 < 1 << 17 and 0 <= c2 < 1 << 10, (f, i, c0, c1, c2)
    return c0, c1, c2


def inverse(i):
    """Binary32 pattern of the value nearest to 1 / (1 + i/128); a tie is not possible."""
    m, rest = divmod(1 << 31, 128 + i)  # of 2^-24
    assert 2 * rest != 128 + i
    m += 2 * rest > 128 + i
    return 0x3F800000 if i == 0 else 0x3F000000 + m - (1 << 23)


def main():
    print(HEAD, end="")
    for name, f, count in (("EXP", power, 64), ("SIG", sigmoid, 128), ("GELU", gelu, 128)):
        table = [segment(f, i) for i in range(count)]
        print()
        if f is power:  # 2^0 is 1
            table[0] = (0, *table[0][1:])
            assert value(table[63], D - 1) <= 1 << 22
        else:  # a half at 0
            table[0] = ((1 << 21) - value((0, *table[0][1:]), D - 1), *table[0][1:])
            assert all(value(c, D - 1) <= 1 << 21 for c in table)
        for i, c in enumerate(table):
            print("FN_%s(%d, 0x%06x, 0x%05x, 0x%03x)" % (name, i, *c))
    print()
    for i in range(128):
        print(f"FN_INVERSE({i}, 0x{inverse(i):08x})")
    print("\n#undef FN_EXP\n#undef FN_SIG\n#undef FN_GELU\n#undef FN_INVERSE")


HEAD = """/* SPDX-License-Identifier: Apache-2.0 */
/* fn.def - tables of the functions, numerics.md section 8: c0 in units of 2^-22 (22 bits), c1 and c2 in
 * units of 2^-22 a segment (17 bits) and a segment squared (10 bits). Printed by fngen.py; never edit.
 *
 *   FN_EXP(i, c0, c1, c2)     2^f - 1, f in i/64 .. (i + 1)/64
 *   FN_SIG(i, c0, c1, c2)     1 / (1 + e^a), a in segments of 1/16, from 4 of 1/8, from 8 of 1/4
 *   FN_GELU(i, c0, c1, c2)    1 - (1 + tanh(sqrt(2/pi) (a + 0.044715 a^3))) / 2, segments half as long
 *   FN_INVERSE(i, bits)       1 / (1 + i/128), binary32: inv of a scale of section 6, up to a power of two
 */
#ifndef FN_EXP
#define FN_EXP(i, c0, c1, c2)
#endif
#ifndef FN_SIG
#define FN_SIG(i, c0, c1, c2)
#endif
#ifndef FN_GELU
#define FN_GELU(i, c0, c1, c2)
#endif
#ifndef FN_INVERSE
#define FN_INVERSE(i, bits)
#endif

"""

if __name__ == "__main__":
    main()
