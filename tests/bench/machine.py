#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Figures of the machine: how fast its RTL is simulated, and what a decoding step costs beside what its port could do.

  tests/bench/machine.py [MACHINE...]    needs build/stamp (B) and the machines' RTL; all that are built without names
  BEFORE=FOLDER                          another build (stamp and RTL), run in turn with this one: the ruler

Prints a line a figure; with BENCH_JSON appends an object a line to that file (tests/bench/figure.h has the form)."""
import json
import os
import resource
import statistics
import struct
import subprocess
import sys
import tempfile

B = os.environ.get("B", "build")
BEFORE = os.environ.get("BEFORE", "")
ROUNDS = 3


def figure(what, value, unit, ruler=None, of=0.0):
    line = f"{what:<44} {value:10.1f} {unit:<10}"
    print(line + (f" {value / of:6.2f} x {ruler} ({of:.1f})" if ruler else ""), flush=True)
    path = os.environ.get("BENCH_JSON")
    if path:
        more = {"ruler": ruler, "of": of} if ruler else {}
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps({"figure": what, "value": value, "unit": unit, **more}) + "\n")


def matrix(path, rows, cols, state):
    """Values in -1 .. 1, the same everywhere."""
    values = []
    for _ in range(rows * cols):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values.append((state >> 8) / 0x800000 - 1)
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {cols}), }}"
    head += " " * (63 - (10 + len(head)) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + struct.pack(f"<{len(values)}f", *values))


def run(folder, *args):
    """The command's JSON and the processor's seconds it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([os.path.join(folder, "stamp"), *args, "--json"], capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"bench: stamp {' '.join(args)}: {done.stderr.strip()}")
    return json.loads(done.stdout), after.ru_utime - before.ru_utime


def simulation(machine, folder):
    """Cycles of a layer's RTL a second of the processor; what the same command takes without the RTL is taken away."""
    with tempfile.TemporaryDirectory() as t:
        shape = (128, 256) if machine == "tiny" else (512, 1024)
        matrix(t + "/x.npy", *shape, 1)
        matrix(t + "/w.npy", shape[1], shape[1], 2)
        args = ["linear", t + "/x.npy", t + "/w.npy", "--machine", machine, "--on"]
        rates = {f: [] for f in folder}
        for _ in range(ROUNDS):
            for f in folder:
                result, seconds = run(f, *args, "rtl")
                rates[f].append(result["cycles"] / max(seconds - run(f, *args, "model")[1], 1e-3))
    return {f: statistics.median(r) for f, r in rates.items()}


def decoding():
    """Cycles of a token of the shipped model, as expected, and those in which the port brings what is written to WB:
    weights, and the operands of keys and values."""
    with_json, _ = run(B, "demo", "--on", "model", "--tokens", "256", "--decode", "16")
    table, _ = run(B, "machines")
    m = next(m for m in table["machines"] if m["name"] == "base")
    decode = with_json["decode"]
    brought = decode["events"]["wb_write"] * m["L"] * m["T"] / 2 / decode["tokens"]
    return decode["cycles_expected"] / decode["tokens"], brought / m["AXI_BYTES"]


def main():
    machines = sys.argv[1:] or [m for m in ("tiny", "base", "wide") if os.path.exists(f"{B}/stamp_rtl_{m}.so")]
    for m in machines:
        both = BEFORE and os.path.exists(f"{BEFORE}/stamp_rtl_{m}.so")
        own = f"{B}/plain" if os.path.exists(f"{B}/plain/stamp_rtl_{m}.so") else B # without assertions, where it is built
        rate = simulation(m, [own, BEFORE] if both else [own])
        figure(f"RTL of {m} simulated", 1e-3 * rate[own], "kHz of cpu", *(("BEFORE", 1e-3 * rate[BEFORE]) if both else ()))
    cycles, bound = decoding()
    figure("shipped model on base, a token decoded", 1e-3 * cycles, "kcycles", "what WB takes, through the port", 1e-3 * bound)


if __name__ == "__main__":
    main()
