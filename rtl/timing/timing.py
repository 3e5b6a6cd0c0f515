#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""Clock, levels and area of the machine and of each unit, mapped to a real library (rtl/timing/README.md).

  timing.py MACH LIB [--unit UNIT] [--liberty FILE[,FILE] --period NS] [--check | --update] [-j N]

Needs Yosys 0.23, OpenSTA 2.0, build/specgen. Writes build/timing/MACH-LIB.json, with --unit MACH-LIB-UNIT.json, and
replaces nothing where it fails. Exit 0: done; 1: failed, or worse with --check; 2: called wrongly."""
import argparse
import concurrent.futures
import fnmatch
import glob
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time

import border
import design
import liberty
import mapping
import memory
import plain
import process
import results
import roles
import sta
import tables

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
B = os.environ.get("B", "build")
PACKAGES = ["rtl/gen/stamp_isa_pkg.sv", "rtl/gen/stamp_fn_pkg.sv", "rtl/fp/stamp_fp_pkg.sv"]
ELABORATE = """read_verilog -sv {sources}
chparam {parameters} stamp_top
hierarchy -check -top stamp_top
proc
select -assert-none t:$dlatch t:$adlatch t:$dlatchsr
check -assert
opt_expr -mux_undef {memories}
opt_dff {memories}
opt_clean {memories}
opt_mem {memories}
memory_share {memories}
memory_collect {memories}
opt_clean {memories}
write_rtlil {out}
"""
MEMORY_MODULES = "*stamp_ram* *stamp_sram* *stamp_mem*"


def fail(what, code=1):
    print(f"error: {what}", file=sys.stderr)
    raise SystemExit(code)


def parameters(mach):
    """Name -> value of a machine."""
    done = subprocess.run([os.path.join(B, "specgen"), "params", mach], capture_output=True, text=True, check=False)
    pairs = [p[2:].split("=") for p in done.stdout.split() if p.startswith("-G")]
    if done.returncode or not pairs:
        machs = subprocess.run([os.path.join(B, "specgen"), "machs"], capture_output=True, text=True, check=False)
        fail(f"no machine '{mach}' ({', '.join(machs.stdout.split())})", 2)
    return {n: int(v) for n, v in pairs}


# ---- The library ------------------------------------------------------------------------------------------
class Lib:
    """A library made ready: one Liberty file in build/timing/lib, what its cells are, figures of memories."""

    def __init__(self, options):
        data = os.environ.get("STAMP_LIBERTY_DIR", os.path.join(ROOT, "..", "shared", "data", "liberty"))
        self.name, self.foundry = options.lib, []
        if options.liberty:
            paths, period = options.liberty.split(","), options.period
            self.facts = tables.OTHER._replace(period=period, access=tables.OTHER.access * period,
                                               setup=tables.OTHER.setup * period)
        else:
            self.facts = tables.LIBRARIES[self.name]
            paths = [os.path.join(data, f) for f in self.facts.files]
            if not all(map(os.path.isfile, paths)):
                fail(f"no {self.name} in {os.path.relpath(data, os.getcwd())}: STAMP_LIBERTY_DIR names the folder, "
                     "or LIBERTY=FILE another library", 77)
            if self.facts.macros:
                self.foundry = [memory.Foundry(f) for f in sorted(glob.glob(os.path.join(data, self.facts.macros)))]
        parsed = [liberty.parse(liberty.read(p), os.path.basename(p)) for p in paths]
        self.time, self.load = liberty.units(parsed[0])
        def unused(cell):
            return cell.get("dont_use") == "true" or any(fnmatch.fnmatch(cell.name, u) for u in self.facts.unused)
        merged = liberty.merge(parsed, unused, "")
        self.key = hashlib.sha256(merged.encode()).hexdigest()
        self.roles = roles.Roles(liberty.parse(merged, self.name))
        group, self.wire = self.estimate(parsed[0])
        text = liberty.merge(parsed, unused, group)
        self.path = f"{B}/timing/lib/{self.name}.lib"
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path + ".part", "w", encoding="latin-1") as file:
            file.write(text)
        os.replace(self.path + ".part", self.path)

    def estimate(self, library):
        """The wire load group, and what is said of it."""
        own = next((g for g in library.of("wire_load") if g.name == self.facts.wire), None)
        form = '  wire_load ("{}") {{ resistance : 0; capacitance : {}; area : 0; slope : 1; fanout_length (1, 1); }}\n'
        none = form.format("none", 0)
        if own:
            return (f'{none}  wire_load ("estimate") {own.text[own.body - 1:own.end]}',
                    f"wire load table {own.name} of the library")
        sink = self.facts.wire if isinstance(self.facts.wire, float) else self.roles.nand.load() * self.load
        return none + form.format("estimate", sink / self.load), f"{sink:.2f} fF for each sink pin"


# ---- The design -------------------------------------------------------------------------------------------
def elaborate(machine, where):
    """The modules of a machine. What was elaborated before is taken as it is."""
    sources = PACKAGES + sorted(f for f in glob.glob("rtl/*/*.sv") if not f.endswith("_pkg.sv")
                                and not f.startswith("rtl/assert/"))
    script = ELABORATE.format(sources=" ".join(sources), memories=MEMORY_MODULES, out=f"{where}/whole.il",
                              parameters=" ".join(f"-set {n} {v}" for n, v in machine.items()))
    digest = hashlib.sha256(script.replace(where, "").encode())
    for name in sources:
        with open(name, "rb") as file:
            digest.update(file.read())
    cached = f"{B}/timing/cache/{digest.hexdigest()[:24]}.il"
    if not os.path.exists(cached):
        mapping.run(script, f"{where}/whole")
        os.makedirs(os.path.dirname(cached), exist_ok=True)
        os.replace(f"{where}/whole.il", cached)
    with open(cached, encoding="utf-8") as file:
        return design.modules(file.read())


def chosen(cutter, unit):
    """The netlist to begin at: the top, or the unit that is asked for."""
    top = cutter.found["\\stamp_top"]
    if not unit:
        return cutter.cut(top)
    names = [p + unit.removeprefix("stamp_") for p in ("stamp_", "stamp_vx_", "stamp_axi_", "stamp_fn_")]
    module = next((m for n in names for m in cutter.found.values() if m.unit == n), None)
    if not module:
        fail(f"no unit '{unit}': one of " + ", ".join(sorted({m.unit.removeprefix('stamp_') for m in
                                                             cutter.found.values()})), 2)
    cutter.forced = module.unit
    whole = cutter.cut(top)
    return next((n for n in whole.all_kids() if n.module.unit == module.unit), None) or \
        fail(f"unit '{unit}' has no flip-flop of its own in this machine")


class Progress:
    def __init__(self, total):
        self.total, self.count = total, 0

    def say(self, what, seconds, more=""):
        self.count += 1
        print(f"{self.count:3d} of {self.total}  {what:<26} {seconds:5.0f} s  {more}".rstrip(), flush=True)


def each(jobs, work, items):
    """work(item) for all, `jobs` at once; the first fault ends it."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(work, i): i for i in items}
        try:
            for done in concurrent.futures.as_completed(waiting):
                yield waiting[done], done.result()
        except BaseException:
            process.end()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def timed(work):
    def run(item):
        start = time.time()
        return work(item), time.time() - start
    return run


