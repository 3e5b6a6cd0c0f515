#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What rtl/timing reads: Liberty files and their functions, reports of OpenSTA, kept figures. Texts and expected values
are written here by hand."""
import collections
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "rtl", "timing"))
# pylint: disable=wrong-import-position
import border
import design
import liberty
import memory
import plain
import results
import roles
import sta
import tables

COUNT = [0, 0]
LIB = """/* a { comment } */
library ("one") {
  time_unit : "10ps" ; capacitive_load_unit (0.5, "pf");
  default_wire_load : "big";
  lu_table_template (t) { variable_1 : total_output_net_capacitance; index_1 ("1, 2"); }
  cell (A) { area : 1.5;
    leakage_power () { value : 3; when : "}{"; }
    pin (X) { direction : input; capacitance : 0.25; /* } */ }
    pin (Y) { direction : "output"; function : "X'";
      internal_power () { rise_power (t) { values ("1, 2"); } }
      timing () { related_pin : "X"; cell_rise (t) { values ("1, 2", \\
        "3, 4"); } } }
  }
}
"""
MACRO = """library (ram) { time_unit : "1ns"; capacitive_load_unit (1, pf);
  cell (RAM) { memory () { type : ram; address_width : 5; word_width : 16; } area : 1000.5;
    bus (D) { direction : input; capacitance : 0.01;
      timing () { timing_type : setup_rising; related_pin : "CK"
        rise_constraint (x) { index_1 ("1, 2, 3"); index_2 ("1, 2, 3"); values ("1,2,3", "4,0.5,6", "7,8,9"); } } }
    bus (BIST_D) { direction : input; timing () { timing_type : setup_rising; related_pin : "CK";
        rise_constraint (x) { index_1 ("1"); values ("99"); } } }
    bus (Q) { direction : output; timing () { timing_type : rising_edge; related_pin : "CK";
        cell_rise (x) { index_1 ("1, 2"); values ("1, 2, 3", "4, 2.5, 6"); } } } } }
"""
REPORT = """Startpoint: i_vxu/i_alu/g_lane[3].i_mul.s1_prod_q[12]$_DFFE_PP_
            (rising edge-triggered flip-flop clocked by clk)
Endpoint: i_vm/g_bank[0].i_ram.mem (rising edge-triggered flip-flop clocked by clk)
Path Group: clk
Path Type: max

    Delay      Time   Description
-------------------------------------------------------------
   0.0000    0.0000   clock clk (rise edge)
   0.0000    0.0000   clock network delay (ideal)
   0.0000    0.0000 ^ i_vxu/i_alu/g_lane[3].i_mul.s1_prod_q[12]$_DFFE_PP_/CK (DFF_X1)
  52.2706   52.2706 v i_vxu/i_alu/g_lane[3].i_mul.s1_prod_q[12]$_DFFE_PP_/Q (DFF_X1)
  43.4634   95.7341 v i_vxu/_09763_/Y (INV_X1)
  29.6732  125.4073 ^ _09821_/Y (NAND2_X1)
   0.0000  125.4073 ^ i_vm/g_bank[0].i_ram.mem/WA[3] (memory_1r1w_32x8)
           125.4073   data arrival time

 800.0000  800.0000   clock clk (rise edge)
           800.0000 ^ i_vm/g_bank[0].i_ram.mem/WCLK (memory_1r1w_32x8)
 -50.0000  750.0000   library setup time
           750.0000   data required time
-------------------------------------------------------------
           624.5927   slack (MET)
"""
RTLIL = r"""module $paramod\stamp_add\Wide=1'0
  wire input 1 \clk_i
  wire width 4 input 2 \a_i
  wire input 3 \en_i
  wire width 4 output 4 \y_o
  cell $dffe $ff
    parameter \WIDTH 4
    connect \CLK \clk_i
    connect \D \a_i
    connect \EN \en_i
    connect \Q \y_o
  end
end
module \stamp_top
  wire input 1 \clk_i
  wire width 4 \mid
  cell $paramod\stamp_add\Wide=1'0 \i_one
    connect \a_i \mid
    connect \clk_i \clk_i
    connect \en_i 1'1
    connect \y_o \mid
  end
  cell $paramod\stamp_add\Wide=1'0 \i_two
    connect \a_i \mid
    connect \clk_i \clk_i
    connect \en_i \mid [0]
    connect \y_o { }
  end
