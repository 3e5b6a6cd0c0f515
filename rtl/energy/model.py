# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""A flat unit with a library: order of its cells, loads, slews, the energy of every count; written for the replay
(gates.h)."""
import collections
import io
import struct
from array import array

import liberty # by the path of power.py
import netlist
import states
from design import BadDesign

PARTS = ("switching", "internal", "clock", "leakage", "ground")


def order(flat, kinds):
    """Cells so that each follows what drives it; what a clock lets through comes by itself."""
    driver = {}
    for i, c in enumerate(flat.cells):
        kind = kinds[c.kind]
        for pin in kind.outputs:
            net = c.pins.get(pin)
            if net is None:
                continue
            if net in driver or net in (netlist.ZERO, netlist.ONE):
                raise BadDesign(f"net of {c.kind}.{pin} has two drivers")
            driver[net] = i
    waits, after = [0] * len(flat.cells), collections.defaultdict(list)
    for i, c in enumerate(flat.cells):
        kind = kinds[c.kind]
        passes = kind.inputs if not kind.flop else [p for p in kind.inputs if any(
            p in kind.cell.flop.get(w, "") for w in ("clear", "preset"))]
        for pin in passes:
            if c.pins.get(pin) in driver:
                after[driver[c.pins[pin]]].append(i)
                waits[i] += 1
    ready = collections.deque(i for i, w in enumerate(waits) if not w)
    out, level = [], [0] * len(waits)
    while ready:
        i = ready.popleft()
        out.append(i)
        for k in after[i]:
            waits[k] -= 1
            level[k] = max(level[k], level[i] + 1)
            if not waits[k]:
                ready.append(k)
    if len(out) < len(waits):
        raise BadDesign(f"{len(waits) - len(out)} cells in a combinational loop")
    out.sort(key=lambda i: (level[i], flat.cells[i].kind)) # alike cells behind each other: the replay is faster
    known = set(driver) | {netlist.ZERO, netlist.ONE} | {n for _, way, nets in flat.ports if way == "input" for n in nets}
    known |= {n for m in flat.memories for n in m.pins.get("RD", ())}
    for c in flat.cells:
        for pin in kinds[c.kind].cell.inputs:
            if c.pins.get(pin) not in known:
                raise BadDesign(f"{c.kind}.{pin} in {flat.modules[c.module][0] or 'the unit'} is not driven")
    return [flat.cells[i] for i in out], driver


def border_slew(library, roles):
    """What a buffer gives that drives four NAND inputs, itself driven so: ns."""
    cell, load = library.cell(roles.buffer.name), 4 * roles.nand.load() * library.units.load
    slews = cell.slews[cell.outputs[0]]
    slew = 0.0
    for _ in range(50):
        slew = transition(slews, lambda _: slew, load) # pylint: disable=cell-var-from-loop
    if not slew or slew <= 0:
        raise liberty.BadLiberty(f"cell {cell.name}: no transition table")
    return slew


def transition(slews, of, load):
    """The mean over tables and both edges, or None. `of`: slew of an input pin."""
    found = []
    for s in slews:
        at = [of(p) for p in s.related] or [None]
        found += [t.at(a, load) for a in at if a is not None for t in (s.rise, s.fall) if t]
    return sum(found) / len(found) if found else None


class Energies:
    """Loads, slews, and the energy of one count of every table of every cell, and of a toggle of every net."""

    def __init__(self, flat, cells, kinds, library, slew, memory_pin):
        self.units = library.units
        self.load = [0.0] * flat.count
        self.clock_load = collections.Counter() # by module
        for c in cells:
            kind = kinds[c.kind]
            for pin in kind.cell.inputs:
                if pin == kind.clock:
                    if c.pins[pin] != flat.clock:
                        raise BadDesign(f"{c.kind} in {flat.modules[c.module][0] or 'the unit'} is not on the clock")
                    self.clock_load[c.module] += kind.cell.caps[pin]
                else:
                    self.load[c.pins[pin]] += kind.cell.caps[pin]
        for m in flat.memories:
            for pin, nets in m.pins.items():
                for n in nets:
                    if pin in ("RCLK", "WCLK"):
                        self.clock_load[m.module] += memory_pin(m)
                    elif pin != "RD":
                        self.load[n] += memory_pin(m)
        self.slew = [slew] * flat.count
        self.border, self.counts, self.base, self.known = slew, array("d"), [], {}
        self.clock = flat.clock
        for c in sorted(cells, key=lambda c: not kinds[c.kind].flop): # stable: flip-flops first, the rest in order
            self.drive(c, kinds[c.kind])
        for c in cells:
            self.base.append(len(self.counts))
            self.cost(c, kinds[c.kind])

    def drive(self, c, kind):
        of = lambda p: self.slew[c.pins[p]] if p in c.pins else self.border # noqa: E731
        for pin in kind.outputs:
            net = c.pins.get(pin)
            if net is None:
                continue
            slew = transition(kind.cell.slews[pin], of, self.load[net])
            if slew is not None:
                self.slew[net] = max(slew, 0.0)

    def tables(self, kind):
        """Of each table of a kind of cell: pins whose slew and pin whose load it is of, the arc; found once."""
        if kind not in self.known:
            found = []
            for arc, where, _, _, _, _ in kind.arcs:
                if where == states.OUTPUT:
                    pins, pin = arc.related, next(p for p in kind.outputs if any(a is arc for a in kind.cell.arcs[p]))
                else:
                    pins, pin = (next(p for p, arcs in kind.cell.arcs.items() if any(a is arc for a in arcs)),), None
                found.append((pins, pin, arc))
            self.known[kind] = found
        return self.known[kind]

    def cost(self, c, kind):
        for pins, pin, arc in self.tables(kind):
            load = self.load[c.pins[pin]] if pin in c.pins else 0.0
            at = [self.slew[c.pins[p]] for p in pins if p in c.pins] or [self.border]
            slew = sum(at) / len(at)
            for table in (arc.rise, arc.fall):
                self.counts.append(table.at(slew, load) if table else 0.0)

    def delays(self, c, kind):
        """fs of every output's rise and fall, by input in order, of a flip-flop by its clock; the mean over its tables. 1
        where the output does not depend on the input."""
        out = []
        for at, pin in enumerate(kind.outputs):
            load = self.load[c.pins[pin]] if pin in c.pins else 0.0
            for source in [kind.clock] if kind.flop else kind.inputs:
                slew = self.slew[c.pins[source]] if source in c.pins else self.border
                arcs = [s for s in kind.cell.slews[pin] if source in s.related]
                for tables in ([s.delay_rise for s in arcs], [s.delay_fall for s in arcs]):
                    found = [t.at(slew, load) for t in tables if t]
                    if not found and kind.depends(at, source):
                        raise liberty.BadLiberty(f"cell {kind.name}: no table of the delay from {source} to {pin}")
                    out.append(max(int(sum(found) / len(found) * 1e6), 1) if found else 1)
        return out

    def toggle(self, net):
        """fJ of one change: half of C V squared."""
        return 0.5 * self.load[net] * self.units.supply ** 2


def vec(file, kind, values):
    data = array(kind, values)
    file.write(struct.pack("<Q", len(data)))
    file.write(data.tobytes())


def write_kind(file, kind):
    vec(file, "i", (len(kind.inputs), len(kind.outputs), kind.flop, kind.count, len(kind.arcs)))
    for v in (kind.out, kind.next, kind.forced):
        vec(file, "B", v)
    vec(file, "d", kind.leak)
    families = {}
    for arc, where, at, mask, high, low in kind.arcs:
        family = families.setdefault((where, at, mask, arc.ground), len(families))
        vec(file, "i", (where, at, mask, not arc.when, arc.ground, family))
        vec(file, "B", high)
        vec(file, "B", low)


def ports(flat, record):
    """(bit of the frame, net) of inputs, of outputs. Every port of the netlist must be recorded."""
    place = record.place()
    ways = {"input": ([], []), "output": ([], [])}
    for name, way, nets in flat.ports:
        if nets and nets[0] == flat.clock:
            continue
        if name not in place or place[name][:2] != (way, len(nets)):
            said = f"{place[name][0]} of {place[name][1]} bits" if name in place else "not there"
            raise BadDesign(f"{record.path}: {way} {name} of {len(nets)} bits is {said}: recorded of another unit or machine?")
        for i, net in enumerate(nets):
            ways[way][0].append(place[name][2] + i)
            ways[way][1].append(net)
    return ways["input"] + ways["output"]


def body(flat, cells, driver, kinds, energies, timed):
    """What of the file is the same for every record. Delays only where they are used."""
    used = sorted({c.kind for c in cells})
    number = {k: i for i, k in enumerate(used)}
    module = [0] * flat.count # a net is of what drives it
    for net, i in driver.items():
        module[net] = flat.cells[i].module
    for m in flat.memories:
        for net in m.pins.get("RD", ()):
            module[net] = m.module
    supply = energies.units.supply
    with io.BytesIO() as file:
        for k in used:
            write_kind(file, kinds[k])
        rows, pins, delays = array("i"), array("i"), array("i")
        for c, base in zip(cells, energies.base):
            kind = kinds[c.kind]
            start = kind.start() << len(kind.inputs)
            rows.extend((number[c.kind], c.module, base, len(pins), start, len(delays)))
            if timed:
                delays.extend(energies.delays(c, kind))
            pins.extend(c.pins.get(p, -1) for p in kind.inputs + kind.outputs)
        vec(file, "i", rows)
        vec(file, "i", pins)
        vec(file, "i", delays)
        vec(file, "i", module)
        vec(file, "d", energies.counts)
        vec(file, "d", (energies.toggle(n) for n in range(flat.count)))
        # Of a cycle the clock rises and falls once.
        vec(file, "d", (energies.clock_load[m] * supply ** 2 for m in range(len(flat.modules))))
        for m in flat.memories:
            address = len(m.pins["RA"]) // m.reads
            vec(file, "i", (m.module, m.reads, m.writes, m.lines, m.width, m.enables, address))
            for pin in ("RE", "RA", "RD", "WE", "WA", "WD"):
                vec(file, "i", m.pins.get(pin, ()))
        return len(used), file.getvalue()


def write(path, flat, made, record, period_ns, window, arrive=(0.0, 0.0)):
    """The file for the replay. `made`: of body(). `window`: (first cycle that counts, how many or 0, cycles not compared).
    `arrive`: ns behind the clock at which inputs, memories' outputs are there, for a replay with delays."""
    kinds, data = made
    with open(path, "wb") as file:
        vec(file, "b", b"STMPGAT1")
        vec(file, "q", (flat.count, len(flat.modules), record.skip, record.start, *window, record.every,
                        len(record.events), record.bits, kinds, len(flat.memories), int(arrive[0] * 1e6), int(arrive[1] * 1e6)))
        vec(file, "d", (period_ns,))
        file.write(data)
        for v in ports(flat, record):
            vec(file, "i", v)
