# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""A second opinion: report_power of Debian's OpenSTA 2.0 on a unit's netlists, beside the same from model.py.

That version takes no activity of single pins (its annotation is broken), adds up the tables of a pin whatever their
`when`, and counts the rise and the fall of a table for each edge, twice what one costs. So both are given one activity
(every net but the clock changes `activity` times a cycle, half of the time high), of the tables of a pin by the same
related pin the first alone, without its `when`, none of ground pins and no wires; and its internal power is halved here.
What this holds together is units, loads, slews, look-ups and sums. Leakage: its `when` takes an output as independent of
the inputs, so states that cannot be are counted where a library names outputs, as ASAP7 does."""
import os
import re

import process
import states
from design import BadDesign

ROW = re.compile(r"^(Sequential|Combinational)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)", re.M)
SCRIPT = """{libs}
{netlists}
link_design {top}
create_clock -name clk -period {period} [get_ports clk_i]
set_input_transition {slew} [all_inputs]
set_power_activity -global -activity {activity} -duty 0.5
report_power -digits 6
"""


def text(group, used):
    """A library's text with the cells that are used, without tables and leakage of ground pins, without wires."""
    grounds = set()
    def kept(g):
        at, parts = g.start, []
        if g.kind == "cell":
            grounds.clear()
            grounds.update(p.name for p in g.of("pg_pin") if "ground" in p.get("pg_type", ""))
        seen = set()
        for k in g.groups:
            parts.append(k.text[at:k.start])
            at = k.end
            if k.kind == "internal_power" and k.get("related_pg_pin", "") not in grounds:
                if k.get("related_pin", "") in seen:
                    continue
                seen.add(k.get("related_pin", ""))
            if not (k.kind == "cell" and k.name not in used) and "wire_load" not in k.kind and not (
                    k.kind in ("internal_power", "leakage_power") and k.get("related_pg_pin", "") in grounds):
                parts.append(kept(k))
        whole = "".join(parts + [g.text[at:g.end]])
        return re.sub(r'\bwhen\s*:\s*"[^"]*"\s*;', "", whole) if g.kind == "internal_power" else whole
    return re.sub(r"\bdefault_wire_load\w*\s*:[^;]*;", "", kept(group))


def ours(unit, activity):
    """mW by the same assumptions, from the energies of model.py: switching, internal of gates, of flip-flops, leakage."""
    energies, period = unit.energies, unit.libs.period
    fj = {"switching": activity * sum(energies.toggle(n) for n in unit.driver), # OpenSTA: by what drives a net
          "gates": 0.0, "flip_flops": 0.0}
    leak = 0.0
    for c, base in zip(unit.cells, energies.base):
        kind, outputs, own, seen = unit.kinds[c.kind], {}, 0.0, set()
        for i, (arc, where, at, mask, _, _) in enumerate(kind.arcs):
            mean = (energies.counts[base + 2 * i] + energies.counts[base + 2 * i + 1]) / 2
            if arc.ground or (where, at, mask) in seen:
                continue
            seen.add((where, at, mask))
            if where == states.OUTPUT:
                outputs.setdefault(at, []).append(mean)
            else:
                own += (2 if where == states.CLOCK else activity) * mean
        own += activity * sum(sum(v) / len(v) for v in outputs.values())
        fj["flip_flops" if kind.flop else "gates"] += own
        leak += sum(kind.leak) / kind.count
    return {**{k: v / period * 1e-3 for k, v in fj.items()}, "leakage": leak * 1e-6}


def opinion(unit, activity):
    """Both, in mW: {"activity", "ours", "opensta"}."""
    where, libs, units = unit.where, [], unit.libs.power.units
    used = {c.kind for c in unit.cells}
    for i, group in enumerate(unit.libs.parsed):
        if not any(g.name in used for g in group.of("cell")):
            continue
        libs.append(f"{where}/second-{i}.lib")
        with open(libs[-1], "w", encoding="latin-1") as file:
            file.write(text(group, used))
    names = [f"{where}/{n}.v" for n in unit.flat.texts]
    script = f"{where}/second.tcl"
    with open(script, "w", encoding="utf-8") as file:
        file.write(SCRIPT.format(libs="\n".join(f"read_liberty {p}" for p in libs), top=unit.flat.modules[0][1],
                                 netlists="\n".join(f"read_verilog {n}" for n in names), activity=activity,
                                 period=unit.libs.period / units.time, slew=unit.slew / units.time))
    code, said = process.run(["sta", "-no_init", "-no_splash", "-exit", script])
    rows = {m.group(1): [float(x) * 1e3 for x in m.groups()[1:4]] for m in ROW.finditer(said)}
    for path in libs:
        os.remove(path)
    if code or len(rows) != 2:
        raise BadDesign(f"sta: {(said.strip().splitlines() or ['nothing said'])[-1][:160]} ({script})")
    gates, flops = rows["Combinational"], rows["Sequential"]
    return {"activity": activity, "ours": ours(unit, activity),
            "opensta": {"switching": gates[1] + flops[1], "gates": gates[0] / 2, "flip_flops": flops[0] / 2,
                        "leakage": gates[2] + flops[2]}}


def table(both):
    mine, theirs = both["ours"], both["opensta"]
    return [f"beside OpenSTA, every net changing {both['activity']:.4g} times a cycle, mW:"] + [
        f"  {k:<11} {mine[k]:>11.6f} {theirs[k]:>11.6f}  {(mine[k] / theirs[k] - 1 if theirs[k] else 0):+.1%}" for k in mine]