end
"""


def expect(name, got, want=True):
    COUNT[got != want] += 1
    if got != want:
        print(f"FAIL: {name}: {got!r}, not {want!r}")


def refuses(name, kind, words, work, *arguments):
    try:
        work(*arguments)
        said = "nothing"
    except kind as fault:
        said = str(fault)
    expect(name + ": " + said, words in said and "\n" not in said)


def files():
    one = liberty.parse(LIB, "one")
    cell = one.of("cell")[0]
    expect("names", (one.name, cell.name, [p.name for p in cell.of("pin")]), ("one", "A", ["X", "Y"]))
    expect("units", liberty.units(one), (0.01, 500.0))
    expect("attributes", (cell.number("area"), cell.of("pin")[1].get("direction")), (1.5, "output"))
    values = cell.of("pin")[1].of("timing")[0].of("cell_rise")[0].get("values")
    expect("numbers over two lines", liberty.numbers(values), [1, 2, 3, 4])
    merged = liberty.merge([one, liberty.parse(LIB.replace("(A)", "(B)").replace('"one"', "two"), "two")],
                           lambda c: False, 'wire_load ("w") { slope : 1; }')
    again = liberty.parse(merged, "merged")
    expect("merge", ([c.name for c in again.of("cell")], len(again.of("lu_table_template"))), (["A", "B"], 1))
    expect("without power", "power" not in merged and "default_wire_load" not in merged)
    expect("values kept", liberty.numbers(again.of("cell")[1].of("pin")[1].of("timing")[0].of("cell_rise")[0].get("values")),
           [1, 2, 3, 4])
    left = liberty.merge([one, liberty.parse(LIB.replace("(A)", "(B)"), "two")], lambda c: c.name == "A", "")
    expect("a cell left out", [c.name for c in liberty.parse(left, "x").of("cell")], ["B"])
    refuses("other units", liberty.BadLiberty, "other units",
            liberty.merge, [one, liberty.parse(LIB.replace("10ps", "1ns").replace("(A)", "(B)"), "x")], bool, "")
    refuses("line of a fault", liberty.BadLiberty, "x:16: brace closes nothing", liberty.parse, LIB + "\n}\n", "x")
    for cut in range(40, len(LIB) - 4, 7): # whatever is cut off is refused or is a part that is whole
        try:
            liberty.parse(LIB[:cut], "x")
            expect(f"cut at {cut}", False)
        except liberty.BadLiberty as fault:
            expect(f"cut at {cut}", str(fault).startswith("x"))


def functions():
    for text, want in (("!(A & B)", "1110"), ("(A*B)'", "1110"), ("A' + B'", "1110"), ("!A B", "0100"), ("A ^ B + A", "0111"),
                       ("A & B | !A & !B", "1001"), ("1", "1111"), ("((A))", "0011"), ("A''", "0011")):
        got = roles.table(text, ["A", "B"])
        expect(text, got and "".join("01"[v] for v in got), want)
    for text in ("A &", "(A", "A)", "C", "A $ B", "", "(" * 5000 + "A"):
        expect("no function " + text[:9], roles.table(text, ["A", "B"]), None)


def memories():
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"macro{os.getpid()}.lib")
    with open(path, "w", encoding="utf-8") as file:
        file.write(MACRO)
    try:
        m = memory.Foundry(path)
    finally:
        os.remove(path)
    expect("macro", (m.width, m.lines, m.area, m.access, m.setup, m.load), (16, 32, 1000.5, 2.5, 0.5, 10.0))

    class Small: # a memory of 64 lines of 40 bits
        width, lines = 40, 64
    figures = memory.Figures(Small, tables.LIBRARIES["ihp"], [m])
    expect("macros beside each other", (figures.area, figures.word), (6003.0, "6 x RAM"))


def reports():
    p = sta.path(REPORT)
    expect("path", (p.start, p.end, p.slack, p.levels),
           ("i_vxu.i_alu.g_lane[3].i_mul.s1_prod_q[12]", "i_vm.g_bank[0].i_ram.mem", 624.5927, 2))
    expect("none", sta.path("No paths found.\n"), None)
    refuses("cut report", design.BadDesign, "not whole", sta.path, REPORT[:300])
    refuses("no report", design.BadDesign, "no path", sta.path, "Error: what\n")
    expect("sections", sta.sections("x\n@@ a\n1\n2\n@@ b\n"), {"a": "1\n2\n", "b": ""})
    expect("names", [sta.rtl(n) for n in (r"i_a/\b[1].c_q[2]$_SDFFCE_PN0P_", "x_q$_DFF_P_", "m_rready_o")],
           ["i_a.b[1].c_q[2]", "x_q", "m_rready_o"])


def designs():
    found = design.modules(RTLIL)
    top = design.Cutter(found).cut(found["\\stamp_top"])
    one, two = [n for _, n in top.kids]
    expect("an input tied is another netlist", (one.tied, two.tied, one.name == two.name),
           ((("\\en_i", "1'1"),), (), False))
    expect("its name", [bool(re.fullmatch("stamp_add_[0-9a-f]{6}", n.name)) for n in (one, two)], [True, True])
    expect("ports of it", "input 3 \\en_i" not in one.text and "output 3 \\y_o" in one.text and "connect \\en_i 1'1" in one.text)
    expect("its instance", "connect \\en_i 1'1" not in top.text and f"cell \\{two.name} \\i_two" in top.text)


def written_by_parts():
    """The old line, chosen where a part is not written, is the memory's mask; another use of it is refused."""
    ram = r"""module \stamp_ram_sp
  wire input 1 \clk_i
  wire input 2 \we_i
  wire input 3 \re_i
  wire width 2 input 4 \mask_i
  wire width 3 input 5 \addr_i
  wire width 4 input 6 \wdata_i
  wire width 4 output 7 \line
  cell $mem_v2 \mem
    parameter \ABITS 3
    parameter \RD_CLK_ENABLE 1'0
    parameter \RD_PORTS 1
    parameter \SIZE 8
    parameter \WIDTH 4
    parameter \WR_PORTS 1
    connect \RD_ADDR \addr_i
    connect \RD_CLK 1'x
    connect \RD_DATA $old
    connect \RD_EN 1'1
    connect \WR_ADDR \addr_i
    connect \WR_CLK \clk_i
    connect \WR_DATA $new
    connect \WR_EN { \we_i \we_i \we_i \we_i }
  end
  cell $dffe $line
    connect \CLK \clk_i
    connect \D $old
    connect \EN \re_i
    connect \Q \line
  end
  cell $mux $high
    connect \A $old [3:2]
    connect \B \wdata_i [3:2]
    connect \S \mask_i [1]
    connect \Y $new [3:2]
  end
  cell $mux $low
    connect \A $old [1:0]
    connect \B \wdata_i [1:0]
    connect \S \mask_i [0]
    connect \Y $new [1:0]
  end
end
"""
    def cut(text):
        return design.macros(design.Module("\\stamp_ram_sp", text))
    text, (macro,) = cut(ram)
    one, two = (re.search(rf"connect \\B \\mask_i \[{i}\]\n    connect \\Y (\S+)", text).group(1) for i in (1, 0))
    expect("a mask for each bit", (macro.name(), f"connect \\WE {{ {one} {one} {two} {two} }}" in text),
           ("memorym_1r1w_8x4", True))
    expect("its data", "connect \\WD { \\wdata_i [3:2] \\wdata_i [1:0] }" in text and "$old" not in text)
    expect("with the enable", text.count("connect \\A \\we_i"), 2)
    whole = ram.replace(ram[ram.index("  cell $mux $high"):], "") + ("  cell $mux $all\n    connect \\A $old\n    connect \\B \\wdata_i\n"
                                                                 "    connect \\S \\mask_i [0]\n    connect \\Y $new\n  end\nend\n")
    expect("one part is one enable", cut(whole)[1][0].name(), "memory_1r1w_8x4")
    for name, change in (("another part's old bits", ("\\A $old [1:0]", "\\A $old [3:2]")), ("a part left out", ("$new [1:0]", "$new [0]")),
                         ("another address", ("\\WR_ADDR \\addr_i", "\\WR_ADDR \\wdata_i")),
                         ("something else", ("  cell $mux $low", "  cell $not $n\n    connect \\A $old\n    connect \\Y \\x\n  end\n  cell $mux $low"))):
        refuses("memory: " + name, design.BadDesign, "past its register", cut, ram.replace(*change))


