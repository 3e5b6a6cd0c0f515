# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""Rows of a unit, one a record, each replayed or taken from the cache by the hash of all it depends on."""
import hashlib
import json
import os

import glitches
import icarus
import results
import unit

HERE = os.path.dirname(os.path.abspath(__file__))
MADE_BY = ("power", "states", "netlist", "model", "record", "macros", "unit") # what a row depends on beside inputs
SECOND_BY = MADE_BY + ("sdf", "verilog", "bench", "icarus", "glitches")
SETTLE = 1024 # cycles not compared of a record that does not begin at reset


def digest(*parts):
    h = hashlib.sha256()
    for p in parts:
        data = p if isinstance(p, bytes) else repr(p).encode()
        h.update(len(data).to_bytes(8, "little") + data)
    return h.hexdigest()[:24]


def contents(path):
    with open(path, "rb") as file:
        return file.read()


class Replays:
    """Of one unit: `place` is (title, path, netlist)."""

    def __init__(self, options, libs, where, steps, place):
        self.title, self.path, self.net = place
        self.options, self.libs, self.where, self.steps, self.b = options, libs, where, steps, os.environ.get("B", "build")
        self.made, self.simulation = None, None
        texts = [contents(f"{where}/{n.name}.v") for n in self.net.all_kids() + [self.net]]
        self.key = [*texts, libs.key, libs.period]
        self.window = (options.start and SETTLE, 0, SETTLE if options.start else 1)

    def unit(self):
        if self.made is None:
            self.made = unit.Unit(self.title, self.path, self.net, self.libs, self.where)
            self.steps.done(f"{self.title}: {len(self.made.cells)} cells, {len(self.made.flat.memories)} memories")
        return self.made

    def cached(self, what, by, tools, make):
        """What make() gives, `what` saying all it depends on beside the files `by` and `tools`; and whether it was known."""
        code = [contents(f"{HERE}/{m}.py") for m in by] + [contents(f"{self.b}/{t}") for t in tools]
        path = f"{self.b}/energy/cache/{digest(*code, *self.key, *what)}.json"
        if os.path.exists(path):
            return json.loads(contents(path)), True
        row = make()
        results.write(path, row)
        return row, False

    def replayed(self, name, file, timed):
        row, known = self.cached((file, self.options.start, timed), MADE_BY, ["replay"],
                                 lambda: self.unit().replayed(name, file, self.window, timed=timed))
        self.steps.done(f"{self.title} on {name}" + (" with delays" if timed else "") + (" (known)" if known else ""),
                        row["peak_kb"] if not known else 0)
        return row

    def row(self, name, file):
        """With GLITCHES=1 the row with delays, and its share of glitches; with ICARUS=1 what Icarus says."""
        quiet = self.replayed(name, file, False)
        if not self.options.glitches:
            return quiet
        row = self.replayed(name, file, True)
        row |= glitches.shares(quiet, row)
        if self.options.icarus:
            seen, known = self.cached((file, self.options.start, "icarus", icarus.version()), SECOND_BY, ["replay", "transitions"],
                                      lambda: self.in_icarus(name, file, row))
            self.steps.done(f"{self.title} on {name} in Icarus" + (" (known)" if known else ""))
            row |= seen
        return row

    def in_icarus(self, name, file, row):
        if self.simulation is None:
            self.simulation = icarus.Simulation(self.unit())
            self.steps.done(f"{self.title} as Verilog and SDF")
        return glitches.second(self.unit(), self.simulation, name, file, self.window, row)

    def end(self):
        if self.simulation:
            self.simulation.end()
