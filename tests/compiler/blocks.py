#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""GGUF's block formats by the positions of their bits, and the kit's decoder against them.

As a program: blocks of random bytes of every format as the embedding of a small GGUF file, whose rows
`build/logits MODEL embed` must give bit for bit. STAMP_LOGITS: the program (default build/logits).

Nothing of the kit is used. A format is where the bits of code i, of scale k and of minimum k stand in
its block; one reader and one writer serve all. Products of two binary32 are exact in Python's
binary64, and a sum of two, rounded to 53 bits and then to 24, is the sum rounded once: f32() after
each operation is IEEE 754's binary32.
"""
import os
import random
import struct
import subprocess
import sys
import tempfile

LEVELS = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113]


def f32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def half(x):
    return struct.unpack("<e", struct.pack("<e", x))[0]


class Format:
    """values, bytes and values a group; d, m: bytes of the binary16; code, scale, least: lists of
    (byte, lowest bit, bits), lower bits first, of code i, scale k, minimum k. bias: taken off a code
    (levels: the code is looked up), off: taken off a scale, None: a scale is a signed byte."""

    def __init__(self, number, values, size, d, code, bias=0, m=None, group=None, scale=None,
                 least=None, off=0, levels=None):
        self.number, self.values, self.size, self.group = number, values, size, group or values
        self.d, self.m, self.bias, self.off, self.levels = d, m, bias, off, levels
        groups = values // self.group
        self.code = [code(i) for i in range(values)]
        self.scale = scale and [scale(k) for k in range(groups)]
        self.least = least and [least(k) for k in range(groups)]
        self.bits = sum(b for _, _, b in self.code[0])


def nibbles(at, run=32):
    """Bytes of which run/2 hold run codes, the first half in their low nibbles."""
    return lambda i: [(at + i // run * run // 2 + i % (run // 2), i % run // (run // 2) * 4, 4)]


def pairs(at):
    """32 bytes hold four groups of 32 codes of two bits."""
    return lambda i: [(at + i // 128 * 32 + i % 32, i // 32 % 4 * 2, 2)]


def bit(at, bytewise):
    """One more bit: bit i of a number, or bit i / 32 of byte i % 32."""
    return lambda i: [(at + i // 8, i % 8, 1) if bytewise else (at + i % 32, i // 32, 1)]


def both(low, high):
    return lambda i: low(i) + high(i)


def six(k, shift):
    """Scale (shift 0) or minimum (4) k of Q4_K and Q5_K: 12 bytes from byte 4."""
    if k < 4:
        return [(4 + k + shift, 0, 6)]
    return [(12 + k - 4, shift, 4), (4 + k - 4 + shift, 6, 2)]


def q6(i):
    h, r = divmod(i, 128)
    return [(64 * h + r % 64, r // 64 * 4, 4), (128 + 32 * h + r % 32, r // 32 * 2, 2)]


K = dict(scale=lambda k: six(k, 0), least=lambda k: six(k, 4), m=2, group=32)
FORMATS = {
    "Q8_0": Format(8, 32, 34, 0, lambda i: [(2 + i, 0, 8)], None),
    "Q4_0": Format(2, 32, 18, 0, nibbles(2), 8),
    "Q4_1": Format(3, 32, 20, 0, nibbles(4), m=2),
    "Q5_0": Format(6, 32, 22, 0, both(nibbles(6), bit(2, True)), 16),
    "Q5_1": Format(7, 32, 24, 0, both(nibbles(8), bit(4, True)), m=2),
    "Q2_K": Format(10, 256, 84, 80, pairs(16), m=82, group=16, scale=lambda k: [(k, 0, 4)],
                   least=lambda k: [(k, 4, 4)]),
    "Q3_K": Format(11, 256, 110, 108, both(pairs(32), bit(0, False)), 4, group=16, off=32,
                   scale=lambda k: [(96 + k % 8, k // 8 * 4, 4), (104 + k % 4, k // 4 * 2, 2)]),
    "Q4_K": Format(12, 256, 144, 0, nibbles(16, 64), **K),
    "Q5_K": Format(13, 256, 176, 0, both(nibbles(48, 64), bit(16, False)), **K),
    "Q6_K": Format(14, 256, 210, 208, q6, 32, group=16, off=None, scale=lambda k: [(192 + k, 0, 8)]),
    "IQ4_NL": Format(20, 32, 18, 0, nibbles(2), levels=LEVELS),
    "IQ4_XS": Format(23, 256, 136, 0, nibbles(8), group=32, off=32, levels=LEVELS,
                     scale=lambda k: [(4 + k // 2, k % 2 * 4, 4), (2 + k // 4, k % 4 * 2, 2)]),
}


def get(block, where):
    value = at = 0
    for byte, low, bits in where:
        value |= (block[byte] >> low & (1 << bits) - 1) << at
        at += bits
    return value


def put(block, where, value):
    for byte, low, bits in where:
        block[byte] |= (value & (1 << bits) - 1) << low
        value >>= bits


def signed(byte):
    return byte - 256 if byte > 127 else byte


def steps(f, block):
    """What a group's codes are multiplied with, and what is then added."""
    d = struct.unpack_from("<e", block, f.d)[0]
    m = struct.unpack_from("<e", block, f.m)[0] if f.m is not None else 0.0
    if not f.scale:
        return [(d, m)]
    scales = [get(block, w) for w in f.scale]
    scales = [signed(s) if f.off is None else s - f.off for s in scales]
    leasts = [get(block, w) for w in f.least] if f.least else [0] * len(scales)
    return [(f32(d * s), f32(-m * t)) for s, t in zip(scales, leasts)]


