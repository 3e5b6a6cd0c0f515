#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rtl/energy on netlists, cells and records made here: energies worked out by hand, and that it refuses what it must.
The figures expected are sums of numbers written in toy.lib, no line of the code under test makes them.

Needs build/replay."""
import os
import random
import sys
import tempfile

from toys import B, CYCLES, COUNT, GATE, PORTS, TOY, Bench, expect, frames, head, write # first: it finds rtl/energy
import design
import liberty
import power
import record


def near(a, b):
    return abs(a - b) < 2e-6


def by_hand(bench):
    """Cycle by cycle, in fJ. Loads: a 1, b 1.5, n1 2 (INV), y 1 (D), q 0. Slews: inputs 0.2, n1 0.4.
    1: a rises while b is 0: switching 2; passive A at 0.2: 1.
    2: b rises: switching b 3, n1 4, y 2; NAND falls by B at (0.2, 2): 13; INV rises at 0.4: 200; D rises: 3.
    3: Q takes 1, QN falls: 9; a falls: switching a 2, n1 4, y 2; NAND rises by A at (0.2, 2): 12; INV falls at load 1: 60;
       D falls: 4.
    4: QN rises: 7; a rises, b falls: switching 2 and 3, NAND stays; passive A, b being 0: 1.
    Clock: 4 cycles of 0.5 fF, 2 V: 8; rises 1, 1, 0.25 (D and QN), 1; falls 2, 0.5 (D and QN), 2, 2.
    Leakage: NAND 1, 3, 1, 1; INV 2; flip-flop (4 + 6) / 2: 6 + 8 + 20 uW of 10 ns each."""
    row = bench.run()
    pj = row["pj"]
    expect("switching", near(pj["switching"], 0.024), pj)
    expect("internal", near(pj["internal"], 0.310), pj)
    expect("clock", near(pj["clock"], 0.01775), pj)
    expect("leakage", near(pj["leakage"], 0.340), pj)
    expect("total", near(pj["total"], 0.69175) and near(row["pj_per_cycle"] * 4, 0.69175), row)
    expect("cycles", (row["cycles"], row["compared"], row["active_cycles"]) == (4, 5, 2), row)
    # Cycles 3 and 4: switching 8 + 5, internal 85 + 8, clock 4 + 2.25 + 3, leakage (1 + 2 + 5) x 10 each.
    expect("active", near(row["pj_per_active_cycle"] * 2, 0.27525), row["pj_per_active_cycle"])
    expect("idle", near(row["pj_per_idle_cycle"] * 2, 0.4165), row["pj_per_idle_cycle"])
    expect("toggles", row["toggles"] == 11 and row["toggles_without_table"] == 0, row)
    part = bench.run(window=(3, 1, 0))["pj"] # the third cycle alone
    expect("a window", near(part["switching"], 0.008) and near(part["internal"], 0.085)
           and near(part["clock"], 0.00425) and near(part["leakage"], 0.080), part)
    last = bench.run(window=(4, 0, 0))["pj"]
    expect("the last cycle", near(last["total"], 0.005 + 0.008 + 0.005 + 0.080), last)


def supplies(bench):
    """Tables of a ground pin are told beside, not added; both inputs at once share what the output costs."""
    old = "rise_power (slews) { values (\"100, 300\"); } fall_power (loads) { values (\"50, 70\"); } }"
    assert old in TOY
    ground = TOY.replace(old, 'related_pg_pin : VDD; ' + old + ' internal_power () { related_pin : "A"; related_pg_pin : VSS; '
                         'power (scalar) { values ("500"); } }')
    ground = ground.replace("cell (INV) {", "cell (INV) { pg_pin (VDD) { pg_type : primary_power; } "
                            "pg_pin (VSS) { pg_type : primary_ground; }")
    row = bench.run(lib=ground)
    expect("ground tables", near(row["pj"]["internal"], 0.310) and near(row["ground_tables_pj"], 1.0), row["pj"])
    # NAND rises because both fall: half of A's (12) and of B's (32) table; A falls with B at 0: 5; INV falls: 60; D: 4; QN: 9.
    both = [(1, 1, 1, 1), (1, 1, 0, 1), (0, 0, 0, 0)]
    row = bench.run(cycles=both, window=(2, 0, 0))
    expect("two causes", near(row["pj"]["internal"], 0.006 + 0.016 + 0.005 + 0.060 + 0.004), row["pj"])


def cells(bench):
    """Enable, clear that does not wait for the clock, both outputs; a memory that gives the old line."""
    flop = """
