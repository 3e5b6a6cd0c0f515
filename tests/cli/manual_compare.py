#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Part of manual.py: what info and compare say of a network that takes pictures, computed here from its file's sizes
and from what capture writes."""
import math

import vit_sample

# As in manual.py: what is run; keys, where they stand, unit, text; further places of keys that stand there.
RUNS = {"pictures": ["compare", "small", "a.png", "b.png", "--weight-bits", "f32"], "info small": ["info", "small"]}
PLACES = {
    "pictures": ([("pictures", "pictures")], "pictures", ("pictures", r"(\d+) pictures", 1)),
    "agree": ([("pictures", "rows.*.agree")], "first class", ("pictures", r"Wf32A8 +(\d+) of", 1)),
    "linear_layers": ([("pictures", "linear_layers"), ("info small", "linear_layers")], "Linear layers",
                      ("pictures", r"(\d+) linear layers", 1)),
    "parameters": ([("info small", "parameters")], "Numbers", ("info small", r"weights +(\d+):", 1)),
    "linear_sqnr_db": ([("pictures", "rows.*.linear_sqnr_db")], "dB", ("pictures", r"Wf32A8 +\d+ of \d+ +\S+ +([\d.]+)", 1)),
    "linear_mean_db": ([("pictures", "rows.*.linear_mean_db")], "dB", ("pictures", r"Wf32A8 +\d+ of \d+ +\S+ +\S+ +([\d.]+)", 1)),
}
MORE = {"avg_act_bits": [("pictures", "rows.*.avg_act_bits")], "macs": [("info small", "macs")],
        "sqnr_db": [("pictures", "rows.*.sqnr_db")]}


def make():
    vit_sample.main()


def quantized(row, steps):
    """A row under the asymmetric quantizer of numerics.md, section 6."""
    lo, hi = min(0.0, *row), max(0.0, *row)
    mantissa, exponent = math.frexp((hi - lo) / steps)
    scale = math.ldexp(math.ceil(mantissa * 256), exponent - 8)  # up, to 8 significant bits
    zero = round(-lo / scale)
    return [(min(max(round(v / scale) + zero, 0), steps) - zero) * scale for v in row]


def look(out, npy, check, close, run):
    """Rows without transform of the table, from the captured input and weight of every layer of both pictures."""
    c, i, z = out["pictures"], out["info small"], vit_sample.SIZES
    names = ["blocks.%d.%s" % (b, n) for b in range(z["blocks"]) for n in "q k v o fc1 fc2".split()]
    numbers = sum(math.prod(s) for s in vit_sample.shapes().values())
    grid = z["side"] // z["patch"]
    check("info: sizes of the checkpoint", (i["dim"], i["heads"], i["blocks"], i["classes"], i["patch"], i["tokens"], i["parameters"],
          i["grid"], i["linear_layers"]) == (z["dim"], z["heads"], z["blocks"], z["classes"], z["patch"], grid ** 2 + 1, numbers,
          {"height": grid, "width": grid}, len(names) + 2), i)
    rows = {r["name"]: r for r in c["rows"]}
    check("compare: pictures and layers", (c["pictures"], c["linear_layers"], len(rows)) == (2, len(names), 14), c)
    plans = {"Wf32A4": [15] * (grid ** 2 + 1), "Wf32A4, 5 rows of 8 bits": [255] * 5 + [15] * (grid ** 2 - 4)}
    sums = {p: [0.0, 0.0, 0.0, 0] for p in plans}
    macs = 0
    for file in ("a.png", "b.png"):
        part = {p: [0.0, 0.0] for p in plans}
        for name in names:
            run(["capture", "small", file, "--layer", name, "-o", "vx.npy", "--weight", "vw.npy"])
            (s, d, x), (n, _, w) = npy("vx.npy"), npy("vw.npy")
            macs += s * d * n
            for p, steps in plans.items():
                for t in range(s):
                    row = x[t * d:(t + 1) * d]
                    diff = [a - b for a, b in zip(row, quantized(row, steps[t]))]
                    for k in range(n):
                        weight = w[k * d:(k + 1) * d]
                        part[p][0] += sum(a * b for a, b in zip(row, weight)) ** 2
                        part[p][1] += sum(a * b for a, b in zip(diff, weight)) ** 2
                if name[-2:] in (".q", ".k"):
                    continue
                sums[p][0] += part[p][0]
                sums[p][1] += part[p][1]
                sums[p][2] += 10 * math.log10(part[p][0] / part[p][1])
                sums[p][3] += 1
                part[p] = [0.0, 0.0]
    for p, (signal, noise, db, count) in sums.items():
        close("compare: linear_sqnr_db of " + p, rows[p]["linear_sqnr_db"], 10 * math.log10(signal / noise), 1e-4)
        close("compare: linear_mean_db of " + p, rows[p]["linear_mean_db"], db / count, 1e-4)
        close("compare: bits of " + p, rows[p]["avg_act_bits"], sum(4 if s == 15 else 8 for s in plans[p]) / len(plans[p]), 1e-8)
    ends = grid ** 2 * 3 * z["patch"] ** 2 * z["dim"] + z["dim"] * z["classes"]
    check("info: macs", i["macs"] == macs // 2 + ends, (i["macs"], macs // 2 + ends))
