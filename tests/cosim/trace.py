#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Timelines of --trace: JSON a viewer reads; slices of a track one after the other; parts and programs fill the cycles the run
says; counters add up to its bytes and busy cycles; queues hold instructions as long as these say they were queued, semaphores
what instructions post less what they wait for; a DRAM's channels move the bytes of the run; levels of detail keep a long run
small and all of these sums; a run that fails leaves no file.
   trace.py STAMP"""
import json
import os
import re
import subprocess
import sys
import tempfile

MODEL = "traces/model/stamp-stories"
UNITS = ["LDU", "STU", "VXU", "MXU"]
COUNT = {"passed": 0, "failed": 0}


def check(what, good, note=""):
    COUNT["passed" if good else "failed"] += 1
    if not good:
        print(f"FAILED {what} {note}")


def run(stamp, words):
    return subprocess.run([stamp, *words.split(), "--on", "cycle", "--json"], capture_output=True, text=True, check=False)


def tracks(events):
    names = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["ph"] == "M" and e["name"] == "thread_name"}
    found = {name: [] for name in names.values()}
    for e in events:
        if e["ph"] == "X":
            found[names[e["pid"], e["tid"]]].append(e)
    return found


def areas(events, cycles):
    """Of each series of counters: value times cycles, to the next value of its track or the end."""
    track, sums = {}, {}
    for e in events:
        if e["ph"] == "C":
            track.setdefault(e["name"], []).append(e)
    for name, at in track.items():
        check(f"{name}: in order", all(a["ts"] <= b["ts"] for a, b in zip(at, at[1:])))
        for e, n in zip(at, at[1:] + [{"ts": cycles}]):
            for key, value in e["args"].items():
                sums[name, key] = sums.get((name, key), 0) + value * (n["ts"] - e["ts"])
    return sums


def near(what, got, want, slack):
    check(what, want > 0 and abs(got - want) <= slack, f"{got} {want}")


def hold_sums(found, sums, said, cycles):
    """Every unit's busy and waiting cycles, and its time in queues, at any level of detail."""
    for unit in UNITS:
        for track, key in (("busy", "busy"), ("head waits for a semaphore", "wait")):
            want = sum(s["events"][f"{unit.lower()}_{key}"] for s in said)
            check(f"{unit} {key}", abs(sums[track, unit] - want) <= 0.0001 * cycles + 1, f"{sums[track, unit]} {want}")
        near(f"{unit}: time in its queue", sums[f"queue {unit}", "value"], sum(e["args"]["queued"] for e in found[unit]),
             2e-5 * cycles + 1)


def hold_semaphores(found, events):
    """Where every instruction has a slice: a value is what was posted two cycles ago less what was waited for."""
    posts, waits = {}, {}
    for unit in UNITS:
        for e in found[unit]:
            for n in re.findall(r"\bpost[0-2]=(\d+)", e["name"]):
                posts.setdefault(int(n), []).append(e["ts"] + e["dur"] + 2)
            for n in re.findall(r"\bwait[0-2]=(\d+)", e["name"]):
                waits.setdefault(int(n), []).append(e["ts"])
    used = {int(e["name"][-2:]) for e in events if e["name"].startswith("semaphore ")}
    check("semaphores that are posted have a track", used == set(posts) | set(waits) and used, f"{used} {set(posts)}")
    for n in used:
        at = [(e["ts"], e["args"]["value"]) for e in events if e["name"] == "semaphore %02d" % n][:-1]
        check(f"semaphore {n}: values", all(v == int(v) and 0 <= v <= 255 for _, v in at))
        check(f"semaphore {n}: not more than is posted",
              all(v <= sum(p <= t for p in posts[n]) - sum(w < t - 2 for w in waits.get(n, [])) + 1 for t, v in at))
        left = len(posts[n]) - len(waits.get(n, []))
        check(f"semaphore {n}: posts less waits", at[-1][1] == left, f"{at[-1]} {left}")
        rises = {t for (_, a), (t, b) in zip(at, at[1:]) if b > a}
        check(f"semaphore {n}: rises two cycles behind a post", rises <= set(posts[n]), sorted(rises - set(posts[n]))[:3])


