#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints fn.def: constants and tables of numerics.md section 8, by integers and fractions alone.

  python3 model/spec/fngen.py > model/spec/fn.def
"""
from fractions import Fraction as F
from math import isqrt

BITS = 160  # of the fixed-point constants below, far beyond the 24 that are kept


def f32(x, bits=24):
    """Binary32 pattern of the value nearest to x, of those with so many significant bits.
    Normal values only; ties do not occur (asserted)."""
    sign, x = (0x80000000, -x) if x < 0 else (0, x)
    e = 0
    while x >= 2:
        x, e = x / 2, e + 1
    while x < 1:
        x, e = x * 2, e - 1
    scaled = x * 2 ** (bits - 1)
    m = int(scaled)
    rest = scaled - m
    assert rest != F(1, 2)
    m += rest > F(1, 2)
    m <<= 24 - bits
    if m == 1 << 24:
        m, e = 1 << 23, e + 1
    return sign | (e + 127) << 23 | (m & 0x7FFFFF)


def value(u):
    m = F((u & 0x7FFFFF) | 0x800000, 1 << 23) * F(2) ** ((u >> 23 & 255) - 127)
    return -m if u >> 31 else m


def ln2():
    """2 atanh(1/3)"""
    return 2 * sum(F(1, (2 * k + 1) * 3 ** (2 * k + 1)) for k in range(60))


def pi():
    """Machin: 16 atan(1/5) - 4 atan(1/239)"""
    atan = lambda n: sum(F((-1) ** k, (2 * k + 1) * n ** (2 * k + 1)) for k in range(80))
    return 16 * atan(5) - 4 * atan(239)


def sqrt(x):
    return F(isqrt(int(x * 4**BITS)), 2**BITS)


def exp2_128th(i):
    """2^(i/128): the 128th root is seven square roots, each rounded down exactly."""
    n = 1 << (i + 128 * 60)
    for _ in range(7):
        n = isqrt(n)
    return F(n, 1 << 60)


def recip(i):
    """A, B, C of 1/(M + r), |r| <= h: the Taylor series with r^3 and r^4 economized by the
    Chebyshev polynomials T3 and T4, so the error is h^3/(4 M^4) T3(r/h), at most 2^-26."""
    h, m = F(1, 256), 1 + F(2 * i + 1, 256)
    a = 1 / m - h**4 / (8 * m**5)
    b = -1 / m**2 - F(3, 4) * h**2 / m**4
    c = 1 / m**3 + h**2 / m**5
    return a, b, c


def main():
    l = ln2()
    assert value(EXP_LO) > -126 * l > value(EXP_LO + 1)
    assert value(EXP_HI) < 128 * l < value(EXP_HI + 1)
    c1 = f32(l / 128, 9)
    g1 = 2 * sqrt(2 / pi())
    consts = (
        ("EXP_LO", EXP_LO, "EXP: +0 below"),
        ("EXP_HI", EXP_HI, "EXP: +infinity above"),
        ("EXP_K", f32(128 / l), "128 / ln 2"),
        ("EXP_C1", c1, "ln2 / 128, 9 bits of it"),
        ("EXP_C2", f32(l / 128 - value(c1)), "ln2 / 128 less C1"),
        ("GELU_G1", f32(g1), "2 sqrt(2 / pi)"),
        ("GELU_G2", f32(g1 * F(44715, 1000000)), "0.044715 G1"),
    )
    print(HEAD, end="")
    for name, bits, meaning in consts:
        print(f'FN_CONST({name}, 0x{bits:08x}, "{meaning}")')
    print()
    for i in range(128):
        print(f"FN_EXP({i}, 0x{f32(exp2_128th(i)):08x})")
    print()
    for i in range(128):
        print("FN_RECIP(%d, 0x%08x, 0x%08x, 0x%08x)" % (i, *map(f32, recip(i))))
    print()
    for i in range(128):
        print(f"FN_INVERSE({i}, 0x{f32(F(128, 128 + i)):08x})")
    print("\n#undef FN_CONST\n#undef FN_EXP\n#undef FN_RECIP\n#undef FN_INVERSE")


EXP_LO = 0xC2AEAC4F  # -87.3365402, the lowest float above ln 2^-126
EXP_HI = 0x42B17217  # 88.7228317, the largest float below ln 2^128

HEAD = """/* SPDX-License-Identifier: Apache-2.0 */
/* fn.def - constants and tables of the functions, numerics.md section 8, as binary32 bit patterns.
 * Printed by fngen.py; never edit.
 *
 *   FN_CONST(name, bits, "meaning")
 *   FN_EXP(i, bits)             T[i] = 2^(i/128)
 *   FN_RECIP(i, a, b, c)        1/(M[i] + r) = a + r (b + r c), M[i] = 1 + (2i+1)/256
 *   FN_INVERSE(i, bits)         1 / (1 + i/128): inv of a scale of section 6, up to a power of two
 */
#ifndef FN_CONST
#define FN_CONST(name, bits, meaning)
#endif
#ifndef FN_EXP
#define FN_EXP(i, bits)
#endif
#ifndef FN_RECIP
#define FN_RECIP(i, a, b, c)
#endif
#ifndef FN_INVERSE
#define FN_INVERSE(i, bits)
#endif

"""

if __name__ == "__main__":
    main()
