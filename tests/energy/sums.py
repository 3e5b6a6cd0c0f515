#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""--energy: totals, units and classes computed here from the counters a run prints and the costs as costs.def states them.

    sums.py STAMP [KIT]

Exit 1 when one differs by more than a rounding of nine digits."""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

STAMP = os.path.abspath(sys.argv[1])
KIT = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else ".")
passed = failed = 0


def check(what, good, seen=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAIL", what, seen)


def close(what, got, want):
    check(what, got is not None and abs(got - want) <= 2e-8 * max(abs(want), 1e-30), f"{got} and {want}")


def stamp(*words, fails=False):
    done = subprocess.run([STAMP, *words], capture_output=True, text=True, check=False)
    if fails:
        return done
    if done.returncode:
        check(" ".join(words), False, done.stderr.strip())
        sys.exit(1)
    return json.loads(done.stdout) if "--json" in words else done.stdout


def costs(library, machine):
    """[(unit, event, charge, pJ)] of costs.def."""
    with open(os.path.join(KIT, "model/energy/costs.def"), encoding="utf8") as f:
        rows = re.findall(r'^COST\((\w+), (\w+), "([^"]+)", (\w+), (\w+), ([^)]+)\)', f.read(), re.M)
    return [(u, e.lower(), c.lower(), float(pj)) for l, m, u, e, c, pj in rows if (l, m) == (library, machine)]


def libraries():
    with open(os.path.join(KIT, "model/energy/costs.def"), encoding="utf8") as f:
        return re.findall(r'^LIBRARY\((\w+), (\w+), (\d+), "[^"]*", [\d.]+, [\d.]+, ([01]),', f.read(), re.M)


def sums(what, energy, run, cycles, library):
    """Everything of @p energy from counters."""
    table = costs(library, energy["machine"])
    events = dict(run["events"], **run["activity"], cycles=cycles)
    units, dynamic = {}, 0.0
    for unit, event, charge, pj in table:
        j = 1e-12 * pj * events[event]
        units[unit] = units.get(unit, 0.0) + j
        dynamic += j
    for unit, j in units.items():
        close(f"{what}: unit {unit}", energy["units"][unit], j)
    dram = sum(j for u, j in energy["units"].items() if u.startswith("dram."))
    close(f"{what}: total", energy["total_j"], dynamic + dram)
    close(f"{what}: classes add up", sum(energy["classes"].values()), dynamic + dram)
    close(f"{what}: dram", energy["classes"]["dram"], dram)
    close(f"{what}: pJ a product", energy["pj_per_mac"], 1e12 * energy["total_j"] / run["events"]["mac_used"])
    for name in {c for _, _, c, _ in table} - {"products", "lines", "quantize", "functions"}:
        want = sum(1e-12 * pj * events[e] for _, e, c, pj in table if c == name)
        close(f"{what}: class {name}", energy["classes"][name], want)
    products = sum(1e-12 * pj * events[e] for _, e, c, pj in table if c == "products")
    close(f"{what}: products", energy["classes"]["rows4"] + energy["classes"]["rows8"], products)
    return products


def matrix(path, rows, cols):
    with open(path, "wb") as f:
        head = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (rows, cols)
        head += " " * (63 - (10 + len(head)) % 64) + "\n"
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode())
        f.write(b"".join(struct.pack("<f", ((i * 7919) % 211 - 105) / 50) for i in range(rows * cols)))


def layers(tmp, library, machine):
    """Rows of 8 and 4 bits: the share of the products is known."""
    matrix(f"{tmp}/w.npy", 48, 64)
    matrix(f"{tmp}/x.npy", 96, 64)
    for flags, eight in ((["--act-bits", "8"], 1.0), (["--high-rows", "0"], 0.0),
                         (["--high-rows", "32"], 2 * 32 / (2 * 32 + 64))):
        stamp("compile", f"{tmp}/w.npy", "--rows", "96", "--machine", machine, "-o", f"{tmp}/p.stamp", *flags)
        seen = []
        for on in ("model", "cycle"):
            run = stamp("run", f"{tmp}/p.stamp", "--on", on, "--input", f"x={tmp}/x.npy", "--energy", library, "--json")
            if on == "cycle":
                products = sums(f"{library} {machine} {flags[-1]}", run["energy"], run, run["cycles"], library)
                close(f"{flags}: rows of 8 bits", run["energy"]["classes"]["rows8"], eight * products)
            seen.append(run["energy"])
        check(f"{flags}: the C machine's energy is the clock's", seen[0] == seen[1], seen)
    behind = ["run", f"{tmp}/p.stamp", "--on", "cycle", "--input", f"x={tmp}/x.npy", "--energy", library, "--json", "--memory"]
    for memory, known in (("lpddr4", True), ("hbm2", True), ("lpddr5", False)):
        run = stamp(*behind, memory)
        sums(f"behind {memory}", run["energy"], run, run["cycles"], library)
        check(f"{memory}: said whether its commands are in", run["energy"]["dram"] == {"memory": memory, "counted": known})
        check(f"{memory}: some energy, or none", (run["energy"]["classes"]["dram"] > 0) == known)


def networks(library, machine, memories):
    model = os.path.join(KIT, "traces/model/stamp-stories")
    run = stamp("generate", model, "-n", "3", "--on", "cycle", "--machine", machine, "--energy", library, "--json")
    for part in ("prefill", "decode"):
        sums(f"generate {part}", run[part]["energy"], run[part], run[part]["cycles"], library)
        close(f"{part}: mJ a token", run[part]["mj_per_token"], 1e3 * run[part]["energy"]["total_j"] / run[part]["tokens"])
    close("generate: both", run["energy"]["total_j"], sum(run[p]["energy"]["total_j"] for p in ("prefill", "decode")))
    said = stamp("generate", model, "-n", "2", "--on", "cycle", "--machine", machine, "--energy", library)
    check("memories not in the sum are said", ("NOT in the sum: the machine's memories" in said) != memories, said)
    check("memories in JSON", run["energy"]["memories"] == {"counted": memories} if "energy" in run else False)
    check("a line of energy", re.search(r"^energy +[\d.]+ [num]?J: [\d.]+ pJ a product", said, re.M), said)


def recorded(tmp, library):
    """RUN.json and its page tell what the command told."""
    run = stamp("run", f"{tmp}/p.stamp", "--on", "cycle", "--input", f"x={tmp}/x.npy", "--energy", library, "--json",
                "--report", f"{tmp}/run.json")
    with open(f"{tmp}/run.json", encoding="utf8") as f:
        told = {f["of"]: f["value"] for f in json.load(f)["accuracy"] if f["figure"] == "energy_j"}
    close("record: total", told["total"], run["energy"]["total_j"])
    for unit, j in run["energy"]["units"].items():
        close(f"record: {unit}", told[f"unit {unit}"], j)
    close("record: classes", sum(j for of, j in told.items() if of.startswith("class ")), run["energy"]["total_j"])
    stamp("report", f"{tmp}/run.json", "--html", f"{tmp}/run.html")
    with open(f"{tmp}/run.html", encoding="utf8") as f:
        table = re.search(r"<table data-energy=1>(.*?)</table>", f.read())
    check("page: a row each", table and table[1].count("<tr>") == 1 + len(told), told.keys())


def refused(tmp):
    for words, line in ((["--energy", "none"], "no costs for machine"), (["--energy", ""], "no costs for machine")):
        done = stamp("run", f"{tmp}/p.stamp", "--on", "cycle", "--input", f"x={tmp}/x.npy", *words, fails=True)
        check(f"{words} is refused", done.returncode and line in done.stderr and done.stderr.count("\n") == 1, done.stderr)
    known = {(library, machine) for library, machine, _, _ in libraries()}
    for library, machine in sorted({(lib, m) for lib in ("asap7", "ihp", "sky130") for m in ("tiny", "base", "wide")} - known):
        done = stamp("generate", os.path.join(KIT, "traces/model/stamp-stories"), "-n", "1", "--on", "cycle", "--machine", machine,
                     "--energy", library, fails=True)
        check(f"{library} on {machine} has no costs and is refused", done.returncode and f"machine {machine}" in done.stderr
              and "asap7 on tiny" in done.stderr and done.stderr.count("\n") == 1 and not done.stdout, done.stderr)
    done = stamp("eval", os.path.join(KIT, "traces/model/stamp-stories"), "--text", "x", "--energy", "asap7", fails=True)
    check("a device without programs has no energy", done.returncode == 2 and "--energy" in done.stderr, done.stderr)


def main():
    with tempfile.TemporaryDirectory() as tmp:
        check("there are costs", libraries())
        for library, machine, count, memories in libraries():
            memories = memories == "1"
            named = any(u.endswith(".sram") for u, _, _, _ in costs(library, machine))
            check(f"{library} on {machine}: memories are there, or are said not to be", named == memories)
            check(f"{library} on {machine}: as many costs as it says", len(costs(library, machine)) == int(count))
            layers(tmp, library, machine)
            networks(library, machine, memories)
            recorded(tmp, library)
        refused(tmp)
    print(f"energy sums: {passed} passed, {failed} failed")
    sys.exit(failed != 0)


main()
