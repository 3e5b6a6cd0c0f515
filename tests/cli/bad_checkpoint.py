#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a person sees who gives stamp a bad checkpoint.

Valid small checkpoints (tests/compiler/ckpt.py) are bent, one thing at a time, and given to
`stamp eval`. Each must end with exit code 1, one line on stderr that starts with "stamp:" and the
file or folder and names what is wrong (the words behind each case), and nothing on stdout. Prints a table; exit 1 when a
case fails. STAMP_BIN: the program (default build/stamp).
"""
import copy
import json
import os
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "compiler"))
sys.dont_write_bytecode = True
import ckpt  # noqa: E402
from ckpt import ARRAY, F32, S32, STRING, U16, U32, key  # noqa: E402

VOCAB = 276
BASE = {f: ckpt.model(f, num_hidden_layers=1, vocab_size=VOCAB) for f in ("llama", "qwen2", "qwen3")}
Q = "model.layers.0.self_attn.q_proj.weight"
NAN = float("nan")


def pieces():
    """Tokens 0..275 with their scores and types, as SentencePiece has them in GGUF."""
    t = [("<unk>", 0.0, 2), ("<s>", 0.0, 3), ("</s>", 0.0, 3)]
    t += [("<0x%02X>" % b, 0.0, 6) for b in range(256)]
    t += [(c, -float(i), 1) for i, c in enumerate("▁abcdefghijklmnop")]
    return t


def vocabulary(tokens=None, scores=None, **change):
    t = pieces()
    k = {"model": key("tokenizer.ggml.model", STRING, "llama"),
         "tokens": key("tokenizer.ggml.tokens", ARRAY, tokens or [p[0] for p in t], STRING),
         "scores": key("tokenizer.ggml.scores", ARRAY, scores or [p[1] for p in t], F32),
         "types": key("tokenizer.ggml.token_type", ARRAY, [p[2] for p in t], S32),
         "bos": key("tokenizer.ggml.bos_token_id", U32, 1)}
    k.update(change)
    return [v for v in k.values() if v is not None]


def tokenizer_bin():
    out = struct.pack("<I", 6)
    for piece, score, _ in pieces():
        raw = piece.replace("▁", " ").encode()
        out += struct.pack("<fI", score, len(raw)) + raw
    return out


# ---- Folders ------------------------------------------------------------------------------------
def folder(path, family="llama", config=None, tensors=None, entries=None, raw=None, shards=1,
           index=None, drop=None):
    """A folder with one thing bent: keys of config.json, tensors (None takes one out), entries of
    the header, the bytes of the file, the index, a file that is missing."""
    m = copy.deepcopy(BASE[family])
    for name, t in (tensors or {}).items():
        m["tensors"].pop(name) if t is None else m["tensors"].__setitem__(name, t)
    ckpt.write_folder(path, m, "F32", shards)
    ckpt.write(os.path.join(path, "tokenizer.bin"), tokenizer_bin())
    c = dict(m["config"], **(config or {}))
    text = json.dumps({k: v for k, v in c.items() if v != "absent"})
    ckpt.write(os.path.join(path, "config.json"), text.encode())
    file = os.path.join(path, "model.safetensors")
    if entries or raw:
        with open(file, "rb") as f:
            data = f.read()
        if entries:
            n = struct.unpack("<Q", data[:8])[0]
            head = json.loads(data[8:8 + n])
            entries(head)
            text = head if isinstance(head, bytes) else json.dumps(head).encode()
            data = struct.pack("<Q", len(text)) + text + data[8 + n:]
        ckpt.write(file, raw(data) if raw else data)
    if index:
        at = file + ".index.json"
        with open(at, encoding="utf-8") as f:
            now = json.load(f)
        text = index(now)
        ckpt.write(at, (text if isinstance(text, str) else json.dumps(now)).encode())
    if drop:
        os.remove(os.path.join(path, drop))


def bent(name, position, value):
    """The tensor with one value changed."""
    shape, values = BASE["llama"]["tensors"][name]
    return {name: (shape, values[:position] + [value] + values[position + 1:])}


def entry(name, **change):
    return lambda head: head[name].update(change)


def moved(index, name, file):
    index["weight_map"][name] = file


def folder_cases():
    q = BASE["llama"]["tensors"][Q][1]
    second = "model-00002-of-00002.safetensors"
    yield "config.json missing", "config.json", dict(drop="config.json")
    yield "another architecture", "gemma", dict(config={"model_type": "gemma"})
    yield "no architecture", "model_type", dict(config={"model_type": "absent"})
    yield "another activation", "gelu", dict(config={"hidden_act": "gelu"})
    yield "attention_bias for Llama", "attention_bias", dict(config={"attention_bias": True})
    yield "attention_bias for Qwen 3", "attention_bias", dict(family="qwen3",
                                                             config={"attention_bias": True})
    yield "mlp_bias", "mlp_bias", dict(config={"mlp_bias": True})
    yield "rope scaling yarn", "yarn", dict(config={"rope_scaling": {"type": "yarn", "factor": 4}})
    yield "rope scaling below 1", "rope_scaling", dict(
        config={"rope_scaling": {"type": "linear", "factor": 0.5}})
    yield "part of the head rotated", "partial_rotary_factor", dict(
        config={"partial_rotary_factor": 0.5})
    yield "sliding window in use", "sliding window", dict(
        family="qwen2", config={"use_sliding_window": True, "sliding_window": 64,
                                "max_window_layers": 0})
    yield "layer_types with a window", "sliding_attention", dict(
        family="qwen3", config={"layer_types": ["sliding_attention"]})
    yield "quantized checkpoint", "quantized", dict(config={"quantization_config": {"bits": 4}})
    yield "heads that do not divide", "heads", dict(config={"num_attention_heads": 5})
    yield "kv heads that do not divide", "key-value heads", dict(config={"num_key_value_heads": 3})
    yield "wrong number of heads", "q_proj", dict(config={"num_attention_heads": 8, "head_dim": 16})
    yield "odd head_dim", "odd", dict(config={"head_dim": 17})
    yield "vocabulary too large", "embed_tokens", dict(config={"vocab_size": VOCAB + 1})
    yield "more layers than there are", "model.layers.1.", dict(config={"num_hidden_layers": 2})
    yield "rms_norm_eps of 2", "rms_norm_eps", dict(config={"rms_norm_eps": 2})
    yield "context of 2^40", "max_position_embeddings", dict(
        config={"max_position_embeddings": 1 << 40})
    yield "tensor missing", "q_proj.weight is missing", dict(tensors={Q: None})
    yield "bias of Qwen 2 missing", "q_proj.bias is missing", dict(
        family="qwen2", tensors={"model.layers.0.self_attn.q_proj.bias": None})
    yield "norm of Qwen 3 missing", "k_norm.weight is missing", dict(
        family="qwen3", tensors={"model.layers.0.self_attn.k_norm.weight": None})
    yield "tensor nobody knows", "no place", dict(
        tensors={"model.layers.0.self_attn.q_proj.bias": ([64], [0.0] * 64)})
    yield "tensor of the wrong shape", "64 x 32", dict(tensors={Q: ([64, 32], q[:2048])})
    yield "tensor of the wrong rank", "rank 1", dict(tensors={Q: ([4096], q)})
    yield "NaN in a matrix", Q + ": row 1, column 2", dict(tensors=bent(Q, 66, NAN))
    yield "infinity in a norm", "not a finite", dict(
        tensors=bent("model.norm.weight", 5, float("inf")))
    yield "NaN in the head", "lm_head.weight", dict(tensors=bent("lm_head.weight", 64 * 270, NAN))
    yield "dtype that does not exist", "F31", dict(entries=entry(Q, dtype="F31"))
    yield "dtype that is not read", "I32", dict(entries=entry(Q, dtype="I32"))
    yield "offsets against the shape", "bytes", dict(entries=entry(Q, data_offsets=[0, 8]))
    yield "offsets past the end", "shorter than its header", dict(entries=entry(Q, data_offsets=[1 << 40,
                                                                              (1 << 40) + 16384]))
    yield "offsets backwards", "backwards", dict(entries=entry(Q, data_offsets=[16384, 0]))
    yield "shape of 2^70 elements", "absurd", dict(entries=entry(Q, shape=[1 << 35, 1 << 35]))
    yield "negative dimension", "whole number", dict(entries=entry(Q, shape=[-64, -64]))
    yield "header without end", "header of", dict(raw=lambda d: b"\xff" * 7 + b"\x7f" + d[8:])
    yield "header that is no JSON", "not JSON", dict(raw=lambda d: d[:8] + b"[" + d[9:])
    yield "file cut in its data", "shorter than its header", dict(raw=lambda d: d[:-100])
    yield "file cut in its header", "shorter than its header", dict(raw=lambda d: d[:100])
    yield "file of 3 bytes", "ends early", dict(raw=lambda d: d[:3])
    yield "a tensor twice", "twice", dict(raw=lambda d: d.replace(b"mlp.gate_proj", b"mlp.down_proj"))
    yield "shard listed but absent", second, dict(shards=2, drop=second)
    yield "index names another folder", "plain file name", dict(
        shards=2, index=lambda i: moved(i, Q, "../x.safetensors"))
    yield "index names the wrong shard", "is not in", dict(
        shards=2, index=lambda i: [moved(i, n, second) for n in list(i["weight_map"])][0])
    yield "index names a tensor nobody has", "is not in", dict(
        shards=2, index=lambda i: moved(i, "model.extra", second))
    yield "index without weight_map", "weight_map", dict(shards=2, index=lambda i: i.clear())
    yield "index that is no JSON", "not JSON", dict(shards=2, index=lambda i: "{")


# ---- GGUF ---------------------------------------------------------------------------------------
def keyed(family, name, kind, value, element=None):
    """The keys of a model with one replaced or added; value "absent" takes it out."""
    def change(keys):
        full = name.replace("@", family)
        head = ckpt.text(full)
        keys[:] = [k for k in keys if not k.startswith(head)]
        if value != "absent":
            keys.append(key(full, kind, value, element))
    return change


def gguf_file(path, family="llama", keys=None, words=None, tensors=None, raw=None, kind="F32",
              version=3):
    """A file with one thing bent: keys, tokenizer, tensors, bytes."""
    m = copy.deepcopy(BASE[family])
    k, (t, _) = ckpt.gguf_keys(m), ckpt.gguf_tensors(m, kind)
    if keys:
        keys(k)
    k += vocabulary() if words is None else words
    if tensors:
        tensors(t)
    data = ckpt.gguf(k, t, version)
    ckpt.write(path, raw(data) if raw else data)


def tensor(name, dims=None, code=None, data=None, rename=None):
    def change(t):
        i = [x[0] for x in t].index(name)
        was = t[i]
        t[i] = (rename or was[0], dims or was[1], was[2] if code is None else code,
                was[3] if data is None else data)
    return change


def patch(at, data):
    return lambda d: d[:at] + data + d[at + len(data):]


def offset_of(name, value):
    """Changes the offset of a tensor in the listing."""
    def change(d):
        at = d.index(ckpt.text(name)) + 8 + len(name)
        rank = struct.unpack_from("<I", d, at)[0]
        return patch(at + 8 + 8 * rank, struct.pack("<Q", value))(d)
    return change


def gguf_cases():
    t = pieces()
    many = 1 << 60
    yield "magic", "not a llama2.c checkpoint", dict(raw=patch(0, b"GGML"))
    yield "version 1", "version 1", dict(version=1)
    yield "version 4", "version 4", dict(version=4)
    yield "big endian", "big endian", dict(raw=patch(4, b"\0\0\0\3"))
    yield "2^60 tensors", "claims", dict(raw=patch(8, struct.pack("<Q", many)))
    yield "2^60 keys", "claims", dict(raw=patch(16, struct.pack("<Q", many)))
    yield "key of 2^60 bytes", "key of", dict(raw=patch(24, struct.pack("<Q", many)))
    yield "key of 0 bytes", "a key of 0 bytes", dict(raw=patch(24, struct.pack("<Q", 0)))
    yield "cut in the keys", "claims 276 elements", dict(raw=lambda d: d[:1000])
    yield "cut in the data", "leave the file", dict(raw=lambda d: d[:-64])
    yield "empty behind the magic", "leaves the file", dict(raw=lambda d: d[:4])
    yield "type of value 13", "type 13", dict(
        raw=lambda d: patch(24 + 8 + 20, struct.pack("<I", 13))(d))
    yield "array of arrays", "array of arrays", dict(words=[
        ckpt.text("x") + struct.pack("<IIQ", ARRAY, ARRAY, 1) + b"\0" * 20])
    yield "array of 2^60 elements", "claims", dict(words=[
        ckpt.text("x") + struct.pack("<IIQ", ARRAY, U32, many)])
    yield "a key twice", "twice", dict(words=[key("x", U32, 1), key("x", U32, 1)])
    yield "alignment of 24", "alignment", dict(words=[key("general.alignment", U32, 24)])
    yield "alignment of 0", "alignment", dict(words=[key("general.alignment", U32, 0)])
    yield "no architecture", "general.architecture", dict(
        keys=keyed("llama", "general.architecture", STRING, "absent"))
    yield "another architecture", "mamba", dict(
        keys=keyed("llama", "general.architecture", STRING, "mamba"))
    yield "no block_count", "block_count", dict(keys=keyed("llama", "@.block_count", U32, "absent"))
    yield "block_count as text", "block_count", dict(
        keys=keyed("llama", "@.block_count", STRING, "one"))
    yield "block_count of -1", "block_count", dict(keys=keyed("llama", "@.block_count", S32, -1))
    yield "more layers than there are", "blk.1.", dict(keys=keyed("llama", "@.block_count", U32, 2))
    yield "fewer layers than there are", "no place", dict(
        tensors=lambda t: t.append(("blk.1.attn_q.weight", [64, 64], 0, b"\0" * 16384)))
    yield "head counts per layer", "layer to layer", dict(
        keys=keyed("llama", "@.attention.head_count_kv", ARRAY, [2, 4], U32))
    yield "wrong number of heads", "attn_q", dict(
        keys=keyed("llama", "@.attention.head_count", U32, 8))
    yield "kv heads that do not divide", "key-value heads", dict(
        keys=keyed("llama", "@.attention.head_count_kv", U32, 3))
    yield "part of the head rotated", "rope.dimension_count", dict(
        keys=keyed("llama", "@.rope.dimension_count", U32, 8))
    yield "values longer than keys", "value_length", dict(
        keys=keyed("llama", "@.attention.value_length", U32, 32))
    yield "experts", "expert_count", dict(keys=keyed("llama", "@.expert_count", U32, 8))
    yield "sliding window", "sliding_window", dict(
        family="qwen2", keys=keyed("qwen2", "@.attention.sliding_window", U32, 64))
    yield "rope scaling yarn", "yarn", dict(
        keys=keyed("llama", "@.rope.scaling.type", STRING, "yarn"))
    yield "no epsilon", "epsilon", dict(
        keys=keyed("llama", "@.attention.layer_norm_rms_epsilon", F32, "absent"))
    yield "epsilon NaN", "epsilon", dict(
        keys=keyed("llama", "@.attention.layer_norm_rms_epsilon", F32, NAN))
    yield "one part of three", "parts", dict(words=[key("split.count", U32, 3)])
    yield "the second of two parts, misnamed", "-00002-of-00002.gguf", dict(
        words=[key("split.count", U16, 2), key("split.no", U16, 1),
               key("split.tensors.count", S32, 11)])
    yield "tensor missing", "attn_k.weight is missing", dict(
        tensors=tensor("blk.0.attn_k.weight", rename="blk.0.attn_z.weight"))
    yield "bias of Qwen 2 missing", "attn_q.bias is missing", dict(
        family="qwen2", tensors=lambda t: t.pop([x[0] for x in t].index("blk.0.attn_q.bias")))
    yield "embedding missing", "token_embd", dict(
        tensors=tensor("token_embd.weight", rename="embd"))
    yield "tensor nobody knows", "no place", dict(
        tensors=lambda t: t.append(("blk.0.attn_q.bias", [64], 0, b"\0" * 256)))
    yield "a tensor twice", "twice", dict(
        tensors=tensor("blk.0.ffn_up.weight", rename="blk.0.ffn_gate.weight"))
    yield "wrong shape", "32 x 128", dict(tensors=tensor("blk.0.attn_q.weight", dims=[128, 32]))
    yield "rank 5", "rank 5", dict(tensors=tensor("blk.0.attn_q.weight", dims=[64, 64, 1, 1, 1]))
    yield "dimension of 0", "absurd", dict(tensors=tensor("blk.0.attn_q.weight", dims=[64, 0]))
    yield "2^80 elements", "absurd", dict(tensors=tensor("blk.0.attn_q.weight", dims=[1 << 40] * 2))
    yield "type IQ2_XXS", "IQ2_XXS", dict(tensors=tensor("blk.0.attn_q.weight", code=16))
    yield "Q4_K with rows of 64", "attn_q.weight: rows of 64", dict(
        tensors=tensor("blk.0.attn_q.weight", code=12))
    yield "type 99", "(99)", dict(tensors=tensor("blk.0.attn_q.weight", code=99))
    yield "a norm as Q8_0", "Q8_0", dict(tensors=tensor("output_norm.weight", code=8))
    yield "offset not aligned", "multiple", dict(raw=offset_of("blk.0.attn_q.weight", 33))
    yield "offset past the end", "leave the file", dict(
        raw=offset_of("blk.0.attn_q.weight", 1 << 40))
    yield "offset that overflows", "leave the file", dict(
        raw=offset_of("blk.0.attn_q.weight", (1 << 64) - 32))
    yield "NaN scale in Q8_0", "attn_q.weight", dict(
        kind="Q8_0", tensors=tensor("blk.0.attn_q.weight", data=b"\0\x7e" + b"\1" * 4350))
    yield "rope_freqs of 0", "rope_freqs", dict(
        tensors=lambda t: t.append(("rope_freqs.weight", [8], 0, b"\0" * 32)))
    yield "rope_freqs too short", "rope_freqs", dict(
        tensors=lambda t: t.append(("rope_freqs.weight", [4], 0, b"\0" * 16)))
    yield "no tokenizer inside", "tokenizer", dict(words=[])
    yield "tokenizer gpt2 without a name for its cuts", "tokenizer.ggml.pre", dict(
        words=vocabulary(model=key("tokenizer.ggml.model", STRING, "gpt2")))
    yield "tokenizer without scores", "scores", dict(words=vocabulary()[:2])
    yield "fewer tokens than types", "token_type has 276 elements, tokens 275", dict(
        words=vocabulary(tokens=[p[0] for p in t][:-1]))
    yield "scores of the wrong type", "right type", dict(
        words=vocabulary()[:2] + [
            key("tokenizer.ggml.scores", ARRAY, [0] * VOCAB, S32)])
    yield "score NaN", "score", dict(words=vocabulary(scores=[NAN] * VOCAB, types=None))
    yield "a byte token that is none", "type byte", dict(
        words=vocabulary(tokens=["x"] + [p[0] for p in t][:-1]))
    yield "a BOS that is no token", "bos_token_id", dict(words=vocabulary(bos=key("tokenizer.ggml.bos_token_id", U32, 2000)))
    yield "a space in front that is a number", "add_space_prefix", dict(
        words=vocabulary(front=key("tokenizer.ggml.add_space_prefix", U32, 0)))


# ---- Judging ------------------------------------------------------------------------------------
def main():
    program = os.path.abspath(os.environ.get("STAMP_BIN", "build/stamp"))
    count = {True: 0, False: 0}

    def judge(what, path, words, want):
        got = subprocess.run([program, "eval", path, "--text", "text.txt"], capture_output=True,
                             check=False)
        err = got.stderr.decode(errors="replace")
        lines = err.count("\n")
        if want:
            good = (got.returncode == 1 and lines == 1 and err.startswith("stamp: " + path)
                    and words in err and not got.stdout)
        else:
            good = got.returncode == 0 and not err
        count[good] += 1
        shown = err.strip().replace("\n", "|") or got.stdout.decode().split("\n")[0]
        print("%-4s %-44s %3d  %s" % ("ok" if good else "FAIL", what, got.returncode, shown[:200]))

    print("%-4s %-44s %3s  %s" % ("", "what was tried", "exit", "what the user saw"))
    with tempfile.TemporaryDirectory(prefix="stamp-bad-") as tmp:
        os.chdir(tmp)
        ckpt.write("text.txt", b"a bad cab")
        for family in BASE:
            folder("good-" + family, family)
            judge("%s: a good folder" % family, "good-" + family, "", False)
            gguf_file("good-%s.gguf" % family, family)
            judge("%s: a good GGUF file" % family, "good-%s.gguf" % family, "", False)
        for i, (what, words, how) in enumerate(folder_cases()):
            folder("f%d" % i, **how)
            judge("folder: " + what, "f%d" % i, words, True)
        for i, (what, words, how) in enumerate(gguf_cases()):
            gguf_file("g%d.gguf" % i, **how)
            judge("GGUF: " + what, "g%d.gguf" % i, words, True)
        os.chdir(HERE)
    print("bad checkpoints: %d passed, %d failed" % (count[True], count[False]))
    return 1 if count[False] else 0


if __name__ == "__main__":
    sys.exit(main())
