# SPDX-License-Identifier: Apache-2.0
"""Train the model the kit ships (traces/model/stamp-stories) from scratch. One-time tool.

    /usr/bin/python3 traces/model/train.py TEXTS OUT [--steps N]

TEXTS holds tinystories.txt and tinyshakespeare.txt; OUT receives model.safetensors, config.json,
tokenizer.bin, loss.csv and summary.json. PyTorch 1.13 and numpy, one thread, seed 1.
"""
import argparse
import csv
import json
import math
import os
import struct
import time

import numpy as np
import torch
import torch.nn.functional as F

import bpe

CFG = dict(dim=128, hidden=384, layers=5, heads=4, kv_heads=2, head_dim=32, vocab=1024, ctx=512)
THETA, EPS, SEED = 10000.0, 1e-5, 1


def documents(folder):
    """(training, validation) lists of texts; the last tenth of each file is validation."""
    stories = open(os.path.join(folder, "tinystories.txt"), encoding="utf-8").read()
    plays = open(os.path.join(folder, "tinyshakespeare.txt"), encoding="utf-8").read()
    cut_s = stories.index("<|endoftext|>", int(len(stories) * 0.9))
    cut_p = plays.index("\n\n", int(len(plays) * 0.9))

    def split(text):
        return [d.strip() for d in text.split("<|endoftext|>") if d.strip()]

    return (split(stories[:cut_s]), plays[:cut_p].strip()), (split(stories[cut_s:]), plays[cut_p:].strip())


def scenes(play, chars):
    """A play cut at speeches into documents of about `chars` characters."""
    out, now = [], ""
    for speech in play.split("\n\n"):
        now = now + "\n\n" + speech if now else speech
        if len(now) >= chars:
            out.append(now)
            now = ""
    return out + ([now] if now else [])


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        c, lin = CFG, lambda i, o: torch.nn.Linear(i, o, bias=False)
        q, kv = c["heads"] * c["head_dim"], c["kv_heads"] * c["head_dim"]
        self.q, self.k, self.v = lin(c["dim"], q), lin(c["dim"], kv), lin(c["dim"], kv)
        self.o = lin(q, c["dim"])
        self.gate, self.up = lin(c["dim"], c["hidden"]), lin(c["dim"], c["hidden"])
        self.down = lin(c["hidden"], c["dim"])
        self.n1 = torch.nn.Parameter(torch.ones(c["dim"]))
        self.n2 = torch.nn.Parameter(torch.ones(c["dim"]))


def norm(x, w):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPS) * w


def rope(x, cos, sin):
    """Hugging Face layout: element i pairs with i + head_dim / 2."""
    a, b = x.chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


class Model(torch.nn.Module):
    def __init__(self, dropout):
        super().__init__()
        c, self.dropout = CFG, dropout
        self.emb = torch.nn.Embedding(c["vocab"], c["dim"])
        self.blocks = torch.nn.ModuleList(Block() for _ in range(c["layers"]))
        self.nf = torch.nn.Parameter(torch.ones(c["dim"]))
        inv = THETA ** (-torch.arange(0, c["head_dim"], 2).float() / c["head_dim"])
        ang = torch.arange(c["ctx"]).float()[:, None] * inv
        self.cos, self.sin = ang.cos(), ang.sin()
        self.mask = torch.full((c["ctx"], c["ctx"]), float("-inf")).triu(1)
        for name, p in self.named_parameters():
            if p.dim() > 1:
                deep = name.endswith(("o.weight", "down.weight"))
                torch.nn.init.normal_(p, std=0.04 / (math.sqrt(2 * c["layers"]) if deep else 1))

    def forward(self, ids):
        c, (n, t) = CFG, ids.shape
        drop = lambda v: F.dropout(v, self.dropout, self.training)
        cos, sin, group = self.cos[:t], self.sin[:t], c["heads"] // c["kv_heads"]
        x = drop(self.emb(ids))
        for b in self.blocks:
            h = norm(x, b.n1)
            q = rope(b.q(h).view(n, t, c["heads"], -1).transpose(1, 2), cos, sin)
            k = rope(b.k(h).view(n, t, c["kv_heads"], -1).transpose(1, 2), cos, sin)
            v = b.v(h).view(n, t, c["kv_heads"], -1).transpose(1, 2)
            k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
            p = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(c["head_dim"]) + self.mask[:t, :t], -1)
            x = x + drop(b.o((p @ v).transpose(1, 2).reshape(n, t, -1)))
            h = norm(x, b.n2)
            x = x + drop(b.down(F.silu(b.gate(h)) * b.up(h)))
        return norm(x, self.nf) @ self.emb.weight.T


