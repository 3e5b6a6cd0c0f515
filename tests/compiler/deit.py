#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The vision transformer of ViT and DeiT, timm's names, in binary64 with NumPy only: an oracle.

    deit.py WEIGHTS PLANES.npy [erf|tanh [HEADS [OUT.npz]]]   top 5 of a prepared picture
    deit.py make FOLDER DIM DEPTH HEADS PATCH IMAGE CLASSES SEED   a network of no origin, with config.json
    deit.py                                                   self-test, stamp classify, DeiT-tiny

WEIGHTS: .npz or .safetensors. PLANES: [3][H][W], as build/picture writes. OUT gets all tensors.
STAMP_PICTURE: that program (default build/picture), beside it stamp. As a module: load, forward,
make_random. Skipped, exit 77, without numpy, which make does not need.

A network is, with x of [tokens][dim] (a class token, then the patches row by row):

    x = concat(cls_token, patches patch_embed^T) + pos_embed
    x = x + proj(attention(norm1 x)),  x = x + fc2(gelu(fc1(norm2 x)))     in each block
    logits = head(norm(x)[class token])

Norms have mean and variance of the row and 1e-6; attention is softmax(q k^T / sqrt(head_dim)) v over
all tokens; qkv has rows of q, then k, then v, each head by head. gelu(v) is v (1 + erf(v / sqrt 2)) / 2,
or v (1 + tanh(sqrt(2 / pi) (v + 0.044715 v^3))) / 2.
"""
import json
import math
import os
import random
import struct
import subprocess
import sys
import tempfile
import zlib

sys.dont_write_bytecode = True
import other_python  # noqa: E402

MAKE = __name__ == "__main__" and sys.argv[1:2] == ["make"]
try:
    import numpy as np
except ImportError:
    np = None
if np is None and not MAKE:
    other_python.without("numpy", "deit")

EPS = 1e-6
SHARED = os.path.join(os.environ.get("STAMP_SHARED", "../shared"), "data")
WEIGHTS = os.path.join(SHARED, "vision", "deit_tiny_patch16_224_f32.npz")
erf = np and np.vectorize(math.erf, otypes=[np.float64])


# ---- Weights -----------------------------------------------------------------------------------
def read_safetensors(path):
    with open(path, "rb") as f:
        size = struct.unpack("<Q", f.read(8))[0]
        head, data = json.loads(f.read(size)), f.read()
    found = {}
    for name, t in head.items():
        if name == "__metadata__":
            continue
        begin, end = t["data_offsets"]
        raw = data[begin:end]
        if t["dtype"] == "BF16":
            a = (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32)
        else:
            a = np.frombuffer(raw, {"F32": "<f4", "F16": "<f2", "F64": "<f8"}[t["dtype"]])
        found[name] = a.reshape(t["shape"]).astype(np.float64)
    return found


def load(path):
    """name -> array of binary64."""
    if path.endswith(".npz"):
        with np.load(path) as z:
            return {name: z[name].astype(np.float64) for name in z.files}
    return read_safetensors(path)


def shape_of(weights):
    """dim, depth, patch, and tokens of a network."""
    dim, _, patch, _ = weights["patch_embed.proj.weight"].shape
    depth = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("blocks."))
    return dim, depth, patch, weights["pos_embed"].shape[1]


# ---- The network -------------------------------------------------------------------------------
def gelu_erf(v):
    return 0.5 * v * (1 + erf(v / math.sqrt(2)))


def gelu_tanh(v):
    return 0.5 * v * (1 + np.tanh(math.sqrt(2 / math.pi) * (v + 0.044715 * v ** 3)))


GELU = {"erf": gelu_erf, "tanh": gelu_tanh}


def norm(x, gain, bias):
    d = x - x.mean(-1, keepdims=True)
    return d / np.sqrt((d * d).mean(-1, keepdims=True) + EPS) * gain + bias


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def patches_of(picture, patch):
    """[3][H][W] to [patches][3 * patch * patch], rows of patches in turn, channels in a patch too."""
    c, height, width = picture.shape
    cut = picture.reshape(c, height // patch, patch, width // patch, patch)
    return cut.transpose(1, 3, 0, 2, 4).reshape(-1, c * patch * patch)


def forward(weights, picture, gelu="tanh", heads=None):
    """All tensors by name, binary64; "logits" are the last. heads: of 64 elements unless told."""
    w, seen = weights, {}
    dim, depth, patch, tokens = shape_of(w)
    heads = heads or dim // 64

    def keep(name, value):
        seen[name] = value
        return value

    def linear(x, name):
        matrix = w[name + ".weight"]
        return x @ matrix.reshape(matrix.shape[0], -1).T + w[name + ".bias"]

    cut = keep("patches", patches_of(np.asarray(picture, np.float64), patch))
    embed = keep("patch_embed", linear(cut, "patch_embed.proj"))
    x = keep("embed", np.concatenate([w["cls_token"][0], embed]) + w["pos_embed"][0])
    assert x.shape == (tokens, dim), (x.shape, tokens, dim)
    for n in range(depth):
        at = "blocks.%d." % n
        h = keep(at + "norm1", norm(x, w[at + "norm1.weight"], w[at + "norm1.bias"]))
        qkv = keep(at + "attn.qkv", linear(h, at + "attn.qkv"))
        q, k, v = qkv.reshape(tokens, 3, heads, dim // heads).transpose(1, 2, 0, 3)
        scores = keep(at + "attn.scores", q @ k.transpose(0, 2, 1) / math.sqrt(dim // heads))
        p = keep(at + "attn.softmax", softmax(scores))
        mixed = keep(at + "attn.mixed", (p @ v).transpose(1, 0, 2).reshape(tokens, dim))
        x = keep(at + "attn", x + keep(at + "attn.proj", linear(mixed, at + "attn.proj")))
        h = keep(at + "norm2", norm(x, w[at + "norm2.weight"], w[at + "norm2.bias"]))
        h = keep(at + "mlp.fc1", linear(h, at + "mlp.fc1"))
        h = keep(at + "mlp.gelu", GELU[gelu](h))
        x = keep(at + "mlp", x + keep(at + "mlp.fc2", linear(h, at + "mlp.fc2")))
    x = keep("norm", norm(x, w["norm.weight"], w["norm.bias"]))
    keep("logits", linear(x[0], "head"))
    return seen


# ---- A network of no origin --------------------------------------------------------------------
def tensors_of(dim, depth, patch, image, classes, hidden):
    """(name, shape, how it is drawn) in timm's order: a spread, or "gain"."""
    tokens = (image // patch) ** 2 + 1
    yield "cls_token", (1, 1, dim), 0.5
    yield "pos_embed", (1, tokens, dim), 0.5
    yield "patch_embed.proj.weight", (dim, 3, patch, patch), 1 / math.sqrt(3 * patch * patch)
    yield "patch_embed.proj.bias", (dim,), 0.1
    for n in range(depth):
        at = "blocks.%d." % n
        yield at + "norm1.weight", (dim,), "gain"
        yield at + "norm1.bias", (dim,), 0.1
        yield at + "attn.qkv.weight", (3 * dim, dim), 1.5 / math.sqrt(dim)
        yield at + "attn.qkv.bias", (3 * dim,), 0.1
        yield at + "attn.proj.weight", (dim, dim), 1 / math.sqrt(dim)
        yield at + "attn.proj.bias", (dim,), 0.1
        yield at + "norm2.weight", (dim,), "gain"
        yield at + "norm2.bias", (dim,), 0.1
        yield at + "mlp.fc1.weight", (hidden, dim), 1 / math.sqrt(dim)
        yield at + "mlp.fc1.bias", (hidden,), 0.1
        yield at + "mlp.fc2.weight", (dim, hidden), 1 / math.sqrt(hidden)
        yield at + "mlp.fc2.bias", (dim,), 0.1
    yield "norm.weight", (dim,), "gain"
    yield "norm.bias", (dim,), 0.1
    yield "head.weight", (classes, dim), 1 / math.sqrt(dim)
    yield "head.bias", (classes,), 0.1


def make_random(path, dim, depth, heads, patch, image, classes, seed, hidden=None):
    """Write a network as safetensors, F32; hidden is 4 dim unless told. The file has no word of heads:
    they must divide dim. Needs the standard library only, and gives the same bytes everywhere."""
    assert dim % heads == 0 and image % patch == 0
    rng, head, parts, at = random.Random(seed), {}, [], 0
    for name, shape, how in tensors_of(dim, depth, patch, image, classes, hidden or 4 * dim):
        count = math.prod(shape)
        # Sums of uniform numbers: near normal, and without libm, whose last bits differ.
        draws = [sum(rng.random() for _ in range(4)) - 2 for _ in range(count)]
        values = [1 + 0.2 * v if how == "gain" else how * 1.75 * v for v in draws]
        data = struct.pack("<%df" % count, *values)
        head[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, at + len(data)]}
        parts.append(data)
        at += len(data)
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


