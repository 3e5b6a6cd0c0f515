#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Proofs about the RTL: runs those of proofs.txt with Yosys and ABC, and the mutant that each must refute.

  tests/prove/prove.py [NAME...] [--short] [-j N] [--list]     NAME: these alone, or all that begin with NAME-

Exit 0: every proof holds and every mutant is refuted. Results of the same files, tools and table are kept in
build/prove. Which engine proves what is said in tests/prove/README.md."""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

import table

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OUT = os.path.join(ROOT, os.environ.get("B", "build"), "prove")

# A property module with all below it as one AIGER circuit: an output a property, a constraint an assumption.
# Registers without a reset begin with any value (ABC's undc).
CIRCUIT = """{read}
{params}
hierarchy -check -top {top}
proc
flatten
{transparent}
check -assert
select -assert-none t:$dlatch t:$adlatch t:$dlatchsr
opt -fast -nodffe -nosdff
memory_map
opt -full -nodffe -nosdff
async2sync
dffunmap
techmap
opt -fast -nodffe -nosdff
abc -g AND -fast
opt_clean
setundef -undriven -anyseq
write_aiger -symbols -map {out}.map {out}.aig
"""
# Registers as wires: what a pipeline computes, without the time it takes.
TRANSPARENT = """memory_map
opt_clean
opt -fast -nodffe -nosdff
dffunmap
techmap -map {here}/transparent.v"""
START = "read_aiger {out}.aig; logic; undc; strash; fold; "
ABC = {
    "pdr": "scorr; dc2; scorr; pdr -T {limit}; write_cex -n {out}.cex",
    "bmc": "scorr; dc2; bmc3 -F {bound} -T {limit}; write_cex -n {out}.cex",
    "sat": "dc2; orpos; iprove; write_cex -n {out}.cex",
}
REFUTE = "dc2; bmc3 -F {bound} -T {limit}; write_cex -n {out}.cex" # a mutant of a proof without a bound
HOLDS = re.compile(r"Property proved|No output asserted|No output failed|Networks are equivalent|"
                   r"The miter is UNSAT|UNSATISFIABLE")
FAILS = re.compile(r"was asserted in frame|Output \S+ of miter|NOT EQUIVALENT|SATISFIABLE|The miter is SAT")


def run(command, log, limit):
    """Text of a program, None where it took longer than it may."""
    with open(log, "w", encoding="utf-8") as file:
        with subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL) as child:
            try:
                child.wait(timeout=limit)
            except subprocess.TimeoutExpired:
                child.kill()
                return None
            except BaseException:
                child.kill()
                raise
    with open(log, encoding="utf-8", errors="replace") as file:
        text = file.read()
    if child.returncode != 0:
        said = [x for x in text.splitlines() if x.startswith("ERROR") or "Assert" in x or "Error" in x]
        raise table.BadTable(f"{command[0]}: {(said or [f'exit {child.returncode}'])[0][:200]} ({log})")
    return text


def sources(proof, where, mutate):
    """The files a proof reads, in order; with `mutate` the RTL file of the mutant is a changed copy."""
    names = []
    for name in proof.rtl + proof.props:
        path = os.path.join(ROOT, name)
        if mutate and name == proof.mutant_file:
            with open(path, encoding="utf-8") as file:
                text = file.read()
            if text.count(proof.mutant_old) != 1:
                raise table.BadTable(f"{proof.name}: mutant: '{proof.mutant_old}' is {text.count(proof.mutant_old)}"
                                     f" times in {name}, not once")
            path = os.path.join(where, os.path.basename(name))
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace(proof.mutant_old, proof.mutant_new))
        names.append(path)
    return names


def solve(proof, mutate):
    """(verdict, seconds, what is said) of the proof or of its mutant."""
    where = os.path.join(OUT, proof.name + (".mutant" if mutate else ""))
    shutil.rmtree(where, ignore_errors=True)
    os.makedirs(where)
    out = os.path.join(where, "circuit")
    params = "\n".join(f"chparam -set {k} {v} {proof.top}" for k, v in proof.params)
    transparent = TRANSPARENT.format(here=HERE) if proof.engine == "sat" else ""
    with open(out + ".ys", "w", encoding="utf-8") as file:
        file.write(CIRCUIT.format(read="read_verilog -sv -formal " + " ".join(sources(proof, where, mutate)),
                                  params=params, top=proof.top, transparent=transparent, out=out))
    begin = time.monotonic()
    if run(["yosys", "-q", out + ".ys"], out + ".log", 600) is None:
        return "timeout", time.monotonic() - begin, "Yosys"
    script = START + (REFUTE if mutate and proof.engine == "pdr" else ABC[proof.engine])
    script = script.format(out=out, limit=proof.limit, bound=proof.bound or 300)
    text = run(["yosys-abc", "-c", script], out + ".abc.log", proof.limit + 60)
    took = time.monotonic() - begin
    text = text and re.sub(r"^ABC command line:.*", "", text)
    if text is None:
        return "timeout", took, "ABC"
    at = re.search(r"Output (\d+) of miter \S+ was asserted in frame (\d+)", text)
    if at:
        return "refuted", took, f"property {at.group(1)} fails in cycle {at.group(2)}"
    if "UNSATISFIABLE" not in text and FAILS.search(text):
        return "refuted", took, "values that differ"
    if not HOLDS.search(text) or re.search(r"UNDECIDED|timeout|Timeout", text):
        return "timeout", took, "undecided"
    if proof.engine == "bmc":
        reached = re.search(r"No output (?:asserted|failed) in (\d+) frames", text)
        if not reached or int(reached.group(1)) < proof.bound:
            return "timeout", took, f"cycle {reached.group(1) if reached else 0} of {proof.bound}"
    return "proven", took, ""


def key(proof):
    """Names all that the verdict depends on."""
    digest = hashlib.sha256(repr((proof, CIRCUIT, TRANSPARENT, START, ABC, REFUTE, TOOL)).encode())
    for name in proof.rtl + proof.props + ["tests/prove/transparent.v"]:
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:24]


def judge(proof):
    """The proof and its mutant, as a row of the table."""
    kept = os.path.join(OUT, "cache", key(proof) + ".json")
    if os.path.exists(kept):
        with open(kept, encoding="utf-8") as file:
            return json.load(file) | {"known": True}
    row = {"name": proof.name, "engine": proof.engine, "bound": proof.bound or "unbounded", "says": proof.says}
    row["verdict"], row["seconds"], row["why"] = solve(proof, False)
    row["mutant"], row["mutant_seconds"], row["shows"] = solve(proof, True)
    row["ok"] = row["verdict"] == "proven" and row["mutant"] == "refuted"
    if row["ok"]:
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        with open(kept + f".{os.getpid()}", "w", encoding="utf-8") as file:
            json.dump(row, file)
        os.replace(kept + f".{os.getpid()}", kept)
    return row | {"known": False}


def line(row):
    return (f"{row['name']:<24} {row['engine']:<8} {row['bound']!s:<10} {row['seconds']:8.1f}  {row['verdict']:<8}"
            f" {row['mutant']:<8} {row['mutant_seconds']:6.1f}  {row['why'] or row['shows']}"
            f"{'  (known)' if row['known'] else ''}{'' if row['ok'] else '  <-- NOT OK'}")


def main():
    global TOOL
    parse = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parse.add_argument("names", nargs="*")
    parse.add_argument("--short", action="store_true", help="those of the table that are marked short")
    parse.add_argument("--list", action="store_true", help="what is proven, without running it")
    parse.add_argument("-j", type=int, default=2, help="proofs at a time")
    args = parse.parse_args()
    missing = [x for x in ("yosys", "yosys-abc") if not shutil.which(x)]
    if missing and not args.list:
        print(f"SKIP: no {' and no '.join(missing)} here; .ci/install prove brings them", file=sys.stderr)
        return 77
    try:
        proofs = table.read(os.path.join(HERE, "proofs.txt"), ROOT, args.names, args.short)
    except table.BadTable as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if args.list:
        for proof in proofs:
            print(f"{proof.name:<24} {proof.engine:<8} {proof.bound or 'unbounded'!s:<10} {proof.says}")
        return 0
    TOOL = subprocess.run(["yosys", "-V"], capture_output=True, text=True, check=True).stdout
    os.makedirs(OUT, exist_ok=True)
    rows, bad = [], 0
    print(f"{'proof':<24} {'engine':<8} {'bound':<10} {'seconds':>8}  {'verdict':<8} {'mutant':<8} {'s':>6}")
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(args.j, 1)) as pool:
        waiting = {pool.submit(judge, p): p for p in proofs}
        for done in concurrent.futures.as_completed(waiting):
            try:
                row = done.result()
                print(line(row), flush=True)
            except (table.BadTable, OSError) as error:
                row = {"name": waiting[done].name, "verdict": "error", "why": str(error), "ok": False}
                print(f"{row['name']:<24} error: {error}  <-- NOT OK", flush=True)
            rows.append(row)
            bad += not row["ok"]
    with open(os.path.join(OUT, "proofs.json"), "w", encoding="utf-8") as file:
        json.dump(sorted(rows, key=lambda r: r["name"]), file, indent=1)
    print(f"{len(rows)} proofs, {len(rows) - bad} hold and refute their mutants, {bad} do not")
    return 1 if bad or not rows else 0


TOOL = ""
if __name__ == "__main__":
    sys.exit(main())
