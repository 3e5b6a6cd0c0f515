#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Timelines of --trace: JSON a viewer reads; slices of a track one after the other; parts and programs fill the cycles the run
says; counters add up to its bytes; levels of detail keep a long run small; a run that fails leaves no file.
   trace.py STAMP"""
import json
import os
import subprocess
import sys
import tempfile

MODEL = "traces/model/stamp-stories"
COUNT = {"passed": 0, "failed": 0}


def check(what, good, note=""):
    COUNT["passed" if good else "failed"] += 1
    if not good:
        print(f"FAILED {what} {note}")


def run(stamp, words):
    return subprocess.run([stamp, *words.split(), "--on", "cycle", "--json"], capture_output=True, text=True, check=False)


def tracks(events):
    names = {e["tid"]: e["args"]["name"] for e in events if e["ph"] == "M" and e["name"] == "thread_name"}
    found = {name: [] for name in names.values()}
    for e in events:
        if e["ph"] == "X":
            found[names[e["tid"]]].append(e)
    return found


def one(stamp, file, words, cycles_of, bytes_of):
    done = run(stamp, f"{words} --trace {file}")
    check(words, done.returncode == 0, done.stderr[-200:])
    said, events = json.loads(done.stdout), json.load(open(file, encoding="utf-8"))["traceEvents"]
    cycles, loaded = cycles_of(said), bytes_of(said)
    found = tracks(events)
    for name, slices in found.items():
        ends = [(e["ts"], e["ts"] + e["dur"]) for e in slices]
        check(f"{name}: one after the other", all(a[1] <= b[0] for a, b in zip(ends, ends[1:])))
        check(f"{name}: within the run", all(0 <= a <= b <= cycles for a, b in ends))
    for name in ("parts", "programs"):
        check(f"{name} fill the run", sum(e["dur"] for e in found[name]) == cycles, f"of {cycles}")
    for unit in ("LDU", "VXU", "MXU"):
        check(f"{unit} did something", any(e["dur"] for e in found[unit]))
    at = [e for e in events if e["ph"] == "C" and e["name"] == "bytes a cycle"]
    total = sum(e["args"]["load"] * (n["ts"] - e["ts"]) for e, n in zip(at, at[1:] + [{"ts": cycles}]))
    check("counters add up to what is loaded", abs(total - loaded) <= 0.0005 * cycles + 1, f"{total} {loaded}")
    return events


def main():
    stamp = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "t.json")
        events = one(stamp, file, f"generate {MODEL} --prompt Once -n 3 --machine tiny",
                     lambda o: o["prefill"]["cycles"] + o["decode"]["cycles"],
                     lambda o: o["prefill"]["bytes"]["load"] + o["decode"]["bytes"]["load"])
        named = [e["name"] for e in events if e["ph"] == "X"]
        check("instructions with their buffers", any(n.startswith("LOAD ") and "h+" in n for n in named))
        program = os.path.join(folder, "p.stamp")
        made = subprocess.run([stamp, "compile", MODEL, "--tokens", "256", "--machine", "tiny", "-o", program],
                              capture_output=True, text=True, check=False)
        check("compile", made.returncode == 0, made.stderr)
        one(stamp, file, f"run {program} --no-values", lambda o: o["cycles"], lambda o: o["bytes"]["load"])
        check("its size", os.path.getsize(file) < 50e6, os.path.getsize(file))
        kept = open(file, "rb").read()
        done = run(stamp, f"run {program} --no-values --watchdog 2 --trace {file}")
        check("a run that fails", done.returncode == 1 and open(file, "rb").read() == kept, done.stderr[-200:])
        check("nothing half-written", sorted(os.listdir(folder)) == ["p.stamp", "t.json"], os.listdir(folder))
        done = run(stamp, f"run {program} --no-values --trace {folder}/none/t.json")
        check("no such folder", done.returncode == 2 and len(done.stderr.splitlines()) == 1, done.stderr)
        done = subprocess.run([stamp, "run", program, "--on", "model", "--trace", file], capture_output=True, text=True,
                              check=False)
        check("a device without time", done.returncode == 2 and "needs --on cycle" in done.stderr, done.stderr)
    print(f"trace: {COUNT['passed']} passed, {COUNT['failed']} failed")
    return 1 if COUNT["failed"] or not COUNT["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
