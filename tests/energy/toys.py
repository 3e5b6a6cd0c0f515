# SPDX-License-Identifier: Apache-2.0
"""What tests of rtl/energy share: a library whose figures are round (toy.lib), a small netlist and its record, a bench."""
import gzip
import os
import struct
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
B = os.path.abspath(os.environ.get("B", os.path.join(ROOT, "build")))
sys.path.insert(0, os.path.join(ROOT, "rtl", "energy"))
# pylint: disable=wrong-import-position
import power
import record
import unit
import design
import liberty
import roles

COUNT = [0, 0]
with open(os.path.join(HERE, "toy.lib"), encoding="utf-8") as toy:
    TOY = toy.read()
GATE = """
module small(clk_i, a_i, b_i, y_o, q_o);
  wire n1;
  input a_i;
  wire a_i;
  input b_i;
  wire b_i;
  input clk_i;
  wire clk_i;
  output q_o;
  wire q_o;
  output y_o;
  wire y_o;
  NAND2 _0_ (
    .A(a_i),
    .B(b_i),
    .Y(n1)
  );
  INV _1_ (
    .A(n1),
    .Y(y_o)
  );
  DFFN \\q[0]_reg  (
    .CK(clk_i),
    .D(y_o),
    .QN(q_o)
  );
endmodule
"""
PORTS = [("a_i", 0, 1), ("b_i", 0, 1), ("q_o", 1, 1), ("y_o", 1, 1)]
# a b, and what the RTL would show: q_o = not of y_o a cycle before, y_o = a and b.
CYCLES = [(0, 0, 1, 0), (1, 0, 1, 0), (1, 1, 1, 1), (0, 1, 0, 0), (1, 0, 1, 0)]


def expect(name, holds, said=""):
    COUNT[not holds] += 1
    if not holds:
        print(f"FAIL: {name}: {said}")


def text(s):
    return struct.pack("<H", len(s)) + s.encode()


def head(ports, start=0):
    return b"STMPREC1" + text("tiny") + text("i_small") + struct.pack("<QII", start, 64, len(ports)) + b"".join(
        struct.pack("<BI", way, width) + text(name) for name, way, width in ports) + struct.pack("<I", 1) + text("CYCLES")


def frames(ports, cycles):
    """Values of the ports in each cycle, packed; counters before the first."""
    out = [struct.pack("<BQ", 2, 0)]
    for values in cycles:
        bits, at = 0, 0
        for (_, _, width), v in zip(ports, values):
            bits |= v << at
            at += width
        out.append(b"\1" + bits.to_bytes((at + 7) // 8, "little"))
    return b"".join(out) + struct.pack("<BQ", 0xff, len(cycles))


def write(path, data):
    with gzip.open(path, "wb") as file:
        file.write(data)
    return path


class Bench:
    """A folder with a netlist, and what unit.Unit asks of libraries."""

    def __init__(self, where):
        self.where = where

    def unit(self, netlist=GATE, lib=TOY):
        parsed = liberty.parse(lib, "toy.lib")
        name = netlist.split("module ")[1].split("(")[0]
        with open(f"{self.where}/{name}.v", "w", encoding="utf-8") as file:
            file.write(netlist)
        libs = types.SimpleNamespace(power=power.Library([parsed]), period=10.0, memory_pin=lambda _: 2.0, memory_row=self.memory,
                                     timing=types.SimpleNamespace(facts=types.SimpleNamespace(access=1.0), roles=roles.Roles(liberty.parse(TOY, "toy.lib"))))
        net = types.SimpleNamespace(name=name, all_kids=lambda: [])
        return unit.Unit("small", "i_small", net, libs, self.where)

    def memory(self, memory, reads, writes, _):
        return {"path": memory.path, "reads": reads, "writes": writes}

    def run(self, netlist=GATE, lib=TOY, ports=None, cycles=None, data=None, window=(0, 0, 0), timed=False):
        path = write(f"{self.where}/r.rec", data or head(ports or PORTS) + frames(ports or PORTS, cycles or CYCLES))
        return self.unit(netlist, lib).replayed("test", path, window, f"{B}/replay", timed)

    def refused(self, name, words, **how):
        try:
            row = self.run(**how)
        except (liberty.BadLiberty, design.BadDesign, record.BadRecord) as fault:
            expect(name, words in str(fault) and "\n" not in str(fault), fault)
            return
        expect(name, False, f"taken: {row['pj']}")
