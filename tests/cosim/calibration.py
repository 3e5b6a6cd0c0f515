#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The calibration table: the timed machine (model/clock) against the RTL, programs drawn and compiled, of every family, on every
machine, behind plain memories, random stalls and DRAMs. Cycles and all counters; one that differs fails.
   calibration.py BUILD TABLE.md [DRAWN] [MACHINE...]    writes the table; DRAWN programs of each kind a machine (180)"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

MEMORIES = ["", "lpddr4", "lpddr5", "ddr5", "hbm3"]  # "": 60 cycles of latency, a beat in every cycle
DECODER = {"hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 2, "num_attention_heads": 4,
           "num_key_value_heads": 2, "head_dim": 64, "vocab_size": 256, "max_position_embeddings": 512,
           "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": True,
           "torch_dtype": "bfloat16"}
FAMILIES = {"Llama": ("llama", "LlamaForCausalLM"), "Qwen2.5": ("qwen2", "Qwen2ForCausalLM"),
            "Qwen3": ("qwen3", "Qwen3ForCausalLM")}


def programs(stamp, machine, folder):
    """(family, file, entry) of what the machine can hold; what it cannot is said."""
    made = []

    def add(family, model, more, entries):
        name = os.path.join(folder, f"{machine}-{re.sub('[^A-Za-z0-9]', '', family)}.stamp")
        done = subprocess.run([stamp, "compile", model, *more.split(), "--machine", machine, "-o", name],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"SKIP: {family} on {machine}: {done.stderr.strip().splitlines()[-1]}")
            return
        made.extend((family, name, entry) for entry in entries)

    for family, (kind, architecture) in FAMILIES.items():
        config = os.path.join(folder, f"{kind}.json")
        with open(config, "w", encoding="utf-8") as f:
            json.dump({**DECODER, "model_type": kind, "architectures": [architecture]}, f)
        add(family, f"random:{config}", "--tokens 24 --decode 40", ["main", "step", "recode"])
    add("shipped Llama", "traces/model/stamp-stories", "--tokens 20 --decode 40", ["main", "step", "recode"])
    vit = os.path.join(folder, "vit")
    subprocess.run(["tests/compiler/deit.py", "make", vit, "24", "1", "3", "4", "12", "10", "5"], check=True,
                   capture_output=True)
    add("ViT", vit, "--tokens 1", ["main"])
    add("PixArt", "traces/paint/pixart", "--tokens 8 --grid 4x4", ["main"])
    add("SANA", "traces/paint/sana", "--tokens 8 --grid 4x4", ["main"])
    return made


class Row:
    """A line of the table."""

    def __init__(self):
        self.cases = self.cycles = self.failed = 0
        self.plain = self.off = None  # cycles behind the plain memory; the compiler's estimate less these

    def run(self, words):
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        end = re.search(r"(\d+) passed, (\d+) failed\s*$", done.stdout)
        if not end:
            print(f"FAILED {' '.join(words)}: {(done.stdout + done.stderr)[-300:]}")
            self.failed += 1
            return
        self.cases += int(end[1]) + int(end[2])
        self.failed += int(end[2]) or (1 if done.returncode else 0)
        estimate = re.search(r"estimate (\d+) of (\d+)", done.stdout)
        if estimate:
            self.plain, self.off = int(estimate[2]), int(estimate[1]) - int(estimate[2])
        self.cycles += sum(int(n) for n in re.findall(r": (\d+) cycles,", done.stdout))
        if int(end[2]):
            print(done.stdout[-800:])


def measure(build, machine, drawn, folder):
    """Rows by (machine, what, memory)."""
    rows = {}
    tool = os.path.join(build, "calibrate")
    row = rows[machine, "drawn, instructions and whole programs", "drawn: latency, rates, stalls; DRAMs"] = Row()
    row.run([tool, machine, "--seed", "1000", "--short", str(drawn), "--rand", str(drawn)])
    made = programs(os.path.join(build, "stamp"), machine, folder)
    for n, (family, file, entry) in enumerate(made):
        what = f"{family}: {entry}"
        print(f"{machine}: {what}, {n + 1} of {len(made)}", flush=True)
        for memory in MEMORIES:
            row = rows.setdefault((machine, what, ", ".join(m or "plain" for m in MEMORIES)), Row())
            row.run([tool, machine, "--image", file, "--entry", entry, *(["--memory", memory] if memory else [])])
        row.run([tool, machine, "--image", file, "--entry", entry, "--seed", str(7 + n)])
    return rows


def main():
    build, table = sys.argv[1:3]
    drawn = int(sys.argv[3]) if len(sys.argv) > 3 else 180
    machines = sys.argv[4:] or ["tiny", "base", "wide"]
    began, rows = time.time(), {}
    with tempfile.TemporaryDirectory() as folder:
        for machine in machines:
            rows.update(measure(build, machine, drawn, folder))
    cases, cycles = sum(r.cases for r in rows.values()), sum(r.cycles for r in rows.values())
    failed = sum(r.failed for r in rows.values())
    lines = ["# Calibration: the timed machine against the RTL", "",
             "Printed by `make calibration`. A case is a program on both, behind the same memory; compared are cycles and all",
             "34 counters. Programs compiled run behind every memory named and one with random stalls. `plain` is a latency of 60",
             "cycles and a beat in every cycle: what the RTL takes there, and the compiler's estimate less that.", "",
             "| machine | programs | memories | cases | cycles | cases that differ | plain: cycles | estimate off by |",
             "|---|---|---|---|---|---|---|---|"]
    for (machine, what, memory), r in rows.items():
        lines.append(f"| {machine} | {what} | {memory} | {r.cases} | {r.cycles} | {r.failed} | "
                     + ("| |" if r.plain is None else f"{r.plain} | {r.off} |"))
    lines += [f"| all | | | {cases} | {cycles} | {failed} | | "
              f"{max(abs(r.off or 0) for r in rows.values())} |", "", "Worst difference of a cycle or a counter: "
              + ("0." if not failed else "not 0, see what was printed.")]
    if not failed and cases:
        with open(table + ".new", "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")
        os.replace(table + ".new", table)
    print(f"calibration: {cycles} cycles, {int(time.time() - began)} s")
    print(f"calibration: {cases - failed} passed, {failed} failed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
