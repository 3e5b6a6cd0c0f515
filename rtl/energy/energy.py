#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""Energy of the machine's units from their gates and what switches in them on real runs (rtl/energy/README.md).

  energy.py MACH LIB [--unit UNIT[,UNIT]] [--liberty FILE[,FILE] --period NS] [--work NAME[,NAME]] [--cycles N]
            [--start N] [--fit [--check]] [--second ACTIVITY]
            [--glitches [--icarus]] [-j N]

Needs Yosys 0.23, build/specgen, build/stamp, build/replay and build/stamp_rtl_MACH_energy.so (make energy). Writes
build/energy/MACH-LIB.json, with --unit MACH-LIB-UNIT.json, and replaces nothing where it fails. Exit 0: done; 1: failed,
also where an output of the gates is not what the machine had; 2: called wrongly."""
import argparse
import glob
import json
import os
import resource
import shutil
import signal
import sys
import time

import power # first: it finds rtl/timing
import costs
import fit
import icarus
import report
import workloads
import design
import liberty
import macros
import mapping
import memory
import process
import record
import results
import second
import tables
import timing
from replays import Replays, contents, digest

B = timing.B


class Steps:
    """Says what was done, its seconds and the most memory of it or a program before it."""

    def __init__(self):
        self.list, self.begin = [], time.time()

    def done(self, what, peak_kb=0):
        seconds, self.begin = time.time() - self.begin, time.time()
        peak = max(peak_kb, *(resource.getrusage(w).ru_maxrss for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
        self.list.append({"step": what, "seconds": round(seconds, 2), "peak_mb": round(peak / 1024, 1)})
        print(f"{what:<48} {seconds:7.1f} s  {peak / 1024:7.0f} MB", flush=True)


class Libraries:
    """The library for mapping (rtl/timing), that with power, figures of memories."""

    def __init__(self, options):
        self.timing = timing.Lib(options)
        data = os.environ.get("STAMP_LIBERTY_DIR", os.path.join(timing.ROOT, "..", "shared", "data", "liberty"))
        paths = options.liberty.split(",") if options.liberty else [os.path.join(data, f) for f in self.timing.facts.files]
        files = sorted(glob.glob(os.path.join(data, self.timing.facts.macros))) if self.timing.foundry else []
        self.key = digest(*map(contents, paths + files), self.timing.key)
        self.macros = {m.name: m for m in map(macros.Macro, files)}
        self.parsed = [liberty.parse(liberty.read(p), os.path.basename(p)) for p in paths]
        self.power = power.Library(self.parsed)
        self.period = self.timing.facts.period

    def memory_pin(self, macro):
        """fF of an input pin of a memory."""
        return self.figures(macro).load

    def figures(self, macro):
        if not hasattr(macro, "figures"):
            macro.figures = memory.Figures(macro, self.timing.facts, self.timing.foundry)
        return macro.figures

    def memory_row(self, macro, reads, writes, cycles):
        """What the results say of a memory: its energy where the foundry's tables are there."""
        row = {"path": macro.path, "memory": macro.name, "reads": reads, "writes": writes}
        if self.macros:
            parts = macros.used(macro, self.figures(macro).word, self.timing.foundry, self.macros)
            row["macros"], row["wide"], row["idle_pj"] = f"{parts[1]} x {parts[0].name}", parts[2], parts[0].idle
            row["pj"] = {k: round(v, 6) for k, v in macros.energy(parts, reads, writes, cycles, self.period).items()}
        return row


# ---- Netlists ---------------------------------------------------------------------------------------------
def chosen(options, where):
    """(name, path of its first instance, netlist) of the units that are asked for; else of all below the top."""
    found = timing.elaborate(timing.parameters(options.mach), where)
    names = options.unit.split(",") if options.unit else [""]
    units = []
    for name in names:
        cutter = design.Cutter(found)
        if not name:
            top = cutter.cut(found["\\stamp_top"])
            units += [(net.unit, path, net) for path, net in sorted(top.kids, key=lambda k: k[0])]
        elif name == "top":
            units.append(("top", "top", cutter.cut(found["\\stamp_top"])))
        else:
            net = timing.chosen(cutter, name)
            top = cutter.cut(found["\\stamp_top"])
            units.append((net.unit, path_of(top, net), net))
    seen = {}
    return [u for u in units if seen.setdefault(u[2].name, u) is u] # alike netlists once


