# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""A flat unit as Verilog for a simulator with delays: a module for each kind of cell, from the functions of the library,
one of the unit's nets, n2, n3 ... as netlist.py numbers them, and one of the cells, in blocks. Names start at `bench`, the
module above them that drives the nets (bench.py)."""
import re

import roles # by the path of power.py
from liberty import BadLiberty

import netlist

SCALE = "`timescale 1ps/1fs\n"
BLOCK = 256 # cells of a block: $sdf_annotate goes through all there is of a level, for every cell

MEMORY = """
// As rtl/lib/stamp_ram* behave: a read gives what stood there before a write of the same cycle, 0 beyond the last line.
module memory #(parameter READS = 1, WRITES = 1, LINES = 1, WIDTH = 1, ENABLES = 1, ADDRESS = 1, ACCESS_FS = 1) (
    input CLK, input [READS-1:0] RE, input [READS*ADDRESS-1:0] RA, output reg [READS*WIDTH-1:0] RD,
    input [WRITES*ENABLES-1:0] WE, input [WRITES*ADDRESS-1:0] WA, input [WRITES*WIDTH-1:0] WD);
  reg [WIDTH-1:0] line [0:LINES-1];
  reg [READS*WIDTH-1:0] out;
  reg [ADDRESS-1:0] at;
  integer i, p;
  initial begin
    for (i = 0; i < LINES; i = i + 1) line[i] = 0;
    out = 0;
    RD = 0;
  end
  always @(posedge CLK) begin
    for (p = 0; p < READS; p = p + 1)
      if (RE[p]) begin
        at = RA[p*ADDRESS +: ADDRESS];
        out[p*WIDTH +: WIDTH] = at < LINES ? line[at] : 0;
      end
    for (p = 0; p < WRITES; p = p + 1) begin
      at = WA[p*ADDRESS +: ADDRESS];
      for (i = 0; i < WIDTH; i = i + 1)
        if (WE[p*ENABLES + (ENABLES == 1 ? 0 : i)] && at < LINES) line[at][i] = WD[p*WIDTH + i];
    end
    RD <= #(ACCESS_FS / 1000.0) out;
  end
