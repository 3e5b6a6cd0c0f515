# SPDX-License-Identifier: Apache-2.0
"""Both sides of a proof of a netlist, as and-inverter graphs over named points.

Free points: bits of inputs, of registers, of what black boxes (memories, netlists below) give. Bound points: bits of
outputs, of registers' next values, of black boxes' inputs. A point is (kind, name, bit)."""
import json
import re

import netlist # of rtl/energy
import liberty # of rtl/timing
import mapping
import roles
from design import BadDesign

PORT, REGISTER, BOX = "port", "register", "box"
CLOCKS = ("clk_i", "RCLK", "WCLK")
GATED = """read_rtlil {dir}/{name}.prove.il
hierarchy -check -top {name}
flatten
memory_collect
memory_map
opt_clean
setundef -undriven -zero
wreduce t:$mul
dffunmap
techmap
simplemap
aigmap
opt_clean
write_json {dir}/{name}.prove.json
"""


def evaluate(starts, value, below, make):
    """Values of `starts` and of what they need; `below`: what a net is made of."""
    for start in starts:
        waiting, under_way = [start], set()
        while waiting:
            net = waiting[-1]
            missing = [n for n in below(net) if n not in value] if net not in value else ()
            if missing and net in under_way:
                raise BadDesign(f"net {net} is in a combinational loop")
            if missing:
                under_way.add(net)
                waiting += missing
                continue
            if net not in value:
                value[net] = make(net)
            under_way.discard(net)
            waiting.pop()


def name(point):
    return f"{point[0]} {point[1]}[{point[2]}]"


class Rtl:
    """The module as it is elaborated, no optimization after that: logic to gates bit by bit."""

    def __init__(self, net, where):
        with open(f"{where}/{net.name}.prove.il", "w", encoding="utf-8") as file:
            file.write(net.text)
        mapping.run(GATED.format(dir=where, name=net.name), f"{where}/{net.name}.prove")
        with open(f"{where}/{net.name}.prove.json", encoding="utf-8") as file:
            module = json.load(file)["modules"][net.name]
        self.free, self.bound, self.gates, names = {}, [], {}, {}
        for wire, found in module["netnames"].items():
            for i, bit in enumerate(found["bits"]):
                names.setdefault(bit, []).append((wire, i)) # as Yosys counts in names of flip-flops, from 0
        for port, found in module["ports"].items():
            for i, bit in enumerate(found["bits"]):
                if found["direction"] == "input":
                    self.free[PORT, port, i] = bit
                else:
                    self.bound.append(((PORT, port, i), bit))
        for cell, found in module["cells"].items():
            self.take(cell, found, names)

    def take(self, cell, found, names):
        kind, pins = found["type"], found["connections"]
        if kind in ("$_AND_", "$_NOT_"):
            self.gates[pins["Y"][0]] = pins["A"][0], pins["B"][0] if kind == "$_AND_" else None
        elif kind == "$_DFF_P_":
            for wire, i in names[pins["Q"][0]]:
                self.free[REGISTER, wire, i] = pins["Q"][0]
                self.bound.append(((REGISTER, wire, i), pins["D"][0]))
        elif kind.startswith("$"):
            raise BadDesign(f"{cell}: a {kind} in the RTL")
        else:
            for pin, bits in pins.items():
                for i, bit in enumerate(bits):
                    if found["port_directions"][pin] == "output":
                        self.free[BOX, f"{cell}.{pin}", i] = bit
                    elif pin not in CLOCKS:
                        self.bound.append(((BOX, f"{cell}.{pin}", i), bit))

    def build(self, graph, variables):
        """Point -> literal of every bound point."""
        value = {"0": 0, "1": 1, "x": 0}
        for point, bit in self.free.items():
            value[bit] = variables[point]

        def make(bit):
            a, b = self.gates[bit]
            return value[a] ^ 1 if b is None else graph.both(value[a], value[b])
        evaluate((b for _, b in self.bound), value, lambda bit: [x for x in self.gates[bit] if x is not None], make)
        return {point: value[bit] for point, bit in self.bound}


class Build:
    """What roles.parse() builds here: a function of a graph and the literals of the pins."""
    constant = staticmethod(lambda one: lambda g, v: int(one))
    name = staticmethod(lambda n: lambda g, v: v[n])
    inverse = staticmethod(lambda a: lambda g, v: a(g, v) ^ 1)
    either = staticmethod(lambda a, b: lambda g, v: g.either(a(g, v), b(g, v)))
    differ = staticmethod(lambda a, b: lambda g, v: g.differ(a(g, v), b(g, v)))
    both = staticmethod(lambda a, b: lambda g, v: g.both(a(g, v), b(g, v)))


class Cells:
    """What the cells of a library do, by the functions it states."""

    def __init__(self, lib):
        with open(lib.path, encoding="latin-1") as file:
            self.groups = {g.name: g for g in liberty.parse(file.read(), lib.name).of("cell")}
        self.known = {}

    def of(self, kind):
        if kind not in self.known:
            self.known[kind] = Cell(self.groups[kind])
        return self.known[kind]


