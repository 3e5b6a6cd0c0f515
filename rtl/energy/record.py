# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""The head of a record (README.md gives the format): which unit, its ports, the counters that come with it. A record is
not trusted: what is malformed ends in one BadRecord. The cycles behind the head are read by replay_main.cpp, and by
frames() for others."""
import gzip
import re
import struct
import zlib

MAGIC = b"STMPREC1"
MOST_PORTS, MOST_BITS, MOST_EVENTS, MOST_NAME = 4096, 1 << 20, 256, 512
MOST_CYCLES = 1 << 48


class BadRecord(Exception):
    """What is wrong with a record, in one line."""


class Record:
    """mach, unit, start (cycle), every (cycles between counters), ports (name, 'input' or 'output', width), events,
    skip (bytes of the head)."""

    def __init__(self, path):
        self.path = path
        try:
            with gzip.open(path, "rb") as file:
                self.file, self.skip = file, 0
                self.head()
                del self.file
        except (OSError, EOFError, zlib.error) as fault:
            raise BadRecord(f"{path}: {getattr(fault, 'strerror', None) or 'not a whole gzip file'}") from None

    def bad(self, what):
        raise BadRecord(f"{self.path}: {what}")

    def take(self, form):
        size = struct.calcsize("<" + form)
        data = self.file.read(size)
        if len(data) != size:
            self.bad(f"head is cut at byte {self.skip}")
        self.skip += size
        return struct.unpack("<" + form, data)[0]

    def text(self, what):
        n = self.take("H")
        if not 0 < n <= MOST_NAME:
            self.bad(f"{what} of {n} letters")
        data = self.file.read(n)
        if len(data) != n:
            self.bad(f"head is cut at byte {self.skip}")
        self.skip += n
        name = data.decode("latin-1")
        if not re.fullmatch(r"[\w.\[\]]+", name, re.ASCII):
            self.bad(f"{what} '{name[:40]!r}' is no name")
        return name

    def head(self):
        if self.take("8s") != MAGIC:
            self.bad("no record of ports")
        self.mach, self.unit = self.text("machine"), self.text("unit")
        self.start, self.every = self.take("Q"), self.take("I")
        if self.start > MOST_CYCLES:
            self.bad(f"begins in cycle {self.start}")
        ports = self.take("I")
        if not 0 < ports <= MOST_PORTS:
            self.bad(f"{ports} ports")
        self.ports = []
        for _ in range(ports):
            way, width = self.take("B"), self.take("I")
            if way > 1 or not width:
                self.bad(f"port {len(self.ports)} is no input and no output of 1 bit or more")
            self.ports.append((self.text("port"), ("input", "output")[way], width))
        self.bits = sum(w for _, _, w in self.ports)
        if len({n for n, _, _ in self.ports}) != ports or self.bits > MOST_BITS:
            self.bad("a port twice" if self.bits <= MOST_BITS else f"{self.bits} bits of ports")
        events = self.take("I")
        if events > MOST_EVENTS or self.every == 0 and events:
            self.bad(f"{events} counters every {self.every} cycles")
        self.events = [self.text("counter") for _ in range(events)]

    def frames(self):
        """The ports' bits of each cycle as a number, bit 0 of the first port lowest."""
        size, count = (self.bits + 7) // 8, 0
        try:
            with gzip.open(self.path, "rb") as file:
                file.read(self.skip)
                while (tag := file.read(1)) in (b"\1", b"\2"):
                    data = file.read(size if tag == b"\1" else 8 * len(self.events))
                    if len(data) != (size if tag == b"\1" else 8 * len(self.events)):
                        self.bad(f"is cut behind cycle {count}")
                    if tag == b"\1":
                        count += 1
                        yield int.from_bytes(data, "little") & (1 << self.bits) - 1
                if tag != b"\xff" or file.read() != struct.pack("<Q", count):
                    self.bad(f"is malformed behind cycle {count}")
        except (OSError, EOFError, zlib.error) as fault:
            raise BadRecord(f"{self.path}: {getattr(fault, 'strerror', None) or 'not a whole gzip file'}") from None

    def place(self):
        """Port -> (way, width, first bit of the frame)."""
        found, at = {}, 0
        for name, way, width in self.ports:
            found[name] = way, width, at
            at += width
        return found

    def bit(self, index):
        """Port and bit of a bit of the frame."""
        for name, (_, width, at) in self.place().items():
            if at <= index < at + width:
                return name, index - at
        raise IndexError(index)