def masks():
    text = "  wire [1:0] m;\n  memorym_1r1w_8x21 \\a.mem  (\n    .RA(a),\n    .WE({ " + ", ".join(["m[1]"] * 17 + ["m[0]"] * 3 + ["1'b1"]) \
           + " })\n  );\n  memory_1r1w_8x2 b (\n    .WE({ m, m })\n  );\n"
    out = plain.buffered(text, "BUF", "A", "Y")
    expect("a buffer for every eight mask pins", re.findall(r"BUF (\w+) \(\n    \.A\((.*?)\),\n    \.Y\((.*?)\)", out),
           [(f"mask_{n}", "m[1]", f"mask_{n}_net") for n in range(3)])
    expect("its loads", [out.count(f"mask_{n}_net,") for n in range(3)], [8, 8, 1])
    expect("few pins as they are", re.search(r"mask_2_net, (.*) \}\)", out).group(1), "m[0], m[0], m[0], 1'b1")
    expect("other memories as they are", out.endswith("b (\n    .WE({ m, m })\n  );\n"), True)


def borders():
    cells = "".join(f"  AND c{n} (\n    .A(en),\n    .B(d[{n % 2}]),\n    .Y(y{n})\n  );\n" for n in range(10))
    kid = "module kid(en, d, clk_i);\n  input clk_i;\n  wire clk_i;\n  input [1:0] d;\n  wire [1:0] d;\n  input en;\n  wire en;\n" \
          + "".join(f"  wire y{n};\n" for n in range(10)) + cells + "endmodule\n"
    same, loads = border.buffered(kid, {}, "BUF", "A", "Y")
    odd = "  wire [1:0] \\\\a[0].b ;\n  AND c (\n    .A(\\\\a[0].b [1]),\n    .B(\\\\a[0].b [0]),\n    .Y(y)\n  );\n  wire y;\n"
    expect("escaped names", border.Pins(odd.replace("\\\\", "\\"), {}).bits("\\a[0].b "), ["\\a[0].b [1]", "\\a[0].b [0]"])
    expect("a leaf stays as it is", same == kid, True)
    expect("its loads", loads, {"clk_i": [0], "d": [5, 5], "en": [10]})
    kids = "".join(f"  kid k{n} (\n    .clk_i(clk_i),\n    .d(data),\n    .en(go)\n  );\n" for n in range(14))
    top = "module top(clk_i, data);\n  input clk_i;\n  wire clk_i;\n  input [1:0] data;\n  wire [1:0] data;\n  wire go;\n  wire gone;\n" \
          + "  INV i (\n    .A(data[0]),\n    .Y(gone)\n  );\n  assign go = gone;\n" + kids + "endmodule\n"
    text, loads = border.buffered(top, {"kid": loads}, "BUF", "A", "Y")
    pins = border.Pins(text, {})
    fan = collections.Counter(pins.net(b) for b in re.findall(r"\.(?:A|en)\((\w+(?:\[\d\])?)\)", text))
    # go: 14 kids of 10 loads are 14 buffers, more than 12, so two above them. data: two kids of 5 a buffer, 7 buffers.
    expect("no more than twelve", max(fan.values()) <= 12 and fan["gone"] == 2, True)
    expect("buffers", len(re.findall("  BUF ", text)), 14 + 2 + 7 + 7)
    expect("loads of inputs now", loads, {"clk_i": [0], "data": [7, 8]})
    expect("the clock as it was", text.count(".clk_i(clk_i)"), 14)
    expect("each kid has its enable", len(re.findall(r"\.en\(border_\d+_net\)", text)), 14)
    expect("bits of a word", bool(re.search(r"\.d\(\{ border_\d+_net, border_\d+_net \}\)", text)), True)