class Cell:
    """Its outputs as functions of inputs and, of a flip-flop, of what it holds."""

    def __init__(self, group):
        self.name, pins, ff = group.name, group.of("pin"), group.of("ff")
        if group.of("latch", "latch_bank", "ff_bank", "statetable"):
            raise BadDesign(f"cell {self.name}: not a gate, and not a flip-flop of one bit")
        self.clock = ff[0].get("clocked_on", "").strip("() ") if ff else None
        self.inputs = [p.name for p in pins if p.get("direction") == "input" and p.name != self.clock]
        self.state = [x.strip('" ') for x in ff[0].name.split(",")] if ff else []
        self.outputs = {p.name: self.function(p.get("function")) for p in pins
                        if p.get("direction") == "output" and p.get("function")}
        if ff and (ff[0].get("clear") or ff[0].get("preset")):
            raise BadDesign(f"cell {self.name} is cleared or preset without a clock")
        self.after = self.function(ff[0].get("next_state", "")) if ff else None
        # A flip-flop of ASAP7 holds the inverse of what it is to: Yosys takes the pin of the other sense for it.
        self.inverse = bool(ff) and all(self.after(None, {n: v for n in self.inputs}) == 1 - v for v in (0, 1)) \
            if ff and re.fullmatch(r"[!()\s\w']+", ff[0].get("next_state", "")) else False

    def function(self, text):
        built = roles.parse(text, self.inputs + self.state, Build)
        if built is None:
            raise BadDesign(f"cell {self.name}: '{text[:60]}' is not over its pins")
        return built


class Gates:
    """The mapped netlist: cells of the library, memories and netlists below."""

    def __init__(self, path, cells, net, registers):
        """`registers`: points of the RTL, by which names in brackets are told from bits."""
        self.registers = registers
        text = netlist.read(path)
        self.given = {kid.name: [n.lstrip("\\") for n, _, way, _ in kid.module.ports() if way == "output"] for _, kid in net.kids}
        self.parent = list(range(len(text.nets)))
        for a, b in text.same:
            a, b = self.root(a), self.root(b)
            self.parent[max(a, b)] = min(a, b) # constants are the lowest, and stay
        self.free, self.bound, self.driver, self.logic, self.inverse = {}, [], {}, [], set()
        for port, way, nets in text.ports:
            self.join(PORT, port.lstrip("\\"), nets, way == "input")
        for kind, instance, pins in text.instances:
            if kind in cells.groups:
                self.cell(cells.of(kind), instance, {p: self.root(n[0]) for p, n in pins.items()})
            else:
                self.box(kind, instance, pins)

    def root(self, n):
        while self.parent[n] != n:
            n = self.parent[n]
        return n

    def join(self, kind, what, nets, free):
        for i, n in enumerate(nets):
            if free:
                self.free[kind, what, i] = self.root(n)
            else:
                self.bound.append(((kind, what, i), self.root(n)))

    def cell(self, cell, instance, pins):
        """A net is driven by (instance, function, nets of its inputs); one of no instance is not put wrong."""
        inputs = {p: pins[p] for p in cell.inputs if p in pins}
        if cell.clock:
            m = re.fullmatch(r"((.*?)(?:\[(\d+)\])?)\$_\w+_", instance)
            if not m:
                raise BadDesign(f"flip-flop {instance} does not say which register it is")
            point, own = (REGISTER, m.group(2), int(m.group(3) or 0)), ("holds", instance)
            if point not in self.registers:
                point = REGISTER, m.group(1), 0
            self.free[point], held = own, {cell.state[0]: own}
            if len(cell.state) > 1:
                held[cell.state[1]] = "holds not", instance
                self.driver["holds not", instance] = None, lambda g, v, q=cell.state[0]: v[q] ^ 1, {cell.state[0]: own}
            self.driver["next", instance] = None, cell.after, {**inputs, **held}
            self.inverse |= {own, ("next", instance)} if cell.inverse else set()
            self.bound.append((point, ("next", instance)))
            inputs = held
        else:
            self.logic.append(instance)
        for pin, function in cell.outputs.items():
            if pin in pins:
                if pins[pin] in self.driver or pins[pin] in (netlist.ZERO, netlist.ONE):
                    raise BadDesign(f"the net of {instance}.{pin} has two drivers")
                self.driver[pins[pin]] = instance, function, inputs

    def box(self, kind, instance, pins):
        outputs = ("RD",) if netlist.MEMORY.match(kind) else self.given.get(kind)
        if outputs is None:
            raise BadDesign(f"{instance}: {kind} is no cell, no memory and no netlist below")
        for pin, nets in pins.items():
            if pin not in CLOCKS:
                self.join(BOX, f"{instance}.{pin}", nets, pin in outputs)

    def build(self, graph, variables, wrong=None):
        """Point -> literal of every bound point. `wrong`: a gate whose outputs are inverted."""
        value = {netlist.ZERO: 0, netlist.ONE: 1}
        for point, net in self.free.items():
            value.setdefault(net, variables[point] ^ (net in self.inverse))

        def below(net):
            if net not in self.driver:
                raise BadDesign(f"net {net} is not driven")
            return self.driver[net][2].values()

        def make(net):
            instance, function, inputs = self.driver[net]
            return function(graph, {p: value[n] for p, n in inputs.items()}) ^ (wrong is not None and instance == wrong)
        evaluate((n for _, n in self.bound), value, below, make)
        return {point: value[net] ^ (net in self.inverse) for point, net in self.bound}
