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
import re
import shutil
import subprocess
import sys
import time

import design
import miter

sys.path.insert(0, os.path.join(design.ROOT, "rtl", "energy"))
import record # pylint: disable=wrong-import-position

HERE = os.path.dirname(os.path.abspath(__file__))
Unit = collections.namedtuple("Unit", "name module path sets")


def units(names):
    table = [Unit(*line.split()) for line in design.read(os.path.join(HERE, "units.txt")).splitlines()
             if line.strip() and not line.startswith("#")]
    for n in names:
        if n not in [u.name for u in table]:
            raise design.BadUnit(f"no unit '{n}' in tests/mutate/units.txt")
    return [u for n in names for u in table if u.name == n] if names else table


# ---- Records ---------------------------------------------------------------------------------------------------
def machine():
    """Folder with the machine that records, under the name that is opened, and the command beside it."""
    where = os.path.join(design.OUT, "machine")
    os.makedirs(where, exist_ok=True)
    for name, kept in (("stamp_rtl_tiny_energy.so", "stamp_rtl_tiny.so"), ("stamp", "stamp"), ("rand", "rand"),
                       ("errors", "errors"), ("regs", "regs"), ("words", "words")):
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
    maker = os.path.join(design.ROOT, "tests/cosim/semaphores.py")
    programs += "-" + design.digest(design.read(maker))
    if not os.path.exists(programs):
        os.makedirs(programs)
        subprocess.run([maker, "--write", programs], check=True)
    names = sorted(f[:-2] for f in os.listdir(programs) if f.endswith(".s"))
    for n in [n for n in names if not os.path.exists(f"{programs}/{n}.stamp")]:
        subprocess.run([f"{where}/stamp", "asm", "--no-verify", f"{programs}/{n}.s", "-o", f"{programs}/{n}.stamp"],
                       check=True, capture_output=True)
    benches = {n: [[os.path.join(design.ROOT, design.B, "tb/tiny_energy", b)] + asked] for n, (b, *asked) in BENCHES.items()}
    return {**benches, "rand": [[f"{where}/rand", "tiny", "--dir", where, "--count", str(args.programs)]],
            "errors": [[f"{where}/errors", "tiny", "--dir", where]],
            "words": [[f"{where}/words", "tiny", "--dir", where]],
            "regs": [[f"{where}/regs", "tiny", where]],
            "semaphores": [[f"{where}/stamp", "run", "--no-verify", f"{programs}/{n}.stamp", "--on", "rtl"] for n in names]}


BENCHES = {**{n: [n] for n in ("ctrl", "ldu", "lib", "mxu", "stu", "vx_fn", "vxu", "xb")}, # of tests/rtl, and what they
           "fp": ["fp", "--cases", "200000"], # are asked for
           **{n: ["fp", "--unit", n, "--cases", "200000"] for n in ("fdiv", "fsqrt")},
           **{n: ["vxu", "--only", str(k)] for k, n in ((1, "vminmax"), (2, "vqpar"), (3, "vquant"), (5, "vbin"), (8, "vred"),
                                                               (10, "vcode"), (15, "vsmwr"))}}
NEW = ("semaphores", "words")
COUNT, LONG = 100000, 4000000 # cycles of a machine that are recorded, at most; of a bench and of words
NOT_ASKED = "open", "not asked"


def fresh(record_file, key, born):
    """Whether a record is of these programs, and of the machine there is."""
    kept = record_file + ".key"
    return os.path.exists(record_file) and os.path.exists(kept) and design.read(kept) == key and \
        os.path.getmtime(record_file) >= born


def recorded(paths, name, commands):
    """Instance -> records of a set of programs; all instances of the table at once."""
    where = os.path.join(design.OUT, "records")
    os.makedirs(where, exist_ok=True)
    files = {p: [os.path.join(where, f"{p}.{name}.{k}.rec") for k in range(len(commands))] for p in paths}
    most = LONG if name in BENCHES or name == "words" else COUNT
    for k, command in enumerate(commands):
        if not os.path.exists(command[0]):
            raise design.BadUnit(f"no {command[0]}: make mutate builds it")
        born = max(os.path.getmtime(f) for f in (command[0], os.path.join(machine(), "stamp_rtl_tiny.so")))
        key = design.digest(command, most, *[design.read(w[:-6] + ".s") for w in command if w.endswith(".stamp")])
        lacks = [p for p in paths if not fresh(files[p][k], key, born)]
        if not lacks:
            continue
        env = dict(os.environ, STAMP_RECORD=",".join(f"{p}={files[p][k]}" for p in lacks),
                   STAMP_RECORD_COUNT=str(most), STAMP_RECORD_ALL="1")
        done = subprocess.run(command, cwd=design.ROOT, env=env, capture_output=True, text=True, check=False)
        for p in lacks:
            if not os.path.exists(files[p][k]):
                raise design.BadUnit(f"{' '.join(command)}: {(done.stdout + done.stderr).strip()[-200:]}")
            with open(files[p][k] + ".key", "w", encoding="utf-8") as file:
                file.write(key)
    return files