def path_of(top, net):
    waiting = [("", top)]
    while waiting:
        path, at = waiting.pop(0)
        for name, kid in at.kids:
            below = f"{path}.{name}" if path else name
            if kid.name == net.name:
                return below
            waiting.append((below, kid))
    raise design.BadDesign(f"no instance of {net.name}")


def mapped(options, libs, units, where):
    """Maps all netlists of the units into `where`; those of before are known."""
    nets = list({n.name: n for _, _, net in units for n in net.all_kids() + [net]}.values())
    lib = libs.timing
    mapping.constraints(lib.roles, lib.load, f"{where}/constr")
    def one(net):
        return mapping.mapped(net, lib.path, lib.key + timing.ELABORATE, where, lib.facts.period, lib.roles.buffer)
    progress = timing.Progress(len(nets))
    for net, ((_, _, known), took) in timing.each(options.jobs, timing.timed(one), sorted(nets, key=lambda n: -len(n.text))):
        if not known:
            progress.say(net.name, took, "mapped")
    timing.at_borders(nets, where, lib.roles.repeater)


# ---- Records ----------------------------------------------------------------------------------------------
def recorded(options, units, name, words, where):
    """Path of the record of each unit on a workload. What was recorded before is taken as it is."""
    machine = f"{B}/stamp_rtl_{options.mach}_energy.so"
    files = [w.removeprefix("random:") for w in words]
    count = workloads.cycles(name, options.cycles)
    key = digest(contents(machine), contents(f"{B}/stamp"), [contents(w) if os.path.isfile(w) else w for w in files],
                 count, options.start)
    cache = f"{B}/energy/cache"
    paths = {path: f"{cache}/{name}-{path}-{key}.rec" for _, path, _ in units}
    wanted = {p: f for p, f in paths.items() if not os.path.exists(f)}
    if not wanted:
        return paths, True
    kit = f"{where}/kit"
    os.makedirs(kit, exist_ok=True)
    shutil.copy(f"{B}/stamp", f"{kit}/stamp")
    shutil.copy(machine, f"{kit}/stamp_rtl_{options.mach}.so")
    spec = ",".join(f"{p}={f}" for p, f in wanted.items())
    code, said = process.run(["env", f"STAMP_RECORD={spec}", f"STAMP_RECORD_COUNT={count}",
                              f"STAMP_RECORD_START={options.start}", "STAMP_RECORD_ONLY=1", f"{kit}/stamp", *words, "--machine", options.mach,
                              "--on", "rtl"])
    for path in wanted.values():
        if os.path.exists(path + ".part"):
            os.remove(path + ".part")
    if code or not all(map(os.path.exists, wanted.values())):
        last = (said.strip().splitlines() or ["nothing said"])[-1]
        raise design.BadDesign(f"workload {name}: stamp {words[0]} failed ({last[:160]})")
    return paths, False


# ---- The run ----------------------------------------------------------------------------------------------
def measure(options, libs, where, steps):
    units = chosen(options, where)
    steps.done(f"elaborated, {len(units)} units")
    mapped(options, libs, units, where)
    steps.done("mapped")
    names = options.work.split(",") if options.work else [w for w in workloads.WORKLOADS if w not in workloads.ASKED]
    records = {}
    for name in names:
        if not options.work and name in workloads.NOT_ON.get(options.mach, ()):
            print(f"left out: {name}: {options.mach} does not run it", flush=True)
            continue
        words = workloads.WORKLOADS[name](where)
        if words is None:
            print(f"SKIP: {name}: its files are not in {os.path.relpath(workloads.DATA)}", flush=True)
            continue
        records[name], known = recorded(options, units, name, words, where)
        steps.done(f"recorded {name}" + (" (known)" if known else ""))
    rows, opinions = [], {}
    for place in units:
        prepared = Replays(options, libs, where, steps, place)
        try:
            rows += [prepared.row(name, files[place[1]]) for name, files in records.items()]
        finally:
            prepared.end()
        if options.second:
            opinions[place[0]] = second.opinion(prepared.unit(), options.second)
            steps.done(f"{place[0]} in OpenSTA")
            print("\n".join(second.table(opinions[place[0]])), flush=True)
    lib = libs.power.units
    return {"machine": options.mach, "library": libs.timing.name, "period_ns": libs.period, "supply_v": lib.supply,
            "wires": "none", "glitches": "by delays of the library" if options.glitches else "none", "clock_tree": "none", "steps": steps.list, "second": opinions,
            "units": rows}