module cleared(clk_i, d_i, e_i, rst_ni, q_o, n_o);
  input clk_i;
  input d_i;
  input e_i;
  input rst_ni;
  output q_o;
  output n_o;
  DFFER _0_ (
    .CK(clk_i),
    .D(d_i),
    .E(e_i),
    .RN(rst_ni),
    .Q(q_o),
    .QN(n_o)
  );
endmodule
"""
    ports = [("d_i", 0, 1), ("e_i", 0, 1), ("rst_ni", 0, 1), ("q_o", 1, 1), ("n_o", 1, 1)]
    steps = [(1, 1, 0, 0, 1), (1, 1, 1, 0, 1), (0, 0, 1, 1, 0), (0, 0, 1, 1, 0), (1, 1, 0, 0, 1), (1, 1, 1, 0, 1), (0, 1, 1, 1, 0),
             (0, 0, 1, 0, 1)]
    row = bench.run(netlist=flop, ports=ports, cycles=steps)
    # Q moves by the clock in cycles 2, 6, 7: 11 each; by RN in cycle 4: 13. Its complement costs nothing.
    expect("enable and clear", near(row["pj"]["internal"], 0.046), row["pj"])
    memory = """
module held(clk_i, w_i, wa_i, wd_i, re_i, ra_i, rd_o);
  input clk_i;
  input w_i;
  input [1:0] wa_i;
  input [2:0] wd_i;
  input re_i;
  input [1:0] ra_i;
  output [2:0] rd_o;
  MEMORY _0_ (
    .RCLK(clk_i),
    .RE(re_i),
    .RA(ra_i),
    .RD(rd_o),
    .WCLK(clk_i),
    .WE(WRITE),
    .WA(wa_i),
    .WD(wd_i)
  );
endmodule
"""
    ports = [("w_i", 0, 1), ("wa_i", 0, 2), ("wd_i", 0, 3), ("re_i", 0, 1), ("ra_i", 0, 2), ("rd_o", 1, 3)]
    steps = [(1, 2, 5, 0, 0, 0), (1, 2, 3, 1, 2, 0), (0, 0, 0, 1, 2, 5), (0, 0, 0, 0, 1, 3), (0, 0, 0, 1, 1, 3), (0, 0, 0, 0, 0, 0)]
    row = bench.run(netlist=memory.replace("MEMORY", "memory_1r1w_4x3").replace("WRITE", "w_i"), ports=ports, cycles=steps)
    # Writes take effect behind cycles 0 and 1; of these the rise into cycle 1 is the first that counts. Reads: 2, 3, 5.
    expect("memory", row["memories"][0]["reads"] == 3 and row["memories"][0]["writes"] == 2, row["memories"])
    # RA 2, WA 2, WD 3, RE, WE: loads of 2 fF, so 4 fJ a toggle; nothing hangs on the output; 2 clock pins: 16 fJ a cycle.
    expect("memory pins", near(row["pj"]["clock"], 0.080), row["pj"])
    masked = memory.replace("MEMORY", "memorym_1r1w_4x3").replace("WRITE", "{ w_i, 1'h0, w_i }")
    steps = [(1, 2, 7, 0, 0, 0), (0, 0, 0, 1, 2, 0), (0, 0, 0, 0, 0, 5)]
    expect("masked", bench.run(netlist=masked, ports=ports, cycles=steps)["compared"] == 3)


def glitches(bench):
    """y = not (a and not a): 1 for ever, but for the 0.5 ns the inverter takes. Loads: a 3, not a 1.5, y 0.
    a rises: switching 6 + 3, INV falls at load 1.5: 70. With delays NAND falls by A at (0.2, 0): 1, and rises by B at
    (0.3, 0): 28 + 2.5; without, A rises where B is 0: 1."""
    hazard = """
