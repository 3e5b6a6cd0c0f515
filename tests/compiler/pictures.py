#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pictures read, resized, cropped and scaled by the kit, against the published definitions.

PNG files of every kind are made by pngs.py and must be decoded to the bytes they were made from;
broken ones must be refused by a line. Resizing is Pillow's by its definition in exact fractions
(resized() below), the rest timm's and torchvision's by theirs: all bytes and all binary32 must be
equal.
STAMP_PICTURE: the program (default build/picture). Skipped, exit 77, without numpy.
"""
import os
import random
import subprocess
import sys
import tempfile
from fractions import Fraction

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import other_python  # noqa: E402
import pngs  # noqa: E402

try:
    import numpy as np
except ImportError:
    other_python.without("numpy", "pictures")

PROGRAM = os.path.abspath(os.environ.get("STAMP_PICTURE", "build/picture"))
SHARED = os.path.join(os.environ.get("STAMP_SHARED", "../shared"), "data", "images")
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


# ---- The definitions ---------------------------------------------------------------------------
def bilinear(t):
    return max(1 - abs(t), Fraction(0))


def bicubic(t):
    """Keys' cubic convolution, a = -1/2."""
    t, a = abs(t), Fraction(-1, 2)
    if t <= 1:
        return (a + 2) * t ** 3 - (a + 3) * t ** 2 + 1
    return a * t ** 3 - 5 * a * t ** 2 + 8 * a * t - 4 * a if t < 2 else Fraction(0)


FILTERS = {"bilinear": (bilinear, 1), "bicubic": (bicubic, 2)}


def weights(inputs, outputs, name):
    """[outputs][inputs] whole numbers of 2^-22."""
    f, reach = FILTERS[name]
    scale = Fraction(inputs, outputs)
    stretch = max(scale, Fraction(1))
    table = np.zeros((outputs, inputs), np.int64)
    for i in range(outputs):
        center = (i + Fraction(1, 2)) * scale
        low = max(0, (center - reach * stretch + Fraction(1, 2)).__floor__())
        high = min(inputs, (center + reach * stretch + Fraction(1, 2)).__floor__())
        w = [f((x + Fraction(1, 2) - center) / stretch) for x in range(low, high)]
        total = sum(w)
        for x, v in enumerate(w, low):
            near = (abs(v / total) * 2 ** 22 + Fraction(1, 2)).__floor__()
            table[i, x] = near if v >= 0 else -near
    return table