def others(found):
    """What check.json says of other libraries and machines."""
    path = f"{B}/energy/check.json"
    if not os.path.exists(path):
        return []
    return [e for e in json.loads(contents(path))
            if "library" in e and (e["library"], e["machine"]) != (found["library"], found["machine"])]


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip())
    parser.add_argument("mach")
    parser.add_argument("lib")
    parser.add_argument("--unit", default="")
    parser.add_argument("--liberty", default="")
    parser.add_argument("--period", type=float)
    parser.add_argument("--work", default="")
    parser.add_argument("--cycles", type=int)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--glitches", action="store_true")
    parser.add_argument("--icarus", action="store_true")
    parser.add_argument("--second", type=float, metavar="ACTIVITY")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    options = parser.parse_args()
    def fail(what):
        timing.fail(what, 2)
    if options.liberty and not (options.period and 0 < options.period < 1000):
        fail("LIBERTY= needs PERIOD=, the clock in ns")
    if not options.liberty and options.lib not in tables.LIBRARIES:
        fail(f"no library '{options.lib}' ({', '.join(tables.LIBRARIES)}; or LIBERTY=FILE PERIOD=NS)")
    for name in options.work.split(",") if options.work else ():
        if name not in workloads.WORKLOADS:
            fail(f"no workload '{name}' ({', '.join(workloads.WORKLOADS)})")
    if options.icarus and not options.glitches:
        fail("ICARUS=1 needs GLITCHES=1")
    if options.jobs < 1 or (options.cycles is not None and options.cycles < 2) or options.start < 0 or "/" in options.unit + options.lib + options.mach:
        fail("jobs are 1 or more, cycles 2 or more, names have no slash")
    return options


def main():
    options = arguments()
    def stop(*_):
        process.end()
        raise process.Stopped
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    os.chdir(timing.ROOT)
    name = f"{options.mach}-{options.lib}"
    where = f"{B}/timing/energy-{name}-{options.unit.replace(',', '-')}" # beside the cache of mapped netlists
    steps = Steps()
    try:
        timing.parameters(options.mach)
        if options.icarus and icarus.missing():
            timing.fail(icarus.missing())
        for tool in ("yosys", f"{B}/stamp", f"{B}/replay", *([f"{B}/transitions"] if options.icarus else ()), f"{B}/stamp_rtl_{options.mach}_energy.so"):
            if not (shutil.which(tool) or os.path.exists(tool)):
                timing.fail(f"{tool} is not there (make energy builds what it needs)")
        libs = Libraries(options)
        os.makedirs(where, exist_ok=True)
        os.makedirs(f"{B}/energy/cache", exist_ok=True)
        steps.done(f"library {options.lib}")
        found = measure(options, libs, where, steps)
        path = f"{B}/energy/{name}" + (f"-{options.unit.replace(',', '-')}" if options.unit else "") + \
            ("-glitches" if options.glitches else "") + ".json"
        print("\n" + "\n".join(report.table(found)))
        if options.fit:
            fits = fit.costs(found)
            print("\n" + "\n".join(fit.table(fits)))
            if not options.unit: # of the whole machine: what runs of the kit are charged
                bad, errors = costs.worse(found, fits) if options.check else ([], costs.write(found, fits))
                results.write(f"{B}/energy/check.json", others(found) + [{"library": found["library"], "machine": found["machine"], **e} for e in errors])
                print("\n" + "\n".join(costs.table(errors) + ([f"energy-check: {'; '.join(bad) or 'nothing is worse'}"] if options.check else [])))
                if bad:
                    return 1
        for row in found["units"]:
            row.pop("windows")
            row.pop("counters")
        results.write(path, found)
        print(f"written: {path}")
    except (liberty.BadLiberty, design.BadDesign, record.BadRecord) as fault:
        timing.fail(str(fault))
    except process.Stopped:
        timing.fail("interrupted, nothing written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
