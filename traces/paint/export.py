# SPDX-License-Identifier: Apache-2.0
"""Make the diffusers folder of a painter (pixart/ or sana/ beside this file) from its training state.

    /usr/bin/python3 export.py pixart|sana STATE [--out DIR] [--count N] [--quick]

Writes the F16 weights and every config, then reads them back and paints with them in float32: the
sheet samples.png, the scores of the classifier (N pictures; 0 leaves scores and sheet out), loss.svg
and README.md. May be run at any moment of the training; --quick paints with products in bfloat16.
"""
import argparse
import json
import os
import shutil
import time

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

import classifier
import sample
import weights
from data import Pictures, to_image
from layers import set_fast
from text import MAX, WIDTH, WordEmbedding, Words
from train import BATCH, MODELS, HeldOut, Painter, keep_memory

HERE = os.path.dirname(os.path.abspath(__file__))
VERSION = "0.32.0"
SCHEDULERS = {
    "pixart": dict(
        _class_name="DPMSolverMultistepScheduler", _diffusers_version=VERSION, algorithm_type="dpmsolver++",
        beta_end=0.02, beta_schedule="linear", beta_start=0.0001, dynamic_thresholding_ratio=0.995,
        euler_at_final=False, final_sigmas_type="zero", lambda_min_clipped=-1e30, lower_order_final=True,
        num_train_timesteps=1000, prediction_type="v_prediction", sample_max_value=1.0, solver_order=2,
        solver_type="midpoint", steps_offset=0, thresholding=False, timestep_spacing="linspace",
        trained_betas=None, use_karras_sigmas=False, use_lu_lambdas=False, variance_type=None),
    "sana": dict(
        _class_name="FlowMatchEulerDiscreteScheduler", _diffusers_version=VERSION, base_image_seq_len=256,
        base_shift=0.5, max_image_seq_len=4096, max_shift=1.15, num_train_timesteps=1000, shift=3.0,
        use_dynamic_shifting=False),
}
PIPELINES = {"pixart": "PixArtSigmaPipeline", "sana": "SanaPipeline"}
CLASSES = {"pixart": "PixArtTransformer2DModel", "sana": "SanaTransformer2DModel"}


def put(path, obj):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(obj, f, indent=2, ensure_ascii=False)
        f.write("\n")


def write_folder(kind, state, out):
    """Everything a loader reads."""
    nets, texts = {}, {}
    for name, tensor in state["mean"].items():
        (nets if name.startswith("net.") else texts)[name.split(".", 1)[1]] = tensor
    for part, tensors, name in (("transformer", nets, "diffusion_pytorch_model"), ("text_encoder", texts, "model")):
        os.makedirs(os.path.join(out, part), exist_ok=True)
        weights.save(os.path.join(out, part, name + ".safetensors"), tensors)
    put(os.path.join(out, "transformer/config.json"), MODELS[kind][1])
    put(os.path.join(out, "text_encoder/config.json"), {
        "_class_name": "WordEmbedding", "vocab_size": len(state["ids"]), "max_length": MAX, "width": WIDTH})
    put(os.path.join(out, "tokenizer/vocab.json"), state["ids"])
    put(os.path.join(out, "scheduler/scheduler_config.json"), SCHEDULERS[kind])
    factor = 1 if kind == "pixart" else 2
    put(os.path.join(out, "vae/config.json"), {
        "_class_name": "PixelShuffle", "factor": factor, "latent_channels": 3 * factor ** 2})
    put(os.path.join(out, "model_index.json"), {
        "_class_name": PIPELINES[kind], "_diffusers_version": VERSION,
        "scheduler": ["diffusers", SCHEDULERS[kind]["_class_name"]],
        "text_encoder": ["traces.paint.text", "WordEmbedding"], "tokenizer": ["traces.paint.text", "Words"],
        "transformer": ["diffusers", CLASSES[kind]], "vae": ["traces.paint.train", "PixelShuffle"]})


