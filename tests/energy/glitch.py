#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Glitches on netlists made here, in Icarus Verilog and in the kit's replay: pulses and their counts worked out by hand,
delays of the SDF interpolated by hand, and that a wrong netlist, a missing delay, a broken dump are refused.

Needs build/replay, build/transitions and iverilog."""
import os
import shutil
import subprocess
import sys
import tempfile

from toys import B, COUNT, CYCLES, GATE, PORTS, ROOT, TOY, Bench, expect, frames, head, write # first: it finds rtl/energy
import design
import glitches
import icarus
import liberty
import record

DELAYS = 'cell_rise (scalar) { values ("%s"); } cell_fall (scalar) { values ("%s"); }'
FAULTS = (liberty.BadLiberty, design.BadDesign, record.BadRecord)


def faster(lib, cell, old, new):
    """The library with other delays of a cell."""
    at = lib.index(f"cell ({cell})")
    assert DELAYS % (old, old) in lib[at:], cell
    return lib[:at] + lib[at:].replace(DELAYS % (old, old), DELAYS % (new, new), 1)


def netlist(name, ports, cells):
    """`cells`: (kind, pins). Nets are what pins name."""
    lines = [f"module {name}({', '.join(ports)});"] + [f"  {'output' if p.endswith('_o') else 'input'} {p};" for p in ports]
    lines += [f"  wire {n};" for n in sorted({n for _, pins in cells for n in pins.values()} - set(ports))]
    lines += [f"  {kind} _{i}_ (\n" + ",\n".join(f"    .{p}({n})" for p, n in pins.items()) + "\n  );" for i, (kind, pins) in enumerate(cells)]
    return "\n" + "\n".join(lines) + "\nendmodule\n"


class Both(Bench):
    def counts(self, text, ports, cycles, lib=TOY, window=(0, 0, 1)):
        """Changes by net in Icarus, in the replay, in the replay by Icarus's rule."""
        path = write(f"{self.where}/g.rec", head(ports) + frames(ports, cycles))
        made = self.unit(text, lib)
        seen = icarus.Simulation(made).run("test", path, window)
        return [seen] + [made.by_net("test", path, window, f"{B}/replay", how) for how in ("timed", "stale")]

    def icarus(self, text, ports, cycles, lib=TOY):
        path = write(f"{self.where}/g.rec", head(ports) + frames(ports, cycles))
        return icarus.Simulation(self.unit(text, lib)).run("test", path, (0, 0, 1))

    def icarus_refuses(self, name, words, *args, **how):
        try:
            expect(name, False, f"taken: {self.icarus(*args, **how)}")
        except FAULTS as fault:
            expect(name, words in str(fault) and "\n" not in str(fault), fault)


def hazards(bench):
    """y = not (x and not x), the last through three inverters of 0.5 ns: x rises, and for 1.5 ns both are 1; y falls and
    rises, twice the 0.2 ns of NAND2 later. x falls: nothing. x, three inverters, two edges each: 8, and y 2."""
    ports = [("x_i", 0, 1), ("y_o", 1, 1)]
    chain = [("INV", {"A": "x_i", "Y": "n1"}), ("INV", {"A": "n1", "Y": "n2"}), ("INV", {"A": "n2", "Y": "n3"}),
             ("NAND2", {"A": "x_i", "B": "n3", "Y": "y_o"})]
    text, edges = netlist("hazard", ["x_i", "y_o"], chain), [(0, 1), (1, 1), (0, 1)]
    for who, seen in zip(("Icarus", "replay", "its rule"), bench.counts(text, ports, edges)):
        expect(f"a pulse in {who}", sorted(seen.values()) == [2, 2, 2, 2, 2], seen)
    # Three inverters of 0.05: the pulse is 0.15 long, shorter than the 0.2 of the gate. y stays.
    for who, seen in zip(("Icarus", "replay", "its rule"), bench.counts(text, ports, edges, faster(TOY, "INV", "0.5", "0.05"))):
        expect(f"a short pulse in {who}", sorted(seen.values()) == [2, 2, 2, 2], seen)
    # Only the second edge counts, of x, n1, n2, n3.
    for who, seen in zip(("Icarus", "replay"), bench.counts(text, ports, edges, window=(2, 0, 1))):
        expect(f"a window in {who}", sorted(seen.values()) == [1, 1, 1, 1], seen)
    # A buffer behind a flip-flop hands on: 0.1 and the 0.01 of INV make a pulse the 0.05 of NAND2 lets through. d: cycles 1, 2;
    # q, its copies, which fall and rise: 2, 3; y with the rise of q alone.
    copy = netlist("copy", ["clk_i", "d_i", "y_o"], [
        ("DFFN", {"CK": "clk_i", "D": "d_i", "QN": "q"}), ("BUF", {"A": "q", "Y": "n1"}), ("INV", {"A": "n1", "Y": "n2"}),
        ("NAND2", {"A": "q", "B": "n2", "Y": "y_o"})])
    lib = faster(faster(TOY, "INV", "0.5", "0.01"), "NAND2", "0.2", "0.05")
    for who, seen in zip(("Icarus", "replay"), bench.counts(copy, [("d_i", 0, 1), ("y_o", 1, 1)], [(0, 1), (1, 1), (0, 1), (0, 1)], lib)):
        expect(f"a buffer's delay in {who}", sorted(seen.values()) == [2, 2, 2, 2, 2], seen)


