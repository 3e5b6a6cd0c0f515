#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mutants of the RTL's units: how many the programs of the tests show, and which of the others change nothing.

  tests/mutate/mutate.py [UNIT...] [--programs N] [--short] [-u]     -u: write the row of scores.txt and survivors.txt

Exit 0: a unit has as many mutants as the table says, and every one is seen, equivalent or in survivors.txt."""
import argparse
import collections
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys

import design
import miter

sys.path.insert(0, os.path.join(design.ROOT, "rtl", "energy"))
import record # pylint: disable=wrong-import-position

HERE = os.path.dirname(os.path.abspath(__file__))
Unit = collections.namedtuple("Unit", "name module path")


def units(names):
    table = [Unit(*line.split()) for line in design.read(os.path.join(HERE, "units.txt")).splitlines()
             if line.strip() and not line.startswith("#")]
    for n in names:
        if n not in [u.name for u in table]:
            raise design.BadUnit(f"no unit '{n}' in tests/mutate/units.txt")
    return [u for u in table if not names or u.name in names]


# ---- Records ---------------------------------------------------------------------------------------------------
def machine():
    """Folder with the machine that records, under the name that is opened, and the command beside it."""
    where = os.path.join(design.OUT, "machine")
    os.makedirs(where, exist_ok=True)
    for name, kept in (("stamp_rtl_tiny_energy.so", "stamp_rtl_tiny.so"), ("stamp", "stamp"), ("rand", "rand"),
                       ("errors", "errors")):
        path, kept = os.path.join(design.ROOT, design.B, name), os.path.join(where, kept)
        if not os.path.exists(path):
            raise design.BadUnit(f"no {path}: make rtl-tiny-energy {design.B}/{name}")
        if not os.path.exists(kept) or os.path.getmtime(kept) < os.path.getmtime(path):
            shutil.copy2(path, kept + ".part")
            os.replace(kept + ".part", kept)
    return where


def sets(args):
    """Name -> the commands of a set of programs; each command's machines are one record. Those of NEW came by mutants."""
    where, programs = machine(), os.path.join(design.OUT, "programs")
    shutil.rmtree(programs, ignore_errors=True)
    os.makedirs(programs)
    subprocess.run([os.path.join(design.ROOT, "tests/cosim/semaphores.py"), "--write", programs], check=True)
    names = sorted(f[:-2] for f in os.listdir(programs) if f.endswith(".s"))
    for n in names:
        subprocess.run([f"{where}/stamp", "asm", "--no-verify", f"{programs}/{n}.s", "-o", f"{programs}/{n}.stamp"], check=True,
                       capture_output=True)
    return {"rand": [[f"{where}/rand", "tiny", "--dir", where, "--count", str(args.programs)]],
            "errors": [[f"{where}/errors", "tiny", "--dir", where]],
            "semaphores": [[f"{where}/stamp", "run", "--no-verify", f"{programs}/{n}.stamp", "--on", "rtl"] for n in names]}


NEW = ("semaphores",)
MOST = 250000 # cycles of a record


def recorded(paths, name, commands):
    """Instance -> records of a set of programs; all instances of the table at once."""
    where = os.path.join(design.OUT, "records")
    os.makedirs(where, exist_ok=True)
    files = {p: [os.path.join(where, f"{p}.{name}.{k}.rec") for k in range(len(commands))] for p in paths}
    born = max(os.path.getmtime(os.path.join(machine(), f)) for f in os.listdir(machine()))
    for k, command in enumerate(commands):
        said = os.path.join(where, f"{name}.{k}.command")
        if os.path.exists(said) and design.read(said) == repr((command, paths)) and os.path.getmtime(said) >= born:
            continue
        env = dict(os.environ, STAMP_RECORD=",".join(f"{p}={files[p][k]}" for p in paths),
                   STAMP_RECORD_COUNT="100000", STAMP_RECORD_ALL="1")
        done = subprocess.run(command, cwd=design.ROOT, env=env, capture_output=True, text=True, check=False)
        if not all(os.path.exists(files[p][k]) for p in paths):
            raise design.BadUnit(f"{' '.join(command)}: {(done.stdout + done.stderr).strip()[-200:]}")
        with open(said, "w", encoding="utf-8") as file:
            file.write(repr((command, paths)))
    return files


