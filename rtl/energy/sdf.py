# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""Delays of a flat unit as SDF 3.0 (IEEE 1497): of each cell every path from an input to an output, of a flip-flop from
its clock, rise and fall, at the slews and loads of model.py. Cells are named as verilog.py names them."""
import netlist

HEAD = """(DELAYFILE
  (SDFVERSION "3.0")
  (DESIGN "{design}")
  (PROGRAM "rtl/energy/sdf.py")
  (DIVIDER .)
  (TIMESCALE 1ps)
"""


def triple(fs):
    """Minimum, typical and maximum of one delay, alike, in ps: whole fs, so that nothing is rounded."""
    text = f"{fs // 1000}.{fs % 1000:03d}"
    return f"({text}:{text}:{text})"


def first(kind, pins):
    """Input -> the first that is on its net: by that one's name Icarus knows paths of both. `pins`: pin -> net."""
    found = {}
    return {p: p if pins[p] in (netlist.ZERO, netlist.ONE) else found.setdefault(pins[p], p) for p in kind.inputs}


def paths(kind, pins, delays):
    """{(how the source is named in a path, output): (rise, fall) in fs}, of one cell whose delays() these are; of inputs on one
    net, which change together, the shorter. What clears or presets a flip-flop comes through after the time of its clock."""
    named, found = first(kind, pins), {}
    for at, (out, source) in enumerate((o, s) for o in kind.outputs for s in ([kind.clock] if kind.flop else kind.inputs)):
        delay = tuple(delays[2 * at:2 * at + 2])
        for key in [f"(posedge {source})"] + [named[p] for p in kind.forcing()] if kind.flop else [named[source]]:
            found[key, out] = tuple(map(min, delay, found.get((key, out), delay)))
    return found


def cell(kind, instance, pins, delays):
    lines = "".join(f"\n      (IOPATH {source} {pin} {triple(up)} {triple(down)})"
                    for (source, pin), (up, down) in paths(kind, pins, delays).items())
    return f'  (CELL (CELLTYPE "{kind.name}") (INSTANCE {instance})' + (
        f"\n    (DELAY (ABSOLUTE{lines})))\n" if lines else ")\n")


def write(path, design, rows):
    """`design`: the module that is annotated. `rows`: (kind, instance, pin -> net, delays in fs) of every cell."""
    with open(path, "w", encoding="ascii") as file:
        file.write(HEAD.format(design=design))
        if not rows: # SDF has no empty list
            file.write(f'  (CELL (CELLTYPE "{design}") (INSTANCE))\n')
        for row in rows:
            file.write(cell(*row))
        file.write(")\n")