XOR = """
  cell (XOR2) { area : 1; cell_leakage_power : 1;
    pin (A) { direction : input; capacitance : 1.0; }
    pin (B) { direction : input; capacitance : 1.0; }
    pin (Y) { direction : output; function : "A^B";
      timing () { related_pin : "A B"; rise_transition (scalar) { values ("0.4"); } fall_transition (scalar) { values ("0.4"); } DELAYS }
      internal_power () { related_pin : "A B"; power (scalar) { values ("1"); } } } }
"""


def stale(bench):
    """Where Icarus calls changes off by a rule of its own. x rises at 0; w, the other input of a NAND2 of 0.2 ns, is 1, falls
    at 0.05, rises at 0.10, falls at 0.26. y is asked to fall at 0.20, called off at 0.05, asked to fall at 0.30, called off
    at 0.26: it stays. In Icarus the moment 0.20 stays: y falls then, being asked to by 0.10; at 0.30, asked to rise, it rises.
    w: x behind 3 and behind 8 buffers of 0.01 into an XOR2 of 0.01: t, 1 from 0.04 to 0.09; t and x behind 24 buffers and an
    INV of 0.01, which falls at 0.25, into another XOR2."""
    lib = faster(faster(TOY, "BUF", "0.1", "0.01"), "INV", "0.5", "0.01").replace("cell (DFFN)", XOR.replace(
        "DELAYS", DELAYS % ("0.01", "0.01")) + "  cell (DFFN)")
    chain = [("BUF", {"A": f"b{i}" if i else "x_i", "Y": f"b{i + 1}"}) for i in range(24)]
    gates = [("INV", {"A": "b24", "Y": "c"}), ("XOR2", {"A": "b3", "B": "b8", "Y": "t"}), ("XOR2", {"A": "t", "B": "c", "Y": "w"}),
             ("NAND2", {"A": "x_i", "B": "w", "Y": "y_o"})]
    seen, timed, same = bench.counts(netlist("called", ["x_i", "y_o"], chain + gates), [("x_i", 0, 1), ("y_o", 1, 1)], [(0, 1), (1, 1)], lib)
    # x, 24 buffers, c: 1 each; t: 2; w: 3; y: none, in Icarus 2.
    expect("called off", sum(timed.values()) == 26 + 2 + 3, timed)
    expect("called off in Icarus", sum(seen.values()) == 26 + 2 + 3 + 2 and seen == same, (seen, same))


