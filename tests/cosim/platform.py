#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The timed devices are the RTL: every figure of a command's JSON, on the clock (cycle), on the SystemC platform with the
clock (tlm) and with the RTL inside (tlm-rtl), equals that on the RTL, behind several memories; parts of the run, too.
   platform.py STAMP MACHINE..."""
import json
import os
import subprocess
import sys

MODEL = "traces/model/stamp-stories"
MEMORIES = ["", "--latency 7 --bandwidth 0.3", "--stall 0.15 --seed 3", "--memory lpddr5", "--memory hbm2 --clock 800"]
DEVICES = {"cycle": ["", "--phases"], "tlm": [""], "tlm-rtl": [""]}
HOST = ("seconds", "per_second", "peak_mb")  # of the host, not of the machine


def figures(value, path=""):
    """Every leaf of a JSON value by its path."""
    if isinstance(value, dict):
        return {k: v for name in value for k, v in figures(value[name], f"{path}/{name}").items()}
    if isinstance(value, list):
        return {k: v for i, item in enumerate(value) for k, v in figures(item, f"{path}/{i}").items()}
    return {path: value}


def run(stamp, device, words):
    done = subprocess.run([stamp, *words, "--on", device, "--json"], capture_output=True, text=True, check=False)
    if done.returncode:
        return {"/error": done.stderr.strip().splitlines()[-1:]}
    found = figures(json.loads(done.stdout))
    return {k: v for k, v in found.items() if not any(h in k for h in HOST) and k != "/on"}


def compare(rtl, other, what):
    """0 where all are equal and there are some."""
    wrong = [k for k in sorted(set(rtl) | set(other)) if rtl.get(k) != other.get(k)]
    if "/error" in rtl or not any(k.endswith("/events/cycles") for k in rtl):
        print(f"FAILED {what}: nothing to compare: {rtl.get('/error')}")
        return 1
    for k in wrong[:3]:
        print(f"FAILED {what}: {k}: RTL {rtl.get(k)}, here {other.get(k)}")
    return 1 if wrong else 0


def main():
    stamp, machines = sys.argv[1], sys.argv[2:]
    passed = failed = keys = 0
    for machine in machines:
        for memory in MEMORIES if machine == machines[0] else MEMORIES[2:4]:
            words = ["generate", MODEL, "--prompt", "Once upon", "-n", "2", "--machine", machine, *memory.split()]
            rtl = {more: run(stamp, "rtl", words + more.split()) for more in ("", "--phases")}
            for device, mores in DEVICES.items():
                for more in mores:
                    other = run(stamp, device, words + more.split())
                    bad = compare(rtl[more], other, f"{machine} {device} {memory} {more}")
                    failed, passed, keys = failed + bad, passed + 1 - bad, keys + len(other)
    print(f"platform: {keys} figures compared on {', '.join(machines)}")
    print(f"platform: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    if not os.path.exists(MODEL):
        sys.exit(f"platform: no {MODEL}")
    sys.exit(main())
