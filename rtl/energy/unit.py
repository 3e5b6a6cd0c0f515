# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""One unit made ready, and what a replay of a record gives for it."""
import json
import os

import liberty
import model
import netlist
import process
import record
import states
from design import BadDesign

MODULES = 12 # of a row, the largest


class Unit:
    """A unit's flat gates with loads, slews and energies. `libs`: power, timing (roles), period, memory_pin, memory_row."""

    def __init__(self, title, path, net, libs, where):
        self.title, self.path, self.libs, self.where = title, path, libs, where
        names = [n.name for n in net.all_kids() + [net]]
        self.flat = netlist.Flat(net.name, {n: netlist.read(f"{where}/{n}.v") for n in names})
        self.kinds = {k: states.Kind(libs.power.cell(k)) for k in sorted({c.kind for c in self.flat.cells})}
        self.cells, self.driver = model.order(self.flat, self.kinds)
        self.slew = model.border_slew(libs.power, libs.timing.roles)
        self.made = {} # bodies of the file for the replay, without and with delays
        self.energies = model.Energies(self.flat, self.cells, self.kinds, libs.power, self.slew, libs.memory_pin)

    def replayed(self, name, path, window, program=None, timed=False):
        """A row of the results. `window` as model.write takes it. BadDesign where an output differs."""
        head = record.Record(path)
        said = self.replay(name, path, head, window, program, ["timed"] if timed else [])
        try:
            return {**self.row(name, head, json.loads(said)), "delays": timed}
        except ValueError:
            raise BadDesign(f"{self.title} on {name}: the replay said '{said[:80]}'") from None

    def by_net(self, name, path, window, program=None, how="timed"):
        """Changes of each net, by number. `how`: timed, stale (replay.h)."""
        nets = f"{self.where}/{self.title}.nets"
        self.replay(name, path, record.Record(path), window, program, [how, nets])
        with open(nets, encoding="ascii") as file:
            found = {int(net): int(n) for net, n in map(str.split, file)}
        os.remove(nets)
        return found

    def replay(self, name, path, head, window, program, how):
        """What the replay says."""
        timed = bool(how)
        gates = f"{self.where}/{self.title}.gates"
        if timed not in self.made:
            self.made[timed] = model.body(self.flat, self.cells, self.driver, self.kinds, self.energies, timed)
        model.write(gates, self.flat, self.made[timed], head, self.libs.period, window, self.arrive() if timed else (0.0, 0.0))
        program = program or f"{os.environ.get('B', 'build')}/replay"
        code, said = process.run([program, gates, path, *how])
        os.remove(gates)
        line = (said.strip().splitlines() or [f"exit {code}"])[0]
        if code == 3 and line.startswith("differs "):
            cycle, bit, want, seen = (int(x) for x in line.split()[1:])
            port, at = head.bit(bit)
            raise BadDesign(f"{self.title} on {name}: the gates differ from the machine in cycle {cycle + head.start}: "
                            f"{port}[{at}] is {seen}, recorded {want}")
        if code:
            raise BadDesign(f"{self.title} on {name}: {path}: {line[:160]}")
        return said

    def arrive(self):
        """ns behind the clock: of inputs as of a flip-flop that drives four NAND inputs, of memories as stated."""
        power, roles = self.libs.power, self.libs.timing.roles
        cell, load = power.cell(roles.flop.name), 4 * roles.nand.load() * power.units.load
        times = [t.at(self.slew, load) for s in cell.slews[cell.outputs[0]] for t in (s.delay_rise, s.delay_fall) if t]
        if not times:
            raise liberty.BadLiberty(f"cell {cell.name}: no delay tables")
        return sum(times) / len(times), self.libs.timing.facts.access

    def row(self, name, head, out):
        n, parts = out["cycles"], [sum(m[p] for m in out["energy"]) for p in range(len(model.PARTS))]
        if any(x != x or abs(x) > 1e30 for x in parts):
            raise liberty.BadLiberty(f"{self.title}: an energy that is no number")
        pj = {p: round(v / 1000, 6) for p, v in zip(model.PARTS, parts)}
        ground = pj.pop("ground")
        total = sum(parts[:4]) / 1000
        idle = n - out["active"]
        events = counted(head.events, out["windows"])
        by_module = sorted(((sum(e[:4]) / 1000, path or self.title, text) for e, (path, text) in
                            zip(out["energy"], self.flat.modules)), reverse=True)
        memories = [self.libs.memory_row(m, r, w, n) for m, (r, w) in zip(self.flat.memories, out["memories"])]
        return {"unit": self.title, "path": self.path, "workload": name, "cells": len(self.cells),
                "flip_flops": sum(self.kinds[c.kind].flop for c in self.cells), "cycles": n, "compared": out["compared"],
                "pj": {**pj, "total": round(total, 6)}, "ground_tables_pj": ground, "pj_per_cycle": round(total / n, 6),
                "active_cycles": out["active"],
                "pj_per_active_cycle": round(out["active_fj"] / 1000 / out["active"], 6) if out["active"] else None,
                "pj_per_idle_cycle": round(out["idle_fj"] / 1000 / idle, 6) if idle else None,
                "toggles": out["toggles"], "active_toggles": out["active_toggles"], "toggles_per_net_cycle": round(out["toggles"] / out["nets"] / n, 6),
                "toggles_without_table": out["untabled"],
                "pulses_swallowed": out["swallowed"], "events": events,
                "pj_per_event": {e: round(total / v, 6) for e, v in events.items()}, "slew_border_ns": round(self.slew, 6),
                "modules": [{"path": p, "netlist": t, "pj": round(e, 6)} for e, p, t in by_module[:MODULES]],
                "memories": memories, "memories_pj": round(sum(sum(m["pj"].values()) for m in memories), 6)
                if all("pj" in m for m in memories) else None,
                "never_one": ["{}[{}]".format(*head.bit(b)) for b in out["never_one"]],
                "seconds": out["seconds"], "peak_kb": out["peak_kb"], "windows": out["windows"], "counters": head.events}


def counted(names, windows):
    """What each counter went on from the first window to the last; a program's start puts them to zero."""
    found = {}
    for i, name in enumerate(names):
        seen = [w[6 + i] for w in windows]
        n = sum(b - a if b >= a else b for a, b in zip(seen, seen[1:]))
        if n:
            found[name] = n
    return found
