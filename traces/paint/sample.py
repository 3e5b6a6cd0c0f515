# SPDX-License-Identifier: Apache-2.0
"""From noise to pictures, as diffusers' schedulers step: DPM-Solver++ (2M), DDIM, Euler flow matching."""
import numpy as np
import torch

from train import ALPHAS


def guided(painter, captions, guidance):
    """f(x, t): empty + guidance * (captioned - empty), both found in one batch (float32 for the steps)."""
    both = [""] * len(captions) + list(captions)

    def f(x, t):
        with torch.no_grad():
            t2 = torch.full((2 * len(x),), float(t), dtype=x.dtype)
            empty, told = painter(torch.cat((x, x)), t2, both).chunk(2)
        return empty + guidance * (told - empty)

    return f


def linspace_steps(count):
    """diffusers' timestep_spacing "linspace" of DPMSolverMultistepScheduler: count steps from 999 down."""
    return np.linspace(0, 999, count + 1).round()[::-1][:-1].astype(np.int64)


def dpm(f, x, count, prediction="v_prediction"):
    """DPM-Solver++ of order 2 (midpoint), the first and the last step of order 1, to sigma 0.

    f finds the noise ("epsilon") or v = a noise - s clean ("v_prediction"), x being a clean + s noise.
    """
    steps = linspace_steps(count)
    sigmas = [float(((1 - ALPHAS[t]) / ALPHAS[t]) ** 0.5) for t in steps] + [0.0]
    old, h_old = None, None
    for i, t in enumerate(steps):
        a, s = 1 / (sigmas[i] ** 2 + 1) ** 0.5, sigmas[i] / (sigmas[i] ** 2 + 1) ** 0.5
        found = f(x, t)
        clean = (x - s * found) / a if prediction == "epsilon" else a * x - s * found
        if i + 1 == len(steps):
            return clean
        a1, s1 = 1 / (sigmas[i + 1] ** 2 + 1) ** 0.5, sigmas[i + 1] / (sigmas[i + 1] ** 2 + 1) ** 0.5
        h = (np.log(a1) - np.log(s1)) - (np.log(a) - np.log(s))
        shrink = float(a1 * (np.exp(-h) - 1))
        new = (s1 / s) * x - shrink * clean
        if old is not None:
            new = new - 0.5 * shrink * (clean - old) * float(h / h_old)
        x, old, h_old = new, clean, h


def ddim(f, x, count, prediction="v_prediction"):
    """DDIM, eta 0, timestep_spacing "leading" with steps_offset 1, set_alpha_to_one false."""
    leap = 1000 // count
    for t in (np.arange(count) * leap).round()[::-1].astype(np.int64) + 1:
        a = float(ALPHAS[t])
        b = float(ALPHAS[t - leap]) if t >= leap else float(ALPHAS[0])
        e = f(x, t)
        if prediction == "v_prediction":
            e = a ** 0.5 * e + (1 - a) ** 0.5 * x
        x = b ** 0.5 * (x - (1 - a) ** 0.5 * e) / a ** 0.5 + (1 - b) ** 0.5 * e
    return x


def flow_sigmas(count, shift=3.0):
    """diffusers' FlowMatchEulerDiscreteScheduler: shares of noise, shifted, and 0 at the end."""
    def bend(s):
        return shift * s / (1 + (shift - 1) * s)

    return [float(bend(s)) for s in np.linspace(1.0, bend(0.001), count)] + [0.0]


def euler(f, x, count, shift=3.0):
    sigmas = flow_sigmas(count, shift)
    for s, s1 in zip(sigmas, sigmas[1:]):
        x = x + (s1 - s) * f(x, 1000 * s)
    return x


def paint(painter, captions, seed, count=20, guidance=None, method=None):
    """Pictures [B, 3, 32, 32] of the captions; picture i comes from the noise of seed + i."""
    pixart = painter.kind == "pixart"
    shape = (3, 32, 32) if pixart else (12, 16, 16)
    x = torch.stack([torch.randn(shape, generator=torch.Generator().manual_seed(seed + i))
                     for i in range(len(captions))])
    f = guided(painter, captions, guidance or 3.0)
    x = (method or (dpm if pixart else euler))(f, x, count)
    return (x if pixart else torch.nn.functional.pixel_shuffle(x, 2)).clamp(-1, 1)
