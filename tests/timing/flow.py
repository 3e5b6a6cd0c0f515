#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`make timing` from end to end on a small design and a library made up for it (toy.lib): what it writes, and that it
refuses what it must. Each fault is planted in a copy of rtl/timing with the small design beside it.

Where Yosys and OpenSTA are not installed the step is skipped. Needs build/specgen."""
import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
B = os.path.abspath(os.environ.get("B", os.path.join(ROOT, "build")))
COUNT = [0, 0]
LATCH = ("assign sum_o   = sum_q;", "logic [7:0] held;\n  always_latch if (valid) held = sum_q;\n  assign sum_o   = held;")
LOOP = ("assign valid_o = valid;", "logic a, b;\n  assign a = !(b && push_i);\n  assign b = !(a && valid);\n"
        "  assign valid_o = b;")
# A loop through two netlists: neither holds one.
AROUND = (".push_i(push_i && ready)", ".push_i(push_i && ready && !(valid && back))"), \
    ("assign valid_o = valid;", "logic back;\n  stamp_back i_back (.clk_i, .a_i(head[0]), .b_o(back));\n  assign valid_o = valid;")
BACK = ("// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1\nmodule stamp_back (input logic clk_i, input logic a_i, "
        "output logic b_o);\n  logic q;\n  always_ff @(posedge clk_i) q <= a_i;\n  assign b_o = q ^ a_i;\nendmodule\n")


def expect(name, holds, said=""):
    COUNT[not holds] += 1
    if not holds:
        print(f"FAIL: {name}: {said}")


def tree(where):
    """rtl/timing, the modules it reads, and the small design as stamp_top; a build folder with specgen."""
    for name in ("timing", "lib", "gen"):
        shutil.copytree(os.path.join(ROOT, "rtl", name), os.path.join(where, "rtl", name))
    os.makedirs(os.path.join(where, "rtl", "top"))
    os.makedirs(os.path.join(where, "rtl", "fp"))
    shutil.copy(os.path.join(ROOT, "rtl", "fp", "stamp_fp_pkg.sv"), os.path.join(where, "rtl", "fp"))
    for name in ("stamp_top.sv", "stamp_pair.sv"):
        shutil.copy(os.path.join(HERE, name), os.path.join(where, "rtl", "top"))
    for name in ("figures.json",):
        path = os.path.join(where, "rtl", "timing", name)
        if os.path.exists(path):
            os.remove(path)
    os.makedirs(os.path.join(where, "b"))
    shutil.copy(os.path.join(B, "specgen"), os.path.join(where, "b"))


def timing(where, *options, mach="tiny", lib="toy", liberty=os.path.join(HERE, "toy.lib")):
    more = ["--liberty", liberty, "--period", "2"] if liberty else []
    done = subprocess.run([sys.executable, os.path.join(where, "rtl/timing/timing.py"), mach, lib, *more, *options],
                          capture_output=True, text=True, check=False, cwd=where,
                          env=dict(os.environ, B=os.path.join(where, "b"), STAMP_LIBERTY_DIR=os.path.join(where, "none")))
    return done.returncode, done.stdout, done.stderr


def result(where, name="tiny-toy"):
    try:
        with open(os.path.join(where, "b/timing", name + ".json"), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def edit(where, name, *changes):
    path = os.path.join(where, name)
    with open(path, encoding="utf-8") as file:
        text = before = file.read()
    for old, new in changes:
        assert old in text, (name, old)
        text = text.replace(old, new)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return lambda: open(path, "w", encoding="utf-8").write(before)


def whole(where):
    """What a run writes, and the check against figures that are kept."""
    code, out, err = timing(where, "--update")
    r = result(where)
    expect("a run", code == 0 and r, out + err)
    if not r:
        return
    w, units = r["whole"], {u["unit"]: u for u in r["units"]}
    expect("flip-flops by hand", w["flip_flops"] == 55 and units["pair"]["flip_flops"] == 38, w)
    expect("one memory", w["memories"] == 1 and w["memory_um2"] == 0, w)
    expect("gate equivalents", abs(w["gate_equivalents"] * 1.5 - w["area_um2"]) < 0.2 and w["area_um2"] > 55 * 7, w)
    # From the memory (0.4 of 2 ns) to the register behind it, through what holds that.
    expect("the path from the memory", w["from"] == "i_mem.mem" and w["to"].startswith("i_mem.rdata_o[")
           and 0.5 < w["period_ns"] < 1.5 and 1 <= w["levels"] < 4, w)
    expect("names of RTL", units["pair"]["from"].startswith("i_fifo.") and "_q[" in units["pair"]["from"]
           and units["pair"]["to"].startswith("i_fifo."), units["pair"])
    expect("wires cost", w["period_ns"] < w["wire_period_ns"] < 2 * w["period_ns"], w)
    expect("progress, table and verdict", " of 4  stamp_pair" in out and "verdict: tiny on toy:" in out, out)
    expect("check of the same", timing(where, "--check")[0] == 0)
    for name, change in (("area_um2", 0.96), ("period_ns", 0.94), ("levels", 0)):
        path = os.path.join(where, "rtl/timing/figures.json")
        with open(path, encoding="utf-8") as file:
            kept = json.load(file)
        old = dict(kept["tiny-toy"]["whole"])
        kept["tiny-toy"]["whole"][name] = old[name] * change if change else old[name] - 3
        with open(path, "w", encoding="utf-8") as file:
            json.dump(kept, file)
        code, out, _ = timing(where, "--check")
        expect(f"worse {name}", code == 1 and f"worse   whole: {name}" in out, out)
        kept["tiny-toy"]["whole"] = old
        with open(path, "w", encoding="utf-8") as file:
            json.dump(kept, file)
    code, out, err = timing(where, "--unit", "pair")
    one = result(where, "tiny-toy-pair")
    expect("a unit alone", code == 0 and one["whole"] is None and one["units"][0]["flip_flops"] == 38, out + err)
    expect("a unit of rtl/lib", timing(where, "--unit", "fifo")[0] == 0 and result(where, "tiny-toy-fifo"))


def refused(where):
    """One clear line, a code, and the result of the run before untouched."""
    def case(name, words, code, *options, **more):
        before = result(where)
        got, out, err = timing(where, *options, **more)
        lines = [x for x in err.splitlines() if x.strip()]
        expect(name, got == code and len(lines) == 1 and words in lines[0] and result(where) == before,
               f"exit {got}: {out[-300:]}{err}")

    case("unknown unit", "no unit 'nosuch'", 2, "--unit", "nosuch")
    case("unknown machine", "no machine 'huge' (tiny", 2, mach="huge")
    case("unknown library", "no library 'nosuch' (asap7", 2, lib="nosuch", liberty=None)
    case("library that is not there", "STAMP_LIBERTY_DIR", 77, lib="asap7", liberty=None)
    case("no such file", "No such file", 1, liberty=os.path.join(where, "nosuch.lib"))
    case("nothing kept", "holds nothing of", 1, "--check", lib="other")
    with open(os.path.join(HERE, "toy.lib"), encoding="utf-8") as file:
        toy = file.read()
    at = toy.index("cell (NAND3_X1)")
    for name, words, text in (
            ("open brace", "has no closing brace", toy[:at + 60]), ("closed too often", "closes nothing", toy + "}"),
            ("string", "string without an end", toy[:toy.index('"', at) + 1]),
            ("comment", "comment without an end", toy[:at] + "/* " + toy[at:].replace("*/", "")),
            ("no library", "not 'library'", toy.replace("library (toy)", "cell (toy)")), ("empty", "holds no library", ""),
            ("binary", "not a text", "library (x) {\0}"), ("deep", "groups in each other", "library (x) {" + " a () {" * 99),
            ("no name", "brace without the name", "library (x) { { } }"),
            ("no unit", "time_unit", toy.replace('time_unit : "1ps";', "")),
            ("odd unit", "time_unit", toy.replace('"1ps"', '"fast"')),
            ("no NAND", "no 2-input NAND", toy.replace("!(A & B)", "!(A & A)")),
            ("no flip-flop", "no flip-flop", toy.replace("ff (IQ, IQN)", "latch (IQ, IQN)")),
            ("no number", "no number", toy.replace("area : 7;", "area : big;"))):
        path = os.path.join(where, "bad.lib")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        case("library: " + name, words, 1, lib="bad", liberty=path)
    with open(os.path.join(where, "cut.lib.gz"), "wb") as file:
        file.write(gzip.compress(toy.encode())[:-100])
    case("library: half a gzip file", "not a whole gzip file", 1, liberty=os.path.join(where, "cut.lib.gz"))
    case("library twice", "stands in", 1, liberty=",".join([os.path.join(HERE, "toy.lib")] * 2))
    top = "rtl/top/stamp_top.sv"
    for name, words, changes in (("latch", "latch (", [LATCH]), ("loop", "found logic loop", [LOOP]), ("loop of two units", "loop", AROUND)):
        back = edit(where, top, *changes)
        with open(os.path.join(where, "rtl/top/stamp_back.sv"), "w", encoding="utf-8") as file:
            file.write(BACK)
        if name == "loop of two units": # ready falls with push: a path through the queue
            other = edit(where, "rtl/top/stamp_pair.sv", (".ready_o, .data_i", ".ready_o(room), .data_i"),
                         ("  stamp_fifo", "  logic room;\n  assign ready_o = room && !push_i;\n  stamp_fifo"))
        case(name, words, 1)
        back()
        if name == "loop of two units":
            other()
        os.remove(os.path.join(where, "rtl/top/stamp_back.sv"))


def without_ties(where):
    """A library without cells of the constants."""
    with open(os.path.join(HERE, "toy.lib"), encoding="utf-8") as file:
        text = re.sub(r"  cell \(TIE.*\n", "", file.read())
    path = os.path.join(where, "plain.lib")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    code, out, err = timing(where, "--unit", "pair", lib="plain", liberty=path)
    expect("no constants", "TIE" not in text and code == 0 and result(where, "tiny-plain-pair"), out + err)


def interrupted(where):
    """Ended while it works: no result, no part of one."""
    shutil.rmtree(os.path.join(where, "b/timing"))
    child = subprocess.Popen([sys.executable, os.path.join(where, "rtl/timing/timing.py"), "tiny", "toy", "--liberty",
                              os.path.join(HERE, "toy.lib"), "--period", "2"], cwd=where, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, env=dict(os.environ, B=os.path.join(where, "b")))
    child.stdout.readline() # the library is read, the rest begins
    time.sleep(0.05)
    child.send_signal(signal.SIGTERM)
    err = child.communicate()[1]
    left = [f for _, _, files in os.walk(os.path.join(where, "b/timing")) for f in files if "json" in f]
    expect("interrupted", child.returncode == 1 and err.strip() == "error: interrupted, nothing written" and not left,
           f"{child.returncode} {err} {left}")


def main():
    if not (shutil.which("yosys") and shutil.which("sta")):
        print("SKIP: yosys or opensta is not installed, make timing NOT tested")
        return 77
    with tempfile.TemporaryDirectory() as where:
        tree(where)
        whole(where)
        refused(where)
        without_ties(where)
        interrupted(where)
    print(f"timing_flow: {COUNT[0]} passed, {COUNT[1]} failed")
    return 1 if COUNT[1] or COUNT[0] < 40 else 0


sys.exit(main())