def state(bench):
    """Flip-flops with enable and clear, memories: Icarus as the replay, net by net."""
    at = TOY.index("cell (DFFER)")
    timing = 'timing () { related_pin : "CK"; timing_type : rising_edge; ' + DELAYS % ("0.3", "0.4") + " }"
    lib = TOY[:at] + TOY[at:].replace('function : "IQ";', 'function : "IQ"; ' + timing).replace('function : "IQN";', 'function : "IQN"; ' + timing)
    flop = netlist("cleared", ["clk_i", "d_i", "e_i", "rst_ni", "n_o", "q_o"],
                   [("DFFER", {"CK": "clk_i", "D": "d_i", "E": "e_i", "RN": "rst_ni", "Q": "q_o", "QN": "n_o"})])
    ports = [("d_i", 0, 1), ("e_i", 0, 1), ("rst_ni", 0, 1), ("q_o", 1, 1), ("n_o", 1, 1)]
    steps = [(1, 1, 0, 0, 1), (1, 1, 1, 0, 1), (0, 0, 1, 1, 0), (0, 0, 1, 1, 0), (1, 1, 0, 0, 1), (1, 1, 1, 0, 1), (0, 1, 1, 1, 0),
             (0, 0, 1, 0, 1)]
    seen = bench.counts(flop, ports, steps, lib)
    # d: cycles 2, 4, 6; e: 2, 4, 7; rst: 1, 4, 5; q and n: 2, 4, 6, 7.
    expect("enable and clear", sorted(seen[0].values()) == [3, 3, 3, 4, 4] and seen[0] == seen[1], seen)
    # Inputs on one net, of a gate and of a flip-flop's data and clear; an output without a net. d: cycles 1, 2; q, y: 2, 3; n takes
    # the 1 of q in 1, is cleared when q falls in 2, takes 1 again in 4.
    alike = netlist("alike", ["clk_i", "d_i", "y_o"], [
        ("DFFN", {"CK": "clk_i", "D": "d_i", "QN": "q"}), ("NAND2", {"A": "q", "B": "q", "Y": "y_o"}), ("NAND2", {"A": "q", "B": "d_i"}),
        ("DFFER", {"CK": "clk_i", "D": "q", "E": "q", "RN": "q", "Q": "n"})])
    seen = bench.counts(alike, [("d_i", 0, 1), ("y_o", 1, 1)], [(0, 0), (1, 0), (0, 1), (0, 0), (0, 0)], lib)
    expect("inputs on one net", sorted(seen[0].values()) == [2, 2, 2, 3] and seen[0] == seen[1] == seen[2], seen)
    for kind, enables, first in (("memory_1r1w_4x3", "w_i", 5), ("memorym_1r1w_4x3", "{ w_i, 1'h0, w_i }", 5)):
        text = netlist("held", ["clk_i"], [(kind, {"RCLK": "clk_i", "RE": "re_i", "RA": "ra_i", "RD": "rd_o", "WCLK": "clk_i",
                                                   "WE": enables, "WA": "wa_i", "WD": "wd_i"})])
        text = "\n".join(x for x in text.split("\n") if "wire" not in x).replace(
            "(clk_i);", "(clk_i, w_i, wa_i, wd_i, re_i, ra_i, rd_o);\n  input w_i;\n  input [1:0] wa_i;\n  input [2:0] wd_i;\n"
            "  input re_i;\n  input [1:0] ra_i;\n  output [2:0] rd_o;", 1)
        ports = [("w_i", 0, 1), ("wa_i", 0, 2), ("wd_i", 0, 3), ("re_i", 0, 1), ("ra_i", 0, 2), ("rd_o", 1, 3)]
        after = 3 if "m_" not in kind else 1 # of 3, without bit 1, over 5
        steps = [(1, 2, 7 if "m_" in kind else 5, 0, 0, 0), (1, 2, 3, 1, 2, 0), (0, 0, 0, 1, 2, first), (0, 0, 0, 0, 1, after)]
        seen = bench.counts(text, ports, steps)
        expect(f"{kind}", seen[0] == seen[1] and sum(seen[0].values()) > 10, seen)
        steps[2] = (*steps[2][:5], 2)
        bench.icarus_refuses(f"{kind}: another line", "in cycle 2: rd_o[0] is 1, recorded 0", text, ports, steps)


