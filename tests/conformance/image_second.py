#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second reader and writer of images, and a second disassembler, from model/spec/image.md and assembly.md
alone. Every image made here by the kit has to come back from the writer byte for byte, its text has to
be stamp dis's, and an image written here has to pass stamp.

    STAMP_BIN=build/stamp image_second.py
"""
import os, re, struct, subprocess, sys, tempfile, zlib

STAMP = os.environ.get("STAMP_BIN", "build/stamp")
KINDS = [b"MACH", b"CODE", b"ENTR", b"BUFS", b"LAYR", b"PHAS", b"TEXT", b"DATA"]
ROLES, FMTS = ["INPUT", "OUTPUT", "CONST", "TEMP", "STATE"], ["RAW", "F32", "BF16"]
SETS = {"VBIN": "BIN", "VROW": "ROW", "VRED": "RED", "VFN": "ONE"}


def table(name, macro):
    with open(f"model/spec/{name}") as f:
        lines = re.findall(rf"^{macro}\((.*)\)\s*$", f.read(), re.M)
    return [[p.strip() for p in re.split(r",\s*(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", line)] for line in lines]


OPS = {int(o[1], 0): (o[0], o[2]) for o in table("isa.def", "OP")}
HEAD = [(n, int(lsb), int(w)) for n, lsb, w, _ in table("isa.def", "HEAD")]
FIELDS = {f: (HEAD if f != "C" else []) +
          [(n, int(lsb), int(w)) for g, n, lsb, w, _ in table("isa.def", "FIELD") if g == f] for f in "CDBVMW"}
NAMES = {"space": {int(v[1]): v[0] for v in table("isa.def", "SPACE")},
         "fmt": {int(v[1]): v[0] for v in table("isa.def", "FMT")},
         "kind": {int(v[1]): v[0] for v in table("isa.def", "KIND")}}
FNS = {(v[0], int(v[2])): v[1] for v in table("isa.def", "FN")}
PARAMS = [p[0] for p in table("mach.def", "PARAM")]


class Section:
    def __init__(self, data):
        self.b, self.at = data, 0

    def u(self, n):
        assert self.at + n <= len(self.b), "section cut short"
        self.at += n
        return int.from_bytes(self.b[self.at - n:self.at], "little")

    def name(self):
        n = self.u(1)
        self.at += n
        return self.b[self.at - n:self.at].decode("ascii")

    def all(self, one):
        out = []
        while self.at < len(self.b):
            out.append(one())
        return out


def read(b):
    version, sections, total, zero, crc = struct.unpack_from("<IIQII", b, 8)
    assert b[:8] == b"STAMPIMG" and version == 3 and sections == 8 and total == len(b) and zero == 0
    assert zlib.crc32(b[:28] + bytes(4) + b[32:224]) == crc
    at, s = 224, {}
    for i, kind in enumerate(KINDS):
        k, crc, offset, size = struct.unpack_from("<4sIQQ", b, 32 + 24 * i)
        assert k == kind and offset == at and zlib.crc32(b[at:at + size]) == crc
        s[kind], at = Section(b[at:at + size]), at + size
    assert at == len(b)
    m = s[b"MACH"]
    image = {"machine": m.name(), "params": [m.u(4) for _ in PARAMS], "code_at": m.u(8), "memory": m.u(8),
             "arg": [m.u(4) for _ in range(4)], "code": s[b"CODE"].all(lambda: s[b"CODE"].u(32))}
    assert m.at == len(m.b)
    e, f, l, p, d = (s[k] for k in (b"ENTR", b"BUFS", b"LAYR", b"PHAS", b"DATA"))
    image["entries"] = e.all(lambda: (e.name(), e.u(4), e.u(4)))
    image["buffers"] = f.all(lambda: (f.name(), f.u(1), f.u(1), *(f.u(8) for _ in range(5))))
    image["layers"] = l.all(lambda: (l.name(), *(l.u(8) for _ in range(4))))
    image["phases"] = p.all(lambda: (p.name(), p.u(4), p.u(4), p.u(4), p.u(8)))
    image["scheme"] = s[b"TEXT"].b.decode("ascii")

    def segment():
        addr, size = d.u(8), d.u(8)
        return addr, d.u(size).to_bytes(size, "little")
    image["segments"] = d.all(segment)
    return image


def name(n):
    return bytes([len(n)]) + n.encode("ascii")


def write(m):
    q = lambda *v: b"".join(x.to_bytes(8, "little") for x in v)
    w = lambda *v: b"".join(x.to_bytes(4, "little") for x in v)
    body = {b"MACH": name(m["machine"]) + w(*m["params"]) + q(m["code_at"], m["memory"]) + w(*m["arg"]),
            b"CODE": b"".join(c.to_bytes(32, "little") for c in m["code"]),
            b"ENTR": b"".join(name(e[0]) + w(*e[1:]) for e in m["entries"]),
            b"BUFS": b"".join(name(f[0]) + bytes(f[1:3]) + q(*f[3:]) for f in m["buffers"]),
            b"LAYR": b"".join(name(x[0]) + q(*x[1:]) for x in m["layers"]),
            b"PHAS": b"".join(name(x[0]) + w(*x[1:4]) + q(x[4]) for x in m["phases"]),
            b"TEXT": m["scheme"].encode("ascii"),
            b"DATA": b"".join(q(a, len(d)) + d for a, d in m["segments"])}
    at, entries = 224, b""
    for k in KINDS:
        entries += k + w(zlib.crc32(body[k])) + q(at, len(body[k]))
        at += len(body[k])
    head = b"STAMPIMG" + w(3, 8) + q(at) + w(0)
    crc = zlib.crc32(head + bytes(4) + entries)
    return head + w(crc) + entries + b"".join(body[k] for k in KINDS)


def instruction(word):
    op, fmt = OPS[word & 255]
    out = op
    for n, lsb, width in FIELDS[fmt]:
        v = word >> lsb & (1 << width) - 1
        if n == "op" or n.startswith("rsv"):
            continue
        if n in NAMES and v in NAMES[n]:
            out += f" {n}={NAMES[n][v]}"
        elif n == "fn" and op in SETS:
            out += f" fn={FNS[SETS[op], v]}"
        elif v:
            is_hex = n in ("dram", "imm") or (n == "c" and fmt in "WB") or (n == "s" and fmt == "B")
            out += f" {n}=0x{v:x}" if is_hex else f" {n}={v}"
    return out


def text(m):
    quoted = m["scheme"].replace("\\", "\\\\").replace('"', '\\"')
    out = [f".machine {m['machine']}", f".memory {m['memory']}", f".code_at 0x{m['code_at']:x}", f'.scheme "{quoted}"']
    out += [f".arg {i} {v}" for i, v in enumerate(m["arg"]) if v]
    out += [".layer %s s=%d d=%d n=%d products=%d" % x for x in m["layers"]]
    out += [".phase %s entry=%d first=%d count=%d products=%d" % (*x[:4], x[4] & ~(1 << 63))
            + (" per_key=1" if x[4] >> 63 else "") for x in m["phases"]]
    out += [".buffer %s role=%s fmt=%s addr=0x%x bytes=%d rows=%d cols=%d row_bytes=%d"
            % (f[0], ROLES[f[1]], FMTS[f[2]], *f[3:]) for f in m["buffers"]]
    for addr, d in m["segments"]:
        out += [f".data 0x{addr:x}"] + [d[i:i + 32].hex() for i in range(0, len(d), 32)]
    for n, first, count in m["entries"]:
        out.append(f".code {n}")
        depth = 0
        for word in m["code"][first:first + count]:
            depth -= OPS[word & 255][0] == "ENDL" and depth > 0
            out.append("  " * (1 + depth) + instruction(word))
            depth += OPS[word & 255][0] == "LOOP"
    return "\n".join(out) + "\n"


def stamp(*args):
    done = subprocess.run([STAMP, *args], capture_output=True)
    assert done.returncode == 0, (args, done.stderr.decode())
    return done.stdout


def example():
    """The program of assembly.md, as it stands there."""
    with open("model/spec/assembly.md") as f:
        return re.search(r"^    \.machine tiny\n(?:    .*\n)+", f.read(), re.M).group(0)


def weights(path, n, d):
    head = b"{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (n, d)
    head += b" " * (63 - (10 + len(head)) % 64) + b"\n"
    values = [((i * 2654435761) % 1000 - 500) / 256 for i in range(n * d)]
    with open(path, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + struct.pack(f"<{n * d}f", *values))


def main():
    passed = 0
    with tempfile.TemporaryDirectory() as t:
        images = [f"{t}/text", f"{t}/net"]
        with open(f"{t}/text.s", "w") as f:
            f.write(example())
        stamp("asm", f"{t}/text.s", "-o", images[0])
        weights(f"{t}/w.npy", 19, 70)
        for mach in ("tiny", "base", "wide"):
            images.append(f"{t}/{mach}")
            stamp("compile", f"{t}/w.npy", "--rows", "9", "--machine", mach, "-o", images[-1])
        stamp("compile", "traces/model/stamp-stories", "--tokens", "3", "--machine", "tiny", "-o", images[1])
        for path in images:
            with open(path, "rb") as f:
                b = f.read()
            m = read(b)
            assert write(m) == b, f"{path}: written again, it is another file"
            assert text(m).encode() == stamp("dis", path), f"{path}: stamp dis writes another text"
            m["scheme"], m["arg"] = 'by a second "writer"', [1, 2, 3, 4]
            with open(path, "wb") as f:
                f.write(write(m))
            assert text(m).encode() == stamp("dis", path), f"{path}: stamp reads something else"
            passed += 3
        line = re.search(r"and is the bytes\n\n    ([0-9a-f ]+)\n", open("model/spec/assembly.md").read()).group(1)
        word = int.from_bytes(bytes.fromhex(line), "little")
        assert instruction(word) == "LOAD space=WB fmt=RAW dram=0x2000 lines=3 n0=1 n1=1", instruction(word)
    print(f"image_second: {passed + 1} passed, 0 failed")


sys.exit(main())
