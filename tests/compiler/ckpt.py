# SPDX-License-Identifier: Apache-2.0
"""Small random checkpoints in the true formats: Hugging Face folders and GGUF files.

Written from the formats' descriptions with the standard library alone; nothing of the kit is used.
A model is {"config": ..., "tensors": {name: (shape, values)}} with Hugging Face names and order of
rows; what is written is rounded to its type, so each writer gives back the values a reader must see.
"""
import json
import math
import os
import random
import struct

import blocks
from blocks import f32, half

GGUF_TYPE = {"F32": 0, "F16": 1, "F64": 28, "BF16": 30}
GGUF_TYPE.update((kind, f.number) for kind, f in blocks.FORMATS.items())
U8, S8, U16, S16, U32, S32, F32, BOOL, STRING, ARRAY, U64, S64, F64 = range(13)
CODE = {U8: "B", S8: "b", U16: "H", S16: "h", U32: "I", S32: "i", F32: "f", BOOL: "?", U64: "Q",
        S64: "q", F64: "d"}
NAMES = {"input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
         "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
         "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
         "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate",
         "mlp.down_proj": "ffn_down", "mlp.up_proj": "ffn_up"}
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 64}


# ---- Values -------------------------------------------------------------------------------------
def bf16_bits(x):
    bits = struct.unpack("<I", struct.pack("<f", x))[0]
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16


def from_bf16(bits):
    return struct.unpack("<f", struct.pack("<I", bits << 16))[0]


def encode(kind, values):
    """Bytes of a row, and the values they stand for."""
    if kind == "F32":
        return struct.pack("<%df" % len(values), *values), [f32(v) for v in values]
    if kind == "F16":
        return struct.pack("<%de" % len(values), *values), [half(v) for v in values]
    if kind == "BF16":
        bits = [bf16_bits(v) for v in values]
        return struct.pack("<%dH" % len(bits), *bits), [from_bf16(b) for b in bits]
    if kind == "F64":
        return struct.pack("<%dd" % len(values), *values), [f32(v) for v in values]
    n = blocks.FORMATS[kind].values
    parts = [blocks.encode(kind, values[i:i + n]) for i in range(0, len(values), n)]
    return b"".join(parts), [v for p in parts for v in blocks.decode(kind, p)]


