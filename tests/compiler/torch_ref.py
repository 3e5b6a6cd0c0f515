# SPDX-License-Identifier: Apache-2.0
"""Llama, Qwen 2 and Qwen 3 in PyTorch, in binary64, from the definitions of the architectures.

Shares nothing with the kit: weights in the order of Hugging Face, rotary pairs (i, i + head_dim/2),
attention as one masked softmax.
"""
import math

import torch


def frequencies(c, hd):
    f = c["rope_theta"] ** (-torch.arange(0, hd, 2, dtype=torch.float64) / hd)
    r = c.get("rope_scaling") or {"rope_type": "default"}
    if r["rope_type"] == "linear":
        return f / r["factor"]
    if r["rope_type"] != "llama3":
        return f
    length = 2 * math.pi / f
    old, lo, hi = r["original_max_position_embeddings"], r["low_freq_factor"], r["high_freq_factor"]
    blend = (old / length - lo) / (hi - lo)
    smooth = (1 - blend) * f / r["factor"] + blend * f
    out = torch.where(length > old / lo, f / r["factor"], f)
    between = (length <= old / lo) & (length >= old / hi)
    return torch.where(between, smooth, out)


def rms(x, gain, eps):
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + eps) * gain


def turn(x, cos, sin):
    """x [heads, tokens, hd]"""
    a, b = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-b, a), dim=-1) * sin


def logits(c, values, tokens):
    """c: config.json; values: {name: flat list}. Returns [tokens, vocab]."""
    dim, heads, kv = c["hidden_size"], c["num_attention_heads"], c["num_key_value_heads"]
    hd, eps, n = c.get("head_dim", dim // heads), c["rms_norm_eps"], len(tokens)
    shape = {"q_proj": (heads * hd, dim), "k_proj": (kv * hd, dim), "v_proj": (kv * hd, dim),
             "o_proj": (dim, heads * hd), "gate_proj": (-1, dim), "up_proj": (-1, dim),
             "down_proj": (dim, -1)}

    def vector(name):
        return torch.tensor(values[name], dtype=torch.float64)

    def linear(x, name):
        w = vector(name + ".weight").reshape(shape[name.rsplit(".", 1)[1]])
        y = x @ w.T
        return y + vector(name + ".bias") if name + ".bias" in values else y

    embed = vector("model.embed_tokens.weight").reshape(-1, dim)
    angle = torch.outer(torch.arange(n, dtype=torch.float64), frequencies(c, hd)).repeat(1, 2)
    cos, sin = angle.cos(), angle.sin()
    future = torch.full((n, n), float("-inf"), dtype=torch.float64).triu(1)
    x = embed[torch.tensor(tokens)]
    for i in range(c["num_hidden_layers"]):
        at = "model.layers.%d." % i
        h = rms(x, vector(at + "input_layernorm.weight"), eps)
        q, k, v = (linear(h, at + "self_attn.%s_proj" % p).reshape(n, -1, hd).transpose(0, 1)
                   for p in "qkv")
        if at + "self_attn.q_norm.weight" in values:
            q = rms(q, vector(at + "self_attn.q_norm.weight"), eps)
            k = rms(k, vector(at + "self_attn.k_norm.weight"), eps)
        q, k = turn(q, cos, sin), turn(k, cos, sin)
        k, v = (t.repeat_interleave(heads // kv, dim=0) for t in (k, v))
        p = torch.softmax(q @ k.transpose(1, 2) / math.sqrt(hd) + future, dim=-1)
        x = x + linear((p @ v).transpose(0, 1).reshape(n, -1), at + "self_attn.o_proj")
        h = rms(x, vector(at + "post_attention_layernorm.weight"), eps)
        g = torch.nn.functional.silu(linear(h, at + "mlp.gate_proj"))
        x = x + linear(g * linear(h, at + "mlp.up_proj"), at + "mlp.down_proj")
    x = rms(x, vector("model.norm.weight"), eps)
    head = values.get("lm_head.weight")
    head = embed if head is None else torch.tensor(head, dtype=torch.float64).reshape(-1, dim)
    return x @ head.T
