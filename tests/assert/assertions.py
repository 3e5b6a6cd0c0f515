#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Assertions of the RTL (rtl/assert): the table of them, and whether each can fail.

  tests/assert/assertions.py --list             what is bound to which unit, and how much of it
  tests/assert/assertions.py --figures [-u]     hold the figures of rtl/assert/README.md to the sources, or write them (-u)
  tests/assert/assertions.py --mutate           the mutated sources of mutants.txt, into build/assert/rtl
  tests/assert/assertions.py [--only N]         the test: build/checks has a fault for every assertion of a check, and
                                                 build/stamp_rtl_tiny_mutants.so shows each mutant to its assertion
"""
import argparse
import collections
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
B = os.environ.get("B", "build")
BIND = re.compile(r"^bind (\w+) (\w+) (?:#\((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*\) )?(\w+) \(", re.M)
LABEL = re.compile(r"\b(a_\w+)\s*:\s*assert\b")
INSTANCE = re.compile(r"^\s+(check_\w+) (?:#\(.*?\) )?i_\w+ \(", re.M)


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def checks():
    """check -> its assertions, those of checks inside with their own names."""
    files = glob.glob(os.path.join(ROOT, "rtl/assert/check_*.sv"))
    text = {os.path.basename(f)[:-3]: read(f) for f in files}
    own = {name: LABEL.findall(t) for name, t in text.items()}
    inside = {name: INSTANCE.findall(t) for name, t in text.items()}

    def count(name):
        return len(own[name]) + sum(count(i) for i in inside[name])

    return own, {name: count(name) for name in own}


Bound = collections.namedtuple("Bound", "unit check name meaning")


def binds():
    """Every bind, with the comment before it, which goes for those that follow without one."""
    found = []
    for path in sorted(glob.glob(os.path.join(ROOT, "rtl/assert/bind_*.sv"))):
        text, meaning = read(path), ""
        for block in re.split(r"\n\n", text)[1:]:
            said = re.match(r"((?://.*\n)+)", block)
            meaning = " ".join(x.lstrip("/ ") for x in said.group(1).splitlines()) if said else meaning
            here = BIND.findall(block)
            if len(here) != len(re.findall(r"^bind ", block, re.M)):
                raise SystemExit(f"{path}: a bind that cannot be read: {block[:80]}")
            found += [Bound(unit, check, name, meaning) for unit, check, name in here]
    twice = [k for k, n in collections.Counter((b.unit, b.name) for b in found).items() if n > 1]
    if twice:
        raise SystemExit(f"rtl/assert: bound twice: {twice[0]}")
    return found


def rows():
    """unit, binds, assertions: of the sources."""
    count = checks()[1]
    table = collections.OrderedDict()
    for b in binds():
        binds_n, asserts_n = table.get(b.unit, (0, 0))
        table[b.unit] = (binds_n + 1, asserts_n + count[b.check])
    return table


def show():
    count = checks()[1]
    for b in binds():
        print(f"{b.unit:<18} {b.name:<18} {b.check:<18} {count[b.check]:>2}  {b.meaning}")
    table = rows()
    print(f"\n{'unit':<18} {'binds':>6} {'assertions':>11}")
    for unit, (n, a) in table.items():
        print(f"{unit:<18} {n:>6} {a:>11}")
    print(f"{'all':<18} {sum(n for n, _ in table.values()):>6} {sum(a for _, a in table.values()):>11}")


def figures(update):
    """The tables of the README between its marks."""
    table = rows()
    lines = ["| unit | checks | assertions |", "|---|---|---|"]
    lines += [f"| {unit} | {n} | {a} |" for unit, (n, a) in table.items()]
    lines += [f"| all | {sum(n for n, _ in table.values())} | {sum(a for _, a in table.values())} |"]
    meanings = ["| unit | check | what |", "|---|---|---|"]
    meanings += [f"| {b.unit} | {b.name}: {b.check} | {b.meaning} |" for b in binds()]
    name = "rtl/assert/README.md"
    text = old = read(name)
    for mark, block in (("count", lines), ("table", meanings)):
        begin, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->"
        head, rest = text.split(begin)
        text = head + begin + "\n".join(block) + "\n" + end + rest.split(end)[1]
    if update and text != old:
        with open(os.path.join(ROOT, name), "w", encoding="utf-8") as file:
            file.write(text)
    elif text != old:
        print(f"{name}:1: tables are not what the sources say; tests/assert/assertions.py --figures -u")
        return 1
    return 0


# ---- Mutants -------------------------------------------------------------------------------------------------
Mutant = collections.namedtuple("Mutant", "module wants before old new after")


def mutants():
    found = []
    for line in read("tests/assert/mutants.txt").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        module, wants, text = (x.strip() for x in line.split("|", 2))
        m = re.fullmatch(r"(.*?)\{\{(.*?) => (.*?)\}\}(.*)", text)
        if not m:
            raise SystemExit(f"mutants.txt: no {{{{OLD => NEW}}}} in: {text}")
        found.append(Mutant(module, wants, *(x.replace("\\n", "\n") for x in m.groups())))
    return found


def mutate():
    """Copies of the files with all their mutants in, each chosen by the number of the run."""
    where = os.path.join(ROOT, B, "assert", "rtl")
    shutil.rmtree(where, ignore_errors=True)
    os.makedirs(where)
    changed = {}
    for number, m in enumerate(mutants(), 1):
        path = glob.glob(os.path.join(ROOT, f"rtl/*/{m.module}.sv"))[0]
        text = changed.get(path) or read(path)
        whole = m.before + m.old + m.after
        if text.count(whole) != 1:
            raise SystemExit(f"mutants.txt: '{whole}' is {text.count(whole)} times in {m.module}, not once")
        new = f"{m.before}(stamp_mutant_pkg::number == {number} ? ({m.new}) : ({m.old})){m.after}"
        changed[path] = text.replace(whole, new)
    for path, text in changed.items():
        with open(os.path.join(where, os.path.basename(path)), "w", encoding="utf-8") as file:
            file.write(text)
    with open(os.path.join(where, "stamp_mutant_pkg.sv"), "w", encoding="utf-8") as file:
        file.write('// Which mutant this run is of; 0: none.\npackage stamp_mutant_pkg;\n'
                   '  import "DPI-C" function int stamp_mutant();\n  int number = stamp_mutant();\nendpackage\n')


def run_mutant(number, m):
    """None, or what is wrong: it has to be seen by its assertion, within the programs drawn."""
    env = dict(os.environ, STAMP_MUTANT=str(number))
    if m.wants == "resets":
        done = subprocess.run([f"{B}/resets", "tiny", "--dir", f"{B}/assert", "--count", "10"], cwd=ROOT, env=env,
                              capture_output=True, text=True, check=False)
        seen = re.search(r"registers of \d+: (?!assertion).*", done.stdout)
        return None if done.returncode and seen else f"no run differs by its registers: {done.stdout[-200:]}"
    with subprocess.Popen([f"{B}/rand", "tiny", "--dir", f"{B}/assert", "--count", "60"], cwd=ROOT, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        said = []
        for line in child.stdout:
            said.append(line.strip())
            if re.match(r"seed \d+: ", line) or "AXI" in line:
                child.kill() # the rest is how it is shrunk
                break
    first = next((x for x in said if x.startswith("seed ")), "nothing: " + " ".join(said)[-200:])
    either = "|".join(map(re.escape, m.wants.split(" or ")))
    if re.search(rf": assertion stamp_top\.(\S+\.)?({either}) fails in clock \d+ \(", first):
        return None
    return first


def test(only):
    failed = passed = 0

    def judge(ok, what):
        nonlocal failed, passed
        passed, failed = passed + ok, failed + (not ok)
        if not ok:
            print("FAIL: " + what)

    done = subprocess.run([f"{B}/checks"], cwd=ROOT, capture_output=True, text=True, check=False)
    seen = set(re.findall(r"^saw (\S+)$", done.stdout, re.M))
    judge(done.returncode == 0, done.stdout[-2000:])
    for name, labels in checks()[0].items():
        for label in labels:
            judge(f"{name}.{label}" in seen, f"{name}.{label}: checks_tb.cpp has no fault for it")
    table = list(enumerate(mutants(), 1))
    shutil.copy(os.path.join(ROOT, B, "stamp_rtl_tiny_mutants.so"), os.path.join(ROOT, B, "assert", "stamp_rtl_tiny.so"))
    if not only:
        judge(subprocess.run([f"{B}/rand", "tiny", "--dir", f"{B}/assert", "--count", "20"], cwd=ROOT, check=False,
                             capture_output=True).returncode == 0, "without a mutant, random programs fail")
    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as pool:
        for (number, m), wrong in zip(table, pool.map(lambda t: None if only and t[0] != only else run_mutant(*t), table)):
            judge(wrong is None, f"mutant {number}, {m.module}, wants {m.wants}: {wrong}")
    print(f"assertions: {passed} passed, {failed} failed")
    return 1 if failed or not table else 0


def main():
    parse = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parse.add_argument("--list", action="store_true")
    parse.add_argument("--figures", action="store_true")
    parse.add_argument("-u", action="store_true")
    parse.add_argument("--mutate", action="store_true")
    parse.add_argument("--only", type=int, default=0)
    args = parse.parse_args()
    if args.list:
        return show()
    if args.figures:
        return figures(args.u)
    if args.mutate:
        return mutate()
    return test(args.only)


sys.exit(main())
