# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""Memories of the machine as costs of events, where a foundry's macros are there: a read and a write by the tables at
their clock beyond a cycle without an access, such a cycle, and leakage. An event of a unit costs what its memories did
for it, by the mean of all workloads."""
import power # noqa: F401, first: it finds rtl/timing
from design import BadDesign

# Counters that a unit's memories are read and written by.
BY = {"vm": ("VM_READ", "VM_WRITE"), "xb": ("XB_READ", "XB_WRITE"), "wb": ("WB_READ", "WB_WRITE"), "cm": ("DRAIN_LINES", "LOAD_BYTES"),
      "mxu": ("AC_READ", "AC_WRITE"), "vxu": ("DIVIDES", "DIVIDES"), "queues": ("INSNS", "INSNS"), "fetch": ("INSNS", "INSNS")}


def known(found):
    """Are all memories' energies there? None where the machine has no memory."""
    rows = [m for r in found["units"] for m in r["memories"]]
    return all("pj" in m for m in rows) if rows else None


def beyond(memory, way):
    """pJ of all reads or writes, beyond cycles without."""
    return memory["pj"][way[:-1]] - memory["wide"] * memory[way] * memory["idle_pj"]


def fitted(rows, by):
    """[(event, charge, pJ)] of a unit's rows."""
    cycles = sum(r["cycles"] for r in rows)
    used = {}
    for way, event in zip(("reads", "writes"), by):
        n = sum(r["events"].get(event, 0) for r in rows)
        if n:
            used[event] = used.get(event, 0) + sum(beyond(m, way) for r in rows for m in r["memories"]) / n
    idle = sum(int(m["macros"].split()[0]) * m["idle_pj"] for m in rows[0]["memories"])
    leak = sum(m["pj"]["leakage"] for r in rows for m in r["memories"]) / cycles
    return [("CYCLES", "IDLE", idle), ("CYCLES", "LEAKAGE", leak)] + [(e, "SRAM", pj) for e, pj in used.items() if pj > 0]


def model(fit, row):
    """pJ that costs give for a row."""
    return sum(pj * (row["cycles"] if e == "CYCLES" else row["events"].get(e, 0)) for e, _, pj in fit)


def lines(unit, rows):
    """Rows of COST of a unit's memories and of their errors; a workload's from a fit to the others. Nothing without any."""
    if not any(r["memories"] for r in rows):
        return [], []
    if unit not in BY:
        raise BadDesign(f"memories of {unit}: no counters are known to read and write them (srams.py)")
    costs = [(unit + ".sram", e, charge, pj) for e, charge, pj in fitted(rows, BY[unit])]
    errors = []
    for r in rows if len(rows) > 1 else []:
        gate = sum(sum(m["pj"].values()) for m in r["memories"])
        miss = model(fitted([o for o in rows if o is not r], BY[unit]), r) / gate - 1
        errors.append({"unit": unit + ".sram", "workload": r["workload"], "gate_j": 1e-12 * gate,
                       "model_j": 1e-12 * gate * (1 + miss), "error": miss})
    return costs, errors
