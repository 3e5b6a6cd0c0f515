#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""What schemes of quantization cost: energy of networks on the machine on a clock, and how good they are where there are weights.

  schemes.py MACH LIB [--only "NAME[;NAME]"] [-j N]

Prints tables in Markdown and writes build/energy/schemes-MACH-LIB.json. Needs build/stamp and costs of the library on the
machine. Shapes come from ../shared/data/configs and are left out, in words, where they are not there. Exit 0: done; 1: a
command failed; 2: called wrongly."""
import argparse
import concurrent.futures
import hashlib
import json
import os
import subprocess
import sys

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
DATA = os.path.join(ROOT, "..", "shared", "data")
B = os.environ.get("B", os.path.join(ROOT, "build"))
TEXT = os.path.join(ROOT, "traces", "model", "eval.txt")

NONE = ["--transform", "none"]
SCHEMES = { # name -> flags; STaMP: Haar along the tokens (over the patches of a picture), 64 rows of 8 bits
    "W8A8": ["--weight-bits", "8", "--act-bits", "8", *NONE],
    "W4A8": ["--act-bits", "8", *NONE],
    "W4A4": ["--high-rows", "0", *NONE],
    "W4A4, 64 rows of 8 bits": NONE,
    "STaMP": [],
    "STaMP, blocks of 64": ["--block", "64"],
}
FEW = ("W8A8", "W4A8", "W4A4, 64 rows of 8 bits", "STaMP") # of shapes; shorter ones have as large a part of 8-bit rows
LLMS = { # name -> flags of its files
    "shipped network": [os.path.join(ROOT, "traces", "model", "stamp-stories")],
    "stories260K": [os.path.join(DATA, "llm", "stories260K.bin"), "--tokenizer", os.path.join(DATA, "llm", "tok512.bin")],
}
# name -> config, layers, flags, 8-bit rows (the part that 64 are of 2048 tokens, or of the picture), evaluations a picture
# (0: it writes, a figure is of a token), grid of the transform
SHORT = { # on tiny
    "Llama-3.2-1B, 64 tokens": ("Llama-3.2-1B", 16, ["--tokens", "64"], 2, 0, None),
    "PixArt-Sigma, 8 x 8 patches": ("PixArt-Sigma-XL-2-1024-MS.transformer.partial", 28,
                                      ["--tokens", "120", "--grid", "8x8", "--sink", "off"], 1, 40, "8x8"),
    "SANA-600M, 8 x 8 patches": ("SANA_600M_1024px.transformer.config", 28, ["--tokens", "120", "--grid", "8x8", "--sink", "off"], 4, 40, "8x8"),
}
FULL = { # on the other machines
    "Llama-3.2-1B, 2048 tokens": ("Llama-3.2-1B", 16, ["--tokens", "2048"], 64, 0, None),
    "Llama-3.1-8B, 2048 tokens": ("Llama-3.1-8B", 32, ["--tokens", "2048"], 64, 0, None),
    "PixArt-Sigma, 64 x 64 patches": ("PixArt-Sigma-XL-2-1024-MS.transformer.partial", 28, ["--tokens", "120", "--sink", "off"], 64, 40, "64x64"),
    "SANA-1600M, 32 x 32 patches": ("SANA_1600M_1024px.transformer.config", 20, ["--tokens", "120", "--sink", "off"], 64, 40, "32x32"),
}
SHAPES = {**SHORT, **FULL}


# The machine has no array of bf16. Estimated from W8A8: its products as many times dearer as an FP16 multiplication with a sum
# in FP32 is than 8 bits with a sum of 32 (1.1 + 0.9 pJ, 0.2 + 0.1 pJ, 45 nm: M. Horowitz, ISSCC 2014), twice the bytes moved, no
# quantization; clock and the rest of W8A8. bf16 has 3 bits of mantissa less than FP16, so its multiplier takes less.
FLOAT, MOVED = (1.1 + 0.9) / (0.2 + 0.1), 2


class Failed(Exception):
    """What a command said, in one line."""


class Unfit(Failed):
    """A network or a scheme of it that the machine cannot run."""


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def run(words):
    """JSON of a command of the kit; what was run before by the same binary is taken as it was."""
    stamp = os.path.join(B, "stamp")
    key = hashlib.sha256(contents(stamp) + repr(words).encode()).hexdigest()[:24]
    kept = os.path.join(B, "energy", "cache", f"scheme-{key}.json")
    if os.path.exists(kept):
        return json.loads(contents(kept))
    done = subprocess.run([stamp, *words, "--json"], capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"stamp {words[0]}: exit {done.returncode}"])[-1]
        raise (Unfit if "do not fit machine" in said or "with heads of" in said else Failed)(said)
    os.makedirs(os.path.dirname(kept), exist_ok=True)
    with open(kept + ".part", "w", encoding="utf8") as file:
        file.write(done.stdout)
    os.replace(kept + ".part", kept)
    return json.loads(done.stdout)


# ---- Sums of energies --------------------------------------------------------------------------------------
def part(of):
    """What a row is made of: J by class, J, products of 4 x 4 bits used, cycles."""
    e = of["energy"]
    return {"j": e["total_j"], "macs": e["total_j"] / e["pj_per_mac"] * 1e12, "cycles": of["cycles"], **e["classes"]}


def beyond(one, two, layers):
    """A network of so many layers from runs of one and of two: each layer behind the first costs what the second does."""
    return {k: one[k] + (layers - 1) * (two[k] - one[k]) for k in one}


def floats(p):
    """The estimate of bf16 from W8A8's parts; of a product of W8A8 four of 4 x 4 bits make one of bf16."""
    made = {**p, "rows8": FLOAT * p["rows8"], "transfer": MOVED * p["transfer"], "quantize": 0.0}
    made["j"] = p["j"] + sum(made[k] - p[k] for k in ("rows8", "transfer", "quantize"))
    return made


