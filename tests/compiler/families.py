#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of every family and format, read by the kit, against PyTorch.

Each case writes a small random model (ckpt.py), lets build/logits run it in binary32 and compares
all logits with torch_ref.py in binary64. The largest difference must be at most TOLERANCE of the
largest logit. STAMP_LOGITS: the program (default build/logits). Skipped, exit 77, without torch.
"""
import os
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import blocks  # noqa: E402
import ckpt  # noqa: E402
import other_python  # noqa: E402

try:
    import torch
    import torch_ref
except ImportError:
    other_python.without("torch", "families")

TOLERANCE = 2e-5
TOKENS = 96
LINEAR = {"rope_type": "linear", "factor": 4.0}
L3 = {"rope_scaling": ckpt.LLAMA3, "rope_theta": 500000.0}


def mixed(name):
    return "F32" if "norm" in name else "F16" if "proj" in name else "BF16"


# 256 values a block: every matrix has rows of 256.
LARGE = {"hidden_size": 256, "intermediate_size": 256, "num_hidden_layers": 1,
         "num_attention_heads": 8, "num_key_value_heads": 2}
FAMILIES = ("llama", "qwen2", "qwen3")
# What the common quantizer writes under one name: most matrices, and those it treats apart.
MIXES = (("Q4_K with Q6_K, its own head", "Q4_K", "Q6_K"), ("Q4_0 with Q6_K, tied", "Q4_0", "Q6_K"),
         ("Q3_K with Q5_K", "Q3_K", "Q5_K"), ("Q2_K with Q3_K, tied", "Q2_K", "Q3_K"),
         ("IQ4_XS with Q5_K", "IQ4_XS", "Q5_K"))


def large(kind):
    return blocks.FORMATS[kind].values == 256


def mix(most, some):
    apart = ("output.weight", "token_embd.weight", "blk.0.attn_v.weight", "blk.0.ffn_down.weight")
    return lambda name: some if name in apart else most


def cases():
    """(what, model, writer of a path that returns the values)"""
    def hf(m, dtype="F32", shards=1):
        return lambda path: ckpt.write_folder(path, m, dtype, shards)

    def gguf(m, kind, **how):
        return lambda path: ckpt.write_gguf(path, m, kind, **how)

    for dtype in ("F32", "F16", "BF16"):
        m = ckpt.model("llama", tie_word_embeddings=True, **L3)
        yield "folder, Llama 3 scaling, tied, " + dtype, m, hf(m, dtype)
        m = ckpt.model("qwen2", seed=2)
        yield "folder, Qwen 2, " + dtype, m, hf(m, dtype)
        m = ckpt.model("qwen3", seed=3, rope_theta=1000000.0)
        yield "folder, Qwen 3, " + dtype, m, hf(m, dtype)
    m = ckpt.model("llama", seed=4, rope_scaling=LINEAR, num_key_value_heads=4)
    yield "folder, Llama, linear scaling, every head its own", m, hf(m)
    m = ckpt.model("llama", seed=5, head_dim=32, num_key_value_heads=1)
    yield "folder, Llama, heads wider than the stream", m, hf(m, "F16")
    m = ckpt.model("llama", seed=6, tie_word_embeddings=True)
    m["config"]["tie_word_embeddings"] = False
    yield "folder, Llama, tied because it has no head", m, hf(m)
    m = ckpt.model("qwen2", seed=7, tie_word_embeddings=True)
    yield "folder, Qwen 2, tied, 3 shards, BF16", m, hf(m, "BF16", 3)
    m = ckpt.model("qwen3", seed=8, tie_word_embeddings=True, hidden_size=96)
    yield "folder, Qwen 3, tied, 5 shards, three types", m, hf(m, mixed, 5)
    for kind in ("F32", "F16", "BF16", "F64") + tuple(k for k in blocks.FORMATS if not large(k)):
        m = ckpt.model("llama", seed=9, tie_word_embeddings=True, **L3)
        yield "GGUF, Llama 3 scaling, tied, " + kind, m, gguf(m, kind)
        m = ckpt.model("qwen2", seed=10)
        yield "GGUF, Qwen 2, " + kind, m, gguf(m, kind)
        m = ckpt.model("qwen3", seed=11, rope_theta=1000000.0)
        yield "GGUF, Qwen 3, " + kind, m, gguf(m, kind)
    for n, kind in enumerate(k for k in blocks.FORMATS if large(k)):
        m = ckpt.model(FAMILIES[n % 3], seed=20 + n, **LARGE)
        yield "GGUF, %s, %s" % (FAMILIES[n % 3], kind), m, gguf(m, kind)
    for n, (what, most, some) in enumerate(MIXES):
        m = ckpt.model("llama", seed=40 + n, tie_word_embeddings=n % 2 == 1, **LARGE)
        yield "GGUF, Llama, " + what, m, gguf(m, mix(most, some))
    m = ckpt.model("llama", seed=12)
    yield "GGUF version 2, Llama, untied, Q8_0", m, gguf(m, "Q8_0", version=2)
    m = ckpt.model("qwen3", seed=13, tie_word_embeddings=True)
    yield "GGUF aligned to 256, Qwen 3, tied, F16", m, gguf(m, "F16", align=256)
    m = ckpt.model("llama", seed=50, **LARGE)
    yield "GGUF in 3 parts, Llama, Q4_K with Q6_K", m, gguf(m, mix("Q4_K", "Q6_K"), parts=3)
    m = ckpt.model("qwen2", seed=51, tie_word_embeddings=True)
    yield "GGUF in 3 parts, Qwen 2, first bare, aligned to 128", m, gguf(m, "Q5_1", parts=3, bare=True,
                                                                         align=128)


def run(program, path, tokens, vocab):
    got = subprocess.run([program, path] + [str(t) for t in tokens], capture_output=True,
                         check=False)
    if got.returncode or len(got.stdout) != 4 * len(tokens) * vocab:
        return got.stderr.decode(errors="replace").strip() or "%d bytes" % len(got.stdout)
    return torch.frombuffer(bytearray(got.stdout), dtype=torch.float32).reshape(-1, vocab)


def main():
    torch.set_num_threads(1)
    program = os.path.abspath(os.environ.get("STAMP_LOGITS", "build/logits"))
    passed = failed = 0
    worst = 0.0
    with tempfile.TemporaryDirectory(prefix="stamp-families-") as tmp:
        for number, (what, m, writer) in enumerate(cases()):
            c, path = m["config"], os.path.join(tmp, "m%d" % number)
            rnd = random.Random(number)
            tokens = [rnd.randrange(c["vocab_size"]) for _ in range(TOKENS)]
            want = torch_ref.logits(c, writer(path), tokens)
            if not os.path.exists(path):
                path = ckpt.part(path, 0, 3)
            got = run(program, path, tokens, c["vocab_size"])
            if isinstance(got, str):
                failed += 1
                print("FAIL %-52s %s" % (what, got))
                continue
            far = float((got.double() - want).abs().max() / want.abs().max())
            good = far <= TOLERANCE
            passed, failed, worst = passed + good, failed + (not good), max(worst, far)
            print("%-4s %-52s %.1e of the largest logit, %.2f" %
                  ("ok" if good else "FAIL", what, far, float(want.abs().max())))
    print("families: %d passed, %d failed; largest difference %.1e, %.0e allowed" %
          (passed, failed, worst, TOLERANCE))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
