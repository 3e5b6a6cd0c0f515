# SPDX-License-Identifier: Apache-2.0
"""PNG files of every kind from samples, with the standard library's zlib only, and what PIL's
convert("RGB") makes of them. RFC 2083; a reader of its plain kinds for files of other origin."""
import random
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
# First column and row, and the steps, of the seven passes.
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2))


def chunk(name, data):
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def paeth(a, b, c):
    p = a + b - c
    best = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))
    return best[2]


def predict(kind, a, b, c):
    return (0, a, b, (a + b) // 2, paeth(a, b, c))[kind]


def pack(row, depth):
    """Samples of a row as bytes, the first in the highest bits."""
    bits = "".join(format(v, "0%db" % depth) for v in row)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def lines(rows, depth, channels, rng):
    """Rows of samples, each behind its filter, which is drawn."""
    step, out, above = max(1, depth * channels // 8), b"", None
    for row in rows:
        now = pack(row, depth)
        above = above or bytes(len(now))
        kind = rng.randrange(5)
        out += bytes([kind])
        for i, v in enumerate(now):
            a = now[i - step] if i >= step else 0
            c = above[i - step] if i >= step else 0
            out += bytes([(v - predict(kind, a, above[i], c)) % 256])
        above = now
    return out


def passes(rows, channels, interlaced):
    if not interlaced:
        return [rows]
    found = []
    for x, y, dx, dy in ADAM7:
        part = [[v for px in range(x, len(row) // channels, dx)
                 for v in row[px * channels:(px + 1) * channels]] for row in rows[y::dy]]
        found.append([row for row in part if row])
    return found


def head(width, height, depth, kind, interlaced=0, method=0):
    fields = (width, height, depth, kind, method, 0, interlaced)
    return chunk(b"IHDR", struct.pack(">IIBBBBB", *fields))


def encode(rows, depth, kind, interlaced=0, palette=None, extra=b"", rng=None, split=1000000):
    """rows: lists of samples, channels in turn. extra: chunks before the data."""
    channels, rng = CHANNELS[kind], rng or random.Random(1)
    parts = passes(rows, channels, interlaced)
    data = zlib.compress(b"".join(lines(part, depth, channels, rng) for part in parts))
    out = SIGNATURE + head(len(rows[0]) // channels, len(rows), depth, kind, interlaced)
    if palette:
        out += chunk(b"PLTE", bytes(v for color in palette for v in color))
    out += extra
    for at in range(0, len(data), split):
        out += chunk(b"IDAT", data[at:at + split])
    return out + chunk(b"IEND", b"")


def rgb_of(rows, depth, kind, palette=None):
    """What convert("RGB") gives: bytes."""
    out = []
    for row in rows:
        step = CHANNELS[kind]
        for x in range(0, len(row), step):
            pixel = row[x:x + step]
            if kind == 3:
                out += palette[pixel[0]]
                continue
            if depth < 8:
                pixel = [v * 255 // ((1 << depth) - 1) for v in pixel]
            if depth == 16:
                pixel = [v >> 8 for v in pixel]
            out += pixel[:3] if kind in (2, 6) else [pixel[0]] * 3
    return bytes(out)


def draw(width, height, depth, kind, seed, colors=None):
    rng = random.Random(seed)
    top = colors or 1 << depth
    return [[rng.randrange(top) for _ in range(width * CHANNELS[kind])] for _ in range(height)]


def decode(data):
    """(width, height, RGB bytes) of a PNG of 8 bits, grey or RGB, not interlaced."""
    at, parts, first = 8, [], None
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        first = first or struct.unpack(">IIBBBBB", body)
        parts += [body] if name == b"IDAT" else []
        at += 12 + size
    width, height, depth, kind, _, _, interlaced = first
    assert depth == 8 and kind in (0, 2) and not interlaced, first
    step = CHANNELS[kind]
    raw, bytes_of_row, out = zlib.decompress(b"".join(parts)), width * step, bytearray()
    above = bytearray(bytes_of_row)
    for y in range(height):
        at = y * (bytes_of_row + 1)
        filtered, row = raw[at], bytearray(raw[at + 1:at + 1 + bytes_of_row])
        for i in range(bytes_of_row if filtered else 0):
            a, c = (row[i - step], above[i - step]) if i >= step else (0, 0)
            row[i] = (row[i] + predict(filtered, a, above[i], c)) & 255
        out += row if kind == 2 else bytes(v for v in row for _ in range(3))
        above = row
    return width, height, bytes(out)