# ---- Replay ----------------------------------------------------------------------------------------------------
def plan(c, head, path):
    """What lanes.cpp has to know: where each input and output stands in a frame. An output that the record has not is
    not compared: the machine has no such port where nothing is at it."""
    place = {name.rsplit("__DOT__", 1)[-1]: at for name, (_, _, at) in head.place().items()}
    lines = [f"frame {(head.bits + 7) // 8}"]
    for i in range(c.inputs):
        name, bit = c.names["input"].get(i, ("", 0))
        lines.append(f"in mutant {bit}" if name == "mutant" else
                     f"in record {place[name] + bit}" if name in place else "in zero 0")
        if name not in place and name not in ("mutant", "clk_i", "") and not name.endswith(miter.DATA):
            raise design.BadUnit(f"input {name} is not recorded")
    for i in range(len(c.outputs)):
        name, bit = c.names["output"].get(i, ("", 0)) # a constant has no name, and is not compared
        lines.append(f"out {place[name] + bit}" if name in place else "nothing 0")
    if not any(x.startswith("out") for x in lines):
        raise design.BadUnit(f"{head.path}: no output of the unit is recorded")
    for m in c.memories:
        ports = m.write + m.read + m.write_at + m.read_at + m.mask + m.data + m.given
        lines.append(f"memory {len(m.data)} {len(m.read_at)} {len(m.mask)} " +
                     " ".join(str(-1 if n is None else n) for n in ports))
    lines += [f"register {latch} {place[name] + bit}" for (name, bit), latch in c.set.items() if name in place]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def replayed(where, c, files, work, mutants):
    """Mutant -> (file, cycle, output) that shows it; cycles; output bits of the unit itself that were not as recorded;
    whether a record was longer."""
    words, plans = [], []
    for path in files:
        head = record.Record(path)
        if head.ports not in plans:
            plan(c, head, f"{where}.{len(plans)}.plan")
            plans.append(head.ports)
        words += [f"{where}.{plans.index(head.ports)}.plan", f"{head.skip}:{len(head.events)}", path]
    most = int(work / len(c.ands))
    done = subprocess.run([os.path.join(design.ROOT, design.B, "lanes"), where + ".aig", str(most), str(mutants)] + words,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise design.BadUnit((done.stderr.strip() or "lanes ended")[-200:])
    seen, cycles, odd, cut = {}, 0, 0, False
    for line in done.stdout.splitlines():
        w = line.split()
        if w[0] == "kill":
            seen[int(w[1])] = files[int(w[2])], int(w[3]), c.names["output"][int(w[4])][0]
        else:
            cycles, odd, cut = cycles + int(w[3]), odd + int(w[5]), cut or int(w[3]) == most
    return seen, cycles, odd, cut


def again(unit, where, faults, rest, files, args):
    """Those of the rest that are seen when they alone are in the circuit, which goes further for the same work; cycles."""
    path = design.few(where, unit, [faults[n - 1] for n in rest])
    seen, cycles, _, _ = replayed(path, miter.Circuit(path, design.registers(unit.module)), files, args.again * args.work, len(rest))
    return {rest[k - 1]: how for k, how in seen.items()}, cycles


def judged(where, c, rest, args):
    """Mutant -> verdict of those that no program shows."""
    key = design.digest(design.read(where + ".key"), design.read(miter.__file__))
    path = where + ".verdicts.json"
    known = json.loads(design.read(path)) if os.path.exists(path) else {}
    known = known if known.get("key") == key else {"key": key}
    ask, end = [n for n in rest if str(n) not in known], time.monotonic() + args.budget

    def judge(n):
        if time.monotonic() < end:
            return miter.judge(c, n, where, args.look, args.limit)
        return miter.at_once(c, n, where) # which takes a tenth of a second

    with concurrent.futures.ThreadPoolExecutor(max_workers=args.j) as pool:
        for n, verdict in zip(ask, pool.map(judge, ask)):
            if not verdict:
                continue
            known[str(n)] = verdict
            with open(path, "w", encoding="utf-8") as file:
                json.dump(known, file)
    return {n: known.get(str(n), NOT_ASKED) for n in rest}


# ---- The gate --------------------------------------------------------------------------------------------------
SCORES, SURVIVORS = os.path.join(HERE, "scores.txt"), os.path.join(HERE, "survivors.txt")
LEAST = 200 # mutants of a unit
HEAD = "mutants machine before  seen  equivalent   differ  open   cycles"


def place(fault):
    """A fault by where it is in the source: numbers that Yosys gives cells are left out."""
    text, source = fault
    words = dict(zip(text.split()[::2], text.split()[1::2]))
    kind = re.sub(r"^\\\\?\$?|\$.*", "", words["-cell"].replace("$", "", 1))
    control = f" by {words['-ctrlbit']}" if "-ctrlbit" in words and words["-ctrlbit"] != "-1" else ""
    return f"{os.path.basename(source)} {words['-mode']} {kind}.{words['-port']}[{words['-portbit']}]{control}".strip()


def table(path):
    """Unit -> its lines."""
    found = collections.defaultdict(list)
    for line in design.read(path).splitlines() if os.path.exists(path) else []:
        if line.strip() and not line.startswith("#"):
            unit, rest = line.split(maxsplit=1)
            found[unit].append(rest.strip())
    return found


def rewrite(path, unit, lines):
    """The unit's lines anew, the others and the head as they are."""
    text = design.read(path) if os.path.exists(path) else "# SPDX-License-Identifier: Apache-2.0\n"
    kept = [x for x in text.splitlines() if x.startswith("#") or x.split()[:1] != [unit]]
    head = [x for x in kept if x.startswith("#") or not x.strip()]
    rows = sorted([x for x in kept if x not in head] + [f"{unit:<10} {x}" for x in lines])
    with open(path + ".part", "w", encoding="utf-8") as file:
        file.write("\n".join(head + rows) + "\n")
    os.replace(path + ".part", path)


def records(chosen, args):
    """Unit -> its records, each with the name of its set: programs of the machine, benches, then what came by mutants;
    every program runs once for all units that ask for it."""
    asked = {u.name: [(n, at or u.path) for n, _, at in (s.partition("@") for s in u.sets.split(","))
                      if (not args.short or n == "rand") and (not args.left or n in BENCHES)] for u in chosen}
    found = {}
    for name, commands in sets(args).items():
        paths = sorted({path for pairs in asked.values() for n, path in pairs if n == name})
        found[name] = recorded(paths, name, commands) if paths else {}
    return {u: {f: n for n, path in sorted(pairs, key=lambda p: (p[0] in NEW, p[0] in BENCHES)) for f in found[n][path]}
            for u, pairs in asked.items()}


def campaign(unit, files, args):
    """What is wrong, as lines; the row is printed."""
    where, faults = design.circuit(unit, args.count, args.seed) if args.count else (None, [])
    if len(faults) < LEAST:
        return [f"{unit.name}: {len(faults)} mutants ran, {LEAST} are asked for"]
    c = miter.Circuit(where, design.registers(unit.module))
    seen, cycles, odd, cut = replayed(where, c, list(files), args.work, len(faults))
    rest = [n for n in range(1, len(faults) + 1) if n not in seen]
    if cut and rest and not args.short and len(rest) < 64:
        more, further = again(unit, where, faults, rest, list(files), args)
        seen, cycles = {**seen, **more}, max(cycles, further)
    before = sum(files[f] not in NEW for f, _, _ in seen.values())
    alone = sum(files[f] not in {*NEW, *BENCHES} for f, _, _ in seen.values())
    rest = [n for n in range(1, len(faults) + 1) if n not in seen]
    asked = not args.short and not args.quick
    verdicts = judged(where, c, rest, args) if asked else dict.fromkeys(rest, NOT_ASKED)
    count = collections.Counter(v for v, _ in verdicts.values())
    row = (f"{len(faults):7} {alone:7} {before:6} {len(seen):5} {count['equivalent']:11} {count['differs']:8} {count['open']:5} "
           f"{cycles:8}")
    print(f"{unit.name:<10} {row}  ({odd} bits of the unit itself were not as recorded)", flush=True)
    if args.short:
        least = int(len(faults) * args.least / 100)
        few = f"{unit.name}: {len(seen)} of {len(faults)} mutants are seen, {least} or more were"
        return [few] if len(seen) < least else []
    left = [f"{place(faults[n - 1])} | {v}, {said}" for n, (v, said) in sorted(verdicts.items()) if v != "equivalent"]
    if args.update:
        rewrite(SCORES, unit.name, [row.strip()])
        rewrite(SURVIVORS, unit.name, left)
        return []
    known = collections.Counter(x.split(" | ")[0] for x in table(SURVIVORS)[unit.name])
    known.subtract(x.split(" | ")[0] for x in left)
    return [f"{unit.name}: nothing sees {x}; survivors.txt has it not" for x, n in known.items() if n < 0]


def survivors(unit, files, args):
    """Those of survivors.txt alone, in a circuit of their own; what the row says of the others stays."""
    if not files:
        return [f"{unit.name}: no bench has it, and --left replays benches alone"]
    known = collections.Counter(x.split(" | ")[0] for x in table(SURVIVORS)[unit.name])
    faults = [f for f in design.faults_of(unit, args.count, args.seed) if place(f) in known]
    if not known or collections.Counter(map(place, faults)) & known != known:
        return [f"{unit.name}: survivors.txt is of other mutants, or has none"]
    where = design.few(os.path.join(design.OUT, unit.name), unit, faults)
    c = miter.Circuit(where, design.registers(unit.module))
    seen, cycles, odd, _ = replayed(where, c, list(files), args.work, len(faults))
    verdicts = judged(where, c, [n for n in range(1, len(faults) + 1) if n not in seen], args)
    verdicts.update(dict.fromkeys(seen, ("seen", "")))
    count, left = collections.Counter(), []
    for n, (v, said) in sorted(verdicts.items(), key=lambda x: (x[1][0] in ("seen", "equivalent"), x[0])):
        at = place(faults[n - 1])
        if known[at]: # of two at one place the one that is left
            known[at] -= 1
            count[v] += 1
            left += [f"{at} | {v}, {said}"] if v not in ("seen", "equivalent") else []
    total, alone, before, had, same, *_, long = (int(x) for x in table(SCORES)[unit.name][0].split())
    row = (f"{total:7} {alone:7} {before + count['seen']:6} {had + count['seen']:5} {same + count['equivalent']:11} "
           f"{count['differs']:8} {count['open']:5} {max(cycles, long):8}")
    print(f"{unit.name:<10} {row}  ({odd} bits of the unit itself were not as recorded)", flush=True)
    if args.update:
        rewrite(SCORES, unit.name, [row.strip()])
        rewrite(SURVIVORS, unit.name, sorted(left))
    return []


def main():
    parse = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parse.add_argument("units", nargs="*")
    parse.add_argument("--count", type=int, default=design.MOST, help="mutants of a unit")
    parse.add_argument("--seed", type=int, default=1, help="which are drawn")
    parse.add_argument("--programs", type=int, default=24, help="random programs")
    parse.add_argument("--look", type=int, default=4, help="seconds for inputs that show a mutant")
    parse.add_argument("--limit", type=int, default=25, help="seconds for a proof that none do")
    parse.add_argument("--budget", type=float, default=float("inf"), help="seconds for a unit's proofs; then none is begun")
    parse.add_argument("--work", type=float, default=12e9, help="gates times cycles of a record, at most")
    parse.add_argument("--again", type=float, default=1.0, help="times --work, for those left in a circuit of their own")
    parse.add_argument("--left", action="store_true", help="only what survivors.txt has, by benches")
    parse.add_argument("--short", action="store_true", help="random programs alone, no proofs")
    parse.add_argument("--least", type=float, default=90.0, help="with --short: mutants to be seen, per cent")
    parse.add_argument("--quick", action="store_true", help="no proofs")
    parse.add_argument("-u", "--update", action="store_true", help="write the rows of scores.txt and survivors.txt")
    parse.add_argument("-j", type=int, default=1, help="proofs at a time")
    args = parse.parse_args()
    missing = [x for x in ("yosys", "yosys-abc") if not shutil.which(x)]
    if missing:
        print(f"SKIP: no {' and no '.join(missing)} here; .ci/install prove brings them", file=sys.stderr)
        return 77
    wrong, ran = [], 0
    print(f"{'unit':<10} {HEAD}")
    try:
        chosen = units(args.units)
        files = records(chosen, args) if args.count else {}
        for unit in chosen:
            wrong += (survivors if args.left else campaign)(unit, files.get(unit.name, {}), args)
            ran += 1
    except (design.BadUnit, record.BadRecord, OSError) as error:
        wrong.append(f"error: {error}")
    for said in wrong if ran or wrong else ["error: no unit"]:
        print(said, file=sys.stderr)
    return 1 if wrong or not ran else 0


sys.exit(main())