def wrong(bench):
    """What differs from the record is named; what ties an output to 1 may wait."""
    for name, words, change in (
            ("NOR for NAND", "in cycle 1: y_o[0] is 1, recorded 0", ("NAND2 _0_", "NOR2 _0_")),
            ("BUF for INV", "in cycle 1: q_o[0] is 0, recorded 1", ("INV _1_", "BUF _1_")),
            ("data of another net", "q_o[0] is 0, recorded 1", (".D(y_o)", ".D(n1)"))):
        bench.icarus_refuses(name, words, GATE.replace(*change), PORTS, CYCLES)
    bad = [list(c) for c in CYCLES]
    bad[4][2] ^= 1
    bench.icarus_refuses("one recorded bit", "in cycle 4: q_o[0] is 1, recorded 0", GATE, PORTS, bad)
    tied = GATE.replace("  NAND2 _0_", "  assign t_o = 1'h1;\n  NAND2 _0_").replace("q_o, y_o", "q_o, t_o, y_o").replace(
        "  output y_o;", "  output t_o;\n  output y_o;")
    ports, late = PORTS + [("t_o", 1, 1)], lambda *bits: [c + (b,) for c, b in zip(CYCLES, bits)]
    expect("a constant taken late", sum(bench.counts(tied, ports, late(0, 0, 1, 1, 1))[0].values()) == 11)
    bench.icarus_refuses("a constant taken and left", "in cycle 3: t_o[0] is 1, recorded 0", tied, ports, late(0, 1, 1, 0, 1))
    bench.icarus_refuses("no cycle that counts", "no cycle that counts", GATE, PORTS, CYCLES[:1])
    data = head(PORTS) + frames(PORTS, CYCLES)
    for name, cycle, cut in (("cut", 4, data[:-10]), ("cut at its end", 5, data[:-3]), ("more behind", 5, data + b"\0"),
                             ("odd tag", 5, data[:-9] + b"\7" + data[-8:])):
        path = write(f"{bench.where}/bad.rec", cut)
        try:
            icarus.Simulation(bench.unit()).run("test", path, (0, 0, 1))
            expect(f"record: {name}", False, "taken")
        except record.BadRecord as fault:
            expect(f"record: {name}", f"behind cycle {cycle}" in str(fault), fault)
    at = TOY.index("cell (NAND2)")
    bare = TOY[:at] + TOY[at:].replace(DELAYS % ("0.2", "0.2"), "", 1)
    bench.icarus_refuses("no delays", "cell NAND2: no table of the delay from A to Y", GATE, PORTS, CYCLES, bare)
    half = TOY[:at] + TOY[at:].replace('timing () { related_pin : "A B"', 'timing () { related_pin : "A"', 1)
    bench.icarus_refuses("no delay of an input", "cell NAND2: no table of the delay from B to Y", GATE, PORTS, CYCLES, half)


def values(bench):
    """NAND2: slew 0.2 of inputs, load 2 (INV), between the points 1 and 3: rise (110 + 130) / 2 = 120, fall (50 + 70) / 2 = 60
    ps. INV: slew 0.4 behind NAND2, between 0.2 and 0.6, load 1 (D): rise (300 + 500) / 2, fall 7 of a scalar. DFFN: 700."""
    grid = '  lu_table_template (grid) { variable_1 : input_net_transition; variable_2 : total_output_net_capacitance; ' \
           'index_1 ("0.2, 0.6"); index_2 ("1, 3"); }\n  cell (NAND2)'
    lib = TOY.replace("  cell (NAND2)", grid, 1)
    def over(lib, cell, rise, fall):
        at, old = lib.index(f"cell ({cell})"), DELAYS % (("0.2",) * 2 if cell == "NAND2" else ("0.5",) * 2)
        return lib[:at] + lib[at:].replace(old, f"cell_rise {rise} cell_fall {fall}", 1)
    lib = over(lib, "NAND2", '(grid) { values ("0.110, 0.130", "0.9, 0.9"); }', '(grid) { values ("0.050, 0.070", "0.9, 0.9"); }')
    lib = over(lib, "INV", '(grid) { values ("0.300, 0.9", "0.500, 0.9"); }', '(scalar) { values ("0.007"); }')
    made = icarus.Simulation(bench.unit(GATE, lib))
    with open(made.file("delays.sdf"), encoding="ascii") as file:
        said = " ".join(file.read().split())
    def ps(n):
        return f"({n}.000:{n}.000:{n}.000)"
    for path in (f"(IOPATH A Y {ps(120)} {ps(60)}) (IOPATH B Y {ps(120)} {ps(60)})", f"(IOPATH A Y {ps(400)} {ps(7)})",
                 f"(IOPATH (posedge CK) QN {ps(700)} {ps(700)})"):
        expect(f"SDF {path}", path in said, said)
    expect("SDF head", '(SDFVERSION "3.0")' in said and "(TIMESCALE 1ps)" in said and said.count("(CELL (") == 3, said)
    expect("SDF instances", all(said.count(f'(CELLTYPE "{k}") (INSTANCE b0.g') == 1 for k in ("NAND2", "INV", "DFFN")), said)
    # 60 fall of NAND2, 400 of INV: the cycle is as long as all takes, 0.7 behind the clock for inputs at the least.
    expect("the cycle is long enough", made.cycle >= 2 * 1160000, made.cycle)


