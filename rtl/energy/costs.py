# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""costs.def from fits: what a run of the kit is charged, a library and a machine a block; and what the fits miss on
workloads that they did not see, unit by unit and for their sum."""
import os
import re

import srams

CORNERS = {"asap7": "TT, 25 C", "ihp": "typical, 25 C", "sky130": "TT, 25 C"}
DEF = "model/energy/costs.def"
HEAD = """/* SPDX-License-Identifier: Apache-2.0 */
/* costs.def - pJ of events by unit of the machine, from its gates; printed by make energy FIT=1 (rtl/energy/costs.py).
 *
 *   LIBRARY(name, machine, costs, "corner", volt, MHz, memories, "left out", error of units: mean, worst, of their sum:
 *           mean, worst)                               memories: 1 the machine's are in the costs ("vm.sram"), 0 they are not
 *   COST(library, machine, "unit", event, charge, pJ)      the costs of a library stand behind it; charge: energy.c
 *
 * Errors are shares, on workloads that the fit did not see.
 */
#ifndef LIBRARY
#define LIBRARY(name, machine, costs, corner, volt, mhz, memories, left_out, unit_mean, unit_worst, run_mean, run_worst)
#endif
#ifndef COST
#define COST(library, machine, unit, event, charge, pj)
#endif
"""
TAIL = "\n#undef LIBRARY\n#undef COST\n"

# What an event or activity of a unit is charged to; in a memory all is the memory's.
MEMORIES = ("cm", "wb", "xb", "vm")
CHARGE = {"MAC_ISSUED": "PRODUCTS", "MAC_USED": "PRODUCTS", "DRAIN_LINES": "DRAIN", "AC_READ": "DRAIN", "AC_WRITE": "DRAIN",
          "VX_LINES": "LINES", "DIVIDES": "QUANTIZE", "FN_LINES": "FUNCTIONS", "VM_READ": "SRAM", "VM_WRITE": "SRAM",
          "XB_READ": "SRAM", "XB_WRITE": "SRAM", "WB_READ": "SRAM", "WB_WRITE": "SRAM", "PB_READ": "SRAM", "PB_WRITE": "SRAM",
          "WB_LIVE": "PRODUCTS", "XB_LIVE": "PRODUCTS", "WB_MOVED": "PRODUCTS", "VM_LIVE": "LINES", "VM_WRITE_LIVE": "LINES", "DRAIN_LIVE": "DRAIN", "LOAD_BYTES": "TRANSFER", "STORE_BYTES": "TRANSFER", "FETCH_BYTES": "CONTROL", "INSNS": "CONTROL"}


def outermost(paths):
    """Of units inside each other, the outer ones: a unit's gates hold all that is below it."""
    return [p for p in paths if not any(q != p and p.startswith(q + ".") for q in paths)]


def rates(rows):
    """pJ a cycle of clock pins and of leakage, over all cycles of a unit's rows."""
    cycles = sum(r["cycles"] for r in rows)
    return [sum(r["pj"][k] for r in rows) / cycles for k in ("clock", "leakage")]


def lines(found, fits):
    """Rows of COST, and a row of errors (unit, workload, gate J, model J, error)."""
    out, errors = [], []
    for path in outermost(list(fits["units"])):
        fit, rows = fits["units"][path], [r for r in found["units"] if r["path"] == path]
        clock, leak = rates(rows)
        fixed = fit["pj_per_cycle"]
        clock = min(clock, max(fixed - leak, 0.0)) # what switches with every cycle may lie below: events then carry it
        unit = re.sub(r"\bi_", "", path)
        for charge, pj in (("CLOCK", clock), ("LEAKAGE", leak), ("IDLE", max(fixed - clock - leak, 0.0))):
            out.append((unit, "CYCLES", charge, pj))
        out += [(unit, e, "SRAM" if unit in MEMORIES else CHARGE[e], pj) for e, pj in fit["pj"].items() if pj]
        for r in rows:
            if r["workload"] in fit["unseen_total"]:
                gate = 1e-12 * r["pj"]["total"]
                miss = fit["unseen_total"][r["workload"]]
                errors.append({"unit": unit, "workload": r["workload"], "gate_j": gate, "model_j": gate * (1 + miss), "error": miss})
        if srams.known(found):
            more, missed = srams.lines(unit, rows)
            out, errors = out + more, errors + missed
    for name in sorted({e["workload"] for e in errors}):
        of = [e for e in errors if e["workload"] == name]
        gate, model = sum(e["gate_j"] for e in of), sum(e["model_j"] for e in of)
        errors.append({"unit": "all", "workload": name, "gate_j": gate, "model_j": model, "error": model / gate - 1})
    return out, errors


