# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""The results of a run: JSON, table, verdict against the targets, comparison with the figures that are kept."""
import json
import os

import tables

KEPT = os.path.join(os.path.dirname(__file__), "figures.json")
COMPARED = ("area_um2", "period_ns", "levels")


def write(path, value):
    """Whole or not at all."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(part, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=1)
            file.write("\n")
        os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.remove(part)


def number(value, form):
    return "-" if value is None else format(value, form)


def table(results):
    """The lines of the table."""
    rows = results["units"] + ([results["whole"]] if results["whole"] else [])
    lines = [f"{'unit':<16}{'times':>6}{'cells':>9}{'um2':>11}{'GE':>10}{'FF':>8}{'ns':>8}{'levels':>7}{'wires':>8}"
             f"{'border':>8}  from -> to"]
    for r in rows:
        name = "  " * (r["depth"] - 1) + r["unit"]
        lines.append(f"{name:<16}{r['instances']:>6}{r['cells']:>9}{r['area_um2']:>11.0f}{r['gate_equivalents']:>10.0f}"
                     f"{r['flip_flops']:>8}{number(r['period_ns'], '.3f'):>8}{number(r['levels'], 'd'):>7}"
                     f"{number(r['wire_period_ns'], '.3f'):>8}{number(r['border_slack_ns'], '.3f'):>8}"
                     f"  {r['from'] or '-'} -> {r['to'] or '-'}")
    return lines


def clock(period):
    return "no path" if period is None else f"{1000 / period:.0f} MHz"


def verdict(results):
    """(line, met) of every target. Without `whole`, of the units that were run."""
    said, period, whole = [], results["target_ns"], results["whole"]
    for r in [whole] if whole else results["units"][:1]:
        if r["period_ns"] is not None:
            said.append((f"{r['unit']}: {clock(r['period_ns'])}, target {clock(period)}", r["period_ns"] <= period))
            said.append((f"{r['unit']}: {r['levels']} levels, target {tables.LEVELS}", r["levels"] <= tables.LEVELS))
    deep = [r for r in results["units"] if r["levels"] is not None and r["levels"] > tables.LEVELS]
    if whole and deep:
        said.append((f"units over {tables.LEVELS} levels: " + ", ".join(f"{r['unit']} {r['levels']}" for r in deep), False))
    array = next((r for r in results["units"] if r["unit"] == "array"), None)
    if array:
        each = array["gate_equivalents"] / results["macs"]
        said.append((f"array: {each:.0f} GE a MAC, target {tables.ARRAY_GE_MAC}", each <= tables.ARRAY_GE_MAC))
    if whole and array:
        each = whole["gate_equivalents"] / results["macs"]
        share = array["gate_equivalents"] / whole["gate_equivalents"]
        said.append((f"whole: {each:.0f} GE a MAC, target {tables.WHOLE_GE_MAC}", each <= tables.WHOLE_GE_MAC))
        said.append((f"array: {share:.0%} of logic, target {tables.ARRAY_SHARE:.0%}", share >= tables.ARRAY_SHARE))
    return said


def kept(path=KEPT):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as e:
        raise SystemExit(f"error: {path}: {e}") from None


def figures(results):
    """What is kept of a run."""
    rows = results["units"] + ([results["whole"]] if results["whole"] else [])
    return {r["unit"]: {n: r[n] for n in COMPARED} for r in rows}


def worse(now, before, all_of_it):
    """A line for each figure that is worse than what was kept. A unit that is missing counts where all are there."""
    more = {"area_um2": (1 + tables.AREA_MORE, 0), "period_ns": (1 + tables.PERIOD_MORE, 0), "levels": (1, tables.LEVELS_MORE)}
    said = []
    for unit, figure in before.items():
        if unit not in now:
            said += [f"{unit}: was kept, is not there"] if all_of_it else []
            continue
        for name, (times, plus) in more.items():
            old, new = figure.get(name), now[unit].get(name)
            if old is not None and (new is None or new > old * times + plus):
                said.append(f"{unit}: {name} {number(new, '.4g')}, kept is {old:.4g}")
    return said