def dumps():
    """transitions: what it counts, and what it refuses."""
    top = "$timescale 1fs $end\n$var wire 1 ! n1 $end\n$var reg 2 # v $end\n$var wire 1 $ n2 $end\n$enddefinitions $end\n#0\nx!\n1$\n"
    def count(text, start="10"):
        done = subprocess.run([f"{B}/transitions", start], input=text, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr.strip()
    expect("from a moment on", count(top + "#5\n0!\n0$\n#10\n1!\nb01 #\n#20\n0!\n#30\n0!\n1$\n") == (0, "n1 2\nn2 1\n", ""))
    expect("an x that counts", count(top + "#5\n0!\n#10\nx!\n") == (1, "", "dump: n1 is x"))
    expect("an x left late", count(top + "#10\n1!\n")[0] == 1)
    expect("no dump", count("") == (1, "", "dump: no whole dump") and count(top[:60])[0] == 1)


def shares():
    """By hand: 100 changes with delays where 60 are without, 80 of them in active cycles where 50 are, 20 and 10 in idle ones;
    energies 10, of active cycles 2 x 4 and 2 in 2 idle ones, against 8, 2 x 3 and 2."""
    quiet = {"toggles": 60, "active_toggles": 50, "cycles": 4, "active_cycles": 2, "pj": {"total": 8.0}, "pj_per_active_cycle": 3.0,
             "pj_per_idle_cycle": 1.0}
    timed = {**quiet, "toggles": 100, "active_toggles": 80, "pj": {"total": 10.0}, "pj_per_active_cycle": 4.0}
    found = glitches.shares(quiet, timed)
    expect("share", found["glitch_share"] == {"toggles": 0.4, "pj": 0.2}, found)
    expect("share, active", found["glitch_share_active"] == {"toggles": 0.375, "pj": 0.25}, found)
    expect("share, idle", found["glitch_share_idle"] == {"toggles": 0.5, "pj": 0.0}, found)
    row = {**timed, **found, "unit": "u", "workload": "w"}
    line = glitches.table([row])[-1].split()
    expect("a line", line == ["u", "w", "40.00%", "37.50%", "50.00%", "20.00%", "25.00%", "0.00%"], line)
    seen = {"toggles_icarus": 110, "toggles_icarus_rule": 110, "nets_differ": 0, "icarus_of_replay": 1.1}
    line = glitches.table([{**row, **seen}])[-1].split()
    expect("a line of Icarus", line == ["u", "w", "15.000", "25.000", "27.500", "10.00%", "27.500", "0"], line)
    none = {**quiet, "toggles": 0, "active_toggles": 0, "active_cycles": 0, "pj_per_active_cycle": None}
    expect("nothing moves", glitches.shares(none, none)["glitch_share_active"] == {"toggles": 0.0, "pj": 0.0})


def command():
    """What energy.py says to ICARUS=1 without GLITCHES=1, and without Icarus."""
    done = subprocess.run([sys.executable, f"{ROOT}/rtl/energy/energy.py", "tiny", "asap7", "--icarus"], capture_output=True, text=True, check=False)
    expect("ICARUS without GLITCHES", done.returncode == 2 and "ICARUS=1 needs GLITCHES=1" in done.stderr + done.stdout, done)
    path, os.environ["PATH"] = os.environ["PATH"], "/nowhere"
    said = icarus.missing()
    os.environ["PATH"] = path
    expect("without Icarus", said and "apt-get install iverilog" in said and icarus.missing() is None, said)


def main():
    if not os.path.exists(f"{B}/replay") or not os.path.exists(f"{B}/transitions"):
        print("SKIP: build/replay or build/transitions is not built (make build/replay build/transitions), glitches NOT tested")
        return 77
    if not all(map(shutil.which, icarus.TOOLS)):
        print(f"SKIP: {icarus.missing()}, the second simulation of glitches is NOT tested")
        return 77
    with tempfile.TemporaryDirectory() as where:
        bench = Both(where)
        for test in (hazards, stale, state, wrong, values):
            test(bench)
    dumps()
    shares()
    command()
    print(f"energy_glitch: {COUNT[0]} passed, {COUNT[1]} failed")
    return 1 if COUNT[1] or COUNT[0] < 49 else 0


sys.exit(main())