def make_folder(folder, dim, depth, heads, patch, image, classes, seed):
    """The same in a folder with config.json, which tells the heads."""
    os.makedirs(folder, exist_ok=True)
    make_random(os.path.join(folder, "model.safetensors"), dim, depth, heads, patch, image, classes, seed)
    with open(os.path.join(folder, "config.json"), "w", encoding="utf8") as f:
        json.dump({"architecture": "vit_random", "num_classes": classes, "num_features": dim, "global_pool": "token",
                   "model_args": {"num_heads": heads, "depth": depth, "patch_size": patch, "img_size": image},
                   "pretrained_cfg": {"input_size": [3, image, image], "crop_pct": 0.9, "interpolation": "bicubic",
                                      "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}}, f)


# ---- By hand -----------------------------------------------------------------------------------
def one_by_one(weights, picture, heads):
    """The logits once more, element by element, from the sentences above: no array operation."""
    w = {name: a.tolist() for name, a in weights.items()}
    dim, depth, patch, tokens = shape_of(weights)
    side, size = picture.shape[1] // patch, dim // heads

    def linear(v, name):
        return [math.fsum(a * b for a, b in zip(row, v)) + bias
                for row, bias in zip(w[name + ".weight"], w[name + ".bias"])]

    def normed(v, name):
        mean = math.fsum(v) / dim
        root = math.sqrt(math.fsum((a - mean) ** 2 for a in v) / dim + EPS)
        return [(a - mean) / root * g + b
                for a, g, b in zip(v, w[name + ".weight"], w[name + ".bias"])]

    x = [list(w["cls_token"][0][0])]
    for t in range(side * side):
        x.append([math.fsum(w["patch_embed.proj.weight"][d][c][i][j]
                            * float(picture[c][t // side * patch + i][t % side * patch + j])
                            for c in range(3) for i in range(patch) for j in range(patch))
                  + w["patch_embed.proj.bias"][d] for d in range(dim)])
    x = [[a + b for a, b in zip(v, p)] for v, p in zip(x, w["pos_embed"][0])]
    for n in range(depth):
        at = "blocks.%d." % n
        qkv = [linear(normed(v, at + "norm1"), at + "attn.qkv") for v in x]
        mixed = [[0.0] * dim for _ in range(tokens)]
        for h in range(heads):
            q, k, v = ([row[i * dim + h * size:i * dim + (h + 1) * size] for row in qkv]
                       for i in range(3))
            for t in range(tokens):
                e = [math.exp(math.fsum(a * b for a, b in zip(q[t], k[u])) / math.sqrt(size))
                     for u in range(tokens)]
                for d in range(size):
                    mixed[t][h * size + d] = math.fsum(e[u] * v[u][d] for u in range(tokens)) \
                        / math.fsum(e)
        x = [[a + b for a, b in zip(v, linear(m, at + "attn.proj"))] for v, m in zip(x, mixed)]
        for t in range(tokens):
            h = linear(normed(x[t], at + "norm2"), at + "mlp.fc1")
            h = [a * (1 + math.erf(a / math.sqrt(2))) / 2 for a in h]
            x[t] = [a + b for a, b in zip(x[t], linear(h, at + "mlp.fc2"))]
    return linear(normed(x[0], "norm"), "head")


def self_test():
    """The array form against the element form, and what a file keeps."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "small.safetensors")
        make_random(path, 24, 2, 3, 4, 12, 10, 5)
        with open(path, "rb") as f:
            first = f.read()
        make_random(path, 24, 2, 3, 4, 12, 10, 5)
        with open(path, "rb") as f:
            assert f.read() == first, "two files of one seed differ"
        weights = load(path)
    picture = np.random.default_rng(1).standard_normal((3, 12, 12)).astype(np.float32)
    got = forward(weights, picture, "erf", 3)["logits"]
    want = one_by_one(weights, picture, 3)
    worst = max(abs(a - b) for a, b in zip(got, want))
    print("self-test: largest difference of %d logits %.1e" % (len(want), worst))
    return worst < 1e-12 and len(want) == 10


# ---- stamp classify ----------------------------------------------------------------------------
def prepared(png):
    program = os.path.abspath(os.environ.get("STAMP_PICTURE", "build/picture"))
    data = subprocess.run([program, png], capture_output=True, check=True).stdout
    return np.frombuffer(data, "<f4").reshape(3, 224, 224)


def classified(network, png, logits):
    """Whether stamp classify, in f32 and with the erf of the checkpoints, finds these classes and scores."""
    stamp = os.path.join(os.path.dirname(os.path.abspath(os.environ.get("STAMP_PICTURE", "build/picture"))), "stamp")
    said = subprocess.run([stamp, "classify", network, png, "--json"], capture_output=True, check=True).stdout
    found, p = json.loads(said)["images"][0]["top"], softmax(logits)
    order = np.argsort(-logits)[:5]
    worst = max(abs(t["score"] - p[i]) for t, i in zip(found, order))
    print("stamp classify %s: classes %s, largest difference of a score %.1e" % (
        os.path.basename(png), [t["index"] for t in found], worst))
    return [t["index"] for t in found] == list(order) and worst < 2e-5


def write_png(path, width, height, rng):
    rows = b"".join(b"\0" + rng.integers(0, 256, 3 * width, dtype=np.uint8).tobytes() for _ in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def random_network():
    """A network and a picture of no origin, through stamp and here."""
    with tempfile.TemporaryDirectory() as folder:
        png = os.path.join(folder, "noise.png")
        write_png(png, 300, 260, np.random.default_rng(3))
        make_folder(folder, 40, 2, 5, 32, 224, 12, 9)
        weights = load(os.path.join(folder, "model.safetensors"))
        return classified(folder, png, forward(weights, prepared(png), "erf", 5)["logits"])


# ---- Real pictures -----------------------------------------------------------------------------
def top(logits, count=5):
    p = softmax(logits)
    order = np.argsort(-logits)[:count]
    return ", ".join("%d %.3f (%.3f)" % (i, p[i], logits[i]) for i in order)


def real():
    expected = {"chelsea": 285, "coffee": 967}  # Egyptian cat, espresso
    weights, fine = load(WEIGHTS), True
    for name in ("chelsea", "coffee", "astronaut", "camera"):
        path = os.path.join(SHARED, "images", name + ".png")
        picture = prepared(path)
        logits = {g: forward(weights, picture, g)["logits"] for g in GELU}
        for g, v in logits.items():
            print("%s, %s: %s" % (name, g, top(v)))
            fine = fine and (name not in expected or np.argmax(v) == expected[name])
        fine = classified(WEIGHTS, path, logits["erf"]) and fine
        print("%s: largest logit difference of erf and tanh %.5f" % (
            name, np.abs(logits["erf"] - logits["tanh"]).max()))
    return fine


def main(words):
    if words[:1] == ["make"]:
        make_folder(words[1], *map(int, words[2:9]))
        return 0
    if len(words) >= 2:
        gelu = words[2] if len(words) > 2 else "tanh"
        heads = int(words[3]) if len(words) > 3 else None
        seen = forward(load(words[0]), np.load(words[1]), gelu, heads)
        print(top(seen["logits"]))
        if len(words) > 4:
            np.savez(words[4], **seen)
        return 0
    results = [self_test(), random_network()]
    if os.path.exists(WEIGHTS):
        results.append(real())
    else:
        print("SKIP: no %s; set STAMP_SHARED to the folder of the real data" % WEIGHTS)
    print("deit: %d passed, %d failed" % (results.count(True), results.count(False)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
