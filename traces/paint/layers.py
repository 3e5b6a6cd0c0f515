# SPDX-License-Identifier: Apache-2.0
"""What the two transformers share: projections, attention over a caption, time embedding, patches.

Two ways to compute. Plain: every operation in the type of the weights and the input (float64 is the
oracle of the tests). Fast (`set_fast`): products in bfloat16, the tokens' running sum and its norms in float32; the first
and the last projection stay in float32, so that the noise reaches the output as it came.
"""
import json
import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

import weights
from fast import gelu, silu, softmax

BF16 = torch.bfloat16


class Linear(nn.Linear):
    fast = False

    def forward(self, x):
        if not self.fast:
            return F.linear(x, self.weight, self.bias)
        bias = None if self.bias is None else self.bias.to(BF16)
        return F.linear(x.to(BF16), self.weight.to(BF16), bias)


def set_fast(module, fast):
    for m in module.modules():
        if hasattr(m, "fast"):
            m.fast = fast
    return module


def layer_norm(x, eps=1e-6):
    return F.layer_norm(x, x.shape[-1:], None, None, eps)


class RMSNorm(nn.Module):
    """x / sqrt(mean(x^2) + eps) * weight over the last axis."""

    def __init__(self, width, eps, start=1.0):
        super().__init__()
        self.eps, self.weight = eps, nn.Parameter(torch.full((width,), start))

    def forward(self, x):
        if x.dtype == BF16:
            x = x.float()
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


def heads_first(x, heads):
    """[B, T, heads * d] -> [B, heads, T, d]"""
    return x.view(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)


def softmax_attention(q, k, v, heads, mask=None):
    """Softmax of q k^T / sqrt(d) over the keys; mask[B, keys] is True where a key exists."""
    q, k, v = heads_first(q, heads), heads_first(k, heads), heads_first(v, heads)
    scores = torch.matmul(q * q.shape[-1] ** -0.5, k.transpose(2, 3))
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None, :], float("-inf"))
    out = torch.matmul(softmax(scores), v)
    return out.transpose(1, 2).reshape(out.shape[0], out.shape[2], -1)


class Attention(nn.Module):
    """diffusers' Attention with its tensor names; `mix` computes from q, k, v what to_out projects.

    norm_q and norm_k exist with qk_norm "rms_norm_across_heads": RMS over the full width, eps 1e-5.
    """

    def __init__(self, width, context, heads, head_dim, bias, qk_norm=None):
        super().__init__()
        if qk_norm not in (None, "rms_norm_across_heads"):
            raise ValueError("qk_norm %r is not known" % qk_norm)
        inner, self.heads, self.qk_norm = heads * head_dim, heads, qk_norm
        self.to_q = Linear(width, inner, bias)
        self.to_k = Linear(context, inner, bias)
        self.to_v = Linear(context, inner, bias)
        self.to_out = nn.ModuleList([Linear(inner, width, True)])
        if qk_norm:
            self.norm_q, self.norm_k = RMSNorm(inner, 1e-5), RMSNorm(inner, 1e-5)

    def qkv(self, x, context):
        q, k, v = self.to_q(x), self.to_k(context), self.to_v(context)
        if self.qk_norm:
            q, k = self.norm_q(q).to(v.dtype), self.norm_k(k).to(v.dtype)
        return q, k, v

    def forward(self, x, context, mask=None):
        return self.to_out[0](softmax_attention(*self.qkv(x, context), self.heads, mask))


class TextProjection(nn.Module):
    """caption_projection: linear_1, tanh GELU, linear_2."""

    def __init__(self, captions, width):
        super().__init__()
        self.linear_1, self.linear_2 = Linear(captions, width), Linear(width, width)

    def forward(self, x):
        return self.linear_2(gelu(self.linear_1(x)))


def time_waves(t, dtype):
    """[B] -> [B, 256]: cos then sin of t * exp(-ln(10000) i / 128), i = 0 .. 127."""
    rate = torch.exp(torch.arange(128, dtype=dtype) * (-math.log(10000.0) / 128))
    angle = t.to(dtype)[:, None] * rate[None]
    return torch.cat((torch.cos(angle), torch.sin(angle)), -1)


class TimestepEmbedder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear_1, self.linear_2 = Linear(256, width), Linear(width, width)

    def forward(self, x):
        return self.linear_2(silu(self.linear_1(x)))


class AdaLayerNormSingle(nn.Module):
    """t -> (six vectors of modulation [B, 6, D], the embedded timestep [B, D])."""

    def __init__(self, width):
        super().__init__()
        self.emb = nn.Module()
        self.emb.timestep_embedder = TimestepEmbedder(width)
        self.linear = Linear(width, 6 * width)

    def forward(self, t):
        dtype = self.linear.weight.dtype
        e = self.emb.timestep_embedder(time_waves(t, dtype)).to(dtype)
        return self.linear(silu(e)).to(dtype).view(len(t), 6, -1), e


class PatchEmbed(nn.Module):
    """A convolution of kernel and stride `patch`: [B, C, H, W] -> [B, H/patch * W/patch, D]."""

    def __init__(self, channels, width, patch):
        super().__init__()
        self.proj = nn.Conv2d(channels, width, patch, patch)

    def forward(self, x):
        b, c, h, w = x.shape
        p = self.proj.kernel_size[0]
        x = x.view(b, c, h // p, p, w // p, p).permute(0, 2, 4, 1, 3, 5).reshape(b, -1, c * p * p)
        return F.linear(x, self.proj.weight.flatten(1), self.proj.bias)


def unpatchify(x, h, w, p):
    """[B, h * w, p * p * C], each token (row, column, channel) -> [B, C, h * p, w * p]"""
    b = x.shape[0]
    return x.view(b, h, w, p, p, -1).permute(0, 5, 1, 3, 2, 4).reshape(b, -1, h * p, w * p)


def sincos_1d(width, at):
    """[n] places -> [n, width]: sin then cos of at / 10000^(i / (width / 2)), i < width / 2."""
    angle = at[:, None] * (10000.0 ** (-torch.arange(width // 2, dtype=torch.float64) / (width / 2)))[None]
    return torch.cat((angle.sin(), angle.cos()), 1)


def sincos_2d(width, h, w, base, scale):
    """Position of every token of an h x w grid, [h * w, width], token (y, x) at y * w + x.

    The grid is stretched to `base` steps a side and divided by `scale`: the x place is
    x * base / w / scale, the y place y * base / h / scale. The first half of the width holds
    sincos_1d of the x place, the second half that of the y place (diffusers: "here w goes first").
    """
    y = torch.arange(h, dtype=torch.float64) * base / h / scale
    x = torch.arange(w, dtype=torch.float64) * base / w / scale
    return torch.cat((sincos_1d(width // 2, x.repeat(h)), sincos_1d(width // 2, y.repeat_interleave(w))), 1)


class Transformer(nn.Module):
    """What a diffusers folder gives: defaults of the class, config.json over them, the weights."""
    DEFAULTS = {}

    def __init__(self, config):
        super().__init__()
        self.config = dict(self.DEFAULTS, **{k: v for k, v in config.items() if not k.startswith("_")})

    @classmethod
    def from_folder(cls, folder, dtype=torch.float32):
        with open(os.path.join(folder, "config.json")) as f:
            model = cls(json.load(f))
        model.load_state_dict(weights.load_folder(folder))
        return model.to(dtype).eval()


def keep(taps, name, value):
    """Put `value` into the dictionary `taps` (None: nobody asked) and give it back."""
    if taps is not None:
        taps[name] = value.detach()
    return value
