#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Model folders in the layouts people publish and download.

Small checkpoints (tests/compiler/ckpt.py) under other tensor names, with other heads, with other files
than the kit reads. One that is read must give the perplexity of the plain layout (or of the model it
stands for), with the note named here or without any; one that is not must end with exit code 1 and one
line that names the file and what to do. Prints a table; exit 1 when a case fails. STAMP_BIN: the
program (default build/stamp).
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "compiler")]
sys.dont_write_bytecode = True
import bad_checkpoint as bad  # noqa: E402
import ckpt  # noqa: E402

PROGRAM = os.path.abspath(os.environ.get("STAMP_BIN", "build/stamp"))
EMBED, HEAD = "model.embed_tokens.weight", "lm_head.weight"
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 1234567\n"
PAGE = b"\xef\xbb\xbf\n<!doctype HTML>\n<html><body>Sign in</body></html>\n"
count = {True: 0, False: 0}


def say(what, good, detail):
    count[good] += 1
    print("%-4s %-52s %s" % ("ok" if good else "FAIL", what, detail[:200]))


def stamp(*args):
    got = subprocess.run([PROGRAM, *args], capture_output=True, check=False)
    return got.returncode, got.stdout.decode(errors="replace"), got.stderr.decode(errors="replace")


def write(path, m, dtype="F32", shards=1, tie=None):
    """tie: what config.json says of tie_word_embeddings, "absent": nothing."""
    c = dict(m["config"])
    if tie is not None:
        c["tie_word_embeddings"] = tie
    m = {"config": {k: v for k, v in c.items() if v != "absent"}, "tensors": m["tensors"]}
    ckpt.write_folder(path, m, dtype, shards)
    ckpt.write(os.path.join(path, "config.json"), json.dumps(m["config"]).encode())
    ckpt.write(os.path.join(path, "tokenizer.bin"), bad.tokenizer_bin())
    return path


def with_names(m, base, head):
    t = {(head + n if n == HEAD else base + n[len("model."):]): v for n, v in m["tensors"].items()}
    return {"config": m["config"], "tensors": t}


def ppl(path):
    code, out, err = stamp("eval", path, "--text", "text.txt", "--json")
    return (json.loads(out)["ppl_f32"] if code == 0 else None), err


def same(what, path, want, *words):
    """Perplexity @want; words of the only note, none: no note."""
    got, err = ppl(path)
    good = got == want and err.count("\n") == bool(words) and all(w in err for w in words)
    say(what, good and (not words or err.startswith("stamp: note: " + path)),
        "%s %s" % (got, err.strip()))


def refused(what, path, *words):
    code, out, err = stamp("eval", path, "--text", "text.txt")
    good = code == 1 and not out and err.count("\n") == 1 and err.startswith("stamp: " + path)
    say(what, good and all(w in err for w in words), err.strip())


# ---- Names and heads ------------------------------------------------------------------------------
def names():
    for family in ("llama", "qwen2", "qwen3"):
        m = bad.BASE[family]
        want, _ = ppl(write(family, m))
        for base, head in (("", ""), ("module.model.", "module."), ("_orig_mod.model.", "_orig_mod.")):
            path = write("%s-%sx" % (family, base), with_names(m, base, head))
            same("%s: names that begin with '%s'" % (family, base), path, want)
    path = write("shards", with_names(bad.BASE["llama"], "", ""), shards=2)
    same("names without 'model.', in shards", path, ppl("llama")[0])
    m = with_names(bad.BASE["llama"], "transformer.", "")
    refused("names of another architecture", write("gpt", m), EMBED, "first tensor is transformer.")
    m = with_names(bad.BASE["llama"], "", "")
    m["tensors"].pop("layers.0.mlp.up_proj.weight")
    refused("a tensor missing, named as the file would", write("hole", m),
            "tensor layers.0.mlp.up_proj.weight is missing")


