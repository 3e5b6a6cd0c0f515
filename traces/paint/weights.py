# SPDX-License-Identifier: Apache-2.0
"""The safetensors file: 8 bytes of header length (little endian), a JSON header, the data."""
import json
import os
import struct

import numpy as np
import torch


def save(path, tensors, dtype="F16"):
    """Write `tensors` (name -> torch tensor) as F16 or F32; the data start at a multiple of 8 bytes."""
    kind = {"F16": np.float16, "F32": np.float32}[dtype]
    header, chunks, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name in sorted(tensors):
        raw = tensors[name].detach().to(torch.float32).numpy().astype(kind).tobytes()
        header[name] = {"dtype": dtype, "shape": list(tensors[name].shape), "data_offsets": [at, at + len(raw)]}
        chunks.append(raw)
        at += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path + ".new", "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(chunks))
    os.replace(path + ".new", path)


def load(path):
    """Name -> torch tensor of one file, in the stored values, widened to float32 (float64 stays)."""
    raw = open(path, "rb").read()
    size = struct.unpack("<Q", raw[:8])[0]
    out = {}
    for name, t in json.loads(raw[8:8 + size]).items():
        if name == "__metadata__":
            continue
        a, b = t["data_offsets"]
        data = raw[8 + size + a:8 + size + b]
        if t["dtype"] == "BF16":
            flat = (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
        else:
            flat = np.frombuffer(data, {"F16": "<f2", "F32": "<f4", "F64": "<f8"}[t["dtype"]])
            flat = flat.astype(np.float64 if t["dtype"] == "F64" else np.float32)
        out[name] = torch.from_numpy(flat.reshape(t["shape"]).copy())
    return out


def load_folder(folder):
    """All tensors of a diffusers folder: one *.safetensors, or the shards an index file names."""
    names = sorted(os.listdir(folder))
    index = [n for n in names if n.endswith(".safetensors.index.json")]
    if index:
        with open(os.path.join(folder, index[0])) as f:
            names = sorted(set(json.load(f)["weight_map"].values()))
    else:
        names = [n for n in names if n.endswith(".safetensors")]
    if not names or (not index and len(names) > 1):
        raise ValueError("%s: no weights, or several files without an index" % folder)
    out = {}
    for n in names:
        out.update(load(os.path.join(folder, n)))
    return out
