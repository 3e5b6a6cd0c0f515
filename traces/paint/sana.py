# SPDX-License-Identifier: Apache-2.0
"""SANA's transformer, after diffusers' SanaTransformer2DModel and with its tensor names.

    Sana.from_folder(".../transformer", torch.float64)(x, t, text, mask, taps)

x [B, C, H, W], t [B] in 0 .. 1000, text [B, T, caption_channels], mask [B, T] bool or None ->
[B, out_channels, H, W].
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from fast import silu
from layers import (BF16, AdaLayerNormSingle, Attention, Linear, PatchEmbed, RMSNorm, TextProjection,
                    Transformer, heads_first, keep, layer_norm, sincos_2d, unpatchify)


class LinearAttention(Attention):
    """q, k through ReLU; V' is V with a row of ones; S = V' K^T; out = S q, rows over (last row + 1e-15)."""

    def forward(self, x):
        q, k, v = (heads_first(y, self.heads) for y in self.qkv(x, x))
        q, k = F.relu(q), F.relu(k)
        ones = torch.ones_like(v[..., :1])
        s = torch.matmul(k.transpose(2, 3), torch.cat((v, ones), -1))  # [B, heads, d, d + 1]
        out = torch.matmul(q, s)
        if out.dtype == BF16:
            out = out.float()
        out = out[..., :-1] / (out[..., -1:] + 1e-15)
        return self.to_out[0](out.transpose(1, 2).reshape(x.shape[0], x.shape[1], -1))


class GLUMBConv(nn.Module):
    """conv_inverted (1x1), SiLU, conv_depth (3x3, a channel each), value * SiLU(gate), conv_point (1x1)."""
    fast = False

    def __init__(self, width, ratio):
        super().__init__()
        hidden = int(ratio * width)
        self.conv_inverted = nn.Conv2d(width, 2 * hidden, 1)
        self.conv_depth = nn.Conv2d(2 * hidden, 2 * hidden, 3, 1, 1, groups=2 * hidden)
        self.conv_point = nn.Conv2d(hidden, width, 1, bias=False)

    def forward(self, x, h, w):
        """x [B, h * w, D], channels last throughout: a 1x1 convolution is a projection."""
        cast = (lambda y: y.to(BF16)) if self.fast else (lambda y: y)
        inv, dep, point = self.conv_inverted, self.conv_depth, self.conv_point
        x = silu(F.linear(cast(x), cast(inv.weight.flatten(1)), cast(inv.bias)))
        x = x.view(x.shape[0], h, w, -1).permute(0, 3, 1, 2)
        x = F.conv2d(x, cast(dep.weight), cast(dep.bias), padding=1, groups=x.shape[1])
        value, gate = x.permute(0, 2, 3, 1).flatten(1, 2).chunk(2, -1)
        return F.linear(value * silu(gate), cast(point.weight.flatten(1)))


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        width, self.eps = c["num_attention_heads"] * c["attention_head_dim"], c["norm_eps"]
        self.scale_shift_table = nn.Parameter(torch.randn(6, width) / width ** 0.5)
        self.attn1 = LinearAttention(width, width, c["num_attention_heads"], c["attention_head_dim"],
                                     c["attention_bias"], c["qk_norm"])
        self.attn2 = Attention(width, c["cross_attention_dim"], c["num_cross_attention_heads"],
                               c["cross_attention_head_dim"], True, c["qk_norm"])
        self.ff = GLUMBConv(width, c["mlp_ratio"])

    def forward(self, h, grid, text, mask, t6, taps, name):
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = (self.scale_shift_table[None] + t6).split(1, 1)
        x = keep(taps, name + "norm1", layer_norm(h, self.eps) * (1 + scale_a) + shift_a)
        h = keep(taps, name + "h1", h + gate_a * keep(taps, name + "attn1", self.attn1(x)))
        h = keep(taps, name + "h2", h + keep(taps, name + "attn2", self.attn2(h, text, mask)))
        x = keep(taps, name + "norm2", layer_norm(h, self.eps) * (1 + scale_m) + shift_m)
        return keep(taps, name + "h3", h + gate_m * keep(taps, name + "ff", self.ff(x, *grid)))


class Sana(Transformer):
    DEFAULTS = dict(in_channels=32, out_channels=32, num_attention_heads=70, attention_head_dim=32,
                    num_layers=20, num_cross_attention_heads=20, cross_attention_head_dim=112,
                    cross_attention_dim=2240, caption_channels=2304, mlp_ratio=2.5, attention_bias=False,
                    sample_size=32, patch_size=1, norm_eps=1e-6, interpolation_scale=None,
                    guidance_embeds=False, qk_norm=None, timestep_scale=1.0)

    def __init__(self, config):
        super().__init__(config)
        c = self.config
        if c["guidance_embeds"]:
            raise ValueError("guidance_embeds is not supported")
        width, p = c["num_attention_heads"] * c["attention_head_dim"], c["patch_size"]
        self.patch_embed = PatchEmbed(c["in_channels"], width, p)
        self.time_embed = AdaLayerNormSingle(width)
        self.caption_projection = TextProjection(c["caption_channels"], width)
        self.caption_norm = RMSNorm(width, 1e-5)
        self.transformer_blocks = nn.ModuleList(Block(c) for _ in range(c["num_layers"]))
        self.scale_shift_table = nn.Parameter(torch.randn(2, width) / width ** 0.5)
        self.proj_out = nn.Linear(width, p * p * (c["out_channels"] or c["in_channels"]))

    def forward(self, x, t, text, mask=None, taps=None):
        c, dtype = self.config, self.scale_shift_table.dtype
        p, scale = c["patch_size"], c["interpolation_scale"]
        grid = x.shape[2] // p, x.shape[3] // p
        h = self.patch_embed(x)
        if scale is not None:
            h = h + sincos_2d(h.shape[2], *grid, c["sample_size"] // p, scale).to(dtype)
        keep(taps, "patch_embed", h)
        t6, e = self.time_embed(t * c["timestep_scale"])
        keep(taps, "t6", t6), keep(taps, "embedded_timestep", e)
        text = keep(taps, "caption", self.caption_norm(self.caption_projection(text)))
        for i, block in enumerate(self.transformer_blocks):
            h = block(h, grid, text, mask, t6, taps, "transformer_blocks.%d." % i)
        shift, scale = (self.scale_shift_table[None] + e[:, None]).split(1, 1)
        h = keep(taps, "norm_out", layer_norm(h) * (1 + scale) + shift)
        return keep(taps, "out", unpatchify(self.proj_out(h), *grid, p))
