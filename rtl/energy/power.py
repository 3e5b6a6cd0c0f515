# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""What a Liberty file says of power: tables of energy inside cells, leakage, pin capacitances, and of timing what slews
need. All in fJ, fF, ns, nW, V, by the units the file states; a unit that is missing or odd ends the run."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "timing"))
import liberty # noqa: E402
from liberty import BadLiberty # noqa: E402

VOLT = {"v": 1.0, "mv": 1e-3}
WATT = {"w": 1e9, "mw": 1e6, "uw": 1e3, "nw": 1.0, "pw": 1e-3, "fw": 1e-6} # in nW
SLEW = {"input_transition_time", "input_net_transition"}
LOAD = {"total_output_net_capacitance"}
MOST_INPUTS = 9 # of a cell: its states are enumerated


class Units:
    """What one of each unit is: ns, fF, V, nW; fJ is that of power tables, capacitance times voltage squared."""

    def __init__(self, library):
        self.time, self.load = liberty.units(library)
        self.volt = unit(library, "voltage_unit", VOLT)
        self.leak = unit(library, "leakage_power_unit", WATT)
        self.energy = self.load * self.volt * self.volt
        self.supply = (library.number("nom_voltage") or 0.0) * self.volt
        if not 0 < self.supply < 20:
            raise BadLiberty(f"library {library.name}: nom_voltage is {library.get('nom_voltage')}, not a supply")

    def same(self, other):
        return vars(self) == vars(other)


def unit(library, name, scale):
    text = library.get(name, "")
    found = re.fullmatch(r"(\d+(?:\.\d*)?)\s*([a-z]+)", text.lower())
    value = float(found.group(1)) * scale.get(found.group(2), 0.0) if found else 0.0
    if not value:
        raise BadLiberty(f"library {library.name}: {name} is '{text}', not as 1{min(scale)}")
    return value


class Table:
    """Values over slew (ns) and load (fF), either, or neither; between and beyond its points linear."""

    def __init__(self, axes, points, values):
        self.axes, self.points, self.values = axes, points, values

    def at(self, slew, load):
        where = [slew if a == "slew" else load for a in self.axes]
        if not where:
            return self.values[0]
        i, f = place(self.points[0], where[0])
        if len(where) == 1:
            return mix(self.values, i, f)
        j, g = place(self.points[1], where[1])
        wide = len(self.points[1])
        return mix([mix(self.values[r * wide:(r + 1) * wide], j, g) for r in (i, min(i + 1, len(self.points[0]) - 1))], 0, f)


def place(points, x):
    """The interval of x and how far into it; the outer intervals go on."""
    if len(points) == 1:
        return 0, 0.0
    i = 0
    while i < len(points) - 2 and x >= points[i + 1]:
        i += 1
    return i, (x - points[i]) / (points[i + 1] - points[i])


def mix(values, i, f):
    return values[i] if f == 0 or len(values) == 1 else values[i] * (1 - f) + values[i + 1] * f


class Tables:
    """Templates of a library, and tables by them."""

    def __init__(self, library, units):
        self.units, self.library = units, library.name
        self.templates = {(g.kind, g.name): g for g in library.of("power_lut_template", "lu_table_template")}

    def read(self, group, kind, scale):
        """The table of a group, its values times scale."""
        template = self.templates.get((kind, group.name))
        if group.name != "scalar" and template is None:
            raise BadLiberty(f"library {self.library}: {group.kind} by a template '{group.name}' that is not there")
        axes, points = [], []
        for i in (1, 2, 3):
            name = template.get(f"variable_{i}") if template else None
            if name is None:
                break
            if i == 3 or name not in SLEW | LOAD:
                raise BadLiberty(f"library {self.library}: template {group.name} over '{name}', not slew or load")
            index = liberty.numbers(group.get(f"index_{i}") or template.get(f"index_{i}", ""))
            if not index or any(a >= b for a, b in zip(index, index[1:])):
                raise BadLiberty(f"library {self.library}: index_{i} of {group.kind} ({group.name}) does not rise")
            axes.append("slew" if name in SLEW else "load")
            points.append([x * (self.units.time if name in SLEW else self.units.load) for x in index])
        values = [x * scale for x in liberty.numbers(group.get("values", ""))]
        many = 1
        for p in points:
            many *= len(p)
        if len(values) != many or len(set(axes)) != len(axes):
            raise BadLiberty(f"library {self.library}: {group.kind} ({group.name}) has {len(values)} values, not {many}")
        return Table(axes, points, values)


