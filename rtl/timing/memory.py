# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""What a memory is for timing: area, clock to output, setup; from a foundry's macros where their Liberty files are
there, else stated. Both as a Liberty file of their own."""
import liberty
from liberty import BadLiberty


class Foundry:
    """A macro of a foundry, one port: the figures of its Liberty file at the middle of its tables."""

    def __init__(self, path):
        library = liberty.parse(liberty.read(path), path)
        time, load = liberty.units(library)
        cell = next(iter(library.of("cell")), None)
        memory = cell.of("memory") if cell else []
        if not memory:
            raise BadLiberty(f"{path}: holds no memory cell")
        self.name = cell.name
        self.width, self.lines = int(memory[0].number("word_width", 0)), 1 << int(memory[0].number("address_width", 0))
        self.area = cell.number("area", 0.0)
        self.access = self.setup = self.load = 0.0
        for pin in cell.of("pin", "bus"):
            if pin.get("direction") == "input" and "BIST" not in pin.name:
                self.load = max(self.load, pin.number("capacitance", 0.0) * load)
            for arc in pin.of("timing"):
                kind = arc.get("timing_type", "")
                if "BIST" in pin.name or "BIST" in arc.get("related_pin", ""):
                    continue
                if kind == "setup_rising":
                    self.setup = max([self.setup] + [middle(t) * time for t in arc.of("rise_constraint", "fall_constraint")])
                elif kind == "rising_edge":
                    self.access = max([self.access] + [middle(t) * time for t in arc.of("cell_rise", "cell_fall")])
        if not (self.width > 0 and self.area > 0 and self.access > 0):
            raise BadLiberty(f"{path}: no width, area or clock to output")


def middle(group):
    """The middle of a table: of the middle row, the middle value."""
    rows = len(liberty.numbers(group.get("index_1", "0")))
    values = liberty.numbers(group.get("values", ""))
    if not values or rows == 0 or len(values) % rows:
        raise BadLiberty(f"{group.kind}: {len(values)} values in {rows} rows")
    row = values[len(values) // rows * (rows // 2):][:len(values) // rows] if len(values) > rows else values
    return row[len(row) // 2]


class Figures:
    """Of one memory: area in um2 or None, clock to output and setup in ns, load of an input pin in fF, a word on it."""

    def __init__(self, macro, library, foundry):
        if foundry:
            def count(f):
                return -(-macro.width // f.width) * -(-macro.lines // f.lines)
            late = library.period * 0.85
            best = min(foundry, key=lambda f: (max(f.access - late, 0), count(f) * f.area, f.name))
            self.area, self.access, self.setup, self.load = count(best) * best.area, best.access, best.setup, best.load
            self.word = f"{count(best)} x {best.name}"
        else:
            self.area, self.access, self.setup, self.load = None, library.access, library.setup, library.pin
            self.word = "stated"


def cells(macros, figures, time, load):
    """The Liberty library of these macros, in units of `time` ns and `load` fF."""
    widths = sorted({bits for m in macros for _, bits, _ in m.pins()})
    out = ["library (memories) {", "  delay_model : table_lookup;", f'  time_unit : "{unit(time, liberty.TIME)}";',
           f"  capacitive_load_unit (1, {next(n for n, v in liberty.LOAD.items() if v == load)});",
           '  voltage_unit : "1V"; current_unit : "1mA"; pulling_resistance_unit : "1kohm";',
           "  input_threshold_pct_rise : 50; input_threshold_pct_fall : 50;",
           "  output_threshold_pct_rise : 50; output_threshold_pct_fall : 50;",
           "  slew_lower_threshold_pct_rise : 20; slew_upper_threshold_pct_rise : 80;",
           "  slew_lower_threshold_pct_fall : 20; slew_upper_threshold_pct_fall : 80;",
           "  nom_process : 1; nom_temperature : 25; nom_voltage : 1;"]
    for w in widths:
        out.append(f"  type (b{w}) {{ base_type : array; data_type : bit; bit_width : {w}; bit_from : {w - 1};"
                   " bit_to : 0; downto : true; }")
    for m in macros:
        f = figures[m.name()]
        out.append(f"  cell ({m.name()}) {{ area : {f.area or 0}; is_macro_cell : true;")
        for name, bits, way in m.pins():
            clock = "RCLK" if name[0] == "R" else "WCLK"
            kind = f"bus ({name}) {{ bus_type : b{bits};" if bits > 1 else f"pin ({name}) {{"
            arc = f"    {kind} direction : {way}; capacitance : {f.load / load if way == 'input' else 0};"
            if name == clock:
                arc += " clock : true;"
            elif way == "input":
                arc += constraint(clock, f.setup / time)
            else:
                arc += delay(clock, f.access / time, f.setup / time)
            out.append(arc + " }")
        out.append("  }")
    return "\n".join(out) + "\n}\n"


def unit(time, names):
    return "1" + next(n for n, v in names.items() if v == time)


def constraint(clock, value):
    tables = " ".join(f'{edge}_constraint (scalar) {{ values ("{value}"); }}' for edge in ("rise", "fall"))
    return f' timing () {{ related_pin : "{clock}"; timing_type : setup_rising; {tables} }}'


def delay(clock, value, slew):
    tables = " ".join(f'cell_{edge} (scalar) {{ values ("{value}"); }} {edge}_transition (scalar) {{ values ("{slew}"); }}'
                      for edge in ("rise", "fall"))
    return f' timing () {{ related_pin : "{clock}"; timing_type : rising_edge; {tables} }}'