def from_folder(kind, folder, dtype=torch.float32):
    """The painter of an exported folder."""
    words = Words.from_folder(os.path.join(folder, "tokenizer"))
    painter = Painter(kind, words)
    painter.net = MODELS[kind][0].from_folder(os.path.join(folder, "transformer"), dtype)
    painter.text = WordEmbedding.from_folder(os.path.join(folder, "text_encoder"), dtype)
    return painter.eval()


def some(pictures, pairs, count):
    """`count` triples (object, colour, size), always the same, every pair before one comes twice."""
    rng, out = np.random.default_rng(5), []
    while len(out) < count:
        out += [pairs[i] + (int(rng.integers(3)),) for i in rng.permutation(len(pairs))]
    return out[:count]


def many(painter, captions, seed, batch=32, **how):
    return torch.cat([sample.paint(painter, captions[i:i + batch], seed + i, **how)
                      for i in range(0, len(captions), batch)])


def sheet(painter, pictures, path, seeds=4, scale=2, columns=3):
    font = ImageFont.load_default()
    cell_w, cell_h = seeds * (32 * scale + 2) + 8, 32 * scale + 16
    blocks = [("trained captions", some(pictures, pictures.trained, 24)),
              ("captions held out of training", some(pictures, pictures.held, 12))]
    rows = sum(-(-len(b[1]) // columns) for b in blocks)
    page = Image.new("RGB", (columns * cell_w + 8, rows * cell_h + 18 * len(blocks) + 8), (255, 255, 255))
    pen, y = ImageDraw.Draw(page), 4
    for title, triples in blocks:
        pen.text((8, y + 2), title.upper(), font=font, fill=(0, 0, 0))
        y += 18
        captions = [pictures.caption(*t) for t in triples]
        found = many(painter, [c for c in captions for _ in range(seeds)], 1000)
        for i, caption in enumerate(captions):
            at_x, at_y = 8 + i % columns * cell_w, y + i // columns * cell_h
            pen.text((at_x, at_y), caption, font=font, fill=(60, 60, 60))
            for k in range(seeds):
                page.paste(to_image(found[i * seeds + k].numpy(), scale), (at_x + k * (32 * scale + 2), at_y + 12))
        y += -(-len(captions) // columns) * cell_h
    page.save(path, optimize=True)


def curve(log, path, levels):
    """Running and held-out loss over the steps as an SVG, the loss axis logarithmic."""
    rows = np.genfromtxt(log, delimiter=",", names=True)
    step, w, h = rows["step"], 640, 320
    top, low = 1.5, float(np.nanmin(rows["held_out_loss"])) * 0.8

    def place(x, y):
        return 50 + 570 * x / step[-1], 20 + 270 * np.log(top / np.clip(y, low, top)) / np.log(top / low)

    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">'
           % (w, h), '<rect width="100%" height="100%" fill="white"/>']
    for v in (1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01):
        if low < v < top:
            y = place(0, v)[1]
            out.append('<path d="M50 %.1fH620" stroke="#ddd"/><text x="44" y="%.1f" text-anchor="end">%g</text>'
                       % (y, y + 4, v))
    for name, v in levels:
        y = place(0, v)[1]
        out.append('<path d="M50 %.1fH620" stroke="#888" stroke-dasharray="4 3"/><text x="616" y="%.1f" '
                   'text-anchor="end" fill="#555">%s</text>' % (y, y - 3, name))
    for column, colour in (("running_loss", "#1f77b4"), ("held_out_loss", "#d62728")):
        thin = slice(None, None, max(1, len(step) // 300))
        points = " ".join("%.1f,%.1f" % place(x, y) for x, y in zip(step[thin], rows[column][thin]))
        out.append('<polyline fill="none" stroke="%s" stroke-width="1.5" points="%s"/>' % (colour, points))
    out.append('<text x="50" y="308">steps of %d pictures, 0 to %d</text><text x="300" y="308" fill="#1f77b4">running '
               'loss</text><text x="400" y="308" fill="#d62728">held-out loss of the running mean</text></svg>'
               % (BATCH, step[-1]))
    with open(path, "w") as f:
        f.write("\n".join(out) + "\n")


WORDS = {
    "pixart": dict(
        NAME="paint-pixart", INTRO="PixArt: a diffusion transformer with softmax attention over the picture and over the"
        " caption.", SHAPE="patches of 2 x 2 pixels of 3 channels, MLP 4 x, sin-cos positions",
        OBJECTIVE="v = sqrt(a) noise - sqrt(1 - a) picture over 1000 steps (beta linear from 0.0001 to 0.02), squared"
        " error times (min(SNR, 5) + 1) / (SNR + 1)",
        SAMPLING="DPM-Solver++ (2M), 20 steps, guidance 3",
        BAD="Small objects lose their details first; a person recognises fewer pictures than the classifier names."),
    "sana": dict(
        NAME="paint-sana", INTRO="SANA: a diffusion transformer with ReLU linear attention over the picture, softmax"
        " attention over the caption and a convolutional MLP.",
        SHAPE="patches of 1 of a 16 x 16 grid of 12 channels (2 x 2 pixels of 3 channels, channel c * 4 + dy * 2 + dx),"
        " MLP 2.5 x, no positions",
        OBJECTIVE="flow matching: x_s = (1 - s) x + s n, squared error of n - x, s logit-normal, shifted by 3, three in"
        " ten even; the time given to the model is 1000 s",
        SAMPLING="Euler, 20 steps, shift 3, guidance 3",
        BAD="Without positions outlines wobble, and a faint grid of 2 x 2 pixels shows on plain backgrounds; small"
        " objects lose their details first. A person recognises fewer pictures than the classifier names."),
}


def readme(kind, path, facts):
    """README.in with its @NAMES@ filled; what is bad with the pictures is said in WORDS."""
    with open(os.path.join(HERE, "README.in"), encoding="utf-8") as f:
        text = f.read()
    for key, value in dict(facts, CLASS=CLASSES[kind], **WORDS[kind]).items():
        text = text.replace("@%s@" % key, value)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def percent(scores):
    return " | ".join("%.1f %%" % (100 * s) for s in scores)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("kind", choices=list(MODELS))
    ap.add_argument("state")
    ap.add_argument("--out")
    ap.add_argument("--count", type=int, default=192)
    ap.add_argument("--quick", action="store_true")
    arg = ap.parse_args()
    keep_memory()
    torch.set_num_threads(1)
    kind, out = arg.kind, arg.out or os.path.join(HERE, arg.kind)
    state, pictures = torch.load(os.path.join(arg.state, kind + ".pt")), Pictures()
    write_folder(kind, state, out)
    shutil.copy(os.path.join(arg.state, kind + ".csv"), os.path.join(out, "loss.csv"))
    painter, held = set_fast(from_folder(kind, out), arg.quick), HeldOut(kind, pictures)
    constant, linear = held.baselines(pictures)
    curve(os.path.join(out, "loss.csv"), os.path.join(out, "loss.svg"),
          (("best constant", constant), ("best linear", linear)))
    facts = dict(STEPS=str(state["step"]), HOURS="%.2f" % (state["spent"] / 3600),
                 PICTURES="{:,}".format(state["step"] * BATCH), CONSTANT="%.4f" % constant,
                 LINEAR="%.4f" % linear, HELD="%.4f" % held.loss(painter),
                 PARAMETERS="{:,}".format(sum(p.numel() for p in painter.parameters())))
    if arg.count:
        judge, begun = classifier.Classifier.from_folder(), time.time()
        for key, pairs in (("TRAINED", pictures.trained), ("HELDOUT", pictures.held)):
            triples = some(pictures, pairs, arg.count)
            found = many(painter, [pictures.caption(*t) for t in triples], 0)
            scores = classifier.score(judge, found, triples)
            facts["SCORE_" + key] = percent(scores)
            print(kind, key, scores, "%.0f s" % (time.time() - begun), flush=True)
        with open(os.path.join(classifier.FOLDER, "scores.json")) as f:
            facts["SCORE_REAL"] = percent(json.load(f)["real_pictures"].values())
        sheet(painter, pictures, os.path.join(out, "samples.png"))
    facts["COUNT"] = str(arg.count)
    readme(kind, os.path.join(out, "README.md"), facts)
    print(kind, facts)


if __name__ == "__main__":
    main()
