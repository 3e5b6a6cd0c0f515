#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Published shapes on the machine with a clock: cycles, use, bytes, and what the transform costs.

    shapes.py STAMP CONFIGS OUT [-j N] [--only TEXT] [--machines base,wide] [--memories lpddr5,hbm3]
              [--tokens 512]

Every model of MODELS whose config lies in CONFIGS runs prefill (or an evaluation, of image models)
without weights, behind each memory, with the Haar transform and without at equal bits. One and two
layers are run; a network of n layers takes the cycles (products, bytes) of one plus n - 1 times the
difference: exact behind a memory without state, within the jitter of refresh behind a DRAM. A case
ends in OUT/CASE.json and is not run again by the same stamp; OUT/shapes.md is the table.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import subprocess
import sys

LLAMA = "num_hidden_layers"
# config, the key of its depth, (tokens, rows of text counted as tokens of --tokens)
MODELS = [
    ("Llama-3.2-1B", LLAMA, (512, 2048)),
    ("Llama-3.1-8B", LLAMA, (512, 2048)),
    ("Qwen2.5-7B", LLAMA, (512, 2048)),
    ("Qwen3-4B", LLAMA, (512, 2048)),
    ("PixArt-Sigma-XL-2-1024-MS.transformer.partial", "num_layers", (120,)),
    ("SANA_1600M_1024px.transformer.config", "num_layers", (120,)),
]
CLOCK_MHZ = 1250


def figures(run):
    """What is added up over layers."""
    return {
        "cycles": run["cycles"],
        "products": run["products"],
        "mac_issued": run["events"]["mac_issued"],
        "bytes": sum(run["bytes"].values()),
        "array": run["events"]["mxu_active"],
    }


def run_case(stamp, stamp_id, config, out, case):
    """One run, from OUT when the same stamp made it before. Returns the JSON of stamp run."""
    name, tokens, layers, machine, memory, transform = case
    label = f"{name.split('.transformer')[0]}-{tokens}-{layers}-{machine}-{memory}-{transform}"
    path = os.path.join(out, label + ".json")
    try:
        with open(path, encoding="utf-8") as f:
            kept = json.load(f)
        if kept.get("stamp") == stamp_id:
            return kept["run"]
    except (OSError, ValueError):
        pass
    command = [stamp, "run", os.path.join(config, name + ".json"), "--tokens", str(tokens), "--layers", str(layers),
               "--machine", machine, "--memory", memory, "--on", "cycle", "--transform", transform, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"shapes: {label}: {done.stderr.strip() or 'failed'}")
    run = json.loads(done.stdout)
    with open(path + ".new", "w", encoding="utf-8") as f:
        json.dump({"stamp": stamp_id, "command": command[1:], "run": run}, f)
    os.replace(path + ".new", path)
    print(f"{label}: {run['cycles']} cycles, {run['seconds']:.0f} s", file=sys.stderr, flush=True)
    return run


def whole(one, two, depth):
    """Figures of DEPTH layers from those of one and of two."""
    a, b = figures(one), figures(two)
    return {key: a[key] + (depth - 1) * (b[key] - a[key]) for key in a}


def row(name, tokens, machine, memory, with_haar, without):
    """A line of the table."""
    use = with_haar["products"] / (with_haar["mac_issued"] / with_haar["array"] * with_haar["cycles"])
    cost = with_haar["cycles"] / without["cycles"] - 1
    return (f"| {name} | {tokens} | {machine} | {memory} | {with_haar['cycles']:,} | "
            f"{with_haar['cycles'] / CLOCK_MHZ / 1e3:,.1f} | {100 * use:.1f} % | "
            f"{with_haar['bytes'] / 1e9:.2f} | {100 * cost:+.2f} % |").replace(",", " ")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("stamp")
    p.add_argument("configs")
    p.add_argument("out")
    p.add_argument("-j", type=int, default=1)
    p.add_argument("--only", default="")
    p.add_argument("--machines", default="")
    p.add_argument("--memories", default="")
    p.add_argument("--tokens", type=int, help="of language models, this length alone")
    a = p.parse_args()
    machines, memories = a.machines or "base,wide", a.memories or "lpddr5,hbm3"
    if not os.path.isdir(a.configs):
        print(f"SKIP: no configurations in {a.configs}")
        return
    os.makedirs(a.out, exist_ok=True)
    with open(a.stamp, "rb") as f:
        stamp_id = hashlib.sha256(f.read()).hexdigest()[:16]
    groups = []
    for name, key, lengths in MODELS:
        if a.only not in name:
            continue
        with open(os.path.join(a.configs, name + ".json"), encoding="utf-8") as f:
            depth = json.load(f)[key]
        groups += [(name, depth, t, m, mem) for t in lengths
                   if not a.tokens or t == a.tokens
                   for m in machines.split(",") for mem in memories.split(",")]
    lines = []
    with concurrent.futures.ThreadPoolExecutor(a.j) as pool:
        def case(g, layers, transform):
            return pool.submit(run_case, a.stamp, stamp_id, a.configs, a.out,
                               (g[0], g[2], layers, g[3], g[4], transform))
        jobs = [(g, [case(g, n, t) for t in ("haar", "none") for n in (1, 2)]) for g in groups]
        for g, futures in jobs:
            h1, h2, n1, n2 = (f.result() for f in futures)
            lines.append(row(g[0].split(".transformer")[0], g[2], g[3], g[4],
                             whole(h1, h2, g[1]), whole(n1, n2, g[1])))
    head = ("| model | tokens | machine | memory | cycles | ms at 1.25 GHz | use of the array | GB | cost of the transform |\n"
            "|---|---|---|---|---|---|---|---|---|\n")
    with open(os.path.join(a.out, "shapes.md"), "w", encoding="utf-8") as f:
        f.write(head + "\n".join(lines) + "\n")
    print(head + "\n".join(lines))


main()