def along(table, data):
    """The first axis of data filtered, rounded, clipped."""
    sums = np.tensordot(table, data.astype(np.int64), 1)
    return np.clip((sums + 2 ** 21) // 2 ** 22, 0, 255).astype(np.uint8)


def resized(data, width, height, name):
    if width != data.shape[1]:
        turned = along(weights(data.shape[1], width, name), data.transpose(1, 0, 2))
        data = turned.transpose(1, 0, 2)
    return along(weights(data.shape[0], height, name), data) if height != data.shape[0] else data


def cropped(data, size, pct, name):
    height, width = data.shape[:2]
    shorter = int(np.floor(size / pct))
    short, long = min(width, height), max(width, height)
    other = int(shorter * long / short)
    new_w, new_h = (shorter, other) if width <= height else (other, shorter)
    data = resized(data, new_w, new_h, name)
    top, left = int(round((new_h - size) / 2.0)), int(round((new_w - size) / 2.0))
    return data[top:top + size, left:left + size]


def planes(data):
    one = data.astype(np.float32) / np.float32(255)
    for c in range(3):
        one[:, :, c] = (one[:, :, c] - np.float32(MEAN[c])) / np.float32(STD[c])
    return one.transpose(2, 0, 1)


# ---- The kit -----------------------------------------------------------------------------------
def kit(path, *words):
    got = subprocess.run([PROGRAM, path] + [str(w) for w in words], capture_output=True,
                         check=False)
    if got.returncode:
        raise ValueError(got.stderr.decode(errors="replace").strip())
    return got.stdout


class Count:
    passed = failed = 0

    def check(self, what, fine, why=""):
        if fine:
            self.passed += 1
        else:
            self.failed += 1
            print("FAIL %s %s" % (what, why))

    def same(self, what, path, want, *words):
        try:
            got = kit(path, *words)
        except ValueError as e:
            return self.check(what, False, str(e))
        differ = sum(a != b for a, b in zip(got, want)) if got != want else 0
        return self.check(what, got == want, "%d of %d bytes differ, %d are wanted"
                          % (differ, len(got), len(want)))


def kinds(count, folder):
    path, seed = os.path.join(folder, "kind.png"), 0
    rng = random.Random(7)
    for kind, depths in pngs.DEPTHS.items():
        for depth in depths:
            for interlaced in (0, 1):
                for width, height in ((1, 1), (7, 5), (33, 18)):
                    seed += 1
                    colors = rng.randrange(1, (1 << depth) + 1) if kind == 3 else None
                    palette = [[rng.randrange(256) for _ in range(3)] for _ in range(colors or 0)]
                    extra = pngs.chunk(b"gAMA", b"\0\0\0\1") if seed % 2 else b""
                    late = pngs.chunk(b"tRNS", b"\0" * {0: 2, 2: 6, 3: 1}[kind]) \
                        if kind in (0, 2, 3) and seed % 3 else b""
                    rows = pngs.draw(width, height, depth, kind, seed, colors)
                    data = pngs.encode(rows, depth, kind, interlaced, palette, late, rng, 50)
                    data = data[:33] + extra + data[33:]
                    with open(path, "wb") as f:
                        f.write(data)
                    what = "kind %d, %d bits, %s, %d x %d" % (
                        kind, depth, "interlaced" if interlaced else "rows", width, height)
                    if kind == 0 and depth == 16:
                        refused(count, what, data, "grey of 16 bits", path)
                    else:
                        count.same(what, path, pngs.rgb_of(rows, depth, kind, palette), "rgb")


def refused(count, what, data, want, path):
    with open(path, "wb") as f:
        f.write(data)
    try:
        kit(path, "rgb")
        line = "accepted"
    except ValueError as e:
        line = str(e)
    fine = want in line and os.path.basename(path) in line and "\n" not in line
    count.check(what, fine, "gives: " + line)


def broken(count, folder):
    path = os.path.join(folder, "broken.png")
    rows = pngs.draw(20, 10, 8, 2, 5)
    good = pngs.encode(rows, 8, 2, split=100)
    sign, end = pngs.SIGNATURE, pngs.chunk(b"IEND", b"")

    def of(*chunks):
        return sign + b"".join(chunks) + end

    short = pngs.encode(rows[:5], 8, 2)[33:]
    bad_crc = bytearray(good)
    bad_crc[60] ^= 1
    late_crc = good[:-1] + bytes([good[-1] ^ 1])
    text = bytearray(pngs.chunk(b"tEXt", b"a\0b"))
    text[-1] ^= 1
    beyond = pngs.encode([[0, 1, 2, 3]], 2, 3, palette=[[1, 2, 3]] * 3)
    wide = pngs.encode([[0, 3]], 8, 3, interlaced=1, palette=[[1, 2, 3]] * 3)
    cases = [
        ("an empty file", b"", "not a PNG file"), ("one byte", b"\x89", "not a PNG file"),
        ("text", b"hello, this is no picture at all, but long enough", "not a PNG file"),
        ("a JPEG of that name", b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 40, "a JPEG file"),
        ("a GIF of that name", b"GIF89a" + b"\0" * 40, "a GIF file"),
        ("a BMP of that name", b"BM" + b"\0" * 40, "a BMP file"),
        ("a WebP of that name", b"RIFF\1\0\0\0WEBP" + b"\0" * 40, "a WebP file"),
        ("a PNG sent as text", good.replace(b"\r\n", b"\n", 1), "not a PNG file"),
        ("another chunk first", of(pngs.chunk(b"gAMA", b"\0\0\0\1" * 3), good[8:33]), "no IHDR"),
        ("no width", of(pngs.head(0, 5, 8, 2)), "0 x 5 pixels"),
        ("no height", of(pngs.head(5, 0, 8, 2)), "5 x 0 pixels"),
        ("a huge width", of(pngs.head(16385, 1, 8, 2)), "more than 16384 of a side"),
        ("a huge height", of(pngs.head(1, 2 ** 32 - 1, 8, 2)), "more than 16384 of a side"),
        ("a huge area", of(pngs.head(16384, 4097, 8, 2)), "more than 67108864 in all"),
        ("7 bits", of(pngs.head(5, 5, 7, 2)), "broken PNG"),
        ("kind 5", of(pngs.head(5, 5, 8, 5)), "broken PNG"),
        ("another compression", of(pngs.head(5, 5, 8, 2, method=1)), "broken PNG"),
        ("another interlace", of(pngs.head(5, 5, 8, 2, 2)), "broken PNG"),
        ("no data", of(pngs.head(5, 5, 8, 2)), "broken PNG"),
        ("half of the rows", good[:33] + short, "broken PNG"),
        ("no palette", of(pngs.head(5, 5, 8, 3), pngs.chunk(b"IDAT", b"x")), "broken PNG"),
        ("an index beyond the palette", beyond, "an index beyond the palette"),
        ("the same, interlaced", wide, "an index beyond the palette"),
        ("a wrong CRC of data", bytes(bad_crc), "CRC"),
        ("a wrong CRC of the end", late_crc, "CRC"),
        ("a wrong CRC of a text", good[:33] + bytes(text) + good[33:], "CRC"),
        ("data that is no zlib", of(good[8:33], pngs.chunk(b"IDAT", b"hello, you")), "broken PNG"),
    ]
    for what, data, want in cases:
        refused(count, what, data, want, path)
    for n in range(8, len(good), 13):
        refused(count, "cut at %d" % n, good[:n], "", path)
    refused(count, "cut in the data", good[:200], "ends early", path)
    with open(path, "wb") as f:
        f.write(good)
    count.same("what they were made from", path, pngs.rgb_of(rows, 8, 2), "rgb")


def put(path, data):
    rows = data.reshape(data.shape[0], -1).tolist()
    with open(path, "wb") as f:
        f.write(pngs.encode(rows, 8, 2))


def sizes(count, folder):
    path = os.path.join(folder, "size.png")
    rng = random.Random(11)
    fixed = [(1, 1), (1, 40), (40, 1), (24, 24), (26, 31), (64, 48), (97, 3), (50, 75)]
    for width, height in fixed + [(rng.randrange(2, 90), rng.randrange(2, 90)) for _ in range(6)]:
        # Noise and hard edges: sums leave 0 .. 255 on both sides.
        data = np.random.default_rng(width * 100 + height).integers(0, 256, (height, width, 3))
        data = np.where(data > 200, 255, np.where(data < 60, 0, data)).astype(np.uint8)
        put(path, data)
        for name in FILTERS:
            for size, pct in ((24, 1.0), (24, 0.9), (16, 0.875), (17, 0.53), (1, 0.3)):
                what = "%d x %d to %d, %g, %s" % (width, height, size, pct, name)
                count.same(what, path, cropped(data, size, pct, name).tobytes(), "crop", size, pct,
                           name)
            new = (rng.randrange(1, 120), rng.randrange(1, 120))
            whole = resized(data, *new, name)
            x, y = rng.randrange(new[0]), rng.randrange(new[1])
            w, h = rng.randrange(1, new[0] - x + 1), rng.randrange(1, new[1] - y + 1)
            what = "%d x %d to %s, part %s, %s" % (width, height, new, (x, y, w, h), name)
            part = whole[y:y + h, x:x + w].tobytes()
            count.same(what, path, part, "part", *new, x, y, w, h, name)
    want = planes(cropped(data, 24, 0.9, "bicubic"))
    count.same("planes", path, want.tobytes(), 24, 0.9, "bicubic")
    npy = os.path.join(folder, "planes.npy")
    kit(path, npy, 24, 0.9, "bicubic")
    count.check("planes as .npy", np.array_equal(np.load(npy), want))
    for size, pct in ((0, 0.9), (4097, 1), (224, 0), (224, 1.01), (224, 0.001), (224, "nan")):
        try:
            kit(path, size, pct, "bicubic")
            count.check("%s, %s" % (size, pct), False, "accepted")
        except ValueError as e:
            count.check("%s, %s" % (size, pct), str(e).startswith("picture: options: "), str(e))


def real(count):
    if not os.path.isdir(SHARED):
        print("SKIP: no %s; set STAMP_SHARED to the folder of the real data" % SHARED)
        return
    for name in ("astronaut", "camera", "chelsea", "coffee"):
        path = os.path.join(SHARED, name + ".png")
        with open(path, "rb") as f:
            width, height, rgb = pngs.decode(f.read())
        data = np.frombuffer(rgb, np.uint8).reshape(height, width, 3)
        count.same(name, path, rgb, "rgb")
        for f in FILTERS:
            want = cropped(data, 224, 0.9, f).tobytes()
            count.same(name + ", " + f, path, want, "crop", 224, 0.9, f)
        count.same(name + ", planes", path, planes(cropped(data, 224, 0.9, "bicubic")).tobytes())


def main():
    count = Count()
    with tempfile.TemporaryDirectory() as folder:
        kinds(count, folder)
        broken(count, folder)
        sizes(count, folder)
    real(count)
    print("pictures: %d passed, %d failed" % (count.passed, count.failed))
    return 1 if count.failed or count.passed < 353 else 0


if __name__ == "__main__":
    sys.exit(main())
