#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What samplers, noise and classifier must give, from formulas that share no code with sim/paint.

  tests/paint/oracle.py > tests/paint/oracle.def        prints the table; --check compares it

Samplers: the published steps with exponentials and logarithms, in 40 decimal digits, on the network
y_i = 0.8 x_i + 0.1 x_(i+1) + t / 4000 + text / 8 of three values from x = 0.5, -1.25, 2. Noise: splitmix64
in whole numbers, the quantile by Newton's method on the error function's series. Classifier: convolution over
padded planes, in binary64.
"""
import sys
from decimal import Decimal as D, getcontext, ROUND_HALF_EVEN

getcontext().prec = 40
TOLD, EMPTY = D(1), D("-0.5")  # the text's value with the prompt, and without
CASES = [
    ('"_class_name":"DPMSolverMultistepScheduler"', 7, "1"),
    ('"_class_name":"DPMSolverMultistepScheduler"', 20, "3"),
    ('"_class_name":"DPMSolverMultistepScheduler"', 1, "1"),
    ('"_class_name":"DPMSolverMultistepScheduler","solver_order":1', 9, "2.5"),
    ('"_class_name":"DPMSolverMultistepScheduler","solver_type":"heun"', 8, "1"),
    ('"_class_name":"DPMSolverMultistepScheduler","timestep_spacing":"leading","steps_offset":1', 11, "0"),
    ('"_class_name":"DPMSolverMultistepScheduler","timestep_spacing":"trailing"', 6, "4.5"),
    ('"_class_name":"DPMSolverMultistepScheduler","final_sigmas_type":"sigma_min"', 16, "1"),
    ('"_class_name":"DPMSolverMultistepScheduler","final_sigmas_type":"sigma_min"', 5, "1"),
    ('"_class_name":"DPMSolverMultistepScheduler","final_sigmas_type":"sigma_min","lower_order_final":false', 5, "1"),
    ('"_class_name":"DPMSolverMultistepScheduler","final_sigmas_type":"sigma_min","lower_order_final":false,'
     '"euler_at_final":true', 5, "1"),
    ('"_class_name":"DPMSolverMultistepScheduler","beta_schedule":"scaled_linear","beta_start":0.00085,'
     '"beta_end":0.012', 12, "1"),
    ('"_class_name":"DPMSolverMultistepScheduler","num_train_timesteps":50,"beta_start":0.002,"beta_end":0.3', 8, "1"),
    ('"_class_name":"DPMSolverMultistepScheduler","use_flow_sigmas":true,"prediction_type":"flow_prediction",'
     '"flow_shift":3.0', 9, "4.5"),
    ('"_class_name":"DPMSolverMultistepScheduler","use_flow_sigmas":true,"prediction_type":"flow_prediction",'
     '"flow_shift":1.0,"solver_type":"heun","final_sigmas_type":"sigma_min"', 16, "1"),
    ('"_class_name":"DPMSolverMultistepScheduler","prediction_type":"v_prediction"', 20, "3"),
    ('"_class_name":"DDIMScheduler","prediction_type":"v_prediction","clip_sample":false', 9, "1"),
    ('"_class_name":"DDIMScheduler","prediction_type":"v_prediction"', 12, "3"),
    ('"_class_name":"DDIMScheduler","clip_sample":false', 10, "1"),
    ('"_class_name":"DDIMScheduler"', 10, "2"),
    ('"_class_name":"DDIMScheduler","clip_sample_range":1.5,"set_alpha_to_one":false,"steps_offset":1', 7, "1"),
    ('"_class_name":"DDIMScheduler","timestep_spacing":"linspace","clip_sample":false', 6, "1"),
    ('"_class_name":"DDIMScheduler","timestep_spacing":"trailing","clip_sample":false', 13, "1"),
    ('"_class_name":"FlowMatchEulerDiscreteScheduler"', 10, "1"),
    ('"_class_name":"FlowMatchEulerDiscreteScheduler","shift":3.0', 20, "4.5"),
    ('"_class_name":"FlowMatchEulerDiscreteScheduler","shift":3.0', 1, "1"),
    ('"_class_name":"FlowMatchEulerDiscreteScheduler","shift":0.5,"num_train_timesteps":500', 4, "0.5"),
]


def integer(x):
    return int(D(x).quantize(D(1), rounding=ROUND_HALF_EVEN))


def network(x, t, g):
    def y(text):
        return [D("0.8") * x[i] + D("0.1") * x[(i + 1) % 3] + D(t) / 4000 + text / 8 for i in range(3)]
    if g == 1:
        return y(TOLD)
    return [u + g * (c - u) for c, u in zip(y(TOLD), y(EMPTY))]


class Config(dict):
    def get_number(self, key, otherwise):
        return D(str(self.get(key, otherwise)))


def alphas(c):
    n, out, product = int(c.get("num_train_timesteps", 1000)), [], D(1)
    a, b = c.get_number("beta_start", "0.0001"), c.get_number("beta_end", "0.02")
    for i in range(n):
        if c.get("beta_schedule", "linear") == "linear":
            beta = a + (b - a) * i / (n - 1)
        else:
            beta = (a.sqrt() + (b.sqrt() - a.sqrt()) * i / (n - 1)) ** 2
        product *= 1 - beta
        out.append(product)
    return out


def bend(s, f):
    return f * s / (1 + (f - 1) * s)


def dpm(c, n, g, x):
    train = int(c.get("num_train_timesteps", 1000))
    flow, zero = c.get("use_flow_sigmas", False), c.get("final_sigmas_type", "zero") == "zero"
    if flow:
        f = c.get_number("flow_shift", 1)
        sigmas = [bend(1 - (1 + (D(1) / train - 1) * i / n), f) for i in range(n + 1)][:0:-1]
        times = [int(s * train) for s in sigmas]
        levels = [(1 - s, s) for s in sigmas + [D(0) if zero else sigmas[-1]]]
    else:
        keep, spacing = alphas(c), c.get("timestep_spacing", "linspace")
        if spacing == "linspace":
            times = [integer(D(train - 1) * i / n) for i in range(n + 1)][:0:-1]
        elif spacing == "leading":
            times = [i * (train // (n + 1)) + int(c.get("steps_offset", 0)) for i in range(n + 1)][:0:-1]
        else:
            times = [integer(train - D(train) * i / n) - 1 for i in range(n)]
        levels = [(keep[t].sqrt(), (1 - keep[t]).sqrt()) for t in times]
        levels.append((D(1), D(0)) if zero else (keep[0].sqrt(), (1 - keep[0]).sqrt()))
    lam = [a.ln() - s.ln() if s else None for a, s in levels]
    old = None
    for k in range(n):
        (a0, s0), (a1, s1) = levels[k], levels[k + 1]
        y = network(x, times[k], g)
        if c.get("prediction_type") == "v_prediction":
            d = [a0 * xi - s0 * yi for xi, yi in zip(x, y)]
        else:
            d = [xi - s0 * yi if flow else (xi - s0 * yi) / a0 for xi, yi in zip(x, y)]
        last = k == n - 1 and (c.get("euler_at_final", False) or zero or
                               (c.get("lower_order_final", True) and n < 15))
        shrink = (lam[k] - lam[k + 1]).exp() - 1 if s1 else D(-1)
        new = [s1 / s0 * xi - a1 * shrink * di for xi, di in zip(x, d)]
        if not (k == 0 or last or c.get("solver_order", 2) == 1) and lam[k + 1] != lam[k]:
            h, h0 = lam[k + 1] - lam[k], lam[k] - lam[k - 1]
            d1 = [h / h0 * (di - oi) for di, oi in zip(d, old)]
            if c.get("solver_type", "midpoint") == "midpoint":
                new = [ni - a1 * shrink * ti / 2 for ni, ti in zip(new, d1)]
            else:
                new = [ni + a1 * (shrink / h + 1) * ti for ni, ti in zip(new, d1)]
        x, old = new, d
    return times, x


def ddim(c, n, g, x):
    train, keep, spacing = int(c.get("num_train_timesteps", 1000)), alphas(c), c.get("timestep_spacing", "leading")
    if spacing == "linspace":
        times = [integer(D(train - 1) * i / (n - 1)) for i in range(n)][::-1]
    elif spacing == "leading":
        times = [i * (train // n) + int(c.get("steps_offset", 0)) for i in range(n)][::-1]
    else:
        times = [integer(train - D(train) * i / n) - 1 for i in range(n)]
    clip = c.get_number("clip_sample_range", 1) if c.get("clip_sample", True) else None
    for t in times:
        a, prev = keep[t], t - train // n
        b = keep[prev] if prev >= 0 else D(1) if c.get("set_alpha_to_one", True) else keep[0]
        y = network(x, t, g)
        if c.get("prediction_type") == "v_prediction":
            y = [a.sqrt() * yi + (1 - a).sqrt() * xi for xi, yi in zip(x, y)]  # the noise; it leaves this picture:
        d = [(xi - (1 - a).sqrt() * yi) / a.sqrt() for xi, yi in zip(x, y)]
        if clip is not None:
            d = [min(max(di, -clip), clip) for di in d]
        x = [b.sqrt() * di + (1 - b).sqrt() * yi for di, yi in zip(d, y)]
    return times, x


def euler(c, n, g, x):
    train, f = int(c.get("num_train_timesteps", 1000)), c.get_number("shift", 1)
    last = bend(D(1) / train, f)
    levels = [bend(1 + (last - 1) * i / (n - 1) if n > 1 else D(1), f) for i in range(n)] + [D(0)]
    for s, s1 in zip(levels, levels[1:]):
        x = [xi + (s1 - s) * yi for xi, yi in zip(x, network(x, s * train, g))]
    return [s * train for s in levels[:-1]], x


def samplers():
    import json
    for text, n, g in CASES:
        c = Config(json.loads("{%s}" % text))
        run = {"DPMS": dpm, "DDIM": ddim, "Flow": euler}[c["_class_name"][:4]]
        times, x = run(c, n, D(g), [D("0.5"), D("-1.25"), D(2)])
        print('STAMP_SAMPLER("{%s}", %d, %s,' % (text.replace('"', '\\"'), n, g))
        print("              (%s)," % ", ".join("%.9g" % t for t in times))
        print("              (%s))" % ", ".join("%.12g" % v for v in x))


def normal(x):
    """P(X <= x), by the series of the error function at |x| <= 10 in enough digits."""
    getcontext().prec = 80
    term = total = x
    k = 0
    while abs(term) > D(10) ** -75:
        k += 1
        term = term * x * x / (2 * k + 1)
        total += term
    pi = D("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899")
    p = D("0.5") + total * (-x * x / 2).exp() / (2 * pi).sqrt()
    density = (-x * x / 2).exp() / (2 * pi).sqrt()
    return p, density


def noise():
    ones = 2 ** 64 - 1

    def mix(z):
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9 & ones
        z = (z ^ z >> 27) * 0x94d049bb133111eb & ones
        return z ^ z >> 31
    for seed in (0, 1, 2026, ones):
        for i in (0, 1, 2, 77, 4095, 10 ** 6):
            z = mix((mix(seed) + (i + 1) * 0x9e3779b97f4a7c15) & ones)
            p, x = (D(z >> 12) + D("0.5")) / 2 ** 52, D(0)
            for _ in range(60):
                at, density = normal(x)
                step = (at - p) / density
                x -= max(min(step, D(1)), D(-1))
                if abs(step) < D(10) ** -30:
                    break
            print("STAMP_NOISE(%dull, %d, %.20g)" % (seed, i, x))
    getcontext().prec = 40


def weight(tensor, i):
    v = (i * 2654435761 + tensor * 40503 + 12345) % 2 ** 32
    v = (v ^ v >> 15) * 2246822519 % 2 ** 32
    return ((v >> 26) - 32) / 64


def judge():
    size, planes = 8, [[[((y * 8 + x) * 3 + c) * 37 % 256 / 127.5 - 1 for x in range(8)] for y in range(8)]
                       for c in range(3)]
    for layer, (a, b) in enumerate(((3, 16), (16, 32), (32, 64))):
        wide = [[[0.0] * (size + 2)] + [[0.0] + row + [0.0] for row in p] + [[0.0] * (size + 2)] for p in planes]
        size //= 2
        w = [weight(60 + 2 * layer, i) / 4 for i in range(a * b * 9)]
        out = []
        for o in range(b):
            out.append([[max(0.0, weight(61 + 2 * layer, o) / 4 + sum(
                w[((o * a + c) * 3 + ky) * 3 + kx] * wide[c][2 * y + ky][2 * x + kx]
                for c in range(a) for ky in range(3) for kx in range(3))) for x in range(size)] for y in range(size)])
        planes = out
    flat = [v for p in planes for row in p for v in row]
    for name, tensor, count in (("OBJECTS", 66, 3), ("BACKGROUNDS", 68, 2)):
        print("STAMP_%s(%s)" % (name, ", ".join("%.12g" % (weight(tensor + 1, o) / 4 + sum(
            weight(tensor, o * 64 + i) / 4 * flat[i] for i in range(64))) for o in range(count))))


def main():
    if sys.argv[1:] == ["--check"]:
        import io
        import os
        real, sys.stdout = sys.stdout, io.StringIO()
        table()
        text, sys.stdout = sys.stdout.getvalue(), real
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "oracle.def"), encoding="utf-8") as f:
            if f.read() != text:
                sys.exit("tests/paint/oracle.def is not what oracle.py prints")
        print("tests/paint/oracle.def is fresh")
    else:
        table()


def table():
    print("/* SPDX-License-Identifier: Apache-2.0 */\n/* oracle.def - printed by tests/paint/oracle.py; do not edit. */")
    samplers()
    noise()
    judge()


main()