# ---- The figures ------------------------------------------------------------------------------------------
def count(net, lib, figures, where):
    """Cells, flip-flops, area and memories of a netlist with all below it."""
    if not hasattr(net, "sums"):
        kinds, cells, flops, area = lib.roles.kinds, 0, 0, 0.0
        for name, n in mapping.census(f"{where}/{net.name}.v").items():
            if name in kinds:
                cells, area, flops = cells + n, area + n * kinds[name].area, flops + n * kinds[name].flop
        mems, mem_area = len(net.macros), sum(figures[m.name()].area or 0 for m in net.macros)
        sums = [cells, flops, area, mems, mem_area]
        for _, kid in net.kids:
            sums = [a + b for a, b in zip(sums, count(kid, lib, figures, where))]
        net.sums = sums
    return net.sums


def instances(top):
    """Netlist name -> (times, least depth) below the top."""
    found = {}
    def walk(net, depth):
        times, least = found.get(net.name, (0, depth))
        found[net.name] = times + 1, min(least, depth)
        for _, kid in net.kids:
            walk(kid, depth + 1)
    walk(top, 0)
    return found


def row(net, paths, lib, sums, times, depth):
    """A row of the results."""
    period = lib.facts.period
    def least(p):
        return None if p is None else round(period - p.slack * lib.time, 4)
    border = [p.slack * lib.time for p in (paths["in"], paths["out"]) if p]
    best = paths["registers"]
    return {"unit": net.unit, "netlist": net.name, "depth": depth, "instances": times, "cells": sums[0],
            "area_um2": round(sums[2], 3), "gate_equivalents": round(sums[2] / lib.roles.nand.area, 1),
            "flip_flops": sums[1], "memories": sums[3], "memory_um2": round(sums[4], 1), "period_ns": least(best),
            "levels": best.levels if best else None, "from": best.start if best else None,
            "to": best.end if best else None, "wire_period_ns": least(paths["wires"]),
            "border_slack_ns": round(min(border), 4) if border else None}