def hold_dram(found, sums, moved, channels, burst, held):
    """@param moved  bytes of the port; burst: bytes of a column command, held: cycles of its data"""
    kinds = sum(sums[f"channel {c:02} in 1000 cycles", k] for c in range(channels) for k in ("hit", "miss", "conflict")) / 1000
    # Not there: reads that a waiting write answers, writes that still wait when the run is over.
    check("column commands move the bytes", 0.98 * moved <= kinds * burst <= 1.0005 * moved, f"{kinds * burst} {moved}")
    busy = sum(sums[f"channel {c:02} data bus busy", "part"] for c in range(channels))
    near("a data bus is busy for its commands", busy, kinds * held, 0.002 * busy)
    data = [e for c in range(channels) for e in found[f"channel {c:02} data"]]
    check("commands with their rows", data and all(e["name"] in ("RD", "WR") and "row" in e["args"] for e in data))
    check("rows opened", any(e["name"] == "ACT" for e in found["channel 00 rows"]))


def one(stamp, file, words, parts_of):
    done = run(stamp, f"{words} --trace {file}")
    check(words, done.returncode == 0, done.stderr[-200:])
    said, events = json.loads(done.stdout), json.load(open(file, encoding="utf-8"))["traceEvents"]
    said = parts_of(said)
    cycles, loaded = sum(s["cycles"] for s in said), sum(s["bytes"]["load"] for s in said)
    found, sums = tracks(events), areas(events, cycles)
    for name, slices in found.items():
        ends = [(e["ts"], e["ts"] + e["dur"]) for e in slices]
        check(f"{name}: one after the other", all(a[1] <= b[0] + 0.011 for a, b in zip(ends, ends[1:])))
        check(f"{name}: within the run", all(0 <= a <= b <= cycles or name[:7] == "channel" for a, b in ends))
    for name in ("parts", "programs"):
        check(f"{name} fill the run", sum(e["dur"] for e in found[name]) == cycles, f"of {cycles}")
    for unit in ("LDU", "VXU", "MXU"):
        check(f"{unit} did something", any(e["dur"] for e in found[unit]))
    total = sums["bytes a cycle", "load"]
    check("counters add up to what is loaded", abs(total - loaded) <= 0.0005 * cycles + 1, f"{total} {loaded}")
    hold_sums(found, sums, said, cycles)
    return events, found, sums, said


def main():
    stamp = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "t.json")
        words = f"generate {MODEL} --prompt Once -n 3 --machine tiny"
        events, found, _, _ = one(stamp, file, words, lambda o: [o["prefill"], o["decode"]])
        named = [e["name"] for e in events if e["ph"] == "X"]
        check("instructions with their buffers", any(n.startswith("LOAD ") and "h+" in n for n in named))
        hold_semaphores(*one(stamp, file, f"generate {MODEL} --prompt Once -n 1 --machine tiny", lambda o: [o["prefill"]])[1::-1])
        for memory, channels, burst, held in (("lpddr4", 2, 32, 8 * 1250 / 1600), ("hbm2", 16, 32, 2 * 1250 / 1000)):
            _, found, sums, said = one(stamp, file, f"{words} --memory {memory}", lambda o: [o["prefill"], o["decode"]])
            hold_dram(found, sums, sum(sum(s["bytes"].values()) for s in said), channels, burst, held)
        program = os.path.join(folder, "p.stamp")
        made = subprocess.run([stamp, "compile", MODEL, "--tokens", "256", "--machine", "tiny", "-o", program],
                              capture_output=True, text=True, check=False)
        check("compile", made.returncode == 0, made.stderr)
        one(stamp, file, f"run {program} --no-values", lambda o: [o])
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
