#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small vision transformer of random weights and pictures, written without the kit.

    vit_sample.py        into the working directory: small/ (config.json, model.safetensors), a.png, b.png

Sizes: SIZES below. Sixteen patches and the class token are 17 rows."""
import json
import os
import random
import struct
import zlib

SIZES = {"dim": 16, "heads": 2, "blocks": 2, "hidden": 32, "patch": 4, "side": 16, "classes": 7}


def shapes():
    d, h, p, c = (SIZES[k] for k in ("dim", "hidden", "patch", "classes"))
    out = {"cls_token": [1, 1, d], "pos_embed": [1, (SIZES["side"] // p) ** 2 + 1, d],
           "patch_embed.proj.weight": [d, 3, p, p], "patch_embed.proj.bias": [d], "norm.weight": [d], "norm.bias": [d],
           "head.weight": [c, d], "head.bias": [c]}
    for i in range(SIZES["blocks"]):
        for name, rows, cols in (("attn.qkv", 3 * d, d), ("attn.proj", d, d), ("mlp.fc1", h, d), ("mlp.fc2", d, h)):
            out["blocks.%d.%s.weight" % (i, name)] = [rows, cols]
            out["blocks.%d.%s.bias" % (i, name)] = [rows]
        for name in ("norm1", "norm2"):
            out["blocks.%d.%s.weight" % (i, name)] = out["blocks.%d.%s.bias" % (i, name)] = [d]
    return out


def png(path, wide, high, pixel):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(v for x in range(wide) for v in pixel(x, y)) for y in range(high))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)) +
                chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def main():
    draw = random.Random(5)
    header, data = {}, b""
    for name, shape in shapes().items():
        count = 1
        for n in shape:
            count *= n
        base = 1.0 if "norm" in name and name.endswith("weight") else 0.0
        part = struct.pack("<%df" % count, *(base + draw.uniform(-0.5, 0.5) for _ in range(count)))
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    os.makedirs("small", exist_ok=True)
    with open("small/model.safetensors", "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)
    with open("small/config.json", "w", encoding="utf8") as f:
        json.dump({"architecture": "vit_sample", "num_classes": SIZES["classes"], "model_args": {"num_heads": SIZES["heads"]},
                   "pretrained_cfg": {"input_size": [3, SIZES["side"], SIZES["side"]], "crop_pct": 1.0}}, f)
    png("a.png", 24, 20, lambda x, y: (10 * x, 12 * y, 5 * (x + y)))
    png("b.png", 20, 24, lambda x, y: (255 - 10 * x, x * y % 256, 100 if (x // 4 + y // 4) % 2 else 200))


if __name__ == "__main__":
    main()