# ---- Replay ----------------------------------------------------------------------------------------------------
def plan(c, head, path):
    """What lanes.cpp has to know: where each input and output stands in a frame."""
    place = {name.rsplit("__DOT__", 1)[-1]: at for name, (_, _, at) in head.place().items()}
    lines = [f"frame {(head.bits + 7) // 8}"]
    for i in range(c.inputs):
        name, bit = c.names["input"].get(i, ("", 0))
        lines.append(f"in mutant {bit}" if name == "mutant" else
                     f"in record {place[name] + bit}" if name in place else "in zero 0")
        if name not in place and name not in ("mutant", "clk_i", ""):
            raise design.BadUnit(f"input {name} is not recorded")
    for i in range(len(c.outputs)):
        name, bit = c.names["output"][i]
        lines.append(f"out {place[name] + bit}")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def replayed(where, c, files):
    """Mutant -> (file, cycle, output) that shows it; cycles; output bits of the unit itself that were not as recorded."""
    words = []
    for path in files:
        head = record.Record(path)
        if path == files[0]:
            plan(c, head, where + ".plan")
        words += [f"{head.skip}:{len(head.events)}", path]
    done = subprocess.run([os.path.join(design.ROOT, design.B, "lanes"), where + ".aig", where + ".plan", str(MOST)] + words,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise design.BadUnit((done.stderr.strip() or "lanes ended")[-200:])
    seen, cycles, odd = {}, 0, 0
    for line in done.stdout.splitlines():
        w = line.split()
        if w[0] == "kill":
            seen[int(w[1])] = files[int(w[2])], int(w[3]), c.names["output"][int(w[4])][0]
        else:
            cycles, odd = cycles + int(w[3]), odd + int(w[5])
    return seen, cycles, odd


def judged(where, c, rest, args):
    """Mutant -> verdict of those that no program shows."""
    key = design.digest(design.read(where + ".key"), design.read(miter.__file__))
    path = where + ".verdicts.json"
    known = json.loads(design.read(path)) if os.path.exists(path) else {}
    known = known if known.get("key") == key else {"key": key}
    ask = [n for n in rest if str(n) not in known]
    with concurrent.futures.ThreadPoolExecutor(max_workers=args.j) as pool:
        for n, verdict in zip(ask, pool.map(lambda n: miter.judge(c, n, where, args.look, args.limit), ask)):
            known[str(n)] = verdict
            with open(path, "w", encoding="utf-8") as file:
                json.dump(known, file)
    return {n: known[str(n)] for n in rest}


def campaign(unit, paths, args):
    where, faults = design.circuit(unit, args.count, args.seed)
    c = miter.Circuit(where)
    files = {p: name for name, commands in sets(args).items() for p in recorded(paths, name, commands)[unit.path]}
    seen, cycles, odd = replayed(where, c, list(files))
    by = collections.Counter(files[f] for f, _, _ in seen.values())
    rest = [n for n in range(1, len(faults) + 1) if n not in seen]
    verdicts = judged(where, c, rest, args) if not args.quick else {n: ("open", "not asked") for n in rest}
    count = collections.Counter(v for v, _ in verdicts.values())
    before = sum(n for name, n in by.items() if name not in NEW)
    print(f"{unit.name:<10} {len(faults):4} mutants, {before:4} seen before ({dict(by)}), {len(seen):4} seen in {cycles} cycles, "
          f"{count['equivalent']} equivalent, {count['differs']} differ, {count['open']} open; "
          f"{odd} bits of the unit itself not as recorded", flush=True)
    with open(where + ".rest", "w", encoding="utf-8") as file:
        for n, (verdict, said) in verdicts.items():
            file.write(f"{n:3} {verdict} ({said}): {faults[n - 1][1]} {faults[n - 1][0]}\n")


def main():
    parse = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parse.add_argument("units", nargs="*")
    parse.add_argument("--count", type=int, default=design.MOST)
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--programs", type=int, default=40)
    parse.add_argument("--look", type=int, default=10)
    parse.add_argument("--limit", type=int, default=30)
    parse.add_argument("--quick", action="store_true")
    parse.add_argument("-j", type=int, default=1)
    args = parse.parse_args()
    try:
        paths = sorted({u.path for u in units([])})
        for unit in units(args.units):
            campaign(unit, paths, args)
    except (design.BadUnit, record.BadRecord) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


sys.exit(main())
