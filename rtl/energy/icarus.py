# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""A unit's gates in Icarus Verilog, with delays by SDF: outputs compared as in the kit's replay, changes counted from the
dump of all nets."""
import os
import shutil

import bench
import model
import process
import record
import sdf
import verilog
from design import BadDesign

TOOLS = ("iverilog", "vvp")


def missing():
    """What must be there and is not, in words; else None."""
    gone = [t for t in TOOLS if not shutil.which(t)]
    return f"{' and '.join(gone)} not there: ICARUS=1 needs Icarus Verilog (apt-get install iverilog)" if gone else None


def version():
    return process.run(["iverilog", "-V"])[1].split("\n")[0]


def longest(flat, cells, kinds, delays, arrive):
    """fs behind the clock until all has settled, whatever path it takes."""
    at = {n: arrive[0] for _, way, nets in flat.ports if way == "input" for n in nets}
    at.update({n: arrive[1] for m in flat.memories for n in m.pins.get("RD", ())})
    for flop in (True, False):
        for c, d in zip(cells, delays):
            kind = kinds[c.kind]
            if kind.flop is flop:
                pins = () if flop and not kind.forcing() else kind.inputs
                latest = max([0] + [at.get(c.pins.get(p), 0) for p in pins]) + max(d, default=0)
                at.update({c.pins[p]: latest for p in kind.outputs if p in c.pins})
    return max(at.values(), default=0)


class Simulation:
    """A unit (unit.Unit) written for Icarus and compiled; then run on records."""

    def __init__(self, unit):
        self.unit, flat, kinds = unit, unit.flat, unit.kinds
        self.where = os.path.abspath(f"{unit.where}/{unit.title}.icarus")
        shutil.rmtree(self.where, ignore_errors=True)
        os.makedirs(self.where)
        os.symlink("/dev/fd/3", self.file("dump.vcd")) # what counts reads it: it is not kept
        self.arrive = [int(x * 1e6) for x in unit.arrive()]
        delays = [unit.energies.delays(c, kinds[c.kind]) for c in unit.cells]
        sdf.write(self.file("delays.sdf"), "unit", [(kinds[c.kind], verilog.instance(i), c.pins, d)
                                                     for i, (c, d) in enumerate(zip(unit.cells, delays))])
        verilog.write(self.file("unit.v"), flat, unit.cells, kinds, self.arrive[1])
        late = longest(flat, unit.cells, kinds, delays, self.arrive)
        self.nets = None # of ports, as the bench was written
        self.cycle = 2 * max(late + 1000, int(unit.libs.period * 1e6) // 2)

    def file(self, name):
        return f"{self.where}/{name}"

    def bad(self, name, what):
        raise BadDesign(f"{self.unit.title} on {name}, in Icarus: {what[:200]}")

    def compile(self, name, nets):
        bench.write(self.file("bench.v"), nets, [self.file(f) for f in ("delays.sdf", "dump.vcd")], (self.cycle, self.arrive[0]))
        code, said = process.run(["iverilog", "-g2005", "-gspecify", "-s", "bench", "-o", self.file("unit.vvp"),
                                  self.file("bench.v"), self.file("unit.v")])
        if code or said:
            self.bad(name, (said.strip().splitlines() or [f"iverilog: exit {code}"])[0])
        self.nets = nets

    def run(self, name, path, window):
        """Changes of each net, by number, of the cycles that count. `window` as model.write takes it. BadDesign where an
        output differs."""
        head = record.Record(path)
        in_bits, ins, out_bits, outs = model.ports(self.unit.flat, head)
        count = bench.frames(self.file("frames"), head, in_bits, out_bits)
        if self.nets != (ins, outs):
            self.compile(name, (ins, outs))
        first, most, settle = window
        first = max(first, settle, 1)
        count = min(count, window[0] + most) if most else count
        if count <= first:
            self.bad(name, "no cycle that counts")
        code, said, wrong, counts = process.piped(
            ["vvp", "-n", self.file("unit.vvp"), f"+frames={self.file('frames')}", f"+cycles={count}", f"+settle={settle}"],
            [f"{os.environ.get('B', 'build')}/transitions", str(first * self.cycle)])
        lines = [x for x in said.strip().splitlines() if not x.startswith("VCD info")]
        if lines and lines[0].startswith("differs "):
            cycle, at, want, seen = lines[0].split()[1:]
            port, bit = head.bit(out_bits[int(at)])
            self.bad(name, f"the gates differ from the machine in cycle {int(cycle) + head.start}: {port}[{bit}] is {seen}, "
                           f"recorded {want}")
        if code or lines != ["settled"]:
            self.bad(name, (lines or [f"vvp: exit {code}"])[0])
        if wrong:
            self.bad(name, (counts.strip().splitlines() or ["transitions failed"])[0])
        return {int(net[1:]): int(n) for net, n in (x.split() for x in counts.splitlines())}

    def end(self):
        shutil.rmtree(self.where, ignore_errors=True)