def spread(errors):
    """Mean and worst, without signs."""
    sizes = [abs(e["error"]) for e in errors]
    return sum(sizes) / len(sizes), max(sizes)


def left_out(found, fits):
    """In words, with the events that no fit could cost."""
    rare = sorted({e for p in outermost(list(fits["units"])) for e in fits["units"][p].get("too_rare", ())})
    return fits["left_out"] + ("" if srams.known(found) else ", memories of the machine") + (", too rare to be fitted: " + " ".join(rare) if rare else "")


def block(found, fits):
    costs, errors = lines(found, fits)
    lib, mach = found["library"], found["machine"]
    unit, run = (spread([e for e in errors if (e["unit"] == "all") == whole]) for whole in (False, True))
    text = [f'LIBRARY({lib}, {mach}, {len(costs)}, "{CORNERS.get(lib, "as the file says")}", {found["supply_v"]:g}, '
            f'{1000 / found["period_ns"]:g}, {int(bool(srams.known(found)))}, "{left_out(found, fits)}", {unit[0]:.4f}, {unit[1]:.4f}, {run[0]:.4f}, {run[1]:.4f})']
    text += [f'COST({lib}, {mach}, "{u}", {e}, {c}, {pj:.6g})' for u, e, c, pj in costs]
    return "\n".join(text) + "\n", errors


def write(found, fits, path=DEF):
    """The block of this library and machine into costs.def, the others as they stand. Returns the errors."""
    text, errors = block(found, fits)
    old = ""
    if os.path.exists(path):
        with open(path, encoding="utf8") as f:
            old = f.read()
    kept = [b for b in re.findall(r"^LIBRARY\(.*(?:\nCOST\(.*)*\n", old, re.M)
            if not b.startswith(f'LIBRARY({found["library"]}, {found["machine"]},')]
    blocks = sorted(kept + [text])
    with open(path + ".new", "w", encoding="utf8") as f:
        f.write(HEAD + "\n" + "\n".join(blocks) + TAIL)
    os.replace(path + ".new", path)
    return errors


def known_errors(library, machine, path=DEF):
    """Mean and worst of units, then of their sum, as costs.def has them; None without a block."""
    with open(path, encoding="utf8") as f:
        line = re.search(rf"^LIBRARY\({library}, {machine}, .*, ([\d.]+), ([\d.]+), ([\d.]+), ([\d.]+)\)$", f.read(), re.M)
    return [float(x) for x in line.groups()] if line else None


def worse(found, fits, path=DEF):
    """What misses more than costs.def says, by half a percent and more: lines, none where all is well; and the errors."""
    _, errors = block(found, fits)
    known = known_errors(found["library"], found["machine"], path)
    if known is None:
        return [f"{path} has no costs of {found['library']} on {found['machine']}"], errors
    seen = [x for whole in (False, True) for x in spread([e for e in errors if (e["unit"] == "all") == whole])]
    names = ("units, mean", "units, worst", "their sum, mean", "their sum, worst")
    return [f"{n}: {s:.2%} off, {path} says {k:.2%}" for n, s, k in zip(names, seen, known) if s > k + 0.005], errors


def table(errors):
    """What the fits miss on workloads they did not see."""
    out = [f"{'unit':<16} {'workload':<12} {'gates, nJ':>12} {'model, nJ':>12} {'error':>8}"]
    return out + [f"{e['unit']:<16} {e['workload']:<12} {1e9 * e['gate_j']:>12.4f} {1e9 * e['model_j']:>12.4f} {e['error']:>8.2%}"
                  for e in errors]