def kept():
    old = {"a": {"area_um2": 100, "period_ns": 1.0, "levels": 20}, "b": {"area_um2": 1, "period_ns": None, "levels": None}}
    def now(area, period, levels):
        return {"a": {"area_um2": area, "period_ns": period, "levels": levels}, "b": old["b"]}
    for name, what, want in (("same", now(100, 1.0, 20), 0), ("within", now(102.9, 1.049, 22), 0), ("area", now(103.1, 1, 20), 1),
                             ("period", now(100, 1.051, 20), 1), ("levels", now(100, 1, 23), 1), ("better", now(1, .1, 2), 0),
                             ("no path any more", now(100, None, 20), 1), ("gone", {"b": old["b"]}, 1)):
        expect("kept: " + name, len(results.worse(what, old, True)), want)
    expect("one unit alone", results.worse({"b": old["b"]}, old, False), [])
    def run(ge, period, levels):
        row = {"unit": "whole", "gate_equivalents": ge, "period_ns": period, "levels": levels}
        return {"target_ns": 1.0, "macs": 10, "whole": row, "units": [dict(row, unit="array", gate_equivalents=4000)]}
    expect("verdict", [met for _, met in results.verdict(run(9000, 1.0, 25))], [True] * 5)
    expect("all missed", [met for _, met in results.verdict(run(16000, 1.01, 26))], [False, False, False, True, False, False])


def main():
    for work in (files, functions, memories, reports, designs, masks, borders, kept):
        work()
    print(f"timing_parse: {COUNT[0]} passed, {COUNT[1]} failed")
    return 1 if COUNT[1] or COUNT[0] < 60 else 0


sys.exit(main())