def joined(rows):
    """Netlists of one unit as one row: the slowest, with the area of the largest."""
    found = {}
    for r in rows:
        old = found.get(r["unit"])
        if old is None:
            found[r["unit"]] = r
            continue
        slow, other = (r, old) if (r["period_ns"] or 0) > (old["period_ns"] or 0) else (old, r)
        both = dict(slow, instances=r["instances"] + old["instances"], depth=min(r["depth"], old["depth"]))
        for name in ("cells", "area_um2", "gate_equivalents", "flip_flops"):
            both[name] = max(r[name], old[name])
        found[r["unit"]] = both
    return list(found.values())


def measure(options, lib, where):
    machine = parameters(options.mach)
    print(f"{options.mach} on {lib.name}: gate equivalent {lib.roles.nand.name} ({lib.roles.nand.area} um2), "
          f"inputs driven by {lib.roles.buffer.name}, target {lib.facts.period} ns", flush=True)
    start = time.time()
    cutter = design.Cutter(elaborate(machine, where))
    top = chosen(cutter, options.unit)
    nets = top.all_kids() + [top]
    progress = Progress(2 * len(nets))
    print(f"elaborated: {len(nets)} netlists, {time.time() - start:.0f} s", flush=True)

    macros = {m.name(): m for n in nets for m in n.macros}
    figures = {n: memory.Figures(m, lib.facts, lib.foundry) for n, m in macros.items()}
    with open(f"{where}/memories.lib", "w", encoding="utf-8") as file:
        file.write(memory.cells(macros.values(), figures, lib.time, lib.load))
    mapping.constraints(lib.roles, lib.load, f"{where}/constr")
    largest = sorted(nets, key=lambda n: -len(n.text))
    for net, ((how, delay, known), took) in each(options.jobs, timed(
            lambda n: mapping.mapped(n, lib.path, lib.key + ELABORATE, where, lib.facts.period, lib.roles.buffer)), largest):
        progress.say(net.name, took, "known" if known else f"for {how}, {delay:.3f} ns of logic")

    at_borders(nets, where, lib.roles.repeater)

    libs = [lib.path] + ([f"{where}/memories.lib"] if macros else [])
    def judge(net):
        names = [f"{where}/{n.name}.v" for n in net.all_kids() + [net]]
        load = 4 * lib.roles.nand.load()
        return sta.run(where, net.name, libs, names, lib.facts.period / lib.time, lib.roles.buffer.name, load)
    times, rows = instances(top), {}
    for net, (paths, took) in each(options.jobs, timed(judge), nets):
        rows[net.name] = row(net, paths, lib, count(net, lib, figures, where), *times[net.name])
        progress.say(net.name, took, f"timing {results.number(rows[net.name]['period_ns'], '.3f')} ns")
    whole = None if options.unit else dict(rows.pop(top.name), unit="whole")
    order = [n.name for n in preorder(top)]
    units = joined([rows[n] for n in order if n in rows])
    return {"machine": options.mach, "library": lib.name, "target_ns": lib.facts.period, "macs":
            machine["P"] * machine["L"] * machine["T"], "gate": lib.roles.nand.name, "gate_um2": lib.roles.nand.area,
            "wires": lib.wire, "border": sta.BORDER,
            "memories": {n: {"word": f.word, "area_um2": f.area, "clock_to_out_ns": f.access, "setup_ns": f.setup}
                         for n, f in sorted(figures.items())}, "whole": whole, "units": units}


