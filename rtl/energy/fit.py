# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""Costs of events from gates: the energy of a unit in each window as a sum of counts times costs, least squares with costs
of 0 or more. Which counters of event.def a unit is charged by stands in CHARGED; a cycle always costs."""
import math

SEEN = 10  # windows in which a counter must go on, else nothing can be said of its cost
WINDOW = 4 # records tell counters every 64 cycles: windows of four of these
# Counters of kind VALUE alone, so that C machine, clock and RTL charge alike; of what values make of them, activity.def.
CHARGED = {
    "array": ("MAC_ISSUED", "MAC_USED", "DRAIN_LINES", "WB_LIVE", "WB_MOVED", "XB_LIVE", "DRAIN_LIVE"),
    "mxu": ("MAC_ISSUED", "MAC_USED", "DRAIN_LINES", "AC_READ", "AC_WRITE", "WB_LIVE", "WB_MOVED", "XB_LIVE", "DRAIN_LIVE"),
    "vxu": ("VX_LINES", "DIVIDES", "FN_LINES", "VM_READ", "VM_WRITE", "XB_WRITE", "PB_WRITE", "VM_LIVE", "VM_WRITE_LIVE"),
    "ldu": ("LOAD_BYTES", "INSNS"), "stu": ("STORE_BYTES", "INSNS"), "axi_rmux": ("LOAD_BYTES", "INSNS"),
    "bank": ("WB_READ", "WB_WRITE", "LOAD_BYTES", "WB_LIVE", "WB_MOVED", "WB_WRITE_LIVE", "DRAIN_LINES", "DRAIN_LIVE"), "xb": ("XB_READ", "XB_WRITE", "XB_LIVE"),
    "vm": ("VM_READ", "VM_WRITE", "VM_LIVE", "VM_WRITE_LIVE"),
    "queues": ("INSNS",), "dispatch": ("INSNS",), "fetch": ("INSNS",), "events": ("INSNS",),
    "counters": ("VX_LINES", "MAC_ISSUED"), "csr": ("INSNS",),
}


def windows(row):
    """(cycles, {counter: advance}, pJ) of each window of a row; one in which counters began anew is left out."""
    out, names = [], row["counters"]
    marks = row["windows"][::WINDOW]
    for a, b in zip(marks, marks[1:]):
        if all(y >= x for x, y in zip(a[6:], b[6:])):
            counts = {n: y - x for n, x, y in zip(names, a[6:], b[6:])}
            out.append((b[0] - a[0], counts, sum(b[1:5]) / 1000 - sum(a[1:5]) / 1000))
    return out


def solve(rows, energy):
    """Least squares with no cost below 0, by descent along the coordinates."""
    n = len(rows[0])
    scale = [math.sqrt(sum(r[j] * r[j] for r in rows)) or 1.0 for j in range(n)]
    gram = [[sum(r[i] * r[j] for r in rows) / scale[i] / scale[j] for j in range(n)] for i in range(n)]
    right = [sum(r[j] * e for r, e in zip(rows, energy)) / scale[j] for j in range(n)]
    x = [0.0] * n
    for _ in range(20000):
        moved = 0.0
        for j in range(n):
            if gram[j][j] == 0:
                continue
            new = max(0.0, x[j] + (right[j] - sum(g * v for g, v in zip(gram[j], x))) / gram[j][j])
            moved, x[j] = max(moved, abs(new - x[j])), new
        if moved <= 1e-12 * max(map(abs, x), default=0):
            break
    return [v / s for v, s in zip(x, scale)]


def predicted(costs, rows):
    return [sum(c * v for c, v in zip(costs, r)) for r in rows]


def fitted(rows_of_unit, charged):
    """Costs of a unit with what they miss: root mean square over windows, by its mean; the total of each workload
    when it is not among those fitted to."""
    data, asked = {}, charged
    every = [w for row in rows_of_unit for w in windows(row)]
    charged = tuple(n for n in charged if sum(counts.get(n, 0) > 0 for _, counts, _ in every) >= SEEN)
    for row in rows_of_unit:
        seen = windows(row)
        data[row["workload"]] = ([[c] + [counts.get(n, 0) for n in charged] for c, counts, _ in seen], [e for _, _, e in seen])
    rows = [r for a, _ in data.values() for r in a]
    energy = [e for _, es in data.values() for e in es]
    if len(rows) < 2 * (1 + len(charged)):
        return None
    costs = solve(rows, energy)
    mean = sum(energy) / len(energy)
    rms = math.sqrt(sum((p - e) ** 2 for p, e in zip(predicted(costs, rows), energy)) / len(energy)) / mean
    unseen = {}
    for name, (a, es) in data.items():
        other = [(r, e) for n, (b, fs) in data.items() if n != name for r, e in zip(b, fs)]
        if es and len(other) >= 2 * (1 + len(charged)):
            found = solve([r for r, _ in other], [e for _, e in other])
            unseen[name] = round(sum(predicted(found, a)) / sum(es) - 1, 4)
    return {"windows": len(rows), "pj_per_cycle": round(costs[0], 6),
            "pj": {n: round(c, 6) for n, c in zip(charged, costs[1:])}, "too_rare": [n for n in asked if n not in charged], "rms": round(rms, 4), "unseen_total": unseen}


def costs(found):
    """The table of a run: unit -> fit."""
    units = {}
    for row in found["units"]:
        units.setdefault((row["unit"], row["path"]), []).append(row)
    out = {}
    for (name, path), rows in units.items():
        fit = fitted(rows, CHARGED.get(name, ("INSNS",)))
        if fit:
            out[path] = {"unit": name, **fit}
    return {"library": found["library"], "machine": found["machine"], "period_ns": found["period_ns"],
            "supply_v": found["supply_v"], "left_out": "wires, clock tree, glitches",
            "window_cycles": 64 * WINDOW, "workloads": sorted({r["workload"] for r in found["units"]}), "units": out}


def table(fits):
    lines = [f"{'unit':<26} {'windows':>7} {'rms':>7}  largest miss of an unseen workload; pJ a cycle, of an event"]
    for path, f in fits["units"].items():
        worst = max(f["unseen_total"].items(), key=lambda x: abs(x[1]), default=("-", 0.0))
        lines.append(f"{path:<26} {f['windows']:>7} {f['rms']:>7.1%}  {worst[0]} {worst[1]:+.1%}; {f['pj_per_cycle']:.3f}, "
                     + ", ".join(f"{n} {c:.3f}" for n, c in f["pj"].items() if c)
                     + (f"; too rare: {', '.join(f['too_rare'])}" if f["too_rare"] else ""))
    return lines
