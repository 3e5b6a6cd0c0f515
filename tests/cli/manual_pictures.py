# SPDX-License-Identifier: Apache-2.0
"""classify and graph for manual.py: a vision transformer and pictures of no origin, and what their figures must be."""
import os
import re
import struct
import subprocess
import zlib


def figures(out, per_cycle, check, close):
    """Two pictures of one network; twelve classes, of which names has seven."""
    one, net, ref = out["classify"], out["classify net"], out["classify f32"]
    check("images by file", [i["file"] for i in one["images"]] == ["one.png", "two.png"] and ref["images"][0]["file"] == "two.png")
    for what, run_of in (("all", one), ("net", net), ("f32", ref)):
        for image in run_of["images"]:
            scores, ids = [t["score"] for t in image["top"]], [t["index"] for t in image["top"]]
            check("top of " + what, len(set(ids)) == 5 and max(ids) < 12 and scores == sorted(scores, reverse=True) and
                  0.2 < sum(scores) < 1, image)
    check("labels", all(t["label"] == ("name %d" % t["index"] if t["index"] < 7 else str(t["index"]))
                        for i in one["images"] for t in i["top"]))
    check("one network, whatever runs it", [[(t["index"], t["score"]) for t in i["top"]] for i in one["images"]] ==
          [[(t["index"], t["score"]) for t in i["top"]] for i in net["images"]] and one["sqnr_db"] == net["sqnr_db"])
    check("f32 has no SQNR and compares nothing", ref["sqnr_db"] is None and (ref["checked"], ref["logits_compared"]) == (0, 0))
    last = [t for t in net["tensors"] if t["name"] == "logits"]
    check("sqnr_db is that of the tensor of logits", len(last) == 1 and abs(last[0]["sqnr_db"] - one["sqnr_db"]) < 0.01, last)
    check("every logit of both pictures", (one["logits_compared"], one["mismatches"]) == (24, 0) and one["checked"] > 10000)
    n = one["network"]
    check("cycles and words are the network's", (one["cycles"], one["checked"]) == (n["cycles"], n["checked"]) and n["runs"] == 2)
    close("utilization of classify", one["utilization"], n["products"] / (per_cycle["tiny"] * one["cycles"]), 1e-8)
    g, d, h = out["graph"], 16, 64
    block = 4 * d + (3 * d * d + 3 * d) + (d * d + d) + (h * d + h) + (d * h + d)  # norms, qkv, proj, fc1, fc2
    rest = (3 * 16 * d + d) + d + 10 * d + 2 * d + (12 * d + 12)  # patches, class, positions, norm, head
    check("parameters of graph", g["parameters"] == 2 * block + rest, (g["parameters"], 2 * block + rest))
    check("nodes of graph", g["nodes"] == len(re.findall(r"^ *\S+ = [A-Z]+ ", g["graph"], re.M)) and g["family"] == "ViT")


def make(kit):
    deit = os.path.join(kit, "tests/compiler/deit.py")
    subprocess.run([deit, "make", "vit", "16", "2", "2", "4", "12", "12", "3"], check=True)
    for name, wide, step in (("one.png", 12, 7), ("two.png", 20, 11)):
        rows = b"".join(b"\0" + bytes((y * y * step + 5 * x) % 256 for x in range(wide)) for y in range(14))
        parts = [(b"IHDR", struct.pack(">IIBBBBB", wide, 14, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
        with open(name, "wb") as f:
            f.write(b"\x89PNG\r\n\x1a\n" + b"".join(
                struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in parts))
    with open("names", "w", encoding="utf8") as f:
        f.write("".join("name %d\n" % i for i in range(7)))
