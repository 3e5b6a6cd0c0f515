#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""netlists.py on units of tiny and a library made up for it (tests/timing/toy.lib): equal as they are mapped, and each of
these is seen: a gate of another kind, two flip-flops that take each other's data, a register nobody knows, no file."""
import glob
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", ".."))
B = os.environ.get("B", "build")
TOY = ["tiny", "toy", "--liberty", os.path.join(ROOT, "tests/timing/toy.lib"), "--period", "2", "--limit", "60"]
passed = failed = 0


def case(what, words, code, said):
    global passed, failed
    done = subprocess.run([sys.executable, os.path.join(HERE, "netlists.py"), *TOY, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    good = done.returncode == code and re.search(said, done.stdout + done.stderr) and "Traceback" not in done.stderr
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print(f"FAIL {what}: exit {done.returncode}, not {code}; '{said}' is not in\n{done.stdout}{done.stderr}")


def changed(tmp, name, text, old, new, times=1):
    """A file with the netlist, changed."""
    again, count = re.subn(old, new, text, count=times, flags=re.S)
    if not count:
        print(f"FAIL {name}: the netlist has nothing like it")
        sys.exit(1)
    path = os.path.join(tmp, name + ".v")
    with open(path, "w", encoding="utf-8") as file:
        file.write(again)
    return ["--unit", "csr", "--netlist", path]


def main():
    case("units as they are mapped", ["--unit", "csr,rmux,events"], 0, r"netlists tiny toy: 3 passed, 0 failed")
    with open(glob.glob(os.path.join(ROOT, B, "timing/prove-tiny-toy/stamp_csr*.v"))[0], encoding="utf-8") as file:
        text = file.read()
    with tempfile.TemporaryDirectory() as tmp:
        case("the same from a file", changed(tmp, "same", text, r"\Z", "\n"), 0, "1 passed, 0 failed")
        case("a NOR for a NAND", changed(tmp, "kind", text, r"\bNAND2_X1\b", "NOR2_X1"), 1, r"FAIL differs, \w+ \S+\[\d+\] and \d+ more")
        two = r"(awready_o\$_\w+_  \(.{0,60}?\.D\()(\w+)(\).*?wready_o\$_\w+_  \(.{0,60}?\.D\()(\w+)\)"
        case("data of two flip-flops for each other", changed(tmp, "data", text, two, r"\1\4\3\2)"), 1, "FAIL differs")
        case("a register nobody knows", changed(tmp, "name", text, r"\\awready_o\$", r"\\nobody$"), 1, r"error: register nobody\[0\] of the netlist is not in the RTL")
        case("a cell nobody knows", changed(tmp, "cell", text, r"\bNAND2_X1\b", "NAND9"), 1, "NAND9 is no cell, no memory and no netlist below")
        some = re.search(r"^  NAND2_X1 .*?\.Y\((\w+)\)", text, re.M | re.S).group(1)
        case("two outputs on a net", changed(tmp, "two", text, r"\.Q\(awready_o\)", f".Q({some})"), 1, "has two drivers")
        case("an output that is left open", changed(tmp, "open", text, r"\.Q\(awready_o\)", ".Q()"), 1, "is not driven")
    case("no such file", ["--unit", "csr", "--netlist", "nosuch.v"], 1, "error: .*nosuch.v")
    case("no such unit", ["--unit", "nosuch"], 2, "no unit 'nosuch'")
    print(f"prove netlists: {passed} passed, {failed} failed")
    return failed != 0


sys.exit(main())