def heads():
    m = bad.BASE["llama"]
    own, t = ppl("llama")[0], dict(m["tensors"])
    head = t.pop(HEAD)
    bare = {"config": m["config"], "tensors": t}
    tied, _ = ppl(write("tied", bare, tie=True))
    copy = {"config": m["config"], "tensors": dict(t, **{HEAD: t[EMBED]})}
    last = t[EMBED][1][:-1] + [t[EMBED][1][-1] + 1]
    almost = {"config": m["config"], "tensors": dict(t, **{HEAD: (head[0], last)})}
    say("the two heads differ", own != tied, "%s %s" % (own, tied))
    same("tied, a copy of the embedding beside", write("copy", copy, tie=True), tied)
    same("tied, a head of its own", write("own", m, tie=True), own, HEAD, EMBED)
    path = write("almost", almost, tie=True)
    same("tied, a head whose last value differs", path, ppl(write("plain", almost))[0], HEAD)
    same("not tied, no head", write("none", bare, tie=False), tied, HEAD, "not true")
    same("nothing said, no head", write("silent", bare, tie="absent"), tied, HEAD)
    same("nothing said, a head", write("said", m, tie="absent"), own)
    kind = lambda n: "F32" if n == HEAD else "BF16"
    rounded = (t[EMBED][0], [ckpt.from_bf16(ckpt.bf16_bits(v)) for v in t[EMBED][1]])
    wide = {"config": m["config"], "tensors": dict(t, **{HEAD: rounded})}
    half, _ = ppl(write("half", bare, "BF16", tie=True))
    same("tied, a copy of another type", write("wide", wide, kind, tie=True), half)
    base = with_names(bare, "", "")
    same("base model alone, tied", write("base", base, tie=True), tied)
    same("base model alone, not tied", write("lone", base, tie=False), tied, HEAD, "embed_tokens.weight")


# ---- Other files ----------------------------------------------------------------------------------
def instead(path, files, drop=("model.safetensors",)):
    write(path, bad.BASE["llama"])
    for name in files:
        ckpt.write(os.path.join(path, name), b"x")
    for name in drop:
        os.remove(os.path.join(path, name))
    return path


def others():
    save = "safe_serialization=True"
    for i, (files, words) in enumerate((
            (["pytorch_model.bin"], [save]), (["pytorch_model.bin.index.json"], [save]),
            (["consolidated.00.pth"], [save]), (["last.ckpt"], [save]), (["model.pt"], [save]),
            (["tf_model.h5"], ["TensorFlow"]), (["flax_model.msgpack"], ["Flax"]),
            (["adapter_model.safetensors"], ["LoRA", "merge"]), (["model.onnx"], ["ONNX"]),
            (["b.Q4_K_M.gguf"], ["name that file"]),
            (["model-00001-of-00002.safetensors"], ["model.safetensors.index.json"]),
            (["consolidated.safetensors"], ["rename"]))):
        refused("folder with " + files[0], instead("o%d" % i, files), "no model.safetensors",
                files[0], *words)
    refused("folder without weights", instead("bare", []), "no model.safetensors in this folder")
    both = ("model.safetensors", "config.json")
    refused("params.json of Meta", instead("meta", ["params.json"], both), "no config.json",
            "params.json", "convert")
    refused("params.json and its weights",
            instead("meta2", ["params.json", "consolidated.00.pth"], both), "no config.json",
            "params.json", "convert")
    refused("a GGUF file, no config.json", instead("ggufs", ["b.gguf", "a.gguf"], both), "a.gguf")
    refused("weights, no config.json", instead("noconf", ["x.gguf"], ("config.json",)),
            "no config.json in this folder")
    for name in ("model.safetensors", "config.json"):
        refused(name + " instead of its folder", "llama/" + name, "name the folder")
    for kind in ("F8_E4M3", "I8"):
        bad.folder(kind, entries=bad.entry(bad.Q, dtype=kind, shape=[256, 64]))
        refused("tensor of type " + kind, kind, "has dtype " + kind, "F32, F16 or BF16")


# ---- Files that stand for others ------------------------------------------------------------------
def stand_ins():
    def put(name, data, path):
        write(path, bad.BASE["llama"])
        ckpt.write(os.path.join(path, name), data)
        return path

    for name in ("model.safetensors", "config.json", "tokenizer.bin"):
        path = put(name, LFS, "lfs-" + name)
        refused("Git LFS pointer: " + name, path, name, "Git LFS pointer", "1234567 bytes", "lfs pull")
        refused("web page: " + name, put(name, PAGE, "page-" + name), name, "web page")
    ckpt.write("p.gguf", LFS)
    ckpt.write("p.bin", LFS[:60])
    ckpt.write("p.npy", LFS)
    ckpt.write("page.gguf", PAGE)
    ckpt.write("page.txt", PAGE + b"a bad cab")
    refused("Git LFS pointer: GGUF", "p.gguf", "Git LFS pointer", "1234567")
    refused("Git LFS pointer without its size", "p.bin", "Git LFS pointer")
    refused("web page: GGUF", "page.gguf", "web page")
    for args in (("linear", "p.npy", "p.npy", "--on", "model"), ("run", "p.npy", "--on", "model")):
        code, _, err = stamp(*args)
        say("Git LFS pointer: stamp " + args[0], code == 1 and "Git LFS pointer" in err, err.strip())
    code, _, err = stamp("eval", "llama", "--text", "page.txt")
    say("a web page as the text is a text", code == 0 and not err, err.strip())


