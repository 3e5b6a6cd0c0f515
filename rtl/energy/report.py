# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""The table `make energy` prints."""
import glitches


def number(x, form=".3f"):
    return "-" if x is None else format(x, form)


def table(found):
    """Lines of text."""
    lines = [f"{found['machine']} on {found['library']}, {found['supply_v']:g} V, {found['period_ns']:g} ns. pJ a cycle; "
             "active: a flip-flop changes. No wires, no clock tree, "
             f"glitches {found['glitches']}.", "",
             f"{'unit':<12} {'workload':<12} {'cycles':>8} {'active':>7} {'total':>9} {'switch':>8} {'internal':>8} "
             f"{'clock':>8} {'leak':>8} {'active pJ':>9} {'idle pJ':>8} {'togg/net':>8}"]
    for r in found["units"]:
        n = r["cycles"]
        parts = [number(r["pj"][p] / n) for p in ("switching", "internal", "clock", "leakage")]
        lines.append(f"{r['unit']:<12} {r['workload']:<12} {n:>8} {r['active_cycles'] / n:>7.1%} {r['pj_per_cycle']:>9.3f} "
                     + " ".join(f"{p:>8}" for p in parts) + f" {number(r['pj_per_active_cycle']):>9} "
                     f"{number(r['pj_per_idle_cycle']):>8} {r['toggles_per_net_cycle']:>8.4f}")
    if found["units"] and "glitch_share" in found["units"][0]:
        lines += glitches.table(found["units"])
    lines.append("")
    for r in found["units"]:
        if r["memories"]:
            lines.append(f"{r['unit']} on {r['workload']}: {len(r['memories'])} memories, "
                         f"{sum(m['reads'] for m in r['memories'])} reads, {sum(m['writes'] for m in r['memories'])} writes, "
                         + ("their energy is not known" if r["memories_pj"] is None else
                            f"{r['memories_pj'] / r['cycles']:.3f} pJ a cycle more"))
    for r in found["units"]:
        lines.append(f"{r['unit']} on {r['workload']}: {r['compared']} cycles compared, every output bit equal"
                     + (f" but for {len(r['never_one'])} tied to 1, whose registers the machine did not load" if r["never_one"] else "") + "; "
                     f"{r['toggles_without_table']} changes without a table; most in "
                     + ", ".join(f"{m['path']} {m['pj'] / r['cycles']:.3f}" for m in r["modules"][:4]))
    return lines
