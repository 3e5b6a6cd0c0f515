# SPDX-License-Identifier: Apache-2.0
"""Train one of the two painters from scratch, or go on from where it stood. One-time tool.

    nice /usr/bin/python3 train.py pixart|sana STATE [--minutes M] [--finish]

STATE receives pixart.pt or sana.pt (weights, their running mean, optimizer, step, random states),
written every two minutes and on SIGTERM, and MODEL.csv, the losses. The rate is constant, so any moment is a good one to stop;
--finish, or a file STATE/MODEL.finish appearing, lets the rate fall to zero over the last steps.
PyTorch 1.13, one thread, products in bfloat16.
"""
import argparse
import copy
import csv
import ctypes
import os
import signal
import time

import numpy as np
import torch
import torch.nn.functional as F

from data import Pictures
from layers import set_fast
from pixart import PixArt
from sana import Sana
from text import WIDTH, WordEmbedding, Words

SEED, BATCH, RATE, WARM, COOL, DROP = 1, 16, 1e-3, 300, 500, 0.1
MODELS = {
    "pixart": (PixArt, dict(
        _class_name="PixArtTransformer2DModel", num_attention_heads=4, attention_head_dim=32, in_channels=3,
        out_channels=3, num_layers=6, cross_attention_dim=128, attention_bias=True, sample_size=32,
        patch_size=2, activation_fn="gelu-approximate", norm_type="ada_norm_single",
        norm_elementwise_affine=False, norm_eps=1e-6, caption_channels=WIDTH, interpolation_scale=None,
        use_additional_conditions=False, mlp_ratio=4.0)),
    "sana": (Sana, dict(
        _class_name="SanaTransformer2DModel", num_attention_heads=4, attention_head_dim=32, in_channels=12,
        out_channels=12, num_layers=6, num_cross_attention_heads=4, cross_attention_head_dim=32,
        cross_attention_dim=128, caption_channels=WIDTH, mlp_ratio=2.5, attention_bias=False, sample_size=16,
        patch_size=1, norm_elementwise_affine=False, norm_eps=1e-6, interpolation_scale=None)),
}
ALPHAS = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64), 0)  # PixArt's 1000 steps


def unshuffle(x):
    """[B, 3, 32, 32] -> [B, 12, 16, 16], channel c * 4 + dy * 2 + dx."""
    return F.pixel_unshuffle(x, 2)


class Painter(torch.nn.Module):
    """Words, their embedding and the transformer."""

    def __init__(self, kind, words):
        super().__init__()
        make, config = MODELS[kind]
        self.kind, self.words = kind, words
        self.text, self.net = WordEmbedding(len(words.ids)), make(config)

    def forward(self, x, t, captions):
        ids, mask = self.words.batch(captions)
        return self.net(x, t, self.text(ids), mask)


def start(painter):
    """Weights before the first step: small projections, an output of zero, captions heard from the start."""
    for m in painter.net.modules():
        if isinstance(m, torch.nn.Linear):
            torch.nn.init.xavier_uniform_(m.weight)
            if m.bias is not None:
                torch.nn.init.zeros_(m.bias)
    torch.nn.init.zeros_(painter.net.proj_out.weight)


def draw_times(kind, count, gen):
    """Where along the noise a picture is met: PixArt step 0 .. 999 evenly; SANA a share s of noise."""
    if kind == "pixart":
        return torch.randint(1000, (count,), generator=gen)
    s = torch.sigmoid(torch.randn(count, generator=gen))
    s = 3 * s / (1 + 2 * s)
    flat = torch.rand(count, generator=gen)
    return torch.where(torch.rand(count, generator=gen) < 0.3, flat, s)


def snr_weight(a):
    snr = a / (1 - a)
    return (snr.clamp(max=5) + 1) / (snr + 1)


def losses(painter, x, captions, t, noise):
    """The loss of every picture. SANA: (n - x - found)^2. PixArt: v = sqrt(a) noise - sqrt(1 - a) x, its
    squared error by (min(SNR, 5) + 1) / (SNR + 1): strong noise counts in full, weak noise less."""
    at = (slice(None), None, None, None)
    if painter.kind == "pixart":
        a = ALPHAS[t].float()
        p, q = a.sqrt()[at], (1 - a).sqrt()[at]
        found = painter(x * p + noise * q, t, captions)
        return (found - (noise * p - x * q)).pow(2).mean((1, 2, 3)) * snr_weight(a)
    x = unshuffle(x)
    found = painter((1 - t)[at] * x + t[at] * noise, 1000 * t, captions)
    return (found - (noise - x)).pow(2).mean((1, 2, 3))


def noise_shape(kind, count):
    return (count, 3, 32, 32) if kind == "pixart" else (count, 12, 16, 16)


class HeldOut:
    """96 pictures of captions never trained, with times and noise of their own, always the same."""

    def __init__(self, kind, pictures, count=96):
        gen, rng = torch.Generator().manual_seed(99), np.random.default_rng(99)
        x, rows = pictures.batch(rng, count, held=True)
        self.kind, self.x, self.captions = kind, torch.from_numpy(x), [pictures.caption(*r) for r in rows]
        self.t = draw_times(kind, count, gen)
        self.noise = torch.randn(noise_shape(kind, count), generator=gen)

    def loss(self, painter):
        with torch.no_grad():
            return float(losses(painter, self.x, self.captions, self.t, self.noise).mean())

    def baselines(self, pictures):
        """(constant, linear): the loss of the best constant, and of the best linear function of the
        noisy pixel, for every pixel and time, knowing mean and variance of trained pictures only."""
        x, _ = pictures.batch(np.random.default_rng(98), 4000)
        var, t = torch.from_numpy(x.var(0)).double(), self.t
        if self.kind == "pixart":
            a = ALPHAS[t][:, None, None, None]
            flat = a + (1 - a) * var
            left = flat - a * (1 - a) * (1 - var) ** 2 / (a * var + 1 - a)
            return float((snr_weight(a) * flat).mean()), float((snr_weight(a) * left).mean())
        s = t.double()[:, None, None, None]
        left = 1 + var - (s - (1 - s) * var) ** 2 / ((1 - s) ** 2 * var + s ** 2)
        return float((1 + var).mean()), float(left.mean())


