# SPDX-License-Identifier: Apache-2.0
"""The judge of samples: a small convolutional network that names object and background.

    /usr/bin/python3 classifier.py [--steps N]      trains it into classifier/

3x3 convolutions of stride 2 and padding 1 (3 -> 16 -> 32 -> 64) with ReLU, flattened (channel, y, x),
then one projection to the objects and one to the backgrounds. Trained on all pairs, held-out ones
too (it judges, it does not paint), with noise, blur and change of brightness and contrast.
"""
import argparse
import json
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import weights
from data import Pictures

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "classifier")


class Classifier(nn.Module):
    def __init__(self, objects, backgrounds):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 2, 1)
        self.conv2 = nn.Conv2d(16, 32, 3, 2, 1)
        self.conv3 = nn.Conv2d(32, 64, 3, 2, 1)
        self.objects = nn.Linear(1024, objects)
        self.backgrounds = nn.Linear(1024, backgrounds)

    @classmethod
    def from_folder(cls, folder=FOLDER):
        with open(os.path.join(folder, "config.json")) as f:
            c = json.load(f)
        new = cls(len(c["objects"]), len(c["backgrounds"]))
        new.load_state_dict(weights.load_folder(folder))
        return new.eval()

    def forward(self, x):
        for conv in (self.conv1, self.conv2, self.conv3):
            x = F.relu(conv(x))
        x = x.flatten(1)
        return self.objects(x), self.backgrounds(x)


def worsen(x, rng):
    """Each picture blurred, dimmed, shifted in colour and noisy by amounts of its own."""
    b = len(x)
    def amount(low, high, *shape):
        return torch.from_numpy(rng.uniform(low, high, (b,) + (shape or (1, 1, 1))).astype(np.float32))
    blurred = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    x = x + amount(0, 1) * (blurred - x)
    x = x * amount(0.7, 1.2) + amount(-0.15, 0.15) + amount(-0.08, 0.08, 3, 1, 1)
    return x + amount(0, 0.35) * torch.from_numpy(rng.standard_normal(x.shape).astype(np.float32))


def score(net, pictures, rows):
    """(object, background, both): shares of `pictures` named as (object, colour, size) `rows` say."""
    with torch.no_grad():
        o, c = (y.argmax(1) for y in net(pictures))
    good_o = o == torch.tensor([r[0] for r in rows])
    good_c = c == torch.tensor([r[1] for r in rows])
    return [round(float(g.float().mean()), 4) for g in (good_o, good_c, good_o & good_c)]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--steps", type=int, default=6000)
    steps = ap.parse_args().steps
    torch.set_num_threads(1)
    torch.manual_seed(1)
    p, rng = Pictures(), np.random.default_rng(7)
    net = Classifier(len(p.objects), len(p.colours))
    opt = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=0.01)
    p.trained = p.trained + p.held
    for step in range(steps):
        for g in opt.param_groups:
            g["lr"] = 2e-3 * (1 - step / steps)
        x, rows = p.batch(rng, 64, jitter=3)
        o, c = net(worsen(torch.from_numpy(x), rng))
        loss = F.cross_entropy(o, torch.tensor([r[0] for r in rows])) + \
            0.5 * F.cross_entropy(c, torch.tensor([r[1] for r in rows]))
        opt.zero_grad()
        loss.backward()
        opt.step()
        if step % 200 == 0:
            print(step, float(loss), flush=True)
    os.makedirs(FOLDER, exist_ok=True)
    weights.save(os.path.join(FOLDER, "model.safetensors"), net.state_dict())
    net.load_state_dict(weights.load_folder(FOLDER))
    x, rows = p.batch(np.random.default_rng(8), 2000)
    x = torch.from_numpy(x)
    clean, worse = score(net, x, rows), score(net, worsen(x, rng), rows)
    print("clean", clean, "worsened", worse)
    with open(os.path.join(FOLDER, "config.json"), "w") as f:
        json.dump({"_class_name": "CaptionClassifier", "size": 32, "objects": p.objects, "backgrounds": p.colours}, f,
                  indent=1)
        f.write("\n")
    with open(os.path.join(FOLDER, "scores.json"), "w") as f:
        json.dump({"real_pictures": dict(zip(("object", "background", "both"), clean)),
                   "worsened_pictures": dict(zip(("object", "background", "both"), worse))}, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
