# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""OpenSTA over mapped netlists: its script, its constraints (SDC), and what its report says."""
import re

import process
from design import BadDesign

BORDER = 0.30 # of the period is gone when an input comes, and is left for what is behind an output
# Without the border no path from or to a port is looked at: what is left goes from register to register.
SDC = """# {unit}: one clock
create_clock -name clk -period {period} [get_ports clk_i]
set inputs {{}}
foreach p [all_inputs] {{ if {{[get_property $p full_name] != "clk_i"}} {{ lappend inputs $p }} }}
set_driving_cell -lib_cell {buffer} $inputs
set_load {load} [all_outputs]
"""
BORDERS = """# {unit}: at the borders {border:.0%} of the period is the neighbour's
set_input_delay {share} -clock clk $inputs
set_output_delay {share} -clock clk [all_outputs]
"""
SCRIPT = """{libs}
{netlists}
link_design {unit}
read_sdc {sdc}
puts "@@ loops"
check_setup -verbose -loops
puts "@@ registers"
report_checks -digits 4
puts "@@ wires"
set_wire_load_mode top
set_wire_load_model -name estimate
report_checks -digits 4
set_wire_load_model -name none
read_sdc {border}
puts "@@ in"
report_checks -from $inputs -digits 4
puts "@@ out"
report_checks -to [all_outputs] -digits 4
puts "@@ end"
"""
STEP = re.compile(r"^\s*-?[\d.]+\s+(-?[\d.]+) [\^v] (\S+) \((\S+)\)$")
EDGE = re.compile(r"\((?:rising|falling) edge-triggered|\(input port|\(output port|\(internal pin|\(clock source")


class Path:
    """A path of a report: from and to as RTL calls them, slack in units of the library, cells on the way."""

    def __init__(self, start, end, slack, levels, stages):
        self.start, self.end, self.slack, self.levels, self.stages = start, end, slack, levels, stages


def rtl(name):
    """The RTL's name of a flip-flop, memory or port: i_vxu.i_alu.s1_q[12] of i_vxu/i_alu/s1_q[12]$_DFFE_PP_."""
    name = name.replace("\\", "").replace("/", ".")
    return re.sub(r"\$_[A-Z_]*DFF\w*?_?\w*_?$", "", name).strip(". ")


def sections(text):
    """The parts of a report behind @@ NAME."""
    parts = re.split(r"^@@ (\w+)\n", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def path(text):
    """The first path of a part; None where it says there is none. BadDesign where it is not whole."""
    if "Startpoint:" not in text:
        if re.search(r"^No paths found", text, re.M):
            return None
        raise BadDesign(f"sta: no path reported: {' '.join(text.split())[:160]}")
    start = re.search(r"^Startpoint:\s*(\S+)", text, re.M)
    end = re.search(r"^Endpoint:\s*(\S+)", text, re.M)
    slack = re.search(r"^\s*(-?[\d.]+)\s+slack \(\w+\)", text, re.M)
    if not (start and end and slack):
        raise BadDesign("sta: report of a path is not whole")
    arrival = text.find("data arrival time")
    steps = [STEP.match(line) for line in text[:arrival].splitlines()]
    pins = [m.group(2) for m in steps if m]
    # Without the pins of the start and of the end: each other line is the output of a cell.
    inner = [p for p in pins if p.rpartition("/")[0] not in (start.group(1), end.group(1))]
    inner = [p for p in inner if p not in (start.group(1), end.group(1))]
    return Path(rtl(start.group(1)), rtl(end.group(1)), float(slack.group(1)), len(inner), pins)


def loops(text):
    """Combinational loops that check_setup names: the first pin of each."""
    found = re.search(r"(\d+) combinational loops?", text)
    if not found:
        return None
    names = re.search(r"combinational loops?.*\n\s*(\S+)", text)
    return f"{found.group(1)} combinational loops" + (f", one through {rtl(names.group(1))}" if names else "")


def run(where, unit, libs, netlists, period, buffer, load):
    """Timing of a unit. `period` and what is returned are in the time unit of the library, `load` in its own."""
    words = {"unit": unit, "period": period, "border": BORDER, "share": BORDER * period, "buffer": buffer, "load": load}
    for end, text in ((".sdc", SDC), (".border.sdc", BORDERS)):
        with open(f"{where}/{unit}{end}", "w", encoding="utf-8") as file:
            file.write(text.format(**words))
    with open(f"{where}/{unit}.tcl", "w", encoding="utf-8") as file:
        file.write(SCRIPT.format(unit=unit, sdc=f"{where}/{unit}.sdc", border=f"{where}/{unit}.border.sdc",
                                 libs="\n".join(f"read_liberty {x}" for x in libs),
                                 netlists="\n".join(f"read_verilog {x}" for x in netlists)))
    code, text = process.run(["sta", "-no_splash", "-exit", f"{where}/{unit}.tcl"])
    with open(f"{where}/{unit}.rep", "w", encoding="utf-8") as file:
        file.write(text)
    parts = sections(text)
    wrong = re.search(r"^(?:Error|Warning: .*(?:not found|unknown|black box|is undriven)).*$", text, re.M)
    if wrong or "end" not in parts:
        said = wrong.group() if wrong else (text.strip().splitlines() or [f"exit {code}"])[-1]
        raise BadDesign(f"{unit}: sta: {said[:160]} ({where}/{unit}.rep)")
    if loops(parts["loops"]):
        raise BadDesign(f"{unit}: {loops(parts['loops'])} ({where}/{unit}.rep)")
    return {name: path(parts[name]) for name in ("registers", "in", "out", "wires")}
