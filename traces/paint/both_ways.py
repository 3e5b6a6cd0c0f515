# SPDX-License-Identifier: Apache-2.0
"""Linear attention's sum over the tokens, two ways: over tokens as they are, in 8-bit signed digits per token and
head, or over codes of 2-D Haar rows (an orthonormal transform leaves S = V' K^T as it is), 64 rows at 8 bits and the
others at 4. SQNR of the attention's result against float64, on noised pictures, over all blocks of sana/.

    /usr/bin/python3 both_ways.py
"""
import os

import numpy as np
import torch

from data import Pictures
from layers import heads_first, layer_norm
from sana import Sana
from text import WordEmbedding, Words

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sana")


def digits(x, n=119):
    """Symmetric codes of the last axis, as values."""
    scale = np.abs(x).max(-1, keepdims=True) / n + 1e-300
    return np.clip(np.rint(x / scale), -n, n) * scale


def codes(x, bits):
    """Asymmetric min-max codes of the last axis, zero within the range; bits broadcasts."""
    lo, hi = np.minimum(x.min(-1, keepdims=True), 0), np.maximum(x.max(-1, keepdims=True), 0)
    n = 2.0 ** bits - 1
    scale = (hi - lo) / n + 1e-300
    zero = np.rint(-lo / scale)
    return (np.clip(np.rint(x / scale) + zero, 0, n) - zero) * scale


def haar(x, side):
    """One level of orthonormal 2-D Haar on [heads, side * side, d]: coarse rows first."""
    y = x.reshape(x.shape[0], side // 2, 2, side // 2, 2, -1)
    a, b, c, d = y[:, :, 0, :, 0], y[:, :, 0, :, 1], y[:, :, 1, :, 0], y[:, :, 1, :, 1]
    bands = [(a + b + c + d) / 2, (a + b - c - d) / 2, (a - b + c - d) / 2, (a - b - c + d) / 2]
    return np.concatenate([z.reshape(x.shape[0], -1, x.shape[2]) for z in bands], 1)


def result(q, k, v):
    s, ones = np.einsum("htd,hte->hde", k, v), k.sum(1)
    return np.einsum("htd,hde->hte", q, s) / (np.einsum("htd,hd->ht", q, ones)[..., None] + 1e-15)


def main():
    torch.set_default_dtype(torch.float64)
    net = Sana.from_folder(os.path.join(HERE, "transformer"), torch.float64)
    text = WordEmbedding.from_folder(os.path.join(HERE, "text_encoder"), torch.float64)
    words, pictures, rng = Words.from_folder(os.path.join(HERE, "tokenizer")), Pictures(), np.random.default_rng(5)
    noise = {"tokens, 8-bit digits": 0.0, "Haar rows, 64 at 8 bits, others 4": 0.0, "Haar rows, all at 8 bits": 0.0}
    signal = 0.0
    for sigma in (0.25, 0.5, 0.75):
        x, rows = pictures.batch(rng, 4)
        x = torch.nn.functional.pixel_unshuffle(torch.from_numpy(np.asarray(x, np.float64)), 2)
        for i in range(len(x)):
            caption = text(torch.tensor([words.encode(pictures.caption(*rows[i]))]))
            taps = {}
            with torch.no_grad():
                net((1 - sigma) * x[i:i + 1] + sigma * torch.randn(x[i:i + 1].shape),
                    torch.tensor([1000 * sigma]), caption, None, taps)
            for b, block in enumerate(net.transformer_blocks):
                h = taps["transformer_blocks.%d.norm1" % b]
                with torch.no_grad():
                    q, k, v = (heads_first(y, block.attn1.heads)[0].numpy() for y in block.attn1.qkv(h, h))
                q, k = np.maximum(q, 0), np.maximum(k, 0)
                want = result(q, k, v)
                bits = np.where(np.arange(k.shape[1]) < 64, 8, 4)[:, None]
                hk, hv = haar(k, 16), haar(v, 16)
                s_of = {"tokens, 8-bit digits": (digits(k), digits(v)),
                        "Haar rows, 64 at 8 bits, others 4": (codes(hk, bits), codes(hv, bits)),
                        "Haar rows, all at 8 bits": (codes(hk, 8), codes(hv, 8))}
                signal += (want ** 2).sum()
                den = np.einsum("htd,hd->ht", q, k.sum(1))[..., None] + 1e-15
                for name, (kk, vv) in s_of.items():
                    s = np.einsum("htd,hte->hde", kk, vv)
                    noise[name] += ((np.einsum("htd,hde->hte", q, s) / den - want) ** 2).sum()
    for name, n in noise.items():
        print("%-36s %6.2f dB" % (name, 10 * np.log10(signal / n)))


if __name__ == "__main__":
    main()