def row(name, scheme, p, each, accuracy):
    """A line of results. each: mJ are of so many J of p."""
    share = {k: p[k] / p["j"] for k in p if k not in ("j", "macs", "cycles")}
    return {"network": name, "scheme": scheme, "mj": 1e3 * p["j"] * each, "pj_per_product": 1e12 * p["j"] / p["macs"],
            "cycles": p["cycles"], "shares": share, "accuracy": accuracy}


def estimate(name, scheme, p, each):
    """Beside W8A8."""
    return [row(name, "bf16, an estimate", floats(p), each, None)] if scheme == "W8A8" else []


# ---- Networks ----------------------------------------------------------------------------------------------
def text(name, scheme, options):
    """Prefill of the first document, tokens behind a prompt, perplexity over all documents."""
    files, flags = LLMS[name], SCHEMES[scheme]
    on = ["--on", "cycle", "--machine", options.mach, "--energy", options.lib]
    good = run(["eval", *files, "--text", TEXT, "--on", "net", *flags])
    first = run(["eval", *files, "--text", TEXT, "--docs", "1", *on, *flags])
    said = run(["generate", *files, "--prompt", "Once upon a time", "-n", "32", *on, *flags])
    found = row(name, scheme, part(first["prefill"]), 1 / first["prefill"]["tokens"],
                {"perplexity": good["ppl"], "f32": good["ppl_f32"]})
    found = {**found, "decode_mj": said["decode"]["mj_per_token"]}
    return [found] + estimate(name, scheme, part(first["prefill"]), 1 / first["prefill"]["tokens"])