endmodule
"""


class Text:
    """What roles.parse() builds here: Verilog, in brackets."""
    constant = staticmethod(lambda one: f"1'b{int(one)}")
    name = staticmethod(lambda n: n)
    inverse = staticmethod(lambda a: f"~{a}")
    either = staticmethod(lambda a, b: f"({a} | {b})")
    differ = staticmethod(lambda a, b: f"({a} ^ {b})")
    both = staticmethod(lambda a, b: f"({a} & {b})")


def expression(kind, function):
    names = kind.inputs + [n for n in (kind.iq, kind.iqn) if n]
    text = roles.parse(function, names, Text)
    if text is None:
        raise BadLiberty(f"cell {kind.name}: '{function[:60]}' is not over its pins")
    return text


def output(pin, text):
    """Icarus makes one net of what an assignment only hands on, and the path is gone: a buffer keeps two."""
    return f"  buf ({pin}, {text});" if re.fullmatch(r"\w+", text) else f"  assign {pin} = {text};"


def model(kind):
    """The module of a kind of cell. Paths have a delay only by SDF, which comes at time 0: until then none, so that what
    holds at first is there."""
    ports = [f"input {p}" for p in ([kind.clock] if kind.flop else []) + kind.inputs] + [f"output {p}" for p in kind.outputs]
    lines = [f"module {kind.name} ({', '.join(ports)});"]
    if kind.flop:
        clear, preset, after = (expression(kind, kind.cell.flop.get(w, "") or "0") for w in ("clear", "preset", "next_state"))
        lines += [f"  reg {kind.iq};", f"  initial {kind.iq} = 1'b{kind.start()};"]
        if kind.iqn:
            lines.append(f"  wire {kind.iqn} = ~{kind.iq};")
        if kind.forcing():
            lines += [f"  wire clear__ = {clear}, preset__ = {preset};",
                      f"  always @(posedge {kind.clock}) if (!clear__ && !preset__) {kind.iq} = {after};",
                      f"  always @(clear__ or preset__) if (clear__) {kind.iq} = 1'b0; else if (preset__) {kind.iq} = 1'b1;"]
        else:
            lines.append(f"  always @(posedge {kind.clock}) {kind.iq} = {after};")
    lines += [output(p, expression(kind, kind.cell.functions[p])) for p in kind.outputs]
    sources = [f"posedge {kind.clock} => ({{}} : {kind.iq})"] if kind.flop else []
    sources += [f"{p} => {{}}" for p in (kind.forcing() if kind.flop else kind.inputs)]
    if sources and kind.outputs:
        lines += ["  specify"] + [f"    ({s.format(p)}) = (0, 0);" for p in kind.outputs for s in sources] + ["  endspecify"]
    return "\n".join(lines + ["endmodule\n"])


def net(n):
    """A net from anywhere in the design."""
    return f"1'b{n}" if n in (netlist.ZERO, netlist.ONE) else f"bench.nets.n{n}"


def bus(nets):
    return "{" + ", ".join(net(n) for n in reversed(nets)) + "}"


def instance(at):
    """Of the cell at this place of the order, below `unit`."""
    return f"b{at // BLOCK}.g{at % BLOCK}"


def moving(flat, cells, kinds):
    """Nets that something drives, but the clock."""
    found = {n for _, way, nets in flat.ports if way == "input" for n in nets if n != flat.clock}
    found |= {c.pins[p] for c in cells for p in kinds[c.kind].outputs if p in c.pins}
    found |= {n for m in flat.memories for n in m.pins.get("RD", ())}
    return sorted(found)


def placed(at, c, kind):
    pins = [(kind.clock, "bench.clk")] if kind.flop else []
    pins += [(p, net(c.pins[p])) for p in kind.inputs + kind.outputs if p in c.pins]
    return f"  {c.kind} g{at % BLOCK} (" + ", ".join(f".{p}({n})" for p, n in pins) + ");\n"


def memory(at, m, access_fs):
    sizes = {"READS": m.reads, "WRITES": m.writes, "LINES": m.lines, "WIDTH": m.width, "ENABLES": m.enables,
             "ADDRESS": len(m.pins["RA"]) // m.reads, "ACCESS_FS": access_fs}
    pins = [("CLK", "bench.clk")] + [(p, bus(m.pins[p])) for p in ("RE", "RA", "RD", "WE", "WA", "WD") if m.pins.get(p)]
    return "  memory #(" + ", ".join(f".{k}({v})" for k, v in sizes.items()) + f") m{at} (" + ", ".join(
        f".{p}({n})" for p, n in pins) + ");\n"


def write(path, flat, cells, kinds, access_fs):
    blocks = range(0, len(cells), BLOCK)
    with open(path, "w", encoding="ascii") as file:
        file.write(SCALE)
        for name in sorted({c.kind for c in cells}):
            file.write(model(kinds[name]))
        if flat.memories:
            file.write(MEMORY)
        for b in blocks:
            file.write(f"module block{b // BLOCK};\n")
            for at, c in enumerate(cells[b:b + BLOCK], b):
                file.write(placed(at, c, kinds[c.kind]))
            file.write("endmodule\n")
        file.write("module memories;\n" + "".join(memory(i, m, access_fs) for i, m in enumerate(flat.memories)) + "endmodule\n")
        file.write("module nets;\n" + "".join(f"  wire n{n};\n" for n in moving(flat, cells, kinds)) + "endmodule\nmodule unit;\n")
        for b in blocks:
            file.write(f"  block{b // BLOCK} b{b // BLOCK} ();\n")
        file.write("  memories memories ();\nendmodule\n")
