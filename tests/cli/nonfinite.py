#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whoever stops over a NaN or an infinity names the tensor and the index.

Small checkpoints whose weights make one tensor overflow, on the network in C, on programs on the C
machine and in f32; a program run by itself; a token that overflows in a step; arrays with a NaN.
Expected columns come from the checkpoint (tests/compiler/ckpt.py), not from the kit. Prints a table;
exit 1 when a case fails. STAMP_BIN: the program (default build/stamp).
"""
import math
import os
import struct
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
import layouts  # noqa: E402
from layouts import bad, ckpt, say, stamp  # noqa: E402

DIM, EMBED = 64, "model.embed_tokens.weight"
AT = "model.layers.0."


def scaled(path, name, factor, rows=None):
    """The folder of a Llama with a matrix, or only some of its rows, times @factor."""
    shape, values = bad.BASE["llama"]["tensors"][name]
    cols = shape[-1]
    change = [v * (factor if rows is None or i // cols in rows else 1) for i, v in enumerate(values)]
    bad.folder(path, tensors={name: (shape, change)})
    return path


def named(what, args, *words):
    code, out, err = stamp(*args)
    good = code == 1 and err.count("\n") == 1 and all(w in err for w in words) and not out.strip()
    say(what, good, err.strip() or out)


def networks():
    for row in (5, 13, 31):  # of k: a head has 16 rows, its halves turn together
        path = scaled("k%d" % row, AT + "self_attn.k_proj.weight", 3e38, [row])
        words = ("layer 0, tensor k: position ", ", column %d is " % row)
        named("f32: k, row %d of the checkpoint" % row, ("eval", path, "--text", "text.txt"), *words)
        for on in ("net", "model"):
            named("%s: k, row %d of the checkpoint" % (on, row),
                  ("generate", path, "--prompt", "abc", "-n", "1", "--on", on), *words)
    head = scaled("head", "lm_head.weight", 3e38)
    stream = scaled("stream", AT + "mlp.up_proj.weight", 1e30)
    for on in ("net", "model"):
        named("%s: logits" % on, ("generate", head, "--prompt", "abc", "-n", "1", "--on", on),
              "tensor logits: row 0, column ", "infinity")
        named("%s: the stream too large for a norm" % on,
              ("generate", stream, "--prompt", "abc", "-n", "1", "--on", on),
              "layer 0, tensor residual_ffn: position 0: the sum of its squares overflows")
    named("model: the part of the program", ("generate", stream, "-n", "1", "--on", "model"),
          "NUMERIC", "in part norm")


def steps():
    """All logits are 0 but two, of one size and both signs: one of them is chosen, and its row of the
    embedding overflows."""
    t = bad.BASE["llama"]["tensors"]
    shape, values = t[EMBED]
    two = (270, 271)
    rows = [v * (1e30 if i // DIM in two else 1) for i, v in enumerate(values)]
    head = [{270: 1.0, 271: -1.0}.get(i // DIM, 0.0) for i in range(len(values))]
    bad.folder("step", tensors={EMBED: (shape, rows), "lm_head.weight": (shape, head)})
    for on in ("net", "model"):
        code, _, err = stamp("generate", "step", "--prompt", "abc", "-n", "3", "--on", on)
        say("%s: a token that overflows in a step" % on, code == 1 and
            "tensor embedding: position 5: the sum of its squares" in err, err.strip())


def npy(path, rows, cols, values):
    text = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (rows, cols)
    text += " " * (117 - len(text)) + "\n"
    head = b"\x93NUMPY\x01\0" + struct.pack("<H", len(text)) + text.encode()
    ckpt.write(path, head + struct.pack("<%df" % len(values), *values))


def programs():
    npy("w.npy", 2, 8, [1.0] * 16)
    npy("large.npy", 1, 8, [3e38] * 8)
    for value, word in ((math.nan, "NaN"), (math.inf, "infinity"), (-math.inf, "-infinity")):
        npy("x.npy", 4, 8, [1.0] * 13 + [value] + [1.0] * 18)
        for args in (("linear", "x.npy", "w.npy"), ("linear", "w.npy", "x.npy")):
            named("linear: %s in %s" % (word, "X" if args[1] == "x.npy" else "W"),
                  args + ("--on", "model"), "x.npy: row 1, column 5", "(%s)" % word)
    stamp("compile", "w.npy", "--rows", "4", "-o", "w.stamp")
    named("run: -infinity in x", ("run", "w.stamp", "--input", "x=x.npy", "--on", "model"),
          "x.npy: row 1, column 5", "(-infinity)")
    named("linear: a product that overflows",
          ("linear", "large.npy", "large.npy", "--high-rows", "0", "--on", "model"),
          "NUMERIC", "output overflows: row 0, column 0")
    stamp("compile", "stream", "--tokens", "3", "-o", "m.stamp")
    ckpt.write("ids", struct.pack("<3i", 1, 260, 261))
    named("run: a network's program", ("run", "m.stamp", "--input", "tokens=ids", "--on", "model"),
          "NUMERIC", "in part norm")
    stamp("compile", "k5", "--tokens", "3", "-o", "k.stamp")
    named("run: a buffer of a network's program",
          ("run", "k.stamp", "--input", "tokens=ids", "--on", "model"), "in part qkv")


def main():
    print("%-4s %-52s %s" % ("", "where", "what the user saw"))
    with tempfile.TemporaryDirectory(prefix="stamp-nonfinite-") as tmp:
        os.chdir(tmp)
        ckpt.write("text.txt", b"a bad cab")
        for part in (networks, steps, programs):
            part()
        os.chdir(HERE)
    print("nonfinite: %d passed, %d failed" % (layouts.count[True], layouts.count[False]))
    return 1 if layouts.count[False] else 0


if __name__ == "__main__":
    sys.exit(main())