# ---- What goes out --------------------------------------------------------------------------------
def npy(path):
    """The bytes behind the header, and the shape."""
    with open(path, "rb") as f:
        data = f.read()
    head = data[10:10 + struct.unpack_from("<H", data, 8)[0]].decode()
    return data[10 + len(head):], eval(head)["shape"]


def captured(what, path, layer, shape, want):
    code, _, err = stamp("capture", path, "--text", "text.txt", "--layer", "layers.0." + layer, "-o",
                         "x.npy", "--weight", "w.npy")
    if code:
        return say(what, False, err.strip())
    data, got = npy("w.npy")
    say(what, got == tuple(shape) and data == want, "%d x %d" % got)


def exports():
    """Weights come out with the rows of the file: a Hugging Face checkpoint's halves of a head, and
    what a GGUF file has, whose llama rows are in pairs."""
    for family in bad.BASE:
        m = bad.BASE[family]
        for part in "qkv":
            name = "model.layers.0.self_attn.%s_proj.weight" % part
            shape, values = m["tensors"][name]
            captured("capture --weight %s, %s folder" % (part, family), family, part, shape,
                     ckpt.encode("F32", values)[0])
        tensors = {t[0]: t for t in ckpt.gguf_tensors(m, "F32")[0]}
        bad.gguf_file(family + ".gguf", family)
        for part in "qkv":
            _, dims, _, data = tensors["blk.0.attn_%s.weight" % part]
            captured("capture --weight %s, %s GGUF" % (part, family), family + ".gguf", part,
                     dims[::-1], data)


def cut():
    """A document longer than the context is cut, and the reports say so."""
    m = dict(bad.BASE["llama"], config=dict(bad.BASE["llama"]["config"], max_position_embeddings=16))
    write("short", m)
    ckpt.write("long.txt", b"a bad cab " * 8 + b"<|endoftext|>a bad cab<|endoftext|>" + b"a cab " * 9)
    n = [1 + 1 + 10 * 8 - 1, 11, 1 + 1 + 6 * 9 - 1]  # BOS, the space in front, a token a letter
    left = n[0] + n[2] - 2 * 16
    code, out, err = stamp("eval", "short", "--text", "long.txt", "--json")
    d = json.loads(out) if code == 0 else {}
    say("eval: documents and tokens cut", (d.get("docs_cut"), d.get("tokens_cut"), d.get("tokens"))
        == (2, left, 15 + 10 + 15) and not err, "%s %s" % (d, err))
    words = "2 cut to the context of 16 tokens, %d tokens left out" % left
    code, out, err = stamp("eval", "short", "--text", "long.txt")
    say("eval: text", code == 0 and words in out, out.replace("\n", " | "))
    code, out, err = stamp("eval", "short", "--text", "long.txt", "--on", "net", "--json")
    d = json.loads(out) if code == 0 else {}
    say("eval --on net", (d.get("docs_cut"), d.get("tokens_cut")) == (2, left), err.strip())
    code, out, err = stamp("eval", "short", "--text", "long.txt", "--tokens", "10", "--json")
    d = json.loads(out) if code == 0 else {}
    say("eval: --tokens cuts before the context", (d.get("docs_cut"), d.get("tokens_cut"),
                                                  d.get("tokens")) == (0, 0, 10), err.strip())
    code, out, err = stamp("compare", "short", "--text", "long.txt", "--prefill", "8")
    say("compare", code == 0 and words in out, out.split("\n")[0] + err)
    capture = ("capture", "short", "--text", "long.txt", "--layer", "layers.0.q", "-o", "x.npy")
    code, out, err = stamp(*capture)
    say("capture", "1 cut to the context of 16 tokens, %d tokens left out" % (n[0] - 16) in out, out)
    code, out, err = stamp(*capture, "--tokens", "12")
    say("capture --tokens 12", code == 0 and "cut" not in out, out)
    code, out, err = stamp("eval", "short", "--text", "text.txt", "--on", "net", "--quantizer", "clip",
                           "--calib", "long.txt")
    say("calibration", code == 0 and err.startswith("stamp: note: long.txt: 2 documents")
        and "%d tokens left out" % left in err, err.strip())


def main():
    print("%-4s %-52s %s" % ("", "layout", "perplexity, or what the user saw"))
    with tempfile.TemporaryDirectory(prefix="stamp-layouts-") as tmp:
        os.chdir(tmp)
        ckpt.write("text.txt", b"a bad cab")
        for part in (names, heads, others, stand_ins, exports, cut):
            part()
        os.chdir(HERE)
    print("layouts: %d passed, %d failed" % (count[True], count[False]))
    return 1 if count[False] else 0


if __name__ == "__main__":
    sys.exit(main())
