# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""Delays of a flat unit as SDF 3.0 (IEEE 1497): of each cell every path from an input to an output, of a flip-flop from
its clock, rise and fall, at the slews and loads of model.py. Cells are named as verilog.py names them."""

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


def paths(kind, delays):
    """(how the source is named in a path, output, rise, fall in fs), of one cell whose delays() these are. What clears or
    presets a flip-flop comes through after the same time as its clock."""
    sources = [(f"(posedge {kind.clock})", p) for p in kind.outputs] if kind.flop else \
        [(i, p) for p in kind.outputs for i in kind.inputs]
    found = [(source, pin, delays[2 * at], delays[2 * at + 1]) for at, (source, pin) in enumerate(sources)]
    return found + [(pin, out, up, down) for _, out, up, down in found[:] for pin in kind.forcing()]


def cell(kind, instance, delays):
    lines = "".join(f"\n      (IOPATH {source} {pin} {triple(up)} {triple(down)})" for source, pin, up, down in paths(kind, delays))
    return f'  (CELL (CELLTYPE "{kind.name}") (INSTANCE {instance})' + (
        f"\n    (DELAY (ABSOLUTE{lines})))\n" if lines else ")\n")


def write(path, design, rows):
    """`rows`: (kind, instance, delays in fs) of every cell."""
    with open(path, "w", encoding="ascii") as file:
        file.write(HEAD.format(design=design))
        for row in rows:
            file.write(cell(*row))
        file.write(")\n")
