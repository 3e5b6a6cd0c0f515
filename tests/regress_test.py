#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/regress.py over a stand-in for rand that fails at known seeds: signatures, the shortest program, resuming, an interrupt."""
import html
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
FAKE = """import sys, time
sys.path.insert(0, "COVER")
import cover
a = dict(zip(sys.argv[2::2], sys.argv[3::2]))
seed, count = int(a["--seed"]), int(a["--count"])
time.sleep(SLEEP)
bad = [s for s in range(seed, seed + count) if s % 10 == 7 or s == 12]
for s in bad:
    length = 100 - s
    text = "VXU, pc %d: VM[%d] is 0x%x" % (s, 3 * s, s * 77) if s % 10 == 7 else "cycles: counter CYCLES"
    print("seed %d, shrunk to %d instructions: %s" % (s, length, text))
    open(a["--keep"], "w").write(str(length))
if "--cover" in a:
    cover.write(a["--cover"], cover.Cover(sys.argv[1], count, {"field\\tX: y %d" % k: int(k in range(seed, seed + count)) for k in range(200)}))
sys.exit(bool(bad))
"""
passed = failed = 0


def check(what, good, seen=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAIL", what, seen)


def fake(tmp, sleep):
    path = f"{tmp}/fake.py"
    with open(path, "w", encoding="utf8") as f:
        f.write(FAKE.replace("SLEEP", str(sleep)).replace("COVER", f"{HERE}/cover"))
    return f"{sys.executable} {path}"


def regress(tmp, hours, sleep, *more, wait=True):
    words = [sys.executable, f"{HERE}/regress.py", f"{tmp}/out", "--hours", str(hours), "--rand", fake(tmp, sleep),
             "--machines", "a,b", "-j", "2", "--batch", "5", *more]
    p = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return (p.communicate()[0], p.returncode) if wait else p


def known(tmp):
    with open(f"{tmp}/out/state.json", encoding="utf8") as f:
        return json.load(f)


def failures(tmp):
    said, code = regress(tmp, 3 / 3600, 0.05)
    state = known(tmp)
    check("a failure ends with 1", code == 1, said)
    check("signatures are messages without numbers", len([s for s in state["failures"] if s.startswith("a: VXU")]) == 1, state["failures"].keys())
    bad = next(f for s, f in state["failures"].items() if s.startswith("a: VXU"))
    with open(f"{tmp}/out/failures/{bad['folder']}/program.stamp", encoding="utf8") as f:
        check("the shortest program is kept", int(f.read()) == bad["length"] == min(100 - s for s in bad["seeds"]), bad)
    check("its seeds are those that fail", all(s % 10 == 7 for s in bad["seeds"]), bad)
    for m in "ab":
        seen = state["passed"][m] + sum(len(f["seeds"]) for f in state["failures"].values() if f["machine"] == m)
        again = sum(c for _, c in state["again"].get(m, []))
        check("no seed is lost", seen + again == state["next"][m] - 1, state)
    suites = xml.etree.ElementTree.parse(f"{tmp}/out/junit.xml").getroot()
    check("JUnit has the failures", sum(int(s.get("failures")) for s in suites) == len(state["failures"]))
    with open(f"{tmp}/out/regress.html", encoding="utf8") as f:
        page = f.read()
    check("the page names each", all(html.escape(s) in page for s in state["failures"]))
    for m in "ab":
        with open(f"{tmp}/out/cover-{m}.db", encoding="utf8") as f:
            lines = f.read().split("\n")
        check("coverage is added up over batches", sum(line[0] != "0" for line in lines[1:201]) == min(199, state["next"][m] - 1), lines[0])
        check("with its growth", state["growth"][m][-1][1] == min(199, state["next"][m] - 1) and len(state["growth"][m]) > 1, state["growth"][m])
        check("and on the page", f"Functional coverage of {m}" in page and os.path.exists(f"{tmp}/out/cover-{m}.html"))
    check("no file of a batch is left", not [f for f in os.listdir(f"{tmp}/out") if f.startswith("reached-")], os.listdir(f"{tmp}/out"))
    check("the closing line", "signatures; " in said and said.rstrip().splitlines()[-1].startswith("regress: "), said)


def resumes(tmp):
    before = known(tmp)
    regress(tmp, 1 / 3600, 0.05)
    after = known(tmp)
    check("seeds go on", all(after["next"][m] > before["next"][m] for m in "ab"), (before["next"], after["next"]))
    check("time adds up", after["seconds"] > before["seconds"])


def interrupted(tmp):
    p = regress(tmp, 1, 3, wait=False)
    time.sleep(2)
    began = time.monotonic()
    p.send_signal(signal.SIGINT)
    p.communicate()
    check("an interrupt ends it soon", time.monotonic() - began < 6)
    state = known(tmp)
    check("what was under way comes again", sum(c for m in state["again"].values() for _, c in m) == 10, state["again"])


def main():
    with tempfile.TemporaryDirectory() as tmp:
        failures(tmp)
        resumes(tmp)
    with tempfile.TemporaryDirectory() as tmp:
        interrupted(tmp)
    done = subprocess.run([sys.executable, f"{HERE}/regress.py", "/dev/null/x", "--hours", "0", "--rand", "x", "--machines", "a"],
                          capture_output=True, text=True, check=False)
    check("no hours are refused", done.returncode == 2)
    print(f"regress test: {passed} passed, {failed} failed")
    sys.exit(failed != 0)


main()
