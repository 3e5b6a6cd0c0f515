# SPDX-License-Identifier: Apache-2.0
"""Part of manual.py: paint and compare of networks that paint, on the shipped model. The classifier, the sheet and the
SQNR of pictures are computed here, from the PNG files; the rest are figures of paint against those of compare."""
import json
import math
import os
import struct
import zlib

KIT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
MODEL, JUDGE = os.path.join(KIT, "traces/paint/sana"), os.path.join(KIT, "traces/paint/classifier")
PROMPTS = ["fox on red", "small house on yellow"]
SHORT = ["--steps", "1", "--guidance", "1", "--judge", JUDGE]
GIVEN = [w for p in PROMPTS for w in ("--prompt", p)] + SHORT

# As in manual.py. The first seed of compare is what paint paints; the second has numbers that follow.
RUNS = {
    "paints": ["compare", MODEL, "--prompts", "prompts", "--seeds", "2", "--sheet", "sheet.png", "--high-rows", "48"] + SHORT,
    "paint f32": ["paint", MODEL, "-o", "f32.png"] + GIVEN + GIVEN,
    "paint 4": ["paint", MODEL, "-o", "4.png", "--on", "net", "--transform", "none", "--high-rows", "0"] + GIVEN + GIVEN,
    "paint rows": ["paint", MODEL, "-o", "rows.png", "--on", "net", "--transform", "none", "--high-rows", "48"] + GIVEN + GIVEN,
    "paint stamp": ["paint", MODEL, "-o", "stamp.png", "--on", "net", "--high-rows", "48"] + GIVEN + GIVEN,
    "paint block": ["paint", MODEL, "--on", "net", "--transform", "haar", "--high-rows", "48", "--block", "64"] + GIVEN + GIVEN,
    "paint model": ["paint", MODEL, "-o", "model.png", "--on", "model", "--high-rows", "48", "--prompt", PROMPTS[0], "--phases"] + SHORT,
    "paint all": ["paint", MODEL, "-o", "all.png", "--on", "all", "--machine", "tiny", "--high-rows", "48", "--grid", "4x4", "--prompt", "", "--steps", "1"],
    "paint two": ["paint", MODEL, "--grid", "2x2", "--prompt", "", "--steps", "3", "-o", "two.png"],
    "info sana": ["info", MODEL],
}
ROWS = {"paint 4": "W4A4", "paint rows": "W4A4, 48 rows of 8 bits", "paint stamp": "W4A4, haar2d, 48 rows",
        "paint block": "W4A4, haar, 48 rows, blocks of 64"}
PLACES = {
    "prompts": ([("paints", "prompts")], "prompts", None),
    "seeds": ([("paints", "seeds")], "pictures of each", None),
    "seed": ([("paints", "seed")], "first noise", None),
    "guidance": ([("paints", "guidance")], "guidance", ("paints", r"guidance ([\d.]+)", 1)),
    "steps": ([("paints", "steps"), ("paint f32", "steps")], "sampler", ("paints", r"(\d+) steps", 1)),
    "evaluations": ([("paint two", "evaluations")], "twice a step", ("paint two", r"(\d+) evaluations", 1)),
    "picture_db": ([("paints", "rows.*.picture_db")], "dB", ("paints", r"W4A8 +\S+ +\S+ +([\d.]+)", 1)),
    "objects_named": ([("paint 4", "objects_named"), ("paints", "rows.*.objects_named")], "stand-in for Image Reward",
                      ("paint 4", r"asked: object (\d+)", 1)),
    "prompts_named": ([("paint 4", "prompts_named"), ("paints", "rows.*.prompts_named")], "stand-in for Image Reward",
                      ("paint 4", r"and background (\d+)", 1)),
    "judge": ([("paints", "judge")], "folder", ("paints", r"judged by (\S+):", None)),
    "judge_is": ([("paints", "judge_is")], "Image Reward", ("paints", r"stands in for Image Reward", None)),
    "on": ([("paints", "on"), ("paint f32", "on")], "Device", ("paints", r"on (net)", None)),
    "outputs_compared": ([("paint all", "outputs_compared"), ("paint f32", "outputs_compared")], "predictions", None),
    "text_macs": ([("info sana", "text_macs")], "row of text", ("info sana", r"and (\d+) a row", 1)),
}
MORE = {"tokens": [("paints", "tokens"), ("paint f32", "tokens")], "macs": [("info sana", "macs")], "pictures": [("paints", "pictures"), ("paint f32", "pictures")],
        "sqnr_db": [("paints", "rows.*.sqnr_db"), ("paint 4", "sqnr_db")], "score": [("paints", "rows.*.score"), ("paint 4", "score")],
        "avg_act_bits": [("paints", "rows.*.avg_act_bits")], "cycles": [("paint model", "cycles"), ("paint all", "cycles")],
        "utilization": [("paint all", "utilization")], "checked": [("paint all", "checked"), ("paint 4", "checked")],
        "mismatches": [("paint all", "mismatches"), ("paint 4", "mismatches")]}