class Batches:
    """Rows of `length` tokens: BOS + document, further BOS + document until the row is full.
    Half the rows are stories, half start at a random speech of the play."""

    def __init__(self, stories, play, length, rng):
        self.stories, self.length, self.rng = stories, length, rng
        self.play = play  # list of token lists, one per speech, without BOS

    def row(self):
        out = []
        if self.rng.random() < 0.5:
            while len(out) <= self.length:
                out += self.stories[self.rng.integers(len(self.stories))]
        else:
            k, out = int(self.rng.integers(len(self.play))), [1]
            while len(out) <= self.length:
                out += self.play[k % len(self.play)]
                k += 1
        return out[: self.length + 1]

    def batch(self, n):
        t = torch.tensor([self.row() for _ in range(n)])
        return t[:, :-1], t[:, 1:]


def validate(model, docs):
    """Sum of nats and token count, every document alone, BOS first, cut at the context."""
    model.eval()
    nats = count = 0
    with torch.no_grad():
        for d in docs:
            t = torch.tensor(d[: CFG["ctx"] + 1])[None]
            nats += F.cross_entropy(model(t[:, :-1])[0], t[0, 1:], reduction="sum").item()
            count += t.shape[1] - 1
    model.train()
    return nats, count


def ngrams(train, valid):
    """Nats per token of a unigram (add one) and of a bigram interpolated with it; the weight is
    the one that suits the validation text best, which favours the bigram."""
    v = CFG["vocab"]
    uni, bi = np.zeros(v), np.zeros((v, v))
    for d in train:
        a = np.array(d)
        np.add.at(uni, a[1:], 1)
        np.add.at(bi, (a[:-1], a[1:]), 1)
    uni = (uni + 1) / (uni.sum() + v)
    pair = bi / np.maximum(bi.sum(1, keepdims=True), 1)
    prev = np.concatenate([d[: CFG["ctx"]][: len(d) - 1] for d in valid])
    nxt = np.concatenate([d[1 : CFG["ctx"] + 1] for d in valid])
    mixed = [-np.log(l * pair[prev, nxt] + (1 - l) * uni[nxt]).mean() for l in np.arange(0.5, 1, 0.02)]
    return -np.log(uni[nxt]).mean(), min(mixed)


