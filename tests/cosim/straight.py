#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""straight.py STAMP MACHINE... - straight code on the RTL: cycles an instruction, a line a machine and latency.

Dispatch takes 2 cycles, the port brings an instruction in 32 / AXI_BYTES, and half of the instruction buffer is asked
for in one latency; the slowest of the three is the bound. Exit 1 when code is more than a tenth slower.
"""
import json
import os
import subprocess
import sys
import tempfile

WORDS = 1600
LATENCIES = [10, 60, 200]
ANSWER = 14  # cycles of fetch and of the port, of a burst beside the memory's


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"straight: {' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def main():
    stamp, machines = sys.argv[1], sys.argv[2:]
    table = {m["name"]: m for m in json.loads(run(stamp, "machines", "--json"))["machines"]}
    bad = lines = 0
    with tempfile.TemporaryDirectory() as tmp:
        text, image = os.path.join(tmp, "p.s"), os.path.join(tmp, "p.stamp")
        for name in machines:
            with open(text, "w", encoding="ascii") as f:
                f.write(f".machine {name}\n.memory 0x20000\n.code_at 0x10000\n.code main\n" + "NOP\n" * WORDS + "HALT\n")
            run(stamp, "asm", text, "-o", image)
            m = table[name]
            for latency in LATENCIES:
                got = json.loads(run(stamp, "run", image, "--on", "rtl", "--latency", str(latency), "--json"))["cycles"]
                bound = max(2, 32 / m["AXI_BYTES"], (latency + ANSWER) / (m["IM_WORDS"] / 2))
                late = got > WORDS * bound * 1.1 + 2 * latency
                print(f"{name:12} {latency:5} {got / WORDS:7.2f} cycles an instruction, bound {bound:.2f}"
                      f"{': FAILED' if late else ''}")
                bad += late
                lines += 1
    print(f"straight: {lines} lines, {bad} too slow: {'FAILED' if bad or not lines else 'ok'}")
    return bad or not lines


if __name__ == "__main__":
    sys.exit(main())
