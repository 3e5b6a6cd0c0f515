#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Small PixArt and SANA folders with random weights, evaluated in float64 by the PyTorch modules of
traces/paint, which share nothing with the kit.

    dit_oracle.py make PAINT OUT     folders OUT/CASE with config.json, weights, latent.npy, text.npy, time, grid, want.npy
    dit_oracle.py compare OUT        OUT/CASE/got.npy against want.npy: relative errors, 1e-4 at most

PAINT is the path of traces/paint. The same folders every time.
"""
import json
import os
import struct
import sys

import numpy as np

BOUND = 1e-4
PIXART = {"_class_name": "PixArtTransformer2DModel", "_diffusers_version": "0.32.0", "norm_type": "ada_norm_single",
          "activation_fn": "gelu-approximate", "attention_bias": True, "norm_elementwise_affine": False,
          "use_additional_conditions": False, "in_channels": 4, "patch_size": 2, "caption_channels": 24,
          "norm_eps": 1e-6, "interpolation_scale": None}
SANA = {"_class_name": "SanaTransformer2DModel", "_diffusers_version": "0.32.0", "caption_channels": 24,
        "norm_elementwise_affine": False, "norm_eps": 1e-6, "interpolation_scale": None, "guidance_embeds": False,
        "timestep_scale": 1.0, "dropout": 0.0}


def pixart(heads, dim, **more):
    return dict(PIXART, num_attention_heads=heads, attention_head_dim=dim, cross_attention_dim=heads * dim, **more)


def sana(heads, dim, cross, **more):
    return dict(SANA, num_attention_heads=heads, attention_head_dim=dim, num_cross_attention_heads=cross,
                cross_attention_head_dim=heads * dim // cross, cross_attention_dim=heads * dim, **more)


# name: config, grid of patches, rows of text, time step, type, files
CASES = {
    "pixart-72": (pixart(2, 72, out_channels=8, num_layers=2, sample_size=16), (8, 8), 5, 999, "F32", 1),
    "pixart-compressed": (pixart(3, 8, out_channels=8, num_layers=4, sample_size=128, mlp_ratio=4.0,
                                 kv_compress={"layers": [1, 2], "factor": 2}), (4, 6), 7, 357.25, "F32", 1),
    "pixart-3": (pixart(2, 12, out_channels=None, num_layers=3, sample_size=64, mlp_ratio=2.5, norm_eps=1e-2,
                        interpolation_scale=1.5, kv_compress={"layers": [0], "factor": 3}), (3, 9), 1, 0, "F16", 1),
    "pixart-1": (pixart(4, 4, out_channels=4, num_layers=1, sample_size=256), (1, 5), 300, 12, "BF16", 3),
    "sana": (sana(3, 32, 4, in_channels=8, out_channels=8, num_layers=2, sample_size=8, patch_size=1), (8, 8), 5, 999,
             "F32", 1),
    "sana-normed": (sana(2, 12, 3, in_channels=5, out_channels=5, num_layers=3, sample_size=8, patch_size=1,
                         qk_norm="rms_norm_across_heads", attention_bias=True, interpolation_scale=1.3, norm_eps=1e-2),
                    (3, 7), 9, 500, "BF16", 1),
    "sana-2": (sana(4, 8, 2, in_channels=3, out_channels=None, num_layers=1, sample_size=16, patch_size=2,
                    mlp_ratio=3.0, qk_norm=None, interpolation_scale=0.5), (2, 9), 300, 3.5, "F16", 2),
    "sana-1x1": (sana(1, 8, 1, in_channels=2, out_channels=2, num_layers=2, sample_size=4, patch_size=1,
                      qk_norm="rms_norm_across_heads"), (1, 1), 1, 77, "F32", 1),
}


def rounded(x, dtype):
    """Bytes as they are stored."""
    if dtype == "BF16":
        return (x.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes()
    return x.astype({"F32": "<f4", "F16": "<f2"}[dtype]).tobytes()


def write(path, tensors, dtype):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, x in tensors.items():
        raw = rounded(x, dtype)
        header[name] = {"dtype": dtype, "shape": list(x.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def shards(folder, tensors, dtype, files):
    base = "diffusion_pytorch_model"
    if files == 1:
        write(os.path.join(folder, base + ".safetensors"), tensors, dtype)
        return
    names, where = list(tensors), {}
    for i in range(files):
        name = "%s-%05d-of-%05d.safetensors" % (base, i + 1, files)
        part = {n: tensors[n] for n in names[i::files]}
        where.update({n: name for n in part})
        write(os.path.join(folder, name), part, dtype)
    with open(os.path.join(folder, base + ".safetensors.index.json"), "w") as f:
        json.dump({"metadata": {"total_size": 0}, "weight_map": where}, f)


def number(rng, name, shape):
    x = rng.standard_normal(shape)
    if len(shape) == 1:
        return 1 + 0.2 * x if name.endswith("weight") else 0.2 * x
    if name.endswith("scale_shift_table"):
        return 0.5 * x
    return x / np.prod(shape[1:]) ** 0.5


def make(paint, out):
    sys.path.insert(0, paint)
    import torch
    from pixart import PixArt
    from sana import Sana
    torch.set_num_threads(1)
    rng = np.random.default_rng(11)
    for case, (config, grid, tokens, t, dtype, files) in CASES.items():
        folder = os.path.join(out, case)
        os.makedirs(folder, exist_ok=True)
        kind = PixArt if "PixArt" in config["_class_name"] else Sana
        with open(os.path.join(folder, "config.json"), "w") as f:
            json.dump(config, f, indent=2)
        shapes = {n: tuple(p.shape) for n, p in kind(config).state_dict().items()}
        shards(folder, {n: number(rng, n, s) for n, s in shapes.items()}, dtype, files)
        p = config["patch_size"]
        latent = rng.standard_normal((config["in_channels"], grid[0] * p, grid[1] * p)).astype("<f4")
        text = (3 * rng.standard_normal((tokens, config["caption_channels"]))).astype("<f4")
        np.save(os.path.join(folder, "latent.npy"), latent)
        np.save(os.path.join(folder, "text.npy"), text)
        with open(os.path.join(folder, "time"), "w") as f:
            f.write("%r\n" % float(t))
        model = kind.from_folder(folder, torch.float64)
        with torch.no_grad():
            y = model(torch.from_numpy(latent.astype(np.float64))[None], torch.tensor([float(t)], dtype=torch.float64),
                      torch.from_numpy(text.astype(np.float64))[None])
        np.save(os.path.join(folder, "want.npy"), y[0].numpy())
        with open(os.path.join(folder, "grid"), "w") as f:
            f.write("%dx%d\n" % grid)
        print(case)


def compare(out):
    bad = 0
    for case in CASES:
        want, got = (np.load(os.path.join(out, case, n + ".npy")).astype(np.float64) for n in ("want", "got"))
        if want.shape != got.shape:
            print("%-18s %s, not %s" % (case, got.shape, want.shape))
            bad += 1
            continue
        error = np.linalg.norm(got - want) / np.linalg.norm(want)
        print("%-18s relative error %.2e, largest %.2e of %.2f" % (case, error, abs(got - want).max(), abs(want).max()))
        bad += not error < BOUND
    return bad


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "make":
        make(sys.argv[2], sys.argv[3])
    elif len(sys.argv) == 3 and sys.argv[1] == "compare":
        sys.exit(1 if compare(sys.argv[2]) else 0)
    else:
        sys.exit(__doc__)
