#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Token ids and decoded texts held to those of the library that defines tokenizer.json: on small tokenizers of every
kind (traces/vectors/tokenizers.json and sentencepiece.json, recipes in *_make.py), and on two published vocabularies where ../shared
has them (skipped, loudly, otherwise).

    STAMP_IDS=build/ids tokenizers.py"""
import base64
import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tokenizers_make import ROOT, compose  # noqa: E402

IDS = os.environ.get("STAMP_IDS", os.path.join(ROOT, "build/ids"))
SHARED = os.path.join(os.environ.get("STAMP_SHARED", os.path.join(ROOT, "../shared")), "data")


def encode(tokenizer, texts):
    """[(ids, decoded text)] of the kit."""
    raw = [t.encode() for t in texts]
    p = subprocess.run([IDS, tokenizer], input=b"".join(struct.pack("<I", len(t)) + t for t in raw), capture_output=True)
    if p.returncode:
        raise RuntimeError(p.stderr.decode())
    out, at = [], 0
    for _ in texts:
        n, = struct.unpack_from("<I", p.stdout, at)
        ids = list(struct.unpack_from("<%di" % n, p.stdout, at + 4))
        m, = struct.unpack_from("<I", p.stdout, at + 4 + 4 * n)
        at += 8 + 4 * n + m
        out.append((ids, p.stdout[at - m:at].decode()))
    return out


def compare(name, tokenizer, texts, want):
    """Number of texts that differ. @param want  [(ids, decoded or None)]"""
    bad = 0
    for text, got, (ids, decoded) in zip(texts, encode(tokenizer, texts), want):
        if got[0] != ids or (decoded is not None and got[1] != decoded):
            bad += 1
            if bad == 1:
                print("%s: %r\n  want %s %r\n  got  %s %r" % (name, text[:80], ids, decoded, got[0], got[1]))
    return bad


def main():
    data = json.load(open(os.path.join(ROOT, "traces/vectors/tokenizers.json"), encoding="ascii"))
    bad = checked = ids = skipped = 0
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/tokenizer.json"
        for number, case in enumerate(data["cases"]):
            with open(path, "w", encoding="ascii") as f:
                json.dump(compose(data["bases"][case["base"]], case, number % 2 == 0), f)
            want = [(i, t if d is None else d) for i, d, t in zip(case["ids"], case["decoded"], data["texts"])]
            bad += compare(case["name"], path, data["texts"], want) > 0
            checked += len(want)
            ids += sum(len(w[0]) for w in want)
        print("tokenizers: %d kinds, %d texts, %d ids; %d kinds differ" % (len(data["cases"]), checked, ids, bad))
        models = json.load(open(os.path.join(ROOT, "traces/vectors/sentencepiece.json"), encoding="ascii"))
        for case in models["cases"]:
            with open(folder + "/tokenizer.model", "wb") as f:
                f.write(base64.b64decode(case["model"]))
            bad += compare(case["name"], folder + "/tokenizer.model", models["texts"], [(i, None) for i in case["ids"]]) > 0
            checked += len(models["texts"])
        print("tokenizers: %d SentencePiece models, %d texts each" % (len(models["cases"]), len(models["texts"])))
        for name in ("llama3", "qwen3"):
            source = os.path.join(SHARED, "tokenizers", name, "tokenizer.json.gz")
            expected = os.path.join(SHARED, "field/01-tokenizer-json/expected.json")
            if not os.path.exists(source) or not os.path.exists(expected):
                print("SKIP: tokenizers: no %s: ids of %s's vocabulary are not checked" % (source, name))
                skipped += 1
                continue
            with open(path, "wb") as f:
                f.write(gzip.open(source).read())
            cases = json.load(open(expected, encoding="utf8"))[name]
            wrong = compare(name, path, [c["text"] for c in cases], [(c["ids"], None) for c in cases])
            print("tokenizers: %s: %d texts, %d differ" % (name, len(cases), wrong))
            bad += wrong
            checked += len(cases)
    print("tokenizers: %d passed, %d failed, %d skipped" % (checked - bad, bad, skipped))
    return bad > 0 or checked < 2000


if __name__ == "__main__":
    sys.exit(main())