def save(model, out):
    c, tensors = CFG, {"model.embed_tokens.weight": model.emb.weight, "model.norm.weight": model.nf}
    names = [("self_attn.q_proj", "q"), ("self_attn.k_proj", "k"), ("self_attn.v_proj", "v"), ("self_attn.o_proj", "o"),
             ("mlp.gate_proj", "gate"), ("mlp.up_proj", "up"), ("mlp.down_proj", "down")]
    for i, b in enumerate(model.blocks):
        for hf, mine in names:
            tensors[f"model.layers.{i}.{hf}.weight"] = getattr(b, mine).weight
        tensors[f"model.layers.{i}.input_layernorm.weight"] = b.n1
        tensors[f"model.layers.{i}.post_attention_layernorm.weight"] = b.n2
    head, data, at = {"__metadata__": {"format": "pt"}}, b"", 0
    for name, t in tensors.items():
        raw = t.detach().numpy().astype("<f4").tobytes()
        head[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [at, at + len(raw)]}
        data, at = data + raw, at + len(raw)
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(out, "model.safetensors"), "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)
    config = dict(architectures=["LlamaForCausalLM"], model_type="llama", hidden_act="silu", hidden_size=c["dim"],
                  intermediate_size=c["hidden"], num_hidden_layers=c["layers"], num_attention_heads=c["heads"],
                  num_key_value_heads=c["kv_heads"], head_dim=c["head_dim"], vocab_size=c["vocab"],
                  max_position_embeddings=c["ctx"], rms_norm_eps=EPS, rope_theta=THETA, rope_scaling=None,
                  tie_word_embeddings=True, attention_bias=False, mlp_bias=False, bos_token_id=1, eos_token_id=[1, 2],
                  torch_dtype="float32")
    with open(os.path.join(out, "config.json"), "w") as f:
        json.dump(config, f, indent=2)
        f.write("\n")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("texts")
    ap.add_argument("out")
    ap.add_argument("--steps", type=int, default=4400)
    ap.add_argument("--batch", type=int, default=8)
    ap.add_argument("--lr", type=float, default=3e-3)
    ap.add_argument("--dropout", type=float, default=0.1)
    a = ap.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    os.makedirs(a.out, exist_ok=True)

    (story_t, play_t), (story_v, play_v) = documents(a.texts)
    tok = bpe.train(story_t + [play_t], CFG["vocab"])
    tok.write(os.path.join(a.out, "tokenizer.bin"))
    stories = [tok.encode(d) for d in story_t]
    speech = [tok.encode(("\n\n" + s))[2:] for s in play_t.split("\n\n")]  # without BOS and space
    val_s = [tok.encode(d) for d in story_v]
    val_p = [tok.encode(d) for d in scenes(play_v, 1000)]
    uni, bi = ngrams(stories + [[1] + sum(speech, [])], val_s + val_p)
    train_tokens = sum(map(len, stories)) + sum(map(len, speech))

    model, rng = Model(a.dropout), np.random.default_rng(SEED)
    params = sum(p.numel() for p in model.parameters())
    decay = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() == 1]
    opt = torch.optim.AdamW([dict(params=decay, weight_decay=0.1), dict(params=plain, weight_decay=0.0)],
                            lr=a.lr, betas=(0.9, 0.95))
    feed = {n: Batches(stories, speech, n, rng) for n in (256, 512)}
    print(f"{params} parameters, {train_tokens} training tokens, unigram {uni:.4f} bigram {bi:.4f}", flush=True)

    best, recent, start = 1e9, [], time.time()
    with open(os.path.join(a.out, "loss.csv"), "w", newline="") as f:
        log = csv.writer(f, lineterminator="\n")
        log.writerow(["step", "train_nats", "val_nats", "val_nats_stories", "val_nats_play"])
        for step in range(1, a.steps + 1):
            lr = a.lr * min(1, step / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / a.steps)))
            for g in opt.param_groups:
                g["lr"] = lr
            long = step % 2 == 0  # as many tokens either way
            x, y = feed[512].batch(a.batch // 2) if long else feed[256].batch(a.batch)
            loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
            opt.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
            recent.append(loss.item())
            if step % 200 == 0 or step == a.steps:
                (ns, cs), (np_, cp) = validate(model, val_s), validate(model, val_p)
                val = (ns + np_) / (cs + cp)
                row = [step, round(float(np.mean(recent)), 4), round(val, 4), round(ns / cs, 4), round(np_ / cp, 4)]
                log.writerow(row)
                f.flush()
                print(row, f"{time.time() - start:.0f} s", flush=True)
                recent = []
                if val < best:
                    best = val
                    save(model, a.out)
                    summary = dict(parameters=params, seed=SEED, steps=a.steps, best_step=step, batch=a.batch, lr=a.lr,
                                   dropout=a.dropout, train_tokens=train_tokens, val_tokens=cs + cp,
                                   val_nats=val, val_nats_stories=ns / cs, val_nats_play=np_ / cp,
                                   val_perplexity=math.exp(val), unigram_nats=uni, bigram_nats=bi)
                    with open(os.path.join(a.out, "summary.json"), "w") as g:
                        json.dump(summary, g, indent=2)
                        g.write("\n")


if __name__ == "__main__":
    main()
