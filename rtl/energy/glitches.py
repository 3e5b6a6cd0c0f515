# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""The share of glitches: what a replay with delays has beyond one without, of the same record."""
import icarus

KINDS = ("", "_active", "_idle")


def split(row):
    """Changes and pJ of all cycles, of active ones, of idle ones."""
    active, idle = row["active_cycles"], row["cycles"] - row["active_cycles"]
    return {"": (row["toggles"], row["pj"]["total"]),
            "_active": (row["active_toggles"], (row["pj_per_active_cycle"] or 0.0) * active),
            "_idle": (row["toggles"] - row["active_toggles"], (row["pj_per_idle_cycle"] or 0.0) * idle)}


def share(quiet, timed):
    return round((timed - quiet) / timed, 6) if timed else 0.0


def shares(quiet, timed):
    """glitch_share, glitch_share_active, glitch_share_idle: of changes and of energy (clock pins and leakage in it). `quiet`:
    the row without delays; both are of the same cycles."""
    without, with_delays = split(quiet), split(timed)
    found = {"toggles_without_delays": quiet["toggles"]}
    for kind in KINDS:
        toggles, pj = (share(a, b) for a, b in zip(without[kind], with_delays[kind]))
        found["glitch_share" + kind] = {"toggles": toggles, "pj": pj}
    return found


def second(unit, simulation, name, path, window, row):
    """What Icarus counts beside the kit's replay, and how many nets count otherwise where the replay calls changes off by
    Icarus's rule."""
    seen, same = simulation.run(name, path, window), unit.by_net(name, path, window, how="stale")
    differ = {n: (same.get(n, 0), seen.get(n, 0)) for n in same.keys() | seen.keys() if same.get(n, 0) != seen.get(n, 0)}
    return {"toggles_icarus": sum(seen.values()), "toggles_icarus_rule": sum(same.values()), "nets_differ": len(differ),
            "most_differ": sorted(([n, *pair] for n, pair in differ.items()), key=lambda d: -abs(d[1] - d[2]))[:8],
            "icarus_of_replay": round(sum(seen.values()) / row["toggles"], 6) if row["toggles"] else None}



def percent(x):
    return f"{x:.2%}"


def table(rows):
    """A line of each unit and workload: shares, then what Icarus says."""
    lines = ["", f"share of glitches: of changes; of energy{'':<11} {'all':>8} {'active':>8} {'idle':>8}  {'all':>8} {'active':>8} {'idle':>8}"]
    for r in rows:
        cells = [[percent(r["glitch_share" + k][of]) for k in KINDS] for of in ("toggles", "pj")]
        lines.append(f"{r['unit']:<24} {r['workload']:<24} " + "  ".join(" ".join(f"{c:>8}" for c in side) for side in cells))
    seen = [r for r in rows if "toggles_icarus" in r]
    if seen:
        lines += ["", f"{'changes a cycle':<37} {'no delays':>10} {'replay':>10} {'Icarus':>10} {'Icarus more':>11} "
                  f"{'its rule':>10} {'nets differ':>11}"]
    for r in seen:
        n = r["cycles"]
        lines.append(f"{r['unit']:<12} {r['workload']:<24} " + " ".join(
            f"{r[k] / n:>10.3f}" for k in ("toggles_without_delays", "toggles", "toggles_icarus"))
            + f" {percent(r['icarus_of_replay'] - 1) if r['icarus_of_replay'] else '-':>11} {r['toggles_icarus_rule'] / n:>10.3f} {r['nets_differ']:>11}")
    return lines
