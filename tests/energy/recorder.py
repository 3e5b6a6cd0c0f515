#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The machine that records its units' ports (sim/verilator/record.h): what a record holds, what is refused; and that the
command of rtl/energy writes nothing where it fails or is ended.

Needs build/stamp, build/stamp_rtl_tiny_energy.so, build/replay, yosys."""
import gzip
import os
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
B = os.path.abspath(os.environ.get("B", os.path.join(ROOT, "build")))
sys.path.insert(0, os.path.join(ROOT, "rtl", "energy"))
# pylint: disable=wrong-import-position
import record
import workloads

COUNT = [0, 0]


def expect(name, holds, said=""):
    COUNT[not holds] += 1
    if not holds:
        print(f"FAIL: {name}: {said}")


def recorder(where):
    """The machine's own record: a window is a part of the whole; what cannot be is refused."""
    so = f"{B}/stamp_rtl_tiny_energy.so"
    if not (os.path.exists(so) and os.path.exists(f"{B}/stamp")):
        print("SKIP: the recorder is not built (make rtl-tiny-energy), records of a run NOT tested")
        return 77
    for source, name in ((f"{B}/stamp", "stamp"), (so, "stamp_rtl_tiny.so")):
        shutil.copy(source, f"{where}/{name}")
    words = workloads.drawn(where)

    def run(**env):
        done = subprocess.run([f"{where}/stamp", *words, "--machine", "tiny", "--on", "rtl"], capture_output=True, text=True,
                              check=False, env=dict(os.environ, **env))
        return done.returncode, done.stderr

    def cycles(path):
        r = record.Record(path)
        with gzip.open(path) as file:
            data = file.read()[r.skip:]
        size, out, at = (r.bits + 7) // 8, [], 0
        while data[at] != 0xff:
            if data[at] == 1:
                out.append(data[at + 1:at + 1 + size])
            at += 1 + (size if data[at] == 1 else 8 * len(r.events))
        return r, out

    def signal(r, frame, name):
        _, width, at = r.place()[name]
        return int.from_bytes(frame, "little") >> at & (1 << width) - 1

    both = f"i_mxu.i_array={where}/a.rec,top={where}/t.rec"
    code, said = run(STAMP_RECORD=both, STAMP_RECORD_COUNT="3000")
    expect("recorded", code == 0, said)
    array, whole = cycles(f"{where}/a.rec"), cycles(f"{where}/t.rec")
    expect("as many cycles as asked for", len(array[1]) == len(whole[1]) == 3000, len(array[1]))
    expect("ports by the RTL", {("x_i", "input", 128), ("rst_ni", "input", 1), ("row0_o", "output", 256)} <= set(array[0].ports)
           and ("m_rdata_i", "input", 64) in whole[0].ports, array[0].ports)
    reset = [signal(array[0], f, "rst_ni") for f in array[1]]
    expect("four cycles of reset", [signal(whole[0], f, "rst_ni") for f in whole[1]] == [0] * 4 + [1] * 2996)
    expect("units are reset again where a program starts", reset[:5] == [0] * 4 + [1] and reset.count(0) == 5, reset.count(0))
    expect("the array works", len({signal(array[0], f, "row0_o") for f in array[1]}) > 8)
    code, said = run(STAMP_RECORD=f"i_mxu.i_array={where}/b.rec", STAMP_RECORD_COUNT="50", STAMP_RECORD_START="2100",
                     STAMP_RECORD_ONLY="1")
    expect("a window is a part", code == 0 and cycles(f"{where}/b.rec")[1] == array[1][2100:2150], said)
    expect("it says its start", record.Record(f"{where}/b.rec").start == 2100)
    code, said = run(STAMP_RECORD=f"i_mxu.i_array={where}/c.rec", STAMP_RECORD_COUNT="1000000")
    expect("a run that ends before", code == 0 and len(cycles(f"{where}/c.rec")[1]) < 1000000, said)
    for name, words_said, env in (("no such unit", "no instance 'i_nosuch'", {"STAMP_RECORD": f"i_nosuch={where}/d.rec"}),
                                  ("no file", "is not UNIT=FILE", {"STAMP_RECORD": "i_mxu"}),
                                  ("no folder", "cannot write", {"STAMP_RECORD": f"i_mxu={where}/no/d.rec"}),
                                  ("no number", "no number", {"STAMP_RECORD": f"i_mxu={where}/d.rec", "STAMP_RECORD_COUNT": "1k"})):
        code, said = run(**env)
        expect("recorder: " + name, code == 1 and words_said in said and said.count("\n") == 1, said)
    expect("nothing of what was refused", not os.path.exists(f"{where}/d.rec"))
    return 0


def command():
    """One line and a code where it cannot; ended, nothing is written."""
    if not (shutil.which("yosys") and os.path.exists(f"{B}/replay")):
        print("SKIP: yosys or build/replay is not there, rtl/energy/energy.py NOT tested")
        return
    libs = {n: os.path.join(ROOT, "tests", n, "toy.lib") for n in ("timing", "energy")}
    words = [sys.executable, os.path.join(ROOT, "rtl/energy/energy.py"), "tiny"]
    for name, code, said, more in (
            ("unknown library", 2, "no library 'nosuch'", ["nosuch"]),
            ("unknown workload", 2, "no workload 'none'", ["asap7", "--work", "none"]),
            ("no period", 2, "LIBERTY= needs PERIOD=", ["other", "--liberty", libs["energy"]]),
            ("no cycles", 2, "cycles 2 or more", ["asap7", "--cycles", "1"]),
            ("no such file", 1, "No such file", ["gone", "--liberty", libs["energy"] + "x", "--period", "2"]),
            ("no power tables", 1, "library toy: holds no internal_power table", ["gone", "--liberty", libs["timing"], "--period", "2"])):
        done = subprocess.run(words + more, capture_output=True, text=True, check=False, env=dict(os.environ, B=B))
        expect("command: " + name, done.returncode == code and said in done.stderr and done.stderr.count("\n") == 1
               and not os.path.exists(f"{B}/energy/tiny-gone.json"), done.stderr)
    child = subprocess.Popen(words + ["gone", "--liberty", libs["energy"], "--period", "2", "--unit", "array"], text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ, B=B))
    child.stdout.readline() # the library is read, the rest begins
    child.send_signal(signal.SIGTERM)
    err = child.communicate()[1]
    expect("command: ended", child.returncode == 1 and err == "error: interrupted, nothing written\n"
           and not os.path.exists(f"{B}/energy/tiny-gone-array.json"), err)


def main():
    with tempfile.TemporaryDirectory() as where:
        code = recorder(where)
    command()
    if code:
        return code
    print(f"energy_recorder: {COUNT[0]} passed, {COUNT[1]} failed")
    return 1 if COUNT[1] or COUNT[0] < 14 else 0


sys.exit(main())
