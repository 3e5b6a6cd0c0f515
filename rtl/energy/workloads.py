# SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1
"""What the machine runs while it is recorded: commands of the kit, operands made here."""
import itertools
import json
import os
import random
import struct

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
DATA = os.path.join(ROOT, "..", "shared", "data")
SIDE = 64 # rows and columns of made operands


def npy(path, rows, columns, value):
    """A float32 matrix, value() for each element."""
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}"
    head += " " * (63 - (10 + len(head)) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode())
        file.write(struct.pack(f"<{rows * columns}f", *(value() for _ in range(rows * columns))))


def product(where, name, x_value, w_value):
    x, w = (os.path.join(where, f"{name}-{side}.npy") for side in "xw")
    npy(x, SIDE, SIDE, x_value)
    npy(w, SIDE, SIDE, w_value)
    return ["linear", x, w]


def shipped(_):
    return ["demo", "--tokens", "16", "--decode", "1"]


def shipped_blocks(_):
    """The shipped network, features in blocks of 64."""
    return ["generate", os.path.join(ROOT, "traces/model/stamp-stories"), "--block", "64", "-n", "1",
            "--prompt", "Once upon a time there was a little bird"]


def stories(_):
    files = [os.path.join(DATA, "llm", f) for f in ("stories260K.bin", "tok512.bin")]
    return ["demo", "--tokens", "16", "--decode", "1", "--model", files[0], "--tokenizer", files[1]] \
        if all(map(os.path.isfile, files)) else None


def deit(_):
    files = [os.path.join(DATA, *f) for f in (("vision", "deit_tiny_patch16_224_f32.npz"), ("images", "chelsea.png"))]
    return ["classify", *files, "--transform", "haar2d:14x14", "--high-rows", "50"] if all(map(os.path.isfile, files)) else None


def drawn(where):
    source = random.Random(1)
    value = lambda: source.gauss(0.0, 1.0)
    return product(where, "random", value, value)


def zero(where):
    return product(where, "zero", lambda: 0.0, lambda: 0.0)


def zero_x(where):
    """Tokens of zeros: weights move, activations do not."""
    source = random.Random(5)
    return product(where, "zero_x", lambda: 0.0, lambda: source.gauss(0.0, 1.0))


def zero_w(where):
    """Weights of zeros: activations move, weights do not."""
    source = random.Random(6)
    return product(where, "zero_w", lambda: source.gauss(0.0, 1.0), lambda: 0.0)


def four(where):
    """The rows of `random`, of 4 bits."""
    return drawn(where) + ["--high-rows", "0", "--transform", "none"]


def padded(where, name="padded", deep=SIDE, seed=7):
    """20 of 64 tokens and of 64 outputs are there, the others are zeros that fill a shape."""
    source, paths = random.Random(seed), [os.path.join(where, f"{name}-{side}.npy") for side in "xw"]
    for path in paths:
        place = itertools.count()
        npy(path, SIDE, deep, lambda place=place: source.gauss(0.0, 1.0) if next(place) // deep < 20 else 0.0)
    return ["linear", *paths]


def padded_blocks(where):
    """The same of 128 inputs in blocks of 64."""
    return padded(where, "padded_blocks", 2 * SIDE, 8) + ["--block", "64"]


def pruned(where):
    """Half of the weights zeros, anywhere."""
    source = random.Random(9)
    return product(where, "pruned", lambda: source.gauss(0.0, 1.0), lambda: source.gauss(0.0, 1.0) if source.random() < 0.5 else 0.0)


def sparse(where):
    """Every other eight rows of tokens zeros, three of four weights; in blocks, whose sums wait in AC."""
    source, place = random.Random(2), itertools.count()
    x, w = (os.path.join(where, f"sparse-{side}.npy") for side in "xw")
    npy(x, SIDE, 2 * SIDE, lambda: source.gauss(0.0, 1.0) if next(place) // (2 * SIDE) // 8 % 2 else 0.0)
    npy(w, SIDE, 2 * SIDE, lambda: source.gauss(0.0, 1.0) if source.random() < 0.25 else 0.0)
    return ["linear", x, w, "--block", "64"]


def blocks(where):
    """Normal values in blocks of 64."""
    source = random.Random(4)
    x, w = (os.path.join(where, f"blocks-{side}.npy") for side in "xw")
    npy(x, SIDE, 3 * SIDE, lambda: source.gauss(0.0, 1.0))
    npy(w, SIDE, 3 * SIDE, lambda: source.gauss(0.0, 1.0))
    return ["linear", x, w, "--block", "64"]


def network(where, name, prompt, **keys):
    """A random network of one layer, and of what `keys` add to its config.json, that writes a token."""
    shape = {"num_hidden_layers": 1, "max_position_embeddings": 64, "rope_theta": 10000.0, "vocab_size": 1024, "hidden_act": "silu",
             "tie_word_embeddings": True, **keys}
    path = os.path.join(where, name + ".json")
    with open(path, "w", encoding="utf8") as file:
        json.dump(shape, file)
    return ["generate", f"random:{path}", "--tokenizer", os.path.join(ROOT, "traces/model/stamp-stories/tokenizer.bin"),
            "--prompt", prompt, "-n", "1"]


def small(where):
    """A layer of a network that comes to attention, functions and packing before the others do."""
    return network(where, "small", "Once upon a time there was a little", architectures=["LlamaForCausalLM"], model_type="llama",
                   hidden_size=32, intermediate_size=32, num_attention_heads=2, num_key_value_heads=1, head_dim=16, rms_norm_eps=1e-05)


def other(where):
    """Another such: norms of queries and keys, other widths, a shorter prompt."""
    return network(where, "other", "The dog saw a red ball", architectures=["Qwen3ForCausalLM"], model_type="qwen3", hidden_size=48,
                   intermediate_size=64, num_attention_heads=3, num_key_value_heads=1, head_dim=16, rms_norm_eps=1e-06)


# Name -> the command's words (without machine and device), None where its files are not there.
WORKLOADS = {"model": shipped, "stories260K": stories, "deit": deit, "random": drawn, "zero": zero, "zero_x": zero_x, "zero_w": zero_w, "padded": padded, "sparse": sparse,
             "model_blocks": shipped_blocks, "padded_blocks": padded_blocks, "pruned": pruned, "small": small,
             "blocks": blocks, "other": other, "four": four}
ASKED = ("four",) # run when they are named
NOT_ON = {"wide": ("model_blocks",)} # the compiler refuses heads of 32 in blocks of 64 where a line has 64 lanes
CYCLES = {"small": 16000, "other": 20000} # recorded where nothing is asked for, the others MOST
MOST = 10000


def cycles(name, asked):
    return asked or CYCLES.get(name, MOST)
