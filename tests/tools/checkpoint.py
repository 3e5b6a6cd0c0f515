#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A Hugging Face folder of random weights, in the layout of a published model: bfloat16, in shards.

    checkpoint.py CONFIG.json OUT [--layers N] [--shards K] [--seed S] [--copy FILE[.gz] ...] [--eos ID ...]

CONFIG.json is the model's own; --layers cuts it. --copy brings files along (tokenizer.json.gz is unpacked), --eos writes
a generation_config.json. Needs NumPy."""
import argparse
import gzip
import json
import os
import struct

import numpy as np


def tensors(c):
    """(name, rows, columns or None) in the order of the file."""
    dim, hidden, heads = c["hidden_size"], c["intermediate_size"], c["num_attention_heads"]
    kv, size = c.get("num_key_value_heads") or heads, c.get("head_dim") or dim // heads
    yield "model.embed_tokens.weight", c["vocab_size"], dim
    for i in range(c["num_hidden_layers"]):
        layer = "model.layers.%d." % i
        for name, rows, cols in (("self_attn.q_proj", heads * size, dim), ("self_attn.k_proj", kv * size, dim),
                                 ("self_attn.v_proj", kv * size, dim), ("self_attn.o_proj", dim, heads * size),
                                 ("mlp.gate_proj", hidden, dim), ("mlp.up_proj", hidden, dim), ("mlp.down_proj", dim, hidden)):
            yield layer + name + ".weight", rows, cols
            if c["model_type"] == "qwen2" and name[-6:] in ("q_proj", "k_proj", "v_proj"):
                yield layer + name + ".bias", rows, None
        if c["model_type"] == "qwen3":
            yield layer + "self_attn.q_norm.weight", size, None
            yield layer + "self_attn.k_norm.weight", size, None
        yield layer + "input_layernorm.weight", dim, None
        yield layer + "post_attention_layernorm.weight", dim, None
    yield "model.norm.weight", dim, None
    if not c.get("tie_word_embeddings"):
        yield "lm_head.weight", c["vocab_size"], dim


def bfloat16(a):
    u = a.astype(np.float32).view(np.uint32).astype(np.uint64)
    return ((u + 0x7FFF + ((u >> 16) & 1)) >> 16).astype("<u2")


def draw(r, rows, cols):
    if cols is None:
        return bfloat16(1 + 0.05 * r.standard_normal(rows, dtype=np.float32))
    return bfloat16(r.standard_normal((rows, cols), dtype=np.float32) / np.float32(cols ** 0.5))


def write_shard(path, part, r):
    head, at = {"__metadata__": {"format": "pt"}}, 0
    for name, rows, cols in part:
        size = 2 * rows * (cols or 1)
        head[name] = dict(dtype="BF16", shape=[rows] if cols is None else [rows, cols], data_offsets=[at, at + size])
        at += size
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for _, rows, cols in part:
            draw(r, rows, cols).tofile(f)
    return at


def main():
    p = argparse.ArgumentParser()
    p.add_argument("config")
    p.add_argument("out")
    p.add_argument("--layers", type=int)
    p.add_argument("--shards", type=int, default=2)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--copy", action="append", default=[])
    p.add_argument("--eos", action="append", type=int)
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    config = json.load(open(a.config))
    if a.layers:
        config["num_hidden_layers"] = a.layers
    json.dump(config, open(a.out + "/config.json", "w"), indent=2)
    if a.eos:
        json.dump(dict(eos_token_id=a.eos, do_sample=True, temperature=0.6), open(a.out + "/generation_config.json", "w"))
    for path in a.copy:
        data = (gzip.open if path.endswith(".gz") else open)(path, "rb").read()
        name = os.path.basename(path)
        open(os.path.join(a.out, name[:-3] if name.endswith(".gz") else name), "wb").write(data)
    parts, r = list(tensors(config)), np.random.default_rng(a.seed)
    size = -(-len(parts) // a.shards)
    where, total = {}, 0
    for i in range(a.shards):
        name = "model-%05d-of-%05d.safetensors" % (i + 1, a.shards)
        part = parts[i * size:(i + 1) * size]
        total += write_shard(os.path.join(a.out, name), part, r)
        where.update({t[0]: name for t in part})
    json.dump(dict(metadata=dict(total_size=total), weight_map=where),
              open(a.out + "/model.safetensors.index.json", "w"), indent=1)
    print("%s: %d tensors, %d bytes" % (a.out, len(parts), total))


if __name__ == "__main__":
    main()