# ---- A model ------------------------------------------------------------------------------------
def model(family, seed=1, **change):
    """family: llama, qwen2, qwen3. Keys of config.json may be changed; None takes one out."""
    c = {"model_type": family, "hidden_act": "silu", "hidden_size": 64, "intermediate_size": 96,
         "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
         "vocab_size": 80, "max_position_embeddings": 256, "rms_norm_eps": 1e-5,
         "rope_theta": 10000.0, "tie_word_embeddings": False, "torch_dtype": "float32"}
    if family == "qwen3":
        c.update(head_dim=32, attention_bias=False, use_sliding_window=False, sliding_window=None)
    if family == "qwen2":
        c.update(use_sliding_window=False, sliding_window=256, max_window_layers=2)
    c.update(change)
    c = {k: v for k, v in c.items() if v is not None or k in ("sliding_window",)}
    rnd = random.Random(seed)
    dim, hidden = c["hidden_size"], c["intermediate_size"]
    hd = c.get("head_dim", dim // c["num_attention_heads"])
    q, kv = c["num_attention_heads"] * hd, c["num_key_value_heads"] * hd
    t = {}

    def matrix(name, rows, cols, gain=1.5):
        s = gain / math.sqrt(cols)
        t[name + ".weight"] = ([rows, cols], [rnd.gauss(0, s) for _ in range(rows * cols)])

    def vector(name, n, mean, spread):
        t[name] = ([n], [rnd.gauss(mean, spread) for _ in range(n)])

    matrix("model.embed_tokens", c["vocab_size"], dim, 8)
    for i in range(c["num_hidden_layers"]):
        at = "model.layers.%d." % i
        vector(at + "input_layernorm.weight", dim, 1, 0.2)
        for part, rows in (("q", q), ("k", kv), ("v", kv)):
            matrix(at + "self_attn.%s_proj" % part, rows, dim)
            if family == "qwen2":
                vector(at + "self_attn.%s_proj.bias" % part, rows, 0, 0.5)
        if family == "qwen3":
            vector(at + "self_attn.q_norm.weight", hd, 1, 0.3)
            vector(at + "self_attn.k_norm.weight", hd, 1, 0.3)
        matrix(at + "self_attn.o_proj", dim, q)
        vector(at + "post_attention_layernorm.weight", dim, 1, 0.2)
        matrix(at + "mlp.gate_proj", hidden, dim)
        matrix(at + "mlp.up_proj", hidden, dim)
        matrix(at + "mlp.down_proj", dim, hidden)
    vector("model.norm.weight", dim, 1, 0.2)
    if not c["tie_word_embeddings"]:
        matrix("lm_head", c["vocab_size"], dim)
    return {"config": c, "tensors": t}


# ---- Hugging Face -------------------------------------------------------------------------------
def safetensors(entries):
    """entries: [(name, dtype, shape, bytes)]"""
    head, at = {"__metadata__": {"format": "pt"}}, 0
    for name, dtype, shape, data in entries:
        head[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(e[3] for e in entries)


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def write_folder(folder, m, dtype="F32", shards=1):
    """dtype: one for all, or a function of the name. Returns the values as written."""
    os.makedirs(folder, exist_ok=True)
    write(os.path.join(folder, "config.json"), json.dumps(m["config"], indent=1).encode())
    entries, seen = [], {}
    for name, (shape, values) in m["tensors"].items():
        kind = dtype(name) if callable(dtype) else dtype
        data, seen[name] = encode(kind, values)
        entries.append((name, kind, shape, data))
    if shards == 1:
        write(os.path.join(folder, "model.safetensors"), safetensors(entries))
        return seen
    where = {}
    for s in range(shards):
        file = "model-%05d-of-%05d.safetensors" % (s + 1, shards)
        part = entries[s::shards]
        write(os.path.join(folder, file), safetensors(part))
        where.update((e[0], file) for e in part)
    index = {"metadata": {"total_size": sum(len(e[3]) for e in entries)}, "weight_map": where}
    write(os.path.join(folder, "model.safetensors.index.json"), json.dumps(index).encode())
    return seen


# ---- GGUF ---------------------------------------------------------------------------------------
def text(s):
    s = s if isinstance(s, bytes) else s.encode()
    return struct.pack("<Q", len(s)) + s


def key(name, kind, value, element=None):
    head = text(name) + struct.pack("<I", kind)
    if kind == STRING:
        return head + text(value)
    if kind == ARRAY:
        body = (b"".join(text(v) for v in value) if element == STRING
                else struct.pack("<%d%s" % (len(value), CODE[element]), *value))
        return head + struct.pack("<IQ", element, len(value)) + body
    return head + struct.pack("<" + CODE[kind], value)


def gguf(keys, tensors, version=3, align=32):
    """keys: [bytes of key()]; tensors: [(name, dims innermost first, type code, bytes)]"""
    head, at = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(keys)) + b"".join(keys), 0
    data = b""
    for name, dims, code, raw in tensors:
        head += text(name) + struct.pack("<I%dQIQ" % len(dims), len(dims), *dims, code, at)
        raw += b"\0" * (-len(raw) % align)
        data += raw
        at += len(raw)
    return head + b"\0" * (-len(head) % align) + data


def gguf_name(name):
    if not name.startswith("model.layers."):
        return {"model.embed_tokens.weight": "token_embd.weight", "lm_head.weight": "output.weight",
                "model.norm.weight": "output_norm.weight"}[name]
    _, _, layer, rest = name.split(".", 3)
    part, what = rest.rsplit(".", 1)
    return "blk.%s.%s.%s" % (layer, NAMES[part], what)


def interleaved(rows, hd):
    """Rows of heads from (i, i + hd/2) pairs to neighbours, as GGUF files of Llama have them."""
    return [rows[h + i // 2 + (i % 2) * (hd // 2)] for h in range(0, len(rows), hd)
            for i in range(hd)]


def rope_divisors(c):
    """What a GGUF file has in place of the keys of Llama 3 scaling."""
    r, hd = c["rope_scaling"], c.get("head_dim", c["hidden_size"] // c["num_attention_heads"])
    out = []
    for i in range(hd // 2):
        length = 2 * math.pi * c["rope_theta"] ** (2 * i / hd)
        ratio = r["original_max_position_embeddings"] / length
        lo, hi = r["low_freq_factor"], r["high_freq_factor"]
        if ratio > hi:
            out.append(1.0)
        elif ratio < lo:
            out.append(r["factor"])
        else:
            s = (ratio - lo) / (hi - lo)
            out.append(1 / ((1 - s) / r["factor"] + s))
    return out


def gguf_keys(m):
    c, a = m["config"], m["config"]["model_type"]
    hd = c.get("head_dim", c["hidden_size"] // c["num_attention_heads"])
    return [key("general.architecture", STRING, a), key("general.name", STRING, "random"),
            key(a + ".block_count", U32, c["num_hidden_layers"]),
            key(a + ".context_length", U32, c["max_position_embeddings"]),
            key(a + ".embedding_length", U32, c["hidden_size"]),
            key(a + ".feed_forward_length", U32, c["intermediate_size"]),
            key(a + ".attention.head_count", U32, c["num_attention_heads"]),
            key(a + ".attention.head_count_kv", U32, c["num_key_value_heads"]),
            key(a + ".attention.key_length", U32, hd), key(a + ".attention.value_length", U32, hd),
            key(a + ".attention.layer_norm_rms_epsilon", F32, c["rms_norm_eps"]),
            key(a + ".rope.freq_base", F32, c["rope_theta"]),
            key(a + ".rope.dimension_count", U32, hd)]


def gguf_tensors(m, kind):
    """[(name, dims, type, bytes)] and the values as written, in the order of Hugging Face. kind: of
    all matrices, or a function of the name."""
    c = m["config"]
    hd = c.get("head_dim", c["hidden_size"] // c["num_attention_heads"])
    out, seen = [], {}
    for name, (shape, values) in m["tensors"].items():
        of = kind(gguf_name(name)) if callable(kind) else kind
        of = of if len(shape) == 2 else "F32"
        cols = shape[-1] if len(shape) == 2 else 1
        rows = [encode(of, values[i:i + cols]) for i in range(0, len(values), cols)]
        seen[name] = [v for r in rows for v in r[1]]
        data = [r[0] for r in rows]
        if c["model_type"] == "llama" and (".q_proj." in name or ".k_proj." in name):
            data = interleaved(data, hd)
        out.append((gguf_name(name), shape[::-1], GGUF_TYPE[of], b"".join(data)))
    if c.get("rope_scaling"):
        d = rope_divisors(c)
        out.append(("rope_freqs.weight", [len(d)], 0, struct.pack("<%df" % len(d), *d)))
    return out, seen


def part(path, no, parts):
    return "%s-%05d-of-%05d.gguf" % (path, no + 1, parts)


def write_gguf(path, m, kind="F32", version=3, align=32, parts=1, bare=False):
    """parts: so many files, of which the first is aligned, and if bare without tensors."""
    tensors, seen = gguf_tensors(m, kind)
    keys = gguf_keys(m)
    if align != 32:
        keys.append(key("general.alignment", U32, align))
    if parts == 1:
        write(path, gguf(keys, tensors, version, align))
    for no in range(parts if parts > 1 else 0):
        mine = tensors[no::parts] if not bare else tensors[no - 1::parts - 1] if no else []
        split = [key("split.no", U16, no), key("split.count", U16, parts),
                 key("split.tensors.count", S32, len(tensors))]
        write(part(path, no, parts),
              gguf(split if no else keys + split, mine, version, 32 if no else align))
    return seen