class Arc:
    """An internal_power group: `related` pins (of an output), `when`, whether of a ground pin, tables of either edge."""

    def __init__(self, group, tables, grounds):
        self.related = tuple(group.get("related_pin", "").split())
        self.when = group.get("when", "")
        self.ground = group.get("related_pg_pin", "") in grounds
        def edge(*kinds):
            found = group.of(*kinds)
            return tables.read(found[0], "power_lut_template", tables.units.energy) if found else None
        both = edge("power")
        self.rise, self.fall = edge("rise_power") or both, edge("fall_power") or both


class Slew:
    """Of an output's transition: the pin it comes from, tables of either edge in ns, and of its delay."""

    def __init__(self, group, tables):
        self.related = tuple(group.get("related_pin", "").split())
        def edge(kind):
            found = group.of(kind)
            return tables.read(found[0], "lu_table_template", tables.units.time) if found else None
        self.rise, self.fall = edge("rise_transition"), edge("fall_transition")
        self.delay_rise, self.delay_fall = edge("cell_rise"), edge("cell_fall")


class Cell:
    """A cell's pins, functions, flip-flop, power and leakage. Tables are read when the cell is made."""

    def __init__(self, group, tables, default_leak):
        self.name, units = group.name, tables.units
        self.inputs, self.outputs, self.caps, self.functions, self.arcs, self.slews = [], [], {}, {}, {}, {}
        grounds = {g.name for g in group.of("pg_pin") if "ground" in g.get("pg_type", "")}
        for pin in group.of("pin"):
            way = pin.get("direction", "")
            if way not in ("input", "output"):
                raise BadLiberty(f"cell {self.name}: pin {pin.name} is '{way}', not input or output")
            if pin.name in grounds:
                continue
            self.arcs[pin.name] = [Arc(g, tables, grounds) for g in pin.of("internal_power")]
            if way == "input":
                self.inputs.append(pin.name)
                self.caps[pin.name] = pin.number("capacitance", -1.0) * units.load
                if self.caps[pin.name] < 0:
                    raise BadLiberty(f"cell {self.name}: pin {pin.name} without a capacitance")
            else:
                self.outputs.append(pin.name)
                self.functions[pin.name] = pin.get("function", "")
                self.slews[pin.name] = [Slew(g, tables) for g in pin.of("timing")
                                        if g.get("timing_type", "combinational") in
                                        ("combinational", "combinational_rise", "combinational_fall", "rising_edge")]
        self.flop = group.of("ff")[0] if group.of("ff") else None
        self.state = bool(group.of("latch", "latch_bank", "ff_bank", "statetable"))
        self.leaks = [(g.get("when", ""), g.number("value", 0.0) * units.leak) for g in group.of("leakage_power")]
        whole = group.number("cell_leakage_power", default_leak)
        self.leak = None if whole is None else whole * units.leak

    def check(self):
        """What a cell that is used must have."""
        if self.state:
            raise BadLiberty(f"cell {self.name}: a latch or a bank, not simulated")
        if len(self.inputs) > MOST_INPUTS:
            raise BadLiberty(f"cell {self.name}: {len(self.inputs)} inputs, at most {MOST_INPUTS}")
        if self.inputs and not any(self.arcs.values()):
            raise BadLiberty(f"cell {self.name}: no internal_power")
        if not self.leaks and self.leak is None:
            raise BadLiberty(f"cell {self.name}: no leakage_power, and the library has no default")


class Library:
    """Cells of Liberty files of the same units, each read when it is asked for."""

    def __init__(self, libraries):
        if not any(p.of("internal_power") for library in libraries for g in library.of("cell") for p in g.of("pin")):
            raise BadLiberty(f"library {libraries[0].name}: holds no internal_power table, no energy without it")
        self.units, self.groups, self.known = Units(libraries[0]), {}, {}
        for library in libraries:
            own = Units(library)
            if not own.same(self.units):
                raise BadLiberty(f"library {library.name}: other units or supply than {libraries[0].name}")
            tables, leak = Tables(library, own), library.number("default_cell_leakage_power")
            for g in library.of("cell"):
                self.groups[g.name] = g, tables, leak

    def cell(self, name):
        if name not in self.known:
            if name not in self.groups:
                raise BadLiberty(f"no cell {name} in the library")
            self.known[name] = Cell(*self.groups[name])
            self.known[name].check()
        return self.known[name]