def shape(name, scheme, options):
    """One layer and two, as many as the network has by them; energy of a token, or of a picture."""
    config, layers, flags, high, evaluations, grid = SHAPES[name]
    words = ["run", os.path.join(DATA, "configs", config + ".json"), *flags, *SCHEMES[scheme], "--high-rows", str(high),
             "--on", "cycle", "--machine", options.mach, "--energy", options.lib]
    if grid and "--transform" not in words:
        words += ["--transform", f"haar2d:{grid}"]
    one, two = (part(run([*words, "--layers", str(n)])) for n in (1, 2))
    whole = beyond(one, two, layers)
    return [row(name, scheme, whole, evaluations or 1 / int(flags[1]), None)] + estimate(
        name, scheme, whole, evaluations or 1 / int(flags[1]))


def jobs(options):
    only = options.only.split(";") if options.only else None
    for name, files in LLMS.items():
        if only and name not in only:
            continue
        if not os.path.exists(files[0]):
            print(f"SKIP: {name}: {os.path.relpath(files[0], ROOT)} is not there", file=sys.stderr)
            continue
        for scheme in SCHEMES:
            yield text, name, scheme
    for name, (config, *_) in SHAPES.items():
        if name not in (only or (SHORT if options.mach == "tiny" else FULL)):
            continue
        if not os.path.exists(os.path.join(DATA, "configs", config + ".json")):
            print(f"SKIP: {name}: its config is not in ../shared/data/configs", file=sys.stderr)
            continue
        for scheme in FEW:
            yield shape, name, scheme


# ---- Tables ------------------------------------------------------------------------------------------------
def percent(x):
    return f"{100 * x:.1f} %" if x else "-"


def table(rows):
    """Markdown; of each row beside W8A8 of its network, then what the transform, 8-bit rows and quantization take."""
    base = {r["network"]: r["mj"] for r in rows if r["scheme"] == "W8A8"}
    lines = ["| network | scheme | mJ | of W8A8 | pJ a product of 4 x 4 bits | rows of 8 bits | transform | quantization | clock | quality |",
             "|---|---|---|---|---|---|---|---|---|---|"]
    for r in rows:
        s, good = r["shares"], r["accuracy"]
        of = f"{r['mj'] / base[r['network']]:.3f}" if r["network"] in base else "-"
        lines.append(f"| {r['network']} | {r['scheme']} | {r['mj']:.4g}" + (f", decoding {r['decode_mj']:.4g}" if "decode_mj" in r else "")
                     + f" | {of} | {r['pj_per_product']:.4g} | {percent(s['rows8'])} | {percent(s['transform'])} | "
                     f"{percent(s['quantize'])} | {percent(s['clock'])} | " + (f"{good['perplexity']:.2f} |" if good else "|"))
    return lines


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip())
    parser.add_argument("mach")
    parser.add_argument("lib")
    parser.add_argument("--only", default="")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    options = parser.parse_args()
    unknown = [n for n in options.only.split(";") if n and n not in {**LLMS, **SHAPES}]
    if unknown or options.jobs < 1:
        print(f"error: no network '{unknown[0]}' ({', '.join({**LLMS, **SHAPES})})" if unknown else "error: jobs are 1 or more", file=sys.stderr)
        return 2
    rows = []
    try:
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            waiting = [pool.submit(what, name, scheme, options) for what, name, scheme in jobs(options)]
            try:
                for w in waiting:
                    try:
                        found = w.result()
                    except Unfit as fault:
                        print(f"SKIP: {fault}", file=sys.stderr, flush=True)
                        continue
                    for r in found:
                        rows.append(r)
                        print(f"{r['network']}, {r['scheme']}: {r['mj']:.4g} mJ", file=sys.stderr, flush=True)
            except Failed:
                pool.shutdown(cancel_futures=True)
                raise
    except Failed as fault:
        print(f"error: {fault}", file=sys.stderr)
        return 1
    path = os.path.join(B, "energy", f"schemes-{options.mach}-{options.lib}.json")
    with open(path + ".part", "w", encoding="utf8") as file:
        json.dump({"machine": options.mach, "library": options.lib, "rows": rows}, file, indent=1)
    os.replace(path + ".part", path)
    print("\n".join(table(rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