NEED_RTL = {"paint all"}


def make():
    with open("prompts", "w", encoding="utf8") as f:
        f.write("".join(p + "\n" for p in PROMPTS))


def png(name):
    """Width, height and pixels of an 8-bit RGB file whose rows are filtered by Up or not at all."""
    with open(name, "rb") as f:
        data = f.read()
    wide, high = struct.unpack(">II", data[16:24])
    at, body = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body += data[at + 8:at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    raw, rows, above = zlib.decompress(body), [], bytes(3 * wide)
    for y in range(high):
        line = raw[y * (3 * wide + 1):(y + 1) * (3 * wide + 1)]
        assert line[0] in (0, 2)
        above = bytes((a + b) % 256 for a, b in zip(line[1:], above)) if line[0] else line[1:]
        rows.append(above)
    return wide, high, rows


def cut(picture, column, row, side, scale=1, margin=2):
    """The picture at a place of a sheet; enlarged pixels must be of one colour."""
    _, _, rows = picture
    x0, y0 = margin + column * (side * scale + margin), margin + row * (side * scale + margin)
    big = [rows[y0 + y][3 * x0:3 * (x0 + side * scale)] for y in range(side * scale)]
    small = [b"".join(line[3 * scale * x:3 * scale * x + 3] for x in range(side)) for line in big[::scale]]
    assert big == [b"".join(line[3 * x:3 * x + 3] * scale for x in range(side)) for line in small for _ in range(scale)]
    return small


# ---- The classifier again: judge.h in double ---------------------------------------------------------------------
def weights():
    with open(os.path.join(JUDGE, "model.safetensors"), "rb") as f:
        data = f.read()
    size = struct.unpack("<Q", data[:8])[0]
    out = {}
    for name, t in json.loads(data[8:8 + size]).items():
        if name == "__metadata__":
            continue
        a, b = (8 + size + o for o in t["data_offsets"])
        raw = data[a:b]
        out[name] = list(struct.unpack("<%d%s" % (len(raw) // (4 if t["dtype"] == "F32" else 2), "f" if t["dtype"] == "F32" else "e"), raw))
    return out


def log_softmax(w, head, x):
    n = len(w[head + ".bias"])
    y = [w[head + ".bias"][k] + sum(a * b for a, b in zip(x, w[head + ".weight"][k * len(x):(k + 1) * len(x)])) for k in range(n)]
    top = max(y)
    total = math.log(sum(math.exp(v - top) for v in y)) + top
    return [v - total for v in y]


def judged(w, names, rows, prompt):
    """Whether object and background are as asked, and ln p of both."""
    side, cin = len(rows), 3
    x = [[[rows[y][3 * i + c] / 127.5 - 1 for i in range(side)] for y in range(side)] for c in range(3)]
    for layer, cout in (("conv1", 16), ("conv2", 32), ("conv3", 64)):
        k, bias, half_side = w[layer + ".weight"], w[layer + ".bias"], side // 2
        y = [[[bias[o]] * half_side for _ in range(half_side)] for o in range(cout)]
        for o in range(cout):
            for c in range(cin):
                for dy in range(3):
                    for dx in range(3):
                        v = k[((o * cin + c) * 3 + dy) * 3 + dx]
                        for r in range(half_side):
                            if 0 <= 2 * r + dy - 1 < side:
                                line, to = x[c][2 * r + dy - 1], y[o][r]
                                for i in range(half_side):
                                    if 0 <= 2 * i + dx - 1 < side:
                                        to[i] += v * line[2 * i + dx - 1]
        x = [[[max(0.0, v) for v in line] for line in plane] for plane in y]
        side, cin = half_side, cout
    flat = [v for plane in x for line in plane for v in line]
    thing, ground = prompt.replace("small ", "").split(" on ")
    o, b = log_softmax(w, "objects", flat), log_softmax(w, "backgrounds", flat)
    io, ib = names["objects"].index(thing), names["backgrounds"].index(ground)
    good = o[io] == max(o)
    return good, good and b[ib] == max(b), o[io] + b[ib]


def look(out, per_cycle, check, close):
    c, rows = out["paints"], {r["name"]: r for r in out["paints"]["rows"]}
    pictures = 2 * len(PROMPTS)
    check("compare of prompts: what was asked", (c["prompts"], c["seeds"], c["seed"], c["pictures"], c["steps"], c["guidance"], c["tokens"]) ==
          (PROMPTS, 2, 1, pictures, 1, 1, 256), c)
    check("compare of prompts: rows", len(rows) == len(c["rows"]) == 15 and [r["avg_act_bits"] for r in c["rows"]] ==
          [32] + 2 * ([8, 4] + 5 * [4 + 4 * 48 / 256]), list(rows))
    check("f32 has no SQNR", (rows["f32"]["sqnr_db"], rows["f32"]["picture_db"], rows["f32"]["transform"]) == (None, None, None))
    for name, row in ROWS.items():
        p, r = out[name], rows[row]
        close("sqnr_db of %s, one step" % row, r["sqnr_db"], p["sqnr_db"], 1e-8)
        check("what is named under " + row, [r[k] for k in ("objects_named", "prompts_named")] == [p[k] for k in ("objects_named", "prompts_named")])
        close("score of " + row, r["score"], p["score"], 1e-8)
    p = out["paint f32"]
    check("f32 as painted", all(rows["f32"][k] == p[k] for k in ("objects_named", "prompts_named", "score")) and
          (p["evaluations"], p["pictures"], p["sqnr_db"]) == (pictures, pictures, None), p)
    files = {"f32": "f32.png", **{ROWS["paint " + n]: n + ".png" for n in ("4", "rows", "stamp")}}
    sheet = png("sheet.png")
    check("size of the sheet", sheet[:2] == (2 + 4 * 130, 2 + len(PROMPTS) * 130), sheet[:2])
    shown = {row: [cut(png(f), i, 0, 32) for i in range(pictures)] for row, f in files.items()}
    for column, row in enumerate(files):
        check("the sheet shows what is painted: " + row, [cut(sheet, column, i, 32, 4) for i in range(len(PROMPTS))] == shown[row][:len(PROMPTS)])
    for row in list(files)[1:]:
        values = [[v / 127.5 - 1 for i in range(pictures) for line in shown[k][i] for v in line] for k in ("f32", row)]
        db = 10 * math.log10(sum(a * a for a in values[0]) / sum((a - b) ** 2 for a, b in zip(*values)))
        check("picture_db is near that of the pictures, which are limited to what a pixel holds: " + row, -0.5 < db - rows[row]["picture_db"] < 3, (db, rows[row]["picture_db"]))
    apart = [r["sqnr_db"] - r["picture_db"] for r in c["rows"][1:]]  # one step: the latent is noise less the prediction
    check("one step: latents are off by what predictions are", max(apart) - min(apart) < 1e-5, apart)
    w, names = weights(), json.load(open(os.path.join(JUDGE, "config.json"), encoding="utf8"))
    said = [judged(w, names, shown["W4A4"][i], PROMPTS[i % 2]) for i in range(pictures)]
    close("score by a second classifier", rows["W4A4"]["score"], sum(s[2] for s in said) / pictures, 1e-4)
    check("named by a second classifier", (rows["W4A4"]["objects_named"], rows["W4A4"]["prompts_named"]) ==
          (sum(s[0] for s in said), sum(s[1] for s in said)), said)
    m = out["paint model"]
    check("evaluations a step, without and with guidance", (m["evaluations"], out["paint two"]["evaluations"]) == (1, 6) and m["cycles"] == m["network"]["cycles_expected"], m["evaluations"])
    check("macs of a row of text", out["info sana"]["text_macs"] == 64 * 128 + 128 * 128 + 6 * 2 * 128 * 128)
    if "paint all" in out:
        a = out["paint all"]
        check("every number of both predictions", (a["outputs_compared"], a["mismatches"]) == (2 * 16 * 12, 0) and a["checked"] > 10000, a["checked"])
        close("utilization of paint", a["utilization"], a["network"]["products"] / (per_cycle["tiny"] * a["cycles"]), 1e-8)