def keep_memory():
    """glibc gives big blocks back at once and faults them in again; here it keeps them."""
    libc = ctypes.CDLL("libc.so.6")
    libc.mallopt(-4, 0)                 # M_MMAP_MAX
    libc.mallopt(-1, 2147483647)        # M_TRIM_THRESHOLD
    libc.mallopt(-2, 256 << 20)         # M_TOP_PAD


def groups(painter):
    """Matrices decay; vectors, tables and the word embedding do not."""
    heavy = [p for n, p in painter.net.named_parameters() if p.dim() > 1 and "scale_shift" not in n]
    ids = {id(p) for p in heavy}
    return [dict(params=heavy, weight_decay=0.01),
            dict(params=[p for p in painter.parameters() if id(p) not in ids], weight_decay=0.0)]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("kind", choices=list(MODELS))
    ap.add_argument("state")
    ap.add_argument("--minutes", type=float, default=1e9)
    ap.add_argument("--finish", action="store_true")
    arg = ap.parse_args()
    keep_memory()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    pictures, rng, gen = Pictures(), np.random.default_rng(SEED), torch.Generator().manual_seed(SEED)
    painter = Painter(arg.kind, Words(pictures.words()))
    start(painter)
    set_fast(painter, True)
    mean = copy.deepcopy(painter)
    held = HeldOut(arg.kind, pictures)
    opt = torch.optim.AdamW(groups(painter), lr=RATE, betas=(0.9, 0.99), foreach=True)
    step, spent, cool_from, running = 0, 0.0, None, None
    path, log = os.path.join(arg.state, arg.kind + ".pt"), os.path.join(arg.state, arg.kind + ".csv")
    flag = os.path.join(arg.state, arg.kind + ".finish")
    if os.path.exists(path):
        s = torch.load(path)
        painter.load_state_dict(s["painter"]), mean.load_state_dict(s["mean"]), opt.load_state_dict(s["opt"])
        gen.set_state(s["gen"])
        rng.bit_generator.state = s["rng"]
        step, spent, cool_from, running = s["step"], s["spent"], s["cool_from"], s["running"]
        if cool_from is not None and step >= cool_from + COOL:
            cool_from = None  # it had finished; now it goes on
    else:
        with open(log, "w") as f:
            f.write("step,seconds,loss,running_loss,held_out_loss\n")
        print("held-out loss of the best constant %.4f, best linear %.4f" % held.baselines(pictures), flush=True)

    def save():
        torch.save(dict(painter=painter.state_dict(), mean=mean.state_dict(), opt=opt.state_dict(),
                        gen=gen.get_state(), rng=rng.bit_generator.state, step=step, spent=spent,
                        cool_from=cool_from, running=running, ids=painter.words.ids), path + ".new")
        os.replace(path + ".new", path)

    begun, last_save, window = time.time() - spent, time.time(), []
    stop_at, told = time.time() + 60 * arg.minutes, []
    signal.signal(signal.SIGTERM, lambda *_: told.append(1))  # ends after this step, with everything kept
    while True:
        if cool_from is None and (arg.finish or os.path.exists(flag)):
            cool_from = step
            if os.path.exists(flag):
                os.remove(flag)
        rate = RATE * min(1, (step + 1) / WARM)
        if cool_from is not None:
            rate *= max(0.0, 1 - (step - cool_from) / COOL)
        for g in opt.param_groups:
            g["lr"] = rate
        x, rows = pictures.batch(rng, BATCH)
        captions = [pictures.caption(*r) if rng.random() >= DROP else "" for r in rows]
        noise = torch.randn(noise_shape(arg.kind, BATCH), generator=gen)
        loss = losses(painter, torch.from_numpy(x), captions, draw_times(arg.kind, BATCH, gen), noise).mean()
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(painter.parameters(), 1.0)
        opt.step()
        keep = min(0.999, (1 + step) / (10 + step))
        with torch.no_grad():
            torch._foreach_mul_(list(mean.parameters()), keep)
            torch._foreach_add_(list(mean.parameters()), list(painter.parameters()), alpha=1 - keep)
        step, spent = step + 1, time.time() - begun
        window.append(float(loss.detach()))
        running = window[-1] if running is None else running + (window[-1] - running) * max(0.005, 1 / step)
        over = (cool_from is not None and step >= cool_from + COOL) or time.time() > stop_at or told
        if step % 100 == 0 or over:
            row = [step, round(spent), round(float(np.mean(window)), 5), round(running, 5),
                   round(held.loss(mean), 5)]
            window = []
            with open(log, "a") as f:
                csv.writer(f).writerow(row)
            print(row, "%.1f pictures/s" % (step * BATCH / spent), flush=True)
        if over or time.time() - last_save > 120:
            save()
            last_save = time.time()
        if over:
            return


if __name__ == "__main__":
    main()
