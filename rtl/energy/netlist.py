# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""A unit's mapped netlists (rtl/timing, plain Verilog) as one flat list of cells on numbered nets."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "timing"))
from border import ALIAS, CLOCK, INSTANCE, PIN, PORT # noqa: E402
from design import BadDesign # noqa: E402
from plain import DECLARED, PlainError, bits # noqa: E402

ZERO, ONE = 0, 1 # nets of the constants
MEMORY = re.compile(r"memory(m?)_(\d+)r(\d+)w_(\d+)x(\d+)$")


class Text:
    """One netlist, read once: its nets by number, cells and instances on them."""

    def __init__(self, text, name):
        self.name, self.nets, self.same = name, {"1'b0": ZERO, "1'b1": ONE}, []
        self.widths = {n: None if high == "" else (high, low) for high, low, n in DECLARED.findall(text)}
        try:
            self.ports = [(n.strip(), way, self.numbers(n)[::-1]) for way, _, _, n in PORT.findall(text)]
            for left, right in ALIAS.findall(text):
                a, b = self.numbers(left), self.numbers(right)
                if len(a) != len(b):
                    raise BadDesign(f"{name}: {left} is assigned {len(b)} bits")
                self.same += zip(a, b)
            # (what, name of the instance, pin -> nets, bit 0 first)
            self.instances = [(m.group(1).lstrip("\\"), m.group(2).strip().lstrip("\\"),
                               {p.group(1).strip(): self.numbers(p.group(2))[::-1] for p in PIN.finditer(m.group(3))
                                if p.group(2).strip()})
                              for m in INSTANCE.finditer(text) if m.group(1) != "module"]
        except PlainError as fault:
            raise BadDesign(f"{name}: {fault}") from fault

    def numbers(self, signal):
        signal = signal.strip()
        if self.widths.get(signal, 0) is None:
            names = [signal]
        else:
            names = bits(signal, self.widths)
        return [self.nets.setdefault(n, len(self.nets)) for n in names]


class Cell:
    __slots__ = ("kind", "module", "pins")

    def __init__(self, kind, module, pins):
        self.kind, self.module, self.pins = kind, module, pins


class Memory:
    """A black box memory: pin -> nets, bit 0 first."""

    def __init__(self, name, path, module, pins):
        m = MEMORY.match(name)
        self.name, self.path, self.module, self.pins = name, path, module, pins
        self.reads, self.writes, self.lines, self.width = (int(x) for x in m.groups()[1:])
        self.enables = self.width if m.group(1) else 1


class Flat:
    """The unit: cells, memories, ports; nets are numbers below `count`, aliases resolved."""

    def __init__(self, top, texts):
        self.texts, self.cells, self.memories, self.modules, self.parent = texts, [], [], [], [ZERO, ONE]
        ids = self.place(top, "", {})
        self.ports = [(n, way, [self.root(ids[b]) for b in nets]) for n, way, nets in texts[top].ports]
        self.clock = next((nets[0] for n, way, nets in self.ports if n == CLOCK and way == "input"), None)
        for c in self.cells:
            c.pins = {p: self.root(n) for p, n in c.pins.items()}
        for m in self.memories:
            m.pins = {p: [self.root(n) for n in nets] for p, nets in m.pins.items()}
        self.count = len(self.parent)

    def root(self, n):
        while self.parent[n] != n:
            self.parent[n] = self.parent[self.parent[n]]
            n = self.parent[n]
        return n

    def join(self, a, b):
        a, b = self.root(a), self.root(b)
        if a != b:
            if {a, b} == {ZERO, ONE}:
                raise BadDesign("0 and 1 are one net")
            self.parent[max(a, b)] = min(a, b)

    def place(self, name, path, outside):
        """Cells of an instance at `path`; `outside`: port -> nets. Returns its nets, local to global."""
        text, module = self.texts[name], len(self.modules)
        self.modules.append((path, name))
        base = len(self.parent) - 2
        ids = [ZERO, ONE] + list(range(base + 2, base + len(text.nets)))
        self.parent += range(base + 2, base + len(text.nets))
        for port, _, nets in text.ports:
            for mine, theirs in zip(nets, outside.get(port, ())):
                self.join(ids[mine], theirs)
        for a, b in text.same:
            self.join(ids[a], ids[b])
        for kind, instance, pins in text.instances:
            where = f"{path}.{instance}" if path else instance
            if kind in self.texts:
                self.place(kind, where, {p: [ids[n] for n in nets] for p, nets in pins.items()})
            elif MEMORY.match(kind):
                self.memories.append(Memory(kind, where, module, {p: [ids[n] for n in nets] for p, nets in pins.items()}))
            else:
                self.cells.append(Cell(kind, module, {p: ids[nets[0]] for p, nets in pins.items()}))
        return ids


def read(path):
    with open(path, encoding="utf-8") as file:
        return Text(file.read(), os.path.basename(path).removesuffix(".v"))