module hazard(a_i, y_o);
  wire n1;
  input a_i;
  output y_o;
  INV _0_ (
    .A(a_i),
    .Y(n1)
  );
  NAND2 _1_ (
    .A(a_i),
    .B(n1),
    .Y(y_o)
  );
endmodule
"""
    how = {"netlist": hazard, "ports": [("a_i", 0, 1), ("y_o", 1, 1)], "cycles": [(0, 1), (1, 1)]}
    row = bench.run(**how)
    expect("no delays, no glitch", near(row["pj"]["internal"], 0.071) and row["toggles"] == 2, row)
    row = bench.run(**how, timed=True)
    expect("a glitch", near(row["pj"]["internal"], 0.1015) and near(row["pj"]["switching"], 0.009) and row["toggles"] == 4
           and row["pulses_swallowed"] == 0, row)
    quick = TOY.replace('values ("0.5"); } cell_fall (scalar) { values ("0.5")', 'values ("0.1"); } cell_fall (scalar) { values ("0.1")')
    row = bench.run(**how, timed=True, lib=quick)
    expect("a pulse shorter than the gate", near(row["pj"]["internal"], 0.070) and row["toggles"] == 2
           and row["pulses_swallowed"] == 1, row)
    row, fast = bench.run(timed=True), bench.run() # nothing to glitch: what is counted is the same
    expect("with delays as without", all(near(row["pj"][k], fast["pj"][k]) for k in fast["pj"]), (row["pj"], fast["pj"]))
    bench.refused("a mutation with delays", "y_o[0] is 1, recorded 0", netlist=GATE.replace("NAND2 _0_", "NOR2 _0_"), timed=True)


def mutations(bench):
    """A gate in place of another, a pin, a constant: the comparison names cycle, port, bit, both values."""
    bench.refused("NOR for NAND", "y_o[0] is 1, recorded 0", netlist=GATE.replace("NAND2 _0_", "NOR2 _0_"))
    bench.refused("BUF for INV", "in cycle 0: y_o[0] is 1, recorded 0", netlist=GATE.replace("INV _1_", "BUF _1_"))
    bench.refused("data of another net", "q_o[0] is 0, recorded 1", netlist=GATE.replace(".D(y_o)", ".D(n1)"))
    bench.refused("an input tied", "in cycle 2: y_o[0] is 0, recorded 1", netlist=GATE.replace(".A(a_i)", ".A(1'h0)"))
    # An output tied to 1 may wait for it at 0, and is then held to it; one that never is 1 is named.
    tied = GATE.replace("  NAND2 _0_", "  assign t_o = 1'h1;\n  NAND2 _0_").replace("q_o, y_o", "q_o, t_o, y_o").replace(
        "  output y_o;", "  output t_o;\n  output y_o;")
    ports, late = PORTS + [("t_o", 1, 1)], lambda *bits: [c + (b,) for c, b in zip(CYCLES, bits)]
    expect("a constant taken late", bench.run(netlist=tied, ports=ports, cycles=late(0, 0, 1, 1, 1))["never_one"] == [])
    expect("a constant never taken", bench.run(netlist=tied, ports=ports, cycles=late(0, 0, 0, 0, 0))["never_one"] == ["t_o[0]"])
    bench.refused("a constant taken and left", "in cycle 3: t_o[0] is 1, recorded 0", netlist=tied, ports=ports,
                  cycles=late(0, 1, 1, 0, 1))
    for at, seen in ((2, (0, 0, 1, 1, 1)), (0, (1, 1, 1, 1, 1))):
        bench.refused("a constant 0", f"in cycle {at}: t_o[0] is 0, recorded 1", netlist=tied.replace("= 1'h1", "= 1'h0"),
                      ports=ports, cycles=late(*seen))
    wrong = [list(c) for c in CYCLES]
    wrong[4][2] ^= 1
    bench.refused("one recorded bit", "in cycle 4: q_o[0] is 1, recorded 0", cycles=wrong)
    for name, words, change in (
            ("loop", "combinational loop", (".B(b_i)", ".B(y_o)")), ("undriven", "is not driven", (".B(b_i)", ".B(n7)")),
            ("two drivers", "two drivers", (".Y(n1)", ".Y(y_o)")), ("clock through a gate", "not on the clock", (".CK(clk_i)", ".CK(a_i)")),
            ("unknown cell", "no cell XNOR9", ("INV _1_", "XNOR9 _1_"))):
        bench.refused(name, words, netlist=GATE.replace("wire n1;", "wire n1;\n  wire n7;").replace(*change))


def libraries(bench):
    """A unit that is missing or odd is refused; so is a library without power tables."""
    for name, words, old, new in (
            ("no voltage", "nom_voltage", "nom_voltage : 2;", ""), ("zero volts", "nom_voltage", "nom_voltage : 2;", "nom_voltage : 0;"),
            ("no voltage unit", "voltage_unit is ''", 'voltage_unit : "1V";', ""),
            ("odd voltage unit", "voltage_unit is '1A'", 'voltage_unit : "1V"', 'voltage_unit : "1A"'),
            ("no leakage unit", "leakage_power_unit is ''", 'leakage_power_unit : "1uW";', ""),
            ("odd leakage unit", "leakage_power_unit is '1uJ'", '"1uW"', '"1uJ"'),
            ("no load unit", "capacitive_load_unit", "capacitive_load_unit (1, ff);", ""),
            ("no time unit", "time_unit", 'time_unit : "1ns";', ""),
            ("no template", "that is not there", "rise_power (slews)", "rise_power (other)"),
            ("odd axis", "not slew or load", "variable_2 : total_output_net_capacitance", "variable_2 : temperature"),
            ("values missing", "values, not 4", '"10, 14", "20, 24"', '"10, 14", "20"'),
            ("index falls", "does not rise", 'index_2 ("1, 3")', 'index_2 ("3, 1")'),
            ("no number", "not numbers", '"10, 14"', '"10, x"'),
            ("unknown pin", "is not over its pins", 'when : "!B"', 'when : "!C"'),
            ("no capacitance", "without a capacitance", "capacitance : 1.5;", ""),
            ("falling clock", "not the rise", 'clocked_on : "CK"', 'clocked_on : "!CK"'),
            ("latch", "a latch", "ff (IQ, IQN)", "latch (IQ, IQN)")):
        assert old in TOY, name
        bench.refused("library: " + name, words, lib=TOY.replace(old, new))
    bench.refused("library: no power at all", "holds no internal_power", lib=TOY.replace("internal_power", "internal_noise"))
    at = TOY.index("cell (INV)")
    one = TOY[:at] + TOY[at:].replace("internal_power", "internal_noise", 1)
    bench.refused("library: a cell without power", "cell INV: no internal_power", lib=one)
    for name, change in (("unit", ('"1uW"', '"1nW"')), ("supply", ("nom_voltage : 2", "nom_voltage : 3"))):
        try:
            power.Library([liberty.parse(t, "x") for t in (TOY, TOY.replace(*change))])
            expect(f"libraries of another {name}", False)
        except liberty.BadLiberty as fault:
            expect(f"libraries of another {name}", "other units" in str(fault), fault)
    u = power.Units(liberty.parse(TOY.replace("(1, ff)", "(0.5, pf)").replace('"1V"', '"100mV"').replace('"1uW"', '"10nW"')
                                  .replace('"1ns"', '"10ps"').replace("nom_voltage : 2", "nom_voltage : 7"), "x"))
    # 0.5 pF (0.1 V)^2 = 5 fJ.
    expect("units", near(u.energy, 5) and near(u.supply, 0.7) and near(u.leak, 10) and near(u.load, 500) and near(u.time, 0.01), vars(u))


def records(bench):
    """What is cut, or says what it is not, is refused; of what a byte was changed in, nothing but a refusal or a replay."""
    data = head(PORTS) + frames(PORTS, CYCLES)
    size = len(head(PORTS))
    bench.refused("record: cut in the head", "head is cut", data=data[:size - 3])
    for n in (size + 1, size + 10, size + 12, len(data) - 9, len(data) - 1):
        bench.refused(f"record: cut to {n}", "record: is cut", data=data[:n])
    bench.refused("record: a cycle missing", "ends behind another cycle", data=data[:size + 9] + data[size + 11:])
    bench.refused("record: more behind", "does not end at its end", data=data + b"\0")
    bench.refused("record: odd tag", "is malformed", data=data[:size + 9] + b"\7" + data[size + 10:])
    bench.refused("record: no record", "no record of ports", data=b"STMPREC2" + data[8:])
    bench.refused("record: port missing", "b_i of 1 bits is not there", data=head(PORTS[:1] + PORTS[2:]) + data[size:])
    bench.refused("record: other width", "b_i of 1 bits is input of 2 bits",
                  data=head([PORTS[0], ("b_i", 0, 2)] + PORTS[2:]) + data[size:])
    bench.refused("record: other way", "b_i of 1 bits is output", data=head([PORTS[0], ("b_i", 1, 1)] + PORTS[2:]) + data[size:])
    bench.refused("record: port twice", "a port twice", data=head(PORTS + PORTS[:1]) + data[size:])
    path = write(f"{bench.where}/cut.rec", data)
    with open(path, "rb") as file:
        packed = file.read()
    with open(path, "wb") as file:
        file.write(packed[:-12])
    try:
        bench.unit().replayed("test", path, (0, 0, 0), f"{B}/replay")
        expect("half a gzip file", False, "taken")
    except (record.BadRecord, design.BadDesign) as fault:
        expect("half a gzip file", "record: is cut" in str(fault) or "gzip" in str(fault), fault)
    source, seen, ready = random.Random(7), [0, 0, 0], bench.unit()
    for _ in range(400):
        bad = bytearray(data)
        for _ in range(source.choice((1, 1, 2, 5))):
            bad[source.randrange(source.choice((size, len(bad))))] = source.randrange(256)
        path = write(f"{bench.where}/fuzz.rec", bytes(bad[:source.choice((len(bad), source.randrange(len(bad))))]))
        try:
            record.Record(path)
        except record.BadRecord as fault:
            seen[0] += 1
            if "\n" in str(fault) or len(str(fault)) > 400:
                expect("one line of a bad head", False, fault)
            continue
        try:
            ready.replayed("fuzz", path, (0, 0, 0), f"{B}/replay")
            seen[1] += 1
        except (record.BadRecord, design.BadDesign) as fault: # refused in words, not by falling over
            seen[2] += not any(w in str(fault) for w in ("Sanitizer", "runtime error", "exit "))
    expect("fuzzed heads", seen[0] > 100 and sum(seen) == 400, seen)


def main():
    if not os.path.exists(f"{B}/replay"):
        print("SKIP: build/replay is not built (make build/replay), rtl/energy NOT tested")
        return 77
    with tempfile.TemporaryDirectory() as where:
        bench = Bench(where)
        by_hand(bench)
        supplies(bench)
        cells(bench)
        glitches(bench)
        mutations(bench)
        libraries(bench)
        records(bench)
    print(f"energy_flow: {COUNT[0]} passed, {COUNT[1]} failed")
    return 1 if COUNT[1] or COUNT[0] < 68 else 0


sys.exit(main())
