#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""estimates.py STAMP LIMIT MACHINE... - estimated cycles against those of the RTL, a table.

For each machine, the prefill and decoding of the shipped network, under memories of
several latencies (cycles) and bandwidths (part of the cycles). A line a machine and memory, errors in
percent, positive where the estimate is too high. Exit 1 when an error is above LIMIT percent.
"""
import json
import subprocess
import sys

MEMORIES = [(60, "1"), (10, "1"), (200, "1"), (500, "1"), (60, "0.5"), (60, "0.25"), (200, "0.25")]
PROMPT = "Once upon a time there was a little girl who liked to play"
MODEL = "traces/model/stamp-stories"


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"estimates: {' '.join(command)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def error(part):
    return 100.0 * (part["cycles_expected"] - part["cycles"]) / part["cycles"]


def main():
    stamp, limit, machines = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
    worst, lines = 0.0, 0
    print(f"{'machine':12} latency bandwidth  prefill  decode, error in %")
    for machine in machines:
        for latency, bandwidth in MEMORIES:
            memory = ["--machine", machine, "--latency", str(latency), "--bandwidth", bandwidth, "--json"]
            net = run(stamp, "generate", MODEL, "--on", "rtl", "-n", "3", "--prompt", PROMPT, *memory)
            errors = [error(net["prefill"]), error(net["decode"])]
            print(f"{machine:12} {latency:7} {bandwidth:>9}  {errors[0]:7.1f} {errors[1]:7.1f}", flush=True)
            worst = max(worst, *map(abs, errors))
            lines += 1
    bad = worst > limit
    print(f"estimates: {lines} lines, worst error {worst:.1f} %, limit {limit:g} %: {'FAILED' if bad else 'ok'}")
    return bad or not lines


if __name__ == "__main__":
    sys.exit(main())
