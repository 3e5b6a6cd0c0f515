#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rtl/energy: look-up in tables, memory macros of a foundry, fits, with figures worked out by hand."""
import os
import sys
import tempfile
import types

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "rtl", "energy"))
# pylint: disable=wrong-import-position
import power
import srams
import costs
import design
import fit
import macros
import liberty

COUNT = [0, 0]


def expect(name, holds, said=""):
    COUNT[not holds] += 1
    if not holds:
        print(f"FAIL: {name}: {said}")


def near(a, b):
    return abs(a - b) < 2e-6


MACRO = """library (ram) { time_unit : "1ns"; capacitive_load_unit (1, pf); voltage_unit : "1V"; leakage_power_unit : "1nW";
  nom_voltage : 1.2; cell (RAM_16) { cell_leakage_power : 500; pin (A_CLK) { direction : input;
    internal_power () { when : "A_MEN & A_WEN & !A_REN"; rise_power ("scalar") { values (9); } fall_power ("scalar") { values (1); } }
    internal_power () { when : "A_MEN & !A_WEN & A_REN"; rise_power ("scalar") { values (7); } }
    internal_power () { when : "!A_MEN & !A_WEN & A_REN"; rise_power ("scalar") { values (0.5); } } } } }"""


def memories(where):
    """A foundry's macro: pF V^2 are pJ. Two copies of 3 wide: 2 reads, 1 write of 3 macros each, in 10 cycles of 4 ns."""
    path = f"{where}/ram.lib"
    def made(text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return macros.Macro(path)
    ram = made(MACRO)
    expect("macro", near(ram.read, 7) and near(ram.write, 10) and near(ram.idle, 0.5) and near(ram.leak, 500), vars(ram))
    shape = types.SimpleNamespace(name="RAM_16", width=16, lines=16)
    held = types.SimpleNamespace(pins={"RA": [2, 3], "WA": [4, 5]}, writes=1, width=40)
    parts = macros.used(held, "3 x RAM_16", [shape], {"RAM_16": ram})
    got = macros.energy(parts, 2, 1, 10, 4.0)
    # 3 x (2 x 7 + 10); 60 macro cycles less 9; 6 x 500 nW x 40 ns = 0.12 pJ.
    expect("two copies", near(got["read"], 42) and near(got["write"], 30) and near(got["idle"], 25.5) and near(got["leakage"], 0.12), got)
    held.pins["WA"] = held.pins["RA"]
    expect("one port", macros.used(held, "3 x RAM_16", [shape], {"RAM_16": ram})[1:] == (3, 3))
    for name, words, change in (("state", "no power at A_CLK", ("!A_MEN & !A_WEN & A_REN", "A_MEN & A_WEN & A_REN")),
                                ("pin", "is not over A_MEN", ("A_MEN & A_WEN & !A_REN", "A_XEN")),
                                ("leakage", "cell_leakage_power", ("cell_leakage_power : 500;", ""))):
        try:
            made(MACRO.replace(*change))
            expect("macro: " + name, False, "taken")
        except liberty.BadLiberty as fault:
            expect("macro: " + name, words in str(fault), fault)


def tables():
    """Between points and beyond them linear; by whichever order of axes."""
    at = power.Table(["slew", "load"], [[1, 3], [10, 20]], [0, 10, 4, 18])
    expect("corner", at.at(1, 10) == 0 and at.at(3, 20) == 18)
    expect("middle", near(at.at(2, 15), 8) and near(at.at(1, 15), 5) and near(at.at(2, 10), 2))
    expect("beyond", near(at.at(5, 10), 8) and near(at.at(1, 30), 20) and near(at.at(1, 0), -10))
    other = power.Table(["load", "slew"], [[10, 20], [1, 3]], [0, 4, 10, 18])
    expect("other order", near(other.at(2, 15), 8) and near(other.at(3, 10), 4))
    expect("one point", power.Table(["slew"], [[2]], [7]).at(9, 9) == 7)


def fits():
    """Energy made of known costs is taken apart into them; a counter that costs nothing gets nothing; noise is told."""
    marks, at = [], [0] + [0.0] * 5 + [0, 0, 0]
    for i in range(161):
        marks.append(list(at))
        a, b, c = i % 7, (i * i) % 5, i % 3
        at[0] += 64
        at[2] += 1000 * (64 * 0.5 + 3 * a + 0.25 * b) # internal, fJ
        at[5] += 1e6 # tables of ground pins: not energy
        at[6], at[7], at[8] = at[6] + a, at[7] + b, at[8] + c
    row = {"workload": "w", "counters": ["A", "B", "C"], "windows": marks}
    got = fit.fitted([row], ("A", "B", "C"))
    expect("known costs", abs(got["pj_per_cycle"] - 0.5) < 1e-4 and abs(got["pj"]["A"] - 3) < 1e-3
           and abs(got["pj"]["B"] - 0.25) < 1e-3 and got["pj"]["C"] < 1e-3 and got["rms"] < 1e-4, got)
    expect("windows", got["windows"] == 40, got)
    half = [list(m[:2]) + [m[2] * 1.1] + m[3:] for m in marks]
    got = fit.fitted([row, {**row, "workload": "x", "windows": half}], ("A", "B", "C"))
    expect("an unseen workload that costs a tenth more", abs(got["unseen_total"]["x"] - (1 / 1.1 - 1)) < 1e-3
           and abs(got["unseen_total"]["w"] - 0.1) < 1e-3, got)
    started = [list(m) for m in marks]
    for m in started[80:]: # counters began anew: the window over it is left out
        m[6] -= started[80][6] - 1 if m is not started[80] else 0
    started[80][6] = 0
    expect("a program's start", fit.fitted([{**row, "windows": started}], ("A", "B", "C"))["windows"] == 39)
    once = [m + [int(i > 60)] for i, m in enumerate(marks)] # a counter that goes on once, in a window that costs more
    for m in once[61:]:
        m[2] += 5000
    got = fit.fitted([{**row, "counters": ["A", "B", "C", "D"], "windows": once}], ("A", "B", "D"))
    expect("a counter seen too rarely", got["too_rare"] == ["D"] and set(got["pj"]) == {"A", "B"}, got)
    expect("too few windows", fit.fitted([{**row, "windows": marks[:5]}], ("A", "B", "C")) is None)
    expect("no cost below 0", min(fit.solve([[1, 1], [1, 2], [1, 3]], [3, 2, 1])) >= 0)


def charged(where):
    """Fits to rows of costs.def: the outer of two units, clock and leakage apart, errors unit by unit and for the sum."""
    def row(path, work, clock, leak, total):
        return {"path": path, "workload": work, "cycles": 100, "memories": [], "events": {},
                "pj": {"clock": clock, "leakage": leak, "total": total}}
    found = {"library": "lib", "machine": "tiny", "period_ns": 0.8, "supply_v": 0.7,
             "units": [row("i_m", "w", 200, 1, 500), row("i_m", "x", 220, 1, 600), row("i_m.i_a", "w", 9, 9, 9), row("i_v", "w", 50, 2, 100)]}
    unit = {"pj_per_cycle": 2.5, "pj": {"MAC_USED": 0.25, "DRAIN_LINES": 0.0}, "unseen_total": {"w": 0.02, "x": -0.04}, "too_rare": ["B", "A"]}
    fits = {"left_out": "wires", "units": {"i_m": unit, "i_m.i_a": unit,
                                          "i_v": {"pj_per_cycle": 0.3, "pj": {"VX_LINES": 7.0}, "unseen_total": {"w": -0.1}}}}
    path = os.path.join(where, "costs.def")
    errors = costs.write(found, fits, path)
    with open(path, encoding="utf8") as f:
        text = f.read()
    for line in ('LIBRARY(lib, tiny, 8, "as the file says", 0.7, 1250, 0, "wires, memories of the machine, too rare to be fitted: A B", 0.0533, 0.1000, 0.0200, 0.0400)',
                 'COST(lib, tiny, "m", CYCLES, CLOCK, 2.1)', 'COST(lib, tiny, "m", CYCLES, LEAKAGE, 0.01)',
                 'COST(lib, tiny, "m", CYCLES, IDLE, 0.39)', 'COST(lib, tiny, "m", MAC_USED, PRODUCTS, 0.25)',
                 'COST(lib, tiny, "v", CYCLES, CLOCK, 0.28)', 'COST(lib, tiny, "v", VX_LINES, LINES, 7)'):
        expect(line, line + "\n" in text, text)
    expect("an inner unit is in the outer", "i_a" not in text and '"m.a"' not in text)
    whole = {e["workload"]: e["error"] for e in errors if e["unit"] == "all"}
    expect("errors of the sum", near(whole["w"], (500 * 0.02 - 100 * 0.1) / 600) and near(whole["x"], -0.04), whole)
    expect("as good as it says", costs.worse(found, fits, path)[0] == [], costs.worse(found, fits, path))
    less = {**fits, "units": {**fits["units"], "i_v": {**fits["units"]["i_v"], "unseen_total": {"w": -0.2}}}}
    expect("worse is told", len(costs.worse(found, less, path)[0]) >= 2, costs.worse(found, less, path))
    expect("no block", "no costs" in costs.worse({**found, "machine": "wide"}, fits, path)[0][0])
    costs.write({**found, "machine": "base"}, fits, path)
    costs.write(found, fits, path)
    with open(path, encoding="utf8") as f:
        again = f.read()
    expect("a block each, none twice", again.count("LIBRARY(lib,") == 2 and again.count('"v", VX_LINES') == 2, again)


def stored():
    """Memories as costs of events. Two macros wide, two deep; 7 pJ a read of one, 10 a write, 0.5 a cycle without either."""
    def row(work, reads, writes, pj):
        memory = {"reads": reads, "writes": writes, "macros": "4 x R", "wide": 2, "idle_pj": 0.5, "pj": pj}
        return {"path": "i_vm", "workload": work, "cycles": 100, "events": {"VM_READ": 10, "VM_WRITE": 5}, "memories": [memory]}
    once = row("w", 10, 5, {"read": 140, "write": 100, "idle": 185, "leakage": 20}) # 370 macro cycles without
    twice = row("x", 20, 5, {"read": 280, "write": 100, "idle": 175, "leakage": 20})
    got, errors = srams.lines("vm", [once])
    # (140 - 10) / 10, (100 - 5) / 5, 4 x 0.5, 20 / 100.
    expect("costs of a memory", {(e, c): round(pj, 9) for _, e, c, pj in got} == {
        ("CYCLES", "IDLE"): 2, ("CYCLES", "LEAKAGE"): 0.2, ("VM_READ", "SRAM"): 13, ("VM_WRITE", "SRAM"): 19} and not errors, got)
    expect("they give what it took", near(srams.model([g[1:] for g in got], once), 140 + 100 + 185 + 20), got)
    errors = srams.lines("vm", [once, twice])[1]
    expect("a workload they did not see", near(errors[1]["error"], 445 / 575 - 1) and errors[1]["unit"] == "vm.sram"
           and near(1e12 * errors[1]["gate_j"], 575), errors)
    expect("known where all are", srams.known({"units": [once, twice]}) is True)
    bare = {**once, "memories": [{"reads": 1, "writes": 1}]}
    expect("not known where one is not", srams.known({"units": [once, bare]}) is False)
    try:
        srams.lines("new", [once])
        expect("memories of an unknown unit", False, "taken")
    except design.BadDesign as fault:
        expect("memories of an unknown unit", "memories of new" in str(fault), fault)


def main():
    tables()
    fits()
    with tempfile.TemporaryDirectory() as where:
        memories(where)
        charged(where)
        stored()
    print(f"energy_parse: {COUNT[0]} passed, {COUNT[1]} failed")
    return 1 if COUNT[1] or COUNT[0] < 31 else 0


sys.exit(main())