def decode(kind, block):
    f, out = FORMATS[kind], []
    by = steps(f, block)
    for i, where in enumerate(f.code):
        q, (step, more) = get(block, where), by[i // f.group]
        q = f.levels[q] if f.levels else signed(q) if f.bias is None else q - f.bias
        value = f32(step * q)
        out.append(f32(value + more) if f.m is not None else value)
    return out


def wanted(f, v):
    """The step and the addend a group would like."""
    low, high, top = min(v), max(v), max(v, key=abs)
    if f.levels:
        return top / f.levels[0], 0.0
    if f.m is not None:
        low = min(low, 0.0)
        return (high - low) / ((1 << f.bits) - 1), low
    return top / -(1 << f.bits - 1), 0.0


def encode(kind, values):
    """A block near the values."""
    f, block = FORMATS[kind], bytearray(FORMATS[kind].size)
    want = [wanted(f, values[g:g + f.group]) for g in range(0, f.values, f.group)]
    d, m = max((w[0] for w in want), key=abs), min(w[1] for w in want)
    if f.scale:
        top = -128 if f.off is None else -f.off if f.off else (1 << sum(b[2] for b in f.scale[0])) - 1
        d, m = d / top, -m / top if f.least else 0.0
    d, m = half(d), half(m)
    struct.pack_into("<e", block, f.d, d)
    if f.m is not None:
        struct.pack_into("<e", block, f.m, m)
    for k, w in enumerate(want if f.scale else []):
        least, most = (-128, 127) if f.off is None else (-f.off, f.off - 1) if f.off else (0, top)
        s = max(least, min(most, round(w[0] / d))) if d else 0
        put(block, f.scale[k], s + (f.off or 0))
        if f.least:
            put(block, f.least[k], min(top, round(-w[1] / m)) if m else 0)
    by, last = steps(f, block), (1 << f.bits) - 1
    for i, where in enumerate(f.code):
        step, more = by[i // f.group]
        x = (values[i] - more) / step if step else 0.0
        if f.levels:
            q = min(range(16), key=lambda c: abs(f.levels[c] - x))
        elif f.bias is None:
            q = max(-128, min(127, round(x)))
        else:
            q = max(0, min(last, round(x) + f.bias))
        put(block, where, q)
    return bytes(block)


def noise(rnd, kind):
    """A block of random bytes with finite d and m, and at times an extreme one."""
    f = FORMATS[kind]
    fill = rnd.choice([None, None, None, 0, 255, 0x55])
    block = bytearray(rnd.randrange(256) if fill is None else fill for _ in range(f.size))
    for at in (f.d, f.m):
        if at is not None:
            h = rnd.choice([rnd.randrange(1 << 16), 0, 0x8000, 1, 0x8001, 0x3FF, 0x7BFF, 0xFBFF])
            struct.pack_into("<H", block, at, h & 0xFBFF if h & 0x7C00 == 0x7C00 else h)
    return bytes(block)


# ---- The kit's decoder --------------------------------------------------------------------------
def check(program, kind, path, rows=200):
    import ckpt  # which uses this module
    rnd, f = random.Random(kind), FORMATS[kind]
    m = ckpt.model("llama", hidden_size=256, intermediate_size=32, num_hidden_layers=1,
                   vocab_size=rows, tie_word_embeddings=True)
    tensors, _ = ckpt.gguf_tensors(m, "F32")
    blocks = [noise(rnd, kind) for _ in range(rows * 256 // f.values)]
    tensors[0] = (tensors[0][0], tensors[0][1], f.number, b"".join(blocks))
    ckpt.write(path, ckpt.gguf(ckpt.gguf_keys(m), tensors))
    want = [v for b in blocks for v in decode(kind, b)]
    got = subprocess.run([program, path, "embed"], capture_output=True, check=False)
    if got.returncode or len(got.stdout) != 4 * len(want):
        return len(want), len(want), got.stderr.decode(errors="replace").strip()
    bad = [i for i in range(len(want)) if struct.pack("<f", want[i]) != got.stdout[4 * i:4 * i + 4]]
    return len(want), len(bad), "first at %d" % bad[0] if bad else ""


def main():
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    sys.dont_write_bytecode = True
    program = os.path.abspath(os.environ.get("STAMP_LOGITS", "build/logits"))
    failed = 0
    with tempfile.TemporaryDirectory(prefix="stamp-blocks-") as tmp:
        for kind in FORMATS:
            count, bad, more = check(program, kind, os.path.join(tmp, kind))
            failed += bad > 0
            print("%-4s %-7s %6d values of random blocks, %d differ %s" %
                  ("FAIL" if bad else "ok", kind, count, bad, more))
    print("blocks: %d passed, %d failed" % (len(FORMATS) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
