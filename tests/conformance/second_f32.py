# SPDX-License-Identifier: Apache-2.0
"""model/spec/numerics.md sections 2, 3, 6 and 8 in Python, on bit patterns of binary32.

Sums and products are exact or rounded once in binary64, whose 53 bits make a second rounding to 24
harmless; quotients and roots are fractions and integers. No numpy, no libm."""
import math
import re
import struct
from fractions import Fraction

NAN, ZERO, ONE, HALF, LOWEST = 0x7FC00000, 0, 0x3F800000, 0x3F000000, 0xFF7FFFFF
TINY = 2.0 ** -100


def f(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def r(x):
    """RNE of a binary64 to binary32."""
    if x != x:
        return NAN
    try:
        return struct.unpack("<I", struct.pack("<f", x))[0]
    except OverflowError:
        return 0x7F800000 if x > 0 else 0xFF800000


def add(a, b): return r(f(a) + f(b))
def sub(a, b): return r(f(a) - f(b))
def mul(a, b): return r(f(a) * f(b))
def neg(a): return a ^ 0x80000000
def half(a): return mul(a, HALF)
def s32_f32(v): return r(float(v))
def finite(a): return a & 0x7F800000 != 0x7F800000
def isnan(a): return a & 0x7FFFFFFF > 0x7F800000


def rational(q):
    """RNE of a positive fraction."""
    e = q.numerator.bit_length() - q.denominator.bit_length()
    if Fraction(2) ** e > q:
        e -= 1
    e = max(e, -126)
    n = q / Fraction(2) ** (e - 23)
    k, rest = n.numerator // n.denominator, n - n.numerator // n.denominator
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and k & 1):
        k += 1
    return min(((e + 126) << 23) + k, 0x7F800000)


def div(a, b):
    sign, x, y = (a ^ b) & 0x80000000, f(a & 0x7FFFFFFF), f(b & 0x7FFFFFFF)
    if isnan(a) or isnan(b) or (x == y and (x == 0 or x == math.inf)):
        return NAN
    if y == 0 or x == math.inf:
        return sign | 0x7F800000
    if x == 0 or y == math.inf:
        return sign
    return sign | rational(Fraction(x) / Fraction(y))


def up8(q):
    """The smallest number of 8 significant bits that is not below a positive fraction."""
    e = q.numerator.bit_length() - q.denominator.bit_length() - 7
    if q < 128 * Fraction(2) ** e:
        e -= 1
    return rational(-(-q // Fraction(2) ** e) * Fraction(2) ** e)


def scale(a):
    """(m, e) of SCALE(a) = m 2^e; None where it is not finite."""
    field, m = a >> 23 & 255, a >> 16 & 127
    if field == 255:
        return None
    m, e = (m + 128, field - 134) if field else (m, -133)
    return (-m if a >> 31 else m), e


def deq(v, sx, sw):
    """v SCALE(sx) SCALE(sw): the product in integers, rounded once."""
    x, y = scale(sx), scale(sw)
    if x is None or y is None:
        return mul(mul(sx & 0xFFFF0000, sw & 0xFFFF0000), s32_f32((v > 0) - (v < 0)))
    sign = (v < 0) ^ (sx >> 31) ^ (sw >> 31)
    return r(math.copysign(math.ldexp(abs(v * x[0] * y[0]), x[1] + y[1]), -1 if sign else 1))


def sqrt(a):
    if isnan(a) or (a >> 31 and a != 0x80000000):
        return NAN
    if a in (0, 0x80000000, 0x7F800000):
        return a
    q = Fraction(f(a))
    n = q.numerator << 200
    n //= q.denominator  # exact: denominators are powers of two below 2^150
    root = math.isqrt(n)
    return rational(Fraction(2 * root + (root * root != n), 2 << 100))  # a sticky bit behind 100 more


def rne_int10(a):
    if isnan(a):
        return 0
    x = f(a)
    return max(-512, min(511, round(x) if abs(x) < 1e6 else math.copysign(512, x).__int__()))


def bf16(a):
    if isnan(a):
        return 0x7FC0
    low, up = a & 0xFFFF, a >> 16
    return up + 1 if low > 0x8000 or (low == 0x8000 and up & 1) else up


with open("model/spec/fn.def") as table:
    _text = table.read()
EXP, SIG, GELU = ([[int(v, 0) for v in row[1:]] for row in re.findall(
    r"^FN_%s\((\d+), (\w+), (\w+), (\w+)\)" % name, _text, re.M)] for name in ("EXP", "SIG", "GELU"))


def fix(x, n):
    """|x| 2^n of a finite x, rounded down."""
    return math.floor(abs(Fraction(f(x))) * 2**n)


def segment(c, d):
    return c[0] + c[1] * d // 2**15 + c[2] * ((d // 32) ** 2 // 2**10) // 2**10


def exp2(x):
    if isnan(x):
        return NAN
    if f(x) < -126:
        return ZERO
    if f(x) >= 128:
        return 0x7F800000
    n, fraction = divmod((fix(x, 22) + 1) // 2 * (-1 if x >> 31 else 1), 2**21)
    i, d = divmod(fraction, 2**15)
    return r(math.ldexp(2**22 + segment(EXP[i], d), n - 22))


def rising(x, table, n):
    if isnan(x):
        return NAN
    q, v = 0, fix(x, n) if finite(x) else 2**23
    if v < 2**23:
        s = (v >= 2**21) + (v >= 2**22)
        i, rest = divmod(v >> s, 2**15)
        q = segment(table[i + 32 * s], 2**15 - 1 - rest)
    return r((q if x >> 31 else 2**22 - q) / 2**22)


def sigmoid(x): return rising(x, SIG, 19)
def silu(x): return mul(x, sigmoid(x))
def gelu(x): return mul(x, rising(x, GELU, 20))


def reduce(values):
    a = [ZERO] * 64
    for i, x in enumerate(values):
        a[i % 64] = add(a[i % 64], x)
    h = 32
    while h:
        for j in range(h):
            a[j] = add(a[j], a[j + h])
        h //= 2
    return a[0]


def largest(values):
    """The largest, -0 below +0; the lowest finite number of none."""
    best = LOWEST
    for x in values:
        if f(x) > f(best) or (f(x) == f(best) and best >> 31 and not x >> 31):
            best = x
    return best


def parameters(lo, hi, n, symmetric):
    """inv, scale, zero; None for a range that is infinite."""
    span = sub(hi, lo)
    if symmetric:
        span = neg(lo) if f(neg(lo)) > f(hi) else hi
    if not finite(span):
        return None
    if f(span) < TINY:
        return ZERO, ZERO, 0
    size = up8(Fraction(f(span)) / n)
    inv = div(ONE, size)
    zero = 0 if symmetric else max(0, min(n, rne_int10(mul(neg(lo), inv))))
    return inv, size, zero


def code(x, inv, zero, n, symmetric):
    q = rne_int10(mul(x, inv)) + zero
    return max(-n if symmetric else 0, min(n, q))


def digits(q):
    lo = (q + 8) % 16 - 8
    return (q - lo) // 16, lo
