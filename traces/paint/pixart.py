# SPDX-License-Identifier: Apache-2.0
"""PixArt's transformer, after diffusers' PixArtTransformer2DModel and with its tensor names.

    PixArt.from_folder(".../transformer", torch.float64)(x, t, text, mask, taps)

x [B, C, H, W], t [B] in 0 .. 999, text [B, T, caption_channels], mask [B, T] bool or None ->
[B, out_channels, H, W]. The key "kv_compress": {"layers": [...], "factor": s} is not diffusers': it
gives those layers the token compression of PixArt-Sigma's own repository (keys and values, after
their projection, through one s x s depthwise convolution of stride s and one LayerNorm, eps 1e-5).
"""
import torch
import torch.nn as nn

from fast import gelu
from layers import (AdaLayerNormSingle, Attention, Linear, PatchEmbed, TextProjection, Transformer,
                    keep, layer_norm, sincos_2d, softmax_attention, unpatchify)


class SelfAttention(Attention):
    def __init__(self, width, heads, head_dim, bias, factor):
        super().__init__(width, width, heads, head_dim, bias)
        self.factor = factor
        if factor > 1:
            inner = heads * head_dim
            self.sr = nn.Conv2d(inner, inner, factor, factor, groups=inner)
            nn.init.constant_(self.sr.weight, 1 / factor ** 2)
            nn.init.zeros_(self.sr.bias)
            self.norm = nn.LayerNorm(inner)

    def compress(self, x, h, w):
        x = self.sr(x.to(self.sr.weight.dtype).transpose(1, 2).reshape(x.shape[0], -1, h, w))
        return self.norm(x.flatten(2).transpose(1, 2))

    def forward(self, x, h, w):
        q, k, v = self.qkv(x, x)
        if self.factor > 1:
            k, v = self.compress(k, h, w).to(q.dtype), self.compress(v, h, w).to(q.dtype)
        return self.to_out[0](softmax_attention(q, k, v, self.heads))


class FeedForward(nn.Module):
    """net.0.proj, tanh GELU, net.2."""

    def __init__(self, width, hidden):
        super().__init__()
        gelu = nn.Module()
        gelu.proj = Linear(width, hidden)
        self.net = nn.ModuleList([gelu, nn.Identity(), Linear(hidden, width)])

    def forward(self, x):
        return self.net[2](gelu(self.net[0].proj(x)))


class Block(nn.Module):
    def __init__(self, c, factor):
        super().__init__()
        heads, head_dim, self.eps = c["num_attention_heads"], c["attention_head_dim"], c["norm_eps"]
        width = heads * head_dim
        self.scale_shift_table = nn.Parameter(torch.randn(6, width) / width ** 0.5)
        self.attn1 = SelfAttention(width, heads, head_dim, c["attention_bias"], factor)
        self.attn2 = Attention(width, c["cross_attention_dim"], heads, head_dim, c["attention_bias"])
        self.ff = FeedForward(width, int(width * c["mlp_ratio"]))

    def forward(self, h, grid, text, mask, t6, taps, name):
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = (self.scale_shift_table[None] + t6).split(1, 1)
        x = keep(taps, name + "norm1", layer_norm(h, self.eps) * (1 + scale_a) + shift_a)
        h = keep(taps, name + "h1", h + gate_a * keep(taps, name + "attn1", self.attn1(x, *grid)))
        h = keep(taps, name + "h2", h + keep(taps, name + "attn2", self.attn2(h, text, mask)))
        x = keep(taps, name + "norm2", layer_norm(h, self.eps) * (1 + scale_m) + shift_m)
        return keep(taps, name + "h3", h + gate_m * keep(taps, name + "ff", self.ff(x)))


class PixArt(Transformer):
    DEFAULTS = dict(num_attention_heads=16, attention_head_dim=72, in_channels=4, out_channels=8,
                    num_layers=28, cross_attention_dim=1152, attention_bias=True, sample_size=128,
                    patch_size=2, norm_eps=1e-6, caption_channels=4096, interpolation_scale=None,
                    mlp_ratio=4.0, use_additional_conditions=False, kv_compress=None)

    def __init__(self, config):
        super().__init__(config)
        c = self.config
        if c["use_additional_conditions"]:
            raise ValueError("use_additional_conditions is not supported")
        width, p = c["num_attention_heads"] * c["attention_head_dim"], c["patch_size"]
        kv = c["kv_compress"] or {"layers": [], "factor": 1}
        self.pos_embed = PatchEmbed(c["in_channels"], width, p)
        self.adaln_single = AdaLayerNormSingle(width)
        self.caption_projection = TextProjection(c["caption_channels"], width)
        self.transformer_blocks = nn.ModuleList(
            Block(c, kv["factor"] if i in kv["layers"] else 1) for i in range(c["num_layers"]))
        self.scale_shift_table = nn.Parameter(torch.randn(2, width) / width ** 0.5)
        self.proj_out = nn.Linear(width, p * p * (c["out_channels"] or c["in_channels"]))

    def forward(self, x, t, text, mask=None, taps=None):
        c, dtype = self.config, self.scale_shift_table.dtype
        p = c["patch_size"]
        grid = x.shape[2] // p, x.shape[3] // p
        scale = c["interpolation_scale"] or max(c["sample_size"] // 64, 1)
        h = self.pos_embed(x)
        h = keep(taps, "pos_embed", h + sincos_2d(h.shape[2], *grid, c["sample_size"] // p, scale).to(dtype))
        t6, e = self.adaln_single(t)
        keep(taps, "t6", t6), keep(taps, "embedded_timestep", e)
        text = keep(taps, "caption", self.caption_projection(text))
        for i, block in enumerate(self.transformer_blocks):
            h = block(h, grid, text, mask, t6, taps, "transformer_blocks.%d." % i)
        shift, scale = (self.scale_shift_table[None] + e[:, None]).split(1, 1)
        h = keep(taps, "norm_out", layer_norm(h) * (1 + scale) + shift)
        return keep(taps, "out", unpatchify(self.proj_out(h), *grid, p))