def at_borders(nets, where, cell):
    """Buffers where a net of one netlist has many loads in those below; `nets` are the deepest first."""
    loads = {}
    for net in nets:
        path = f"{where}/{net.name}.v"
        with open(path, encoding="utf-8") as file:
            text = file.read()
        try:
            text, loads[net.name] = border.buffered(text, loads, cell.name, cell.inputs[0].name, cell.outputs[0].name)
        except plain.PlainError as error:
            raise design.BadDesign(f"{path}: {error}") from error
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def preorder(top):
    seen = {}
    def walk(net):
        seen.setdefault(net.name, net)
        for _, kid in net.kids:
            walk(kid)
    walk(top)
    return list(seen.values())


# ---- The command ------------------------------------------------------------------------------------------
def arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip(), add_help=True)
    parser.add_argument("mach")
    parser.add_argument("lib")
    parser.add_argument("--unit", default="")
    parser.add_argument("--liberty", default="")
    parser.add_argument("--period", type=float)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.liberty and not (options.period and 0 < options.period < 1000):
        fail("LIBERTY= needs PERIOD=, the target in ns", 2)
    if not options.liberty and options.lib not in tables.LIBRARIES:
        fail(f"no library '{options.lib}' ({', '.join(tables.LIBRARIES)}; or LIBERTY=FILE PERIOD=NS)", 2)
    if options.jobs < 1 or "/" in options.unit + options.lib + options.mach:
        fail("jobs are 1 or more, names have no slash", 2)
    return options


def judged(options, found):
    """Prints what came out; the exit code."""
    print("\n".join([""] + results.table(found)))
    print(f"\nns, levels: register to register, no wires. wires: {found['wires']}. border: ns left at the target where "
          f"{found['border']:.0%}\nof the period is the neighbour's on either side. Areas without memories. Corner: the "
          "library's own, no clock tree.")
    for name, m in found["memories"].items():
        print(f"{name}: {m['word']}, {m['clock_to_out_ns']:.3g} ns clock to output, {m['setup_ns']:.3g} ns setup, "
              + ("area not stated" if m["area_um2"] is None else f"{m['area_um2']:.0f} um2"))
    said = results.verdict(found)
    print("\n".join(("met     " if met else "missed  ") + line for line, met in said))
    missed = sum(not met for _, met in said)
    print(f"verdict: {found['machine']} on {found['library']}: "
          + (f"{missed} of {len(said)} targets missed" if missed else f"all {len(said)} targets met"))
    name, kept = f"{found['machine']}-{found['library']}", results.kept()
    if options.update:
        kept[name] = {**(kept.get(name, {}) if options.unit else {}), **results.figures(found)}
        results.write(results.KEPT, kept)
        print(f"kept: {len(kept[name])} units in rtl/timing/figures.json")
    if options.check:
        if name not in kept:
            fail(f"rtl/timing/figures.json holds nothing of {name}; UPDATE=1 writes it")
        worse = results.worse(results.figures(found), kept[name], not options.unit)
        print("\n".join("worse   " + w for w in worse) if worse else "check: nothing is worse than what was kept")
        return 1 if worse else 0
    return 0


def main():
    options = arguments()
    def stop(*_):
        process.end()
        raise process.Stopped
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    os.chdir(ROOT)
    name = f"{options.mach}-{options.lib}" + (f"-{options.unit}" if options.unit else "")
    where = f"{B}/timing/{name}"
    try:
        parameters(options.mach)
        lib = Lib(options)
        for tool in ("yosys", "sta"):
            if not shutil.which(tool):
                fail(f"{tool} is not installed (make deps-timing)")
        shutil.rmtree(where, ignore_errors=True)
        os.makedirs(where)
        found = measure(options, lib, where)
        results.write(f"{B}/timing/{name}.json", found)
    except (liberty.BadLiberty, design.BadDesign) as fault:
        fail(str(fault))
    except process.Stopped:
        fail("interrupted, nothing written")
    return judged(options, found)


if __name__ == "__main__":
    sys.exit(main())
